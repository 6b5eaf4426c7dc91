//! The days between purchases.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};

use crate::error::{Error, Result};
use crate::ledger::Cells;
use crate::time::{Period, named};

/// Between what gaps lie.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum GapKind {
    /// Days with a purchase.
    Days,
    /// Purchase orders, of which several may be of one day.
    Orders,
}

named!(GapKind, "kind of gap", Self::Days => "days", Self::Orders => "orders");

/// The gaps of all customers. See the [module](super).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Gaps {
    /// Between what they lie.
    pub kind: GapKind,
    /// How many there are.
    pub count: u64,
    /// How many are of no day.
    pub zero_gaps: u64,
    /// How many there are of 0, 1, 2, … days.
    counts: Vec<u64>,
}

/// The gaps between purchases of every customer, from cells by day: between days, and between orders.
///
/// # Errors
/// When the cells are not by day.
pub fn gaps(cells: &Cells) -> Result<[Gaps; 2]> {
    if cells.period() != Period::Day {
        return Err(Error::parameter("gaps are measured in cells by day").with_value(&cells.period().to_string()));
    }
    let (days, zeros) = cells.sum_customers(
        || (Vec::new(), 0_u64),
        |(counts, zeros): &mut (Vec<u64>, u64), rows| {
            let mut last: Option<i32> = None;
            for row in rows.filter(|row| cells.purchases[*row] > 0) {
                *zeros += u64::from(cells.purchases[row] - 1);
                if let Some(last) = last {
                    let gap = usize::try_from(cells.index[row] - last).unwrap_or(0);
                    if counts.len() <= gap {
                        counts.resize(gap + 1, 0);
                    }
                    counts[gap] += 1;
                }
                last = Some(cells.index[row]);
            }
            Ok(())
        },
        |(mut a, zeros_a), (mut b, zeros_b)| {
            if a.len() < b.len() {
                std::mem::swap(&mut a, &mut b);
            }
            a.iter_mut().zip(b).for_each(|(sum, count)| *sum += count);
            Ok((a, zeros_a + zeros_b))
        },
    )?;
    let mut orders = days.clone();
    if zeros > 0 {
        orders.resize(orders.len().max(1), 0);
        orders[0] += zeros;
    }
    Ok([Gaps::new(GapKind::Days, days), Gaps::new(GapKind::Orders, orders)])
}

impl Gaps {
    fn new(kind: GapKind, counts: Vec<u64>) -> Self {
        Self { kind, count: counts.iter().sum(), zero_gaps: counts.first().copied().unwrap_or(0), counts }
    }

    /// The mean in days; none without gaps.
    #[expect(clippy::cast_precision_loss, reason = "a ratio of integers, rounded once")]
    #[must_use]
    pub fn mean(&self) -> Option<f64> {
        let sum: u128 = (0_u128..).zip(&self.counts).map(|(gap, count)| gap * u128::from(*count)).sum();
        (self.count > 0).then(|| sum as f64 / self.count as f64)
    }

    /// The type-7 quantile of a percentage, in days; none without gaps or above 100.
    #[expect(clippy::cast_precision_loss, reason = "days and hundredths are far below 2^53")]
    #[must_use]
    pub fn quantile(&self, percent: u8) -> Option<f64> {
        let last = self.count.checked_sub(1).filter(|_| percent <= 100)?;
        // In hundredths of a position, so that no rounding decides where it lies.
        let position = u128::from(last) * u128::from(percent);
        let (index, rest) = (position / 100, position % 100);
        let low = self.at(index)?;
        let high = if rest == 0 { low } else { self.at(index + 1)? };
        Some(low as f64 + (high - low) as f64 * rest as f64 / 100.0)
    }

    /// The gap at a position in ascending order.
    fn at(&self, position: u128) -> Option<usize> {
        let mut before = 0;
        self.counts.iter().position(|count| {
            before += u128::from(*count);
            position < before
        })
    }
}
