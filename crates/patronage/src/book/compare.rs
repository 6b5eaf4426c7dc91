//! Two books beside each other: who moved from which segment to which.

use std::fmt;

use chrono::NaiveDate;
use polars::prelude::DataFrame;
use serde::{Deserialize, Serialize};

use super::over_time_tables::{Sheet, migration};
use super::privacy::comparable;
use super::{Manifest, SegmentBook};
use crate::analysis::migration::{Flow, MigrationView, Snapshot, migrate};
use crate::error::{Error, Result};
use crate::ids::TextColumn;
use crate::money;
use crate::words::counted;

/// What two books amount to beside each other.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct ComparisonSummary {
    /// The date of the older book.
    pub from_date: NaiveDate,
    /// The date of the newer book.
    pub to_date: NaiveDate,
    /// `frozen` when both books have the same thresholds, `refit` when each has its own.
    pub form: String,
    /// Customers in the same segment as before.
    pub stayed: u64,
    /// Customers in another segment than before.
    pub moved: u64,
    /// Customers that the older book does not have.
    pub entered: u64,
    /// Customers that the newer book does not have.
    pub left: u64,
    /// What a reader should know.
    pub notes: Vec<String>,
}

/// Two books beside each other.
#[derive(Debug, Clone)]
pub struct Comparison {
    summary: ComparisonSummary,
    flows: Vec<Flow>,
    migration: DataFrame,
    changes: DataFrame,
}

/// Compares the segments of two books, the older one first.
///
/// Each book speaks for itself: its segments are taken as they stand in it. When both were scored with the same
/// thresholds, customers moved by what they did and by time only; else a note says that others may have moved them.
///
/// ```
/// use patronage::book::compare;
/// use patronage::{CustomersParams, Ingest, SegmentBook};
/// # fn main() -> Result<(), Box<dyn std::error::Error>> {
/// let log = "customer,date,amount\nann,2024-01-05,50\nbob,2024-01-20,70\nann,2024-03-01,20\ncid,2024-03-02,20\n";
/// let ledger = Ingest::new().read_text(log)?.ledger;
/// let book = |date: &str| -> Result<SegmentBook, Box<dyn std::error::Error>> {
///     Ok(SegmentBook::params().customers(CustomersParams::new().as_of(date.parse()?)).build_from(&ledger)?)
/// };
/// let comparison = compare(&book("2024-01-31")?, &book("2024-03-31")?)?;
/// let summary = comparison.summary();
/// assert_eq!((summary.stayed + summary.moved, summary.entered, summary.left), (2, 1, 0));
/// # Ok(()) }
/// ```
///
/// # Errors
/// When a book has no segments (kind `Input`), the older one is later than the newer one, one book holds ids and the other
/// pseudonyms or both those of different keys (`Parameter`), or money cannot be brought to one scale (`Overflow`).
pub fn compare(old: &SegmentBook, new: &SegmentBook) -> Result<Comparison> {
    let (from_date, to_date) = (old.manifest.as_of, new.manifest.as_of);
    if from_date > to_date {
        return Err(Error::parameter(format!("the older book is of {from_date}, the newer one of {to_date}"))
            .with_hint("give the older book first"));
    }
    comparable(&old.manifest, new.manifest.pseudonyms.as_ref())?;
    let (mut then, mut now) = (Side::read("older", old)?, Side::read("newer", new)?);
    let scale = then.scale.max(now.scale);
    then.rescale(scale)?;
    now.rescale(scale)?;
    let view = migrate(&then.snapshot(), &now.snapshot())?;
    let same_model = old.manifest.analyses.rfm.is_some() && old.manifest.analyses.rfm == new.manifest.analyses.rfm;
    let form = if same_model { "frozen" } else { "refit" };
    let stayed = view.previous().iter().zip(&now.segment).filter(|(before, now)| **before == Some(**now)).count() as u64;
    let (entered, left) = view.entered_and_left();
    let summary = ComparisonSummary {
        from_date,
        to_date,
        form: form.to_owned(),
        stayed,
        moved: view.previous().len() as u64 - entered - stayed,
        entered,
        left,
        notes: notes(&old.manifest, &new.manifest, same_model),
    };
    Ok(Comparison {
        migration: migration(&[(form, &view)], from_date, to_date, scale)?,
        changes: changes(&view, &then, &now, scale)?,
        flows: view.flows().to_vec(),
        summary,
    })
}

impl Comparison {
    /// Dates, counts and notes.
    #[must_use]
    pub fn summary(&self) -> &ComparisonSummary {
        &self.summary
    }

    /// The ways that customers took, as in a book's table `migration`.
    #[must_use]
    pub fn migration(&self) -> &DataFrame {
        &self.migration
    }

    /// A row for each customer whose segment changed, who entered or who left, sorted by id: `customer_id`,
    /// `from_segment`, `to_segment`, `revenue_from`, `revenue_to`.
    #[must_use]
    pub fn changes(&self) -> &DataFrame {
        &self.changes
    }
}

impl fmt::Display for Comparison {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let ComparisonSummary { from_date, to_date, stayed, moved, entered, left, notes, .. } = &self.summary;
        let stayed = counted(stayed, "customer");
        writeln!(f, "{from_date} to {to_date}: {stayed} stayed in their segment, {moved} moved, {entered} entered, {left} left")?;
        let mut flows: Vec<&Flow> = self.flows.iter().filter(|flow| flow.from != flow.to).collect();
        // Stable: ways of as many customers stay in the order of the segments.
        flows.sort_by_key(|flow| std::cmp::Reverse(flow.customers));
        for flow in flows {
            let (from, to) = (flow.from.as_deref().unwrap_or("(entered)"), flow.to.as_deref().unwrap_or("(left)"));
            let share = flow.from_share.map_or_else(String::new, |share| format!("{:>8.1} % of {from}", share * 100.0));
            writeln!(f, "{:>8}  {from:<22} → {to:<22}{share}", flow.customers)?;
        }
        notes.iter().try_for_each(|note| writeln!(f, "note: {note}"))
    }
}

