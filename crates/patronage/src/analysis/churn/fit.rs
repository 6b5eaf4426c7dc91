//! The fitted model: the rule of gaps, the test of the methods, the chosen one.

use std::fmt;

use chrono::NaiveDate;
use serde::{Deserialize, Serialize};

use super::backtest::{Backtest, MethodReport};
use super::classifier::Classifier;
use super::days::PurchaseDays;
use super::gaps::GapRule;
use super::methods::{Calibration, Forecast, Method, PastForecasts};
use super::params::Plan;
use super::sample::{Missing, Sample};
use crate::error::{Error, Result};
use crate::time::{date_of, day_number};

/// Methods whose AUC is within so much of the best are told apart by calibration.
pub(super) const AS_GOOD: f64 = 0.005;

/// Why `churn_probability` comes from a method.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "reason", rename_all = "snake_case")]
pub enum ChoiceReason {
    /// It ranked the hold-out best.
    HighestAuc,
    /// `best` ranked it better by no more than 0.005, and was worse calibrated.
    BestCalibrated {
        /// The method with the highest AUC.
        best: Method,
    },
    /// It was asked for.
    Given,
    /// The data did not allow a test; see [`ChurnModel::missing`].
    Untested,
}

/// The method that `churn_probability` comes from.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct Chosen {
    /// The method.
    pub method: Method,
    /// Why.
    pub reason: ChoiceReason,
    /// How its ranking becomes a probability, learnt from the last horizon; none for methods that give probabilities.
    pub calibration: Option<Calibration>,
}

impl fmt::Display for Chosen {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let method = self.method;
        match self.reason {
            ChoiceReason::HighestAuc => write!(f, "{method}: the highest AUC on the hold-out"),
            ChoiceReason::BestCalibrated { best } => {
                write!(f, "{method}: better calibrated than {best}, whose AUC is higher by no more than {AS_GOOD}")
            }
            ChoiceReason::Given => write!(f, "{method}: asked for"),
            ChoiceReason::Untested => write!(f, "{method}: not tested, for lack of data"),
        }
    }
}

/// What was learnt about churn, ready to be applied to these or to other customers.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct ChurnModel {
    pub(super) plan: Plan,
    as_of: NaiveDate,
    pub(super) rule: GapRule,
    pub(super) chosen: Option<Chosen>,
    classifier: Option<Classifier>,
    backtest: Option<Backtest>,
    missing: Vec<Missing>,
    retention_rate: Option<f64>,
}

/// Scores of one method at both dates, and the probabilities of the test.
struct Trial {
    method: Method,
    /// At the test date, higher for customers more at risk.
    tested: Vec<f64>,
    probability: Vec<f64>,
}

/// What a test needs.
struct Contest<'a> {
    plan: &'a Plan,
    days: &'a PurchaseDays,
    trained: Sample,
    past: Option<&'a PastForecasts>,
}

impl ChurnModel {
    pub(super) fn fit(
        plan: Plan,
        days: &PurchaseDays,
        as_of: NaiveDate,
        now: Option<&Forecast>,
        past: Option<&PastForecasts>,
    ) -> Result<Self> {
        let (today, horizon) = (day_number(as_of), plan.horizon_days);
        let rule = GapRule::fit(days, today, plan.quantile, plan.strength)?;
        if let Some(now) = now {
            now.check(days.known_at(as_of).len())?;
        }
        let first = days.first().unwrap_or(today);
        let span = today.saturating_sub(first);
        let sample = |horizons: i32| {
            if span <= horizons.saturating_mul(horizon) {
                return Err(Missing::History { span_days: span.max(0).unsigned_abs(), horizon_days: horizon.unsigned_abs() });
            }
            let cut = today.saturating_sub(horizons.saturating_mul(horizon));
            Sample::new(days, cut, horizon, (plan.quantile, plan.strength), plan.fewest)
        };
        let mut model =
            Self { plan, as_of, rule, chosen: None, classifier: None, backtest: None, missing: Vec::new(), retention_rate: None };
        match (sample(2), sample(1)) {
            (Ok(trained), Ok(tested)) => {
                model.retention_rate = Some(1.0 - tested.churn_rate());
                let past = past.filter(|_| now.is_some());
                if past.is_none() {
                    model.missing.push(Missing::Forecasts);
                }
                model.compete(&Contest { plan: &plan, days, trained, past }, &tested)?;
            }
            (Err(missing), Ok(tested)) => {
                model.missing.push(missing);
                model.retention_rate = Some(1.0 - tested.churn_rate());
                let method = plan.method.unwrap_or(if now.is_some() { Method::NoPurchase } else { Method::Overdue });
                let scores = match method {
                    Method::Recency | Method::Overdue => Some(ranking(method, days, &tested)),
                    _ => None,
                };
                let calibration = scores.map(|scores| Calibration::fit(&scores, &tested.churned)).transpose()?;
                model.untested(method, calibration, now.is_some())?;
            }
            (_, Err(missing)) => {
                model.missing.push(missing);
                if plan.method.is_some() || now.is_some() {
                    model.untested(plan.method.unwrap_or(Method::NoPurchase), None, now.is_some())?;
                }
            }
        }
        Ok(model)
    }

