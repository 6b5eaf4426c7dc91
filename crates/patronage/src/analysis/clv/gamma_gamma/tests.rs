//! Reference values: [P] printed in the paper, [C] computed independently at 30–40 digits.

use std::collections::BTreeMap;

use proptest::prelude::*;

use super::likelihood::{Coefficients, Shape};
use super::*;
use crate::analysis::clv::intervals::{DeltaMethod, Scale};
use crate::analysis::clv::simulation::{Process, Simulation, Spend};
use crate::analysis::clv::{Prior, Reduction, Termination};

#[track_caller]
fn close(found: f64, expected: f64, tolerance: f64) {
    assert!((found - expected).abs() <= tolerance * expected.abs(), "found {found}, expected {expected}");
}

/// Repeat days and their mean value of the CDNOW sample to 1997-09-30.
fn cdnow() -> (Vec<u32>, Vec<f64>) {
    let text = include_str!(concat!(env!("CARGO_MANIFEST_DIR"), "/../../examples/data/cdnow_sample.csv"));
    let mut customers: BTreeMap<&str, BTreeMap<&str, f64>> = BTreeMap::new();
    for line in text.lines().skip(1) {
        let fields: Vec<&str> = line.split(',').collect();
        if fields[1] <= "1997-09-30" {
            let amount: f64 = fields[3].parse().expect("money");
            *customers.entry(fields[0]).or_default().entry(fields[1]).or_default() += amount;
        }
    }
    customers
        .into_values()
        .map(|days| {
            let repeats: Vec<f64> = days.into_values().skip(1).collect();
            let x = u32::try_from(repeats.len()).expect("few");
            (x, repeats.iter().sum::<f64>() / f64::from(x))
        })
        .unzip()
}

#[test]
fn cdnow_fit() {
    let (x, mean) = cdnow();
    let spends = Spends::new(&x, &mean).expect("spends");
    close(spends.customers(), 946.0, 0.0);
    close(spends.without_repeat(), 2357.0 - 946.0, 0.0);
    let model = GammaGamma::params().fit(&spends).expect("a fit");
    let fit = model.fit();
    // [C]; [P] 6.25 3.74 15.44 (Fader & Hardie 2013).
    assert!((fit.log_likelihood + 4_055.917_695).abs() < 1e-6, "{}", fit.log_likelihood);
    for (symbol, value, error) in [("p", 6.249_572_3, 1.1901), ("q", 3.744_224_7, 0.290_13), ("v", 15.443_521, 4.1594)] {
        close(fit.parameter(symbol).expect("a parameter"), value, 5e-8);
        close(fit.standard_error(symbol).expect("an error"), error, 5e-5);
    }
    assert_eq!((fit.termination, fit.reduces_to), (Termination::Converged, None));
    let sum: f64 = x.iter().zip(&mean).filter(|(x, _)| **x > 0).map(|(&x, &m)| model.log_likelihood(x, m)).sum();
    close(sum, fit.log_likelihood, 1e-13);
    // [P] the correlation of transactions and value is about 0.06 with the first purchase left out.
    assert!(spends.correlation().expect("one").abs() < 0.15);

    // Money in another unit is money.
    let cents: Vec<f64> = mean.iter().map(|mean| mean * 100.0).collect();
    let other = GammaGamma::params().fit(&Spends::new(&x, &cents).expect("spends")).expect("a fit");
    close(other.coefficients()[0], model.coefficients()[0], 1e-9);
    close(other.coefficients()[2], 100.0 * model.coefficients()[2], 1e-9);
    let shift = -946.0 * 100.0_f64.ln();
    assert!((other.fit().log_likelihood - fit.log_likelihood - shift).abs() < 1e-6);
    close(other.expected_spend(2, 3000.0), 100.0 * model.expected_spend(2, 30.0), 1e-9);

    // The interval is that of the general delta method.
    let delta = DeltaMethod::new(fit, |values| GammaGammaModel::from_parameters(values[0], values[1], values[2])).expect("intervals");
    for (x, m) in [(0, 0.0), (1, 80.0), (7, 12.0)] {
        let (own, general) = (model.expected_spend_interval(x, m, 1.96), delta.interval(Scale::Log, |model| model.expected_spend(x, m)));
        close(own.spread, general.spread, 1e-4);
        assert!(own.low < own.estimate && own.estimate < own.high);
    }
    let warm = GammaGamma::params().warm_start(&model).fit(&spends).expect("a fit");
    assert!(warm.fit().iterations <= 2);
    let text = serde_json::to_string(&model).expect("text");
    let back: GammaGammaModel = serde_json::from_str(&text).expect("a model");
    close(back.coefficients()[1], model.coefficients()[1], 1e-15);
}

