//! The native charts of a workbook: each draws the cells of a sheet.

use rust_xlsxwriter::{
    Chart, ChartAxis, ChartAxisCrossing, ChartAxisLabelPosition, ChartFont, ChartFormat, ChartLegendPosition, ChartLine, ChartLineDashType,
    ChartSolidFill, ChartType, Color,
};

use super::{BLUE, INK, MOST_ROWS, columns_in};
use crate::columns;
use crate::view::{Shown, View};

/// In pixels; two stand side by side.
pub(super) const SIZE: (u32, u32) = (620, 380);
/// Names along an axis that can be read beside each other.
const NAMES: usize = 14;

const ORANGE: Color = Color::RGB(0x00D9_822B);
const GREEN: Color = Color::RGB(0x002E_8B6F);
const RED: Color = Color::RGB(0x00B8_403F);
const GREY: Color = Color::RGB(0x006D_7683);
const GRID: Color = Color::RGB(0x00E3_E7EC);

/// English and Chinese.
type Words = (&'static str, &'static str);

/// What is drawn of a table, where the book has it.
struct Plan {
    table: &'static str,
    kind: ChartType,
    title: Words,
    /// The column of names, or of places along the first axis.
    names: &'static str,
    /// What stands along the first axis, and what is measured.
    axes: (Words, Words),
    format: &'static str,
    series: &'static [Series],
}

/// A column that is drawn.
struct Series {
    column: &'static str,
    color: Color,
    dashed: bool,
    /// Where the heading of the column does not say what is drawn.
    name: Option<Words>,
}

const fn series(column: &'static str, color: Color) -> Series {
    Series { column, color, dashed: false, name: None }
}

const SHARE: Words = ("share", "占比");
const CUSTOMERS: Words = ("customers", "客户数");
const UNNAMED: Words = ("", "");

/// In the order in which they stand: the four that most readers want come first.
const PLANS: [Plan; 10] = [
    Plan {
        table: "segments",
        kind: ChartType::Bar,
        title: ("Customers and revenue by segment", "各分群客户与收入占比"),
        names: "name",
        axes: (UNNAMED, SHARE),
        format: "0%",
        series: &[series("customer_share", BLUE), series("revenue_share", ORANGE)],
    },
    Plan {
        table: "lorenz",
        kind: ChartType::ScatterStraight,
        title: ("Lorenz curve: how unequal customers are", "洛伦兹曲线：客户贡献的不均衡程度"),
        names: "customer_share",
        axes: (("share of customers, the smallest first", "客户占比（从小到大）"), ("share of revenue", "收入占比")),
        format: "0%",
        series: &[
            Series { name: Some(("as it is", "实际")), ..series("revenue_share", BLUE) },
            Series { dashed: true, name: Some(("if all were equal", "完全均等")), ..series("customer_share", GREY) },
        ],
    },
    Plan {
        table: "tracking",
        kind: ChartType::Line,
        title: ("Repeat purchases, expected against actual", "复购：预期与实际"),
        names: "time",
        axes: (("weeks since the first purchase of all", "自首笔订单起的周数"), ("repeat purchases a week", "每周复购次数")),
        format: "#,##0",
        series: &[series("actual", BLUE), Series { dashed: true, ..series("expected", ORANGE) }],
    },
    Plan {
        table: "trend",
        kind: ChartType::Line,
        title: ("Revenue by period", "各期收入"),
        names: "period",
        axes: (UNNAMED, ("revenue", "收入")),
        format: "#,##0",
        series: &[series("revenue", BLUE)],
    },
    Plan {
        table: "abc",
        kind: ChartType::Column,
        title: ("ABC: who brings the revenue", "ABC：收入来自谁"),
        names: "class",
        axes: (("class", "类别"), SHARE),
        format: "0%",
        series: &[series("customer_share", BLUE), series("revenue_share", ORANGE)],
    },
    Plan {
        table: "growth",
        kind: ChartType::ColumnStacked,
        title: ("Active customers: retained, reactivated, new", "活跃客户：留存、唤回、新增"),
        names: "period",
        axes: (UNNAMED, CUSTOMERS),
        format: "#,##0",
        series: &[series("retained", BLUE), series("reactivated", GREEN), series("new", ORANGE)],
    },
    Plan {
        table: "calibration",
        kind: ChartType::Column,
        title: ("Purchases in the hold-out, by forecast", "留出期购买次数：按预测分组"),
        names: "decile",
        axes: (
            ("tenths of the customers, the highest forecast first", "客户十分位（预测从高到低）"),
            ("purchases per customer", "人均购买次数"),
        ),
        format: "0.0",
        series: &[series("expected", ORANGE), series("actual", BLUE)],
    },
    Plan {
        table: "value_deciles",
        kind: ChartType::Column,
        title: ("Residual value by tenth of the customers", "剩余价值十分位"),
        names: "decile",
        axes: (("tenths of the customers, the most valuable first", "客户十分位（价值从高到低）"), ("mean residual value", "平均剩余价值")),
        format: "#,##0",
        series: &[series("mean", GREEN)],
    },
    Plan {
        table: "segment_risk",
        kind: ChartType::Bar,
        title: ("Value at risk by segment", "各分群风险价值"),
        names: "segment",
        axes: (UNNAMED, ("value at risk", "风险价值")),
        format: "#,##0",
        series: &[series("value_at_risk", RED)],
    },
    Plan {
        table: "lifecycle",
        kind: ChartType::Column,
        title: ("Customers by stage of the life cycle", "各生命周期阶段客户数"),
        names: "name",
        axes: (UNNAMED, CUSTOMERS),
        format: "#,##0",
        series: &[series("customers", BLUE)],
    },
];

