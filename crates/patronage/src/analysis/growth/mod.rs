//! Growth accounting: where the active customers of a period come from, and where those of the one before went.
//!
//! # What it answers
//! Whether the customer base grows because more come or because fewer leave, and whether the money does.
//! [`new_customers`] counts first purchases by year, quarter and month.
//!
//! # Input columns and units
//! [`Cells`](crate::ledger::Cells) of the period that is accounted for: purchases of a customer in a period, and their
//! money in minor units. [`new_customers`] takes cells by day.
//!
//! # Output columns and units
//! One [`GrowthRow`] per period, without gaps, from that of the first order to that of the date; counts of customers,
//! exact money in minor units, and ratios without unit, none where their denominator is not above zero.
//!
//! # Definition
//! ```text
//! active(t)     customers with a purchase in period t
//! new(t)        active, never before             retained(t)   active, and in t − 1 too
//! reactivated   active, before but not in t − 1  churned(t)    not active, but in t − 1
//!
//! active(t) = new + retained + reactivated       active(t − 1) = retained + churned
//! quick ratio = (new + reactivated) / churned    net adds = new + reactivated − churned
//! churn to adds = churned / (new + reactivated)
//! ```
//! In money, with m(t) the money of a customer in period t:
//! ```text
//! new, reactivated, retained revenue = Σ m(t) of these          churned revenue = Σ m(t − 1) of the churned
//! expansion = Σ max(m(t) − m(t − 1), 0) of the retained         contraction = Σ max(m(t − 1) − m(t), 0) of the retained
//! revenue(t) = revenue(t − 1) + new + reactivated + expansion − contraction − churned
//! money quick ratio = (new + reactivated + expansion) / (contraction + churned)
//! net revenue retention   = retained revenue / revenue(t − 1)
//! gross revenue retention = (revenue(t − 1) − contraction − churned) / revenue(t − 1)
//! ```
//! Contraction and churned revenue are amounts that were lost: they are subtracted, and not negative as long as money
//! is not. Money is that of purchases, or [net](crate::ledger::CellMoney) of the refunds of the same period.
//!
//! # Edge cases
//! - **The first period** is left truncated: nothing is known of the time before, so all its customers are new, nobody
//!   churned, and the ratios are none.
//! - **The last period**, when the date lies before its end, is not complete: its churned are those who have not come *yet*.
//! - **Periods without a purchase** have rows; whoever comes after one is reactivated.
//! - **Refunds** do not make a customer active. Those of a period in which their customer did not buy belong to no
//!   customer of the account: net, they stand apart in [`GrowthRow::refunds_elsewhere`].
//! - **Purchases of zero money** make active.
//!
//! # Cost
//! One pass over the cells, in parallel across customers; memory for one row a period and task.
//!
//! # When not to use it
//! When customers buy less often than once a period: nearly all churn and come back. On R `rfm`'s data, where half of
//! the gaps between purchases are longer than 100 days, the month shows 94 of 108 active customers as reactivated. Take
//! a longer period.
//!
//! # Example
//! ```
//! use patronage::analysis::growth::Growth;
//! use patronage::{Ingest, Period};
//!
//! let log = "customer,date,amount\nann,2024-01-05,10\nbob,2024-01-09,20\nann,2024-02-03,15\ncid,2024-02-04,5\nbob,2024-03-30,8\n";
//! let as_of = "2024-03-31".parse()?;
//! let cells = Ingest::new().read_text(log)?.ledger.cells(as_of, Period::Month)?;
//! let growth = Growth::params().fit(&cells, as_of)?;
//! let [_, february, march] = growth.rows() else { panic!("three months") };
//! assert_eq!((february.new, february.retained, february.churned), (1, 1, 1));
//! assert_eq!(february.quick_ratio(), Some(1.0));
//! assert_eq!((march.active, march.reactivated, march.churned), (1, 1, 2));
//! assert_eq!(february.net_revenue_retention(), Some(0.5));
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```
//!
//! # References
//! - Hsu, J. (2015), *Diligence at Social Capital, part 1: accounting for user growth*: the account and the quick ratio.
//! - Gupta, S. and Lehmann, D. R. (2005), *Managing Customers as Investments*, Wharton: retention in money.

mod fit;
mod new_customers;
mod params;
#[cfg(test)]
mod tests;

pub use fit::{GrowthRow, GrowthView};
pub use new_customers::{NewCustomersRow, new_customers};
pub use params::{Growth, GrowthParams};
