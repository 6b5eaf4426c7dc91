//! What customers are worth: the customer-base models in the flow of a book.
//!
//! The model is chosen by what it says about a hold-out: the last third of the days from the first purchase to the book's date,
//! or 26 weeks, whichever is shorter. The chosen one is refitted to all data and answers for every customer. Distinct
//! histories are answered once, in parallel; the order of customers and the number of threads do not show.

use chrono::NaiveDate;
use polars::prelude::Column;
use serde::{Deserialize, Serialize};

use super::answers::{Answers, Distinct};
use super::remark::Remark;
use crate::analysis::clv::evaluation::{ChoiceReport, EvaluationSettings, ModelChoice, Split};
use crate::analysis::clv::gamma_gamma::{GammaGamma, GammaGammaModel, Spends};
use crate::analysis::clv::retention::{Retention, RetentionParams, RetentionValue};
use crate::analysis::clv::value::ResidualValue;
use crate::analysis::clv::{Fit, Histories, ModelKind, PurchaseModel, fit_purchase_model};
use crate::customers::{Customers, CustomersParams};
use crate::error::{Error, Result};
use crate::ledger::Ledger;
use crate::time::{TimeUnit, date_of, day_number};
use crate::words::counted;

/// The longest hold-out that the choice of a model rests on, in days.
const LONGEST_HOLDOUT: i32 = 182;

/// A span from first purchase to the date that is shorter than this says nothing about habits.
const SHORTEST_SPAN: i32 = 56;

/// Fewer customers with a repeat purchase than this do not tell models apart, or spends.
const FEWEST_REPEAT_BUYERS: usize = 30;

/// Beyond so many customers the quantiles of single customers are computed on demand only: they cost a hundred times as much
/// as the means, and nobody reads so many.
const PREDICTIVE_UP_TO: usize = 20_000;

/// How customers are valued: horizon, discount and margin, and the model, when it is not to be chosen.
#[derive(Debug, Clone, PartialEq)]
pub struct ValueParams {
    terms: ResidualValue,
    model: Option<ModelKind>,
    predictive: Option<bool>,
    retention: RetentionParams,
}

impl Default for ValueParams {
    fn default() -> Self {
        Self { terms: ResidualValue::default(), model: None, predictive: None, retention: Retention::params() }
    }
}

impl ValueParams {
    /// 52 weeks, 10 % a year, margin 1, the model by hold-out.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// Horizon, discount and margin. The horizon must be finite.
    #[must_use]
    pub fn terms(mut self, terms: ResidualValue) -> Self {
        self.terms = terms;
        self
    }

    /// Takes this model and skips the choice.
    #[must_use]
    pub fn model(mut self, model: ModelKind) -> Self {
        self.model = Some(model);
        self
    }

    /// Whether to give the 5 % and 95 % quantiles of what a customer may actually do, most of the work; by default up to 20,000
    /// customers, beyond with a warning that they were left out.
    #[must_use]
    pub fn predictive(mut self, predictive: bool) -> Self {
        self.predictive = Some(predictive);
        self
    }

    /// Which changes of retention to value, and what it costs to win and to keep a customer. Its terms are those of the values.
    #[must_use]
    pub fn retention(mut self, params: RetentionParams) -> Self {
        self.retention = params;
        self
    }

    fn check(&self) -> Result<()> {
        self.terms.check()?;
        self.retention.check()?;
        if matches!(self.model, Some(ModelKind::BgBb | ModelKind::GammaGamma | ModelKind::Sbg | ModelKind::Bdw)) {
            return Err(Error::parameter("a book needs a model of purchases in continuous time")
                .with_hint("one of: nbd bg-nbd mbg-nbd pareto-nbd bg-cnbd mbg-cnbd"));
        }
        self.terms.horizon_days.map(|_| ()).ok_or_else(|| Error::parameter("a book needs a finite horizon"))
    }
}

