//! The fitted model.

use serde::{Deserialize, Serialize};

use super::params::check_stages;
use crate::analysis::clv::beta_geometric::{Law, Lawful, positive};
use crate::analysis::clv::fit::{Fit, ModelKind};
use crate::analysis::clv::simulation::Process;
use crate::error::Result;

/// A fitted BG/CNBD-k or MBG/CNBD-k; see [`PurchaseModel`](crate::analysis::clv::PurchaseModel) for its answers.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct CnbdModel {
    pub(super) law: Law,
    pub(super) fit: Fit,
}

impl CnbdModel {
    /// A BG/CNBD-k of given coefficients. a = 0 means that nobody leaves.
    ///
    /// The more regular the purchases, the more a silence says:
    /// ```
    /// use patronage::analysis::clv::{History, PurchaseModel, cnbd::CnbdModel};
    ///
    /// let customer = History::new(8, 32.0, 44.0)?;
    /// let random = CnbdModel::from_parameters(1.0, 4.0, 0.8, 2.5, 1)?.probability_alive(customer, 0.0);
    /// let regular = CnbdModel::from_parameters(1.0, 4.0 / 3.0, 0.8, 2.5, 3)?.probability_alive(customer, 0.0);
    /// assert!(regular < random && random < 0.7);
    /// # Ok::<(), patronage::Error>(())
    /// ```
    ///
    /// # Errors
    /// Of kind `Parameter` unless all are positive (a: not negative) and finite and 1 ≤ k ≤ 100.
    pub fn from_parameters(r: f64, alpha: f64, a: f64, b: f64, k: u32) -> Result<Self> {
        Self::given(ModelKind::BgCnbd, [r, alpha, a, b], k)
    }

    /// An MBG/CNBD-k of given coefficients. a = 0 means that nobody leaves.
    ///
    /// # Errors
    /// As [`from_parameters`](Self::from_parameters).
    pub fn modified_from_parameters(r: f64, alpha: f64, a: f64, b: f64, k: u32) -> Result<Self> {
        Self::given(ModelKind::MbgCnbd, [r, alpha, a, b], k)
    }

    fn given(kind: ModelKind, [r, alpha, a, b]: [f64; 4], k: u32) -> Result<Self> {
        check_stages(k)?;
        let parameters = [("r", r), ("alpha", alpha), ("a", a), ("b", b), ("k", f64::from(k))];
        positive(kind, &parameters)?;
        let law = Law { r, alpha, a, b, k, modified: kind == ModelKind::MbgCnbd };
        Ok(Self { law, fit: Fit::given(kind, &parameters) })
    }

    /// k, the stages per purchase: 1 is random, more is more regular.
    #[must_use]
    pub fn stages(&self) -> u32 {
        self.law.k
    }

    /// Whether the first purchase is an occasion to leave (MBG/CNBD-k).
    #[must_use]
    pub fn is_modified(&self) -> bool {
        self.law.modified
    }

    /// Shape r of the gamma law of the rate of stages.
    #[must_use]
    pub fn r(&self) -> f64 {
        self.law.r
    }

    /// Rate α of the gamma law of the rate of stages, a time.
    #[must_use]
    pub fn alpha(&self) -> f64 {
        self.law.alpha
    }

    /// First shape of the beta law of the dropout probability; 0 where nobody leaves.
    #[must_use]
    pub fn a(&self) -> f64 {
        self.law.a
    }

    /// Second shape of the beta law of the dropout probability; without meaning where a = 0.
    #[must_use]
    pub fn b(&self) -> f64 {
        self.law.b
    }
}

impl Lawful for CnbdModel {
    fn law(&self) -> &Law {
        &self.law
    }

    fn summary(&self) -> &Fit {
        &self.fit
    }

    fn simulated(&self) -> Process {
        let Law { r, alpha, a, b, k, modified } = self.law;
        if modified { Process::MbgCnbd { r, alpha, a, b, k } } else { Process::BgCnbd { r, alpha, a, b, k } }
    }
}
