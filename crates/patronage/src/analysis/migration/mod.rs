//! Migration: who went from which segment to which between two dates.
//!
//! # What it answers
//! Which segments gain and which lose customers, to whom, and how much money moves along; which customers dropped to a
//! lower class though they stayed ([value decline](MigrationView::drops)).
//!
//! # Input columns and units
//! Two [`Snapshot`]s, each one row per customer sorted by the bytes of the id: the customer's segment and its money in
//! minor units of one scale. Segments are matched by their keys, so the two may have different lists of them.
//!
//! # Output columns and units
//! [`Flow`]s: customers and exact money of each pair of segments that somebody took, in the order of the lists; and for
//! each customer of the newer snapshot its segment in the older one.
//!
//! # Definition
//! ```text
//! flow(a, b) = customers in a then and in b now      entered: not there then      left: not there now
//! share = flow(a, b) / Σ over b of flow(a, b), those who left among them
//! Σ over b, left of flow(a, ·) = size of a then      Σ over a, entered of flow(·, b) = size of b now
//! ```
//! The segments can be made in two ways, which answer different questions. *Refit*: each date with its own thresholds;
//! the matrix then shows standing relative to others, and moves customers who did nothing because others did something.
//! *Frozen*: both with the thresholds of one date; customers then move only by what they did and by time. Which of them
//! a matrix shows is decided by whoever makes the snapshots.
//!
//! # Edge cases
//! A snapshot without customers is sound: all entered, or all left. Customers of one ledger never leave as long as both
//! dates look back to the same day; those of two logs may. Segments nobody was in have no flow.
//!
//! # Cost
//! O(n): both sides are sorted, and are walked once.
//!
//! # When not to use it
//! To say why somebody moved: a matrix of two dates does not see what was between them.
//!
//! # Example
//! ```
//! use patronage::TextColumn;
//! use patronage::analysis::migration::{Snapshot, migrate};
//!
//! let segments = ["gold".to_owned(), "lead".to_owned()];
//! let (then, now): (TextColumn, TextColumn) = (["ann", "bob"].into_iter().collect(), ["ann", "bob", "cid"].into_iter().collect());
//! let old = Snapshot { customer_id: &then, segment: &[0, 0], segments: &segments, revenue: &[500, 100] };
//! let new = Snapshot { customer_id: &now, segment: &[0, 1, 1], segments: &segments, revenue: &[700, 100, 20] };
//! let migration = migrate(&old, &new)?;
//! let flows: Vec<_> = migration.flows().iter().map(|flow| (flow.from.as_deref(), flow.to.as_deref(), flow.customers)).collect();
//! assert_eq!(flows, [(Some("gold"), Some("gold"), 1), (Some("gold"), Some("lead"), 1), (None, Some("lead"), 1)]);
//! assert_eq!(migration.drops().collect::<Vec<_>>(), [1]);
//! # Ok::<(), patronage::Error>(())
//! ```
//!
//! # References
//! Pfeifer, P. E. and Carraway, R. L. (2000), Modeling customer relationships as Markov chains, *Journal of Interactive
//! Marketing* 14(2), 43–55: customers that move between states of recency.

mod fit;
#[cfg(test)]
mod tests;

pub use fit::{Flow, MigrationView, Snapshot, migrate};
