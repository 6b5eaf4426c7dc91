//! Simulated worlds against closed forms, and against themselves.

use super::draw::{Stream, Variates};
use super::{Process, Simulation, Spend};

const BG: Process = Process::BgNbd { r: 0.242_594_52, alpha: 4.413_602, a: 0.792_922_02, b: 2.425_906_8 };

/// Standard errors that a simulated mean may be off its closed form: seeds are fixed, so this is decided once.
const ERRORS: f64 = 4.0;

#[track_caller]
fn agrees(values: &[f64], truth: f64) {
    let count = values.len() as f64;
    let mean = values.iter().sum::<f64>() / count;
    let variance = values.iter().map(|value| (value - mean).powi(2)).sum::<f64>() / (count - 1.0);
    let error = (variance / count).sqrt();
    assert!((mean - truth).abs() < ERRORS * error, "{mean} ± {error} is not {truth}");
}

fn counts(process: Process, span: f64) -> Vec<f64> {
    let world = Simulation::new(process).customers(100_000).seed(11).span(span).run().expect("valid");
    world.iter().map(|customer| customer.repeats.len() as f64).collect()
}

#[test]
fn mean_purchases_of_new_customers_follow_the_closed_forms() {
    // MODELS.md section 2: E[X(t)] of a new customer at the CDNOW estimates.
    agrees(&counts(BG, 3.0), 0.150_630_84);
    agrees(&counts(BG, 78.0), 1.857_958_4);
    let pareto = Process::ParetoNbd { r: 0.553_277_05, alpha: 10.577_683, s: 0.606_239_99, beta: 11.668_735 };
    agrees(&counts(pareto, 5.0), 0.233_686_19);
    agrees(&counts(Process::Nbd { r: 0.4, alpha: 8.0 }, 30.0), 0.4 / 8.0 * 30.0);
    // k stages a purchase: far from time 0 the count is near rate·t/k, less (k − 1)/(2k) for the first cycle.
    let regular = Process::BgCnbd { r: 50.0, alpha: 1.0, a: 1e-9, b: 1.0, k: 3 };
    agrees(&counts(regular, 20.0), 50.0 * 20.0 / 3.0 - 1.0 / 3.0);
    let donors = Process::BgBb { alpha: 1.203_522_4, beta: 0.749_716_36, gamma: 0.656_718_21, delta: 2.783_442_2 };
    agrees(&counts(donors, 1.0), 0.4985);
    agrees(&counts(donors, 5.0), 1.9381);
}

#[test]
fn the_first_purchase_is_an_occasion_to_leave_only_in_the_modified_models() {
    let (r, alpha, a, b) = (0.6, 5.0, 0.9, 2.1);
    let gone = |process: Process| -> Vec<f64> {
        let world = Simulation::new(process).customers(50_000).seed(5).run().expect("valid");
        world.iter().map(|customer| f64::from(u8::from(!customer.is_alive(0.0)))).collect()
    };
    assert!(gone(Process::BgNbd { r, alpha, a, b }).iter().all(|&gone| gone < 0.5));
    agrees(&gone(Process::MbgNbd { r, alpha, a, b }), a / (a + b));
    agrees(&gone(Process::MbgCnbd { r, alpha, a, b, k: 2 }), a / (a + b));
}

#[test]
fn renewals_follow_the_survival_curves() {
    // S(t) = B(α, β+t)/B(α, β) (Fader & Hardie 2007, eq. 6), as a product of retention rates (β+i)/(α+β+i).
    let (alpha, beta) = (0.668_088_35, 3.806_095);
    let survival = |t: u32| (0..t).map(|i| (beta + f64::from(i)) / (alpha + beta + f64::from(i))).product::<f64>();
    let world = Simulation::new(Process::Sbg { alpha, beta }).customers(100_000).seed(3).span(7.0).run().expect("valid");
    for t in 1..=7 {
        let alive: Vec<f64> = world.iter().map(|customer| f64::from(u8::from(customer.repeats.len() >= t as usize))).collect();
        agrees(&alive, survival(t));
    }
    // c = 1 is sBG, draw for draw.
    let weibull = Simulation::new(Process::Bdw { alpha, beta, c: 1.0 }).customers(1000).seed(3).span(7.0);
    assert!(weibull.run().expect("valid").iter().zip(&world).all(|(one, other)| one.repeats == other.repeats));
    // Fader et al. 2018: S(t) = B(α, β+t^c)/B(α, β); at t^c = 4 (t = 2, c = 2) the product above serves.
    let weibull = Simulation::new(Process::Bdw { alpha, beta, c: 2.0 }).customers(100_000).seed(4).span(2.0);
    let alive: Vec<f64> = weibull.run().expect("valid").iter().map(|customer| f64::from(u8::from(customer.repeats.len() == 2))).collect();
    agrees(&alive, survival(4));
}

