//! Purchase days of each customer, from which everything here is reckoned.

use chrono::NaiveDate;

use crate::error::{Error, Result};
use crate::ids::TextColumn;
use crate::ledger::Cells;
use crate::money;
use crate::time::{Period, date_of, day_number};

/// The days on which each customer bought, with their money, and the days on which it got money back.
///
/// One row per customer with a purchase, sorted by id: the rows of [`Customers`](crate::customers::Customers) at the same
/// date. A look at an earlier date leaves out what came after it, and customers who had not bought yet.
#[derive(Debug, Clone, PartialEq)]
pub struct PurchaseDays {
    scale: u8,
    customer_id: TextColumn,
    /// Purchase days of customer `i` are `ends[i - 1]..ends[i]`.
    ends: Vec<usize>,
    day: Vec<i32>,
    money: Vec<i128>,
    refund_ends: Vec<usize>,
    refund_day: Vec<i32>,
    refunded: Vec<i128>,
}

/// One customer's days, ascending.
#[derive(Debug, Clone, Copy)]
pub(super) struct Days<'a> {
    pub(super) day: &'a [i32],
    /// Purchase money of each day, in minor units, at least 0.
    pub(super) money: &'a [i128],
    refund_day: &'a [i32],
    /// Not above 0.
    refunded: &'a [i128],
}

impl PurchaseDays {
    /// Takes the purchase days out of a ledger's [cells by day](crate::ledger::Ledger::cells).
    ///
    /// # Errors
    /// When the cells are not by day.
    pub fn from_cells(cells: &Cells) -> Result<Self> {
        if cells.period != Period::Day {
            return Err(Error::parameter("churn needs cells by day").with_value(&cells.period.to_string()));
        }
        let mut table = Self {
            scale: cells.scale,
            customer_id: TextColumn::default(),
            ends: Vec::new(),
            day: Vec::new(),
            money: Vec::new(),
            refund_ends: Vec::new(),
            refund_day: Vec::new(),
            refunded: Vec::new(),
        };
        for (customer, range) in cells.ranges().enumerate() {
            if cells.purchases[range.clone()].iter().all(|purchases| *purchases == 0) {
                continue;
            }
            for row in range {
                if cells.purchases[row] > 0 {
                    table.day.push(cells.index[row]);
                    table.money.push(cells.purchased[row]);
                }
                if cells.refunded[row] < 0 {
                    table.refund_day.push(cells.index[row]);
                    table.refunded.push(cells.refunded[row]);
                }
            }
            table.customer_id.push(cells.customer_id.get(customer));
            table.ends.push(table.day.len());
            table.refund_ends.push(table.refund_day.len());
        }
        Ok(table)
    }

    /// The number of customers with a purchase.
    #[must_use]
    pub fn len(&self) -> usize {
        self.ends.len()
    }

    /// Whether nobody has bought.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.ends.is_empty()
    }

    /// Decimal places of money.
    #[must_use]
    pub fn scale(&self) -> u8 {
        self.scale
    }

    /// The ids, in ascending order of their UTF-8 bytes.
    #[must_use]
    pub fn customer_id(&self) -> &TextColumn {
        &self.customer_id
    }

    /// The day of the very first purchase.
    #[must_use]
    pub fn first_day(&self) -> Option<NaiveDate> {
        self.first().map(date_of)
    }

    /// The rows of the customers who had bought by a date.
    #[must_use]
    pub fn known_at(&self, date: NaiveDate) -> Vec<usize> {
        let day = day_number(date);
        (0..self.len()).filter(|row| self.customer(*row).day[0] <= day).collect()
    }

    pub(super) fn first(&self) -> Option<i32> {
        (0..self.len()).map(|row| self.customer(row).day[0]).min()
    }

    /// A customer's days; there is at least one purchase.
    pub(super) fn customer(&self, row: usize) -> Days<'_> {
        let of = |ends: &[usize]| if row == 0 { 0..ends[0] } else { ends[row - 1]..ends[row] };
        let (own, refunds) = (of(&self.ends), of(&self.refund_ends));
        Days {
            day: &self.day[own.clone()],
            money: &self.money[own],
            refund_day: &self.refund_day[refunds.clone()],
            refunded: &self.refunded[refunds],
        }
    }
}

impl<'a> Days<'a> {
    /// What had happened by the end of a day.
    pub(super) fn until(self, day: i32) -> Self {
        let purchases = self.day.partition_point(|other| *other <= day);
        let refunds = self.refund_day.partition_point(|other| *other <= day);
        Self {
            day: &self.day[..purchases],
            money: &self.money[..purchases],
            refund_day: &self.refund_day[..refunds],
            refunded: &self.refunded[..refunds],
        }
    }

    /// The days from one purchase day to the next, each at least 1.
    pub(super) fn gaps(self) -> impl ExactSizeIterator<Item = f64> + 'a {
        self.day.windows(2).map(|pair| f64::from(pair[1] - pair[0]))
    }

    /// Purchase days after one day up to and including another.
    pub(super) fn purchases(self, after: i32, to: i32) -> usize {
        self.within(after, to).len()
    }

    /// Purchase money after one day up to and including another.
    pub(super) fn money(self, after: i32, to: i32) -> Result<i128> {
        money::sum(self.money[self.within(after, to)].iter().copied())
    }

    /// All money that was given back, not above 0.
    pub(super) fn refunded(self) -> Result<i128> {
        money::sum(self.refunded.iter().copied())
    }

    fn within(self, after: i32, to: i32) -> std::ops::Range<usize> {
        let start = self.day.partition_point(|day| *day <= after);
        start..self.day.partition_point(|day| *day <= to).max(start)
    }
}
