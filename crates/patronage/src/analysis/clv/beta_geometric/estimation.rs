//! Fitting the family: preparation of the data, starts, ridges.

use super::likelihood::{Law, between_purchases};
use super::objective::{Leaving, Sample};
use crate::analysis::clv::driver::{Coordinate, Options, Problem, Solution, solve, vague};
use crate::analysis::clv::fit::{Fit, ModelKind, Parameter, Reduction, Termination};
use crate::analysis::clv::histories::{Histories, History};
use crate::error::{Error, Result};
use crate::math::ln_gamma;

/// Samples of more rows are first fitted on about [`THINNED`] of them, then ten times as many, to start close to the end.
const LARGE: usize = 24_000;
/// The number of rows of the first fit of a large sample.
const THINNED: usize = 8_000;

/// A member of the family.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) struct Family {
    /// The name under which it is reported.
    pub model: ModelKind,
    /// When customers may leave.
    pub leaving: Leaving,
    /// Stages per purchase.
    pub k: u32,
}

/// A fitted member.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Estimate {
    /// The parameters in the user's unit.
    pub law: Law,
    /// The summary.
    pub fit: Fit,
}

/// Refuses data that say nothing about repeat buying.
pub(crate) fn check(model: ModelKind, histories: &Histories) -> Result<()> {
    if histories.is_empty() || histories.customers() <= 0.0 {
        return Err(Error::fit(format!("{model}: there is no customer")));
    }
    if histories.total_repeat_purchases() <= 0.0 {
        return Err(Error::fit(format!("{model}: no customer has bought twice"))
            .with_hint("the model needs repeat purchases; observe longer, or check how purchases are grouped in periods"));
    }
    Ok(())
}

/// Refuses given coefficients that are not positive and finite; `a` may be 0.
pub(crate) fn positive(model: ModelKind, parameters: &[(&str, f64)]) -> Result<()> {
    for &(symbol, value) in parameters {
        if !(value.is_finite() && (value > 0.0 || (symbol == "a" && value == 0.0))) {
            return Err(Error::parameter(format!("{model}: {symbol} is {value}; it must be positive and finite")));
        }
    }
    Ok(())
}

/// Fits `family` to `histories` (any order, any unit), from `start` (natural parameters in the user's unit) if given.
pub(crate) fn estimate(family: Family, histories: &Histories, options: &Options, start: Option<&Law>) -> Result<Estimate> {
    check(family.model, histories)?;
    estimate_rows(family, &histories.condensed(), options, start)
}

/// As [`estimate`], for rows already checked and condensed.
pub(crate) fn estimate_rows(family: Family, rows: &Histories, options: &Options, start: Option<&Law>) -> Result<Estimate> {
    let scale = rows.mean_age();
    let mut point = start.map_or_else(|| moments(rows, scale, family), |law| point_of(law, family, scale));
    if rows.len() > LARGE && start.is_none() {
        let lenient = Options { allow_unconverged: true, ..options.clone() };
        let mut size = THINNED;
        while size * 3 <= rows.len() {
            let few = rows.thinned(rows.len().div_ceil(size));
            if few.total_repeat_purchases() > 0.0 {
                point = solve_from(family, &few, scale, &lenient, &point)?.point;
                for variable in &mut point {
                    *variable = variable.clamp(-12.0, 12.0);
                }
            }
            size *= 10;
        }
    }
    let mut solution = solve_from(family, rows, scale, options, &point)?;
    if vague(&solution.fit) && family.leaving != Leaving::Never && options.priors.is_empty() {
        solution = elsewhere(family, rows, scale, options, solution);
    }
    let estimate = Estimate { law: law_of(&solution.fit, family), fit: solution.fit };
    if family.leaving == Leaving::Never {
        return Ok(estimate);
    }
    match estimate.fit.reduces_to {
        // The limit itself is fitted, and compared: it is the supremum unless a better interior point was found.
        Some(_) => without_dropout(family, rows, options, estimate),
        None => Ok(estimate),
    }
}

