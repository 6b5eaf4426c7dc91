//! Numerical tools on plain `f64`: special functions, quadrature, small linear algebra, minimisation.
//!
//! Nothing here knows a word of the domain. Each function states its domain and its measured error.

pub(crate) mod differences;
pub mod hypergeometric;
pub(crate) mod lanes;
pub mod legendre;
pub mod linear_algebra;
pub(crate) mod optimiser;
pub mod quantile;
mod special;

pub use special::{
    deviance, digamma, gamma_upper_regularised, incomplete_beta, ln_add_exp, ln_beta, ln_beta_kernel, ln_gamma, logistic, softplus,
    stirling_remainder, trigamma,
};
