//! Who is about to leave: churn risk in the flow of a book.
//!
//! The purchase model competes on equal terms: its kind is fitted again to what was known at the training and the test date, and
//! only its forecasts from there are tested. (The kind itself was chosen on a hold-out that may overlap the test.)

use polars::prelude::*;
use serde::{Deserialize, Serialize};

use super::churn_forecast::{forecast, past_forecasts};
use super::remark::Remark;
use crate::analysis::churn::{ChurnModel, ChurnParams, ChurnScores, Method, Missing, PurchaseDays, RiskClass, ValueDecline, Watchlist};
use crate::analysis::clv::{ModelKind, PurchaseModel};
use crate::customers::{Customers, CustomersParams};
use crate::error::{Error, Result};
use crate::frames;
use crate::ledger::{Cells, Ledger};
use crate::money;

/// The churn risk of a book.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct ChurnAnalysis {
    /// The rule of gaps, the test of the methods, the chosen one, the classifier, and what was missing.
    pub model: ChurnModel,
    /// The kind of the purchase model that took part in the test.
    pub purchase_model: Option<ModelKind>,
    /// The sum of value at risk, in currency units; none where residual value is not known.
    pub value_at_risk: Option<f64>,
    /// The sum of residual value.
    pub residual_value: Option<f64>,
    /// The sum of the baseline beside it: purchase money of the last 365 days × retention rate.
    pub baseline_value: Option<f64>,
    /// Customers who stayed and dropped a value class; none where the data do not reach back two horizons.
    pub partial_churn_customers: Option<u64>,
}

/// What churn adds to a book.
#[derive(Debug, Clone)]
pub struct ChurnParts {
    /// `churn_probability`, `churn_class`, `overdue_ratio`, `value_at_risk`, `partial_churn`; one row a customer.
    pub columns: Vec<Column>,
    /// `churn`, `value_decline` and `watchlist`; where a test was possible `churn_backtest`, `churn_gain`, `churn_calibration`; where
    /// a classifier could be trained `churn_coefficients`.
    pub tables: Vec<(String, DataFrame)>,
    /// For the manifest.
    pub analysis: ChurnAnalysis,
    /// What a reader should know.
    pub warnings: Vec<Remark>,
}

/// Churn risk of the customers of a ledger.
///
/// `customers` and `cells` (by day) are those of the ledger as `looked` says. `purchase_model` is fitted to these customers, and
/// `residual_value` is aligned with them; either may be absent.
///
/// # Errors
/// As [`ChurnParams::fit`]; a parameter error when customers, cells and residual values do not belong together.
pub fn churn_risk(
    ledger: &Ledger,
    customers: &Customers,
    cells: &Cells,
    purchase_model: Option<&dyn PurchaseModel>,
    residual_value: Option<&[f64]>,
    looked: &CustomersParams,
    params: &ChurnParams,
) -> Result<ChurnParts> {
    let as_of = customers.as_of();
    let days = PurchaseDays::from_cells(cells)?;
    if !days.customer_id().iter().eq(customers.customer_id().iter()) {
        return Err(Error::parameter("the cells are not those of these customers")
            .with_hint("take both from one ledger, with the same first and last day"));
    }
    let mut warnings = Vec::new();
    let now = purchase_model.map(|model| forecast(customers, model, params.horizon())).transpose()?;
    let past = match purchase_model.map(|model| past_forecasts(ledger, looked, as_of, model.fit().model, params.horizon())) {
        Some(Ok(past)) => Some(past),
        Some(Err(error)) => {
            warnings.push(Remark::new(format!("the purchase model is not tested: {error}"), format!("购买模型未经检验：{error}")));
            None
        }
        None => None,
    };
    let model = params.fit(&days, as_of, now.as_ref(), past.as_ref())?;
    let scores = model.score(&days, as_of, now.as_ref())?;
    let decline = ValueDecline::new(&days, as_of, params.horizon())?;
    let watchlist = Watchlist::new(&model, &days, &scores, residual_value, params.watchlist_top())?;
    remark(&model, &decline, residual_value.is_some(), &mut warnings);

    let value_at_risk = match residual_value {
        Some(values) => scores.value_at_risk(values)?,
        None => None,
    };
    let baseline = model.retention_rate().map(|rate| scores.baseline_value(days.scale(), rate));
    let analysis = ChurnAnalysis {
        purchase_model: purchase_model.map(|model| model.fit().model),
        value_at_risk: value_at_risk.as_ref().map(|values| values.iter().sum()),
        residual_value: residual_value.map(|values| values.iter().sum()),
        baseline_value: baseline.as_ref().map(|values| values.iter().sum()),
        partial_churn_customers: decline.partial_churn().map(|all| all.iter().filter(|declined| **declined).count() as u64),
        model,
    };
    let worth = Worth { residual_value, value_at_risk: value_at_risk.as_deref(), baseline: baseline.as_deref() };
    let columns = columns(&scores, &decline, &worth, customers.len());
    let mut tables = vec![
        ("churn".to_owned(), by_class(customers, &scores, &worth)?),
        ("value_decline".to_owned(), declines(&decline, days.scale())?),
        ("watchlist".to_owned(), list(&watchlist, params.horizon(), days.scale())?),
    ];
    tables.extend(tests(&analysis.model)?);
    Ok(ChurnParts { columns, tables, analysis, warnings })
}

