//! NBD: customers buy at random at rates of their own, and never leave.
//!
//! # What it answers
//! How often customers buy, if nobody leaves: the baseline that every model with dropout must beat, and what such a model
//! reduces to where the data show no dropout.
//!
//! # Input
//! [`Histories`](super::Histories): `repeat_purchases` x, `first_to_last` `t_x` (not used) and `age` T, in any one unit.
//!
//! # Output
//! r (no unit) and α (a time). P(alive) is 1. Expected purchases in (T, T+t] are (r+x)·t/(α+T).
//!
//! # Definition
//! ```text
//! x | λ ~ Poisson(λT),  λ ~ Gamma(shape r, rate α)
//! LL = Σ_{i<x} ln(r+i) − x·ln α − (r+x)·ln(1 + T/α)
//! ```
//! where the likelihood is that of the purchase times; ln x! and x·ln T, which have no parameter, are left out, so that it
//! compares with BG/NBD and Pareto/NBD.
//!
//! # Edge cases
//! Customers without repeat purchases, or with T = 0, are welcome; at least one customer must have bought twice. Counts that
//! vary less than Poisson's lead to r, α → ∞ ("all customers share one purchase rate").
//!
//! # Cost
//! One pass takes about 50 ns a distinct history; a fit about four passes.
//!
//! # When not to use it
//! When customers stop buying: it keeps expecting them. Compare it with a model that lets them go.
//!
//! # References
//! Ehrenberg 1959, *The pattern of consumer purchases*, Applied Statistics 8:26–41; Morrison & Schmittlein 1988,
//! *Generalizing the NBD model for customer purchases*, JBES 6:145–159.

mod fit;
mod params;
mod score;
#[cfg(test)]
mod tests;

pub use params::{Nbd, NbdParams};
pub use score::NbdModel;
