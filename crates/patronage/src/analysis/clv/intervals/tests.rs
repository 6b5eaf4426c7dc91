//! Intervals against closed forms, against each other, and against simulated futures.

use super::delta::normal_quantile;
use super::{Bootstrap, DeltaMethod, MeanInterval, Scale, predictive_money, predictive_purchases, purchases_quantile};
use crate::analysis::clv::simulation::{Process, Simulation, Spend, Stream, Variates};
use crate::analysis::clv::{Histories, History, ModelKind, PurchaseModel, fit_purchase_model, purchase_model};
use crate::error::Result;

const CDNOW: Process = Process::BgNbd { r: 0.243, alpha: 4.414, a: 0.793, b: 2.426 };
const SPEND: Spend = Spend { p: 6.25, q: 3.74, v: 15.44 };

fn world(process: Process, customers: u64) -> Histories {
    let world = Simulation::new(process).customers(customers).seed(4).arrivals(12.0).span(39.0).run().expect("valid");
    let histories: Result<Histories> =
        world.iter().map(|customer| customer.history(39.0).expect("arrived")).collect::<Vec<History>>().into_iter().collect();
    histories.expect("checked by the simulator")
}

fn fitted(kind: ModelKind, histories: &Histories) -> Box<dyn PurchaseModel> {
    fit_purchase_model(kind, histories, None, None).expect("a tame world")
}

#[test]
fn normal_quantiles() {
    // Abramowitz & Stegun 1964, table 26.6, and 50-digit arithmetic for the last.
    for (probability, quantile) in [(0.5, 0.0), (0.975, 1.959_963_984_540_054), (0.05, -1.644_853_626_951_472_2)] {
        assert!((normal_quantile(probability) - quantile).abs() < 1e-14, "{probability}");
    }
    assert!((normal_quantile(1e-10) + 6.361_340_902_404_056).abs() < 1e-12);
}

#[test]
fn bounds_stay_in_range_and_hold_the_estimate() {
    let wide = MeanInterval::new(0.999, 5.0, Scale::Logit, 1.96);
    assert!(wide.low > 0.0 && wide.low < 0.999 && wide.high > 0.999 && wide.high <= 1.0);
    let none = MeanInterval::new(0.0, 1.0, Scale::Log, 1.96);
    assert!(none.low.abs() < 1e-300 && none.high.abs() < 1e-300);
    let sure = MeanInterval::new(1.0, 0.0, Scale::Logit, 1.96);
    assert!((sure.low - 1.0).abs() < 1e-300 && (sure.high - 1.0).abs() < 1e-300);
    // Variances add on the logarithmic scale: 0.3² + 0.4² = 0.5².
    let product = MeanInterval::new(2.0, 0.3, Scale::Log, 1.0).times(MeanInterval::new(3.0, 0.4, Scale::Log, 1.0));
    assert!((product.high - 6.0 * 0.5_f64.exp()).abs() < 1e-12);
}

#[test]
fn the_delta_method_has_the_closed_form_where_there_is_one() {
    // NBD: E[X(t)] = r·t/α, so its logarithm has variance v_rr/r² + v_αα/α² − 2·v_rα/(rα).
    let histories = world(Process::Nbd { r: 0.8, alpha: 9.0 }, 3000);
    let model = fitted(ModelKind::Nbd, &histories);
    let fit = model.fit();
    let covariance = fit.covariance.as_ref().expect("estimated");
    let [r, alpha] = ["r", "alpha"].map(|symbol| fit.parameter(symbol).expect("nbd"));
    let variance = covariance[0][0] / (r * r) + covariance[1][1] / (alpha * alpha) - 2.0 * covariance[0][1] / (r * alpha);
    let delta = DeltaMethod::of_purchase_model(&*model).expect("estimated");
    let interval = delta.interval(Scale::Log, |model| model.expected_purchases_new(0.0, 52.0));
    assert!((interval.spread / variance.sqrt() - 1.0).abs() < 1e-6, "{} {}", interval.spread, variance.sqrt());
    assert!((interval.estimate - r / alpha * 52.0).abs() < 1e-9);
}

