//! What BG/NBD, MBG/NBD and their Erlang-k generalisations share: the likelihood and the future of a customer.
//!
//! All of them say: a customer's purchases are separated by Erlang-k waiting times of its own rate λ ~ Gamma(r, α); after
//! each purchase it leaves with its own probability p ~ Beta(a, b). `modified` (m = 1) makes the first purchase an
//! occasion to leave as well. k = 1 with m = 0 is BG/NBD, with m = 1 MBG/NBD.

mod block;
mod estimation;
mod future;
mod likelihood;
mod objective;
mod rising;
mod score;
mod table;
#[cfg(test)]
mod tests;

pub(crate) use estimation::{Estimate, Family, check, estimate, estimate_rows, positive};
pub(crate) use likelihood::Law;
pub(crate) use objective::{CovariateSample, Dropout, Leaving};
pub(crate) use score::Lawful;
