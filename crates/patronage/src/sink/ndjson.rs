//! One JSON object a line.

use std::io::Write;

use polars::prelude::DataFrame;

use super::{Cell, Sink, cell, no_form};
use crate::error::{Error, Result};

/// One JSON object a line, with the columns in order. Exact decimals and dates are strings, since a JSON number is a
/// float to most readers; null is null.
#[derive(Debug, Clone, Copy, Default)]
pub struct Ndjson;

impl Sink for Ndjson {
    fn extension(&self) -> &'static str {
        "ndjson"
    }

    fn write(&self, table: &DataFrame, to: &mut dyn Write) -> Result<()> {
        let mut to = std::io::BufWriter::new(to);
        let failed = |error: std::io::Error| Error::write(format!("cannot write NDJSON: {error}"));
        let columns: Vec<_> = table.columns().iter().map(|column| column.as_materialized_series().rechunk()).collect();
        let quoted = |text: &str| serde_json::to_string(text).map_err(|error| Error::write(error.to_string()));
        let names = columns.iter().map(|column| quoted(column.name())).collect::<Result<Vec<_>>>()?;
        for row in 0..table.height() {
            for (index, column) in columns.iter().enumerate() {
                write!(to, "{}{}:", if index == 0 { '{' } else { ',' }, names[index]).map_err(failed)?;
                let value = column.get(row).map_err(|error| Error::write(error.to_string()))?;
                let text = match cell(&value).ok_or_else(|| no_form(column.name(), column.dtype()))? {
                    Cell::Null => "null".to_owned(),
                    Cell::Text(text) => quoted(text)?,
                    Cell::Decimal(text) | Cell::Date(text) => format!("\"{text}\""),
                    Cell::Number(text) => text,
                    Cell::Bool(value) => value.to_string(),
                };
                to.write_all(text.as_bytes()).map_err(failed)?;
            }
            to.write_all(if columns.is_empty() { b"{}\n" } else { b"}\n" }).map_err(failed)?;
        }
        to.flush().map_err(failed)
    }
}
