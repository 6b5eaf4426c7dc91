//! Affinity: what is bought together, and what a customer is likely to take next.
//!
//! # What it answers
//! Which categories or products share orders more often than chance would have it, for cross-selling and placement; and for each
//! customer, the value not bought yet that goes best with what was.
//!
//! # Input columns and units
//! [`Baskets`](crate::ledger::Baskets): which values of one dimension each purchase order has, by customer.
//!
//! # Output columns and units
//! [`Pair`]s, each in both directions, with counts of orders and the three measures. [`Next`] for each customer: a value and its
//! confidence, 0 to 1.
//!
//! # Definition
//! ```text
//! N       orders with at least one value               n(a), n(c), n(a, c)   those with a, with c, with both
//! support     = n(a, c) / N                            how common it is
//! confidence  = n(a, c) / n(a)                         of the orders with a, the part that has c
//! lift        = n(a, c)·N / (n(a)·n(c))                by how much more often than if they were independent
//!
//! next(customer) = the c that the customer has not bought with the highest  max over bought a of  m(a, c) / m(a)
//! ```
//! where m counts customers, not orders: what goes together over time is what a next offer needs, and most orders hold one value
//! only. The maximum, rather than a sum, keeps the score a probability that can be read: that of the customers who bought `a`, so
//! many bought `c`. Pairs with fewer than five orders (customers, for the next value) together are left out:
//! [`AffinityParams::minimum`].
//!
//! The thousand pairs with the highest lift are kept, of equal lift those with more orders, then in order of bytes.
//!
//! # Edge cases
//! - **Rows without order ids**: the rows of a customer's day are a basket, since orders of one row tell nothing.
//! - **Refund orders** are no baskets. A value that came back stays bought.
//! - **Everything bought**, or nothing that goes with it often enough: no next value.
//! - **Ties**: the value whose bytes come first.
//! - **The missing value** takes part in nothing.
//!
//! # Cost
//! The sum over orders of (values in the order)², in parallel over values, in memory for one count per value and thread; next
//! values need a list of all frequent pairs.
//!
//! # When not to use it
//! With a handful of values that everybody buys, lift is near 1 for all. High lift of rare pairs is noise: raise the minimum.
//!
//! # Example
//! ```
//! use patronage::analysis::affinity::Affinity;
//! use patronage::ledger::Baskets;
//!
//! let baskets = Baskets::from_rows([
//!     ("ann", "1", "tea"), ("ann", "1", "milk"), ("bob", "2", "tea"), ("bob", "2", "milk"), ("cid", "3", "tea"), ("dan", "4", "salt"),
//! ]);
//! let model = Affinity::params().minimum(2).fit(&baskets)?;
//! let pair = &model.pairs()[0];
//! assert_eq!((model.name(pair.antecedent), model.name(pair.consequent)), ("milk", "tea"));
//! assert_eq!((pair.support, pair.confidence, pair.lift), (0.5, 1.0, 4.0 / 3.0));
//! let next = model.score(&baskets)?;
//! // Two thirds of those who bought tea bought milk; ann and bob have both.
//! assert_eq!(next.value(2).map(|value| model.name(value)), Some("milk"));
//! assert_eq!((next.value(0), next.value(3)), (None, None));
//! # Ok::<(), patronage::Error>(())
//! ```
//!
//! # References
//! Agrawal, R., Imieliński, T. and Swami, A. (1993), Mining association rules between sets of items in large databases, *SIGMOD
//! Record* 22(2), 207–216, doi:10.1145/170036.170072. Brin, S., Motwani, R., Ullman, J. D. and Tsur, S. (1997), Dynamic itemset
//! counting and implication rules for market basket data, *SIGMOD Record* 26(2), 255–264, doi:10.1145/253262.253325 (lift, there
//! called interest).

mod fit;
mod pairs;
mod params;
mod score;
#[cfg(test)]
mod tests;

pub use fit::{AffinityModel, Pair};
pub use params::{Affinity, AffinityParams};
pub use score::Next;
