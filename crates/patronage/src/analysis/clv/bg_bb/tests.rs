//! Reference values: [P] printed in the paper, [C] computed independently at 30–40 digits.

use proptest::prelude::*;

use super::likelihood::{Coefficients, Opportunities, Tables};
use super::*;
use crate::analysis::clv::simulation::{Process, Simulation};
use crate::analysis::clv::{Histories, History, Prior, PurchaseModel, Reduction, Termination};
use crate::math::optimiser::Evaluation;
use crate::math::{ln_add_exp, ln_beta};

fn history(x: u32, last: u32, n: u32) -> History {
    History::new(x, f64::from(last), f64::from(n)).expect("a history")
}

fn model(alpha: f64, beta: f64, gamma: f64, delta: f64) -> BgBbModel {
    BgBbModel::from_parameters(alpha, beta, gamma, delta).expect("a model")
}

#[track_caller]
fn close(found: f64, expected: f64, tolerance: f64) {
    assert!((found - expected).abs() <= tolerance * expected.abs(), "found {found}, expected {expected}");
}

/// The 11,104 donors of Fader, Hardie & Shang 2010, table 1.
fn donations() -> Histories {
    let text = include_str!(concat!(env!("CARGO_MANIFEST_DIR"), "/../../examples/data/donations.csv"));
    let mut columns = [const { Vec::new() }; 4];
    for line in text.lines().skip(1) {
        for (column, field) in columns.iter_mut().zip(line.split(',')) {
            column.push(field.trim().parse::<f64>().expect("a number"));
        }
    }
    let [x, last, n, weight] = columns;
    #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "counts")]
    let x = x.into_iter().map(|x| x as u32).collect();
    Histories::weighted(x, last, n, weight).expect("histories")
}

#[test]
fn donations_fit() {
    let data = donations();
    let model = BgBb::params().fit(&data).expect("a fit");
    let fit = model.fit();
    // [C]; [P] 1.204 .750 .657 2.783 and −33225.6 (table 3).
    assert!((fit.log_likelihood + 33_225.581_274).abs() < 1e-6, "{}", fit.log_likelihood);
    for (symbol, value, error) in [
        ("alpha", 1.203_522_4, 0.069_391),
        ("beta", 0.749_716_36, 0.029_448),
        ("gamma", 0.656_718_21, 0.051_01),
        ("delta", 2.783_442_2, 0.320_82),
    ] {
        close(fit.parameter(symbol).expect("a parameter"), value, 5e-8);
        close(fit.standard_error(symbol).expect("an error"), error, 2e-5);
    }
    assert_eq!((fit.termination, fit.reduces_to), (Termination::Converged, None));
    // [P] E[X(n)] of a new donor, four decimals.
    for (n, expected) in (1..).zip([0.4985, 0.9233, 1.2969, 1.6323, 1.9381]) {
        assert!((model.expected_purchases_new(0.0, f64::from(n)) - expected).abs() < 6e-5);
    }
    let sum: f64 = data.iter().zip(data.weight()).map(|(history, weight)| weight * model.log_likelihood(history)).sum();
    close(sum, fit.log_likelihood, 1e-13);
}

#[test]
fn a_sum_that_starts_at_nothing() {
    // [C]; `lifetimes` and `btyd` say −34.35: their sum starts at 1e-15.
    let model = model(1.2035, 0.7497, 0.6567, 2.7834);
    close(model.log_likelihood(history(26, 52, 52)), -39.903_491_996_8, 1e-12);
    close(model.probability_alive(history(26, 52, 52), 0.0), 1.0, 1e-15);
}

/// The likelihood by beta functions, term by term.
fn by_beta_functions(c: &Coefficients, history: Opportunities) -> f64 {
    let Coefficients { alpha, beta, gamma, delta } = *c;
    let [x, last, n] = [history.x, history.last, history.n].map(f64::from);
    let norm = ln_beta(alpha, beta) + ln_beta(gamma, delta);
    let mut log = ln_beta(alpha + x, beta + n - x) + ln_beta(gamma, delta + n) - norm;
    for i in history.last..history.n {
        let i = f64::from(i) - last;
        let term = ln_beta(alpha + x, beta + last - x + i) + ln_beta(gamma + 1.0, delta + last + i) - norm;
        log = ln_add_exp(log, term);
    }
    log
}

