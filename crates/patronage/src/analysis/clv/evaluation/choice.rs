//! Choice of a model by what it said about the hold-out.

use std::fmt;

use serde::{Deserialize, Serialize};

use super::baselines::Baseline;
use super::metrics::{Accuracy, MeanWithError, Scored};
use super::report::{Evaluation, EvaluationSettings, score_model};
use super::split::Split;
use super::tracking::track;
use crate::analysis::clv::{Fit, Histories, ModelKind, PurchaseModel, fit_purchase_model};
use crate::error::{Error, Result};

/// Settings of a model choice; see [`ModelChoice`].
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct ModelChoiceParams {
    candidates: Vec<ModelKind>,
    settings: EvaluationSettings,
    time_unit: Option<f64>,
}

/// Chooses among models by mean hold-out log score of purchase counts.
///
/// Each candidate is fitted to the calibration part of every split and asked how probable each customer's hold-out count
/// was. The highest mean logarithm wins, except that among candidates which the best one beats by no more than one standard
/// error (of the paired difference over customers) the one with the fewest parameters is taken. The chosen model is refitted
/// to all data. Several splits are rolling origins: customers count once per origin, and the standard error takes a customer
/// in two origins as the same evidence twice (origins as perfectly dependent), which can only make it larger.
///
/// Every candidate and every baseline stands in the report beside the chosen one; a candidate that cannot be fitted stands
/// there with the reason.
#[derive(Debug)]
pub struct ModelChoice {
    /// The chosen model, refitted to all data.
    pub model: Box<dyn PurchaseModel>,
    /// What the choice rests on.
    pub report: ChoiceReport,
}

/// Why the chosen model was chosen.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "reason", rename_all = "snake_case")]
pub enum ChoiceReason {
    /// It has the highest mean log score, and no simpler model comes within one standard error.
    HighestScore,
    /// `best` has a higher mean log score, by no more than one standard error, and more parameters.
    SimplerWithinOneStandardError {
        /// The model with the highest mean log score.
        best: ModelKind,
    },
    /// No other candidate could be fitted.
    OnlyOne,
}

/// What a model choice rests on.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct ChoiceReport {
    /// The chosen model.
    pub chosen: ModelKind,
    /// Why.
    pub reason: ChoiceReason,
    /// Every candidate that was fitted, in descending order of log score.
    pub candidates: Vec<CandidateReport>,
    /// Candidates that could not be fitted, in the order they were given.
    pub failures: Vec<CandidateFailure>,
    /// Every baseline, against the chosen model.
    pub baselines: Vec<BaselineReport>,
    /// Whether the chosen model beats every baseline; see [`BaselineReport::beaten`].
    pub beats_baselines: bool,
    /// The chosen model's fit to all data.
    pub refit: Fit,
}

/// A candidate that was fitted.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct CandidateReport {
    /// The model.
    pub model: ModelKind,
    /// Parameters that the data identify, a chosen `k` counted as one.
    pub parameters: u32,
    /// Log score over all origins; the standard error takes origins as perfectly dependent.
    pub log_score: MeanWithError,
    /// Log score of the chosen model less this one's, per customer: by how much the chosen one won (0 against itself,
    /// negative if it was chosen for being simpler).
    pub chosen_won_by: MeanWithError,
    /// Errors, calibration, gain and tracking at each origin, in the order of the splits.
    pub origins: Vec<Evaluation>,
    /// The fit at each origin.
    pub fits: Vec<Fit>,
}

/// A candidate that could not be fitted.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct CandidateFailure {
    /// The model.
    pub model: ModelKind,
    /// Which split, counted from 1.
    pub origin: usize,
    /// The error.
    pub reason: String,
}

/// A baseline against the chosen model.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct BaselineReport {
    /// The baseline.
    pub baseline: Baseline,
    /// Log score over all origins.
    pub log_score: MeanWithError,
    /// Log score of the chosen model less the baseline's, per customer.
    pub chosen_won_by: MeanWithError,
    /// Mean squared error of the baseline less that of the chosen model, per customer.
    pub squared_error_saved: MeanWithError,
    /// Whether the chosen model has the higher log score by more than one standard error and the lower squared error.
    pub beaten: bool,
    /// The same tables as for a model, at each origin.
    pub origins: Vec<Evaluation>,
}

