//! k-means on weighted points: starts by linfa, then our own polish.
//!
//! linfa's k-means knows no weights and keeps the old centre as one more member, so its runs serve as starts: they are
//! made on a small sample, each polished on all points by Lloyd's algorithm, and the best by Hartigan's moves of single
//! points, which leave local optima that Lloyd cannot leave. linfa's sums run on one thread and its k-means++ draws from
//! the seed alone (its `KMeansPara` does not, and is not used); our sums run over fixed blocks.

use linfa::DatasetBase;
use linfa::traits::Fit;
use linfa_clustering::{KMeans, KMeansInit};
use ndarray::Array2;
use rand_xoshiro::Xoshiro256PlusPlus;
use rand_xoshiro::rand_core::SeedableRng;
use rayon::prelude::*;

use super::points::{BLOCK, Points, squared_distance};
use crate::error::{Error, Result};

/// Customers on which linfa makes a start.
const START_ROWS: usize = 1_000;

/// Starts that are polished to the end.
const FINALISTS: usize = 4;

/// Rounds of Lloyd's algorithm by which finalists are found.
const SHORT: usize = 3;

/// Rounds of Lloyd's algorithm, and passes of Hartigan's, that always suffice in practice.
const LONG: usize = 200;

/// Lloyd's algorithm ends when a round lowers the inertia by less than this part of it.
const TOLERANCE: f64 = 1e-9;

/// Points up to which single ones are moved; beyond, no single point matters.
const MOVED_UP_TO: usize = 20_000;

/// Centres, stored one after the other, and what belongs to them.
#[derive(Debug, Clone)]
pub(super) struct Partition {
    pub(super) centres: Vec<f64>,
    /// The cluster of each point.
    pub(super) labels: Vec<u32>,
    /// The weighted sum of squared distances to the own centre.
    pub(super) inertia: f64,
}

/// The nearest centre, the first of equals, and the squared distance to it.
pub(super) fn nearest(centres: &[f64], row: &[f64]) -> (u32, f64) {
    match row.len() {
        1 => nearest_of::<1>(centres, row),
        2 => nearest_of::<2>(centres, row),
        3 => nearest_of::<3>(centres, row),
        4 => nearest_of::<4>(centres, row),
        width => first_least(centres.chunks_exact(width.max(1)).map(|centre| squared_distance(centre, row))),
    }
}

/// The same for a width that the compiler knows.
fn nearest_of<const WIDTH: usize>(centres: &[f64], row: &[f64]) -> (u32, f64) {
    let Some(row) = row.first_chunk::<WIDTH>() else { return (0, f64::INFINITY) };
    first_least(centres.as_chunks::<WIDTH>().0.iter().map(|centre| squared_distance(centre, row)))
}

fn first_least(distances: impl Iterator<Item = f64>) -> (u32, f64) {
    let mut best = (0, f64::INFINITY);
    for (index, distance) in (0_u32..).zip(distances) {
        if distance < best.1 {
            best = (index, distance);
        }
    }
    best
}

/// What a round of assignment adds up to.
struct Round {
    labels: Vec<u32>,
    sums: Vec<f64>,
    weights: Vec<f64>,
    inertia: f64,
}

/// Gives every point to its nearest centre. Blocks are fixed and added up in their order.
fn assign(points: &Points, centres: &[f64]) -> Round {
    let width = points.width;
    let blocks: Vec<Round> = points
        .values
        .par_chunks(BLOCK * width)
        .zip(points.weights.par_chunks(BLOCK))
        .map(|(values, weights)| {
            let mut round = Round {
                labels: Vec::with_capacity(weights.len()),
                sums: vec![0.0; centres.len()],
                weights: vec![0.0; centres.len() / width],
                inertia: 0.0,
            };
            for (row, weight) in values.chunks_exact(width).zip(weights) {
                let (label, distance) = nearest(centres, row);
                let at = label as usize;
                round.labels.push(label);
                round.weights[at] += weight;
                round.inertia += weight * distance;
                round.sums[at * width..(at + 1) * width].iter_mut().zip(row).for_each(|(sum, value)| *sum += weight * value);
            }
            round
        })
        .collect();
    let empty = Round {
        labels: Vec::with_capacity(points.len()),
        sums: vec![0.0; centres.len()],
        weights: vec![0.0; centres.len() / width],
        inertia: 0.0,
    };
    blocks.into_iter().fold(empty, |mut all, block| {
        all.labels.extend(block.labels);
        all.sums.iter_mut().zip(&block.sums).for_each(|(all, part)| *all += part);
        all.weights.iter_mut().zip(&block.weights).for_each(|(all, part)| *all += part);
        all.inertia += block.inertia;
        all
    })
}

/// The means of a round. A centre without members moves to the point that lies farthest from its own.
fn means(points: &Points, centres: &[f64], round: &Round) -> Vec<f64> {
    let width = points.width;
    let mut means = centres.to_vec();
    let mut taken = Vec::new();
    for (at, weight) in round.weights.iter().enumerate() {
        let mean = &mut means[at * width..(at + 1) * width];
        if *weight > 0.0 {
            mean.iter_mut().zip(&round.sums[at * width..(at + 1) * width]).for_each(|(mean, sum)| *mean = sum / weight);
            continue;
        }
        let distance = |(index, row): (usize, &[f64])| {
            let own = round.labels[index] as usize;
            (index, squared_distance(row, &centres[own * width..(own + 1) * width]))
        };
        let others = points.rows().enumerate().map(distance).filter(|(index, _)| !taken.contains(index));
        if let Some((farthest, _)) = others.reduce(|best, other| if other.1 > best.1 { other } else { best }) {
            mean.copy_from_slice(points.row(farthest));
            taken.push(farthest);
        }
    }
    means
}

