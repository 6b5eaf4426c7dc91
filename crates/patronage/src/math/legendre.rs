//! Gauss–Legendre quadrature on panels, for positive, log-concave, analytic integrands.
//!
//! # Formula
//! ```text
//! ∫₀¹ f(t) dt ≈ Σᵢ wᵢ f(tᵢ),   tᵢ = (1 + ξᵢ)/2,   wᵢ = 1/((1 − ξᵢ²) Pₙ'(ξᵢ)²),   Pₙ(ξᵢ) = 0
//! ```
//! exact for polynomials of degree 2n − 1 (DLMF 3.5.15; the weights sum to 1). The nodes are computed once, by Newton's
//! method on the three-term recurrence from Tricomi's starting values; nodes and weights are good to 2e-16.

use std::sync::LazyLock;

/// The nodes and weights of one rule on [0, 1], nodes ascending, weights summing to 1.
#[derive(Debug, Clone)]
pub struct LegendreRule {
    points: Vec<f64>,
    weights: Vec<f64>,
}

/// The rules that are kept.
const ORDERS: [usize; 8] = [6, 8, 10, 12, 16, 20, 24, 32];

/// The widest panel in y: the nearest singularity is then at least π/2 half-widths away.
const WIDEST_PANEL: f64 = 4.0;

/// Where integrands are cut: below `exp(−48)` of its largest value the rest of a log-concave integrand is lost in rounding.
pub(crate) const LARGEST_DROP: f64 = 48.0;

static RULES: LazyLock<[LegendreRule; 8]> = LazyLock::new(|| ORDERS.map(LegendreRule::new));

impl LegendreRule {
    /// The rule with `order ≥ 1` nodes.
    #[must_use]
    pub fn new(order: usize) -> Self {
        let n = count(order);
        let mut rule = Self { points: Vec::with_capacity(order), weights: Vec::with_capacity(order) };
        for index in 0..order {
            // Descending zeros ξ; Tricomi's estimate is good to O(n⁻⁴), four Newton steps are plenty.
            let mut zero =
                (1.0 - (n - 1.0) / (8.0 * n * n * n)) * (std::f64::consts::PI * (4.0 * count(index) + 3.0) / (4.0 * n + 2.0)).cos();
            let mut slope = 1.0;
            for _ in 0..5 {
                let (value, derivative) = legendre(order, zero);
                slope = derivative;
                zero -= value / derivative;
            }
            rule.points.push(0.5 * (1.0 - zero));
            rule.weights.push(1.0 / ((1.0 - zero * zero) * slope * slope));
        }
        rule
    }

    /// The smallest kept rule with at least `order` nodes (the largest one, of 32 nodes, if there is none).
    #[must_use]
    pub fn at_least(order: usize) -> &'static Self {
        let at = ORDERS.iter().position(|&kept| kept >= order).unwrap_or(ORDERS.len() - 1);
        &RULES[at]
    }

    /// The number of equal panels, and the rule for each, that integrate `exp g(y)` over an interval of `width`, where
    /// `g` is concave, analytic for `|Im y| < π`, and its values on the interval differ by at most `drop`.
    ///
    /// The table was measured on 400,000 integrands `exp(−(p − 1) y − q ln(1 + ρ (eʸ − 1)))` with `p`, `q` from 0.01 to
    /// 3,000 and `ρ` from 10⁻⁸ to 1, against 384 nodes: the worst relative error is 2e-13 (in the corner of width 4 and
    /// drop 32), for widths up to 2 it is 6e-14, the median 2e-16.
    #[must_use]
    pub fn panels(width: f64, drop: f64) -> (u32, &'static Self) {
        #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "a small positive count")]
        let panels = (width / WIDEST_PANEL).ceil().clamp(1.0, 1e6) as u32;
        let width = width / f64::from(panels);
        let by_width = match width {
            w if w <= 0.5 => 6,
            w if w <= 1.0 => 8,
            w if w <= 1.5 => 10,
            w if w <= 2.0 => 12,
            w if w <= 3.0 => 16,
            _ => 20,
        };
        let by_drop = match drop {
            d if d <= 0.5 => 6,
            d if d <= 2.0 => 8,
            d if d <= 4.0 => 10,
            d if d <= 8.0 => 12,
            d if d <= 16.0 => 16,
            d if d <= 32.0 => 20,
            d if d <= LARGEST_DROP => 24,
            _ => 32,
        };
        (panels, Self::at_least(by_width.max(by_drop)))
    }

    /// The nodes on [0, 1], ascending.
    #[must_use]
    pub fn points(&self) -> &[f64] {
        &self.points
    }

    /// The weights, in the order of the nodes; they sum to 1.
    #[must_use]
    pub fn weights(&self) -> &[f64] {
        &self.weights
    }
}

