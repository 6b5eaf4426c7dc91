//! What retention is worth: residual value when more or fewer customers stay.
//!
//! # What it answers
//! What would some points of retention more, or less, do to the value of the customer base, and so what may be spent on
//! keeping customers, beside what a new one is worth.
//!
//! # Input columns and units
//! A fitted purchase model, [`Histories`] in its time unit, and for each row the expected spend per purchase, summed over the
//! customers who share the history (money).
//!
//! # Output columns and units
//! `retention_rate`, the share of the base's value that is still alive after 365 days, 0 to 1; residual values in money.
//!
//! # Definition
//! ```text
//! V_k  = Σ margin · spend · (D(u_k) − D(u_{k−1}))          value of the k-th of 13 slices of the horizon, 0 < u ≤ horizon
//! S(u) = Σ V_i · P_i(alive at T + u) / P_i(alive at T) / Σ V_i    survivors, each customer counted by its residual value V_i
//! ρ    = S(365 days)                                        the retention rate of the fitted model
//! κ    = ln(ρ + change) / ln ρ                              all hazards of leaving are multiplied by κ
//! residual value with the change = Σ V_k · S(m_k)^(κ − 1)   m_k the middle of slice k
//! ```
//! where D(u) are the discounted expected purchases up to u, as in [`value`](super::value). No change gives the residual value
//! itself. Purchase rates and spend stay as they are: only how long customers stay changes, from now on.
//!
//! A new customer is worth its first purchase and, within the horizon, its repeat purchases, at the mean spend.
//!
//! # Edge cases
//! - **Nobody leaves** (NBD, or a fit that leads to it): there is no retention to change; an error of kind fit says so.
//! - **ρ + change outside (0, 1)**: the step is left out.
//! - **Heterogeneity**: κ acts on the survivors of the whole base, not on each customer, which is exact for equal hazards and
//!   slightly understates changes where a few customers leave fast.
//!
//! # Cost
//! 14 passes of [`PurchaseModel::discounted_purchases_all`] and of [`PurchaseModel::probability_alive_all`].
//!
//! # When not to use it
//! For the effect of a campaign: it says what a point is worth, not what it takes to gain one.
//!
//! # References
//! Reichheld, F. F. and Sasser, W. E. (1990), Zero defections: quality comes to services, *Harvard Business Review* 68(5),
//! 105–111. Gupta, S., Lehmann, D. R. and Stuart, J. A. (2004), Valuing customers, *Journal of Marketing Research* 41(1), 7–18,
//! doi:10.1509/jmkr.41.1.7.25084.

use serde::{Deserialize, Serialize};

use super::value::ResidualValue;
use super::{Histories, ModelKind, PurchaseModel};
use crate::error::{Error, Result};

/// Slices of the horizon.
const SLICES: u32 = 13;

/// Days in a year, for the retention rate.
const YEAR: f64 = 365.0;

/// A retention rate this near to 1 cannot be told from nobody leaving.
const NOBODY_LEAVES: f64 = 1e-6;

/// The analysis: [`Retention::params`] starts it.
#[derive(Debug, Clone, Copy)]
pub struct Retention;

/// The settings, each with a default. Nothing is checked before [`fit`](Self::fit).
#[derive(Debug, Clone, PartialEq)]
pub struct RetentionParams {
    terms: ResidualValue,
    changes: Vec<f64>,
    acquisition_cost: Option<f64>,
    retention_cost: Option<f64>,
}

/// What retention is worth.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct RetentionValue {
    /// The model in which customers leave.
    pub model: ModelKind,
    /// ρ: the share of the base's value that is still alive after 365 days.
    pub retention_rate: f64,
    /// The customers of the base.
    pub customers: u64,
    /// The residual value of the base as it is.
    pub residual_value: f64,
    /// What it would be, in ascending order of the change.
    pub steps: Vec<RetentionStep>,
    /// What a new customer is worth within the horizon, its first purchase included; none where its mean spend has no bound.
    pub new_customer_value: Option<f64>,
    /// What a customer of the base is still worth, on average.
    pub kept_customer_value: f64,
    /// What one point of retention more is worth for each customer: what may be spent on it at most.
    pub point_value: Option<f64>,
    /// What it costs to win a customer, as it was said.
    pub acquisition_cost: Option<f64>,
    /// What it costs to keep a customer for a year, as it was said.
    pub retention_cost: Option<f64>,
}

/// The base's value after a change of retention.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct RetentionStep {
    /// Added to the retention rate: 0.05 is five points.
    pub change: f64,
    /// The rate with the change.
    pub retention_rate: f64,
    /// The residual value of the base with the change.
    pub residual_value: f64,
}

