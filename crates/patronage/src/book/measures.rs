//! The tables of data quality and of what retention is worth.

use polars::prelude::*;

use crate::analysis::clv::retention::RetentionValue;
use crate::analysis::quality::{Check, Grade, Level};
use crate::error::Result;
use crate::frames;

/// `quality`: every check, what to fix first at the front.
pub(super) fn quality(grade: &Grade) -> Result<DataFrame> {
    let checks = &grade.checks;
    let texts = |name: &str, of: &dyn Fn(&Check) -> String| {
        let texts: Vec<String> = checks.iter().map(of).collect();
        frames::texts(name, checks.len(), texts.iter().map(String::as_str))
    };
    let fix = |check: &Check, text: &'static str| (check.level < Level::Standard).then_some(text);
    let columns = vec![
        texts("check", &|check| check.kind.to_string()),
        texts("name_en", &|check| check.kind.name_en().to_owned()),
        texts("name_zh", &|check| check.kind.name_zh().to_owned()),
        Column::new("measured".into(), checks.iter().map(|check| check.measured).collect::<Vec<_>>()),
        texts("level", &|check| check.level.to_string()),
        Column::new("fix_en".into(), checks.iter().map(|check| fix(check, check.kind.fix_en())).collect::<Vec<_>>()),
        Column::new("fix_zh".into(), checks.iter().map(|check| fix(check, check.kind.fix_zh())).collect::<Vec<_>>()),
        Column::new("priority".into(), (1..).take(checks.len()).collect::<Vec<u32>>()),
    ];
    frames::frame(checks.len(), columns)
}

/// `retention_value`: the base's value with every change, and `winning_and_keeping`: a new customer beside a kept one.
pub(super) fn retention(value: &RetentionValue) -> Result<Vec<(String, DataFrame)>> {
    let steps = &value.steps;
    let number = |name: &str, of: &dyn Fn(usize) -> f64| Column::new(name.into(), (0..steps.len()).map(of).collect::<Vec<f64>>());
    let change = |row: usize| steps[row].residual_value - value.residual_value;
    let columns = vec![
        number("retention_change", &|row| steps[row].change),
        number("retention_rate", &|row| steps[row].retention_rate),
        number("residual_value", &|row| steps[row].residual_value),
        number("change", &change),
        number("change_share", &|row| change(row) / value.residual_value),
        number("change_per_customer", &|row| change(row) / value.customers.max(1) as f64),
    ];
    let measures: [(&str, &str, &str, Option<f64>); 6] = [
        ("new_customer_value", "What a new customer is worth", "新客户的价值", value.new_customer_value),
        ("kept_customer_value", "What a customer of the base is still worth", "现有客户的剩余价值", Some(value.kept_customer_value)),
        ("point_value", "What one point of retention is worth a customer", "留存率每提高一个百分点对每位客户的价值", value.point_value),
        ("acquisition_cost", "What it costs to win a customer", "获客成本", value.acquisition_cost),
        ("retention_cost", "What it costs to keep a customer for a year", "每年的维系成本", value.retention_cost),
        (
            "won_per_cost",
            "What a new customer is worth for each unit of its cost",
            "新客户价值与获客成本之比",
            value.new_customer_value.zip(value.acquisition_cost.filter(|cost| *cost > 0.0)).map(|(worth, cost)| worth / cost),
        ),
    ];
    let known: Vec<_> = measures.into_iter().filter_map(|(key, en, zh, value)| value.map(|value| (key, en, zh, value))).collect();
    let winning = vec![
        frames::texts("measure", known.len(), known.iter().map(|row| row.0)),
        frames::texts("name_en", known.len(), known.iter().map(|row| row.1)),
        frames::texts("name_zh", known.len(), known.iter().map(|row| row.2)),
        Column::new("value".into(), known.iter().map(|row| row.3).collect::<Vec<_>>()),
    ];
    Ok(vec![
        ("retention_value".to_owned(), frames::frame(steps.len(), columns)?),
        ("winning_and_keeping".to_owned(), frames::frame(known.len(), winning)?),
    ])
}
