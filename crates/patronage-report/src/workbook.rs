//! The report as an Excel workbook: a summary, the main charts as native ones, and one sheet a table.
//!
//! Texts are written as texts, never as formulas, whatever they begin with; the only links lead from the summary to the other
//! sheets. The date of creation is that of the book, so that the same book gives the same bytes.

mod charts;
mod sheet;
mod summary;

use std::collections::{BTreeMap, HashSet};

use patronage::polars::prelude::*;
use patronage::{Error, Result};
use rust_xlsxwriter::{Color, DocProperties, ExcelDateTime, Format, FormatAlign, FormatBorder, Workbook, XlsxError};

use crate::columns::Kind;
use crate::document::{Block, Document};
use crate::options::Language;
use crate::view::{Shown, View};
use summary::Listed;
use unicode_width::UnicodeWidthStr;

/// A sheet has no more rows, header included.
const MOST_ROWS: usize = 1_048_575;
/// A cell holds 32,767 UTF-16 units; those that are longer are cut.
const LONGEST: usize = 16_000;
/// A sheet's name has no more characters.
const LONGEST_NAME: usize = 31;
/// The paper of printed sheets.
const A4: u8 = 9;
/// The sheet and the page, at the foot of printed pages.
const FOOTER: &str = "&L&A&R&P / &N";
/// The height of a line of text in points.
const LINE: f64 = 15.0;
/// Rows and columns of cells that a chart covers, with a margin.
const CHART_CELLS: (usize, usize) = (20, 10);

const INK: Color = Color::RGB(0x001A_2230);
const BLUE: Color = Color::RGB(0x001B_6CA8);
const PALE: Color = Color::RGB(0x00EE_F4F9);

pub(crate) fn workbook(view: &View<'_>, document: &Document) -> Result<Vec<u8>> {
    render(view, document).map_err(|error| Error::write(format!("the workbook cannot be written: {error}")))
}

struct Formats {
    header: Format,
    title: Format,
    section: Format,
    label: Format,
    link: Format,
    wrapped: Format,
    text: Format,
    word: Format,
    prose: Format,
    date: Format,
}

impl Formats {
    fn new() -> Self {
        let base = || Format::new().set_align(FormatAlign::Top);
        Self {
            header: base()
                .set_bold()
                .set_font_color(INK)
                .set_background_color(PALE)
                .set_border_bottom(FormatBorder::Medium)
                .set_text_wrap(),
            title: Format::new().set_bold().set_font_size(18).set_font_color(INK).set_align(FormatAlign::VerticalCenter),
            section: base().set_bold().set_font_size(12).set_font_color(BLUE).set_border_bottom(FormatBorder::Thin),
            label: base().set_bold().set_font_color(INK).set_text_wrap(),
            link: base().set_font_color(BLUE),
            wrapped: base().set_text_wrap(),
            text: base(),
            // A space between a number and the text that follows it.
            word: base().set_indent(1),
            prose: base().set_indent(1).set_text_wrap(),
            date: Format::new().set_align(FormatAlign::Top).set_align(FormatAlign::Center).set_num_format("yyyy-mm-dd"),
        }
    }

    fn of(&self, kind: Kind) -> &Format {
        if kind == Kind::Date { &self.date } else { &self.word }
    }

    /// Numbers in an Excel pattern.
    fn number(&self, pattern: &str) -> Format {
        self.text.clone().set_num_format(pattern)
    }
}