impl Retention {
    /// The default settings: the usual terms; −10, −5, −2, −1, 0, 1, 2, 5 and 10 points.
    #[must_use]
    pub fn params() -> RetentionParams {
        RetentionParams {
            terms: ResidualValue::default(),
            changes: vec![-0.10, -0.05, -0.02, -0.01, 0.0, 0.01, 0.02, 0.05, 0.10],
            acquisition_cost: None,
            retention_cost: None,
        }
    }
}

impl RetentionParams {
    /// Horizon, discount and margin. The horizon must be finite.
    #[must_use]
    pub fn terms(mut self, terms: ResidualValue) -> Self {
        self.terms = terms;
        self
    }

    /// The changes to try: 0.05 is five points of retention more.
    #[must_use]
    pub fn changes(mut self, changes: impl IntoIterator<Item = f64>) -> Self {
        self.changes = changes.into_iter().collect();
        self
    }

    /// What it costs to win a customer, to be set against what one is worth.
    #[must_use]
    pub fn acquisition_cost(mut self, cost: f64) -> Self {
        self.acquisition_cost = Some(cost);
        self
    }

    /// What it costs to keep a customer for a year.
    #[must_use]
    pub fn retention_cost(mut self, cost: f64) -> Self {
        self.retention_cost = Some(cost);
        self
    }

    /// Checks the settings.
    ///
    /// # Errors
    /// For terms that [`ResidualValue::check`] refuses or without a horizon, for a change that is no number between −1 and 1, and for a
    /// negative cost.
    pub fn check(&self) -> Result<()> {
        self.terms.check()?;
        if self.terms.horizon_days.is_none() {
            return Err(Error::parameter("what retention is worth needs a finite horizon"));
        }
        if let Some(change) = self.changes.iter().find(|change| change.is_nan() || change.abs() >= 1.0) {
            return Err(Error::parameter("a change of retention lies between −1 and 1")
                .with_value(&change.to_string())
                .with_hint("0.05 is five points"));
        }
        let costs = [("winning", self.acquisition_cost), ("keeping", self.retention_cost)];
        match costs.iter().find(|(_, cost)| cost.is_some_and(|cost| !(cost.is_finite() && cost >= 0.0))) {
            Some((what, cost)) => Err(Error::parameter(format!("the cost of {what} a customer must not be negative"))
                .with_value(&cost.unwrap_or_default().to_string())),
            None => Ok(()),
        }
    }

