//! The parametric bootstrap.

use rayon::prelude::*;
use serde::{Deserialize, Serialize};

use crate::analysis::clv::simulation::{Stream, Variates};
use crate::analysis::clv::{Histories, History, PurchaseModel, fit_purchase_model};
use crate::error::{Error, Result};

/// Settings of a parametric bootstrap; see [`Bootstrap`].
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct BootstrapParams {
    replicates: u32,
    seed: u64,
    level: f64,
}

/// A model refitted to worlds simulated at its estimates: intervals for the mean that lean on no normal approximation.
///
/// Each replicate keeps every customer's age, draws it a new history from the fitted model, and is refitted warm from the
/// estimates. Replicates run in parallel and depend on the seed and their number alone.
#[derive(Debug)]
pub struct Bootstrap {
    models: Vec<Box<dyn PurchaseModel>>,
    failures: Vec<String>,
    level: f64,
}

impl Bootstrap {
    /// 200 replicates, seed 0, 95 % confidence.
    #[must_use]
    pub fn params() -> BootstrapParams {
        BootstrapParams { replicates: 200, seed: 0, level: 0.95 }
    }

    /// The refitted models, in order of replicate.
    #[must_use]
    pub fn models(&self) -> &[Box<dyn PurchaseModel>] {
        &self.models
    }

    /// Why replicates could not be refitted; they are left out.
    #[must_use]
    pub fn failures(&self) -> &[String] {
        &self.failures
    }

    /// Lower and upper bound of an answer: percentiles over the replicates, interpolated.
    #[must_use]
    pub fn interval(&self, answer: impl Fn(&dyn PurchaseModel) -> f64) -> (f64, f64) {
        let mut values: Vec<f64> = self.models.iter().map(|model| answer(&**model)).collect();
        values.sort_unstable_by(f64::total_cmp);
        let tail = 0.5 - 0.5 * self.level;
        (quantile(&values, tail), quantile(&values, 1.0 - tail))
    }

    /// Standard deviation of an answer over the replicates.
    #[must_use]
    pub fn standard_error(&self, answer: impl Fn(&dyn PurchaseModel) -> f64) -> f64 {
        let values: Vec<f64> = self.models.iter().map(|model| answer(&**model)).collect();
        let count = values.len() as f64;
        let mean = values.iter().sum::<f64>() / count;
        (values.iter().map(|value| (value - mean).powi(2)).sum::<f64>() / (count - 1.0)).sqrt()
    }
}

impl BootstrapParams {
    /// The number of replicates, at least 20.
    #[must_use]
    pub fn replicates(mut self, replicates: u32) -> Self {
        self.replicates = replicates;
        self
    }

    /// The seed.
    #[must_use]
    pub fn seed(mut self, seed: u64) -> Self {
        self.seed = seed;
        self
    }

    /// The confidence level.
    #[must_use]
    pub fn level(mut self, level: f64) -> Self {
        self.level = level;
        self
    }

    /// Simulates and refits.
    ///
    /// # Errors
    /// A parameter error for fewer than 20 replicates or a level outside (0, 1); an input error for weights that are not
    /// whole numbers (a customer cannot be simulated in part); a fit error if more than half of the refits fail.
    pub fn run(&self, model: &dyn PurchaseModel, histories: &Histories) -> Result<Bootstrap> {
        if self.replicates < 20 {
            return Err(Error::parameter(format!("{} replicates: at least 20", self.replicates)));
        }
        if !(self.level > 0.0 && self.level < 1.0) {
            return Err(Error::parameter(format!("a confidence level lies between 0 and 1, found {}", self.level)));
        }
        if let Some(row) = histories.weight().iter().position(|weight| weight.fract() != 0.0) {
            return Err(Error::input("the bootstrap needs whole weights")
                .at_row(row as u64 + 1)
                .with_value(&histories.weight()[row].to_string()));
        }
        let refits: Vec<Result<Box<dyn PurchaseModel>>> =
            (0..self.replicates).into_par_iter().map(|number| self.replicate(number, model, histories)).collect();
        let mut models = Vec::new();
        let mut failures = Vec::new();
        for refit in refits {
            match refit {
                Ok(model) => models.push(model),
                Err(error) => failures.push(error.to_string()),
            }
        }
        if failures.len() > models.len() {
            return Err(Error::fit(format!(
                "{} of {} bootstrap refits failed, the first: {}",
                failures.len(),
                self.replicates,
                failures[0]
            )));
        }
        Ok(Bootstrap { models, failures, level: self.level })
    }

    fn replicate(&self, number: u32, model: &dyn PurchaseModel, histories: &Histories) -> Result<Box<dyn PurchaseModel>> {
        let process = model.process();
        let mut variates = Variates::new(self.seed, Stream::Bootstrap, u64::from(number));
        let world: Result<Histories> = histories
            .age()
            .iter()
            .zip(histories.weight())
            .flat_map(|(&age, &weight)| {
                #[expect(
                    clippy::cast_possible_truncation,
                    clippy::cast_sign_loss,
                    reason = "a whole, non-negative weight, as many customers as fit memory"
                )]
                let customers = weight as usize;
                std::iter::repeat_n(age, customers)
            })
            .map(|age| process.history_of_age(age, &mut variates))
            .collect::<Vec<History>>()
            .into_iter()
            .collect();
        fit_purchase_model(model.fit().model, &world?, model.fit().time_unit, Some(model))
    }
}

/// The quantile of sorted values, linear between order statistics (type 7 of Hyndman, Fan 1996).
fn quantile(sorted: &[f64], probability: f64) -> f64 {
    let Some(last) = sorted.len().checked_sub(1) else { return f64::NAN };
    let position = probability * last as f64;
    #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "between 0 and the last index")]
    let below = (position.floor() as usize).min(last);
    let above = (below + 1).min(last);
    sorted[below] + (position - below as f64) * (sorted[above] - sorted[below])
}
