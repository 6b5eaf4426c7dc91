//! A ledger by customer and period.

use polars::prelude::*;
use rayon::prelude::*;

use super::{Event, Ledger, View};
use crate::error::{Error, Result};
use crate::ids::TextColumn;
use crate::money;
use crate::time::{Period, day_number};
use chrono::NaiveDate;

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

/// A period's number, and what happened in it.
type Cell = (i32, Event);

/// A customer's id and cells.
type Customer<'a> = (&'a [u8], &'a [Cell]);

impl Ledger {
    /// The ledger by customer and period, up to and including a date.
    ///
    /// # Errors
    /// When a sum leaves the exact range.
    pub fn cells(&self, as_of: NaiveDate, period: Period) -> Result<Cells> {
        let view = View::new(self, i32::MIN, day_number(as_of));
        let parts: Vec<Vec<(u32, Vec<Cell>)>> = self
            .partitions()
            .par_iter()
            .map(|partition| {
                let mut customers = Vec::new();
                view.for_each_customer(partition, |customer, events| {
                    let mut cells: Vec<Cell> = Vec::new();
                    for event in events {
                        let index = period.index_of(event.day);
                        match cells.last_mut() {
                            Some((last, cell)) if *last == index => {
                                cell.purchases = cell.purchases.saturating_add(event.purchases);
                                cell.refunds = cell.refunds.saturating_add(event.refunds);
                                cell.purchased = money::add(cell.purchased, event.purchased)?;
                                cell.refunded = money::add(cell.refunded, event.refunded)?;
                            }
                            _ => cells.push((index, *event)),
                        }
                    }
                    customers.push((customer, cells));
                    Ok(())
                })?;
                Ok(customers)
            })
            .collect::<Result<_>>()?;
        let mut order: Vec<Customer<'_>> = self
            .partitions()
            .iter()
            .zip(&parts)
            .flat_map(|(partition, part)| part.iter().map(|(customer, cells)| (partition.customers.get(*customer), cells.as_slice())))
            .collect();
        order.par_sort_unstable_by_key(|(id, _)| *id);
        self.gather(period, &order)
    }

    fn gather(&self, period: Period, order: &[Customer<'_>]) -> Result<Cells> {
        let mut table = Cells {
            period,
            scale: self.scale(),
            customer_id: TextColumn::default(),
            ends: Vec::with_capacity(order.len()),
            index: Vec::new(),
            first_day: Vec::new(),
            purchases: Vec::new(),
            refunds: Vec::new(),
            purchased: Vec::new(),
            refunded: Vec::new(),
        };
        let minor =
            |micros| money::from_micros(micros, self.scale()).ok_or_else(|| Error::overflow("money is finer than the ledger's scale"));
        for (id, cells) in order {
            table.customer_id.push(&String::from_utf8_lossy(id));
            for (index, cell) in *cells {
                table.index.push(*index);
                table.first_day.push(cell.day);
                table.purchases.push(cell.purchases);
                table.refunds.push(cell.refunds);
                table.purchased.push(minor(cell.purchased)?);
                table.refunded.push(minor(cell.refunded)?);
            }
            table.ends.push(table.index.len());
        }
        Ok(table)
    }
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

    /// The rows of each customer, in order of customer ids.
    pub(crate) fn ranges(&self) -> impl Iterator<Item = std::ops::Range<usize>> {
        self.ends.iter().scan(0, |start, end| Some(std::mem::replace(start, *end)..*end))
    }

    /// Columns `customer_id`, `period` (its number), `first_day` (date), `orders`, `refund_orders`, `purchased`, `refunded` (exact decimals).
    ///
    /// # Errors
    /// When the columns do not make a frame, which would be a defect of this library.
    pub fn frame(&self) -> Result<DataFrame> {
        let ids = self.ranges().zip(self.customer_id.iter()).flat_map(|(range, id)| range.map(move |_| id));
        let columns = vec![
            crate::frames::texts("customer_id", self.len(), ids),
            Column::new("period".into(), &self.index),
            crate::frames::dates("first_day", self.first_day.clone())?,
            Column::new("orders".into(), &self.purchases),
            Column::new("refund_orders".into(), &self.refunds),
            crate::frames::decimals("purchased", self.purchased.clone(), self.scale)?,
            crate::frames::decimals("refunded", self.refunded.clone(), self.scale)?,
        ];
        crate::frames::frame(self.len(), columns)
    }
}
