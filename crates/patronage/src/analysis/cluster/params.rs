//! The settings of clusters and the one place where they are checked.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};

use super::feature::Feature;
use super::fit::ClusterModel;
use super::scaling::Scaling;
use crate::customers::Customers;
use crate::error::{Error, Result};
use crate::time::named;

/// How clusters are found.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Method {
    /// k-means: every customer belongs to the nearest centre.
    #[default]
    KMeans,
    /// A Gaussian mixture: every customer belongs to the likeliest component.
    Mixture,
}

named!(Method, "clustering method", Self::KMeans => "k-means", Self::Mixture => "mixture");

/// What decides on the number of clusters.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Criterion {
    /// The largest number whose mean silhouette is within [`slack`](ClusterParams::slack) of the best.
    Silhouette,
    /// The first number whose gap is not below that of the next, less its deviation; of k-means only.
    Gap,
    /// The smallest Bayesian information criterion; of mixtures only.
    Bic,
}

named!(Criterion, "criterion for the number of clusters",
    Self::Silhouette => "silhouette", Self::Gap => "gap", Self::Bic => "bic",
);

/// The entry to clusters. See the [module](super).
#[derive(Debug, Clone, Copy)]
pub struct Cluster;

impl Cluster {
    /// The default settings: recency, frequency and money in logarithms, robust scaling, k-means, 2 to 10 clusters by
    /// the gap statistic.
    #[must_use]
    pub fn params() -> ClusterParams {
        ClusterParams {
            features: Feature::RFM.to_vec(),
            scaling: Scaling::default(),
            logarithm: true,
            method: Method::default(),
            fewest: 2,
            most: 10,
            criterion: None,
            slack: 0.02,
            starts: 16,
            seed: 20_240_229,
            fit_sample: 10_000,
            judged_sample: 2_000,
            gap_sets: 10,
            compare: true,
            resamples: 20,
            dominant_share: 0.9,
            weak_silhouette: 0.25,
            outlier_limit: 3.5,
            most_outliers: 100,
        }
    }
}

/// The settings, each with a default. Nothing is checked before [`fit`](Self::fit).
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct ClusterParams {
    pub(super) features: Vec<Feature>,
    pub(super) scaling: Scaling,
    pub(super) logarithm: bool,
    pub(super) method: Method,
    pub(super) fewest: usize,
    pub(super) most: usize,
    pub(super) criterion: Option<Criterion>,
    pub(super) slack: f64,
    pub(super) starts: usize,
    pub(super) seed: u64,
    pub(super) fit_sample: usize,
    pub(super) judged_sample: usize,
    pub(super) gap_sets: usize,
    pub(super) compare: bool,
    pub(super) resamples: usize,
    pub(super) dominant_share: f64,
    pub(super) weak_silhouette: f64,
    pub(super) outlier_limit: f64,
    pub(super) most_outliers: usize,
}

impl Default for ClusterParams {
    fn default() -> Self {
        Cluster::params()
    }
}

impl ClusterParams {
    /// What customers are compared by; recency, frequency and money by default.
    #[must_use]
    pub fn features(mut self, features: impl IntoIterator<Item = Feature>) -> Self {
        self.features = features.into_iter().collect();
        self
    }

    /// How features are made comparable.
    #[must_use]
    pub fn scaling(mut self, scaling: Scaling) -> Self {
        self.scaling = scaling;
        self
    }

    /// Whether logarithms are compared (the default) rather than values.
    #[must_use]
    pub fn logarithm(mut self, logarithm: bool) -> Self {
        self.logarithm = logarithm;
        self
    }

    /// k-means or a mixture.
    #[must_use]
    pub fn method(mut self, method: Method) -> Self {
        self.method = method;
        self
    }

    /// Exactly so many clusters.
    #[must_use]
    pub fn clusters(self, clusters: usize) -> Self {
        self.between(clusters, clusters)
    }

    /// The numbers of clusters to choose from, both ends included.
    #[must_use]
    pub fn between(mut self, fewest: usize, most: usize) -> Self {
        (self.fewest, self.most) = (fewest, most);
        self
    }

    /// What decides on the number; by default the gap for k-means (without reference sets the silhouette), the BIC for
    /// mixtures.
    #[must_use]
    pub fn criterion(mut self, criterion: Criterion) -> Self {
        self.criterion = Some(criterion);
        self
    }

    /// By how much the silhouette may fall short of the best: 0.02, about two standard errors of the mean of 2,000.
    #[must_use]
    pub fn slack(mut self, slack: f64) -> Self {
        self.slack = slack;
        self
    }

    /// Starts of k-means for each number of clusters.
    #[must_use]
    pub fn starts(mut self, starts: usize) -> Self {
        self.starts = starts;
        self
    }

    /// The seed of all draws.
    #[must_use]
    pub fn seed(mut self, seed: u64) -> Self {
        self.seed = seed;
        self
    }

