//! How well customers sit in their clusters.

use rayon::prelude::*;

use super::points::{Points, squared_distance};

/// The mean silhouette of all points, and of each cluster (none for a cluster without points).
///
/// # Formula
/// ```text
/// s(i) = (b − a) / max(a, b)     a = mean distance to the others of the own cluster, b = the least mean distance to
///                                the points of another cluster; s(i) = 0 for the only one of its cluster
/// ```
/// Points weigh as many as they are; a customer is at distance 0 from its equals.
pub(super) fn silhouette(points: &Points, labels: &[u32], clusters: usize) -> (f64, Vec<Option<f64>>) {
    let mut sizes = vec![0.0; clusters];
    labels.iter().zip(&points.weights).for_each(|(label, weight)| sizes[*label as usize] += weight);
    let each: Vec<f64> = (0..points.len())
        .into_par_iter()
        .map(|index| {
            let (row, own) = (points.row(index), labels[index] as usize);
            if sizes[own] <= 1.0 {
                return 0.0;
            }
            let mut sums = vec![0.0; clusters];
            for ((other, label), weight) in points.rows().zip(labels).zip(&points.weights) {
                sums[*label as usize] += weight * squared_distance(row, other).sqrt();
            }
            let within = sums[own] / (sizes[own] - 1.0);
            let others = (0..clusters).filter(|at| *at != own && sizes[*at] > 0.0).map(|at| sums[at] / sizes[at]);
            let nearest = others.fold(f64::INFINITY, f64::min);
            let largest = within.max(nearest);
            if largest > 0.0 && nearest.is_finite() { (nearest - within) / largest } else { 0.0 }
        })
        .collect();
    let mut sums = vec![0.0; clusters];
    each.iter().zip(labels).zip(&points.weights).for_each(|((value, label), weight)| sums[*label as usize] += weight * value);
    let total = points.total();
    let mean = if total > 0.0 { sums.iter().sum::<f64>() / total } else { 0.0 };
    (mean, sums.iter().zip(&sizes).map(|(sum, size)| (*size > 0.0).then(|| sum / size)).collect())
}