fn log_range(from: f64, to: f64) -> impl Strategy<Value = f64> {
    (from.ln()..to.ln()).prop_map(f64::exp)
}

prop_compose! {
    fn coefficients()(alpha in log_range(0.02, 100.0), beta in log_range(0.02, 100.0), gamma in log_range(0.02, 100.0), delta in log_range(0.02, 100.0))
        -> Coefficients { Coefficients { alpha, beta, gamma, delta } }
}

prop_compose! {
    fn opportunities()(n in 0..150_u32, of_n in 0.0..=1.0_f64, of_last in 0.0..=1.0_f64) -> Opportunities {
        #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "counts")]
        let part = |share: f64, whole: u32| (share * f64::from(whole)).round() as u32;
        let last = part(of_n, n);
        let x = part(of_last, last);
        Opportunities { x, last: if x == 0 { 0 } else { last }, n }
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(300))]

    #[test]
    fn ratios_agree_with_beta_functions(c in coefficients(), h in opportunities()) {
        let model = model(c.alpha, c.beta, c.gamma, c.delta);
        let found = model.log_likelihood(history(h.x, h.last, h.n));
        let naive = by_beta_functions(&c, h);
        prop_assert!((found - naive).abs() < 1e-12 * (100.0 + naive.abs()), "{} {}", found, naive);
    }

    #[test]
    fn gradient_and_hessian_are_those_of_the_value(c in coefficients(), h in opportunities()) {
        const STEP: f64 = 3e-4;
        let point = [c.alpha, c.beta, c.gamma, c.delta].map(f64::ln);
        let at = |point: [f64; 4]| {
            let [alpha, beta, gamma, delta] = point.map(f64::exp);
            let mut sum = Evaluation::zeros(4);
            Tables::new(Coefficients { alpha, beta, gamma, delta }, h.n).add(h, 1.0, &mut sum);
            sum
        };
        let here = at(point);
        let size = 1.0 + here.value.abs() + here.gradient.iter().chain(&here.hessian).fold(0.0_f64, |m, v| m.max(v.abs()));
        for i in 0..4 {
            let moved = |steps: f64| { let mut point = point; point[i] += steps * STEP; at(point) };
            let (p1, m1, p2, m2) = (moved(1.0), moved(-1.0), moved(2.0), moved(-2.0));
            let slope = |f: &dyn Fn(&Evaluation) -> f64| (8.0 * (f(&p1) - f(&m1)) - (f(&p2) - f(&m2))) / (12.0 * STEP);
            prop_assert!((slope(&|e| e.value) - here.gradient[i]).abs() < 1e-9 * size);
            for j in 0..4 {
                prop_assert!((slope(&|e| e.gradient[j]) - here.hessian[i * 4 + j]).abs() < 1e-8 * size, "{} {}", i, j);
            }
        }
    }

    #[test]
    fn answers_are_finite_in_range_and_consistent(c in coefficients(), h in opportunities(), ahead in 1..60_u32) {
        let (model, known) = (model(c.alpha, c.beta, c.gamma, c.delta), history(h.x, h.last, h.n));
        let ahead = f64::from(ahead);
        let (alive, later) = (model.probability_alive(known, 0.0), model.probability_alive(known, ahead));
        prop_assert!((0.0..=1.0).contains(&alive) && later <= alive && later >= 0.0);
        prop_assert!((model.log_probability_alive(known).exp() - alive).abs() <= 1e-12 * alive);
        let expected = model.expected_purchases(known, 0.0, ahead);
        prop_assert!(expected >= 0.0 && expected <= ahead);
        let (mut sum, mut mean) = (0.0, 0.0);
        #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "a count")]
        for n in 0..=ahead as u32 {
            let p = model.probability_of_purchases(known, n, ahead);
            prop_assert!((0.0..=1.0).contains(&p));
            sum += p;
            mean += f64::from(n) * p;
        }
        prop_assert!((sum - 1.0).abs() < 1e-11, "{}", sum);
        prop_assert!((mean - expected).abs() <= 1e-10 * expected, "{} {}", mean, expected);
        let none = model.probability_no_purchase(known, ahead);
        prop_assert!(none >= 1.0 - alive - 1e-14 && none >= 1.0 - expected - 1e-12);
        let rate = 0.05;
        let all = model.discounted_purchases(known, rate, None);
        let long = model.discounted_purchases(known, rate, Some(900.0));
        let many: f64 = (0..900).map(|k| model.expected_purchases(known, f64::from(k), f64::from(k + 1)) * (-rate * f64::from(k + 1)).exp()).sum();
        prop_assert!((all - long).abs() <= 1e-11 * all && (all - many).abs() <= 1e-11 * all, "{} {} {}", all, long, many);
        // E[p | history] = α/(α+β) L(α+1)/L(α), E[θ | history] = γ/(γ+δ) L(γ+1)/L(γ)
        let ratio = |other: BgBbModel| (other.log_likelihood(known) - model.log_likelihood(known)).exp();
        let rate = c.alpha / (c.alpha + c.beta) * ratio(self::model(c.alpha + 1.0, c.beta, c.gamma, c.delta));
        prop_assert!((model.posterior_mean_rate(known) / rate - 1.0).abs() < 1e-11);
        let dropout = c.gamma / (c.gamma + c.delta) * ratio(self::model(c.alpha, c.beta, c.gamma + 1.0, c.delta));
        prop_assert!((model.posterior_mean_dropout(known).expect("a probability") / dropout - 1.0).abs() < 1e-11);
    }
}

