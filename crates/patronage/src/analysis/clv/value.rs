//! Residual value: what a customer is still worth.
//!
//! # What it answers
//! How much margin will this customer bring from now on, in today's money? Acquisition and past purchases are sunk and
//! play no part.
//!
//! # Input columns and units
//! A fitted purchase model, a history in its time unit, and the expected spend per purchase (money).
//!
//! # Output columns and units
//! `residual_value` in the money of the spend.
//!
//! # Definition
//! ```text
//! residual value = margin × expected spend × D
//! D = E[Σ over purchases at T+u, 0 < u ≤ horizon, of e^(−δu) | history]
//! δ = ln(1 + annual discount) × (time unit in days)/365
//! ```
//! The discount is an effective rate per *year*, whatever the time unit: 10 % makes a purchase in 365 days worth 1/1.1 of one
//! today. (Some packages read it per time unit: 10 % a week is 14,104 % a year.)
//!
//! # Edge cases
//! Without a horizon a discount is needed, since a customer who never leaves is worth infinitely much without. Spend and
//! purchase frequency are taken as independent, as Gamma-Gamma assumes.
//!
//! # Cost
//! That of [`PurchaseModel::discounted_purchases`].
//!
//! # When not to use it
//! For new customers' lifetime value (add the first purchase), or where margin differs among customers: then multiply yourself.
//!
//! # References
//! Fader, Hardie, Lee 2005, *RFM and CLV: Using Iso-Value Curves for Customer Base Analysis*, eqs. 1 and 2.

use serde::{Deserialize, Serialize};

use super::intervals::{DeltaMethod, MeanInterval, Scale};
use super::{Histories, History, PurchaseModel};
use crate::error::{Error, Result};

/// Days in a year, for the discount.
const YEAR: f64 = 365.0;

/// The terms on which residual value is reckoned; they stand in the manifest of every book.
///
/// ```
/// use patronage::analysis::clv::value::ResidualValue;
/// let terms = ResidualValue::default();
/// assert_eq!(terms.horizon_in(7.0), Some(52.0));
/// assert!((terms.rate_in(365.0) - 1.1_f64.ln()).abs() < 1e-15);
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ResidualValue {
    /// Length of the future that counts, in days; none for all of it.
    pub horizon_days: Option<f64>,
    /// Effective discount a year: 0.1 is 10 %.
    pub annual_discount: f64,
    /// Share of the money that stays with the business.
    pub margin: f64,
}

impl Default for ResidualValue {
    /// 52 weeks, 10 % a year, margin 1.
    fn default() -> Self {
        Self { horizon_days: Some(364.0), annual_discount: 0.1, margin: 1.0 }
    }
}

impl ResidualValue {
    /// Sets the horizon in days.
    #[must_use]
    pub fn horizon_days(mut self, days: f64) -> Self {
        self.horizon_days = Some(days);
        self
    }

    /// Counts all of the future.
    #[must_use]
    pub fn infinite_horizon(mut self) -> Self {
        self.horizon_days = None;
        self
    }

    /// Sets the effective discount a year.
    #[must_use]
    pub fn annual_discount(mut self, discount: f64) -> Self {
        self.annual_discount = discount;
        self
    }

    /// Sets the margin.
    #[must_use]
    pub fn margin(mut self, margin: f64) -> Self {
        self.margin = margin;
        self
    }

    /// Checks the terms.
    ///
    /// # Errors
    /// A parameter error for a horizon that is not positive and finite, a negative discount or margin, or an infinite
    /// horizon without a discount.
    pub fn check(&self) -> Result<()> {
        if let Some(days) = self.horizon_days.filter(|days| !(days.is_finite() && *days > 0.0)) {
            return Err(Error::parameter(format!("the horizon must be positive and finite, found {days} days")));
        }
        if !(self.annual_discount.is_finite() && self.annual_discount >= 0.0) {
            return Err(Error::parameter(format!("the annual discount must not be negative, found {}", self.annual_discount)));
        }
        if !(self.margin.is_finite() && self.margin >= 0.0) {
            return Err(Error::parameter(format!("the margin must not be negative, found {}", self.margin)));
        }
        if self.horizon_days.is_none() && self.annual_discount == 0.0 {
            return Err(Error::parameter("an infinite horizon needs a discount above 0"));
        }
        Ok(())
    }

    /// The horizon in a time unit of so many days.
    #[must_use]
    pub fn horizon_in(&self, unit_days: f64) -> Option<f64> {
        self.horizon_days.map(|days| days / unit_days)
    }

    /// The continuous discount rate δ per time unit of so many days.
    #[must_use]
    pub fn rate_in(&self, unit_days: f64) -> f64 {
        self.annual_discount.ln_1p() * unit_days / YEAR
    }

    /// Residual value of one customer; `unit_days` is the model's time unit.
    ///
    /// # Errors
    /// As [`check`](Self::check), and a parameter error for a unit that is not positive and finite.
    pub fn of(&self, model: &dyn PurchaseModel, history: History, expected_spend: f64, unit_days: f64) -> Result<f64> {
        self.check_unit(unit_days)?;
        let purchases = model.discounted_purchases(history, self.rate_in(unit_days), self.horizon_in(unit_days));
        Ok(self.margin * expected_spend * purchases)
    }

    /// Residual value of every row, in order, on all threads.
    ///
    /// # Errors
    /// As [`of`](Self::of), and an input error if there are not as many spends as rows.
    pub fn of_all(&self, model: &dyn PurchaseModel, histories: &Histories, expected_spend: &[f64], unit_days: f64) -> Result<Vec<f64>> {
        self.check_unit(unit_days)?;
        if histories.len() != expected_spend.len() {
            return Err(Error::input(format!("{} histories, but {} spends", histories.len(), expected_spend.len())));
        }
        let mut values = model.discounted_purchases_all(histories, self.rate_in(unit_days), self.horizon_in(unit_days));
        for (value, spend) in values.iter_mut().zip(expected_spend) {
            *value *= self.margin * spend;
        }
        Ok(values)
    }

    /// The interval for the mean of a customer's residual value, from the interval of its expected spend.
    ///
    /// Purchase and spend parameters are estimated from different data, so their errors are independent.
    ///
    /// # Errors
    /// As [`of`](Self::of).
    pub fn interval(
        &self,
        delta: &DeltaMethod<Box<dyn PurchaseModel>>,
        history: History,
        expected_spend: MeanInterval,
        unit_days: f64,
    ) -> Result<MeanInterval> {
        self.check_unit(unit_days)?;
        let (rate, horizon) = (self.rate_in(unit_days), self.horizon_in(unit_days));
        let purchases = delta.interval(Scale::Log, |model| model.discounted_purchases(history, rate, horizon));
        Ok(purchases.times(expected_spend).scaled(self.margin))
    }

    fn check_unit(&self, unit_days: f64) -> Result<()> {
        self.check()?;
        if unit_days.is_finite() && unit_days > 0.0 {
            Ok(())
        } else {
            Err(Error::parameter(format!("the time unit must be positive and finite, found {unit_days} days")))
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_bad_term_is_refused() {
        let terms = ResidualValue::default();
        assert!(terms.check().is_ok());
        for bad in [
            terms.horizon_days(0.0),
            terms.horizon_days(f64::NAN),
            terms.annual_discount(-0.1),
            terms.annual_discount(f64::INFINITY),
            terms.margin(-1.0),
            terms.infinite_horizon().annual_discount(0.0),
        ] {
            assert!(bad.check().is_err(), "{bad:?}");
        }
    }
}
