//! The ledger: additive facts at the finest grain that stays exact.
//!
//! With an order column a fact is one customer's order; rows without an order id are gathered per customer and local
//! day, and each of them is an order of its own. Ledgers [merge](Ledger::merge) by adding, and by taking the earliest
//! instant, which is associative and commutative: today's load, the parts of a distributed roll-up and a repeated run
//! all end in the same ledger. Everything else is a view of it as of a date: [`Ledger::customers`], [`Ledger::cells`].
//!
//! Money is kept in micros (six decimal places) as `i128`; a sum beyond 38 digits is an error. Memory grows with
//! customers and distinct orders (customer-days without order ids), not with rows. Columns such as category or channel add
//! roll-ups and items: see [`Breakdown`] and [`Baskets`].

pub(crate) mod cells;
pub(crate) mod dimensions;
mod events;
pub(crate) mod facts;
pub(crate) mod keys;
pub(crate) mod partition;
mod segment;
mod store;

use chrono::NaiveDate;
use rayon::prelude::*;
use serde::{Deserialize, Serialize};

use crate::error::{Error, Result};
use crate::money;
use crate::time::{DAY_SECONDS, date_of};

pub(crate) use cells::Span;
pub use cells::{CellMoney, Cells, ViewPeriod};
use dimensions::RollUps;
pub use dimensions::{Baskets, Breakdown, BreakdownRow, Counts, Dimension};
pub(crate) use events::{Event, View};
use partition::{PARTITIONS, Partition};
pub use store::{Load, LoadOutcome, Store};

/// What an order of zero money is.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ZeroAmounts {
    /// A purchase, as in the published CDNOW tables.
    #[default]
    Count,
    /// Neither a purchase nor a refund.
    Ignore,
    /// Each row of zero money is rejected on the way in.
    Reject,
}

crate::time::named!(ZeroAmounts, "way to treat zero amounts", Self::Count => "count", Self::Ignore => "ignore", Self::Reject => "reject");
use std::fmt;
use std::str::FromStr;

/// Rows outside a window of days, and the day by which 99.9 % of all rows had come.
#[derive(Debug, Default)]
pub(crate) struct Window {
    pub(crate) rows_after: u64,
    pub(crate) rows_before: u64,
    pub(crate) nearly_all: Option<i32>,
}

/// What must be the same in ledgers that are merged.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct LedgerSettings {
    /// The zone whose calendar decides the local day, an IANA name; `UTC` by default.
    pub zone: String,
    /// Orders whose id starts with this are refunds.
    pub cancel_prefix: Option<String>,
    /// What an order of zero money is.
    pub zero_amounts: ZeroAmounts,
}

/// Exact, mergeable facts about who ordered what, when. See the [module](self).
#[derive(Debug, Clone)]
pub struct Ledger {
    settings: LedgerSettings,
    /// The most decimal places an accepted amount was written with.
    scale: u8,
    partitions: Vec<Partition>,
    /// What rows say beside customer, time and money, where the input had columns for it.
    rollups: Option<RollUps>,
}

/// Totals over a whole ledger.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Totals {
    /// Customers with at least one fact.
    pub customers: u64,
    /// Customers without a purchase.
    pub refund_only_customers: u64,
    /// Purchase orders.
    pub orders: u64,
    /// Refund orders.
    pub refund_orders: u64,
    /// The first local day.
    pub first: Option<NaiveDate>,
    /// The last local day.
    pub last: Option<NaiveDate>,
    /// The share of all orders that belongs to the customer with the most, and that customer.
    pub largest_customer: Option<LargestCustomer>,
}

/// The customer with the most orders: often a house account or a walk-in id rather than a person.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct LargestCustomer {
    /// The customer's id.
    pub customer_id: String,
    /// Its purchase and refund orders.
    pub orders: u64,
    /// Its share of all orders, 0 to 1.
    pub share: f64,
}

impl Eq for LargestCustomer {}

impl Ledger {
    /// A ledger without facts.
    #[must_use]
    pub fn new(settings: LedgerSettings) -> Self {
        Self { settings, scale: 0, partitions: (0..PARTITIONS).map(|_| Partition::default()).collect(), rollups: None }
    }

