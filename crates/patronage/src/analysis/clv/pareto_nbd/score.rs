//! The answers of a fitted Pareto/NBD.

use serde::{Deserialize, Serialize};

use super::likelihood::{Coefficients, Rising, Terms, posterior_means, terms};
use super::params::SYMBOLS;
use crate::analysis::clv::simulation::Process;
use crate::analysis::clv::{FORMAT_VERSION, Fit, History, ModelKind, PurchaseModel};
use crate::error::{Error, Result};
use crate::math::legendre::ln_integral_of_log_concave;
use crate::math::{ln_beta, ln_gamma};

/// A Pareto/NBD with coefficients: it answers, serialises, and starts the next fit.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(try_from = "Fit", into = "Fit")]
pub struct ParetoNbdModel {
    fit: Fit,
    coefficients: Coefficients,
}

impl TryFrom<Fit> for ParetoNbdModel {
    type Error = Error;

    fn try_from(fit: Fit) -> Result<Self> {
        Self::new(fit)
    }
}

impl From<ParetoNbdModel> for Fit {
    fn from(model: ParetoNbdModel) -> Self {
        model.fit
    }
}

impl ParetoNbdModel {
    /// A model of given coefficients: shapes r and s, and α and β in units of time.
    ///
    /// # Errors
    /// Of kind `Parameter` unless all lie between 1e-100 and 1e100.
    ///
    /// ```
    /// use patronage::analysis::clv::{History, PurchaseModel, pareto_nbd::ParetoNbdModel};
    /// let model = ParetoNbdModel::from_parameters(0.55327705, 10.577683, 0.60623999, 11.668735)?;
    /// let customer = History::new(26, 216.0 / 7.0, 31.0)?;
    /// assert!((model.probability_alive(customer, 0.0) - 0.9978734047).abs() < 1e-9);
    /// # Ok::<(), patronage::Error>(())
    /// ```
    pub fn from_parameters(r: f64, alpha: f64, s: f64, beta: f64) -> Result<Self> {
        Self::new(Fit::given(ModelKind::ParetoNbd, &[("r", r), ("alpha", alpha), ("s", s), ("beta", beta)]))
    }

    pub(super) fn new(fit: Fit) -> Result<Self> {
        if fit.model != ModelKind::ParetoNbd || fit.version != FORMAT_VERSION {
            return Err(Error::parameter(format!(
                "a fit of {} in format {} is no pareto-nbd in format {FORMAT_VERSION}",
                fit.model, fit.version
            )));
        }
        let mut values = [0.0; 4];
        for (value, symbol) in values.iter_mut().zip(SYMBOLS) {
            *value = fit
                .parameter(symbol)
                .filter(|value| (1e-100..=1e100).contains(value))
                .ok_or_else(|| Error::parameter(format!("pareto-nbd: `{symbol}` must lie between 1e-100 and 1e100")))?;
        }
        let [r, alpha, s, beta] = values;
        Ok(Self { fit, coefficients: Coefficients { r, alpha, s, beta } })
    }

    /// r, α, s, β in the model's unit of time (for a customer whose covariates are 0, if there are any).
    #[must_use]
    pub fn coefficients(&self) -> [f64; 4] {
        let Coefficients { r, alpha, s, beta } = self.coefficients;
        [r, alpha, s, beta]
    }

    /// The same model as seen by a customer with these covariates, given as (`gamma_purchase:NAME` or
    /// `gamma_dropout:NAME`, value); covariates that are left out are 0.
    ///
    /// # Errors
    /// Of kind `Parameter` for a name the fit does not have, or a value that is not finite or drives α or β out of range.
    pub fn for_customer(&self, covariates: &[(&str, f64)]) -> Result<Self> {
        let (mut alpha, mut beta) = (self.coefficients.alpha, self.coefficients.beta);
        for &(symbol, value) in covariates {
            let coefficient = self.fit.parameter(symbol).filter(|_| symbol.starts_with("gamma_"));
            let Some(coefficient) = coefficient else {
                return Err(Error::parameter(format!("pareto-nbd: no covariate `{symbol}` in this fit")));
            };
            let factor = (-coefficient * value).exp();
            if symbol.starts_with("gamma_dropout:") {
                beta *= factor;
            } else {
                alpha *= factor;
            }
        }
        Self::from_parameters(self.coefficients.r, alpha, self.coefficients.s, beta)
    }

    /// ln P(alive at T | history): finite where the probability itself is too small for a number.
    #[must_use]
    pub fn log_probability_alive(&self, history: History) -> f64 {
        self.terms(history).log_probability_alive()
    }

    fn terms(&self, history: History) -> Terms {
        let History { repeat_purchases, first_to_last, age } = history;
        terms(&self.coefficients, &Rising::default(), f64::from(repeat_purchases), first_to_last, age)
    }

    /// The law of λ and μ after a history, given that the customer is still alive: gamma again, and independent.
    fn updated(&self, history: History) -> Coefficients {
        let Coefficients { r, alpha, s, beta } = self.coefficients;
        let x = f64::from(history.repeat_purchases);
        Coefficients { r: r + x, alpha: alpha + history.age, s, beta: beta + history.age }
    }
}

impl PurchaseModel for ParetoNbdModel {
    fn fit(&self) -> &Fit {
        &self.fit
    }

    fn process(&self) -> Process {
        let Coefficients { r, alpha, s, beta } = self.coefficients;
        Process::ParetoNbd { r, alpha, s, beta }
    }

    fn log_likelihood(&self, history: History) -> f64 {
        self.terms(history).log_likelihood() + ln_rising(self.coefficients.r, history.repeat_purchases)
    }

    fn probability_alive(&self, history: History, ahead: f64) -> f64 {
        self.terms(history).probability_alive() * survival(&self.updated(history), ahead)
    }