impl ModelChoice {
    /// All purchase-timing models in continuous time, weekly tracking of data in weeks.
    #[must_use]
    pub fn params() -> ModelChoiceParams {
        ModelChoiceParams {
            candidates: vec![
                ModelKind::Nbd,
                ModelKind::BgNbd,
                ModelKind::MbgNbd,
                ModelKind::ParetoNbd,
                ModelKind::BgCnbd,
                ModelKind::MbgCnbd,
            ],
            settings: EvaluationSettings::default(),
            time_unit: None,
        }
    }
}

impl ModelChoiceParams {
    /// The models to choose among. Ties go to the earlier one.
    #[must_use]
    pub fn candidates(mut self, candidates: impl IntoIterator<Item = ModelKind>) -> Self {
        self.candidates = candidates.into_iter().collect();
        self
    }

    /// What the evaluations list.
    #[must_use]
    pub fn settings(mut self, settings: EvaluationSettings) -> Self {
        self.settings = settings;
        self
    }

    /// The time unit of the histories in days, for the record of each fit.
    #[must_use]
    pub fn time_unit(mut self, days: f64) -> Self {
        self.time_unit = Some(days);
        self
    }

    /// Fits, scores, chooses, and refits the chosen model to `all`, the histories at the end of all data.
    ///
    /// # Errors
    /// A parameter error if there is no split, no candidate, or settings do not suit a split; a fit error, with each
    /// candidate's reason, if none could be fitted to every split and refitted.
    pub fn choose(&self, splits: &[Split], all: &Histories) -> Result<ModelChoice> {
        if splits.is_empty() || self.candidates.is_empty() {
            return Err(Error::parameter("a model choice needs at least one split and one candidate"));
        }
        for split in splits {
            self.settings.check(split)?;
        }
        let mut failures = Vec::new();
        let mut scored: Vec<Candidate> = Vec::new();
        for &model in &self.candidates {
            match Candidate::fit(model, splits, self.time_unit) {
                Ok(candidate) => scored.push(candidate),
                Err((origin, error)) => {
                    failures.push(CandidateFailure { model, origin: origin + 1, reason: error.to_string() });
                }
            }
        }
        // Stable, so ties keep the order of the candidates.
        scored.sort_by(|one, other| other.log_score.mean.total_cmp(&one.log_score.mean));
        let Some(chosen) = choose(&scored, splits) else {
            let reasons: Vec<String> = failures.iter().map(|failure| format!("{}: {}", failure.model, failure.reason)).collect();
            return Err(Error::fit(format!("no candidate could be fitted ({})", reasons.join("; "))));
        };
        let start = scored[chosen].models.last().map(|model| &**model);
        let model = fit_purchase_model(scored[chosen].model, all, self.time_unit, start)?;
        let report = self.report(&scored, chosen, failures, splits, model.fit().clone())?;
        Ok(ModelChoice { model, report })
    }

