//! Whether clusters are tighter than those of data without clusters.

use rayon::prelude::*;

use super::draw::Draw;
use super::k_means::k_means;
use super::points::Points;
use crate::error::Result;

/// Starts of k-means on each reference set.
const STARTS: usize = 3;

/// The gap of one number of clusters.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Gap {
    pub(super) gap: f64,
    pub(super) deviation: f64,
}

/// The gap statistic for each number of clusters, against so many sets of points that are uniform in the box around the
/// data (Tibshirani, Walther and Hastie, their choice (a)).
///
/// # Formula
/// ```text
/// Gap(k) = mean over b of ln W*(k, b) − ln W(k)        s(k) = sd over b of ln W*(k, b) · √(1 + 1/B)
/// ```
/// where W is the inertia of k clusters: of the data, and of reference set b of B.
pub(super) fn gaps(points: &Points, clusters: &[usize], sets: usize, seed: u64) -> Result<Vec<Gap>> {
    let width = points.width;
    let size = u32::try_from(points.expanded().len() / width).unwrap_or(u32::MAX);
    let range =
        |at: usize| points.rows().fold((f64::INFINITY, f64::NEG_INFINITY), |(low, high), row| (low.min(row[at]), high.max(row[at])));
    let ranges: Vec<(f64, f64)> = (0..width).map(range).collect();
    let ln_inertia = |points: &Points, clusters: usize, seed: u64| -> Result<f64> {
        // A perfect fit has no logarithm; the smallest number stands for it.
        Ok(k_means(points, clusters, STARTS, seed)?.inertia.max(f64::MIN_POSITIVE).ln())
    };
    let reference = |set: usize| -> Result<Vec<f64>> {
        let mut draw = Draw::new(seed, 1_000 + set as u64);
        let values: Vec<f64> =
            (0..size).flat_map(|_| ranges.iter().map(|(low, high)| low + (high - low) * draw.uniform()).collect::<Vec<_>>()).collect();
        let (points, _) = Points::distinct(width, &values);
        clusters.iter().map(|clusters| ln_inertia(&points, *clusters, seed)).collect()
    };
    let references = (0..sets).into_par_iter().map(reference).collect::<Result<Vec<Vec<f64>>>>()?;
    let count = sets as f64;
    let one = |(at, clusters): (usize, &usize)| {
        let mean = references.iter().map(|set| set[at]).sum::<f64>() / count;
        let variance = references.iter().map(|set| (set[at] - mean).powi(2)).sum::<f64>() / count;
        Ok(Gap { gap: mean - ln_inertia(points, *clusters, seed)?, deviation: (variance * (1.0 + 1.0 / count)).sqrt() })
    };
    clusters.iter().enumerate().map(one).collect()
}
