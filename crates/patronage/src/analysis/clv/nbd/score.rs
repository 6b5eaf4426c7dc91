//! The fitted model. Its answers are those of the family with a = 0.

use serde::{Deserialize, Serialize};

use crate::analysis::clv::beta_geometric::{Law, Lawful, positive};
use crate::analysis::clv::fit::{Fit, ModelKind};
use crate::analysis::clv::simulation::Process;
use crate::error::Result;

/// A fitted NBD model; see [`PurchaseModel`](crate::analysis::clv::PurchaseModel) for its answers.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct NbdModel {
    pub(super) law: Law,
    pub(super) fit: Fit,
}

impl NbdModel {
    /// A model of given coefficients.
    ///
    /// ```
    /// use patronage::analysis::clv::{History, PurchaseModel, nbd::NbdModel};
    ///
    /// let model = NbdModel::from_parameters(0.5, 10.0)?;
    /// // (r + x)/(α + T) purchases a week: 3.5/40.
    /// let customer = History::new(3, 20.0, 30.0)?;
    /// assert_eq!(format!("{:.3}", model.expected_purchases(customer, 0.0, 8.0)), "0.700");
    /// # Ok::<(), patronage::Error>(())
    /// ```
    ///
    /// # Errors
    /// Of kind `Parameter` unless both are positive and finite.
    pub fn from_parameters(r: f64, alpha: f64) -> Result<Self> {
        let parameters = [("r", r), ("alpha", alpha)];
        positive(ModelKind::Nbd, &parameters)?;
        let law = Law { r, alpha, a: 0.0, b: 1.0, k: 1, modified: false };
        Ok(Self { law, fit: Fit::given(ModelKind::Nbd, &parameters) })
    }

    /// Shape r of the gamma law of purchase rates.
    #[must_use]
    pub fn r(&self) -> f64 {
        self.law.r
    }

    /// Rate α of the gamma law of purchase rates, a time.
    #[must_use]
    pub fn alpha(&self) -> f64 {
        self.law.alpha
    }
}

impl Lawful for NbdModel {
    fn law(&self) -> &Law {
        &self.law
    }

    fn summary(&self) -> &Fit {
        &self.fit
    }

    fn simulated(&self) -> Process {
        Process::Nbd { r: self.law.r, alpha: self.law.alpha }
    }
}
