//! One row per customer, as of a date: where every analysis starts.
//!
//! # What it answers
//! When did a customer first and last buy, how often, for how much; in the words of RFM and in those of the
//! customer-base models, which mean different things by the same words and are kept apart by name.
//!
//! # Columns and units
//! | column | unit | meaning |
//! |---|---|---|
//! | `customer_id` | text | as in the input, trimmed; rows are sorted by its UTF-8 bytes |
//! | `first_purchase`, `last_purchase` | date | local days of the first and last purchase |
//! | `recency_days` | days | `as_of` − last purchase |
//! | `frequency` | count | purchase orders, or purchase periods ([`Frequency`]) |
//! | `orders` | count | purchase orders |
//! | `monetary` | money, exact | all purchases less all refunds |
//! | `refund_orders`, `refunded` | count, money | orders that gave money back, and how much (≤ 0) |
//! | `purchase_periods` | count | periods with at least one purchase |
//! | `repeat_purchases` | count | x = purchase periods − 1 |
//! | `first_to_last` | time units | `t_x`: first to last purchase period |
//! | `age` | time units | T: first purchase to `as_of` |
//! | `mean_repeat_value` | currency | mean money of a repeat purchase period, refunds not netted; null when x = 0 |
//!
//! # Edge cases
//! A customer with refunds only is no row; [`Customers::refund_only`] counts it. A purchase of zero money counts,
//! unless the ledger was told otherwise.

mod build;
mod frame;
mod from_cells;
pub mod holdout;

use chrono::NaiveDate;
use serde::{Deserialize, Serialize};

use crate::error::{Error, Result};
use crate::ids::TextColumn;
use crate::money;
use crate::time::{Period, TimeUnit, named};

pub use build::CustomersParams;
pub use holdout::Holdout;

/// What `frequency` counts.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Frequency {
    /// Purchase orders.
    #[default]
    Orders,
    /// Periods with at least one purchase.
    Periods,
}

named!(Frequency, "frequency", Self::Orders => "orders", Self::Periods => "periods");

use std::fmt;
use std::str::FromStr;

/// One customer, as it is put into [`Customers::from_rows`] and taken out by [`Customers::row`].
#[derive(Debug, Clone, PartialEq)]
pub struct CustomerRow {
    /// The customer's id.
    pub customer_id: String,
    /// The local day of the first purchase.
    pub first_purchase: NaiveDate,
    /// The local day of the last purchase.
    pub last_purchase: NaiveDate,
    /// Purchase orders, at least 1.
    pub orders: u32,
    /// Net money in minor units.
    pub monetary: i128,
    /// Orders that gave money back.
    pub refund_orders: u32,
    /// The money given back in minor units, not above 0.
    pub refunded: i128,
    /// Periods with at least one purchase, at least 1.
    pub purchase_periods: u32,
    /// The days from the first purchase to the first purchase of the last purchase period.
    pub days_first_to_last_period: u32,
    /// The purchase money of all periods after the first, in minor units.
    pub repeat_value: i128,
}

/// How the rows were made.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct CustomersSettings {
    /// The last day that is looked at.
    pub as_of: NaiveDate,
    /// Decimal places of money: 2 means that minor units are hundredths.
    pub scale: u8,
    /// What `frequency` counts.
    pub frequency: Frequency,
    /// The period in which purchases merge into one event.
    pub grain: Period,
    /// The unit of `first_to_last` and `age`.
    pub time_unit: TimeUnit,
}

impl CustomersSettings {
    /// The defaults: orders, days, weeks, two decimal places.
    #[must_use]
    pub fn new(as_of: NaiveDate) -> Self {
        Self { as_of, scale: 2, frequency: Frequency::default(), grain: Period::default(), time_unit: TimeUnit::default() }
    }
}

/// One row per customer with at least one purchase, sorted by customer id. See the [module](self) for the columns.
#[derive(Debug, Clone, PartialEq)]
pub struct Customers {
    pub(crate) settings: CustomersSettings,
    pub(crate) customer_id: TextColumn,
    pub(crate) first_purchase: Vec<i32>,
    pub(crate) last_purchase: Vec<i32>,
    pub(crate) orders: Vec<u32>,
    pub(crate) monetary: Vec<i128>,
    pub(crate) refund_orders: Vec<u32>,
    pub(crate) refunded: Vec<i128>,
    pub(crate) purchase_periods: Vec<u32>,
    pub(crate) days_first_to_last_period: Vec<u32>,
    pub(crate) repeat_value: Vec<i128>,
    pub(crate) refund_only: u64,
}

