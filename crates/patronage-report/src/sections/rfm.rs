//! Scores, their thresholds, and how customers are spread.

use patronage::analysis::rfm::{MonetaryKind, RfmModel};
use patronage::{Frequency, Result};
use plotly::Layout;
use plotly::layout::BarMode;

use super::drawn;
use crate::chart::{Chart, Drawing, SERIES, axis, bars, heat, names_axis};
use crate::document::Block;
use crate::view::{Shown, View};

pub(super) fn blocks(view: &View<'_>) -> Result<Vec<Block>> {
    let Some(cells) = view.table("rfm_cells") else { return Ok(Vec::new()) };
    let mut blocks = vec![Block::Text(view.say(
        "Each customer has a score for how recently, how often and for how much it bought; the highest score is best on every axis, also for recency.",
        "每位客户按最近购买时间、购买次数和金额各得一个分数；每一项都是分数越高越好，近度也不例外。",
    ))];
    blocks.push(drawn(cell_heat(view, cells)?));
    if let Some(scores) = view.table("score_counts") {
        blocks.push(drawn(score_bars(view, scores)?));
    }
    if let Some(spread) = view.table("distributions") {
        for quantity in ["recency_days", "orders", "monetary"] {
            blocks.extend(distribution(view, spread, quantity)?.map(drawn));
        }
    }
    blocks.extend(view.shown("thresholds", &view.say("Thresholds", "阈值"), &["axis", "cut", "threshold"]).map(Block::Table));
    Ok(blocks)
}

/// Mean money by recency and frequency.
fn cell_heat(view: &View<'_>, cells: &Shown<'_>) -> Result<Chart> {
    let (r, f, mean) = (cells.numbers("r_score"), cells.numbers("f_score"), cells.numbers("mean_revenue"));
    let bins = view.book.manifest().analyses.rfm.as_ref().map_or(5, RfmModel::bins);
    let most = |scores: &[Option<f64>]| scores.iter().flatten().fold(f64::from(bins), |most, score| most.max(*score));
    let scores = |most: f64| (1..).map(f64::from).take_while(move |score| *score <= most);
    let at = |own_r: f64, own_f: f64| {
        let same = |score: Option<f64>, own: f64| score.is_some_and(|score| (score - own).abs() < 0.5);
        (0..r.len()).find(|row| same(r[*row], own_r) && same(f[*row], own_f)).and_then(|row| mean[row])
    };
    let z = scores(most(&f)).map(|f| scores(most(&r)).map(|r| at(r, f)).collect()).collect();
    let names = |letter: &str, most: f64| scores(most).map(|score| format!("{letter}{score:.0}")).collect();
    let layout = Layout::new()
        .x_axis(names_axis(&view.say("recency score (right: bought recently)", "近度得分（右侧：最近购买）")))
        .y_axis(names_axis(&view.say("frequency score", "频度得分")));
    Drawing::new(layout)
        .height(380)
        .trace(heat(names("R", most(&r)), names("F", most(&f)), z, Some("%{z:,.0f}"), "%{x} %{y}: %{z:,.0f}<extra></extra>", None))
        .chart(
            "rfm_heat",
            view.say("Mean revenue by recency and frequency", "近度与频度组合的人均收入"),
            view.say("Empty fields have no customers.", "空白格没有客户。"),
            cells.shown("", &["r_score", "f_score", "customers", "revenue", "mean_revenue"], |_| true),
        )
}

fn score_bars(view: &View<'_>, scores: &Shown<'_>) -> Result<Chart> {
    let (axes, score, customers) = (scores.texts("axis"), scores.numbers("score"), scores.numbers("customers"));
    let words = [("recency", ("recency", "近度")), ("frequency", ("frequency", "频度")), ("monetary", ("money", "金额"))];
    let layout = Layout::new()
        .bar_mode(BarMode::Group)
        .x_axis(names_axis(&view.say("score", "得分")))
        .y_axis(axis(&view.say("customers", "客户数")));
    let mut drawing = Drawing::new(layout).height(300);
    for ((name, word), color) in words.iter().zip(SERIES) {
        let rows: Vec<usize> = (0..axes.len()).filter(|row| axes[*row] == *name).collect();
        let x = rows.iter().map(|row| score[*row].map_or_else(String::new, |score| format!("{score:.0}"))).collect();
        let y = rows.iter().map(|row| customers[*row]).collect();
        drawing = drawing.trace(bars(x, y, &view.say(word.0, word.1), color, "%{y:,.0f}"));
    }
    drawing.chart(
        "score_counts",
        view.say("Customers by score", "各得分的客户数"),
        view.say(
            "Scores of equal size would hold equally many customers. Where many customers are alike (one order), equal customers share one score and others stay empty.",
            "若均匀则各得分客户数相同。许多客户取值相同（如仅一单）时，他们得分相同，其他得分可能为空。",
        ),
        scores.shown("", &["axis", "score", "customers"], |_| true),
    )
}

