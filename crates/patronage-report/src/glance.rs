//! A book at a glance, for the terminal: data quality, churn, stages and growth, a line each.

use std::fmt::Write;

use patronage::SegmentBook;
use patronage::analysis::quality::Grade;

use crate::numbers::{grouped, percent};

/// The lines whose analyses ran.
pub(crate) fn lines(book: &SegmentBook) -> Vec<String> {
    [book.manifest().quality.as_ref().map(quality), churn(book), stages(book), growth(book)].into_iter().flatten().collect()
}

fn count(number: u64) -> String {
    grouped(&number.to_string())
}

fn quality(grade: &Grade) -> String {
    let level = grade.level.name_en().to_lowercase();
    match grade.to_fix().next() {
        None => format!("data quality: {level}"),
        Some(first) => {
            let others = grade.to_fix().count() - 1;
            let more = if others > 0 { format!("; {others} more in tables/quality") } else { String::new() };
            format!("data quality: {level}; to fix first: {}{more}", first.kind.name_en().to_lowercase())
        }
    }
}

fn churn(book: &SegmentBook) -> Option<String> {
    let analysis = book.manifest().analyses.churn.as_ref()?;
    let table = book.tables().get("churn")?;
    let classes = table.column("churn_class").ok()?.str().ok()?;
    let high = (0..table.height()).find(|row| classes.get(*row) == Some("high"))?;
    let customers = table.column("customers").ok()?.u64().ok()?.get(high)?;
    // Writing to a string cannot fail.
    let mut line = format!("churn: {} customers at high risk", count(customers));
    if let Some((risk, worth)) = analysis.value_at_risk.zip(analysis.residual_value).filter(|(_, worth)| *worth > 0.0) {
        let _ = write!(line, "; {} of the residual value at stake, {}", percent(Some(risk / worth)), grouped(&format!("{risk:.0}")));
    }
    let test = analysis.model.backtest().zip(analysis.model.chosen());
    if let Some((test, chosen)) = test
        && let Some(report) = test.methods.iter().find(|report| report.method == chosen.method)
    {
        let _ = write!(line, " (by {}, AUC {:.2} on the last horizon)", chosen.method, report.auc);
    }
    Some(line)
}

fn stages(book: &SegmentBook) -> Option<String> {
    let table = book.tables().get("lifecycle")?;
    let (stages, customers) = (table.column("stage").ok()?.str().ok()?.clone(), table.column("customers").ok()?.u64().ok()?.clone());
    let known = (0..table.height()).filter_map(|row| Some((stages.get(row)?, customers.get(row)?)));
    let parts: Vec<String> =
        known.filter(|(_, customers)| *customers > 0).map(|(stage, customers)| format!("{} {stage}", count(customers))).collect();
    Some(format!("lifecycle: {}", parts.join(", ")))
}

/// The last whole period.
fn growth(book: &SegmentBook) -> Option<String> {
    let table = book.tables().get("growth")?;
    let complete = table.column("complete").ok()?.bool().ok()?.clone();
    let row = (1..table.height()).rev().find(|row| complete.get(*row) == Some(true))?;
    let number = |name: &str| table.column(name).ok()?.u64().ok()?.get(row).map(count);
    let period = table.column("period").ok()?.str().ok()?.get(row)?.to_owned();
    let ratio = table.column("quick_ratio").ok()?.f64().ok()?.get(row);
    let ratio = ratio.map(|ratio| format!(", quick ratio {ratio:.2}")).unwrap_or_default();
    Some(format!(
        "{period}: {} active = {} new + {} retained + {} reactivated; {} did not return{ratio}",
        number("active")?,
        number("new")?,
        number("retained")?,
        number("reactivated")?,
        number("churned")?
    ))
}
