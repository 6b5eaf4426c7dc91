//! One dimension of a ledger, by value and day.

use std::collections::BTreeMap;

use chrono::NaiveDate;
use rayon::prelude::*;

use super::rollups::Cell;
use super::{Amounts, Dimension};
use crate::error::{Error, Result};
use crate::ledger::partition::Partition;
use crate::ledger::{Ledger, View};
use crate::money::{self, MICROS_SCALE};
use crate::time::day_number;

/// Revenue, cost and discount of one value on one day.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct BreakdownRow {
    /// The value; `None` where rows have none.
    pub value: Option<String>,
    /// The local day.
    pub day: NaiveDate,
    /// Input rows.
    pub rows: u64,
    /// Their money in minor units.
    pub revenue: i128,
    /// Rows that had a cost.
    pub cost_rows: u64,
    /// The money of these, in units of the finer scale.
    pub costed_revenue: i128,
    /// Their cost, in units of the finer scale.
    pub cost: i128,
    /// Rows that had a discount.
    pub discount_rows: u64,
    /// Their discount, in units of the finer scale.
    pub discount: i128,
}

/// Distinct orders and customers of one value.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Counts {
    /// Purchase orders that have the value.
    pub orders: u64,
    /// Customers with such an order.
    pub customers: u64,
    /// Those of them who have it in an order of the day of their first purchase.
    pub new_customers: u64,
    /// Those of them with at least two such orders.
    pub repeat_customers: u64,
}

impl Counts {
    pub(super) fn add(&mut self, other: &Self) {
        self.orders += other.orders;
        self.customers += other.customers;
        self.new_customers += other.new_customers;
        self.repeat_customers += other.repeat_customers;
    }
}

/// One dimension within a window of days: what composition starts from.
///
/// The rows of each value sum up to its money, and all rows to all money of the window: rows without a value are part of it.
#[derive(Debug, Clone, PartialEq)]
pub struct Breakdown {
    /// Decimal places of revenue, and of cost and discount, which may be finer.
    pub(crate) scale: u8,
    pub(crate) fine_scale: u8,
    /// The first and the last day of the window.
    pub(crate) days: (i32, i32),
    /// In order of bytes, the missing value last.
    pub(crate) values: Vec<Option<String>>,
    /// Rows of value `i` are `ends[i - 1]..ends[i]`, by day.
    pub(crate) ends: Vec<usize>,
    pub(crate) day: Vec<i32>,
    /// Money in minor units, cost and discount in units of the finer scale.
    pub(crate) amounts: Vec<Amounts>,
    /// Of each value, where orders are known: not after a ledger was saved, nor for rows that came without the dimension.
    pub(crate) counts: Vec<Option<Counts>>,
}

impl Breakdown {
    /// Makes a breakdown of rows in any order; `days` are the first and the last day of the window. Rows of one value and day add
    /// up. Revenue has `scale` decimal places, cost and discount `fine_scale`. Orders and customers are not known.
    ///
    /// ```
    /// use patronage::ledger::{Breakdown, BreakdownRow};
    /// # fn main() -> patronage::Result<()> {
    /// let day = chrono::NaiveDate::from_ymd_opt(2024, 3, 1).unwrap_or_default();
    /// let row = |value: &str, cents| BreakdownRow { value: Some(value.to_owned()), day, rows: 1, revenue: cents, ..BreakdownRow::default() };
    /// let breakdown = Breakdown::from_rows((2, 2), (day, day), [row("tea", 500), row("milk", 120), row("tea", 480)])?;
    /// assert_eq!(breakdown.values().collect::<Vec<_>>(), [Some("milk"), Some("tea")]);
    /// assert_eq!(breakdown.revenue()?, 1_100);
    /// # Ok(()) }
    /// ```
    ///
    /// # Errors
    /// When a row lies outside the window, or a sum leaves the exact range.
    pub fn from_rows(
        (scale, fine_scale): (u8, u8),
        days: (NaiveDate, NaiveDate),
        rows: impl IntoIterator<Item = BreakdownRow>,
    ) -> Result<Self> {
        let mut cells: BTreeMap<(bool, Option<String>, i32), Amounts> = BTreeMap::new();
        for row in rows {
            if row.day < days.0 || row.day > days.1 {
                return Err(Error::parameter(format!("a row lies outside {} to {}", days.0, days.1)).with_value(&row.day.to_string()));
            }
            let amounts = Amounts {
                rows: row.rows,
                money: row.revenue,
                cost_rows: row.cost_rows,
                costed: row.costed_revenue,
                cost: row.cost,
                discount_rows: row.discount_rows,
                discount: row.discount,
            };
            cells.entry((row.value.is_none(), row.value, day_number(row.day))).or_default().add(&amounts)?;
        }
        let mut table = Self::empty((scale, fine_scale), (day_number(days.0), day_number(days.1)));
        for ((_, value, day), amounts) in cells {
            table.push(value.as_deref(), day, amounts);
        }
        Ok(table)
    }

