//! BG/CNBD-k and MBG/CNBD-k: as BG/NBD and MBG/NBD, for customers who buy more regularly than at random.
//!
//! # What it answers
//! The questions of [BG/NBD](super::bg_nbd). A customer who used to buy every four weeks and has been silent for ten is
//! more surely gone than one whose purchases came at random: the model hears that.
//!
//! # Input columns and units
//! [`Histories`](super::Histories) as for BG/NBD; with [`log_gaps`](super::Histories::with_log_gaps), the sum of the
//! logarithms of the times between purchases, k is found far more surely. Without it, what `t_x` says about k is used.
//!
//! # Output columns and units
//! r, a, b, k without unit, α a time; rates of the gamma law are per *stage*, answers per purchase.
//!
//! # Definition
//! ```text
//! times between purchases ~ Erlang(k stages, each of rate λ),  λ ~ Gamma(shape r, rate α)
//! after each purchase the customer leaves with probability p ~ Beta(a, b)
//! LL = lnΓ(R) − lnΓ(r) + r ln α − R ln(α+T) + lnB(a, b+x+m) − lnB(a, b) + ln(S + e^d) + (k−1)Σ ln Δ − x lnΓ(k)
//! R  = r + kx,   S = Σ_{j<k} (R)_j/j!·[(T−t_x)/(α+T)]^j,   d as for BG/NBD with R for r+x
//! P(alive) = S/(S + e^d)
//! ```
//! where Δ are the times between purchases and m = 1 for MBG/CNBD-k. Expectations are exact: the stages passed since the
//! last purchase have weights proportional to the terms of S, and each is a sum of positive terms (no approximation as in
//! the paper). k = 1 is BG/NBD or MBG/NBD, the log-likelihood included.
//!
//! # Edge cases
//! As for BG/NBD. k is chosen among whole numbers, up to 12 unless told otherwise; it has no standard error. "No dropout
//! visible" means here that of the same k.
//!
//! # Cost
//! A pass grows by about 5 ns a history and stage; the search fits each k from the one before. Answers take time in
//! proportion to the expected number of stages ahead.
//!
//! # When not to use it
//! When purchases are random or clumped (k = 1 is then chosen); with few repeat purchases k is a guess.
//!
//! # References
//! Platzer & Reutterer 2016, *Ticking away the moments: timing regularity helps to better predict customer activity*,
//! Marketing Science 35:779–799; Reutterer, Platzer & Schröder 2021, *Leveraging purchase regularity for predicting
//! customer behavior the easy way*, IJRM 38:194–215 (equations 2–10); Herniter 1971 and Chatfield & Goodhardt 1973 (CNBD).

mod fit;
mod params;
mod score;
#[cfg(test)]
mod tests;

pub use params::{BgCnbd, CnbdParams, MbgCnbd};
pub use score::CnbdModel;
