//! Quantiles of sorted data.
//!
//! # Formula
//! Type 7 of Hyndman and Fan, the default of R, `NumPy` and spreadsheets:
//! ```text
//! h = (n − 1)·p        j = ⌊h⌋        Q(p) = x[j] + (h − j)·(x[j+1] − x[j])
//! ```
//! where `x[0]` ≤ … ≤ `x[n−1]` are the data and 0 ≤ p ≤ 1. For integers and a rational p the quantile is rational, and
//! [`type7_exact`] gives it without rounding: a cut that equals a data value equals it exactly, which no form in
//! floating point can promise (0.1 + 0.5·(0.3 − 0.1) ≠ 0.2).
//!
//! # References
//! Hyndman, R. J. and Fan, Y. (1996), Sample quantiles in statistical packages, *The American Statistician* 50(4),
//! 361–365, doi:10.1080/00031305.1996.10473566.

/// A rational number between two neighbouring integers, as far as comparing it with integers goes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Bracket {
    /// The largest integer that is not above the number.
    pub floor: i128,
    /// The smallest integer that is not below the number; equal to `floor` when the number is an integer.
    pub ceil: i128,
}

/// The share `part` / `whole` of a number of observations, as p in a quantile.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Share {
    /// The numerator, at most `whole`.
    pub part: u32,
    /// The denominator, above 0.
    pub whole: u32,
}

/// The type-7 quantile of ascending integers, bracketed by integers.
///
/// `None` without data, for a share above 1, or when the largest difference of neighbours times `share.whole` does not
/// fit in an `i128`.
///
/// ```
/// use patronage::math::quantile::{Share, type7_exact};
/// let cut = type7_exact(&[10, 20, 40], Share { part: 3, whole: 4 }).map(|cut| (cut.floor, cut.ceil));
/// assert_eq!(cut, Some((30, 30)));
/// ```
#[must_use]
pub fn type7_exact(sorted: &[i128], share: Share) -> Option<Bracket> {
    if share.whole == 0 || share.part > share.whole {
        return None;
    }
    let last = sorted.len().checked_sub(1)? as u128;
    let (part, whole) = (u128::from(share.part), u128::from(share.whole));
    let position = last.checked_mul(part)?;
    let (index, rest) = (usize::try_from(position / whole).ok()?, position % whole);
    let low = *sorted.get(index)?;
    if rest == 0 {
        return Some(Bracket { floor: low, ceil: low });
    }
    let step = sorted.get(index + 1)?.checked_sub(low)?.checked_mul(rest.cast_signed())?;
    let whole = whole.cast_signed();
    let floor = low.checked_add(step.div_euclid(whole))?;
    Some(Bracket { floor, ceil: floor.checked_add(i128::from(step.rem_euclid(whole) != 0))? })
}

/// The type-7 quantile of ascending floats; `None` without data or for p outside 0..=1.
///
/// ```
/// assert_eq!(patronage::math::quantile::type7(&[1.0, 2.0, 4.0], 0.75), Some(3.0));
/// ```
#[expect(
    clippy::cast_precision_loss,
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "positions in a slice: 0 ≤ h ≤ n − 1, far below 2^53"
)]
#[must_use]
pub fn type7(sorted: &[f64], p: f64) -> Option<f64> {
    if !(0.0..=1.0).contains(&p) {
        return None;
    }
    let h = sorted.len().checked_sub(1)? as f64 * p;
    let index = h.floor() as usize;
    let low = *sorted.get(index)?;
    let high = sorted.get(index + 1).copied().unwrap_or(low);
    Some(low + (h - h.floor()) * (high - low))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn exact_and_float_agree_on_the_example_of_r() {
        // R 4.3: quantile(c(1, 3, 4, 8, 9, 15), 0:5 / 5) is 1 3 4 8 9 15.
        let (integers, floats) = ([1, 3, 4, 8, 9, 15], [1.0, 3.0, 4.0, 8.0, 9.0, 15.0]);
        for part in 0..=5 {
            let exact = type7_exact(&integers, Share { part, whole: 5 });
            assert_eq!(exact.map(|cut| cut.floor), integers.get(part as usize).copied());
            assert_eq!(type7(&floats, f64::from(part) / 5.0), floats.get(part as usize).copied());
        }
    }

    #[test]
    fn brackets_a_cut_that_is_no_integer() {
        assert_eq!(type7_exact(&[0, 10], Share { part: 1, whole: 3 }), Some(Bracket { floor: 3, ceil: 4 }));
        assert_eq!(type7_exact(&[-10, 0], Share { part: 1, whole: 3 }), Some(Bracket { floor: -7, ceil: -6 }));
    }

    #[test]
    fn says_nothing_about_nothing() {
        assert_eq!(type7_exact(&[], Share { part: 1, whole: 2 }), None);
        assert_eq!(type7_exact(&[1], Share { part: 3, whole: 2 }), None);
        assert_eq!(type7_exact(&[i128::MIN, i128::MAX], Share { part: 1, whole: 2 }), None);
        assert_eq!(type7(&[], 0.5), None);
        assert_eq!(type7(&[1.0], f64::NAN), None);
    }
}
