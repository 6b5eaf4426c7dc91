//! Customer lifetime value: the customer-base models.

mod beta_geometric;
pub mod bg_bb;
pub mod bg_nbd;
pub mod cnbd;
pub mod contract;
mod covariates;
mod driver;
pub mod evaluation;
mod fit;
pub mod gamma_gamma;
mod histories;
pub mod intervals;
mod models;
pub mod nbd;
pub mod pareto_nbd;
mod purchase_model;
pub mod simulation;
#[cfg(test)]
pub(crate) mod test_data;
pub mod value;

pub use covariates::Covariates;
pub use driver::Prior;
pub use fit::{FORMAT_VERSION, Fit, LikelihoodRatio, ModelKind, Parameter, Reduction, Termination};
pub use histories::{Histories, History};
pub use models::{fit_purchase_model, purchase_model};
pub use purchase_model::PurchaseModel;
