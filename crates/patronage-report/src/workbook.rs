//! The report as an Excel workbook: one sheet a table, and the main charts as native ones.
//!
//! Texts are written as texts, never as formulas or links, whatever they begin with. The date of creation is that of the book, so that
//! the same book gives the same bytes.

use std::collections::HashSet;

use patronage::polars::prelude::*;
use patronage::{Error, Result, money};
use rust_xlsxwriter::{
    Chart, ChartFont, ChartType, Color, ConditionalFormat2ColorScale, ConditionalFormatDataBar, DocProperties, ExcelDateTime, Format,
    FormatAlign, FormatBorder, Workbook, Worksheet, XlsxError,
};

use crate::columns::{self, Kind};
use crate::document::{Block, Document};
use crate::options::Language;
use crate::view::{Shown, View};

/// A sheet has no more rows, header included.
const MOST_ROWS: usize = 1_048_575;
/// A cell holds 32,767 UTF-16 units; those that are longer are cut.
const LONGEST: usize = 16_000;
/// A sheet's name has no more characters.
const LONGEST_NAME: usize = 31;
/// Beyond this many rows colours tell nothing and cost time.
const COLOURED_ROWS: usize = 2_000;
/// Larger whole numbers are no exact floats.
const EXACT: i128 = 1 << 53;

const INK: Color = Color::RGB(0x001A_2230);
const BLUE: Color = Color::RGB(0x001B_6CA8);
const ORANGE: Color = Color::RGB(0x00D9_822B);
const PALE: Color = Color::RGB(0x00F5_F6F8);

pub(crate) fn workbook(view: &View<'_>, document: &Document) -> Result<Vec<u8>> {
    render(view, document).map_err(|error| Error::write(format!("the workbook cannot be written: {error}")))
}

struct Formats {
    header: Format,
    title: Format,
    wrapped: Format,
    text: Format,
    count: Format,
    number: Format,
    fine: Format,
    money: Format,
    percent: Format,
    date: Format,
}

impl Formats {
    fn new() -> Self {
        let base = || Format::new().set_align(FormatAlign::Top);
        Self {
            header: Format::new()
                .set_bold()
                .set_font_color(INK)
                .set_background_color(PALE)
                .set_border_bottom(FormatBorder::Medium)
                .set_align(FormatAlign::Top)
                .set_text_wrap(),
            title: Format::new().set_bold().set_font_size(18),
            wrapped: base().set_text_wrap(),
            text: base(),
            count: base().set_num_format("#,##0"),
            number: base().set_num_format("#,##0.##"),
            fine: base().set_num_format("0.0000"),
            money: base().set_num_format("#,##0.00"),
            percent: base().set_num_format("0.0%"),
            date: base().set_num_format("yyyy-mm-dd"),
        }
    }

    fn of(&self, kind: Kind) -> &Format {
        match kind {
            Kind::Text | Kind::Flag => &self.text,
            Kind::Count => &self.count,
            Kind::Number => &self.number,
            Kind::Fine => &self.fine,
            Kind::Money => &self.money,
            Kind::Percent => &self.percent,
            Kind::Date => &self.date,
        }
    }
}

fn render(view: &View<'_>, document: &Document) -> Result<Vec<u8>, XlsxError> {
    let mut book = Workbook::new();
    let as_of = view.book.manifest().as_of.to_string();
    let properties = DocProperties::new().set_title(&document.title).set_creation_datetime(&ExcelDateTime::parse_from_str(&as_of)?);
    book.set_properties(&properties);
    let formats = Formats::new();
    let summary_name = view.say("Summary", "概要");
    let charts_name = view.say("Charts", "图表");
    let mut names: HashSet<String> = HashSet::from([summary_name.to_lowercase(), charts_name.to_lowercase()]);

    summary(book.add_worksheet().set_name(&summary_name)?, view, document, &formats)?;
    book.add_worksheet().set_name(&charts_name)?;
    if !view.options.aggregate_only {
        let name = sheet_name("customers", &mut names);
        let sheet = book.add_worksheet().set_name(&name)?;
        frame(sheet, view.book.segments(), view.language(), &formats, &|name| customer_kind(view.book.segments(), name))?;
    }
    // The sheets that charts refer to.
    let mut sheets: Vec<(String, String)> = Vec::new();
    let (mut first, rest): (Vec<&Shown<'_>>, Vec<&Shown<'_>>) =
        view.tables().filter(|table| table.height() > 0).partition(|table| table.name() == "segments");
    first.extend(rest);
    for table in first {
        let name = sheet_name(table.name(), &mut names);
        let sheet = book.add_worksheet().set_name(&name)?;
        frame(sheet, table.frame(), view.language(), &formats, &|name| table.kind(name))?;
        sheets.push((table.name().to_owned(), name));
    }
    let charts = charts(view, &sheets);
    let sheet = book.worksheet_from_name(&charts_name)?;
    sheet.set_screen_gridlines(false);
    if charts.is_empty() {
        sheet.write_string(0, 0, view.say("This book has no table to draw.", "没有可绘制的表格。"))?;
    }
    for (place, chart) in charts.iter().enumerate() {
        let (row, column) = (place / 2 * 22, place % 2 * 10);
        sheet.insert_chart(u32::try_from(row).unwrap_or(0), u16::try_from(column).unwrap_or(0), chart)?;
    }
    book.save_to_buffer()
}

