//! How many customers bought for the first time, by year, quarter and month.

use chrono::NaiveDate;

use crate::error::{Error, Result};
use crate::ledger::{Cells, Span, ViewPeriod};
use crate::time::Period;

/// The new customers of one period.
#[derive(Debug, Clone, PartialEq)]
pub struct NewCustomersRow {
    /// Year, quarter or month.
    pub grain: Period,
    /// The period, and how far it is known. In the first one every customer looks new.
    pub period: ViewPeriod,
    /// Customers whose first purchase lies in it.
    pub new_customers: u64,
    /// The relative change to the period before (0.1 is ten per cent more).
    pub change: Option<f64>,
    /// The relative change to the same period of the year before.
    pub change_year: Option<f64>,
}

/// Counts first purchases by year, then by quarter, then by month, from cells by day up to a date.
///
/// A change is none when one of the two periods is not fully known: the last one before it is over, the first one, in
/// which customers of old look new; and when nobody was new in the earlier one.
///
/// # Errors
/// When the cells are not by day, nobody has bought, or a cell begins after the date.
pub fn new_customers(cells: &Cells, as_of: NaiveDate) -> Result<Vec<NewCustomersRow>> {
    if cells.period() != Period::Day {
        return Err(Error::parameter("new customers are counted from cells by day").with_value(&cells.period().to_string()));
    }
    let first_days: Vec<i32> = (0..cells.customers())
        .filter_map(|customer| cells.range(customer).find(|row| cells.purchases[*row] > 0))
        .map(|row| cells.index[row])
        .collect();
    let mut rows = Vec::new();
    for grain in [Period::Year, Period::Quarter, Period::Month] {
        let span = Span::of_period(grain, cells, as_of)?;
        let mut counts = vec![0_u64; span.len()];
        for day in &first_days {
            counts[span.position(grain.index_of(*day))] += 1;
        }
        let change = |position: usize, before: Option<usize>| {
            let before = before.filter(|before| *before > 0 && counts[*before] > 0 && span.complete(position))?;
            Some(relative(counts[position], counts[before]))
        };
        rows.extend((0..span.len()).map(|position| NewCustomersRow {
            grain,
            period: span.describe(position),
            new_customers: counts[position],
            change: change(position, position.checked_sub(1)),
            change_year: change(position, span.year_before(position)),
        }));
    }
    Ok(rows)
}

#[expect(clippy::cast_precision_loss, reason = "a ratio of counts below 2^53")]
fn relative(now: u64, before: u64) -> f64 {
    (now as f64 - before as f64) / before as f64
}
