//! The fitted model: scaling, centres, what clusters look like, and what spoke for their number.

use rayon::prelude::*;
use serde::{Deserialize, Serialize};

use super::choice::{Candidate, MIXTURE_STARTS, choose};
use super::feature::Feature;
use super::k_means::{k_means, nearest, polish};
use super::mixture::{Component, likeliest, mixture};
use super::name::names;
use super::note::Note;
use super::outlier::{Fence, usual_distance};
use super::params::{ClusterParams, Method};
use super::points::{Points, squared_distance};
use super::profile::{Profile, by_cluster};
use super::rule::{Rule, rules};
use super::scaling::{ScaledFeature, Scaling, Spread};
use super::silhouette::silhouette;
use super::stability::jaccard;
use crate::customers::Customers;
use crate::error::{Error, Result};

/// Starts of k-means on a resample.
const RESAMPLE_STARTS: usize = 4;

/// A cluster as it was found.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct FittedCluster {
    /// Its number, from 1 by descending mean money.
    pub number: u32,
    /// A suggested name, unique within the model.
    pub name_en: String,
    /// The same in Chinese.
    pub name_zh: String,
    /// The best short description on raw features.
    pub rule: Rule,
    /// The customers it was found with.
    pub customers: u64,
    /// Its centre, in scaled features.
    pub centre: Vec<f64>,
    /// Features in raw units: recency, frequency, money, and those that customers were compared by.
    pub profiles: Vec<Profile>,
    /// The mean silhouette of its customers in the judged sample.
    pub silhouette: Option<f64>,
    /// The mean Jaccard similarity with what resamples find: above 0.75 it is there, below 0.5 it is not.
    pub stability: Option<f64>,
    /// The distance to the centre beyond which a customer is unusual here.
    pub usual_distance: Option<f64>,
}

/// Clusters that can be applied to these or to other customers.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct ClusterModel {
    pub(super) params: ClusterParams,
    pub(super) features: Vec<ScaledFeature>,
    pub(super) fences: Vec<Fence>,
    pub(super) clusters: Vec<FittedCluster>,
    /// The components of a mixture, in the order of the clusters.
    pub(super) components: Option<Vec<Component>>,
    candidates: Vec<Candidate>,
    inertia: f64,
    notes: Vec<Note>,
}

/// A partition with what it takes to apply it.
struct Found {
    centres: Vec<f64>,
    components: Option<Vec<Component>>,
    labels: Vec<u32>,
}

/// The scaled rows of customers, one after the other.
pub(super) fn scaled_rows(features: &[ScaledFeature], raw: &[&[f64]]) -> Vec<f64> {
    let (rows, width) = (raw.first().map_or(0, |column| column.len()), features.len());
    let mut values = vec![0.0; rows * width];
    values.par_chunks_mut(width.max(1)).enumerate().for_each(|(row, own)| {
        own.iter_mut().zip(features).zip(raw).for_each(|((value, feature), column)| *value = feature.scale(column[row]));
    });
    values
}

