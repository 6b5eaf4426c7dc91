//! Intervals for the mean by the delta method.

use serde::{Deserialize, Serialize};

use crate::analysis::clv::{Fit, PurchaseModel, purchase_model};
use crate::error::{Error, Result};

/// Step of the central differences in the logarithm of a parameter: truncation is of order 1e-9 and answers good to
/// 1e-12 give the gradient to 1e-8, far beyond what a standard error needs.
const STEP: f64 = 1e-4;

/// The scale on which an estimate is taken to be normal.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Scale {
    /// The logarithm: for numbers of purchases, money, rates. Bounds are positive.
    Log,
    /// The logit: for probabilities. Bounds stay inside (0, 1).
    Logit,
}

impl Scale {
    fn forward(self, value: f64) -> f64 {
        match self {
            Self::Log => value.ln(),
            Self::Logit => value.ln() - (-value).ln_1p(),
        }
    }

    fn back(self, value: f64) -> f64 {
        match self {
            Self::Log => value.exp(),
            Self::Logit => 1.0 / (1.0 + (-value).exp()),
        }
    }
}

/// An interval for the mean: where the expected value lies, given that parameters are estimates.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct MeanInterval {
    /// Lower bound.
    pub low: f64,
    /// The answer at the estimates.
    pub estimate: f64,
    /// Upper bound.
    pub high: f64,
    /// Standard error of the transformed answer (of the logarithm, or of the logit).
    pub spread: f64,
    /// The transformation.
    pub scale: Scale,
    /// Standard normal quantile of the confidence level, 1.96 for 95 %.
    pub z: f64,
}

impl MeanInterval {
    /// The interval of an estimate whose transform has standard error `spread`.
    #[must_use]
    pub fn new(estimate: f64, spread: f64, scale: Scale, z: f64) -> Self {
        let centre = scale.forward(estimate);
        let (low, high) = if centre.is_finite() && spread.is_finite() {
            (scale.back(centre - z * spread), scale.back(centre + z * spread))
        } else {
            (estimate, estimate)
        };
        // Rounding of exp(ln) must not put the estimate outside.
        Self { low: low.min(estimate), estimate, high: high.max(estimate), spread, scale, z }
    }

    /// The interval of the product of two independently estimated positive numbers, such as purchases and money each: on
    /// the logarithmic scale variances add. The level is that of `self`.
    #[must_use]
    pub fn times(self, other: Self) -> Self {
        Self::new(self.estimate * other.estimate, self.spread.hypot(other.spread), Scale::Log, self.z)
    }

    /// The interval of a fixed positive multiple.
    #[must_use]
    pub fn scaled(self, factor: f64) -> Self {
        Self::new(self.estimate * factor, self.spread, Scale::Log, self.z)
    }
}

/// Intervals for any answer of a fitted model, by the delta method. Prepared once, used for every customer.
#[derive(Debug)]
pub struct DeltaMethod<M> {
    estimate: M,
    /// The model with the logarithm of one parameter a step higher, and a step lower; identified parameters only.
    steps: Vec<(M, M)>,
    /// Covariance of the logarithms of those parameters, row by row.
    covariance: Vec<f64>,
    z: f64,
}

impl DeltaMethod<Box<dyn PurchaseModel>> {
    /// For a purchase-timing model without covariates, at 95 % confidence.
    ///
    /// # Errors
    /// A parameter error if the model was made from given coefficients, so that nothing is known of their uncertainty, or
    /// has covariates.
    pub fn of_purchase_model(model: &dyn PurchaseModel) -> Result<Self> {
        let process = model.process();
        if process.parameters().len() != model.fit().parameters.len() {
            return Err(Error::parameter(format!("{} with covariates has no delta-method interval", model.fit().model)));
        }
        let symbols = process.parameters();
        Self::new(model.fit(), |values| {
            let named = symbols.iter().map(|pair| pair.0).zip(values.iter().copied());
            let pairs: Vec<(&str, f64)> = named.collect();
            purchase_model(&process.with_parameters(&pairs)?)
        })
    }
}

