//! The customers of a book as compact JSON, for the search on the page.

use std::collections::{BTreeMap, HashMap};
use std::fmt::Write;

use patronage::polars::prelude::*;
use patronage::{Error, Result, money};
use serde::Serialize;

use crate::columns::{self, Kind};
use crate::pack;
use crate::view::View;

/// Nearest other segments are told of so many customers: those on the contact list, and those with the most money.
const EXPLAINED: usize = 5_000;

/// What the page knows of single customers beside their columns, by their place among the rows.
#[derive(Serialize)]
struct Beside {
    /// The nearest other segments.
    moves: BTreeMap<usize, Vec<String>>,
    /// Why to contact, from the contact list.
    contact: BTreeMap<usize, String>,
    /// Whether the book was compared with the last one.
    compared: bool,
    /// Label, what it was, and what it is, since the last book.
    changes: BTreeMap<usize, Vec<[String; 3]>>,
    /// Every period that history may name.
    periods: Vec<String>,
    /// Period by its place, orders, revenue.
    history: BTreeMap<usize, Vec<(usize, f64, f64)>>,
}

/// Columns that the page can do without: they follow from others, or stand in tables.
fn left_out(name: &str) -> bool {
    matches!(name, "r_score" | "f_score" | "m_score" | "last_purchase" | "purchase_periods" | "outlier_score" | "next_best_score")
        || ["_p05", "_p95"].iter().any(|end| name.ends_with(end))
}

/// The customers of a page, packed in two parts: the search needs only the first.
pub(crate) struct Packed {
    /// `[{"name", "label", "kind", "values"}, …]`: values by column, in the order of the rows. Texts, dates and flags are places in a
    /// list of `words`.
    pub(crate) columns: String,
    /// [`Beside`].
    pub(crate) beside: String,
}

pub(crate) fn packed(view: &View<'_>) -> Result<Packed> {
    let (rows, explained) = chosen(view)?;
    let (columns, beside) = std::thread::scope(|scope| {
        let beside = scope.spawn(|| beside(view, &rows, &explained).and_then(|beside| pack::packed(&text(&beside)?)));
        let columns = columns(view, &rows).and_then(|json| pack::packed(&json));
        (columns, beside.join().unwrap_or_else(|_| Err(Error::write("the history and the moves of customers cannot be packed"))))
    });
    Ok(Packed { columns: columns?, beside: beside? })
}

fn columns(view: &View<'_>, rows: &[usize]) -> Result<String> {
    let segments = view.book.segments();
    let mut json = String::with_capacity(rows.len() * 128 + 4_096);
    json.push('[');
    // Purchases are orders unless they were asked to be periods.
    let same = segments
        .column("frequency")
        .ok()
        .zip(segments.column("orders").ok())
        .is_some_and(|(a, b)| a.equals_missing(&b.clone().with_name(a.name().clone())));
    let certain = view.nobody_leaves();
    let says = |name: &str| match name {
        "frequency" => !same,
        "probability_alive" => !certain,
        _ => !left_out(name),
    };
    let told = |column: &&Column| says(column.name());
    for (place, column) in segments.columns().iter().filter(told).enumerate() {
        if place > 0 {
            json.push(',');
        }
        write_column(view, column, rows, &mut json)?;
    }
    json.push(']');
    Ok(json)
}

fn beside(view: &View<'_>, rows: &[usize], explained: &[usize]) -> Result<Beside> {
    let ids = view.book.segments().column("customer_id").and_then(|column| column.str().cloned()).map_err(|error| broken(&error))?;
    let places: HashMap<&str, usize> = rows.iter().enumerate().filter_map(|(place, row)| Some((ids.get(*row)?, place))).collect();
    let mut moves = BTreeMap::new();
    for place in explained {
        let Some(explanation) = view.book.explain_row(rows[*place])? else { break };
        moves.insert(*place, explanation.moves.iter().map(|step| view.step(step)).collect());
    }
    let place_of = |id: &String| places.get(id.as_str()).copied();
    let contact = view.table("watchlist").map_or_else(BTreeMap::new, |list| {
        let told = list.texts("customer_id").into_iter().zip(list.texts("reason"));
        told.filter_map(|(id, reason)| Some((place_of(&id)?, reason))).collect()
    });
    let mut changes: BTreeMap<usize, Vec<[String; 3]>> = BTreeMap::new();
    if let Some(table) = view.table("changes") {
        let (what, from, to) = (table.texts("what"), table.texts("from"), table.texts("to"));
        for (row, id) in table.texts("customer_id").iter().enumerate() {
            if let Some(place) = place_of(id) {
                changes.entry(place).or_default().push(view.change(&what[row], &from[row], &to[row]));
            }
        }
    }
    let mut history: BTreeMap<usize, Vec<(usize, f64, f64)>> = BTreeMap::new();
    let periods = view.table("growth").map(|growth| growth.texts("period")).unwrap_or_default();
    if let Some(table) = view.table("history") {
        let period: HashMap<&str, usize> = periods.iter().enumerate().map(|(place, label)| (label.as_str(), place)).collect();
        let (labels, orders, revenue) = (table.texts("period"), table.numbers("orders"), table.numbers("revenue"));
        for (row, id) in table.texts("customer_id").iter().enumerate() {
            if let (Some(place), Some(period)) = (place_of(id), period.get(labels[row].as_str())) {
                let cells = (*period, orders[row].unwrap_or_default(), revenue[row].unwrap_or_default());
                history.entry(place).or_default().push(cells);
            }
        }
    }
    let compared = view.book.tables().contains_key("changes");
    Ok(Beside { moves, contact, compared, changes, periods, history })
}

