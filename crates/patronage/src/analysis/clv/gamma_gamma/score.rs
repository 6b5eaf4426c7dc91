//! The answers of a fitted Gamma-Gamma.

use serde::{Deserialize, Serialize};

use super::likelihood::{Coefficients, Shape};
use super::params::SYMBOLS;
use crate::analysis::clv::intervals::{MeanInterval, Scale};
use crate::analysis::clv::{FORMAT_VERSION, Fit, ModelKind};
use crate::error::{Error, Result};
use crate::math::{gamma_upper_regularised, incomplete_beta};

/// A Gamma-Gamma with coefficients: it answers, serialises, and starts the next fit.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(try_from = "Fit", into = "Fit")]
pub struct GammaGammaModel {
    fit: Fit,
    coefficients: Coefficients,
}

impl TryFrom<Fit> for GammaGammaModel {
    type Error = Error;

    fn try_from(fit: Fit) -> Result<Self> {
        Self::new(fit)
    }
}

impl From<GammaGammaModel> for Fit {
    fn from(model: GammaGammaModel) -> Self {
        model.fit
    }
}

impl GammaGammaModel {
    /// A model of given coefficients: shapes p and q, and v in money.
    ///
    /// # Errors
    /// Of kind `Parameter` unless all are positive and finite and q is above 1.
    ///
    /// ```
    /// use patronage::analysis::clv::gamma_gamma::GammaGammaModel;
    /// let model = GammaGammaModel::from_parameters(6.25, 3.74, 15.44)?;
    /// assert!((model.expected_spend_new() - 35.22).abs() < 0.01);
    /// # Ok::<(), patronage::Error>(())
    /// ```
    pub fn from_parameters(p: f64, q: f64, v: f64) -> Result<Self> {
        Self::new(Fit::given(ModelKind::GammaGamma, &[("p", p), ("q", q), ("v", v)]))
    }

    pub(super) fn new(fit: Fit) -> Result<Self> {
        if fit.model != ModelKind::GammaGamma || fit.version != FORMAT_VERSION {
            return Err(Error::parameter(format!(
                "a fit of {} in format {} is no gamma-gamma in format {FORMAT_VERSION}",
                fit.model, fit.version
            )));
        }
        let mut values = [0.0; 3];
        for (value, symbol) in values.iter_mut().zip(SYMBOLS) {
            *value = fit
                .parameter(symbol)
                .filter(|value| value.is_finite() && *value > 0.0)
                .ok_or_else(|| Error::parameter(format!("gamma-gamma: `{symbol}` must be a positive number")))?;
        }
        let [p, q, v] = values;
        if q <= 1.0 {
            return Err(Error::parameter(format!("gamma-gamma: q is {q}; at 1 and below the mean spend is infinite")));
        }
        Ok(Self { fit, coefficients: Coefficients { p, q, v } })
    }

    /// Coefficients, uncertainty, and how the fit ended.
    #[must_use]
    pub fn fit(&self) -> &Fit {
        &self.fit
    }

    /// p, q, v.
    #[must_use]
    pub fn coefficients(&self) -> [f64; 3] {
        let Coefficients { p, q, v } = self.coefficients;
        [p, q, v]
    }

    /// The log-likelihood of one customer with `repeat_purchases` ≥ 1 of mean value above 0, in the model's money.
    #[must_use]
    pub fn log_likelihood(&self, repeat_purchases: u32, mean_repeat_value: f64) -> f64 {
        Shape::new(&self.coefficients, repeat_purchases).derivatives(&self.coefficients, mean_repeat_value).0
    }

    /// The expected spend per purchase of a customer of whom nothing is known: p v/(q − 1).
    #[must_use]
    pub fn expected_spend_new(&self) -> f64 {
        self.expected_spend(0, 0.0)
    }

    /// The expected spend per future purchase; the mean value is not looked at where there is no repeat purchase.
    /// Always positive and finite.
    #[must_use]
    pub fn expected_spend(&self, repeat_purchases: u32, mean_repeat_value: f64) -> f64 {
        let Coefficients { p, q, .. } = self.coefficients;
        let (x, rate) = self.updated(repeat_purchases, mean_repeat_value);
        p * rate / (p * x + (q - 1.0))
    }

