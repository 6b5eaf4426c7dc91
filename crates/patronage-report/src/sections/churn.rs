//! Who may leave, what is at stake, and whom to contact.

use patronage::Result;
use plotly::Layout;
use plotly::common::DashType;

use super::drawn;
use crate::chart::{Chart, Drawing, SERIES, axis, bars, line, names_axis, percent_axis};
use crate::columns;
use crate::document::Block;
use crate::view::{Shown, View};

/// So many rows of the contact list are shown: the whole list is a table of the book.
const CONTACTS: usize = 500;

pub(super) fn blocks(view: &View<'_>) -> Result<Vec<Block>> {
    let mut blocks = Vec::new();
    if ["churn", "watchlist", "value_decline"].iter().all(|name| view.table(name).is_none()) {
        return Ok(blocks);
    }
    let within = view.churn_horizon();
    blocks.push(Block::Text(view.say(
        &format!("Churn probability is the probability of no purchase {within}. It is a forecast about groups; for one customer it is a reason to look."),
        &format!("流失概率指{within}不再购买的概率。它针对群体有效；对单个客户而言，只是一个值得关注的信号。"),
    )));
    let columns = ["churn_class", "customers", "customer_share", "revenue", "residual_value", "value_at_risk", "baseline_value"];
    blocks.extend(view.filled("churn", &view.say("What is at stake", "风险概览"), &columns).map(Block::Table));
    if let Some(spread) = view.table("distributions") {
        blocks.extend(risks(view, spread)?.map(drawn));
    }
    if let Some(list) = view.table("watchlist") {
        // By what the list is ranked.
        let stake = if list.numbers("value_at_risk").iter().any(Option::is_some) { "value_at_risk" } else { "year_at_risk" };
        let columns = ["rank", "customer_id", stake, "churn_probability", "residual_value", "days_since_last", "usual_gap_days", "reason"];
        let caption = if list.height() > CONTACTS {
            let all = view.numbers.count(list.height() as f64);
            view.language()
                .pick(format!("Contact list: the first {CONTACTS} of {all}"), format!("联系名单：共 {all} 位，列出前 {CONTACTS} 位"))
        } else {
            view.say("Contact list", "联系名单")
        };
        blocks.push(Block::Table(list.shown(&caption, &columns, |row| row < CONTACTS)));
    }
    if let Some(decline) = view.table("value_decline") {
        let (from, to) = (decline.texts("from_class"), decline.texts("to_class"));
        let less = decline.shown(
            &view.say("Still buying, but less: from which class of value to which lower one", "仍在购买但减少：由高到低的价值类别变化"),
            &["from_class", "to_class", "customers", "revenue_before", "revenue_after"],
            // Classes are named in the order of the alphabet; N has bought nothing.
            |row| from[row] < to[row] && to[row] != "N",
        );
        if !less.is_empty() {
            blocks.push(Block::Table(less));
        }
    }
    if let Some(gain) = view.table("churn_gain") {
        blocks.push(drawn(gains(view, gain)?));
    }
    if let Some(calibration) = view.table("churn_calibration") {
        blocks.push(drawn(calibrated(view, calibration)?));
    }
    blocks.extend(
        view.shown(
            "churn_backtest",
            &view.say("Ways to tell, on the hold-out", "各方法在留出期的表现"),
            &["method", "chosen", "auc", "top_decile_lift", "calibration_error", "brier", "customers", "churn_rate"],
        )
        .map(Block::Table),
    );
    Ok(blocks)
}

