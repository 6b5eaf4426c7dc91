//! Maximum likelihood (or MAP) by trust-region Newton on the exact gradient and Hessian.

use rayon::prelude::*;

use super::likelihood::{Coefficients, Opportunities, Tables};
use super::params::{BgBbParams, SYMBOLS};
use super::score::BgBbModel;
use crate::analysis::clv::driver::{Coordinate, Problem, solve};
use crate::analysis::clv::{Histories, History, ModelKind, Reduction};
use crate::error::{Error, Result};
use crate::math::optimiser::{Evaluation, Objective};

/// Rows whose likelihoods are summed by one task; sums of chunks are added in order, so the threads do not show.
const CHUNK: usize = 256;

/// More opportunities than this are a unit of time mistaken for an opportunity.
const MOST_OPPORTUNITIES: f64 = 100_000.0;

/// The mean negative log-likelihood over (ln α, ln β, ln γ, ln δ).
struct MeanLogLikelihood<'a> {
    rows: Vec<(Opportunities, f64)>,
    most: u32,
    histories: &'a Histories,
}

impl Objective for MeanLogLikelihood<'_> {
    fn dimension(&self) -> usize {
        4
    }

    fn evaluate(&self, point: &[f64]) -> Evaluation {
        let c = Coefficients { alpha: point[0].exp(), beta: point[1].exp(), gamma: point[2].exp(), delta: point[3].exp() };
        let tables = Tables::new(c, self.most);
        let chunks: Vec<Evaluation> = self
            .rows
            .par_chunks(CHUNK)
            .map(|rows| {
                let mut sum = Evaluation::zeros(4);
                for &(history, weight) in rows {
                    tables.add(history, weight, &mut sum);
                }
                sum
            })
            .collect();
        let mut total = Evaluation::zeros(4);
        let factor = -1.0 / self.histories.customers();
        for chunk in &chunks {
            total.value += factor * chunk.value;
            for (sum, part) in total.gradient.iter_mut().zip(&chunk.gradient) {
                *sum += factor * part;
            }
            for (sum, part) in total.hessian.iter_mut().zip(&chunk.hessian) {
                *sum += factor * part;
            }
        }
        total
    }
}

/// The gain in log-likelihood for which another end of the search is preferred.
const WORTHWHILE: f64 = 1e-6;

/// A history as opportunities, or what is wrong with it.
fn opportunities(history: History) -> Result<Opportunities> {
    let whole = |value: f64, column: &str| {
        if value.fract() == 0.0 && value <= MOST_OPPORTUNITIES {
            #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "a whole number in range")]
            let count = value as u32;
            Ok(count)
        } else {
            Err(Error::input(format!("{column} is {value}; bg-bb counts whole opportunities, up to {MOST_OPPORTUNITIES}"))
                .at_column(column))
        }
    };
    let last = whole(history.first_to_last, "first_to_last")?;
    let n = whole(history.age, "age")?;
    let x = history.repeat_purchases;
    if x > last {
        return Err(Error::input(format!("{x} purchases in {last} opportunities: at most one purchase counts at each"))
            .at_column("repeat_purchases"));
    }
    Ok(Opportunities { x, last, n })
}