/// Money of each customer, where it is known.
struct Worth<'a> {
    residual_value: Option<&'a [f64]>,
    value_at_risk: Option<&'a [f64]>,
    baseline: Option<&'a [f64]>,
}

fn remark(model: &ChurnModel, decline: &ValueDecline, valued: bool, warnings: &mut Vec<Remark>) {
    let missing = model.missing().iter().filter(|missing| **missing != Missing::Forecasts);
    if model.backtest().is_some() {
        let remark = |missing: &Missing| {
            Remark::new(format!("the classifier is left out: {missing}"), format!("未训练分类器：{}", missing.text_zh()))
        };
        warnings.extend(missing.map(remark));
    } else {
        let (reasons, reasons_zh): (Vec<String>, Vec<String>) = missing.map(|missing| (missing.to_string(), missing.text_zh())).unzip();
        warnings.push(Remark::new(
            format!("churn is not tested and no classifier is trained: {}", reasons.join("; ")),
            format!("流失未经检验，也未训练分类器：{}", reasons_zh.join("；")),
        ));
    }
    match model.chosen() {
        None => warnings.push(Remark::new(
            "no churn_probability: only overdue_ratio and value decline are given",
            "没有流失概率（churn_probability）：仅给出逾期比（overdue_ratio）与价值下降",
        )),
        Some(chosen) if chosen.method == Method::Recency && model.backtest().is_some() => {
            warnings.push(Remark::new(
                "no method beats days since the last purchase on the hold-out",
                "留出期内没有方法优于按距上次购买天数排序",
            ));
        }
        Some(_) => {}
    }
    if decline.partial_churn().is_none() {
        warnings.push(Remark::new(
            "no partial_churn: the purchases do not reach back two horizons",
            "没有部分流失（partial_churn）：购买历史不足两个预测期",
        ));
    }
    if !valued {
        warnings.push(Remark::new(
            "no value_at_risk without residual value: the watchlist goes by purchase money of the last 365 days",
            "没有剩余价值，因而没有风险价值（value_at_risk）：联系名单按最近 365 天的购买金额排列",
        ));
    }
}

fn columns(scores: &ChurnScores, decline: &ValueDecline, worth: &Worth<'_>, rows: usize) -> Vec<Column> {
    let optional = |values: Option<&[f64]>| -> Vec<Option<f64>> {
        values.map_or_else(|| vec![None; rows], |values| values.iter().copied().map(Some).collect())
    };
    let names = RiskClass::ALL.map(|class| class.to_string());
    let class: Vec<Option<&str>> =
        scores.class().map_or_else(|| vec![None; rows], |all| all.iter().map(|class| Some(names[*class as usize].as_str())).collect());
    let partial: Vec<Option<bool>> =
        decline.partial_churn().map_or_else(|| vec![None; rows], |all| all.iter().copied().map(Some).collect());
    vec![
        Column::new("churn_probability".into(), optional(scores.probability())),
        Column::new("churn_class".into(), class),
        Column::new("overdue_ratio".into(), scores.overdue_ratio().collect::<Vec<_>>()),
        Column::new("value_at_risk".into(), optional(worth.value_at_risk)),
        Column::new("partial_churn".into(), partial),
    ]
}

