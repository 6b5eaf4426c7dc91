//! Maximum likelihood (or MAP) by trust-region Newton on the exact gradient and Hessian.

use rayon::prelude::*;

use super::likelihood::{Coefficients, Derivatives, Rising, derivatives};
use super::params::{ParetoNbdParams, SYMBOLS};
use super::score::ParetoNbdModel;
use crate::analysis::clv::driver::{Coordinate, Problem, Solution, solve};
use crate::analysis::clv::{Covariates, Histories, ModelKind, Reduction};
use crate::error::Result;
use crate::math::optimiser::{Evaluation, Objective};

/// Rows whose likelihoods are summed by one task; sums of chunks are added in order, so the threads do not show.
const CHUNK: usize = 1024;

/// Above this many distinct rows thinned subsets give the start.
const LARGE: usize = 20_000;

/// The gain in log-likelihood for which another end of the search is preferred.
const WORTHWHILE: f64 = 1e-6;

/// ln s and ln β (in mean ages) with which one customer in 6 billion leaves within the mean age.
const NOBODY_LEAVES: (f64, f64) = (-22.5, 0.0);

/// Rows of the smallest subset.
const SUBSET: usize = 4_000;

/// The mean negative log-likelihood over (ln r, ln α, ln s, ln β, γ…), times in units of the mean age.
struct MeanLogLikelihood<'a> {
    histories: &'a Histories,
    purchase: &'a Covariates,
    dropout: &'a Covariates,
    customers: f64,
}

impl Objective for MeanLogLikelihood<'_> {
    fn dimension(&self) -> usize {
        4 + self.purchase.names().len() + self.dropout.names().len()
    }

    fn evaluate(&self, point: &[f64]) -> Evaluation {
        let base = Coefficients { r: point[0].exp(), alpha: point[1].exp(), s: point[2].exp(), beta: point[3].exp() };
        let rising = rising_table(base.r, self.histories.largest_repeat_purchases());
        let rows = self.histories.len();
        let chunks: Vec<Evaluation> = (0..rows.div_ceil(CHUNK))
            .into_par_iter()
            .map(|chunk| {
                let range = chunk * CHUNK..rows.min((chunk + 1) * CHUNK);
                if self.dimension() == 4 {
                    self.sum_plain(range, &base, &rising)
                } else {
                    self.sum_with_covariates(range, &base, &rising, &point[4..])
                }
            })
            .collect();
        let mut total = Evaluation::zeros(self.dimension());
        for chunk in &chunks {
            total.value += chunk.value;
            add(&mut total.gradient, &chunk.gradient);
            add(&mut total.hessian, &chunk.hessian);
        }
        let factor = -1.0 / self.customers;
        total.value *= factor;
        total.gradient.iter_mut().chain(&mut total.hessian).for_each(|entry| *entry *= factor);
        total
    }
}

impl MeanLogLikelihood<'_> {
    fn row(&self, row: usize, c: &Coefficients, rising: &[Rising]) -> Derivatives {
        let x = self.histories.repeat_purchases()[row];
        let (first_to_last, age) = (self.histories.first_to_last()[row], self.histories.age()[row]);
        derivatives(c, &rising[x as usize], f64::from(x), first_to_last, age)
    }

    fn sum_plain(&self, range: std::ops::Range<usize>, c: &Coefficients, rising: &[Rising]) -> Evaluation {
        let mut sum = Derivatives::default();
        for row in range {
            let weight = self.histories.weight()[row];
            let one = self.row(row, c, rising);
            sum.value += weight * one.value;
            for (sum, one) in sum.gradient.iter_mut().zip(one.gradient) {
                *sum += weight * one;
            }
            for (sum, one) in sum.hessian.iter_mut().zip(one.hessian) {
                *sum += weight * one;
            }
        }
        Evaluation { value: sum.value, gradient: sum.gradient.to_vec(), hessian: square(&sum.hessian).to_vec() }
    }

    /// As `sum_plain`, where ln αᵢ and ln βᵢ are linear in the coefficients: gradients and Hessians follow by that map.
    fn sum_with_covariates(&self, range: std::ops::Range<usize>, base: &Coefficients, rising: &[Rising], gamma: &[f64]) -> Evaluation {
        let n = self.dimension();
        let mut sum = Evaluation::zeros(n);
        // Variable k acts on base coordinate `on[k]` with slope `slope[k]`.
        let purchases = self.purchase.names().len();
        let on: Vec<usize> = (0..n)
            .map(|k| {
                if k < 4 {
                    k
                } else if k < 4 + purchases {
                    1
                } else {
                    3
                }
            })
            .collect();
        let mut slope = vec![1.0; n];
        for row in range {
            let mut shift = [0.0_f64; 2];
            let values = self.purchase.row(row).iter().map(|value| (0, value));
            let values = values.chain(self.dropout.row(row).iter().map(|value| (1, value)));
            for (((process, value), gamma), slope) in values.zip(gamma).zip(&mut slope[4..]) {
                *slope = -value;
                shift[process] -= gamma * value;
            }
            let c = Coefficients { alpha: base.alpha * shift[0].exp(), beta: base.beta * shift[1].exp(), ..*base };
            let weight = self.histories.weight()[row];
            let one = self.row(row, &c, rising);
            let hessian = square(&one.hessian);
            sum.value += weight * one.value;
            for i in 0..n {
                sum.gradient[i] += weight * slope[i] * one.gradient[on[i]];
                for j in 0..n {
                    sum.hessian[i * n + j] += weight * slope[i] * slope[j] * hessian[on[i] * 4 + on[j]];
                }
            }
        }
        sum
    }
}

