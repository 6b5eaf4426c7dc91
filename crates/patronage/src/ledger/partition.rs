//! A share of the customers with all their facts.
//!
//! Customers are spread over a fixed number of partitions by a hash of their id, so that partitions can be worked on
//! in parallel without locks, and small enough to stay in a processor's cache. No output depends on the spread.

use super::dimensions::{Amounts, Item, Lines, NO_AMOUNT, Sums};
use super::facts::{DayFact, Facts, Micros, OrderFact};
use super::keys::{Interner, OrderKey, hash};
use crate::error::Result;
use crate::time::DAY_SECONDS;

/// How many shares there are.
pub(crate) const PARTITIONS: usize = 256;

/// The partition of a customer, from the hash of its id.
pub(crate) fn partition_of(hash: u64) -> usize {
    usize::from(hash.to_be_bytes()[0])
}

/// Accepted rows on their way into one partition.
#[derive(Debug, Default)]
pub(crate) struct Rows {
    /// The customer ids and the order ids that do not fit a key, row after row.
    text: Vec<u8>,
    rows: Vec<Row>,
}

#[derive(Debug, Clone, Copy)]
struct Row {
    hash: u64,
    instant: i64,
    micros: Micros,
    /// The key of an order id that fits one.
    key: OrderKey,
    customer_length: u32,
    /// The length of an order id that does not, or one of the two below.
    order_length: u32,
}

/// There is no order id.
const NO_ORDER: u32 = u32::MAX;
/// The order id is in the key.
const IN_KEY: u32 = u32::MAX - 1;

impl Rows {
    pub(crate) fn clear(&mut self) {
        self.text.clear();
        self.rows.clear();
    }

    pub(crate) fn push(&mut self, hash: u64, customer: &[u8], order: Option<&[u8]>, instant: i64, micros: i128) {
        let short = |length: usize| u32::try_from(length).unwrap_or(0);
        self.text.extend_from_slice(customer);
        let (key, order_length) = match order.map(|order| (order, OrderKey::inline(order))) {
            None => (OrderKey(0), NO_ORDER),
            Some((_, Some(key))) => (key, IN_KEY),
            Some((order, None)) => {
                self.text.extend_from_slice(order);
                (OrderKey(0), short(order.len()))
            }
        };
        self.rows.push(Row { hash, instant, micros: Micros::new(micros), key, customer_length: short(customer.len()), order_length });
    }
}

/// What accepted rows say beside customer, time and money, and where that goes.
pub(crate) struct Values<'a> {
    pub(crate) lines: &'a Lines,
    /// The ledger's numbers of the block's values.
    pub(crate) numbers: &'a [u32],
    /// So many values a row has.
    pub(crate) dimensions: usize,
    /// Where rows without any dimension are summed up.
    pub(crate) all_rows: u32,
    /// Whether a row of zero money that is an order of its own is a purchase.
    pub(crate) zeros_count: bool,
    pub(crate) sums: &'a mut Sums,
}

impl Values<'_> {
    /// Takes what a row says, which belongs to a customer's order or, without an order id, to its day.
    fn take(&mut self, position: usize, row: &Row, customer: u32, order: Option<u64>, items: &mut Facts<Item>) -> Result<()> {
        let day = i32::try_from(row.instant.div_euclid(DAY_SECONDS)).unwrap_or(i32::MAX);
        let micros = row.micros.get();
        let amount = |amounts: &[Micros]| amounts.get(position).map_or(NO_AMOUNT, |amount| amount.get());
        let amounts = Amounts::of_row(micros, amount(&self.lines.costs), amount(&self.lines.discounts));
        let values = &self.lines.values[position * self.dimensions..(position + 1) * self.dimensions];
        if values.is_empty() {
            return self.sums.add(self.all_rows, day, &amounts);
        }
        let purchases = u32::from(micros > 0 || micros == 0 && self.zeros_count);
        for value in values {
            let value = self.numbers[*value as usize];
            self.sums.add(value, day, &amounts)?;
            items.push(Item { customer, value, cell: order.unwrap_or_else(|| Item::day_cell(day)), purchases })?;
        }
        Ok(())
    }
}

