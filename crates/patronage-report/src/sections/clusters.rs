//! Groups found in the data.

use patronage::Result;
use plotly::Layout;
use plotly::common::MarkerSymbol;
use plotly::layout::AxisType;

use super::drawn;
use crate::chart::{Chart, Drawing, SERIES, axis, line, points};
use crate::columns;
use crate::document::{Block, Table};
use crate::view::{Shown, View};

/// So many customers are drawn: every so many of them, in the order of their ids.
const POINTS: usize = 1_500;

pub(super) fn blocks(view: &View<'_>) -> Result<Vec<Block>> {
    let mut blocks = Vec::new();
    let Some(clusters) = view.table("clusters") else { return Ok(blocks) };
    blocks.push(Block::Text(view.say(
        "Clusters are groups that the data form by themselves, without a map of segments. A silhouette below 0.25 says that there is little structure; a stability below 0.5 that a cluster would not be found again.",
        "聚类是数据自身形成的群体，不依赖分群规则。轮廓系数低于 0.25 表示结构较弱；稳定性低于 0.5 表示该聚类难以复现。",
    )));
    blocks.push(Block::Table(clusters.shown(
        &view.say("Clusters", "聚类"),
        &[
            "cluster",
            "name",
            "customers",
            "customer_share",
            "revenue",
            "revenue_share",
            "rule",
            "rule_precision",
            "rule_recall",
            "stability",
        ],
        |_| true,
    )));
    if !view.options.aggregate_only {
        blocks.extend(scatter(view, clusters)?.map(drawn));
    }
    blocks.extend(
        view.shown("cluster_profiles", &view.say("Profiles", "聚类画像"), &["cluster", "feature", "p25", "median", "p75", "mean"])
            .map(Block::Table),
    );
    if let Some(choice) = view.table("cluster_choice") {
        blocks.extend(silhouettes(view, choice)?.map(drawn));
    }
    blocks.extend(
        view.shown(
            "outliers",
            &view.say("Unusual customers", "异常客户"),
            &["rank", "customer_id", "score", "feature", "value", "typical_low", "typical_high", "reason"],
        )
        .map(Block::Table),
    );
    Ok(blocks)
}

/// Customers by recency and money, one mark a cluster.
fn scatter(view: &View<'_>, clusters: &Shown<'_>) -> Result<Option<Chart>> {
    let segments = view.book.segments();
    let column = |name: &str| view.customer_numbers(name);
    let (Some(cluster), Some(recency), Some(money)) = (column("cluster"), column("recency_days"), column("monetary")) else {
        return Ok(None);
    };
    let step = segments.height().div_ceil(POINTS).max(1);
    // A scale of powers has no place for what is not positive.
    let rows: Vec<usize> = (0..segments.height()).step_by(step).filter(|row| money[*row].is_some_and(|money| money > 0.0)).collect();
    let symbols =
        [MarkerSymbol::Circle, MarkerSymbol::Square, MarkerSymbol::Diamond, MarkerSymbol::TriangleUp, MarkerSymbol::Cross, MarkerSymbol::X];
    let layout = Layout::new()
        .x_axis(axis(&view.say("days since the last purchase", "距上次购买天数")))
        .y_axis(axis(&view.say("revenue (powers of ten)", "金额（对数刻度）")).type_(AxisType::Log));
    let mut drawing = Drawing::new(layout).height(420);
    let (numbers, names) = (clusters.numbers("cluster"), clusters.texts("name"));
    for (place, number) in numbers.iter().enumerate() {
        let own: Vec<usize> =
            rows.iter().copied().filter(|row| matches!((cluster[*row], number), (Some(a), Some(b)) if (a - b).abs() < 0.5)).collect();
        let pick = |values: &[Option<f64>]| own.iter().map(|row| values[*row]).collect::<Vec<_>>();
        let said = |row: &usize| {
            let (days, money) = (recency[*row].unwrap_or_default(), money[*row].unwrap_or_default());
            view.language().pick(
                format!("{} days, {}", view.numbers.count(days), view.numbers.count(money)),
                format!("{} 天，{}", view.numbers.count(days), view.numbers.count(money)),
            )
        };
        let texts = own.iter().map(said).collect();
        let series = format!("{} {}", number.map_or_else(String::new, |number| format!("{number:.0}")), names[place]);
        let symbol = symbols[place % symbols.len()].clone();
        drawing = drawing.trace(points(pick(&recency), pick(&money), texts, &series, SERIES[place % SERIES.len()], symbol));
    }
    let caption = view.language().pick(
        format!("{} of {} customers.", view.numbers.count(rows.len() as f64), view.numbers.count(segments.height() as f64)),
        format!("共 {} 位客户，绘出 {} 位。", view.numbers.count(segments.height() as f64), view.numbers.count(rows.len() as f64)),
    );
    let table: Table =
        clusters.shown("", &["cluster", "name", "customers", "median_recency_days", "median_frequency", "median_monetary"], |_| true);
    drawing.chart("cluster_scatter", view.say("Customers by recency and revenue", "客户散点图"), caption, table).map(Some)
}

fn silhouettes(view: &View<'_>, choice: &Shown<'_>) -> Result<Option<Chart>> {
    let (k, silhouette) = (choice.numbers("k"), choice.numbers("silhouette"));
    if silhouette.iter().all(Option::is_none) {
        return Ok(None);
    }
    let methods = choice.texts("method");
    let layout = Layout::new().x_axis(axis(&view.say("clusters", "聚类数"))).y_axis(axis(&view.say("silhouette", "轮廓系数")));
    let mut drawing = Drawing::new(layout).height(280);
    let mut names: Vec<&String> = methods.iter().collect();
    names.dedup();
    for (place, method) in names.into_iter().enumerate() {
        let rows: Vec<usize> = (0..k.len()).filter(|row| methods[*row] == *method).collect();
        let x = rows.iter().map(|row| k[*row]).collect();
        let y = rows.iter().map(|row| silhouette[*row]).collect();
        drawing =
            drawing.trace(line(x, y, &columns::word("method", method, view.language()), SERIES[place % SERIES.len()], None, "%{y:.3f}"));
    }
    let chosen = choice.flags("chosen").iter().position(|chosen| *chosen).and_then(|row| k[row]);
    if let Some(chosen) = chosen {
        drawing = drawing.mark(chosen, &view.say("in use", "采用"));
    }
    let columns = ["method", "k", "inertia", "silhouette", "gap", "gap_deviation", "bic", "chosen"];
    drawing
        .chart(
            "cluster_choice",
            view.say("How many clusters", "聚类数的选择"),
            view.say(
                "Silhouette: higher is better, customers are nearer to their own cluster than to the next. The number in use is chosen by the criterion under Method, which may prefer more.",
                "轮廓系数越高越好：客户离自身聚类比离相邻聚类更近。采用的数目按“方法”一节的准则确定，可能更多。",
            ),
            choice.shown("", &columns, |_| true),
        )
        .map(Some)
}
