//! Who is still a customer, what is expected, and how good such forecasts were.

use patronage::Result;
use plotly::Layout;
use plotly::common::DashType;

use super::drawn;
use crate::chart::{Chart, Drawing, axis, bars, heat, line, names_axis};
use crate::document::{Block, Fact};
use crate::view::{Shown, View};

pub(super) fn blocks(view: &View<'_>) -> Result<Vec<Block>> {
    let mut blocks = Vec::new();
    if let Some(analysis) = &view.book.manifest().analyses.clv {
        let fact = |label: (&str, &str), value: String, note: String| Fact { label: view.say(label.0, label.1), value, note };
        let days = analysis.terms.horizon_days.unwrap_or_default();
        let number = |number: f64| view.numbers.number(number);
        let horizon = if days % 7.0 == 0.0 {
            view.language().pick(format!("{} weeks", number(days / 7.0)), format!("{} 周", number(days / 7.0)))
        } else {
            view.language().pick(format!("{} days", number(days)), format!("{} 天", number(days)))
        };
        let terms = view.language().pick(
            format!("discount {} a year, margin {}", view.numbers.percent(analysis.terms.annual_discount), number(analysis.terms.margin)),
            format!("年折现率 {}，毛利系数 {}", view.numbers.percent(analysis.terms.annual_discount), number(analysis.terms.margin)),
        );
        let mut facts = vec![
            fact(("Model", "模型"), analysis.model.model.to_string(), view.say("of purchases", "购买次数模型")),
            fact(("Horizon", "预测期"), horizon, terms),
        ];
        if let Some(grade) = grade(view) {
            facts.push(grade);
        }
        blocks.push(Block::Facts(facts));
    }
    if let Some(cells) = view.table("future_cells") {
        if view.nobody_leaves() {
            blocks.push(Block::Text(view.say(
                "In the model in use nobody leaves: the data show no sign of it, so every customer counts as one (probability 100 %). Silence lowers what is expected of a customer all the same.",
                "所用模型假定无人永久离开：数据中看不到流失迹象，因此每位客户的存活概率均为 100%。沉默时间越长，预期购买仍越少。",
            )));
        } else {
            blocks.push(drawn(future_heat(view, cells, "probability_alive")?));
        }
        blocks.push(drawn(future_heat(view, cells, "expected_purchases")?));
    }
    if let Some(tracking) = view.table("tracking") {
        blocks.push(drawn(tracked(view, tracking)?));
    }
    if let Some(calibration) = view.table("calibration") {
        blocks.push(drawn(calibrated(view, calibration)?));
    }
    blocks.extend(
        view.shown(
            "models",
            &view.say("Models beside baselines that need none, on the hold-out", "模型与基线在留出期的对比"),
            &[
                "model",
                "kind",
                "chosen",
                "log_score",
                "standard_error",
                "chosen_won_by",
                "chosen_won_by_standard_error",
                "mae",
                "rmse",
                "expected_purchases",
                "actual_purchases",
            ],
        )
        .map(Block::Table),
    );
    Ok(blocks)
}

/// A total that is off by more than this is not graded A.
const CLOSE: f64 = 0.15;

/// How far forecasts can be trusted, from the models' table: A when every baseline is beaten and the total is off by no more than
/// 15 %, B when every baseline is beaten, C otherwise.
pub(crate) fn grade(view: &View<'_>) -> Option<Fact> {
    let models = view.table("models")?;
    let chosen = models.flags("chosen").iter().position(|chosen| *chosen)?;
    let (kinds, beaten) = (models.texts("kind"), models.flags("beaten"));
    let all_beaten = (0..kinds.len()).filter(|row| kinds[*row] == "baseline").all(|row| beaten[row]);
    let (expected, actual) = (models.number(chosen, "expected_purchases")?, models.number(chosen, "actual_purchases")?);
    let close = (expected - actual).abs() <= CLOSE * actual;
    let (letter, english, chinese) = match (all_beaten, close) {
        (true, true) => ("A", "beats every baseline, and its total was within 15 % of what happened", "优于所有基线，总量误差不超过 15%"),
        (true, false) => ("B", "beats every baseline, but its total was off by more than 15 %", "优于所有基线，但总量误差超过 15%"),
        (false, _) => {
            ("C", "does not beat every baseline: do not rely on single customers' values", "未能优于所有基线：不宜依赖单个客户的数值")
        }
    };
    Some(Fact { label: view.say("Forecast grade", "预测评级"), value: letter.to_owned(), note: view.say(english, chinese) })
}

