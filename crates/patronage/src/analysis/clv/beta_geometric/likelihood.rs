//! The log-likelihood of one history and of all, with exact gradient and Hessian.
//!
//! In the log-parameters θ = (ln r, ln α, ln a, ln b), n = kx, R = r + n, m = 1 when the first purchase is an occasion to
//! leave and 0 otherwise:
//!
//! ```text
//! LL = Σ_{i<n} ln(r+i) − n ln α − R·L + Σ_{i<x+m} ln[(b+i)/(a+b+i)] + ln(S + e^d)
//! L  = ln(1 + T/α)
//! d  = ln a − ln(b+x−1+m) + R·D,   D = ln[(α+T)/(α+t_x)]       (absent where x = m = 0: nobody can have left)
//! S  = Σ_{j<k} (R)_j/j!·q^j,       q = (T−t_x)/(α+T)            (1 where k = 1)
//! ```
//! Every logarithm is taken of 1 + something small where that is what it is, so r, α → ∞ and b → ∞ lose no digits.

use serde::{Deserialize, Serialize};

use super::rising::{ratio, rising};
use crate::analysis::clv::histories::History;
use crate::math::{ln_gamma, softplus};

/// The parameters of the family, natural scale.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub(crate) struct Law {
    /// Shape of the gamma law of rates.
    pub r: f64,
    /// Rate of the gamma law of rates: a time.
    pub alpha: f64,
    /// First shape of the beta law of the dropout probability; 0: nobody leaves.
    pub a: f64,
    /// Second shape of the beta law of the dropout probability.
    pub b: f64,
    /// Stages per purchase.
    pub k: u32,
    /// Whether the first purchase is an occasion to leave.
    pub modified: bool,
}

/// Value, gradient and Hessian (upper triangle by rows: 00 01 02 03 11 12 13 22 23 33) in θ.
#[derive(Debug, Clone, Copy, PartialEq, Default)]
pub(crate) struct Local {
    pub value: f64,
    pub gradient: [f64; 4],
    pub hessian: [f64; 10],
}

impl Local {
    pub(super) fn add(&mut self, other: &Self, weight: f64) {
        self.value += weight * other.value;
        for (sum, part) in self.gradient.iter_mut().zip(other.gradient) {
            *sum += weight * part;
        }
        for (sum, part) in self.hessian.iter_mut().zip(other.hessian) {
            *sum += weight * part;
        }
    }

    /// Adds the part that depends on r through Σ ln(r+i), given (Σ ln, Σ 1/, Σ 1/²).
    pub(super) fn add_rising(&mut self, r: f64, sums: [f64; 3], weight: f64) {
        self.value += weight * sums[0];
        self.gradient[0] += weight * r * sums[1];
        self.hessian[0] += weight * (r * sums[1] - r * r * sums[2]);
    }

    /// Adds the part that depends on a and b through Σ ln[(b+i)/(a+b+i)].
    pub(super) fn add_ratio(&mut self, sums: [f64; 6], weight: f64) {
        self.value += weight * sums[0];
        self.gradient[2] += weight * sums[1];
        self.gradient[3] += weight * sums[2];
        self.hessian[7] += weight * sums[3];
        self.hessian[8] += weight * sums[4];
        self.hessian[9] += weight * sums[5];
    }
}

impl Law {
    pub(super) fn occasions(&self, x: u32) -> u64 {
        u64::from(x) + u64::from(self.modified)
    }

    /// Whether a customer with `x` repeat purchases can have left.
    pub(crate) fn can_have_left(&self, x: u32) -> bool {
        (x > 0 || self.modified) && self.a > 0.0
    }

    /// The shape R = r + kx of the rate of a customer who is alive, less the phase.
    pub(crate) fn shape(&self, x: u32) -> f64 {
        self.r + f64::from(self.k) * f64::from(x)
    }

