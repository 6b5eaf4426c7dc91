//! The likelihood of one history of opportunities, and its derivatives, by sums over the time of leaving.

use crate::math::optimiser::Evaluation;

/// The four coefficients.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) struct Coefficients {
    pub(crate) alpha: f64,
    pub(crate) beta: f64,
    pub(crate) gamma: f64,
    pub(crate) delta: f64,
}

/// A history in whole opportunities, x ≤ tₓ ≤ n.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Opportunities {
    pub(crate) x: u32,
    pub(crate) last: u32,
    pub(crate) n: u32,
}

impl Coefficients {
    /// aᵢ₊₁/aᵢ.
    fn ratio(&self, x: u32, i: u32) -> f64 {
        let Self { alpha, beta, gamma, delta } = *self;
        let (i, failures) = (f64::from(i), f64::from(i - x));
        (beta + failures) / (alpha + beta + i) * ((delta + i) / (gamma + delta + i))
    }

    /// P(leaves before opportunity i + 1 | there at i).
    fn leaves(&self, i: u32) -> f64 {
        self.gamma / (self.gamma + self.delta + f64::from(i))
    }

    /// ln aₜₓ.
    pub(crate) fn log_start(&self, x: u32, last: u32) -> f64 {
        let Self { alpha, beta, gamma, delta } = *self;
        let failures = last - x;
        let mut log = 0.0;
        for j in 0..failures {
            log -= (alpha / (beta + f64::from(j))).ln_1p();
        }
        for j in 0..x {
            log -= ((beta + f64::from(failures)) / (alpha + f64::from(j))).ln_1p();
        }
        for j in 0..last {
            log -= (gamma / (delta + f64::from(j))).ln_1p();
        }
        log
    }

    /// Over aₜₓ: the term of being alive at n, and those of having left after each i in tₓ..n, handed to `visit`.
    pub(crate) fn terms(&self, history: Opportunities, mut visit: impl FnMut(u32, f64)) -> f64 {
        let mut alive = 1.0;
        for i in history.last..history.n {
            visit(i, alive * self.leaves(i));
            alive *= self.ratio(history.x, i);
            if alive < f64::MIN_POSITIVE {
                // Subnormal numbers would round up to themselves for ever.
                alive = 0.0;
            }
        }
        alive
    }

    /// (alive, dead) over aₜₓ.
    pub(crate) fn alive_and_dead(&self, history: Opportunities) -> (f64, f64) {
        let mut dead = 0.0;
        let alive = self.terms(history, |_, term| dead += term);
        (alive, dead)
    }

    /// ln P(alive at n), also where the probability underflows.
    pub(crate) fn log_probability_alive(&self, history: Opportunities) -> f64 {
        let (alive, dead) = self.alive_and_dead(history);
        let log_alive = if alive > 0.0 { alive.ln() } else { (history.last..history.n).map(|i| self.ratio(history.x, i).ln()).sum() };
        log_alive - (alive + dead).ln()
    }
}

/// Running sums Σ ln(c+j), Σ 1/(c+j), Σ 1/(c+j)² over j < k, for every k.
struct Sums(Vec<[f64; 3]>);

impl Sums {
    fn new(c: f64, most: u32) -> Self {
        let mut table = Vec::with_capacity(most as usize + 1);
        let mut sums = [0.0; 3];
        table.push(sums);
        for j in 0..most {
            let value = c + f64::from(j);
            let inverse = value.recip();
            sums[0] += value.ln();
            sums[1] += inverse;
            sums[2] += inverse * inverse;
            table.push(sums);
        }
        Self(table)
    }

    fn to(&self, k: u32) -> [f64; 3] {
        self.0[k as usize]
    }
}

/// What all rows share at one point: the sums for each argument of a gamma function.
pub(super) struct Tables {
    c: Coefficients,
    alpha: Sums,
    beta: Sums,
    alpha_beta: Sums,
    delta: Sums,
    gamma_delta: Sums,
}

