//! The settings of churn and the one place where they are checked.

use chrono::NaiveDate;
use serde::{Deserialize, Serialize};

use super::days::PurchaseDays;
use super::fit::ChurnModel;
use super::methods::{Forecast, Method, PastForecasts};
use super::sample::Fewest;
use crate::error::{Error, Result};

/// The entry to churn risk. See the [module](super).
#[derive(Debug, Clone, Copy)]
pub struct Churn;

impl Churn {
    /// The default settings: 90 days, quantile 0.8, estimated shrinkage, penalty 1, classes at 1/3 and 2/3, the method by hold-out.
    #[must_use]
    pub fn params() -> ChurnParams {
        ChurnParams::default()
    }
}

/// The settings, each with a default. Nothing is checked before [`fit`](Self::fit).
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct ChurnParams {
    horizon_days: u32,
    quantile: f64,
    strength: Option<f64>,
    penalty: f64,
    classes: [f64; 2],
    fewest: Fewest,
    method: Option<Method>,
    top: usize,
}

impl Default for ChurnParams {
    fn default() -> Self {
        Self {
            horizon_days: 90,
            quantile: 0.8,
            strength: None,
            penalty: 1.0,
            classes: [1.0 / 3.0, 2.0 / 3.0],
            fewest: Fewest { customers: 100, of_each_kind: 30 },
            method: None,
            top: 1_000,
        }
    }
}

/// Settings that have been checked; they stand in the fitted model.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub(super) struct Plan {
    pub(super) horizon_days: i32,
    pub(super) quantile: f64,
    pub(super) strength: Option<f64>,
    pub(super) penalty: f64,
    pub(super) classes: [f64; 2],
    pub(super) fewest: Fewest,
    pub(super) method: Option<Method>,
}

impl ChurnParams {
    /// Churn is no purchase within so many days; windows of money and value classes are as long.
    #[must_use]
    pub fn horizon_days(mut self, days: u32) -> Self {
        self.horizon_days = days;
        self
    }

    /// The quantile of gaps beyond which a customer is overdue.
    #[must_use]
    pub fn quantile(mut self, quantile: f64) -> Self {
        self.quantile = quantile;
        self
    }

    /// k: so many gaps of a customer's own weigh as much as those of everybody; estimated by default.
    #[must_use]
    pub fn shrinkage(mut self, gaps: f64) -> Self {
        self.strength = Some(gaps);
        self
    }

    /// α of the classifier's penalty α/2·Σ coefficient², which is 1/C in scikit-learn.
    #[must_use]
    pub fn penalty(mut self, alpha: f64) -> Self {
        self.penalty = alpha;
        self
    }

    /// A probability below `low` is low risk, above `high` high risk, and medium between.
    #[must_use]
    pub fn classes(mut self, low: f64, high: f64) -> Self {
        self.classes = [low, high];
        self
    }

    /// The fewest customers, and of churners and others each, from which a probability is learnt: 100 and 30.
    #[must_use]
    pub fn fewest(mut self, customers: u64, of_each_kind: u64) -> Self {
        self.fewest = Fewest { customers, of_each_kind };
        self
    }

    /// Takes the probability from this method, whatever the hold-out says.
    #[must_use]
    pub fn method(mut self, method: Method) -> Self {
        self.method = Some(method);
        self
    }

    /// The most customers on a [watchlist](super::Watchlist).
    #[must_use]
    pub fn top(mut self, customers: usize) -> Self {
        self.top = customers;
        self
    }

    /// The most customers on a watchlist.
    #[must_use]
    pub fn watchlist_top(&self) -> usize {
        self.top
    }

    /// The horizon in days.
    #[must_use]
    pub fn horizon(&self) -> u32 {
        self.horizon_days
    }

    /// Learns the rule of gaps, tests the methods on the hold-out, and takes the best; see the [module](super).
    ///
    /// `now` is the forecast of a purchase model at `as_of`; it takes part in the test if its `past` is given, too. Purchases
    /// after `as_of` are not looked at.
    ///
    /// # Errors
    /// When a setting is out of range or forecasts do not belong to these customers (kind `Parameter`), nobody had bought on two
    /// days by the date, or a method was asked for by name that these data do not allow (`Fit`), or a sum of money has more than
    /// 38 digits (`Overflow`). Data that are too thin for a test are no error: [`ChurnModel::missing`] says what is missing.
    pub fn fit(&self, days: &PurchaseDays, as_of: NaiveDate, now: Option<&Forecast>, past: Option<&PastForecasts>) -> Result<ChurnModel> {
        ChurnModel::fit(self.check()?, days, as_of, now, past)
    }

    pub(super) fn check(&self) -> Result<Plan> {
        let Self { horizon_days, quantile, strength, penalty, classes: [low, high], fewest, method, .. } = *self;
        let horizon_days = i32::try_from(horizon_days)
            .ok()
            .filter(|days| (1..=36_500).contains(days))
            .ok_or_else(|| Error::parameter("the horizon has to be 1 to 36,500 days").with_value(&horizon_days.to_string()))?;
        if !(quantile > 0.0 && quantile < 1.0) {
            return Err(Error::parameter("the quantile of gaps has to lie between 0 and 1").with_value(&quantile.to_string()));
        }
        if let Some(gaps) = strength.filter(|gaps| !(*gaps >= 0.0 && gaps.is_finite())) {
            return Err(Error::parameter("the shrinkage has to be a number of gaps, 0 or more").with_value(&gaps.to_string()));
        }
        if !(penalty > 0.0 && penalty.is_finite()) {
            return Err(Error::parameter("the penalty has to be above 0").with_value(&penalty.to_string()).with_hint(
                "without any, a feature that parts churners from others completely has an infinite coefficient; 1e-6 is next to none",
            ));
        }
        if !(0.0 <= low && low <= high && high <= 1.0) {
            return Err(Error::parameter("risk classes need 0 ≤ low ≤ high ≤ 1").with_value(&format!("{low}, {high}")));
        }
        Ok(Plan { horizon_days, quantile, strength, penalty, classes: [low, high], fewest, method })
    }
}
