//! Revenue by category, channel and so on; what is bought together.

use patronage::Result;
use plotly::Layout;

use super::drawn;
use crate::chart::{Chart, Drawing, axis, bars_across, names_axis};
use crate::document::Block;
use crate::view::{Shown, View};

/// So many values of a dimension are drawn, those with the most revenue.
const VALUES: usize = 15;
/// So many rows of a dimension, and pairs, are listed.
const ROWS: usize = 200;

/// Dimensions that come first, in this order, and what they are called; attributes of customers follow under their own names.
const DIMENSIONS: [(&str, &str, &str); 7] = [
    ("category", "category", "品类"),
    ("subcategory", "sub-category", "子品类"),
    ("product", "product", "产品"),
    ("channel", "channel", "渠道"),
    ("region", "region", "地区"),
    ("source", "source", "来源"),
    ("salesperson", "salesperson", "销售人员"),
];

/// The tables of composition that the book has, each with the name of its dimension.
fn compositions(view: &View<'_>) -> Vec<(String, String)> {
    let known = DIMENSIONS.map(|(name, english, chinese)| (format!("composition_{name}"), view.say(english, chinese)));
    let mut all: Vec<(String, String)> = known.to_vec();
    for table in view.tables() {
        let own = table.name().strip_prefix("composition_").filter(|name| !name.ends_with("_by_period"));
        if let Some(name) = own.filter(|_| all.iter().all(|(known, _)| known != table.name())) {
            all.push((table.name().to_owned(), name.replace('_', " ")));
        }
    }
    all.retain(|(table, _)| view.table(table).is_some());
    all
}

pub(super) fn blocks(view: &View<'_>) -> Result<Vec<Block>> {
    let mut blocks = Vec::new();
    for (name, dimension) in compositions(view) {
        let Some(table) = view.table(&name) else { continue };
        let title = view.language().pick(format!("Revenue by {dimension}"), format!("按{dimension}的收入构成"));
        blocks.push(drawn(composition(view, table, &name, &title)?));
        let columns = [
            "rank",
            "value",
            "revenue",
            "share",
            "change",
            "change_year",
            "orders",
            "customers",
            "average_order_value",
            "margin",
            "margin_rate",
            "discount_share",
        ];
        blocks.push(Block::Table(table.shown(&title, &columns, |row| row < ROWS)));
    }
    if let Some(people) = view.table("salespeople") {
        let columns =
            ["salesperson", "value", "revenue", "orders", "customers", "new_customers", "average_order_value", "margin", "discount_share"];
        blocks.push(Block::Table(people.shown(&view.say("Salespeople", "销售业绩"), &columns, |row| row < ROWS)));
    }
    if let Some(pairs) = view.table("affinity") {
        blocks.push(Block::Heading(view.say("Bought together", "关联购买")));
        blocks.push(Block::Text(view.say(
            "Confidence: of the orders with the first, the share that holds the second. Lift: how many times more often than by chance; 1 is chance.",
            "置信度：含前项的订单中也含后项的比例。提升度：相对随机的倍数，1 为随机水平。",
        )));
        blocks.push(Block::Table(pairs.shown(
            &view.say("Pairs", "商品组合"),
            &["antecedent", "consequent", "orders_together", "support", "confidence", "lift"],
            |row| row < ROWS,
        )));
    }
    Ok(blocks)
}

fn composition(view: &View<'_>, table: &Shown<'_>, key: &str, title: &str) -> Result<Chart> {
    let revenue = table.numbers("revenue");
    let mut rows: Vec<usize> = (0..table.height()).filter(|row| revenue[*row].is_some()).collect();
    rows.sort_by(|a, b| revenue[*b].unwrap_or_default().total_cmp(&revenue[*a].unwrap_or_default()));
    rows.truncate(VALUES);
    let name =
        |row: &usize| Some(table.text(*row, "value")).filter(|name| !name.is_empty()).unwrap_or_else(|| view.say("(none)", "（无）"));
    let names: Vec<String> = rows.iter().map(name).collect();
    let values: Vec<Option<f64>> = rows.iter().map(|row| revenue[*row]).collect();
    let reading = if table.height() > VALUES {
        let all = view.numbers.count(table.height() as f64);
        view.language()
            .pick(format!("The {VALUES} with the most revenue of {all}."), format!("共 {all} 个取值，列出收入最高的 {VALUES} 个。"))
    } else {
        view.say("All values.", "全部取值。")
    };
    Drawing::new(Layout::new().x_axis(axis("")).y_axis(names_axis("")))
        .height(90 + 26 * names.len())
        .trace(bars_across(&names, &values, &view.say("revenue", "收入"), "--c1", "%{x:,.0f}"))
        .chart(key, title.to_owned(), reading, table.shown("", &["value", "revenue", "share"], |row| rows.contains(&row)))
}
