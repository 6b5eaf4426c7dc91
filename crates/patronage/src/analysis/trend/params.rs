//! The settings of the trend and the one place where they are checked.

use chrono::NaiveDate;
use serde::{Deserialize, Serialize};

use super::fit::TrendView;
use crate::error::{Error, Result};
use crate::ledger::Cells;

/// The entry to the trend. See the [module](super).
#[derive(Debug, Clone, Copy)]
pub struct Trend;

impl Trend {
    /// The default settings: ARPU that fell three periods in a row is remarked on.
    #[must_use]
    pub fn params() -> TrendParams {
        TrendParams::default()
    }
}

/// The settings, each with a default. Nothing is checked before [`fit`](Self::fit).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct TrendParams {
    arpu_falls: u32,
}

impl Default for TrendParams {
    fn default() -> Self {
        Self { arpu_falls: 3 }
    }
}

impl TrendParams {
    /// After how many falls of ARPU in a row to say so.
    #[must_use]
    pub fn arpu_falls(mut self, periods: u32) -> Self {
        self.arpu_falls = periods;
        self
    }

    /// Follows the periods of cells up to a date.
    ///
    /// # Errors
    /// When no fall is asked for or a cell begins after the date (kind `Parameter`), nobody has bought (`Fit`), or a sum of
    /// money has more than 38 digits (`Overflow`).
    pub fn fit(self, cells: &Cells, as_of: NaiveDate) -> Result<TrendView> {
        if self.arpu_falls == 0 {
            return Err(Error::parameter("a decline takes at least one fall").with_value("0"));
        }
        TrendView::new(self.arpu_falls, cells, as_of)
    }
}
