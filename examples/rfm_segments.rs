//! Recency, frequency, money: how presets and maps differ on the same customers, and what thresholds that stay put do.
//!
//! `cargo run --example rfm_segments`

#![expect(clippy::print_stdout, reason = "an example talks to its reader")]

use chrono::NaiveDate;
use patronage::analysis::rfm::{Axis, Rfm, Scoring, SegmentMap};
use patronage::{CustomersParams, Ingest};

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let log = concat!(env!("CARGO_MANIFEST_DIR"), "/examples/data/cdnow_sample.csv");
    let ledger = Ingest::new().read([log])?.ledger;

    // The ledger answers for any date: here the end of the third quarter of 1997, and of the year.
    let september: NaiveDate = "1997-09-30".parse()?;
    let december: NaiveDate = "1997-12-31".parse()?;
    let then = ledger.customers(&CustomersParams::new().as_of(september))?;
    let later = ledger.customers(&CustomersParams::new().as_of(december))?;

    // Most customers of this shop bought once, so a fifth of them cannot have fewer orders than the rest: the frequency
    // axis is degenerate, and the model says so.
    let model = Rfm::params().fit(&then)?;
    for axis in Axis::ALL {
        println!("{axis}: thresholds {:?}", model.axis(axis).thresholds().unwrap_or_default());
    }
    for note in model.notes() {
        println!("note: {note}");
    }

    // SQL's NTILE splits those equal customers by their id. It fills every score, and means little.
    println!("\n{:<20}{:>12}{:>12}", "segment (RF map)", "quantile", "sql_ntile");
    let [quantile, ntile] = [Scoring::Quantile, Scoring::SqlNtile].map(|scoring| {
        let model = Rfm::params().scoring(scoring).map(SegmentMap::rf_ten()).fit(&then)?;
        model.score(&then)
    });
    let (quantile, ntile) = (quantile?, ntile?);
    for ((segment, a), b) in quantile.segments().iter().zip(quantile.counts()).zip(ntile.counts()) {
        println!("{:<20}{a:>12}{b:>12}", segment.name_en());
    }

    // With thresholds that stay put, customers move because of what they did, not because others did something.
    let before = model.score(&then)?;
    let after = model.score(&later)?;
    println!("\n{:<20}{:>12}{:>12}", "segment (eleven)", september.to_string(), december.to_string());
    for ((segment, a), b) in before.segments().iter().zip(before.counts()).zip(after.counts()) {
        println!("{:<20}{a:>12}{b:>12}", segment.name_en());
    }
    Ok(())
}