    /// Takes a method without a test.
    fn untested(&mut self, method: Method, calibration: Option<Calibration>, forecast: bool) -> Result<()> {
        let ready = match method {
            Method::NoPurchase => forecast,
            Method::Recency | Method::Overdue => calibration.is_some(),
            Method::NotAlive | Method::Classifier => false,
        };
        if !ready {
            let reasons: Vec<String> = self.missing.iter().map(ToString::to_string).collect();
            return Err(Error::fit(format!("churn by {method} is not possible: {}", reasons.join("; "))));
        }
        let reason = if self.plan.method.is_some() { ChoiceReason::Given } else { ChoiceReason::Untested };
        self.chosen = Some(Chosen { method, reason, calibration });
        Ok(())
    }

    /// Tests the methods, chooses one, and learns it again from the last horizon.
    fn compete(&mut self, contest: &Contest<'_>, tested: &Sample) -> Result<()> {
        let plan = contest.plan;
        let (mut trials, failure) = contest.trials(tested)?;
        self.missing.extend(failure);
        match Classifier::fit(contest.days, tested, plan.horizon_days, plan.penalty) {
            Ok(classifier) => self.classifier = Some(classifier),
            Err(error) => {
                self.missing.push(Missing::Convergence { reason: error.to_string() });
                trials.retain(|trial| trial.method != Method::Classifier);
            }
        }
        let mut reports: Vec<MethodReport> =
            trials.iter().map(|trial| MethodReport::new(trial.method, &trial.tested, &trial.probability, &tested.churned)).collect();
        let (at, reason) = match plan.method {
            None => choose(&reports),
            Some(method) => {
                let at = reports.iter().position(|report| report.method == method);
                (at.ok_or_else(|| Error::fit(format!("churn by {method} is not possible with these data")))?, ChoiceReason::Given)
            }
        };
        reports[at].chosen = true;
        let method = reports[at].method;
        let calibration = method.is_ranking().then(|| Calibration::fit(&trials[at].tested, &tested.churned)).transpose()?;
        self.chosen = Some(Chosen { method, reason, calibration });
        self.backtest = Some(Backtest {
            trained_at: date_of(contest.trained.cut),
            tested_at: date_of(tested.cut),
            trained_customers: contest.trained.rows.len() as u64,
            methods: reports,
        });
        Ok(())
    }

    /// The date it was fitted at.
    #[must_use]
    pub fn as_of(&self) -> NaiveDate {
        self.as_of
    }

    /// Churn is no purchase within so many days.
    #[must_use]
    pub fn horizon_days(&self) -> u32 {
        self.plan.horizon_days.unsigned_abs()
    }

    /// The probabilities below which risk is low and above which it is high.
    #[must_use]
    pub fn classes(&self) -> [f64; 2] {
        self.plan.classes
    }

    /// The rule of gaps.
    #[must_use]
    pub fn rule(&self) -> &GapRule {
        &self.rule
    }

