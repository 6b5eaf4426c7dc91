//! Expected values marked [C] were computed independently at 25 digits: the likelihood by integration over the rate, the
//! expectations by the series of incomplete beta functions.

#![expect(clippy::unreadable_literal, clippy::excessive_precision, reason = "values stand as in their sources, to be compared by eye")]

use super::{BgCnbd, CnbdModel, MbgCnbd};
use crate::analysis::clv::bg_nbd::{BgNbd, BgNbdModel, MbgNbd};
use crate::analysis::clv::simulation::{Process, Simulation};
use crate::analysis::clv::test_data::cdnow;
use crate::analysis::clv::{Histories, History, PurchaseModel};
use crate::math::ln_gamma;

#[track_caller]
fn close(found: f64, expected: f64, tolerance: f64) {
    assert!((found - expected).abs() <= tolerance * expected.abs(), "found {found}, expected {expected}");
}

#[test]
fn likelihood_and_expectations() {
    let bg = |r, alpha, a, b, k| CnbdModel::from_parameters(r, alpha, a, b, k).expect("a model");
    let mbg = |r, alpha, a, b, k| CnbdModel::modified_from_parameters(r, alpha, a, b, k).expect("a model");
    // [C] (model, x, t_x, T, horizon, log-likelihood without the constant of k, P(alive), expected purchases)
    for (model, x, t_x, age, h, likelihood, alive, expected) in [
        (bg(0.5, 2.0, 0.8, 2.5, 3), 2, 20.0, 39.0, 39.0, -16.079464882193999, 0.414290102844607282, 0.943857526938148093),
        (mbg(0.5, 2.0, 0.8, 2.5, 3), 0, 0.0, 39.0, 39.0, -0.604958655921743117, 0.556078424480914146, 0.185384579128354176),
        (mbg(1.2, 1.5, 0.6, 3.0, 2), 7, 30.0, 32.0, 10.0, -27.1612841425223753, 0.925773245107668718, 2.04885491357766932),
        (bg(0.9, 2.0, 0.8, 2.5, 4), 0, 0.0, 10.0, 26.0, -0.575120443257180708, 1.0, 0.934350701236983395),
    ] {
        let customer = History::new(x, t_x, age).expect("a history");
        let (k, xf) = (f64::from(model.stages()), f64::from(x));
        let constant = if x == 0 { 0.0 } else { (k - 1.0) * xf * t_x.ln() + ln_gamma(xf) - ln_gamma(k * xf) };
        close(model.log_likelihood(customer) - constant, likelihood, 1e-12);
        close(model.probability_alive(customer, 0.0), alive, 1e-12);
        close(model.expected_purchases(customer, 0.0, h), expected, 1e-12);
        // The law of counts has this mean.
        let mean: f64 = (1..400).map(|n| f64::from(n) * model.probability_of_purchases(customer, n, h)).sum();
        close(mean, expected, 1e-11);
        // Discounted by next to nothing it is the same.
        close(model.discounted_purchases(customer, 1e-10, Some(h)), expected, 1e-8);
    }
}

#[test]
fn one_stage_is_the_plain_model() {
    let data = cdnow(7.0);
    for (regular, plain) in [(BgCnbd::params(), BgNbd::params()), (MbgCnbd::params(), MbgNbd::params())] {
        let (regular, plain) = (regular.stages(1).fit(&data).expect("a fit"), plain.fit(&data).expect("a fit"));
        assert_eq!(regular.r().to_bits(), plain.r().to_bits());
        close(regular.fit().log_likelihood, plain.fit().log_likelihood, 1e-15);
    }
    let plain = BgNbdModel::from_parameters(0.243, 4.414, 0.793, 2.426).expect("a model");
    let regular = CnbdModel::from_parameters(0.243, 4.414, 0.793, 2.426, 1).expect("a model");
    let customer = History::new(2, 30.43, 38.86).expect("a history");
    close(regular.expected_purchases(customer, 0.0, 39.0), plain.expected_purchases(customer, 0.0, 39.0), 0.0);
}

#[test]
fn cdnow_is_not_regular() {
    let model = BgCnbd::params().fit(&cdnow(7.0)).expect("a fit");
    assert_eq!(model.stages(), 1);
    assert_eq!(model.fit().parameter("k"), Some(1.0));
    assert!(model.fit().standard_error("k").is_none());
    assert_eq!(model.fit().free_parameters(), 5);
}

/// Simulated regular buyers, with or without the logarithms of the times between purchases.
fn regular_buyers(modified: bool, gaps: bool) -> Histories {
    let (r, alpha, a, b, k) = (2.0, 1.5, 0.6, 2.0, 3);
    let process = if modified { Process::MbgCnbd { r, alpha, a, b, k } } else { Process::BgCnbd { r, alpha, a, b, k } };
    let customers = Simulation::new(process).customers(3000).seed(5).arrivals(10.0).span(60.0).run().expect("a world");
    let histories: crate::Result<Histories> = customers.iter().map(|customer| customer.history(60.0).expect("bought before")).collect();
    let histories = histories.expect("rows");
    if !gaps {
        return histories;
    }
    let log_gaps = customers
        .iter()
        .zip(histories.iter())
        .map(|(customer, history)| {
            let times = &customer.repeats[..history.repeat_purchases as usize];
            let before = std::iter::once(&0.0).chain(times);
            before.zip(times).map(|(before, after)| (after - before).ln()).sum()
        })
        .collect();
    histories.with_log_gaps(log_gaps).expect("log gaps")
}

#[test]
fn regularity_is_found() {
    for (modified, gaps) in [(false, true), (true, true), (true, false)] {
        let params = if modified { MbgCnbd::params() } else { BgCnbd::params() };
        let model = params.fit(&regular_buyers(modified, gaps)).expect("a fit");
        assert_eq!(model.stages(), 3);
        // Within three standard errors of the truth.
        for (symbol, truth) in [("r", 2.0), ("alpha", 1.5), ("a", 0.6), ("b", 2.0)] {
            let (value, error) = (model.fit().parameter(symbol), model.fit().standard_error(symbol));
            let (value, error) = value.zip(error).expect("identified");
            assert!((value - truth).abs() < 3.0 * error, "{symbol} {value} ± {error}");
        }
    }
}

#[test]
fn a_unit_of_time_is_only_a_unit() {
    let data = regular_buyers(true, true);
    let days = Histories::new(
        data.repeat_purchases().to_vec(),
        data.first_to_last().iter().map(|time| 7.0 * time).collect(),
        data.age().iter().map(|time| 7.0 * time).collect(),
    )
    .expect("rows")
    .with_log_gaps(
        data.log_gaps().expect("gaps").iter().zip(data.repeat_purchases()).map(|(gap, &x)| gap + f64::from(x) * 7.0_f64.ln()).collect(),
    )
    .expect("gaps");
    let fit = |rows: &Histories| MbgCnbd::params().stages(3).fit(rows).expect("a fit");
    let (weeks, days) = (fit(&data), fit(&days));
    close(days.alpha(), 7.0 * weeks.alpha(), 1e-8);
    let shift = data.total_repeat_purchases() * 7.0_f64.ln();
    close(days.fit().log_likelihood, weeks.fit().log_likelihood - shift, 1e-11);
}

#[test]
fn rejected_parameters() {
    assert!(BgCnbd::params().stages(0).check().is_err());
    assert!(MbgCnbd::params().largest_stages(1000).check().is_err());
    assert!(CnbdModel::from_parameters(1.0, 1.0, 1.0, 0.0, 2).is_err());
}
