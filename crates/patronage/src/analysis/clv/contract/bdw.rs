//! The answers of a fitted `BdW`.

use serde::{Deserialize, Serialize};

use super::params::LogRetention;
use super::sbg::{coefficients, median};
use crate::analysis::clv::simulation::Process;
use crate::analysis::clv::{Fit, ModelKind};
use crate::error::{Error, Result};
use crate::math::differences::{digamma_difference, ln_gamma_difference, trigamma_difference};
use crate::math::legendre::ln_integral_of_log_concave;
use crate::math::trigamma;

/// The symbols of the parameters, in their order.
pub(super) const SYMBOLS: [&str; 3] = ["alpha", "beta", "c"];

/// Terms of an infinite sum that are added one by one; the rest is an integral with two Euler–Maclaurin corrections.
const SUMMED: u32 = 2000;

/// A `BdW` with coefficients: it answers, serialises, and starts the next fit.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(try_from = "Fit", into = "Fit")]
pub struct BdwModel {
    fit: Fit,
    alpha: f64,
    beta: f64,
    c: f64,
}

impl TryFrom<Fit> for BdwModel {
    type Error = Error;

    fn try_from(fit: Fit) -> Result<Self> {
        Self::new(fit)
    }
}

impl From<BdwModel> for Fit {
    fn from(model: BdwModel) -> Self {
        model.fit
    }
}

impl BdwModel {
    /// A model of given coefficients.
    ///
    /// # Errors
    /// Of kind `Parameter` unless all are positive and finite.
    ///
    /// ```
    /// use patronage::analysis::clv::contract::{BdwModel, SbgModel};
    /// let (bdw, sbg) = (BdwModel::from_parameters(0.7, 1.2, 1.0)?, SbgModel::from_parameters(0.7, 1.2)?);
    /// assert!((bdw.survival(5) - sbg.survival(5)).abs() < 1e-14); // c = 1 is the sBG
    /// # Ok::<(), patronage::Error>(())
    /// ```
    pub fn from_parameters(alpha: f64, beta: f64, c: f64) -> Result<Self> {
        Self::new(Fit::given(ModelKind::Bdw, &[("alpha", alpha), ("beta", beta), ("c", c)]))
    }

    pub(super) fn new(fit: Fit) -> Result<Self> {
        let [alpha, beta, c] = coefficients(&fit, ModelKind::Bdw, SYMBOLS)?;
        Ok(Self { fit, alpha, beta, c })
    }

    /// Coefficients, uncertainty, and how the fit ended.
    #[must_use]
    pub fn fit(&self) -> &Fit {
        &self.fit
    }

    /// α, β, c.
    #[must_use]
    pub fn coefficients(&self) -> [f64; 3] {
        [self.alpha, self.beta, self.c]
    }

    /// The law of new customers, to simulate from.
    #[must_use]
    pub fn process(&self) -> Process {
        Process::Bdw { alpha: self.alpha, beta: self.beta, c: self.c }
    }

    /// The probability that a new customer is still there after `renewals`.
    #[must_use]
    pub fn survival(&self, renewals: u32) -> f64 {
        self.residual_survival(0, renewals)
    }

    /// The probability that one who has renewed `renewals` times is still there `ahead` renewals later.
    #[must_use]
    pub fn residual_survival(&self, renewals: u32, ahead: u32) -> f64 {
        let from = f64::from(renewals);
        self.log_ratio(from, from + f64::from(ahead)).exp()
    }

    /// The share that renews at renewal `renewal` ≥ 1 of those who are still there (1 for renewal 0, the start).
    #[must_use]
    pub fn retention(&self, renewal: u32) -> f64 {
        if renewal == 0 { 1.0 } else { self.residual_survival(renewal - 1, 1) }
    }

    /// The probability that a new customer leaves at renewal `renewal` ≥ 1.
    #[must_use]
    pub fn leaves_at(&self, renewal: u32) -> f64 {
        if renewal == 0 {
            return 0.0;
        }
        let at = f64::from(renewal);
        -self.survival(renewal - 1) * self.log_ratio(at - 1.0, at).exp_m1()
    }

    /// The discounted expected residual lifetime of one who has renewed `renewals` times, just before the next renewal:
    /// payments to come, the first of them not discounted. `discount` is effective per period; at 0 it is the expected
    /// residual tenure.
    #[must_use]
    pub fn discounted_residual_lifetime(&self, renewals: u32, discount: f64) -> f64 {
        let rate = discount.max(0.0).ln_1p();
        if rate == 0.0 && self.c * self.alpha <= 1.0 {
            return f64::INFINITY;
        }
        let from = f64::from(renewals);
        let mut sum = 0.0;
        for k in 1..=SUMMED {
            let ahead = f64::from(k);
            let term = (self.log_ratio(from, from + ahead) - rate * (ahead - 1.0)).exp();
            sum += term;
            if term < 1e-18 * sum && rate * ahead > 1.0 {
                return sum;
            }
        }
        sum + self.tail(from, f64::from(SUMMED), rate)
    }

    /// The expected number of further renewals of one who has renewed `renewals` times; at most `horizon` of them are
    /// counted where one is given. Infinite without a horizon if cα ≤ 1.
    #[must_use]
    pub fn residual_tenure(&self, renewals: u32, horizon: Option<u32>) -> f64 {
        match horizon {
            None => self.discounted_residual_lifetime(renewals, 0.0),
            Some(horizon) => (1..=horizon).map(|ahead| self.residual_survival(renewals, ahead)).sum(),
        }
    }

