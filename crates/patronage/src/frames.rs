//! Columns of frames, made in one way everywhere.

use polars::prelude::*;

use crate::error::{Error, Result};

/// A frame that cannot be made is a defect of this library, and said like one.
fn defect(error: &PolarsError) -> Error {
    Error::write(format!("a table could not be assembled: {error}"))
}

/// A frame of columns that have `height` rows each.
pub(crate) fn frame(height: usize, columns: Vec<Column>) -> Result<DataFrame> {
    DataFrame::new(height, columns).map_err(|error| defect(&error))
}

/// A column of dates from day numbers.
pub(crate) fn dates(name: &str, days: Vec<i32>) -> Result<Column> {
    Column::new(name.into(), days).cast(&DataType::Date).map_err(|error| defect(&error))
}

/// A column of exact decimals from minor units.
pub(crate) fn decimals(name: &str, minor: Vec<i128>, scale: u8) -> Result<Column> {
    let decimals = Int128Chunked::from_vec(name.into(), minor).into_decimal(38, usize::from(scale));
    decimals.map(|decimals| decimals.into_series().into_column()).map_err(|error| defect(&error))
}

/// A column of texts.
pub(crate) fn texts<'a>(name: &str, rows: usize, texts: impl Iterator<Item = &'a str>) -> Column {
    let mut builder = StringChunkedBuilder::new(name.into(), rows);
    texts.for_each(|text| builder.append_value(text));
    builder.finish().into_series().into_column()
}

/// A column of texts, some of which are null.
pub(crate) fn optional_texts<'a>(name: &str, rows: usize, texts: impl Iterator<Item = Option<&'a str>>) -> Column {
    let mut builder = StringChunkedBuilder::new(name.into(), rows);
    texts.for_each(|text| builder.append_option(text));
    builder.finish().into_series().into_column()
}

/// A column of dates from day numbers, some of which are null.
pub(crate) fn optional_dates(name: &str, days: Vec<Option<i32>>) -> Result<Column> {
    Column::new(name.into(), days).cast(&DataType::Date).map_err(|error| defect(&error))
}

/// A column of exact decimals from minor units, some of which are null.
pub(crate) fn optional_decimals(name: &str, minor: &[Option<i128>], scale: u8) -> Result<Column> {
    let decimals = Int128Chunked::from_slice_options(name.into(), minor).into_decimal(38, usize::from(scale));
    decimals.map(|decimals| decimals.into_series().into_column()).map_err(|error| defect(&error))
}
