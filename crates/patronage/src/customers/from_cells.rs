//! From cells by day to one row per customer, as of any date up to theirs.
//!
//! The ledger sorts its customers for each date anew; cells are sorted already, so that looking back at many dates costs
//! one pass each. Both ways give the same rows.

use chrono::NaiveDate;
use rayon::prelude::*;

use super::{Customers, CustomersSettings};
use crate::error::{Error, Result};
use crate::ledger::Cells;
use crate::money;
use crate::time::{Period, day_number};

/// Customers that one task takes.
const CUSTOMERS_A_TASK: usize = 1 << 14;

impl Customers {
    /// The customers of cells by day as of a date, looked at as `settings` say otherwise.
    ///
    /// The date must not lie after that of the cells: what they do not hold is not seen.
    ///
    /// # Errors
    /// When the cells are not by day or their money has another scale (kind `Parameter`), or a sum leaves the exact range.
    pub fn from_cells(cells: &Cells, as_of: NaiveDate, settings: &CustomersSettings) -> Result<Self> {
        if cells.period() != Period::Day || cells.scale != settings.scale {
            return Err(Error::parameter(format!(
                "customers are made from cells by day with {} decimal places, these are by {} with {}",
                settings.scale,
                cells.period(),
                cells.scale
            )));
        }
        let settings = CustomersSettings { as_of, ..*settings };
        let starts: Vec<usize> = (0..cells.customers()).step_by(CUSTOMERS_A_TASK).collect();
        let parts: Vec<Self> = starts
            .par_iter()
            .map(|start| {
                let mut table = Self::with_capacity(settings, CUSTOMERS_A_TASK);
                for customer in *start..(start + CUSTOMERS_A_TASK).min(cells.customers()) {
                    table.push_customer(cells, customer, day_number(as_of))?;
                }
                Ok(table)
            })
            .collect::<Result<_>>()?;
        let mut table = Self::with_capacity(settings, parts.iter().map(Self::len).sum());
        for part in parts {
            table.refund_only += part.refund_only;
            table.append(part);
        }
        Ok(table)
    }

    /// Adds a customer of cells up to a day; one without a purchase is counted, if it has refunds.
    fn push_customer(&mut self, cells: &Cells, customer: usize, until: i32) -> Result<()> {
        let grain = self.settings.grain;
        let (mut first, mut last, mut period) = (None, 0, None);
        let (mut orders, mut refund_orders, mut purchase_periods, mut first_to_last) = (0_u32, 0_u32, 0, 0);
        let (mut monetary, mut refunded, mut repeat_value) = (0, 0, 0);
        for row in cells.range(customer).take_while(|row| cells.index[*row] <= until) {
            let day = cells.index[row];
            monetary = money::sum([monetary, cells.purchased[row], cells.refunded[row]])?;
            refunded = money::add(refunded, cells.refunded[row])?;
            refund_orders = refund_orders.saturating_add(cells.refunds[row]);
            if cells.purchases[row] == 0 {
                continue;
            }
            orders = orders.saturating_add(cells.purchases[row]);
            let start = *first.get_or_insert(day);
            last = day;
            if period.replace(grain.index_of(day)) != Some(grain.index_of(day)) {
                purchase_periods += 1;
                first_to_last = day.abs_diff(start);
            }
            if purchase_periods > 1 {
                repeat_value = money::add(repeat_value, cells.purchased[row])?;
            }
        }
        let Some(first) = first else {
            self.refund_only += u64::from(refund_orders > 0);
            return Ok(());
        };
        self.customer_id.push(cells.customer_id.get(customer));
        self.first_purchase.push(first);
        self.last_purchase.push(last);
        self.orders.push(orders);
        self.monetary.push(monetary);
        self.refund_orders.push(refund_orders);
        self.refunded.push(refunded);
        self.purchase_periods.push(purchase_periods);
        self.days_first_to_last_period.push(first_to_last);
        self.repeat_value.push(repeat_value);
        Ok(())
    }
}
