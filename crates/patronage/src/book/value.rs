//! What customers are worth: the customer-base models in the flow of a book.
//!
//! The model is chosen by what it says about a hold-out: the last third of the days from the first purchase to the book's date,
//! or 26 weeks, whichever is shorter. The chosen one is refitted to all data and answers for every customer. Distinct
//! histories are answered once, in parallel; the order of customers and the number of threads do not show.

use chrono::NaiveDate;
use polars::prelude::Column;
use rayon::prelude::*;
use serde::{Deserialize, Serialize};

use crate::analysis::clv::evaluation::{ChoiceReport, EvaluationSettings, ModelChoice, Split};
use crate::analysis::clv::gamma_gamma::{GammaGamma, GammaGammaModel, Spends};
use crate::analysis::clv::intervals::{DeltaMethod, MeanInterval, Predictive, Scale, predictive_money, predictive_purchases};
use crate::analysis::clv::simulation::Spend;
use crate::analysis::clv::value::ResidualValue;
use crate::analysis::clv::{Fit, Histories, History, ModelKind, PurchaseModel, fit_purchase_model};
use crate::customers::{Customers, CustomersParams};
use crate::error::{Error, Result};
use crate::ledger::Ledger;
use crate::money;
use crate::time::{TimeUnit, date_of, day_number};

/// The longest hold-out that the choice of a model rests on, in days.
const LONGEST_HOLDOUT: i32 = 182;

/// A span from first purchase to the date that is shorter than this says nothing about habits.
const SHORTEST_SPAN: i32 = 56;

/// Fewer customers with a repeat purchase than this do not tell models apart, or spends.
const FEWEST_REPEAT_BUYERS: usize = 30;

/// Beyond so many customers the quantiles of single customers are computed on demand only: they cost a hundred times as much
/// as the means, and nobody reads so many.
const PREDICTIVE_UP_TO: usize = 20_000;

/// The standard normal quantile of 95 % intervals.
const Z: f64 = 1.959_963_984_540_054;

/// How customers are valued: horizon, discount and margin, and the model, when it is not to be chosen.
#[derive(Debug, Clone, Copy, Default, PartialEq)]
pub struct ValueParams {
    terms: ResidualValue,
    model: Option<ModelKind>,
    predictive: Option<bool>,
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

