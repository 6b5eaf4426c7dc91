//! Maximum likelihood (or MAP) by trust-region Newton on the exact gradient and Hessian.

use rayon::prelude::*;

use super::likelihood::{Coefficients, Shape};
use super::params::{GammaGammaParams, SYMBOLS};
use super::score::GammaGammaModel;
use super::spends::Spends;
use crate::analysis::clv::driver::{Coordinate, Problem, Solution, solve};
use crate::analysis::clv::fit::Parameter;
use crate::analysis::clv::{Fit, ModelKind, Reduction};
use crate::error::{Error, Result};
use crate::math::optimiser::{Evaluation, Objective};

/// Rows whose likelihoods are summed by one task; sums of chunks are added in order, so the threads do not show.
const CHUNK: usize = 2048;

/// The mean negative log-likelihood over (ln p, ln q, ln v), or (ln p, ln v) where q is fixed; money in mean spends.
struct MeanLogLikelihood {
    /// (x, m, weight), sorted by x.
    rows: Vec<(u32, f64, f64)>,
    customers: f64,
    fixed_q: Option<f64>,
}

impl Objective for MeanLogLikelihood {
    fn dimension(&self) -> usize {
        3 - usize::from(self.fixed_q.is_some())
    }

    fn evaluate(&self, point: &[f64]) -> Evaluation {
        let c = Coefficients { p: point[0].exp(), q: self.fixed_q.unwrap_or_else(|| point[1].exp()), v: point[point.len() - 1].exp() };
        let chunks: Vec<(f64, [f64; 3], [f64; 6])> = self.rows.par_chunks(CHUNK).map(|rows| sum(rows, &c)).collect();
        let (mut value, mut gradient, mut hessian) = (0.0, [0.0; 3], [0.0; 6]);
        for chunk in &chunks {
            value += chunk.0;
            for (sum, part) in gradient.iter_mut().chain(&mut hessian).zip(chunk.1.iter().chain(&chunk.2)) {
                *sum += part;
            }
        }
        let free: &[usize] = if self.fixed_q.is_some() { &[0, 2] } else { &[0, 1, 2] };
        let factor = -1.0 / self.customers;
        let entry = |i: usize, j: usize| hessian[i.max(j) * (i.max(j) + 1) / 2 + i.min(j)];
        Evaluation {
            value: factor * value,
            gradient: free.iter().map(|&i| factor * gradient[i]).collect(),
            hessian: free.iter().flat_map(|&i| free.iter().map(move |&j| factor * entry(i, j))).collect(),
        }
    }
}

/// Weighted sums over rows that are sorted by x: the special functions are those of x alone.
fn sum(rows: &[(u32, f64, f64)], c: &Coefficients) -> (f64, [f64; 3], [f64; 6]) {
    let (mut value, mut gradient, mut hessian) = (0.0, [0.0; 3], [0.0; 6]);
    for same in rows.chunk_by(|a, b| a.0 == b.0) {
        let shape = Shape::new(c, same[0].0);
        for &(_, mean, weight) in same {
            let (one, first, second) = shape.derivatives(c, mean);
            value += weight * one;
            for (sum, part) in gradient.iter_mut().chain(&mut hessian).zip(first.iter().chain(&second)) {
                *sum += weight * part;
            }
        }
    }
    (value, gradient, hessian)
}

/// Estimates; with q at its bound where it would fall below.
pub(super) fn fit(params: &GammaGammaParams, spends: &Spends) -> Result<GammaGammaModel> {
    let scale = spends.mean();
    let rows = spends.scaled_rows(scale);
    // A customer's purchases vary about as much as those of different customers, around a mean of 1.
    let start = params.warm_start.map_or([2.0_f64.ln(), 3.0_f64.ln(), 0.0], |[p, q, v]| [p.ln(), q.ln(), (v / scale).ln()]);
    let mut objective = MeanLogLikelihood { rows, customers: spends.customers(), fixed_q: None };
    let coordinates = [Coordinate::shape(SYMBOLS[0]), Coordinate::shape(SYMBOLS[1]), Coordinate::time(SYMBOLS[2])];
    let free = run(params, &objective, &coordinates, start.to_vec(), scale)?;
    let q = free.point[1].exp();
    let bound = params.smallest_q.unwrap_or(1.0);
    if q > bound {
        return GammaGammaModel::new(free.fit);
    }
    if params.smallest_q.is_none() {
        return Err(Error::fit(format!("gamma-gamma: q is {q}; at 1 and below the mean spend is infinite"))
            .with_hint("a few customers spend without limit: look at the largest, or constrain the fit by smallest_q"));
    }
    objective.fixed_q = Some(bound);
    let [p, _, v] = coordinates;
    let start = vec![free.point[0], free.point[2] + bound.ln() - q.ln()];
    let mut fit = run(params, &objective, &[p, v], start, scale)?.fit;
    insert_fixed(&mut fit, bound);
    GammaGammaModel::new(fit)
}

fn run(
    params: &GammaGammaParams,
    objective: &MeanLogLikelihood,
    coordinates: &[Coordinate],
    start: Vec<f64>,
    scale: f64,
) -> Result<Solution> {
    solve(&Problem {
        model: ModelKind::GammaGamma,
        coordinates,
        objective,
        starts: &[start],
        scale,
        customers: objective.customers,
        log_likelihood_shift: -objective.customers * scale.ln(),
        options: &params.options,
        name_ridge: &name_ridge,
    })
}

/// Puts a q that was not estimated between p and v: no standard error, no covariance.
fn insert_fixed(fit: &mut Fit, q: f64) {
    fit.parameters.insert(1, Parameter { symbol: SYMBOLS[1].to_owned(), value: q, standard_error: None });
    if let Some(covariance) = &mut fit.covariance {
        for row in covariance.iter_mut() {
            row.insert(1, 0.0);
        }
        covariance.insert(1, vec![0.0; 3]);
    }
}

/// What a flat direction leads to.
fn name_ridge(point: &[f64], direction: &[f64]) -> Reduction {
    let q = if point.len() == 3 { point[1] } else { 0.0 };
    if point.len() == 3 && q > 2.0 && direction[1].hypot(direction[2]) > 0.7 {
        Reduction::HomogeneousSpend
    } else if point[0] > 5.0 && point[point.len() - 1] < -5.0 {
        Reduction::ConstantSpend
    } else {
        Reduction::Unidentified
    }
}
