//! Customers' own attributes as a dimension.

use std::collections::BTreeMap;

use chrono::NaiveDate;

use super::{Breakdown, BreakdownRow, Counts};
use crate::error::Result;
use crate::ledger::Cells;
use crate::money;
use crate::time::date_of;

impl Breakdown {
    /// Breaks revenue down by something that customers are or have, such as their city or the campaign that won them: `attribute`
    /// gives the value of a customer's id. Best from cells by day; those of longer periods count on the day of the first order.
    /// A row here is an order. Orders and customers are known, cost and discount are not.
    ///
    /// ```
    /// use patronage::ledger::Breakdown;
    /// use patronage::{Ingest, Period};
    /// # fn main() -> patronage::Result<()> {
    /// let ledger = Ingest::new().read_text("customer,date,amount\nann,2024-03-01,5\nbob,2024-03-02,7\ncid,2024-03-02,1\n")?.ledger;
    /// let (first, last) = ledger.days().unwrap_or_default();
    /// let city = |customer: &str| if customer == "cid" { None } else { Some("Lyon".to_owned()) };
    /// let cities = Breakdown::of_attribute(&ledger.cells(last, Period::Day)?, (first, last), city)?;
    /// assert_eq!(cities.values().collect::<Vec<_>>(), [Some("Lyon"), None]);
    /// assert_eq!(cities.revenue()?, 13);
    /// # Ok(()) }
    /// ```
    ///
    /// # Errors
    /// When a cell lies outside the window of days, or a sum leaves the exact range.
    pub fn of_attribute(cells: &Cells, days: (NaiveDate, NaiveDate), attribute: impl Fn(&str) -> Option<String>) -> Result<Self> {
        let mut rows = Vec::with_capacity(cells.len());
        let mut counts: BTreeMap<Option<String>, Counts> = BTreeMap::new();
        for (range, id) in cells.ranges().zip(cells.customer_id.iter()) {
            let value = attribute(id);
            let orders: u64 = range.clone().map(|row| u64::from(cells.purchases[row])).sum();
            let customers = u64::from(orders > 0);
            let own = Counts { orders, customers, new_customers: customers, repeat_customers: u64::from(orders > 1) };
            counts.entry(value.clone()).or_default().add(&own);
            for row in range {
                rows.push(BreakdownRow {
                    value: value.clone(),
                    day: date_of(cells.first_day[row]),
                    rows: u64::from(cells.purchases[row]) + u64::from(cells.refunds[row]),
                    revenue: money::add(cells.purchased[row], cells.refunded[row])?,
                    ..BreakdownRow::default()
                });
            }
        }
        let mut table = Self::from_rows((cells.scale, cells.scale), days, rows)?;
        table.counts = table.values.iter().map(|value| counts.get(value).copied()).collect();
        Ok(table)
    }
}
