//! Reference values: [P] printed in the paper, [C] computed independently at 30–40 digits.

use proptest::prelude::*;

use super::bdw::log_retention as bdw_retention;
use super::params::LogRetention;
use super::sbg::log_retention as sbg_retention;
use super::*;
use crate::analysis::clv::{Fit, Prior, Reduction, Termination};

/// Survivors in % of 1,000 customers after 1 to 7 renewals (Fader & Hardie 2007, table 1).
const REGULAR: [f64; 7] = [63.1, 46.8, 38.2, 32.6, 28.9, 26.2, 24.1];
const HIGH_END: [f64; 7] = [86.9, 74.3, 65.3, 59.3, 55.1, 51.7, 49.1];

fn cohort(percent: &[f64]) -> Survivors {
    let counts: Vec<f64> = std::iter::once(1000.0).chain(percent.iter().map(|share| (share * 10.0).round())).collect();
    let periods: Vec<u32> = (0..).take(counts.len()).collect();
    Survivors::new(&periods, &counts).expect("survivors")
}

#[track_caller]
fn close(found: f64, expected: f64, tolerance: f64) {
    assert!((found - expected).abs() <= tolerance * expected.abs(), "found {found}, expected {expected}");
}

#[track_caller]
fn check(fit: &Fit, log_likelihood: f64, values: &[(&str, f64)]) {
    assert!((fit.log_likelihood - log_likelihood).abs() < 1e-6, "{}", fit.log_likelihood);
    for &(symbol, value) in values {
        close(fit.parameter(symbol).expect("a parameter"), value, 3e-7);
        assert!(fit.standard_error(symbol).is_some_and(|error| error > 0.0));
    }
    assert_eq!((fit.termination, fit.reduces_to), (Termination::Converged, None));
}

#[test]
fn sbg_fits() {
    // [C]; [P] .704 1.182 and .668 3.806.
    let regular = Sbg::params().fit(&cohort(&REGULAR)).expect("a fit");
    check(regular.fit(), -1_680.265_188, &[("alpha", 0.704_077_3), ("beta", 1.182_043)]);
    let high_end = Sbg::params().fit(&cohort(&HIGH_END)).expect("a fit");
    check(high_end.fit(), -1_611.158_147, &[("alpha", 0.668_088_35), ("beta", 3.806_095)]);
    // The log-likelihood is that of the single customers.
    let mut sum = 241.0 * regular.survival(7).ln();
    for (t, &(_, lost)) in (1..).zip(cohort(&REGULAR).renewals()) {
        sum += lost * regular.leaves_at(t).ln();
    }
    close(sum, regular.fit().log_likelihood, 1e-13);
}

#[test]
fn bdw_fits() {
    // [C] on four renewals.
    let regular = Bdw::params().fit(&cohort(&REGULAR[..4])).expect("a fit");
    check(regular.fit(), -1_401.383_052, &[("alpha", 0.523_029_31), ("beta", 0.894_282_66), ("c", 1.196_398_7)]);
    let high_end = Bdw::params().fit(&cohort(&HIGH_END[..4])).expect("a fit");
    check(high_end.fit(), -1_222.749_318, &[("alpha", 0.259_335_73), ("beta", 1.722_551_5), ("c", 1.584_361_5)]);
    // It forecasts the three renewals it has not seen.
    for (renewal, percent) in (1..).zip(HIGH_END) {
        assert!((100.0 * high_end.survival(renewal) - percent).abs() < 1.5);
    }
    let sbg = Sbg::params().fit(&cohort(&HIGH_END[..4])).expect("a fit");
    let test = high_end.fit().compare_with(sbg.fit()).expect("nested");
    assert!(test.statistic > 0.0 && test.degrees == 1 && test.p_value < 0.2, "{test:?}");
}

