//! One forecaster on one hold-out.

use rayon::prelude::*;
use serde::{Deserialize, Serialize};

use super::baselines::Baseline;
use super::metrics::{Accuracy, Decile, FrequencyBin, Gini, Scored, deciles, frequency_bins, gini};
use super::split::{Newcomers, Split};
use super::tracking::{TrackingPoint, track};
use crate::analysis::clv::PurchaseModel;
use crate::error::{Error, Result};

/// The smallest logarithm of a probability: one that underflows to 0 counts as the smallest positive double, so a
/// single impossible customer costs much (745 nats) but leaves the mean finite.
const LEAST_LN_PROBABILITY: f64 = -745.0;

/// More tracking steps than any chart shows: the step is surely in another unit than the data.
const MOST_STEPS: f64 = 100_000.0;

/// What an evaluation lists.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct EvaluationSettings {
    /// Length of a tracking step in time units of the data: 1 where the unit is a week, 7 where it is a day.
    pub tracking_step: f64,
    /// The last frequency bin: it holds customers with this many repeat purchases or more.
    pub last_frequency_bin: u32,
}

impl Default for EvaluationSettings {
    fn default() -> Self {
        Self { tracking_step: 1.0, last_frequency_bin: 7 }
    }
}

impl EvaluationSettings {
    /// Checks the settings against a split.
    ///
    /// # Errors
    /// A parameter error if the step is not positive or so short that tracking would take more than 100,000 steps, or if
    /// there would be more than 10,000 frequency bins.
    pub fn check(&self, split: &Split) -> Result<()> {
        let oldest = split.outcomes().iter().map(|row| row.history.age).fold(0.0, f64::max);
        let steps = (oldest + split.horizon()) / self.tracking_step;
        if !(self.tracking_step > 0.0 && steps <= MOST_STEPS) {
            return Err(Error::parameter(format!(
                "a tracking step of {} over {} time units",
                self.tracking_step,
                oldest + split.horizon()
            ))
            .with_hint("a week, in the time unit of the data"));
        }
        if self.last_frequency_bin > 10_000 {
            return Err(Error::parameter(format!("{} frequency bins", self.last_frequency_bin)));
        }
        Ok(())
    }
}

/// How one forecaster, a model or a baseline, did on one hold-out.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Evaluation {
    /// The model's or baseline's name.
    pub forecaster: String,
    /// Calibration customers, all of whom are scored.
    pub customers: f64,
    /// Length of the hold-out in time units.
    pub horizon: f64,
    /// Errors per customer, totals and log score.
    pub accuracy: Accuracy,
    /// How well customers were ranked; none if all bought equally often.
    pub gini: Option<Gini>,
    /// Calibration, lift and gain by decile of the forecast.
    pub deciles: Vec<Decile>,
    /// Actual against expected by repeat purchases in the calibration period.
    pub frequency_bins: Vec<FrequencyBin>,
    /// Cumulative and step-wise (weekly) tracking; empty for a baseline, which says nothing about calendar time.
    pub tracking: Vec<TrackingPoint>,
    /// Customers first seen in the hold-out, whom nobody forecast.
    pub newcomers: Newcomers,
}

impl Evaluation {
    /// Evaluates a model fitted to the calibration part of a split.
    ///
    /// # Errors
    /// As [`EvaluationSettings::check`]; a fit error if the model gives a forecast that is no number.
    pub fn of_model(model: &dyn PurchaseModel, split: &Split, settings: &EvaluationSettings) -> Result<Self> {
        settings.check(split)?;
        let rows = score_model(model, split)?;
        let name = model.fit().model.to_string();
        Ok(Self::from_rows(name, &rows, split, settings, track(model, split, settings.tracking_step)))
    }

    /// Evaluates a baseline.
    ///
    /// # Errors
    /// As [`EvaluationSettings::check`].
    pub fn of_baseline(baseline: Baseline, split: &Split, settings: &EvaluationSettings) -> Result<Self> {
        settings.check(split)?;
        Ok(Self::from_rows(baseline.to_string(), &baseline.score(split), split, settings, Vec::new()))
    }

    pub(crate) fn from_rows(
        forecaster: String,
        rows: &[Scored],
        split: &Split,
        settings: &EvaluationSettings,
        tracking: Vec<TrackingPoint>,
    ) -> Self {
        Self {
            forecaster,
            customers: split.customers(),
            horizon: split.horizon(),
            accuracy: Accuracy::of(rows),
            gini: gini(rows),
            deciles: deciles(rows),
            frequency_bins: frequency_bins(rows, settings.last_frequency_bin),
            tracking,
            newcomers: split.newcomers(),
        }
    }
}

/// Forecasts every row of a split, in parallel, in the order of the rows.
pub(crate) fn score_model(model: &dyn PurchaseModel, split: &Split) -> Result<Vec<Scored>> {
    let rows: Vec<Scored> = split
        .outcomes()
        .par_iter()
        .map(|row| {
            let probability = model.probability_of_purchases(row.history, row.purchases, split.horizon());
            Scored {
                repeat_purchases: row.history.repeat_purchases,
                weight: row.weight,
                actual: f64::from(row.purchases),
                expected: model.expected_purchases(row.history, 0.0, split.horizon()),
                log_probability: probability.ln().max(LEAST_LN_PROBABILITY),
            }
        })
        .collect();
    // `max` hides a NaN probability, so the expectation stands for both; see the test over extremes in each model.
    match rows.iter().zip(split.outcomes()).find(|(row, _)| !row.expected.is_finite()) {
        None => Ok(rows),
        Some((row, outcome)) => Err(Error::fit(format!(
            "{} forecasts {} purchases for x = {}, t_x = {}, T = {}",
            model.fit().model,
            row.expected,
            outcome.history.repeat_purchases,
            outcome.history.first_to_last,
            outcome.history.age
        ))),
    }
}
