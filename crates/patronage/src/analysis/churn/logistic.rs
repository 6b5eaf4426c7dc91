//! Logistic regression with an L2 penalty, to the optimum.

use linfa::Dataset;
use linfa::traits::Fit;
use linfa_logistic::LogisticRegression;
use ndarray::{Array1, Array2};
use rayon::prelude::*;

use crate::error::{Error, Result};
use crate::math::linear_algebra::{inverse, norm};
use crate::math::optimiser::{Evaluation, Objective, Settings, minimise};
use crate::math::{logistic, softplus};

/// Rows that a thread adds up at a time; part sums are added in order, so that threads do not show.
const CHUNK: usize = 4096;

/// At most so many rows are looked at for a start.
const SKETCH: usize = 4096;

/// The largest gradient of the mean loss at which the search counts as finished.
const GRADIENT: f64 = 1e-9;

/// Rows of features, and what became of them.
#[derive(Debug, Clone, Copy)]
pub(super) struct Design<'a> {
    pub(super) width: usize,
    /// Row-major, `width` a row.
    pub(super) x: &'a [f64],
    pub(super) y: &'a [bool],
    /// α: the loss is Σ ln(1 + e^(−±z)) + α/2·|weights|², the intercept free.
    pub(super) penalty: f64,
}

/// The optimum.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Logit {
    pub(super) intercept: f64,
    pub(super) weights: Vec<f64>,
    /// Of the intercept and of the weights, from the inverse Hessian of the penalised loss.
    pub(super) errors: Vec<f64>,
    /// The length of the gradient of the mean loss.
    pub(super) gradient: f64,
    pub(super) log_likelihood: f64,
}

fn linear(intercept: f64, weights: &[f64], x: &[f64]) -> f64 {
    weights.iter().zip(x).fold(intercept, |sum, (weight, value)| sum + weight * value)
}

impl Design<'_> {
    /// Finds the optimum: linfa comes near it on a part of the rows, Newton steps over all reach it.
    ///
    /// # Errors
    /// When there are not two classes, or the optimum is not reached.
    pub(super) fn fit(&self) -> Result<Logit> {
        let churned = self.y.iter().filter(|churned| **churned).count();
        if churned == 0 || churned == self.y.len() {
            return Err(Error::fit("a classifier needs customers of both kinds").with_value(&format!("{churned} of {}", self.y.len())));
        }
        let optimum = minimise(self, &self.start(), &Settings { largest_radius: 100.0, ..Settings::default() });
        // The optimiser's last step is taken on trust: look at where it led.
        let there = self.evaluate(&optimum.point);
        let gradient = norm(&there.gradient);
        let hessian: Vec<f64> = there.hessian.iter().map(|entry| entry * self.y.len() as f64).collect();
        let Some(covariance) = inverse(&hessian, self.width + 1).filter(|_| gradient <= GRADIENT) else {
            return Err(Error::fit(format!("the classifier did not converge: the gradient is {gradient:.1e}"))
                .with_hint("a larger penalty makes the problem better conditioned"));
        };
        let errors = (0..=self.width).map(|at| covariance[at * (self.width + 2)].sqrt()).collect();
        let (intercept, weights) = (optimum.point[0], optimum.point[1..].to_vec());
        let log_likelihood = -self.x.chunks(self.width).zip(self.y).map(|(x, y)| loss(linear(intercept, &weights, x), *y)).sum::<f64>();
        Ok(Logit { intercept, weights, errors, gradient, log_likelihood })
    }

    /// Where linfa's search over some thousand rows stops (its line search gives up before the gradient is small, and a pass
    /// over all rows costs it as much as a Newton step), or zeros and the base rate.
    fn start(&self) -> Vec<f64> {
        let step = self.y.len().div_ceil(SKETCH);
        let (x, y): (Vec<&[f64]>, Vec<bool>) = self.x.chunks(self.width).zip(self.y.iter().copied()).step_by(step).unzip();
        let rows = y.len();
        let penalty = self.penalty * rows as f64 / self.y.len() as f64;
        let fitted = Array2::from_shape_vec((rows, self.width), x.concat()).ok().and_then(|records| {
            let dataset = Dataset::new(records, Array1::from_vec(y));
            LogisticRegression::default().alpha(penalty).max_iterations(50).gradient_tolerance(1e-4).fit(&dataset).ok()
        });
        let churned = self.y.iter().filter(|churned| **churned).count() as f64;
        let mut start = vec![0.0; self.width + 1];
        start[0] = (churned / (self.y.len() as f64 - churned)).ln();
        if let Some(model) = fitted {
            // linfa takes the more frequent class as the positive one.
            let sign = if model.labels().pos.class { 1.0 } else { -1.0 };
            let point: Vec<f64> =
                std::iter::once(model.intercept()).chain(model.params().iter().copied()).map(|value| sign * value).collect();
            if self.evaluate(&point).value < self.evaluate(&start).value {
                return point;
            }
        }
        start
    }
}

/// −ln P(y).
fn loss(z: f64, y: bool) -> f64 {
    softplus(if y { -z } else { z })
}

impl Objective for Design<'_> {
    fn dimension(&self) -> usize {
        self.width + 1
    }

    /// The mean loss with its derivatives.
    fn evaluate(&self, point: &[f64]) -> Evaluation {
        let size = self.width + 1;
        let rows = self.y.len() as f64;
        let parts: Vec<Evaluation> = self
            .x
            .par_chunks(CHUNK * self.width)
            .zip(self.y.par_chunks(CHUNK))
            .map(|(x, y)| {
                let mut part = Evaluation::zeros(size);
                let mut row = vec![1.0; size];
                for (x, &y) in x.chunks(self.width).zip(y) {
                    row[1..].copy_from_slice(x);
                    let z = linear(point[0], &point[1..], x);
                    let p = logistic(z);
                    let (slope, curvature) = (p - f64::from(u8::from(y)), p * (1.0 - p));
                    part.value += loss(z, y);
                    for i in 0..size {
                        part.gradient[i] += slope * row[i];
                        let scaled = curvature * row[i];
                        for (entry, value) in part.hessian[i * size..=i * size + i].iter_mut().zip(&row) {
                            *entry += scaled * value;
                        }
                    }
                }
                part
            })
            .collect();
        let mut sum = Evaluation::zeros(size);
        for part in parts {
            sum.value += part.value;
            sum.gradient.iter_mut().zip(part.gradient).for_each(|(sum, part)| *sum += part);
            sum.hessian.iter_mut().zip(part.hessian).for_each(|(sum, part)| *sum += part);
        }
        for (at, weight) in point.iter().enumerate().skip(1) {
            sum.value += 0.5 * self.penalty * weight * weight;
            sum.gradient[at] += self.penalty * weight;
            sum.hessian[at * size + at] += self.penalty;
        }
        sum.value /= rows;
        sum.gradient.iter_mut().for_each(|entry| *entry /= rows);
        for i in 0..size {
            for j in 0..=i {
                let entry = sum.hessian[i * size + j] / rows;
                sum.hessian[i * size + j] = entry;
                sum.hessian[j * size + i] = entry;
            }
        }
        sum
    }
}
