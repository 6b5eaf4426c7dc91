//! The lifecycle in a book: every customer's stage and since when, the stages with their rules, who moved since the last
//! period, and the prospects of a list of customers.

use polars::prelude::*;

use super::part::{Part, Sources};
use super::remark::Remark;
use crate::analysis::lifecycle::{LifecycleModel, LifecycleParams, Stage};
use crate::error::{Error, Result};
use crate::frames;
use crate::ingest::CustomerList;
use crate::money;
use crate::time::{Period, date_of, day_number};
use crate::words::counted;

/// Fits the limits, and says where every customer stands.
pub(super) fn lifecycle(
    sources: &Sources<'_>,
    params: &LifecycleParams,
    grain: Period,
    list: Option<&CustomerList>,
) -> Result<(Part, LifecycleModel)> {
    let (cells, customers) = (sources.cells()?, sources.customers);
    let as_of = customers.as_of();
    let model = params.fit(cells)?;
    let scores = model.score(cells, as_of)?;
    if scores.stage().len() != customers.len() {
        return Err(Error::input("the customers of the book are not those of the ledger"));
    }
    let mut part = Part::default();
    if model.too_few_gaps() {
        let (gaps, dormant, lost) = (model.gaps(), model.dormant_after(), model.lost_after());
        part.warnings.push(Remark::new(
            format!(
                "customers have come back {}, too few to learn limits from: dormant after {} and lost after {lost} are conventions",
                counted(gaps, "time"),
                counted(dormant, "day")
            ),
            format!("客户回购共 {gaps} 次，不足以从数据得出界限：{dormant} 天后为沉睡、{lost} 天后为流失，均为惯例取值"),
        ));
    }
    let keys: Vec<String> = Stage::ALL.iter().map(ToString::to_string).collect();
    part.columns = vec![
        super::build::gather("lifecycle", &keys, scores.stage().iter().map(|stage| *stage as u32))?,
        frames::dates("lifecycle_since", scores.since_days().to_vec())?,
    ];
    // The end of the last whole period before the date.
    let before = date_of(grain.start_of(grain.index_of(day_number(as_of))) - 1);
    let then = model.stages_on(cells, before)?;
    let prospects = list.map(|list| prospects(list, sources));
    part.tables.push(("lifecycle".to_owned(), stages(sources, &model, scores.stage(), &then, prospects.as_ref().map(Vec::len))?));
    part.tables.push(("lifecycle_changes".to_owned(), changes(before, &then, scores.stage())?));
    if let Some((list, prospects)) = list.zip(prospects) {
        part.tables.push(("prospects".to_owned(), prospect_table(list, &prospects)?));
        part.warnings.extend(about_list(list));
    }
    Ok((part, model))
}

/// The places in the list of customers who have not bought up to the date.
fn prospects(list: &CustomerList, sources: &Sources<'_>) -> Vec<usize> {
    let known = list.places(sources.customers.customer_id().iter());
    let mut bought = vec![false; list.len()];
    known.into_iter().flatten().for_each(|place| bought[place] = true);
    (0..list.len()).filter(|place| !bought[*place]).collect()
}

fn about_list(list: &CustomerList) -> Vec<Remark> {
    let mut warnings = Vec::new();
    if list.rows_without_id() > 0 {
        let rows = list.rows_without_id();
        let named = if rows == 1 { "names" } else { "name" };
        warnings.push(Remark::new(
            format!("{} of the list of customers {named} none", counted(rows, "row")),
            format!("客户名单中有 {rows} 行没有客户"),
        ));
    }
    if !list.left_out().is_empty() {
        let columns = list.left_out().join(", ");
        warnings.push(Remark::new(
            format!("columns of the list of customers with too many distinct values, or none, are no attributes: {columns}"),
            format!("客户名单中取值过多或没有取值的列不作为属性：{columns}"),
        ));
    }
    warnings
}

