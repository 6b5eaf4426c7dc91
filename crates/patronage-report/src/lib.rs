//! Reports of a [`SegmentBook`] for people: one HTML file that works offline, an Excel workbook, Markdown, and a screen for the
//! terminal.
//!
//! This crate renders. Every number it shows stands in the book, or in [`SegmentBook::distributions`].
//!
//! ```
//! use patronage::{Ingest, SegmentBook};
//! use patronage_report::ReportOptions;
//! # fn main() -> patronage::Result<()> {
//! let log = "customer,date,amount\nann,2024-03-01,50\nann,2024-03-20,70\nbob,2024-01-05,20\n";
//! let book = SegmentBook::params().build(&Ingest::new().read_text(log)?)?;
//! let options = ReportOptions::new();
//! assert!(patronage_report::html(&book, &options)?.contains("as of 2024-03-20 · 2 customers"));
//! assert!(patronage_report::markdown(&book, &options)?.starts_with("# Customer segments"));
//! assert!(patronage_report::terminal(&book, &options)?.contains("2 customers"));
//! # Ok(()) }
//! ```
//!
//! # Privacy
//! [`SegmentBook::pseudonymized`] makes a book without ids to render; [`ReportOptions::suppress_below`] hides small groups and
//! [`ReportOptions::aggregate_only`] all single customers.

mod card;
mod chart;
mod choice;
mod columns;
mod customers;
mod document;
mod grid;
mod keys;
mod markdown;
mod numbers;
mod options;
mod pack;
mod page;
mod sections;
mod spoken;
mod suppress;
mod terminal;
#[cfg(test)]
mod tests;
mod view;
mod workbook;

use std::fmt::Write;

use patronage::{Audit, Result, SegmentBook};

pub use choice::choice;
use document::Block;
use numbers::{grouped, percent};
pub use options::{Language, ReportOptions, Section};
use view::View;

/// The report as one self-contained HTML file: no request leaves it.
///
/// # Errors
/// When the book has a column of a type that books do not have.
pub fn html(book: &SegmentBook, options: &ReportOptions) -> Result<String> {
    let view = View::new(book, options)?;
    page::html(&view, &sections::document(&view)?)
}

/// The report as Markdown, without charts and with the first rows of long tables.
///
/// # Errors
/// As [`html`].
pub fn markdown(book: &SegmentBook, options: &ReportOptions) -> Result<String> {
    let view = View::new(book, options)?;
    Ok(markdown::markdown(&sections::document(&view)?, options.language))
}

/// The report as an Excel workbook: a summary, the main charts, the customers, and one sheet a table.
///
/// # Errors
/// As [`html`].
///
/// ```
/// use patronage::{Ingest, SegmentBook};
/// # fn main() -> patronage::Result<()> {
/// let log = "customer,date,amount\nann,2024-03-01,50\nann,2024-03-20,70\nbob,2024-01-05,20\n";
/// let book = SegmentBook::params().build(&Ingest::new().read_text(log)?)?;
/// let workbook = patronage_report::xlsx(&book, &patronage_report::ReportOptions::new())?;
/// assert!(workbook.starts_with(b"PK"));
/// # Ok(()) }
/// ```
pub fn xlsx(book: &SegmentBook, options: &ReportOptions) -> Result<Vec<u8>> {
    let view = View::new(book, options)?;
    workbook::workbook(&view, &sections::document(&view)?)
}

/// The charts of a book by name, each as a piece of HTML to put into a page of one's own.
///
/// The page needs the two texts of [`chart_assets`]: the style in its head, the scripts at the end of its body.
///
/// # Errors
/// As [`html`].
///
/// ```
/// use patronage::{Ingest, SegmentBook};
/// use patronage_report::{Language, ReportOptions, chart_assets, charts};
/// # fn main() -> patronage::Result<()> {
/// let log = "customer,date,amount\nann,2024-03-01,50\nann,2024-03-20,70\nbob,2024-01-05,20\n";
/// let book = SegmentBook::params().build(&Ingest::new().read_text(log)?)?;
/// let charts = charts(&book, &ReportOptions::new())?;
/// let (name, lorenz) = charts.iter().find(|(name, _)| name == "lorenz").unwrap();
/// let (style, scripts) = chart_assets(Language::English)?;
/// let page = format!("<!doctype html><html><head>{style}</head><body>{lorenz}{scripts}</body></html>");
/// # assert!(page.contains("id=\"chart-lorenz\"") && name == "lorenz");
/// # Ok(()) }
/// ```
pub fn charts(book: &SegmentBook, options: &ReportOptions) -> Result<Vec<(String, String)>> {
    let view = View::new(book, options)?;
    let mut charts = Vec::new();
    for block in sections::document(&view)?.parts.iter().flat_map(|part| &part.blocks) {
        if let Block::Chart(chart) = block {
            charts.push((chart.key.clone(), page::fragment(&view, chart)?));
        }
    }
    Ok(charts)
}

