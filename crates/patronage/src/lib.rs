//! Customer segments from transaction histories.

pub mod customers;
mod error;
mod frames;
mod ids;
pub mod ingest;
pub mod ledger;
pub mod money;
pub mod sink;
pub mod time;

pub use customers::{CustomerRow, Customers, CustomersParams, CustomersSettings, Frequency};
pub use error::{Error, ErrorKind, Position, Result};
pub use ids::TextColumn;
pub use ingest::{Audit, ColumnNames, Duplicates, Encoding, Ingest, Ingested, Reason, Reject, TimeFormat};
pub use ledger::{Ledger, LedgerSettings, Store, ZeroAmounts};
pub use polars;
pub use time::{Period, TimeUnit};
