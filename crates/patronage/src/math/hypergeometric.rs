//! Gauss's hypergeometric function with first parameter 1, by Gauss's continued fraction.
//!
//! # Formula
//! ```text
//! F(b, c; z) = ₂F₁(1, b; c; z) = Σₙ (b)ₙ/(c)ₙ zⁿ = 1/(1 − u₁z/(1 − u₂z/(1 − u₃z/(1 − …))))
//!
//! u₁ = b/c
//! u₂ₙ = n (c − 1 − b + n) / ((c + 2n − 2)(c + 2n − 1))            n ≥ 1
//! u₂ₙ₊₁ = (b + n)(c − 1 + n) / ((c + 2n − 1)(c + 2n))             n ≥ 1
//! ```
//! The ₂F₁ of the Pareto/NBD, BG/BB and sBG are of this kind, after Euler's transformation where need be
//! ([`ln_gauss_tail`] is the one of the Pareto/NBD likelihood). The fraction is evaluated by Lentz's method as modified by
//! Thompson and Barnett (1986): no difference of near-equal terms, no special case at z = 0.
//!
//! # References
//! - C. F. Gauss (1813), *Disquisitiones generales circa seriem infinitam*, art. 12–14.
//! - NIST Digital Library of Mathematical Functions, 15.7.1 and 15.8.1, <https://dlmf.nist.gov/15.7>.
//! - I. J. Thompson, A. R. Barnett (1986), Coulomb and Bessel functions of complex arguments and order,
//!   *Journal of Computational Physics* 64, 490–509.

/// The most partial quotients that are taken; reached only for `1 − z` below about 10⁻⁹.
const MOST_STEPS: u32 = 1_000_000;

/// What replaces a partial denominator that vanishes (Thompson and Barnett's device).
const TINY: f64 = 1e-300;

/// `₂F₁(1, b; c; z)` for `b > 0`, `c > 0`, `0 ≤ z < 1`.
///
/// For `b ≤ c` by the fraction: about 5 to 10 partial quotients for `z ≤ 0.5`, 20/√(1 − z) near 1. For `b > c`, where its
/// partial numerators change sign and digits are lost (nine of them at b = 29, c = 2.4, z = ½), by the series, whose terms are
/// positive. At `z = 1` the result is the limit `(c − 1)/(c − 1 − b)` if `c > b + 1`, and infinite otherwise.
///
/// # Accuracy
/// Relative error at most 1e-13 for `b ≤ c`, 1e-12 for `b > c` (thousands of terms), against 50-digit arithmetic (`b` and `c`
/// from 0.01 to 10⁴, `z ≤ 0.99999`).
#[must_use]
pub fn gauss_2f1_unit(b: f64, c: f64, z: f64) -> f64 {
    if z >= 1.0 {
        let excess = c - 1.0 - b;
        return if z > 1.0 || excess <= 0.0 { f64::INFINITY } else { (c - 1.0) / excess };
    }
    if b > c { series(b, c, z) } else { fraction(b, c, z) }
}

/// Σₙ (b)ₙ/(c)ₙ zⁿ.
fn series(b: f64, c: f64, z: f64) -> f64 {
    let (mut sum, mut term) = (1.0, 1.0);
    for n in 0..MOST_STEPS {
        let ratio = (b + f64::from(n)) / (c + f64::from(n)) * z;
        term *= ratio;
        sum += term;
        // Ratios fall to z: the rest is less than a geometric series.
        if ratio < 1.0 && term < f64::EPSILON * 0.25 * (1.0 - ratio) * sum || !sum.is_finite() {
            break;
        }
    }
    sum
}

/// The continued fraction.
fn fraction(b: f64, c: f64, z: f64) -> f64 {
    // The value is 1/fraction, with fraction = 1 − u₁z/(1 − u₂z/(1 − …)).
    let mut fraction = 1.0;
    let mut ratio = 1.0; // C of Lentz: the ratio of successive numerators
    let mut inverse = 0.0; // D of Lentz: the ratio of successive denominators, inverted
    for step in 1..=MOST_STEPS {
        let n = f64::from(step / 2);
        let u = if step == 1 {
            b / c
        } else if step % 2 == 0 {
            n * (c - 1.0 - b + n) / ((c + 2.0 * n - 2.0) * (c + 2.0 * n - 1.0))
        } else {
            (b + n) * (c - 1.0 + n) / ((c + 2.0 * n - 1.0) * (c + 2.0 * n))
        };
        let partial = -u * z;
        inverse = 1.0 / away_from_zero(1.0 + partial * inverse);
        ratio = away_from_zero(1.0 + partial / ratio);
        let change = ratio * inverse;
        fraction *= change;
        if (change - 1.0).abs() < f64::EPSILON {
            break;
        }
    }
    1.0 / fraction
}

