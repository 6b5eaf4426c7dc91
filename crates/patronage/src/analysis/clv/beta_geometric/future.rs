//! What a customer of known posterior will do: every answer about the future, from one small state.
//!
//! Given that a customer is alive at the end of its observation, its rate is Gamma(R + j, A) with j < k the stages passed
//! since the last purchase, its dropout probability Beta(a, b'), independent. The number of stages M in the next h units,
//! were it never to leave, is negative binomial, z = h/(A+h):
//!
//! ```text
//! P(M = m) = Γ(R+j+m)/(Γ(R+j) m!)·z^m (1−z)^(R+j)           purchases begun: N = ⌊(M+j)/k⌋
//! G_n = E[(1−p)^n]   = Π_{i<n} (b'+i)/(a+b'+i)                (still alive after n occasions)
//! C_n = Σ_{i<n} G_i                                           (expected purchases made, of n begun)
//! P(alive at h) = E[G_N]        expected purchases = E[C_N]
//! P(n purchases) = G_n·P(N = n) + (G_{n−1} − G_n)·P(N ≥ n)
//! ```
//! All terms are positive. Where the sums over m are long and k = 1, the mean over λ is taken first,
//! `E[G_N] = E_p[(1+pτ)^−R]`, `E[C_N] = E_p[(1−(1+pτ)^−R)/p]`, τ = h/A, and the one over p by the trapezoidal rule in
//! logit p, which converges geometrically (Trefethen & Weideman 2014, *The exponentially convergent trapezoidal rule*).
//!
//! Sources: Fader, Hardie & Lee 2005 equations 8–10 and note 004 in another form; for k > 1 the forms above are new here
//! (Reutterer, Platzer & Schröder 2021 approximate).

use super::likelihood::Law;
use crate::analysis::clv::histories::History;
use crate::math::hypergeometric::gauss_2f1_unit;
use crate::math::legendre::LegendreRule;
use crate::math::{incomplete_beta, ln_beta, ln_beta_kernel, logistic, stirling_remainder};

/// Sums of up to this many terms are taken term by term.
const LONGEST_SUM: f64 = 3000.0;

/// With k > 1 there is no other way than term by term; further sums are those of a process of one stage with the same mean.
const LONGEST_STAGE_SUM: f64 = 4e6;

/// ln √(2π).
const LN_SQRT_2PI: f64 = 0.918_938_533_204_672_8;

/// The posterior of a customer at the end of its observation.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct State {
    /// P(alive).
    pub alive: f64,
    /// R, the shape of the rate's law in the first stage.
    pub shape: f64,
    /// A, the rate of the rate's law: a time.
    pub scale: f64,
    /// The law of the dropout probability of a customer alive; a = 0: nobody leaves.
    pub a: f64,
    pub b: f64,
    /// Weights of the stages passed since the last purchase; of length k.
    pub stages: Vec<f64>,
}

impl Law {
    /// The state of a customer at the end of its observation.
    pub(crate) fn state(&self, history: History) -> State {
        let History { repeat_purchases: x, first_to_last: t_x, age } = history;
        let shape = self.shape(x);
        let scale = self.alpha + age;
        let q = (age - t_x) / scale;
        let mut stages = vec![1.0];
        let mut weight = 1.0;
        for j in 1..self.k {
            weight *= (shape + f64::from(j - 1)) / f64::from(j) * q;
            stages.push(weight);
        }
        let sum: f64 = stages.iter().sum();
        if stages.len() > 1 {
            for stage in &mut stages {
                *stage /= sum;
            }
        }
        State { alive: self.probability_alive(history), shape, scale, a: self.a, b: self.b + self.occasions(x) as f64, stages }
    }

    /// The state of a customer just after its first purchase.
    pub(crate) fn new_state(&self) -> State {
        self.state(History::newcomer())
    }

    /// P(alive | history) = 1/(1 + e^d/S).
    pub(crate) fn probability_alive(&self, history: History) -> f64 {
        logistic(-self.log_odds_of_dropout(history))
    }

    /// E[λ | history], of the purchase rate λ/k, for a customer alive or gone.
    pub(crate) fn posterior_mean_rate(&self, history: History) -> f64 {
        let state = self.state(history);
        let passed: f64 = state.stages.iter().enumerate().map(|(j, weight)| j as f64 * weight).sum();
        let alive = (state.shape + passed) / state.scale;
        let gone = state.shape / (self.alpha + history.first_to_last);
        (state.alive * alive + (1.0 - state.alive) * gone) / f64::from(self.k)
    }

    /// E[p | history].
    pub(crate) fn posterior_mean_dropout(&self, history: History) -> f64 {
        let state = self.state(history);
        // A customer who has left turned its last occasion to stay into one to leave.
        (state.a + (1.0 - state.alive)) / (state.a + state.b)
    }
}

