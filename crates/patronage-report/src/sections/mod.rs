//! The sections of a report: which tables and charts, and what is said about them.

mod about;
mod churn;
mod clusters;
mod definitions;
mod dimensions;
mod findings;
mod future;
mod method;
mod over_time;
mod rfm;
mod segments;
mod sentence;
mod value;

use patronage::Result;

pub(crate) use about::notes;
pub(crate) use findings::findings;
pub(crate) use future::grade as forecast_grade;
pub(crate) use segments::overview;

use crate::document::{Block, Document, Part};
use crate::options::Section;
use crate::view::View;

/// The report as asked for; sections of analyses that did not run are left out.
pub(crate) fn document(view: &View<'_>) -> Result<Document> {
    let manifest = view.book.manifest();
    let mut parts = Vec::new();
    for section in &view.options.sections {
        let blocks = blocks(view, *section)?;
        if !blocks.is_empty() {
            parts.push(Part { section: *section, title: title(view, *section), blocks });
        }
    }
    let title = view.options.title.clone().unwrap_or_else(|| view.say("Customer segments", "客户分群报告"));
    let (customers, orders) = (view.numbers.count(manifest.book_customers as f64), view.numbers.count(manifest.book_orders as f64));
    let subtitle = match view.language() {
        crate::Language::English => format!("as of {} · {customers} customers · {orders} orders", manifest.as_of),
        crate::Language::Chinese => format!("截至 {} · {customers} 位客户 · {orders} 笔订单", manifest.as_of),
    };
    Ok(Document { title, subtitle, parts })
}

fn blocks(view: &View<'_>, section: Section) -> Result<Vec<Block>> {
    match section {
        Section::About => about::blocks(view),
        Section::Findings => Ok(findings::blocks(view)),
        Section::Segments => segments::blocks(view),
        Section::Rfm => rfm::blocks(view),
        Section::Value => value::blocks(view),
        Section::Future => future::blocks(view),
        Section::Churn => churn::blocks(view),
        Section::OverTime => over_time::blocks(view),
        Section::Clusters => clusters::blocks(view),
        Section::Dimensions => dimensions::blocks(view),
        Section::Method => Ok(method::blocks(view)),
    }
}

fn title(view: &View<'_>, section: Section) -> &'static str {
    let (english, chinese) = match section {
        Section::About => ("What this is", "报告说明"),
        Section::Findings => ("What matters most", "主要发现"),
        Section::Segments => ("Segments", "客户分群"),
        Section::Rfm => ("Recency, frequency, money", "RFM 分析"),
        Section::Value => ("Who brings the money", "客户价值"),
        Section::Future => ("What is to come", "未来预测"),
        Section::Churn => ("Who may leave", "流失风险"),
        Section::OverTime => ("Over time", "随时间变化"),
        Section::Clusters => ("Clusters", "聚类"),
        Section::Dimensions => ("By dimension", "维度构成"),
        Section::Method => ("Method and limits", "方法与局限"),
    };
    view.language().pick(english, chinese)
}

/// A chart as a block.
fn drawn(chart: crate::chart::Chart) -> Block {
    Block::Chart(Box::new(chart))
}
