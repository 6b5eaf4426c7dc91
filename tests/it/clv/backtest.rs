//! `patronage backtest` on CDNOW, cut in the middle.

use serde_json::json;

use crate::common::{Scratch, cdnow};

#[test]
fn the_choice_stands_beside_the_baselines() {
    let scratch = Scratch::with_copy(&cdnow());
    let line = "backtest cdnow_sample.csv --holdout 39w --models nbd,bg-nbd";
    let found = scratch.run(&format!("{line} --json")).ok().json();
    let origin = &found["origins"][0];
    assert_eq!((&origin["calibration_end"], &origin["horizon_end"]), (&json!("1997-09-30"), &json!("1998-06-30")));
    assert_eq!((&origin["customers"], &origin["newcomers"]["customers"], &origin["horizon"]), (&json!(2357), &json!(0), &json!(39.0)));
    let choice = &found["choice"];
    assert_eq!((&choice["chosen"], &choice["beats_baselines"]), (&json!("bg-nbd"), &json!(true)));
    let evaluation = &choice["candidates"][0]["origins"][0];
    // 1,882 hold-out purchases; Python `lifetimes` 0.11.3 expects 1653.41 and errs by 0.785454 on average.
    let accuracy = |name: &str| evaluation["accuracy"][name].as_f64().unwrap();
    assert!((accuracy("actual_purchases") - 1882.0).abs() < 1e-9);
    assert!((accuracy("expected_purchases") - 1653.41).abs() < 0.01 && (accuracy("mae") - 0.785_454).abs() < 1e-5);
    assert_eq!(evaluation["deciles"].as_array().unwrap().len(), 10);
    let tracking = evaluation["tracking"].as_array().unwrap();
    assert_eq!(tracking.len(), 78);
    assert_eq!(tracking[77]["cumulative_actual"], json!(4339.0));
    let text = scratch.run(line).ok().stdout;
    for words in ["bg-nbd (chosen)", "baseline: zero", "beats all baselines", "0 newcomers"] {
        assert!(text.contains(words), "{words}: {text}");
    }
}

#[test]
fn newcomers_are_counted_apart() {
    let scratch = Scratch::with_copy(&cdnow());
    let line = "backtest cdnow_sample.csv --as-of 1997-06-30 --holdout 15w --models nbd --json";
    let origin = scratch.run(line).ok().json()["origins"][0].clone();
    let (known, new) = (origin["customers"].as_u64().unwrap(), origin["newcomers"]["customers"].as_u64().unwrap());
    assert!(new > 0 && known + new == 2357, "{origin}");
    scratch.run("backtest cdnow_sample.csv --holdout soon").fails(2, &["--holdout", "52w"]);
}