    fn report(
        &self,
        scored: &[Candidate],
        chosen: usize,
        failures: Vec<CandidateFailure>,
        splits: &[Split],
        refit: Fit,
    ) -> Result<ChoiceReport> {
        let winner = &scored[chosen];
        let candidates = scored
            .iter()
            .map(|candidate| CandidateReport {
                model: candidate.model,
                parameters: candidate.parameters,
                log_score: candidate.log_score,
                chosen_won_by: difference(&winner.rows, &candidate.rows, |row| row.log_probability),
                origins: candidate.evaluations(splits, &self.settings),
                fits: candidate.models.iter().map(|model| model.fit().clone()).collect(),
            })
            .collect();
        let mut baselines = Vec::new();
        for baseline in Baseline::ALL {
            let rows: Vec<Vec<Scored>> = splits.iter().map(|split| baseline.score(split)).collect();
            let chosen_won_by = difference(&winner.rows, &rows, |row| row.log_probability);
            let squared_error_saved = difference(&rows, &winner.rows, |row| (row.expected - row.actual).powi(2));
            let mut origins = Vec::new();
            for split in splits {
                origins.push(Evaluation::of_baseline(baseline, split, &self.settings)?);
            }
            baselines.push(BaselineReport {
                baseline,
                log_score: pooled(&rows, |row| row.log_probability),
                chosen_won_by,
                squared_error_saved,
                beaten: chosen_won_by.mean > chosen_won_by.standard_error && squared_error_saved.mean > 0.0,
                origins,
            });
        }
        let reason = if scored.len() == 1 {
            ChoiceReason::OnlyOne
        } else if chosen == 0 {
            ChoiceReason::HighestScore
        } else {
            ChoiceReason::SimplerWithinOneStandardError { best: scored[0].model }
        };
        Ok(ChoiceReport {
            chosen: winner.model,
            reason,
            candidates,
            failures,
            beats_baselines: baselines.iter().all(|report| report.beaten),
            baselines,
            refit,
        })
    }
}

/// A candidate fitted at every origin, with its forecasts.
#[derive(Debug)]
struct Candidate {
    model: ModelKind,
    parameters: u32,
    models: Vec<Box<dyn PurchaseModel>>,
    rows: Vec<Vec<Scored>>,
    log_score: MeanWithError,
}

impl Candidate {
    /// Fits at each origin, warm from the one before; the index of the origin stands beside an error.
    fn fit(model: ModelKind, splits: &[Split], time_unit: Option<f64>) -> Result<Self, (usize, Error)> {
        let mut models: Vec<Box<dyn PurchaseModel>> = Vec::new();
        let mut rows = Vec::new();
        for (origin, split) in splits.iter().enumerate() {
            let fitted = split
                .calibration()
                .and_then(|histories| fit_purchase_model(model, &histories, time_unit, models.last().map(|model| &**model)))
                .map_err(|error| (origin, error))?;
            rows.push(score_model(&*fitted, split).map_err(|error| (origin, error))?);
            models.push(fitted);
        }
        let parameters = models.last().map_or(0, |model| model.fit().free_parameters());
        let log_score = pooled(&rows, |row| row.log_probability);
        Ok(Self { model, parameters, models, rows, log_score })
    }

    fn evaluations(&self, splits: &[Split], settings: &EvaluationSettings) -> Vec<Evaluation> {
        let parts = splits.iter().zip(&self.rows).zip(&self.models);
        parts
            .map(|((split, rows), model)| {
                let tracking = track(&**model, split, settings.tracking_step);
                Evaluation::from_rows(self.model.to_string(), rows, split, settings, tracking)
            })
            .collect()
    }
}

/// Log scores closer than this are equal: a model on its ridge differs from the one it reduces to by rounding.
const SAME: f64 = 1e-6;

/// The index of the candidate to take, of candidates in descending order of score.
fn choose(scored: &[Candidate], splits: &[Split]) -> Option<usize> {
    debug_assert!(scored.iter().all(|candidate| candidate.rows.len() == splits.len()));
    let best = scored.first()?;
    let near = scored.iter().enumerate().filter(|(_, candidate)| {
        let behind = difference(&best.rows, &candidate.rows, |row| row.log_probability);
        behind.mean <= behind.standard_error + SAME
    });
    // A model that reduces to a simpler one counts as that, but the simpler one itself is preferred. `min_by_key` keeps the
    // first of equals, the one with the higher score.
    let size = |candidate: &Candidate| (candidate.parameters, candidate.models.last().map(|m| m.fit().parameters.len()));
    near.min_by_key(|(_, candidate)| size(candidate)).map(|(index, _)| index)
}

/// The mean of `value` over the customers of all origins.
fn pooled(rows: &[Vec<Scored>], value: impl Fn(&Scored) -> f64 + Copy) -> MeanWithError {
    pool(rows.iter().map(|rows| rows.iter().map(move |row| (value(row), row.weight)).collect()))
}

