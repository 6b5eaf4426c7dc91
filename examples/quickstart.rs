//! The main job in a few lines: an order log in, segments out.
//!
//! `cargo run --example quickstart`

#![expect(clippy::print_stdout, reason = "an example talks to its reader")]

use patronage::{Ingest, SegmentBook, TableFormat};
use patronage_report::ReportOptions;

fn main() -> patronage::Result<()> {
    // Every purchase of 2,357 customers of an online shop for CDs. Which column is what is guessed from the names.
    let log = concat!(env!("CARGO_MANIFEST_DIR"), "/examples/data/cdnow_sample.csv");
    let read = Ingest::new().read([log])?;
    println!("{}", patronage_report::audit(&read.audit));

    // Who is who, as of the last day of the log.
    let mut book = SegmentBook::params().build(&read)?;
    println!("{}", patronage_report::terminal(&book, &ReportOptions::new())?);

    // Files that others can use: one row per customer, tables, and a manifest that says how they came about.
    let out = std::env::temp_dir().join("patronage-quickstart");
    book.write(&out, TableFormat::Parquet)?;
    println!("Look at {}: segments.parquet, tables/, manifest.json", out.display());

    // And why is this customer where it is?
    println!("\n{}", book.explain("0001")?);
    Ok(())
}
