//! The tables of dimensions.

use polars::prelude::{Column, DataFrame, Int128Chunked, IntoColumn, IntoSeries, NewChunkedArray};

use crate::analysis::affinity::{AffinityModel, Pair};
use crate::analysis::composition::{CompositionView, PeriodRow, ValueRow};
use crate::error::{Error, Result};
use crate::frames;

/// `composition_<name>` and `composition_<name>_by_period`.
pub(super) fn composition_tables(name: &str, view: &CompositionView) -> Result<Vec<(String, DataFrame)>> {
    Ok(vec![(format!("composition_{name}"), by_value(view)?), (format!("composition_{name}_by_period"), by_period(view)?)])
}

fn by_value(view: &CompositionView) -> Result<DataFrame> {
    let rows = view.by_value();
    let money = |name: &str, of: fn(&ValueRow) -> Option<i128>| decimals(name, rows.iter().map(of), view.scale());
    let fine = |name: &str, of: fn(&ValueRow) -> Option<i128>| decimals(name, rows.iter().map(of), view.fine_scale());
    let rate = |name: &str, of: fn(&ValueRow) -> Option<f64>| Column::new(name.into(), rows.iter().map(of).collect::<Vec<_>>());
    let count = |name: &str, of: fn(&ValueRow) -> Option<u64>| Column::new(name.into(), rows.iter().map(of).collect::<Vec<_>>());
    let columns = vec![
        Column::new("value".into(), rows.iter().map(|row| view.name(row.value)).collect::<Vec<_>>()),
        frames::decimals("revenue", rows.iter().map(|row| row.revenue).collect(), view.scale())?,
        rate("share", |row| row.share),
        Column::new("rank".into(), rows.iter().map(|row| row.rank).collect::<Vec<_>>()),
        money("previous_revenue", |row| row.previous_revenue)?,
        money("last_revenue", |row| row.last_revenue)?,
        rate("change", |row| row.change),
        rate("change_year", |row| row.change_year),
        Column::new("rows".into(), rows.iter().map(|row| row.rows).collect::<Vec<_>>()),
        count("orders", |row| row.orders),
        count("customers", |row| row.customers),
        rate("average_order_value", |row| row.average_order_value),
        fine("cost", |row| row.cost)?,
        fine("margin", |row| row.margin)?,
        rate("margin_rate", |row| row.margin_rate),
        fine("discount", |row| row.discount)?,
        rate("discount_share", |row| row.discount_share),
    ];
    frames::frame(rows.len(), columns)
}

fn by_period(view: &CompositionView) -> Result<DataFrame> {
    let rows = view.by_period();
    let fine = |name: &str, of: fn(&PeriodRow) -> Option<i128>| decimals(name, rows.iter().map(of), view.fine_scale());
    let rate = |name: &str, of: fn(&PeriodRow) -> Option<f64>| Column::new(name.into(), rows.iter().map(of).collect::<Vec<_>>());
    let labels: Vec<String> = rows.iter().map(|row| view.grain().label_of(row.period)).collect();
    let columns = vec![
        frames::texts("period", rows.len(), labels.iter().map(String::as_str)),
        frames::dates("period_start", rows.iter().map(|row| view.grain().start_of(row.period)).collect())?,
        Column::new("value".into(), rows.iter().map(|row| view.name(row.value)).collect::<Vec<_>>()),
        frames::decimals("revenue", rows.iter().map(|row| row.revenue).collect(), view.scale())?,
        rate("share", |row| row.share),
        Column::new("rank".into(), rows.iter().map(|row| row.rank).collect::<Vec<_>>()),
        rate("change", |row| row.change),
        rate("change_year", |row| row.change_year),
        Column::new("rows".into(), rows.iter().map(|row| row.rows).collect::<Vec<_>>()),
        fine("cost", |row| row.cost)?,
        fine("margin", |row| row.margin)?,
        fine("discount", |row| row.discount)?,
        Column::new("complete".into(), rows.iter().map(|row| row.complete).collect::<Vec<_>>()),
    ];
    frames::frame(rows.len(), columns)
}

/// What each salesperson brought, whom they won, and who came back to them.
pub(super) fn salespeople_table(view: &CompositionView) -> Result<DataFrame> {
    let rows = view.by_value();
    let fine = |name: &str, of: fn(&ValueRow) -> Option<i128>| decimals(name, rows.iter().map(of), view.fine_scale());
    let rate = |name: &str, of: fn(&ValueRow) -> Option<f64>| Column::new(name.into(), rows.iter().map(of).collect::<Vec<_>>());
    let count = |name: &str, of: fn(&ValueRow) -> Option<u64>| Column::new(name.into(), rows.iter().map(of).collect::<Vec<_>>());
    let repeat_share = |row: &ValueRow| {
        let (repeat, customers) = row.repeat_customers.zip(row.customers.filter(|customers| *customers > 0))?;
        Some(repeat as f64 / customers as f64)
    };
    let columns = vec![
        Column::new("salesperson".into(), rows.iter().map(|row| view.name(row.value)).collect::<Vec<_>>()),
        frames::decimals("revenue", rows.iter().map(|row| row.revenue).collect(), view.scale())?,
        rate("share", |row| row.share),
        Column::new("rank".into(), rows.iter().map(|row| row.rank).collect::<Vec<_>>()),
        count("orders", |row| row.orders),
        count("customers", |row| row.customers),
        count("new_customers", |row| row.new_customers),
        count("repeat_customers", |row| row.repeat_customers),
        rate("repeat_share", repeat_share),
        rate("average_order_value", |row| row.average_order_value),
        fine("margin", |row| row.margin)?,
        rate("margin_rate", |row| row.margin_rate),
        rate("discount_share", |row| row.discount_share),
    ];
    frames::frame(rows.len(), columns)
}

/// `affinity`.
pub(super) fn affinity_table(model: &AffinityModel) -> Result<DataFrame> {
    let rows = model.pairs();
    let count = |name: &str, of: fn(&Pair) -> u32| Column::new(name.into(), rows.iter().map(of).collect::<Vec<_>>());
    let rate = |name: &str, of: fn(&Pair) -> f64| Column::new(name.into(), rows.iter().map(of).collect::<Vec<_>>());
    let columns = vec![
        frames::texts("antecedent", rows.len(), rows.iter().map(|pair| model.name(pair.antecedent))),
        frames::texts("consequent", rows.len(), rows.iter().map(|pair| model.name(pair.consequent))),
        count("orders_together", |pair| pair.orders_together),
        count("antecedent_orders", |pair| pair.antecedent_orders),
        count("consequent_orders", |pair| pair.consequent_orders),
        rate("support", |pair| pair.support),
        rate("confidence", |pair| pair.confidence),
        rate("lift", |pair| pair.lift),
    ];
    frames::frame(rows.len(), columns)
}

/// A column of exact decimals, null where there is none.
fn decimals(name: &str, minor: impl Iterator<Item = Option<i128>>, scale: u8) -> Result<Column> {
    let decimals = Int128Chunked::from_iter_options(name.into(), minor).into_decimal(38, usize::from(scale));
    decimals
        .map(|decimals| decimals.into_series().into_column())
        .map_err(|error| Error::write(format!("a table could not be assembled: {error}")))
}
