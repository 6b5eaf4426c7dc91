//! Answers for many customers at once, k = 1.
//!
//! Given that it is alive, what a customer will do depends on x and T alone, and for each x smoothly on T. So for each x
//! shared by enough customers the answer is tabulated once, as a Chebyshev series in v = ln(1 + T/α) over the ages that
//! occur, and each customer costs P(alive) and one Clenshaw sum. The number of terms doubles until the series agrees with the
//! answer itself at points between its nodes to [`TOLERANCE`]; where it never does, customers are answered one by one.

use rayon::prelude::*;

use super::future::State;
use super::likelihood::Law;
use crate::analysis::clv::histories::{Histories, History};
use crate::math::lanes;

/// Largest error of a series at the points tried, relative to the value. The error elsewhere is within a small factor.
const TOLERANCE: f64 = 2e-12;
/// Groups of fewer customers are answered one by one.
const FEW: usize = 40;
/// Counts from here on are answered one by one.
const LARGEST_COUNT: usize = 4096;
/// The longest series.
const LONGEST: usize = 64;
/// Rows a thread works on at a time.
const CHUNK: usize = 4096;
const BLOCK: usize = 128;

/// A Chebyshev series on an interval.
#[derive(Debug, Clone)]
struct Series {
    /// Maps v to [−1, 1]: slope·v + intercept.
    slope: f64,
    intercept: f64,
    coefficients: Vec<f64>,
}

impl Series {
    /// The series of `f` on [from, to], or `None` where no short one is accurate.
    fn new(from: f64, to: f64, f: impl Fn(f64) -> f64) -> Option<Self> {
        let middle = f64::midpoint(from, to);
        let half = 0.5 * (to - from);
        if half <= 1e-12 * (1.0 + middle.abs()) {
            let value = f(middle);
            return value.is_finite().then_some(Self { slope: 0.0, intercept: 0.0, coefficients: vec![value] });
        }
        let mut n = 8;
        while n <= LONGEST {
            let angle = |j: f64| std::f64::consts::PI * j / n as f64;
            let values: Vec<f64> = (0..n).map(|j| f(middle + half * angle(j as f64 + 0.5).cos())).collect();
            let coefficients = (0..n)
                .map(|i| {
                    let sum: f64 = values.iter().enumerate().map(|(j, value)| value * angle(i as f64 * (j as f64 + 0.5)).cos()).sum();
                    if i == 0 { sum / n as f64 } else { 2.0 * sum / n as f64 }
                })
                .collect();
            let series = Self { slope: half.recip(), intercept: -middle / half, coefficients };
            // The ends, where a series errs most, and points between nodes elsewhere.
            let points = [1.0, -1.0, angle(1.0).cos(), angle((n / 2) as f64).cos(), -angle(1.0).cos()];
            let accurate = points.iter().all(|&y| {
                let exact = f(middle + half * y);
                (series.at_unit(y) - exact).abs() <= TOLERANCE * exact.abs()
            });
            if accurate {
                return Some(series);
            }
            n += n / 2;
        }
        None
    }

    /// Clenshaw's sum.
    fn at_unit(&self, y: f64) -> f64 {
        let (mut one, mut two) = (0.0, 0.0);
        let twice = 2.0 * y;
        for coefficient in self.coefficients[1..].iter().rev() {
            (one, two) = (coefficient + (twice * one - two), one);
        }
        self.coefficients[0] + (y * one - two)
    }

    fn at(&self, v: f64) -> f64 {
        self.at_unit(self.slope * v + self.intercept)
    }
}

