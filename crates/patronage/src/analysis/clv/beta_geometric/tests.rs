//! Derivatives against finite differences, methods against each other, and properties over random customers.

use proptest::prelude::*;

use super::future::{Of, State, trapezoid};
use super::likelihood::Law;
use super::objective::{CovariateSample, Dropout, Leaving, Sample};
use crate::analysis::clv::covariates::Covariates;
use crate::analysis::clv::histories::{Histories, History};
use crate::math::optimiser::Objective;

/// Central differences of value and gradient with step 1e-5: truncation and rounding are both near 1e-9.
const DIFFERENCES: f64 = 2e-7;

fn derivatives_agree<O: Objective>(objective: &O, point: &[f64]) {
    const H: f64 = 1e-5;
    let here = objective.evaluate(point);
    let size = 1.0 + here.gradient.iter().chain(&here.hessian).fold(0.0_f64, |most, entry| most.max(entry.abs()));
    let d = point.len();
    for i in 0..d {
        let moved = |by: f64| {
            let mut moved = point.to_vec();
            moved[i] += by;
            objective.evaluate(&moved)
        };
        let (up, down) = (moved(H), moved(-H));
        let slope = (up.value - down.value) / (2.0 * H);
        let noise = 1e-10 * here.value.abs();
        assert!((slope - here.gradient[i]).abs() < DIFFERENCES * size + noise, "gradient {i}: {slope} {here:?}");
        for j in 0..d {
            let slope = (up.gradient[j] - down.gradient[j]) / (2.0 * H);
            assert!((slope - here.hessian[i * d + j]).abs() < DIFFERENCES * size, "Hessian {i} {j}: {slope} {here:?}");
        }
    }
}

/// A handful of customers of all kinds, times of order 1.
fn sample() -> Histories {
    Histories::weighted(
        vec![0, 0, 1, 2, 3, 7, 30, 200],
        vec![0.0, 0.0, 0.4, 0.1, 1.0, 0.9, 1.2, 1.1],
        vec![1.0, 0.0, 1.1, 0.7, 1.0, 1.3, 1.2, 1.15],
        vec![3.0, 1.0, 2.0, 1.0, 1.5, 1.0, 0.5, 0.2],
    )
    .expect("histories")
}

fn law() -> impl Strategy<Value = Law> {
    let positive = |low: f64, high: f64| (low.ln()..high.ln()).prop_map(f64::exp);
    (positive(0.02, 50.0), positive(1e-3, 1e4), positive(0.02, 50.0), positive(0.02, 500.0), any::<bool>())
        .prop_map(|(r, alpha, a, b, modified)| Law { r, alpha, a, b, k: 1, modified })
}

