//! Exact money: integers of minor units, and the decimal text they come from and go to.
//!
//! Inside the library an amount is an `i128` number of *minor units*: with scale 2 the integer 1234 stands for 12.34.
//! Amounts of unknown scale are kept in [`MICROS_SCALE`], the finest that is accepted, so that adding them is exact
//! before the scale of the data is known. Nothing here rounds: what does not fit is an error.

use crate::error::{Error, Result};

/// The finest scale that is accepted: six decimal places.
pub const MICROS_SCALE: u8 = 6;

/// The largest number of decimal digits of a sum: that of a 128-bit decimal column.
const LARGEST: i128 = 10_i128.pow(38) - 1;

const POWERS: [i128; 7] = [1, 10, 100, 1_000, 10_000, 100_000, 1_000_000];

/// 10 to the power of `exponent`, which is at most [`MICROS_SCALE`].
#[must_use]
pub(crate) fn power_of_ten(exponent: u8) -> i128 {
    POWERS[usize::from(exponent.min(MICROS_SCALE))]
}

/// Adds, or says that the sum leaves the exact range of 38 decimal digits.
pub(crate) fn add(a: i128, b: i128) -> Result<i128> {
    a.checked_add(b)
        .filter(|sum| (-LARGEST..=LARGEST).contains(sum))
        .ok_or_else(|| Error::overflow("a sum of money has more than 38 digits").with_hint("check the amounts, or lower --scale"))
}

/// Sums, or says that the sum leaves the exact range of 38 decimal digits.
pub(crate) fn sum(amounts: impl IntoIterator<Item = i128>) -> Result<i128> {
    amounts.into_iter().try_fold(0, add)
}

/// Converts micros into minor units of `scale`; `None` when that would round.
pub(crate) fn from_micros(micros: i128, scale: u8) -> Option<i128> {
    let divisor = power_of_ten(MICROS_SCALE - scale.min(MICROS_SCALE));
    (micros % divisor == 0).then(|| micros / divisor)
}

/// Minor units as a float of whole currency units.
///
/// Exact while the integer has at most 53 bits, correctly rounded to within one unit in the last place beyond.
#[expect(clippy::cast_precision_loss, reason = "models and charts work on floats; exact sums stay integers")]
#[must_use]
pub fn to_f64(minor: i128, scale: u8) -> f64 {
    minor as f64 / power_of_ten(scale) as f64
}

/// Minor units as decimal text with exactly `scale` places.
///
/// ```
/// assert_eq!(patronage::money::to_text(-1205, 2), "-12.05");
/// assert_eq!(patronage::money::to_text(7, 0), "7");
/// ```
#[must_use]
pub fn to_text(minor: i128, scale: u8) -> String {
    let sign = if minor < 0 { "-" } else { "" };
    let digits = minor.unsigned_abs();
    if scale == 0 {
        return format!("{sign}{digits}");
    }
    let divisor = power_of_ten(scale).unsigned_abs();
    format!("{sign}{}.{:0width$}", digits / divisor, digits % divisor, width = usize::from(scale.min(MICROS_SCALE)))
}

/// What [`to_text`] wrote, in micros; `None` for any other text.
pub(crate) fn micros_of_text(text: &str) -> Option<i128> {
    let (negative, digits) = text.strip_prefix('-').map_or((false, text), |rest| (true, rest));
    let (whole, fraction) = digits.split_once('.').unwrap_or((digits, ""));
    let numeric = |part: &str| part.bytes().all(|byte| byte.is_ascii_digit());
    if whole.is_empty() || fraction.len() > usize::from(MICROS_SCALE) || !numeric(whole) || !numeric(fraction) {
        return None;
    }
    let micros: i128 = format!("{whole}{fraction:0<6}").parse().ok()?;
    Some(if negative { -micros } else { micros })
}

/// The decimal places of such a text.
pub(crate) fn places_of_text(text: &str) -> u8 {
    text.split_once('.').map_or(0, |(_, fraction)| u8::try_from(fraction.len()).unwrap_or(MICROS_SCALE))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sums_never_wrap() {
        assert_eq!(sum([1, 2, -4]).ok(), Some(-1));
        assert!(add(LARGEST, 1).is_err());
        assert!(add(i128::MAX, 1).is_err());
    }

    #[test]
    fn micros_become_minor_units_only_exactly() {
        assert_eq!(from_micros(12_340_000, 2), Some(1234));
        assert_eq!(from_micros(12_345_000, 2), None);
        assert_eq!(from_micros(-5, 6), Some(-5));
    }

    #[test]
    fn text_keeps_the_sign_of_small_amounts() {
        assert_eq!(to_text(-5, 2), "-0.05");
        assert_eq!(to_text(0, 2), "0.00");
    }

    #[test]
    fn text_is_read_back() {
        for (minor, scale) in [(-5, 2), (0, 0), (1205, 2), (-7, 6), (i128::from(i64::MAX), 3)] {
            let text = to_text(minor, scale);
            assert_eq!(micros_of_text(&text), Some(minor * power_of_ten(MICROS_SCALE - scale)), "{text}");
            assert_eq!(places_of_text(&text), scale);
        }
        for text in ["", "-", ".5", "1.2345678", "1e5", "+1", "--1", "1.2.3"] {
            assert_eq!(micros_of_text(text), None, "{text}");
        }
    }
}
