//! From an objective to a [`Fit`]: priors, starts, optimiser, ridges, and the way back to the user's units.
//!
//! A model hands over the mean negative log-likelihood over *coordinates*: logarithms of positive parameters (and plain
//! covariate coefficients) with time divided by a scale, usually the mean age. This module
//! 1. adds the prior, if any, in those coordinates, divided by the number of customers (so that it is worth the same
//!    whatever N, and, as times are multiples of the scale, whatever the unit);
//! 2. minimises from the given starts and keeps the best;
//! 3. looks at the eigenvalues of the Hessian: a direction along which N·eigenvalue is below [`FLAT`] has a standard
//!    error above 10 on the log scale and is a *ridge*; the model names what it leads to;
//! 4. turns the point and the inverse Hessian (without the ridge) into natural parameters and their covariance by the
//!    delta transform D·C·D, D = diag(parameter), which is symmetric as it stands;
//! 5. undoes the time scale: log-parameters move by power·ln(scale), the log-likelihood by the shift the model states.

use serde::{Deserialize, Serialize};

use super::fit::{FORMAT_VERSION, Fit, ModelKind, Parameter, Reduction, Termination};
use crate::error::{Error, Result};
use crate::math::linear_algebra::symmetric_eigen;
use crate::math::optimiser::{Evaluation, Objective, Optimum, Settings, Stop, minimise};

/// N·eigenvalue below which a direction counts as flat: a standard error above 10 for the logarithm of a parameter.
pub(crate) const FLAT: f64 = 1e-2;

/// Coordinates beyond ±this are at infinity for every practical purpose.
pub(crate) const BOUNDARY: f64 = 23.0;

/// The decrease of the total log-likelihood that is not worth another pass over the data.
const TOTAL_DECREASE: f64 = 1e-8;

/// A log-normal prior of one positive parameter, for maximum a posteriori (MAP) estimation.
///
/// `ln(parameter)` is normal with mean `ln(median)` and standard deviation `spread`. For a parameter that is a time
/// (α, β) the median is in multiples of the customers' mean age, so that the estimate does not depend on the unit of
/// time. The prior counts as one observation whatever the number of customers.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Prior {
    /// The parameter's symbol.
    pub symbol: String,
    /// The median of the prior; for a time, in mean ages.
    pub median: f64,
    /// The standard deviation of the logarithm.
    pub spread: f64,
}

impl Prior {
    /// A log-normal prior. It is checked when the model is fitted.
    #[must_use]
    pub fn log_normal(symbol: impl Into<String>, median: f64, spread: f64) -> Self {
        Self { symbol: symbol.into(), median, spread }
    }
}

/// What all parameter builders share.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub(crate) struct Options {
    /// At most this many evaluations from each start.
    pub max_iterations: u32,
    /// Return what was reached rather than an error.
    pub allow_unconverged: bool,
    /// The unit of time in days, for the record.
    pub time_unit: Option<f64>,
    /// Priors, at most one a parameter.
    pub priors: Vec<Prior>,
}

impl Default for Options {
    fn default() -> Self {
        Self { max_iterations: 200, allow_unconverged: false, time_unit: None, priors: Vec::new() }
    }
}

impl Options {
    /// Refuses what cannot be used. `symbols` are the parameters that may have a prior.
    pub(crate) fn check(&self, symbols: &[&str]) -> Result<()> {
        if self.max_iterations == 0 {
            return Err(Error::parameter("max_iterations is 0; a fit needs at least one"));
        }
        if let Some(days) = self.time_unit.filter(|days| !(days.is_finite() && *days > 0.0)) {
            return Err(Error::parameter(format!("time_unit is {days} days; it must be positive and finite")));
        }
        for (index, prior) in self.priors.iter().enumerate() {
            let symbol = prior.symbol.as_str();
            if !symbols.contains(&symbol) {
                return Err(
                    Error::parameter(format!("no parameter `{symbol}` for a prior")).with_hint(format!("one of {}", symbols.join(" ")))
                );
            }
            if self.priors[..index].iter().any(|earlier| earlier.symbol == symbol) {
                return Err(Error::parameter(format!("two priors for `{symbol}`")));
            }
            let positive = |value: f64| value.is_finite() && value > 0.0;
            if !(positive(prior.median) && positive(prior.spread)) {
                return Err(Error::parameter(format!(
                    "prior of `{symbol}`: median {} and spread {} must be positive and finite",
                    prior.median, prior.spread
                )));
            }
        }
        Ok(())
    }
}