/// What is averaged over the number of stages.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Of {
    /// `E[G_N]`: still alive.
    Survival,
    /// `E[C_N]`: purchases made.
    Purchases,
}

impl State {
    fn k(&self) -> usize {
        self.stages.len()
    }

    /// P(alive after `ahead`).
    pub(crate) fn probability_alive(&self, ahead: f64) -> f64 {
        if ahead <= 0.0 || self.a == 0.0 {
            return self.alive;
        }
        (self.alive * self.mean(Of::Survival, ahead)).clamp(0.0, 1.0)
    }

    /// The expected number of purchases in (from, to].
    pub(crate) fn expected_purchases(&self, from: f64, to: f64) -> f64 {
        self.alive * self.purchases_if_alive(from, to)
    }

    /// The same, given that the customer is alive.
    pub(crate) fn purchases_if_alive(&self, from: f64, to: f64) -> f64 {
        let from = from.max(0.0);
        if to <= from {
            return 0.0;
        }
        let before = if from > 0.0 { self.mean(Of::Purchases, from) } else { 0.0 };
        (self.mean(Of::Purchases, to) - before).max(0.0)
    }

    /// `E[G_N]` or `E[C_N]` over the next `h` units.
    fn mean(&self, of: Of, h: f64) -> f64 {
        let tau = h / self.scale;
        if tau <= 0.0 {
            return if of == Of::Survival { 1.0 } else { 0.0 };
        }
        if self.k() == 1 {
            if self.a == 0.0 {
                return if of == Of::Survival { 1.0 } else { self.shape * tau };
            }
            if sum_length(self.shape, tau) > LONGEST_SUM {
                return trapezoid(of, self.shape, tau, self.a, self.b);
            }
            return self.sum(of, self.shape, 0, tau);
        }
        if sum_length(self.shape, tau) > LONGEST_STAGE_SUM {
            // Some 10⁶ stages lie ahead: a stage more or less is nothing.
            let tau = tau / self.k() as f64;
            return match of {
                Of::Purchases if self.a == 0.0 => self.shape * tau,
                _ => trapezoid(of, self.shape, tau, self.a, self.b),
            };
        }
        let parts = self.stages.iter().enumerate().filter(|&(_, &weight)| weight > 0.0);
        parts.map(|(j, weight)| weight * self.sum(of, self.shape + j as f64, j, tau)).sum()
    }

    /// The sum over the number of stages, beginning with `passed` ones.
    pub(super) fn sum(&self, of: Of, shape: f64, passed: usize, tau: f64) -> f64 {
        let z = tau / (1.0 + tau);
        let ln_none = -shape * tau.ln_1p();
        let k = self.k();
        let ab = self.a + self.b;
        // The first term that is not lost in rounding.
        let mut m = 0.0;
        let mut term = ln_none.exp();
        if ln_none < -600.0 {
            let (mean, deviation) = (shape * tau, (shape * tau * (1.0 + tau)).sqrt());
            m = (mean - 12.0 * deviation - 12.0).floor().max(0.0);
            term = (ln_beta_kernel(shape, m + 1.0, 1.0 / (1.0 + tau), z)).exp() / (z * (shape + m));
        }
        #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "at most 4·10⁶")]
        let begun = (m as usize + passed) / k;
        let (mut survives, mut made) = (1.0, 0.0);
        let mut n = 0.0;
        for _ in 0..begun {
            made += survives;
            survives *= (self.b + n) / (ab + n);
            n += 1.0;
        }
        #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "at most 4·10⁶")]
        let mut phase = (m as usize + passed) % k;
        let mut total = 0.0;
        loop {
            let answer = if of == Of::Survival { survives } else { made };
            total += term * answer;
            let ratio = z * (shape + m) / (m + 1.0);
            // Beyond the mode terms fall at least geometrically, as `ratio` falls to z; C grows by at most 1 a step.
            if ratio < 1.0 {
                let fall = 1.0 - ratio.max(z);
                if term * (answer + 1.0 / fall) < 1e-17 * fall * total || term < 1e-307 {
                    return total;
                }
            }
            term *= ratio;
            m += 1.0;
            phase += 1;
            if phase == k {
                phase = 0;
                made += survives;
                survives *= (self.b + n) / (ab + n);
                n += 1.0;
            }
        }
    }

    /// `G_n = E[(1−p)^n]`.
    fn survives(&self, n: f64) -> f64 {
        if self.a == 0.0 {
            return 1.0;
        }
        if n <= 64.0 {
            let (mut product, mut i) = (1.0, 0.0);
            while i < n {
                product *= (self.b + i) / (self.a + self.b + i);
                i += 1.0;
            }
            return product;
        }
        (ln_beta(self.a, self.b + n) - ln_beta(self.a, self.b)).exp()
    }

