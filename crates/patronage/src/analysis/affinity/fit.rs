//! The fitted model: pairs of values, and what follows from having bought a value.

use super::pairs::{Counted, count};
use super::params::AffinityParams;
use crate::ledger::Baskets;

/// Two values in one direction.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Pair {
    /// What is there, for [`AffinityModel::name`].
    pub antecedent: u32,
    /// What goes with it.
    pub consequent: u32,
    /// Orders that have both.
    pub orders_together: u32,
    /// Orders that have the antecedent.
    pub antecedent_orders: u32,
    /// Orders that have the consequent.
    pub consequent_orders: u32,
    /// The part of all orders that has both.
    pub support: f64,
    /// The part of the antecedent's orders that has both.
    pub confidence: f64,
    /// By how much more often they are together than independent values would be.
    pub lift: f64,
}

/// What is bought together. See the [module](super).
#[derive(Debug, Clone, PartialEq)]
pub struct AffinityModel {
    pub(super) values: Vec<String>,
    orders: u64,
    pairs: Vec<Pair>,
    found: usize,
    /// Of each value, the others by descending confidence over customers, of equals the first in order of bytes.
    pub(super) follows: Vec<Vec<(u32, f64)>>,
}

impl AffinityModel {
    pub(super) fn fit(params: AffinityParams, baskets: &Baskets) -> Self {
        let values = baskets.values.len();
        let counted = count((0..baskets.len()).map(|basket| baskets.basket(basket)), values, params.minimum);
        let found = counted.pairs.len();
        let pairs = strongest(&counted, params.most_pairs);
        let bought = bought(baskets);
        let customers = count(bought.iter().map(Vec::as_slice), values, params.minimum);
        let mut follows: Vec<Vec<(u32, f64)>> = vec![Vec::new(); values];
        for (a, c, together) in customers.pairs {
            for (a, c) in [(a, c), (c, a)] {
                follows[a as usize].push((c, f64::from(together) / f64::from(customers.single[a as usize])));
            }
        }
        for own in &mut follows {
            own.sort_by(|a, b| b.1.total_cmp(&a.1).then(a.0.cmp(&b.0)));
        }
        Self { values: baskets.values.clone(), orders: counted.sets, pairs, found, follows }
    }

    /// Orders with at least one value.
    #[must_use]
    pub fn orders(&self) -> u64 {
        self.orders
    }

    /// The strongest pairs, both directions of each one after the other.
    #[must_use]
    pub fn pairs(&self) -> &[Pair] {
        &self.pairs
    }

    /// How many pairs are frequent enough, kept or not.
    #[must_use]
    pub fn found(&self) -> usize {
        self.found
    }

    /// The text of a value.
    ///
    /// # Panics
    /// When there is no such value, as a slice does.
    #[must_use]
    pub fn name(&self, value: u32) -> &str {
        &self.values[value as usize]
    }
}

/// The distinct values of each customer, ascending.
pub(super) fn bought(baskets: &Baskets) -> Vec<Vec<u32>> {
    let own = |range: std::ops::Range<usize>| {
        let mut values: Vec<u32> = range.flat_map(|basket| baskets.basket(basket).iter().copied()).collect();
        values.sort_unstable();
        values.dedup();
        values
    };
    baskets.customers().map(own).collect()
}

/// The pairs of highest lift, of equals those with more orders, then in order of bytes; each in both directions.
fn strongest(counted: &Counted, most: usize) -> Vec<Pair> {
    let single = |value: u32| counted.single[value as usize];
    let sets = counted.sets as f64;
    let lift = |&(a, c, together): &(u32, u32, u32)| f64::from(together) * sets / (f64::from(single(a)) * f64::from(single(c)));
    let mut order: Vec<((u32, u32, u32), f64)> = counted.pairs.iter().map(|pair| (*pair, lift(pair))).collect();
    order.sort_by(|(a, a_lift), (b, b_lift)| b_lift.total_cmp(a_lift).then(b.2.cmp(&a.2)).then((a.0, a.1).cmp(&(b.0, b.1))));
    order.truncate(most);
    let directions = order.into_iter().flat_map(|((a, c, together), lift)| {
        [(a, c), (c, a)].map(|(antecedent, consequent)| Pair {
            antecedent,
            consequent,
            orders_together: together,
            antecedent_orders: single(antecedent),
            consequent_orders: single(consequent),
            support: f64::from(together) / sets,
            confidence: f64::from(together) / f64::from(single(antecedent)),
            lift,
        })
    });
    directions.collect()
}
