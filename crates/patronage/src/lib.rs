#![doc = include_str!("../README.md")]

pub mod analysis;
pub mod book;
pub mod customers;
mod error;
mod frames;
mod ids;
pub mod ingest;
pub mod ledger;
pub mod math;
pub mod money;
mod shop;
pub mod sink;
pub mod time;
mod words;

pub use book::{Analysis, Manifest, SegmentBook};
pub use customers::{CustomerRow, Customers, CustomersParams, CustomersSettings, Frequency, Holdout};
pub use error::{Error, ErrorKind, Position, Result};
pub use ids::TextColumn;
pub use ingest::{Audit, ColumnNames, Duplicates, Encoding, Ingest, Ingested, Reason, Reject, TimeFormat};
pub use ledger::{Ledger, LedgerSettings, Store, ZeroAmounts};
pub use polars;
pub use shop::Shop;
pub use sink::{Sink, TableFormat};
pub use time::{Period, TimeUnit};

/// The examples of the project's README.
#[cfg(doctest)]
#[doc = include_str!("../../../README.md")]
struct Readme;