/// The mean of the paired difference `value(one) − value(other)` over the customers of all origins.
fn difference(one: &[Vec<Scored>], other: &[Vec<Scored>], value: impl Fn(&Scored) -> f64 + Copy) -> MeanWithError {
    pool(
        one.iter()
            .zip(other)
            .map(|(one, other)| one.iter().zip(other).map(move |(one, other)| (value(one) - value(other), one.weight)).collect()),
    )
}

/// Origins weighted by customers; standard errors add, as if a customer's surprises at all origins were the same one.
fn pool(origins: impl Iterator<Item = Vec<(f64, f64)>>) -> MeanWithError {
    let mut sum = MeanWithError { mean: 0.0, standard_error: 0.0 };
    let mut customers = 0.0;
    for pairs in origins {
        let weight: f64 = pairs.iter().map(|pair| pair.1).sum();
        let origin = MeanWithError::of(pairs.iter().copied());
        sum.mean += weight * origin.mean;
        sum.standard_error += weight * origin.standard_error;
        customers += weight;
    }
    if customers > 0.0 {
        sum.mean /= customers;
        sum.standard_error /= customers;
    }
    sum
}

impl fmt::Display for ChoiceReport {
    /// Two sentences for a manager: what was chosen and by how much, and whether it beats the baselines.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} was chosen", self.chosen)?;
        let against = |model: &ModelKind| self.candidates.iter().find(|candidate| candidate.model == *model);
        match &self.reason {
            ChoiceReason::OnlyOne => write!(f, ": no other model could be fitted.")?,
            ChoiceReason::HighestScore => {
                write!(f, ": it gave the hold-out the highest probability")?;
                if let Some(next) = self.candidates.iter().find(|candidate| candidate.model != self.chosen) {
                    let won = next.chosen_won_by;
                    write!(f, ", ahead of {} by {:.4} (standard error {:.4}) nats per customer", next.model, won.mean, won.standard_error)?;
                }
                f.write_str(".")?;
            }
            ChoiceReason::SimplerWithinOneStandardError { best } => {
                write!(f, ": it has fewer parameters than {best}")?;
                if let Some(candidate) = against(best) {
                    let won = candidate.chosen_won_by;
                    write!(
                        f,
                        ", which is ahead by {:.4} nats per customer, no more than the standard error of {:.4}",
                        -won.mean, won.standard_error
                    )?;
                }
                f.write_str(".")?;
            }
        }
        let lost: Vec<String> = (self.baselines.iter()).filter(|report| !report.beaten).map(|report| report.baseline.to_string()).collect();
        if lost.is_empty() { f.write_str(" It beats every baseline.") } else { write!(f, " It does not beat: {}.", lost.join(", ")) }
    }
}

/// The accuracy of one forecaster over all its origins, customers pooled.
#[must_use]
pub fn pooled_accuracy(origins: &[Evaluation]) -> Option<Accuracy> {
    let customers: f64 = origins.iter().map(|origin| origin.customers).sum();
    if origins.is_empty() || customers <= 0.0 {
        return None;
    }
    let mean =
        |value: &dyn Fn(&Accuracy) -> f64| origins.iter().map(|origin| origin.customers * value(&origin.accuracy)).sum::<f64>() / customers;
    let sum = |value: &dyn Fn(&Accuracy) -> f64| origins.iter().map(|origin| value(&origin.accuracy)).sum::<f64>();
    Some(Accuracy {
        mae: mean(&|accuracy| accuracy.mae),
        rmse: mean(&|accuracy| accuracy.rmse.powi(2)).sqrt(),
        expected_purchases: sum(&|accuracy| accuracy.expected_purchases),
        actual_purchases: sum(&|accuracy| accuracy.actual_purchases),
        log_score: MeanWithError {
            mean: mean(&|accuracy| accuracy.log_score.mean),
            standard_error: mean(&|accuracy| accuracy.log_score.standard_error),
        },
    })
}
