//! The value columns of a book.

use serde_json::json;

use crate::common::{Row, Scratch, cdnow};

const LINE: &str = "segment cdnow_sample.csv --as-of 1997-09-30 --format csv --out out";

fn number(row: &Row, column: &str) -> f64 {
    row[column].parse().unwrap_or_else(|_| panic!("{column}: {}", row[column]))
}

/// Customer 1516: 26 repeat purchases, BG/NBD at the estimates of the sample, 52 weeks (25.76 by an independent computation).
#[test]
fn a_heavy_buyer_is_valued() {
    let scratch = Scratch::with_copy(&cdnow());
    let manifest = scratch.run(&format!("{LINE} --model bg-nbd --only clv --json")).ok().json();
    assert_eq!(manifest["analyses"]["clv"]["model"]["model"], json!("bg-nbd"));
    assert_eq!(manifest["analyses"]["clv"]["terms"], json!({ "horizon_days": 364.0, "annual_discount": 0.1, "margin": 1.0 }));
    let rows = scratch.table("out/segments.csv");
    let heavy = rows.iter().find(|row| row["customer_id"] == "1516").expect("customer 1516");
    assert!((number(heavy, "expected_purchases") - 25.756).abs() < 0.01 && (number(heavy, "probability_alive") - 0.968_85).abs() < 1e-4);
    for row in &rows {
        let alive = number(row, "probability_alive");
        assert!((0.0..=1.0).contains(&alive), "{row:?}");
        for name in ["expected_purchases", "expected_spend", "residual_value"] {
            let (low, at, high) = (number(row, &format!("{name}_low")), number(row, name), number(row, &format!("{name}_high")));
            assert!(0.0 <= low && low <= at && at <= high && high.is_finite(), "{name}: {row:?}");
        }
        for name in ["expected_purchases", "residual_value"] {
            assert!(number(row, &format!("{name}_p05")) <= number(row, &format!("{name}_p95")), "{name}: {row:?}");
        }
        // Money of purchases that are discounted.
        let most = number(row, "expected_purchases") * number(row, "expected_spend");
        assert!(number(row, "residual_value") <= most && number(row, "residual_value") > 0.9 * most, "{row:?}");
    }
}

#[test]
fn the_model_is_chosen_on_a_holdout() {
    let scratch = Scratch::with_copy(&cdnow());
    let run = scratch.run(&format!("{LINE} --no-predictive")).ok();
    assert!(run.stdout.contains("purchases expected, residual value") && run.stdout.contains("forecast grade A"), "{}", run.stdout);
    let clv = scratch.json("out/manifest.json")["analyses"]["clv"].clone();
    // 272 days from the first purchase: a third of them is the hold-out.
    assert_eq!(clv["calibration_end"], json!("1997-07-02"));
    assert_eq!(clv["choice"]["chosen"], clv["model"]["model"]);
    let models = scratch.table("out/tables/models.csv");
    assert_eq!(models.iter().filter(|row| row["chosen"] == "true").count(), 1);
    assert_eq!(models.iter().filter(|row| row["kind"] == "baseline").count(), 3);
    assert_eq!(scratch.table("out/tables/calibration.csv").len(), 10);
}

#[test]
fn too_little_data_is_a_warning_unless_asked_for() {
    let scratch = Scratch::with("log.csv", crate::cli::LOG);
    let manifest = scratch.run("segment log.csv --out out --json").ok().json();
    let warnings = manifest["warnings"].to_string();
    assert!(warnings.contains("bought again; the models need at least 30") && warnings.contains("未估算客户价值"), "{warnings}");
    assert_eq!(manifest["ran"], json!(["rfm", "abc", "xyz", "churn", "lifecycle", "over_time"]));
    scratch.run("segment log.csv --only clv --out out").fails(4, &["bought again"]);
    scratch.run("segment log.csv --model bg-bb --out out").fails(2, &["bg-nbd"]);
    scratch.run("segment log.csv --horizon 3x --out out").fails(2, &["--horizon"]);
}
