//! Summaries of a [`SegmentBook`] for people: a screen for the terminal, Markdown for an e-mail or a pull request.
//!
//! This crate renders. Every number it shows stands in the book.
//!
//! ```
//! use patronage::{Ingest, SegmentBook};
//! # fn main() -> patronage::Result<()> {
//! let log = "customer,date,amount\nann,2024-03-01,50\nann,2024-03-20,70\nbob,2024-01-05,20\n";
//! let book = SegmentBook::params().build(&Ingest::new().read_text(log)?)?;
//! assert!(patronage_report::terminal(&book)?.contains("2 customers"));
//! assert!(patronage_report::markdown(&book)?.starts_with("# Customer segments as of 2024-03-20"));
//! # Ok(()) }
//! ```

mod choice;
mod grid;
mod numbers;
mod tables;
mod value;

use std::fmt::Write;

use patronage::{Audit, Result, SegmentBook};

pub use choice::choice;
use numbers::{grouped, percent};

/// A summary that fits a screen.
///
/// # Errors
/// When the book lacks a column that its manifest promises.
pub fn terminal(book: &SegmentBook) -> Result<String> {
    render(book, Style::Terminal)
}

/// The same summary as Markdown.
///
/// # Errors
/// As [`terminal`].
pub fn markdown(book: &SegmentBook) -> Result<String> {
    render(book, Style::Markdown)
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

#[derive(Clone, Copy, PartialEq, Eq)]
enum Style {
    Terminal,
    Markdown,
}

fn render(book: &SegmentBook, style: Style) -> Result<String> {
    let manifest = book.manifest();
    let mut text = String::new();
    let heading = if style == Style::Markdown { "# " } else { "" };
    let _ = writeln!(text, "{heading}Customer segments as of {}\n", manifest.as_of);
    let _ = writeln!(
        text,
        "{} customers · {} orders · revenue {}",
        grouped(&manifest.book_customers.to_string()),
        grouped(&manifest.book_orders.to_string()),
        grouped(&manifest.book_revenue)
    );
    if let Some(audit) = &manifest.audit {
        let _ = writeln!(
            text,
            "{} rows read, {} accepted, {} rejected with money {}",
            grouped(&audit.rows_in.to_string()),
            grouped(&audit.rows_accepted.to_string()),
            grouped(&audit.rejected().to_string()),
            grouped(&audit.money_rejected)
        );
    }
    let zone = &manifest.ledger.zone;
    let _ = match manifest.audit.as_ref().and_then(|audit| audit.largest_customer.as_ref()) {
        Some(largest) => {
            let (id, share) = (numbers::shown(&largest.customer_id), percent(Some(largest.share)));
            writeln!(text, "days are those of {zone}; the customer with the most orders, `{id}`, has {share} of them")
        }
        None => writeln!(text, "days are those of {zone}"),
    };
    if manifest.rows_after_as_of > 0 {
        let _ = writeln!(text, "{} rows lie after that date and were not used", grouped(&manifest.rows_after_as_of.to_string()));
    }
    if manifest.rows_before_from > 0 {
        let _ = writeln!(text, "{} rows lie before the first day and were not used", grouped(&manifest.rows_before_from.to_string()));
    }
    for (title, grid) in tables::all(book)? {
        let _ = match style {
            Style::Terminal => writeln!(text, "\n{title}\n{}", grid.plain()),
            Style::Markdown => writeln!(text, "\n## {title}\n\n{}", grid.markdown()),
        };
    }
    if let Some((title, note)) = value::summary(book) {
        let _ = match style {
            Style::Terminal => writeln!(text, "\n{title}\n{note}"),
            Style::Markdown => writeln!(text, "\n## {title}\n\n{}", note.replace('\n', "  \n")),
        };
    }
    if !manifest.warnings.is_empty() {
        let _ = writeln!(text, "\n{heading}To know");
        for warning in &manifest.warnings {
            let _ = writeln!(text, "- {warning}");
        }
    }
    Ok(text)
}
