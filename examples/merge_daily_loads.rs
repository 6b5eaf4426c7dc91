//! A nightly job: each day's orders are merged into a saved ledger, and the segments are made from it.
//!
//! `cargo run --example merge_daily_loads`

#![expect(clippy::print_stdout, reason = "an example talks to its reader")]

use patronage::ledger::LoadOutcome;
use patronage::{Ingest, SegmentBook, Store};
use patronage_report::ReportOptions;

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let log = concat!(env!("CARGO_MANIFEST_DIR"), "/examples/data/cdnow_sample.csv");
    let text = std::fs::read_to_string(log)?;
    let (header, rows) = text.split_once('\n').ok_or("the log has a header")?;

    // Eighteen months of orders, as they would have arrived: a file a month.
    let mut months: std::collections::BTreeMap<&str, Vec<&str>> = std::collections::BTreeMap::new();
    for row in rows.lines() {
        let date = row.split(',').nth(1).ok_or("every row has a date")?;
        months.entry(&date[..7]).or_default().push(row);
    }

    let folder = std::env::temp_dir().join("patronage-ledger");
    if folder.exists() {
        std::fs::remove_dir_all(&folder)?;
    }
    let ingest = Ingest::new();
    let mut store = Store::open_or_new(&folder, ingest.settings())?;
    for (month, rows) in &months {
        let file = format!("{header}\n{}\n", rows.join("\n"));
        let read = ingest.read_text(&file)?;
        store.add(month, month, read.audit.rows_accepted, &read.ledger)?;
        // A job that runs twice must not count twice.
        assert_eq!(store.add(month, month, read.audit.rows_accepted, &read.ledger)?, LoadOutcome::AlreadyThere);
    }
    println!("{} loads in {}", store.loads().len(), folder.display());

    // The merged ledger is the ledger of the whole file.
    let merged = Store::open(&folder)?.ledger()?;
    let whole = ingest.read([log])?.ledger;
    assert_eq!(merged.frame()?, whole.frame()?);

    // A month that was wrong can be taken back out.
    store.withdraw("1998-06")?;
    let without = store.ledger()?;
    println!("last day with June 1998: {}, without: {}", last(&merged), last(&without));

    let book = SegmentBook::params().build_from(&merged)?;
    println!("\n{}", patronage_report::terminal(&book, &ReportOptions::new())?);
    Ok(())
}

fn last(ledger: &patronage::Ledger) -> String {
    ledger.days().map_or_else(String::new, |days| days.1.to_string())
}
