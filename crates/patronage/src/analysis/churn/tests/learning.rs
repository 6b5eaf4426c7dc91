//! Logistic regression, calibration, measures and the choice of a method.

use super::super::backtest::MethodReport;
use super::super::logistic::Design;
use super::*;
use crate::ErrorKind;

/// scikit-learn's values are printed with eight digits, and both are optima to far more.
const PRINTED: f64 = 1e-7;

/// The frame of `small()` in `tests/reference/churn.py`.
fn small() -> (Vec<f64>, Vec<bool>) {
    let (mut x, mut y) = (Vec::new(), Vec::new());
    for i in 0..40_u32 {
        let step = f64::from(i * 7 % 11);
        let wave = f64::from(i).sin();
        x.extend([wave, step / 5.0 - 1.0, f64::from(i % 3) - 1.0]);
        y.push(wave + step / 10.0 + (3.0 * f64::from(i)).cos() > 0.4);
    }
    (x, y)
}

#[test]
fn coefficients_are_those_of_scikit_learn() {
    // LogisticRegression(C=1/penalty, tol=1e-12, solver="newton-cholesky"), scikit-learn 1.9.1: tests/reference/churn.py.
    let (x, y) = small();
    assert_eq!(y.iter().filter(|churned| **churned).count(), 27);
    for (penalty, intercept, weights) in [
        (1.0, 1.022_426_849_421, [1.918_475_28, 0.739_809_49, 0.631_330_9]),
        (0.01, 1.692_473_314_837, [3.848_867_04, 1.636_816_25, 1.463_975_66]),
    ] {
        let fit = Design { width: 3, x: &x, y: &y, penalty }.fit().expect("a fit");
        close(fit.intercept, intercept, PRINTED);
        fit.weights.iter().zip(weights).for_each(|(found, expected)| close(*found, expected, PRINTED));
        assert!(fit.gradient <= 1e-9 && fit.errors.iter().all(|error| *error > 0.0));
        // The other way round is the same line with the other sign, whichever class is more frequent.
        let flipped: Vec<bool> = y.iter().map(|churned| !churned).collect();
        let other = Design { width: 3, x: &x, y: &flipped, penalty }.fit().expect("a fit");
        close(other.intercept, -fit.intercept, 1e-9);
        other.weights.iter().zip(&fit.weights).for_each(|(found, expected)| close(*found, -expected, 1e-9));
    }
}

#[test]
fn the_hessian_is_that_of_differences() {
    use crate::math::optimiser::Objective;
    const STEP: f64 = 1e-5;
    let (x, y) = small();
    let design = Design { width: 3, x: &x, y: &y, penalty: 0.7 };
    let at = [0.3, -0.5, 0.8, 0.1];
    let here = design.evaluate(&at);
    for i in 0..4 {
        let moved = |by: f64| {
            let mut point = at;
            point[i] += by;
            design.evaluate(&point)
        };
        let (up, down) = (moved(STEP), moved(-STEP));
        close((up.value - down.value) / (2.0 * STEP), here.gradient[i], 1e-9);
        for j in 0..4 {
            close((up.gradient[j] - down.gradient[j]) / (2.0 * STEP), here.hessian[i * 4 + j], 1e-9);
        }
    }
}

#[test]
fn measures_are_those_of_scikit_learn() {
    let (x, y) = small();
    let score: Vec<f64> = x.chunks(3).map(|row| (10.0 / (1.0 + (-row[0]).exp())).round_ties_even() / 10.0).collect();
    let report = MethodReport::new(Method::Recency, &score, &score, &y);
    // roc_auc_score and brier_score_loss; lift and calibration error by the definitions: tests/reference/churn.py.
    close(report.auc, 0.860_398_860, 1e-9);
    close(report.brier, 0.181, 1e-12);
    close(report.top_decile_lift, 1.481_481_481, 1e-9);
    close(report.calibration_error, 0.183_333_333, 1e-9);
    assert_eq!((report.gain.len(), report.calibration.len()), (21, 10));
    close(report.gain[20].churners_share, 1.0, 1e-12);
    report.calibration.iter().for_each(|bin| close(bin.customers, 4.0, 1e-9));
}

