//! What changed for whom since the last book.

use polars::prelude::*;

use super::SegmentBook;
use crate::error::{Error, Result};
use crate::frames;

/// The columns that say what kind of customer one is. Clusters are not among them: they are found anew each time.
const LABELS: [&str; 5] = ["segment", "abc", "xyz", "lifecycle", "churn_class"];

/// A change of one customer.
struct Change<'a> {
    customer_id: &'a str,
    what: &'static str,
    from: Option<&'a str>,
    to: Option<&'a str>,
}

/// `changes`: a row for each customer and label that is not what it was, sorted by customer. Who entered or left since has its new or
/// old labels there.
pub(super) fn changes(old: &SegmentBook, new: &DataFrame) -> Result<DataFrame> {
    let broken = |error: PolarsError| Error::input(format!("the last book cannot be compared: {error}"));
    let text = |frame: &DataFrame, name: &str| frame.column(name).and_then(|column| column.str().cloned()).map_err(broken);
    let (old_ids, new_ids) = (text(&old.segments, "customer_id")?, text(new, "customer_id")?);
    let both = |label: &&'static str| old.segments.column(label).is_ok() && new.column(label).is_ok();
    let labels: Vec<(&'static str, StringChunked, StringChunked)> = LABELS
        .iter()
        .filter(|label| both(label))
        .map(|label| Ok((*label, text(&old.segments, label)?, text(new, label)?)))
        .collect::<Result<_>>()?;
    let mut rows = Vec::new();
    let (mut before, mut now) = (0, 0);
    while before < old_ids.len() || now < new_ids.len() {
        let (then_id, now_id) = (id(&old_ids, before), id(&new_ids, now));
        // The rows of both books are sorted by the bytes of the ids.
        let (had, has) = match (then_id, now_id) {
            (Some(then), Some(now)) => (then <= now, now <= then),
            (then, now) => (then.is_some(), now.is_some()),
        };
        let customer_id = if had { then_id } else { now_id }.unwrap_or_default();
        for (what, old, new) in &labels {
            let (from, to) = (had.then(|| old.get(before)).flatten(), has.then(|| new.get(now)).flatten());
            if from != to {
                rows.push(Change { customer_id, what, from, to });
            }
        }
        before += usize::from(had);
        now += usize::from(has);
    }
    let columns = vec![
        frames::texts("customer_id", rows.len(), rows.iter().map(|row| row.customer_id)),
        frames::texts("what", rows.len(), rows.iter().map(|row| row.what)),
        Column::new("from".into(), rows.iter().map(|row| row.from).collect::<Vec<_>>()),
        Column::new("to".into(), rows.iter().map(|row| row.to).collect::<Vec<_>>()),
    ];
    frames::frame(rows.len(), columns)
}

/// The id in a row; beyond the last one there is nobody.
fn id(ids: &StringChunked, row: usize) -> Option<&str> {
    if row < ids.len() { ids.get(row) } else { None }
}
