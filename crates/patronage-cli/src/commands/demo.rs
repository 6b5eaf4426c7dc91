//! `patronage demo`: a made-up shop, the main job on it, and where to look.

use std::path::PathBuf;

use patronage::sink::{Csv, OutputFile, Sink};
use patronage::{Error, Result, Shop};

use super::segment::{Options, segment};
use crate::watch::{Talk, print};

#[derive(Debug, clap::Args)]
pub(crate) struct Args {
    /// The folder to write: the shop's orders, and the book made of them
    #[arg(long, value_name = "DIR", default_value = "out")]
    out: PathBuf,
}

pub(crate) fn run(args: &Args, talk: &Talk) -> Result<()> {
    let orders = args.out.join("orders.csv");
    let book = args.out.join("book");
    std::fs::create_dir_all(&args.out).map_err(|error| Error::write(format!("cannot write: {error}")).at_file(&args.out))?;
    let table = Shop::new(2_000).orders()?;
    OutputFile::write(&orders, |to| Csv.write(&table, to))?;
    print(&format!("A made-up shop of 2,000 customers, {} orders: {}\n\n", table.height(), orders.display()))?;
    segment(&Options { inputs: vec![orders.clone()], out: Some(book.clone()), ..Options::default() }, talk)?;
    print(&format!(
        "\nLook at\n  {0}/segments.parquet         one row per customer: scores, segment, ABC class, and the reason\n  {0}/tables/segments.parquet  the table above\n  {0}/manifest.json            thresholds, audit, parameters, hashes\n\nWhy is a customer where it is?\n  patronage explain {0} C0001\nThe same for a file of your own:\n  patronage segment orders.csv --out out\n",
        book.display()
    ))
}
