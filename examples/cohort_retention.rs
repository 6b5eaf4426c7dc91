//! Cohorts: who comes back, month by month, and what a customer has brought by then.
//!
//! `cargo run --example cohort_retention`

#![expect(clippy::print_stdout, reason = "an example talks to its reader")]

use chrono::NaiveDate;
use patronage::analysis::cohort::Cohorts;
use patronage::analysis::growth::Growth;
use patronage::analysis::trend::gaps;
use patronage::{Ingest, Period};

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let log = concat!(env!("CARGO_MANIFEST_DIR"), "/examples/data/cdnow_sample.csv");
    let ledger = Ingest::new().read([log])?.ledger;
    let as_of: NaiveDate = "1998-06-30".parse()?;

    // The ledger by customer and day; days gather into any calendar period.
    let days = ledger.cells(as_of, Period::Day)?;
    let quarters = days.by(Period::Quarter)?;

    // Everybody in this sample first bought in the first quarter of 1997, so by quarter there is one cohort with anybody in it.
    let view = Cohorts::params().fit(&quarters, as_of)?;
    println!("{:<10}{:>9}{:>11}{:>8}{:>14}", "quarter", "buyers", "retention", "orders", "$ a customer");
    let cohort = &view.cohorts()[0];
    for (index, cell) in cohort.cells.iter().enumerate() {
        let retention = cohort.retention(cell).unwrap_or_default();
        let brought = cohort.revenue_per_customer(cell, view.scale()).unwrap_or_default();
        println!("{:<10}{:>9}{:>9.1} %{:>8}{brought:>14.2}", format!("+{index}"), cell.customers, retention * 100.0, cell.orders);
    }

    // By month there are three. What has not been observed is absent: the March cohort is two months younger.
    let months = days.by(Period::Month)?;
    let view = Cohorts::params().fit(&months, as_of)?;
    println!("\n{:<10}{:>6}  retention in per cent, month by month", "cohort", "size");
    for cohort in view.cohorts().iter().filter(|cohort| cohort.size > 0) {
        let cells: Vec<String> =
            cohort.cells.iter().map(|cell| format!("{:>4.0}", cohort.retention(cell).unwrap_or_default() * 100.0)).collect();
        println!("{:<10}{:>6}{}", cohort.period.label, cohort.size, cells.concat());
    }

    // The same log as growth accounting: a shop that wins nobody lives on those who come back.
    println!("\n{:<10}{:>8}{:>6}{:>10}{:>13}{:>9}{:>8}", "month", "active", "new", "retained", "reactivated", "churned", "quick");
    for row in Growth::params().fit(&months, as_of)?.rows().iter().take(8) {
        let quick = row.quick_ratio().map_or_else(|| "–".to_owned(), |ratio| format!("{ratio:.2}"));
        let (label, counts) = (&row.period.label, [row.active, row.new, row.retained, row.reactivated, row.churned]);
        let [active, new, retained, reactivated, churned] = counts;
        println!("{label:<10}{active:>8}{new:>6}{retained:>10}{reactivated:>13}{churned:>9}{quick:>8}");
    }

    // Is a month long enough to call somebody gone? Half of all gaps between purchase days are longer.
    let [between_days, _] = gaps(&days)?;
    for percent in [50, 80, 95] {
        println!("{percent} % of the gaps between purchases are at most {} days", between_days.quantile(percent).unwrap_or_default());
    }
    Ok(())
}
