//! What was bought together, by customer.

use std::collections::{BTreeMap, BTreeSet};

use chrono::NaiveDate;
use rayon::prelude::*;

use super::Dimension;
use crate::error::Result;
use crate::ids::TextColumn;
use crate::ledger::{Ledger, View};
use crate::time::day_number;

/// Which values of one dimension each purchase order has, by customer: what affinity starts from.
///
/// Rows without an order id are gathered by customer and local day: as orders of one row each they would tell nothing. Orders
/// without any value are left out. The baskets of a customer are in order of days, then of values.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Baskets {
    /// In order of bytes.
    pub(crate) values: Vec<String>,
    /// In order of bytes.
    pub(crate) customer_id: TextColumn,
    /// Baskets of customer `i` are `customer_ends[i - 1]..customer_ends[i]`.
    pub(crate) customer_ends: Vec<usize>,
    /// Items of basket `i` are `basket_ends[i - 1]..basket_ends[i]`.
    pub(crate) basket_ends: Vec<usize>,
    /// Positions of values; ascending and distinct within a basket.
    pub(crate) items: Vec<u32>,
}

impl Baskets {
    /// Makes baskets of rows (customer, order, value) in any order.
    #[must_use]
    pub fn from_rows<'a>(rows: impl IntoIterator<Item = (&'a str, &'a str, &'a str)>) -> Self {
        let rows: BTreeSet<(&str, &str, &str)> = rows.into_iter().collect();
        let values: BTreeSet<&str> = rows.iter().map(|row| row.2).collect();
        let values: Vec<&str> = values.into_iter().collect();
        let mut customers: BTreeMap<&str, BTreeMap<&str, Vec<u32>>> = BTreeMap::new();
        for (customer, order, value) in rows {
            let place = u32::try_from(values.partition_point(|other| *other < value)).unwrap_or(u32::MAX);
            customers.entry(customer).or_default().entry(order).or_default().push(place);
        }
        let mut table = Self { values: values.into_iter().map(str::to_owned).collect(), ..Self::default() };
        for (customer, orders) in customers {
            table.push(customer, orders.values().map(Vec::as_slice));
        }
        table
    }

    fn push<'a>(&mut self, customer: &str, baskets: impl Iterator<Item = &'a [u32]>) {
        self.customer_id.push(customer);
        for basket in baskets {
            self.items.extend_from_slice(basket);
            self.basket_ends.push(self.items.len());
        }
        self.customer_ends.push(self.basket_ends.len());
    }

    /// The number of baskets.
    #[must_use]
    pub fn len(&self) -> usize {
        self.basket_ends.len()
    }

    /// Whether there is no basket.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.basket_ends.is_empty()
    }

    /// The values, in order of bytes.
    #[must_use]
    pub fn values(&self) -> &[String] {
        &self.values
    }

    /// The items of a basket.
    pub(crate) fn basket(&self, basket: usize) -> &[u32] {
        let start = if basket == 0 { 0 } else { self.basket_ends[basket - 1] };
        &self.items[start..self.basket_ends[basket]]
    }

    /// The baskets of each customer.
    pub(crate) fn customers(&self) -> impl Iterator<Item = std::ops::Range<usize>> {
        self.customer_ends.iter().scan(0, |start, end| Some(std::mem::replace(start, *end)..*end))
    }
}

/// A customer's id and its baskets, as numbers of values end to end, and where each ends.
type Own<'a> = (&'a [u8], Vec<u32>, Vec<usize>);

impl Ledger {
    /// The baskets of purchase orders from a day, or from the first, to a date. Nothing where no row came with the dimension, or
    /// where the ledger was saved, which does not keep [items](Self::has_baskets).
    ///
    /// # Errors
    /// When a sum leaves the exact range.
    pub fn baskets(&self, dimension: Dimension, from: Option<NaiveDate>, as_of: NaiveDate) -> Result<Option<Baskets>> {
        let Some(rollups) = self.rollups().filter(|rollups| rollups.has_items && rollups.dimensions().contains(&dimension)) else {
            return Ok(None);
        };
        let cells = rollups.cells(Some(dimension));
        let mut values: Vec<(&[u8], u32)> =
            cells.iter().filter(|cell| !cell.value.is_empty()).map(|cell| (cell.value, cell.number)).collect();
        values.dedup();
        // By the number of a value its place in the order of bytes.
        let mut places: Vec<Option<u32>> = vec![None; rollups.values()];
        for (place, (_, number)) in (0_u32..).zip(&values) {
            places[*number as usize] = Some(place);
        }
        let view = View::new(self, from.map_or(i32::MIN, day_number), day_number(as_of));
        let parts: Vec<Vec<Own<'_>>> = self
            .partitions()
            .par_iter()
            .map(|partition| {
                let mut customers = Vec::new();
                view.for_each_basket(
                    partition,
                    |value| places[value as usize].is_some(),
                    |customer, baskets, items| {
                        let mut sorted: Vec<(i32, Vec<u32>)> = Vec::with_capacity(baskets.len());
                        for basket in baskets {
                            let items = &items[basket.items.0..basket.items.1];
                            let mut own: Vec<u32> = items.iter().filter_map(|item| places[item.value as usize]).collect();
                            own.sort_unstable();
                            sorted.push((basket.day, own));
                        }
                        // The order of keys depends on which id was seen first.
                        sorted.sort_unstable();
                        let (mut own, mut ends) = (Vec::with_capacity(items.len()), Vec::with_capacity(baskets.len()));
                        for (_, basket) in sorted {
                            own.extend(basket);
                            ends.push(own.len());
                        }
                        customers.push((partition.customers.get(customer), own, ends));
                        Ok(())
                    },
                )?;
                Ok(customers)
            })
            .collect::<Result<_>>()?;
        let mut order: Vec<Own<'_>> = parts.into_iter().flatten().collect();
        order.par_sort_unstable_by_key(|own| own.0);
        let mut table =
            Baskets { values: values.iter().map(|(value, _)| String::from_utf8_lossy(value).into_owned()).collect(), ..Baskets::default() };
        for (customer, own, ends) in order {
            let starts = std::iter::once(0).chain(ends.iter().copied());
            let baskets = starts.zip(&ends).map(|(start, end)| &own[start..*end]);
            table.push(&String::from_utf8_lossy(customer), baskets);
        }
        Ok(Some(table))
    }
}