/// The charts of those tables that the book has; `sheets` are tables with the names of their sheets.
pub(super) fn charts(view: &View<'_>, sheets: &[(String, String)]) -> Vec<Chart> {
    let planned = PLANS.iter().filter_map(|plan| {
        let (_, sheet) = sheets.iter().find(|(table, _)| table == plan.table)?;
        chart(view, plan, view.table(plan.table)?, sheet)
    });
    planned.collect()
}

fn chart(view: &View<'_>, plan: &Plan, table: &Shown<'_>, sheet: &str) -> Option<Chart> {
    let language = view.language();
    let shown = columns_in(table.frame(), language);
    let place = |wanted: &str| {
        let in_language = format!("{wanted}{}", language.suffix());
        let found = shown.iter().position(|column| column.name() == wanted || *column.name() == in_language);
        found.and_then(|at| u16::try_from(at).ok())
    };
    let names = place(plan.names)?;
    let rows = table.height().min(MOST_ROWS);
    let last = u32::try_from(rows).unwrap_or(u32::MAX);
    let mut chart = Chart::new(plan.kind);
    let mut drawn = 0;
    for series in plan.series {
        let Some(at) = place(series.column) else { continue };
        drawn += 1;
        let name = series.name.map_or_else(|| columns::heading(series.column, language), |name| view.say(name.0, name.1));
        let own = chart.add_series();
        own.set_name(name.as_str()).set_categories((sheet, 1, names, last, names)).set_values((sheet, 1, at, last, at));
        if matches!(plan.kind, ChartType::Line | ChartType::ScatterStraight) {
            let mut line = ChartLine::new();
            line.set_color(series.color).set_width(2.25);
            if series.dashed {
                line.set_dash_type(ChartLineDashType::Dash);
            }
            own.set_format(ChartFormat::new().set_line(&line));
        } else {
            own.set_format(ChartFormat::new().set_solid_fill(ChartSolidFill::new().set_color(series.color))).set_gap(60);
        }
    }
    if drawn == 0 {
        return None;
    }
    let title = view.say(plan.title.0, plan.title.1);
    chart.title().set_name(&title).set_font(font(13).set_bold());
    chart.set_alt_text(&title).set_width(SIZE.0).set_height(SIZE.1);
    if drawn == 1 {
        chart.legend().set_hidden();
    } else {
        chart.legend().set_position(ChartLegendPosition::Bottom).set_font(&font(10));
    }
    axes(view, plan, rows, &mut chart);
    Some(chart)
}

/// Names, formats and grid. Of a bar chart the names stand along the second axis, the first at its top.
fn axes(view: &View<'_>, plan: &Plan, rows: usize, chart: &mut Chart) {
    let (along, measured) = (view.say(plan.axes.0.0, plan.axes.0.1), view.say(plan.axes.1.0, plan.axes.1.1));
    let across = plan.kind == ChartType::Bar;
    let names = styled(if across { chart.y_axis() } else { chart.x_axis() }, &along);
    names.set_major_gridlines(false);
    if across {
        // With the names from the top down, the axis of values would stand at the top.
        names.set_reverse().set_crossing(ChartAxisCrossing::Max);
    } else if plan.kind == ChartType::ScatterStraight {
        names.set_num_format(plan.format).set_min(0).set_max(1);
    } else if rows > NAMES {
        let interval = u16::try_from(rows.div_ceil(NAMES)).unwrap_or(1);
        names.set_label_interval(interval).set_tick_interval(interval);
    }
    if !across {
        // Below the chart, also where values are negative.
        names.set_label_position(ChartAxisLabelPosition::Low);
    }
    let values = styled(if across { chart.x_axis() } else { chart.y_axis() }, &measured);
    values.set_num_format(plan.format).set_major_gridlines(true).set_major_gridlines_line(ChartLine::new().set_color(GRID));
    if plan.kind == ChartType::ScatterStraight {
        values.set_max(1);
    }
}

fn styled<'a>(axis: &'a mut ChartAxis, name: &str) -> &'a mut ChartAxis {
    axis.set_font(&font(9));
    if !name.is_empty() {
        axis.set_name(name).set_name_font(&font(10));
    }
    axis.set_format(ChartFormat::new().set_line(ChartLine::new().set_color(GREY)))
}

fn font(size: u8) -> ChartFont {
    let mut font = ChartFont::new();
    font.set_size(f64::from(size)).set_color(INK).unset_bold();
    font
}
