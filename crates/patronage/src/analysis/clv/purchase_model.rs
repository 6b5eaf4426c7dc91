//! The contract of the purchase-timing models.

use std::fmt::Debug;

use rayon::prelude::*;

use super::fit::Fit;
use super::histories::{Histories, History};
use super::simulation::Process;

/// Rows a thread scores at a time.
pub(crate) const CHUNK: usize = 4096;

/// A fitted model of when customers buy: every answer about the past and the future of a customer.
///
/// Times are in the unit the model was fitted in. `ahead`, `from`, `to` and `horizon` count from the end of the
/// customer's observation (its age T); for a new customer, from its first purchase, which is not counted itself.
///
/// Answers are finite and in range for every checked [`History`] and finite non-negative times: probabilities lie in
/// [0, 1], expectations are ≥ 0. Histories the model has never seen are welcome.
pub trait PurchaseModel: Send + Sync + Debug {
    /// Coefficients, uncertainty, and how the fit ended.
    fn fit(&self) -> &Fit;

    /// The law of new customers, to simulate from.
    fn process(&self) -> Process;

    /// The log-likelihood of one history, in the model's unit of time.
    fn log_likelihood(&self, history: History) -> f64;

    /// P(alive at T + `ahead` | history). `ahead` = 0 is the end of observation.
    fn probability_alive(&self, history: History, ahead: f64) -> f64;

    /// The expected number of purchases in (T + `from`, T + `to`], given the history. 0 where `to` ≤ `from`.
    fn expected_purchases(&self, history: History, from: f64, to: f64) -> f64;

    /// The expected number of repeat purchases of a new customer in (`from`, `to`] after its first purchase.
    fn expected_purchases_new(&self, from: f64, to: f64) -> f64;

    /// The probability that a new customer makes exactly `x` repeat purchases in (0, `t`].
    fn probability_of_purchases_new(&self, x: u32, t: f64) -> f64;

    /// The probability of exactly `n` purchases in (T, T + `horizon`], given the history.
    fn probability_of_purchases(&self, history: History, n: u32, horizon: f64) -> f64;

    /// The probability of no purchase in (T, T + `horizon`], given the history.
    fn probability_no_purchase(&self, history: History, horizon: f64) -> f64 {
        self.probability_of_purchases(history, 0, horizon)
    }

    /// The expected number of future purchases, one at T + u counted as e^(−`rate`·u).
    ///
    /// `rate` is continuous, per unit of time. `horizon` counts from T; `None` is the infinite horizon (the "discounted
    /// expected residual transactions"); it needs `rate` > 0, otherwise the answer is infinite.
    fn discounted_purchases(&self, history: History, rate: f64, horizon: Option<f64>) -> f64;

    /// E[λ | history]: the mean of the customer's own purchase rate while alive, per unit of time.
    fn posterior_mean_rate(&self, history: History) -> f64;

    /// The mean of the customer's own dropout parameter given its history: the probability to leave after a purchase
    /// (BG family) or the rate of leaving per unit of time (Pareto/NBD). None in models where nobody leaves.
    fn posterior_mean_dropout(&self, history: History) -> Option<f64>;

    /// [`probability_alive`](Self::probability_alive) of every row, in order, on all threads.
    fn probability_alive_all(&self, histories: &Histories, ahead: f64) -> Vec<f64> {
        score_all(histories, |history| self.probability_alive(history, ahead))
    }

    /// [`expected_purchases`](Self::expected_purchases) of every row, in order, on all threads. Models may answer from
    /// tables that agree with the single answer to 1e-10 of its value.
    fn expected_purchases_all(&self, histories: &Histories, from: f64, to: f64) -> Vec<f64> {
        score_all(histories, |history| self.expected_purchases(history, from, to))
    }

    /// [`discounted_purchases`](Self::discounted_purchases) of every row, in order, on all threads. Models may answer
    /// from tables that agree with the single answer to 1e-10 of its value.
    fn discounted_purchases_all(&self, histories: &Histories, rate: f64, horizon: Option<f64>) -> Vec<f64> {
        score_all(histories, |history| self.discounted_purchases(history, rate, horizon))
    }
}

/// Applies `answer` to every row on all threads; the order of the results is that of the rows.
pub(crate) fn score_all(histories: &Histories, answer: impl Fn(History) -> f64 + Sync) -> Vec<f64> {
    (0..histories.len()).into_par_iter().with_min_len(CHUNK / 8).map(|row| answer(histories.get(row))).collect()
}
