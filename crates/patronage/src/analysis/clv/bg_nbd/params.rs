//! How a BG/NBD or MBG/NBD model is fitted.

use super::BgNbdModel;
use super::covariates::{CovariateModel, DropoutCovariates};
use super::fit::{fit, fit_with_covariates};
use crate::analysis::clv::covariates::Covariates;
use crate::analysis::clv::driver::{Options, Prior};
use crate::analysis::clv::fit::ModelKind;
use crate::analysis::clv::histories::Histories;
use crate::analysis::clv::purchase_model::PurchaseModel;
use crate::error::Result;

/// The BG/NBD model: customers may leave after each repeat purchase. See the [module](super).
#[derive(Debug, Clone, Copy)]
pub struct BgNbd;

/// The MBG/NBD model: customers may leave after each purchase, the first included. See the [module](super).
#[derive(Debug, Clone, Copy)]
pub struct MbgNbd;

impl BgNbd {
    /// Parameters of a fit, all at their defaults.
    ///
    /// ```
    /// use patronage::analysis::clv::bg_nbd::BgNbd;
    /// use patronage::analysis::clv::{Histories, PurchaseModel};
    ///
    /// // Weeks: 40 customers of four kinds.
    /// let histories = Histories::weighted(
    ///     vec![0, 1, 4, 6],
    ///     vec![0.0, 9.0, 11.0, 35.0],
    ///     vec![38.0, 38.0, 39.0, 37.0],
    ///     vec![20.0, 10.0, 5.0, 5.0],
    /// )?;
    /// let model = BgNbd::params().time_unit(7.0).fit(&histories)?;
    /// assert_eq!(model.fit().customers, 40.0);
    /// // Four purchases within eleven weeks, then none for 28: the customer has probably left.
    /// assert!(model.probability_alive(histories.get(2), 0.0) < 0.3);
    /// assert!(model.probability_alive(histories.get(3), 0.0) > 0.7);
    /// # Ok::<(), patronage::Error>(())
    /// ```
    #[must_use]
    pub fn params() -> BgNbdParams {
        BgNbdParams { modified: false, options: Options::default(), start: None }
    }
}

impl MbgNbd {
    /// Parameters of a fit, all at their defaults.
    #[must_use]
    pub fn params() -> BgNbdParams {
        BgNbdParams { modified: true, options: Options::default(), start: None }
    }
}

/// How to fit a [`BgNbd`] or [`MbgNbd`].
#[derive(Debug, Clone, PartialEq)]
pub struct BgNbdParams {
    pub(super) modified: bool,
    pub(super) options: Options,
    pub(super) start: Option<[f64; 4]>,
}

impl BgNbdParams {
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

    /// Adds a prior (of `r`, `alpha`, `a` or `b`): maximum a posteriori instead of maximum likelihood.
    #[must_use]
    pub fn prior(mut self, prior: Prior) -> Self {
        self.options.priors.push(prior);
        self
    }

    /// Starts from the parameters of a fitted model (in the unit of these histories) that has r, α, a and b.
    #[must_use]
    pub fn warm_start<M: PurchaseModel + ?Sized>(mut self, model: &M) -> Self {
        let fit = model.fit();
        let [r, alpha, a, b] = ["r", "alpha", "a", "b"].map(|symbol| fit.parameter(symbol));
        self.start = r.zip(alpha).zip(a.zip(b)).map(|((r, alpha), (a, b))| [r, alpha, a, b]);
        self
    }

    /// Checks the parameters.
    ///
    /// # Errors
    /// Of kind `Parameter`, naming the first one out of range.
    pub fn check(&self) -> Result<()> {
        self.options.check(&["r", "alpha", "a", "b"])
    }

    /// Fits the model.
    ///
    /// # Errors
    /// Of kind `Parameter` for a bad parameter; of kind `Fit` without repeat purchases, or where the fit did not converge.
    pub fn fit(&self, histories: &Histories) -> Result<BgNbdModel> {
        fit(self, histories)
    }

    /// Fits the model with static covariates; see [`CovariateModel`].
    ///
    /// `purchase` are covariates of the purchase rate, `dropout` those of leaving and how they act; either may be empty.
    ///
    /// # Errors
    /// As [`fit`](Self::fit), and of kind `Input` where covariates and histories differ in rows.
    pub fn fit_with_covariates(&self, histories: &Histories, purchase: &Covariates, dropout: &DropoutCovariates) -> Result<CovariateModel> {
        fit_with_covariates(self, histories, purchase, dropout)
    }

    pub(super) fn model(&self) -> ModelKind {
        if self.modified { ModelKind::MbgNbd } else { ModelKind::BgNbd }
    }
}