    fn check(&self) -> Result<f64> {
        self.terms.check()?;
        if matches!(self.model, Some(ModelKind::BgBb | ModelKind::GammaGamma | ModelKind::Sbg | ModelKind::Bdw)) {
            return Err(Error::parameter("a book needs a model of purchases in continuous time")
                .with_hint("one of: nbd bg-nbd mbg-nbd pareto-nbd bg-cnbd mbg-cnbd"));
        }
        self.terms.horizon_days.ok_or_else(|| Error::parameter("a book needs a finite horizon"))
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
}

/// What the models say about a book's customers.
pub(super) struct Values {
    pub(super) analysis: ClvAnalysis,
    /// As in the analysis, with tracking.
    pub(super) choice: Option<ChoiceReport>,
    pub(super) columns: Vec<Column>,
    pub(super) warnings: Vec<String>,
    pub(super) expected_purchases: Vec<f64>,
    pub(super) residual_value: Option<Vec<f64>>,
}

/// Chooses, fits and answers.
pub(super) fn values(ledger: &Ledger, customers: &Customers, looked: &CustomersParams, params: &ValueParams) -> Result<Values> {
    let horizon_days = params.check()?;
    let unit = customers.settings().time_unit;
    let histories = Histories::from_customers(customers)?;
    let repeaters = customers.repeat_purchases().filter(|x| *x > 0).count();
    if repeaters < FEWEST_REPEAT_BUYERS {
        return Err(Error::fit(format!("{repeaters} customers have bought again; the models need at least {FEWEST_REPEAT_BUYERS}"))
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
        warnings.push(format!("{}: the data lead to a simpler model: {reduction}", model.fit().model));
    }
    if choice.as_ref().is_some_and(|report| !report.beats_baselines) {
        warnings.push("no model beats every baseline on the hold-out: do not rely on single customers' values".to_owned());
    }
    let spend = match spend_model(customers) {
        Ok((spend, warning)) => {
            warnings.extend(warning);
            Some(spend)
        }
        Err(error) => {
            warnings.push(format!("no expected_spend and no residual_value: {error}"));
            None
        }
    };
    let predictive = params.predictive.unwrap_or(customers.len() <= PREDICTIVE_UP_TO);
    if !predictive && params.predictive.is_none() {
        let text =
            "the quantiles of what single customers may do (_p05, _p95) are left out for more than 20,000 customers unless asked for";
        warnings.push(text.to_owned());
    }
    let params = &ValueParams { predictive: Some(predictive), ..*params };
    let answers = Answers::new(&*model, spend.as_ref(), params, unit, horizon_days, &mut warnings);
    let (columns, expected_purchases, residual_value) = answers.columns(customers)?;
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
    };
    Ok(Values { analysis, choice, columns, warnings, expected_purchases, residual_value })
}

/// The day on which the calibration ends, for the choice.
fn calibration_end(customers: &Customers) -> Result<NaiveDate> {
    let as_of = day_number(customers.as_of());
    let first = customers.first_purchase.iter().copied().min().unwrap_or(as_of);
    let span = as_of - first;
    if span < SHORTEST_SPAN {
        return Err(Error::fit(format!("the orders span {span} days; a choice by hold-out needs at least {SHORTEST_SPAN}"))
            .with_hint("a longer history, or say which model to take"));
    }
    Ok(date_of(as_of - (span / 3).min(LONGEST_HOLDOUT)))
}

/// The Gamma-Gamma, with a warning where spend and frequency go together.
fn spend_model(customers: &Customers) -> Result<(GammaGammaModel, Option<String>)> {
    /// A correlation of purchases and spend that is worth a remark.
    const REMARKABLE: f64 = 0.3;
    let spends = Spends::from_customers(customers)?;
    if spends.customers() < FEWEST_REPEAT_BUYERS as f64 {
        return Err(Error::fit(format!(
            "{} customers with repeat purchases of positive money; gamma-gamma needs at least {FEWEST_REPEAT_BUYERS}",
            spends.customers()
        )));
    }
    let model = GammaGamma::params().fit(&spends)?;
    let correlation = spends.correlation().filter(|correlation| correlation.abs() > REMARKABLE);
    let warning = correlation.map(|correlation| {
        format!("repeat purchases and spend have a correlation of {correlation:.2}; expected_spend takes them as independent")
    });
    Ok((model, warning))
}

/// The purchase side of one distinct history.
struct Purchases {
    alive: f64,
    expected: f64,
    discounted: f64,
    expected_interval: Option<MeanInterval>,
    discounted_interval: Option<MeanInterval>,
    predictive: Option<Predictive>,
}

/// The money side of one distinct customer.
struct Worth {
    spend: MeanInterval,
    value: f64,
    interval: Option<MeanInterval>,
    predictive: Option<Predictive>,
}

/// All that is asked of the models.
struct Answers<'a> {
    model: &'a dyn PurchaseModel,
    spend: Option<&'a GammaGammaModel>,
    delta: Option<DeltaMethod<Box<dyn PurchaseModel>>>,
    margin: f64,
    predictive: bool,
    rate: f64,
    horizon: f64,
}

/// The columns, the expected purchases and the residual value of every customer.
type Answered = (Vec<Column>, Vec<f64>, Option<Vec<f64>>);

/// What tells histories apart: repeat purchases, days from first to last period, day of the first purchase.
type Key = (u32, u32, i32);

impl<'a> Answers<'a> {
    fn new(
        model: &'a dyn PurchaseModel,
        spend: Option<&'a GammaGammaModel>,
        params: &ValueParams,
        unit: TimeUnit,
        horizon_days: f64,
        warnings: &mut Vec<String>,
    ) -> Self {
        let delta = DeltaMethod::of_purchase_model(model);
        if let Err(error) = &delta {
            warnings.push(format!("no intervals for the mean: {error}"));
        }
        let (rate, horizon) = (params.terms.rate_in(unit.days()), horizon_days / unit.days());
        Self { model, spend, delta: delta.ok(), margin: params.terms.margin, predictive: params.predictive.unwrap_or(true), rate, horizon }
    }

    /// The purchase side of every distinct history.
    fn purchases(&self, rows: &Histories) -> Vec<Purchases> {
        let expected = |model: &dyn PurchaseModel| model.expected_purchases_all(rows, 0.0, self.horizon);
        let discounted = |model: &dyn PurchaseModel| model.discounted_purchases_all(rows, self.rate, Some(self.horizon));
        let alive = self.model.probability_alive_all(rows, 0.0);
        let (means, money) = (expected(self.model), discounted(self.model));
        let expected_intervals = self.delta.as_ref().map(|delta| delta.intervals(Scale::Log, |model| expected(&**model)));
        let valued = self.delta.as_ref().filter(|_| self.spend.is_some());
        let discounted_intervals = valued.map(|delta| delta.intervals(Scale::Log, |model| discounted(&**model)));
        (0..rows.len())
            .into_par_iter()
            .map(|row| Purchases {
                alive: alive[row],
                expected: means[row],
                discounted: money[row],
                expected_interval: expected_intervals.as_ref().map(|intervals| intervals[row]),
                discounted_interval: discounted_intervals.as_ref().map(|intervals| intervals[row]),
                predictive: self.predictive.then(|| predictive_purchases(self.model, rows.get(row), self.horizon)),
            })
            .collect()
    }

