//! How many clusters there are.

use rayon::prelude::*;
use serde::{Deserialize, Serialize};

use super::gap::{Gap, gaps};
use super::k_means::{Partition, k_means, nearest};
use super::mixture::{Component, bic, likeliest, mixture};
use super::params::{ClusterParams, Criterion, Method};
use super::points::Points;
use super::silhouette::silhouette;
use crate::error::{Error, Result};

/// Starts of a mixture.
pub(super) const MIXTURE_STARTS: usize = 3;

/// One number of clusters by one method, and what speaks for it.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Candidate {
    /// The method.
    pub method: Method,
    /// The number of clusters.
    pub clusters: usize,
    /// The sum of squared distances to the own centre on the sample that clusters were found on; of k-means.
    pub inertia: Option<f64>,
    /// The mean silhouette on the judged sample.
    pub silhouette: Option<f64>,
    /// The gap statistic, the larger the better; of k-means.
    pub gap: Option<f64>,
    /// Its standard deviation, that of the simulation included.
    pub gap_deviation: Option<f64>,
    /// The Bayesian information criterion on the judged sample (on half of it beside k-means), the smaller the better; of
    /// mixtures.
    pub bic: Option<f64>,
    /// Whether it was chosen.
    pub chosen: bool,
}

/// All candidates, and the centres of the k-means among them.
pub(super) struct Choice {
    pub(super) candidates: Vec<Candidate>,
    pub(super) chosen: usize,
    /// The centres, on the sample that clusters were found on; none for mixtures.
    pub(super) centres: Option<Vec<f64>>,
}

/// Tries every number of clusters from `params.fewest` to `most`.
pub(super) fn choose(params: &ClusterParams, most: usize, fitted: &Points, judged: &Points) -> Result<Choice> {
    let numbers: Vec<usize> = (params.fewest..=most).collect();
    let partitions =
        numbers.par_iter().map(|clusters| k_means(fitted, *clusters, params.starts, params.seed)).collect::<Result<Vec<Partition>>>()?;
    let gaps: Vec<Option<Gap>> = if params.gap_sets == 0 {
        vec![None; numbers.len()]
    } else {
        gaps(&judged.sample(params.judged_sample / 2), &numbers, params.gap_sets, params.seed)?.into_iter().map(Some).collect()
    };
    let by_centres = |(partition, (gap, clusters)): (&Partition, (&Option<Gap>, &usize))| {
        let labels: Vec<u32> = judged.rows().map(|row| nearest(&partition.centres, row).0).collect();
        Candidate {
            method: Method::KMeans,
            clusters: *clusters,
            inertia: Some(partition.inertia),
            silhouette: Some(silhouette(judged, &labels, *clusters).0),
            gap: gap.map(|gap| gap.gap),
            gap_deviation: gap.map(|gap| gap.deviation),
            bic: None,
            chosen: false,
        }
    };
    let mut candidates: Vec<Candidate> = partitions.iter().zip(gaps.iter().zip(&numbers)).map(by_centres).collect();
    // Mixtures cost most of all; when none is asked for, half a sample and one start are enough to compare.
    let (sample, starts) =
        if params.method == Method::Mixture { (judged.clone(), MIXTURE_STARTS) } else { (judged.sample(params.judged_sample / 2), 1) };
    let by_likelihood = |clusters: &usize| {
        // A mixture that cannot be fitted is a candidate that nothing speaks for.
        let components: Option<Vec<Component>> = mixture(&sample, *clusters, starts, params.seed).ok();
        let labels = |components: &[Component]| judged.rows().map(|row| likeliest(components, row)).collect::<Vec<u32>>();
        Candidate {
            method: Method::Mixture,
            clusters: *clusters,
            inertia: None,
            silhouette: components.as_ref().map(|components| silhouette(judged, &labels(components), *clusters).0),
            gap: None,
            gap_deviation: None,
            bic: components.as_ref().map(|components| bic(components, &sample)),
            chosen: false,
        }
    };
    if params.compare || params.method == Method::Mixture {
        candidates.extend(numbers.par_iter().map(by_likelihood).collect::<Vec<Candidate>>());
    }
    let own: Vec<&Candidate> = candidates.iter().filter(|candidate| candidate.method == params.method).collect();
    let place = decide(params, &own).ok_or_else(|| Error::fit(format!("no {} could be fitted", params.method)))?;
    let chosen = own[place].clusters;
    for candidate in &mut candidates {
        candidate.chosen = candidate.method == params.method && candidate.clusters == chosen;
    }
    let centres = (params.method == Method::KMeans).then(|| partitions[place].centres.clone());
    Ok(Choice { candidates, chosen, centres })
}

/// The place of the best candidate.
fn decide(params: &ClusterParams, candidates: &[&Candidate]) -> Option<usize> {
    let values = |of: fn(&Candidate) -> Option<f64>| candidates.iter().enumerate().filter_map(move |(at, one)| Some((at, of(one)?)));
    match params.decides() {
        Criterion::Silhouette => {
            let best = values(|one| one.silhouette).map(|(_, value)| value).fold(f64::NEG_INFINITY, f64::max);
            values(|one| one.silhouette).filter(|(_, value)| *value >= best - params.slack).map(|(at, _)| at).next_back()
        }
        Criterion::Gap => {
            let enough = |pair: &[&Candidate]| Some(pair[0].gap? >= pair[1].gap? - pair[1].gap_deviation?);
            let first = candidates.windows(2).position(|pair| enough(pair).unwrap_or(false));
            first.or_else(|| candidates.len().checked_sub(1))
        }
        Criterion::Bic => values(|one| one.bic).reduce(|best, other| if other.1 < best.1 { other } else { best }).map(|(at, _)| at),
    }
}