    fn expected_purchases(&self, history: History, from: f64, to: f64) -> f64 {
        self.terms(history).probability_alive() * expected(&self.updated(history), from, to)
    }

    fn expected_purchases_new(&self, from: f64, to: f64) -> f64 {
        expected(&self.coefficients, from, to)
    }

    fn probability_of_purchases_new(&self, x: u32, t: f64) -> f64 {
        probability_of(&self.coefficients, x, t)
    }

    fn probability_of_purchases(&self, history: History, n: u32, horizon: f64) -> f64 {
        let alive = self.terms(history);
        let purchases = alive.probability_alive() * probability_of(&self.updated(history), n, horizon);
        if n == 0 { (purchases + alive.probability_dead()).min(1.0) } else { purchases }
    }

    fn discounted_purchases(&self, history: History, rate: f64, horizon: Option<f64>) -> f64 {
        self.terms(history).probability_alive() * discounted(&self.updated(history), rate, horizon)
    }

    fn posterior_mean_rate(&self, history: History) -> f64 {
        self.posterior_means(history).0
    }

    fn posterior_mean_dropout(&self, history: History) -> Option<f64> {
        Some(self.posterior_means(history).1)
    }
}

impl ParetoNbdModel {
    fn posterior_means(&self, history: History) -> (f64, f64) {
        let History { repeat_purchases, first_to_last, age } = history;
        posterior_means(&self.coefficients, f64::from(repeat_purchases), first_to_last, age)
    }
}

/// P(alive after t) of one alive at 0: (β/(β+t))ˢ.
fn survival(c: &Coefficients, t: f64) -> f64 {
    if t > 0.0 { (-c.s * (t / c.beta).ln_1p()).exp() } else { 1.0 }
}

/// E[X(from, to)] of one alive at 0: r/α ∫ (β/(β+u))ˢ du, the interval taken from its own start so that nothing cancels.
fn expected(c: &Coefficients, from: f64, to: f64) -> f64 {
    let from = from.max(0.0);
    if to <= from {
        return 0.0;
    }
    let start = c.beta + from;
    let width = ((to - from) / start).ln_1p();
    let power = (1.0 - c.s) * width;
    // ∫₀ʷ e^((1−s)v) dv
    let integral = if power.abs() < 1e-300 { width } else { width * (power.exp_m1() / power) };
    c.r / c.alpha * survival(c, from) * start * integral
}

/// Σ over purchases of e^(−rate·u), for one alive at 0: r/α ∫₀ʰ e^(−rate·u) (β/(β+u))ˢ du; with u = β(eʷ − 1) the exponent
/// is concave and entire in w.
fn discounted(c: &Coefficients, rate: f64, horizon: Option<f64>) -> f64 {
    /// e^(−800) is 0.
    const NOTHING: f64 = 800.0;
    if rate <= 0.0 {
        return match horizon {
            Some(horizon) => expected(c, 0.0, horizon),
            None if c.s > 1.0 => c.r / c.alpha * c.beta / (c.s - 1.0),
            None => f64::INFINITY,
        };
    }
    let decay = rate * c.beta;
    let horizon = horizon.unwrap_or(f64::INFINITY).min(NOTHING / rate);
    if horizon <= 0.0 {
        return 0.0;
    }
    let power = 1.0 - c.s;
    let integral = ln_integral_of_log_concave(0.0, (horizon / c.beta).ln_1p(), |w| {
        let growth = w.exp_m1();
        (power * w - decay * growth, power - decay * (1.0 + growth))
    });
    c.r / c.alpha * c.beta * integral.exp()
}

/// P(X(t) = x) of one alive at 0: an NBD term if alive at t, else an average over the time of death (Fader and Hardie 2006,
/// a note on deriving the Pareto/NBD, before integration).
fn probability_of(c: &Coefficients, x: u32, t: f64) -> f64 {
    let Coefficients { r, alpha, s, beta } = *c;
    if t <= 0.0 {
        return if x == 0 { 1.0 } else { 0.0 };
    }
    let n = f64::from(x);
    let share = |u: f64| if x == 0 { 0.0 } else { -n * (alpha / u).ln_1p() }; // n ln(u/(α+u))
    let alive = share(t) - r * (t / alpha).ln_1p() - s * (t / beta).ln_1p();
    let smaller = alpha.min(beta);
    let dead = ln_integral_of_log_concave(0.0, (t / smaller).ln_1p(), |y| {
        let u = smaller * y.exp_m1();
        let value = share(u) - r * (u / alpha).ln_1p() - (s + 1.0) * (u / beta).ln_1p() + y;
        let pull = if x == 0 { 0.0 } else { n * alpha / (u * (alpha + u)) };
        (value, 1.0 + (smaller + u) * (pull - r / (alpha + u) - (s + 1.0) / (beta + u)))
    });
    let common = ln_choose(r, x);
    ((common + alive).exp() + (common + dead + (s / beta * smaller).ln()).exp()).min(1.0)
}

/// ln Γ(r+x)/Γ(r).
fn ln_rising(r: f64, x: u32) -> f64 {
    if x <= 512 || r > 1e6 { (0..x).map(|j| (r + f64::from(j)).ln()).sum() } else { ln_gamma(r + f64::from(x)) - ln_gamma(r) }
}

/// ln Γ(r+x)/(Γ(r) x!).
fn ln_choose(r: f64, x: u32) -> f64 {
    if x <= 512 {
        (0..x).map(|j| ((r + f64::from(j)) / (1.0 + f64::from(j))).ln()).sum()
    } else {
        // 1/(x B(r, x))
        -f64::from(x).ln() - ln_beta(r, f64::from(x))
    }
}
