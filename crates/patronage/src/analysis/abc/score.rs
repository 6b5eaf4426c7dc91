//! The class of each customer.

use std::fmt;
use std::str::FromStr;

use rayon::prelude::*;
use serde::{Deserialize, Serialize};

use super::fit::AbcModel;
use super::order::{class, to_one_scale};
use super::params::Nonpositive;
use crate::customers::Customers;
use crate::error::{Error, Result};
use crate::money;
use crate::time::named;

/// A class, by descending money.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub enum AbcClass {
    /// The few that bring most.
    A,
    /// The next.
    B,
    /// The many that bring little.
    C,
    /// Those that brought nothing.
    N,
}

named!(AbcClass, "ABC class", Self::A => "A", Self::B => "B", Self::C => "C", Self::N => "N");

impl AbcClass {
    /// All classes, in order.
    pub const ALL: [Self; 4] = [Self::A, Self::B, Self::C, Self::N];

    /// The letter that stands in files.
    #[must_use]
    pub fn letter(self) -> char {
        match self {
            Self::A => 'A',
            Self::B => 'B',
            Self::C => 'C',
            Self::N => 'N',
        }
    }
}

/// What one class amounts to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ClassTotal {
    /// Its customers.
    pub customers: u64,
    /// Their net money, in minor units of the customers' scale.
    pub money: i128,
}

/// The classes of customers, one a row.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AbcScores {
    classes: Vec<AbcClass>,
    totals: [ClassTotal; 4],
}

impl AbcModel {
    /// Classifies customers, the fitted ones or others, with the boundaries as they are.
    ///
    /// # Errors
    /// When a sum has more than 38 digits.
    pub fn score(&self, customers: &Customers) -> Result<AbcScores> {
        let (amounts, starts) = to_one_scale(customers, &self.starts, self.scale)?;
        let ids = customers.customer_id();
        let own = |(row, amount): (usize, &i128)| {
            if *amount <= 0 && self.nonpositive() == Nonpositive::Class {
                return AbcClass::N;
            }
            let amount = if self.nonpositive() == Nonpositive::Clamp { (*amount).max(0) } else { *amount };
            AbcClass::ALL[class(&starts, amount, ids.get(row))]
        };
        let classes: Vec<AbcClass> = amounts.par_iter().enumerate().map(own).collect();
        let mut totals = [ClassTotal { customers: 0, money: 0 }; 4];
        for (class, amount) in classes.iter().zip(customers.monetary()) {
            let total = &mut totals[*class as usize];
            total.customers += 1;
            total.money = money::add(total.money, *amount)?;
        }
        Ok(AbcScores { classes, totals })
    }
}

impl AbcScores {
    /// The classes, in the order of the customers.
    #[must_use]
    pub fn classes(&self) -> &[AbcClass] {
        &self.classes
    }

    /// What a class amounts to.
    #[must_use]
    pub fn total(&self, class: AbcClass) -> ClassTotal {
        self.totals[class as usize]
    }

    /// How many customers A, B, C and N have.
    #[must_use]
    pub fn counts(&self) -> [u64; 4] {
        self.totals.map(|total| total.customers)
    }
}