impl Customers {
    /// Makes a table from rows in any order.
    ///
    /// # Errors
    /// When an id is empty or stands twice, a purchase lies after `as_of`, or a count is zero that cannot be.
    pub fn from_rows(settings: CustomersSettings, rows: impl IntoIterator<Item = CustomerRow>) -> Result<Self> {
        let mut rows: Vec<CustomerRow> = rows.into_iter().collect();
        rows.sort_by(|a, b| a.customer_id.cmp(&b.customer_id));
        let mut table = Self::with_capacity(settings, rows.len());
        for (index, row) in rows.iter().enumerate() {
            let wrong = if row.customer_id.is_empty() {
                "a customer id is empty"
            } else if index > 0 && rows[index - 1].customer_id == row.customer_id {
                "a customer id stands twice"
            } else if row.last_purchase > settings.as_of || row.first_purchase > row.last_purchase {
                "first purchase ≤ last purchase ≤ as_of does not hold"
            } else if row.orders == 0 || row.purchase_periods == 0 || row.purchase_periods > row.orders {
                "1 ≤ purchase periods ≤ orders does not hold"
            } else {
                table.push(row);
                continue;
            };
            return Err(Error::input(wrong).at_column("customer_id").with_value(&row.customer_id));
        }
        Ok(table)
    }

    /// How the rows were made.
    #[must_use]
    pub fn settings(&self) -> &CustomersSettings {
        &self.settings
    }

    /// The last day that is looked at.
    #[must_use]
    pub fn as_of(&self) -> NaiveDate {
        self.settings.as_of
    }

    /// The number of customers with at least one purchase.
    #[must_use]
    pub fn len(&self) -> usize {
        self.orders.len()
    }

