//! How a customer's purchases vary from period to period.

use rayon::prelude::*;

use crate::analysis::abc::xyz::Demand;
use crate::customers::Customers;
use crate::error::{Error, Result};
use crate::ledger::{Ledger, View};
use crate::money;
use crate::time::{Period, day_number};

/// The demand of each customer of a table, in its order: purchase money, refunds not netted, in currency units, by
/// period from that of the first purchase to that of the table's date.
pub(super) fn demand(ledger: &Ledger, customers: &Customers, from: Option<i32>, period: Period) -> Result<Vec<Demand>> {
    let as_of = day_number(customers.as_of());
    let view = View::new(ledger, from.unwrap_or(i32::MIN), as_of);
    let last = period.index_of(as_of);
    let parts: Vec<Vec<(usize, Demand)>> = ledger
        .partitions()
        .par_iter()
        .map(|partition| {
            let mut demands = Vec::with_capacity(partition.customers.len());
            view.for_each_customer(partition, |customer, events| {
                let Some(row) = std::str::from_utf8(partition.customers.get(customer)).ok().and_then(|id| customers.find(id)) else {
                    return Ok(());
                };
                let mut demand = Demand { periods: 0, sum: 0.0, sum_of_squares: 0.0 };
                let mut purchases = events.iter().filter(|event| event.purchases > 0).peekable();
                if let Some(first) = purchases.peek() {
                    demand.periods = u32::try_from(last - period.index_of(first.day) + 1).unwrap_or(0);
                }
                while let Some(event) = purchases.next() {
                    let index = period.index_of(event.day);
                    let mut micros = event.purchased;
                    while let Some(next) = purchases.next_if(|next| period.index_of(next.day) == index) {
                        micros = money::add(micros, next.purchased)?;
                    }
                    let value = money::to_f64(micros, money::MICROS_SCALE);
                    demand.sum += value;
                    demand.sum_of_squares += value * value;
                }
                demands.push((row, demand));
                Ok(())
            })?;
            Ok(demands)
        })
        .collect::<Result<_>>()?;
    let mut all = vec![None; customers.len()];
    for (row, demand) in parts.into_iter().flatten() {
        all[row] = Some(demand);
    }
    all.into_iter().map(|demand| demand.ok_or_else(|| Error::input("a customer of the table is not in the ledger"))).collect()
}
