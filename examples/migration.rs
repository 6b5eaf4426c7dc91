//! Migration: who moved from which segment to which, and what the answer depends on.
//!
//! `cargo run --example migration`

#![expect(clippy::print_stdout, reason = "an example talks to its reader")]

use chrono::NaiveDate;
use patronage::analysis::rfm::RfmModel;
use patronage::book::{Comparison, compare};
use patronage::{Analysis, CustomersParams, Ingest, SegmentBook};

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let log = concat!(env!("CARGO_MANIFEST_DIR"), "/examples/data/cdnow_sample.csv");
    let ledger = Ingest::new().read([log])?.ledger;

    // A book of the segments at a date, with thresholds of its own or with given ones.
    let book = |date: NaiveDate, thresholds: Option<RfmModel>| {
        let params = SegmentBook::params().only([Analysis::Rfm]).customers(CustomersParams::new().as_of(date));
        match thresholds {
            Some(model) => params.frozen_rfm(model).build_from(&ledger),
            None => params.build_from(&ledger),
        }
    };
    let (september, december): (NaiveDate, NaiveDate) = ("1997-09-30".parse()?, "1997-12-31".parse()?);
    let old = book(september, None)?;

    // Each date with its own thresholds: where customers stand among the others. Who has not bought since is three months
    // further from its last purchase by December, but so is the threshold.
    let refit = compare(&old, &book(december, None)?)?;
    println!("{}", top(&refit));

    // The thresholds of September for both: where customers stand for themselves. Now those who did nothing have drifted.
    let frozen = compare(&old, &book(december, old.manifest().analyses.rfm.clone())?)?;
    println!("{}", top(&frozen));

    // And each customer by name, for those who have to act on it.
    println!("{}", frozen.changes().head(Some(5)));
    Ok(())
}

/// What a comparison says, cut to the ways that most customers took.
fn top(comparison: &Comparison) -> String {
    let text = comparison.to_string();
    let (notes, ways): (Vec<&str>, Vec<&str>) = text.lines().partition(|line| line.starts_with("note: "));
    ways.into_iter().take(9).chain(notes).collect::<Vec<_>>().join("\n") + "\n"
}