#[test]
fn discounted_expected_residual_lifetime() {
    // [P] Fader & Hardie 2010, d = .1, just before renewal 1 to 5.
    let (sbg, bdw) = (SbgModel::from_parameters(3.8, 15.2), BdwModel::from_parameters(3.8, 15.2, 1.0));
    let (sbg, bdw) = (sbg.expect("a model"), bdw.expect("a model"));
    for (renewals, expected) in (0..).zip([3.31, 3.45, 3.59, 3.72, 3.84]) {
        let found = sbg.discounted_residual_lifetime(renewals, 0.1);
        assert!((found - expected).abs() < 0.005, "{found}");
        // The long sum and the closed form.
        let mut sum = 0.0;
        for k in 1..900_u32 {
            sum += sbg.residual_survival(renewals, k) / 1.1_f64.powi(i32::try_from(k - 1).expect("small"));
        }
        close(found, sum, 1e-13);
        for discount in [0.1, 1e-3, 1e-6, 0.0] {
            close(bdw.discounted_residual_lifetime(renewals, discount), sbg.discounted_residual_lifetime(renewals, discount), 1e-11);
        }
        close(sbg.residual_tenure(renewals, None), (15.2 + f64::from(renewals)) / 2.8, 1e-14);
        close(sbg.residual_tenure(renewals, Some(30)), bdw.residual_tenure(renewals, Some(30)), 1e-12);
        assert_eq!(sbg.median_residual_tenure(renewals), bdw.median_residual_tenure(renewals));
    }
    assert!(SbgModel::from_parameters(0.9, 2.0).expect("a model").residual_tenure(3, None).is_infinite());
    assert!(BdwModel::from_parameters(0.5, 2.0, 2.0).expect("a model").residual_tenure(3, None).is_infinite());
}

#[test]
fn slow_tails_of_the_bdw_are_summed() {
    // Against the plain sum, with what is left of it beyond two million terms by its power law.
    for (alpha, beta, c) in [(2.0, 3.0, 0.9), (1.2, 2.0, 1.4), (4.0, 30.0, 0.6), (0.9, 0.5, 2.5)] {
        let model = BdwModel::from_parameters(alpha, beta, c).expect("a model");
        for renewals in [0, 6] {
            let count = 2_000_000_u32;
            let sum: f64 = (1..=count).rev().map(|k| model.residual_survival(renewals, k)).sum();
            let last = model.residual_survival(renewals, count);
            let rest = last * (f64::from(count + renewals) / (c * alpha - 1.0) - 0.5);
            close(model.residual_tenure(renewals, None), sum + rest, 2e-6);
        }
    }
}

#[test]
fn the_curves_are_consistent() {
    for model in [BdwModel::from_parameters(0.7, 1.2, 1.3), BdwModel::from_parameters(50.0, 200.0, 0.8)] {
        let model = model.expect("a model");
        let mut survival = 1.0;
        for renewal in 1..60 {
            close(model.leaves_at(renewal), survival * (1.0 - model.retention(renewal)), 1e-10);
            survival *= model.retention(renewal);
            close(model.survival(renewal), survival, 1e-12);
        }
        close(model.residual_survival(3, 5), model.survival(8) / model.survival(3), 1e-12);
    }
    let model = SbgModel::from_parameters(0.7, 1.2).expect("a model");
    close(model.residual_survival(2, 1001), model.residual_survival(2, 1000) * model.retention(1003), 1e-12);
    assert!(model.survival(u32::MAX) > 0.0);
}