fn notes(old: &Manifest, new: &Manifest, same_model: bool) -> Vec<String> {
    let mut notes = Vec::new();
    if let (Some(then), Some(now)) = (&old.analyses.rfm, &new.analyses.rfm)
        && !same_model
    {
        notes.push("each book has thresholds of its own: customers may have moved because of what others did".to_owned());
        if then.map() != now.map() {
            let names = format!("`{}` and `{}`", then.map().name(), now.map().name());
            notes.push(format!("the segment maps differ, {names}: segments are matched by their keys"));
        }
        if then.frequency() != now.frequency() {
            notes.push(format!("frequency counts {} in one and {} in the other", then.frequency(), now.frequency()));
        }
    }
    if old.ledger != new.ledger {
        notes.push("the books were made with different time zones, cancel prefixes or treatments of zero amounts".to_owned());
    }
    if old.from != new.from {
        notes.push("the books look back to different days".to_owned());
    }
    notes
}

/// The customers of one book.
struct Side {
    customer_id: TextColumn,
    keys: Vec<String>,
    segment: Vec<u16>,
    revenue: Vec<i128>,
    scale: u8,
}

impl Side {
    fn read(which: &str, book: &SegmentBook) -> Result<Self> {
        let lacks = |column: &str| {
            Error::input(format!("the {which} book has no segments to compare"))
                .at_column(column)
                .with_hint("make it with analysis `rfm`, and read it from Parquet")
        };
        let text = |name: &str| book.segments.column(name).and_then(|column| column.str().cloned()).map_err(|_| lacks(name));
        let (ids, segments) = (text("customer_id")?, text("segment")?);
        let money = book.segments.column("monetary").and_then(|column| column.decimal().cloned()).map_err(|_| lacks("monetary"))?;
        // The order of the map, so that tables read the same way in every book.
        let map = book.manifest.analyses.rfm.as_ref().map(|model| model.map().segments());
        let mut keys: Vec<String> = map.unwrap_or_default().iter().map(|segment| segment.key().to_owned()).collect();
        let mut places: std::collections::BTreeMap<String, usize> = keys.iter().cloned().zip(0..).collect();
        let mut segment = Vec::with_capacity(segments.len());
        for key in segments.iter() {
            let key = key.ok_or_else(|| lacks("segment"))?;
            let place = places.get(key).copied().unwrap_or_else(|| {
                keys.push(key.to_owned());
                places.insert(key.to_owned(), keys.len() - 1);
                keys.len() - 1
            });
            segment.push(u16::try_from(place).map_err(|_| Error::input(format!("the {which} book has more than 65,536 segments")))?);
        }
        let mut customer_id = TextColumn::with_capacity(ids.len(), ids.len() * 8);
        ids.iter().try_for_each(|id| id.map(|id| customer_id.push(id))).ok_or_else(|| lacks("customer_id"))?;
        let revenue: Option<Vec<i128>> = money.physical().iter().collect();
        Ok(Self {
            customer_id,
            keys,
            segment,
            revenue: revenue.ok_or_else(|| lacks("monetary"))?,
            scale: u8::try_from(money.scale()).unwrap_or(money::MICROS_SCALE),
        })
    }

    fn rescale(&mut self, scale: u8) -> Result<()> {
        let factor = money::power_of_ten(scale - self.scale);
        for amount in &mut self.revenue {
            let wider = amount.checked_mul(factor);
            *amount = wider.ok_or_else(|| Error::overflow("money of two books cannot be brought to one number of decimal places"))?;
        }
        self.scale = scale;
        Ok(())
    }

    fn snapshot(&self) -> Snapshot<'_> {
        Snapshot { customer_id: &self.customer_id, segment: &self.segment, segments: &self.keys, revenue: &self.revenue }
    }
}

/// Who is not where it was.
fn changes(view: &MigrationView, then: &Side, now: &Side, scale: u8) -> Result<DataFrame> {
    struct Change<'a> {
        customer_id: &'a str,
        from: Option<&'a str>,
        to: Option<&'a str>,
        revenue_from: i128,
        revenue_to: i128,
    }
    let key = |side: &'_ Side, row: usize| usize::from(side.segment[row]);
    let changed = |row: &usize| view.previous()[*row] != Some(now.segment[*row]);
    let mut rows: Vec<Change<'_>> = (0..now.segment.len())
        .filter(changed)
        .map(|row| Change {
            customer_id: now.customer_id.get(row),
            from: view.older_row()[row].map(|older| then.keys[key(then, older)].as_str()),
            to: Some(&now.keys[key(now, row)]),
            revenue_from: view.older_row()[row].map_or(0, |older| then.revenue[older]),
            revenue_to: now.revenue[row],
        })
        .collect();
    rows.extend(view.left().iter().map(|&row| Change {
        customer_id: then.customer_id.get(row),
        from: Some(&then.keys[key(then, row)]),
        to: None,
        revenue_from: then.revenue[row],
        revenue_to: 0,
    }));
    rows.sort_by_key(|change| change.customer_id);
    let mut sheet = Sheet::new(&rows, scale);
    sheet.text("customer_id", |row| Some(row.customer_id));
    sheet.text("from_segment", |row| row.from);
    sheet.text("to_segment", |row| row.to);
    sheet.money("revenue_from", |row| row.revenue_from)?;
    sheet.money("revenue_to", |row| row.revenue_to)?;
    sheet.finish()
}