    /// The number of further renewals by which half of those who have renewed `renewals` times are gone: always
    /// finite, unlike the mean. None above 4 billion.
    #[must_use]
    pub fn median_residual_tenure(&self, renewals: u32) -> Option<u32> {
        median(|ahead| self.residual_survival(renewals, ahead))
    }

    /// ln S(to)/S(from) for from ≤ to: log-gammas at neighbouring arguments, by the shorter of the two steps between them.
    fn log_ratio(&self, from: f64, to: f64) -> f64 {
        let (low, high) = (from.powf(self.c), to.powf(self.c));
        log_ratio(self.alpha, self.beta, low, high)
    }

    /// Σ over k > `after` of S(from+k)/S(from) e^(−rate (k−1)): the integral over t = from + k as one over w = c ln t, in
    /// which the integrand is log-concave, less half its first value and a twelfth of its slope (Euler and Maclaurin).
    fn tail(&self, from: f64, after: f64, rate: f64) -> f64 {
        let Self { alpha, beta, c, .. } = *self;
        let start = from + after;
        // Beyond `far` the discount, or a power law, is all that is left of the integrand.
        let far =
            (start + if rate > 0.0 { 800.0 / rate } else { f64::INFINITY }).min((1e18 * (1.0 + alpha + beta)).powf(1.0 / c).max(start));
        let g = |w: f64| {
            let t = (w / c).exp();
            let power = w.exp();
            let value = log_ratio(alpha, beta, from.powf(c), power) - rate * (t - from - 1.0) + w / c;
            let slope = -power * digamma_difference(beta + power, alpha) - rate * t / c + 1.0 / c;
            (value, slope)
        };
        let integral = ln_integral_of_log_concave(c * start.ln(), c * far.ln(), g).exp() / c;
        let beyond = if rate > 0.0 { 0.0 } else { g(c * far.ln()).0.exp() / (c * alpha - 1.0) };
        let (log_first, slope) = g(c * start.ln());
        let first = (log_first - start.ln()).exp();
        // The slope of ln(term) by t: that of g by w, less the 1/c that belongs to dt, times c/t.
        integral + beyond - 0.5 * first - first * (slope - 1.0 / c) * c / start / 12.0
    }
}

/// ln of B(α, β+high)/B(α, β+low).
fn log_ratio(alpha: f64, beta: f64, low: f64, high: f64) -> f64 {
    let step = high - low;
    if !high.is_finite() {
        return if low.is_finite() { f64::NEG_INFINITY } else { 0.0 };
    }
    if alpha < step {
        ln_gamma_difference(beta + low, alpha) - ln_gamma_difference(beta + high, alpha)
    } else {
        ln_gamma_difference(beta + low, step) - ln_gamma_difference(alpha + beta + low, step)
    }
}

/// ln r(t) = ln S(t)/S(t−1), with u = t^c, d u/d ln c = u c ln t.
pub(super) fn log_retention([alpha, beta, c]: [f64; 3], t: u32) -> LogRetention<3> {
    let (before, after) = (Power::new(t - 1, c), Power::new(t, c));
    let step = after.u - before.u;
    let (z, s) = (beta + before.u, alpha + beta + before.u);
    let (psi_z, psi_s) = (digamma_difference(z, step), digamma_difference(s, step));
    let (tri_z, tri_s) = (trigamma_difference(z, step), trigamma_difference(s, step));
    // At both ends: ψ and ψ' at β+u less those at α+β+u, and ψ' at α+β+u.
    let [(first_0, second_0, of_alpha_0), (first_1, second_1, of_alpha_1)] = [&before, &after].map(|end| {
        let at = beta + end.u;
        let (psi, tri) = (-digamma_difference(at, alpha), -trigamma_difference(at, alpha));
        let second = [tri * end.first, tri * end.first * end.first + psi * end.second];
        (psi * end.first, second, trigamma(at + alpha) * end.first)
    });
    let by_alpha = -alpha * psi_s;
    let by_beta = beta * (psi_z - psi_s);
    let cross = -alpha * beta * tri_s;
    let alpha_c = -alpha * (of_alpha_1 - of_alpha_0);
    let beta_c = beta * (second_1[0] - second_0[0]);
    LogRetention {
        value: log_ratio(alpha, beta, before.u, after.u),
        gradient: [by_alpha, by_beta, first_1 - first_0],
        hessian: [
            [by_alpha - alpha * alpha * tri_s, cross, alpha_c],
            [cross, by_beta + beta * beta * (tri_z - tri_s), beta_c],
            [alpha_c, beta_c, second_1[1] - second_0[1]],
        ],
    }
}

/// u = t^c with its derivatives by ln c.
struct Power {
    u: f64,
    first: f64,
    second: f64,
}

impl Power {
    fn new(t: u32, c: f64) -> Self {
        if t == 0 {
            return Self { u: 0.0, first: 0.0, second: 0.0 };
        }
        let log = c * f64::from(t).ln();
        let u = log.exp();
        Self { u, first: u * log, second: u * log * (log + 1.0) }
    }
}