/// A vague end may hide a higher maximum at polarised customers (many who leave at once, others who stay), which the usual
/// start does not see: in one of twenty simulated worlds over a wide range. A polarised end, more rarely, hides a maximum
/// where all leave slowly. Three starts decide.
fn elsewhere(family: Family, rows: &Histories, scale: f64, options: &Options, ridge: Solution) -> Solution {
    /// A log-likelihood higher by less is the same supremum.
    const BETTER: f64 = 1e-6;
    let few = if rows.len() > LARGE { rows.thinned(rows.len().div_ceil(THINNED)) } else { rows.clone() };
    let moments = moments(&few, scale, family);
    let mut best = ridge;
    for (a, b) in [(0.2_f64, 0.2_f64), (0.003, 0.3), (0.3, 6.0)] {
        // Those who stay buy faster than the mean of all.
        let start = [moments[0] + 0.7, moments[1] + 0.2, a.ln(), b.ln()];
        let Ok(found) = solve_from(family, &few, scale, options, &start) else { continue };
        let found = if rows.len() > LARGE { solve_from(family, rows, scale, options, &found.point) } else { Ok(found) };
        let Ok(found) = found else { continue };
        let iterations = best.fit.iterations + found.fit.iterations;
        if found.fit.log_likelihood > best.fit.log_likelihood + BETTER {
            best = found;
        }
        best.fit.iterations = iterations;
    }
    best
}

fn solve_from(family: Family, rows: &Histories, scale: f64, options: &Options, point: &[f64]) -> Result<Solution> {
    let sample = Sample::new(rows, scale, family.k, family.leaving);
    let coordinates = coordinates(family.leaving);
    solve(&Problem {
        model: family.model,
        coordinates: &coordinates,
        objective: &sample,
        starts: &[point.to_vec()],
        scale,
        customers: rows.customers(),
        log_likelihood_shift: stage_constant(rows, family.k),
        options,
        name_ridge: &name_ridge,
    })
}

/// The part of the log-likelihood that depends on the times between purchases and on k alone; 0 for k = 1.
///
/// ```text
/// with the times Δ between purchases    (k−1)·Σ ln Δ − x·ln Γ(k)
/// with their sum t_x only               (k−1)·x·ln t_x + ln Γ(x) − ln Γ(kx)
/// ```
/// The second is the first with the times averaged over what `t_x` leaves open (a Dirichlet law).
fn stage_constant(rows: &Histories, k: u32) -> f64 {
    if k == 1 {
        return 0.0;
    }
    let rows_weights = rows.iter().zip(rows.weight());
    let Some(gaps) = rows.log_gaps() else {
        return rows_weights.map(|(history, weight)| weight * between_purchases(history, k)).sum();
    };
    let (k, ln_gamma_k) = (f64::from(k), ln_gamma(f64::from(k)));
    let constant = |(history, gap): (History, f64)| (k - 1.0) * gap - f64::from(history.repeat_purchases) * ln_gamma_k;
    rows_weights.zip(gaps).map(|((history, weight), &gap)| weight * constant((history, gap))).sum()
}

/// The optimiser's variables.
fn coordinates(leaving: Leaving) -> Vec<Coordinate> {
    let mut coordinates = vec![Coordinate::shape("r"), Coordinate::time("alpha")];
    if leaving != Leaving::Never {
        coordinates.extend([Coordinate::shape("a"), Coordinate::shape("b")]);
    }
    coordinates
}

fn law_of(fit: &Fit, family: Family) -> Law {
    let value = |symbol, otherwise| fit.parameter(symbol).unwrap_or(otherwise);
    Law {
        r: value("r", 1.0),
        alpha: value("alpha", 1.0),
        a: value("a", 0.0),
        b: value("b", 1.0),
        k: family.k,
        modified: family.leaving == Leaving::AfterAny,
    }
}

/// The variables at given parameters.
fn point_of(law: &Law, family: Family, scale: f64) -> Vec<f64> {
    // A start without dropout would stay there: begin with a little.
    let (a, b) = if law.a > 0.0 { (law.a, law.b) } else { (0.1, 10.0) };
    let mut point = vec![law.r.ln(), (law.alpha / scale).ln()];
    if family.leaving != Leaving::Never {
        point.extend([a.ln(), b.ln()]);
    }
    for variable in &mut point {
        *variable = variable.clamp(-12.0, 12.0);
    }
    point
}

