//! A world of simulated customers.

use rayon::prelude::*;
use serde::{Deserialize, Serialize};

use super::draw::{Stream, Variates, purchases};
use super::process::{Process, Spend};
use crate::analysis::clv::History;
use crate::error::{Error, Result};

/// The largest mean number of purchases a customer may have: beyond, parameters and span are surely in different units.
const MOST_PURCHASES: f64 = 1e6;

/// A world to simulate: a process, a number of customers, a seed and the dates.
///
/// ```
/// use patronage::analysis::clv::simulation::{Process, Simulation};
/// let process = Process::BgNbd { r: 0.243, alpha: 4.414, a: 0.793, b: 2.426 };
/// let customers = Simulation::new(process).customers(100).seed(7).arrivals(12.0).span(39.0).run()?;
/// assert_eq!(customers.len(), 100);
/// assert!(customers.iter().all(|customer| customer.first_purchase < 12.0));
/// # Ok::<(), patronage::Error>(())
/// ```
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Simulation {
    process: Process,
    spend: Option<Spend>,
    customers: u64,
    seed: u64,
    arrivals: f64,
    span: f64,
}

impl Simulation {
    /// A world of 1,000 customers that all start at time 0 and are watched for 52 units, seed 0, without money.
    #[must_use]
    pub fn new(process: Process) -> Self {
        Self { process, spend: None, customers: 1000, seed: 0, arrivals: 0.0, span: 52.0 }
    }

    /// The number of customers.
    #[must_use]
    pub fn customers(mut self, customers: u64) -> Self {
        self.customers = customers;
        self
    }

    /// The seed; equal seeds give equal worlds.
    #[must_use]
    pub fn seed(mut self, seed: u64) -> Self {
        self.seed = seed;
        self
    }

    /// First purchases are uniform over `[0, arrivals)`, on whole units for a process in discrete time.
    #[must_use]
    pub fn arrivals(mut self, arrivals: f64) -> Self {
        self.arrivals = arrivals;
        self
    }

    /// The log ends this many time units after its start.
    #[must_use]
    pub fn span(mut self, span: f64) -> Self {
        self.span = span;
        self
    }

    /// Draws money for every purchase as well.
    #[must_use]
    pub fn spend(mut self, spend: Spend) -> Self {
        self.spend = Some(spend);
        self
    }

    /// The process that customers follow.
    #[must_use]
    pub fn process(&self) -> &Process {
        &self.process
    }

    /// Checks parameters and dates.
    ///
    /// # Errors
    /// A parameter error if a parameter is not positive, the span is not positive and finite, arrivals go beyond the span,
    /// or customers would make more than a million purchases each on average.
    pub fn check(&self) -> Result<()> {
        self.process.check()?;
        if let Some(spend) = &self.spend {
            spend.check()?;
        }
        if !(self.span.is_finite() && self.span > 0.0) {
            return Err(Error::parameter(format!("span must be positive and finite, found {}", self.span)));
        }
        if !(self.arrivals >= 0.0 && self.arrivals <= self.span) {
            return Err(Error::parameter(format!("arrivals must lie between 0 and the span of {}, found {}", self.span, self.arrivals)));
        }
        let mean = self.process.mean_purchases_at_most(self.span);
        if mean > MOST_PURCHASES || mean.is_nan() {
            return Err(Error::parameter(format!("customers would make up to {mean:.0} purchases each on average"))
                .with_hint("are the parameters and the span in the same time unit?"));
        }
        Ok(())
    }

    /// Simulates all customers, in parallel, in order of their index.
    ///
    /// # Errors
    /// As [`check`](Self::check).
    pub fn run(&self) -> Result<Vec<SimulatedCustomer>> {
        self.check()?;
        Ok((0..self.customers).into_par_iter().map(|index| self.draw(index)).collect())
    }

    /// Simulates the customer numbered `index` alone; the same as element `index` of [`run`](Self::run).
    ///
    /// # Errors
    /// As [`check`](Self::check).
    pub fn customer(&self, index: u64) -> Result<SimulatedCustomer> {
        self.check()?;
        Ok(self.draw(index))
    }

