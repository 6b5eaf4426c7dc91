//! Differences of log-gamma, digamma and trigamma at neighbouring arguments, without cancellation.

use super::{digamma, ln_gamma, stirling_remainder, trigamma};

/// From here on the asymptotic series are used.
const LARGE: f64 = 20.0;

/// ψ(y) − ln y for y > 0, to a relative 1e-14 also for large y.
pub(crate) fn digamma_remainder(y: f64) -> f64 {
    if y < LARGE {
        return digamma(y) - y.ln();
    }
    let w = 1.0 / (y * y);
    -0.5 / y - w * (1.0 / 12.0 - w * (1.0 / 120.0 - w * (1.0 / 252.0 - w * (1.0 / 240.0 - w / 132.0))))
}

/// ψ'(y) − 1/y for y > 0, to a relative 1e-14 also for large y.
pub(crate) fn trigamma_remainder(y: f64) -> f64 {
    if y < LARGE {
        return trigamma(y) - 1.0 / y;
    }
    let w = 1.0 / (y * y);
    w * (0.5 + (1.0 / 6.0 - w * (1.0 / 30.0 - w * (1.0 / 42.0 - w * (1.0 / 30.0 - w * 5.0 / 66.0)))) / y)
}

/// ln Γ(z + d) − ln Γ(z), z > 0, d ≥ 0.
pub(crate) fn ln_gamma_difference(z: f64, d: f64) -> f64 {
    if z < LARGE {
        return ln_gamma(z + d) - ln_gamma(z);
    }
    // ln Γ(z) = (z − ½) ln z − z + ln √(2π) + remainder(z)
    d * z.ln() + (z + d - 0.5) * (d / z).ln_1p() - d + (stirling_remainder(z + d) - stirling_remainder(z))
}

/// ψ(z + d) − ψ(z), z > 0, d ≥ 0.
pub(crate) fn digamma_difference(z: f64, d: f64) -> f64 {
    if z < LARGE {
        return digamma(z + d) - digamma(z);
    }
    (d / z).ln_1p() + (digamma_remainder(z + d) - digamma_remainder(z))
}

/// ψ'(z + d) − ψ'(z), z > 0, d ≥ 0.
pub(crate) fn trigamma_difference(z: f64, d: f64) -> f64 {
    if z < LARGE {
        return trigamma(z + d) - trigamma(z);
    }
    -d / z / (z + d) + (trigamma_remainder(z + d) - trigamma_remainder(z))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn both_branches_agree_and_large_arguments_keep_their_digits() {
        for d in [0.0, 1e-3, 0.7, 5.0, 300.0] {
            for z in [20.0_f64, 31.5, 80.0] {
                assert!((ln_gamma_difference(z, d) - (ln_gamma(z + d) - ln_gamma(z))).abs() < 1e-12 * (1.0 + d * 8.0));
                assert!((digamma_difference(z, d) - (digamma(z + d) - digamma(z))).abs() < 5e-15);
                assert!((trigamma_difference(z, d) - (trigamma(z + d) - trigamma(z))).abs() < 1e-16);
            }
        }
        // ln Γ(z+1) − ln Γ(z) = ln z; ψ(z+1) − ψ(z) = 1/z; ψ'(z+1) − ψ'(z) = −1/z².
        for z in [1e3, 1e6, 1e10] {
            assert!((ln_gamma_difference(z, 1.0) - z.ln()).abs() < 1e-14);
            assert!((digamma_difference(z, 1.0) * z - 1.0).abs() < 1e-13);
            assert!((trigamma_difference(z, 1.0) * z * z + 1.0).abs() < 1e-13);
        }
    }
}