impl<M> DeltaMethod<M> {
    /// For any model that can be made from its coefficients, in the order of `fit.parameters`, at 95 % confidence.
    ///
    /// # Errors
    /// A parameter error if the fit has no covariance; whatever `rebuild` returns.
    pub fn new(fit: &Fit, rebuild: impl Fn(&[f64]) -> Result<M>) -> Result<Self> {
        let Some(covariance) = &fit.covariance else {
            return Err(Error::parameter(format!("{}: the coefficients were given, not estimated", fit.model))
                .with_hint("fit the model to have intervals for the mean"));
        };
        let values: Vec<f64> = fit.parameters.iter().map(|parameter| parameter.value).collect();
        // A parameter on a ridge, and the integer k, carry no variance: they stay where they are.
        let free: Vec<usize> = (0..values.len()).filter(|&i| covariance[i][i] > 0.0).collect();
        let mut steps = Vec::with_capacity(free.len());
        for &i in &free {
            let moved = |step: f64| {
                let mut values = values.clone();
                values[i] *= step.exp();
                rebuild(&values)
            };
            steps.push((moved(STEP)?, moved(-STEP)?));
        }
        let logarithmic = |i: usize, j: usize| covariance[i][j] / (values[i] * values[j]);
        let covariance = free.iter().flat_map(|&i| free.iter().map(move |&j| logarithmic(i, j))).collect();
        Ok(Self { estimate: rebuild(&values)?, steps, covariance, z: normal_quantile(0.975) })
    }

    /// Sets the confidence level, strictly between 0 and 1.
    ///
    /// # Errors
    /// A parameter error for a level outside.
    pub fn level(mut self, level: f64) -> Result<Self> {
        if !(level > 0.0 && level < 1.0) {
            return Err(Error::parameter(format!("a confidence level lies between 0 and 1, found {level}")));
        }
        self.z = normal_quantile(0.5 + 0.5 * level);
        Ok(self)
    }

    /// The interval of one answer.
    #[must_use]
    pub fn interval(&self, scale: Scale, answer: impl Fn(&M) -> f64) -> MeanInterval {
        let slopes: Vec<f64> = self.steps.iter().map(|(up, down)| slope(scale, answer(up), answer(down))).collect();
        self.around(scale, answer(&self.estimate), &slopes)
    }

    /// The intervals of many answers, in order, where `answers` gives them all for one model: much faster than one by one for
    /// models that answer from tables.
    #[must_use]
    pub fn intervals(&self, scale: Scale, answers: impl Fn(&M) -> Vec<f64>) -> Vec<MeanInterval> {
        let steps: Vec<(Vec<f64>, Vec<f64>)> = self.steps.iter().map(|(up, down)| (answers(up), answers(down))).collect();
        let estimates = answers(&self.estimate);
        let one = |(row, &estimate): (usize, &f64)| {
            let slopes: Vec<f64> = steps.iter().map(|(up, down)| slope(scale, up[row], down[row])).collect();
            self.around(scale, estimate, &slopes)
        };
        estimates.iter().enumerate().map(one).collect()
    }

    fn around(&self, scale: Scale, estimate: f64, gradient: &[f64]) -> MeanInterval {
        let n = gradient.len();
        let variance: f64 = (0..n).map(|i| gradient[i] * (0..n).map(|j| self.covariance[i * n + j] * gradient[j]).sum::<f64>()).sum();
        MeanInterval::new(estimate, variance.max(0.0).sqrt(), scale, self.z)
    }
}

/// The central difference of a transformed answer.
fn slope(scale: Scale, up: f64, down: f64) -> f64 {
    let slope = (scale.forward(up) - scale.forward(down)) / (2.0 * STEP);
    // Infinite on both sides where the answer is 0 or 1 whatever the parameters.
    if slope.is_finite() { slope } else { 0.0 }
}

/// The quantile of the standard normal law, for 0 < `probability` < 1, by Newton's method on `erfc`; relative error about
/// 1e-15 for the levels in use.
pub(crate) fn normal_quantile(probability: f64) -> f64 {
    // Symmetric: solve in the lower tail, where erfc keeps its relative accuracy.
    let tail = probability.min(1.0 - probability);
    let mut z = 0.0_f64;
    for _ in 0..200 {
        let found = 0.5 * libm::erfc(-z / std::f64::consts::SQRT_2);
        // Newton on the logarithm: concave, so steps from the right never overshoot.
        let density = (-0.5 * z * z).exp() / (2.0 * std::f64::consts::PI).sqrt();
        let step = (found / tail).ln() * found / density;
        z -= step;
        if step.abs() <= 1e-15 * (1.0 + z.abs()) {
            break;
        }
    }
    if probability < 0.5 { z } else { -z }
}
