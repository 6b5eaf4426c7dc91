//! The settings of composition and the one place where they are checked.

use super::view::CompositionView;
use crate::error::{Error, Result};
use crate::ledger::Breakdown;
use crate::time::Period;

/// The entry to composition. See the [module](super).
#[derive(Debug, Clone, Copy)]
pub struct Composition;

impl Composition {
    /// The default settings: by month; beyond 10,000 values the thousand largest by period.
    #[must_use]
    pub fn params() -> CompositionParams {
        CompositionParams { grain: Period::Month, most_values: 10_000, kept_values: 1_000 }
    }
}

/// The settings, each with a default. Nothing is checked before [`fit`](Self::fit).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct CompositionParams {
    pub(super) grain: Period,
    pub(super) most_values: usize,
    pub(super) kept_values: usize,
}

impl CompositionParams {
    /// The period of the rows by period, and of changes.
    #[must_use]
    pub fn grain(mut self, grain: Period) -> Self {
        self.grain = grain;
        self
    }

    /// The period that is set.
    #[must_use]
    pub fn period(self) -> Period {
        self.grain
    }

    /// With more than `most` values, the rows by period hold the `kept` with the most revenue and the rest as one.
    #[must_use]
    pub fn limit(mut self, most: usize, kept: usize) -> Self {
        self.most_values = most;
        self.kept_values = kept;
        self
    }

    /// Composes revenue of values.
    ///
    /// # Errors
    /// When more values are to be kept than may be there (kind `Parameter`), or a sum leaves the exact range (`Overflow`).
    pub fn fit(self, breakdown: &Breakdown) -> Result<CompositionView> {
        if self.kept_values == 0 || self.kept_values > self.most_values {
            return Err(Error::parameter("the values that are kept have to be at least 1 and at most as many as the limit")
                .with_value(&format!("{} of {}", self.kept_values, self.most_values)));
        }
        CompositionView::fit(self, breakdown)
    }
}