fn away_from_zero(value: f64) -> f64 {
    if value.abs() < TINY { TINY } else { value }
}

/// `ln ₂F₁(a, b; a + 1; z)` for `0 < b < a + 1`, `0 ≤ z < 1`: the tail integral `a ∫₁^∞ v^(b−a−1) (v − z)^(−b) dv`.
///
/// By Euler's transformation, `(1 − z)^(1−b) ₂F₁(1, a + 1 − b; a + 1; z)` (DLMF 15.8.1).
///
/// # Accuracy
/// As [`gauss_2f1_unit`], plus the power's `ε |(1 − b) ln(1 − z)|`.
#[must_use]
pub fn ln_gauss_tail(a: f64, b: f64, z: f64) -> f64 {
    (1.0 - b) * (-z).ln_1p() + gauss_2f1_unit(a + 1.0 - b, a + 1.0, z).ln()
}

#[cfg(test)]
mod tests {
    use super::*;

    /// (b, c, z, ₂F₁(1, b; c; z)) by 50-digit arithmetic.
    #[expect(clippy::unreadable_literal, clippy::excessive_precision, reason = "a table of digits")]
    const EXACT: [(f64, f64, f64, f64); 23] = [
        (0.877, 0.08037, 0.0, 1.0),
        (80.46, 0.0272, 0.0, 1.0),
        (16.42, 1.564, 0.0, 1.0),
        (0.02228, 11.08, 0.0, 1.0),
        (0.01679, 3.998, 0.1, 1.00042880393722873),
        (0.02625, 0.03502, 0.1, 1.08321135546591517),
        (3.525, 914.4, 0.1, 1.00038568936212358),
        (0.05531, 0.2185, 0.1, 1.02773027540884312),
        (58.16, 4856.0, 0.5, 1.00602516596910483),
        (29.01, 2.399, 0.5, 6402664.6832568961),
        (0.07337, 0.0509, 0.9, 14.6426565336452065),
        (0.7094, 788.4, 0.9, 1.00081140049263921),
        (0.1214, 30.87, 0.9, 1.00365855969966342),
        (68.15, 1.715, 0.9, 1.31979800558942742e+66),
        (19.34, 0.02381, 0.99, 3.17072296373217078e+43),
        (0.02278, 0.1721, 0.99, 7.85556963428332721),
        (120.9, 3.678, 0.99, 3.20541528580537676e+231),
        (0.7672, 32.61, 0.99, 1.02461121109336401),
        (5.237, 0.6289, 0.999, 171990642002192337.0),
        (0.2915, 27.96, 0.999, 1.01091901866716118),
        (14.16, 1782.0, 0.999, 1.00800622498752799),
        (3.227, 349.0, 0.99999, 1.00935968690476107),
        (0.08164, 8.586, 0.99999, 1.01087888212172026),
    ];

    #[test]
    fn agrees_with_high_precision() {
        for (b, c, z, exact) in EXACT {
            let value = gauss_2f1_unit(b, c, z);
            assert!((value / exact - 1.0).abs() < if b > c { 1e-12 } else { 1e-13 }, "{b} {c} {z}: {value} {exact}");
        }
    }

    #[test]
    fn elementary_cases() {
        for z in [1e-9_f64, 0.3, 0.95] {
            // ₂F₁(1, b; b; z) = 1/(1 − z), ₂F₁(1, 1; 2; z) = −ln(1 − z)/z, ₂F₁(a, b; a + 1; 0) = 1
            assert!((gauss_2f1_unit(3.3, 3.3, z) * (1.0 - z) - 1.0).abs() < 1e-14);
            assert!((gauss_2f1_unit(1.0, 2.0, z) * z / -(-z).ln_1p() - 1.0).abs() < 1e-14);
        }
        assert!(ln_gauss_tail(2.0, 0.7, 0.0).abs() < 1e-16);
        // ₂F₁(a, a + 1; a + 1; z) = (1 − z)^(−a)
        assert!((ln_gauss_tail(2.0, 3.0 - 1e-12, 0.5) - 4.0_f64.ln()).abs() < 1e-11);
    }

    #[test]
    fn the_limit_at_one() {
        assert!((gauss_2f1_unit(2.0, 5.0, 1.0) - 2.0).abs() < 1e-15);
        assert!((gauss_2f1_unit(2.0, 5.0, 1.0 - 1e-9) - 2.0).abs() < 1e-8);
        assert!(gauss_2f1_unit(2.0, 2.5, 1.0).is_infinite());
    }
}
