//! Gamma-Gamma: how much a customer spends per purchase.
//!
//! # What it answers
//! What a customer will spend at its next purchases on average, given what it has spent so far: the few purchases of
//! one customer are pulled towards the mean of all, the more so the fewer they are.
//!
//! # Input columns and units
//! [`Spends`]: `repeat_purchases` x and `mean_repeat_value` m, the mean money of the *repeat* purchase periods, in any one
//! currency; optional weights. Customers without a repeat purchase (x = 0) or without money (m = 0) say nothing about
//! the parameters and are set aside, counted.
//!
//! # Output columns and units
//! `expected_spend` per purchase, in the same money; an interval for it from the uncertainty of the parameters; the quantiles
//! of the customer's own mean and of its next purchase.
//!
//! # Definition
//! ```text
//! a purchase ~ Gamma(p, rate ν), ν ~ Gamma(q, rate v) over customers
//! ln L = −ln m − ln B(px, q) + q ln t + px ln(1−t),   t = v/(v + xm), by log1p
//! E[spend | x, m] = p (v + xm)/(px + q − 1)           x = 0: p v/(q − 1), the mean of all
//! ν | x, m ~ Gamma(q + px, rate v + xm);              next purchase/(v + xm) ~ beta prime(p, q + px)
//! ```
//! where p is the shape of one customer's purchases and q, v the shape and rate of ν.
//!
//! # Edge cases
//! q ≤ 1: the mean over customers is infinite, and formulas give negative spends. The fit is then an error, or, with
//! [`GammaGammaParams::smallest_q`], a constrained fit with q at that bound and no standard error for it. q and v running to
//! infinity together: all customers spend around one mean (reported by name). Money in another unit multiplies v and every answer.
//!
//! # Cost
//! Four special functions per distinct x and two logarithms a row for each of about 7 evaluations.
//!
//! # When not to use it
//! Where spend and frequency go together (see [`Spends::correlation`]), for refunds and negative amounts, or for prices that
//! are one fixed fee.
//!
//! # Measured accuracy
//! CDNOW: log-likelihood −4055.917695 and parameters to all published digits; gradient and Hessian keep 12 digits also where
//! q and v are 10⁸, where differences of digamma functions would keep none.
//!
//! # References
//! P. Fader, B. Hardie (2013), *The Gamma-Gamma model of monetary value* (note 025), equations 1a–5;
//! P. Fader, B. Hardie, K. L. Lee (2005), RFM and CLV: using iso-value curves, *Journal of Marketing Research* 42, 415–430.

mod fit;
mod likelihood;
mod params;
mod score;
mod spends;
#[cfg(test)]
mod tests;

pub use params::{GammaGamma, GammaGammaParams};
pub use score::GammaGammaModel;
pub use spends::Spends;
