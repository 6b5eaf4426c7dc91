//! Cohorts, growth, trend and migration.

use std::collections::BTreeMap;

use patronage::Result;
use plotly::common::DashType;
use plotly::layout::{BarMode, RangeMode};
use plotly::sankey::{Arrangement, Link, Node};
use plotly::{Layout, Sankey};

use super::drawn;
use crate::chart::{Chart, Drawing, SERIES, axis, bars, heat, label, line, names_axis};
use crate::document::Block;
use crate::view::{Shown, View};

/// Cohorts, and periods of each, that a picture holds; the table of the book has them all.
const COHORTS: usize = 36;
/// Changed labels that are listed.
const CHANGES: usize = 200;

pub(super) fn blocks(view: &View<'_>) -> Result<Vec<Block>> {
    let mut blocks = Vec::new();
    if let Some(trend) = view.table("trend") {
        blocks.push(drawn(trend_lines(view, trend)?));
    }
    if let Some(growth) = view.table("growth") {
        blocks.push(drawn(growth_bars(view, growth)?));
        blocks.push(Block::Table(growth.shown(
            &view.say("Growth accounting", "增长核算"),
            &[
                "period",
                "active",
                "new",
                "retained",
                "reactivated",
                "churned",
                "quick_ratio",
                "revenue",
                "money_quick_ratio",
                "net_revenue_retention",
                "complete",
            ],
            |_| true,
        )));
    }
    if let Some(cohorts) = view.table("cohorts") {
        blocks.push(drawn(cohort_triangle(view, cohorts)?));
    }
    if let Some(migration) = view.table("migration") {
        blocks.extend(flows(view, migration)?.map(drawn));
    }
    if let Some(moves) = view.table("lifecycle_changes") {
        let caption = view
            .say("Moves between stages of the life cycle: customers, from the row's to the column's", "生命周期阶段变化：由行到列的客户数");
        blocks.push(Block::Table(moves.crosstab(&caption, "from_stage", "to_stage", "customers")));
    }
    if let Some(changes) = view.table("changes") {
        let all = view.numbers.count(changes.height() as f64);
        let caption =
            view.language().pick(format!("What changed since the last book: {all} labels"), format!("与上一份报告相比的变化：{all} 项"));
        let mut table = changes.shown(&caption, &["customer_id", "what", "from", "to"], |row| row < CHANGES);
        let (what, from, to) = (changes.texts("what"), changes.texts("from"), changes.texts("to"));
        for (row, cells) in table.rows.iter_mut().enumerate() {
            let [label, before, now] = view.change(&what[row], &from[row], &to[row]);
            for (cell, heading) in cells.iter_mut().zip(&table.columns) {
                match heading.name.as_str() {
                    "what" => cell.text.clone_from(&label),
                    "from" => cell.text.clone_from(&before),
                    "to" => cell.text.clone_from(&now),
                    _ => {}
                }
            }
        }
        blocks.push(Block::Table(table));
    }
    if let Some(new) = view.table("new_customers") {
        let grains = new.texts("grain");
        let last = grains.iter().find(|grain| *grain == "quarter").or_else(|| grains.first()).cloned().unwrap_or_default();
        blocks.push(Block::Table(new.shown(
            &view.say("New customers", "新客户"),
            &["period", "new_customers", "change", "change_year", "complete"],
            |row| grains[row] == last,
        )));
    }
    blocks.extend(
        view.shown(
            "gaps",
            &view.say("Days between orders", "订单间隔天数"),
            &["kind", "count", "zero_gaps", "mean", "p50", "p80", "p90", "p95"],
        )
        .map(Block::Table),
    );
    Ok(blocks)
}

/// The year before a period's label: `2023-06` for `2024-06`.
fn year_before(label: &str) -> Option<String> {
    let (year, rest) = label.split_at_checked(4)?;
    Some(format!("{:04}{rest}", year.parse::<u32>().ok()?.checked_sub(1)?))
}

