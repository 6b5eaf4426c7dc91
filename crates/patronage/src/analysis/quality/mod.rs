//! Data quality: the audit as a grade, with what to fix first.
//!
//! # What it answers
//! How far can anything that is computed from this data be trusted, what would raise that most, and is it getting better from run
//! to run.
//!
//! # Input columns and units
//! [`Evidence`]: the [`Audit`](crate::ingest::Audit) of a run where there is one, the totals of the ledger, and whether orders have ids.
//!
//! # Output columns and units
//! A [`Grade`]: a [`Level`] for the whole, and each [`Check`] with what was measured (a share, 0 to 1, or days) and its level.
//!
//! # Definition
//! | check | measured | disordered | basic | standard |
//! |---|---|---|---|---|
//! | `unreadable_rows` | rows with the wrong number of fields or encoding / rows | > 5 % | > 0.5 % | ≤ 0.5 % |
//! | `missing_customers` | rows without a customer / rows | > 30 % | > 5 % | ≤ 5 % |
//! | `bad_times` | rows whose time cannot be used / rows | > 1 % | > 0.1 % | ≤ 0.1 % |
//! | `bad_amounts` | rows whose amount cannot be used / rows | > 1 % | > 0.1 % | ≤ 0.1 % |
//! | `rejected_money` | money of rejected rows / money, sizes | > 20 % | > 5 % | ≤ 5 % |
//! | `duplicate_rows` | repeats of whole rows / rows | > 5 % | > 1 % | ≤ 1 % |
//! | `house_account` | orders of the customer with the most / orders, from 100 customers on | > 20 % | > 5 % | ≤ 5 % |
//! | `refund_only_customers` | customers who only gave back / customers | > 10 % | > 2 % | ≤ 2 % |
//! | `order_ids` | whether rows name their order, as 1 or 0 | | 0 | 1 |
//! | `history_days` | days from the first to the last | < 60 | < 365 | ≥ 365 |
//!
//! The grade is the lowest level of any check. *Continuously improved*, the fourth level, takes more than one run: the grade is
//! standard now and was at least standard before, and no check measures worse than in the run before.
//! What to fix first: the lowest level, then the largest distance beyond the limit, as a ratio.
//!
//! # Edge cases
//! A check without evidence (no audit: a book from a saved ledger; repeats not counted in large inputs) is left out, and
//! [`Grade::unmeasured`] names it. Rows that were excluded or deduplicated on request are no fault.
//!
//! # Cost
//! None to speak of.
//!
//! # When not to use it
//! As a verdict on the business: a young shop has a short history through no fault of its own.
//!
//! # References
//! The four levels follow the practice of maturity models in data management, such as CMMI Institute (2014), *Data Management Maturity
//! Model*, reduced to what a log of orders shows.

mod check;
mod grade;
#[cfg(test)]
mod tests;

pub use check::{Check, CheckKind, Level};
pub use grade::{Evidence, Grade, PastGrade};