fn add(sums: &mut [f64], parts: &[f64]) {
    for (sum, part) in sums.iter_mut().zip(parts) {
        *sum += part;
    }
}

/// A full symmetric 4 × 4 matrix from its lower triangle.
fn square(triangle: &[f64; 10]) -> [f64; 16] {
    let mut square = [0.0; 16];
    let mut at = 0;
    for i in 0..4 {
        for j in 0..=i {
            square[i * 4 + j] = triangle[at];
            square[j * 4 + i] = triangle[at];
            at += 1;
        }
    }
    square
}

/// [`Rising`] for every count up to `most`.
fn rising_table(r: f64, most: u32) -> Vec<Rising> {
    let mut table = Vec::with_capacity(most as usize + 1);
    let mut sums = Rising::default();
    table.push(sums);
    for j in 0..most {
        let value = r + f64::from(j);
        let inverse = value.recip();
        sums.log += value.ln();
        sums.first += inverse;
        sums.second += inverse * inverse;
        table.push(sums);
    }
    table
}

/// Estimates; rows are unique already unless there are covariates.
pub(super) fn fit(params: &ParetoNbdParams, histories: &Histories, purchase: &Covariates, dropout: &Covariates) -> Result<ParetoNbdModel> {
    let scale = histories.mean_age();
    let scaled = histories.scaled(scale);
    let mut coordinates =
        vec![Coordinate::shape(SYMBOLS[0]), Coordinate::time(SYMBOLS[1]), Coordinate::shape(SYMBOLS[2]), Coordinate::time(SYMBOLS[3])];
    let mut start = params
        .warm_start
        .map_or_else(|| moment_start(&scaled), |[r, alpha, s, beta]| vec![r.ln(), (alpha / scale).ln(), s.ln(), (beta / scale).ln()]);
    if params.warm_start.is_none() && scaled.len() > LARGE {
        let none = Covariates::none(0);
        // Each subset starts the next, ten times as large; the last start is then within a step or two of the end.
        for size in [SUBSET, 10 * SUBSET].into_iter().filter(|size| size * 4 < scaled.len()) {
            let subset = scaled.thinned(scaled.len().div_ceil(size));
            // Where a subset runs off along a ridge the whole may not, and the way back is long.
            if let Ok(solution) = run(params, &subset, [&none, &none], &coordinates, std::slice::from_ref(&start), scale)
                && solution.fit.reduces_to.is_none()
            {
                start = solution.point;
            }
        }
    }
    let ((purchase, purchase_sizes), (dropout, dropout_sizes)) = (purchase.standardised(), dropout.standardised());
    for (part, covariates) in [("purchase", &purchase), ("dropout", &dropout)] {
        for name in covariates.names() {
            coordinates.push(Coordinate::coefficient(format!("gamma_{part}:{name}")));
            start.push(0.0);
        }
    }
    let mut solution = run(params, &scaled, [&purchase, &dropout], &coordinates, std::slice::from_ref(&start), scale)?;
    if solution.fit.reduces_to.is_some() && params.warm_start.is_none() {
        // Ridges can have company: look from few early leavers, from some and from many late ones, and, where s and β
        // ran away together, back along the way they went.
        let end = &solution.point;
        let mut elsewhere = vec![];
        for (s, beta) in [(-1.5, -2.5), (-1.2, 1.8), (1.0, 1.5)] {
            let mut start = start.clone();
            (start[2], start[3]) = (s, beta);
            elsewhere.push(start);
        }
        for s in [1.0, 3.0] {
            if end[2] > 4.0 {
                let mut start = end.clone();
                (start[2], start[3]) = (s, end[3] - end[2] + s);
                elsewhere.push(start);
            }
        }
        let other = run(params, &scaled, [&purchase, &dropout], &coordinates, &elsewhere, scale);
        if let Ok(mut other) = other {
            let iterations = solution.fit.iterations + other.fit.iterations;
            if other.fit.log_likelihood > solution.fit.log_likelihood + WORTHWHILE {
                std::mem::swap(&mut solution, &mut other);
            }
            solution.fit.iterations = iterations;
        }
    }
    if name_dropout(solution.point[2], solution.point[3]) == Reduction::NoDropout {
        // The end of the search is short of the supremum by the little dropout that is left: finish without.
        let mut start = solution.point.clone();
        (start[2], start[3]) = NOBODY_LEAVES;
        if let Ok(mut limit) = run(params, &scaled, [&purchase, &dropout], &coordinates, &[start], scale)
            && limit.fit.log_likelihood > solution.fit.log_likelihood
        {
            limit.fit.iterations += solution.fit.iterations;
            solution = limit;
        }
    }
    let Solution { point, mut fit } = solution;
    if fit.reduces_to == Some(Reduction::Unidentified) {
        // The search ended at the edge of the world, not on a flat direction.
        fit.reduces_to = Some(name_dropout(point[2], point[3]));
    }
    // Back from standardised columns: a coefficient goes with the inverse of its column.
    let sizes: Vec<f64> = [1.0; 4].into_iter().chain(purchase_sizes).chain(dropout_sizes).collect();
    for (parameter, size) in fit.parameters.iter_mut().zip(&sizes) {
        parameter.value /= size;
        parameter.standard_error = parameter.standard_error.map(|error| error / size);
    }
    for (row, size_i) in fit.covariance.iter_mut().flatten().zip(&sizes) {
        for (entry, size_j) in row.iter_mut().zip(&sizes) {
            *entry /= size_i * size_j;
        }
    }
    ParetoNbdModel::new(fit)
}