    /// d, the log-odds of having left against being alive in the first stage.
    fn log_odds_left(&self, history: History) -> f64 {
        let History { repeat_purchases: x, first_to_last: t_x, age } = history;
        let since = ((age - t_x) / (self.alpha + t_x)).ln_1p();
        self.a.ln() - (self.b + (self.occasions(x) as f64 - 1.0)).ln() + self.shape(x) * since
    }

    /// ln S, the logarithm of the sum over the stages since the last purchase.
    fn ln_stages(&self, history: History) -> f64 {
        let History { repeat_purchases: x, first_to_last: t_x, age } = history;
        let q = (age - t_x) / (self.alpha + age);
        let shape = self.shape(x);
        let (mut term, mut sum) = (1.0, 1.0);
        for j in 1..self.k {
            term *= (shape + f64::from(j - 1)) / f64::from(j) * q;
            sum += term;
        }
        sum.ln()
    }

    /// ln P(left | history) − ln P(alive | history); −∞ where the customer cannot have left.
    pub(crate) fn log_odds_of_dropout(&self, history: History) -> f64 {
        if !self.can_have_left(history.repeat_purchases) {
            return f64::NEG_INFINITY;
        }
        self.log_odds_left(history) - self.ln_stages(history)
    }

    /// The log-likelihood of one history. For k > 1 the times between purchases are averaged over what `t_x` leaves open.
    pub(crate) fn log_likelihood(&self, history: History) -> f64 {
        self.log_likelihood_of_stages(history) + between_purchases(history, self.k)
    }

    /// The part of the log-likelihood that depends on the parameters.
    fn log_likelihood_of_stages(&self, history: History) -> f64 {
        let History { repeat_purchases: x, age, .. } = history;
        let n = u64::from(self.k) * u64::from(x);
        let mut value = rising(self.r, 0, n)[0] - n as f64 * self.alpha.ln();
        value -= self.shape(x) * (age / self.alpha).ln_1p();
        if self.a > 0.0 {
            value += ratio(self.a, self.b, 0, self.occasions(x))[0];
        }
        let stages = self.ln_stages(history);
        value += stages;
        if self.can_have_left(x) {
            value += softplus(self.log_odds_left(history) - stages);
        }
        value
    }

    /// The part of [`log_likelihood`](Self::log_likelihood) that depends on the times, with derivatives; see the module's formula.
    pub(super) fn timing(&self, history: History) -> Local {
        let History { repeat_purchases: x, first_to_last: t_x, age } = history;
        let mut local = Local::default();
        let n = f64::from(self.k) * f64::from(x);
        let shape = self.r + n;
        let inverse = (self.alpha + age).recip();
        let (tau, rest) = (age * inverse, self.alpha * inverse);
        let l = (age / self.alpha).ln_1p();
        local.value = -shape * l;
        local.gradient = [-self.r * l, shape * tau - n, 0.0, 0.0];
        local.hessian[0] = -self.r * l;
        local.hessian[1] = self.r * tau;
        local.hessian[4] = -shape * tau * rest;
        let leaves = self.can_have_left(x);
        if self.k == 1 && !leaves {
            return local;
        }
        let stages = if self.k == 1 { Stages::default() } else { self.stages(history) };
        local.value += stages.value;
        if !leaves {
            stages.add_to(&mut local, 1.0);
            return local;
        }
        // The odds e^d of having left, and their logarithmic derivatives.
        let last = (self.alpha + t_x).recip();
        let gap = (age - t_x) * last;
        let d_ln = gap.ln_1p();
        let occasion = (self.b + (self.occasions(x) as f64 - 1.0)).recip();
        let exponent = shape * d_ln - stages.value;
        let (dropped, rest_alive, plus) = if exponent < 680.0 {
            let odds = self.a * occasion * exponent.exp();
            let alive = (1.0 + odds).recip();
            (odds * alive, alive, odds.ln_1p())
        } else {
            let d = self.a.ln() + occasion.ln() + exponent;
            (1.0, (-d).exp(), d)
        };
        local.value += plus;
        let e = -gap * inverse; // 1/(α+T) − 1/(α+t_x)
        let scaled = self.alpha * e;
        let of_b = self.b * occasion;
        let first = [self.r * d_ln - stages.first[0], shape * scaled - stages.first[1], 1.0, -of_b];
        stages.add_to(&mut local, 1.0 - dropped);
        local.hessian[0] += dropped * self.r * d_ln;
        local.hessian[1] += dropped * self.r * scaled;
        local.hessian[4] += dropped * shape * scaled * (1.0 - self.alpha * (inverse + last));
        local.hessian[9] -= dropped * of_b * (1.0 - of_b);
        let product = dropped * rest_alive;
        let mut at = 0;
        for i in 0..4 {
            local.gradient[i] += dropped * first[i];
            for j in i..4 {
                local.hessian[at] += product * first[i] * first[j];
                at += 1;
            }
        }
        local
    }

