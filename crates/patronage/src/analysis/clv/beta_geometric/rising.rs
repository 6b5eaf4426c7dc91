//! Sums over i of functions of (c + i): what log-gamma, digamma and trigamma differences are for whole numbers.
//!
//! A purchase count is an integer, so ln Γ(r+x) − ln Γ(r) = Σ_{i<x} ln(r+i): no special function, no cancellation for
//! huge r. Summed over customers, `Σ_x w_x Σ_{i<x} f(i) = Σ_i W(i) f(i)`, W(i) the weight of the customers with x > i: the
//! cost is the largest x, not the number of customers.

use crate::math::{digamma, ln_gamma, trigamma};

/// Longer runs of equal weight are summed by special functions.
const LONGEST_RUN: u64 = 4096;

/// Weights of customers by count, as runs of i over which "weight of customers with count > i" is constant.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Tail {
    /// (first i, end i, weight), ascending.
    runs: Vec<(u64, u64, f64)>,
}

impl Tail {
    /// From (count, weight) in ascending order of count; equal counts may repeat.
    pub(crate) fn new(counts: impl DoubleEndedIterator<Item = (u64, f64)> + Clone) -> Self {
        let total: f64 = counts.clone().map(|(_, weight)| weight).sum();
        let mut runs = Vec::new();
        let (mut from, mut gone) = (0, 0.0);
        for (count, weight) in counts {
            if count > from {
                runs.push((from, count, total - gone));
                from = count;
            }
            gone += weight;
        }
        Self { runs }
    }

    /// `Σ_i W(i)·(ln(c+i), 1/(c+i), 1/(c+i)²)`.
    pub(crate) fn logarithms(&self, c: f64) -> [f64; 3] {
        let mut sums = [0.0; 3];
        for &(from, to, weight) in &self.runs {
            for (sum, part) in sums.iter_mut().zip(rising(c, from, to)) {
                *sum += weight * part;
            }
        }
        sums
    }

    /// `Σ_i W(i)·ln[(b+i)/(a+b+i)]` and its derivatives by (ln a, ln b): value, two first, three second (aa, ab, bb).
    pub(crate) fn ratios(&self, a: f64, b: f64) -> [f64; 6] {
        let mut sums = [0.0; 6];
        for &(from, to, weight) in &self.runs {
            for (sum, part) in sums.iter_mut().zip(ratio(a, b, from, to)) {
                *sum += weight * part;
            }
        }
        sums
    }
}

/// Σ_{from ≤ i < to} of (ln(c+i), 1/(c+i), 1/(c+i)²), c > 0.
pub(crate) fn rising(c: f64, from: u64, to: u64) -> [f64; 3] {
    if to - from <= LONGEST_RUN {
        let mut sums = [0.0; 3];
        // The product of a few factors has one logarithm: factors are multiplied while they stay in range.
        let mut product = 1.0;
        for i in from..to {
            let value = c + i as f64;
            let inverse = value.recip();
            product *= value;
            if !(1e-200..1e200).contains(&product) {
                sums[0] += product.ln();
                product = 1.0;
            }
            sums[1] += inverse;
            sums[2] += inverse * inverse;
        }
        sums[0] += product.ln();
        return sums;
    }
    let (low, high) = (c + from as f64, c + to as f64);
    [ln_gamma(high) - ln_gamma(low), digamma(high) - digamma(low), trigamma(low) - trigamma(high)]
}

/// Σ_{from ≤ i < to} ln[(b+i)/(a+b+i)] with derivatives by (ln a, ln b), see [`Tail::ratios`].
pub(crate) fn ratio(a: f64, b: f64, from: u64, to: u64) -> [f64; 6] {
    if to - from > LONGEST_RUN {
        let [ln_b, b1, b2] = rising(b, from, to);
        let [ln_ab, ab1, ab2] = rising(a + b, from, to);
        return [ln_b - ln_ab, -a * ab1, b * (b1 - ab1), a * a * ab2 - a * ab1, a * b * ab2, b * b * (ab2 - b2) + b * (b1 - ab1)];
    }
    let mut sums = [0.0; 6];
    for i in from..to {
        let low = b + i as f64;
        let high = (a + low).recip();
        let (share, rest) = (a * high, low * high);
        // With u = a/(a+b+i): d ln a: −u; d ln b: u·b/(b+i).
        let of_b = b / low;
        let first = share * of_b;
        sums[0] -= (a / low).ln_1p();
        sums[1] -= share;
        sums[2] += first;
        sums[3] -= share * rest;
        sums[4] += share * (b * high);
        // d/d ln b of [u·b/(b+i)] = u·b/(b+i)·(1 − b/(b+i) − b/(a+b+i)).
        sums[5] += first * (i as f64 / low - b * high);
    }
    sums
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn long_runs_equal_short_ones() {
        for (c, to) in [(0.3, 5_000), (47.0, 9_000)] {
            let (long, mut short) = (rising(c, 3, to), [0.0; 3]);
            for from in (3..to).step_by(1000) {
                for (sum, part) in short.iter_mut().zip(rising(c, from, (from + 1000).min(to))) {
                    *sum += part;
                }
            }
            for (l, s) in long.iter().zip(short) {
                assert!((l - s).abs() < 1e-12 * s.abs(), "{l} {s}");
            }
        }
        let (long, mut short) = (ratio(0.8, 2.5, 0, 6_000), [0.0; 6]);
        for from in (0..6_000).step_by(1000) {
            for (sum, part) in short.iter_mut().zip(ratio(0.8, 2.5, from, from + 1000)) {
                *sum += part;
            }
        }
        for (l, s) in long.iter().zip(short) {
            assert!((l - s).abs() < 1e-10 * s.abs(), "{l} {s}");
        }
    }

    #[test]
    fn a_tail_sums_over_customers() {
        let tail = Tail::new([(0, 3.0), (2, 1.0), (2, 1.0), (5, 0.5)].into_iter());
        let direct = 2.0 * rising(0.7, 0, 2)[0] + 0.5 * rising(0.7, 0, 5)[0];
        assert!((tail.logarithms(0.7)[0] - direct).abs() < 1e-14);
        let direct = 2.0 * ratio(0.7, 1.1, 0, 2)[5] + 0.5 * ratio(0.7, 1.1, 0, 5)[5];
        assert!((tail.ratios(0.7, 1.1)[5] - direct).abs() < 1e-14);
    }

    #[test]
    fn derivatives_of_the_ratio_are_those_of_its_value() {
        let (a, b, h) = (0.8_f64, 2.5_f64, 1e-6_f64);
        let at = |da: f64, db: f64| ratio(a * da.exp(), b * db.exp(), 0, 7);
        let here = at(0.0, 0.0);
        let by_a: Vec<f64> = at(h, 0.0).iter().zip(at(-h, 0.0)).map(|(p, m)| (p - m) / (2.0 * h)).collect();
        let by_b: Vec<f64> = at(0.0, h).iter().zip(at(0.0, -h)).map(|(p, m)| (p - m) / (2.0 * h)).collect();
        for (exact, numeric) in [(1, by_a[0]), (2, by_b[0]), (3, by_a[1]), (4, by_b[1]), (4, by_a[2]), (5, by_b[2])] {
            assert!((here[exact] - numeric).abs() < 1e-8, "{exact}: {} {numeric}", here[exact]);
        }
    }
}
