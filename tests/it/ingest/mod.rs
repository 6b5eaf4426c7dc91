//! Reading: every format, every option, and where each row ends.

mod amounts;
mod audit;
mod columns;
mod flags;
mod meaning;
mod text;
mod times;
mod typed;

use patronage::{CustomersParams, Ingest, Ingested};

/// Reads a text that can be read.
#[track_caller]
fn read(ingest: &Ingest, text: &str) -> Ingested {
    ingest.read_text(text).unwrap_or_else(|error| panic!("{error:?}\n{text}"))
}

/// Why a text cannot be read: kind, message and hint.
#[track_caller]
fn refusal(ingest: &Ingest, text: &str) -> String {
    match ingest.read_text(text) {
        Ok(read) => panic!("it was read: {:?}\n{text}", read.audit),
        Err(error) => format!("{error:?}"),
    }
}

/// Customers as `id first..last orders money`.
fn customers(read: &Ingested) -> Vec<String> {
    let customers = read.ledger.customers(&CustomersParams::new()).expect("customers");
    let money = |minor| patronage::money::to_text(minor, customers.settings().scale);
    (0..customers.len())
        .map(|row| customers.row(row))
        .map(|row| format!("{} {}..{} {} {}", row.customer_id, row.first_purchase, row.last_purchase, row.orders, money(row.monetary)))
        .collect()
}

/// Rejects as `row reason money`, or `row reason -` where there is no money.
fn rejects(read: &Ingested) -> Vec<String> {
    read.rejects.iter().map(|reject| format!("{} {} {}", reject.row, reject.reason, reject.money.as_deref().unwrap_or("-"))).collect()
}