/// Estimates from unique rows.
pub(super) fn fit(params: &BgBbParams, histories: &Histories) -> Result<BgBbModel> {
    let mut rows = Vec::with_capacity(histories.len());
    for (history, &weight) in histories.iter().zip(histories.weight()) {
        rows.push((opportunities(history)?, weight));
    }
    let most = rows.iter().map(|(history, _)| history.n).max().unwrap_or(0);
    let start = params.warm_start.map_or_else(|| start(&rows), |c| c.map(f64::ln).to_vec());
    let objective = MeanLogLikelihood { rows, most, histories };
    let run = |starts: &[Vec<f64>]| {
        solve(&Problem {
            model: ModelKind::BgBb,
            coordinates: &SYMBOLS.map(Coordinate::shape),
            objective: &objective,
            starts,
            scale: 1.0,
            customers: histories.customers(),
            log_likelihood_shift: 0.0,
            options: &params.options,
            name_ridge: &|point, direction| name_ridge(point, direction, f64::from(most)),
        })
    };
    let mut fit = run(std::slice::from_ref(&start))?.fit;
    if params.warm_start.is_none() {
        // Two things hide from the usual start: a few who leave at once among many who stay, and people who buy so rarely
        // that they look gone. Fits are short here, so all are looked at.
        let mut elsewhere =
            [(0.01_f64, 0.3_f64), (0.1, 2.0), (0.2, 0.2)].map(|(gamma, delta)| vec![start[0], start[1], gamma.ln(), delta.ln()]).to_vec();
        elsewhere.push(vec![start[0] - 2.0, start[1], start[2], start[3] + 1.0]);
        if let Ok(mut other) = run(&elsewhere) {
            let iterations = fit.iterations + other.fit.iterations;
            if other.fit.log_likelihood > fit.log_likelihood + WORTHWHILE {
                std::mem::swap(&mut fit, &mut other.fit);
            }
            fit.iterations = iterations;
        }
    }
    if fit.reduces_to == Some(Reduction::NoDropout) {
        // The end of the search is short of the supremum by the little dropout that is left: finish without.
        let values = fit.parameters.iter().take(2).map(|parameter| parameter.value.ln());
        let start = values.chain(NOBODY_LEAVES).collect();
        if let Ok(mut limit) = run(&[start])
            && limit.fit.log_likelihood > fit.log_likelihood
        {
            limit.fit.iterations += fit.iterations;
            fit = limit.fit;
        }
    }
    BgBbModel::new(fit)
}

/// ln γ and ln δ with which one customer in 6 billion leaves before the first opportunity.
const NOBODY_LEAVES: [f64; 2] = [-22.5, 0.0];

/// Buying as often as those who bought did until their last purchase, leaving within about the observation.
fn start(rows: &[(Opportunities, f64)]) -> Vec<f64> {
    let (mut bought, mut passed, mut total, mut customers) = (0.0, 0.0, 0.0, 0.0);
    for &(Opportunities { x, last, n }, weight) in rows {
        bought += weight * f64::from(x);
        passed += weight * f64::from(last);
        total += weight * f64::from(n);
        customers += weight;
    }
    let share = ((bought + 0.5) / (passed + 1.0)).clamp(0.05, 0.95);
    let mean = total / customers;
    vec![(2.0 * share).ln(), (2.0 * (1.0 - share)).ln(), 0.7_f64.ln(), (0.7 * mean.max(1.0)).ln()]
}

/// What a flat direction leads to; `most` is the largest number of opportunities.
fn name_ridge(point: &[f64], direction: &[f64], most: f64) -> Reduction {
    let [alpha, beta, gamma, delta] = [point[0], point[1], point[2], point[3]];
    let on = |i: usize, j: usize| direction[i].hypot(direction[j]);
    // Two shapes that move together keep their mean: only the spread between customers is lost.
    let together = |i: usize, j: usize| {
        let ratio = direction[i] / direction[j];
        (0.5..2.0).contains(&ratio)
    };
    if on(2, 3) >= on(0, 1) {
        let rare = -4.0 - most.ln();
        if gamma < -1.0 && delta < -1.0 && gamma - delta > rare {
            Reduction::PolarisedDropout
        } else if gamma - delta.max(0.0) < rare {
            Reduction::NoDropout
        } else if gamma - delta > 3.0 {
            Reduction::ImmediateDropout
        } else if together(2, 3) {
            Reduction::HomogeneousDropout
        } else {
            Reduction::Unidentified
        }
    } else if alpha < -1.0 && beta < -1.0 {
        Reduction::PolarisedPurchase
    } else if together(0, 1) {
        Reduction::HomogeneousPurchase
    } else {
        Reduction::Unidentified
    }
}
