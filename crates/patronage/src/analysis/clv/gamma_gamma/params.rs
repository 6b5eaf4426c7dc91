//! The settings of a Gamma-Gamma fit.

use super::fit::fit;
use super::score::GammaGammaModel;
use super::spends::Spends;
use crate::analysis::clv::Prior;
use crate::analysis::clv::driver::Options;
use crate::error::{Error, Result};

/// The symbols of the parameters, in their order.
pub(super) const SYMBOLS: [&str; 3] = ["p", "q", "v"];

/// The Gamma-Gamma model; see the [module](super).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct GammaGamma;

impl GammaGamma {
    /// Default settings.
    #[must_use]
    pub fn params() -> GammaGammaParams {
        GammaGammaParams::default()
    }
}

/// Settings of a fit; setters never fail, [`fit`](Self::fit) checks them all.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct GammaGammaParams {
    pub(super) options: Options,
    pub(super) smallest_q: Option<f64>,
    pub(super) warm_start: Option<[f64; 3]>,
}

impl GammaGammaParams {
    /// At most this many evaluations of the likelihood from each start (default 200).
    #[must_use]
    pub fn max_iterations(mut self, iterations: u32) -> Self {
        self.options.max_iterations = iterations;
        self
    }

    /// Return what was reached when the fit does not converge, instead of an error (default false).
    #[must_use]
    pub fn allow_unconverged(mut self, allow: bool) -> Self {
        self.options.allow_unconverged = allow;
        self
    }

    /// Adds a prior for one of `p q v`; the median of v is in multiples of the customers' mean spend.
    #[must_use]
    pub fn prior(mut self, prior: Prior) -> Self {
        self.options.priors.push(prior);
        self
    }

    /// Constrains q to at least this bound, which must be above 1 (default: no constraint, and an error if q ≤ 1).
    #[must_use]
    pub fn smallest_q(mut self, bound: f64) -> Self {
        self.smallest_q = Some(bound);
        self
    }

    /// Starts from the coefficients of an earlier fit in the same money.
    #[must_use]
    pub fn warm_start(mut self, model: &GammaGammaModel) -> Self {
        self.warm_start = Some(model.coefficients());
        self
    }

    /// Refuses settings that cannot be used.
    ///
    /// # Errors
    /// Of kind `Parameter`: no iterations, a bound of q that is not above 1, a prior of an unknown parameter, two of
    /// one parameter, or with numbers that are not positive.
    pub fn check(&self) -> Result<()> {
        if let Some(bound) = self.smallest_q.filter(|bound| !(bound.is_finite() && *bound > 1.0)) {
            return Err(Error::parameter(format!("smallest_q is {bound}; below or at 1 the mean spend is infinite")));
        }
        self.options.check(&SYMBOLS)
    }

    /// Estimates the parameters.
    ///
    /// # Errors
    /// As [`check`](Self::check); of kind `Input` without a repeat buyer; of kind `Fit` when the estimate of q is not above
    /// 1 (no finite mean spend) and no [`smallest_q`](Self::smallest_q) is set, or when the optimiser does not converge.
    ///
    /// ```
    /// use patronage::analysis::clv::gamma_gamma::{GammaGamma, Spends};
    /// let x = [2, 5, 1, 3, 2, 8, 4, 2];
    /// let mean = [22.0, 35.5, 18.0, 60.0, 27.0, 31.0, 44.0, 39.0];
    /// let model = GammaGamma::params().fit(&Spends::new(&x, &mean)?)?;
    /// let spend = model.expected_spend(1, 100.0);
    /// assert!(spend > 30.0 && spend < 100.0); // one purchase of 100 is pulled towards the others
    /// # Ok::<(), patronage::Error>(())
    /// ```
    pub fn fit(&self, spends: &Spends) -> Result<GammaGammaModel> {
        self.check()?;
        if spends.customers() <= 0.0 {
            return Err(Error::input("no customer with a repeat purchase and money to fit gamma-gamma to"));
        }
        fit(self, spends)
    }
}
