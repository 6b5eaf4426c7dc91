//! `patronage fit` on the data of the papers.
//!
//! Expected values: CDNOW, 1997-09-30, days/7 (2,357 customers), at the digits of an independent computation of the papers' models
//! (Fader, Hardie & Lee 2005; Schmittlein et al. 1987; note 025), and the donations of Fader, Hardie & Shang 2010.

use serde_json::{Value, json};

use crate::common::{Scratch, data, root};

/// Relative error of parameters and standard errors: references are given to five digits and more.
const DIGITS: f64 = 2e-5;

fn fit(words: &str) -> Value {
    Scratch::new().run(&words.replace("DATA", &root().join("examples/data").display().to_string())).ok().json()
}

#[track_caller]
fn has(fit: &Value, what: &str, values: &[(&str, f64)]) {
    let found: Vec<&String> = fit[what].as_object().expect("an object").keys().collect();
    assert_eq!(found.len(), values.len(), "{found:?}");
    for (symbol, right) in values {
        let value = fit[what][symbol].as_f64().unwrap_or(f64::NAN);
        assert!((value / right - 1.0).abs() < DIGITS, "{what} {symbol}: {value} is not {right}");
    }
}

#[track_caller]
fn log_likelihood(fit: &Value, right: f64) {
    let value = fit["log_likelihood"].as_f64().expect("a number");
    assert!((value - right).abs() < 1e-5, "{value} is not {right}");
}

const CDNOW: &str = "DATA/cdnow_sample.csv --as-of 1997-09-30 --json";

#[test]
fn bg_nbd_of_cdnow() {
    let fit = fit(&format!("fit bg-nbd {CDNOW}"));
    has(&fit, "parameters", &[("r", 0.242_594_52), ("alpha", 4.413_602), ("a", 0.792_922_02), ("b", 2.425_906_8)]);
    log_likelihood(&fit, -9_582.429_207);
    assert_eq!((&fit["model"], &fit["customers"], &fit["time_unit"]), (&json!("bg-nbd"), &json!(2357.0), &json!("week")));
    assert_eq!((&fit["converged"], &fit["reduces_to"]), (&json!(true), &Value::Null));
    // The covariance is symmetric, and its diagonal is that of the standard errors.
    for (i, symbol) in ["r", "alpha", "a", "b"].into_iter().enumerate() {
        let error = fit["standard_errors"][symbol].as_f64().expect("a number");
        let variance = fit["covariance"][i][i].as_f64().expect("a number");
        assert!((error * error / variance - 1.0).abs() < 1e-12, "{symbol}");
        for j in 0..4 {
            assert_eq!(fit["covariance"][i][j], fit["covariance"][j][i]);
        }
    }
    for (symbol, right) in [("r", 0.012_557), ("alpha", 0.378_22), ("a", 0.185_73), ("b", 0.705_41)] {
        let error = fit["standard_errors"][symbol].as_f64().expect("a number");
        assert!((error / right - 1.0).abs() < 1e-4, "{symbol}: {error}");
    }
}

#[test]
fn other_models_of_cdnow() {
    let mbg = fit(&format!("fit mbg-nbd {CDNOW}"));
    has(&mbg, "parameters", &[("r", 0.524_843_16), ("alpha", 6.183_085_3), ("a", 0.891_359_39), ("b", 1.614_002_2)]);
    log_likelihood(&mbg, -9_582.135_716);
    let pareto = fit(&format!("fit pareto-nbd {CDNOW}"));
    has(&pareto, "parameters", &[("r", 0.553_277_05), ("alpha", 10.577_683), ("s", 0.606_239_99), ("beta", 11.668_735)]);
    log_likelihood(&pareto, -9_594.976_179);
    let spend = fit(&format!("fit gamma-gamma {CDNOW}"));
    has(&spend, "parameters", &[("p", 6.249_572_3), ("q", 3.744_224_7), ("v", 15.443_521)]);
    log_likelihood(&spend, -4_055.917_695);
}

#[test]
fn donations_and_contracts_are_read_as_summaries() {
    let bgbb = fit("fit bg-bb DATA/donations.csv --summary --json");
    has(&bgbb, "parameters", &[("alpha", 1.203_522_4), ("beta", 0.749_716_36), ("gamma", 0.656_718_21), ("delta", 2.783_442_2)]);
    log_likelihood(&bgbb, -33_225.581_274);
    let scratch = Scratch::with("regular.csv", "period,survivors\n0,1000\n1,631\n2,468\n3,382\n4,326\n5,289\n6,262\n7,241\n");
    let sbg = scratch.run("fit sbg regular.csv --summary --json").ok().json();
    has(&sbg, "parameters", &[("alpha", 0.704_077_3), ("beta", 1.182_043)]);
    log_likelihood(&sbg, -1_680.265_188);
}

#[test]
fn a_summary_takes_the_names_of_other_packages() {
    let ours = "repeat_purchases,first_to_last,age,weight\n";
    let theirs = "frequency,recency,T,weights\n";
    let rows = "0,0,10,40\n1,3,10,20\n2,5,11,12\n5,9,12,6\n3,4,12,9\n";
    let scratch = Scratch::with("ours.csv", ours.to_owned() + rows);
    scratch.write("theirs.csv", theirs.to_owned() + rows);
    let run = |name: &str| scratch.run(&format!("fit bg-nbd {name} --summary --json")).ok().json();
    assert_eq!(run("ours.csv"), run("theirs.csv"));
    scratch.run("fit bg-nbd ours.csv --summary --time-unit week").ok();
}

#[test]
fn what_cannot_be_fitted_is_said() {
    let scratch = Scratch::with("log.csv", "customer,date,amount\na,2024-01-01,1\nb,2024-01-02,2\n");
    scratch.run("fit nonsense log.csv").fails(2, &["nonsense", "bg-nbd"]);
    scratch.run("fit sbg log.csv").fails(2, &["--summary"]);
    scratch.write("table.csv", "a,b\n1,2\n");
    scratch.run("fit bg-nbd table.csv --summary").fails(3, &["repeat_purchases"]);
}

/// The data prefer no dropout: the supremum is that of the NBD (r .723578, α 9.367094), −22887.032142.
#[test]
fn a_ridge_is_named_and_no_failure() {
    let Some(path) = data("online_retail_orders.csv") else { return };
    let scratch = Scratch::new();
    let fit = scratch.run(&format!("fit bg-nbd {} --as-of 2011-09-09 --json", path.display())).ok().json();
    assert_eq!((&fit["reduces_to"], &fit["converged"]), (&json!("no_dropout"), &json!(true)));
    assert_eq!(fit["customers"], json!(3370.0));
    assert_eq!((&fit["standard_errors"]["a"], &fit["standard_errors"]["b"]), (&Value::Null, &Value::Null));
    assert!((fit["log_likelihood"].as_f64().unwrap() - -22_887.032_142).abs() < 1e-3, "{fit}");
    assert!((fit["parameters"]["r"].as_f64().unwrap() - 0.723_578).abs() < 1e-4, "{fit}");
}
