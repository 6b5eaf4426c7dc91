//! The settings of affinity and the one place where they are checked.

use super::fit::AffinityModel;
use crate::error::{Error, Result};
use crate::ledger::Baskets;

/// The entry to affinity. See the [module](super).
#[derive(Debug, Clone, Copy)]
pub struct Affinity;

impl Affinity {
    /// The default settings: at least five together, the thousand pairs of highest lift.
    #[must_use]
    pub fn params() -> AffinityParams {
        AffinityParams { minimum: 5, most_pairs: 1_000 }
    }
}

/// The settings, each with a default. Nothing is checked before [`fit`](Self::fit).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct AffinityParams {
    pub(super) minimum: u32,
    pub(super) most_pairs: usize,
}

impl AffinityParams {
    /// Pairs with fewer orders together, and for the next value fewer customers, are left out.
    #[must_use]
    pub fn minimum(mut self, together: u32) -> Self {
        self.minimum = together;
        self
    }

    /// So many pairs are kept; each has two directions.
    #[must_use]
    pub fn most_pairs(mut self, pairs: usize) -> Self {
        self.most_pairs = pairs;
        self
    }

    /// Counts pairs.
    ///
    /// # Errors
    /// When the minimum is zero: then pairs that never occur would count (kind `Parameter`).
    pub fn fit(self, baskets: &Baskets) -> Result<AffinityModel> {
        if self.minimum == 0 {
            return Err(Error::parameter("a pair has to be together at least once").with_value("0").with_hint("a minimum of 1 or more"));
        }
        Ok(AffinityModel::fit(self, baskets))
    }
}