fn run(
    params: &ParetoNbdParams,
    scaled: &Histories,
    [purchase, dropout]: [&Covariates; 2],
    coordinates: &[Coordinate],
    starts: &[Vec<f64>],
    scale: f64,
) -> Result<Solution> {
    let customers = scaled.customers();
    let objective = MeanLogLikelihood { histories: scaled, purchase, dropout, customers };
    solve(&Problem {
        model: ModelKind::ParetoNbd,
        coordinates,
        objective: &objective,
        starts,
        scale,
        customers,
        log_likelihood_shift: -scaled.total_repeat_purchases() * scale.ln(),
        options: &params.options,
        name_ridge: &name_ridge,
    })
}

/// A start from the mean and variance of the purchase counts, as if about half of the customers left in the mean age.
fn moment_start(scaled: &Histories) -> Vec<f64> {
    let customers = scaled.customers();
    let mean = (scaled.total_repeat_purchases() / customers).max(1e-3);
    let squares: f64 = scaled.repeat_purchases().iter().zip(scaled.weight()).map(|(&x, weight)| f64::from(x).powi(2) * weight).sum();
    let variance = squares / customers - mean * mean;
    let r = if variance > mean { (mean * mean / (variance - mean)).clamp(0.1, 10.0) } else { 10.0 };
    let alpha = (r / (1.4 * mean)).clamp(1e-4, 1e4);
    vec![r.ln(), alpha.ln(), 0.6_f64.ln(), 0.0]
}

/// What a flat direction leads to. With times in mean ages, (β/(β+1))ˢ is the share alive after the mean age.
fn name_ridge(point: &[f64], direction: &[f64]) -> Reduction {
    let [r, alpha] = [direction[0], direction[1]];
    let [s, beta] = [direction[2], direction[3]];
    // Two parameters that move together keep their ratio: only the spread between customers is lost.
    let together = |one: f64, other: f64| one * other > 0.0 && (0.5..2.0).contains(&(one / other));
    if s.hypot(beta) >= r.hypot(alpha) {
        match name_dropout(point[2], point[3]) {
            Reduction::Unidentified if together(s, beta) => Reduction::ExponentialDropout,
            name => name,
        }
    } else if together(r, alpha) {
        Reduction::HomogeneousRate
    } else {
        Reduction::Unidentified
    }
}

/// What dropout has become, from ln s and ln β in mean ages.
fn name_dropout(s: f64, beta: f64) -> Reduction {
    // ln of −ln P(alive at the mean age)
    let dropout = s + (-beta).exp().ln_1p().ln();
    if dropout < -4.0 {
        Reduction::NoDropout
    } else if s < 0.0 && beta < -4.0 {
        Reduction::PolarisedDropout
    } else if dropout > 3.0 {
        Reduction::ImmediateDropout
    } else if s > 2.0 && beta > 0.0 {
        Reduction::ExponentialDropout
    } else {
        Reduction::Unidentified
    }
}