#[test]
fn long_sums_agree_in_both_ways() {
    for (gamma, delta) in [(0.4, 2.0), (1.0, 3.0), (1.0 + 3e-6, 0.7), (2.5, 40.0)] {
        let model = model(1.2, 0.8, gamma, delta);
        let short: f64 = (0..3).map(|k| f64::from(k) * 4000.0).map(|from| model.expected_purchases_new(from, from + 4000.0)).sum();
        close(model.expected_purchases_new(0.0, 12_000.0), short, 1e-9);
        let whole = model.discounted_purchases(history(0, 0, 0), 0.0, None);
        assert_eq!(whole.is_finite(), gamma > 1.0);
    }
    // Time within an opportunity holds none; the next one counts from its whole number on.
    let model = model(1.2, 0.8, 0.6, 2.0);
    assert_eq!(model.expected_purchases_new(0.0, 0.9).to_bits(), 0.0_f64.to_bits());
    close(model.expected_purchases_new(0.5, 2.0), model.expected_purchases_new(0.0, 2.0), 0.0);
}

#[test]
fn the_long_dead() {
    let model = model(60.0, 0.01, 0.5, 30.0);
    let silent = history(400, 400, 5000);
    assert_eq!(model.probability_alive(silent, 0.0).to_bits(), 0.0_f64.to_bits());
    assert!(model.log_probability_alive(silent) < -1000.0 && model.log_probability_alive(silent).is_finite());
    assert!(model.log_likelihood(silent).is_finite());
    assert_eq!(model.expected_purchases(silent, 0.0, 10.0).to_bits(), 0.0_f64.to_bits());
}

fn simulated(process: Process, customers: u64, seed: u64) -> Histories {
    let world = Simulation::new(process).customers(customers).seed(seed).span(10.0).run().expect("a world");
    world.iter().map(|customer| customer.history(10.0).expect("a customer")).collect::<crate::Result<_>>().expect("histories")
}

