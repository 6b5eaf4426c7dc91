//! The fitted model.

use serde::{Deserialize, Serialize};

use crate::analysis::clv::beta_geometric::{Law, Lawful, positive};
use crate::analysis::clv::fit::{Fit, ModelKind};
use crate::analysis::clv::simulation::Process;
use crate::error::Result;

/// A fitted BG/NBD or MBG/NBD; see [`PurchaseModel`](crate::analysis::clv::PurchaseModel) for its answers.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct BgNbdModel {
    pub(super) law: Law,
    pub(super) fit: Fit,
}

impl BgNbdModel {
    /// A BG/NBD of given coefficients. a = 0 means that nobody leaves.
    ///
    /// The example of Fader, Hardie & Lee 2005, section 4.3: a customer with two repeat purchases in 38.86 weeks, the last
    /// one in week 30.43, is expected to make 1.226 purchases in the next 39 weeks.
    /// ```
    /// use patronage::analysis::clv::{History, PurchaseModel, bg_nbd::BgNbdModel};
    ///
    /// let model = BgNbdModel::from_parameters(0.243, 4.414, 0.793, 2.426)?;
    /// let customer = History::new(2, 30.43, 38.86)?;
    /// assert_eq!(format!("{:.3}", model.expected_purchases(customer, 0.0, 39.0)), "1.226");
    /// assert_eq!(format!("{:.3}", model.probability_alive(customer, 0.0)), "0.727");
    /// # Ok::<(), patronage::Error>(())
    /// ```
    ///
    /// # Errors
    /// Of kind `Parameter` unless all are positive (a: not negative) and finite.
    pub fn from_parameters(r: f64, alpha: f64, a: f64, b: f64) -> Result<Self> {
        Self::given(ModelKind::BgNbd, r, alpha, a, b)
    }

    /// An MBG/NBD of given coefficients. a = 0 means that nobody leaves.
    ///
    /// # Errors
    /// As [`from_parameters`](Self::from_parameters).
    pub fn modified_from_parameters(r: f64, alpha: f64, a: f64, b: f64) -> Result<Self> {
        Self::given(ModelKind::MbgNbd, r, alpha, a, b)
    }

    pub(super) fn given(kind: ModelKind, r: f64, alpha: f64, a: f64, b: f64) -> Result<Self> {
        let parameters = [("r", r), ("alpha", alpha), ("a", a), ("b", b)];
        positive(kind, &parameters)?;
        let law = Law { r, alpha, a, b, k: 1, modified: kind == ModelKind::MbgNbd };
        Ok(Self { law, fit: Fit::given(kind, &parameters) })
    }

    /// Whether the first purchase is an occasion to leave (MBG/NBD).
    #[must_use]
    pub fn is_modified(&self) -> bool {
        self.law.modified
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

impl Lawful for BgNbdModel {
    fn law(&self) -> &Law {
        &self.law
    }

    fn summary(&self) -> &Fit {
        &self.fit
    }

    fn simulated(&self) -> Process {
        let Law { r, alpha, a, b, .. } = self.law;
        if a == 0.0 {
            Process::Nbd { r, alpha }
        } else if self.law.modified {
            Process::MbgNbd { r, alpha, a, b }
        } else {
            Process::BgNbd { r, alpha, a, b }
        }
    }
}