fn trend_lines(view: &View<'_>, trend: &Shown<'_>) -> Result<Chart> {
    let (periods, revenue, complete) = (trend.texts("period"), trend.numbers("revenue"), trend.flags("complete"));
    let by_period: BTreeMap<&str, Option<f64>> = periods.iter().map(String::as_str).zip(revenue.iter().copied()).collect();
    let last_year: Vec<Option<f64>> =
        periods.iter().map(|period| year_before(period).and_then(|before| by_period.get(before.as_str()).copied().flatten())).collect();
    let layout = Layout::new().x_axis(names_axis("")).y_axis(axis(&view.say("revenue", "收入")).range_mode(RangeMode::ToZero));
    let mut drawing =
        Drawing::new(layout).height(360).trace(line(periods.clone(), revenue, &view.say("revenue", "收入"), "--c1", None, "%{y:,.0f}"));
    // One point makes no line.
    if last_year.iter().flatten().count() > 1 {
        drawing =
            drawing.trace(line(periods, last_year, &view.say("a year before", "上年同期"), "--c2", Some(DashType::Dash), "%{y:,.0f}"));
    }
    let reading = if complete.last() == Some(&false) {
        view.say("The last period is not complete: it is lower for that alone.", "最后一个期间尚不完整，数值因此偏低。")
    } else {
        view.say("Revenue net of refunds, by period.", "各期扣除退款后的收入。")
    };
    let columns =
        ["period", "revenue", "orders", "customers", "average_order_value", "arpu", "revenue_change", "revenue_change_year", "complete"];
    drawing.chart("trend", view.say("Revenue", "收入趋势"), reading, trend.shown("", &columns, |_| true))
}

fn growth_bars(view: &View<'_>, growth: &Shown<'_>) -> Result<Chart> {
    let periods = growth.texts("period");
    let down: Vec<Option<f64>> = growth.numbers("churned").iter().map(|churned| churned.map(|churned| -churned)).collect();
    let layout = Layout::new().bar_mode(BarMode::Relative).x_axis(names_axis("")).y_axis(axis(&view.say("customers", "客户数")));
    Drawing::new(layout)
        .height(380)
        .trace(bars(periods.clone(), growth.numbers("retained"), &view.say("retained", "留存"), "--c1", "%{y:,.0f}"))
        .trace(bars(periods.clone(), growth.numbers("reactivated"), &view.say("reactivated", "唤回"), "--c3", "%{y:,.0f}"))
        .trace(bars(periods.clone(), growth.numbers("new"), &view.say("new", "新增"), "--c2", "%{y:,.0f}"))
        .trace(bars(periods, down, &view.say("churned", "流失"), "--c4", "%{y:,.0f}"))
        .chart(
            "growth",
            view.say("Who came, stayed, came back and left", "新增、留存、唤回与流失"),
            view.say(
                "Above the line the active customers of a period; below it those of the period before who did not buy.",
                "横轴上方为当期活跃客户；下方为上期活跃但当期未购买的客户。",
            ),
            growth.shown("", &["period", "active", "new", "retained", "reactivated", "churned", "quick_ratio"], |_| true),
        )
}

fn cohort_triangle(view: &View<'_>, cohorts: &Shown<'_>) -> Result<Chart> {
    let (names, index, retention) = (cohorts.texts("cohort"), cohorts.numbers("period_index"), cohorts.numbers("retention"));
    let sizes = cohorts.numbers("cohort_size");
    let mut rows: BTreeMap<&str, BTreeMap<u32, Option<f64>>> = BTreeMap::new();
    let mut order: Vec<&str> = Vec::new();
    // Periods in which nobody came are no cohorts; of hidden ones the size is not known.
    for (row, name) in names.iter().enumerate().filter(|(row, _)| sizes[*row].is_none_or(|size| size > 0.0)) {
        if !order.contains(&name.as_str()) {
            order.push(name);
        }
        #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "a column of small counts")]
        let at = index[row].unwrap_or_default() as u32;
        rows.entry(name).or_default().insert(at, retention[row]);
    }
    let order = &order[order.len().saturating_sub(COHORTS)..];
    let seen = order.iter().filter_map(|name| rows[name].iter().rev().find(|cell| cell.1.is_some()).map(|cell| *cell.0)).max().unwrap_or(0);
    // The first period is everybody, by definition: it would drown the others.
    let columns: Vec<u32> = (1..=seen.min(u32::try_from(COHORTS).unwrap_or(36))).collect();
    let z: Vec<Vec<Option<f64>>> =
        order.iter().rev().map(|name| columns.iter().map(|at| rows[name].get(at).copied().flatten()).collect()).collect();
    let y: Vec<String> = order.iter().rev().map(|name| label(name)).collect();
    let x = columns.iter().map(|at| format!("+{at}")).collect();
    let layout = Layout::new()
        .x_axis(names_axis(&view.say("periods since the first purchase", "首购后第几期")))
        .y_axis(names_axis(&view.say("first purchase in", "首购期间")));
    let text = (columns.len() <= 24).then_some("%{z:.0%}");
    Drawing::new(layout)
        .height(130 + 26 * y.len())
        .trace(heat(x, y, z, text, "%{y} %{x}: %{z:.1%}<extra></extra>", Some(".0%")))
        .chart(
            "cohorts",
            view.say("Cohorts: who of the customers won together still buys", "同期群留存"),
            view.say(
                "Share of a cohort's customers with a purchase in the period. Empty fields lie in the future; the last of each row may be incomplete.",
                "同期群客户在该期有购买的比例。空白处尚未发生；每行最后一格可能不完整。",
            ),
            cohorts.shown("", &["cohort", "period_index", "cohort_size", "customers", "retention", "revenue"], |_| true),
        )
}