    /// The probability of exactly `n` purchases within `h`.
    pub(crate) fn probability_of_purchases(&self, n: u32, h: f64) -> f64 {
        let tau = h / self.scale;
        let k = self.k() as f64;
        let nf = f64::from(n);
        if tau <= 0.0 {
            return if n == 0 { 1.0 } else { 0.0 };
        }
        let (z, rest) = (tau / (1.0 + tau), 1.0 / (1.0 + tau));
        // P(M ≥ m) and its complement for a shape.
        let at_least = |shape: f64, m: f64| if m <= 0.0 { (1.0, 0.0) } else { incomplete_beta(m, shape, z, rest) };
        let (mut exactly, mut or_more) = (0.0, 0.0);
        for (j, weight) in self.stages.iter().enumerate() {
            let jf = j as f64;
            let (shape, first) = (self.shape + jf, nf * k - jf);
            or_more += weight * at_least(shape, first).0;
            exactly += weight
                * if n == 0 && self.k() == 1 {
                    (-shape * tau.ln_1p()).exp()
                } else {
                    (0..self.k()).map(|i| probability_of_stages(shape, first + i as f64, tau)).sum()
                };
        }
        if n == 0 {
            return ((1.0 - self.alive) + self.alive * exactly).clamp(0.0, 1.0);
        }
        let survives = self.survives(nf);
        // G_{n−1} − G_n = G_{n−1}·a/(a+b'+n−1).
        let leaves = self.survives(nf - 1.0) * self.a / (self.a + self.b + nf - 1.0);
        (self.alive * (survives * exactly + leaves * or_more)).clamp(0.0, 1.0)
    }

    /// The expected purchases over all time, one after u counted as e^(−δu), given that the customer is alive; k = 1.
    ///
    /// ```text
    /// E[λ/(δ+λp)] = E_λ[ λ/(δ+λ)·2F1(1, b'; a+b'; λ/(δ+λ)) ]
    /// ```
    /// (Gauss's continued fraction for the mean over p), the mean over λ by the trapezoidal rule in ln λ.
    fn discounted_for_ever(&self, rate: f64) -> f64 {
        let (shape, ab) = (self.shape, self.a + self.b);
        let root = shape.sqrt();
        let step = (0.6 / root).min(0.2);
        // The gamma density of v = ln(λA/R), at its mode v = 0 by Stirling's remainder.
        let peak = (0.5 * shape.ln() - LN_SQRT_2PI - stirling_remainder(shape)).exp();
        let term = |v: f64| {
            let lambda = shape / self.scale * v.exp();
            let share = lambda / (rate + lambda);
            (shape * (v - v.exp_m1())).exp() * share * gauss_2f1_unit(self.b, ab, share)
        };
        let left = 46.0 / (shape + 1.0) + (9.6 / root).min(10.0) + 2.0;
        let right = (60.0 / shape).ln_1p() + (9.6 / root).min(3.0);
        let mut sum = term(0.0);
        for (reach, sign) in [(left, -1.0), (right, 1.0)] {
            let mut count = 1.0;
            while count * step <= reach {
                let next = term(sign * count * step);
                sum += next;
                // Past the mode of the integrand terms only fall.
                if next < 1e-18 * sum && count * step > 2.0 {
                    break;
                }
                count += 1.0;
            }
        }
        sum * peak * step
    }

    /// The expected purchases, one after u counted as e^(−δu), given that the customer is alive.
    ///
    /// Over all time as above; to a horizon H by parts, e^(−δH)·C(H) + δ·∫₀^H e^(−δu)·C(u) du with C the expected
    /// purchases, by Gauss–Legendre panels in w = ln(1 + u/A), doubled until they agree.
    pub(crate) fn discounted_if_alive(&self, rate: f64, horizon: Option<f64>) -> f64 {
        /// e^(−42) = 6e-19 of a purchase is none.
        const SPENT: f64 = 42.0;
        /// Rates beyond so many times the discount rate make the continued fraction slower than the panels.
        const FAST: f64 = 1e4;
        if horizon.is_some_and(|horizon| horizon <= 0.0) {
            return 0.0;
        }
        if rate <= 0.0 {
            return horizon.map_or(f64::INFINITY, |horizon| self.purchases_if_alive(0.0, horizon));
        }
        if self.a == 0.0 && self.k() == 1 {
            let share = horizon.map_or(1.0, |horizon| -(-rate * horizon).exp_m1());
            return self.shape / self.scale / rate * share;
        }
        let spent = SPENT / rate;
        if self.k() == 1 && horizon.is_none_or(|horizon| horizon >= spent) && self.shape / self.scale < FAST * rate {
            return self.discounted_for_ever(rate);
        }
        let end = horizon.map_or(spent, |horizon| horizon.min(spent));
        let width = (end / self.scale).ln_1p();
        let rule = LegendreRule::at_least(16);
        #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "a small positive count")]
        let mut panels = (width.ceil() as usize).max(1);
        let integral = |panels: usize| -> f64 {
            let step = width / panels as f64;
            let mut sum = 0.0;
            for panel in 0..panels {
                for (node, weight) in rule.points().iter().zip(rule.weights()) {
                    let w = step * (panel as f64 + node);
                    let u = self.scale * w.exp_m1();
                    sum += weight * (-rate * u).exp() * (self.scale + u) * self.mean(Of::Purchases, u);
                }
            }
            rate * step * sum
        };
        let last = (-rate * end).exp() * self.mean(Of::Purchases, end);
        let mut before = integral(panels);
        for _ in 0..8 {
            panels *= 2;
            let now = integral(panels);
            let agreed = (now - before).abs() <= 1e-12 * (now + last);
            before = now;
            if agreed {
                break;
            }
        }
        last + before
    }
}