#[test]
fn the_truth_is_found_and_ridges_are_named() {
    let data = simulated(Process::BgBb { alpha: 1.5, beta: 2.0, gamma: 0.8, delta: 5.0 }, 20_000, 4);
    let fit = BgBb::params().fit(&data).expect("a fit").fit().clone();
    for (symbol, truth) in [("alpha", 1.5), ("beta", 2.0), ("gamma", 0.8), ("delta", 5.0)] {
        let (value, error) = (fit.parameter(symbol).expect("one"), fit.standard_error(symbol).expect("one"));
        assert!((value - truth).abs() < 3.5 * error, "{symbol}: {value} ± {error}");
    }
    for (process, reductions) in [
        (Process::BgBb { alpha: 1.5, beta: 2.0, gamma: 1e-9, delta: 1.0 }, vec![Reduction::NoDropout]),
        (Process::BgBb { alpha: 3e5, beta: 2e5, gamma: 0.8, delta: 5.0 }, vec![Reduction::HomogeneousPurchase]),
        (Process::BgBb { alpha: 1.5, beta: 2.0, gamma: 1e6, delta: 7e6 }, vec![Reduction::HomogeneousDropout]),
    ] {
        // Chance decides on which side of the ridge a sample falls: one of a few must lie on it.
        let found: Vec<_> =
            (0..6).map(|seed| BgBb::params().fit(&simulated(process, 1500, seed)).expect("a fit").fit().reduces_to).collect();
        assert!(found.iter().flatten().any(|found| reductions.contains(found)), "{process:?} {found:?}");
        assert!(found.iter().flatten().all(|found| *found != Reduction::Unidentified), "{process:?} {found:?}");
    }
}

#[test]
fn threads_leave_every_bit_and_a_warm_start_is_quick() {
    let data = simulated(Process::BgBb { alpha: 1.5, beta: 2.0, gamma: 0.8, delta: 5.0 }, 3000, 4);
    let fit = |threads: usize| {
        let pool = rayon::ThreadPoolBuilder::new().num_threads(threads).build().expect("threads");
        pool.install(|| BgBb::params().fit(&data).expect("a fit"))
    };
    let (one, two) = (fit(1), fit(2));
    assert_eq!(one, two);
    let warm = BgBb::params().warm_start(&one).fit(&data).expect("a fit");
    assert!(warm.fit().iterations <= 2);
    let prior = BgBb::params().prior(Prior::log_normal("gamma", 5.0, 0.1)).fit(&data).expect("a fit");
    assert!(prior.coefficients()[2] > one.coefficients()[2]);
}

#[test]
fn serialises() {
    let model = BgBb::params().time_unit(365.0).fit(&donations()).expect("a fit");
    let text = serde_json::to_string(&model).expect("text");
    let back: BgBbModel = serde_json::from_str(&text).expect("a model");
    close(back.coefficients()[3], model.coefficients()[3], 1e-15);
    assert!(serde_json::from_str::<BgBbModel>(&text.replace("bg-bb", "nbd")).is_err());
}

#[test]
fn rejected_settings_and_data() {
    let good = donations();
    for params in [
        BgBb::params().max_iterations(0),
        BgBb::params().time_unit(f64::NAN),
        BgBb::params().prior(Prior::log_normal("r", 1.0, 1.0)),
        BgBb::params().prior(Prior::log_normal("alpha", -1.0, 1.0)),
    ] {
        assert_eq!(params.fit(&good).expect_err("a bad setting").kind(), crate::ErrorKind::Parameter);
    }
    for (x, last, n) in [(2, 1.0, 5.0), (1, 1.5, 5.0), (1, 1.0, 5.5), (1, 1.0, 1e7)] {
        let data = Histories::new(vec![x], vec![last], vec![n]).expect("a history");
        let error = BgBb::params().fit(&data).expect_err("no opportunities");
        assert_eq!(error.kind(), crate::ErrorKind::Input);
    }
    let nobody = Histories::new(vec![], vec![], vec![]).expect("no histories");
    assert!(BgBb::params().fit(&nobody).is_err());
    assert!(BgBbModel::from_parameters(1.0, 1.0, 0.0, 1.0).is_err());
}
