//! Worlds with known truth, drawn at random from wide or from tame ranges of parameters.
//!
//! Shared by the tests and by the studies in `examples/`: world number n of a model is the same everywhere.
#![expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "numbers of customers and of periods, whole and small")]

use patronage::analysis::clv::simulation::{Process, Simulation, Spend};
use patronage::analysis::clv::{Histories, History, ModelKind};

/// A world and the parameters it came from.
#[derive(Debug)]
pub(crate) struct World {
    /// The truth, by symbol, in the order of the model's fit.
    pub(crate) truth: Vec<(&'static str, f64)>,
    /// The law of its purchases; none for money alone.
    pub(crate) process: Option<Process>,
    /// What a model is fitted to.
    pub(crate) data: Data,
}

/// The data of a world.
#[derive(Debug)]
pub(crate) enum Data {
    /// Purchase or donation histories.
    Histories(Histories),
    /// Repeat purchases and their mean money, per customer with at least one.
    Spends(Vec<u32>, Vec<f64>),
    /// Customers at the start and after each renewal.
    Survivors(Vec<f64>),
}

/// How worlds are drawn.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Range {
    /// Over orders of magnitude, 200 to 20,000 customers: what a fit must survive.
    Wide,
    /// Where the data identify every parameter: what standard errors are judged on.
    Tame,
}

/// Uniform numbers by `SplitMix64` (Steele, Lea, Flood 2014).
struct Dice(u64);

impl Dice {
    fn uniform(&mut self, from: f64, to: f64) -> f64 {
        self.0 = self.0.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        z ^= z >> 31;
        from + (to - from) * ((z >> 11) as f64 / 2.0_f64.powi(53))
    }

    fn log_uniform(&mut self, from: f64, to: f64) -> f64 {
        self.uniform(from.ln(), to.ln()).exp()
    }

    /// Shapes of a beta law with mean and precision (sum of shapes) in the ranges given.
    fn beta(&mut self, mean: (f64, f64), precision: (f64, f64)) -> (f64, f64) {
        let mean = self.log_uniform(mean.0, mean.1);
        let precision = self.log_uniform(precision.0, precision.1);
        (mean * precision, (1.0 - mean) * precision)
    }
}

/// World `number` of a model.
pub(crate) fn world(model: ModelKind, range: Range, number: u64) -> World {
    let mut dice = Dice((model as u64) << 40 | u64::from(range == Range::Wide) << 32 | number);
    let wide = range == Range::Wide;
    let customers = if wide { dice.log_uniform(200.0, 20_000.0).round() } else { 4000.0 };
    match model {
        ModelKind::GammaGamma => spends(&mut dice, wide, customers, number),
        ModelKind::Sbg | ModelKind::Bdw => contracts(model, &mut dice, wide, customers, number),
        ModelKind::BgBb => opportunities(&mut dice, wide, customers, number),
        _ => purchases(model, &mut dice, wide, customers, number),
    }
}

fn purchases(model: ModelKind, dice: &mut Dice, wide: bool, customers: f64, number: u64) -> World {
    // Time in units of anything from hours to years: the span tells.
    let span = if wide { dice.log_uniform(1.0, 10_000.0) } else { 52.0 };
    let arrivals = span * if wide { dice.uniform(0.1, 0.9) } else { 0.5 };
    let mean_age = span - 0.5 * arrivals;
    let r = if wide { dice.log_uniform(0.05, 20.0) } else { dice.log_uniform(0.5, 2.0) };
    // Purchases a customer would make at the mean age if it stayed.
    let activity = if wide { dice.log_uniform(0.1, 50.0) } else { dice.log_uniform(4.0, 12.0) };
    let mut alpha = r * mean_age / activity;
    let (a, b) = if wide { dice.beta((0.005, 0.8), (0.2, 50.0)) } else { dice.beta((0.1, 0.3), (1.0, 4.0)) };
    let s = if wide { dice.log_uniform(0.05, 20.0) } else { dice.log_uniform(0.5, 1.5) };
    // Mean lifetime rate s/β against the mean age.
    let leaving = if wide { dice.log_uniform(0.02, 10.0) } else { dice.log_uniform(0.5, 2.0) };
    let beta = s * mean_age / leaving;
    let k = if dice.uniform(0.0, 1.0) < 0.5 { 2 } else { 3 };
    if matches!(model, ModelKind::BgCnbd | ModelKind::MbgCnbd) {
        alpha /= f64::from(k);
    }
    let process = match model {
        ModelKind::Nbd => Process::Nbd { r, alpha },
        ModelKind::BgNbd => Process::BgNbd { r, alpha, a, b },
        ModelKind::MbgNbd => Process::MbgNbd { r, alpha, a, b },
        ModelKind::ParetoNbd => Process::ParetoNbd { r, alpha, s, beta },
        ModelKind::BgCnbd => Process::BgCnbd { r, alpha, a, b, k },
        _ => Process::MbgCnbd { r, alpha, a, b, k },
    };
    let simulation = Simulation::new(process).customers(customers as u64).seed(number).arrivals(arrivals).span(span);
    histories(process, &simulation, span)
}