impl ClusterModel {
    pub(super) fn fit(params: ClusterParams, customers: &Customers) -> Result<Self> {
        if customers.is_empty() {
            return Err(Error::fit("there are no customers to cluster"));
        }
        let mut notes = Vec::new();
        // Recency, frequency and money name clusters, whatever customers are compared by.
        let wanted = |feature: &&Feature| Feature::RFM.contains(feature) || params.features.contains(feature);
        let described: Vec<Feature> = Feature::ALL.iter().filter(wanted).copied().collect();
        let raw: Vec<Vec<f64>> = described.iter().map(|feature| feature.values(customers)).collect();
        let sorted: Vec<Vec<f64>> = raw.par_iter().map(|values| ascending(values)).collect();
        let (mut features, mut columns) = (Vec::new(), Vec::new());
        for (at, feature) in described.iter().enumerate().filter(|(_, feature)| params.features.contains(feature)) {
            match ScaledFeature::fit(*feature, params.scaling, params.logarithm, &sorted[at]) {
                None => notes.push(Note::Constant { feature: *feature, value: sorted[at][0] }),
                Some(scaled) => {
                    if params.scaling == Scaling::Robust && scaled.spread_kind == Spread::StandardDeviation {
                        notes.push(Note::StandardDeviation { feature: *feature });
                    }
                    features.push(scaled);
                    columns.push(at);
                }
            }
        }
        let own: Vec<&[f64]> = columns.iter().map(|at| raw[*at].as_slice()).collect();
        let (points, place) = Points::distinct(features.len(), &scaled_rows(&features, &own));
        let judged = points.sample(params.judged_sample);
        let (found, candidates) = if features.is_empty() {
            notes.push(Note::AllEqual);
            (Found { centres: Vec::new(), components: None, labels: vec![0] }, Vec::new())
        } else {
            find(&params, &points, &judged)?
        };
        let place = if features.is_empty() { vec![0; customers.len()] } else { place };
        let (found, labels) = by_money(&found, &place, customers, features.len());
        let clusters = found.components.as_ref().map_or(found.centres.len() / features.len().max(1), Vec::len).max(1);

        let label_of = |row: &[f64]| label(&found.centres, found.components.as_deref(), row);
        let judged_labels: Vec<u32> = judged.rows().map(label_of).collect();
        let (mean_silhouette, silhouettes) = if clusters > 1 {
            let (mean, each) = silhouette(&judged, &judged_labels, clusters);
            (Some(mean), each)
        } else {
            (None, vec![None; clusters])
        };
        let stability = stability(&params, &judged, &judged_labels, clusters)?;
        let groups: Vec<Vec<Vec<f64>>> = raw.iter().map(|values| by_cluster(values, &labels, clusters)).collect();
        let profile = |at: usize| described.iter().zip(&groups).map(|(feature, groups)| Profile::of(*feature, &groups[at])).collect();
        let profiles: Vec<Vec<Profile>> = (0..clusters).into_par_iter().map(profile).collect();
        // `described` begins with recency, frequency, money.
        let names = names(
            &profiles.iter().map(|own: &Vec<Profile>| [own[0], own[1], own[2]]).collect::<Vec<_>>(),
            [&sorted[0], &sorted[1], &sorted[2]],
        );
        let inputs: Vec<_> = columns.iter().map(|at| (described[*at], raw[*at].as_slice(), sorted[*at].as_slice())).collect();
        let rules = rules(&inputs, &labels, clusters);
        let fences = features.iter().zip(&columns).map(|(feature, at)| Fence::fit(feature, params.outlier_limit, &sorted[*at])).collect();
        let distances = distances(&points, &found);
        let inertia = distances.iter().zip(&points.weights).map(|(distance, weight)| distance * distance * weight).sum();
        let by_customer: Vec<f64> = place.iter().map(|at| distances.get(*at as usize).copied().unwrap_or_default()).collect();
        let usual: Vec<Option<f64>> = by_cluster(&by_customer, &labels, clusters).iter().map(|sorted| usual_distance(sorted)).collect();

        let largest = groups[0].iter().map(Vec::len).enumerate().reduce(|best, other| if other.1 > best.1 { other } else { best });
        if let Some((at, size)) = largest.filter(|_| clusters > 1) {
            let share = size as f64 / customers.len() as f64;
            if share > params.dominant_share {
                notes.push(Note::Dominant { cluster: number(at), share });
            }
        }
        if let Some(silhouette) = mean_silhouette.filter(|mean| *mean < params.weak_silhouette) {
            notes.push(Note::Weak { silhouette });
        }
        let width = features.len();
        let whole: Vec<FittedCluster> = rules
            .into_iter()
            .zip(names)
            .zip(profiles)
            .enumerate()
            .map(|(at, ((rule, name), profiles))| FittedCluster {
                number: number(at),
                name_en: name.english,
                name_zh: name.chinese,
                rule,
                customers: groups[0][at].len() as u64,
                centre: found.centres[at * width..(at + 1) * width].to_vec(),
                profiles,
                silhouette: silhouettes[at],
                stability: stability.as_ref().map(|each| each[at]),
                usual_distance: usual[at],
            })
            .collect();
        for cluster in &whole {
            if let Some(stability) = cluster.stability.filter(|stability| *stability < 0.5) {
                notes.push(Note::Dissolved { cluster: cluster.number, stability });
            }
        }
        Ok(Self { params, features, fences, clusters: whole, components: found.components, candidates, inertia, notes })
    }

    /// The clusters, by descending mean money.
    #[must_use]
    pub fn clusters(&self) -> &[FittedCluster] {
        &self.clusters
    }

    /// What customers are compared by, with its scaling; features that were equal for all are left out.
    #[must_use]
    pub fn features(&self) -> &[ScaledFeature] {
        &self.features
    }

    /// Every number of clusters by both methods, and what speaks for it; empty when all customers are equal.
    #[must_use]
    pub fn candidates(&self) -> &[Candidate] {
        &self.candidates
    }

    /// The components, when it is a mixture, in the order of the clusters.
    #[must_use]
    pub fn components(&self) -> Option<&[Component]> {
        self.components.as_deref()
    }

    /// The sum of squared distances of all customers to the centre of their cluster, in scaled features.
    #[must_use]
    pub fn inertia(&self) -> f64 {
        self.inertia
    }

    /// What a reader should know.
    #[must_use]
    pub fn notes(&self) -> &[Note] {
        &self.notes
    }

