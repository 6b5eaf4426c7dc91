//! Apache Parquet.

use std::io::Write;

use polars::prelude::{DataFrame, ParquetCompression, ParquetWriter};

use super::Sink;
use crate::error::{Error, Result};

/// Apache Parquet, compressed with Snappy: fast, and read by everything.
#[derive(Debug, Clone, Copy, Default)]
pub struct Parquet;

impl Sink for Parquet {
    fn extension(&self) -> &'static str {
        "parquet"
    }

    fn write(&self, table: &DataFrame, to: &mut dyn Write) -> Result<()> {
        // One chunk a column, so that pages do not depend on how the table came about.
        let mut table = table.clone();
        table.rechunk_mut();
        ParquetWriter::new(to)
            .with_compression(ParquetCompression::Snappy)
            .with_row_group_size(Some(1 << 20))
            .finish(&mut table)
            .map(drop)
            .map_err(|error| Error::write(format!("cannot write Parquet: {error}")))
    }
}