#[test]
fn a_score_without_information_is_worth_a_half() {
    let y: Vec<bool> = (0..50).map(|at| at % 5 == 0).collect();
    let report = MethodReport::new(Method::Recency, &[1.0; 50], &[0.2; 50], &y);
    close(report.auc, 0.5, 0.0);
    close(report.top_decile_lift, 1.0, 1e-12);
    close(report.calibration_error, 0.0, 1e-12);
    close(report.gain[10].churners_share, 0.5, 1e-12);
    // A perfect ranking finds the tenth it is asked for and no more.
    let rank: Vec<f64> = y.iter().map(|churned| f64::from(u8::from(*churned))).collect();
    let report = MethodReport::new(Method::Recency, &rank, &rank, &y);
    close(report.auc, 1.0, 0.0);
    close(report.top_decile_lift, 5.0, 1e-12);
    close(report.brier, 0.0, 0.0);
}

#[test]
fn a_ranking_against_the_past_gives_the_base_rate() {
    let scores: Vec<f64> = (0..100).map(f64::from).collect();
    let churned: Vec<bool> = (0..100).map(|at| at < 30).collect();
    let calibration = Calibration::fit(&scores, &churned).expect("two kinds");
    close(calibration.slope, 0.0, 0.0);
    close(calibration.probability(99.0), 0.3, 1e-12);
    let turned: Vec<f64> = scores.iter().map(|score| -score).collect();
    let calibration = Calibration::fit(&turned, &churned).expect("two kinds");
    assert!(calibration.slope > 1.0 && calibration.probability(0.0) > 0.9 && calibration.probability(-99.0) < 0.1);
    assert!(Calibration::fit(&[1.0, 2.0], &[true, true]).is_err());
}

#[test]
fn the_best_method_of_the_hold_out_is_taken() {
    let days = days(&shop(600));
    let model = Churn::params().fit(&days, date(730), None, None).expect("a shop");
    let backtest = model.backtest().expect("two years are enough");
    assert_eq!((backtest.trained_at, backtest.tested_at), (date(550), date(640)));
    assert_eq!(model.missing(), [Missing::Forecasts]);
    assert_eq!(backtest.methods.iter().map(|one| one.method).collect::<Vec<_>>(), [Method::Recency, Method::Overdue, Method::Classifier]);
    let best = backtest.methods.iter().map(|one| one.auc).fold(0.0, f64::max);
    let chosen = backtest.methods.iter().find(|one| one.chosen).expect("one is chosen");
    assert!(chosen.auc >= best - 0.005 && best > 0.8, "{best}");
    assert!(backtest.methods.iter().filter(|one| one.auc >= best - 0.005).all(|one| one.calibration_error >= chosen.calibration_error));
    assert_eq!(model.chosen().map(|one| one.method), Some(chosen.method));
    let classifier = model.classifier().expect("trained");
    assert!(classifier.gradient <= 1e-9 && classifier.customers == 600);
    let refund = &classifier.coefficients[Feature::RefundShare as usize];
    assert_eq!((refund.deviation, refund.standard_error, refund.raw_coefficient), (0.0, None, None));
    close(refund.coefficient, 0.0, 1e-12);
    // What is written down can be read again, and says the same.
    let text = serde_json::to_string(&model).expect("JSON");
    let again: ChurnModel = serde_json::from_str(&text).expect("a model");
    let score = |model: &ChurnModel| model.score(&days, date(730), None).expect("scores").probability().expect("tested").to_vec();
    // The reader of numbers may be one unit in the last place off.
    score(&again).iter().zip(score(&model)).for_each(|(found, expected)| close(*found, expected, 1e-12));
}

#[test]
fn purchases_after_the_date_are_not_looked_at() {
    let whole = shop(300);
    let cut: Vec<History> = whole.iter().map(|own| own.iter().copied().filter(|(day, _)| *day <= 600).collect()).collect();
    let fit = |histories: &[History]| {
        let days = days(histories);
        let model = Churn::params().fit(&days, date(600), None, None).expect("a shop");
        let scores = model.score(&days, date(600), None).expect("scores");
        (model, scores)
    };
    assert_eq!(fit(&whole), fit(&cut));
}