/// A share of the customers with all their facts.
#[derive(Debug, Clone, Default)]
pub(crate) struct Partition {
    pub(crate) customers: Interner,
    pub(crate) order_ids: Interner,
    pub(crate) orders: Facts<OrderFact>,
    pub(crate) days: Facts<DayFact>,
    /// The values of orders, where the input has such columns.
    pub(crate) items: Facts<Item>,
}

impl Partition {
    /// Takes rows in, and what else they say; those at the positions for which `skip` says so are left out.
    pub(crate) fn take(&mut self, rows: &Rows, mut values: Option<Values<'_>>, mut skip: impl FnMut(usize) -> bool) -> Result<()> {
        let mut text = rows.text.as_slice();
        for (position, row) in rows.rows.iter().enumerate() {
            let (customer, rest) = text.split_at(row.customer_length as usize);
            let in_text = if row.order_length < IN_KEY { row.order_length as usize } else { 0 };
            let (order, rest) = rest.split_at(in_text);
            text = rest;
            if skip(position) {
                continue;
            }
            let customer = self.customers.intern(row.hash, customer);
            let key = match row.order_length {
                NO_ORDER => {
                    if let Some(values) = &mut values {
                        values.take(position, row, customer, None, &mut self.items)?;
                    }
                    let day = i32::try_from(row.instant.div_euclid(DAY_SECONDS)).unwrap_or(i32::MAX);
                    self.days.push(DayFact::new(customer, day, row.micros.get()))?;
                    continue;
                }
                IN_KEY => row.key,
                _ => OrderKey::interned(self.order_ids.intern(hash(order), order)),
            };
            if let Some(values) = &mut values {
                values.take(position, row, customer, Some(key.0), &mut self.items)?;
            }
            self.orders.push(OrderFact { customer, rows: 1, order: key.0, instant: row.instant, micros: row.micros })?;
        }
        Ok(())
    }

    /// Adds another ledger's share of the same customers, whose values have these numbers here.
    pub(crate) fn merge(&mut self, other: &Self, values: &[u32]) -> Result<()> {
        let customers: Vec<u32> = numbers(&other.customers).map(|(hash, text)| self.customers.intern(hash, text)).collect();
        let order_ids: Vec<u32> = numbers(&other.order_ids).map(|(hash, text)| self.order_ids.intern(hash, text)).collect();
        let key = |key: OrderKey| key.index().map_or(key, |index| OrderKey::interned(order_ids[index as usize]));
        for fact in other.orders.as_slice() {
            let order = key(OrderKey(fact.order)).0;
            self.orders.push(OrderFact { customer: customers[fact.customer as usize], order, ..*fact })?;
        }
        for fact in other.days.as_slice() {
            self.days.push(DayFact { customer: customers[fact.customer as usize], ..*fact })?;
        }
        for item in other.items.as_slice() {
            let customer = customers[item.customer as usize];
            let cell = item.order().map_or(item.cell, |order| key(order).0);
            self.items.push(Item { customer, value: values[item.value as usize], cell, ..*item })?;
        }
        self.settle()
    }

    /// Brings the facts down to one a cell, after which they can be read.
    pub(crate) fn settle(&mut self) -> Result<()> {
        self.orders.settle()?;
        self.days.settle()?;
        self.items.settle()
    }

    /// Puts back one saved fact of an order.
    pub(crate) fn restore_order(&mut self, customer: &[u8], order: &[u8], rows: u32, instant: i64, micros: i128) -> Result<()> {
        let customer = self.customers.intern(hash(customer), customer);
        let key = OrderKey::inline(order).unwrap_or_else(|| OrderKey::interned(self.order_ids.intern(hash(order), order)));
        self.orders.push(OrderFact { customer, rows, order: key.0, instant, micros: Micros::new(micros) })
    }

    /// Puts back one saved fact of a day.
    pub(crate) fn restore_day(&mut self, customer: &[u8], fact: DayFact) -> Result<()> {
        let customer = self.customers.intern(hash(customer), customer);
        self.days.push(DayFact { customer, ..fact })
    }
}

fn numbers(interner: &Interner) -> impl Iterator<Item = (u64, &[u8])> {
    (0..u32::try_from(interner.len()).unwrap_or(u32::MAX)).map(|index| {
        let text = interner.get(index);
        (hash(text), text)
    })
}