/// At most so many rounds of Lloyd's algorithm.
fn lloyd(points: &Points, mut centres: Vec<f64>, rounds: usize) -> Partition {
    let mut round = assign(points, &centres);
    for _ in 0..rounds {
        let moved = means(points, &centres, &round);
        let next = assign(points, &moved);
        let done = next.inertia >= round.inertia * (1.0 - TOLERANCE);
        // A centre that was empty may raise the inertia for one round.
        let filled = round.weights.iter().all(|weight| *weight > 0.0);
        if next.inertia <= round.inertia || !filled {
            (centres, round) = (moved, next);
        }
        if done && filled {
            break;
        }
    }
    Partition { centres, labels: round.labels, inertia: round.inertia }
}

/// Hartigan's moves: a point changes sides when that lowers the inertia, its own pull on both centres counted in.
fn move_points(points: &Points, partition: Partition) -> Partition {
    let (width, clusters) = (points.width, partition.centres.len() / points.width);
    if points.len() > MOVED_UP_TO || clusters < 2 {
        return partition;
    }
    let Partition { mut centres, mut labels, .. } = partition;
    let mut weights = vec![0.0; clusters];
    labels.iter().zip(&points.weights).for_each(|(label, weight)| weights[*label as usize] += weight);
    for _ in 0..LONG {
        let mut moved = false;
        for (label, (row, weight)) in labels.iter_mut().zip(points.rows().zip(&points.weights)) {
            let own = *label as usize;
            let left = weights[own] - weight;
            if left <= 0.0 {
                continue;
            }
            let distance = |at: usize| squared_distance(row, &centres[at * width..(at + 1) * width]);
            let gain = weights[own] / left * distance(own);
            let cost = |at: usize| if at == own { f64::INFINITY } else { weights[at] / (weights[at] + weight) * distance(at) };
            let (to, least) = first_least((0..clusters).map(cost));
            let to = to as usize;
            // By more than rounding: moves have to end.
            if least >= gain * (1.0 - TOLERANCE) {
                continue;
            }
            let after = weights[to] + weight;
            for (at, value) in row.iter().enumerate() {
                let (from, into) = (own * width + at, to * width + at);
                centres[from] -= (value - centres[from]) * weight / left;
                centres[into] += (value - centres[into]) * weight / after;
            }
            (weights[own], weights[to]) = (left, after);
            *label = u32::try_from(to).unwrap_or_default();
            moved = true;
        }
        if !moved {
            break;
        }
    }
    // Exact means again, after so many small steps.
    lloyd(points, centres, LONG)
}

/// Centres by linfa's k-means from one seed, on a sample that is stored row by row.
fn start(sample: &Array2<f64>, clusters: usize, seed: u64) -> Result<Vec<f64>> {
    let dataset = DatasetBase::from(sample.view());
    let model = KMeans::params_with_rng(clusters, Xoshiro256PlusPlus::seed_from_u64(seed))
        .init_method(KMeansInit::KMeansPlusPlus)
        .n_runs(1)
        .max_n_iterations(20)
        .tolerance(1e-3)
        .fit(&dataset)
        .map_err(|error| Error::fit(format!("k-means with {clusters} clusters has failed: {error}")))?;
    Ok(model.centroids().iter().copied().collect())
}

/// A table for linfa.
pub(super) fn table(width: usize, values: Vec<f64>) -> Result<Array2<f64>> {
    let rows = values.len() / width.max(1);
    Array2::from_shape_vec((rows, width), values).map_err(|error| Error::fit(format!("the features do not make a table: {error}")))
}

/// The best partition that was found from so many starts.
pub(super) fn k_means(points: &Points, clusters: usize, starts: usize, seed: u64) -> Result<Partition> {
    let sample = table(points.width, points.sample(START_ROWS).expanded())?;
    let short = |index: usize| {
        let seed = seed.wrapping_add(index as u64).wrapping_mul(0x9E37_79B9_7F4A_7C15);
        Ok(lloyd(points, start(&sample, clusters, seed)?, SHORT))
    };
    let mut candidates = (0..starts.max(1)).into_par_iter().map(short).collect::<Result<Vec<Partition>>>()?;
    // A stable sort: of equals, the one that was started first.
    candidates.sort_by(|a, b| a.inertia.total_cmp(&b.inertia));
    candidates.truncate(FINALISTS);
    let polished: Vec<Partition> =
        candidates.into_par_iter().map(|candidate| move_points(points, lloyd(points, candidate.centres, LONG))).collect();
    let best = polished.into_iter().reduce(|best, other| if other.inertia < best.inertia { other } else { best });
    best.ok_or_else(|| Error::fit("k-means was not started"))
}

/// Moves centres that were found on a sample until they are those of all points.
pub(super) fn polish(points: &Points, centres: Vec<f64>) -> Partition {
    move_points(points, lloyd(points, centres, LONG))
}