#[test]
fn what_was_given_has_no_interval_for_the_mean() {
    let model = purchase_model(&CDNOW).expect("valid");
    let error = DeltaMethod::of_purchase_model(&*model).expect_err("given");
    assert!(error.to_string().contains("given"), "{error}");
}

#[test]
fn delta_method_and_bootstrap_agree() {
    let histories = world(CDNOW, 4000);
    let model = fitted(ModelKind::BgNbd, &histories);
    let delta = DeltaMethod::of_purchase_model(&*model).expect("estimated");
    let bootstrap = Bootstrap::params().replicates(150).seed(1).run(&*model, &histories).expect("whole weights");
    assert!(bootstrap.failures().is_empty(), "{:?}", bootstrap.failures());
    for history in [(0, 0.0, 39.0), (2, 30.0, 39.0), (7, 12.0, 35.0)] {
        let history = History { repeat_purchases: history.0, first_to_last: history.1, age: history.2 };
        let interval = delta.interval(Scale::Log, |model| model.expected_purchases(history, 0.0, 52.0));
        let (low, high) = bootstrap.interval(|model| model.expected_purchases(history, 0.0, 52.0));
        // 150 replicates give a width to about 10 %, and the delta method is first-order.
        let ratio = (high / low).ln() / (interval.high / interval.low).ln();
        assert!((0.75..1.33).contains(&ratio), "{history:?}: {interval:?} against {low}..{high}");
        assert!(low < interval.estimate && interval.estimate < high);
        let alive = delta.interval(Scale::Logit, |model| model.probability_alive(history, 0.0));
        assert!(alive.low <= alive.estimate && alive.estimate <= alive.high && alive.high <= 1.0);
        if history.repeat_purchases == 0 {
            // BG/NBD: exactly 1 whatever the parameters.
            assert!((alive.low - 1.0).abs() < 1e-300 && (alive.high - 1.0).abs() < 1e-300);
        }
    }
}

#[test]
fn the_bootstrap_depends_on_its_seed_alone() {
    let histories = world(CDNOW, 300);
    let model = fitted(ModelKind::BgNbd, &histories);
    let run = |seed| {
        let bootstrap = Bootstrap::params().replicates(20).seed(seed).run(&*model, &histories).expect("whole weights");
        bootstrap.interval(|model| model.expected_purchases_new(0.0, 52.0))
    };
    let one_thread = rayon::ThreadPoolBuilder::new().num_threads(1).build().expect("a pool");
    let (alone, together) = (one_thread.install(|| run(7)), run(7));
    assert_eq!(alone.0.to_bits(), together.0.to_bits());
    assert_ne!(together.0.to_bits(), run(8).0.to_bits());
    for bad in [Bootstrap::params().replicates(5), Bootstrap::params().level(1.0)] {
        assert!(bad.run(&*model, &histories).is_err());
    }
}

#[test]
fn quantiles_of_counts_are_those_of_the_law() {
    let model = purchase_model(&CDNOW).expect("valid");
    for history in [(0, 0.0, 39.0), (2, 30.0, 39.0), (26, 30.8, 31.0)] {
        let history = History { repeat_purchases: history.0, first_to_last: history.1, age: history.2 };
        for probability in [0.05, 0.5, 0.95] {
            let quantile = purchases_quantile(&*model, history, 52.0, probability);
            let below = |n: u32| (0..n).map(|x| model.probability_of_purchases(history, x, 52.0)).sum::<f64>();
            assert!(below(quantile + 1) >= probability - 1e-9 && below(quantile) < probability + 1e-9);
        }
    }
}

