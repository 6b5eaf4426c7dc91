//! Every answer of every purchase-timing model against simulated futures.
//!
//! A world is simulated from known parameters and cut at a date. Within any group of customers formed by what is known at
//! the cut (here: repeat purchases and recency), the mean of what the model says must be the mean of what then happens,
//! up to Monte-Carlo error. Nothing but the simulator is trusted: the answers are not compared with each other.

use patronage::analysis::clv::simulation::{Process, SimulatedCustomer, Simulation};
use patronage::analysis::clv::{History, PurchaseModel, purchase_model};

/// Largest standardised difference allowed. There are some 1,500 comparisons in this file, so about 4 are expected beyond
/// 3 and 0.1 beyond 4; seeds are fixed, so the outcome is too.
const Z: f64 = 4.3;

/// Fewer customers than this make no group: the normal law of their mean would be doubtful.
const SMALLEST_GROUP: usize = 100;

struct World {
    name: &'static str,
    process: Process,
    /// Dates, in the process's time unit.
    arrivals: f64,
    cut: f64,
    end: f64,
}

/// Worlds in weeks: a quarter of arrivals, a cut after 39 weeks, and as long again.
fn weeks(name: &'static str, process: Process) -> World {
    World { name, process, arrivals: 12.0, cut: 39.0, end: 78.0 }
}

/// Collects differences between answer and outcome, group by group.
struct Comparison<'a> {
    world: &'a World,
    groups: Vec<(String, Vec<usize>)>,
    failures: Vec<String>,
    compared: usize,
}

impl Comparison<'_> {
    /// Compares expectations with outcomes.
    fn means(&mut self, what: &str, pairs: &[(f64, f64)]) {
        self.compare(what, pairs, 0.0, |_| 0.0);
    }

    /// Compares expected counts with counts, in groups with at least 30 expected: fewer do not show their own variance.
    fn counts(&mut self, what: &str, pairs: &[(f64, f64)]) {
        let all = self.groups.clone();
        self.groups.retain(|(_, members)| members.iter().map(|&i| pairs[i].0).sum::<f64>() >= 30.0);
        self.compare(what, pairs, 0.0, |_| 0.0);
        self.groups = all;
    }

    /// Compares probabilities with events. Where hardly any is seen, their variance cannot be seen either: the binomial
    /// one of the probabilities is a lower bound for it.
    fn events(&mut self, what: &str, pairs: &[(f64, f64)]) {
        self.compare(what, pairs, 1.0, |probability| probability * (1.0 - probability));
    }

    fn compare(&mut self, what: &str, pairs: &[(f64, f64)], slack: f64, variance_at_least: impl Fn(f64) -> f64) {
        for (group, members) in &self.groups {
            let count = members.len() as f64;
            let mean_of = |value: &dyn Fn((f64, f64)) -> f64| members.iter().map(|&i| value(pairs[i])).sum::<f64>() / count;
            let mean = mean_of(&|(answer, outcome)| answer - outcome);
            let seen = mean_of(&|(answer, outcome)| (answer - outcome - mean).powi(2)) * count / (count - 1.0);
            let error = (seen.max(mean_of(&|(answer, _)| variance_at_least(answer))) / count).sqrt();
            self.compared += 1;
            // Where nothing is random (P(alive) = 1), what is left is rounding; a single event is no evidence.
            let wrong = if error < 1e-9 { mean.abs() > 1e-8 } else { mean.abs() > Z * error + slack / count };
            if wrong || !mean.is_finite() {
                self.failures.push(format!("{}, {what}, {group} ({count} customers): off by {mean:.3e} ± {error:.1e}", self.world.name));
            }
        }
    }
}

fn group(history: &History) -> String {
    let x = match history.repeat_purchases {
        0 => "x = 0",
        1 => "x = 1",
        2..=3 => "x = 2-3",
        4..=8 => "x = 4-8",
        _ => "x > 8",
    };
    let recency = history.first_to_last / history.age.max(1e-9);
    let last = if history.repeat_purchases == 0 {
        "never"
    } else if recency < 0.4 {
        "long ago"
    } else if recency < 0.8 {
        "some time ago"
    } else {
        "recently"
    };
    format!("{x}, {last}")
}

fn check(world: &World, seed: u64) -> (usize, Vec<String>) {
    let model = purchase_model(&world.process).expect("valid parameters");
    let simulation = Simulation::new(world.process).customers(25_000).seed(seed).arrivals(world.arrivals);
    let customers = simulation.span(world.end).run().expect("valid dates");
    let histories: Vec<History> = customers.iter().map(|one| one.history(world.cut).expect("arrived")).collect();
    let mut groups: std::collections::BTreeMap<String, Vec<usize>> = std::collections::BTreeMap::new();
    for (index, history) in histories.iter().enumerate() {
        groups.entry(group(history)).or_default().push(index);
    }
    let groups = groups.into_iter().filter(|group| group.1.len() >= SMALLEST_GROUP).collect();
    let mut comparison = Comparison { world, groups, failures: Vec::new(), compared: 0 };
    for_the_future(world, &*model, &customers, &histories, &mut comparison);
    let pairs = |pair: &dyn Fn(&History, &SimulatedCustomer) -> (f64, f64)| -> Vec<(f64, f64)> {
        histories.iter().zip(&customers).map(|(history, customer)| pair(history, customer)).collect()
    };
    // CNBD truth is the rate of stages; answers are about purchases.
    let stages = match world.process {
        Process::BgCnbd { k, .. } | Process::MbgCnbd { k, .. } => f64::from(k),
        _ => 1.0,
    };
    comparison.means(
        "posterior mean of the rate",
        &pairs(&|history, customer| (model.posterior_mean_rate(*history), customer.truth.rate / stages)),
    );
    if customers[0].truth.dropout.is_some() {
        comparison.means(
            "posterior mean of dropout",
            &pairs(&|history, customer| {
                let answer = model.posterior_mean_dropout(*history).expect("customers leave");
                (answer, customer.truth.dropout.expect("customers leave"))
            }),
        );
    }
    // New customers: every history is the outcome of one.
    comparison.groups = vec![("all".to_owned(), (0..customers.len()).collect())];
    comparison.counts(
        "purchases of a new customer",
        &pairs(&|history, _| (model.expected_purchases_new(0.0, history.age), f64::from(history.repeat_purchases))),
    );
    for x in [0, 1, 2, 5, 12] {
        comparison.events(
            &format!("P(X = {x}) of a new customer"),
            &pairs(&|history, _| {
                let event = f64::from(u8::from(history.repeat_purchases == x));
                (model.probability_of_purchases_new(x, history.age), event)
            }),
        );
    }
    (comparison.compared, comparison.failures)
}