/// The rows that the page lists, ascending, and the places among them of those whose ways out of their segment are told.
fn chosen(view: &View<'_>) -> Result<(Vec<usize>, Vec<usize>)> {
    let segments = view.book.segments();
    let all = segments.height();
    let ids = segments.column("customer_id").and_then(|column| column.str().cloned()).map_err(|error| broken(&error))?;
    let worth = view.customer_numbers("monetary").unwrap_or_else(|| vec![None; all]);
    let mut wanted = vec![false; all];
    let mut order: Vec<usize> = Vec::new();
    if let Some(list) = view.table("watchlist") {
        let by_id: HashMap<&str, usize> = ids.iter().enumerate().filter_map(|(row, id)| Some((id?, row))).collect();
        order.extend(list.texts("customer_id").iter().filter_map(|id| by_id.get(id.as_str()).copied()));
    }
    let mut by_worth: Vec<usize> = (0..all).collect();
    by_worth.sort_by(|a, b| worth[*b].unwrap_or(f64::NEG_INFINITY).total_cmp(&worth[*a].unwrap_or(f64::NEG_INFINITY)));
    order.extend(by_worth);
    order.retain(|row| !std::mem::replace(&mut wanted[*row], true));
    order.truncate(view.options.most_customers);
    let mut told: Vec<usize> = order.iter().copied().take(EXPLAINED).collect();
    told.sort_unstable();
    let mut rows = order;
    rows.sort_unstable();
    let told = told.iter().filter_map(|row| rows.binary_search(row).ok()).collect();
    Ok((rows, told))
}

fn broken(error: &PolarsError) -> Error {
    Error::input(format!("the book lacks a column: {error}"))
}

fn text<T: Serialize>(value: &T) -> Result<String> {
    serde_json::to_string(value).map_err(|error| Error::write(error.to_string()))
}

fn write_column(view: &View<'_>, column: &Column, rows: &[usize], json: &mut String) -> Result<()> {
    let name = column.name().as_str();
    let (kind, places) = match (column.dtype(), columns::kind(name)) {
        (DataType::String, _) => ("text", 0),
        (DataType::Date, _) => ("date", 0),
        (DataType::Boolean, _) => ("flag", 0),
        (DataType::Decimal(..), _) | (_, Some(Kind::Money)) => ("money", 2),
        (_, Some(Kind::Percent)) => ("percent", 3),
        _ => ("number", 2),
    };
    let _ = write!(json, "{{\"name\":{},\"label\":{},\"kind\":\"{kind}\"", text(&name)?, text(&columns::heading(name, view.language()))?);
    if name == "customer_id" {
        let texts = column.str().map_err(|error| broken(&error))?;
        let values: Vec<&str> = rows.iter().map(|row| texts.get(*row).unwrap_or_default()).collect();
        let _ = write!(json, ",\"values\":{}}}", text(&values)?);
        return Ok(());
    }
    if matches!(kind, "text" | "date" | "flag") {
        return coded(view, column, rows, json);
    }
    json.push_str(",\"values\":[");
    for (place, row) in rows.iter().enumerate() {
        if place > 0 {
            json.push(',');
        }
        match column.get(*row).map_err(|error| broken(&error))? {
            AnyValue::Decimal(minor, _, scale) => short(money::to_f64(minor, u8::try_from(scale).unwrap_or(0)), places, json),
            value => match value.extract::<f64>().filter(|number| number.is_finite()) {
                // Estimates are not known to the cent.
                Some(number) if kind == "money" => short(number, if number.abs() >= 100.0 { 0 } else { places }, json),
                Some(number) => short(number, places, json),
                None => json.push_str("null"),
            },
        }
    }
    json.push_str("]}");
    Ok(())
}

/// A column of few distinct values: the values, and the place of each row's value among them.
fn coded(view: &View<'_>, column: &Column, rows: &[usize], json: &mut String) -> Result<()> {
    #[expect(clippy::mutable_key_type, reason = "texts, dates and flags hold nothing that changes")]
    let mut known: HashMap<AnyValue<'_>, usize> = HashMap::new();
    let mut words: Vec<String> = Vec::new();
    let mut places: Vec<Option<usize>> = Vec::with_capacity(rows.len());
    for row in rows {
        let value = column.get(*row).map_err(|error| broken(&error))?;
        if value.is_null() {
            places.push(None);
            continue;
        }
        let place = *known.entry(value.clone()).or_insert_with(|| {
            words.push(match (&value, value.get_str()) {
                (_, Some(own)) => view.spoken(column.name(), own),
                (AnyValue::Boolean(flag), _) => {
                    if *flag {
                        view.say("yes", "是")
                    } else {
                        view.say("no", "否")
                    }
                }
                _ => value.to_string(),
            });
            words.len() - 1
        });
        places.push(Some(place));
    }
    let _ = write!(json, ",\"words\":{},\"values\":{}}}", text(&words)?, text(&places)?);
    Ok(())
}

/// A number with at most so many places, and none where it is large.
fn short(number: f64, places: usize, json: &mut String) {
    let places = if number.abs() >= 10_000.0 { 0 } else { places };
    let start = json.len();
    let _ = write!(json, "{number:.places$}");
    if json[start..].contains('.') {
        let kept = json.trim_end_matches('0').trim_end_matches('.').len();
        json.truncate(kept);
    }
    if &json[start..] == "-0" {
        json.replace_range(start.., "0");
    }
}
