//! Customers, revenue, value at risk and what to do, by segment.

use patronage::Result;
use plotly::Layout;
use plotly::layout::BarMode;

use super::drawn;
use crate::chart::{Chart, Drawing, axis, bars_across, names_axis, percent_axis};
use crate::document::{Block, Cell, Table};
use crate::view::{Shown, View};

pub(super) fn blocks(view: &View<'_>) -> Result<Vec<Block>> {
    let Some(table) = view.table("segments") else { return Ok(Vec::new()) };
    let mut blocks = vec![Block::Text(view.say(
        "Every customer is in exactly one segment. The segment follows from the scores for recency, frequency and money by the rules under Method.",
        "每位客户恰好属于一个分群，由近度、频度、金额三项得分按“方法”一节的规则确定。",
    ))];
    blocks.push(Block::Table(overview(view, table)));
    blocks.push(drawn(shares(view, table)?));
    blocks.extend(at_risk(view)?.map(drawn));
    if let Some(stages) = view.table("lifecycle") {
        // Prospects are known only with a list of customers.
        let customers = stages.numbers("customers");
        blocks.push(Block::Table(stages.shown(
            &view.say("Stages of the life cycle", "生命周期阶段"),
            &["name", "customers", "customer_share", "revenue", "revenue_share", "rule"],
            |row| customers[row].is_some() || stages.is_hidden(row),
        )));
    }
    Ok(blocks)
}

/// Customers, money, what is to come and at risk, and what to do; of the segments that anybody is in.
pub(crate) fn overview(view: &View<'_>, table: &Shown<'_>) -> Table {
    let counts = table.numbers("customers");
    let rows: Vec<usize> =
        (0..table.height()).filter(|row| table.is_hidden(*row) || counts[*row].is_none_or(|count| count > 0.0)).collect();
    let columns = ["name", "customers", "customer_share", "revenue", "revenue_share", "median_recency_days", "action"];
    let mut shown = table.shown(&view.say("Segments", "客户分群"), &columns, |row| rows.contains(&row));
    let Some(risk) = view.table("segment_risk") else { return shown };
    let (keys, own) = (table.texts("segment"), risk.texts("segment"));
    let places: Vec<Option<usize>> = rows.iter().map(|row| own.iter().position(|key| *key == keys[*row])).collect();
    let mut beside = risk.shown("", &["residual_value", "value_at_risk"], |_| true);
    let empty = vec![Cell::default(); beside.columns.len()];
    beside.rows = places.iter().map(|place| place.and_then(|place| beside.rows.get(place)).unwrap_or(&empty).clone()).collect();
    let at = shown.columns.iter().position(|heading| heading.name == "action").unwrap_or(shown.columns.len());
    shown.insert(at, beside);
    shown
}

/// Customers beside revenue.
fn shares(view: &View<'_>, table: &Shown<'_>) -> Result<Chart> {
    let rows: Vec<usize> = {
        let counts = table.numbers("customers");
        (0..table.height()).filter(|row| counts[*row].is_some_and(|count| count > 0.0)).collect()
    };
    let pick = |column: &str| -> Vec<Option<f64>> { rows.iter().map(|row| table.number(*row, column)).collect() };
    let names: Vec<String> = rows.iter().map(|row| table.text(*row, "name")).collect();
    let layout = Layout::new().bar_mode(BarMode::Group).x_axis(percent_axis("")).y_axis(names_axis(""));
    let (customers, revenue) = (view.say("share of customers", "客户占比"), view.say("share of revenue", "收入占比"));
    Drawing::new(layout)
        .height(110 + 34 * names.len())
        .trace(bars_across(&names, &pick("revenue_share"), &revenue, "--c2", "%{x:.1%}"))
        .trace(bars_across(&names, &pick("customer_share"), &customers, "--c1", "%{x:.1%}"))
        .chart(
            "segment_shares",
            view.say("Where customers are and where the money is", "客户与收入的分布"),
            view.say(
                "A segment whose revenue bar is longer than its customer bar is worth more than its number.",
                "收入条长于客户条的分群，其价值高于人数占比。",
            ),
            table.shown("", &["name", "customers", "customer_share", "revenue", "revenue_share"], |row| rows.contains(&row)),
        )
}

/// What is at stake where; nothing in books without a churn analysis.
fn at_risk(view: &View<'_>) -> Result<Option<Chart>> {
    let Some(risk) = view.table("segment_risk").filter(|table| table.has("value_at_risk")) else { return Ok(None) };
    // In the order of the segments, not of their keys.
    let order: Vec<String> = view.table("segments").map(|table| table.texts("segment")).unwrap_or_default();
    let keys = risk.texts("segment");
    let rows: Vec<usize> = order.iter().filter_map(|key| keys.iter().position(|own| own == key)).collect();
    let names: Vec<String> = rows.iter().map(|row| view.segment(&keys[*row])).collect();
    let values: Vec<Option<f64>> = rows.iter().map(|row| risk.number(*row, "value_at_risk")).collect();
    let chart = Drawing::new(Layout::new().x_axis(axis("")).y_axis(names_axis("")))
        .height(100 + 26 * names.len())
        .trace(bars_across(&names, &values, &view.say("value at risk", "风险价值"), "--c4", "%{x:,.0f}"))
        .chart(
            "segment_risk",
            view.say("Value at risk by segment", "各分群的风险价值"),
            view.say(
                "Churn probability times residual value, summed over customers: what would be missing if those who may leave did.",
                "流失概率乘以剩余价值后求和：可能流失的客户若真流失，将损失的价值。",
            ),
            risk.shown("", &["segment", "customers", "residual_value", "value_at_risk", "mean_churn_probability"], |_| true),
        )?;
    Ok(Some(chart))
}
