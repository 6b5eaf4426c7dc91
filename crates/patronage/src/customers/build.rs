//! From the ledger to one row per customer.

use chrono::NaiveDate;
use rayon::prelude::*;
use serde::{Deserialize, Serialize};

use super::{Customers, CustomersSettings, Frequency};
use crate::error::{Error, Result};
use crate::ledger::keys::leading_bytes;
use crate::ledger::{Event, Ledger, View};
use crate::money;
use crate::time::{Period, TimeUnit, day_number};

/// How to look at a ledger. Every default is that of [`Customers`].
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct CustomersParams {
    as_of: Option<NaiveDate>,
    from: Option<NaiveDate>,
    frequency: Frequency,
    grain: Period,
    time_unit: TimeUnit,
}

impl CustomersParams {
    /// The defaults: as of the ledger's last day, all of its past.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// The last day that is looked at; the ledger's last day when it is not said.
    #[must_use]
    pub fn as_of(mut self, date: NaiveDate) -> Self {
        self.as_of = Some(date);
        self
    }

    /// The first day that is looked at: a look-back window.
    #[must_use]
    pub fn from(mut self, date: NaiveDate) -> Self {
        self.from = Some(date);
        self
    }

    /// The day number of the first day, when not all are looked at.
    pub(crate) fn first_day(&self) -> Option<i32> {
        self.from.map(day_number)
    }

    /// The day number of the last day, when it was said.
    pub(crate) fn last_day(&self) -> Option<i32> {
        self.as_of.map(day_number)
    }

    /// What `frequency` counts.
    #[must_use]
    pub fn frequency(mut self, frequency: Frequency) -> Self {
        self.frequency = frequency;
        self
    }

    /// The period in which purchases merge into one event for the models.
    #[must_use]
    pub fn grain(mut self, grain: Period) -> Self {
        self.grain = grain;
        self
    }

    /// The unit of `first_to_last` and `age`.
    #[must_use]
    pub fn time_unit(mut self, unit: TimeUnit) -> Self {
        self.time_unit = unit;
        self
    }
}

/// A customer within its partition, before rows are sorted by id.
struct Row {
    partition: usize,
    customer: u32,
    first: i32,
    last: i32,
    orders: u32,
    refund_orders: u32,
    purchase_periods: u32,
    first_to_last: u32,
    monetary: i128,
    refunded: i128,
    repeat_value: i128,
}

impl Ledger {
    /// One row per customer with at least one purchase.
    ///
    /// ```
    /// use patronage::{CustomersParams, Ingest};
    /// # fn main() -> patronage::Result<()> {
    /// let text = "customer,date,amount\na,2024-03-01,5\na,2024-03-08,7\nb,2024-03-02,-1\n";
    /// let customers = Ingest::new().read_text(text)?.ledger.customers(&CustomersParams::new())?;
    /// assert_eq!((customers.len(), customers.refund_only()), (1, 1));
    /// assert_eq!(customers.frequency(), [2]);
    /// assert_eq!(customers.monetary(), [12]);
    /// # Ok(()) }
    /// ```
    ///
    /// # Errors
    /// When the ledger is empty and no date was given, when the window is empty, or when a sum leaves the exact range.
    pub fn customers(&self, params: &CustomersParams) -> Result<Customers> {
        let as_of = match params.as_of {
            Some(date) => date,
            None => {
                self.days()
                    .ok_or_else(|| {
                        Error::input("there is no accepted row, so there is no last day").with_hint("give the date to look from")
                    })?
                    .1
            }
        };
        if params.from.is_some_and(|from| from > as_of) {
            return Err(Error::parameter("the look-back window ends before it starts").with_hint("`from` must not lie after `as_of`"));
        }
        let view = View::new(self, params.from.map_or(i32::MIN, day_number), day_number(as_of));
        let settings =
            CustomersSettings { as_of, scale: self.scale(), frequency: params.frequency, grain: params.grain, time_unit: params.time_unit };
        let parts: Vec<(Vec<Row>, u64)> = self
            .partitions()
            .par_iter()
            .enumerate()
            .map(|(index, partition)| {
                let mut rows = Vec::with_capacity(partition.customers.len());
                let mut refund_only = 0;
                view.for_each_customer(partition, |customer, events| {
                    let row = summarise(index, customer, events, params.grain)?;
                    if row.purchase_periods == 0 {
                        refund_only += u64::from(row.refund_orders > 0);
                    } else {
                        rows.push(row);
                    }
                    Ok(())
                })?;
                Ok((rows, refund_only))
            })
            .collect::<Result<_>>()?;

        let mut order: Vec<(u64, &[u8], &Row)> = Vec::with_capacity(parts.iter().map(|(rows, _)| rows.len()).sum());
        for row in parts.iter().flat_map(|(rows, _)| rows) {
            let id = self.partitions()[row.partition].customers.get(row.customer);
            order.push((leading_bytes(id), id, row));
        }
        order.par_sort_unstable_by(|a, b| a.0.cmp(&b.0).then_with(|| a.1.cmp(b.1)));

        // Rows lie all over memory: several threads wait for it at once.
        let parts_of_table: Vec<Customers> = order.par_chunks(1 << 15).map(|rows| self.table(settings, rows)).collect::<Result<_>>()?;
        let mut table = Customers::with_capacity(settings, order.len());
        for part in parts_of_table {
            table.append(part);
        }
        table.refund_only = parts.iter().map(|(_, refund_only)| refund_only).sum();
        Ok(table)
    }

    fn table(&self, settings: CustomersSettings, rows: &[(u64, &[u8], &Row)]) -> Result<Customers> {
        let minor =
            |micros| money::from_micros(micros, settings.scale).ok_or_else(|| Error::overflow("money is finer than the ledger's scale"));
        let mut table = Customers::with_capacity(settings, rows.len());
        for (_, _, row) in rows {
            table.customer_id.push(&self.partitions()[row.partition].customers.text(row.customer));
            table.first_purchase.push(row.first);
            table.last_purchase.push(row.last);
            table.orders.push(row.orders);
            table.monetary.push(minor(row.monetary)?);
            table.refund_orders.push(row.refund_orders);
            table.refunded.push(minor(row.refunded)?);
            table.purchase_periods.push(row.purchase_periods);
            table.days_first_to_last_period.push(row.first_to_last);
            table.repeat_value.push(minor(row.repeat_value)?);
        }
        Ok(table)
    }
}

fn summarise(partition: usize, customer: u32, events: &[Event], grain: Period) -> Result<Row> {
    let mut row = Row {
        partition,
        customer,
        first: 0,
        last: 0,
        orders: 0,
        refund_orders: 0,
        purchase_periods: 0,
        first_to_last: 0,
        monetary: 0,
        refunded: 0,
        repeat_value: 0,
    };
    let mut period = None;
    for event in events {
        row.monetary = money::add(money::add(row.monetary, event.purchased)?, event.refunded)?;
        row.refunded = money::add(row.refunded, event.refunded)?;
        row.refund_orders = row.refund_orders.saturating_add(event.refunds);
        if event.purchases == 0 {
            continue;
        }
        row.orders = row.orders.saturating_add(event.purchases);
        if row.purchase_periods == 0 {
            row.first = event.day;
        }
        row.last = event.day;
        let current = grain.index_of(event.day);
        if period != Some(current) {
            period = Some(current);
            row.purchase_periods += 1;
            row.first_to_last = event.day.abs_diff(row.first);
        }
        if row.purchase_periods > 1 {
            row.repeat_value = money::add(row.repeat_value, event.purchased)?;
        }
    }
    Ok(row)
}
