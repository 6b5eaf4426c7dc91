//! Recency, frequency, money: scores, segments, and the reasons for them.
//!
//! # What it answers
//! Which customers are champions, which are new, which are being lost, by three numbers that need no model: how long
//! ago the last purchase was, how many there were, and how much they brought. For each customer it says which rule put
//! it into its segment and what would move it to another.
//!
//! # Input columns and units
//! Of [`Customers`](crate::customers::Customers): `recency_days` in days, `frequency` as a count, `monetary` in money,
//! net of refunds (or its [mean](MonetaryKind)), and `customer_id` where ties need an order.
//!
//! # Output columns and units
//! | column | unit | meaning |
//! |---|---|---|
//! | `r_score`, `f_score`, `m_score` | 1 to k | k is best on every axis |
//! | `rfm_code` | three digits | the scores one after the other, 555 at best for k = 5 |
//! | `segment` | key | a segment of the [map] |
//! | `reason` | text | scores with their raw ranges → rule → segment; nearest single change up and down |
//!
//! [`RfmScores::reason_words`] says reasons with the names of segments, in English and in Chinese.
//!
//! # Definition
//! ```text
//! score on F, M = 1 + #{cuts < x}           score on R = k − #{cuts < x}          (preset `quantile`)
//! cut i of k − 1 = Q(i / k)                 segment = map(R, F, M)
//! ```
//! where x is the customer's raw value, k the number of scores and Q the [type-7 quantile](crate::math::quantile) of
//! all customers. [`Scoring`] lists the other presets, each as another tool defines it, and [`map`] the maps.
//!
//! Values and cuts are exact in millionths ([`Quantity`]); no score depends on floating-point rounding. A fitted
//! [`RfmModel`] keeps its cuts: scoring the customers of a later date with it moves only those who changed.
//! Presets that fill bins of equal size freeze as boundaries (value, customer id).
//!
//! # Edge cases
//! - **Ties** share a score in every preset but `sql_ntile` and `qcut_rank_first`, which split them by customer id;
//!   how many customers that touches is [noted](Note::TiesSplit).
//! - **Equal cuts** (most customers bought once) leave scores unused, which is [noted](Note::UnusedScores), and so is an
//!   axis on which more than half have the [same value](Note::Dominant).
//! - **Refunds** lower money, which may be negative. They are no purchases.
//! - **Fewer customers than scores** are scored, with a [note](Note::FewCustomers). None at all is an error.
//! - **Frozen thresholds** refuse customers whose frequency is counted in another way. Money may have another scale.
//!   Nested presets give score 1 in groups in which nobody was at fit time.
//! - **Nested scores** of later axes change with those before, so the reasons of nested presets name changes of money
//!   only; [`explain()`] follows every change through.
//!
//! # Cost
//! O(n log n) to fit: three parallel sorts. O(n) to score, without an allocation per customer; reasons are one string
//! a code. Results do not depend on the number of threads.
//!
//! # When not to use it
//! To predict: a score says where a customer stands, not what it will do. With contracts (subscriptions), recency says
//! nothing. With fewer than some fifty customers, quantiles are noise: use thresholds of your own.
//!
//! # Example
//! ```
//! use patronage::analysis::rfm::{Axis, Rfm};
//! use patronage::customers::{CustomerRow, Customers, CustomersSettings};
//!
//! let as_of = "2024-06-30".parse()?;
//! let customer = |id: &str, last: &str, orders, cents| -> Result<CustomerRow, Box<dyn std::error::Error>> {
//!     let last_purchase = last.parse()?;
//!     Ok(CustomerRow {
//!         customer_id: id.to_owned(), first_purchase: last_purchase, last_purchase, orders, monetary: cents,
//!         refund_orders: 0, refunded: 0, purchase_periods: 1, days_first_to_last_period: 0, repeat_value: 0,
//!     })
//! };
//! let customers = Customers::from_rows(CustomersSettings::new(as_of), [
//!     customer("ann", "2024-06-28", 12, 98_000)?,
//!     customer("bob", "2024-05-01", 3, 12_050)?,
//!     customer("cid", "2023-11-11", 1, 1_999)?,
//! ])?;
//! let model = Rfm::params().fit(&customers)?;
//! let scores = model.score(&customers)?;
//! assert_eq!(scores.codes().collect::<Vec<_>>(), [555, 333, 111]);
//! assert_eq!(scores.segments()[usize::from(scores.segment()[0])].key(), "champions");
//! assert_eq!(model.axis(Axis::Frequency).thresholds(), Some(vec![1.8, 2.6, 4.8, 8.4]));
//! assert!(scores.reasons()[2].starts_with("R5 (last purchase ≤ 25 days ago) · F5 (≥ 9 orders) · M5 (≥ 636.21) → rule `555` of map eleven → champions"));
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```
//!
//! # References
//! - Hughes, A. M. (1994), *Strategic Database Marketing*, Probus: equal-sized fifths, nested.
//! - Hebbali, A. (2020), R package `rfm`: preset `r_rfm`, map `r_rfm_readme`, and the test data.
//! - IBM SPSS Statistics, Direct Marketing: independent and nested binning.

mod axis;
mod explain;
mod fit;
pub mod map;
mod note;
mod params;
mod quantity;
mod rank_table;
mod score;
mod scoring;
#[cfg(test)]
mod tests;
mod values;
mod words;

pub use axis::{Axis, AxisModel, Closed, Direction, First, Place, Rule};
pub use explain::{Explanation, Move, explain};
pub use fit::RfmModel;
pub use map::{Finding, HighLowCut, Input, Segment, SegmentMap};
pub use note::Note;
pub use params::{Rfm, RfmParams, Thresholds};
pub use quantity::Quantity;
pub use rank_table::RankTable;
pub use score::{ReasonWords, RfmScores};
pub use scoring::Scoring;
pub use values::MonetaryKind;
