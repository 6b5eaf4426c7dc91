//! `patronage explain`: why a customer is where it is.

use std::path::PathBuf;

use patronage::Result;
use patronage::SegmentBook;

use crate::watch::{print, print_json};

#[derive(Debug, clap::Args)]
pub(crate) struct Args {
    /// The folder of a book, as `segment` wrote it
    folder: PathBuf,
    /// The customer's id
    customer: String,
    /// Print one JSON object
    #[arg(long)]
    json: bool,
}

pub(crate) fn run(args: &Args) -> Result<()> {
    let book = SegmentBook::open(&args.folder)?;
    let explanation = book.explain(&args.customer)?;
    if args.json { print_json(&explanation) } else { print(&explanation.to_string()) }
}
