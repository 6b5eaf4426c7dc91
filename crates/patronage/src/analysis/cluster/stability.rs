//! Whether clusters are found again when other customers happen to be there.

use rayon::prelude::*;

use super::draw::Draw;
use super::points::Points;
use crate::error::Result;

/// For each cluster the mean over resamples of the largest Jaccard similarity with a cluster of the resample.
///
/// # Formula
/// ```text
/// J(c, b) = max over clusters d of resample b of |c ∩ d| / |c ∪ d|, among the customers that were drawn into b
/// ```
/// Equal customers count as one of each draw. A cluster of which nobody was drawn is not found: 0.
/// `find` clusters a resample: it gives the label of every point of it, and how many clusters there are.
pub(super) fn jaccard(
    points: &Points,
    labels: &[u32],
    clusters: usize,
    resamples: usize,
    seed: u64,
    find: impl Fn(&Points, u64) -> Result<Vec<u32>> + Sync,
) -> Result<Vec<f64>> {
    // Each customer of the sample by its point.
    let owners = points.owners();
    let size = u32::try_from(owners.len()).unwrap_or(u32::MAX);
    let resample = |number: usize| -> Result<Vec<f64>> {
        let mut draw = Draw::new(seed, 2_000 + number as u64);
        let mut weights = vec![0.0; points.len()];
        (0..size).for_each(|_| weights[owners[draw.below(size) as usize]] += 1.0);
        let found = find(&points.weighted(&weights), seed.wrapping_add(number as u64))?;
        let others = found.iter().max().map_or(0, |last| *last as usize + 1);
        let mut both = vec![0.0; clusters * others];
        let (mut ours, mut theirs) = (vec![0.0; clusters], vec![0.0; others]);
        let drawn = weights.iter().zip(labels).filter(|(weight, _)| **weight > 0.0);
        for ((weight, own), other) in drawn.zip(&found) {
            both[*own as usize * others + *other as usize] += weight;
            ours[*own as usize] += weight;
            theirs[*other as usize] += weight;
        }
        let best = |own: usize| {
            let similar = |other: usize| {
                let shared = both[own * others + other];
                let either = ours[own] + theirs[other] - shared;
                if either > 0.0 { shared / either } else { 0.0 }
            };
            (0..others).map(similar).fold(0.0, f64::max)
        };
        Ok((0..clusters).map(best).collect())
    };
    let all = (0..resamples).into_par_iter().map(resample).collect::<Result<Vec<Vec<f64>>>>()?;
    let mean = |at: usize| all.iter().map(|one| one[at]).sum::<f64>() / resamples.max(1) as f64;
    Ok((0..clusters).map(mean).collect())
}