fn customer() -> impl Strategy<Value = History> {
    let count = prop_oneof![Just(0_u32), 1_u32..20, 20_u32..10_000];
    (count, 0.0..1.0_f64, (-3.0..4.0_f64).prop_map(|exponent| 10_f64.powf(exponent))).prop_map(|(x, share, age)| {
        let t_x = if x == 0 { 0.0 } else { (age * share).max(f64::MIN_POSITIVE) };
        History { repeat_purchases: x, first_to_last: t_x, age }
    })
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::with_cases(64) })]

    #[test]
    fn gradient_and_hessian(point in prop::collection::vec(-2.5..2.5_f64, 4), k in 1_u32..6, modified: bool) {
        let data = sample();
        let leaving = if modified { Leaving::AfterAny } else { Leaving::AfterRepeat };
        derivatives_agree(&Sample::new(&data, 0.8, k, leaving), &point);
        derivatives_agree(&Sample::new(&data, 0.8, k, Leaving::Never), &point[..2]);
    }

    #[test]
    fn gradient_and_hessian_with_covariates(point in prop::collection::vec(-1.0..1.0_f64, 8), modified: bool) {
        let data = sample();
        let z = Covariates::new([("z", (0..8).map(|row| f64::from(row % 3) - 0.7).collect())]).expect("columns");
        let w = Covariates::new([
            ("one", (0..8).map(|row| f64::from(row % 2)).collect()),
            ("two", (0..8).map(|row| 0.3 * f64::from(row) - 1.0).collect::<Vec<_>>()),
        ]).expect("columns");
        let shared = CovariateSample { histories: &data, purchase: &z, dropout: &w, convention: Dropout::Shared, modified };
        derivatives_agree(&shared, &point[..7]);
        let one = Covariates::new([("one", (0..8).map(|row| f64::from(row % 2)).collect())]).expect("columns");
        let separate = CovariateSample { dropout: &one, convention: Dropout::Separate, ..shared };
        derivatives_agree(&separate, &point[..7]);
    }

    #[test]
    fn answers_are_finite_in_range_and_free_of_the_unit(
        law in law(), customer in customer(), reach in (-3.0..4.0_f64), unit in prop_oneof![Just(1.0 / 168.0), Just(1.0), Just(52.0)],
    ) {
        let h = 10_f64.powf(reach);
        let other = Law { alpha: law.alpha * unit, ..law };
        let moved = History { first_to_last: customer.first_to_last * unit, age: customer.age * unit, ..customer };
        prop_assume!(customer.repeat_purchases == 0 || moved.first_to_last > 0.0);
        let likelihood = law.log_likelihood(customer);
        prop_assert!(likelihood.is_finite());
        let shifted = other.log_likelihood(moved) + f64::from(customer.repeat_purchases) * unit.ln();
        let size = 1.0 + likelihood.abs() + f64::from(customer.repeat_purchases) * (law.alpha.ln().abs() + unit.ln().abs() + 10.0);
        prop_assert!((likelihood - shifted).abs() < 1e-12 * size, "{likelihood} {shifted}");
        let (state, same) = (law.state(customer), other.state(moved));
        // P(alive) may be e^(−many thousand): the exponent carries the rounding.
        let rounding = 1e-13 * (1.0 + law.log_odds_of_dropout(customer).clamp(-1e9, 1e9).abs() + law.shape(customer.repeat_purchases));
        let agree = |one: f64, two: f64| (one - two).abs() <= 20.0 * rounding * one.abs() + 1e-300;
        for (one, two) in [
            (state.alive, same.alive),
            (state.probability_alive(h), same.probability_alive(h * unit)),
            (state.expected_purchases(0.0, h), same.expected_purchases(0.0, h * unit)),
            (law.posterior_mean_rate(customer), other.posterior_mean_rate(moved) * unit),
            (law.posterior_mean_dropout(customer), other.posterior_mean_dropout(moved)),
        ] {
            prop_assert!(one.is_finite() && one >= 0.0, "{one}");
            prop_assert!(agree(one, two), "{one} {two}");
        }
        prop_assert!(state.alive <= 1.0 && state.probability_alive(h) <= state.alive * (1.0 + 1e-12));
        let (half, whole) = (state.expected_purchases(0.0, 0.5 * h), state.expected_purchases(0.0, h));
        prop_assert!(half <= whole * (1.0 + 1e-12));
        prop_assert!(whole <= state.alive * state.shape * h / state.scale * (1.0 + 1e-11));
        for n in [0, 1, 7] {
            let p = state.probability_of_purchases(n, h);
            prop_assert!((0.0..=1.0).contains(&p), "{p}");
        }
    }

    #[test]
    fn answers_of_regular_buyers_are_finite_and_in_range(
        law in law(), customer in customer(), reach in (-3.0..2.0_f64), k in 2_u32..8,
    ) {
        let law = Law { k, ..law };
        let customer = History { repeat_purchases: customer.repeat_purchases % 500, ..customer };
        prop_assume!((customer.repeat_purchases == 0) == (customer.first_to_last == 0.0));
        let h = customer.age.max(law.alpha) * 10_f64.powf(reach);
        prop_assert!(law.log_likelihood(customer).is_finite());
        let state = law.state(customer);
        let (early, late) = (state.expected_purchases(0.0, 0.3 * h), state.expected_purchases(0.0, h));
        prop_assert!(late.is_finite() && 0.0 <= early && early <= late * (1.0 + 1e-12), "{early} {late}");
        let alive = [state.alive, state.probability_alive(0.3 * h), state.probability_alive(h)];
        prop_assert!(alive.iter().all(|p| (0.0..=1.0).contains(p)), "{alive:?}");
        prop_assert!(alive[2] <= alive[1] * (1.0 + 1e-12) && alive[1] <= alive[0] * (1.0 + 1e-12));
        let p = state.probability_of_purchases(0, h);
        prop_assert!((0.0..=1.0).contains(&p) && p >= 1.0 - state.alive - 1e-12, "{p}");
        prop_assert!(law.posterior_mean_rate(customer).is_finite());
        prop_assert!((0.0..=1.0).contains(&law.posterior_mean_dropout(customer)));
    }

    #[test]
    fn sum_and_trapezoid_agree(law in law(), customer in customer(), reach in (-3.0..2.0_f64)) {
        let state = law.state(customer);
        let tau = 10_f64.powf(reach).min(2000.0 / state.shape);
        for of in [Of::Survival, Of::Purchases] {
            let (sum, rule) = (state.sum(of, state.shape, 0, tau), trapezoid(of, state.shape, tau, state.a, state.b));
            prop_assert!((sum - rule).abs() < 2e-12 * sum, "{of:?} {sum} {rule} {state:?} τ {tau}");
        }
    }
}

