//! The answers of every model of the family.

use super::likelihood::Law;
use super::table;
use crate::analysis::clv::fit::Fit;
use crate::analysis::clv::histories::{Histories, History};
use crate::analysis::clv::purchase_model::{PurchaseModel, score_all};
use crate::analysis::clv::simulation::Process;

/// A model that is a [`Law`] with a summary: all answers follow.
pub(crate) trait Lawful: Send + Sync + std::fmt::Debug {
    /// The parameters.
    fn law(&self) -> &Law;
    /// The summary.
    fn summary(&self) -> &Fit;
    /// The process to simulate.
    fn simulated(&self) -> Process;
}

impl<M: Lawful> PurchaseModel for M {
    fn fit(&self) -> &Fit {
        self.summary()
    }

    fn process(&self) -> Process {
        self.simulated()
    }

    fn log_likelihood(&self, history: History) -> f64 {
        self.law().log_likelihood(history)
    }

    fn probability_alive(&self, history: History, ahead: f64) -> f64 {
        if ahead <= 0.0 {
            return self.law().probability_alive(history);
        }
        self.law().state(history).probability_alive(ahead)
    }

    fn expected_purchases(&self, history: History, from: f64, to: f64) -> f64 {
        self.law().state(history).expected_purchases(from, to)
    }

    fn expected_purchases_new(&self, from: f64, to: f64) -> f64 {
        self.law().new_state().expected_purchases(from, to)
    }

    fn probability_of_purchases_new(&self, x: u32, t: f64) -> f64 {
        self.law().new_state().probability_of_purchases(x, t)
    }

    fn probability_of_purchases(&self, history: History, n: u32, horizon: f64) -> f64 {
        self.law().state(history).probability_of_purchases(n, horizon)
    }

    fn discounted_purchases(&self, history: History, rate: f64, horizon: Option<f64>) -> f64 {
        let state = self.law().state(history);
        if state.alive == 0.0 {
            return 0.0;
        }
        state.alive * state.discounted_if_alive(rate, horizon)
    }

    fn posterior_mean_rate(&self, history: History) -> f64 {
        self.law().posterior_mean_rate(history)
    }

    fn posterior_mean_dropout(&self, history: History) -> Option<f64> {
        (self.law().a > 0.0).then(|| self.law().posterior_mean_dropout(history))
    }

    fn probability_alive_all(&self, histories: &Histories, ahead: f64) -> Vec<f64> {
        let law = self.law();
        match (law.k, ahead > 0.0) {
            (1, false) => table::probability_alive(law, histories),
            (1, true) => table::score(law, histories, |state| state.probability_alive(ahead)),
            _ => score_all(histories, |history| self.probability_alive(history, ahead)),
        }
    }

    fn expected_purchases_all(&self, histories: &Histories, from: f64, to: f64) -> Vec<f64> {
        if self.law().k > 1 {
            return score_all(histories, |history| self.expected_purchases(history, from, to));
        }
        table::score(self.law(), histories, |state| state.purchases_if_alive(from, to))
    }

    fn discounted_purchases_all(&self, histories: &Histories, rate: f64, horizon: Option<f64>) -> Vec<f64> {
        if self.law().k > 1 {
            return score_all(histories, |history| self.discounted_purchases(history, rate, horizon));
        }
        table::score(self.law(), histories, |state| state.discounted_if_alive(rate, horizon))
    }
}
