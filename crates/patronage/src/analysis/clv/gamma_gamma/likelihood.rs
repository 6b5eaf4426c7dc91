//! One customer's likelihood with gradient and Hessian.

use crate::math::differences::{digamma_remainder, trigamma_remainder};
use crate::math::{ln_beta, ln_beta_kernel};

/// The three coefficients.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Coefficients {
    pub(super) p: f64,
    pub(super) q: f64,
    pub(super) v: f64,
}

/// What depends on x alone: k = px and special functions of k, q and k + q.
#[derive(Debug, Clone, Copy)]
pub(super) struct Shape {
    k: f64,
    x: f64,
    /// ψ less the logarithm, at k, q, k + q
    psi: [f64; 3],
    /// ψ' less the inverse, at k, q, k + q
    psi_prime: [f64; 3],
    ln_beta: f64,
}

impl Shape {
    pub(super) fn new(c: &Coefficients, x: u32) -> Self {
        let x = f64::from(x);
        let k = c.p * x;
        let at = [k, c.q, k + c.q];
        Self { k, x, psi: at.map(digamma_remainder), psi_prime: at.map(trigamma_remainder), ln_beta: ln_beta(k, c.q) }
    }

    /// ln L, its gradient by (ln p, ln q, ln v), and the lower triangle of its Hessian by rows.
    pub(super) fn derivatives(&self, c: &Coefficients, mean: f64) -> (f64, [f64; 3], [f64; 6]) {
        let Self { k, x, psi, psi_prime, .. } = *self;
        let Coefficients { q, v, .. } = *c;
        let money = x * mean;
        let sum = v + money;
        let (t, rest) = (v / sum, money / sum);
        let value =
            if k.min(q) < 16.0 { -q * (money / v).ln_1p() - k * (v / money).ln_1p() - self.ln_beta } else { ln_beta_kernel(k, q, rest, t) }
                - mean.ln();
        // k v − q xm, whose sign says whether the customer is below or above what k and q expect.
        let excess = (k * v - q * money) / sum;
        let n = k + q;
        let by_q = ln_near_one(n * t / q, excess / q) + (psi[2] - psi[1]);
        let by_p = ln_near_one(n * rest / k, -excess / k) + (psi[2] - psi[0]);
        let gradient = [k * by_p, q * by_q, q * rest - k * t];
        let hessian = [
            gradient[0] - k * q / n + k * k * (psi_prime[2] - psi_prime[0]),
            k * q * (1.0 / n + psi_prime[2]),
            gradient[1] - k * q / n + q * q * (psi_prime[2] - psi_prime[1]),
            -k * t,
            q * rest,
            -n * t * rest,
        ];
        (value, gradient, hessian)
    }
}

/// ln of a ratio, from the ratio or from what it exceeds 1 by, whichever has the digits.
fn ln_near_one(ratio: f64, excess: f64) -> f64 {
    if excess.abs() < 0.5 { excess.ln_1p() } else { ratio.ln() }
}
