//! A Gaussian mixture: linfa fits it, we score it.
//!
//! linfa's densities are not added up in logarithms, so a point far from every component has no answer there (and its
//! `predict` panics); what is fitted is therefore scored here. Values such as one purchase, which many customers
//! share, would be components without width: each variance is kept above [`LEAST_VARIANCE`].

use std::f64::consts::TAU;

use linfa::DatasetBase;
use linfa::traits::Fit;
use linfa_clustering::GaussianMixtureModel;
use rand_xoshiro::Xoshiro256PlusPlus;
use rand_xoshiro::rand_core::SeedableRng;
use rayon::prelude::*;
use serde::{Deserialize, Serialize};

use super::k_means::table;
use super::points::Points;
use crate::error::{Error, Result};
use crate::math::linear_algebra::{cholesky, inverse};

/// What is added to variances, in squared units of the scaled features: a tenth of the spread, squared.
pub(super) const LEAST_VARIANCE: f64 = 0.01;

/// Rounds of expectation and maximisation.
const ROUNDS: u64 = 300;

/// A component, in scaled features.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Component {
    /// Its share.
    pub weight: f64,
    /// Its mean.
    pub mean: Vec<f64>,
    /// Its inverse covariance, row by row.
    pub precision: Vec<f64>,
    /// ln weight − ½ ln det(2π · covariance).
    pub log_scale: f64,
}

impl Component {
    fn new(weight: f64, mean: Vec<f64>, covariance: &[f64]) -> Option<Self> {
        let width = mean.len();
        let factor = cholesky(covariance, width)?;
        let log_determinant: f64 = 2.0 * (0..width).map(|at| factor[at * width + at].ln()).sum::<f64>();
        let log_scale = weight.ln() - 0.5 * (width as f64 * TAU.ln() + log_determinant);
        Some(Self { weight, mean, precision: inverse(covariance, width)?, log_scale })
    }

    /// ln(weight · density).
    pub(super) fn log_density(&self, row: &[f64]) -> f64 {
        let width = row.len();
        let mut square = 0.0;
        for (precision, (value, mean)) in self.precision.chunks_exact(width).zip(row.iter().zip(&self.mean)) {
            let product: f64 = precision.iter().zip(row.iter().zip(&self.mean)).map(|(p, (value, mean))| p * (value - mean)).sum();
            square += product * (value - mean);
        }
        self.log_scale - 0.5 * square
    }
}

/// The likeliest component, the first of equals.
pub(super) fn likeliest(components: &[Component], row: &[f64]) -> u32 {
    let mut best = (0, f64::NEG_INFINITY);
    for (index, component) in (0_u32..).zip(components) {
        let density = component.log_density(row);
        if density > best.1 {
            best = (index, density);
        }
    }
    best.0
}

/// The log-likelihood of weighted points.
pub(super) fn log_likelihood(components: &[Component], points: &Points) -> f64 {
    let each = |(row, weight): (&[f64], &f64)| {
        let densities: Vec<f64> = components.iter().map(|component| component.log_density(row)).collect();
        let largest = densities.iter().copied().fold(f64::NEG_INFINITY, f64::max);
        weight * (largest + densities.iter().map(|density| (density - largest).exp()).sum::<f64>().ln())
    };
    points.rows().zip(&points.weights).map(each).sum()
}

/// The Bayesian information criterion, the smaller the better: −2 ln L + parameters · ln n.
pub(super) fn bic(components: &[Component], points: &Points) -> f64 {
    let (clusters, width) = (components.len() as f64, points.width as f64);
    let parameters = clusters - 1.0 + clusters * width + clusters * width * (width + 1.0) / 2.0;
    parameters * points.total().ln() - 2.0 * log_likelihood(components, points)
}

/// The likeliest of a few mixtures, from different starts by linfa's k-means.
pub(super) fn mixture(points: &Points, clusters: usize, starts: usize, seed: u64) -> Result<Vec<Component>> {
    let width = points.width;
    let rows = table(width, points.expanded())?;
    let one = |index: usize| -> Result<(f64, Vec<Component>)> {
        let seed = seed.wrapping_add(index as u64).wrapping_mul(0xD134_2543_DE82_EF95);
        let model = GaussianMixtureModel::params_with_rng(clusters, Xoshiro256PlusPlus::seed_from_u64(seed))
            .n_runs(1)
            .max_n_iterations(ROUNDS)
            .reg_covariance(LEAST_VARIANCE)
            .fit(&DatasetBase::from(rows.view()))
            .map_err(|error| Error::fit(format!("a mixture of {clusters} Gaussians has failed: {error}")))?;
        let parts = model.weights().iter().zip(model.means().rows()).zip(model.covariances().outer_iter());
        let components = parts.map(|((weight, mean), covariance)| {
            let covariance: Vec<f64> = covariance.iter().copied().collect();
            Component::new(*weight, mean.to_vec(), &covariance)
        });
        let components: Option<Vec<Component>> = components.collect();
        let components = components.ok_or_else(|| Error::fit(format!("a mixture of {clusters} Gaussians is degenerate")))?;
        Ok((log_likelihood(&components, points), components))
    };
    let fits: Vec<Result<(f64, Vec<Component>)>> = (0..starts.max(1)).into_par_iter().map(one).collect();
    let mut best: Result<(f64, Vec<Component>)> = Err(Error::fit("the mixture was not started"));
    for fit in fits {
        match (&best, fit) {
            (Err(_), fit) => best = fit,
            (Ok(there), Ok(fit)) if fit.0 > there.0 => best = Ok(fit),
            (Ok(_), _) => {}
        }
    }
    best.map(|(_, components)| components)
}