    fn empty((scale, fine_scale): (u8, u8), days: (i32, i32)) -> Self {
        let (values, ends, day, amounts, counts) = <(Vec<_>, Vec<_>, Vec<_>, Vec<_>, Vec<_>)>::default();
        Self { scale, fine_scale, days, values, ends, day, amounts, counts }
    }

    /// Appends a row; rows come in order of values and days.
    fn push(&mut self, value: Option<&str>, day: i32, amounts: Amounts) {
        if self.values.last().is_none_or(|last| last.as_deref() != value) {
            self.values.push(value.map(str::to_owned));
            self.ends.push(self.day.len());
            self.counts.push(None);
        }
        self.day.push(day);
        self.amounts.push(amounts);
        if let Some(end) = self.ends.last_mut() {
            *end = self.day.len();
        }
    }

    /// The values, in order of bytes, the missing one last.
    #[must_use]
    pub fn values(&self) -> impl ExactSizeIterator<Item = Option<&str>> {
        self.values.iter().map(Option::as_deref)
    }

    /// All revenue of the window, in minor units.
    ///
    /// # Errors
    /// When the sum leaves the exact range.
    pub fn revenue(&self) -> Result<i128> {
        money::sum(self.amounts.iter().map(|amounts| amounts.money))
    }

    /// The rows of each value.
    pub(crate) fn ranges(&self) -> impl Iterator<Item = std::ops::Range<usize>> {
        self.ends.iter().scan(0, |start, end| Some(std::mem::replace(start, *end)..*end))
    }
}

impl Ledger {
    /// The dimensions that its rows came with.
    #[must_use]
    pub fn dimensions(&self) -> Vec<Dimension> {
        self.rollups().map(super::RollUps::dimensions).unwrap_or_default()
    }

    /// Whether it knows which values orders have, which a saved ledger does not.
    #[must_use]
    pub fn has_baskets(&self) -> bool {
        self.rollups().is_some_and(|rollups| rollups.has_items)
    }

    /// One dimension from a day, or from the first, to a date; nothing where no row came with it.
    ///
    /// ```
    /// use patronage::{Ingest, ledger::Dimension};
    /// # fn main() -> patronage::Result<()> {
    /// let log = "customer,date,amount,channel\nann,2024-03-01,5,web\nbob,2024-03-02,7,store\nann,2024-03-03,1,\n";
    /// let ledger = Ingest::new().read_text(log)?.ledger;
    /// let (_, last) = ledger.days().unwrap_or_default();
    /// let channels = ledger.breakdown(Dimension::Channel, None, last)?.expect("a column");
    /// assert_eq!(channels.values().collect::<Vec<_>>(), [Some("store"), Some("web"), None]);
    /// assert_eq!(channels.revenue()?, 13);
    /// assert!(ledger.breakdown(Dimension::Region, None, last)?.is_none());
    /// # Ok(()) }
    /// ```
    ///
    /// # Errors
    /// When a sum leaves the exact range.
    pub fn breakdown(&self, dimension: Dimension, from: Option<NaiveDate>, as_of: NaiveDate) -> Result<Option<Breakdown>> {
        let Some(rollups) = self.rollups().filter(|rollups| rollups.dimensions().contains(&dimension)) else { return Ok(None) };
        let mut cells = rollups.cells(Some(dimension));
        let without = unsaid(&cells, &rollups.cells(None))?;
        let count_missing = without.is_empty();
        // Their value is empty, and sorts first.
        cells.splice(0..0, without);
        cells.sort_by_key(|cell| (cell.value.is_empty(), cell.value, cell.day));
        let fine_scale = cells.iter().map(|cell| fine_scale(&cell.amounts)).fold(self.scale(), u8::max);
        let as_of = day_number(as_of);
        let first = self.days().map_or(as_of, |days| day_number(days.0));
        let days = (from.map_or(first, day_number), as_of);
        let counts = if rollups.has_items { self.counts(&cells, rollups.values(), days)? } else { Vec::new() };

        let mut table = Breakdown::empty((self.scale(), fine_scale), days);
        for cell in cells.chunk_by(|a, b| (a.value, a.day) == (b.value, b.day)) {
            if cell[0].day < days.0 || cell[0].day > days.1 {
                continue;
            }
            let mut amounts = Amounts::default();
            cell.iter().try_for_each(|cell| amounts.add(&cell.amounts))?;
            let text = String::from_utf8_lossy(cell[0].value);
            let known = table.values.len();
            table.push((!text.is_empty()).then_some(&*text), cell[0].day, in_units(&amounts, (self.scale(), fine_scale))?);
            if table.values.len() > known && (!text.is_empty() || count_missing) {
                table.counts[known] = counts.get(cell[0].number as usize).copied();
            }
        }
        Ok(Some(table))
    }

