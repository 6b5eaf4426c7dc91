//! How far a customer's numbers can be trusted: two kinds of interval that must not be confused.
//!
//! # What it answers
//! *For the mean* ([`DeltaMethod`], [`Bootstrap`]): how far may the **expected** number (purchases, money, P(alive)) of a
//! customer be off because the parameters are estimates? It shrinks to nothing as customers grow in number; in a book it is
//! `_low`/`_high`. *Predictive* ([`predictive_purchases`], [`predictive_money`]): what may this customer **actually** do?
//! It stays wide whatever the number of customers; in a book it is `_p05`/`_p95`. A customer expected to buy 1.2 times
//! may have a mean known to lie in 1.1..1.3 and a predictive interval of 0..5.
//!
//! # Input and output
//! A fitted model and any answer of it, as a function of the model; out come [`MeanInterval`] or [`Predictive`], in the
//! unit of the answer.
//!
//! # Definition
//! ```text
//! delta method   g(f) ± z·√(∇'C∇), then back through g⁻¹, where ∇ is the gradient of g(f) with respect to the logarithms
//!                of the parameters, C their covariance, g = ln for positive answers and the logit for probabilities
//! bootstrap      B worlds simulated at the estimates with the same ages, refitted warm; quantiles of f over the refits
//! predictive     smallest n with P(N ≤ n | history) ≥ 5 %, 95 %
//! money          smallest s with Σ_n P(N = n | history)·P(S ≤ s | n) ≥ 5 %, 95 %; given the customer's own past the sum
//!                of n Gamma-Gamma purchases is beta prime:
//!                P(S ≤ s | n) = I_{s/(s+v')}(p·n, q'), q' = q + p·x, v' = v + x·(mean repeat value)
//! ```
//!
//! # Edge cases
//! Parameters on a ridge have no standard error: they are held where they are, and the interval is conditional on the
//! simpler model that the fit names. An answer that is exactly 0, or a probability that is exactly 0 or 1 whatever the
//! parameters (P(alive) of a BG/NBD customer without repeat purchase), has an interval of no width. A model from given
//! coefficients has no interval for the mean: that is an error, not a zero width. Predictive intervals take the parameters
//! as known: with few customers they are somewhat narrow.
//!
//! # Cost
//! Delta: 2 × parameters further answers a customer. Bootstrap: B fits, some 10 ms each for 2,000 customers. Predictive:
//! one probability for each count up to the quantile.
//!
//! # When not to use it
//! None of these knows that the model may be wrong: see the [evaluation](super::evaluation) for that.
//!
//! # References
//! Casella, Berger 2002, *Statistical Inference*, 5.5.4 (delta method); Efron, Tibshirani 1993, *An Introduction to the
//! Bootstrap*, chapter 13; Fader, Hardie 2013, note 025 (Gamma-Gamma).

mod bootstrap;
mod delta;
mod predictive;
#[cfg(test)]
mod tests;

pub use bootstrap::{Bootstrap, BootstrapParams};
pub use delta::{DeltaMethod, MeanInterval, Scale};
pub use predictive::{Predictive, predictive_money, predictive_purchases, purchases_quantile};
