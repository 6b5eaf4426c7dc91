//! The trained classifier: a logistic regression whose coefficients can be read.

use serde::{Deserialize, Serialize};

use super::days::PurchaseDays;
use super::features::{Feature, Features, Lens, WIDTH, money_unit};
use super::gaps::GapRule;
use super::logistic::{Design, Logit};
use super::sample::Sample;
use crate::error::Result;
use crate::math::logistic;

/// One feature's part in the classifier.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Coefficient {
    /// The feature.
    pub feature: Feature,
    /// Change of the log odds of churn by one standard deviation of the feature.
    pub coefficient: f64,
    /// Its standard error, from the inverse Hessian of the penalised loss; none when the feature was the same for all.
    pub standard_error: Option<f64>,
    /// e to the coefficient: by what one standard deviation multiplies the odds.
    pub odds_ratio: f64,
    /// Change of the log odds by one unit of the feature; none when the feature was the same for all.
    pub raw_coefficient: Option<f64>,
    /// The feature's mean over the customers who have it.
    pub mean: f64,
    /// Its standard deviation (divisor n); 0 when it was the same for all.
    pub deviation: f64,
}

/// A logistic regression of churn on [`Feature`]s, trained on what was known at a date and what happened after it.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Classifier {
    /// Log odds of a customer whose every feature is the mean.
    pub intercept: f64,
    /// Its standard error.
    pub intercept_error: f64,
    /// The coefficients.
    pub coefficients: Vec<Coefficient>,
    /// α of the penalty α/2·Σ coefficient² (standardised features, intercept free); scikit-learn's C is 1/α.
    pub penalty: f64,
    /// Customers it was trained on.
    pub customers: u64,
    /// Those of them who did not buy in the horizon.
    pub churned: u64,
    /// Log-likelihood of the training data, without the penalty.
    pub log_likelihood: f64,
    /// Length of the gradient of the mean loss at the optimum: how well the fit converged.
    pub gradient: f64,
    /// Length of the windows of `recent_days` and `money_trend`, in days.
    pub window_days: u32,
    /// Mean money of a purchase day, in currency units: the unit of `money`.
    pub money_unit: f64,
}

impl Classifier {
    pub(super) fn fit(days: &PurchaseDays, sample: &Sample, window: i32, penalty: f64) -> Result<Self> {
        let money_unit = money_unit(days, &sample.rows, sample.cut)?;
        let features = Lens { days, rule: &sample.rule, as_of: sample.cut, window, money_unit }.all(&sample.rows)?;
        let scales: Vec<(f64, f64)> = (0..WIDTH).map(|at| mean_and_deviation(features.iter().filter_map(|row| row[at]))).collect();
        let x: Vec<f64> = features.iter().flat_map(|row| standardised(row, &scales)).collect();
        let Logit { intercept, weights, errors, gradient, log_likelihood } =
            Design { width: WIDTH, x: &x, y: &sample.churned, penalty }.fit()?;
        let coefficients = Feature::ALL
            .into_iter()
            .enumerate()
            .map(|(at, feature)| {
                let ((mean, deviation), coefficient) = (scales[at], weights[at]);
                Coefficient {
                    feature,
                    coefficient,
                    standard_error: (deviation > 0.0).then(|| errors[at + 1]),
                    odds_ratio: coefficient.exp(),
                    raw_coefficient: (deviation > 0.0).then(|| coefficient / deviation),
                    mean,
                    deviation,
                }
            })
            .collect();
        Ok(Self {
            intercept,
            intercept_error: errors[0],
            coefficients,
            penalty,
            customers: sample.rows.len() as u64,
            churned: sample.churned_customers(),
            log_likelihood,
            gradient,
            window_days: window.unsigned_abs(),
            money_unit,
        })
    }

    /// The probability of churn of some customers, all of whom had bought by the date.
    pub(super) fn probabilities(&self, days: &PurchaseDays, rows: &[usize], rule: &GapRule, as_of: i32) -> Result<Vec<f64>> {
        let window = i32::try_from(self.window_days).unwrap_or(i32::MAX);
        let features = Lens { days, rule, as_of, window, money_unit: self.money_unit }.all(rows)?;
        let scales: Vec<(f64, f64)> = self.coefficients.iter().map(|one| (one.mean, one.deviation)).collect();
        let log_odds = |row: &Features| {
            let parts = standardised(row, &scales).zip(&self.coefficients).map(|(value, one)| value * one.coefficient);
            parts.fold(self.intercept, |sum, part| sum + part)
        };
        Ok(features.iter().map(|row| logistic(log_odds(row))).collect())
    }
}

/// Mean and standard deviation (divisor n) in two passes; (0, 0) of nothing.
pub(super) fn mean_and_deviation(values: impl Iterator<Item = f64> + Clone) -> (f64, f64) {
    /// A deviation below this share of the mean is rounding.
    const ROUNDING: f64 = 1e-12;
    let count = values.clone().count().max(1) as f64;
    let mean = values.clone().sum::<f64>() / count;
    let deviation = (values.map(|value| (value - mean).powi(2)).sum::<f64>() / count).sqrt();
    (mean, if deviation > ROUNDING * mean.abs() { deviation } else { 0.0 })
}

/// Features in standard deviations from the mean; what a customer does not have counts as the mean.
fn standardised<'a>(row: &'a Features, scales: &'a [(f64, f64)]) -> impl Iterator<Item = f64> + 'a {
    row.iter().zip(scales).map(|(value, (mean, deviation))| match value {
        Some(value) if *deviation > 0.0 => (value - mean) / deviation,
        _ => 0.0,
    })
}
