//! Churn risk: who is about to leave, how far that can be trusted, and whom to contact first.
//!
//! # What it answers
//! How probable is it that a customer buys nothing within the horizon (90 days unless set otherwise)? Five ways to tell compete on
//! purchases they have not seen, and the best one gives the probability. Beside it: who is overdue by its own habit ([`GapRule`]),
//! who stays but is worth less ([`ValueDecline`]), what changed last ([`Change`]), and a contact list ([`Watchlist`]).
//!
//! # Input columns and units
//! [`PurchaseDays`], from a ledger's cells by day: days, and purchase money in minor units. A purchase model, if there is one, gives
//! its [`Forecast`]: 1 − P(alive) and P(no purchase in the horizon), as numbers, at the date and ([`PastForecasts`], fitted anew)
//! at the two dates of the test.
//!
//! # Output columns and units
//! | column | unit | meaning |
//! |---|---|---|
//! | `churn_probability` | 0..=1 | no purchase within the horizon after the date; null when the data are too thin |
//! | `churn_class` | | `low` below 1/3, `high` above 2/3, `medium` between |
//! | `overdue_ratio` | | present gap over the customer's limit; above 1 it is overdue |
//! | `value_at_risk` | currency | `churn_probability` × residual value; null without residual value |
//! | `partial_churn` | | bought in the last horizon, in a lower value class than in the one before |
//!
//! # Definition
//! ```text
//! rule of gaps     limit = Q^(1−w) · q^w        w = n / (n + k)        overdue_ratio = days since the last purchase / limit
//! ```
//! where q is the 0.8 quantile (type 7) of the customer's own n gaps between purchase days, Q that of everybody's gaps, and k the
//! number of own gaps that weigh as much as everybody's: k = σ²/τ² of log gaps, the variance within customers over that between
//! them (one-way analysis of variance), which makes w the weight of an own mean in the best linear prediction. Logarithms make it
//! scale-free: hours for days change nothing. Without own gaps the limit is Q; when customers do not differ (τ² ≤ 0) it is Q for all.
//! Only closed gaps are seen, and long ones close late or never, so q and Q are biased short, most in a young business: the ratio is
//! a rule, not a probability. Nothing is imputed for open gaps: with customers who never return the quantile would be infinite.
//!
//! ```text
//! test             date − 2h ──────────── date − h ──────────── date
//!                  features, training     labels of training
//!                                         features, test        labels of test; then everything is learnt again from here
//! churned          known at the start, no purchase in the h days after it
//! recency          days since the last purchase: what is done without any method           ┐ rankings: ln odds = a + b·score,
//! overdue          ln((days since the last purchase + ½) / limit)                          │ b ≥ 0, learnt on the training dates;
//! not_alive        1 − P(alive) of the purchase model: the probability of another event    ┘ recency as ln(1 + days)
//! no_purchase      P(no purchase in h) of the purchase model, as it is
//! classifier       logistic regression on eleven features ([`Feature`]): Σ ln(1 + e^(∓z)) + α/2·Σ coefficient²
//! ```
//! The classifier is found by linfa's L-BFGS and finished by Newton steps until the gradient of the mean loss is below 1e-9; with
//! α = 1/C it is scikit-learn's. Features are standardised by the training's means and deviations; what a customer does not have
//! (a gap's variation with one gap) counts as the mean. Standard errors come from the inverse Hessian of the penalised loss.
//!
//! ```text
//! auc                  P(a churner is ranked above one who stayed) + ½·P(equal)
//! top_decile_lift      churners among the tenth ranked highest / a tenth of all churners; equals across the line by their share
//! calibration_error    Σ over ten bins of equal size of customers/n · |mean probability − share that churned|
//! brier                mean (probability − churned)²
//! chosen               the highest auc; of those within 0.005 of it, the lowest calibration_error; of these the simplest
//! ```
//! A calibrated ranking is strictly monotone, so no two scores become one probability, and recency is not clipped: a customer of
//! 91 days does not tie with one of 900.
//!
//! ```text
//! value at risk        churn_probability × residual value
//! baseline             purchase money of the last 365 days / 12 × 12 months × retention rate
//! value class          A to 80 % of the purchase money of the window (date − 2h, date − h], B to 95 %, C rest, N nothing;
//!                      the class in (date − h, date] by the same thresholds in money
//! ```
//! The retention rate is the share of customers known at date − h who bought by the date. Residual value already counts that a
//! customer may be gone; value at risk is a ranking of whom it is worth to hold, not a forecast of a loss. Without residual
//! value the watchlist goes by probability × purchase money of the last 365 days (a sum, so one purchase of 100 never becomes
//! 36,500 a year), and `value_at_risk` is null.
//!
//! # Edge cases
//! - **One purchase**: the limit is everybody's; `last_change` is `first_order_only`.
//! - **Purchase today**: a gap of 0, a ratio of 0; half a day is added before the logarithm, since hours are not known.
//! - **Equal customers** get equal results, whatever their ids; ids decide only who comes first on the watchlist.
//! - **Too little data**: a history of no more than two horizons, fewer than 100 customers at a date of the test, or fewer than 30 of
//!   a kind. [`Missing`] says which; then the method is P(no purchase) untested, else the rule calibrated on the last horizon, else
//!   none. Nobody with two purchase days is an error.
//! - **P(alive) of BG/NBD** is 1 for everybody with one purchase: on CDNOW `not_alive` ranks worse than chance by it (AUC 0.35), while
//!   P(no purchase) of the same model is as good as any (0.83).
//! - **A ranking that the past contradicts** (b < 0) gives the base rate to all.
//! - **Refunds** are no purchases; their share is a feature.
//!
//! # Cost
//! O(purchase days) with one sort of all gaps; logistic regression takes about a dozen passes over customers × features.
//!
//! # When not to use it
//! For contracts, which end on a day: see the contract models. Across a season: the test says how good last quarter's habits were
//! for this one, and a winner by a hair may lose the next. For causes: who is at risk is not who can be held.
//!
//! # Example
//! ```
//! use patronage::analysis::churn::{Churn, PurchaseDays, Watchlist};
//! use patronage::{Ingest, Period};
//! # fn main() -> patronage::Result<()> {
//! let log = "customer,date,amount\nann,2024-01-01,50\nann,2024-01-11,50\nann,2024-01-21,50\nbob,2024-01-01,20\nbob,2024-03-01,20\n";
//! let ledger = Ingest::new().read_text(log)?.ledger;
//! let as_of = "2024-03-11".parse().expect("a date");
//! let days = PurchaseDays::from_cells(&ledger.cells(as_of, Period::Day)?)?;
//! let model = Churn::params().shrinkage(2.0).fit(&days, as_of, None, None)?;
//! let scores = model.score(&days, as_of, None)?;
//! // 50 days without ann, who came every 10; 10 days without bob, who came after 60.
//! assert_eq!(scores.overdue_ratio().map(|ratio| ratio > 1.0).collect::<Vec<_>>(), [true, false]);
//! // Two customers are too few for a probability, and the model says so.
//! assert!(scores.probability().is_none());
//! assert!(model.missing()[0].to_string().starts_with("the purchases span 70 days"));
//! # Ok(()) }
//! ```
//!
//! # References
//! - Platt, J. (1999), Probabilistic outputs for support vector machines, in *Advances in Large Margin Classifiers* (rankings to
//!   probabilities).
//! - Searle, S. R., Casella, G. and `McCulloch`, C. E. (1992), *Variance Components*, section 3.6 (σ² and τ² in unbalanced data).
//! - Hanley, J. A. and `McNeil`, B. J. (1982), The meaning and use of the area under a ROC curve, *Radiology* 143, 29-36.
//! - Neslin, S. A. et al. (2006), Defection detection, *Journal of Marketing Research* 43(2), 204-211 (top-decile lift, and that the
//!   method matters).

mod backtest;
mod change;
mod classifier;
mod days;
mod decline;
mod features;
mod fit;
mod gaps;
mod logistic;
mod methods;
mod params;
mod sample;
mod score;
#[cfg(test)]
mod tests;
mod watchlist;

pub use backtest::{Backtest, CalibrationBin, GainPoint, MethodReport};
pub use change::Change;
pub use classifier::{Classifier, Coefficient};
pub use days::PurchaseDays;
pub use decline::{Move, ValueClass, ValueDecline};
pub use features::Feature;
pub use fit::{ChoiceReason, Chosen, ChurnModel};
pub use gaps::GapRule;
pub use methods::{Calibration, Forecast, Method, PastForecasts};
pub use params::{Churn, ChurnParams};
pub use sample::Missing;
pub use score::{ChurnScores, RiskClass};
pub use watchlist::{Watchlist, WatchlistEntry};