#[test]
fn expected_spend_is_a_weighted_mean() {
    let model = GammaGammaModel::from_parameters(6.25, 3.74, 15.44).expect("a model");
    let all = model.expected_spend_new();
    close(all, 6.25 * 15.44 / 2.74, 1e-15);
    // Closer to the customer's own mean with every purchase.
    let spends: Vec<f64> = [1, 2, 5, 20, 1000].map(|x| model.expected_spend(x, 100.0)).to_vec();
    assert!(spends.windows(2).all(|pair| pair[0] < pair[1]) && spends[0] > all && spends[4] < 100.0);
    close(model.expected_spend(0, f64::NAN), all, 0.0);
    close(model.expected_spend_interval(3, 20.0, 1.96).high, model.expected_spend(3, 20.0), 1e-15);
}

#[test]
fn quantiles() {
    // With p = 1 and nothing known the next purchase is Lomax: F(y) = 1 − (v/(v+y))^q.
    let model = GammaGammaModel::from_parameters(1.0, 2.5, 40.0).expect("a model");
    for probability in [1e-6, 0.05, 0.5, 0.95, 1.0 - 1e-6] {
        let exact = 40.0 * ((1.0_f64 - probability).powf(-0.4) - 1.0);
        close(model.next_spend_quantile(0, 0.0, probability), exact, 1e-8);
    }
    // Both laws have the expected spend as their mean.
    let model = GammaGammaModel::from_parameters(6.25, 3.74, 15.44).expect("a model");
    let expected = model.expected_spend(3, 50.0);
    let cells = 4000;
    let mean = |quantile: &dyn Fn(f64) -> f64| -> f64 {
        (0..cells).map(|i| quantile((f64::from(i) + 0.5) / f64::from(cells))).sum::<f64>() / f64::from(cells)
    };
    close(mean(&|p| model.mean_spend_quantile(3, 50.0, p)), expected, 1e-3);
    close(mean(&|p| model.next_spend_quantile(3, 50.0, p)), expected, 2e-3);
    // One purchase varies more than the mean of all to come.
    assert!(model.next_spend_quantile(3, 50.0, 0.95) > model.mean_spend_quantile(3, 50.0, 0.95));
    assert!(model.next_spend_quantile(3, 50.0, 0.05) < model.mean_spend_quantile(3, 50.0, 0.05));
}

/// Value, gradient and Hessian of a row.
type Row = (f64, [f64; 3], [f64; 6]);

proptest! {
    #![proptest_config(ProptestConfig::with_cases(300))]

    #[test]
    fn gradient_and_hessian_are_those_of_the_value(p in -3.0..5.0_f64, q in -2.0..6.0_f64, v in -4.0..8.0_f64, x in 1..200_u32, m in -3.0..6.0_f64) {
        const STEP: f64 = 3e-4;
        let at = |point: [f64; 3]| {
            let [p, q, v] = point.map(f64::exp);
            let c = Coefficients { p, q, v };
            Shape::new(&c, x).derivatives(&c, m.exp())
        };
        let point = [p, q, v];
        let here = at(point);
        let size = 1.0 + here.0.abs() + here.1.iter().chain(&here.2).fold(0.0_f64, |m, v| m.max(v.abs()));
        for i in 0..3 {
            let moved = |steps: f64| { let mut point = point; point[i] += steps * STEP; at(point) };
            let (p1, m1, p2, m2) = (moved(1.0), moved(-1.0), moved(2.0), moved(-2.0));
            let slope = |f: &dyn Fn(&Row) -> f64| (8.0 * (f(&p1) - f(&m1)) - (f(&p2) - f(&m2))) / (12.0 * STEP);
            prop_assert!((slope(&|d| d.0) - here.1[i]).abs() < 1e-9 * size, "{} {} {}", i, slope(&|d| d.0), here.1[i]);
            for j in 0..3 {
                let entry = here.2[i.max(j) * (i.max(j) + 1) / 2 + i.min(j)];
                prop_assert!((slope(&|d| d.1[j]) - entry).abs() < 1e-9 * size, "{} {}", i, j);
            }
        }
    }
}

#[test]
fn digits_survive_where_all_customers_are_alike() {
    // q, v → ∞ with v/q = 3: purchases are Gamma(p, rate 3), and derivatives along the ridge vanish like 1/q.
    for q in [1e4, 1e6, 1e8] {
        let c = Coefficients { p: 2.0, q, v: 3.0 * q };
        let (value, gradient, hessian) = Shape::new(&c, 4).derivatives(&c, 0.5);
        // ln of Gamma(8, rate 4/3) at 0.5: the rate of the mean of four is 4·p/(expected mean)…
        let rate = 4.0 / 3.0;
        let limit = 8.0 * f64::ln(rate) + 7.0 * 0.5_f64.ln() - rate * 0.5 - crate::math::ln_gamma(8.0);
        assert!((value - limit).abs() < 40.0 / q + 1e-13, "{q}: {value} {limit}");
        let along = gradient[1] + gradient[2];
        assert!(along.abs() < 100.0 / q, "{q}: {along}");
        let bend = hessian[2] + 2.0 * hessian[4] + hessian[5];
        assert!(bend.abs() < 100.0 / q + 1e-13, "{q}: {bend}");
    }
}