/// P(alive)·`answer`(state of a customer alive) for every row, where the answer depends on the state alone.
pub(super) fn score(law: &Law, histories: &Histories, answer: impl Fn(&State) -> f64 + Sync) -> Vec<f64> {
    let single = |history: History| {
        let state = law.state(history);
        if state.alive == 0.0 { 0.0 } else { state.alive * answer(&state) }
    };
    let tables = tables(law, histories, &answer);
    let mut scores = vec![0.0; histories.len()];
    scores.par_chunks_mut(CHUNK).enumerate().for_each(|(chunk, scores)| {
        for (block, scores) in scores.chunks_mut(BLOCK).enumerate() {
            let first = chunk * CHUNK + block * BLOCK;
            let mut alive = [0.0; BLOCK];
            probability_alive_block(law, histories, first, &mut alive[..scores.len()]);
            let mut v = [0.0; BLOCK];
            let over_alpha = law.alpha.recip();
            for (v, age) in v.iter_mut().zip(&histories.age()[first..first + scores.len()]) {
                *v = age * over_alpha;
            }
            lanes::ln_1p(&mut v);
            for (at, score) in scores.iter_mut().enumerate() {
                let table = tables.get(histories.repeat_purchases()[first + at] as usize).and_then(Option::as_ref);
                *score = match table {
                    Some(series) => alive[at] * series.at(v[at]),
                    None => single(histories.get(first + at)),
                };
            }
        }
    });
    scores
}

/// P(alive) of every row.
pub(super) fn probability_alive(law: &Law, histories: &Histories) -> Vec<f64> {
    let mut scores = vec![0.0; histories.len()];
    scores.par_chunks_mut(CHUNK).enumerate().for_each(|(chunk, scores)| {
        for (block, scores) in scores.chunks_mut(BLOCK).enumerate() {
            probability_alive_block(law, histories, chunk * CHUNK + block * BLOCK, scores);
        }
    });
    scores
}

/// P(alive) of at most [`BLOCK`] rows from `first`.
fn probability_alive_block(law: &Law, histories: &Histories, first: usize, alive: &mut [f64]) {
    let rows = first..first + alive.len();
    let (x, t_x) = (&histories.repeat_purchases()[rows.clone()], &histories.first_to_last()[rows.clone()]);
    let age = &histories.age()[rows];
    let mut exponent = [0.0; BLOCK];
    for (at, gap) in exponent[..x.len()].iter_mut().enumerate() {
        *gap = (age[at] - t_x[at]) / (law.alpha + t_x[at]);
    }
    lanes::ln_1p(&mut exponent);
    for (exponent, &x) in exponent.iter_mut().zip(x) {
        // Beyond e^700 lies the domain of the vector code; such a customer is answered below.
        *exponent *= law.r + f64::from(x);
    }
    let mut odds = exponent.map(|exponent| exponent.min(700.0));
    lanes::exp(&mut odds);
    let m = if law.modified { 1.0 } else { 0.0 };
    for (at, alive) in alive.iter_mut().enumerate() {
        let occasions = f64::from(x[at]) + m;
        *alive = if occasions == 0.0 || law.a == 0.0 {
            1.0
        } else if exponent[at] >= 700.0 {
            law.probability_alive(histories.get(first + at))
        } else {
            (1.0 + law.a / (law.b + (occasions - 1.0)) * odds[at]).recip()
        };
    }
}

/// A series for each count that enough rows share.
fn tables(law: &Law, histories: &Histories, answer: &(impl Fn(&State) -> f64 + Sync)) -> Vec<Option<Series>> {
    /// Rows, least and greatest age.
    const NONE: (usize, f64, f64) = (0, f64::INFINITY, 0.0);
    let mut ranges: Vec<(usize, f64, f64)> = Vec::new();
    for (&x, &age) in histories.repeat_purchases().iter().zip(histories.age()) {
        let x = x as usize;
        if x >= LARGEST_COUNT {
            continue;
        }
        if ranges.len() <= x {
            ranges.resize(x + 1, NONE);
        }
        let range = &mut ranges[x];
        *range = (range.0 + 1, range.1.min(age), range.2.max(age));
    }
    ranges
        .par_iter()
        .enumerate()
        .map(|(x, &(rows, youngest, oldest))| {
            if rows < FEW {
                return None;
            }
            let x = u32::try_from(x).ok()?;
            let at = |v: f64| {
                // t_x matters for P(alive) alone; any will do.
                let age = law.alpha * v.exp_m1();
                answer(&State { alive: 1.0, ..law.state(History { repeat_purchases: x, first_to_last: 0.5 * age, age }) })
            };
            Series::new((youngest / law.alpha).ln_1p(), (oldest / law.alpha).ln_1p(), at)
        })
        .collect()
}