/// A mean over bins of recency and frequency.
fn future_heat(view: &View<'_>, cells: &Shown<'_>, column: &'static str) -> Result<Chart> {
    let bin = |low: &[Option<f64>], high: &[Option<f64>], row: usize| match (low[row], high[row]) {
        (Some(low), Some(high)) if low < high => format!("{low:.0}–{high:.0}"),
        (Some(low), Some(_)) => format!("{low:.0}"),
        (low, _) => format!("{:.0}+", low.unwrap_or_default()),
    };
    let (frequency, recency) = (cells.numbers("frequency_low"), cells.numbers("recency_low"));
    let (frequency_high, recency_high) = (cells.numbers("frequency_high"), cells.numbers("recency_high"));
    // The bins that occur, ascending, each under its lowest value.
    let ascending = |low: &[Option<f64>], high: &[Option<f64>]| {
        let mut bins: Vec<(f64, String)> = (0..low.len()).map(|row| (low[row].unwrap_or_default(), bin(low, high, row))).collect();
        bins.sort_by(|a, b| a.0.total_cmp(&b.0));
        bins.dedup();
        bins
    };
    let (x, y) = (ascending(&recency, &recency_high), ascending(&frequency, &frequency_high));
    let values = cells.numbers(column);
    let at = |y: f64, x: f64| {
        let same = |own: Option<f64>, other: f64| own.is_some_and(|own| (own - other).abs() < 0.5);
        (0..values.len()).find(|row| same(frequency[*row], y) && same(recency[*row], x)).and_then(|row| values[row])
    };
    let z = y.iter().map(|(y, _)| x.iter().map(|(x, _)| at(*y, *x)).collect()).collect();
    let alive = column == "probability_alive";
    let (text, hover, ticks) = if alive {
        ("%{z:.0%}", "%{x}, %{y}: %{z:.1%}<extra></extra>", Some(".0%"))
    } else {
        ("%{z:.1f}", "%{x}, %{y}: %{z:.2f}<extra></extra>", None)
    };
    let names = |bins: Vec<(f64, String)>| bins.into_iter().map(|bin| bin.1).collect();
    let layout = Layout::new().x_axis(names_axis(&view.say("days since the last purchase", "距上次购买天数"))).y_axis(names_axis(&if view
        .counts_periods()
    {
        view.say("purchases", "购买次数")
    } else {
        view.say("orders", "订单数")
    }));
    let (key, title, reading) = if alive {
        (
            "alive_heat",
            view.say("Who is still a customer", "客户存活概率"),
            view.say(
                "Mean probability that a customer with so many orders, silent for so long, has not left for good.",
                "按订单数与沉默天数分组的平均存活概率。",
            ),
        )
    } else {
        (
            "purchases_heat",
            view.say("Purchases expected within the horizon", "预测期内的预期购买次数"),
            view.say("Means per customer.", "每位客户的平均值。"),
        )
    };
    let table = cells.shown("", &["frequency_low", "frequency_high", "recency_low", "recency_high", "customers", column], |_| true);
    Drawing::new(layout).height(400).trace(heat(names(x), names(y), z, Some(text), hover, ticks)).chart(key, title, reading, table)
}

/// Purchases a week, expected and actual, before and after the cut.
fn tracked(view: &View<'_>, tracking: &Shown<'_>) -> Result<Chart> {
    let time = tracking.numbers("time");
    let layout = Layout::new().x_axis(axis(&view.say("weeks", "周"))).y_axis(axis(&view.say("repeat purchases a week", "每周复购次数")));
    let held = tracking.flags("holdout").iter().position(|holdout| *holdout);
    let mut drawing = Drawing::new(layout)
        .height(340)
        .trace(line(time.clone(), tracking.numbers("actual"), &view.say("actual", "实际"), "--c1", None, "%{y:,.0f}"))
        .trace(line(time.clone(), tracking.numbers("expected"), &view.say("expected", "预期"), "--c2", Some(DashType::Dash), "%{y:,.1f}"));
    if let Some(first) = held {
        let before = first.checked_sub(1).and_then(|row| time[row]).unwrap_or(0.0);
        let cut = f64::midpoint(before, time[first].unwrap_or(before));
        drawing = drawing.mark(cut, &view.say("hold-out →", "留出期 →"));
    }
    drawing.chart(
        "tracking",
        view.say("Expected against actual", "预期与实际"),
        view.say(
            "The model saw only what lies left of the dashed line; to the right it had to foretell.",
            "模型仅使用虚线左侧的数据；右侧为真正的预测。",
        ),
        tracking.shown("", &["time", "holdout", "expected", "actual", "cumulative_expected", "cumulative_actual"], |_| true),
    )
}

/// Mean purchases of tenths of the customers by forecast.
fn calibrated(view: &View<'_>, calibration: &Shown<'_>) -> Result<Chart> {
    let x = calibration.texts("decile");
    let layout = Layout::new()
        .bar_mode(plotly::layout::BarMode::Group)
        .x_axis(names_axis(&view.say("tenths of the customers by forecast, the highest first", "按预测排序的十分位（从高到低）")))
        .y_axis(axis(&view.say("purchases per customer", "人均购买次数")));
    Drawing::new(layout)
        .height(340)
        .trace(bars(x.clone(), calibration.numbers("expected"), &view.say("expected", "预期"), "--c2", "%{y:.2f}"))
        .trace(bars(x, calibration.numbers("actual"), &view.say("actual", "实际"), "--c1", "%{y:.2f}"))
        .chart(
            "calibration",
            view.say("Calibration on the hold-out", "留出期校准"),
            view.say("Pairs of equal height: the forecast is right on average for such customers.", "两柱等高表示该类客户的预测平均正确。"),
            calibration.shown("", &["decile", "customers", "expected", "actual", "actual_standard_error", "lift", "gain"], |_| true),
        )
}
