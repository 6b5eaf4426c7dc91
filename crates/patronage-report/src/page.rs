//! The report as one HTML file that needs nothing else.

use askama::Template;
use patronage::{Error, Result};
use serde::Serialize;

use crate::chart::Chart;
use crate::customers;
use crate::document::{Block, Document};
use crate::options::Language;
use crate::pack::packed;
use crate::view::View;

const STYLE: &str = include_str!("../assets/report.css");
const SCRIPT: &str = include_str!("../assets/report.js");

#[derive(Template)]
#[template(path = "report.html")]
struct Page<'a> {
    document: &'a Document,
    language: Language,
    words: &'a Words,
    as_of: String,
    version: &'static str,
    style: &'static str,
    script: &'static str,
    plotly: String,
    spoken: String,
    customers: Option<customers::Packed>,
}

#[derive(Template)]
#[template(path = "chart.html")]
struct Fragment<'a> {
    chart: &'a Chart,
    words: &'a Words,
}

/// What the page itself says; its script gets the same words.
#[derive(Debug, Serialize)]
struct Words {
    skip: &'static str,
    search: &'static str,
    theme: &'static str,
    contents: &'static str,
    sources: &'static str,
    numbers: &'static str,
    rows: &'static str,
    more: &'static str,
    fewer: &'static str,
    filter: &'static str,
    close: &'static str,
    why: &'static str,
    moves: &'static str,
    nobody: &'static str,
    contact: &'static str,
    changes: &'static str,
    unchanged: &'static str,
    history: &'static str,
    history_columns: [&'static str; 3],
    bought: &'static str,
    interval: &'static str,
    unable: &'static str,
    scriptless: &'static str,
}

const ENGLISH: Words = Words {
    skip: "Skip to the report",
    search: "Find a customer",
    theme: "Light or dark",
    contents: "Contents",
    sources: "Where these numbers stand",
    numbers: "The numbers of this chart",
    rows: "{shown} of {all} rows",
    more: "Show all",
    fewer: "Show fewer",
    filter: "Filter rows",
    close: "Close",
    why: "Why this segment",
    moves: "The nearest other segments",
    nobody: "No such customer here",
    contact: "Why to contact",
    changes: "Since the last book",
    unchanged: "nothing changed",
    history: "Money by period",
    history_columns: ["period", "orders", "revenue"],
    bought: "{period}: orders {orders}, revenue {money}",
    interval: "95 %: {low} to {high}",
    unable: "This browser is too old to show the charts and to search customers: take Chrome or Edge 86, Firefox 113, Safari 16.4 or later. \
             Texts and tables are whole.",
    scriptless: "Charts, sorting and the search for customers need JavaScript. Texts and tables are whole.",
};

const CHINESE: Words = Words {
    skip: "跳到正文",
    search: "查找客户",
    theme: "浅色或深色",
    contents: "目录",
    sources: "数字出处",
    numbers: "图表数据",
    rows: "显示 {shown} / {all} 行",
    more: "显示全部",
    fewer: "收起",
    filter: "筛选",
    close: "关闭",
    why: "所属分群的依据",
    moves: "距离最近的其他分群",
    nobody: "没有该客户",
    contact: "联系理由",
    changes: "与上一份报告相比",
    unchanged: "无变化",
    history: "各期金额",
    history_columns: ["期间", "订单数", "金额"],
    bought: "{period}：{orders} 单，金额 {money}",
    interval: "95% 区间：{low} 至 {high}",
    unable: "当前浏览器版本过旧，无法显示图表和查找客户，请使用 Chrome 或 Edge 86、Firefox 113、Safari 16.4 及以上版本。正文和表格不受影响。",
    scriptless: "图表、排序和客户查找需要启用 JavaScript。正文和表格不受影响。",
};

fn words(language: Language) -> &'static Words {
    language.pick(&ENGLISH, &CHINESE)
}

/// JSON as it may stand in a script element: nothing in it ends the element or a line of script.
pub(crate) fn in_script(json: &str) -> String {
    json.replace('<', "\\u003c").replace('\u{2028}', "\\u2028").replace('\u{2029}', "\\u2029")
}

/// plotly's own script, without the typesetter of formulas that it comes with.
fn plotly_script() -> String {
    let mut all = plotly::Plot::offline_js_sources();
    all.truncate(all.find("</script>").unwrap_or(all.len()));
    all.split_off(all.find('>').map_or(0, |at| at + 1))
}

fn failed(error: &askama::Error) -> Error {
    Error::write(format!("the report cannot be rendered: {error}"))
}

pub(crate) fn html(view: &View<'_>, document: &Document) -> Result<String> {
    let words = words(view.language());
    // The library of the charts is packed beside the customers.
    let (customers, plotly) = std::thread::scope(|scope| {
        let plotly = scope.spawn(|| packed(&plotly_script()));
        let customers = (!view.options.aggregate_only).then(|| customers::packed(view)).transpose();
        (customers, plotly.join().unwrap_or_else(|_| Err(Error::write("the library of the charts cannot be packed"))))
    });
    let (customers, plotly) = (customers?, plotly?);
    let spoken = serde_json::to_string(words).map_err(|error| Error::write(error.to_string()))?;
    Page {
        document,
        language: view.language(),
        words,
        as_of: view.book.manifest().as_of.to_string(),
        version: env!("CARGO_PKG_VERSION"),
        style: STYLE,
        script: SCRIPT,
        plotly,
        spoken: in_script(&spoken),
        customers,
    }
    .render()
    .map_err(|error| failed(&error))
}

/// One chart as a piece of a page.
pub(crate) fn fragment(view: &View<'_>, chart: &Chart) -> Result<String> {
    Fragment { chart, words: words(view.language()) }.render().map_err(|error| failed(&error))
}

/// What a page needs once for any number of pieces: style, words and scripts, the latter at its end.
pub(crate) fn assets(language: Language) -> Result<(String, String)> {
    let spoken = in_script(&serde_json::to_string(words(language)).unwrap_or_default());
    let style = format!("<style>{STYLE}</style>");
    let script = format!(
        "<script type=\"application/json\" id=\"words\">{spoken}</script>\n<script type=\"application/gzip\" id=\"plotly\">{}</script>\n<script>{SCRIPT}</script>",
        packed(&plotly_script())?
    );
    Ok((style, script))
}
