//! One module a command.

pub(crate) mod backtest;
pub(crate) mod check;
pub(crate) mod compare;
pub(crate) mod customers;
pub(crate) mod demo;
pub(crate) mod explain;
pub(crate) mod fit;
pub(crate) mod ingest;
pub(crate) mod report;
pub(crate) mod segment;
pub(crate) mod simulate;
mod summary;

use std::path::PathBuf;

use patronage::{Duplicates, Error, Ingested, Result};

use crate::options::ReadOptions;
use crate::watch::{Talk, Watch};

/// Reads files, saying what was guessed; rejects are counted and not kept, and optional columns are read where they are wanted.
fn read(inputs: &[PathBuf], options: &ReadOptions, duplicates: Duplicates, dimensions: bool, talk: &Talk) -> Result<Ingested> {
    if inputs.is_empty() {
        return Err(Error::parameter("no input is named").with_hint("name at least one file: CSV, TSV, NDJSON, Parquet or Arrow IPC"));
    }
    let mut watch = Watch::new(talk, || Ok(std::io::sink()))?;
    let mut ingest = options.ingest(duplicates)?;
    if !dimensions {
        ingest = ingest.dimensions(false);
    }
    let read = ingest.read_observed(inputs, &mut watch)?;
    watch.finish()?;
    talk.columns(&read.columns, &read.audit.notes);
    Ok(read)
}
