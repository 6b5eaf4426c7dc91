//! `sBG` and `BdW`: contracts that customers renew or do not.
//!
//! # What it answers
//! How many of a cohort will still be there after so many renewals, beyond those seen; how long a customer who has renewed n
//! times will stay, and what that is worth today.
//!
//! # Input columns and units
//! [`Survivors`]: `period` (0, 1, 2, … renewals) and `survivors` (customers still there after them); period 0 is the size of the
//! cohort. Cohorts of different ages are added.
//!
//! # Output columns and units
//! Survival and retention in [0, 1]; residual tenure in renewals; discounted expected residual lifetime (DERL) in payments,
//! to be multiplied by the money of one. The discount is an effective rate per period: 0.1 is 10 %.
//!
//! # Definition
//! ```text
//! sBG   leaves at each renewal with probability θ ~ Beta(α, β)
//!       S(t) = B(α, β+t)/B(α, β),   retention at renewal t: (β+t−1)/(α+β+t−1)
//! BdW   survives t renewals with probability (1−θ)^(t^c), θ ~ Beta(α, β):   S(t) = B(α, β+t^c)/B(α, β)
//! ln L = Σₜ renewed(t) ln r(t) + lost(t) ln(1 − r(t)),   r(t) = S(t)/S(t−1)
//! DERL of one who has renewed m times, just before the next renewal, which is not discounted:
//!       Σₖ₌₁ S(m+k)/S(m) (1+d)^−(k−1);   sBG: (β+m)/(α+β+m) ₂F₁(1, β+m+1; α+β+m+1; 1/(1+d))
//! expected residual tenure: Σₖ₌₁ S(m+k)/S(m);   sBG: (β+m)/(α−1), infinite for α ≤ 1; BdW: infinite for cα ≤ 1
//! ```
//! where c > 1 means that a customer's own inclination to leave grows with tenure, c < 1 that it falls, and c = 1 is the `sBG`,
//! in which retention rises with tenure only because those who leave easily leave first.
//!
//! # Edge cases
//! One common θ (α and β running to infinity together: constant churn, or a discrete Weibull), nobody leaving (α/β → 0) and
//! customers who leave at once or never (both → 0) are ridges and reported by name. One renewal only identifies α/β, not both.
//!
//! # Cost
//! A handful of operations (`sBG`) or special functions (`BdW`) a period: microseconds.
//!
//! # When not to use it
//! Where leaving is not observed (use BG/BB, Pareto/NBD or BG/NBD), or where the first renewal differs in kind from
//! the later ones (a free trial): fit from the first paid period on.
//!
//! # Measured accuracy
//! Published log-likelihoods and parameters to all digits given; ridges keep their digits: retention is a ratio of neighbours, not a
//! difference of log-gammas of large numbers.
//!
//! # References
//! P. Fader, B. Hardie (2007), How to project customer retention, *Journal of Interactive Marketing* 21(1), 76–90, equations 5–8;
//! P. Fader, B. Hardie (2010), Customer-base valuation in a contractual setting: the perils of ignoring heterogeneity,
//! *Marketing Science* 29(1), 85–93, equation 6; P. Fader, B. Hardie, Y. Liu, J. Davin, T. Steenburgh (2018), "How to project
//! customer retention" revisited: the role of duration dependence, *Journal of Interactive Marketing* 43, 1–16, equations 3–6.

mod bdw;
mod params;
mod sbg;
mod survivors;
#[cfg(test)]
mod tests;

pub use bdw::BdwModel;
pub use params::{Bdw, ContractParams, Sbg};
pub use sbg::SbgModel;
pub use survivors::Survivors;
