//! Cohorts: customers by the period of their first purchase, and what became of them.
//!
//! # What it answers
//! Whether customers won in March stay longer, and bring more, than those won in February; how much a new customer has
//! brought after so many months.
//!
//! # Input columns and units
//! [`Cells`](crate::ledger::Cells) of the cohorts' period: purchases and money, in minor units, of a customer in a
//! period. Periods are calendar periods in the ledger's time zone.
//!
//! # Output columns and units
//! One [`Cohort`] per period, those without a new customer among them; in each, one [`CohortCell`] per period since, as
//! far as it has been observed: customers, orders, exact money. What has not been observed is absent (null in tables),
//! never zero.
//!
//! # Definition
//! ```text
//! cohort(c)      = customers whose first purchase lies in period c;  size(c) = how many
//! customers(c,k) = those of them with a purchase in period c + k;    k = 0, 1, … up to the date's period
//! retention      = customers(c, k) / size(c)                         1 for k = 0
//! revenue(c,k)   = Σ their money in period c + k                     cumulative: Σ over 0..k
//! revenue per customer = cumulative revenue / size(c)                whether they still buy or not
//! ```
//! Money is that of purchases, or [net](crate::ledger::CellMoney) of refunds, which then count in the period in which
//! they were given whether the customer bought in it or not.
//!
//! # Edge cases
//! - **The first cohort** is left truncated: it holds every customer of the log's first period, also those who had
//!   bought before the log starts.
//! - **The last period**, when the date lies before its end, is not complete: the last cell of every cohort says so.
//! - **A refund before the first purchase**, or of a customer without any, belongs to no cohort; net, such money stands
//!   apart in [`CohortView::unassigned`].
//! - **More than [`LONGEST`] periods** are refused: a table of their square says nothing to anybody. A longer period has fewer.
//!
//! # Cost
//! One pass over the cells, in parallel across customers; memory for half the square of the number of periods, per task.
//!
//! # When not to use it
//! To compare cohorts of a handful of customers: one customer of twenty is five points of retention. When the interval
//! between purchases is longer than the period, retention counts who happened to buy, not who stayed.
//!
//! # Example
//! ```
//! use patronage::analysis::cohort::Cohorts;
//! use patronage::{Ingest, Period};
//!
//! let log = "customer,date,amount\nann,2024-01-05,10\nbob,2024-01-09,20\nann,2024-03-03,15\ncid,2024-02-04,5\n";
//! let as_of = "2024-03-31".parse()?;
//! let cells = Ingest::new().read_text(log)?.ledger.cells(as_of, Period::Month)?;
//! let cohorts = Cohorts::params().fit(&cells, as_of)?;
//! let january = &cohorts.cohorts()[0];
//! let retention: Vec<_> = january.cells.iter().map(|cell| january.retention(cell)).collect();
//! assert_eq!(retention, [Some(1.0), Some(0.0), Some(0.5)]);
//! assert_eq!(january.cells[2].cumulative_revenue, 45);
//! // March has just begun to be observed for those who came in February.
//! assert_eq!(cohorts.cohorts()[1].cells.len(), 2);
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```
//!
//! # References
//! Ryder, N. B. (1965), The cohort as a concept in the study of social change, *American Sociological Review* 30(6),
//! 843–861, doi:10.2307/2090964.

mod fit;
mod params;
#[cfg(test)]
mod tests;

pub use fit::{Cohort, CohortCell, CohortView};
pub use params::{CohortParams, Cohorts, LONGEST};
