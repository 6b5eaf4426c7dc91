//! The settings of ABC and the one place where they are checked.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};

use super::fit::AbcModel;
use super::order::Millionths;
use crate::customers::Customers;
use crate::error::{Error, Result};
use crate::time::named;

/// Where a class ends when a customer lies across the line. See the [module](super).
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Boundary {
    /// Up to the cut, not beyond it; ties by customer id.
    Within,
    /// Including the customer that crosses the cut; ties by customer id.
    Crossing,
    /// Equals stay together in the class where their group starts.
    #[default]
    TiesStart,
    /// Equals stay together in the class where their group ends.
    TiesEnd,
    /// From the shape of the curve; the cuts play no part.
    Computed,
}

named!(Boundary, "class boundary",
    Self::Within => "within", Self::Crossing => "crossing", Self::TiesStart => "ties-start", Self::TiesEnd => "ties-end",
    Self::Computed => "computed",
);

/// What becomes of customers whose money is not above zero.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Nonpositive {
    /// They form class N.
    #[default]
    Class,
    /// They count as zero, and so come last.
    Clamp,
    /// They are an error.
    Error,
}

named!(Nonpositive, "policy for money that is not positive", Self::Class => "class", Self::Clamp => "clamp", Self::Error => "error");

/// The entry to ABC analysis. See the [module](super).
#[derive(Debug, Clone, Copy)]
pub struct Abc;

impl Abc {
    /// The default settings: 80 % and 95 %, boundary `ties-start`, class N.
    #[must_use]
    pub fn params() -> AbcParams {
        AbcParams { boundary: Boundary::default(), nonpositive: Nonpositive::default(), cuts: [80.0, 95.0] }
    }
}

/// The settings, each with a default. Nothing is checked before [`fit`](Self::fit).
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct AbcParams {
    boundary: Boundary,
    nonpositive: Nonpositive,
    cuts: [f64; 2],
}

/// Settings that have been checked.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Plan {
    pub(super) boundary: Boundary,
    pub(super) nonpositive: Nonpositive,
    pub(super) cuts: [Millionths; 2],
}

impl AbcParams {
    /// Where a class ends.
    #[must_use]
    pub fn boundary(mut self, boundary: Boundary) -> Self {
        self.boundary = boundary;
        self
    }

    /// What becomes of customers whose money is not above zero.
    #[must_use]
    pub fn nonpositive(mut self, policy: Nonpositive) -> Self {
        self.nonpositive = policy;
        self
    }

    /// The percentages of money at which A and B end, to the nearest ten-thousandth of a per cent.
    #[must_use]
    pub fn cuts(mut self, a: f64, b: f64) -> Self {
        self.cuts = [a, b];
        self
    }

    /// Finds the boundaries.
    ///
    /// # Errors
    /// When 0 < a < b ≤ 100 does not hold (kind `Parameter`), there is nobody (`Fit`), a customer's money is not
    /// positive and the policy is to refuse it (`Input`), or the total has more than 38 digits (`Overflow`).
    pub fn fit(self, customers: &Customers) -> Result<AbcModel> {
        AbcModel::fit(self.check()?, customers)
    }

    fn check(self) -> Result<Plan> {
        let Self { boundary, nonpositive, cuts: [a, b] } = self;
        match (Millionths::from_percent(a), Millionths::from_percent(b)) {
            (Some(first), Some(second)) if Millionths(0) < first && first < second => {
                Ok(Plan { boundary, nonpositive, cuts: [first, second] })
            }
            _ => Err(Error::parameter("the cuts of ABC have to be percentages with 0 < a < b ≤ 100").with_value(&format!("{a}, {b}"))),
        }
    }
}