    /// ln S with derivatives by (ln r, ln α).
    fn stages(&self, history: History) -> Stages {
        let History { repeat_purchases: x, first_to_last: t_x, age } = history;
        let shape = self.shape(x);
        let inverse = (self.alpha + age).recip();
        let q = (age - t_x) * inverse;
        let (mut term, mut harmonic, mut harmonic2) = (1.0, 0.0, 0.0);
        let [mut s, mut s_r, mut s_rr, mut s_j, mut s_jj, mut s_rj] = [1.0, 0.0, 0.0, 0.0, 0.0, 0.0];
        for j in 1..self.k {
            let step = (shape + f64::from(j - 1)).recip();
            term *= q / (step * f64::from(j));
            harmonic += step;
            harmonic2 += step * step;
            let jf = f64::from(j);
            s += term;
            s_r += term * harmonic;
            s_rr += term * (harmonic * harmonic - harmonic2);
            s_j += term * jf;
            s_jj += term * jf * jf;
            s_rj += term * jf * harmonic;
        }
        // q^j falls by j·ρ where ln α grows, ρ = α/(α+T); ρ itself grows by ρ(1−ρ).
        let rho = self.alpha * inverse;
        let (mean_r, mean_j) = (s_r / s, s_j / s);
        let r = self.r;
        Stages {
            value: s.ln(),
            first: [r * mean_r, -rho * mean_j],
            second: [
                r * mean_r + r * r * (s_rr / s - mean_r * mean_r),
                -r * rho * (s_rj / s - mean_r * mean_j),
                rho * rho * (s_jj / s - mean_j * mean_j) - rho * (1.0 - rho) * mean_j,
            ],
        }
    }
}

/// `(k−1)·x·ln t_x + ln Γ(x) − ln Γ(kx)`: the log-density of `t_x` beyond that of its stages, relative to k = 1.
pub(super) fn between_purchases(history: History, k: u32) -> f64 {
    if k == 1 || history.repeat_purchases == 0 {
        return 0.0;
    }
    let (x, k) = (f64::from(history.repeat_purchases), f64::from(k));
    (k - 1.0) * x * history.first_to_last.ln() + ln_gamma(x) - ln_gamma(k * x)
}

/// ln S: value, first derivatives by (ln r, ln α), second (rr, rα, αα).
#[derive(Debug, Clone, Copy, Default)]
struct Stages {
    value: f64,
    first: [f64; 2],
    second: [f64; 3],
}

impl Stages {
    /// Adds the derivatives, weighted; the value is added by the caller.
    fn add_to(&self, local: &mut Local, weight: f64) {
        local.gradient[0] += self.first[0];
        local.gradient[1] += self.first[1];
        local.hessian[0] += weight * self.second[0];
        local.hessian[1] += weight * self.second[1];
        local.hessian[4] += weight * self.second[2];
    }
}
