//! How a BG/CNBD-k or MBG/CNBD-k model is fitted.

use super::CnbdModel;
use super::fit::fit;
use crate::analysis::clv::driver::{Options, Prior};
use crate::analysis::clv::fit::ModelKind;
use crate::analysis::clv::histories::Histories;
use crate::analysis::clv::purchase_model::PurchaseModel;
use crate::error::{Error, Result};

/// The BG/CNBD-k model: BG/NBD with regular purchases. See the [module](super).
#[derive(Debug, Clone, Copy)]
pub struct BgCnbd;

/// The MBG/CNBD-k model: MBG/NBD with regular purchases. See the [module](super).
#[derive(Debug, Clone, Copy)]
pub struct MbgCnbd;

impl BgCnbd {
    /// Parameters of a fit, all at their defaults.
    #[must_use]
    pub fn params() -> CnbdParams {
        CnbdParams { modified: false, regularity: Regularity::UpTo(12), options: Options::default(), start: None }
    }
}

impl MbgCnbd {
    /// Parameters of a fit, all at their defaults.
    #[must_use]
    pub fn params() -> CnbdParams {
        CnbdParams { modified: true, ..BgCnbd::params() }
    }
}

/// Which numbers of stages are considered.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Regularity {
    /// This one.
    Given(u32),
    /// The most likely one of 1 to this.
    UpTo(u32),
}

/// The largest k that is accepted.
const LARGEST: u32 = 100;

/// How to fit a [`BgCnbd`] or [`MbgCnbd`].
#[derive(Debug, Clone, PartialEq)]
pub struct CnbdParams {
    pub(super) modified: bool,
    pub(super) regularity: Regularity,
    pub(super) options: Options,
    pub(super) start: Option<[f64; 4]>,
}

impl CnbdParams {
    /// Fixes k, the stages per purchase: 1 is random (BG/NBD), 2 and more ever more regular.
    #[must_use]
    pub fn stages(mut self, k: u32) -> Self {
        self.regularity = Regularity::Given(k);
        self
    }

    /// Chooses k by likelihood from 1 to `largest` (default 12). The search stops after two k in a row that are less
    /// likely than the best.
    #[must_use]
    pub fn largest_stages(mut self, largest: u32) -> Self {
        self.regularity = Regularity::UpTo(largest);
        self
    }

    /// At most this many evaluations of the likelihood for each k (default 200).
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

    /// Starts from a fitted model (in the unit of these histories) that has r, α, a and b; its k, if it has one, is kept.
    #[must_use]
    pub fn warm_start<M: PurchaseModel + ?Sized>(mut self, model: &M) -> Self {
        let fit = model.fit();
        let [r, alpha, a, b] = ["r", "alpha", "a", "b"].map(|symbol| fit.parameter(symbol));
        self.start = r.zip(alpha).zip(a.zip(b)).map(|((r, alpha), (a, b))| [r, alpha, a, b]);
        #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "k is a small whole number")]
        if let Some(k) = fit.parameter("k") {
            self.regularity = Regularity::Given(k as u32);
        }
        self
    }

    /// Checks the parameters.
    ///
    /// # Errors
    /// Of kind `Parameter`, naming the first one out of range.
    pub fn check(&self) -> Result<()> {
        let (Regularity::Given(k) | Regularity::UpTo(k)) = self.regularity;
        check_stages(k)?;
        self.options.check(&["r", "alpha", "a", "b"])
    }

    /// Fits the model.
    ///
    /// # Errors
    /// Of kind `Parameter` for a bad parameter; of kind `Fit` without repeat purchases, or where the fit did not converge.
    pub fn fit(&self, histories: &Histories) -> Result<CnbdModel> {
        fit(self, histories)
    }

    pub(super) fn model(&self) -> ModelKind {
        if self.modified { ModelKind::MbgCnbd } else { ModelKind::BgCnbd }
    }
}

pub(super) fn check_stages(k: u32) -> Result<()> {
    if (1..=LARGEST).contains(&k) {
        return Ok(());
    }
    Err(Error::parameter(format!("k is {k}; it must lie between 1 and {LARGEST}")))
}