    fn worth(&self, spend: &GammaGammaModel, history: History, mean: f64, purchases: &Purchases) -> Worth {
        let expected = spend.expected_spend_interval(history.repeat_purchases, mean, Z);
        let [p, q, v] = spend.coefficients();
        let predictive = self.predictive.then(|| {
            let money = predictive_money(self.model, &Spend { p, q, v }, history, mean, self.horizon);
            let shrink = if purchases.expected > 0.0 { purchases.discounted / purchases.expected } else { 1.0 };
            money.scaled(self.margin * shrink)
        });
        Worth {
            spend: expected,
            value: self.margin * expected.estimate * purchases.discounted,
            interval: purchases.discounted_interval.map(|discounted| discounted.times(expected).scaled(self.margin)),
            predictive,
        }
    }

    /// The columns, the expected purchases and the residual value of every customer.
    fn columns(&self, customers: &Customers) -> Result<Answered> {
        let periods = customers.purchase_periods.iter().zip(&customers.days_first_to_last_period).zip(&customers.first_purchase);
        let keys: Vec<Key> = periods.map(|((periods, last), first)| (periods - 1, *last, *first)).collect();
        let mut distinct = keys.clone();
        distinct.par_sort_unstable();
        distinct.dedup();
        let as_of = day_number(customers.as_of());
        let unit = customers.settings().time_unit.days();
        let histories: Vec<History> = distinct
            .iter()
            .map(|&(x, last, first)| History::new(x, f64::from(last) / unit, f64::from(as_of.saturating_sub(first)) / unit))
            .collect::<Result<_>>()?;
        let rows: Histories = histories.iter().copied().collect::<Result<_>>()?;
        let answers = self.purchases(&rows);
        let place: Vec<usize> = keys.par_iter().map(|key| distinct.partition_point(|other| other < key)).collect();
        let column = |name: &str, value: &dyn Fn(&Purchases) -> Option<f64>| {
            Column::new(name.into(), place.iter().map(|&at| value(&answers[at])).collect::<Vec<Option<f64>>>())
        };
        let mut columns = vec![
            column("probability_alive", &|one| Some(one.alive)),
            column("expected_purchases", &|one| Some(one.expected)),
            column("expected_purchases_low", &|one| one.expected_interval.map(|interval| interval.low.min(one.expected))),
            column("expected_purchases_high", &|one| one.expected_interval.map(|interval| interval.high.max(one.expected))),
        ];
        if self.predictive {
            columns.push(column("expected_purchases_p05", &|one| one.predictive.map(|quantiles| quantiles.p05)));
            columns.push(column("expected_purchases_p95", &|one| one.predictive.map(|quantiles| quantiles.p95)));
        }
        let expected_purchases = place.iter().map(|&at| answers[at].expected).collect();
        let Some(spend) = self.spend else { return Ok((columns, expected_purchases, None)) };

        let scale = customers.settings().scale;
        let money_keys: Vec<(usize, i128)> = place.iter().copied().zip(customers.repeat_value.iter().copied()).collect();
        let mut distinct = money_keys.clone();
        distinct.par_sort_unstable();
        distinct.dedup();
        let worth: Vec<Worth> = distinct
            .par_iter()
            .map(|&(at, sum)| {
                let mean = money::to_f64(sum, scale) / f64::from(histories[at].repeat_purchases.max(1));
                self.worth(spend, histories[at], mean, &answers[at])
            })
            .collect();
        let place: Vec<usize> = money_keys.par_iter().map(|key| distinct.partition_point(|other| other < key)).collect();
        let column = |name: &str, value: &dyn Fn(&Worth) -> Option<f64>| {
            Column::new(name.into(), place.iter().map(|&at| value(&worth[at])).collect::<Vec<Option<f64>>>())
        };
        columns.extend([
            column("expected_spend", &|one| Some(one.spend.estimate)),
            column("expected_spend_low", &|one| Some(one.spend.low)),
            column("expected_spend_high", &|one| Some(one.spend.high)),
            column("residual_value", &|one| Some(one.value)),
            column("residual_value_low", &|one| one.interval.map(|interval| interval.low.min(one.value))),
            column("residual_value_high", &|one| one.interval.map(|interval| interval.high.max(one.value))),
        ]);
        if self.predictive {
            columns.push(column("residual_value_p05", &|one| one.predictive.map(|quantiles| quantiles.p05)));
            columns.push(column("residual_value_p95", &|one| one.predictive.map(|quantiles| quantiles.p95)));
        }
        let residual_value = place.iter().map(|&at| worth[at].value).collect();
        Ok((columns, expected_purchases, Some(residual_value)))
    }
}
