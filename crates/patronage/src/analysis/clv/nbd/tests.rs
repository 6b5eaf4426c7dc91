//! NBD against its own closed forms; the reference on real data stands with BG/NBD, whose ridge it is.

#![expect(clippy::unreadable_literal, reason = "values stand as in their sources, to be compared by eye")]

use super::{Nbd, NbdModel};
use crate::analysis::clv::test_data::{cdnow, online_retail};
use crate::analysis::clv::{Histories, History, Prior, PurchaseModel, Reduction};

#[test]
fn closed_forms() {
    let model = NbdModel::from_parameters(0.7, 9.0).expect("a model");
    let customer = History::new(3, 20.0, 30.0).expect("a history");
    let close = |found: f64, expected: f64| assert!((found - expected).abs() < 1e-13 * expected, "{found} {expected}");
    close(model.probability_alive(customer, 100.0), 1.0);
    close(model.expected_purchases(customer, 4.0, 14.0), 3.7 * 10.0 / 39.0);
    close(model.expected_purchases_new(0.0, 9.0), 0.7);
    close(model.probability_no_purchase(customer, 13.0), (39.0_f64 / 52.0).powf(3.7));
    close(model.posterior_mean_rate(customer), 3.7 / 39.0);
    assert_eq!(model.posterior_mean_dropout(customer), None);
    // A perpetuity at rate δ is worth 1/δ a unit.
    close(model.discounted_purchases(customer, 0.01, None), 3.7 / 39.0 / 0.01);
    close(model.discounted_purchases(customer, 0.01, Some(52.0)), 3.7 / 39.0 / 0.01 * (1.0 - (-0.52_f64).exp()));
    let mass: f64 = (0..400).map(|n| model.probability_of_purchases(customer, n, 52.0)).sum();
    close(mass, 1.0);
    // x = 1 given T: r·z·(1−z)^r, z = T/(α+T).
    close(model.probability_of_purchases_new(1, 9.0), 0.7 * 0.5 * 0.5_f64.powf(0.7));
    assert!(NbdModel::from_parameters(0.0, 1.0).is_err());
}

#[test]
fn fits_online_retail() {
    let Some(data) = online_retail() else {
        use std::io::Write as _;
        let _ = writeln!(std::io::stderr(), "skipped: PATRONAGE_TEST_DATA is not set");
        return;
    };
    let model = Nbd::params().time_unit(7.0).fit(&data).expect("a fit");
    assert!((model.fit().log_likelihood + 22887.032142).abs() < 1e-6);
    assert!((model.r() - 0.723578).abs() < 5e-7);
    assert_eq!(model.fit().time_unit, Some(7.0));
}

#[test]
fn equal_customers_lead_to_one_rate() {
    // Everybody bought twice more in equal time: counts vary less than Poisson's.
    let data = Histories::new(vec![2; 300], vec![5.0; 300], vec![10.0; 300]).expect("rows");
    let model = Nbd::params().fit(&data).expect("a named ridge");
    assert_eq!(model.fit().reduces_to, Some(Reduction::HomogeneousRate));
    assert!((model.r() / model.alpha() - 0.2).abs() < 1e-6);
    assert!(model.fit().standard_error("r").is_none());
}

#[test]
fn a_prior_is_worth_the_same_in_any_unit() {
    let prior = || Prior::log_normal("alpha", 0.5, 0.1);
    let weeks = Nbd::params().prior(prior()).fit(&cdnow(7.0)).expect("a fit");
    let hours = Nbd::params().prior(prior()).fit(&cdnow(1.0 / 24.0)).expect("a fit");
    let free = Nbd::params().fit(&cdnow(7.0)).expect("a fit");
    assert!((hours.alpha() / weeks.alpha() - 168.0).abs() < 1e-7 * 168.0);
    assert!((hours.r() - weeks.r()).abs() < 1e-8);
    assert!((weeks.alpha() - free.alpha()).abs() > 1e-3 * free.alpha());
    assert!(weeks.fit().log_likelihood < free.fit().log_likelihood);
}

#[test]
fn a_prior_counts_once_whatever_the_number_of_customers() {
    // The pull of a prior on the score is the same for N and for 10 N customers: it moves the estimate a tenth as far.
    let data = cdnow(7.0).unique();
    let tenfold = Histories::weighted(
        data.repeat_purchases().to_vec(),
        data.first_to_last().to_vec(),
        data.age().to_vec(),
        data.weight().iter().map(|weight| 10.0 * weight).collect(),
    )
    .expect("rows");
    let pull = |rows: &Histories| {
        let free = Nbd::params().fit(rows).expect("a fit").r().ln();
        let held = Nbd::params().prior(Prior::log_normal("r", 5.0, 1.0)).fit(rows).expect("a fit").r().ln();
        held - free
    };
    let ratio = pull(&data) / pull(&tenfold);
    assert!((ratio - 10.0).abs() < 0.1, "{ratio}");
}
