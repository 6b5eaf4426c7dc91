//! BG/NBD with static covariates.

use serde::{Deserialize, Serialize};

use super::BgNbdModel;
use crate::analysis::clv::covariates::Covariates;
use crate::analysis::clv::fit::{Fit, ModelKind};
use crate::error::{Error, Result};

/// Covariates of leaving, and the convention by which they act on a and b.
#[derive(Debug, Clone, PartialEq)]
pub enum DropoutCovariates {
    /// Separate vectors: `a_i = a₀·exp(γ_a'z)`, `b_i = b₀·exp(γ_b'z)` (Fader & Hardie 2007, note 019, section 3). The mean
    /// and the spread of the dropout probability both depend on z.
    Separate(Covariates),
    /// One shared vector: `a_i = a₀·exp(γ'z)`, `b_i = b₀·exp(γ'z)`, the convention of `CLVTools`. The mean a/(a+b) is the
    /// same for all customers; z changes how unlike they are.
    Shared(Covariates),
}

/// A fitted BG/NBD or MBG/NBD with static covariates: `α_i = α₀·exp(−γ_α'z)`, dropout by [`DropoutCovariates`].
///
/// A positive `γ_α` means more purchases. Each customer has a plain model of its own, [`customer`](Self::customer), which
/// gives all answers.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct CovariateModel {
    fit: Fit,
    modified: bool,
    purchase: Vec<String>,
    dropout: Vec<String>,
    shared: bool,
}

impl CovariateModel {
    pub(super) fn new(fit: Fit, modified: bool, purchase: &[String], dropout: &[String], shared: bool) -> Self {
        Self { fit, modified, purchase: purchase.to_vec(), dropout: dropout.to_vec(), shared }
    }

    /// Coefficients r, α₀, a₀, b₀, then `gamma_alpha:NAME`, `gamma_a:NAME`, `gamma_b:NAME` or `gamma_dropout:NAME`.
    #[must_use]
    pub fn fit(&self) -> &Fit {
        &self.fit
    }

    /// The model of a customer whose covariates have the given values, in the order they were fitted in.
    ///
    /// # Errors
    /// Of kind `Parameter` where the number of values is not that of the fit, or a value is not finite or so large that a
    /// parameter overflows.
    pub fn customer(&self, purchase: &[f64], dropout: &[f64]) -> Result<BgNbdModel> {
        for (values, names, what) in [(purchase, &self.purchase, "purchase"), (dropout, &self.dropout, "dropout")] {
            if values.len() != names.len() {
                return Err(Error::parameter(format!(
                    "{} values for the {} {what} covariates {}",
                    values.len(),
                    names.len(),
                    names.join(" ")
                )));
            }
        }
        let value = |at: usize| self.fit.parameters[at].value;
        let effect = |from: usize, z: &[f64]| z.iter().enumerate().map(|(i, z)| value(from + i) * z).sum::<f64>().exp();
        let first = 4 + purchase.len();
        let second = if self.shared { first } else { first + dropout.len() };
        let (r, alpha) = (value(0), value(1) / effect(4, purchase));
        let (a, b) = (value(2) * effect(first, dropout), value(3) * effect(second, dropout));
        let kind = if self.modified { ModelKind::MbgNbd } else { ModelKind::BgNbd };
        BgNbdModel::given(kind, r, alpha, a, b)
    }

    /// The models of all rows, in order.
    ///
    /// # Errors
    /// As [`customer`](Self::customer).
    pub fn customers(&self, purchase: &Covariates, dropout: &Covariates) -> Result<Vec<BgNbdModel>> {
        let rows = purchase.len().max(dropout.len());
        let row = |covariates: &Covariates, row: usize| {
            if covariates.names().is_empty() { Vec::new() } else { covariates.row(row).to_vec() }
        };
        (0..rows).map(|at| self.customer(&row(purchase, at), &row(dropout, at))).collect()
    }
}
