//! Every purchase-timing model by name.

use super::bg_bb::{BgBb, BgBbModel};
use super::bg_nbd::{BgNbd, BgNbdModel, MbgNbd};
use super::cnbd::{BgCnbd, CnbdModel, MbgCnbd};
use super::nbd::{Nbd, NbdModel};
use super::pareto_nbd::{ParetoNbd, ParetoNbdModel};
use super::simulation::Process;
use super::{Histories, ModelKind, PurchaseModel};
use crate::error::{Error, Result};

/// Fits the model called `kind` with its default parameters.
///
/// `time_unit` is the unit of the histories in days, for the record. A previous model of the same kind, if given, is where
/// the search starts; the `k` of a CNBD model is kept from it.
///
/// # Errors
/// As the model's own `fit`; a parameter error for Gamma-Gamma, `sBG` and `BdW`, which are not about purchase times, and
/// for a previous model of another kind.
pub fn fit_purchase_model(
    kind: ModelKind,
    histories: &Histories,
    time_unit: Option<f64>,
    warm_start: Option<&dyn PurchaseModel>,
) -> Result<Box<dyn PurchaseModel>> {
    if let Some(other) = warm_start.filter(|model| model.fit().model != kind) {
        return Err(Error::parameter(format!("{kind} cannot start from {}", other.fit().model)));
    }
    /// One model: its parameters, the time unit, the start, the fit.
    macro_rules! fit {
        ($params:expr, $start:expr) => {{
            let mut params = $params;
            if let Some(days) = time_unit {
                params = params.time_unit(days);
            }
            if let Some(start) = $start {
                params = params.warm_start(start);
            }
            Ok(Box::new(params.fit(histories)?))
        }};
    }
    let process = warm_start.map(PurchaseModel::process);
    match kind {
        ModelKind::Nbd => fit!(Nbd::params(), warm_start),
        ModelKind::BgNbd => fit!(BgNbd::params(), warm_start),
        ModelKind::MbgNbd => fit!(MbgNbd::params(), warm_start),
        ModelKind::BgCnbd => fit!(BgCnbd::params(), warm_start),
        ModelKind::MbgCnbd => fit!(MbgCnbd::params(), warm_start),
        ModelKind::ParetoNbd => {
            let start = match process {
                Some(Process::ParetoNbd { r, alpha, s, beta }) => Some(ParetoNbdModel::from_parameters(r, alpha, s, beta)?),
                _ => None,
            };
            fit!(ParetoNbd::params(), &start)
        }
        ModelKind::BgBb => {
            let start = match process {
                Some(Process::BgBb { alpha, beta, gamma, delta }) => Some(BgBbModel::from_parameters(alpha, beta, gamma, delta)?),
                _ => None,
            };
            fit!(BgBb::params(), &start)
        }
        ModelKind::GammaGamma | ModelKind::Sbg | ModelKind::Bdw => Err(not_about_purchases(kind.name())),
    }
}

/// The model that a process simulates, from its coefficients: it gives every answer, but knows nothing of uncertainty.
///
/// # Errors
/// As the model's own `from_parameters`; a parameter error for the contract models.
pub fn purchase_model(process: &Process) -> Result<Box<dyn PurchaseModel>> {
    Ok(match *process {
        Process::Nbd { r, alpha } => Box::new(NbdModel::from_parameters(r, alpha)?),
        Process::BgNbd { r, alpha, a, b } => Box::new(BgNbdModel::from_parameters(r, alpha, a, b)?),
        Process::MbgNbd { r, alpha, a, b } => Box::new(BgNbdModel::modified_from_parameters(r, alpha, a, b)?),
        Process::ParetoNbd { r, alpha, s, beta } => Box::new(ParetoNbdModel::from_parameters(r, alpha, s, beta)?),
        Process::BgCnbd { r, alpha, a, b, k } => Box::new(CnbdModel::from_parameters(r, alpha, a, b, k)?),
        Process::MbgCnbd { r, alpha, a, b, k } => Box::new(CnbdModel::modified_from_parameters(r, alpha, a, b, k)?),
        Process::BgBb { alpha, beta, gamma, delta } => Box::new(BgBbModel::from_parameters(alpha, beta, gamma, delta)?),
        Process::Sbg { .. } | Process::Bdw { .. } => return Err(not_about_purchases(process.name())),
    })
}

fn not_about_purchases(name: &str) -> Error {
    Error::parameter(format!("{name} is no model of purchase times"))
}
