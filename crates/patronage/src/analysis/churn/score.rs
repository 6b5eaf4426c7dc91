//! The risk of each customer.

use std::fmt;
use std::str::FromStr;

use chrono::NaiveDate;
use rayon::prelude::*;
use serde::{Deserialize, Serialize};

use super::change::Change;
use super::days::PurchaseDays;
use super::fit::{ChurnModel, rank};
use super::gaps::OwnGap;
use super::methods::{Forecast, Method};
use crate::error::{Error, Result};
use crate::money;
use crate::time::{day_number, named};

/// The days whose purchase money stands for a customer's worth where no residual value is known.
const YEAR: i32 = 365;

/// A class of churn risk.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum RiskClass {
    /// Likely to buy within the horizon.
    Low,
    /// Neither.
    Medium,
    /// Unlikely to.
    High,
}

named!(RiskClass, "class of churn risk", Self::Low => "low", Self::Medium => "medium", Self::High => "high");

impl RiskClass {
    /// All classes, in order of risk.
    pub const ALL: [Self; 3] = [Self::Low, Self::Medium, Self::High];

    /// The class in Chinese.
    #[must_use]
    pub fn name_zh(self) -> &'static str {
        match self {
            Self::Low => "低",
            Self::Medium => "中",
            Self::High => "高",
        }
    }

    fn of(probability: f64, [low, high]: [f64; 2]) -> Self {
        if probability < low {
            Self::Low
        } else if probability > high {
            Self::High
        } else {
            Self::Medium
        }
    }
}

/// Churn risk of the customers who had bought by a date, one a row, in the order of their ids.
#[derive(Debug, Clone, PartialEq)]
pub struct ChurnScores {
    rows: Vec<usize>,
    probability: Option<Vec<f64>>,
    class: Option<Vec<RiskClass>>,
    gaps: Vec<OwnGap>,
    change: Vec<Change>,
    year_money: Vec<i128>,
}

impl ChurnModel {
    /// Scores customers as of a date, the fitted ones or others; `forecast` is needed if a purchase model was chosen.
    ///
    /// # Errors
    /// When a forecast is needed and not there, or has other rows than the customers known at the date (kind `Parameter`); when a
    /// sum of money has more than 38 digits (`Overflow`).
    pub fn score(&self, days: &PurchaseDays, as_of: NaiveDate, forecast: Option<&Forecast>) -> Result<ChurnScores> {
        let today = day_number(as_of);
        let rows = days.known_at(as_of);
        if let Some(forecast) = forecast {
            forecast.check(rows.len())?;
        }
        let looks: Vec<(OwnGap, Change, i128)> = rows
            .par_iter()
            .with_min_len(256)
            .map(|&row| {
                let own = days.customer(row).until(today);
                let gap = self.rule.of(own, today);
                let change = Change::of(own, gap, &self.rule, today, self.plan.horizon_days)?;
                Ok((gap, change, own.money(today.saturating_sub(YEAR), today)?))
            })
            .collect::<Result<_>>()?;
        let probability = self.probability(days, &rows, today, forecast)?;
        let class = probability.as_ref().map(|all| all.iter().map(|p| RiskClass::of(*p, self.plan.classes)).collect());
        let gaps = looks.iter().map(|look| look.0).collect();
        let year_money = looks.iter().map(|look| look.2).collect();
        let change = looks.into_iter().map(|look| look.1).collect();
        Ok(ChurnScores { rows, probability, class, gaps, change, year_money })
    }

    fn probability(&self, days: &PurchaseDays, rows: &[usize], today: i32, forecast: Option<&Forecast>) -> Result<Option<Vec<f64>>> {
        let Some(chosen) = self.chosen else { return Ok(None) };
        let scores = match chosen.method {
            Method::Recency | Method::Overdue => rank(chosen.method, days, rows, &self.rule, today),
            Method::NotAlive | Method::NoPurchase => {
                let Some(forecast) = forecast else {
                    return Err(Error::parameter(format!("churn by {} needs the forecast of a purchase model", chosen.method)));
                };
                if chosen.method == Method::NotAlive { forecast.not_alive.clone() } else { forecast.no_purchase.clone() }
            }
            Method::Classifier => match self.classifier() {
                Some(classifier) => classifier.probabilities(days, rows, &self.rule, today)?,
                None => return Err(Error::parameter("the chosen classifier is not part of the model")),
            },
        };
        Ok(Some(match chosen.calibration {
            Some(calibration) => scores.iter().map(|score| calibration.probability(*score)).collect(),
            None => scores,
        }))
    }
}

impl ChurnScores {
    /// The row of each in [`PurchaseDays`].
    #[must_use]
    pub fn rows(&self) -> &[usize] {
        &self.rows
    }

    /// The probability of no purchase within the horizon; none when the data were too thin.
    #[must_use]
    pub fn probability(&self) -> Option<&[f64]> {
        self.probability.as_deref()
    }

    /// The classes of these probabilities.
    #[must_use]
    pub fn class(&self) -> Option<&[RiskClass]> {
        self.class.as_deref()
    }

    /// Days since the last purchase over the customer's limit; above 1 it is overdue.
    #[must_use]
    pub fn overdue_ratio(&self) -> impl ExactSizeIterator<Item = f64> {
        self.gaps.iter().map(OwnGap::ratio)
    }

    /// Days since the last purchase.
    #[must_use]
    pub fn days_since_last(&self) -> impl ExactSizeIterator<Item = u32> {
        self.gaps.iter().map(|gap| gap.present.unsigned_abs())
    }

    /// The usual gap between purchases in days.
    #[must_use]
    pub fn usual_gap_days(&self) -> impl ExactSizeIterator<Item = f64> {
        self.gaps.iter().map(|gap| gap.usual)
    }

    /// What changed last.
    #[must_use]
    pub fn change(&self) -> &[Change] {
        &self.change
    }

    /// Purchase money of the 365 days up to the date, in minor units.
    #[must_use]
    pub fn year_money(&self) -> &[i128] {
        &self.year_money
    }

    /// Probability × residual value: what is expected to be lost.
    ///
    /// # Errors
    /// When there are other rows, or a value is not finite.
    pub fn value_at_risk(&self, residual_value: &[f64]) -> Result<Option<Vec<f64>>> {
        if residual_value.len() != self.rows.len() {
            return Err(Error::parameter(format!("{} residual values for {} customers", residual_value.len(), self.rows.len())));
        }
        if let Some(value) = residual_value.iter().find(|value| !value.is_finite()) {
            return Err(Error::parameter("a residual value has to be finite").with_value(&value.to_string()));
        }
        Ok(self.probability.as_ref().map(|all| all.iter().zip(residual_value).map(|(p, value)| p * value).collect()))
    }

    /// The baseline beside residual value: mean monthly purchase money of the last 365 days × 12 × retention rate, in currency
    /// units. A customer's first purchase of 100 makes 100 a year, not 36,500.
    #[must_use]
    pub fn baseline_value(&self, scale: u8, retention_rate: f64) -> Vec<f64> {
        self.year_money.iter().map(|amount| money::to_f64(*amount, scale) * retention_rate).collect()
    }
}
