//! What the customers of a cluster are like, in raw units.

use rayon::prelude::*;
use serde::{Deserialize, Serialize};

use super::feature::Feature;
use super::scaling::moments;
use crate::math::quantile::type7;

/// The distribution of a feature in a cluster: mean and type-7 quantiles.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct Profile {
    /// The feature.
    pub feature: Feature,
    /// The mean.
    pub mean: f64,
    /// The value that 5 % do not exceed.
    pub p05: f64,
    /// The first quartile.
    pub p25: f64,
    /// The median.
    pub median: f64,
    /// The third quartile.
    pub p75: f64,
    /// The value that 95 % do not exceed.
    pub p95: f64,
}

impl Profile {
    /// Of ascending values.
    pub(super) fn of(feature: Feature, sorted: &[f64]) -> Self {
        let at = |p| type7(sorted, p).unwrap_or_default();
        Self { feature, mean: moments(sorted).0, p05: at(0.05), p25: at(0.25), median: at(0.5), p75: at(0.75), p95: at(0.95) }
    }
}

/// The values of each cluster in ascending order.
pub(super) fn by_cluster(values: &[f64], labels: &[u32], clusters: usize) -> Vec<Vec<f64>> {
    let mut groups = vec![Vec::new(); clusters];
    values.iter().zip(labels).for_each(|(value, label)| groups[*label as usize].push(*value));
    groups.par_iter_mut().for_each(|group| group.par_sort_unstable_by(f64::total_cmp));
    groups
}
