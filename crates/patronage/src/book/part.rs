//! What every analysis of a book starts from, and what it gives.

use std::cell::OnceCell;

use polars::prelude::{Column, DataFrame};

use super::remark::Remark;
use crate::customers::{Customers, CustomersParams};
use crate::error::Result;
use crate::ledger::{Cells, Ledger};
use crate::time::Period;

/// What the analyses of a book look at.
pub(super) struct Sources<'a> {
    pub(super) ledger: &'a Ledger,
    pub(super) customers: &'a Customers,
    /// How the customers are looked at.
    pub(super) looked: &'a CustomersParams,
    /// By day, made when first asked for.
    cells: OnceCell<Cells>,
}

/// What an analysis adds to a book.
#[derive(Default)]
pub(super) struct Part {
    /// One value a customer, in the order of the customers.
    pub(super) columns: Vec<Column>,
    pub(super) tables: Vec<(String, DataFrame)>,
    pub(super) warnings: Vec<Remark>,
}

impl<'a> Sources<'a> {
    pub(super) fn new(ledger: &'a Ledger, customers: &'a Customers, looked: &'a CustomersParams) -> Self {
        Self { ledger, customers, looked, cells: OnceCell::new() }
    }

    /// The customers by day, within the window of the book; those with refunds only are among them.
    pub(super) fn cells(&self) -> Result<&Cells> {
        if let Some(cells) = self.cells.get() {
            return Ok(cells);
        }
        let cells = self.ledger.cells_since(self.looked.first_day(), self.customers.as_of(), Period::Day)?;
        Ok(self.cells.get_or_init(|| cells))
    }
}
