//! The additive facts of a ledger, and how equal cells become one.

use crate::error::{Error, Result};
use crate::money;

/// A 128-bit amount in micros that does not force 16-byte alignment on what holds it.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(crate) struct Micros {
    low: u64,
    high: i64,
}

impl Micros {
    #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "the two halves of the number")]
    pub(crate) fn new(micros: i128) -> Self {
        Self { low: micros as u64, high: (micros >> 64) as i64 }
    }

    pub(crate) fn get(self) -> i128 {
        (i128::from(self.high) << 64) | i128::from(self.low)
    }

    fn add(&mut self, other: Self) -> Result<()> {
        *self = Self::new(money::add(self.get(), other.get())?);
        Ok(())
    }
}

/// A fact that adds up within its cell.
pub(crate) trait Fact: Copy {
    /// What tells a customer's cells apart.
    type Cell: Ord;

    /// The customer, as a number within the partition.
    fn customer(&self) -> u32;

    /// Facts of one cell become one fact.
    fn cell(&self) -> Self::Cell;

    /// Adds a fact of the same cell.
    fn absorb(&mut self, other: &Self) -> Result<()>;
}

/// What one customer's order came to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct OrderFact {
    pub(crate) customer: u32,
    /// Input rows.
    pub(crate) rows: u32,
    pub(crate) order: u64,
    /// The earliest second, on the local clock.
    pub(crate) instant: i64,
    pub(crate) micros: Micros,
}

impl Fact for OrderFact {
    type Cell = u64;

    fn customer(&self) -> u32 {
        self.customer
    }

    fn cell(&self) -> u64 {
        self.order
    }

    fn absorb(&mut self, other: &Self) -> Result<()> {
        self.rows = count(self.rows, other.rows)?;
        self.instant = self.instant.min(other.instant);
        self.micros.add(other.micros)
    }
}

/// What one customer's rows without an order id came to on one local day; each row is an order of its own.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(crate) struct DayFact {
    pub(crate) customer: u32,
    pub(crate) day: i32,
    /// Rows above zero.
    pub(crate) purchases: u32,
    /// Rows of zero.
    pub(crate) zeros: u32,
    /// Rows below zero.
    pub(crate) refunds: u32,
    pub(crate) purchased: Micros,
    pub(crate) refunded: Micros,
}

impl DayFact {
    pub(crate) fn new(customer: u32, day: i32, micros: i128) -> Self {
        let cell = Self { customer, day, ..Self::default() };
        match micros.signum() {
            1 => Self { purchases: 1, purchased: Micros::new(micros), ..cell },
            0 => Self { zeros: 1, ..cell },
            _ => Self { refunds: 1, refunded: Micros::new(micros), ..cell },
        }
    }
}

impl DayFact {
    /// Input rows.
    pub(crate) fn rows(&self) -> u32 {
        self.purchases.saturating_add(self.zeros).saturating_add(self.refunds)
    }
}

impl Fact for DayFact {
    type Cell = u64;

    fn customer(&self) -> u32 {
        self.customer
    }

    fn cell(&self) -> u64 {
        // Flipping the sign bit makes the unsigned order that of the days.
        u64::from(self.day.cast_unsigned() ^ (1 << 31))
    }

    fn absorb(&mut self, other: &Self) -> Result<()> {
        self.purchases = count(self.purchases, other.purchases)?;
        self.zeros = count(self.zeros, other.zeros)?;
        self.refunds = count(self.refunds, other.refunds)?;
        self.purchased.add(other.purchased)?;
        self.refunded.add(other.refunded)
    }
}

fn count(a: u32, b: u32) -> Result<u32> {
    a.checked_add(b).ok_or_else(|| Error::overflow("more than 4,294,967,295 rows in one order or day of a customer"))
}

/// Facts that are brought down to one a cell whenever they have doubled, so that memory grows with the cells.
#[derive(Debug, Clone)]
pub(crate) struct Facts<F> {
    facts: Vec<F>,
    /// So many there were after the last time, one each.
    settled: usize,
}

impl<F> Default for Facts<F> {
    fn default() -> Self {
        Self { facts: Vec::new(), settled: 0 }
    }
}

impl<F: Fact> Facts<F> {
    /// Fewer loose facts than this are not worth a sort.
    const PATIENCE: usize = 1 << 14;

    pub(crate) fn push(&mut self, fact: F) -> Result<()> {
        if self.facts.len() == self.facts.capacity() {
            // Growing by half leaves less room unused than doubling.
            self.facts.reserve_exact((self.facts.len() / 2).max(64));
        }
        self.facts.push(fact);
        if self.facts.len() > (2 * self.settled).max(Self::PATIENCE) { self.settle() } else { Ok(()) }
    }

    /// Sorts by customer and cell, and adds up.
    pub(crate) fn settle(&mut self) -> Result<()> {
        if self.settled == self.facts.len() {
            return Ok(());
        }
        self.gather_customers();
        for own in self.facts.chunk_by_mut(|a, b| a.customer() == b.customer()) {
            // Mostly a handful, often in order already.
            own.sort_by_key(F::cell);
        }
        let mut kept = 0;
        for index in 1..self.facts.len() {
            let fact = self.facts[index];
            if self.facts[kept].customer() == fact.customer() && self.facts[kept].cell() == fact.cell() {
                self.facts[kept].absorb(&fact)?;
            } else {
                kept += 1;
                self.facts[kept] = fact;
            }
        }
        self.facts.truncate(kept + 1);
        self.settled = self.facts.len();
        Ok(())
    }

    /// Puts each customer's facts together, in order of customers: a counting sort, since customers are small numbers.
    fn gather_customers(&mut self) {
        let customers = self.facts.iter().map(|fact| fact.customer() as usize + 1).max().unwrap_or(0);
        let mut places = vec![0_usize; customers + 1];
        for fact in &self.facts {
            places[fact.customer() as usize + 1] += 1;
        }
        for customer in 0..customers {
            places[customer + 1] += places[customer];
        }
        let Some(&any) = self.facts.first() else { return };
        let mut gathered = vec![any; self.facts.len()];
        for fact in &self.facts {
            let place = &mut places[fact.customer() as usize];
            gathered[*place] = *fact;
            *place += 1;
        }
        self.facts = gathered;
    }

    /// One fact a cell, sorted by customer and cell, once [settled](Self::settle).
    pub(crate) fn as_slice(&self) -> &[F] {
        debug_assert_eq!(self.settled, self.facts.len());
        &self.facts
    }

    pub(crate) fn is_empty(&self) -> bool {
        self.facts.is_empty()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn micros_keep_every_bit() {
        for micros in [0, 1, -1, i128::MAX, i128::MIN, 1 << 64, -(1 << 64) - 5] {
            assert_eq!(Micros::new(micros).get(), micros);
        }
    }

    #[test]
    fn cells_add_up_in_any_order() {
        let mut facts = Facts::default();
        for day in [3, -1, 3, 2, -1] {
            facts.push(DayFact::new(0, day, i128::from(day))).expect("small sums");
        }
        facts.settle().expect("small sums");
        let days: Vec<_> = facts
            .as_slice()
            .iter()
            .map(|fact| (fact.day, fact.purchases, fact.refunds, fact.purchased.get() + fact.refunded.get()))
            .collect();
        assert_eq!(days, [(-1, 0, 2, -2), (2, 1, 0, 2), (3, 2, 0, 6)]);
    }
}