/// `churn`: what each class amounts to.
fn by_class(customers: &Customers, scores: &ChurnScores, worth: &Worth<'_>) -> Result<DataFrame> {
    const CLASSES: usize = RiskClass::ALL.len();
    let (mut count, mut revenue) = ([0_u64; CLASSES], [0_i128; CLASSES]);
    let classes = scores.class().unwrap_or_default();
    for (class, amount) in classes.iter().zip(customers.monetary()) {
        count[*class as usize] += 1;
        revenue[*class as usize] = money::add(revenue[*class as usize], *amount)?;
    }
    let sums = |values: Option<&[f64]>| -> Vec<Option<f64>> {
        let Some(values) = values else { return vec![None; CLASSES] };
        let mut sums = [0.0; CLASSES];
        classes.iter().zip(values).for_each(|(class, value)| sums[*class as usize] += value);
        sums.map(Some).to_vec()
    };
    let rows = if classes.is_empty() { 0 } else { CLASSES };
    let names = RiskClass::ALL.map(|class| class.to_string());
    let columns = vec![
        frames::texts("churn_class", rows, names.iter().take(rows).map(String::as_str)),
        frames::texts("name_zh", rows, RiskClass::ALL.iter().take(rows).map(|class| class.name_zh())),
        Column::new("customers".into(), &count[..rows]),
        Column::new("customer_share".into(), count[..rows].iter().map(|count| *count as f64 / customers.len() as f64).collect::<Vec<_>>()),
        frames::decimals("revenue", revenue[..rows].to_vec(), customers.settings().scale)?,
        Column::new("residual_value".into(), &sums(worth.residual_value)[..rows]),
        Column::new("value_at_risk".into(), &sums(worth.value_at_risk)[..rows]),
        Column::new("baseline_value".into(), &sums(worth.baseline)[..rows]),
    ];
    frames::frame(rows, columns)
}

/// `value_decline`.
fn declines(decline: &ValueDecline, scale: u8) -> Result<DataFrame> {
    let moves = decline.moves();
    let letters = |of: &dyn Fn(usize) -> String| (0..moves.len()).map(of).collect::<Vec<_>>();
    let (from, to) = (letters(&|at| moves[at].from.to_string()), letters(&|at| moves[at].to.to_string()));
    let columns = vec![
        frames::texts("from_class", moves.len(), from.iter().map(String::as_str)),
        frames::texts("to_class", moves.len(), to.iter().map(String::as_str)),
        Column::new("customers".into(), moves.iter().map(|one| one.customers).collect::<Vec<_>>()),
        frames::decimals("revenue_before", moves.iter().map(|one| one.before).collect(), scale)?,
        frames::decimals("revenue_after", moves.iter().map(|one| one.after).collect(), scale)?,
    ];
    frames::frame(moves.len(), columns)
}

/// `watchlist`.
fn list(watchlist: &Watchlist, horizon: u32, scale: u8) -> Result<DataFrame> {
    let entries = watchlist.entries();
    let rows = entries.len();
    let (mut rank, mut reasons_en, mut reasons_zh) = (Vec::new(), Vec::new(), Vec::new());
    for (number, entry) in (1_u32..).zip(entries) {
        rank.push(number);
        reasons_en.push(entry.last_change.reason_en(horizon, scale));
        reasons_zh.push(entry.last_change.reason_zh(horizon, scale));
    }
    let class: Vec<String> = entries.iter().map(|entry| entry.churn_class.to_string()).collect();
    let columns = vec![
        Column::new("rank".into(), rank),
        frames::texts("customer_id", rows, entries.iter().map(|entry| entry.customer_id.as_str())),
        Column::new("value_at_risk".into(), entries.iter().map(|entry| entry.value_at_risk).collect::<Vec<_>>()),
        Column::new("churn_probability".into(), entries.iter().map(|entry| entry.churn_probability).collect::<Vec<_>>()),
        frames::texts("churn_class", rows, class.iter().map(String::as_str)),
        Column::new("residual_value".into(), entries.iter().map(|entry| entry.residual_value).collect::<Vec<_>>()),
        Column::new("overdue_ratio".into(), entries.iter().map(|entry| entry.overdue_ratio).collect::<Vec<_>>()),
        Column::new("days_since_last".into(), entries.iter().map(|entry| entry.days_since_last).collect::<Vec<_>>()),
        Column::new("usual_gap_days".into(), entries.iter().map(|entry| entry.usual_gap_days).collect::<Vec<_>>()),
        frames::texts("last_change", rows, entries.iter().map(|entry| entry.last_change.key())),
        frames::texts("reason_en", rows, reasons_en.iter().map(String::as_str)),
        frames::texts("reason_zh", rows, reasons_zh.iter().map(String::as_str)),
        Column::new("year_at_risk".into(), entries.iter().map(|entry| entry.year_at_risk).collect::<Vec<_>>()),
        Column::new("baseline_value".into(), entries.iter().map(|entry| entry.baseline_value).collect::<Vec<_>>()),
    ];
    frames::frame(rows, columns)
}

