//! The settings of cohorts.

use chrono::NaiveDate;
use serde::{Deserialize, Serialize};

use super::fit::CohortView;
use crate::error::Result;
use crate::ledger::{CellMoney, Cells};

/// The most periods that are followed: more than a year by day, seven years by week, thirty-three by month.
pub const LONGEST: usize = 400;

/// The entry to cohorts. See the [module](super).
#[derive(Debug, Clone, Copy)]
pub struct Cohorts;

impl Cohorts {
    /// The default settings: the money of purchases, refunds not netted.
    #[must_use]
    pub fn params() -> CohortParams {
        CohortParams::default()
    }
}

/// The settings, each with a default.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct CohortParams {
    money: CellMoney,
}

impl CohortParams {
    /// Which money is followed.
    #[must_use]
    pub fn money(mut self, money: CellMoney) -> Self {
        self.money = money;
        self
    }

    /// Follows the cohorts of cells up to a date.
    ///
    /// # Errors
    /// When nobody has bought (kind `Fit`), a cell begins after the date or there are more than [`LONGEST`] periods
    /// (`Parameter`), or a sum of money has more than 38 digits (`Overflow`).
    pub fn fit(self, cells: &Cells, as_of: NaiveDate) -> Result<CohortView> {
        CohortView::new(self.money, cells, as_of)
    }
}
