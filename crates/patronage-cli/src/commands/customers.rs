//! `patronage customers`: the customers table.

use std::path::{Path, PathBuf};

use patronage::sink::OutputFile;
use patronage::{Duplicates, Error, Result, TableFormat};

use crate::options::{ReadOptions, ViewOptions, with_job};
use crate::watch::Talk;

#[derive(Debug, clap::Args)]
pub(crate) struct Args {
    /// Files, or patterns such as 'logs/*.csv'
    #[arg(required = true)]
    inputs: Vec<PathBuf>,
    #[command(flatten)]
    read: ReadOptions,
    #[command(flatten)]
    view: ViewOptions,
    /// The file to write; its ending says the format: .parquet, .csv or .ndjson
    #[arg(long, value_name = "FILE")]
    out: PathBuf,
    /// A TOML file with the options of reading; flags win
    #[arg(long, value_name = "FILE")]
    job: Option<PathBuf>,
}

pub(crate) fn run(args: &Args, talk: &Talk) -> Result<()> {
    let format = format_of(&args.out)?;
    let params = args.view.params()?;
    let options = with_job(&args.read, args.job.as_deref())?;
    let read = super::read(&args.inputs, &options, Duplicates::default(), false, talk)?;
    let customers = read.ledger.customers(&params)?;
    let table = customers.frame()?;
    OutputFile::write(&args.out, |to| format.sink().write(&table, to))?;
    talk.say(&format!("{} customers as of {} in {}", customers.len(), customers.as_of(), args.out.display()));
    Ok(())
}

/// The format that a file's ending names.
pub(super) fn format_of(path: &Path) -> Result<TableFormat> {
    let ending = path.extension().and_then(|ending| ending.to_str()).unwrap_or_default();
    ending.parse().map_err(|_| {
        Error::parameter("the ending of the output says its format: .parquet, .csv or .ndjson").with_value(&path.display().to_string())
    })
}