/// A name that Excel takes, and no other sheet has.
fn sheet_name(name: &str, taken: &mut HashSet<String>) -> String {
    let clean: String = name.chars().map(|c| if "[]:*?/\\'".contains(c) { '_' } else { c }).take(LONGEST_NAME).collect();
    let mut own = clean.clone();
    let mut number = 1;
    while !taken.insert(own.to_lowercase()) {
        number += 1;
        let end = format!("_{number}");
        own = clean.chars().take(LONGEST_NAME - end.len()).collect::<String>() + &end;
    }
    own
}

/// Facts, findings and what to know.
fn summary(sheet: &mut Worksheet, view: &View<'_>, document: &Document, formats: &Formats) -> Result<(), XlsxError> {
    sheet.set_screen_gridlines(false).set_column_width(0, 26)?.set_column_width(1, 90)?;
    sheet.write_string_with_format(0, 0, cut(&document.title), &formats.title)?;
    sheet.write_string(1, 0, cut(&document.subtitle))?;
    let mut row = 3;
    for part in &document.parts {
        for block in &part.blocks {
            match block {
                Block::Facts(facts) => {
                    for fact in facts {
                        sheet.write_string_with_format(row, 0, cut(&fact.label), &formats.header)?;
                        let note = if fact.note.is_empty() { String::new() } else { format!(" ({})", fact.note) };
                        sheet.write_string_with_format(row, 1, cut(&format!("{}{note}", fact.value)), &formats.wrapped)?;
                        row += 1;
                    }
                }
                Block::Findings(findings) => {
                    row += 1;
                    sheet.write_string_with_format(row, 0, part.title, &formats.header)?;
                    for finding in findings {
                        sheet.write_string_with_format(row, 1, cut(&finding.text), &formats.wrapped)?;
                        row += 1;
                    }
                    row += 1;
                }
                Block::List(items) => {
                    for item in items {
                        sheet.write_string_with_format(row, 1, cut(item), &formats.wrapped)?;
                        row += 1;
                    }
                }
                Block::Definitions(definitions) => {
                    row += 1;
                    for (word, meaning) in definitions {
                        sheet.write_string_with_format(row, 0, cut(word), &formats.header)?;
                        sheet.write_string_with_format(row, 1, cut(meaning), &formats.wrapped)?;
                        row += 1;
                    }
                }
                Block::Heading(_) | Block::Text(_) | Block::Table(_) | Block::Chart(_) => {}
            }
        }
    }
    if view.options.suppress_below > 0 {
        let below = view.options.suppress_below;
        let note = view
            .language()
            .pick(format!("Empty numbers beside a name: fewer than {below} customers."), format!("名称旁的空白数字：客户数少于 {below}。"));
        sheet.write_string(row + 1, 0, note)?;
    }
    Ok(())
}

fn customer_kind(frame: &DataFrame, name: &str) -> Kind {
    match (frame.column(name).map(|column| column.dtype().clone()), columns::kind(name)) {
        (Ok(DataType::Date), _) => Kind::Date,
        (Ok(DataType::Decimal(..)), _) => Kind::Money,
        (Ok(DataType::String), _) => Kind::Text,
        (Ok(DataType::Boolean), _) => Kind::Flag,
        (Ok(dtype), None) if dtype.is_integer() => Kind::Count,
        (_, Some(kind)) => kind,
        _ => Kind::Number,
    }
}