/// One coordinate of an objective.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Coordinate {
    /// The parameter's symbol.
    pub symbol: String,
    /// Whether the coordinate is the parameter's logarithm (or the parameter itself: covariate coefficients).
    pub logarithm: bool,
    /// The parameter's dimension: time to this power (1 for α and β, 0 otherwise).
    pub time_power: i32,
}

impl Coordinate {
    /// A positive parameter without dimension.
    pub(crate) fn shape(symbol: &str) -> Self {
        Self { symbol: symbol.to_owned(), logarithm: true, time_power: 0 }
    }

    /// A positive parameter that is a time.
    pub(crate) fn time(symbol: &str) -> Self {
        Self { symbol: symbol.to_owned(), logarithm: true, time_power: 1 }
    }

    /// A coefficient without sign or dimension.
    pub(crate) fn coefficient(symbol: impl Into<String>) -> Self {
        Self { symbol: symbol.into(), logarithm: false, time_power: 0 }
    }
}

/// An objective and all that is needed to make a fit of it.
pub(crate) struct Problem<'a, O: ?Sized> {
    /// The model.
    pub model: ModelKind,
    /// What the objective's variables are.
    pub coordinates: &'a [Coordinate],
    /// The mean negative log-likelihood per customer, in scaled time.
    pub objective: &'a O,
    /// Points to start from, in the objective's variables; the best end wins.
    pub starts: &'a [Vec<f64>],
    /// One unit of scaled time in the user's unit.
    pub scale: f64,
    /// The sum of the weights.
    pub customers: f64,
    /// log-likelihood = −customers·value + shift; −Σx·ln(scale) for models of purchase times.
    pub log_likelihood_shift: f64,
    /// Priors, limits, permissions.
    pub options: &'a Options,
    /// What simpler model a flat direction (unit vector) at a point leads to.
    pub name_ridge: &'a (dyn Fn(&[f64], &[f64]) -> Reduction + Sync),
}

/// A solved problem.
#[derive(Debug, Clone)]
pub(crate) struct Solution {
    /// The optimum in the objective's variables.
    pub point: Vec<f64>,
    /// The fit in the user's units.
    pub fit: Fit,
}

/// Whether the data hardly identify a parameter: a ridge, or a standard error above 0.6 of the estimate. Such a likelihood
/// may have another, higher maximum, and models look for it from other starts.
pub(crate) fn vague(fit: &Fit) -> bool {
    let wide = |parameter: &Parameter| parameter.standard_error.is_some_and(|error| error > 0.6 * parameter.value.abs());
    fit.reduces_to.is_some() || fit.parameters.iter().any(wide)
}

/// The objective plus the prior.
struct Penalised<'a, O: ?Sized> {
    objective: &'a O,
    /// Per coordinate: mean and standard deviation of the normal prior, where there is one.
    priors: Vec<Option<(f64, f64)>>,
    customers: f64,
}

impl<O: Objective + ?Sized> Objective for Penalised<'_, O> {
    fn dimension(&self) -> usize {
        self.objective.dimension()
    }

    fn evaluate(&self, point: &[f64]) -> Evaluation {
        let mut evaluation = self.objective.evaluate(point);
        for (index, prior) in self.priors.iter().enumerate() {
            if let Some((mean, spread)) = *prior {
                let z = (point[index] - mean) / spread;
                evaluation.value += 0.5 * z * z / self.customers;
                evaluation.gradient[index] += z / (spread * self.customers);
                evaluation.hessian[index * (point.len() + 1)] += 1.0 / (spread * spread * self.customers);
            }
        }
        evaluation
    }
}

impl<O: Objective + ?Sized> Penalised<'_, O> {
    fn penalty(&self, point: &[f64]) -> f64 {
        let terms = self.priors.iter().zip(point).filter_map(|(prior, at)| prior.map(|(mean, sd)| (at - mean) / sd));
        terms.map(|z| 0.5 * z * z / self.customers).sum()
    }
}

/// Minimises, detects ridges, and converts to the user's units.
///
/// # Errors
/// Of kind `Fit` where no start has a finite likelihood, or nothing converged and that is not allowed.
pub(crate) fn solve<O: Objective + ?Sized>(problem: &Problem<'_, O>) -> Result<Solution> {
    let priors = problem
        .coordinates
        .iter()
        .map(|coordinate| {
            let prior = problem.options.priors.iter().find(|prior| prior.symbol == coordinate.symbol)?;
            Some((prior.median.ln(), prior.spread))
        })
        .collect();
    let penalised = Penalised { objective: problem.objective, priors, customers: problem.customers };
    let settings = Settings {
        max_iterations: problem.options.max_iterations,
        decrease_tolerance: TOTAL_DECREASE / problem.customers,
        boundary: BOUNDARY,
        ..Settings::default()
    };
    let mut best: Option<Optimum> = None;
    let mut iterations = 0;
    for start in problem.starts {
        let optimum = minimise(&penalised, start, &settings);
        iterations += optimum.iterations;
        let better = best.as_ref().is_none_or(|best| optimum.evaluation.value < best.evaluation.value);
        if optimum.stop != Stop::BadStart && better {
            best = Some(optimum);
        }
    }
    let best = best.ok_or_else(|| Error::fit(format!("{}: the likelihood is not finite at any start", problem.model)))?;
    let penalty = penalised.penalty(&best.point);
    summarise(problem, &best, iterations, penalty)
}