    /// The method of the probability; none when the data are too thin for any.
    #[must_use]
    pub fn chosen(&self) -> Option<&Chosen> {
        self.chosen.as_ref()
    }

    /// The classifier, trained on the last horizon.
    #[must_use]
    pub fn classifier(&self) -> Option<&Classifier> {
        self.classifier.as_ref()
    }

    /// How good the methods were on the hold-out.
    #[must_use]
    pub fn backtest(&self) -> Option<&Backtest> {
        self.backtest.as_ref()
    }

    /// What was missing.
    #[must_use]
    pub fn missing(&self) -> &[Missing] {
        &self.missing
    }

    /// The share of the customers known one horizon before the date who bought within it.
    #[must_use]
    pub fn retention_rate(&self) -> Option<f64> {
        self.retention_rate
    }
}

/// The scores of a method that needs nothing but purchase days, and has one rule at the date of the sample.
fn ranking(method: Method, days: &PurchaseDays, sample: &Sample) -> Vec<f64> {
    rank(method, days, &sample.rows, &sample.rule, sample.cut)
}

/// Recency or the rule of gaps as a score, higher for customers more at risk.
pub(super) fn rank(method: Method, days: &PurchaseDays, rows: &[usize], rule: &GapRule, as_of: i32) -> Vec<f64> {
    let score = |row: &usize| {
        let own = days.customer(*row).until(as_of);
        let gap = rule.of(own, as_of);
        if method == Method::Overdue { gap.log_ratio() } else { f64::from(gap.present).ln_1p() }
    };
    rows.iter().map(score).collect()
}

impl Contest<'_> {
    /// Every method that the data allow, and why the classifier is not among them.
    fn trials(&self, tested: &Sample) -> Result<(Vec<Trial>, Option<Missing>)> {
        let mut trials = Vec::new();
        for method in [Method::Recency, Method::Overdue] {
            let calibration = Calibration::fit(&ranking(method, self.days, &self.trained), &self.trained.churned)?;
            trials.push(Trial::calibrated(method, ranking(method, self.days, tested), &calibration));
        }
        if let Some(past) = self.past {
            past.trained.check(self.trained.rows.len())?;
            past.tested.check(tested.rows.len())?;
            let calibration = Calibration::fit(&past.trained.not_alive, &self.trained.churned)?;
            trials.push(Trial::calibrated(Method::NotAlive, past.tested.not_alive.clone(), &calibration));
            trials.push(Trial::probable(Method::NoPurchase, past.tested.no_purchase.clone()));
        }
        match Classifier::fit(self.days, &self.trained, self.plan.horizon_days, self.plan.penalty) {
            Ok(classifier) => {
                let probability = classifier.probabilities(self.days, &tested.rows, &tested.rule, tested.cut)?;
                trials.push(Trial::probable(Method::Classifier, probability));
                Ok((trials, None))
            }
            Err(error) => Ok((trials, Some(Missing::Convergence { reason: error.to_string() }))),
        }
    }
}

impl Trial {
    fn calibrated(method: Method, tested: Vec<f64>, calibration: &Calibration) -> Self {
        let probability = tested.iter().map(|score| calibration.probability(*score)).collect();
        Self { method, tested, probability }
    }

    fn probable(method: Method, probability: Vec<f64>) -> Self {
        Self { method, tested: probability.clone(), probability }
    }
}

/// The best by AUC; of those as good, the best calibrated, and of these the simplest.
fn choose(reports: &[MethodReport]) -> (usize, ChoiceReason) {
    let by_auc = |a: &usize, b: &usize| reports[*b].auc.total_cmp(&reports[*a].auc);
    let by_calibration = |a: &usize, b: &usize| reports[*a].calibration_error.total_cmp(&reports[*b].calibration_error);
    let best = (0..reports.len()).min_by(by_auc).unwrap_or_default();
    let as_good = (0..reports.len()).filter(|at| reports[*at].auc >= reports[best].auc - AS_GOOD);
    let chosen = as_good.min_by(by_calibration).unwrap_or(best);
    let reason = if chosen == best { ChoiceReason::HighestAuc } else { ChoiceReason::BestCalibrated { best: reports[best].method } };
    (chosen, reason)
}
