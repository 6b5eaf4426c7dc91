//! Tracking: repeat purchases of all customers together, step by step through calendar time.

use rayon::prelude::*;
use serde::{Deserialize, Serialize};

use super::split::Split;
use crate::analysis::clv::PurchaseModel;

/// Ages are tracked in at most this many cells of equal width; the error is of second order in the width over α.
const MOST_COHORTS: usize = 4096;

/// One step of the tracking chart.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct TrackingPoint {
    /// End of the step, in time units since the first purchase of the oldest customer.
    pub time: f64,
    /// Whether the step ends after the calibration period.
    pub holdout: bool,
    /// Repeat purchases forecast in the step, for all calibration customers, from the parameters alone.
    pub expected: f64,
    /// Repeat purchases forecast from the start to the end of the step.
    pub cumulative_expected: f64,
    /// Actual repeat purchases in the step, if they were given.
    pub actual: Option<f64>,
    /// Actual repeat purchases from the start to the end of the step, if they were given.
    pub cumulative_actual: Option<f64>,
}

/// Tracks a model over calibration and hold-out in steps of `step` time units; the last step may be shorter.
///
/// A customer of age T at the end of the calibration made its first purchase at (oldest age − T); its expected repeat
/// purchases are those of a new customer since then. Histories play no part: this shows whether the parameters describe
/// the whole, and the hold-out part is a forecast for nobody in particular.
pub(crate) fn track(model: &dyn PurchaseModel, split: &Split, step: f64) -> Vec<TrackingPoint> {
    let cohorts = cohorts(split);
    let calibration = split.outcomes().iter().map(|row| row.history.age).fold(0.0, f64::max);
    let end = calibration + split.horizon();
    #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "at least 1, and bounded by the settings' check")]
    let steps = (end / step - 1e-9).ceil().max(1.0) as usize;
    let cumulative: Vec<f64> = (1..=steps)
        .into_par_iter()
        .map(|number| {
            let time = (number as f64 * step).min(end);
            cohorts
                .iter()
                .filter(|&&(start, _)| start < time)
                .map(|&(start, customers)| customers * model.expected_purchases_new(0.0, time - start))
                .sum()
        })
        .collect();
    let counts = split.actual_counts();
    let mut points: Vec<TrackingPoint> = Vec::with_capacity(steps);
    for (index, &cumulative_expected) in cumulative.iter().enumerate() {
        let time = ((index + 1) as f64 * step).min(end);
        let before = points.last();
        let actual = counts.and_then(|counts| counts.get(index).copied());
        let cumulative_actual = match before {
            Some(point) => actual.zip(point.cumulative_actual).map(|(now, so_far)| now + so_far),
            None => actual,
        };
        points.push(TrackingPoint {
            time,
            holdout: time > calibration,
            expected: cumulative_expected - before.map_or(0.0, |point| point.cumulative_expected),
            cumulative_expected,
            actual,
            cumulative_actual,
        });
    }
    points
}

/// First purchases in time since the oldest, with the customers that made them then.
fn cohorts(split: &Split) -> Vec<(f64, f64)> {
    let mut ages: Vec<(f64, f64)> = split.outcomes().iter().map(|row| (row.history.age, row.weight)).collect();
    ages.sort_unstable_by(|one, other| other.0.total_cmp(&one.0).then(one.1.total_cmp(&other.1)));
    let oldest = ages.first().map_or(0.0, |age| age.0);
    let mut starts: Vec<(f64, f64)> = Vec::new();
    for (age, weight) in ages {
        match starts.last_mut() {
            Some(last) if last.0.total_cmp(&(oldest - age)).is_eq() => last.1 += weight,
            _ => starts.push((oldest - age, weight)),
        }
    }
    if starts.len() <= MOST_COHORTS {
        return starts;
    }
    // Cells of equal width, each at the mean of its members.
    let width = starts.last().map_or(1.0, |last| last.0) / MOST_COHORTS as f64;
    let mut cells = vec![(0.0, 0.0); MOST_COHORTS];
    for (start, weight) in starts {
        #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "a cell number; starts are ≥ 0")]
        let number = (start / width) as usize;
        let cell = &mut cells[number.min(MOST_COHORTS - 1)];
        cell.0 += weight * start;
        cell.1 += weight;
    }
    cells.into_iter().filter(|cell| cell.1 > 0.0).map(|(sum, weight)| (sum / weight, weight)).collect()
}
