//! One customer as text: the same that the page's search shows.

use std::fmt::Write;

use patronage::polars::prelude::*;
use patronage::{Error, Result};
use unicode_width::UnicodeWidthStr;

use crate::columns;
use crate::grid::Grid;
use crate::numbers::shown;
use crate::view::{Shown, View};

/// So many of the last periods are listed.
const PERIODS: usize = 12;

pub(crate) fn card(view: &View<'_>, customer_id: &str) -> Result<String> {
    // Says in its own words when there is no such customer.
    let known = view.book.explain(customer_id)?;
    let customers = view.customers();
    let ids = customers.frame().column("customer_id").and_then(|column| column.str().cloned());
    let ids = ids.map_err(|error| Error::input(format!("the book lacks a column: {error}")))?;
    let row = ids.iter().position(|id| id == Some(customer_id)).unwrap_or_default();
    let as_of = &known.as_of;
    let mut text =
        view.language().pick(format!("{} as of {as_of}\n", shown(customer_id)), format!("{}，截至 {as_of}\n", shown(customer_id)));
    facts(view, &customers, row, &mut text);
    let mut part = |title: (&str, &str), lines: Vec<String>| {
        if !lines.is_empty() {
            let _ = writeln!(text, "\n{}", view.say(title.0, title.1));
            text.extend(lines.iter().flat_map(|line| ["  ", line.as_str(), "\n"]));
        }
    };
    part(("Money by period", "各期金额"), history(view, customer_id));
    if let Some(list) = view.table("watchlist") {
        let own = list.texts("customer_id").iter().position(|id| id == customer_id);
        part(("Why to contact", "联系理由"), own.map(|row| list.text(row, "reason")).into_iter().collect());
    }
    part(("Since the last book", "与上一份报告相比"), changes(view, known.changes));
    let reason = customers.frame().column("reason").ok().map(|_| view.reason(&customers.text(row, "reason")));
    part(("Why this segment", "所属分群的依据"), reason.into_iter().collect());
    let moves = view.book.explain_row(row)?.map(|explanation| explanation.moves.iter().map(|step| view.step(step)).collect());
    part(("The nearest other segments", "距离最近的其他分群"), moves.unwrap_or_default());
    Ok(text)
}

/// A line for each value, with its interval where there is one.
fn facts(view: &View<'_>, customers: &Shown<'_>, row: usize, text: &mut String) {
    let names: Vec<&str> = customers.frame().columns().iter().map(|column| column.name().as_str()).collect();
    let value = |name: &str| {
        let cell = customers.cell(row, &customers.heading(name), customers.places(name));
        let missing = customers.column(name).and_then(|column| column.get(row).ok()).is_none_or(|value| value.is_null());
        (!missing).then(|| {
            if customers.column(name).is_some_and(|column| column.dtype() == &DataType::String) {
                view.spoken(name, &customers.text(row, name))
            } else {
                cell.text
            }
        })
    };
    // The code says the scores, and purchases are orders unless they were asked to be periods.
    let at = |name: &str| customers.column(name).and_then(|column| column.get(row).ok());
    let same = at("frequency") == at("orders");
    let told = names.iter().filter(|name| match **name {
        "customer_id" | "reason" | "r_score" | "f_score" | "m_score" => false,
        "frequency" => !same,
        "probability_alive" => !view.nobody_leaves(),
        name => !["_low", "_high", "_p05", "_p95"].iter().any(|end| name.ends_with(end)),
    });
    let lines: Vec<(String, String)> = told
        .filter_map(|name| {
            let interval = value(&format!("{name}_low")).zip(value(&format!("{name}_high")));
            let interval = interval.map_or_else(String::new, |(low, high)| {
                view.language().pick(format!("  (95 %: {low} to {high})"), format!("（95% 区间：{low} 至 {high}）"))
            });
            Some((columns::heading(name, view.language()), value(name)? + &interval))
        })
        .collect();
    let width = lines.iter().map(|(label, _)| label.width()).max().unwrap_or(0);
    for (label, value) in lines {
        let _ = writeln!(text, "  {label}{}  {value}", " ".repeat(width - label.width()));
    }
}

/// The last periods with an order, the latest first.
fn history(view: &View<'_>, customer_id: &str) -> Vec<String> {
    let Some(table) = view.table("history") else { return Vec::new() };
    let own: Vec<usize> = table.texts("customer_id").iter().enumerate().filter(|(_, id)| *id == customer_id).map(|(row, _)| row).collect();
    let mut shown = table.shown("", &["period", "orders", "revenue"], |row| own.contains(&row));
    shown.rows.reverse();
    let more = shown.rows.len().saturating_sub(PERIODS);
    shown.rows.truncate(PERIODS);
    if shown.rows.is_empty() {
        return Vec::new();
    }
    let mut lines: Vec<String> = Grid::from(&shown).plain().lines().map(str::to_owned).collect();
    if more > 0 {
        lines.push(view.language().pick(format!("… and {more} before"), format!("……之前另有 {more} 期")));
    }
    lines
}

fn changes(view: &View<'_>, changes: Option<Vec<patronage::book::LabelChange>>) -> Vec<String> {
    let Some(changes) = changes else { return Vec::new() };
    if changes.is_empty() {
        return vec![view.say("nothing changed", "无变化")];
    }
    let line = |change: &patronage::book::LabelChange| {
        let text = |label: &Option<String>| label.clone().unwrap_or_default();
        let [what, from, to] = view.change(&change.what, &text(&change.from), &text(&change.to));
        format!("{what}: {from} → {to}")
    };
    changes.iter().map(line).collect()
}
