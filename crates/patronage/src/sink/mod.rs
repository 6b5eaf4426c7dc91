//! Where tables go: one trait, three formats, and outputs that are complete or not there.
//!
//! A [`Sink`] writes a table in its format; [`conformance`] holds what every sink must do, for those who write their
//! own. [`OutputFolder`] puts files into a folder all at once.

pub mod atomic;
pub mod conformance;
mod csv;
mod ndjson;
mod parquet;

use std::fmt;
use std::io::Write;
use std::str::FromStr;

use polars::prelude::DataFrame;
use serde::{Deserialize, Serialize};

use crate::error::{Error, Result};
use crate::time::named;

pub use self::csv::{Csv, inert};
pub use self::ndjson::Ndjson;
pub use self::parquet::Parquet;
pub use atomic::{OutputFile, OutputFolder};

/// A format that tables are written in.
///
/// The same table must give the same bytes, every time and on every machine.
pub trait Sink: fmt::Debug + Send + Sync {
    /// The end of file names, without the dot.
    fn extension(&self) -> &'static str;

    /// Writes a table: all its rows, in order, under the names of its columns.
    ///
    /// # Errors
    /// When writing fails, or a column has a type that the format has no form for.
    fn write(&self, table: &DataFrame, to: &mut dyn Write) -> Result<()>;
}

/// The formats that are built in.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum TableFormat {
    /// Apache Parquet, compressed with Snappy.
    #[default]
    Parquet,
    /// Comma-separated text with a header; cells that a spreadsheet would run as a formula are made inert.
    Csv,
    /// One JSON object a line; exact decimals are strings.
    Ndjson,
}

named!(TableFormat, "table format", Self::Parquet => "parquet", Self::Csv => "csv", Self::Ndjson => "ndjson");

impl TableFormat {
    /// The sink.
    #[must_use]
    pub fn sink(self) -> &'static dyn Sink {
        match self {
            Self::Parquet => &Parquet,
            Self::Csv => &Csv,
            Self::Ndjson => &Ndjson,
        }
    }
}

/// A cell as text formats see it.
#[derive(Debug, Clone, PartialEq)]
pub(crate) enum Cell<'a> {
    Null,
    Text(&'a str),
    Number(String),
    Decimal(String),
    Date(String),
    Bool(bool),
}

impl Cell<'_> {
    /// Its text; nothing for null.
    pub(crate) fn into_text(self) -> Option<String> {
        match self {
            Self::Null => None,
            Self::Text(text) => Some(text.to_owned()),
            Self::Number(text) | Self::Decimal(text) | Self::Date(text) => Some(text),
            Self::Bool(value) => Some(value.to_string()),
        }
    }
}

/// The cell of a value, or `None` for a type that text formats have no form for.
pub(crate) fn cell<'a>(value: &'a polars::prelude::AnyValue<'a>) -> Option<Cell<'a>> {
    use polars::prelude::AnyValue as V;
    Some(match value {
        V::Boolean(value) => Cell::Bool(*value),
        V::String(text) => Cell::Text(text),
        V::StringOwned(text) => Cell::Text(text.as_str()),
        V::Int8(number) => Cell::Number(number.to_string()),
        V::Int16(number) => Cell::Number(number.to_string()),
        V::Int32(number) => Cell::Number(number.to_string()),
        V::Int64(number) => Cell::Number(number.to_string()),
        V::UInt8(number) => Cell::Number(number.to_string()),
        V::UInt16(number) => Cell::Number(number.to_string()),
        V::UInt32(number) => Cell::Number(number.to_string()),
        V::UInt64(number) => Cell::Number(number.to_string()),
        // Rust prints the shortest text that reads back, without an exponent; what is not finite has no number in JSON.
        V::Float32(number) if number.is_finite() => Cell::Number(number.to_string()),
        V::Float64(number) if number.is_finite() => Cell::Number(number.to_string()),
        V::Null | V::Float32(_) | V::Float64(_) => Cell::Null,
        V::Decimal(number, _, scale) => Cell::Decimal(crate::money::to_text(*number, u8::try_from(*scale).ok()?)),
        V::Datetime(ticks, unit, None) | V::DatetimeOwned(ticks, unit, None) => Cell::Date(instant(*ticks, *unit)?),
        V::Date(day) => Cell::Date(crate::time::date_of(*day).to_string()),
        _ => return None,
    })
}

/// A local time to the second.
fn instant(ticks: i64, unit: polars::prelude::TimeUnit) -> Option<String> {
    use polars::prelude::TimeUnit as U;
    let seconds = ticks.div_euclid(match unit {
        U::Milliseconds => 1_000,
        U::Microseconds => 1_000_000,
        U::Nanoseconds => 1_000_000_000,
    });
    chrono::DateTime::from_timestamp(seconds, 0).map(|time| time.format("%Y-%m-%d %H:%M:%S").to_string())
}

pub(crate) fn no_form(column: &str, dtype: &polars::prelude::DataType) -> Error {
    Error::write(format!("a column of type {dtype} has no form in this format")).at_column(column)
}