/// A whole table: header that stays, filters, formats by column.
fn frame(
    sheet: &mut Worksheet,
    frame: &DataFrame,
    language: Language,
    formats: &Formats,
    kind: &dyn Fn(&str) -> Kind,
) -> Result<(), XlsxError> {
    // Of a column that comes in two languages, and perhaps in keys as well, the one of the report.
    let (own, other) = (language.suffix(), language.pick("_zh", "_en"));
    let wanted = |name: &str| !name.ends_with(other) && frame.column(&format!("{name}{own}")).is_err();
    let columns: Vec<&Column> = frame.columns().iter().filter(|column| wanted(column.name())).collect();
    let rows = frame.height().min(MOST_ROWS);
    let last_row = u32::try_from(rows).unwrap_or(u32::MAX);
    for (at, column) in columns.iter().enumerate() {
        let at = u16::try_from(at).unwrap_or(u16::MAX);
        let name = column.name().as_str();
        let (kind, heading) = (kind(name), columns::heading(name, language));
        sheet.write_string_with_format(0, at, cut(&heading), &formats.header)?;
        let width = match kind {
            Kind::Text => text_width(column, rows, &heading),
            Kind::Date => 11.0,
            _ => (heading.chars().count() as f64 * 0.7).clamp(10.0, 16.0),
        };
        sheet.set_column_width(at, width)?;
        for row in 0..rows {
            write_cell(sheet, u32::try_from(row + 1).unwrap_or(u32::MAX), at, column, row, formats.of(kind), language)?;
        }
        if rows > 1 && rows <= COLOURED_ROWS {
            match kind {
                Kind::Percent => {
                    let scale =
                        ConditionalFormat2ColorScale::new().set_minimum_color(Color::White).set_maximum_color(Color::RGB(0x0090_C3E6));
                    sheet.add_conditional_format(1, at, last_row, at, &scale)?;
                }
                Kind::Money => {
                    let bar = ConditionalFormatDataBar::new().set_fill_color(Color::RGB(0x00F3_C592)).set_solid_fill(true);
                    sheet.add_conditional_format(1, at, last_row, at, &bar)?;
                }
                _ => {}
            }
        }
    }
    sheet.set_freeze_panes(1, 1)?;
    if rows > 0 && !columns.is_empty() {
        sheet.autofilter(0, 0, last_row, u16::try_from(columns.len() - 1).unwrap_or(u16::MAX))?;
    }
    Ok(())
}

/// As wide as the texts of the first rows, within reason.
fn text_width(column: &Column, rows: usize, heading: &str) -> f64 {
    let texts = column.str().ok();
    let longest = (0..rows.min(200)).filter_map(|row| texts?.get(row)).map(unicode_width::UnicodeWidthStr::width).max().unwrap_or(0);
    (longest.max(unicode_width::UnicodeWidthStr::width(heading)) as f64 + 2.0).clamp(8.0, 60.0)
}

fn write_cell(
    sheet: &mut Worksheet,
    row: u32,
    at: u16,
    column: &Column,
    from: usize,
    format: &Format,
    language: Language,
) -> Result<(), XlsxError> {
    let Ok(value) = column.get(from) else { return Ok(()) };
    match value {
        AnyValue::Null => {}
        AnyValue::Boolean(flag) => {
            let text = if flag { language.pick("yes", "是") } else { language.pick("no", "否") };
            sheet.write_string_with_format(row, at, text, format)?;
        }
        AnyValue::Decimal(minor, _, scale) => {
            let scale = u8::try_from(scale).unwrap_or(0);
            if minor.abs() < EXACT {
                sheet.write_number_with_format(row, at, money::to_f64(minor, scale), format)?;
            } else {
                // Text keeps every digit.
                sheet.write_string_with_format(row, at, money::to_text(minor, scale), format)?;
            }
        }
        AnyValue::Date(_) => {
            let date = ExcelDateTime::parse_from_str(&value.to_string())?;
            sheet.write_datetime_with_format(row, at, &date, format)?;
        }
        value => match (value.get_str(), value.extract::<f64>()) {
            (Some(text), _) => {
                sheet.write_string_with_format(row, at, cut(text), format)?;
            }
            (None, Some(number)) if number.is_finite() => {
                sheet.write_number_with_format(row, at, number, format)?;
            }
            _ => {}
        },
    }
    Ok(())
}