/// How customers are spread over a quantity, with the thresholds of its scores.
fn distribution(view: &View<'_>, spread: &Shown<'_>, quantity: &str) -> Result<Option<Chart>> {
    let quantities = spread.texts("quantity");
    let rows: Vec<usize> = (0..quantities.len()).filter(|row| quantities[*row] == quantity).collect();
    if rows.is_empty() {
        return Ok(None);
    }
    let (low, high, customers) = (spread.numbers("low"), spread.numbers("high"), spread.numbers("customers"));
    let (key, axis_name, title, unit) = match quantity {
        "recency_days" => ("spread_recency", "recency", ("Days since the last purchase", "距上次购买的天数"), ("days", "天")),
        "orders" => ("spread_orders", "frequency", ("Orders per customer", "每位客户的订单数"), ("orders", "订单数")),
        _ => (
            "spread_money",
            "monetary",
            ("Revenue per customer", "每位客户的金额"),
            ("revenue, in steps that grow with it", "金额（分档随金额递增）"),
        ),
    };
    let numbers = view.numbers;
    let name = |row: usize| match (quantity, low[row], high[row]) {
        ("orders", _, Some(high)) => numbers.count(high),
        (_, Some(low), Some(high)) => format!("{}–{}", numbers.number(low), numbers.number(high)),
        (_, Some(low), None) => format!(">{}", numbers.number(low)),
        (_, None, Some(high)) => format!("≤{}", numbers.number(high)),
        (_, None, None) => String::new(),
    };
    let names: Vec<String> = rows.iter().map(|row| name(*row)).collect();
    let layout = Layout::new().x_axis(names_axis(&view.say(unit.0, unit.1))).y_axis(axis(&view.say("customers", "客户数")));
    let counts = rows.iter().map(|row| customers[*row]).collect();
    let mut drawing = Drawing::new(layout).height(300).trace(bars(names, counts, &view.say("customers", "客户数"), "--c1", "%{y:,.0f}"));
    // Thresholds of another quantity have no place among these bins.
    let scored = view.book.manifest().analyses.rfm.as_ref().is_some_and(|rfm| match quantity {
        "orders" => rfm.frequency() == Frequency::Orders,
        "recency_days" => true,
        _ => rfm.monetary() == MonetaryKind::NetTotal,
    });
    if let Some(thresholds) = view.table("thresholds").filter(|_| scored) {
        let (axes, cuts) = (thresholds.texts("axis"), thresholds.numbers("threshold"));
        for cut in (0..axes.len()).filter(|row| axes[*row] == axis_name).filter_map(|row| cuts[row]) {
            // Between bins of names the place within a bin is found by its limits.
            let place = rows.iter().position(|row| high[*row].is_none_or(|high| cut <= high));
            if let Some(place) = place {
                let (from, to) = (low[rows[place]].unwrap_or(0.0), high[rows[place]]);
                let within = to.filter(|to| *to > from).map_or(0.5, |to| ((cut - from) / (to - from)).clamp(0.0, 1.0));
                drawing = drawing.mark(place as f64 - 0.5 + within, &numbers.number(cut));
            }
        }
    }
    let chart = drawing.chart(
        key,
        view.say(title.0, title.1),
        if scored {
            view.say("Dashed lines are the thresholds between scores.", "虚线为得分之间的阈值。")
        } else {
            String::new()
        },
        spread.shown("", &["low", "high", "customers"], |row| quantities[row] == quantity),
    )?;
    Ok(Some(chart))
}
