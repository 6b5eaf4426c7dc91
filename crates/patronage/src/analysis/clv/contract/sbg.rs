//! The answers of a fitted `sBG`.

use serde::{Deserialize, Serialize};

use super::params::LogRetention;
use crate::analysis::clv::simulation::Process;
use crate::analysis::clv::{FORMAT_VERSION, Fit, ModelKind};
use crate::error::{Error, Result};
use crate::math::differences::ln_gamma_difference;
use crate::math::hypergeometric::gauss_2f1_unit;

/// The symbols of the parameters, in their order.
pub(super) const SYMBOLS: [&str; 2] = ["alpha", "beta"];

/// An `sBG` with coefficients: it answers, serialises, and starts the next fit.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(try_from = "Fit", into = "Fit")]
pub struct SbgModel {
    fit: Fit,
    alpha: f64,
    beta: f64,
}

impl TryFrom<Fit> for SbgModel {
    type Error = Error;

    fn try_from(fit: Fit) -> Result<Self> {
        Self::new(fit)
    }
}

impl From<SbgModel> for Fit {
    fn from(model: SbgModel) -> Self {
        model.fit
    }
}

impl SbgModel {
    /// A model of given coefficients.
    ///
    /// # Errors
    /// Of kind `Parameter` unless both are positive and finite.
    pub fn from_parameters(alpha: f64, beta: f64) -> Result<Self> {
        Self::new(Fit::given(ModelKind::Sbg, &[("alpha", alpha), ("beta", beta)]))
    }

    pub(super) fn new(fit: Fit) -> Result<Self> {
        let [alpha, beta] = coefficients(&fit, ModelKind::Sbg, SYMBOLS)?;
        Ok(Self { fit, alpha, beta })
    }

    /// Coefficients, uncertainty, and how the fit ended.
    #[must_use]
    pub fn fit(&self) -> &Fit {
        &self.fit
    }

    /// α, β.
    #[must_use]
    pub fn coefficients(&self) -> [f64; 2] {
        [self.alpha, self.beta]
    }

    /// The law of new customers, to simulate from.
    #[must_use]
    pub fn process(&self) -> Process {
        Process::Sbg { alpha: self.alpha, beta: self.beta }
    }

    /// The probability that a new customer is still there after `renewals`.
    #[must_use]
    pub fn survival(&self, renewals: u32) -> f64 {
        self.residual_survival(0, renewals)
    }

    /// The probability that one who has renewed `renewals` times is still there `ahead` renewals later.
    #[must_use]
    pub fn residual_survival(&self, renewals: u32, ahead: u32) -> f64 {
        const LONGEST_PRODUCT: u32 = 1000;
        let beta = self.beta + f64::from(renewals);
        if ahead <= LONGEST_PRODUCT {
            return (0..ahead).map(|j| beta + f64::from(j)).map(|at| at / (self.alpha + at)).product();
        }
        let ahead = f64::from(ahead);
        // Γ(β+k)/Γ(β) over Γ(α+β+k)/Γ(α+β), by the shorter of the two steps.
        let log = if self.alpha < ahead {
            ln_gamma_difference(beta, self.alpha) - ln_gamma_difference(beta + ahead, self.alpha)
        } else {
            ln_gamma_difference(beta, ahead) - ln_gamma_difference(self.alpha + beta, ahead)
        };
        log.exp().min(1.0)
    }

    /// The share that renews at renewal `renewal` ≥ 1 of those who are still there (1 for renewal 0, the start).
    #[must_use]
    pub fn retention(&self, renewal: u32) -> f64 {
        if renewal == 0 {
            return 1.0;
        }
        let at = self.beta + f64::from(renewal - 1);
        at / (self.alpha + at)
    }

    /// The probability that a new customer leaves at renewal `renewal` ≥ 1.
    #[must_use]
    pub fn leaves_at(&self, renewal: u32) -> f64 {
        if renewal == 0 {
            return 0.0;
        }
        let at = self.alpha / (self.alpha + self.beta + f64::from(renewal - 1));
        self.survival(renewal - 1) * at
    }