/// P(M = m) for the negative binomial with τ = z/(1−z); 0 for negative m.
fn probability_of_stages(shape: f64, m: f64, tau: f64) -> f64 {
    if m < 0.0 {
        return 0.0;
    }
    if m == 0.0 {
        return (-shape * tau.ln_1p()).exp();
    }
    let (z, rest) = (tau / (1.0 + tau), 1.0 / (1.0 + tau));
    ln_beta_kernel(shape, m, rest, z).exp() / m
}

/// About how many terms the sum over stages needs.
fn sum_length(shape: f64, tau: f64) -> f64 {
    let mean = shape * tau;
    mean + 9.0 * (mean * (1.0 + tau)).sqrt() + 40.0 / (1.0 / tau).ln_1p()
}

/// E over p ~ Beta(a, b) of (1+pτ)^−R or (1−(1+pτ)^−R)/p.
pub(super) fn trapezoid(of: Of, shape: f64, tau: f64, a: f64, b: f64) -> f64 {
    /// The weight is cut where it is e^(−46) = 1e-20 of its peak.
    const DROP: f64 = 46.0;
    let answer = |p: f64| {
        let exponent = -shape * (p * tau).ln_1p();
        match of {
            Of::Survival => exponent.exp(),
            Of::Purchases if p == 0.0 => shape * tau,
            Of::Purchases => -exponent.exp_m1() / p,
        }
    };
    let total = a + b;
    if total > 1e12 {
        return answer(a / total);
    }
    // Where a is small the line through the values at p = 0 and p = 1 is averaged exactly, where b is small the value at
    // p = 1; the rest vanishes towards that end, which keeps the range short. For larger a the line would cancel digits.
    let tilted = a < 0.2;
    let shifted = tilted || b < 0.2;
    let at_none = if tilted { answer(0.0) } else { answer(1.0) };
    let (at_none, at_all) = if shifted { (at_none, answer(1.0)) } else { (0.0, 0.0) };
    let (left, right) = (if tilted { a + 1.0 } else { a }, if shifted { b + 1.0 } else { b });
    let (p0, q0) = (a / total, b / total);
    let deviation = (total / a / b).sqrt().max((total + 2.0).sqrt() / ((a + 1.0) * (b + 1.0)).sqrt());
    let step = (0.6 * deviation).min(0.2);
    let weight_at = |delta: f64| (a * delta - total * (p0 * delta.exp_m1()).ln_1p()).exp();
    let reach = |slope: f64| DROP / slope + (2.0 * DROP).sqrt() * deviation.min(40.0) + 6.0;
    let mut sums = [0.0; 2];
    let mut add = |delta: f64| {
        let odds = (a / b) * delta.exp();
        let (p, q) = if odds.is_finite() { (odds / (1.0 + odds), 1.0 / (1.0 + odds)) } else { (1.0, 0.0) };
        let weight = weight_at(delta);
        sums[0] += weight;
        sums[1] += weight * (answer(p) - at_none * q - at_all * p);
    };
    let mut count = 0.0;
    while count * step <= reach(left) {
        add(-count * step);
        count += 1.0;
    }
    count = 1.0;
    while count * step <= reach(right) {
        add(count * step);
        count += 1.0;
    }
    // The weights' own sum is known: B(a, b)·(peak)⁻¹; where the line was taken off, the range is too short for it.
    let norm = if shifted { (-ln_beta_kernel(a, b, p0, q0)).exp() / step } else { sums[0] };
    at_none * q0 + at_all * p0 + sums[1] / norm
}
