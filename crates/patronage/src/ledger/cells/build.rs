//! From the ledger to customers by period.

use chrono::NaiveDate;
use rayon::prelude::*;

use super::Cells;
use crate::error::{Error, Result};
use crate::ids::TextColumn;
use crate::ledger::{Event, Ledger, View};
use crate::money;
use crate::time::{Period, day_number};

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
        self.cells_since(None, as_of, period)
    }

    /// The ledger by customer and period, from a day number on.
    pub(crate) fn cells_since(&self, from: Option<i32>, as_of: NaiveDate, period: Period) -> Result<Cells> {
        let view = View::new(self, from.unwrap_or(i32::MIN), day_number(as_of));
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