    /// Whether nobody has bought.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.orders.is_empty()
    }

    /// How many customers have refunds only; they are no rows.
    #[must_use]
    pub fn refund_only(&self) -> u64 {
        self.refund_only
    }

    /// The ids, in ascending order of their UTF-8 bytes.
    #[must_use]
    pub fn customer_id(&self) -> &TextColumn {
        &self.customer_id
    }

    /// Finds a customer's row.
    #[must_use]
    pub fn find(&self, customer_id: &str) -> Option<usize> {
        let (mut low, mut high) = (0, self.len());
        while low < high {
            let middle = usize::midpoint(low, high);
            match self.customer_id.get(middle).cmp(customer_id) {
                std::cmp::Ordering::Equal => return Some(middle),
                std::cmp::Ordering::Less => low = middle + 1,
                std::cmp::Ordering::Greater => high = middle,
            }
        }
        None
    }

    /// Days since the last purchase.
    #[must_use]
    pub fn recency_days(&self) -> impl ExactSizeIterator<Item = u32> {
        let as_of = crate::time::day_number(self.settings.as_of);
        self.last_purchase.iter().map(move |last| as_of.saturating_sub(*last).max(0).cast_unsigned())
    }

    /// Purchase orders or purchase periods, as the settings say.
    #[must_use]
    pub fn frequency(&self) -> &[u32] {
        match self.settings.frequency {
            Frequency::Orders => &self.orders,
            Frequency::Periods => &self.purchase_periods,
        }
    }

    /// Purchase orders.
    #[must_use]
    pub fn orders(&self) -> &[u32] {
        &self.orders
    }

    /// Net money in minor units of the settings' scale.
    #[must_use]
    pub fn monetary(&self) -> &[i128] {
        &self.monetary
    }

    /// Orders that gave money back.
    #[must_use]
    pub fn refund_orders(&self) -> &[u32] {
        &self.refund_orders
    }

    /// Money given back in minor units, not above 0.
    #[must_use]
    pub fn refunded(&self) -> &[i128] {
        &self.refunded
    }

    /// Periods with at least one purchase.
    #[must_use]
    pub fn purchase_periods(&self) -> &[u32] {
        &self.purchase_periods
    }

    /// x: purchase periods after the first.
    #[must_use]
    pub fn repeat_purchases(&self) -> impl ExactSizeIterator<Item = u32> {
        self.purchase_periods.iter().map(|periods| periods - 1)
    }

    /// `t_x`: time units from the first to the last purchase period.
    #[must_use]
    pub fn first_to_last(&self) -> impl ExactSizeIterator<Item = f64> {
        let unit = self.settings.time_unit.days();
        self.days_first_to_last_period.iter().map(move |days| f64::from(*days) / unit)
    }

    /// T: time units from the first purchase to `as_of`.
    #[must_use]
    pub fn age(&self) -> impl ExactSizeIterator<Item = f64> {
        let (unit, as_of) = (self.settings.time_unit.days(), crate::time::day_number(self.settings.as_of));
        self.first_purchase.iter().map(move |first| f64::from(as_of.saturating_sub(*first)) / unit)
    }

    /// Mean money of a repeat purchase period in whole currency units; `None` without repeat purchases.
    #[must_use]
    pub fn mean_repeat_value(&self) -> impl ExactSizeIterator<Item = Option<f64>> {
        let scale = self.settings.scale;
        self.purchase_periods
            .iter()
            .zip(&self.repeat_value)
            .map(move |(periods, value)| (*periods > 1).then(|| money::to_f64(*value, scale) / f64::from(periods - 1)))
    }

    /// One customer's row.
    ///
    /// # Panics
    /// When `row` is not below [`len`](Self::len), as a slice does.
    #[must_use]
    pub fn row(&self, row: usize) -> CustomerRow {
        CustomerRow {
            customer_id: self.customer_id.get(row).to_owned(),
            first_purchase: crate::time::date_of(self.first_purchase[row]),
            last_purchase: crate::time::date_of(self.last_purchase[row]),
            orders: self.orders[row],
            monetary: self.monetary[row],
            refund_orders: self.refund_orders[row],
            refunded: self.refunded[row],
            purchase_periods: self.purchase_periods[row],
            days_first_to_last_period: self.days_first_to_last_period[row],
            repeat_value: self.repeat_value[row],
        }
    }

    pub(crate) fn with_capacity(settings: CustomersSettings, rows: usize) -> Self {
        Self {
            settings,
            customer_id: TextColumn::with_capacity(rows, rows * 8),
            first_purchase: Vec::with_capacity(rows),
            last_purchase: Vec::with_capacity(rows),
            orders: Vec::with_capacity(rows),
            monetary: Vec::with_capacity(rows),
            refund_orders: Vec::with_capacity(rows),
            refunded: Vec::with_capacity(rows),
            purchase_periods: Vec::with_capacity(rows),
            days_first_to_last_period: Vec::with_capacity(rows),
            repeat_value: Vec::with_capacity(rows),
            refund_only: 0,
        }
    }

    /// Adds rows behind these.
    fn append(&mut self, other: Self) {
        self.customer_id.append(&other.customer_id);
        self.first_purchase.extend(other.first_purchase);
        self.last_purchase.extend(other.last_purchase);
        self.orders.extend(other.orders);
        self.monetary.extend(other.monetary);
        self.refund_orders.extend(other.refund_orders);
        self.refunded.extend(other.refunded);
        self.purchase_periods.extend(other.purchase_periods);
        self.days_first_to_last_period.extend(other.days_first_to_last_period);
        self.repeat_value.extend(other.repeat_value);
    }

    fn push(&mut self, row: &CustomerRow) {
        self.customer_id.push(&row.customer_id);
        self.first_purchase.push(crate::time::day_number(row.first_purchase));
        self.last_purchase.push(crate::time::day_number(row.last_purchase));
        self.orders.push(row.orders);
        self.monetary.push(row.monetary);
        self.refund_orders.push(row.refund_orders);
        self.refunded.push(row.refunded);
        self.purchase_periods.push(row.purchase_periods);
        self.days_first_to_last_period.push(row.days_first_to_last_period);
        self.repeat_value.push(row.repeat_value);
    }
}