    /// Values the base as it is and with every change.
    ///
    /// `spend` holds one number a row: the expected spend per purchase, summed over the row's `customers` customers in all;
    /// `mean_spend` is that of a new customer.
    ///
    /// # Errors
    /// As [`check`](Self::check); an input error if there are not as many spends as rows; a fit error when nobody leaves or the base
    /// has no value.
    pub fn fit(
        &self,
        model: &dyn PurchaseModel,
        histories: &Histories,
        spend: &[f64],
        customers: u64,
        mean_spend: f64,
        unit_days: f64,
    ) -> Result<RetentionValue> {
        self.check()?;
        if histories.len() != spend.len() {
            return Err(Error::input(format!("{} histories, but {} spends", histories.len(), spend.len())));
        }
        let (margin, rate) = (self.terms.margin, self.terms.rate_in(unit_days));
        let horizon = self.terms.horizon_in(unit_days).unwrap_or_default();
        let end = |slice: u32| horizon * f64::from(slice) / f64::from(SLICES);
        let middle = |slice: u32| horizon * (f64::from(slice) - 0.5) / f64::from(SLICES);
        let up_to: Vec<Vec<f64>> = (1..=SLICES).map(|slice| model.discounted_purchases_all(histories, rate, Some(end(slice)))).collect();
        let worth: Vec<f64> = up_to.last().into_iter().flatten().zip(spend).map(|(purchases, spend)| margin * spend * purchases).collect();
        let total: f64 = worth.iter().sum();
        let alive = model.probability_alive_all(histories, 0.0);
        let survivors = |ahead: f64| {
            let later = model.probability_alive_all(histories, ahead);
            let still =
                later.iter().zip(&alive).zip(&worth).map(|((later, now), worth)| if *now > 0.0 { worth * later / now } else { 0.0 });
            still.sum::<f64>() / total
        };
        let retention_rate = survivors(YEAR / unit_days);
        if !(total > 0.0 && total.is_finite()) {
            return Err(Error::fit("the customers have no residual value to change"));
        }
        if retention_rate >= 1.0 - NOBODY_LEAVES {
            return Err(Error::fit(format!("in the fitted {} nobody leaves, so there is no retention to change", model.fit().model)));
        }
        let value_up_to =
            |slice: usize| -> f64 { up_to[slice].iter().zip(spend).map(|(purchases, spend)| margin * spend * purchases).sum() };
        let cumulative: Vec<f64> = (0..up_to.len()).map(value_up_to).collect();
        let slices: Vec<(f64, f64)> = (1..=SLICES)
            .zip(&cumulative)
            .scan(0.0, |before, (slice, &after)| Some((after - std::mem::replace(before, after), survivors(middle(slice)))))
            .collect();
        let with_change = |change: f64| {
            let changed = retention_rate + change;
            (changed > 0.0 && changed < 1.0).then(|| {
                let kappa = changed.ln() / retention_rate.ln();
                let residual_value =
                    if change == 0.0 { total } else { slices.iter().map(|(value, alive)| value * alive.powf(kappa - 1.0)).sum() };
                RetentionStep { change, retention_rate: changed, residual_value }
            })
        };
        let mut changes = self.changes.clone();
        changes.sort_by(f64::total_cmp);
        changes.dedup();
        let repeat: f64 =
            (1..=SLICES).map(|slice| model.expected_purchases_new(end(slice - 1), end(slice)) * (-rate * middle(slice)).exp()).sum();
        let count = customers.max(1) as f64;
        Ok(RetentionValue {
            model: model.fit().model,
            retention_rate,
            customers,
            residual_value: total,
            steps: changes.into_iter().filter_map(with_change).collect(),
            new_customer_value: Some(margin * mean_spend * (1.0 + repeat)).filter(|value| value.is_finite()),
            kept_customer_value: total / count,
            point_value: with_change(0.01).map(|step| (step.residual_value - total) / count),
            acquisition_cost: self.acquisition_cost,
            retention_cost: self.retention_cost,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::analysis::clv::History;
    use crate::analysis::clv::nbd::NbdModel;
    use crate::analysis::clv::pareto_nbd::ParetoNbdModel;

    /// Pareto/NBD whose customers are nearly all alike: they buy twice a week and leave at a rate of 0.5 a year.
    fn alike() -> Result<ParetoNbdModel> {
        let sharp = 1e5;
        ParetoNbdModel::from_parameters(2.0 * sharp, sharp, sharp, sharp * 365.0 / 7.0 / 0.5)
    }

    #[test]
    fn equal_hazards_have_a_closed_form() -> Result<()> {
        // Everybody is alive for certain right after a purchase: value = spend · λ ∫ e^(−(μ + δ)u) du over the horizon.
        let histories: Histories = [History::new(100, 50.0, 50.0)?, History::new(90, 45.0, 45.0)?].into_iter().collect::<Result<_>>()?;
        let value = Retention::params().fit(&alike()?, &histories, &[10.0, 30.0], 4, 10.0, 7.0)?;
        let closed = |hazard: f64| {
            let rate = hazard * 7.0 / 365.0 + 1.1_f64.ln() * 7.0 / 365.0;
            40.0 * 2.0 * (1.0 - (-rate * 52.0).exp()) / rate
        };
        assert!((value.retention_rate - (-0.5_f64).exp()).abs() < 1e-4, "{}", value.retention_rate);
        assert!((value.residual_value / closed(0.5) - 1.0).abs() < 1e-3, "{} {}", value.residual_value, closed(0.5));
        for step in &value.steps {
            let hazard = -step.retention_rate.ln();
            // 13 slices, each taken at its middle.
            assert!((step.residual_value / closed(hazard) - 1.0).abs() < 2e-3, "{step:?} {}", closed(hazard));
        }
        let unchanged = value.steps.iter().find(|step| step.change == 0.0).map(|step| step.residual_value);
        assert_eq!(unchanged, Some(value.residual_value));
        assert!(value.steps.windows(2).all(|pair| pair[0].residual_value < pair[1].residual_value));
        assert!(value.new_customer_value > Some(10.0 * 2.0 * 40.0 / 1.3) && value.kept_customer_value > 0.0);
        Ok(())
    }

    #[test]
    fn where_nobody_leaves_there_is_nothing_to_change() -> Result<()> {
        let histories: Histories = [History::new(3, 20.0, 30.0)?].into_iter().collect::<Result<_>>()?;
        let model = NbdModel::from_parameters(1.0, 5.0)?;
        let outcome = Retention::params().fit(&model, &histories, &[10.0], 1, 10.0, 7.0);
        assert_eq!(
            outcome.map_or_else(|error| error.message().to_owned(), |_| String::new()),
            "in the fitted nbd nobody leaves, so there is no retention to change"
        );
        Ok(())
    }

    #[test]
    fn settings_that_make_no_sense() {
        for bad in [
            Retention::params().changes([1.0]),
            Retention::params().changes([f64::NAN]),
            Retention::params().acquisition_cost(-1.0),
            Retention::params().retention_cost(f64::INFINITY),
            Retention::params().terms(ResidualValue::default().infinite_horizon()),
        ] {
            assert!(bad.check().is_err(), "{bad:?}");
        }
    }
}