/// A logarithm with its first (α, β, γ, δ) and second (αα, αβ, ββ, γγ, γδ, δδ) derivatives by the logarithms.
struct Term {
    value: f64,
    first: [f64; 4],
    second: [f64; 6],
}

impl Tables {
    pub(super) fn new(c: Coefficients, most: u32) -> Self {
        Self {
            c,
            alpha: Sums::new(c.alpha, most),
            beta: Sums::new(c.beta, most),
            alpha_beta: Sums::new(c.alpha + c.beta, most),
            delta: Sums::new(c.delta, most),
            gamma_delta: Sums::new(c.gamma + c.delta, most + 1),
        }
    }

    /// x purchases in i opportunities, alive at the i-th and, if `left`, gone before the next.
    fn term(&self, x: u32, i: u32, left: bool) -> Term {
        let Coefficients { alpha, beta, gamma, delta } = self.c;
        let (a, b, ab) = (self.alpha.to(x), self.beta.to(i - x), self.alpha_beta.to(i));
        let (d, gd) = (self.delta.to(i), self.gamma_delta.to(i + u32::from(left)));
        let gone = if left { 1.0 } else { 0.0 };
        let first = [alpha * (a[1] - ab[1]), beta * (b[1] - ab[1]), gone - gamma * gd[1], delta * (d[1] - gd[1])];
        Term {
            value: (a[0] + b[0] - ab[0]) + (d[0] - gd[0]) + gone * gamma.ln(),
            first,
            second: [
                first[0] + alpha * alpha * (ab[2] - a[2]),
                alpha * beta * ab[2],
                first[1] + beta * beta * (ab[2] - b[2]),
                -gamma * gd[1] + gamma * gamma * gd[2],
                gamma * delta * gd[2],
                first[3] + delta * delta * (gd[2] - d[2]),
            ],
        }
    }

    /// Adds `weight` times value, gradient and Hessian of the log-likelihood of one history to `sum`.
    pub(super) fn add(&self, history: Opportunities, weight: f64, sum: &mut Evaluation) {
        let Opportunities { x, last, n } = history;
        let start = self.term(x, last, false).value;
        let (mut total, mut first, mut second, mut products) = (0.0, [0.0; 4], [0.0; 6], [0.0; 10]);
        let mut take = |share: f64, term: &Term| {
            total += share;
            let mut product = products.iter_mut();
            for (i, (sum, entry)) in first.iter_mut().zip(term.first).enumerate() {
                *sum += share * entry;
                // The slice leads: a zip led by the products would swallow one of them at its end.
                for (other, product) in term.first[..=i].iter().zip(product.by_ref()) {
                    *product += share * entry * other;
                }
            }
            for (sum, entry) in second.iter_mut().zip(term.second) {
                *sum += share * entry;
            }
        };
        let alive = self.c.terms(history, |i, share| take(share, &self.term(x, i, true)));
        take(alive, &self.term(x, n, false));
        sum.value += weight * (start + total.ln());
        let mean = first.map(|sum| sum / total);
        for (entry, mean) in sum.gradient.iter_mut().zip(mean) {
            *entry += weight * mean;
        }
        let lower = (0..4).flat_map(|i| (0..=i).map(move |j| (i, j)));
        for ((i, j), product) in lower.zip(products) {
            let covariance = weight * (product / total - mean[i] * mean[j]);
            sum.hessian[i * 4 + j] += covariance;
            if j < i {
                sum.hessian[j * 4 + i] += covariance;
            }
        }
        for ((i, j), entry) in [(0, 0), (1, 0), (1, 1), (2, 2), (3, 2), (3, 3)].into_iter().zip(second) {
            let entry = weight * entry / total;
            sum.hessian[i * 4 + j] += entry;
            if j < i {
                sum.hessian[j * 4 + i] += entry;
            }
        }
    }
}