/// Every stage with its rule, its customers now and at the end of the last period.
fn stages(
    sources: &Sources<'_>,
    model: &LifecycleModel,
    now: &[Stage],
    then: &[Option<Stage>],
    prospects: Option<usize>,
) -> Result<DataFrame> {
    let customers = sources.customers;
    let rules = model.rules();
    let count = |stage: Stage| now.iter().filter(|other| **other == stage).count();
    let mut revenue = vec![0_i128; rules.len()];
    for (stage, own) in now.iter().zip(customers.monetary()) {
        revenue[*stage as usize] = money::add(revenue[*stage as usize], *own)?;
    }
    let total = money::to_f64(money::sum(customers.monetary().iter().copied())?, 0);
    let known = |stage: Stage, buyers: Option<u64>| if stage == Stage::Prospect { prospects.map(|count| count as u64) } else { buyers };
    let shares = |stage: Stage, share: Option<f64>| if stage == Stage::Prospect { None } else { share };
    let per = |part: f64, whole: f64| (whole != 0.0).then(|| part / whole);
    let texts = |name: &str, of: &dyn Fn(usize) -> String| {
        let texts: Vec<String> = (0..rules.len()).map(of).collect();
        frames::texts(name, rules.len(), texts.iter().map(String::as_str))
    };
    let stage = |row: usize| rules[row].stage;
    let columns = vec![
        texts("stage", &|row| stage(row).to_string()),
        texts("name_en", &|row| stage(row).name_en().to_owned()),
        texts("name_zh", &|row| stage(row).name_zh().to_owned()),
        texts("rule_en", &|row| rules[row].rule_en.clone()),
        texts("rule_zh", &|row| rules[row].rule_zh.clone()),
        Column::new("customers".into(), Stage::ALL.map(|stage| known(stage, Some(count(stage) as u64))).to_vec()),
        Column::new("customer_share".into(), Stage::ALL.map(|stage| shares(stage, per(count(stage) as f64, now.len() as f64))).to_vec()),
        frames::decimals("revenue", revenue.clone(), customers.settings().scale)?,
        Column::new(
            "revenue_share".into(),
            Stage::ALL.map(|stage| shares(stage, per(money::to_f64(revenue[stage as usize], 0), total))).to_vec(),
        ),
        Column::new(
            "customers_before".into(),
            Stage::ALL
                .map(|stage| shares(stage, Some(0.0)).map(|_| then.iter().filter(|other| **other == Some(stage)).count() as u64))
                .to_vec(),
        ),
    ];
    frames::frame(rules.len(), columns)
}

/// Who moved from which stage into which since a date; those who came since have no stage to come from.
fn changes(before: chrono::NaiveDate, then: &[Option<Stage>], now: &[Stage]) -> Result<DataFrame> {
    let mut counts = std::collections::BTreeMap::new();
    for pair in then.iter().zip(now) {
        *counts.entry(pair).or_insert(0_u64) += 1;
    }
    let from: Vec<Option<String>> = counts.keys().map(|(then, _)| then.map(|stage| stage.to_string())).collect();
    let to: Vec<String> = counts.keys().map(|(_, now)| now.to_string()).collect();
    let columns = vec![
        frames::dates("from_date", vec![day_number(before); counts.len()])?,
        Column::new("from_stage".into(), from),
        Column::new("to_stage".into(), to),
        Column::new("customers".into(), counts.values().copied().collect::<Vec<_>>()),
    ];
    frames::frame(counts.len(), columns)
}

/// The prospects with their attributes.
fn prospect_table(list: &CustomerList, prospects: &[usize]) -> Result<DataFrame> {
    let mut columns = vec![frames::texts("customer_id", prospects.len(), prospects.iter().map(|place| list.customer_id().get(*place)))];
    for attribute in list.attributes().iter().filter(|attribute| attribute.name() != "customer_id") {
        let values: Vec<Option<&str>> = prospects.iter().map(|place| attribute.value(*place)).collect();
        columns.push(Column::new(attribute.name().into(), values));
    }
    frames::frame(prospects.len(), columns)
}