/// The tables of the test, and the classifier's coefficients.
fn tests(model: &ChurnModel) -> Result<Vec<(String, DataFrame)>> {
    let mut tables = Vec::new();
    if let Some(backtest) = model.backtest() {
        let methods = &backtest.methods;
        let names: Vec<String> = methods.iter().map(|one| one.method.to_string()).collect();
        let number = |name: &str, of: &dyn Fn(usize) -> f64| Column::new(name.into(), (0..methods.len()).map(of).collect::<Vec<_>>());
        let columns = vec![
            frames::texts("method", methods.len(), names.iter().map(String::as_str)),
            number("auc", &|at| methods[at].auc),
            number("top_decile_lift", &|at| methods[at].top_decile_lift),
            number("calibration_error", &|at| methods[at].calibration_error),
            number("brier", &|at| methods[at].brier),
            Column::new("customers".into(), methods.iter().map(|one| one.customers).collect::<Vec<_>>()),
            number("churn_rate", &|at| methods[at].churn_rate),
            Column::new("chosen".into(), methods.iter().map(|one| one.chosen).collect::<Vec<_>>()),
        ];
        tables.push(("churn_backtest".to_owned(), frames::frame(methods.len(), columns)?));

        let gain: Vec<_> = methods.iter().zip(&names).flat_map(|(one, name)| one.gain.iter().map(move |point| (name, point))).collect();
        let columns = vec![
            frames::texts("method", gain.len(), gain.iter().map(|(name, _)| name.as_str())),
            Column::new("contacted_share".into(), gain.iter().map(|(_, point)| point.contacted_share).collect::<Vec<_>>()),
            Column::new("churners_share".into(), gain.iter().map(|(_, point)| point.churners_share).collect::<Vec<_>>()),
        ];
        tables.push(("churn_gain".to_owned(), frames::frame(gain.len(), columns)?));

        let bins = methods.iter().zip(&names).flat_map(|(one, name)| (1_u32..).zip(&one.calibration).map(move |(at, bin)| (name, at, bin)));
        let bins: Vec<_> = bins.collect();
        let columns = vec![
            frames::texts("method", bins.len(), bins.iter().map(|(name, _, _)| name.as_str())),
            Column::new("bin".into(), bins.iter().map(|(_, at, _)| *at).collect::<Vec<_>>()),
            Column::new("predicted".into(), bins.iter().map(|(_, _, bin)| bin.predicted).collect::<Vec<_>>()),
            Column::new("actual".into(), bins.iter().map(|(_, _, bin)| bin.actual).collect::<Vec<_>>()),
            Column::new("customers".into(), bins.iter().map(|(_, _, bin)| bin.customers).collect::<Vec<_>>()),
        ];
        tables.push(("churn_calibration".to_owned(), frames::frame(bins.len(), columns)?));
    }
    if let Some(classifier) = model.classifier() {
        let own = &classifier.coefficients;
        let mut names = vec!["intercept".to_owned()];
        names.extend(own.iter().map(|one| one.feature.to_string()));
        // The intercept first: it has no mean, deviation or raw unit.
        let all = |name: &str, intercept: Option<f64>, of: &dyn Fn(usize) -> Option<f64>| {
            Column::new(name.into(), std::iter::once(intercept).chain((0..own.len()).map(of)).collect::<Vec<_>>())
        };
        let columns = vec![
            frames::texts("feature", names.len(), names.iter().map(String::as_str)),
            all("coefficient", Some(classifier.intercept), &|at| Some(own[at].coefficient)),
            all("standard_error", Some(classifier.intercept_error), &|at| own[at].standard_error),
            all("odds_ratio", Some(classifier.intercept.exp()), &|at| Some(own[at].odds_ratio)),
            all("mean", None, &|at| Some(own[at].mean)),
            all("deviation", None, &|at| Some(own[at].deviation)),
            all("raw_coefficient", None, &|at| own[at].raw_coefficient),
        ];
        tables.push(("churn_coefficients".to_owned(), frames::frame(names.len(), columns)?));
    }
    Ok(tables)
}
