//! Who is about to leave, how far that can be trusted, and whom to contact first.
//!
//! `cargo run --example churn_watchlist [ORDERS.csv]`

#![expect(clippy::print_stdout, reason = "an example talks to its reader")]

use patronage::analysis::churn::Churn;
use patronage::analysis::clv::{Histories, fit_purchase_model};
use patronage::book::churn_risk;
use patronage::polars::prelude::DataFrame;
use patronage::{Analysis, CustomersParams, Ingest, Period, SegmentBook};

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let bundled = concat!(env!("CARGO_MANIFEST_DIR"), "/examples/data/cdnow_sample.csv").to_owned();
    let log = std::env::args().nth(1).unwrap_or(bundled);
    let read = Ingest::new().read([log])?;
    let ledger = &read.ledger;

    // What customers are still worth, and the purchase model that says so, chosen on a hold-out.
    let looked = CustomersParams::new();
    let book = SegmentBook::params().only([Analysis::Clv]).build(&read)?;
    let worth = book.segments().column("residual_value")?.f64()?;
    let worth: Vec<f64> = worth.iter().map(|value| value.unwrap_or(0.0)).collect();
    let kind = book.manifest().analyses.clv.as_ref().ok_or("no model")?.model.model;
    let customers = ledger.customers(&looked)?;
    let histories = Histories::from_customers(&customers)?;
    let model = fit_purchase_model(kind, &histories, Some(customers.settings().time_unit.days()), None)?;

    // Five ways to tell churn compete on the last 90 days; the best gives the probability.
    let cells = ledger.cells(customers.as_of(), Period::Day)?;
    let churn = churn_risk(ledger, &customers, &cells, Some(&*model), Some(&worth), &looked, &Churn::params())?;
    for warning in &churn.warnings {
        println!("note: {warning}");
    }
    if let Some(chosen) = churn.analysis.model.chosen() {
        println!("probabilities come from {chosen}; the purchase model is {kind}");
    }
    let table = |name: &str| churn.tables.iter().find(|(other, _)| other == name).map(|(_, table)| table);
    for name in ["churn_backtest", "churn_coefficients", "churn", "value_decline"] {
        if let Some(table) = table(name) {
            print(name, table)?;
        }
    }

    // The first ten of the contact list, each with what changed.
    if let Some(list) = table("watchlist") {
        print("watchlist", &list.head(Some(10)).select(["customer_id", "value_at_risk", "churn_probability", "residual_value"])?)?;
        for reason in list.column("reason_en")?.str()?.iter().flatten().take(10) {
            println!("{reason}");
        }
    }
    Ok(())
}

/// A table as columns of text.
fn print(name: &str, table: &DataFrame) -> Result<(), Box<dyn std::error::Error>> {
    println!("\n{name}");
    println!("{}", table.get_column_names().iter().map(|name| format!("{name:>18}")).collect::<Vec<_>>().concat());
    for row in 0..table.height() {
        let cells = table.get(row).ok_or("a row")?;
        println!("{}", cells.iter().map(|cell| format!("{:>18}", cell.to_string().trim_matches('"'))).collect::<Vec<_>>().concat());
    }
    Ok(())
}
