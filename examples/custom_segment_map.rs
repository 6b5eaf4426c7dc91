//! A segment map of one's own: written down as TOML, checked, and used.
//!
//! `cargo run --example custom_segment_map`

#![expect(clippy::print_stdout, reason = "an example talks to its reader")]

use patronage::analysis::rfm::{Rfm, SegmentMap};
use patronage::{Ingest, SegmentBook};
use patronage_report::ReportOptions;

/// The first rule that fits decides. Scores run from 1 to 5; 5 is best.
const MAP: &str = include_str!("data/shop_map.toml");

fn main() -> patronage::Result<()> {
    let map = SegmentMap::from_toml(MAP)?;

    // Does every combination of scores belong to exactly one segment, and can every segment be reached?
    let findings = map.lint();
    println!("{}: {} segments, {} findings", map.name(), map.segments().len(), findings.len());
    for finding in &findings {
        println!("  {finding}");
    }

    let log = concat!(env!("CARGO_MANIFEST_DIR"), "/examples/data/cdnow_sample.csv");
    let read = Ingest::new().read([log])?;
    let book = SegmentBook::params().rfm(Rfm::params().map(map)).build(&read)?;
    println!("\n{}", patronage_report::terminal(&book, &ReportOptions::new())?);
    Ok(())
}
