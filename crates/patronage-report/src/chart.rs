//! Charts: traces and layout for plotly, and the same numbers as a table.
//!
//! Colours are named by the custom properties of the style sheet (`--c1`); the page's script puts in the colours of the light or the
//! dark theme. Font, grid and background follow the theme as a whole.

use std::collections::BTreeMap;

use patronage::{Error, Result};
use plotly::common::{
    Anchor, ColorBar, ColorScale, ColorScaleElement, DashType, ErrorData, ErrorType, ExponentFormat, Line, Marker, Mode, Orientation, Title,
};
use plotly::layout::{Annotation, Axis, AxisType, RangeMode, Shape, ShapeLine, ShapeType};
use plotly::{Bar, HeatMap, Layout, Scatter, Trace};
use serde::Serialize;

use crate::document::Table;
use crate::numbers;

/// A chart and what stands beside it.
#[derive(Debug, Clone)]
pub(crate) struct Chart {
    /// Stable name: the anchor in HTML.
    pub(crate) key: String,
    pub(crate) title: String,
    /// What is drawn, and how to read it.
    pub(crate) reading: String,
    /// `{"data": […], "layout": {…}}` for plotly.
    pub(crate) figure: String,
    /// In lines of text: how high it is drawn.
    pub(crate) height: u32,
    /// The numbers that are drawn.
    pub(crate) table: Table,
}

#[derive(Serialize)]
struct Figure<'a> {
    data: &'a [Box<dyn Trace>],
    layout: &'a Layout,
}

/// What is drawn, before it has a title.
pub(crate) struct Drawing {
    traces: Vec<Box<dyn Trace>>,
    layout: Layout,
    shapes: Vec<Shape>,
    annotations: Vec<Annotation>,
    height: u32,
}

/// The colours of a series, in the order in which they are handed out.
pub(crate) const SERIES: [&str; 6] = ["--c1", "--c2", "--c3", "--c4", "--c5", "--c6"];

impl Drawing {
    pub(crate) fn new(layout: Layout) -> Self {
        Self { traces: Vec::new(), layout, shapes: Vec::new(), annotations: Vec::new(), height: 360 }
    }

    pub(crate) fn trace(mut self, trace: Box<dyn Trace>) -> Self {
        self.traces.push(trace);
        self
    }

    /// The height in pixels.
    pub(crate) fn height(mut self, height: usize) -> Self {
        self.height = u32::try_from(height).unwrap_or(360).clamp(200, 1_200);
        self
    }

    /// A dashed line across the chart at a place on the x axis, with a word at its top.
    pub(crate) fn mark(mut self, x: f64, text: &str) -> Self {
        self.shapes.push(
            Shape::new()
                .shape_type(ShapeType::Line)
                .x_ref("x")
                .y_ref("paper")
                .x0(x)
                .x1(x)
                .y0(0.0)
                .y1(1.0)
                .line(ShapeLine::new().color("--ink-2").width(1.5).dash(DashType::Dash)),
        );
        self.annotations
            .push(Annotation::new().x(x).y(1.0).x_ref("x").y_ref("paper").y_anchor(Anchor::Bottom).text(label(text)).show_arrow(false));
        self
    }

    /// The chart, with its numbers as a table.
    pub(crate) fn chart(self, key: &str, title: String, reading: String, table: Table) -> Result<Chart> {
        let mut layout = self.layout;
        if !self.shapes.is_empty() {
            layout = layout.shapes(self.shapes).annotations(self.annotations);
        }
        let figure = serde_json::to_string(&Figure { data: &self.traces, layout: &layout })
            .map_err(|error| Error::write(format!("a chart cannot be written: {error}")))?;
        // Names of attributes come from outside.
        let key = key.chars().map(|c| if c.is_alphanumeric() || c == '_' { c } else { '-' }).collect();
        Ok(Chart { key, title, reading, figure, height: self.height, table })
    }
}

/// A text from outside as plotly shows it: its markup is not ours, and long ones are cut.
pub(crate) fn label(text: &str) -> String {
    numbers::shown(text).replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;")
}

/// An axis of numbers or of names.
pub(crate) fn axis(title: &str) -> Axis {
    Axis::new().title(Title::from(title)).exponent_format(ExponentFormat::B).separate_thousands(true).auto_margin(true)
}

/// An axis of shares.
pub(crate) fn percent_axis(title: &str) -> Axis {
    axis(title).tick_format(".0%").range_mode(RangeMode::ToZero)
}

/// An axis of names, in their order.
pub(crate) fn names_axis(title: &str) -> Axis {
    axis(title).type_(AxisType::Category)
}

/// Bars along names that stand on the left, the first at the top.
pub(crate) fn bars_across(names: &[String], values: &[Option<f64>], series: &str, color: &'static str, hover: &str) -> Box<dyn Trace> {
    // Axes of names begin at the bottom.
    let names = apart(names).into_iter().rev().collect();
    Bar::new(values.iter().rev().copied().collect(), names)
        .name(series)
        .orientation(Orientation::Horizontal)
        .marker(Marker::new().color(color))
        .hover_template(format!("%{{y}}: {hover}<extra>{}</extra>", label(series)))
}

