//! Presets whose thresholds are values: equal customers have equal scores.

use crate::analysis::rfm::axis::{Axis, Closed, Rule};
use crate::analysis::rfm::quantity::Quantity;
use crate::error::{Error, Result};
use crate::math::quantile::{Bracket, Share, type7_exact};

fn bracket(sorted: &[i128], part: u32, whole: u32) -> Result<Bracket> {
    type7_exact(sorted, Share { part, whole }).ok_or_else(|| Error::fit("there are no customers to take quantiles of"))
}

/// For cuts closed on the right, x > cut is x > ⌊cut⌋: no rounding of the quantile can change a score.
fn floors(sorted: &[i128], bins: u8) -> Result<Vec<Quantity>> {
    (1..u32::from(bins)).map(|i| Ok(Quantity::from_millionths(bracket(sorted, i, bins.into())?.floor))).collect()
}

fn right(cuts: Vec<Quantity>) -> Rule {
    Rule::Cuts { cuts, closed: Closed::Right }
}

pub(super) fn quantile(sorted: &[i128], bins: u8) -> Result<Rule> {
    Ok(right(floors(sorted, bins)?))
}

pub(super) fn r_rfm(sorted: &[i128], bins: u8) -> Result<Rule> {
    // For cuts closed on the left, x ≥ cut is x ≥ ⌈cut⌉.
    let cut = |i: u32| Ok(Quantity::from_millionths(bracket(sorted, i, bins.into())?.ceil).plus(Quantity::ONE));
    Ok(Rule::Cuts { cuts: (1..u32::from(bins)).map(cut).collect::<Result<_>>()?, closed: Closed::Left })
}

pub(super) fn qcut_value(sorted: &[i128], bins: u8) -> Result<Rule> {
    let mut cuts = floors(sorted, bins)?;
    cuts.dedup();
    // The outer edges are the minimum and the maximum: an inner edge that equals one of them is a duplicate. The lowest
    // interval is closed on both sides, so the minimum needs an edge above it.
    let ends = [sorted.first(), sorted.last()].map(|end| end.map(|end| Quantity::from_millionths(*end)));
    cuts.retain(|cut| !ends.contains(&Some(*cut)));
    Ok(right(cuts))
}

pub(super) fn equal_width(sorted: &[i128], bins: u8) -> Result<Rule> {
    let [Some(low), Some(high)] = [sorted.first(), sorted.last()] else { return Err(Error::fit("there are no customers to bin")) };
    // The i-th of k equal steps from the minimum to the maximum is the type-7 quantile i/k of these two numbers.
    Ok(right(floors(&[*low, *high], bins)?))
}

pub(super) fn custom(thresholds: &[Quantity]) -> Rule {
    right(thresholds.to_vec())
}

pub(super) fn klaviyo(sorted: &[i128], axis: Axis) -> Result<Rule> {
    if axis == Axis::Recency {
        return Ok(right(vec![180.into(), 365.into()]));
    }
    let [low, high] = [bracket(sorted, 33, 100)?, bracket(sorted, 66, 100)?].map(|cut| Quantity::from_millionths(cut.floor));
    Ok(right(vec![low, if axis == Axis::Frequency { high.max(low.plus(Quantity::ONE)) } else { high }]))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn cuts(rule: Result<Rule>) -> Vec<String> {
        match rule {
            Ok(Rule::Cuts { cuts, .. }) => cuts.iter().map(ToString::to_string).collect(),
            _ => Vec::new(),
        }
    }

    fn data(values: &[u32]) -> Vec<i128> {
        values.iter().map(|value| Quantity::from(*value).millionths()).collect()
    }

    #[test]
    fn definitions_on_small_data() {
        let sorted = data(&[1, 1, 1, 1, 2, 3, 10]);
        // (n − 1)·i/5 = 1.2, 2.4, 3.6, 4.8.
        assert_eq!(cuts(quantile(&sorted, 5)), ["1", "1", "1.6", "2.8"]);
        assert_eq!(cuts(r_rfm(&sorted, 5)), ["2", "2", "2.6", "3.8"]);
        assert_eq!(cuts(qcut_value(&sorted, 5)), ["1.6", "2.8"]);
        assert_eq!(cuts(equal_width(&sorted, 3)), ["4", "7"]);
        assert_eq!(cuts(klaviyo(&sorted, Axis::Recency)), ["180", "365"]);
        // q(.33) = 1 and q(.66) = 1.96, below 1 + 1.
        assert_eq!(cuts(klaviyo(&sorted, Axis::Frequency)), ["1", "2"]);
        assert_eq!(cuts(klaviyo(&sorted, Axis::Monetary)), ["1", "1.96"]);
    }

    #[test]
    fn one_value_leaves_one_score() {
        assert_eq!(cuts(qcut_value(&data(&[4, 4, 4]), 5)).len(), 0);
        assert_eq!(cuts(quantile(&data(&[4]), 3)), ["4", "4"]);
    }
}
