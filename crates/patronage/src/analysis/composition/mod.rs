//! Composition: what revenue is made of, and how that changes.
//!
//! # What it answers
//! Which categories, products, channels, regions, sources or salespeople bring the revenue, which of them grow, what is left after
//! cost, and how much was given away as discount.
//!
//! # Input columns and units
//! A [`Breakdown`](crate::ledger::Breakdown): rows, revenue, cost and discount by value and local day, exact, within a window of
//! days. [`Ledger::breakdown`](crate::ledger::Ledger::breakdown) makes it of a dimension;
//! [`Breakdown::from_rows`](crate::ledger::Breakdown::from_rows) of anything else that has a value, such as an attribute of customers.
//!
//! # Output columns and units
//! [`ValueRow`]s over the whole window and [`PeriodRow`]s by calendar period. Money is exact; shares, changes and rates are
//! fractions (0.25 is 25 %). A period without a row of a value has none here.
//!
//! # Definition
//! ```text
//! share           revenue / all revenue                       of the window, or of the period
//! rank            1 + number of values with more revenue      equals share a rank and stand in order of their bytes
//! change          last / previous − 1                         the last whole period of the grain and the one before it
//! change_year     last / a year before − 1                    12 months, 4 quarters or 52 weeks before; the same date a year before
//! margin          revenue of rows with a cost − their cost    margin_rate = margin / revenue of rows with a cost
//! discount_share  discount / (revenue + discount)             the part of the list price that was given away
//! ```
//! A period is whole when the window holds all its days. In the rows by period, `change` compares each whole period with the one
//! before it.
//!
//! # Edge cases
//! - **Rows without a value** are a value of their own, the missing one; so shares sum to 1 and revenue to all money.
//! - **Refunds** are rows of negative money and lower the revenue of their value, which may fall below zero.
//! - **Nothing to divide by** (revenue of zero or less before, no whole period before, no cost, all revenue zero): null.
//! - **Cost in part**: rows without a cost are left out of the margin on both sides; their number is in the audit.
//! - **Very many values**: beyond 10,000 ([`CompositionParams::limit`]) the rows by period hold the thousand with the most revenue
//!   and one row, [`CompositionView::other`], for the rest; they still sum to all revenue.
//! - **A date within a period**: the last period is not complete, and no change rests on it.
//!
//! # Cost
//! O(n log n) for n (value, day) cells.
//!
//! # When not to use it
//! For who the customers of a value are, use segments; for the mix of each customer, `affinity`.
//!
//! # Example
//! ```
//! use patronage::analysis::composition::Composition;
//! use patronage::ledger::Dimension;
//! use patronage::{Ingest, Period};
//!
//! let log = "customer,date,amount,channel\nann,2024-03-01,60,web\nbob,2024-03-31,20,store\nann,2024-04-01,90,web\nbob,2024-04-30,30,store\n";
//! let ledger = Ingest::new().read_text(log)?.ledger;
//! let channels = ledger.breakdown(Dimension::Channel, None, "2024-04-30".parse()?)?.expect("a column");
//! let view = Composition::params().grain(Period::Month).fit(&channels)?;
//! let web = &view.by_value()[0];
//! assert_eq!((view.name(web.value), web.revenue, web.rank, web.share), (Some("web"), 150, 1, Some(0.75)));
//! assert_eq!(web.change, Some(0.5));
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```
//!
//! # References
//! Farris, P. W., Bendle, N. T., Pfeifer, P. E. and Reibstein, D. J. (2010), *Marketing Metrics*, 2nd ed., Pearson: share (2),
//! margins (3), discounts (8).

mod fit;
mod params;
#[cfg(test)]
mod tests;
mod view;

pub use params::{Composition, CompositionParams};
pub use view::{CompositionView, PeriodRow, ValueRow};
