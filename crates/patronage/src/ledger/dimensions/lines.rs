//! The values of accepted rows on their way into the ledger.

use crate::ledger::facts::Micros;

/// Stands for an amount that is missing or cannot be read; no amount is as large.
pub(crate) const NO_AMOUNT: i128 = i128::MIN;

/// What the rows of a block for one partition say, row after row. Values are numbers of the block.
#[derive(Debug, Default)]
pub(crate) struct Lines {
    /// As many a row as there are dimensions.
    pub(crate) values: Vec<u32>,
    /// One a row where there is such a column.
    pub(crate) costs: Vec<Micros>,
    pub(crate) discounts: Vec<Micros>,
}

impl Lines {
    pub(crate) fn clear(&mut self) {
        self.values.clear();
        self.costs.clear();
        self.discounts.clear();
    }
}