    /// The discounted expected residual lifetime of one who has renewed `renewals` times, just before the next renewal:
    /// payments to come, the first of them not discounted. `discount` is effective per period; at 0 it is the expected
    /// residual tenure.
    ///
    /// ```
    /// use patronage::analysis::clv::contract::SbgModel;
    /// let model = SbgModel::from_parameters(3.80, 15.20)?;
    /// assert!((model.discounted_residual_lifetime(0, 0.1) - 3.31).abs() < 0.005);
    /// # Ok::<(), patronage::Error>(())
    /// ```
    #[must_use]
    pub fn discounted_residual_lifetime(&self, renewals: u32, discount: f64) -> f64 {
        let beta = self.beta + f64::from(renewals);
        let factor = 1.0 / (1.0 + discount.max(0.0));
        beta / (self.alpha + beta) * gauss_2f1_unit(beta + 1.0, self.alpha + beta + 1.0, factor)
    }

    /// The expected number of further renewals of one who has renewed `renewals` times; at most `horizon` of them are
    /// counted where one is given. Infinite without a horizon if α ≤ 1.
    #[must_use]
    pub fn residual_tenure(&self, renewals: u32, horizon: Option<u32>) -> f64 {
        let Some(horizon) = horizon else { return self.discounted_residual_lifetime(renewals, 0.0) };
        let (mut sum, mut stay) = (0.0, 1.0);
        for j in 0..horizon {
            let at = self.beta + f64::from(renewals) + f64::from(j);
            stay *= at / (self.alpha + at);
            sum += stay;
        }
        sum
    }

    /// The number of further renewals by which half of those who have renewed `renewals` times are gone: always
    /// finite, unlike the mean. None above 4 billion.
    #[must_use]
    pub fn median_residual_tenure(&self, renewals: u32) -> Option<u32> {
        median(|ahead| self.residual_survival(renewals, ahead))
    }
}

/// The smallest t at which a falling curve is at most ½.
pub(super) fn median(survival: impl Fn(u32) -> f64) -> Option<u32> {
    let (mut low, mut high) = (0_u32, 1_u32);
    while survival(high) > 0.5 {
        low = high;
        high = high.checked_mul(2)?;
    }
    while high - low > 1 {
        let middle = low + (high - low) / 2;
        if survival(middle) > 0.5 { low = middle } else { high = middle }
    }
    Some(high)
}

/// The checked coefficients of a fit.
pub(super) fn coefficients<const D: usize>(fit: &Fit, model: ModelKind, symbols: [&str; D]) -> Result<[f64; D]> {
    if fit.model != model || fit.version != FORMAT_VERSION {
        return Err(Error::parameter(format!("a fit of {} in format {} is no {model} in format {FORMAT_VERSION}", fit.model, fit.version)));
    }
    let mut values = [0.0; D];
    for (value, symbol) in values.iter_mut().zip(symbols) {
        *value = fit
            .parameter(symbol)
            .filter(|value| value.is_finite() && *value > 0.0)
            .ok_or_else(|| Error::parameter(format!("{model}: `{symbol}` must be a positive number")))?;
    }
    Ok(values)
}

/// ln r(t) = −ln(1 + α/(β+t−1)).
pub(super) fn log_retention(alpha: f64, beta: f64, t: u32) -> LogRetention<2> {
    let at = beta + f64::from(t - 1);
    let (share, rest) = (alpha / (alpha + at), at / (alpha + at));
    let of_beta = beta / at;
    // d ln r = −share d ln α + share·β/at d ln β
    let by_beta = share * of_beta;
    let cross = share * rest * of_beta;
    LogRetention {
        value: -(alpha / at).ln_1p(),
        gradient: [-share, by_beta],
        hessian: [[-share * rest, cross], [cross, by_beta * (1.0 - of_beta - rest * of_beta)]],
    }
}