fn for_the_future(
    world: &World,
    model: &dyn PurchaseModel,
    customers: &[SimulatedCustomer],
    histories: &[History],
    comparison: &mut Comparison,
) {
    let pairs = |pair: &dyn Fn(&History, &SimulatedCustomer) -> (f64, f64)| -> Vec<(f64, f64)> {
        histories.iter().zip(customers).map(|(history, customer)| pair(history, customer)).collect()
    };
    let horizon = world.end - world.cut;
    for ahead in [0.0, (horizon * 0.5).floor()] {
        comparison.events(
            &format!("P(alive) at T + {ahead}"),
            &pairs(&|history, customer| {
                let alive = f64::from(u8::from(customer.is_alive(world.cut + ahead)));
                (model.probability_alive(*history, ahead), alive)
            }),
        );
    }
    for (from, to) in [(0.0, (horizon * 0.2).floor()), (0.0, horizon), ((horizon * 0.5).floor(), horizon)] {
        comparison.counts(
            &format!("purchases in ({from}, {to}]"),
            &pairs(&|history, customer| {
                let actual = customer.purchases_between(world.cut + from, world.cut + to);
                (model.expected_purchases(*history, from, to), actual as f64)
            }),
        );
    }
    for n in [0, 1, 2, 5] {
        comparison.events(
            &format!("P({n} purchases)"),
            &pairs(&|history, customer| {
                let actual = customer.purchases_between(world.cut, world.end);
                (model.probability_of_purchases(*history, n, horizon), f64::from(u8::from(actual == n as usize)))
            }),
        );
    }
    let rate = 0.05;
    comparison.counts(
        "discounted purchases",
        &pairs(&|history, customer| {
            let future = customer.repeats.iter().map(|time| customer.first_purchase + time - world.cut);
            let actual: f64 = future.filter(|&ahead| ahead > 0.0).map(|ahead| (-rate * ahead).exp()).sum();
            (model.discounted_purchases(*history, rate, Some(horizon)), actual)
        }),
    );
}

#[track_caller]
fn agrees(seed: u64, world: &World) {
    let (compared, failures) = check(world, seed);
    assert!(failures.is_empty(), "{} of {compared} comparisons fail:\n{}", failures.len(), failures.join("\n"));
    assert!(compared > 30, "only {compared} comparisons");
}

#[test]
fn nbd() {
    agrees(1, &weeks("nbd", Process::Nbd { r: 0.6, alpha: 9.0 }));
}

#[test]
fn bg_nbd() {
    agrees(2, &weeks("CDNOW", Process::BgNbd { r: 0.243, alpha: 4.414, a: 0.793, b: 2.426 }));
    agrees(3, &weeks("a + b < 1", Process::BgNbd { r: 0.8, alpha: 6.0, a: 0.3, b: 0.5 }));
}

#[test]
fn mbg_nbd() {
    agrees(4, &weeks("CDNOW", Process::MbgNbd { r: 0.525, alpha: 6.183, a: 0.891, b: 1.614 }));
    agrees(5, &weeks("loyal", Process::MbgNbd { r: 2.0, alpha: 12.0, a: 1.5, b: 9.0 }));
}

#[test]
fn pareto_nbd() {
    agrees(6, &weeks("CDNOW", Process::ParetoNbd { r: 0.553, alpha: 10.578, s: 0.606, beta: 11.669 }));
    agrees(7, &weeks("alpha < beta", Process::ParetoNbd { r: 1.4, alpha: 5.0, s: 1.3, beta: 40.0 }));
}

#[test]
fn bg_cnbd() {
    agrees(8, &weeks("k = 3", Process::BgCnbd { r: 1.2, alpha: 2.0, a: 0.7, b: 3.0, k: 3 }));
}

#[test]
fn mbg_cnbd() {
    agrees(9, &weeks("k = 2", Process::MbgCnbd { r: 0.9, alpha: 3.0, a: 0.8, b: 2.5, k: 2 }));
    agrees(10, &weeks("k = 6", Process::MbgCnbd { r: 3.0, alpha: 2.5, a: 1.2, b: 6.0, k: 6 }));
}

#[test]
fn bg_bb() {
    let process = Process::BgBb { alpha: 1.204, beta: 0.75, gamma: 0.657, delta: 2.783 };
    agrees(11, &World { name: "donations", process, arrivals: 3.0, cut: 8.0, end: 14.0 });
}
