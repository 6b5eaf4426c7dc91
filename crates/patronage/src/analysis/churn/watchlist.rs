//! Whom to contact first.

use rayon::prelude::*;

use super::change::Change;
use super::days::PurchaseDays;
use super::fit::ChurnModel;
use super::score::{ChurnScores, RiskClass};
use crate::error::Result;
use crate::money;

/// A ranked contact list: most to lose first. See the [module](super).
#[derive(Debug, Clone, PartialEq)]
pub struct Watchlist {
    by_residual_value: bool,
    entries: Vec<WatchlistEntry>,
}

/// One customer of a watchlist.
#[derive(Debug, Clone, PartialEq)]
pub struct WatchlistEntry {
    /// The row of the customer in the scores.
    pub row: usize,
    /// The customer's id.
    pub customer_id: String,
    /// Probability × residual value, in currency units; none where residual value is not known.
    pub value_at_risk: Option<f64>,
    /// Probability × purchase money of the last 365 days: what the list goes by where residual value is not known.
    pub year_at_risk: f64,
    /// The probability of no purchase within the horizon.
    pub churn_probability: f64,
    /// Its class.
    pub churn_class: RiskClass,
    /// What the customer is still worth, in currency units.
    pub residual_value: Option<f64>,
    /// Purchase money of the last 365 days × retention rate: a baseline for residual value.
    pub baseline_value: Option<f64>,
    /// Days since the last purchase over the customer's limit.
    pub overdue_ratio: f64,
    /// Days since the last purchase.
    pub days_since_last: u32,
    /// The usual gap between purchases in days.
    pub usual_gap_days: f64,
    /// What changed last.
    pub last_change: Change,
}

impl Watchlist {
    /// Ranks scored customers by what is expected to be lost, equals by id, and keeps the first `top`. Customers with nothing to
    /// lose are left out; so are all where the data were too thin for a probability.
    ///
    /// # Errors
    /// As [`ChurnScores::value_at_risk`].
    pub fn new(model: &ChurnModel, days: &PurchaseDays, scores: &ChurnScores, residual_value: Option<&[f64]>, top: usize) -> Result<Self> {
        let at_risk = match residual_value {
            Some(values) => scores.value_at_risk(values)?,
            None => None,
        };
        let by_residual_value = residual_value.is_some();
        let (Some(probability), Some(class)) = (scores.probability(), scores.class()) else {
            return Ok(Self { by_residual_value, entries: Vec::new() });
        };
        let scale = days.scale();
        let year = |row: usize| money::to_f64(scores.year_money()[row], scale);
        let mut order: Vec<(f64, usize)> = (0..probability.len())
            .map(|row| (at_risk.as_ref().map_or_else(|| probability[row] * year(row), |values| values[row]), row))
            .filter(|(loss, _)| *loss > 0.0)
            .collect();
        // Rows stand in the order of ids.
        order.par_sort_unstable_by(|a, b| b.0.total_cmp(&a.0).then(a.1.cmp(&b.1)));
        order.truncate(top);
        let ratios: Vec<f64> = scores.overdue_ratio().collect();
        let since: Vec<u32> = scores.days_since_last().collect();
        let usual: Vec<f64> = scores.usual_gap_days().collect();
        let entry = |(_, row): (f64, usize)| WatchlistEntry {
            row,
            customer_id: days.customer_id().get(scores.rows()[row]).to_owned(),
            value_at_risk: at_risk.as_ref().map(|values| values[row]),
            year_at_risk: probability[row] * year(row),
            churn_probability: probability[row],
            churn_class: class[row],
            residual_value: residual_value.map(|values| values[row]),
            baseline_value: model.retention_rate().map(|rate| rate * year(row)),
            overdue_ratio: ratios[row],
            days_since_last: since[row],
            usual_gap_days: usual[row],
            last_change: scores.change()[row],
        };
        Ok(Self { by_residual_value, entries: order.into_iter().map(entry).collect() })
    }

    /// The customers, rank 1 first.
    #[must_use]
    pub fn entries(&self) -> &[WatchlistEntry] {
        &self.entries
    }

    /// Whether the list goes by value at risk, or by the purchase money of the last 365 days at risk.
    #[must_use]
    pub fn by_residual_value(&self) -> bool {
        self.by_residual_value
    }
}