fn opportunities(dice: &mut Dice, wide: bool, customers: f64, number: u64) -> World {
    let (alpha, beta) = if wide { dice.beta((0.02, 0.95), (0.2, 20.0)) } else { dice.beta((0.3, 0.6), (1.0, 4.0)) };
    let (gamma, delta) = if wide { dice.beta((0.01, 0.8), (0.2, 20.0)) } else { dice.beta((0.1, 0.3), (1.0, 4.0)) };
    let span = if wide { dice.uniform(3.0, 30.0).floor() } else { 12.0 };
    let arrivals = if wide { (span * dice.uniform(0.0, 0.6)).floor() } else { 4.0 };
    let process = Process::BgBb { alpha, beta, gamma, delta };
    let simulation = Simulation::new(process).customers(customers as u64).seed(number).arrivals(arrivals).span(span);
    histories(process, &simulation, span)
}

fn histories(process: Process, simulation: &Simulation, span: f64) -> World {
    let world = simulation.run().expect("valid parameters");
    let seen: patronage::Result<Histories> =
        world.iter().map(|customer| customer.history(span).expect("arrived")).collect::<Vec<History>>().into_iter().collect();
    World { truth: process.parameters(), process: Some(process), data: Data::Histories(seen.expect("checked by the simulator")) }
}

fn spends(dice: &mut Dice, wide: bool, customers: f64, number: u64) -> World {
    let (p, q) = if wide {
        (dice.log_uniform(0.3, 50.0), dice.log_uniform(1.2, 30.0))
    } else {
        (dice.log_uniform(2.0, 10.0), dice.log_uniform(2.0, 5.0))
    };
    let mean = dice.log_uniform(0.01, 1e6);
    let spend = Spend { p, q, v: mean * (q - 1.0) / p };
    let process = Process::Nbd { r: dice.uniform(0.5, 2.0), alpha: 10.0 };
    let simulation = Simulation::new(process).customers(customers as u64).seed(number).span(40.0).spend(spend);
    let world = simulation.run().expect("valid parameters");
    let mut columns = (Vec::new(), Vec::new());
    for customer in &world {
        if let Some(value) = customer.mean_repeat_value(40.0) {
            columns.0.push(customer.repeats.len() as u32);
            columns.1.push(value);
        }
    }
    World { truth: vec![("p", spend.p), ("q", spend.q), ("v", spend.v)], process: None, data: Data::Spends(columns.0, columns.1) }
}

fn contracts(model: ModelKind, dice: &mut Dice, wide: bool, customers: f64, number: u64) -> World {
    let (alpha, beta) = if wide { dice.beta((0.02, 0.8), (0.3, 20.0)) } else { dice.beta((0.15, 0.4), (1.0, 4.0)) };
    let periods = if wide { dice.uniform(3.0, 13.0).floor() } else { 10.0 };
    let c = if wide { dice.log_uniform(0.4, 2.5) } else { dice.log_uniform(0.8, 1.5) };
    let process = match model {
        ModelKind::Sbg => Process::Sbg { alpha, beta },
        _ => Process::Bdw { alpha, beta, c },
    };
    let simulation = Simulation::new(process).customers(customers as u64).seed(number).span(periods);
    let world = simulation.run().expect("valid parameters");
    let survivors =
        (0..=periods as usize).map(|renewals| world.iter().filter(|customer| customer.repeats.len() >= renewals).count() as f64).collect();
    World { truth: process.parameters(), process: Some(process), data: Data::Survivors(survivors) }
}
