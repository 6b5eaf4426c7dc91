//! Presets that work on mean ranks: SPSS binning and the weighted score.

use rayon::prelude::*;

use crate::analysis::rfm::axis::{Axis, AxisModel, Closed, Direction, Rule};
use crate::analysis::rfm::quantity::Quantity;
use crate::analysis::rfm::rank_table::RankTable;
use crate::analysis::rfm::values::Values;
use crate::error::{Error, Result};

/// The weights of recency, frequency and money in the weighted score.
pub(in crate::analysis::rfm) const WEIGHTS: [f64; 3] = [0.15, 0.28, 0.57];

/// 0.05·(0.15·R + 0.28·F + 0.57·M) of ranks on a scale to 100, from ranks on a scale to 1.
pub(in crate::analysis::rfm) fn weighted_score(ranks: [f64; 3]) -> f64 {
    let [r, f, m] = ranks.map(|rank| rank * 100.0);
    0.05 * (WEIGHTS[0] * r + WEIGHTS[1] * f + WEIGHTS[2] * m)
}

/// Runs of equal values from worst to best, each with the number of customers up to and including it.
fn runs(sorted: &[i128], axis: Axis) -> (Vec<Quantity>, Vec<usize>) {
    let mut values = Vec::new();
    let mut up_to = Vec::new();
    let mut add = |run: &[i128]| {
        values.push(Quantity::from_millionths(run[0]));
        up_to.push(up_to.last().copied().unwrap_or(0) + run.len());
    };
    match axis.direction() {
        Direction::HigherIsBetter => sorted.chunk_by(|a, b| a == b).for_each(&mut add),
        Direction::LowerIsBetter => {
            let mut rest = sorted;
            while let Some(value) = rest.last() {
                let run = &rest[rest.partition_point(|other| other < value)..];
                add(run);
                rest = &rest[..rest.len() - run.len()];
            }
        }
    }
    (values, up_to)
}

pub(super) fn average(sorted: &[i128], axis: Axis, bins: u8) -> Result<Rule> {
    let (values, up_to) = runs(sorted, axis);
    let up_to = up_to.into_iter().map(u32::try_from).collect::<Result<_, _>>();
    Ok(Rule::Ranks(RankTable::new(values, up_to.map_err(|_| Error::fit("more than 2^32 customers"))?, bins)))
}

/// 1 + ⌊k·rank / (n + 1)⌋ of the mean rank, as cuts: for each further score the worst value that reaches it.
pub(super) fn spss(sorted: &[i128], axis: Axis, bins: u8) -> Rule {
    let (values, up_to) = runs(sorted, axis);
    let (k, n) = (usize::from(bins), sorted.len());
    let mut cuts = Vec::new();
    let mut before = 0;
    for (value, up_to) in values.iter().zip(&up_to) {
        // The mean rank of the run is (before + 1 + up_to) / 2.
        let score = 1 + k * (before + 1 + up_to) / (2 * (n + 1));
        while cuts.len() + 1 < score {
            cuts.push(*value);
        }
        before = *up_to;
    }
    let higher = axis.direction() == Direction::HigherIsBetter;
    if !higher {
        cuts.reverse();
    }
    // A value that equals a cut has passed it.
    Rule::Cuts { cuts, closed: if higher { Closed::Left } else { Closed::Right } }
}

/// A rule for each group; the groups come sorted by (group, value).
fn grouped(keyed: &[(u8, i128)], groups: u8, axis: Axis, bins: u8) -> Vec<Rule> {
    let mut rest = keyed;
    (0..groups)
        .map(|group| {
            let (own, others) = rest.split_at(rest.partition_point(|(other, _)| *other == group));
            rest = others;
            spss(&own.iter().map(|(_, value)| *value).collect::<Vec<_>>(), axis, bins)
        })
        .collect()
}

pub(super) fn spss_nested(values: &Values, bins: u8) -> [AxisModel; 3] {
    let recency = AxisModel::one(Axis::Recency, spss(&values.sorted(Axis::Recency), Axis::Recency, bins));
    let [r, f, m] = Axis::ALL.map(|axis| values.axis(axis));
    let by_recency: Vec<u8> = r.par_iter().map(|value| recency.score(*value, "", &[], bins) - 1).collect();
    let sorted = |groups: &[u8], values: &[Quantity]| {
        let mut keyed: Vec<(u8, i128)> = groups.iter().zip(values).map(|(group, value)| (*group, value.millionths())).collect();
        keyed.par_sort_unstable();
        keyed
    };
    let frequency = AxisModel { axis: Axis::Frequency, rules: grouped(&sorted(&by_recency, f), bins, Axis::Frequency, bins) };
    let by_both: Vec<u8> =
        by_recency.par_iter().zip(f).map(|(group, value)| group * bins + frequency.score(*value, "", &[group + 1], bins) - 1).collect();
    let monetary = AxisModel { axis: Axis::Monetary, rules: grouped(&sorted(&by_both, m), bins * bins, Axis::Monetary, bins) };
    [recency, frequency, monetary]
}

#[cfg(test)]
mod tests {
    use super::*;

    fn data(values: &[u32]) -> Vec<i128> {
        values.iter().map(|value| Quantity::from(*value).millionths()).collect()
    }

    #[test]
    fn spss_scores_are_those_of_the_formula() {
        let sorted = data(&[1, 1, 1, 1, 2, 3, 10]);
        let rule = spss(&sorted, Axis::Frequency, 5);
        let scores: Vec<u8> = [1, 2, 3, 10].map(|value: u32| rule.score(Direction::HigherIsBetter, value.into(), "")).into();
        // Mean ranks 2.5, 5, 6, 7 of 7: 1 + ⌊5·rank/8⌋.
        assert_eq!(scores, [2, 4, 4, 5]);
        let rule = spss(&sorted, Axis::Recency, 5);
        let scores: Vec<u8> = [1, 2, 3, 10].map(|value: u32| rule.score(Direction::LowerIsBetter, value.into(), "")).into();
        // Mean ranks from the worst: 5.5, 3, 2, 1.
        assert_eq!(scores, [4, 2, 2, 1]);
    }

    #[test]
    fn average_ranks_share_ties_and_place_the_unseen() {
        let sorted = data(&[1, 1, 4]);
        let Ok(Rule::Ranks(table)) = average(&sorted, Axis::Frequency, 5) else { panic!("three customers can be ranked") };
        let ranks = [0, 1, 2, 4, 9].map(|value: u32| table.share(table.rank(Direction::HigherIsBetter, value.into())) * 3.0);
        for (ours, expected) in ranks.iter().zip([0.5, 1.5, 2.5, 3.0, 3.0]) {
            assert!((ours - expected).abs() < 1e-15, "{ours} {expected}");
        }
        let Ok(Rule::Ranks(table)) = average(&sorted, Axis::Recency, 5) else { panic!("three customers can be ranked") };
        assert!((table.share(table.rank(Direction::LowerIsBetter, 4.into())) - 1.0 / 2.5).abs() < 1e-15);
        assert_eq!(table.ends(5), Some((Some(1.into()), None)));
    }

    #[test]
    fn a_perfect_customer_has_five() {
        assert!((weighted_score([1.0; 3]) - 5.0).abs() < 1e-12);
        assert!((WEIGHTS.iter().sum::<f64>() - 1.0).abs() < 1e-12);
    }
}
