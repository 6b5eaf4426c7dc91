//! What a customer did, day by day, and what it bought together: the reading side of a partition.

use super::dimensions::Item;
use super::facts::{DayFact, OrderFact};
use super::keys::OrderKey;
use super::partition::Partition;
use super::{Ledger, ZeroAmounts};
use crate::error::Result;
use crate::time::DAY_SECONDS;

/// Orders of one customer on one local day: one order, or all of a day's rows without order ids.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(crate) struct Event {
    pub(crate) day: i32,
    pub(crate) purchases: u32,
    pub(crate) refunds: u32,
    /// The money of the purchases, in micros.
    pub(crate) purchased: i128,
    /// The money of the refunds, in micros.
    pub(crate) refunded: i128,
}

/// What was bought together.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Basket {
    pub(crate) day: i32,
    /// Whether it is one order rather than a day's rows.
    pub(crate) by_order: bool,
    /// Its part of the customer's items.
    pub(crate) items: (usize, usize),
}

/// Which facts are looked at, and what they mean.
#[derive(Debug, Clone)]
pub(crate) struct View {
    /// The first and the last local day.
    days: (i32, i32),
    cancel_prefix: Option<Vec<u8>>,
    zeros_count: bool,
}

impl View {
    pub(crate) fn new(ledger: &Ledger, from: i32, to: i32) -> Self {
        let settings = ledger.settings();
        Self {
            days: (from, to),
            cancel_prefix: settings.cancel_prefix.as_ref().filter(|prefix| !prefix.is_empty()).map(|prefix| prefix.clone().into_bytes()),
            zeros_count: settings.zero_amounts == ZeroAmounts::Count,
        }
    }

    pub(crate) fn everything(ledger: &Ledger) -> Self {
        Self::new(ledger, i32::MIN, i32::MAX)
    }

    /// Calls `each` with every customer that has facts within the view and its events in order of days.
    pub(crate) fn for_each_customer(&self, partition: &Partition, mut each: impl FnMut(u32, &[Event]) -> Result<()>) -> Result<()> {
        let (mut orders, mut days) = (partition.orders.as_slice(), partition.days.as_slice());
        let mut events = Vec::new();
        let mut scratch = Vec::new();
        while let Some(customer) = [orders.first().map(|f| f.customer), days.first().map(|f| f.customer)].into_iter().flatten().min() {
            events.clear();
            let (mine, rest) = orders.split_at(orders.iter().take_while(|fact| fact.customer == customer).count());
            orders = rest;
            events.extend(mine.iter().filter_map(|fact| self.order(fact, partition, &mut scratch)));
            let (mine, rest) = days.split_at(days.iter().take_while(|fact| fact.customer == customer).count());
            days = rest;
            events.extend(mine.iter().filter_map(|fact| self.day(fact)));
            if !events.is_empty() {
                // Stable, on facts that are often in order of time already; sums do not depend on the order within a day.
                events.sort_by_key(|event| event.day);
                each(customer, &events)?;
            }
        }
        Ok(())
    }

    /// Calls `each` with every customer that has purchases of these values within the view and its baskets: the items of an
    /// order, or of a day where rows have no order ids, and how many orders these are.
    pub(crate) fn for_each_basket(
        &self,
        partition: &Partition,
        wanted: impl Fn(u32) -> bool,
        mut each: impl FnMut(u32, &[Basket], &[Item]) -> Result<()>,
    ) -> Result<()> {
        let mut orders = partition.orders.as_slice();
        let (mut baskets, mut kept) = (Vec::new(), Vec::new());
        let mut scratch = Vec::new();
        for own in partition.items.as_slice().chunk_by(|a, b| a.customer == b.customer) {
            let customer = own[0].customer;
            baskets.clear();
            kept.clear();
            for items in own.chunk_by(|a, b| a.cell == b.cell) {
                let start = kept.len();
                // Where each row is an order of its own, those that are no purchases bought nothing.
                kept.extend(items.iter().filter(|item| wanted(item.value) && (item.purchases > 0 || item.order().is_some())));
                if kept.len() == start {
                    continue;
                }
                let day = if let Some(day) = items[0].day() {
                    self.includes(day).then_some(day)
                } else {
                    // Both are sorted by customer and order.
                    let at = orders.partition_point(|fact| (fact.customer, fact.order) < (customer, items[0].cell));
                    orders = &orders[at..];
                    let fact = orders.first().filter(|fact| (fact.customer, fact.order) == (customer, items[0].cell));
                    fact.and_then(|fact| self.order(fact, partition, &mut scratch))
                        .filter(|event| event.purchases > 0)
                        .map(|event| event.day)
                };
                match day {
                    Some(day) => baskets.push(Basket { day, by_order: items[0].day().is_none(), items: (start, kept.len()) }),
                    None => kept.truncate(start),
                }
            }
            if !baskets.is_empty() {
                each(customer, &baskets, &kept)?;
            }
        }
        Ok(())
    }

    fn includes(&self, day: i32) -> bool {
        self.days.0 <= day && day <= self.days.1
    }

    fn order(&self, fact: &OrderFact, partition: &Partition, scratch: &mut Vec<u8>) -> Option<Event> {
        let day = i32::try_from(fact.instant.div_euclid(DAY_SECONDS)).unwrap_or(i32::MAX);
        if !self.includes(day) {
            return None;
        }
        let money = fact.micros.get();
        let cancelled = self.cancel_prefix.as_ref().is_some_and(|prefix| {
            scratch.clear();
            OrderKey(fact.order).write(&partition.order_ids, scratch);
            scratch.starts_with(prefix)
        });
        Some(if cancelled || money < 0 {
            Event { day, refunds: 1, refunded: money, ..Event::default() }
        } else if money == 0 && !self.zeros_count {
            Event { day, ..Event::default() }
        } else {
            Event { day, purchases: 1, purchased: money, ..Event::default() }
        })
    }

    fn day(&self, fact: &DayFact) -> Option<Event> {
        self.includes(fact.day).then(|| Event {
            day: fact.day,
            // Counts of one customer's day; a sum beyond 32 bits was refused when the facts were added up.
            purchases: fact.purchases.saturating_add(if self.zeros_count { fact.zeros } else { 0 }),
            refunds: fact.refunds,
            purchased: fact.purchased.get(),
            refunded: fact.refunded.get(),
        })
    }
}