/// Style and scripts for pages that hold [`charts`]. The style is that of the report: it sets the look of the whole page.
///
/// # Errors
/// When the scripts cannot be compressed, for want of memory.
pub fn chart_assets(language: Language) -> Result<(String, String)> {
    page::assets(language)
}

/// A summary that fits one screen: what was read, the segments, what matters most, and what to know.
///
/// # Errors
/// As [`html`].
pub fn terminal(book: &SegmentBook, options: &ReportOptions) -> Result<String> {
    Ok(terminal::terminal(&View::new(book, options)?))
}

/// One customer as text: values with their intervals, money by period, why to contact, what changed since the last book, why it is in
/// its segment, and the nearest other segments.
///
/// # Errors
/// When the book has no such customer; and as [`html`].
///
/// ```
/// use patronage::{Ingest, SegmentBook};
/// use patronage_report::{ReportOptions, customer};
/// # fn main() -> patronage::Result<()> {
/// let log = "customer,date,amount\nann,2024-03-01,50\nann,2024-03-20,70\nbob,2024-01-05,20\n";
/// let book = SegmentBook::params().build(&Ingest::new().read_text(log)?)?;
/// let card = customer(&book, "ann", &ReportOptions::new())?;
/// assert!(card.starts_with("ann as of 2024-03-20\n") && card.contains("Why this segment"));
/// assert!(customer(&book, "eve", &ReportOptions::new()).is_err());
/// # Ok(()) }
/// ```
pub fn customer(book: &SegmentBook, customer_id: &str, options: &ReportOptions) -> Result<String> {
    card::card(&View::new(book, options)?, customer_id)
}

/// Where every row and all money went, in a few lines.
#[must_use]
pub fn audit(audit: &Audit) -> String {
    let mut text = String::new();
    let rows = |count: u64| grouped(&count.to_string());
    let mut line = |what: &str, value: String| {
        // Writing to a string cannot fail.
        let _ = writeln!(text, "{what:<22}{value}");
    };
    line("rows in", rows(audit.rows_in));
    line("  accepted", rows(audit.rows_accepted));
    line("  rejected", rows(audit.rejected()));
    for (reason, count) in &audit.rows_rejected {
        line(&format!("    {reason}"), rows(*count));
    }
    line("money in", grouped(&audit.money_in));
    line("  accepted", grouped(&audit.money_accepted));
    let unread = if audit.rows_without_money > 0 {
        format!("  ({} rejected rows without readable money)", rows(audit.rows_without_money))
    } else {
        String::new()
    };
    line("  rejected", grouped(&audit.money_rejected) + &unread);
    if let Some(currency) = &audit.currency {
        line("currency", currency.clone());
    }
    line("customers", format!("{}, {} of them with refunds only", rows(audit.customers), rows(audit.refund_only_customers)));
    line("orders", format!("{} purchases, {} refunds", rows(audit.orders), rows(audit.refund_orders)));
    line(
        "repeated rows",
        audit.duplicate_rows.map_or_else(|| "not counted: `patronage check` counts them in inputs above 64 MB".to_owned(), rows),
    );
    if let (Some(first), Some(last)) = (audit.first, audit.last) {
        line("days", format!("{first} to {last}"));
    }
    if let Some(largest) = &audit.largest_customer {
        line("largest customer", format!("`{}` has {} of all orders", numbers::shown(&largest.customer_id), percent(Some(largest.share))));
    }
    text
}