/// Between segments at two dates; under the same thresholds, so that who did nothing has not moved.
fn flows(view: &View<'_>, migration: &Shown<'_>) -> Result<Option<Chart>> {
    let (forms, from, to) = (migration.texts("form"), migration.texts("from_segment"), migration.texts("to_segment"));
    let customers = migration.numbers("customers");
    let form = if forms.iter().any(|form| form == "frozen") { "frozen" } else { "refit" };
    let rows: Vec<usize> = (0..forms.len())
        .filter(|row| forms[*row] == form && customers[*row].is_some_and(|count| count > 0.0))
        .filter(|row| !(from[*row].is_empty() && to[*row].is_empty()))
        .collect();
    if rows.is_empty() {
        return Ok(None);
    }
    // Segments on each side in the order of the segments' table, newcomers and leavers last.
    let order: Vec<String> = view.table("segments").map(|table| table.texts("segment")).unwrap_or_default();
    let place = |key: &str| if key.is_empty() { usize::MAX } else { order.iter().position(|own| own == key).unwrap_or(order.len()) };
    let side = |keys: &[String]| {
        let mut keys: Vec<String> = rows.iter().map(|row| keys[*row].clone()).collect();
        keys.sort_by(|a, b| place(a).cmp(&place(b)).then_with(|| a.cmp(b)));
        keys.dedup();
        keys
    };
    let (left, right) = (side(&from), side(&to));
    let name = |key: &str, empty: (&str, &str)| if key.is_empty() { view.say(empty.0, empty.1) } else { view.segment(key) };
    let labels: Vec<String> = left
        .iter()
        .map(|key| label(&name(key, ("new", "新增"))))
        .chain(right.iter().map(|key| label(&name(key, ("gone", "离开")))))
        .collect();
    let at = |keys: &[String], key: &String| keys.iter().position(|own| own == key).unwrap_or(0);
    let color = |key: &String| if key.is_empty() { "--ink-3" } else { SERIES[place(key).min(order.len()) % SERIES.len()] };
    let colors: Vec<&'static str> = left.iter().chain(&right).map(color).collect();
    // Where each stands: down its side, as high as it has customers. plotly would order them to have the fewest crossings.
    let total = rows.iter().filter_map(|row| customers[*row]).sum::<f64>();
    let heights = |side: &[String], keys: &[String]| {
        let mut above = 0.0;
        let gap = 0.25 / side.len().max(1) as f64;
        let height = |key: &String| rows.iter().filter(|row| keys[**row] == *key).filter_map(|row| customers[*row]).sum::<f64>() / total;
        side.iter()
            .map(|key| {
                let (start, own) = (above, height(key) * 0.75);
                above += own + gap;
                (start + own / 2.0).clamp(0.001, 0.999)
            })
            .collect::<Vec<f64>>()
    };
    let x: Vec<f64> = left.iter().map(|_| 0.001).chain(right.iter().map(|_| 0.999)).collect();
    let y: Vec<f64> = heights(&left, &from).into_iter().chain(heights(&right, &to)).collect();
    let node = Node::new().x(x).y(y).label(labels.iter().map(String::as_str).collect()).color_array(colors).pad(14).thickness(14);
    let link = Link::new()
        .source(rows.iter().map(|row| at(&left, &from[*row])).collect())
        .target(rows.iter().map(|row| left.len() + at(&right, &to[*row])).collect())
        .value(rows.iter().map(|row| customers[*row].unwrap_or_default()).collect::<Vec<f64>>())
        .color("--flow");
    let (from_date, to_date) = (migration.text(rows[0], "from_date"), migration.text(rows[0], "to_date"));
    let title =
        view.language().pick(format!("Who moved between {from_date} and {to_date}"), format!("{from_date} 至 {to_date} 的分群迁移"));
    let reading = if form == "frozen" {
        view.say(
            "Both dates under today's thresholds: who did nothing moves only by the time that has passed.",
            "两个日期使用相同阈值：未购买的客户只因时间推移而移动。",
        )
    } else {
        view.say("Each date under its own thresholds.", "各日期使用各自的阈值。")
    };
    let columns = ["from_segment", "to_segment", "customers", "from_share", "revenue_from", "revenue_to"];
    let chart = Drawing::new(Layout::new())
        .height(200 + 30 * left.len().max(right.len()))
        .trace(Sankey::new().arrangement(Arrangement::Fixed).node(node).link(link))
        .chart("migration", title, reading, migration.shown("", &columns, |row| forms[row] == form))?;
    Ok(Some(chart))
}
