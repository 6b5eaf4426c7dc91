//! `patronage explain`: why a customer is where it is.

use std::path::PathBuf;

use patronage::Result;
use patronage::SegmentBook;
use patronage_report::ReportOptions;

use crate::watch::{print, print_json};

#[derive(Debug, clap::Args)]
pub(crate) struct Args {
    /// The folder of a book, as `segment` wrote it
    folder: PathBuf,
    /// The customer's id
    customer: String,
    /// The language: en or zh
    #[arg(long, value_name = "LANG", default_value = "en")]
    lang: String,
    /// Print one JSON object
    #[arg(long)]
    json: bool,
}

pub(crate) fn run(args: &Args) -> Result<()> {
    let book = SegmentBook::open(&args.folder)?;
    if args.json {
        return print_json(&book.explain(&args.customer)?);
    }
    let options = ReportOptions::new().language(args.lang.parse()?);
    print(&patronage_report::customer(&book, &args.customer, &options)?)
}