    /// Orders and customers of each value that is among the cells, by its number.
    fn counts(&self, cells: &[Cell<'_>], values: usize, days: (i32, i32)) -> Result<Vec<Counts>> {
        let mut wanted = vec![false; values];
        for cell in cells {
            wanted[cell.number as usize] = true;
        }
        let view = View::new(self, days.0, days.1);
        let counted = |mut counts: Vec<Counts>, partition: &Partition| -> Result<Vec<Counts>> {
            view.for_each_basket(
                partition,
                |value| wanted[value as usize],
                |_, baskets, items| {
                    let first = baskets.iter().map(|basket| basket.day).min();
                    // Of each value: the orders, and whether they are of the first day.
                    let mut own: BTreeMap<u32, (u64, bool)> = BTreeMap::new();
                    for basket in baskets {
                        for item in &items[basket.items.0..basket.items.1] {
                            let (orders, new) = own.entry(item.value).or_default();
                            *orders += if basket.by_order { 1 } else { u64::from(item.purchases) };
                            *new |= Some(basket.day) == first;
                        }
                    }
                    for (value, (orders, new)) in own {
                        let one = Counts { orders, customers: 1, new_customers: new.into(), repeat_customers: (orders > 1).into() };
                        counts[value as usize].add(&one);
                    }
                    Ok(())
                },
            )?;
            Ok(counts)
        };
        let nothing = || vec![Counts::default(); values];
        let sums = self.partitions().par_iter().try_fold(nothing, counted);
        sums.try_reduce(nothing, |mut a, b| {
            a.iter_mut().zip(&b).for_each(|(a, b)| a.add(b));
            Ok(a)
        })
    }
}

/// What all rows came to beyond those that came with the dimension, by day, under no value.
fn unsaid<'a>(cells: &[Cell<'a>], all: &[Cell<'a>]) -> Result<Vec<Cell<'a>>> {
    let mut said: BTreeMap<i32, Amounts> = BTreeMap::new();
    cells.iter().try_for_each(|cell| said.entry(cell.day).or_default().add(&cell.amounts))?;
    let mut left = Vec::new();
    for cell in all {
        let amounts = cell.amounts.less(said.get(&cell.day).unwrap_or(&Amounts::default()))?;
        if !amounts.is_empty() {
            left.push(Cell { value: b"", amounts, ..*cell });
        }
    }
    Ok(left)
}

/// The decimal places that hold cost, discount and the money beside a cost exactly.
fn fine_scale(amounts: &Amounts) -> u8 {
    let exact =
        |scale: &u8| [amounts.costed, amounts.cost, amounts.discount].iter().all(|&micros| money::from_micros(micros, *scale).is_some());
    (0..MICROS_SCALE).find(exact).unwrap_or(MICROS_SCALE)
}

fn in_units(amounts: &Amounts, (scale, fine_scale): (u8, u8)) -> Result<Amounts> {
    let units = |micros, scale| money::from_micros(micros, scale).ok_or_else(|| Error::overflow("money is finer than the ledger's scale"));
    Ok(Amounts {
        money: units(amounts.money, scale)?,
        costed: units(amounts.costed, fine_scale)?,
        cost: units(amounts.cost, fine_scale)?,
        discount: units(amounts.discount, fine_scale)?,
        ..*amounts
    })
}
