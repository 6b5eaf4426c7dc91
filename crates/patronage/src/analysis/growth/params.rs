//! The settings of growth accounting.

use chrono::NaiveDate;
use serde::{Deserialize, Serialize};

use super::fit::GrowthView;
use crate::error::Result;
use crate::ledger::{CellMoney, Cells};

/// The entry to growth accounting. See the [module](super).
#[derive(Debug, Clone, Copy)]
pub struct Growth;

impl Growth {
    /// The default settings: the money of purchases, refunds not netted.
    #[must_use]
    pub fn params() -> GrowthParams {
        GrowthParams::default()
    }
}

/// The settings, each with a default.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct GrowthParams {
    money: CellMoney,
}

impl GrowthParams {
    /// Which money is accounted for.
    #[must_use]
    pub fn money(mut self, money: CellMoney) -> Self {
        self.money = money;
        self
    }

    /// Accounts for the periods of cells up to a date.
    ///
    /// # Errors
    /// When nobody has bought (kind `Fit`), a cell begins after the date (`Parameter`), or a sum of money has more than 38
    /// digits (`Overflow`).
    pub fn fit(self, cells: &Cells, as_of: NaiveDate) -> Result<GrowthView> {
        GrowthView::new(self.money, cells, as_of)
    }
}
