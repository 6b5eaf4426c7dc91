//! What rows say beside customer, time and money: category, channel, region, salesperson, cost, discount.
//!
//! Two kinds of facts are kept, and only where the input has such columns:
//!
//! - *Roll-ups*: for each dimension, value and local day the rows, their money, cost and discount. They add up exactly, merge like
//!   everything in a ledger and are saved with it. A row without a value counts under no value, so that each dimension sums to
//!   all accepted money. A [`Breakdown`] is the view of one dimension.
//! - *Items*: which values an order has. They tell distinct customers and orders per value and what is bought together; they are
//!   as many as order lines, stay in memory and are not saved. [`Baskets`] is the view of one dimension.
//!
//! A row counts on its own local day; an order belongs to that of its earliest row. The two differ only where the lines of an
//! order lie on several days.
//!
//! Ledgers with and without a dimension merge: the rows of those without stand under no value, on the days of their orders.

mod attributes;
mod baskets;
mod breakdown;
mod frame;
mod items;
mod lines;
mod merge;
mod rollups;
#[cfg(test)]
mod tests;
mod words;

pub use baskets::Baskets;
pub use breakdown::{Breakdown, BreakdownRow, Counts};
pub(crate) use items::Item;
pub(crate) use lines::{Lines, NO_AMOUNT};
pub(crate) use rollups::{Amounts, RollUps, Sums};
pub use words::Dimension;
