//! The inter-purchase rule: who is overdue by its own habit.

use serde::{Deserialize, Serialize};

use super::days::{Days, PurchaseDays};
use crate::error::{Error, Result};
use crate::math::quantile;
use crate::time::{date_of, day_number};
use chrono::NaiveDate;

/// How many gaps of a customer's own weigh as much as those of everybody, where the data cannot tell.
const FALLBACK_STRENGTH: f64 = 5.0;

/// When a customer is overdue. See the [module](super) for the rule.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct GapRule {
    /// The quantile of gaps that is the limit.
    pub quantile: f64,
    /// That quantile of everybody's gaps, in days.
    pub population_limit: f64,
    /// The median of everybody's gaps, in days.
    pub population_usual: f64,
    /// k: how many gaps of a customer's own weigh as much as those of everybody; none when customers do not differ, so that own
    /// gaps never count.
    pub strength: Option<f64>,
    /// The gaps that the rule rests on.
    pub gaps: u64,
    /// The customers they belong to.
    pub customers: u64,
}

/// One customer's gaps at a date.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct OwnGap {
    /// Days since the last purchase.
    pub(super) present: i32,
    /// Beyond so many days the customer is overdue.
    pub(super) limit: f64,
    /// The customer's usual gap: as the limit, but of medians.
    pub(super) usual: f64,
}

impl OwnGap {
    /// Present gap over limit.
    pub(super) fn ratio(&self) -> f64 {
        f64::from(self.present) / self.limit
    }

    /// The logarithm of the ratio at the middle of the day, for hours are not known: a purchase of today has one, too.
    pub(super) fn log_ratio(&self) -> f64 {
        ((f64::from(self.present) + 0.5) / self.limit).ln()
    }
}

impl GapRule {
    /// Learns the rule from the gaps that had closed by a date; `strength` is estimated when it is not given.
    ///
    /// # Errors
    /// When nobody had bought on two days.
    pub(super) fn fit(days: &PurchaseDays, as_of: i32, quantile: f64, strength: Option<f64>) -> Result<Self> {
        let mut gaps: Vec<f64> = Vec::new();
        let mut spread = Spread::default();
        for row in 0..days.len() {
            let start = gaps.len();
            gaps.extend(days.customer(row).until(as_of).gaps());
            spread.add(&gaps[start..]);
        }
        gaps.sort_unstable_by(f64::total_cmp);
        let (Some(limit), Some(usual)) = (quantile::type7(&gaps, quantile), quantile::type7(&gaps, 0.5)) else {
            return Err(Error::fit(format!("no customer has bought on two days by {}", date_of(as_of)))
                .with_hint("without a gap between purchases nobody can be overdue: a longer history is needed"));
        };
        Ok(Self {
            quantile,
            population_limit: limit,
            population_usual: usual,
            strength: strength.map_or_else(|| spread.strength(), Some),
            gaps: gaps.len() as u64,
            customers: spread.customers,
        })
    }

    /// The weight of a customer's own `gaps`.
    #[must_use]
    pub fn own_weight(&self, gaps: u32) -> f64 {
        match self.strength {
            Some(_) if gaps == 0 => 0.0,
            Some(strength) => f64::from(gaps) / (f64::from(gaps) + strength),
            None => 0.0,
        }
    }

    /// A customer's limit in days, given its own closed gaps in days.
    ///
    /// ```
    /// use patronage::analysis::churn::GapRule;
    /// let rule = GapRule { quantile: 0.8, population_limit: 90.0, population_usual: 40.0, strength: Some(2.0), gaps: 100, customers: 50 };
    /// assert_eq!(rule.limit(&[]), 90.0);
    /// // Two own gaps weigh as much as those of everybody: the geometric mean of 10 and 90.
    /// assert!((rule.limit(&[10.0, 10.0]) - 30.0).abs() < 1e-12);
    /// ```
    #[must_use]
    pub fn limit(&self, own_gaps: &[f64]) -> f64 {
        let mut sorted = own_gaps.to_vec();
        sorted.sort_unstable_by(f64::total_cmp);
        self.shrunk(&sorted, self.quantile, self.population_limit)
    }

    fn shrunk(&self, sorted: &[f64], p: f64, population: f64) -> f64 {
        let weight = self.own_weight(u32::try_from(sorted.len()).unwrap_or(u32::MAX));
        match quantile::type7(sorted, p) {
            // Exact where the customer is like everybody.
            Some(own) if weight > 0.0 => population * (weight * (own / population).ln()).exp(),
            _ => population,
        }
    }

    /// A customer's gaps; `days` are those up to the date, and there is at least one purchase.
    pub(super) fn of(&self, days: Days<'_>, as_of: i32) -> OwnGap {
        let mut own: Vec<f64> = days.gaps().collect();
        own.sort_unstable_by(f64::total_cmp);
        let last = days.day.last().copied().unwrap_or(as_of);
        OwnGap {
            present: as_of.saturating_sub(last).max(0),
            limit: self.shrunk(&own, self.quantile, self.population_limit),
            usual: self.shrunk(&own, 0.5, self.population_usual),
        }
    }

    /// A customer's present gap over its limit at a date; none for a row that had not bought by then.
    ///
    /// # Panics
    /// When `row` is not below the number of customers, as a slice does.
    #[must_use]
    pub fn overdue_ratio(&self, days: &PurchaseDays, row: usize, as_of: NaiveDate) -> Option<f64> {
        let as_of = day_number(as_of);
        let own = days.customer(row).until(as_of);
        (!own.day.is_empty()).then(|| self.of(own, as_of).ratio())
    }
}

/// Sums of log gaps within and between customers, for the variance components of a one-way layout.
#[derive(Debug, Default)]
struct Spread {
    customers: u64,
    gaps: f64,
    gaps_squared: f64,
    sum: f64,
    /// Σ n·mean².
    between: f64,
    within: f64,
}

impl Spread {
    fn add(&mut self, gaps: &[f64]) {
        if gaps.is_empty() {
            return;
        }
        let count = gaps.len() as f64;
        let sum: f64 = gaps.iter().map(|gap| gap.ln()).sum();
        let mean = sum / count;
        self.customers += 1;
        self.gaps += count;
        self.gaps_squared += count * count;
        self.sum += sum;
        self.between += count * mean * mean;
        self.within += gaps.iter().map(|gap| (gap.ln() - mean).powi(2)).sum::<f64>();
    }

    /// σ²/τ², the variance of a customer's log gaps over that of customers' means; none when τ² is not above 0.
    fn strength(&self) -> Option<f64> {
        let groups = self.customers as f64;
        if self.customers < 2 || self.gaps <= groups {
            return Some(FALLBACK_STRENGTH);
        }
        let within = self.within / (self.gaps - groups);
        let between = (self.between - self.sum * self.sum / self.gaps) / (groups - 1.0);
        let size = (self.gaps - self.gaps_squared / self.gaps) / (groups - 1.0);
        let variance = (between - within) / size;
        (variance > 0.0).then(|| within / variance)
    }
}
