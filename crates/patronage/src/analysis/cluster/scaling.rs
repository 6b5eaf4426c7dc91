//! From raw values to values that can be compared, and back.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};

use super::feature::Feature;
use crate::error::{Error, Result};
use crate::math::quantile::type7;
use crate::time::named;

/// How features of different units are made comparable.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Scaling {
    /// Less the median, by the interquartile range; by the standard deviation where that range is zero.
    #[default]
    Robust,
    /// Less the mean, by the (population) standard deviation.
    Standard,
    /// As it is.
    None,
}

named!(Scaling, "scaling", Self::Robust => "robust", Self::Standard => "standard", Self::None => "none");

/// What a feature is divided by.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Spread {
    /// The interquartile range.
    InterquartileRange,
    /// The standard deviation.
    StandardDeviation,
    /// Nothing.
    One,
}

/// A feature with its scaling: (t(x) − centre) / spread, where t is the logarithm or nothing.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct ScaledFeature {
    /// The feature.
    pub feature: Feature,
    /// Whether the logarithm is taken: sign(x)·ln(1 + |x|).
    pub logarithm: bool,
    /// What is subtracted.
    pub centre: f64,
    /// What is divided by, above 0.
    pub spread: f64,
    /// What that is.
    pub spread_kind: Spread,
}

/// sign(x)·ln(1 + |x|): ordinary log1p above zero, its mirror image below, so that net refunds keep their order.
pub(super) fn signed_log(value: f64) -> f64 {
    // Adding zero turns −0 into 0, so that equal values have equal bits.
    value.abs().ln_1p().copysign(value) + 0.0
}

/// The inverse of [`signed_log`].
fn signed_exp(value: f64) -> f64 {
    value.abs().exp_m1().copysign(value) + 0.0
}

/// Mean and population standard deviation of ascending values, summed in their order.
pub(super) fn moments(sorted: &[f64]) -> (f64, f64) {
    let count = sorted.len().max(1) as f64;
    let mean = sorted.iter().sum::<f64>() / count;
    (mean, (sorted.iter().map(|value| (value - mean).powi(2)).sum::<f64>() / count).sqrt())
}

impl ScaledFeature {
    /// Finds centre and spread in ascending raw values; `None` when all are equal.
    pub(super) fn fit(feature: Feature, scaling: Scaling, logarithm: bool, sorted_raw: &[f64]) -> Option<Self> {
        let transformed: Vec<f64> = sorted_raw.iter().map(|value| if logarithm { signed_log(*value) } else { *value }).collect();
        let sorted = transformed.as_slice();
        let (first, last) = (*sorted.first()?, *sorted.last()?);
        if first >= last {
            return None;
        }
        let (mean, deviation) = moments(sorted);
        let quartile = |p| type7(sorted, p).unwrap_or(mean);
        let range = quartile(0.75) - quartile(0.25);
        let (centre, spread, spread_kind) = match scaling {
            Scaling::None => (0.0, 1.0, Spread::One),
            Scaling::Robust if range > 0.0 => (quartile(0.5), range, Spread::InterquartileRange),
            Scaling::Robust => (quartile(0.5), deviation, Spread::StandardDeviation),
            Scaling::Standard => (mean, deviation, Spread::StandardDeviation),
        };
        // Values so near each other that their spread is lost in rounding count as equal.
        (spread.is_finite() && spread > 0.0).then_some(Self { feature, logarithm, centre, spread, spread_kind })
    }

    /// A raw value, scaled.
    #[must_use]
    pub fn scale(&self, raw: f64) -> f64 {
        ((if self.logarithm { signed_log(raw) } else { raw }) - self.centre) / self.spread + 0.0
    }

    /// A scaled value in raw units.
    #[must_use]
    pub fn unscale(&self, scaled: f64) -> f64 {
        let value = scaled * self.spread + self.centre;
        if self.logarithm { signed_exp(value) } else { value }
    }
}
