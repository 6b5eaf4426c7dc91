//! Customers unlike all others, or unlike their own cluster, and in what.

use serde::{Deserialize, Serialize};

use super::feature::Feature;
use super::scaling::ScaledFeature;
use crate::math::quantile::type7;

/// A median absolute deviation of normal data, in standard deviations.
const MAD_OF_NORMAL: f64 = 1.482_602_218_505_602;

/// A mean absolute deviation of normal data, in standard deviations: √(π/2).
const MEAN_AD_OF_NORMAL: f64 = 1.253_314_137_315_500_3;

/// A distance is unusual beyond the third quartile plus so many interquartile ranges (Tukey's far-out values).
const FAR_OUT: f64 = 3.0;

/// Smaller clusters have no usual distance.
const FEWEST: usize = 20;

/// What is usual among all customers, in one feature.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct Fence {
    /// The median of the scaled feature.
    pub median: f64,
    /// Its robust standard deviation below the median.
    pub deviation_below: f64,
    /// The same above the median: few features are symmetric.
    pub deviation_above: f64,
    /// The least raw value that is usual; not below the least that was seen.
    pub typical_low: f64,
    /// The largest raw value that is usual; not above the largest that was seen.
    pub typical_high: f64,
}

/// In what a customer is most unusual, and how much: above 1 it is an outlier.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Unusual {
    /// The larger of |robust z| / limit and distance / usual distance.
    pub score: f64,
    /// The feature that stands out.
    pub feature: Feature,
    /// Whether beside its cluster, rather than beside all customers.
    pub in_cluster: bool,
    pub(super) place: usize,
}

impl Fence {
    /// From ascending raw values.
    pub(super) fn fit(scaled: &ScaledFeature, limit: f64, sorted_raw: &[f64]) -> Self {
        let sorted: Vec<f64> = sorted_raw.iter().map(|raw| scaled.scale(*raw)).collect();
        let median = type7(&sorted, 0.5).unwrap_or_default();
        let deviation_below =
            deviation(&sorted.iter().rev().map(|value| median - value).filter(|below| *below >= 0.0).collect::<Vec<f64>>());
        let deviation_above = deviation(&sorted.iter().map(|value| value - median).filter(|above| *above >= 0.0).collect::<Vec<f64>>());
        let (least, largest) = (sorted_raw.first().copied().unwrap_or_default(), sorted_raw.last().copied().unwrap_or_default());
        let end = |scaled_end: f64| scaled.unscale(scaled_end).clamp(least, largest);
        let (typical_low, typical_high) = (end(median - limit * deviation_below), end(median + limit * deviation_above));
        Self { median, deviation_below, deviation_above, typical_low, typical_high }
    }

    /// The robust z score of a scaled value, without its sign.
    fn z(&self, scaled: f64) -> f64 {
        let away = scaled - self.median;
        let deviation = if away < 0.0 { self.deviation_below } else { self.deviation_above };
        if deviation > 0.0 { away.abs() / deviation } else { 0.0 }
    }
}

/// The robust standard deviation of one side, from its distances to the median in ascending order.
fn deviation(distances: &[f64]) -> f64 {
    let median = MAD_OF_NORMAL * type7(distances, 0.5).unwrap_or_default();
    // More than half of the side has the median value: the mean deviation instead (Iglewicz and Hoaglin).
    if median > 0.0 { median } else { MEAN_AD_OF_NORMAL * distances.iter().sum::<f64>() / distances.len().max(1) as f64 }
}

/// The usual distance to the centre of a cluster, from the distances of its customers in ascending order; none where
/// they are too few or too much alike to tell.
pub(super) fn usual_distance(sorted: &[f64]) -> Option<f64> {
    let (first, third) = (type7(sorted, 0.25)?, type7(sorted, 0.75)?);
    (sorted.len() >= FEWEST && third > first).then_some(third + FAR_OUT * (third - first))
}

/// In what a scaled row is most unusual.
pub(super) fn unusual(
    features: &[ScaledFeature],
    fences: &[Fence],
    limit: f64,
    row: &[f64],
    centre: &[f64],
    usual_distance: Option<f64>,
) -> Option<Unusual> {
    let first_largest =
        |values: &mut dyn Iterator<Item = f64>| values.enumerate().reduce(|best, other| if other.1 > best.1 { other } else { best });
    let (place, z) = first_largest(&mut row.iter().zip(fences).map(|(value, fence)| fence.z(*value)))?;
    let global = Unusual { score: z / limit, feature: features[place].feature, in_cluster: false, place };
    let squares = || row.iter().zip(centre).map(|(value, centre)| (value - centre) * (value - centre));
    let (place, _) = first_largest(&mut squares())?;
    let local = usual_distance.map(|usual| Unusual {
        score: squares().sum::<f64>().sqrt() / usual,
        feature: features[place].feature,
        in_cluster: true,
        place,
    });
    Some(local.filter(|local| local.score > global.score).unwrap_or(global))
}