/// A text of a length that a cell holds.
fn cut(text: &str) -> String {
    match text.char_indices().nth(LONGEST) {
        Some((end, _)) => format!("{}…", &text[..end]),
        None => text.to_owned(),
    }
}

/// Table, kind, title, column of names, columns of values.
type Plan = (&'static str, ChartType, (&'static str, &'static str), &'static str, &'static [&'static str]);
/// Those that are drawn where the book has their tables.
const PLANS: [Plan; 6] = [
    (
        "segments",
        ChartType::Bar,
        ("Customers and revenue by segment", "各分群客户与收入占比"),
        "name",
        &["customer_share", "revenue_share"],
    ),
    ("lorenz", ChartType::ScatterStraight, ("Lorenz curve", "洛伦兹曲线"), "customer_share", &["revenue_share"]),
    ("value_deciles", ChartType::Column, ("Residual value by tenth", "剩余价值十分位"), "decile", &["mean"]),
    ("tracking", ChartType::Line, ("Expected against actual purchases", "预期与实际购买"), "time", &["actual", "expected"]),
    ("trend", ChartType::Line, ("Revenue", "收入趋势"), "period", &["revenue"]),
    ("growth", ChartType::ColumnStacked, ("New, retained, reactivated", "新增、留存与唤回"), "period", &["retained", "reactivated", "new"]),
];

/// The main charts of those tables that the book has.
fn charts(view: &View<'_>, sheets: &[(String, String)]) -> Vec<Chart> {
    let language = view.language();
    let mut charts = Vec::new();
    for (name, kind, title, category, values) in PLANS {
        let (Some(table), Some((_, sheet))) = (view.table(name), sheets.iter().find(|(table, _)| table == name)) else { continue };
        let other = language.pick("_zh", "_en");
        let shown: Vec<&str> =
            table.frame().columns().iter().map(|column| column.name().as_str()).filter(|column| !column.ends_with(other)).collect();
        let place = |wanted: &str| {
            let in_language = format!("{wanted}{}", language.suffix());
            shown.iter().position(|column| *column == wanted || *column == in_language).and_then(|at| u16::try_from(at).ok())
        };
        let Some(names) = place(category) else { continue };
        let last = u32::try_from(table.height().min(MOST_ROWS)).unwrap_or(u32::MAX);
        let mut chart = Chart::new(kind);
        for (column, color) in values.iter().zip([BLUE, ORANGE, Color::RGB(0x002E_8B6F)]) {
            let Some(at) = place(column) else { continue };
            let series = chart.add_series();
            series
                .set_name(columns::heading(column, language).as_str())
                .set_categories((sheet.as_str(), 1, names, last, names))
                .set_values((sheet.as_str(), 1, at, last, at));
            match kind {
                ChartType::Line | ChartType::ScatterStraight => {
                    series.set_format(
                        rust_xlsxwriter::ChartFormat::new().set_line(rust_xlsxwriter::ChartLine::new().set_color(color).set_width(2)),
                    );
                }
                _ => {
                    series.set_format(
                        rust_xlsxwriter::ChartFormat::new().set_solid_fill(rust_xlsxwriter::ChartSolidFill::new().set_color(color)),
                    );
                }
            }
        }
        let mut font = ChartFont::new();
        font.set_size(12);
        chart.title().set_name(language.pick(title.0, title.1)).set_font(&font);
        chart.set_width(600).set_height(400);
        if values.len() == 1 {
            chart.legend().set_hidden();
        } else {
            chart.legend().set_position(rust_xlsxwriter::ChartLegendPosition::Bottom);
        }
        match name {
            "segments" => {
                chart.y_axis().set_num_format("0%");
                chart.x_axis().set_reverse();
            }
            "lorenz" => {
                chart.x_axis().set_num_format("0%").set_max(1).set_name(columns::heading("customer_share", language).as_str());
                chart.y_axis().set_num_format("0%").set_max(1).set_name(columns::heading("revenue_share", language).as_str());
            }
            _ => {}
        }
        charts.push(chart);
    }
    charts
}