/// Simulated money of one customer's future, and how often it lies above the predictive quantiles.
#[test]
fn futures_lie_outside_predictive_intervals_as_often_as_they_should() {
    const DRAWS: usize = 20_000;
    let regular = Process::MbgCnbd { r: 3.0, alpha: 2.5, a: 1.2, b: 6.0, k: 3 };
    let lifetimes = Process::ParetoNbd { r: 0.553, alpha: 10.578, s: 0.606, beta: 11.669 };
    for process in [CDNOW, regular, lifetimes] {
        let model = purchase_model(&process).expect("valid");
        for (x, t_x, mean_value) in [(2, 30.43, 40.0), (12, 36.0, 15.0)] {
            let history = History { repeat_purchases: x, first_to_last: t_x, age: 38.86 };
            let counts = predictive_purchases(&*model, history, 52.0);
            let money = predictive_money(&*model, &SPEND, history, mean_value, 52.0);
            let alive = model.probability_alive(history, 0.0);
            let mut variates = Variates::new(5, Stream::Future, u64::from(x));
            let (mut more, mut fewer, mut richer, mut poorer) = (0, 0, 0, 0);
            for _ in 0..DRAWS {
                let mut count = 0;
                if variates.bernoulli(alive) {
                    process.future_if_alive(history, 52.0, &mut variates, |_| count += 1);
                }
                let repeats = f64::from(x);
                let rate = variates.gamma(SPEND.q + SPEND.p * repeats, SPEND.v + repeats * mean_value);
                let spent = if count == 0 { 0.0 } else { variates.gamma(SPEND.p * f64::from(count), rate) };
                more += usize::from(f64::from(count) > counts.p95);
                fewer += usize::from(f64::from(count) < counts.p05);
                richer += usize::from(spent > money.p95);
                poorer += usize::from(spent < money.p05);
            }
            let share = |count: usize| count as f64 / DRAWS as f64;
            // Standard error 0.0015; counts are discrete, so fewer than 5 % may lie outside.
            assert!(share(more) < 0.057 && share(fewer) < 0.057, "{process:?} {x}: {counts:?}");
            assert!((share(richer) - 0.05).abs() < 0.007, "{process:?} {x}: {} above {money:?}", share(richer));
            // Nobody spends less than nothing: where the 5 % quantile is 0, none are below it.
            assert!(money.p05 <= 0.0 || (share(poorer) - 0.05).abs() < 0.007, "{}", share(poorer));
        }
    }
}

#[test]
fn heavy_buyers_are_sampled_and_land_near_their_mean() {
    let model = purchase_model(&Process::Nbd { r: 2.0, alpha: 0.01 }).expect("valid");
    let history = History { repeat_purchases: 5000, first_to_last: 99.0, age: 100.0 };
    let interval = predictive_purchases(&*model, history, 52.0);
    // About Poisson(2600) with a little more spread: standard deviation √(2600·(1 + 52/100)) = 63.
    assert!((interval.p05 - (2601.0 - 1.645 * 62.9)).abs() < 6.0, "{interval:?}");
    assert!((interval.p95 - (2601.0 + 1.645 * 62.9)).abs() < 6.0, "{interval:?}");
}

#[test]
fn discounted_money_is_well_scaled() {
    // What the doc of `predictive_money` says of the shortcut for discounted money, measured.
    let model = purchase_model(&CDNOW).expect("valid");
    let history = History { repeat_purchases: 12, first_to_last: 36.0, age: 38.86 };
    let rate = 1.1_f64.ln() * 7.0 / 365.0;
    let ratio = model.discounted_purchases(history, rate, Some(52.0)) / model.expected_purchases(history, 0.0, 52.0);
    let scaled = predictive_money(&*model, &SPEND, history, 15.0, 52.0).scaled(ratio);
    let alive = model.probability_alive(history, 0.0);
    let mut variates = Variates::new(6, Stream::Future, 0);
    let mut draws: Vec<f64> = (0..40_000)
        .map(|_| {
            let money_rate = variates.gamma(SPEND.q + SPEND.p * 12.0, SPEND.v + 12.0 * 15.0);
            let mut times = Vec::new();
            if variates.bernoulli(alive) {
                CDNOW.future_if_alive(history, 52.0, &mut variates, |time| times.push(time));
            }
            times.iter().map(|time| (-rate * time).exp() * variates.gamma(SPEND.p, money_rate)).sum()
        })
        .collect();
    draws.sort_unstable_by(f64::total_cmp);
    let exact = draws[38_000];
    assert!((scaled.p95 / exact - 1.0).abs() < 0.02, "{} against {exact}", scaled.p95);
}
