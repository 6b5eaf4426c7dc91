//! Clusters: groups of customers who are alike, found rather than defined; and customers who are like nobody.
//!
//! # What it answers
//! Which kinds of customers are there, how many kinds do the data support, what does each look like in one line, would it
//! be found again, and who fits none of them.
//!
//! # Input columns and units
//! Of [`Customers`](crate::customers::Customers): `recency_days` (days), `frequency` (count) and `monetary` (currency
//! units), or other [features](Feature).
//!
//! # Output columns and units
//! `cluster`: a number from 1, by descending mean money. Beside it, for each cluster: names, a [`Rule`], [`Profile`]s in
//! raw units, silhouette and stability; the [`Candidate`]s for the number of clusters; the [`Outlier`]s with reasons.
//!
//! # Definition
//! Customers are scaled: with t(x) = sign(x)·ln(1 + |x|), which takes negative net money too,
//! ```text
//! scaled(x) = (t(x) − median) / interquartile range        where that range is 0: / standard deviation
//! ```
//! A feature that is the same for all is left out with a [`Note`]. Customers of equal values become one point that weighs
//! as many as they are, and everything is computed from points in the order of their values: neither ids, nor the order
//! of rows, nor the number of threads can show, and equal customers are in one cluster.
//!
//! ```text
//! k-means     minimises Σ weight·|x − centre of its cluster|²
//! mixture     maximises Σ weight·ln Σ over c of share(c)·Normal(x; mean(c), covariance(c))
//! ```
//! k-means: linfa makes `starts` starts (k-means++) on up to 1,000 customers; all are improved for a few rounds of Lloyd's
//! algorithm on `fit_sample` customers, the best four to the end, then by Hartigan's moves of single points; the best is
//! polished on all customers. Mixture: linfa's on `fit_sample` customers, from three starts, with variances kept above
//! 0.01; all customers are then scored. Samples are every n-th customer in the order of the values.
//!
//! The number of clusters, by [`Criterion`]:
//! ```text
//! gap          the first k with Gap(k) ≥ Gap(k + 1) − s(k + 1)             the default of k-means
//! silhouette   the largest k whose mean silhouette is ≥ the best − slack
//! bic          the k with the least −2 ln L + parameters·ln n              the default of mixtures
//! ```
//! The silhouette is not the default since on recency, frequency and money it prefers two clusters nearly always: those
//! who came back and those who did not, which a count says as well. It is shown for every k.
//!
//! *Stability* of a cluster (Hennig): draw as many customers with replacement, cluster them, take the largest Jaccard
//! similarity with a cluster found; the mean over `resamples`. Above 0.75 the cluster is there, below 0.5 it is not.
//!
//! *Rule*: of all conditions x ≤ a, x > a on 63 quantiles of each feature, and all pairs of them, the one of the largest
//! F1 measure among all customers; precision and recall are those of the printed thresholds.
//!
//! *Unusual*: the score is the larger of two quotients, and a customer is listed when it is above 1.
//! ```text
//! beside all customers    |x − median| / (limit · robust deviation of that side of the median)      limit 3.5
//! beside the own cluster  |x − centre| / (Q3 + 3·(Q3 − Q1) of those distances)                      from 20 customers
//! ```
//! The robust deviation is 1.4826 times the median distance to the median, or 1.2533 times the mean one where that is 0.
//!
//! # Edge cases
//! - **All customers equal**: one cluster, and a note says so.
//! - **Few different customers**: each cluster needs two different ones; fewer than that are an error of kind `Fit`.
//! - **One cluster with nearly all customers**, **little structure** (mean silhouette below 0.25), **clusters that resamples do
//!   not find**: [`Note`]s.
//! - **Equals at the end of the list of outliers**: it ends before them.
//! - **Frozen**: a fitted [`ClusterModel`] keeps its scaling and scores customers it has not seen.
//!
//! # Cost
//! One parallel sort, then what the samples cost (about a second on two cores), then a few dozen passes over all customers.
//!
//! # When not to use it
//! When segments have to mean the same next year: thresholds of [`rfm`](super::rfm) stay put, clusters follow the data. When
//! the notes say that there is little structure: a cut along one feature is then as good and easier to explain.
//!
//! # Example
//! ```
//! use patronage::analysis::cluster::Cluster;
//! use patronage::customers::{CustomerRow, Customers, CustomersSettings};
//!
//! let as_of: chrono::NaiveDate = "2024-06-30".parse()?;
//! let customer = |number: u32, days: u64, orders, cents| CustomerRow {
//!     customer_id: format!("c{number:02}"), first_purchase: as_of - chrono::Days::new(days), last_purchase: as_of - chrono::Days::new(days),
//!     orders, monetary: cents, refund_orders: 0, refunded: 0, purchase_periods: 1, days_first_to_last_period: 0, repeat_value: 0,
//! };
//! // Twenty who buy often, and twenty who tried it once.
//! let often = (0..20).map(|at| customer(at, 3 + u64::from(at % 5), 12 + at % 4, 90_000 + i128::from(at) * 1_000));
//! let once = (20..40).map(|at| customer(at, 200 + u64::from(at % 7), 1, 2_000 + i128::from(at) * 10));
//! let customers = Customers::from_rows(CustomersSettings::new(as_of), often.chain(once))?;
//!
//! let model = Cluster::params().clusters(2).fit(&customers)?;
//! let best = &model.clusters()[0];
//! assert_eq!((best.customers, best.name_en.as_str()), (20, "recent frequent big spenders"));
//! assert_eq!(best.rule.to_string(), "recency ≤ 7 days");
//! assert_eq!(model.score(&customers)?.cluster()[39], 2);
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```
//!
//! # References
//! - Arthur, D. and Vassilvitskii, S. (2007), k-means++: the advantages of careful seeding, *SODA '07*, 1027–1035.
//! - Hartigan, J. A. and Wong, M. A. (1979), A k-means clustering algorithm, *Applied Statistics* 28(1), 100–108,
//!   doi:10.2307/2346830.
//! - Hennig, C. (2007), Cluster-wise assessment of cluster stability, *Computational Statistics & Data Analysis* 52(1),
//!   258–271, doi:10.1016/j.csda.2006.11.025.
//! - Iglewicz, B. and Hoaglin, D. C. (1993), *How to detect and handle outliers*, ASQC Quality Press (the limit 3.5).
//! - Rousseeuw, P. J. (1987), Silhouettes, *Journal of Computational and Applied Mathematics* 20, 53–65,
//!   doi:10.1016/0377-0427(87)90125-7.
//! - Tibshirani, R., Walther, G. and Hastie, T. (2001), Estimating the number of clusters in a data set via the gap statistic,
//!   *Journal of the Royal Statistical Society B* 63(2), 411–423, doi:10.1111/1467-9868.00293.

mod choice;
mod draw;
mod feature;
mod fit;
mod gap;
mod k_means;
mod mixture;
mod name;
mod note;
mod outlier;
mod params;
mod points;
mod profile;
mod rule;
mod scaling;
mod score;
mod silhouette;
mod stability;
#[cfg(test)]
mod tests;

pub use choice::Candidate;
pub use feature::Feature;
pub use fit::{ClusterModel, FittedCluster};
pub use mixture::Component;
pub use note::Note;
pub use outlier::{Fence, Unusual};
pub use params::{Cluster, ClusterParams, Criterion, Method};
pub use profile::Profile;
pub use rule::{Comparison, Condition, Rule};
pub use scaling::{ScaledFeature, Scaling, Spread};
pub use score::{ClusterScores, ClusterTotal, Outlier};
