//! The raw unit of an axis, exactly.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};

use crate::error::{Error, Result};
use crate::money;

/// A number of days, orders or currency units, in exact millionths.
///
/// One type for the values of all three axes and for the thresholds between them: comparing is comparing integers, so
/// that no score depends on how a decimal fraction is rounded, and a threshold means the same whatever the scale of
/// the money it is applied to. Text (and JSON, TOML) shows the decimal number: `297.4`.
///
/// ```
/// use patronage::analysis::rfm::Quantity;
/// let cut: Quantity = "297.4".parse()?;
/// assert!(Quantity::from(297) < cut && cut < Quantity::from(298));
/// assert_eq!(cut.to_string(), "297.4");
/// # Ok::<(), patronage::Error>(())
/// ```
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(into = "String", try_from = "String")]
pub struct Quantity(i128);

/// Millionths in a unit: 10 to the power of [`money::MICROS_SCALE`].
const UNIT: i128 = 1_000_000;

/// The largest size, 10^22 units: sums over four billion customers and quantiles still fit in an `i128`.
const LARGEST: i128 = 10_i128.pow(28);

impl Quantity {
    /// One day or order: the step in which recency and frequency move.
    pub(super) const ONE: Self = Self(UNIT);

    /// So many millionths; the caller keeps within the largest size.
    pub(super) const fn from_millionths(millionths: i128) -> Self {
        Self(millionths)
    }

    pub(super) const fn millionths(self) -> i128 {
        self.0
    }

    /// The smallest amount of money at a scale: one minor unit.
    pub(super) fn minor_unit(scale: u8) -> Self {
        Self(money::power_of_ten(money::MICROS_SCALE.saturating_sub(scale)))
    }

    /// An amount of money.
    ///
    /// # Errors
    /// Beyond 10^22 currency units.
    pub fn from_money(minor: i128, scale: u8) -> Result<Self> {
        minor
            .checked_mul(Self::minor_unit(scale).0)
            .filter(|size| size.unsigned_abs() <= LARGEST.unsigned_abs())
            .map(Self)
            .ok_or_else(|| Error::overflow("a customer's money is beyond 10^22 currency units"))
    }

    /// The nearest millionth to a float.
    ///
    /// # Errors
    /// When it is not finite or beyond 10^22.
    #[expect(
        clippy::cast_precision_loss,
        clippy::cast_possible_truncation,
        reason = "the range is checked; rounding to the nearest millionth is what is promised"
    )]
    pub fn from_f64(value: f64) -> Result<Self> {
        let scaled = (value * UNIT as f64).round();
        if scaled.abs() <= LARGEST as f64 {
            Ok(Self(scaled as i128))
        } else {
            Err(Error::parameter("a threshold has to be a number within ±10^22").with_value(&value.to_string()))
        }
    }

    /// The nearest float.
    #[must_use]
    pub fn to_f64(self) -> f64 {
        money::to_f64(self.0, money::MICROS_SCALE)
    }

    /// The decimal text with at least `places` places.
    pub(super) fn to_text(self, places: u8) -> String {
        let mut text = money::to_text(self.0, money::MICROS_SCALE);
        let shortest = text.len() - usize::from(money::MICROS_SCALE.saturating_sub(places));
        while text.len() > shortest && text.ends_with('0') {
            text.pop();
        }
        if text.ends_with('.') {
            text.pop();
        }
        text
    }

    /// The largest multiple of `step` that is not above.
    pub(super) fn floor_to(self, step: Self) -> Self {
        Self(self.0.div_euclid(step.0) * step.0)
    }

    /// The smallest multiple of `step` that is not below.
    pub(super) fn ceil_to(self, step: Self) -> Self {
        Self(-((-self.0).div_euclid(step.0) * step.0))
    }

    pub(super) fn plus(self, other: Self) -> Self {
        Self(self.0.saturating_add(other.0))
    }

    pub(super) fn minus(self, other: Self) -> Self {
        Self(self.0.saturating_sub(other.0))
    }
}

impl From<u32> for Quantity {
    fn from(count: u32) -> Self {
        Self(i128::from(count) * UNIT)
    }
}

impl From<Quantity> for String {
    fn from(quantity: Quantity) -> Self {
        quantity.to_string()
    }
}

impl TryFrom<String> for Quantity {
    type Error = Error;

    fn try_from(text: String) -> Result<Self> {
        text.parse()
    }
}

impl fmt::Display for Quantity {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.to_text(0))
    }
}

impl FromStr for Quantity {
    type Err = Error;

    fn from_str(text: &str) -> Result<Self> {
        let wrong = || Error::parameter("not a decimal number with at most six places").with_value(text);
        let digits = text.strip_prefix('-').unwrap_or(text);
        let (whole, places) = digits.split_once('.').unwrap_or((digits, ""));
        let plain = |part: &str| part.bytes().all(|byte| byte.is_ascii_digit());
        if whole.is_empty() || whole.len() > 22 || places.len() > 6 || digits.ends_with('.') || !plain(whole) || !plain(places) {
            return Err(wrong());
        }
        let size: i128 = format!("{whole}{places:0<6}").parse().map_err(|_| wrong())?;
        Ok(Self(if text.starts_with('-') { -size } else { size }))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn text_is_read_back() {
        for text in ["0", "297.4", "-0.000001", "12345678901234567890.5"] {
            assert_eq!(text.parse::<Quantity>().map(|q| q.to_string()).ok().as_deref(), Some(text));
        }
        for text in ["", "-", "1.", ".5", "1e3", "+1", "0.0000001", "99999999999999999999999"] {
            assert!(text.parse::<Quantity>().is_err(), "{text}");
        }
    }

    #[test]
    fn money_of_any_scale_is_one_unit() {
        assert_eq!(Quantity::from_money(1205, 2).ok(), "12.05".parse().ok());
        assert_eq!(Quantity::from_money(-7, 0).ok(), "-7".parse().ok());
        assert!(Quantity::from_money(i128::MAX, 2).is_err());
    }

    #[test]
    fn grid_neighbours_bracket() {
        let cut = Quantity(2_500_000);
        assert_eq!((cut.floor_to(Quantity::ONE), cut.ceil_to(Quantity::ONE)), (2.into(), 3.into()));
        assert_eq!(Quantity::from(3).ceil_to(Quantity::ONE), 3.into());
        assert_eq!(Quantity(-2_500_000).to_text(2), "-2.50");
    }

    #[test]
    fn floats_must_be_numbers() {
        assert!(Quantity::from_f64(f64::NAN).is_err());
        assert!(Quantity::from_f64(f64::INFINITY).is_err());
        assert_eq!(Quantity::from_f64(0.1).ok(), "0.1".parse().ok());
    }
}
