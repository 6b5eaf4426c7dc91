//! How an NBD model is fitted.

use super::NbdModel;
use super::fit::fit;
use crate::analysis::clv::driver::{Options, Prior};
use crate::analysis::clv::histories::Histories;
use crate::analysis::clv::purchase_model::PurchaseModel;
use crate::error::Result;

/// The NBD model: Poisson purchases with gamma rates, and nobody leaves. See the [module](super).
#[derive(Debug, Clone, Copy)]
pub struct Nbd;

impl Nbd {
    /// Parameters of a fit, all at their defaults.
    #[must_use]
    pub fn params() -> NbdParams {
        NbdParams { options: Options::default(), start: None }
    }
}

/// How to fit an [`Nbd`].
#[derive(Debug, Clone, PartialEq)]
pub struct NbdParams {
    pub(super) options: Options,
    pub(super) start: Option<(f64, f64)>,
}

impl NbdParams {
    /// At most this many evaluations of the likelihood (default 200).
    #[must_use]
    pub fn max_iterations(mut self, max_iterations: u32) -> Self {
        self.options.max_iterations = max_iterations;
        self
    }

    /// Whether a fit that did not converge is returned rather than an error (default false).
    #[must_use]
    pub fn allow_unconverged(mut self, allow: bool) -> Self {
        self.options.allow_unconverged = allow;
        self
    }

    /// The unit of time of the histories in days, for the record.
    #[must_use]
    pub fn time_unit(mut self, days: f64) -> Self {
        self.options.time_unit = Some(days);
        self
    }

    /// Adds a prior: maximum a posteriori instead of maximum likelihood.
    #[must_use]
    pub fn prior(mut self, prior: Prior) -> Self {
        self.options.priors.push(prior);
        self
    }

    /// Starts from the parameters of a fitted model (in the unit of these histories).
    #[must_use]
    pub fn warm_start<M: PurchaseModel + ?Sized>(mut self, model: &M) -> Self {
        let fit = model.fit();
        self.start = fit.parameter("r").zip(fit.parameter("alpha"));
        self
    }

    /// Checks the parameters.
    ///
    /// # Errors
    /// Of kind `Parameter`, naming the first one out of range.
    pub fn check(&self) -> Result<()> {
        self.options.check(&["r", "alpha"])
    }

    /// Fits the model.
    ///
    /// # Errors
    /// Of kind `Parameter` for a bad parameter; of kind `Fit` without repeat purchases, or where the fit did not converge.
    pub fn fit(&self, histories: &Histories) -> Result<NbdModel> {
        fit(self, histories)
    }
}