    fn draw(&self, index: u64) -> SimulatedCustomer {
        let mut variates = Variates::new(self.seed, Stream::Purchases, index);
        let mut first_purchase = variates.uniform() * self.arrivals;
        if self.process.is_discrete() {
            first_purchase = first_purchase.floor();
        }
        let latent = self.process.draw(&mut variates);
        let mut repeats = Vec::new();
        let left_after = purchases(&latent, self.span - first_purchase, 0, true, &mut variates, |time| repeats.push(time));
        let (spend_rate, spends) = self.spend.map_or((None, Vec::new()), |spend| {
            let mut variates = Variates::new(self.seed, Stream::Spend, index);
            let rate = variates.gamma(spend.q, spend.v);
            (Some(rate), (0..=repeats.len()).map(|_| variates.gamma(spend.p, rate)).collect())
        });
        let truth = Truth { rate: latent.rate, dropout: latent.dropout, left_after, spend_rate };
        SimulatedCustomer { first_purchase, repeats, spends, truth }
    }
}

impl Process {
    /// The history of one new customer watched for `age` time units.
    pub(crate) fn history_of_age(&self, age: f64, variates: &mut Variates) -> History {
        let latent = self.draw(variates);
        let (mut repeat_purchases, mut first_to_last) = (0_u32, 0.0);
        purchases(&latent, age, 0, true, variates, |time| {
            repeat_purchases = repeat_purchases.saturating_add(1);
            first_to_last = time;
        });
        History { repeat_purchases, first_to_last, age }
    }
}

/// What no real log shows: a simulated customer's own law.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct Truth {
    /// λ, the purchase rate (for CNBD-k the rate of stages, so purchases come at λ/k), or the chance to buy at an
    /// opportunity (1 for contracts).
    pub rate: f64,
    /// The chance to leave at an occasion (p or θ), or the rate of leaving (μ, Pareto/NBD); none for NBD.
    pub dropout: Option<f64>,
    /// Time from the first purchase until it left; infinite if it did not within the span. In discrete time the first
    /// occasion that it missed because it was gone.
    pub left_after: f64,
    /// ν, the rate of its gamma law of money, where money was drawn.
    pub spend_rate: Option<f64>,
}

/// One simulated customer.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct SimulatedCustomer {
    /// Time units from the start of the log to the first purchase.
    pub first_purchase: f64,
    /// Repeat purchases (or renewals), in time units since the first purchase, ascending.
    pub repeats: Vec<f64>,
    /// Money of the first and of each repeat purchase; empty if no money was drawn.
    pub spends: Vec<f64>,
    /// The truth behind them.
    pub truth: Truth,
}

impl SimulatedCustomer {
    /// What is known of the customer at `date` (time units since the start of the log); none if it is not yet one.
    #[must_use]
    pub fn history(&self, date: f64) -> Option<History> {
        let age = date - self.first_purchase;
        if age < 0.0 || age.is_nan() {
            return None;
        }
        let seen = self.repeats.partition_point(|&time| time <= age);
        let first_to_last = if seen == 0 { 0.0 } else { self.repeats[seen - 1] };
        Some(History { repeat_purchases: u32::try_from(seen).unwrap_or(u32::MAX), first_to_last, age })
    }

    /// Repeat purchases in `(from, to]`, time units since the start of the log.
    #[must_use]
    pub fn purchases_between(&self, from: f64, to: f64) -> usize {
        let before = |date: f64| self.repeats.partition_point(|&time| time <= date - self.first_purchase);
        before(to).saturating_sub(before(from))
    }

    /// Whether it has not left by `date` (time units since the start of the log).
    #[must_use]
    pub fn is_alive(&self, date: f64) -> bool {
        date - self.first_purchase < self.truth.left_after
    }

    /// Mean money of the repeat purchases up to `date`; none without a repeat purchase or without money.
    #[must_use]
    pub fn mean_repeat_value(&self, date: f64) -> Option<f64> {
        let seen = self.repeats.partition_point(|&time| time <= date - self.first_purchase);
        let values = self.spends.get(1..=seen).filter(|values| !values.is_empty())?;
        // A count of purchases that fit in memory is exact in f64.
        Some(values.iter().sum::<f64>() / values.len() as f64)
    }
}
