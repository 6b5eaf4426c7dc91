//! The methods that compete, and how a ranking becomes a probability.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};

use super::classifier::mean_and_deviation;
use super::logistic::{Design, Logit};
use crate::error::{Error, Result};
use crate::math::logistic;
use crate::time::named;

/// A way to say who is about to churn.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Method {
    /// Days since the last purchase: what is done without any method.
    Recency,
    /// The inter-purchase rule: present gap over the customer's own limit.
    Overdue,
    /// 1 − P(alive) of a purchase model.
    NotAlive,
    /// The probability of no purchase within the horizon, by a purchase model.
    NoPurchase,
    /// The trained classifier.
    Classifier,
}

named!(Method, "way to tell churn",
    Self::Recency => "recency", Self::Overdue => "overdue", Self::NotAlive => "not_alive", Self::NoPurchase => "no_purchase",
    Self::Classifier => "classifier",
);

impl Method {
    /// All of them, the simplest first.
    pub const ALL: [Self; 5] = [Self::Recency, Self::Overdue, Self::NotAlive, Self::NoPurchase, Self::Classifier];

    /// Whether it ranks customers only, so that its probabilities are learnt from the past.
    #[must_use]
    pub fn is_ranking(self) -> bool {
        matches!(self, Self::Recency | Self::Overdue | Self::NotAlive)
    }

    /// Whether it needs the forecasts of a purchase model.
    #[must_use]
    pub fn needs_forecast(self) -> bool {
        matches!(self, Self::NotAlive | Self::NoPurchase)
    }
}

/// A ranking turned into a probability: ln odds = intercept + slope·(score − mean)/deviation, the slope not below 0.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct Calibration {
    /// Log odds at the mean score.
    pub intercept: f64,
    /// Change of the log odds by one standard deviation of the score; 0 where the past says that the ranking is worth nothing.
    pub slope: f64,
    /// The mean score it was learnt from.
    pub mean: f64,
    /// Its standard deviation.
    pub deviation: f64,
}

impl Calibration {
    /// Learns what became of customers with a score. A penalty of one observation's size keeps the slope finite where the score
    /// parts churners from others completely.
    pub(super) fn fit(scores: &[f64], churned: &[bool]) -> Result<Self> {
        const PENALTY: f64 = 1.0;
        let (mean, deviation) = mean_and_deviation(scores.iter().copied());
        let x: Vec<f64> = scores.iter().map(|score| if deviation > 0.0 { (score - mean) / deviation } else { 0.0 }).collect();
        let Logit { intercept, weights, .. } = Design { width: 1, x: &x, y: churned, penalty: PENALTY }.fit()?;
        if weights[0] > 0.0 {
            return Ok(Self { intercept, slope: weights[0], mean, deviation });
        }
        let churners = churned.iter().filter(|churned| **churned).count() as f64;
        Ok(Self { intercept: (churners / (churned.len() as f64 - churners)).ln(), slope: 0.0, mean, deviation })
    }

    /// The probability that goes with a score.
    #[must_use]
    pub fn probability(&self, score: f64) -> f64 {
        let distance = if self.deviation > 0.0 { (score - self.mean) / self.deviation } else { 0.0 };
        logistic(self.intercept + self.slope * distance)
    }
}

/// What a purchase model, fitted to what was known at a date, says of each customer known then, in the order of their ids.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Forecast {
    /// 1 − P(alive) at the date.
    pub not_alive: Vec<f64>,
    /// The probability of no purchase within the horizon after it.
    pub no_purchase: Vec<f64>,
}

impl Forecast {
    pub(super) fn check(&self, customers: usize) -> Result<()> {
        if self.not_alive.len() != customers || self.no_purchase.len() != customers {
            return Err(Error::parameter(format!(
                "a forecast has {} and {} rows for {customers} customers",
                self.not_alive.len(),
                self.no_purchase.len()
            ))
            .with_hint("one row a customer who had bought by the date, in the order of ids"));
        }
        let wrong = self.not_alive.iter().chain(&self.no_purchase).find(|p| !(0.0..=1.0).contains(*p));
        wrong.map_or(Ok(()), |p| Err(Error::parameter("a forecast has to be a probability").with_value(&p.to_string())))
    }
}

/// The forecasts of one purchase model, each fitted again to what was known at its date.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct PastForecasts {
    /// At the training date, two horizons before the date of the fit.
    pub trained: Forecast,
    /// At the test date, one horizon before.
    pub tested: Forecast,
}
