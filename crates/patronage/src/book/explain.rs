//! Why a customer is where it is.

use std::fmt;

use polars::prelude::*;
use serde::Serialize;

use super::SegmentBook;
use crate::analysis::rfm::Explanation;
use crate::customers::{CustomerRow, Customers};
use crate::error::{Error, Result};
use crate::time::date_of;

/// All that a book says about one customer, and the ways into other segments.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct BookExplanation {
    /// The customer.
    pub customer_id: String,
    /// The date of the book.
    pub as_of: String,
    /// The customer's row: column and value, in the order of the book.
    pub values: Vec<(String, Option<String>)>,
    /// Which rule put it into its segment, and the nearest changes that lead to another.
    pub segment: Option<String>,
    /// What changed since the last book, where there was one.
    pub changes: Option<Vec<LabelChange>>,
}

/// A label that is not what it was in the last book.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct LabelChange {
    /// The column.
    pub what: String,
    /// What it was; none where the customer was not in the last book.
    pub from: Option<String>,
    /// What it is.
    pub to: Option<String>,
}

impl SegmentBook {
    /// Explains one customer.
    ///
    /// # Errors
    /// When the book has no such customer.
    pub fn explain(&self, customer_id: &str) -> Result<BookExplanation> {
        let broken = |error: PolarsError| Error::input(format!("the book lacks a column: {error}"));
        let ids = self.segments.column("customer_id").and_then(|column| column.str().cloned()).map_err(broken)?;
        // Rows are sorted by the bytes of the id.
        let (mut low, mut high) = (0, ids.len());
        while low < high {
            let middle = usize::midpoint(low, high);
            if ids.get(middle).is_some_and(|id| id < customer_id) { low = middle + 1 } else { high = middle }
        }
        if low == ids.len() || ids.get(low) != Some(customer_id) {
            return Err(Error::parameter("the book has no such customer")
                .with_value(customer_id)
                .with_hint("ids are compared as text, with leading zeros; a customer with refunds only is not in the book"));
        }
        let mut values = Vec::new();
        for column in self.segments.columns() {
            let value = column.get(low).map_err(broken)?;
            let text = crate::sink::cell(&value).and_then(crate::sink::Cell::into_text);
            values.push((column.name().to_string(), text));
        }
        let segment = self.explain_row(low)?.map(|explanation| explanation.to_string());
        let changes = self.changes_of(customer_id)?;
        Ok(BookExplanation { customer_id: customer_id.to_owned(), as_of: self.manifest.as_of.to_string(), values, segment, changes })
    }

    /// What the table of changes says of a customer.
    fn changes_of(&self, customer_id: &str) -> Result<Option<Vec<LabelChange>>> {
        let Some(table) = self.tables.get("changes") else { return Ok(None) };
        let broken = |error: PolarsError| Error::input(format!("the table of changes lacks a column: {error}"));
        let text = |name: &str| table.column(name).and_then(|column| column.str().cloned()).map_err(broken);
        let (ids, what, from, to) = (text("customer_id")?, text("what")?, text("from")?, text("to")?);
        let own = (0..table.height()).filter(|row| ids.get(*row) == Some(customer_id));
        let owned = |column: &StringChunked, row: usize| column.get(row).map(str::to_owned);
        Ok(Some(
            own.map(|row| LabelChange { what: owned(&what, row).unwrap_or_default(), from: owned(&from, row), to: owned(&to, row) })
                .collect(),
        ))
    }

    /// Scores, rule and nearest other segments of the customer in a row; none in a book without RFM.
    ///
    /// # Errors
    /// When there is no such row, or it lacks a value.
    pub fn explain_row(&self, row: usize) -> Result<Option<Explanation>> {
        let Some(model) = &self.manifest.analyses.rfm else { return Ok(None) };
        let customer = Customers::from_rows(self.manifest.customers, [self.row(row)?])?;
        model.explain(&customer, 0).map(Some)
    }

    /// The row of a customer as far as the book keeps it: what only models need is left at its least.
    fn row(&self, row: usize) -> Result<CustomerRow> {
        let value = |name: &str| self.segments.column(name).and_then(|column| column.get(row).map(AnyValue::into_static));
        let broken = |name: &str| Error::input("the book lacks a value").at_column(name);
        let count = |name: &str| value(name).ok().and_then(|value| value.extract::<u32>()).ok_or_else(|| broken(name));
        let date = |name: &str| match value(name) {
            Ok(AnyValue::Date(day)) => Ok(date_of(day)),
            _ => Err(broken(name)),
        };
        let money = |name: &str| match value(name) {
            Ok(AnyValue::Decimal(minor, ..)) => Ok(minor),
            _ => Err(broken(name)),
        };
        let id = value("customer_id").ok().and_then(|value| value.get_str().map(str::to_owned)).ok_or_else(|| broken("customer_id"))?;
        Ok(CustomerRow {
            customer_id: id,
            first_purchase: date("first_purchase")?,
            last_purchase: date("last_purchase")?,
            orders: count("orders")?,
            monetary: money("monetary")?,
            refund_orders: count("refund_orders")?,
            refunded: money("refunded")?,
            purchase_periods: count("purchase_periods")?,
            days_first_to_last_period: 0,
            repeat_value: 0,
        })
    }
}

impl fmt::Display for BookExplanation {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(f, "{} as of {}\n", crate::error::excerpt(&self.customer_id), self.as_of)?;
        let width = self.values.iter().map(|(name, _)| name.len()).max().unwrap_or(0);
        for (name, value) in self.values.iter().filter(|(name, _)| name != "customer_id" && name != "reason") {
            writeln!(f, "{name:<width$}  {}", value.as_deref().unwrap_or("–"))?;
        }
        if let Some(segment) = &self.segment {
            writeln!(f, "\n{segment}")?;
        }
        if let Some(changes) = &self.changes {
            writeln!(f, "\nSince the last book")?;
            if changes.is_empty() {
                writeln!(f, "  nothing changed")?;
            }
            for change in changes {
                let shown = |label: &Option<String>| label.clone().unwrap_or_else(|| "–".to_owned());
                writeln!(f, "  {:<18}{} → {}", change.what, shown(&change.from), shown(&change.to))?;
            }
        }
        Ok(())
    }
}
