//! A ledger by customer and period.

mod build;
#[cfg(test)]
pub(crate) mod fixtures;
mod frame;
mod views;

use crate::error::Result;
use crate::ids::TextColumn;
use crate::money;
use crate::time::Period;

pub(crate) use views::Span;
pub use views::{CellMoney, ViewPeriod};

/// One row per customer and period with at least one order, sorted by customer id and period.
///
/// The view that cohorts, growth and demand variability start from. Customers with refunds only are part of it.
#[derive(Debug, Clone, PartialEq)]
pub struct Cells {
    pub(crate) period: Period,
    pub(crate) scale: u8,
    pub(crate) customer_id: TextColumn,
    /// Rows of customer `i` are `ends[i - 1]..ends[i]`.
    pub(crate) ends: Vec<usize>,
    /// Number of the period; consecutive periods have consecutive numbers.
    pub(crate) index: Vec<i32>,
    /// Day number of the period's first event.
    pub(crate) first_day: Vec<i32>,
    pub(crate) purchases: Vec<u32>,
    pub(crate) refunds: Vec<u32>,
    pub(crate) purchased: Vec<i128>,
    pub(crate) refunded: Vec<i128>,
}

impl Cells {
    /// The number of (customer, period) rows.
    #[must_use]
    pub fn len(&self) -> usize {
        self.index.len()
    }

    /// Whether there are no rows.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.index.is_empty()
    }

    /// The period of a row.
    #[must_use]
    pub fn period(&self) -> Period {
        self.period
    }

    /// The same facts by a longer period; days can be gathered into any.
    ///
    /// # Errors
    /// When a sum leaves the exact range.
    pub fn by(&self, period: Period) -> Result<Self> {
        let mut table =
            Self { period, customer_id: self.customer_id.clone(), ends: Vec::with_capacity(self.ends.len()), ..Self::empty(self) };
        for range in self.ranges() {
            let start = table.len();
            for row in range {
                let index = period.index_of(self.first_day[row]);
                if table.len() > start && table.index.last() == Some(&index) {
                    let last = table.len() - 1;
                    table.purchases[last] = table.purchases[last].saturating_add(self.purchases[row]);
                    table.refunds[last] = table.refunds[last].saturating_add(self.refunds[row]);
                    table.purchased[last] = money::add(table.purchased[last], self.purchased[row])?;
                    table.refunded[last] = money::add(table.refunded[last], self.refunded[row])?;
                } else {
                    table.index.push(index);
                    table.first_day.push(self.first_day[row]);
                    table.purchases.push(self.purchases[row]);
                    table.refunds.push(self.refunds[row]);
                    table.purchased.push(self.purchased[row]);
                    table.refunded.push(self.refunded[row]);
                }
            }
            table.ends.push(table.len());
        }
        Ok(table)
    }

    /// A table without rows, of the same period and scale.
    fn empty(like: &Self) -> Self {
        Self {
            period: like.period,
            scale: like.scale,
            customer_id: TextColumn::default(),
            ends: Vec::new(),
            index: Vec::new(),
            first_day: Vec::new(),
            purchases: Vec::new(),
            refunds: Vec::new(),
            purchased: Vec::new(),
            refunded: Vec::new(),
        }
    }

    /// The rows of each customer, in order of customer ids.
    pub(crate) fn ranges(&self) -> impl Iterator<Item = std::ops::Range<usize>> {
        self.ends.iter().scan(0, |start, end| Some(std::mem::replace(start, *end)..*end))
    }
}