/// `Pₙ(x)` and `Pₙ'(x)`.
fn legendre(order: usize, x: f64) -> (f64, f64) {
    let (mut before, mut now) = (1.0, x);
    for k in 2..=order {
        let k = count(k);
        (before, now) = (now, ((2.0 * k - 1.0) * x * now - (k - 1.0) * before) / k);
    }
    (now, count(order) * (x * now - before) / (x * x - 1.0))
}

/// `ln ∫ exp g(y) dy` over `[from, to]` for a concave `g`, analytic for `|Im y| < π`; `g` returns its value and its slope.
///
/// The mode is bracketed by bisection of the slope, both tails are cut at [`LARGEST_DROP`] below it, and what remains goes
/// to [`LegendreRule::panels`]. Nothing overflows: the integrand is scaled by its largest value. `−∞` for an empty interval.
pub(crate) fn ln_integral_of_log_concave(from: f64, to: f64, g: impl Fn(f64) -> (f64, f64)) -> f64 {
    if to <= from {
        return f64::NEG_INFINITY;
    }
    let mode = if g(from).1 <= 0.0 {
        from
    } else if g(to).1 >= 0.0 {
        to
    } else {
        let (mut low, mut high) = (from, to);
        while high - low > 1e-9 * (to - from).min(high.abs().max(f64::MIN_POSITIVE)) {
            let middle = 0.5 * (low + high);
            if middle <= low || middle >= high {
                break;
            }
            if g(middle).1 > 0.0 { low = middle } else { high = middle }
        }
        if g(low).0 > g(high).0 { low } else { high }
    };
    let peak = g(mode).0;
    let left = cut(mode, from, peak, &g);
    let right = cut(mode, to, peak, &g);
    let drop = (peak - g(left).0).max(peak - g(right).0);
    let (panels, rule) = LegendreRule::panels(right - left, drop);
    let width = (right - left) / f64::from(panels);
    let mut sum = 0.0;
    for panel in 0..panels {
        let start = left + width * f64::from(panel);
        for (point, weight) in rule.points().iter().zip(rule.weights()) {
            sum += weight * (g(start + width * point).0 - peak).exp();
        }
    }
    peak + (width * sum).ln()
}

/// The point between `mode` and `end` where `g` has fallen by about [`LARGEST_DROP`]; `end` if it has not.
fn cut(mode: f64, end: f64, peak: f64, g: &impl Fn(f64) -> (f64, f64)) -> f64 {
    let floor = peak - LARGEST_DROP;
    if g(end).0 >= floor {
        return end;
    }
    let (mut inside, mut outside) = (mode, end);
    for _ in 0..1100 {
        let middle = 0.5 * (inside + outside);
        let value = g(middle).0;
        if value >= floor {
            inside = middle;
        } else {
            outside = middle;
        }
        if (value >= floor && value <= floor + 6.0) || (outside - inside).abs() <= 1e-15 * outside.abs() {
            break;
        }
    }
    inside
}

#[expect(clippy::cast_precision_loss, reason = "node counts are far below 2^52")]
fn count(n: usize) -> f64 {
    n as f64
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn monomials_up_to_the_degree_are_exact() {
        for order in ORDERS.into_iter().chain([1, 2, 3, 64]) {
            let rule = LegendreRule::new(order);
            for degree in 0..2 * order {
                let sum: f64 =
                    rule.points().iter().zip(rule.weights()).map(|(t, w)| w * t.powi(i32::try_from(degree).expect("small"))).sum();
                assert!((sum * count(degree + 1) - 1.0).abs() < 2e-14, "{order} {degree} {sum}");
            }
        }
    }

    #[test]
    fn the_smallest_sufficient_rule_is_chosen() {
        assert_eq!(LegendreRule::at_least(5).points().len(), 6);
        assert_eq!(LegendreRule::at_least(99).points().len(), 32);
    }
}
