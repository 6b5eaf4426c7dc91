//! Who brings the money, and who will.

use patronage::Result;
use plotly::Layout;
use plotly::common::DashType;
use plotly::layout::BarMode;

use super::drawn;
use crate::chart::{Chart, Drawing, axis, bars_across, bars_with_bounds, label, line, names_axis, percent_axis};
use crate::document::{Block, Fact};
use crate::view::{Shown, View};

pub(super) fn blocks(view: &View<'_>) -> Result<Vec<Block>> {
    let mut blocks = Vec::new();
    if let Some(abc) = &view.book.manifest().analyses.abc {
        let fact = |label: (&str, &str), value: String, note: (&str, &str)| Fact {
            label: view.say(label.0, label.1),
            value,
            note: view.say(note.0, note.1),
        };
        blocks.push(Block::Facts(vec![
            fact(
                ("Gini coefficient", "基尼系数"),
                view.numbers.places(abc.gini, 3),
                ("0: all alike, 1: one has all", "0 为完全平均，1 为集中于一人"),
            ),
            fact(
                ("The best fifth brings", "前 20% 客户贡献"),
                view.numbers.percent(abc.top_20_percent_share),
                ("of the revenue", "的收入"),
            ),
            fact(
                ("80/20", "二八定律"),
                if abc.eighty_twenty { view.say("holds", "成立") } else { view.say("does not hold", "不成立") },
                ("four fifths from one fifth", "20% 的客户是否贡献 80% 的收入"),
            ),
        ]));
    }
    if let Some(lorenz) = view.table("lorenz") {
        blocks.push(drawn(lorenz_curve(view, lorenz)?));
    }
    let groups = ["class", "layer", "customers", "customer_share", "revenue", "revenue_share"];
    blocks.extend(view.filled("abc", &view.say("ABC classes", "ABC 分类"), &groups).map(Block::Table));
    if let Some(pyramid) = view.table("pyramid") {
        blocks.push(drawn(pyramid_bars(view, pyramid)?));
    }
    blocks.extend(view.filled("hml", &view.say("High, medium, low", "高中低分层"), &groups).map(Block::Table));
    blocks.extend(view.filled("xyz", &view.say("XYZ: how steady demand is", "XYZ：需求稳定性"), &groups).map(Block::Table));
    if let Some(deciles) = view.table("value_deciles") {
        blocks.push(drawn(decile_bars(view, deciles)?));
    }
    blocks.extend(
        view.shown(
            "value",
            &view.say("Value to come, by segment", "各分群的未来价值"),
            &["name", "customers", "expected_purchases", "residual_value"],
        )
        .map(Block::Table),
    );
    if let Some(table) = view.table("retention_value") {
        blocks.push(drawn(retention(view, table)?));
    }
    let winning = view.say("Winning customers and keeping them", "获客与留存");
    blocks.extend(view.shown("winning_and_keeping", &winning, &["name", "value"]).map(Block::Table));
    Ok(blocks)
}

fn lorenz_curve(view: &View<'_>, lorenz: &Shown<'_>) -> Result<Chart> {
    let (x, y) = (lorenz.numbers("customer_share"), lorenz.numbers("revenue_share"));
    let layout = Layout::new()
        .x_axis(percent_axis(&view.say("share of customers, those with least money first", "客户占比（由低到高）")))
        .y_axis(percent_axis(&view.say("share of revenue", "收入占比")));
    let even =
        line(vec![0.0, 1.0], vec![Some(0.0), Some(1.0)], &view.say("all alike", "完全平均"), "--ink-3", Some(DashType::Dash), "%{y:.0%}");
    let curve = line(x, y, &view.say("as it is", "实际"), "--c1", None, "%{y:.1%}");
    Drawing::new(layout).height(380).trace(curve).trace(even).chart(
        "lorenz",
        view.say("Lorenz curve", "洛伦兹曲线"),
        view.say(
            "The further the curve hangs below the dashed line, the fewer customers the revenue rests on.",
            "曲线离虚线越远，收入越集中于少数客户。",
        ),
        lorenz.shown("", &["customer_share", "revenue_share"], |_| true),
    )
}

fn pyramid_bars(view: &View<'_>, pyramid: &Shown<'_>) -> Result<Chart> {
    let words = [
        ("top", ("top 1 %", "顶部 1%")),
        ("large", ("next 4 %", "大客户 4%")),
        ("medium", ("next 15 %", "中客户 15%")),
        ("small", ("last 80 %", "小客户 80%")),
    ];
    let names: Vec<String> = pyramid
        .texts("layer")
        .iter()
        .map(|layer| words.iter().find(|(key, _)| key == layer).map_or_else(|| layer.clone(), |(_, word)| view.say(word.0, word.1)))
        .collect();
    let layout = Layout::new().bar_mode(BarMode::Group).x_axis(percent_axis("")).y_axis(names_axis(""));
    Drawing::new(layout)
        .height(280)
        .trace(bars_across(&names, &pyramid.numbers("revenue_share"), &view.say("share of revenue", "收入占比"), "--c2", "%{x:.1%}"))
        .trace(bars_across(&names, &pyramid.numbers("customer_share"), &view.say("share of customers", "客户占比"), "--c1", "%{x:.1%}"))
        .chart(
            "pyramid",
            view.say("Customer pyramid", "客户金字塔"),
            view.say("Layers of customers by revenue, and the revenue that each brings.", "按金额分层的客户及各层贡献的收入。"),
            pyramid.shown("", &["layer", "customers", "customer_share", "revenue", "revenue_share"], |_| true),
        )
}

fn decile_bars(view: &View<'_>, deciles: &Shown<'_>) -> Result<Chart> {
    let x: Vec<String> = deciles.texts("decile").iter().map(|decile| label(decile)).collect();
    let layout = Layout::new()
        .x_axis(names_axis(&view.say("tenths of the customers, the most valuable first", "客户十分位（价值从高到低）")))
        .y_axis(axis(&view.say("residual value per customer", "每位客户的剩余价值")));
    let bounds = (deciles.numbers("mean_low"), deciles.numbers("mean_high"));
    Drawing::new(layout)
        .height(340)
        .trace(bars_with_bounds(x, deciles.numbers("mean"), bounds, &view.say("mean", "均值"), "--c3"))
        .chart(
            "value_deciles",
            view.say("Residual value by tenth", "剩余价值十分位"),
            view.say(
                "Whiskers are the means of the bounds of the customers' 95 % intervals for the mean: how sure the model is of its coefficients, not what a single customer may do.",
                "须线为客户 95% 均值区间上下限的平均：反映参数不确定性，而非单个客户的波动。",
            ),
            deciles.shown("", &["decile", "customers", "residual_value", "mean", "mean_low", "mean_high"], |_| true),
        )
}

/// What a change of retention would be worth.
fn retention(view: &View<'_>, table: &Shown<'_>) -> Result<Chart> {
    let layout = Layout::new()
        .x_axis(axis(&view.say("change of retention", "留存率变化")).tick_format("+.0%"))
        .y_axis(axis(&view.say("residual value", "剩余价值")));
    Drawing::new(layout)
        .height(320)
        .trace(line(
            table.numbers("retention_change"),
            table.numbers("residual_value"),
            &view.say("residual value", "剩余价值"),
            "--c1",
            None,
            "%{y:,.0f}",
        ))
        .chart(
            "retention_value",
            view.say("What better retention would be worth", "提高留存的价值"),
            view.say("All else equal: the same customers, the same spend, another retention.", "其他条件不变，仅改变留存率。"),
            table.shown("", &["retention_change", "retention_rate", "residual_value", "change", "change_share"], |_| true),
        )
}