#[test]
fn money_has_its_mean_and_moves_no_purchase() {
    let spend = Spend { p: 6.25, q: 3.74, v: 15.44 };
    let plain = Simulation::new(BG).customers(50_000).seed(9);
    let paid = plain.clone().spend(spend).run().expect("valid");
    let first: Vec<f64> = paid.iter().map(|customer| customer.spends[0]).collect();
    agrees(&first, spend.p * spend.v / (spend.q - 1.0));
    assert!(plain.run().expect("valid").iter().zip(&paid).all(|(one, other)| one.repeats == other.repeats));
    for customer in paid.iter().filter(|customer| customer.repeats.len() == 2) {
        let mean = customer.mean_repeat_value(52.0).expect("two repeats");
        assert!((mean - f64::midpoint(customer.spends[1], customer.spends[2])).abs() < 1e-12 * mean);
    }
}

#[test]
fn a_customer_depends_on_seed_and_index_alone() {
    let world = Simulation::new(BG).customers(300).seed(1).arrivals(10.0).run().expect("valid");
    let longer = Simulation::new(BG).customers(900).seed(1).arrivals(10.0).run().expect("valid");
    assert_eq!(world[..], longer[..300]);
    let one_thread = rayon::ThreadPoolBuilder::new().num_threads(1).build().expect("a pool");
    let alone = one_thread.install(|| Simulation::new(BG).customers(300).seed(1).arrivals(10.0).run().expect("valid"));
    assert_eq!(world, alone);
    let single = Simulation::new(BG).seed(1).arrivals(10.0).customer(123).expect("valid");
    assert_eq!(world[123], single);
    let other = Simulation::new(BG).customers(300).seed(2).arrivals(10.0).run().expect("valid");
    assert_ne!(world, other);
}

#[test]
fn histories_cut_the_log_at_a_date() {
    let world = Simulation::new(BG).customers(2000).seed(8).arrivals(12.0).span(60.0).run().expect("valid");
    for customer in &world {
        assert_eq!(customer.history(-1.0), None);
        let history = customer.history(39.0).expect("arrived");
        crate::analysis::clv::History::new(history.repeat_purchases, history.first_to_last, history.age)
            .expect("a history the models take");
        let later = customer.purchases_between(39.0, 60.0);
        assert_eq!(history.repeat_purchases as usize + later, customer.repeats.len());
        if later > 0 {
            assert!(customer.is_alive(39.0));
        }
    }
}

#[test]
fn the_smallest_shapes_give_numbers() {
    let mut variates = Variates::new(1, Stream::Purchases, 0);
    for _ in 0..1000 {
        assert!(variates.beta(1e-4, 1e-4).is_finite());
        assert!(variates.gamma(1e-4, 1.0).is_finite());
        assert!(variates.ln_gamma(1e-4).is_finite());
    }
    let beta: Vec<f64> = (0..50_000).map(|_| variates.beta(0.3, 1.7)).collect();
    agrees(&beta, 0.15);
    let gamma: Vec<f64> = (0..50_000).map(|_| variates.gamma(0.3, 2.0)).collect();
    agrees(&gamma, 0.15);
    let erlang: Vec<f64> = (0..50_000).map(|_| variates.erlang(12, 2.0)).collect();
    agrees(&erlang, 6.0);
}

#[test]
fn each_bad_setting_is_refused() {
    let world = Simulation::new(BG);
    assert!(world.check().is_ok());
    for bad in [
        world.clone().span(0.0),
        world.clone().span(f64::NAN),
        world.clone().arrivals(53.0),
        world.clone().arrivals(-1.0),
        world.clone().spend(Spend { p: 1.0, q: 0.0, v: 1.0 }),
        Simulation::new(Process::Nbd { r: 1.0, alpha: 1e-9 }),
        Simulation::new(Process::Nbd { r: f64::INFINITY, alpha: 1.0 }),
    ] {
        assert!(bad.run().is_err(), "{bad:?}");
    }
    assert!(Process::from_symbols("bg-nbd", |_| None).is_err());
    assert!(Process::from_symbols("gamma-gamma", |_| Some(1.0)).is_err());
    assert!(Process::from_symbols("bg-cnbd", |_| Some(1.5)).is_err());
    assert_eq!(BG.with_parameters(&[("a", 2.0)]).expect("own symbol").parameters()[2], ("a", 2.0));
    assert!(BG.with_parameters(&[("s", 2.0)]).is_err());
}

#[test]
fn a_process_survives_serialisation() {
    let text = serde_json::to_string(&BG).expect("plain data");
    assert!(text.starts_with(r#"{"model":"bg-nbd","r":"#), "{text}");
    assert_eq!(serde_json::from_str::<Process>(&text).expect("its own output"), BG);
}