fn render(view: &View<'_>, document: &Document) -> Result<Vec<u8>, XlsxError> {
    let mut book = Workbook::new();
    let as_of = view.book.manifest().as_of.to_string();
    let properties = DocProperties::new().set_title(&document.title).set_creation_datetime(&ExcelDateTime::parse_from_str(&as_of)?);
    book.set_properties(&properties);
    let formats = Formats::new();
    let (summary_name, charts_name) = (view.say("Summary", "概要"), view.say("Charts", "图表"));
    let mut names: HashSet<String> = HashSet::from([summary_name.to_lowercase(), charts_name.to_lowercase()]);
    book.add_worksheet().set_name(&summary_name)?.set_tab_color(BLUE);
    book.add_worksheet().set_name(&charts_name)?.set_tab_color(BLUE);

    let captions = captions(view, document);
    let mut listed = vec![Listed { name: charts_name.clone(), caption: view.say("The main charts", "主要图表") }];
    if !view.options.aggregate_only {
        let name = sheet_name("customers", &mut names);
        sheet::table(book.add_worksheet().set_name(&name)?, view, &view.customers(), &formats)?;
        let caption = view.say("Every customer with all that was found out", "每位客户的全部结果");
        listed.push(Listed { name, caption });
    }
    // The sheets that charts refer to.
    let mut sheets: Vec<(String, String)> = Vec::new();
    let (mut first, rest): (Vec<&Shown<'_>>, Vec<&Shown<'_>>) =
        view.tables().filter(|table| table.height() > 0).partition(|table| table.name() == "segments");
    first.extend(rest);
    for table in first {
        // Excel keeps the name "History" for itself.
        let name = sheet_name(if table.name() == "history" { "customer_history" } else { table.name() }, &mut names);
        sheet::table(book.add_worksheet().set_name(&name)?, view, table, &formats)?;
        let caption = captions.get(table.name()).cloned().unwrap_or_else(|| table.name().replace('_', " "));
        listed.push(Listed { name: name.clone(), caption });
        sheets.push((table.name().to_owned(), name));
    }
    summary::summary(book.worksheet_from_name(&summary_name)?, view, document, &formats, &listed)?;

    let charts = charts::charts(view, &sheets);
    let sheet = book.worksheet_from_name(&charts_name)?;
    sheet.set_screen_gridlines(false).set_paper_size(A4).set_print_fit_to_pages(1, 1).set_footer(FOOTER);
    if charts.is_empty() {
        sheet.write_string(0, 0, view.say("This book has no table to draw.", "没有可绘制的表格。"))?;
    }
    for (place, chart) in charts.iter().enumerate() {
        let (row, column) = (place / 2 * CHART_CELLS.0, place % 2 * CHART_CELLS.1);
        sheet.insert_chart(u32::try_from(row).unwrap_or(0), u16::try_from(column).unwrap_or(0), chart)?;
    }
    book.save_to_buffer()
}

/// What tables and charts of the report are called, by the table that they show.
fn captions(view: &View<'_>, document: &Document) -> BTreeMap<String, String> {
    // What the report shows in part, or under no caption.
    let titles = [
        ("churn_coefficients", ("What the trained classifier goes by", "训练分类器的依据")),
        ("distributions", ("How recency, orders and money are spread", "近度、订单数与金额的分布")),
        ("future_cells", ("Who is still a customer, by orders and days of silence", "按订单数与沉默天数的存活概率")),
        ("history", ("When the customers with the most money bought", "高额客户各期订单与金额")),
        ("score_counts", ("Customers by score", "各得分客户数")),
        ("value_decline", ("Moves between classes of value", "价值类别变化")),
        ("watchlist", ("Whom to contact first", "优先触达名单")),
    ];
    let mut captions: BTreeMap<String, String> =
        titles.into_iter().map(|(table, (english, chinese))| (table.to_owned(), view.say(english, chinese))).collect();
    for block in document.parts.iter().flat_map(|part| &part.blocks) {
        let (table, caption) = match block {
            Block::Table(table) => (&table.name, &table.caption),
            Block::Chart(chart) => (&chart.table.name, &chart.title),
            _ => continue,
        };
        if !caption.is_empty() {
            captions.entry(table.clone()).or_insert_with(|| caption.clone());
        }
    }
    captions
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

/// Of a column that comes in two languages, and perhaps in keys as well, the one of the report.
fn columns_in(frame: &DataFrame, language: Language) -> Vec<&Column> {
    let (own, other) = (language.suffix(), language.pick("_zh", "_en"));
    let wanted = |name: &str| !name.ends_with(other) && frame.column(&format!("{name}{own}")).is_err();
    frame.columns().iter().filter(|column| wanted(column.name())).collect()
}

/// The lines that a text takes in a column so wide; programs that open the file do not all measure that themselves. Most letters are
/// narrower than the digits that widths are counted in, which leaves room for words that are not split.
fn lines(text: &str, width: f64) -> f64 {
    (text.width() as f64 / width).ceil().max(1.0)
}

/// A text of a length that a cell holds.
fn cut(text: &str) -> String {
    match text.char_indices().nth(LONGEST) {
        Some((end, _)) => format!("{}…", &text[..end]),
        None => text.to_owned(),
    }
}