    /// What must be the same in ledgers that are merged.
    #[must_use]
    pub fn settings(&self) -> &LedgerSettings {
        &self.settings
    }

    /// Decimal places of its money: the most an accepted amount was written with.
    #[must_use]
    pub fn scale(&self) -> u8 {
        self.scale
    }

    pub(crate) fn widen_scale(&mut self, scale: u8) {
        self.scale = self.scale.max(scale);
    }

    pub(crate) fn partitions_mut(&mut self) -> &mut [Partition] {
        &mut self.partitions
    }

    pub(crate) fn partitions(&self) -> &[Partition] {
        &self.partitions
    }

    pub(crate) fn rollups(&self) -> Option<&RollUps> {
        self.rollups.as_ref()
    }

    pub(crate) fn rollups_mut(&mut self) -> &mut Option<RollUps> {
        &mut self.rollups
    }

    pub(crate) fn settle(&mut self) -> Result<()> {
        self.partitions.par_iter_mut().try_for_each(Partition::settle)
    }

    /// Whether there are no facts.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.partitions.iter().all(|partition| partition.orders.is_empty() && partition.days.is_empty())
    }

    /// Adds another ledger's facts. The order of merging does not matter.
    ///
    /// ```
    /// use patronage::{Ingest, Ledger};
    /// # fn main() -> patronage::Result<()> {
    /// let monday = Ingest::new().read_text("customer,date,amount\na,2024-03-04,5\n")?.ledger;
    /// let tuesday = Ingest::new().read_text("customer,date,amount\nb,2024-03-05,7\n")?.ledger;
    /// let both = monday.merge(&tuesday)?;
    /// assert_eq!(both.totals()?.customers, 2);
    /// # Ok(()) }
    /// ```
    ///
    /// # Errors
    /// When the settings differ, or a sum leaves the exact range.
    pub fn merge(mut self, other: &Self) -> Result<Self> {
        if self.settings != other.settings {
            return Err(Error::parameter("ledgers with different settings cannot be merged")
                .with_value(&format!("{:?} and {:?}", self.settings, other.settings))
                .with_hint("ingest both with the same time zone, cancel prefix and treatment of zero amounts"));
        }
        self.widen_scale(other.scale);
        let values = self.merge_rollups(other)?;
        self.partitions.par_iter_mut().zip(&other.partitions).try_for_each(|(mine, theirs)| mine.merge(theirs, &values))?;
        Ok(self)
    }

    /// Whether rows name the order they belong to.
    #[must_use]
    pub fn has_order_ids(&self) -> bool {
        self.partitions.iter().any(|partition| !partition.orders.is_empty())
    }

    /// The first and the last local day with a fact.
    #[must_use]
    pub fn days(&self) -> Option<(NaiveDate, NaiveDate)> {
        let days = self.partitions.par_iter().flat_map_iter(|partition| {
            let orders =
                partition.orders.as_slice().iter().map(|fact| i32::try_from(fact.instant.div_euclid(DAY_SECONDS)).unwrap_or(i32::MAX));
            orders.chain(partition.days.as_slice().iter().map(|fact| fact.day))
        });
        let span = days.fold(|| None, |span, day| Some(widen(span, (day, day)))).reduce(|| None, |a, b| b.map_or(a, |b| Some(widen(a, b))));
        span.map(|(first, last)| (date_of(first), date_of(last)))
    }

    /// Counts over the whole ledger.
    ///
    /// # Errors
    /// When a sum leaves the exact range.
    pub fn totals(&self) -> Result<Totals> {
        let days = self.days();
        let view = View::everything(self);
        let parts: Vec<Totals> = self
            .partitions
            .par_iter()
            .map(|partition| {
                let mut totals = Totals::default();
                let mut largest: (u64, u32) = (0, 0);
                view.for_each_customer(partition, |customer, events| {
                    let (purchases, refunds) =
                        events.iter().fold((0, 0), |(p, r), event| (p + u64::from(event.purchases), r + u64::from(event.refunds)));
                    totals.customers += 1;
                    totals.refund_only_customers += u64::from(purchases == 0 && refunds > 0);
                    totals.orders += purchases;
                    totals.refund_orders += refunds;
                    let bigger = purchases + refunds > largest.0
                        || purchases + refunds == largest.0 && partition.customers.get(customer) < partition.customers.get(largest.1);
                    if bigger {
                        largest = (purchases + refunds, customer);
                    }
                    Ok(())
                })?;
                if totals.customers > 0 {
                    let customer_id = String::from_utf8_lossy(partition.customers.get(largest.1)).into_owned();
                    totals.largest_customer = Some(LargestCustomer { customer_id, orders: largest.0, share: 0.0 });
                }
                Ok(totals)
            })
            .collect::<Result<_>>()?;
        let mut totals = parts.into_iter().fold(Totals::default(), Totals::plus);
        let all = totals.orders + totals.refund_orders;
        if let Some(largest) = &mut totals.largest_customer {
            #[expect(clippy::cast_precision_loss, reason = "a share, of counts below 2^53")]
            let share = if all == 0 { 0.0 } else { largest.orders as f64 / all as f64 };
            largest.share = share;
        }
        totals.first = days.map(|days| days.0);
        totals.last = days.map(|days| days.1);
        Ok(totals)
    }

    /// What lies outside a window of days, and by when nearly all orders were placed.
    pub(crate) fn window(&self, to: i32, from: Option<i32>) -> Result<Window> {
        let Some((first, last)) = self.days() else { return Ok(Window::default()) };
        let (first, last) = (crate::time::day_number(first), crate::time::day_number(last));
        let days = usize::try_from(last - first + 1).map_err(|_| Error::input("the last day lies before the first"))?;
        let counts = self
            .partitions
            .par_iter()
            .fold(
                || vec![0_u64; days],
                |mut counts, partition| {
                    let at = |day: i32| usize::try_from(day - first).unwrap_or(0);
                    for fact in partition.orders.as_slice() {
                        counts[at(i32::try_from(fact.instant.div_euclid(DAY_SECONDS)).unwrap_or(last))] += u64::from(fact.rows);
                    }
                    for fact in partition.days.as_slice() {
                        counts[at(fact.day)] += u64::from(fact.rows());
                    }
                    counts
                },
            )
            .reduce(|| vec![0; days], |a, b| a.iter().zip(b).map(|(a, b)| a + b).collect());
        let all: u64 = counts.iter().sum();
        let mut window = Window::default();
        let mut sum = 0;
        for (day, count) in (first..).zip(counts) {
            sum += count;
            if window.nearly_all.is_none() && sum * 1000 >= all * 999 {
                window.nearly_all = Some(day);
            }
            window.rows_after += if day > to { count } else { 0 };
            window.rows_before += if from.is_some_and(|from| day < from) { count } else { 0 };
        }
        Ok(window)
    }

    /// All money in the ledger, in minor units of its [scale](Self::scale).
    ///
    /// # Errors
    /// When the sum leaves the exact range.
    pub fn money(&self) -> Result<i128> {
        let mut sum = 0;
        for partition in &self.partitions {
            for fact in partition.orders.as_slice() {
                sum = money::add(sum, fact.micros.get())?;
            }
            for fact in partition.days.as_slice() {
                sum = money::add(money::add(sum, fact.purchased.get())?, fact.refunded.get())?;
            }
        }
        money::from_micros(sum, self.scale).ok_or_else(|| Error::overflow("money is finer than the ledger's scale"))
    }
}

fn widen(span: Option<(i32, i32)>, by: (i32, i32)) -> (i32, i32) {
    span.map_or(by, |(first, last)| (first.min(by.0), last.max(by.1)))
}

impl Totals {
    fn plus(self, other: Self) -> Self {
        let largest_customer = match (self.largest_customer, other.largest_customer) {
            (Some(a), Some(b)) => {
                Some(if (b.orders, std::cmp::Reverse(&b.customer_id)) > (a.orders, std::cmp::Reverse(&a.customer_id)) { b } else { a })
            }
            (a, b) => a.or(b),
        };
        Self {
            customers: self.customers + other.customers,
            refund_only_customers: self.refund_only_customers + other.refund_only_customers,
            orders: self.orders + other.orders,
            refund_orders: self.refund_orders + other.refund_orders,
            largest_customer,
            ..self
        }
    }
}
