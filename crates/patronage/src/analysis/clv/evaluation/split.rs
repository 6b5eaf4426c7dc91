//! One origin of a backtest: calibration histories and what the same customers then did.

use serde::{Deserialize, Serialize};

use crate::analysis::clv::{Histories, History};
use crate::error::{Error, Result};

/// Customers with equal calibration histories and equal hold-outs.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct Outcome {
    /// The history at the end of the calibration period.
    pub history: History,
    /// Customers that share it.
    pub weight: f64,
    /// Purchase periods of each in the hold-out.
    pub purchases: u32,
}

/// Customers first seen in the hold-out: no model of known customers can forecast them, so they are listed apart.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Newcomers {
    /// How many there are.
    pub customers: u64,
    /// Their purchase periods in the hold-out, the first of each included.
    pub purchases: u64,
}

/// A calibration period and the hold-out after it.
///
/// Equal rows are collapsed and sorted, so nothing downstream depends on their order, and a million customers cost as
/// much as their distinct rows.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Split {
    outcomes: Vec<Outcome>,
    /// Mean of the log gaps over the customers of each outcome; empty if they were not given.
    log_gaps: Vec<f64>,
    horizon: f64,
    newcomers: Newcomers,
    actual_counts: Option<Vec<f64>>,
}

impl Split {
    /// A split from each customer's calibration history and its purchase periods in the `horizon` time units after it.
    ///
    /// `purchases` runs parallel to the rows of `histories`; where a row stands for several customers (its weight), each
    /// of them made that many. Log gaps, if the histories have them, go along to the fits.
    ///
    /// # Errors
    /// An input error if the lengths differ or no customer is left; a parameter error if `horizon` is not positive and finite.
    pub fn new(histories: &Histories, purchases: &[u32], horizon: f64) -> Result<Self> {
        if histories.len() != purchases.len() {
            return Err(Error::input(format!("{} calibration histories, but {} hold-out counts", histories.len(), purchases.len())));
        }
        if !(horizon.is_finite() && horizon > 0.0) {
            return Err(Error::parameter(format!("the hold-out must be positive and finite, found {horizon}")));
        }
        let gap = |row: usize| histories.log_gaps().map_or(0.0, |gaps| gaps[row]);
        let mut rows: Vec<(Outcome, f64)> = histories
            .iter()
            .zip(histories.weight())
            .zip(purchases)
            .enumerate()
            .map(|(row, ((history, &weight), &purchases))| (Outcome { history, weight, purchases }, gap(row)))
            .filter(|(outcome, _)| outcome.weight > 0.0)
            .collect();
        if rows.is_empty() {
            return Err(Error::input("no customer in the calibration period"));
        }
        let key = |one: &Outcome, other: &Outcome| {
            (one.history.repeat_purchases.cmp(&other.history.repeat_purchases))
                .then(one.history.first_to_last.total_cmp(&other.history.first_to_last))
                .then(one.history.age.total_cmp(&other.history.age))
                .then(one.purchases.cmp(&other.purchases))
        };
        // Weights and gaps last: they are summed below, and sums must not depend on the order of rows.
        rows.sort_unstable_by(|(one, gap), (other, other_gap)| {
            key(one, other).then(one.weight.total_cmp(&other.weight)).then(gap.total_cmp(other_gap))
        });
        rows.dedup_by(|(next, next_gap), (kept, gap)| {
            let same = key(next, kept).is_eq();
            if same {
                kept.weight += next.weight;
                *gap += (*next_gap - *gap) * next.weight / kept.weight;
            }
            same
        });
        let (outcomes, mut log_gaps): (Vec<Outcome>, Vec<f64>) = rows.into_iter().unzip();
        if histories.log_gaps().is_none() {
            log_gaps.clear();
        }
        Ok(Self { outcomes, log_gaps, horizon, newcomers: Newcomers::default(), actual_counts: None })
    }

    /// Adds the customers first seen in the hold-out.
    #[must_use]
    pub fn with_newcomers(mut self, newcomers: Newcomers) -> Self {
        self.newcomers = newcomers;
        self
    }

    /// Adds actual repeat purchases for the tracking chart: those of all calibration customers together, in each tracking
    /// step (a week, usually) since the first purchase of the oldest customer, calibration and hold-out.
    #[must_use]
    pub fn with_actual_counts(mut self, counts: Vec<f64>) -> Self {
        self.actual_counts = Some(counts);
        self
    }

    /// The distinct rows, sorted by history and then by hold-out purchases.
    #[must_use]
    pub fn outcomes(&self) -> &[Outcome] {
        &self.outcomes
    }

    /// Length of the hold-out in time units.
    #[must_use]
    pub fn horizon(&self) -> f64 {
        self.horizon
    }

    /// Customers first seen in the hold-out.
    #[must_use]
    pub fn newcomers(&self) -> Newcomers {
        self.newcomers
    }

    /// Actual repeat purchases per tracking step, if they were given.
    #[must_use]
    pub fn actual_counts(&self) -> Option<&[f64]> {
        self.actual_counts.as_deref()
    }

    /// Customers in the calibration period.
    #[must_use]
    pub fn customers(&self) -> f64 {
        self.outcomes.iter().map(|outcome| outcome.weight).sum()
    }

    /// The calibration histories, to fit models to.
    ///
    /// # Errors
    /// As the constructor of [`Histories`], which has seen them before.
    pub fn calibration(&self) -> Result<Histories> {
        let column = |value: fn(&Outcome) -> f64| self.outcomes.iter().map(value).collect::<Vec<f64>>();
        let histories = Histories::weighted(
            self.outcomes.iter().map(|outcome| outcome.history.repeat_purchases).collect(),
            column(|outcome| outcome.history.first_to_last),
            column(|outcome| outcome.history.age),
            column(|outcome| outcome.weight),
        )?;
        if self.log_gaps.is_empty() { Ok(histories) } else { histories.with_log_gaps(self.log_gaps.clone()) }
    }
}
