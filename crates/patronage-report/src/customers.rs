//! The customers of a book as compact JSON, for the search on the page.

use std::collections::HashMap;
use std::fmt::Write;

use patronage::analysis::rfm::{Axis, Move};
use patronage::polars::prelude::*;
use patronage::{Error, Result, money};

use crate::columns::{self, Kind};
use crate::numbers::grouped;
use crate::options::Language;
use crate::view::View;

/// Nearest other segments are told of so many customers: those on the contact list, and those with the most money.
const EXPLAINED: usize = 2_000;

/// Columns that the page can do without: they follow from others, are bounds of what is shown, or stand in tables.
fn left_out(name: &str) -> bool {
    matches!(name, "r_score" | "f_score" | "m_score" | "last_purchase" | "purchase_periods" | "outlier_score" | "next_best_score")
        || ["_low", "_high", "_p05", "_p95"].iter().any(|end| name.ends_with(end))
}

/// `{"columns": [{"name", "label", "kind", "values"}, …], "moves": {"row": ["…"]}}`: numbers and ids by column. Texts, dates and flags
/// are `words` and, for each row, `width` letters in `codes` that say which (see [`letters`]).
pub(crate) fn json(view: &View<'_>) -> Result<String> {
    let segments = view.book.segments();
    let (rows, explained) = chosen(view)?;
    let mut json = String::with_capacity(rows.len() * 96 + 4_096);
    json.push_str("{\"columns\":[");
    // Purchases are orders unless they were asked to be periods.
    let same = segments
        .column("frequency")
        .ok()
        .zip(segments.column("orders").ok())
        .is_some_and(|(a, b)| a.equals_missing(&b.clone().with_name(a.name().clone())));
    let told = |column: &&Column| !(left_out(column.name()) || same && column.name() == "frequency");
    for (place, column) in segments.columns().iter().filter(told).enumerate() {
        if place > 0 {
            json.push(',');
        }
        write_column(view, column, &rows, &mut json)?;
    }
    json.push_str("],\"moves\":{");
    let mut first = true;
    for place in explained {
        let Some(explanation) = view.book.explain_row(rows[place])? else { break };
        let moves: Vec<String> = explanation.moves.iter().map(|step| words(view, step)).collect();
        if !std::mem::take(&mut first) {
            json.push(',');
        }
        // Writing to a string cannot fail.
        let _ = write!(json, "\"{place}\":{}", text(&moves)?);
    }
    json.push_str("}}");
    Ok(json)
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

fn text<T: serde::Serialize>(value: &T) -> Result<String> {
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

/// Letters that stand for places in a list of words: printable, and neither escaped in JSON nor markup.
fn letters() -> Vec<char> {
    ('#'..='~').filter(|letter| !matches!(letter, '\\' | '<')).collect()
}

/// A column of few distinct values: the values, and one or two letters a row; spaces where there is none.
fn coded(view: &View<'_>, column: &Column, rows: &[usize], json: &mut String) -> Result<()> {
    let letters = letters();
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
                (_, Some(own)) => spoken(view, column.name(), own),
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
    let _ = write!(json, ",\"words\":{}", text(&words)?);
    if words.len() > letters.len() * letters.len() {
        let _ = write!(json, ",\"values\":{}}}", text(&places)?);
        return Ok(());
    }
    let width = if words.len() > letters.len() { 2 } else { 1 };
    let _ = write!(json, ",\"width\":{width},\"codes\":\"");
    for place in places {
        match place {
            None => json.push_str(&"  "[..width]),
            Some(place) if width == 1 => json.push(letters[place]),
            Some(place) => json.extend([letters[place / letters.len()], letters[place % letters.len()]]),
        }
    }
    json.push_str("\"}");
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

/// A key as the report calls it.
fn spoken(view: &View<'_>, column: &str, text: &str) -> String {
    match column {
        "segment" | "previous_segment" => view.segment(text),
        "reason" => reason(view, text),
        "lifecycle" => view
            .table("lifecycle")
            .and_then(|table| Some(table.text(table.texts("stage").iter().position(|stage| stage == text)?, "name")))
            .unwrap_or_else(|| text.to_owned()),
        "churn_class" => match text {
            "low" => view.say("low", "低"),
            "medium" => view.say("medium", "中"),
            "high" => view.say("high", "高"),
            _ => text.to_owned(),
        },
        _ => text.to_owned(),
    }
}

/// The phrases of a reason, in Chinese; longer ones first.
const PHRASES: [(&str, &str); 22] = [
    ("last purchase ", "最近购买 "),
    (" days ago", " 天前"),
    (" day ago", " 天前"),
    (" purchase periods", " 个购买期"),
    (" purchase period", " 个购买期"),
    (" per order", "（每单）"),
    (" orders", " 单"),
    (" order", " 单"),
    (", ties by customer id", "，同值按客户编号"),
    ("; up: ", "；可升：由 "),
    ("; down: ", "；可降：由 "),
    ("no single score", "无单项得分"),
    ("weighted score ", "加权得分 "),
    ("above ", "高于 "),
    (" up to ", " 至 "),
    ("up to ", "至多 "),
    (" or less", " 及以下"),
    ("rule ", "规则 "),
    (" of map ", "，映射 "),
    ("score ", "得分 "),
    (" high (", " 高 ("),
    (" low (", " 低 ("),
];

/// A reason with the names of segments for their keys.
fn reason(view: &View<'_>, text: &str) -> String {
    let mut said = text.to_owned();
    if view.language() == Language::Chinese {
        for (english, chinese) in PHRASES {
            said = said.replace(english, chinese);
        }
        said = said.replace("由 无单项得分", "无单项变动").replace("由 R", "R").replace("由 F", "F").replace("由 M", "M");
    }
    // A key stands after an arrow and ends at a separator.
    let mut named = String::with_capacity(said.len());
    for (place, part) in said.split("→ ").enumerate() {
        if place == 0 {
            named.push_str(part);
            continue;
        }
        named.push_str("→ ");
        let end = part.find(|c: char| !(c.is_ascii_alphanumeric() || c == '_' || c == '-')).unwrap_or(part.len());
        named.push_str(&view.segment(&part[..end]));
        named.push_str(&part[end..]);
    }
    named
}

/// What would lead to another segment, all else equal.
fn words(view: &View<'_>, step: &Move) -> String {
    let (to, distance) = (view.segment(&step.segment), grouped(&step.distance().to_string()));
    let english = match (step.axis, step.better) {
        (Axis::Recency, true) => format!("a last purchase {distance} days more recent"),
        (Axis::Recency, false) => format!("{distance} more days without a purchase"),
        (Axis::Frequency, true) => format!("purchases: {distance} more"),
        (Axis::Frequency, false) => format!("purchases: {distance} fewer"),
        (Axis::Monetary, true) => format!("{distance} more money"),
        (Axis::Monetary, false) => format!("{distance} less money"),
    };
    let chinese = match (step.axis, step.better) {
        (Axis::Recency, true) => format!("最近购买再近 {distance} 天"),
        (Axis::Recency, false) => format!("再有 {distance} 天不购买"),
        (Axis::Frequency, true) => format!("再购买 {distance} 次"),
        (Axis::Frequency, false) => format!("少购买 {distance} 次"),
        (Axis::Monetary, true) => format!("金额再增加 {distance}"),
        (Axis::Monetary, false) => format!("金额减少 {distance}"),
    };
    let arrow = if step.better { '↑' } else { '↓' };
    view.language().pick(format!("{arrow} {to}: {english}"), format!("{arrow} {to}：{chinese}"))
}