    /// On how many customers clusters are found before they are polished on all.
    #[must_use]
    pub fn fit_sample(mut self, customers: usize) -> Self {
        self.fit_sample = customers;
        self
    }

    /// On how many customers silhouettes, mixtures to compare with and stability rest; the gap statistic takes half.
    #[must_use]
    pub fn judged_sample(mut self, customers: usize) -> Self {
        self.judged_sample = customers;
        self
    }

    /// Reference sets of the gap statistic; 0 leaves it out.
    #[must_use]
    pub fn gap_sets(mut self, sets: usize) -> Self {
        self.gap_sets = sets;
        self
    }

    /// Whether mixtures are fitted beside k-means, to compare with (the default); half of the time at 100,000 customers.
    #[must_use]
    pub fn compare(mut self, compare: bool) -> Self {
        self.compare = compare;
        self
    }

    /// Resamples for stability; 0 leaves it out.
    #[must_use]
    pub fn resamples(mut self, resamples: usize) -> Self {
        self.resamples = resamples;
        self
    }

    /// The share of customers in one cluster beyond which a note says so.
    #[must_use]
    pub fn dominant_share(mut self, share: f64) -> Self {
        self.dominant_share = share;
        self
    }

    /// The mean silhouette below which a note says that there is little structure.
    #[must_use]
    pub fn weak_silhouette(mut self, silhouette: f64) -> Self {
        self.weak_silhouette = silhouette;
        self
    }

    /// The robust z score beyond which a single feature is unusual.
    #[must_use]
    pub fn outlier_limit(mut self, limit: f64) -> Self {
        self.outlier_limit = limit;
        self
    }

    /// How many unusual customers are listed.
    #[must_use]
    pub fn most_outliers(mut self, customers: usize) -> Self {
        self.most_outliers = customers;
        self
    }

    /// Finds clusters.
    ///
    /// # Errors
    /// When a setting is out of range (kind `Parameter`), or there are too few different customers (`Fit`).
    pub fn fit(self, customers: &Customers) -> Result<ClusterModel> {
        ClusterModel::fit(self.check()?, customers)
    }

    /// What decides.
    pub(super) fn decides(&self) -> Criterion {
        self.criterion.unwrap_or(match self.method {
            Method::KMeans if self.gap_sets == 0 => Criterion::Silhouette,
            Method::KMeans => Criterion::Gap,
            Method::Mixture => Criterion::Bic,
        })
    }

    fn check(mut self) -> Result<Self> {
        /// More clusters than this nobody reads.
        const MOST: usize = 50;
        let wrong = |words: &str, value: String| Err(Error::parameter(words).with_value(&value));
        self.features.sort_unstable();
        if self.features.is_empty() || self.features.windows(2).any(|pair| pair[0] == pair[1]) {
            let names: Vec<String> = self.features.iter().map(Feature::to_string).collect();
            return wrong("the features of clusters have to be at least one, each once", names.join(" "));
        }
        if self.fewest < 2 || self.fewest > self.most || self.most > MOST {
            return wrong("the number of clusters has to be 2 ≤ fewest ≤ most ≤ 50", format!("{}, {}", self.fewest, self.most));
        }
        if !(0.0..=1.0).contains(&self.slack) {
            return wrong("the slack of the silhouette has to be 0 to 1", self.slack.to_string());
        }
        if !(1..=1_000).contains(&self.starts) {
            return wrong("the starts of k-means have to be 1 to 1000", self.starts.to_string());
        }
        if self.fit_sample < 100 || self.judged_sample < 100 {
            let values = format!("{}, {}", self.fit_sample, self.judged_sample);
            return wrong("samples of clusters have to be at least 100 customers", values);
        }
        if self.gap_sets > 500 || self.resamples > 1_000 {
            let values = format!("{}, {}", self.gap_sets, self.resamples);
            return wrong("reference sets have to be at most 500, resamples at most 1000", values);
        }
        if !(0.0..=1.0).contains(&self.dominant_share) || !(-1.0..=1.0).contains(&self.weak_silhouette) {
            let values = format!("{}, {}", self.dominant_share, self.weak_silhouette);
            return wrong("0 ≤ dominant share ≤ 1 and −1 ≤ weak silhouette ≤ 1 have to hold", values);
        }
        if !(self.outlier_limit > 0.0 && self.outlier_limit.is_finite()) {
            return wrong("the limit of outliers has to be above 0", self.outlier_limit.to_string());
        }
        match (self.method, self.decides()) {
            (Method::KMeans, Criterion::Bic) => {
                Err(Error::parameter("k-means has no likelihood and so no BIC").with_hint("silhouette or gap, or the method mixture"))
            }
            (Method::Mixture, Criterion::Gap) => {
                Err(Error::parameter("the gap statistic is that of k-means").with_hint("silhouette or bic, or the method k-means"))
            }
            (_, Criterion::Gap) if self.gap_sets == 0 => {
                Err(Error::parameter("the gap statistic decides, and has no reference sets").with_hint("at least one set"))
            }
            _ => Ok(self),
        }
    }
}
