//! Trend: revenue, orders and customers period by period, compared with the period before and the year before.
//!
//! # What it answers
//! Whether the shop grows, and by what: more customers, more orders a customer, or more money an order. Whether the
//! revenue per active customer has been falling for some time ([`ArpuDecline`]). How long customers let pass between
//! purchases ([`gaps`]).
//!
//! # Input columns and units
//! [`Cells`](crate::ledger::Cells) of the trend's period: orders and money, in minor units, of a customer in a period.
//! [`gaps`] takes cells by day.
//!
//! # Output columns and units
//! One [`TrendRow`] per period, without gaps, from that of the first order to that of the date; exact money in minor
//! units, means in currency units, changes relative (0.1 is ten per cent more).
//!
//! # Definition
//! ```text
//! purchased  money of purchases          refunded  money of refunds, ≤ 0          revenue = purchased + refunded
//! orders     purchases                   customers with a purchase
//! average order value = purchased / orders                 arpu = revenue / customers
//! change(t) = (x(t) − x(t − 1)) / x(t − 1)                 change over the year: against the same period a year earlier
//! ```
//! A year earlier is the same day, month or quarter of the year before, and for weeks the one 52 weeks before. ARPU is
//! the average revenue per *active* customer ("user").
//!
//! Gaps are the days between consecutive purchases of a customer: of kind `days` between its days with a purchase, each
//! at least 1; of kind `orders` between its orders, 0 between two of the same day. Their quantiles are of type 7.
//!
//! # Edge cases
//! - **A change is none** when there is no such period, when what it is compared with is not above zero, and when one of
//!   the two periods is not whole: the last one before it is over, or the first one unless the log starts on its first day.
//! - **Periods without a purchase** have rows, and neither average order value nor ARPU.
//! - **ARPU fell** k periods in a row when it did so up to the last period that is over. A period without a customer ends
//!   a run, and so does one that is not whole.
//! - **Gaps** that have not ended yet, since the last purchase, are none: those who never come back are not in them.
//!
//! # Cost
//! One pass over the cells each, in parallel across customers.
//!
//! # When not to use it
//! To forecast: this describes. Months differ in length and in weekends; compare with the year before.
//!
//! # Example
//! ```
//! use patronage::analysis::trend::{GapKind, Trend, gaps};
//! use patronage::{Ingest, Period};
//!
//! let log = "customer,date,amount\nann,2024-01-01,30\nbob,2024-01-09,20\nann,2024-02-03,15\nann,2024-02-13,15\nbob,2024-03-30,-5\n";
//! let as_of = "2024-03-31".parse()?;
//! let ledger = Ingest::new().read_text(log)?.ledger;
//! let trend = Trend::params().fit(&ledger.cells(as_of, Period::Month)?, as_of)?;
//! let [_, february, march] = trend.rows() else { panic!("three months") };
//! assert_eq!((february.orders, february.change.revenue, february.arpu), (2, Some(-0.4), Some(30.0)));
//! assert_eq!((march.purchased, march.refunded, march.arpu), (0, -5, None));
//!
//! let [days, _] = gaps(&ledger.cells(as_of, Period::Day)?)?;
//! assert_eq!((days.kind, days.count, days.quantile(50)), (GapKind::Days, 2, Some(21.5)));
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```
//!
//! # References
//! Hyndman, R. J. and Fan, Y. (1996), Sample quantiles in statistical packages, *The American Statistician* 50(4),
//! 361–365, doi:10.1080/00031305.1996.10473566.

mod fit;
mod gaps;
mod params;
#[cfg(test)]
mod tests;

pub use fit::{ArpuDecline, Changes, TrendRow, TrendView};
pub use gaps::{GapKind, Gaps, gaps};
pub use params::{Trend, TrendParams};