fn simulated(spend: Spend, customers: u64, seed: u64) -> Spends {
    let process = Process::Nbd { r: 1.0, alpha: 10.0 };
    let world = Simulation::new(process).spend(spend).customers(customers).seed(seed).run().expect("a world");
    let (x, mean): (Vec<u32>, Vec<f64>) = world
        .iter()
        .map(|customer| {
            let history = customer.history(52.0).expect("a customer");
            (history.repeat_purchases, customer.mean_repeat_value(52.0).unwrap_or(0.0))
        })
        .unzip();
    Spends::new(&x, &mean).expect("spends")
}

#[test]
fn an_infinite_mean_is_an_error_or_a_constrained_fit() {
    let spends = simulated(Spend { p: 2.0, q: 0.7, v: 10.0 }, 3000, 5);
    let error = GammaGamma::params().fit(&spends).expect_err("q is below 1");
    assert_eq!(error.kind(), crate::ErrorKind::Fit);
    assert!(error.to_string().contains("infinite") && error.hint().is_some());
    let model = GammaGamma::params().smallest_q(1.5).fit(&spends).expect("a constrained fit");
    let fit = model.fit();
    close(model.coefficients()[1], 1.5, 0.0);
    assert!(fit.standard_error("q").is_none() && fit.standard_error("p").is_some() && fit.standard_error("v").is_some());
    assert_eq!(fit.covariance.as_ref().map(|rows| (rows.len(), rows[1].clone())), Some((3, vec![0.0; 3])));
    for (x, m) in [(0, 0.0), (1, 0.01), (1, 1e9), (500, 3.0)] {
        let spend = model.expected_spend(x, m);
        assert!(spend > 0.0 && spend.is_finite(), "{x} {m} {spend}");
    }
    // The bound does not touch a fit above it.
    let tame = simulated(Spend { p: 6.0, q: 4.0, v: 15.0 }, 3000, 5);
    let (free, bound) = (GammaGamma::params().fit(&tame), GammaGamma::params().smallest_q(1.5).fit(&tame));
    assert_eq!(free.expect("a fit"), bound.expect("a fit"));
}

#[test]
fn the_truth_is_found_and_the_ridge_is_named() {
    let fit = GammaGamma::params().fit(&simulated(Spend { p: 6.0, q: 4.0, v: 15.0 }, 20_000, 1)).expect("a fit").fit().clone();
    for (symbol, truth) in [("p", 6.0), ("q", 4.0), ("v", 15.0)] {
        let (value, error) = (fit.parameter(symbol).expect("one"), fit.standard_error(symbol).expect("one"));
        assert!((value - truth).abs() < 3.5 * error, "{symbol}: {value} ± {error}");
    }
    let found: Vec<_> =
        (0..6).map(|seed| GammaGamma::params().fit(&simulated(Spend { p: 3.0, q: 1e7, v: 1e8 }, 1000, seed)).expect("a fit")).collect();
    assert!(found.iter().any(|model| model.fit().reduces_to == Some(Reduction::HomogeneousSpend)));
    // On the ridge or near it everybody spends about 30.
    for model in found {
        close(model.expected_spend_new(), 30.0, 0.1);
        assert!((15.0..60.0).contains(&model.expected_spend(1, 200.0)));
    }
}

#[test]
fn weights_count_and_bad_rows_are_refused() {
    let (x, mean) = ([1, 1, 3, 1, 2], [20.0, 20.0, 35.0, 20.0, 11.0]);
    let rows = Spends::new(&x, &mean).expect("spends");
    let weighted = Spends::weighted(&[1, 3, 2, 0], &[20.0, 35.0, 11.0, -1.0], &[3.0, 1.0, 1.0, 7.0]).expect("spends");
    assert_eq!(rows.scaled_rows(1.0), weighted.scaled_rows(1.0));
    close(weighted.without_repeat(), 7.0, 0.0);
    for (x, mean) in [(1, -2.0), (1, f64::NAN), (2, f64::INFINITY)] {
        let error = Spends::new(&[0, x], &[0.0, mean]).expect_err("a bad row");
        assert_eq!((error.kind(), error.position().row), (crate::ErrorKind::Input, Some(2)));
    }
    assert!(Spends::new(&[1], &[]).is_err());
    assert!(Spends::weighted(&[1], &[2.0], &[-1.0]).is_err());
    let nobody = Spends::new(&[0, 1], &[5.0, 0.0]).expect("spends");
    close(nobody.without_money(), 1.0, 0.0);
    assert_eq!(GammaGamma::params().fit(&nobody).expect_err("nobody").kind(), crate::ErrorKind::Input);
    for params in [
        GammaGamma::params().max_iterations(0),
        GammaGamma::params().smallest_q(1.0),
        GammaGamma::params().prior(Prior::log_normal("r", 1.0, 1.0)),
    ] {
        assert_eq!(params.fit(&rows).expect_err("a bad setting").kind(), crate::ErrorKind::Parameter);
    }
    assert!(GammaGammaModel::from_parameters(1.0, 1.0, 1.0).is_err());
    assert!(GammaGammaModel::from_parameters(1.0, 2.0, f64::INFINITY).is_err());
}
