//! `patronage check`: data quality, and nothing written.

use std::path::PathBuf;

use patronage::{Duplicates, Result};

use crate::options::{ReadOptions, with_job};
use crate::watch::{Talk, print, print_json};

#[derive(Debug, clap::Args)]
pub(crate) struct Args {
    /// Files, or patterns such as 'logs/*.csv'
    #[arg(required = true)]
    inputs: Vec<PathBuf>,
    #[command(flatten)]
    read: ReadOptions,
    /// Print one JSON object
    #[arg(long)]
    json: bool,
    /// A TOML file with options; flags win
    #[arg(long, value_name = "FILE")]
    job: Option<PathBuf>,
}

pub(crate) fn run(args: &Args, talk: &Talk) -> Result<()> {
    let options = with_job(&args.read, args.job.as_deref())?;
    let read = super::read(&args.inputs, &options, Duplicates::Count, true, talk)?;
    if args.json {
        return print_json(&read.audit);
    }
    print(&patronage_report::audit(&read.audit))
}