#[test]
fn a_purchase_model_takes_part() {
    let histories = shop(400);
    let days = days(&histories);
    // An oracle that knows who buys after a date.
    let oracle = |day: i32| -> Forecast {
        let own = histories.iter().filter(|own| own[0].0 <= day);
        let churns = own.map(|own| if own.iter().any(|(other, _)| day < *other && *other <= day + 90) { 0.1 } else { 0.9 });
        let all: Vec<f64> = churns.collect();
        Forecast { not_alive: all.clone(), no_purchase: all }
    };
    let past = PastForecasts { trained: oracle(550), tested: oracle(640) };
    let now = oracle(730);
    let model = Churn::params().fit(&days, date(730), Some(&now), Some(&past)).expect("a shop");
    let by = |method| model.backtest().and_then(|test| test.methods.iter().find(|one| one.method == method)).expect("tested");
    close(by(Method::NoPurchase).auc, 1.0, 0.0);
    // As a ranking it is calibrated, which the oracle that says 0.1 and 0.9 is not.
    assert!(by(Method::NotAlive).calibration_error < by(Method::NoPurchase).calibration_error);
    let chosen = model.chosen().expect("one");
    assert_eq!((chosen.method, chosen.reason), (Method::NotAlive, ChoiceReason::HighestAuc));
    assert_eq!(model.score(&days, date(730), None).expect_err("needs a forecast").kind(), ErrorKind::Parameter);
    assert_eq!(model.score(&days, date(730), Some(&now)).expect("scores").probability().map(<[f64]>::len), Some(400));
    let short = PastForecasts { trained: oracle(550), tested: oracle(0) };
    assert_eq!(Churn::params().fit(&days, date(730), Some(&now), Some(&short)).expect_err("rows").kind(), ErrorKind::Parameter);
}

#[test]
fn thin_data_say_what_is_missing() {
    let fit = |histories: &[History], as_of: i32| Churn::params().fit(&days(histories), date(as_of), None, None);
    // Too short a history for two horizons: the rule, calibrated on the last one, is not tested.
    let model = fit(&shop(2_000), 170).expect("gaps");
    assert!(matches!(model.missing(), [Missing::History { horizon_days: 90, .. }]), "{:?}", model.missing());
    assert_eq!(model.chosen().map(|one| (one.method, one.reason)), Some((Method::Overdue, ChoiceReason::Untested)));
    assert!(model.backtest().is_none() && model.classifier().is_none());
    // Too short for one.
    let model = fit(&shop(400), 80).expect("gaps");
    assert!(model.chosen().is_none() && model.score(&days(&shop(400)), date(80), None).expect("scores").probability().is_none());
    assert!(model.missing()[0].to_string().contains("90 days each"));
    // Too few customers.
    let model = fit(&shop(60), 730).expect("gaps");
    assert_eq!(model.missing(), [Missing::Customers { by: date(640), found: 60, needed: 100 }]);
    // Everybody stays.
    let loyal: Vec<History> = (0..150).map(|_| (0..100).map(|week| (week * 7, 100)).collect()).collect();
    let model = fit(&loyal, 693).expect("gaps");
    assert_eq!(model.missing(), [Missing::Kind { after: date(603), churned: 0, stayed: 150, needed: 30 }]);
    // Nobody has bought twice.
    let error = fit(&[vec![(0, 1)], vec![(3, 1)]], 500).expect_err("no gaps");
    assert_eq!(error.kind(), ErrorKind::Fit);
    // Asked for by name, that is an error.
    let error = Churn::params().method(Method::Classifier).fit(&days(&shop(60)), date(730), None, None).expect_err("too few");
    assert!(error.kind() == ErrorKind::Fit && error.message().contains("at least 100"), "{error}");
    let error = Churn::params().method(Method::NoPurchase).fit(&days(&shop(400)), date(730), None, None).expect_err("no forecast");
    assert_eq!(error.kind(), ErrorKind::Fit);
}

#[test]
fn settings_out_of_range_are_refused() {
    let days = days(&shop(20));
    let refused = |params: ChurnParams| {
        let error = params.fit(&days, date(730), None, None).expect_err("refused");
        assert_eq!(error.kind(), ErrorKind::Parameter, "{error}");
    };
    refused(Churn::params().horizon_days(0));
    refused(Churn::params().horizon_days(40_000));
    refused(Churn::params().quantile(1.0));
    refused(Churn::params().quantile(f64::NAN));
    refused(Churn::params().shrinkage(-1.0));
    refused(Churn::params().penalty(0.0));
    refused(Churn::params().penalty(f64::INFINITY));
    refused(Churn::params().classes(0.7, 0.3));
    refused(Churn::params().classes(0.1, 1.1));
    let forecast = Forecast { not_alive: vec![0.5; 20], no_purchase: vec![1.5; 20] };
    assert_eq!(Churn::params().fit(&days, date(730), Some(&forecast), None).expect_err("1.5").kind(), ErrorKind::Parameter);
}
