//! How good is a model on *my* data, and which one should I take?
//!
//! # What it answers
//! Fit on the past, forecast the hold-out, and compare with what happened: per customer (mean absolute and squared error,
//! log score), by group (calibration by decile, lift and gain, Gini, by frequency), over calendar time (tracking), always
//! beside three forecasts that need no model. [`ModelChoice`] takes the model that gave the hold-out the highest
//! probability.
//!
//! # Input columns and units
//! A [`Split`]: calibration [`Histories`](super::Histories), the purchase periods of each of these customers in the
//! hold-out, and its length. Calibration ends at the *end* of its last day, and the hold-out starts there. Customers first
//! seen in the hold-out are given apart ([`Newcomers`]) and reported apart. Several splits are rolling origins.
//!
//! # Output columns and units
//! [`Evaluation`] for each forecaster and origin, [`ChoiceReport`] for the choice; all serialise. Errors are in purchases
//! per customer, log scores in nats per customer.
//!
//! # Definition
//! ```text
//! MAE, RMSE          over customers, forecast E[purchases in the hold-out | history]
//! log score          mean over customers of ln P(N = actual count | history); higher is better
//! decile             customers in descending order of forecast, tenths of equal size, ties shared out
//! lift               actual purchases per customer of a decile over that of all customers
//! gain               share of actual purchases in a decile and those above
//! Gini               2·(area under the gain curve) − 1; normalised by that of the perfect order
//! tracking           Σ over customers of E[X(t − first purchase)] of a new customer, in steps
//! zero               0 for all
//! naive rate         x/T × horizon
//! average × retention  Σx/ΣT × horizon × share of customers with t_x > T/2
//! ```
//! The log score ranks models because it is proper: no model can gain by saying anything but what it believes. Mean
//! absolute error is not: where most customers buy nothing, it rewards the forecast of zero.
//!
//! # Edge cases
//! A probability that underflows counts as e^−745. Where nobody bought in the hold-out there is no lift, gain or Gini.
//! Equal rows are collapsed first, so nothing depends on the order of customers or the number of threads.
//!
//! # Cost
//! One fit per candidate and origin, two answers per distinct row, steps × distinct ages answers for tracking.
//!
//! # When not to use it
//! With a hold-out so short that hardly anyone buys in it: standard errors then cover all differences, and the choice
//! falls to the fewest parameters.
//!
//! # References
//! Fader, Hardie, Lee 2005, section 4 (tracking, by frequency); Gneiting, Raftery 2007, *Strictly Proper Scoring Rules*;
//! Breiman et al. 1984, section 3.4.3 (one standard error).

mod baselines;
mod choice;
mod metrics;
mod report;
mod split;
#[cfg(test)]
mod tests;
mod tracking;

pub use baselines::Baseline;
pub use choice::{
    BaselineReport, CandidateFailure, CandidateReport, ChoiceReason, ChoiceReport, ModelChoice, ModelChoiceParams, pooled_accuracy,
};
pub use metrics::{Accuracy, Decile, FrequencyBin, Gini, MeanWithError};
pub use report::{Evaluation, EvaluationSettings};
pub use split::{Newcomers, Outcome, Split};
pub use tracking::TrackingPoint;
