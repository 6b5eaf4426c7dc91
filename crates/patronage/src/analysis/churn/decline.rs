//! Value decline: customers who stay and drop a value class, which is churn in part.

use std::fmt;
use std::str::FromStr;

use chrono::NaiveDate;
use rayon::prelude::*;
use serde::{Deserialize, Serialize};

use super::days::PurchaseDays;
use crate::error::{Error, Result};
use crate::money;
use crate::time::{day_number, named};

/// A class by purchase money in a window.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub enum ValueClass {
    /// The few that brought the first 80 % of the money.
    A,
    /// Those that brought the next 15 %.
    B,
    /// Those that brought the rest.
    C,
    /// Those that brought nothing.
    N,
}

named!(ValueClass, "value class", Self::A => "A", Self::B => "B", Self::C => "C", Self::N => "N");

impl ValueClass {
    /// All classes, in order.
    pub const ALL: [Self; 4] = [Self::A, Self::B, Self::C, Self::N];
}

/// Customers who went from one class to another.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Move {
    /// The class in the earlier window.
    pub from: ValueClass,
    /// The class in the last window, by the thresholds of the earlier one.
    pub to: ValueClass,
    /// Customers.
    pub customers: u64,
    /// Their purchase money in the earlier window, in minor units.
    pub before: i128,
    /// Their purchase money in the last window.
    pub after: i128,
}

/// Value classes in two windows that follow each other, the thresholds of the earlier one for both.
#[derive(Debug, Clone, PartialEq)]
pub struct ValueDecline {
    thresholds: [Option<i128>; 2],
    classes: Vec<[ValueClass; 2]>,
    partial_churn: Option<Vec<bool>>,
    moves: Vec<Move>,
}

impl ValueDecline {
    /// Compares the windows of so many days up to a date and before it, for the customers who had bought by the date.
    ///
    /// # Errors
    /// When the window is shorter than a day, or a sum has more than 38 digits.
    pub fn new(days: &PurchaseDays, as_of: NaiveDate, window_days: u32) -> Result<Self> {
        let today = day_number(as_of);
        let window = i32::try_from(window_days)
            .ok()
            .filter(|window| *window > 0)
            .ok_or_else(|| Error::parameter("a window has at least one day").with_value(&window_days.to_string()))?;
        let [middle, start] = [1, 2].map(|windows: i32| today.saturating_sub(windows.saturating_mul(window)));
        let rows = days.known_at(as_of);
        let looks: Vec<(i128, i128, bool)> = rows
            .par_iter()
            .with_min_len(512)
            .map(|&row| {
                let own = days.customer(row);
                Ok((own.money(start, middle)?, own.money(middle, today)?, own.purchases(middle, today) > 0))
            })
            .collect::<Result<_>>()?;
        let thresholds = thresholds(looks.iter().map(|look| look.0).collect())?;
        let classes: Vec<[ValueClass; 2]> =
            looks.iter().map(|(before, after, _)| [*before, *after].map(|amount| class(amount, thresholds))).collect();
        let mut moves: Vec<Move> = ValueClass::ALL
            .into_iter()
            .flat_map(|from| ValueClass::ALL.map(|to| Move { from, to, customers: 0, before: 0, after: 0 }))
            .collect();
        for ([from, to], (before, after, _)) in classes.iter().zip(&looks) {
            let place = &mut moves[*from as usize * ValueClass::ALL.len() + *to as usize];
            place.customers += 1;
            place.before = money::add(place.before, *before)?;
            place.after = money::add(place.after, *after)?;
        }
        // Where the earlier window began before the data, nobody can have been in its right class.
        let whole = days.first().is_some_and(|first| first <= start.saturating_add(1));
        let declined = || classes.iter().zip(&looks).map(|([from, to], (_, _, bought))| *bought && to > from).collect();
        let partial_churn = whole.then(declined);
        Ok(Self { thresholds, classes, partial_churn, moves })
    }

    /// The least money of A and of B in the earlier window, in minor units; none for a class without customers.
    #[must_use]
    pub fn thresholds(&self) -> [Option<i128>; 2] {
        self.thresholds
    }

    /// The earlier and the last class of each customer known at the date, in the order of ids.
    #[must_use]
    pub fn classes(&self) -> &[[ValueClass; 2]] {
        &self.classes
    }

    /// Whether each of them bought in the last window and dropped a class; none where the data do not reach back two windows.
    #[must_use]
    pub fn partial_churn(&self) -> Option<&[bool]> {
        self.partial_churn.as_deref()
    }

    /// Every move from class to class.
    #[must_use]
    pub fn moves(&self) -> &[Move] {
        &self.moves
    }
}

/// The least money of A and B: equals stay together in the class where their group starts.
fn thresholds(mut amounts: Vec<i128>) -> Result<[Option<i128>; 2]> {
    amounts.retain(|amount| *amount > 0);
    amounts.par_sort_unstable_by(|a, b| b.cmp(a));
    let total = money::sum(amounts.iter().copied())?;
    // ⌈80 %⌉ and ⌈95 %⌉ of the total, without a product that could overflow.
    let cuts = [total - total / 5, total - total / 20];
    let mut least = [None; 2];
    let mut before = 0;
    for group in amounts.chunk_by(|a, b| a == b) {
        for (least, cut) in least.iter_mut().zip(cuts) {
            if before < cut {
                *least = Some(group[0]);
            }
        }
        before += group[0] * group.len() as i128;
    }
    if least[1] == least[0] {
        least[1] = None;
    }
    Ok(least)
}

fn class(amount: i128, [a, b]: [Option<i128>; 2]) -> ValueClass {
    if amount <= 0 {
        ValueClass::N
    } else if a.is_some_and(|least| amount >= least) {
        ValueClass::A
    } else if b.is_some_and(|least| amount >= least) {
        ValueClass::B
    } else {
        ValueClass::C
    }
}