    /// The interval for the expected spend from the uncertainty of the parameters, by the delta method on the logarithm;
    /// `z` is the normal quantile of the level, 1.96 for 95 %. Of width 0 where the coefficients were given.
    #[must_use]
    pub fn expected_spend_interval(&self, repeat_purchases: u32, mean_repeat_value: f64, z: f64) -> MeanInterval {
        let Coefficients { p, q, .. } = self.coefficients;
        let (x, rate) = self.updated(repeat_purchases, mean_repeat_value);
        let below = p * x + (q - 1.0);
        // Derivatives of ln E by (p, q, v).
        let slope = [1.0 / p - x / below, -1.0 / below, 1.0 / rate];
        let variance = self.fit.covariance.as_ref().map_or(0.0, |covariance| {
            let row = |i: usize| -> f64 { covariance[i].iter().zip(slope).map(|(entry, slope)| entry * slope).sum() };
            (0..3).map(|i| slope[i] * row(i)).sum()
        });
        let estimate = self.expected_spend(repeat_purchases, mean_repeat_value);
        MeanInterval::new(estimate, variance.max(0.0).sqrt(), Scale::Log, z)
    }

    /// The quantile of the customer's own mean spend given its history: how far that one customer may lie from
    /// [`expected_spend`](Self::expected_spend), parameters taken as known. `probability` in (0, 1).
    #[must_use]
    pub fn mean_spend_quantile(&self, repeat_purchases: u32, mean_repeat_value: f64, probability: f64) -> f64 {
        let Coefficients { p, q, .. } = self.coefficients;
        let (x, rate) = self.updated(repeat_purchases, mean_repeat_value);
        // p/ν ≤ y exactly when ν ≥ p/y.
        let expected = self.expected_spend(repeat_purchases, mean_repeat_value);
        quantile(expected, probability, |y| gamma_upper_regularised(q + p * x, rate * p / y))
    }

    /// The quantile of the customer's next purchase given its history, parameters taken as known (predictive).
    /// `probability` in (0, 1).
    #[must_use]
    pub fn next_spend_quantile(&self, repeat_purchases: u32, mean_repeat_value: f64, probability: f64) -> f64 {
        let Coefficients { p, q, .. } = self.coefficients;
        let (x, rate) = self.updated(repeat_purchases, mean_repeat_value);
        let expected = self.expected_spend(repeat_purchases, mean_repeat_value);
        quantile(expected, probability, |y| incomplete_beta(p, q + p * x, y / (y + rate), rate / (y + rate)).0)
    }

    /// x and v + xm.
    fn updated(&self, repeat_purchases: u32, mean_repeat_value: f64) -> (f64, f64) {
        let x = f64::from(repeat_purchases);
        let money = if repeat_purchases == 0 { 0.0 } else { x * mean_repeat_value };
        (x, self.coefficients.v + money)
    }
}

/// Where a distribution function on the positive numbers reaches `probability`, by bisection of the logarithm around a
/// guess: bounds first, then to the last digits.
fn quantile(guess: f64, probability: f64, distribution: impl Fn(f64) -> f64) -> f64 {
    if probability <= 0.0 {
        return 0.0;
    }
    if probability >= 1.0 {
        return f64::INFINITY;
    }
    let (mut low, mut high) = (guess, guess);
    while distribution(low) > probability && low > f64::MIN_POSITIVE {
        low *= 0.25;
    }
    while distribution(high) < probability && high < f64::MAX {
        high *= 4.0;
    }
    for _ in 0..200 {
        let middle = (low.ln() + 0.5 * (high / low).ln()).exp();
        if !(middle > low && middle < high) {
            break;
        }
        if distribution(middle) < probability {
            low = middle;
        } else {
            high = middle;
        }
        if high / low - 1.0 < 1e-14 {
            break;
        }
    }
    low
}
