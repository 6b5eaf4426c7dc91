//! `patronage compare`: who moved from which segment to which between two books.

use std::path::PathBuf;

use patronage::book::compare;
use patronage::sink::OutputFile;
use patronage::{Error, Result, SegmentBook, TableFormat};

use crate::watch::{Talk, print, print_json};

#[derive(Debug, clap::Args)]
pub(crate) struct Args {
    /// The folder of the older book
    old: PathBuf,
    /// The folder of the newer book
    new: PathBuf,
    /// A file for the customers who moved, entered or left: .parquet, .csv or .ndjson
    #[arg(long, value_name = "FILE")]
    out: Option<PathBuf>,
    /// Print one JSON object
    #[arg(long)]
    json: bool,
}

pub(crate) fn run(args: &Args, talk: &Talk) -> Result<()> {
    let comparison = compare(&SegmentBook::open(&args.old)?, &SegmentBook::open(&args.new)?)?;
    if let Some(path) = &args.out {
        let ending = path.extension().and_then(|ending| ending.to_str()).unwrap_or_default();
        let format: TableFormat =
            ending.parse().map_err(|error: Error| error.at_file(path).with_hint("end the name in .parquet, .csv or .ndjson"))?;
        OutputFile::write(path, |to| format.sink().write(comparison.changes(), to))?;
        talk.say(&format!("written to {}", path.display()));
    }
    if args.json { print_json(comparison.summary()) } else { print(&comparison.to_string()) }
}