/// A start from the mean and the variance of the counts, times in units of the mean age.
///
/// E[x] = (r/α)·T and E[(x−E x)² − E x] = (r/α²)·T²; where customers may leave, the rate while alive is taken a half higher.
fn moments(rows: &Histories, scale: f64, family: Family) -> Vec<f64> {
    let k = f64::from(family.k);
    let (mut purchases, mut ages) = (0.0, 0.0);
    for (history, weight) in rows.iter().zip(rows.weight()) {
        purchases += weight * f64::from(history.repeat_purchases);
        ages += weight * history.age;
    }
    let rate = purchases / ages;
    let (mut excess, mut squares) = (0.0, 0.0);
    for (history, weight) in rows.iter().zip(rows.weight()) {
        let (x, expected) = (f64::from(history.repeat_purchases), rate * history.age);
        excess += weight * ((x - expected) * (x - expected) - x / k);
        squares += weight * expected * expected;
    }
    let r = if excess > 0.0 { (squares / excess).clamp(0.02, 50.0) } else { 50.0 };
    let faster = if family.leaving == Leaving::Never { 1.0 } else { 1.5 };
    let mut point = vec![r.ln(), (r / (k * rate * faster * scale)).ln()];
    if family.leaving != Leaving::Never {
        point.extend([0.7_f64.ln(), 2.5_f64.ln()]);
    }
    point
}

/// What a flat direction at a point stands for.
fn name_ridge(point: &[f64], direction: &[f64]) -> Reduction {
    // Two parameters that move together keep their ratio: only the spread between customers is lost.
    let together = |i: usize, j: usize| (0.5..2.0).contains(&(direction[i] / direction[j]));
    let timing = direction[0].hypot(direction[1]);
    if point.len() == 2 || timing > 0.7 {
        return if together(0, 1) { Reduction::HomogeneousRate } else { Reduction::Unidentified };
    }
    let (ln_a, ln_b) = (point[2], point[3]);
    if ln_b - ln_a > 7.0 {
        Reduction::NoDropout
    } else if ln_a - ln_b > 4.0 {
        Reduction::ImmediateDropout
    } else if ln_a < -4.0 && ln_b < -4.0 || (together(2, 3) && ln_a < -1.0 && ln_b < -1.0) {
        Reduction::PolarisedDropout
    } else if together(2, 3) {
        Reduction::HomogeneousDropout
    } else {
        Reduction::Unidentified
    }
}

/// Replaces an estimate on a ridge by the model without dropout where that is at least as likely.
fn without_dropout(family: Family, rows: &Histories, options: &Options, estimate: Estimate) -> Result<Estimate> {
    /// A log-likelihood higher by this is no longer the limit of a ridge.
    const SAME: f64 = 1e-4;
    let never = Family { leaving: Leaving::Never, ..family };
    let priors = options.priors.iter().filter(|prior| !["a", "b"].contains(&prior.symbol.as_str())).cloned().collect();
    let limit = estimate_rows(never, rows, &Options { priors, ..options.clone() }, None)?;
    if limit.fit.log_likelihood < estimate.fit.log_likelihood - SAME {
        return Ok(estimate);
    }
    let mut fit = limit.fit;
    for (symbol, value) in [("a", 0.0), ("b", 1.0)] {
        fit.parameters.push(Parameter { symbol: symbol.to_owned(), value, standard_error: None });
    }
    if let Some(covariance) = &mut fit.covariance {
        for row in covariance.iter_mut() {
            row.extend([0.0, 0.0]);
        }
        covariance.extend([vec![0.0; 4], vec![0.0; 4]]);
    }
    fit.iterations += estimate.fit.iterations;
    fit.termination = Termination::Ridge;
    fit.reduces_to = Some(Reduction::NoDropout);
    let modified = family.leaving == Leaving::AfterAny;
    Ok(Estimate { law: Law { modified, ..limit.law }, fit })
}