fn by_differences<const D: usize>(at: impl Fn([f64; D]) -> LogRetention<D>, point: [f64; D]) -> Result<(), TestCaseError> {
    const STEP: f64 = 1e-3;
    let here = at(point);
    let size = 1.0
        + here.value.abs()
        + here.gradient.iter().chain(here.hessian.iter().flatten()).fold(0.0_f64, |most, entry| most.max(entry.abs()));
    for i in 0..D {
        let moved = |steps: f64| {
            let mut point = point;
            point[i] += steps * STEP;
            at(point)
        };
        let (p1, m1, p2, m2) = (moved(1.0), moved(-1.0), moved(2.0), moved(-2.0));
        let slope = |f: &dyn Fn(&LogRetention<D>) -> f64| (8.0 * (f(&p1) - f(&m1)) - (f(&p2) - f(&m2))) / (12.0 * STEP);
        prop_assert!((slope(&|r| r.value) - here.gradient[i]).abs() < 1e-8 * size, "{} {}", slope(&|r| r.value), here.gradient[i]);
        for j in 0..D {
            prop_assert!((slope(&|r| r.gradient[j]) - here.hessian[i][j]).abs() < 1e-8 * size, "{} {}", i, j);
        }
    }
    Ok(())
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(300))]

    #[test]
    fn derivatives_are_those_of_the_value(alpha in -4.0..6.0_f64, beta in -4.0..6.0_f64, c in -1.5..1.2_f64, t in 1..40_u32) {
        by_differences(|[a, b]: [f64; 2]| sbg_retention(a.exp(), b.exp(), t), [alpha, beta])?;
        by_differences(|point: [f64; 3]| bdw_retention(point.map(f64::exp), t), [alpha, beta, c])?;
        let (sbg, bdw) = (sbg_retention(alpha.exp(), beta.exp(), t), bdw_retention([alpha.exp(), beta.exp(), 1.0], t));
        prop_assert!((sbg.value - bdw.value).abs() < 1e-12 * (1.0 + alpha.exp()));
        prop_assert!((sbg.hessian[0][1] - bdw.hessian[0][1]).abs() < 1e-11);
    }

    #[test]
    fn answers_are_finite_and_in_range(alpha in -6.0..9.0_f64, beta in -6.0..9.0_f64, c in -2.0..2.0_f64, renewals in 0..10_000_u32, ahead in 1..10_000_u32) {
        let bdw = BdwModel::from_parameters(alpha.exp(), beta.exp(), c.exp()).expect("a model");
        let sbg = SbgModel::from_parameters(alpha.exp(), beta.exp()).expect("a model");
        let (one, two) = (sbg.residual_survival(renewals, ahead), bdw.residual_survival(renewals, ahead));
        prop_assert!((0.0..=1.0).contains(&one) && (0.0..=1.0).contains(&two), "{} {}", one, two);
        prop_assert!(sbg.retention(renewals + 1) >= sbg.retention(renewals.max(1)), "retention rises");
        let (one, two) = (sbg.discounted_residual_lifetime(renewals, 0.1), bdw.discounted_residual_lifetime(renewals, 0.1));
        prop_assert!((0.0..=11.0).contains(&one) && (0.0..=11.0 + 1e-9).contains(&two), "{} {}", one, two);
        for discount in [1e-3, 1e-5] {
            prop_assert!(bdw.discounted_residual_lifetime(renewals, discount) <= (1.0 + 1.0 / discount) * (1.0 + 1e-9));
        }
    }
}