fn risks(view: &View<'_>, spread: &Shown<'_>) -> Result<Option<Chart>> {
    let quantities = spread.texts("quantity");
    let rows: Vec<usize> = (0..quantities.len()).filter(|row| quantities[*row] == "churn_probability").collect();
    if rows.is_empty() {
        return Ok(None);
    }
    let (low, high, customers) = (spread.numbers("low"), spread.numbers("high"), spread.numbers("customers"));
    let percent = |share: Option<f64>| format!("{:.0}", share.unwrap_or_default() * 100.0);
    let names = rows.iter().map(|row| format!("{}–{} %", percent(low[*row]), percent(high[*row]))).collect();
    let layout =
        Layout::new().x_axis(names_axis(&view.say("churn probability", "流失概率"))).y_axis(axis(&view.say("customers", "客户数")));
    let chart = Drawing::new(layout)
        .height(300)
        .trace(bars(names, rows.iter().map(|row| customers[*row]).collect(), &view.say("customers", "客户数"), "--c4", "%{y:,.0f}"))
        .chart(
            "churn_spread",
            view.say("How the risk is spread", "流失风险分布"),
            view.say(
                &format!("Customers by their probability of no purchase {}.", view.churn_horizon()),
                &format!("按{}不再购买的概率统计客户数。", view.churn_horizon()),
            ),
            spread.shown("", &["low", "high", "customers"], |row| quantities[row] == "churn_probability"),
        )?;
    Ok(Some(chart))
}

/// The values of a column in the order in which they come, each once.
fn distinct(texts: &[String]) -> Vec<String> {
    let mut seen: Vec<String> = Vec::new();
    for text in texts {
        if !seen.contains(text) {
            seen.push(text.clone());
        }
    }
    seen
}

fn gains(view: &View<'_>, gain: &Shown<'_>) -> Result<Chart> {
    let (methods, contacted, churners) = (gain.texts("method"), gain.numbers("contacted_share"), gain.numbers("churners_share"));
    let layout = Layout::new()
        .x_axis(percent_axis(&view.say("share of customers contacted, the riskiest first", "触达客户占比（风险从高到低）")))
        .y_axis(percent_axis(&view.say("share of those who left", "覆盖的流失客户占比")));
    let mut drawing = Drawing::new(layout).height(360);
    let dashes = [DashType::Solid, DashType::Dash, DashType::Dot, DashType::DashDot, DashType::LongDash];
    for (place, method) in distinct(&methods).into_iter().enumerate() {
        let rows: Vec<usize> = (0..methods.len()).filter(|row| methods[*row] == method).collect();
        let x = rows.iter().map(|row| contacted[*row]).collect();
        let y = rows.iter().map(|row| churners[*row]).collect();
        let (color, dash) = (SERIES[place % SERIES.len()], dashes[place % dashes.len()].clone());
        drawing = drawing.trace(line(x, y, &columns::word("method", &method, view.language()), color, Some(dash), "%{y:.1%}"));
    }
    drawing.chart(
        "churn_gain",
        view.say("What contacting the riskiest first would have caught", "按风险优先触达的覆盖曲线"),
        view.say(
            "On the hold-out. The steeper a line rises, the better the method tells who leaves.",
            "基于留出期。曲线上升越陡，方法识别流失的能力越强。",
        ),
        gain.shown("", &["method", "contacted_share", "churners_share"], |_| true),
    )
}

fn calibrated(view: &View<'_>, calibration: &Shown<'_>) -> Result<Chart> {
    let (methods, predicted, actual) = (calibration.texts("method"), calibration.numbers("predicted"), calibration.numbers("actual"));
    let layout = Layout::new().x_axis(percent_axis(&view.say("predicted", "预测"))).y_axis(percent_axis(&view.say("actual", "实际")));
    let mut drawing = Drawing::new(layout).height(360).trace(line(
        vec![Some(0.0), Some(1.0)],
        vec![Some(0.0), Some(1.0)],
        &view.say("perfect", "完美校准"),
        "--ink-3",
        Some(DashType::Dash),
        "%{y:.0%}",
    ));
    for (place, method) in distinct(&methods).into_iter().enumerate() {
        let rows: Vec<usize> = (0..methods.len()).filter(|row| methods[*row] == method).collect();
        let x = rows.iter().map(|row| predicted[*row]).collect();
        let y = rows.iter().map(|row| actual[*row]).collect();
        drawing =
            drawing.trace(line(x, y, &columns::word("method", &method, view.language()), SERIES[place % SERIES.len()], None, "%{y:.1%}"));
    }
    drawing.chart(
        "churn_calibration",
        view.say("Predicted against actual churn", "流失概率校准"),
        view.say(
            "Points on the dashed line: what was called 40 % happened in 40 % of the cases.",
            "点落在虚线上表示预测概率与实际发生率一致。",
        ),
        calibration.shown("", &["method", "bin", "predicted", "actual", "customers"], |_| true),
    )
}