/// The customer-base models of a book.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct ClvAnalysis {
    /// The purchase model, fitted to all customers.
    pub model: Fit,
    /// The Gamma-Gamma of spend per purchase; none where the data do not allow it, as a warning says.
    pub spend: Option<Fit>,
    /// Horizon, discount and margin of `residual_value`.
    pub terms: ResidualValue,
    /// The unit of time of the models.
    pub time_unit: TimeUnit,
    /// The last day of the calibration on which the choice rests; none when the model was given.
    pub calibration_end: Option<NaiveDate>,
    /// What the choice rests on, without tracking, which is a table; none when the model was given.
    pub choice: Option<ChoiceReport>,
    /// What retention is worth; none where nobody leaves in the model, or there is no money.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub retention: Option<RetentionValue>,
}

/// What the models say about a book's customers.
pub(super) struct Values {
    pub(super) analysis: ClvAnalysis,
    /// As in the analysis, with tracking.
    pub(super) choice: Option<ChoiceReport>,
    pub(super) columns: Vec<Column>,
    pub(super) warnings: Vec<Remark>,
    pub(super) model: Box<dyn PurchaseModel>,
    pub(super) expected_purchases: Vec<f64>,
    pub(super) residual_value: Option<Vec<f64>>,
}

/// Chooses, fits and answers.
pub(super) fn values(ledger: &Ledger, customers: &Customers, looked: &CustomersParams, params: &ValueParams) -> Result<Values> {
    params.check()?;
    let unit = customers.settings().time_unit;
    let histories = Histories::from_customers(customers)?;
    let repeaters = customers.repeat_purchases().filter(|x| *x > 0).count();
    if repeaters < FEWEST_REPEAT_BUYERS {
        let have = if repeaters == 1 { "has" } else { "have" };
        let found = counted(repeaters, "customer");
        return Err(Error::fit(format!("{found} {have} bought again; the models need at least {FEWEST_REPEAT_BUYERS}"))
            .with_hint("a longer history, or all customers rather than a sample"));
    }
    let (model, calibration_end, choice) = if let Some(kind) = params.model {
        (fit_purchase_model(kind, &histories, Some(unit.days()), None)?, None, None)
    } else {
        let cut = calibration_end(customers)?;
        let holdout = ledger.split(cut, customers.as_of(), looked)?;
        let settings = EvaluationSettings { tracking_step: TimeUnit::Week.days() / unit.days(), ..EvaluationSettings::default() };
        let params = ModelChoice::params().time_unit(unit.days()).settings(settings);
        let choice = params.choose(&[Split::from_holdout(&holdout)?], &histories)?;
        (choice.model, Some(cut), Some(choice.report))
    };
    let mut warnings = Vec::new();
    if let Some(reduction) = model.fit().reduces_to {
        let kind = model.fit().model;
        warnings.push(Remark::new(
            format!("{kind}: the data lead to a simpler model: {reduction}"),
            format!("{kind}：数据退化为更简单的模型：{}", reduction.text_zh()),
        ));
    }
    if choice.as_ref().is_some_and(|report| !report.beats_baselines) {
        warnings.push(Remark::new(
            "no model beats every baseline on the hold-out: do not rely on single customers' values",
            "留出期内没有模型优于全部基线：请勿依赖单个客户的价值",
        ));
    }
    let spend = match spend_model(customers) {
        Ok((spend, warning)) => {
            warnings.extend(warning);
            Some(spend)
        }
        Err(error) => {
            warnings.push(Remark::new(
                format!("no expected_spend and no residual_value: {error}"),
                format!("没有预期单次消费（expected_spend）与剩余价值（residual_value）：{error}"),
            ));
            None
        }
    };
    let predictive = params.predictive.unwrap_or(customers.len() <= PREDICTIVE_UP_TO);
    if !predictive && params.predictive.is_none() {
        warnings.push(Remark::new(
            "the quantiles of what single customers may do (_p05, _p95) are left out for more than 20,000 customers unless asked for",
            "客户超过 20,000 位时，除非另行要求，不计算单个客户的预测分位数（_p05、_p95）",
        ));
    }
    let distinct = Distinct::new(customers)?;
    let answered = Answers::new(&*model, spend.as_ref(), &params.terms, predictive, unit, &mut warnings).answer(customers, &distinct);
    let shared = answered.money.as_ref().map(|money| distinct.sums(&money.expected_spend));
    let retention = spend.as_ref().zip(shared.as_ref()).and_then(|(spend, shared)| {
        let base = Base { distinct: &distinct, spend: shared, mean_spend: spend.expected_spend_new(), unit };
        let valued = retention(params, &*model, choice.as_ref(), &histories, &base);
        let left_out = |error| Remark::new(format!("what retention is worth is left out: {error}"), format!("未估算留存的价值：{error}"));
        valued.map_err(|error| warnings.push(left_out(error))).ok()
    });
    let stored = choice.clone().map(|mut report| {
        let candidates = report.candidates.iter_mut().flat_map(|candidate| &mut candidate.origins);
        candidates.chain(report.baselines.iter_mut().flat_map(|baseline| &mut baseline.origins)).for_each(|origin| origin.tracking.clear());
        report
    });
    let analysis = ClvAnalysis {
        model: model.fit().clone(),
        spend: spend.map(Fit::from),
        terms: params.terms,
        time_unit: unit,
        calibration_end,
        choice: stored,
        retention,
    };
    Ok(Values {
        analysis,
        choice,
        warnings,
        model,
        columns: answered.columns,
        expected_purchases: answered.expected_purchases,
        residual_value: answered.money.map(|money| money.residual_value),
    })
}