#[test]
fn ridges_are_named() {
    let periods = [0, 1, 2, 3, 4];
    // Everybody leaves with probability one half, to the letter.
    let constant = Survivors::new(&periods, &[1600.0, 800.0, 400.0, 200.0, 100.0]).expect("survivors");
    let model = Sbg::params().fit(&constant).expect("a ridge");
    assert_eq!(model.fit().reduces_to, Some(Reduction::HomogeneousDropout));
    assert!(model.fit().standard_error("alpha").is_none());
    close(model.retention(1), 0.5, 1e-5);
    close(model.fit().log_likelihood, -3000.0 * 2.0_f64.ln(), 1e-5);
    let nobody = Survivors::new(&periods, &[500.0; 5]).expect("survivors");
    for fit in [Sbg::params().fit(&nobody).expect("a ridge").fit().clone(), Bdw::params().fit(&nobody).expect("a ridge").fit().clone()] {
        assert_eq!(fit.reduces_to, Some(Reduction::NoDropout), "{fit:?}");
        assert!(fit.log_likelihood > -1e-5, "{fit:?}");
    }
    // After the first renewal nobody leaves any more.
    let polarised = Survivors::new(&periods, &[1000.0, 600.0, 600.0, 600.0, 600.0]).expect("survivors");
    let fit = Sbg::params().fit(&polarised).expect("a ridge").fit().clone();
    assert_eq!(fit.reduces_to, Some(Reduction::PolarisedDropout), "{fit:?}");
    // One renewal cannot tell two parameters apart.
    let one = Survivors::new(&[0, 1], &[1000.0, 700.0]).expect("survivors");
    let model = Sbg::params().fit(&one).expect("a ridge");
    assert!(model.fit().reduces_to.is_some());
    close(model.retention(1), 0.7, 1e-6);
}

#[test]
fn cohorts_add_and_models_start_each_other() {
    let both = cohort(&REGULAR).and(&cohort(&HIGH_END[..4]));
    close(both.customers(), 2000.0, 0.0);
    assert_eq!(both.renewals()[4], (289.0, 37.0));
    let model = Sbg::params().time_unit(30.0).fit(&both).expect("a fit");
    let warm = Sbg::params().warm_start(&model).fit(&both).expect("a fit");
    assert!(warm.fit().iterations <= 2);
    let bdw = Bdw::params().fit(&both).expect("a fit");
    assert!(Bdw::params().warm_start(&bdw).fit(&both).expect("a fit").fit().iterations <= 2);
    assert!(bdw.fit().log_likelihood >= model.fit().log_likelihood - 1e-9);
    let drawn = Bdw::params().prior(Prior::log_normal("c", 1.0, 1e-3)).fit(&both).expect("a fit");
    close(drawn.coefficients()[2], 1.0, 2e-3);
    let text = serde_json::to_string(&bdw).expect("text");
    let back: BdwModel = serde_json::from_str(&text).expect("a model");
    close(back.coefficients()[2], bdw.coefficients()[2], 1e-15);
    assert!(serde_json::from_str::<SbgModel>(&text).is_err());
}

#[test]
fn rejected_settings_and_data() {
    for (period, survivors) in [
        (vec![0], vec![10.0]),
        (vec![1, 2], vec![10.0, 9.0]),
        (vec![0, 1, 1], vec![10.0, 9.0, 9.0]),
        (vec![0, 1, 3], vec![10.0, 9.0, 8.0]),
        (vec![0, 1], vec![10.0, 11.0]),
        (vec![0, 1], vec![10.0, -1.0]),
        (vec![0, 1], vec![f64::NAN, 1.0]),
        (vec![0, 1], vec![10.0]),
    ] {
        assert_eq!(Survivors::new(&period, &survivors).expect_err("bad rows").kind(), crate::ErrorKind::Input);
    }
    let nobody = Survivors::new(&[0, 1], &[0.0, 0.0]).expect("survivors");
    assert!(Sbg::params().fit(&nobody).is_err() && Bdw::params().fit(&nobody).is_err());
    let good = cohort(&REGULAR);
    assert!(Sbg::params().max_iterations(0).fit(&good).is_err());
    assert!(Sbg::params().prior(Prior::log_normal("c", 1.0, 1.0)).fit(&good).is_err());
    assert!(Bdw::params().time_unit(0.0).fit(&good).is_err());
    assert!(SbgModel::from_parameters(1.0, -1.0).is_err() && BdwModel::from_parameters(1.0, 1.0, f64::NAN).is_err());
    // Rows in any order are the same cohort.
    let shuffled = Survivors::new(&[2, 0, 1], &[5.0, 10.0, 7.0]).expect("survivors");
    assert_eq!(shuffled.renewals(), &[(7.0, 3.0), (5.0, 2.0)]);
}
