//! Customer lifetime value: the customer-base models.
//!
//! # What it answers
//! Is a customer still there, how often will it buy, how much will it spend, what is that worth today, and how far can each
//! of these numbers be trusted.
//!
//! | module | customers | purchases | they leave |
//! |---|---|---|---|
//! | [`nbd`] | without contract | at random | never: the baseline |
//! | [`bg_nbd`] | without contract | at random | after a repeat purchase (BG/NBD) or after any purchase (MBG/NBD) |
//! | [`pareto_nbd`] | without contract | at random | at any moment |
//! | [`cnbd`] | without contract | regular, Erlang-k | as in `bg_nbd` |
//! | [`bg_bb`] | without contract | at given opportunities | before an opportunity |
//! | [`contract`] | under contract | | at a renewal (sBG, `BdW`) |
//! | [`gamma_gamma`] | | spend per purchase | |
//!
//! [`value`] puts timing and spend together, [`intervals`] gives the uncertainty, [`evaluation`] says how good a model is on
//! the data at hand and chooses one, [`simulation`] makes worlds of known truth.
//!
//! # Input columns and units
//! [`Histories`]: `repeat_purchases` x, `first_to_last` `t_x`, `age` T, in any one unit of time, with weights. Equal rows are
//! collapsed before a fit.
//!
//! # Output columns and units
//! A model, which is data (serde) and answers the questions of [`PurchaseModel`] for any history, with a [`Fit`]:
//! coefficients in the unit of the histories, standard errors, covariance, log-likelihood, how the optimiser ended.
//!
//! # Definition
//! Every fit maximises the log-likelihood over the logarithms of the parameters with time in mean ages, by Newton's method in
//! a trust region with exact gradient and Hessian:
//! ```text
//! θ = (ln r, ln α/T̄, …)        maximise LL(θ) + ln prior(θ)
//! Cov(parameters) = D·(−∇²LL)⁻¹·D,   D = diag(parameters)
//! ```
//! Ten thousand customers more, or hours for weeks, change neither the path nor the weight of a prior.
//!
//! # Edge cases
//! A likelihood need not have a maximum. Where it rises for ever along a ridge towards a simpler model, the fit says which
//! ([`Reduction`]), gives no standard errors for the parameters that lost their meaning, and the model still answers.
//! No customer with a second purchase is an error. Customers with T = 0 are welcome.
//!
//! # Cost
//! A pass over the data takes 30 ns (BG/NBD) to a few hundred (Pareto/NBD) a distinct history, on all threads; the sums are
//! made in fixed chunks and added in order, so results are bit-identical for any number of threads. A sample whose
//! rows are mostly distinct is not sorted: there the last bits depend on the order of the rows.
//!
//! # When not to use it
//! For single customers' certainties: the answers are means over customers with the same history. For customers whose
//! habits change (seasons, promotions, price rises): rates are constant while a customer is alive.
//!
//! # References
//! Schmittlein, Morrison & Colombo 1987; Fader, Hardie & Lee 2005; Batislam, Denizel & Filiztekin 2007; Fader, Hardie & Shang
//! 2010; Fader & Hardie 2007 and 2010 (sBG), notes 004, 009, 010, 015, 019, 025, 027; Fader, Hardie, Liu, Davin & Steenburgh
//! 2018 (`BdW`); Platzer & Reutterer 2016; Reutterer, Platzer & Schröder 2021. Each module cites equations.

mod beta_geometric;
pub mod bg_bb;
pub mod bg_nbd;
pub mod cnbd;
pub mod contract;
mod covariates;
mod driver;
pub mod evaluation;
mod fit;
mod from_customers;
pub mod gamma_gamma;
mod histories;
pub mod intervals;
mod models;
pub mod nbd;
pub mod pareto_nbd;
mod purchase_model;
pub mod retention;
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
