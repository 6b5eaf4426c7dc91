//! Customers by money, descending, and boundaries in that order that can be applied to others.

use std::cmp::Ordering;

use rayon::prelude::*;
use serde::{Deserialize, Deserializer, Serialize, Serializer};

use crate::customers::Customers;
use crate::error::{Error, Result};
use crate::money;

/// The money and the row of each customer, the most money first, equal money by row, which is by customer id.
pub(super) fn descending(money: &[i128]) -> Vec<(i128, u32)> {
    let mut order: Vec<(i128, u32)> = money.iter().copied().zip(0_u32..).collect();
    order.par_sort_unstable_by(|(a, row), (b, other)| b.cmp(a).then(row.cmp(other)));
    order
}

/// Refuses more customers than a row number can count.
pub(super) fn check_size(customers: &Customers) -> Result<()> {
    match u32::try_from(customers.len()) {
        Ok(_) => Ok(()),
        Err(_) => Err(Error::fit("the analysis is limited to 2^32 customers")),
    }
}

/// A share of customers or money, in exact millionths.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(transparent)]
pub(super) struct Millionths(pub(super) u32);

/// Millionths in a whole.
const WHOLE: u32 = 1_000_000;

impl Millionths {
    /// The nearest millionth to a percentage; `None` outside 0..=100.
    #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "the range is checked")]
    pub(super) fn from_percent(percent: f64) -> Option<Self> {
        (0.0..=100.0).contains(&percent).then(|| Self((percent * 10_000.0).round() as u32))
    }

    pub(super) fn is_whole_or_more(self) -> bool {
        self.0 >= WHOLE
    }

    /// The share of an amount that is not negative, rounded down and up.
    pub(super) fn of(self, amount: i128) -> (i128, i128) {
        let (whole, part) = (i128::from(WHOLE), i128::from(self.0));
        let rest = amount % whole * part;
        let floor = amount / whole * part + rest / whole;
        (floor, floor + i128::from(rest % whole != 0))
    }

    /// The share of a number, rounded up: a share above zero of anybody is somebody.
    pub(super) fn of_count(self, count: usize) -> usize {
        let up = (count as u128 * u128::from(self.0)).div_ceil(u128::from(WHOLE));
        usize::try_from(up).unwrap_or(usize::MAX).min(count)
    }
}

/// The first place that belongs to a class: a customer is in it, or in a later one, from there on.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Start {
    /// Money in minor units of the model's scale.
    #[serde(serialize_with = "as_text", deserialize_with = "from_text")]
    pub money: i128,
    /// Among customers with exactly this money, the first that belongs to the class; empty where equals stay together.
    pub customer_id: String,
}

fn as_text<S: Serializer>(money: &i128, serializer: S) -> Result<S::Ok, S::Error> {
    serializer.serialize_str(&money.to_string())
}

fn from_text<'de, D: Deserializer<'de>>(deserializer: D) -> Result<i128, D::Error> {
    let text = String::deserialize(deserializer)?;
    text.parse().map_err(|_| serde::de::Error::custom("not an integer"))
}

impl Start {
    /// The place of the customer at a position of an order; `None` beyond the last.
    pub(super) fn at(position: usize, order: &[(i128, u32)], customers: &Customers) -> Option<Self> {
        let (money, row) = order.get(position)?;
        Some(Self { money: *money, customer_id: customers.customer_id().get(*row as usize).to_owned() })
    }

    /// Whether a customer lies at or after this place.
    fn reached(&self, money: i128, customer_id: &str) -> bool {
        match money.cmp(&self.money) {
            Ordering::Greater => false,
            Ordering::Less => true,
            Ordering::Equal => self.customer_id.as_str() <= customer_id,
        }
    }
}

/// The class of a customer: how many starts it has reached.
pub(super) fn class(starts: &[Option<Start>], money: i128, customer_id: &str) -> usize {
    starts.iter().flatten().filter(|start| start.reached(money, customer_id)).count()
}

/// Brings customers' money and a model's starts to one scale, the finer of the two.
pub(super) fn to_one_scale(customers: &Customers, starts: &[Option<Start>], scale: u8) -> Result<(Vec<i128>, Vec<Option<Start>>)> {
    let own = customers.settings().scale;
    let times = |money: i128, from: u8| {
        let factor = money::power_of_ten(own.max(scale).saturating_sub(from));
        money.checked_mul(factor).ok_or_else(|| Error::overflow("money of two scales has more than 38 digits in the finer one"))
    };
    let starts = starts.iter().map(|start| {
        let start = start.as_ref().map(|start| Ok(Start { money: times(start.money, scale)?, customer_id: start.customer_id.clone() }));
        start.transpose()
    });
    Ok((customers.monetary().iter().map(|money| times(*money, own)).collect::<Result<_>>()?, starts.collect::<Result<_>>()?))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn shares_are_exact() {
        let share = Millionths::from_percent(80.0);
        assert_eq!(share, Some(Millionths(800_000)));
        assert_eq!(Millionths(800_000).of(464_158), (371_326, 371_327));
        assert_eq!(Millionths(500_000).of(i128::MAX).0, i128::MAX / 2);
        assert_eq!(Millionths(10_000).of_count(995), 10);
        assert_eq!(Millionths::from_percent(f64::NAN), None);
        assert_eq!(Millionths::from_percent(100.1), None);
    }
}
