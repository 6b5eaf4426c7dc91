//! The answers of a fitted BG/BB.

use serde::{Deserialize, Serialize};

use super::likelihood::{Coefficients, Opportunities};
use super::params::SYMBOLS;
use crate::analysis::clv::simulation::Process;
use crate::analysis::clv::{FORMAT_VERSION, Fit, History, ModelKind, PurchaseModel};
use crate::error::{Error, Result};
use crate::math::differences::{digamma_difference, ln_gamma_difference, trigamma_difference};
use crate::math::hypergeometric::gauss_2f1_unit;

/// Sums over more opportunities than this are taken in closed form.
const LONGEST_SUM: u32 = 4096;

/// A BG/BB with coefficients: it answers, serialises, and starts the next fit.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(try_from = "Fit", into = "Fit")]
pub struct BgBbModel {
    fit: Fit,
    coefficients: Coefficients,
}

impl TryFrom<Fit> for BgBbModel {
    type Error = Error;

    fn try_from(fit: Fit) -> Result<Self> {
        Self::new(fit)
    }
}

impl From<BgBbModel> for Fit {
    fn from(model: BgBbModel) -> Self {
        model.fit
    }
}

impl BgBbModel {
    /// A model of given coefficients: α, β of the chance to buy, γ, δ of the chance to leave.
    ///
    /// # Errors
    /// Of kind `Parameter` unless all are positive and finite.
    ///
    /// ```
    /// use patronage::analysis::clv::{PurchaseModel, bg_bb::BgBbModel};
    /// let model = BgBbModel::from_parameters(1.2035, 0.7497, 0.6567, 2.7834)?;
    /// assert!((model.expected_purchases_new(0.0, 5.0) - 1.9381).abs() < 1e-4);
    /// # Ok::<(), patronage::Error>(())
    /// ```
    pub fn from_parameters(alpha: f64, beta: f64, gamma: f64, delta: f64) -> Result<Self> {
        let parameters = [("alpha", alpha), ("beta", beta), ("gamma", gamma), ("delta", delta)];
        Self::new(Fit::given(ModelKind::BgBb, &parameters))
    }

    pub(super) fn new(fit: Fit) -> Result<Self> {
        if fit.model != ModelKind::BgBb || fit.version != FORMAT_VERSION {
            return Err(Error::parameter(format!(
                "a fit of {} in format {} is no bg-bb in format {FORMAT_VERSION}",
                fit.model, fit.version
            )));
        }
        let mut values = [0.0; 4];
        for (value, symbol) in values.iter_mut().zip(SYMBOLS) {
            *value = fit
                .parameter(symbol)
                .filter(|value| value.is_finite() && *value > 0.0)
                .ok_or_else(|| Error::parameter(format!("bg-bb: `{symbol}` must be a positive number")))?;
        }
        let [alpha, beta, gamma, delta] = values;
        Ok(Self { fit, coefficients: Coefficients { alpha, beta, gamma, delta } })
    }

    /// α, β, γ, δ.
    #[must_use]
    pub fn coefficients(&self) -> [f64; 4] {
        let Coefficients { alpha, beta, gamma, delta } = self.coefficients;
        [alpha, beta, gamma, delta]
    }

    /// ln P(alive at n | history): finite where the probability itself is too small for a number.
    #[must_use]
    pub fn log_probability_alive(&self, history: History) -> f64 {
        self.coefficients.log_probability_alive(rounded(history))
    }

    fn alive(&self, history: Opportunities) -> f64 {
        let (alive, dead) = self.coefficients.alive_and_dead(history);
        alive / (alive + dead)
    }

    /// The law of p and θ after a history, given that the customer is still there: beta again, and independent.
    fn updated(&self, history: Opportunities) -> Coefficients {
        let Coefficients { alpha, beta, gamma, delta } = self.coefficients;
        let Opportunities { x, n, .. } = history;
        Coefficients { alpha: alpha + f64::from(x), beta: beta + f64::from(n - x), gamma, delta: delta + f64::from(n) }
    }
}

