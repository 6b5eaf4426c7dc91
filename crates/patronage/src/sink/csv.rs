//! Comma-separated text.

use std::io::Write;

use polars::prelude::DataFrame;

use super::{Cell, Sink, cell, no_form};
use crate::error::{Error, Result};

/// Comma-separated text: UTF-8, a header, `\n`, quotes where needed, empty cells for null.
///
/// A text that a spreadsheet would run as a formula (it starts with `=`, `+`, `-`, `@`, a tab or a carriage return)
/// is written behind an apostrophe. Numbers, dates and money are never touched.
#[derive(Debug, Clone, Copy, Default)]
pub struct Csv;

/// A text as a spreadsheet may see it: behind an apostrophe where it would be run as a formula.
///
/// ```
/// assert_eq!(patronage::sink::inert("=1+1"), "'=1+1");
/// assert_eq!(patronage::sink::inert("plain"), "plain");
/// ```
#[must_use]
pub fn inert(text: &str) -> std::borrow::Cow<'_, str> {
    if text.starts_with(['=', '+', '-', '@', '\t', '\r']) { format!("'{text}").into() } else { text.into() }
}

impl Sink for Csv {
    fn extension(&self) -> &'static str {
        "csv"
    }

    fn write(&self, table: &DataFrame, to: &mut dyn Write) -> Result<()> {
        let failed = |error: ::csv::Error| Error::write(format!("cannot write CSV: {error}"));
        let mut writer = ::csv::WriterBuilder::new().from_writer(to);
        writer.write_record(table.get_column_names().iter().map(|name| inert(name).into_owned())).map_err(failed)?;
        let columns: Vec<_> = table.columns().iter().map(|column| column.as_materialized_series().rechunk()).collect();
        for row in 0..table.height() {
            for column in &columns {
                let value = column.get(row).map_err(|error| Error::write(error.to_string()))?;
                match cell(&value).ok_or_else(|| no_form(column.name(), column.dtype()))? {
                    Cell::Null => writer.write_field(""),
                    Cell::Text(text) => writer.write_field(&*inert(text)),
                    Cell::Number(text) | Cell::Decimal(text) | Cell::Date(text) => writer.write_field(text),
                    Cell::Bool(value) => writer.write_field(if value { "true" } else { "false" }),
                }
                .map_err(failed)?;
            }
            writer.write_record(None::<&[u8]>).map_err(failed)?;
        }
        writer.flush().map_err(|error| Error::write(format!("cannot write CSV: {error}")))
    }
}