/// Labels of names, one for each: names that are alike as far as they are shown would be one bar.
fn apart(names: &[String]) -> Vec<String> {
    let mut seen = BTreeMap::new();
    let numbered = |text: String| {
        let times = seen.entry(text.clone()).and_modify(|times| *times += 1).or_insert(1_u32);
        if *times == 1 { text } else { format!("{text} ({times})") }
    };
    names.iter().map(|name| label(name)).map(numbered).collect()
}

/// Bars that stand.
pub(crate) fn bars<X: Serialize + Clone + 'static>(
    x: Vec<X>,
    values: Vec<Option<f64>>,
    series: &str,
    color: &'static str,
    hover: &str,
) -> Box<dyn Trace> {
    Bar::new(x, values)
        .name(series)
        .marker(Marker::new().color(color))
        .hover_template(format!("%{{x}}: {hover}<extra>{}</extra>", label(series)))
}

/// Bars that stand with a bound below and above each.
pub(crate) fn bars_with_bounds(
    x: Vec<String>,
    values: Vec<Option<f64>>,
    bounds: (Vec<Option<f64>>, Vec<Option<f64>>),
    series: &str,
    color: &'static str,
) -> Box<dyn Trace> {
    let distance = |bound: Vec<Option<f64>>, sign: f64| -> Vec<f64> {
        values
            .iter()
            .zip(bound)
            .map(|(value, bound)| bound.zip(*value).map_or(0.0, |(bound, value)| (sign * (bound - value)).max(0.0)))
            .collect()
    };
    let error = ErrorData::new(ErrorType::Data)
        .symmetric(false)
        .array_minus(distance(bounds.0, -1.0))
        .array(distance(bounds.1, 1.0))
        .color("--ink-2")
        .thickness(1.5)
        .width(5);
    Bar::new(x, values).name(series).marker(Marker::new().color(color)).error_y(error)
}

/// A line, solid or dashed, with or without its points.
pub(crate) fn line<X: Serialize + Clone + 'static>(
    x: Vec<X>,
    values: Vec<Option<f64>>,
    series: &str,
    color: &'static str,
    dash: Option<DashType>,
    hover: &str,
) -> Box<Scatter<X, Option<f64>>> {
    // A dashed line is no measurement.
    let points = x.len() <= 60 && dash.is_none();
    let style = Line::new().color(color).width(2.5).dash(dash.unwrap_or(DashType::Solid));
    Scatter::new(x, values)
        .name(series)
        .mode(if points { Mode::LinesMarkers } else { Mode::Lines })
        .line(style)
        .marker(Marker::new().color(color).size(6))
        .hover_template(format!("%{{x}}: {hover}<extra>{}</extra>", label(series)))
}

/// A grid of colours with the number written in each field.
pub(crate) fn heat(
    x: Vec<String>,
    y: Vec<String>,
    z: Vec<Vec<Option<f64>>>,
    texts: Option<&str>,
    hover: &str,
    tick_format: Option<&str>,
) -> Box<dyn Trace> {
    let scale = ["--h0", "--h1", "--h2", "--h3", "--h4"];
    let scale = scale.iter().zip([0.0, 0.25, 0.5, 0.75, 1.0]).map(|(color, at)| ColorScaleElement(at, (*color).to_owned()));
    let mut bar = ColorBar::new().thickness(10).outline_width(0).exponent_format(ExponentFormat::B);
    if let Some(format) = tick_format {
        bar = bar.tick_format(format);
    }
    let most = z.iter().flatten().flatten().fold(0.0_f64, |most, value| most.max(*value));
    let heat = HeatMap::new(x, y, z)
        .color_scale(ColorScale::Vector(scale.collect()))
        .color_bar(bar)
        .zmin(0.0)
        .zmax(most)
        .x_gap(2)
        .y_gap(2)
        .hover_on_gaps(false)
        .hover_template(hover);
    match texts {
        Some(template) => Box::new(WithText { heat, texttemplate: template.to_owned() }),
        None => heat,
    }
}

/// plotly writes a text into each field of a heat map, which its Rust type has no setter for.
#[derive(Clone, Serialize)]
struct WithText {
    #[serde(flatten)]
    heat: Box<HeatMap<String, String, Vec<Option<f64>>>>,
    texttemplate: String,
}

impl Trace for WithText {
    fn to_json(&self) -> String {
        serde_json::to_string(self).unwrap_or_default()
    }
}

/// One colour a point.
pub(crate) fn points(
    x: Vec<Option<f64>>,
    y: Vec<Option<f64>>,
    texts: Vec<String>,
    series: &str,
    color: &'static str,
    symbol: plotly::common::MarkerSymbol,
) -> Box<dyn Trace> {
    Scatter::new(x, y)
        .name(series)
        .mode(Mode::Markers)
        .text_array(texts)
        .marker(Marker::new().color(color).size(7).opacity(0.6).symbol(symbol))
        .hover_template(format!("%{{text}}<extra>{}</extra>", label(series)))
}