/// A minimum as a fit in the user's units.
fn summarise<O: ?Sized>(problem: &Problem<'_, O>, optimum: &Optimum, iterations: u32, penalty: f64) -> Result<Solution> {
    let coordinates = problem.coordinates;
    let uncertainty = uncertainty(&optimum.evaluation.hessian, coordinates.len(), problem.customers);
    let reduction = uncertainty.flat.first().map(|direction| (problem.name_ridge)(&optimum.point, direction));
    let termination = match optimum.stop {
        _ if reduction.is_some() => Termination::Ridge,
        Stop::Converged => Termination::Converged,
        Stop::Boundary => Termination::Ridge,
        Stop::RoundingFloor | Stop::BadStart => Termination::RoundingFloor,
        Stop::IterationLimit => Termination::IterationLimit,
    };
    let reduction = reduction.or((termination == Termination::Ridge).then_some(Reduction::Unidentified));
    let converged = matches!(termination, Termination::Converged | Termination::Ridge);
    if !converged && !problem.options.allow_unconverged {
        return Err(Error::fit(format!("{}: {termination} after {iterations} iterations", problem.model))
            .with_hint("allow more iterations, start elsewhere, or give priors"));
    }
    let values: Vec<f64> = coordinates
        .iter()
        .zip(&optimum.point)
        .map(|(coordinate, &at)| {
            let factor = problem.scale.powi(coordinate.time_power);
            if coordinate.logarithm { at.exp() * factor } else { at * factor }
        })
        .collect();
    let slope = |i: usize| if coordinates[i].logarithm { values[i] } else { problem.scale.powi(coordinates[i].time_power) };
    let n = coordinates.len();
    let covariance: Vec<Vec<f64>> =
        (0..n).map(|i| (0..n).map(|j| (slope(i) * slope(j)) * uncertainty.covariance[i * n + j]).collect()).collect();
    let parameters = coordinates
        .iter()
        .enumerate()
        .map(|(i, coordinate)| Parameter {
            symbol: coordinate.symbol.clone(),
            value: values[i],
            standard_error: uncertainty.identified[i].then(|| covariance[i][i].sqrt()),
        })
        .collect();
    let fit = Fit {
        version: FORMAT_VERSION,
        model: problem.model,
        parameters,
        covariance: Some(covariance),
        log_likelihood: -problem.customers * (optimum.evaluation.value - penalty) + problem.log_likelihood_shift,
        customers: problem.customers,
        time_unit: problem.options.time_unit,
        iterations,
        converged,
        termination,
        reduces_to: reduction,
    };
    Ok(Solution { point: optimum.point.clone(), fit })
}

/// What the Hessian says about the estimates.
struct Uncertainty {
    /// Covariance of the coordinates (row-major), zero where not identified.
    covariance: Vec<f64>,
    /// Whether each coordinate is identified.
    identified: Vec<bool>,
    /// Unit vectors of the flat directions, flattest first.
    flat: Vec<Vec<f64>>,
}

fn uncertainty(hessian: &[f64], n: usize, customers: f64) -> Uncertainty {
    /// A coordinate whose share in a flat direction is below this is not affected by it.
    const SHARE: f64 = 0.1;
    let mut covariance = vec![0.0; n * n];
    let mut identified = vec![true; n];
    let mut flat = Vec::new();
    let Some(eigen) = symmetric_eigen(hessian, n) else {
        return Uncertainty { covariance, identified: vec![false; n], flat };
    };
    for (value, vector) in eigen.values.iter().zip(&eigen.vectors) {
        let information = value * customers;
        if information < FLAT {
            for (known, share) in identified.iter_mut().zip(vector) {
                *known &= share.abs() < SHARE;
            }
            flat.push(vector.clone());
            continue;
        }
        for i in 0..n {
            for j in 0..n {
                covariance[i * n + j] += vector[i] * vector[j] / information;
            }
        }
    }
    for i in 0..n {
        for j in 0..n {
            if !(identified[i] && identified[j]) {
                covariance[i * n + j] = 0.0;
            }
        }
    }
    Uncertainty { covariance, identified, flat }
}
