//! Money, cost and discount by value and day.

use std::collections::BTreeSet;

use foldhash::fast::FixedState;
use hashbrown::HashMap;

use super::{Dimension, NO_AMOUNT};
use crate::error::Result;
use crate::ledger::keys::{Interner, hash};
use crate::money;

/// The tag before the one value that all rows have.
const ALL_ROWS: u8 = 0;

/// What the rows of one value and day came to; money in micros.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(crate) struct Amounts {
    pub(crate) rows: u64,
    pub(crate) money: i128,
    /// Rows that had a cost, their money and their cost.
    pub(crate) cost_rows: u64,
    pub(crate) costed: i128,
    pub(crate) cost: i128,
    /// Rows that had a discount, and the discount.
    pub(crate) discount_rows: u64,
    pub(crate) discount: i128,
}

impl Amounts {
    /// Of one row; [`NO_AMOUNT`] where there is none.
    pub(crate) fn of_row(money: i128, cost: i128, discount: i128) -> Self {
        let mut amounts = Self { rows: 1, money, ..Self::default() };
        if cost != NO_AMOUNT {
            (amounts.cost_rows, amounts.costed, amounts.cost) = (1, money, cost);
        }
        if discount != NO_AMOUNT {
            (amounts.discount_rows, amounts.discount) = (1, discount);
        }
        amounts
    }

    pub(crate) fn add(&mut self, other: &Self) -> Result<()> {
        self.rows = self.rows.saturating_add(other.rows);
        self.money = money::add(self.money, other.money)?;
        self.cost_rows = self.cost_rows.saturating_add(other.cost_rows);
        self.costed = money::add(self.costed, other.costed)?;
        self.cost = money::add(self.cost, other.cost)?;
        self.discount_rows = self.discount_rows.saturating_add(other.discount_rows);
        self.discount = money::add(self.discount, other.discount)?;
        Ok(())
    }

    /// What is left when a part is taken away.
    pub(crate) fn less(mut self, part: &Self) -> Result<Self> {
        self.rows = self.rows.saturating_sub(part.rows);
        self.cost_rows = self.cost_rows.saturating_sub(part.cost_rows);
        self.discount_rows = self.discount_rows.saturating_sub(part.discount_rows);
        self.money = money::add(self.money, -part.money)?;
        self.costed = money::add(self.costed, -part.costed)?;
        self.cost = money::add(self.cost, -part.cost)?;
        self.discount = money::add(self.discount, -part.discount)?;
        Ok(self)
    }

    pub(crate) fn is_empty(&self) -> bool {
        *self == Self::default()
    }
}

/// Sums by value and day. Its order is never looked at.
#[derive(Debug, Clone, Default)]
pub(crate) struct Sums(HashMap<u64, Amounts, FixedState>);

impl Sums {
    pub(crate) fn add(&mut self, value: u32, day: i32, amounts: &Amounts) -> Result<()> {
        self.0.entry(u64::from(value) << 32 | u64::from(day.cast_unsigned())).or_default().add(amounts)
    }

    /// Adds other sums, whose values have other numbers.
    pub(crate) fn add_all(&mut self, others: &Self, number: impl Fn(u32) -> u32) -> Result<()> {
        others.iter().try_for_each(|(value, day, amounts)| self.add(number(value), day, amounts))
    }

    fn iter(&self) -> impl Iterator<Item = (u32, i32, &Amounts)> {
        self.0.iter().map(|(key, amounts)| {
            let value = u32::try_from(key >> 32).unwrap_or_default();
            let day = u32::try_from(key & u64::from(u32::MAX)).unwrap_or_default();
            (value, day.cast_signed(), amounts)
        })
    }
}

/// One dimension's value on one day; the value is empty where rows have none.
pub(crate) struct Cell<'a> {
    pub(crate) value: &'a [u8],
    pub(crate) number: u32,
    pub(crate) day: i32,
    pub(crate) amounts: Amounts,
}

/// The roll-ups of a ledger. Every dimension that is there holds all rows that came with it.
#[derive(Debug, Clone, Default)]
pub(crate) struct RollUps {
    /// Each value behind the tag of its dimension.
    values: Interner,
    sums: Sums,
    /// Whether the partitions hold the items of all these rows.
    pub(crate) has_items: bool,
}

impl RollUps {
    /// Of rows that are read, or of facts that came without dimensions: there is no item that would be missing.
    pub(crate) fn new() -> Self {
        Self { has_items: true, ..Self::default() }
    }

    /// The number of a value; the empty one stands for none.
    pub(crate) fn number(&mut self, dimension: Option<Dimension>, value: &[u8]) -> u32 {
        let mut text = Vec::with_capacity(value.len() + 1);
        text.push(dimension.map_or(ALL_ROWS, Dimension::tag));
        text.extend_from_slice(value);
        self.values.intern(hash(&text), &text)
    }

    pub(crate) fn add(&mut self, value: u32, day: i32, amounts: &Amounts) -> Result<()> {
        self.sums.add(value, day, amounts)
    }

    pub(crate) fn add_all(&mut self, sums: &Sums) -> Result<()> {
        self.sums.add_all(sums, |value| value)
    }

    /// Adds other roll-ups; gives the new numbers of their values.
    pub(crate) fn merge(&mut self, other: &Self) -> Result<Vec<u32>> {
        let numbers: Vec<u32> = (0..u32::try_from(other.values.len()).unwrap_or(u32::MAX))
            .map(|value| {
                let text = other.values.get(value);
                self.values.intern(hash(text), text)
            })
            .collect();
        self.sums.add_all(&other.sums, |value| numbers[value as usize])?;
        self.has_items &= other.has_items;
        Ok(numbers)
    }

    /// Sums up what all rows came to, by day, from a dimension that all of them have.
    pub(crate) fn sum_all_rows(&mut self, from: Dimension) -> Result<()> {
        let cells: Vec<(i32, Amounts)> = self.cells(Some(from)).iter().map(|cell| (cell.day, cell.amounts)).collect();
        let all = self.number(None, b"");
        cells.iter().try_for_each(|(day, amounts)| self.add(all, *day, amounts))
    }

    /// The dimensions that are there.
    pub(crate) fn dimensions(&self) -> Vec<Dimension> {
        let tags: BTreeSet<u8> =
            (0..u32::try_from(self.values.len()).unwrap_or(u32::MAX)).filter_map(|value| self.values.get(value).first().copied()).collect();
        tags.into_iter().filter_map(Dimension::of_tag).collect()
    }

    /// What is known of one dimension, or of all rows, sorted by value and day.
    pub(crate) fn cells(&self, dimension: Option<Dimension>) -> Vec<Cell<'_>> {
        let tag = dimension.map_or(ALL_ROWS, Dimension::tag);
        let mut cells: Vec<Cell<'_>> = self
            .sums
            .iter()
            .filter_map(|(number, day, amounts)| {
                let value = self.values.get(number).strip_prefix(&[tag])?;
                Some(Cell { value, number, day, amounts: *amounts })
            })
            .collect();
        cells.sort_unstable_by_key(|cell| (cell.value, cell.day));
        cells
    }

    /// How many values there are, of all dimensions together.
    pub(crate) fn values(&self) -> usize {
        self.values.len()
    }

    /// What all rows came to.
    pub(crate) fn total(&self) -> Result<Amounts> {
        let mut total = Amounts::default();
        self.cells(None).iter().try_for_each(|cell| total.add(&cell.amounts))?;
        Ok(total)
    }
}