impl PurchaseModel for BgBbModel {
    fn fit(&self) -> &Fit {
        &self.fit
    }

    fn process(&self) -> Process {
        let Coefficients { alpha, beta, gamma, delta } = self.coefficients;
        Process::BgBb { alpha, beta, gamma, delta }
    }

    fn log_likelihood(&self, history: History) -> f64 {
        let history = rounded(history);
        let (alive, dead) = self.coefficients.alive_and_dead(history);
        self.coefficients.log_start(history.x, history.last) + (alive + dead).ln()
    }

    fn probability_alive(&self, history: History, ahead: f64) -> f64 {
        let history = rounded(history);
        self.alive(history) * stays(&self.updated(history), whole(ahead))
    }

    fn expected_purchases(&self, history: History, from: f64, to: f64) -> f64 {
        let history = rounded(history);
        self.alive(history) * expected(&self.updated(history), whole(from), whole(to))
    }

    fn expected_purchases_new(&self, from: f64, to: f64) -> f64 {
        expected(&self.coefficients, whole(from), whole(to))
    }

    fn probability_of_purchases_new(&self, x: u32, t: f64) -> f64 {
        probability_of(&self.coefficients, x, whole(t))
    }

    fn probability_of_purchases(&self, history: History, n: u32, horizon: f64) -> f64 {
        let history = rounded(history);
        let (alive, dead) = self.coefficients.alive_and_dead(history);
        let purchases = alive / (alive + dead) * probability_of(&self.updated(history), n, whole(horizon));
        if n == 0 { (purchases + dead / (alive + dead)).min(1.0) } else { purchases }
    }

    fn discounted_purchases(&self, history: History, rate: f64, horizon: Option<f64>) -> f64 {
        let history = rounded(history);
        self.alive(history) * discounted(&self.updated(history), rate, horizon)
    }

    /// The mean of the customer's chance to buy at an opportunity.
    fn posterior_mean_rate(&self, history: History) -> f64 {
        let c = &self.coefficients;
        let history = rounded(history);
        let mean = |i: u32| (c.alpha + f64::from(history.x)) / (c.alpha + c.beta + f64::from(i));
        let (mut total, mut sum) = (0.0, 0.0);
        let alive = c.terms(history, |i, term| {
            total += term;
            sum += term * mean(i);
        });
        (sum + alive * mean(history.n)) / (total + alive)
    }

    /// The mean of the customer's chance to leave before an opportunity.
    fn posterior_mean_dropout(&self, history: History) -> Option<f64> {
        let c = &self.coefficients;
        let history = rounded(history);
        let (mut total, mut sum) = (0.0, 0.0);
        let alive = c.terms(history, |i, term| {
            total += term;
            sum += term * (c.gamma + 1.0) / (c.gamma + c.delta + 1.0 + f64::from(i));
        });
        let there = c.gamma / (c.gamma + c.delta + f64::from(history.n));
        Some((sum + alive * there) / (total + alive))
    }
}

/// The number of whole opportunities in a time.
#[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "the cast saturates, which is what is meant")]
fn whole(time: f64) -> u32 {
    // A hair's breadth below a whole number is that number: 12 × (1/12) years are a year.
    (time + 1e-9).floor() as u32
}

/// A history in whole opportunities, the nearest if it is not.
fn rounded(history: History) -> Opportunities {
    let last = whole(history.first_to_last.round());
    Opportunities { x: history.repeat_purchases.min(last), last, n: whole(history.age.round()).max(last) }
}

/// S(k) = P(still there after k opportunities) of one there now.
fn stays(c: &Coefficients, k: u32) -> f64 {
    if k <= LONGEST_SUM {
        return (0..k).map(|j| (c.delta + f64::from(j)) / (c.gamma + c.delta + f64::from(j))).product();
    }
    let k = f64::from(k);
    let log = if c.gamma < k {
        ln_gamma_difference(c.delta, c.gamma) - ln_gamma_difference(c.delta + k, c.gamma)
    } else {
        ln_gamma_difference(c.delta, k) - ln_gamma_difference(c.gamma + c.delta, k)
    };
    log.exp().min(1.0)
}