#[test]
fn blocks_are_sums_of_single_customers() {
    use super::block::{Columns, timing};
    use super::likelihood::Local;
    let data = sample();
    for (modified, alpha) in [(false, 0.5), (true, 0.5), (false, 1e9), (true, 1e-3)] {
        let law = Law { r: 0.6, alpha, a: 0.7, b: 2.1, k: 1, modified };
        let columns = Columns { x: data.repeat_purchases(), t_x: data.first_to_last(), age: data.age(), weight: data.weight() };
        let block = timing(&law, columns).expect("no overflow");
        let mut single = Local::default();
        for (history, &weight) in data.iter().zip(data.weight()) {
            single.add(&law.timing(history), weight);
        }
        let pairs = |local: &Local| std::iter::once(local.value).chain(local.gradient).chain(local.hessian).collect::<Vec<f64>>();
        for (one, two) in pairs(&block).into_iter().zip(pairs(&single)) {
            assert!((one - two).abs() <= 2e-14 * (two.abs() + single.value.abs()), "{one} {two}");
        }
    }
    // Odds of e^(1000) of having left: blocks give up, single customers do not.
    let law = Law { r: 1000.0, alpha: 1e-3, a: 0.7, b: 2.1, k: 1, modified: true };
    let columns = Columns { x: &[3], t_x: &[0.1], age: &[1.0], weight: &[1.0] };
    assert!(timing(&law, columns).is_none());
    assert!(law.timing(History { repeat_purchases: 3, first_to_last: 0.1, age: 1.0 }).value.is_finite());
}

#[test]
fn discounting_at_nothing_is_counting() {
    let law = Law { r: 0.243, alpha: 4.414, a: 0.793, b: 2.426, k: 1, modified: false };
    let state: State = law.state(History { repeat_purchases: 2, first_to_last: 30.43, age: 38.86 });
    let (plain, slight) = (state.purchases_if_alive(0.0, 39.0), state.discounted_if_alive(1e-9, Some(39.0)));
    assert!((plain - slight).abs() < 1e-7 * plain);
    assert!(state.discounted_if_alive(0.0, None).is_infinite());
    // Panels in time to a far horizon, and the continued fraction for ever: two methods, one answer.
    for (law, x) in [(law, 2), (law, 0), (Law { modified: true, a: 0.05, b: 0.1, r: 0.02, ..law }, 1), (law, 900)] {
        let state = law.state(History { repeat_purchases: x, first_to_last: if x == 0 { 0.0 } else { 30.43 }, age: 38.86 });
        for rate in [0.0027, 0.5] {
            let (far, never) = (state.discounted_if_alive(rate, Some(41.999 / rate)), state.discounted_if_alive(rate, None));
            assert!((far - never).abs() < 2e-12 * never, "{x} {rate} {far} {never}");
        }
    }
}

#[test]
fn stages_of_one_are_the_plain_model() {
    let law = Law { r: 0.6, alpha: 3.0, a: 0.7, b: 2.1, k: 1, modified: true };
    let plain = law.state(History { repeat_purchases: 4, first_to_last: 9.0, age: 12.0 });
    assert_eq!(plain.stages, [1.0]);
    // Three stages a purchase at three times the rate: about as many purchases, more surely.
    let regular = Law { k: 3, alpha: 1.0, ..law }.state(History { repeat_purchases: 4, first_to_last: 9.0, age: 12.0 });
    let (one, three) = (plain.purchases_if_alive(0.0, 5.0), regular.purchases_if_alive(0.0, 5.0));
    assert!((one - three).abs() < 0.5, "{one} {three}");
    let mass: f64 = (0..200).map(|n| regular.probability_of_purchases(n, 5.0)).sum();
    let mean: f64 = (0..200).map(|n| f64::from(n) * regular.probability_of_purchases(n, 5.0)).sum();
    assert!((mass - 1.0).abs() < 1e-12 && (mean - regular.expected_purchases(0.0, 5.0)).abs() < 1e-12);
}
