//! ABC classes, and what goes with them: layers by rank, concentration, regularity of demand.
//!
//! # What it answers
//! Which few customers bring most of the money (A), which bring the next part (B), and which many bring the rest (C).
//! [`layers`] cuts by the number of customers instead (the customer pyramid, HML), [`concentration`] measures how
//! uneven money is (Lorenz, Gini), [`xyz`] how regularly a customer buys.
//!
//! # Input columns and units
//! Of [`Customers`](crate::customers::Customers): `monetary`, net money in minor units, and `customer_id` for ties.
//!
//! # Output columns and units
//! `abc`: `A`, `B`, `C`, or `N` for customers who brought nothing.
//!
//! # Definition
//! ```text
//! order customers by money descending, equal money by customer id;  S(i) = money of the first i;  T = positive total
//! within      i is in A when S(i) ≤ a·T
//! crossing    i is in A when S(i − 1) < a·T              the customer that crosses the line is still in
//! ties_start  S(first of i's equals − 1) < a·T           equals stay together in the class where their group starts
//! ties_end    S(last of i's equals) ≤ a·T                … where it ends
//! ```
//! with a = 80 %, and A or B likewise with b = 95 %. Sums are exact integers and the cuts exact millionths: no rounding
//! decides a class.
//!
//! `computed` needs no cuts (Ultsch and Lötsch). On the curve through the points p(i) = (i / n, S(i) / T), at the ends
//! of groups of equals only:
//! ```text
//! Pareto point      the p(i) nearest to (0, 1)             break-even point   the last p(i) with money(i) ≥ T / n
//! A ends at the left one of these two                      x = i / n of the right one
//! B ends at the p(i) nearest to (x, 1), not before A
//! ```
//! R package `ABCanalysis` interpolates the curve by a spline at a thousand points first and may differ by a few
//! customers; the points themselves need no grid.
//!
//! # Edge cases
//! - **Nothing or less**: customers with money ≤ 0 form class N; [`Nonpositive`] has the alternatives. Shares are of the
//!   positive total.
//! - **One customer with more than 80 %**: `within` leaves class A empty, the others do not.
//! - **Refunds** are netted in `monetary` already.
//! - **Frozen**: a fitted [`AbcModel`] keeps its boundaries as money (and, where ties are split, a customer id).
//!
//! # Cost
//! One parallel sort, then O(n). To score, O(1) a customer.
//!
//! # When not to use it
//! When revenue says little about profit: give margin as money. When classes have to be of a size: use [`layers`].
//!
//! # Example
//! ```
//! use patronage::analysis::abc::{Abc, Boundary};
//! use patronage::customers::{CustomerRow, Customers, CustomersSettings};
//!
//! let day = "2024-06-30".parse()?;
//! let customer = |id: &str, cents| CustomerRow {
//!     customer_id: id.to_owned(), first_purchase: day, last_purchase: day, orders: 1, monetary: cents,
//!     refund_orders: 0, refunded: 0, purchase_periods: 1, days_first_to_last_period: 0, repeat_value: 0,
//! };
//! let customers = Customers::from_rows(CustomersSettings::new(day), [
//!     customer("ann", 7_000), customer("bob", 1_000), customer("cid", 1_000), customer("dan", 600), customer("eve", 400),
//!     customer("fay", -50),
//! ])?;
//! let classes = |boundary| -> patronage::Result<String> {
//!     let scores = Abc::params().boundary(boundary).fit(&customers)?.score(&customers)?;
//!     Ok(scores.classes().iter().map(|class| class.letter()).collect())
//! };
//! assert_eq!(classes(Boundary::Within)?, "AABCCN");
//! assert_eq!(classes(Boundary::TiesStart)?, "AAABCN");
//! assert_eq!(classes(Boundary::TiesEnd)?, "ABBCCN");
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```
//!
//! # References
//! - Dickie, H. F. (1951), ABC inventory analysis shoots for dollars, not pennies, *Factory Management and Maintenance* 109.
//! - Ultsch, A. and Lötsch, J. (2015), Computed ABC analysis for rational selection of most informative variables in
//!   multivariate data, *`PLoS` ONE* 10(6), e0129767, doi:10.1371/journal.pone.0129767.

pub mod concentration;
mod fit;
pub mod layers;
mod order;
mod params;
mod score;
#[cfg(test)]
mod tests;
pub mod xyz;

pub use fit::AbcModel;
pub use order::Start;
pub use params::{Abc, AbcParams, Boundary, Nonpositive};
pub use score::{AbcClass, AbcScores};
