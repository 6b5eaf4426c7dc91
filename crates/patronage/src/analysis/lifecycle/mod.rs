//! Lifecycle: where a customer stands on the way from first purchase to loss.
//!
//! # What it answers
//! Who has just come, who buys more and who less than usual, who has fallen silent and for how long, and who has come back;
//! and since when.
//!
//! # Input columns and units
//! [`Cells`](crate::ledger::Cells) by day: purchase days and their money, refunds not netted.
//!
//! # Output columns and units
//! `lifecycle`, a [`Stage`], and `lifecycle_since`, the day on which it began.
//!
//! # Definition
//! With D, the days of silence after which a customer is dormant, and L > D, after which it is lost, the first that holds:
//! ```text
//! prospect      known, but without a purchase
//! lost          silent for more than L days
//! dormant       silent for more than D days
//! reactivated   came back within the last D days, after a silence of more than L days
//! new           first purchase within the last D days
//! growing       recent ≥ 1.25 × usual
//! declining     recent ≤ 0.75 × usual
//! mature        in between
//! recent = money of the last D days        usual = money before them × D / days from the first purchase to them, at least D
//! ```
//! By default D and L are the 80 % and 95 % quantiles (type 7) of all gaps between consecutive purchase days of a customer,
//! so they follow the pace of the business; [`Limits::Days`] sets them.
//!
//! # Edge cases
//! - **One purchase**: new, then dormant, then lost.
//! - **Few gaps**: below 30 the quantiles say nothing; D = 90 and L = 365 days then, and [`LifecycleModel::gaps`] tells.
//! - **Gaps are seen short**: the silence a customer is in is not a gap yet, so that quantiles of young data lie low. They
//!   grow as the history does; freeze a fitted model to keep stages comparable.
//! - **Money of zero before**: any money counts as growth.
//! - **Refunds** change nothing: they are no purchases.
//!
//! # Cost
//! O(purchase days), and a step for each day that a growing, mature or declining stage has lasted.
//!
//! # When not to use it
//! For subscriptions, where the end is seen: count contracts instead ([`clv::contract`](crate::analysis::clv::contract)).
//!
//! # References
//! Buckinx, W. and Van den Poel, D. (2005), Customer base analysis: partial defection of behaviourally loyal clients in a
//! non-contractual FMCG retail setting, *European Journal of Operational Research* 164(1), 252–268,
//! doi:10.1016/j.ejor.2003.12.010, on what silence and less spending say where nobody gives notice.

mod fit;
mod params;
mod score;
mod stage;
#[cfg(test)]
mod tests;

pub use fit::LifecycleModel;
pub use params::{Lifecycle, LifecycleParams, Limits};
pub use score::LifecycleScores;
pub use stage::{Stage, StageRule};