    /// The settings.
    #[must_use]
    pub fn params(&self) -> &ClusterParams {
        &self.params
    }
}

fn ascending(values: &[f64]) -> Vec<f64> {
    let mut sorted = values.to_vec();
    sorted.par_sort_unstable_by(f64::total_cmp);
    sorted
}

/// The number of the cluster in a place.
pub(super) fn number(place: usize) -> u32 {
    u32::try_from(place + 1).unwrap_or(u32::MAX)
}

/// The place of the cluster of a scaled row.
pub(super) fn label(centres: &[f64], components: Option<&[Component]>, row: &[f64]) -> u32 {
    components.map_or_else(|| nearest(centres, row).0, |components| likeliest(components, row))
}

/// Chooses the number of clusters on samples and finds them for all points.
fn find(params: &ClusterParams, points: &Points, judged: &Points) -> Result<(Found, Vec<Candidate>)> {
    let most = params.most.min(points.len() / 2);
    if most < params.fewest {
        let text = format!("{} different customers are too few for {} clusters: each needs two", points.len(), params.fewest);
        return Err(Error::fit(text).with_hint("fewer clusters, more features, or more customers"));
    }
    let fitted = points.sample(params.fit_sample);
    let choice = choose(params, most, &fitted, judged)?;
    let found = if let Some(centres) = choice.centres {
        let partition = polish(points, centres);
        Found { centres: partition.centres, components: None, labels: partition.labels }
    } else {
        let components = mixture(&fitted, choice.chosen, MIXTURE_STARTS, params.seed)?;
        let labels: Vec<u32> = points.values.par_chunks_exact(points.width).map(|row| likeliest(&components, row)).collect();
        Found { centres: components.iter().flat_map(|component| component.mean.clone()).collect(), components: Some(components), labels }
    };
    Ok((found, choice.candidates))
}

/// Numbers clusters by descending mean money (equal means: by the centre), leaves out those without customers, and gives
/// the label of each customer.
fn by_money(found: &Found, place: &[u32], customers: &Customers, width: usize) -> (Found, Vec<u32>) {
    let count = found.labels.iter().max().map_or(1, |last| *last as usize + 1);
    let mut sums = vec![(0_i128, 0_i64); count];
    for (at, money) in place.iter().zip(customers.monetary()) {
        let sum = &mut sums[found.labels[*at as usize] as usize];
        *sum = (sum.0.saturating_add(*money), sum.1 + 1);
    }
    let centre = |at: usize| &found.centres[at * width..(at + 1) * width];
    #[expect(clippy::cast_precision_loss, reason = "a mean by which clusters are put in order")]
    let mean = |at: usize| sums[at].0 as f64 / sums[at].1 as f64;
    let mut order: Vec<usize> = (0..count).filter(|at| sums[*at].1 > 0).collect();
    order.sort_by(|a, b| mean(*b).total_cmp(&mean(*a)).then_with(|| super::points::compare(centre(*a), centre(*b))));
    let mut rank = vec![0; count];
    order.iter().zip(0_u32..).for_each(|(at, new)| rank[*at] = new);
    let labels: Vec<u32> = found.labels.iter().map(|label| rank[*label as usize]).collect();
    let customers = place.iter().map(|at| labels[*at as usize]).collect();
    let centres = order.iter().flat_map(|at| centre(*at).to_vec()).collect();
    let components = found.components.as_ref().map(|components| order.iter().map(|at| components[*at].clone()).collect());
    (Found { centres, components, labels }, customers)
}

/// The distance of each point to the centre of its cluster.
fn distances(points: &Points, found: &Found) -> Vec<f64> {
    let width = points.width;
    let centre = |label: u32| &found.centres[label as usize * width..(label as usize + 1) * width];
    points.rows().zip(&found.labels).map(|(row, label)| squared_distance(row, centre(*label)).sqrt()).collect()
}

/// The stability of each cluster; none for a single one, or when it was not asked for.
fn stability(params: &ClusterParams, judged: &Points, labels: &[u32], clusters: usize) -> Result<Option<Vec<f64>>> {
    if clusters < 2 || params.resamples == 0 {
        return Ok(None);
    }
    let again = |points: &Points, seed: u64| -> Result<Vec<u32>> {
        let clusters = clusters.min(points.len());
        match params.method {
            Method::KMeans => Ok(k_means(points, clusters, RESAMPLE_STARTS, seed)?.labels),
            // A resample on which no mixture can be fitted has found nothing of it again.
            Method::Mixture => Ok(mixture(points, clusters, 1, seed)
                .map_or_else(|_| vec![0; points.len()], |parts| points.rows().map(|row| likeliest(&parts, row)).collect())),
        }
    };
    jaccard(judged, labels, clusters, params.resamples, params.seed, again).map(Some)
}