/// Whose retention is valued.
struct Base<'a> {
    distinct: &'a Distinct,
    /// The spend of all who share a history.
    spend: &'a [f64],
    mean_spend: f64,
    unit: TimeUnit,
}

/// What retention is worth; where nobody leaves in the model, by the best of those that were compared in which customers do.
fn retention(
    params: &ValueParams,
    model: &dyn PurchaseModel,
    choice: Option<&ChoiceReport>,
    histories: &Histories,
    base: &Base<'_>,
) -> Result<RetentionValue> {
    let unit = base.unit.days();
    let params = params.retention.clone().terms(params.terms);
    let value = |model: &dyn PurchaseModel| {
        params.fit(model, &base.distinct.rows, base.spend, base.distinct.place.len() as u64, base.mean_spend, unit)
    };
    let outcome = value(model);
    if model.fit().model != ModelKind::Nbd {
        return outcome;
    }
    let mut others: Vec<_> = choice.iter().flat_map(|report| &report.candidates).filter(|other| other.model != ModelKind::Nbd).collect();
    others.sort_by(|a, b| b.log_score.mean.total_cmp(&a.log_score.mean));
    let others = others.into_iter().filter_map(|other| fit_purchase_model(other.model, histories, Some(unit), None).ok());
    others.map(|other| value(&*other)).find(Result::is_ok).unwrap_or(outcome)
}

/// The day on which the calibration ends, for the choice.
fn calibration_end(customers: &Customers) -> Result<NaiveDate> {
    let as_of = day_number(customers.as_of());
    let first = customers.first_purchase.iter().copied().min().unwrap_or(as_of);
    let span = as_of - first;
    if span < SHORTEST_SPAN {
        let span = counted(span, "day");
        return Err(Error::fit(format!("the orders span {span}; a choice by hold-out needs at least {SHORTEST_SPAN}"))
            .with_hint("a longer history, or say which model to take"));
    }
    Ok(date_of(as_of - (span / 3).min(LONGEST_HOLDOUT)))
}

/// The Gamma-Gamma, with a warning where spend and frequency go together.
fn spend_model(customers: &Customers) -> Result<(GammaGammaModel, Option<Remark>)> {
    /// A correlation of purchases and spend that is worth a remark.
    const REMARKABLE: f64 = 0.3;
    let spends = Spends::from_customers(customers)?;
    if spends.customers() < FEWEST_REPEAT_BUYERS as f64 {
        return Err(Error::fit(format!(
            "{} with repeat purchases of positive money; gamma-gamma needs at least {FEWEST_REPEAT_BUYERS}",
            counted(spends.customers(), "customer")
        )));
    }
    let model = GammaGamma::params().fit(&spends)?;
    let correlation = spends.correlation().filter(|correlation| correlation.abs() > REMARKABLE);
    let warning = correlation.map(|correlation| {
        Remark::new(
            format!("repeat purchases and spend have a correlation of {correlation:.2}; expected_spend takes them as independent"),
            format!("复购次数与单次消费的相关系数为 {correlation:.2}；预期单次消费（expected_spend）假定两者独立"),
        )
    });
    Ok((model, warning))
}
