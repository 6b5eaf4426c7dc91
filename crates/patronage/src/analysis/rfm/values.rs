//! The raw values of the three axes, one row per customer.

use rayon::prelude::*;
use serde::{Deserialize, Serialize};
use std::fmt;
use std::ops::Range;
use std::str::FromStr;

use super::axis::Axis;
use super::quantity::Quantity;
use super::scoring::Scoring;
use crate::customers::Customers;
use crate::error::{Error, Result};
use crate::time::named;

/// What the monetary axis measures; always net of refunds.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum MonetaryKind {
    /// Net total.
    #[default]
    NetTotal,
    /// Net total by purchase orders, to the nearest millionth (halves away from zero).
    MeanOrder,
    /// Net total by purchase periods, to the nearest millionth: the mean per purchase day in the default grain.
    MeanPeriod,
}

named!(MonetaryKind, "monetary kind", Self::NetTotal => "net_total", Self::MeanOrder => "mean_order", Self::MeanPeriod => "mean_period");

/// The raw values of each axis.
#[derive(Debug)]
pub(super) struct Values {
    axes: [Vec<Quantity>; 3],
}

/// `sum` / `count` to the nearest integer, halves away from zero.
fn mean(sum: i128, count: u32) -> i128 {
    let count = i128::from(count.max(1));
    (sum.abs() + count / 2) / count * sum.signum()
}

impl Values {
    pub(super) fn new(customers: &Customers, scoring: Scoring, kind: MonetaryKind) -> Result<Self> {
        Self::of_rows(customers, 0..customers.len(), scoring, kind)
    }

    /// The values of some rows, which have to exist.
    pub(super) fn of_rows(customers: &Customers, rows: Range<usize>, scoring: Scoring, kind: MonetaryKind) -> Result<Self> {
        let scale = customers.settings().scale;
        let recency = customers.recency_days().skip(rows.start).take(rows.len()).map(Quantity::from).collect();
        let counts = if scoring == Scoring::PymcQuartile { customers.purchase_periods() } else { customers.frequency() };
        let frequency = counts[rows.clone()].iter().copied().map(Quantity::from).collect();
        let divisors = match kind {
            MonetaryKind::NetTotal => None,
            MonetaryKind::MeanOrder => Some(customers.orders()),
            MonetaryKind::MeanPeriod => Some(customers.purchase_periods()),
        };
        let money = |row: usize| {
            let total = Quantity::from_money(customers.monetary()[row], scale)?;
            Ok(divisors.map_or(total, |counts| Quantity::from_millionths(mean(total.millionths(), counts[row]))))
        };
        // Every row fails with the same words, so that the error does not depend on threads.
        let monetary = rows.into_par_iter().map(money).collect::<Result<Vec<_>>>()?;
        Ok(Self { axes: [recency, frequency, monetary] })
    }

    pub(super) fn axis(&self, axis: Axis) -> &[Quantity] {
        &self.axes[axis.index()]
    }

    pub(super) fn row(&self, row: usize) -> [Quantity; 3] {
        [self.axes[0][row], self.axes[1][row], self.axes[2][row]]
    }

    /// The values of an axis in ascending order, in millionths.
    pub(super) fn sorted(&self, axis: Axis) -> Vec<i128> {
        let values = || self.axis(axis).iter().map(|value| value.millionths());
        // Half the memory to move where it is enough, which is up to nine million million.
        if let Ok(mut short) = values().map(i64::try_from).collect::<Result<Vec<_>, _>>() {
            short.par_sort_unstable();
            return short.into_iter().map(i128::from).collect();
        }
        let mut long: Vec<i128> = values().collect();
        long.par_sort_unstable();
        long
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn means_round_to_the_nearest() {
        assert_eq!([mean(10, 4), mean(-10, 4), mean(1, 3), mean(-2, 3), mean(0, 0)], [3, -3, 0, -1, 0]);
    }
}