/// Σₖ S(k), from < k ≤ to.
fn expected(c: &Coefficients, from: u32, to: u32) -> f64 {
    if to <= from {
        return 0.0;
    }
    let buys = c.alpha / (c.alpha + c.beta);
    let start = stays(c, from);
    let later = Coefficients { delta: c.delta + f64::from(from), ..*c };
    buys * start * sum_of_stays(&later, to - from)
}

/// Σₖ₌₁ᴷ S(k) = δ/(γ−1) (1 − Γ(γ+δ) Γ(1+δ+K) / (Γ(γ+δ+K) Γ(1+δ))), summed term by term unless it is long.
fn sum_of_stays(c: &Coefficients, count: u32) -> f64 {
    let Coefficients { gamma, delta, .. } = *c;
    if count <= LONGEST_SUM {
        let (mut sum, mut stay) = (0.0, 1.0);
        for j in 0..count {
            let at = delta + f64::from(j);
            stay *= at / (gamma + at);
            sum += stay;
        }
        return sum;
    }
    let count = f64::from(count);
    // −ln of the ratio of gamma functions, over γ − 1: Γ(γ+δ+K)/Γ(1+δ+K) and Γ(γ+δ)/Γ(1+δ) differ from 1 by that step.
    let step = gamma - 1.0;
    let log = if step.abs() < 1e-5 {
        -step * (digamma_difference(1.0 + delta, count) + 0.5 * step * trigamma_difference(1.0 + delta, count))
    } else if step > 0.0 {
        ln_gamma_difference(1.0 + delta, step) - ln_gamma_difference(1.0 + delta + count, step)
    } else {
        ln_gamma_difference(gamma + delta + count, -step) - ln_gamma_difference(gamma + delta, -step)
    };
    if log == 0.0 { delta * digamma_difference(1.0 + delta, count) } else { -delta * log.exp_m1() / step }
}

/// Σₖ e^(−rate·k) S(k) times the mean chance to buy.
fn discounted(c: &Coefficients, rate: f64, horizon: Option<f64>) -> f64 {
    /// A factor e^(−50) and all beyond it change no digit.
    const NEGLIGIBLE: f64 = 50.0;
    let Coefficients { alpha, beta, gamma, delta } = *c;
    let count = horizon.map_or(u32::MAX, whole);
    if rate <= 0.0 && horizon.is_some() {
        return expected(c, 0, count);
    }
    let factor = (-rate).exp();
    let sum = if horizon.is_none() || f64::from(count) * rate > NEGLIGIBLE {
        factor * delta / (gamma + delta) * gauss_2f1_unit(delta + 1.0, gamma + delta + 1.0, factor)
    } else {
        let (mut sum, mut term) = (0.0, 1.0);
        for j in 0..count {
            let at = delta + f64::from(j);
            term *= factor * (at / (gamma + at));
            sum += term;
        }
        sum
    };
    alpha / (alpha + beta) * sum
}

/// P(x purchases at the next n opportunities) of one there now: Σ over the last opportunity i before leaving of
/// C(i, x) B(α+x, β+i−x)/B(α, β) × P(stays i) × (leaves, unless i = n).
fn probability_of(c: &Coefficients, x: u32, n: u32) -> f64 {
    if x > n {
        return 0.0;
    }
    let Coefficients { alpha, beta, gamma, delta } = *c;
    let (mut sum, mut term) = (0.0, 1.0);
    // Terms are relative to the first, i = x; the scale keeps long products in range.
    let mut log_scale = c.log_start(x, x);
    for i in x..n {
        let at = f64::from(i);
        sum += term * gamma / (gamma + delta + at);
        term *= (at + 1.0) / (at + 1.0 - f64::from(x))
            * ((beta + at - f64::from(x)) / (alpha + beta + at))
            * ((delta + at) / (gamma + delta + at));
        if term > 1e200 {
            term *= 1e-200;
            sum *= 1e-200;
            log_scale += 200.0 * std::f64::consts::LN_10;
        }
    }
    (log_scale + (sum + term).ln()).exp().min(1.0)
}
