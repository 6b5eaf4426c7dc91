//! Presets that fill bins of equal size: places in an order of customers, ties by customer id.

use rayon::prelude::*;

use crate::analysis::rfm::axis::{Axis, Direction, First, Place, Rule};
use crate::analysis::rfm::quantity::Quantity;
use crate::ids::TextColumn;

/// The rows from the worst to the best value, or the other way round; ties by row, which is by customer id.
fn order(values: &[Quantity], axis: Axis, first: First) -> Vec<u32> {
    let ascending = (first == First::Worst) == (axis.direction() == Direction::HigherIsBetter);
    let keys = || values.iter().map(|value| if ascending { value.millionths() } else { -value.millionths() });
    // Half the memory to move where it is enough, which is up to nine million million.
    match keys().map(i64::try_from).collect::<Result<Vec<_>, _>>() {
        Ok(short) => rows(short.into_iter()),
        Err(_) => rows(keys()),
    }
}

fn rows<K: Ord + Send>(keys: impl Iterator<Item = K>) -> Vec<u32> {
    let mut keyed: Vec<(K, u32)> = keys.zip(0_u32..).collect();
    keyed.par_sort_unstable();
    keyed.into_iter().map(|(_, row)| row).collect()
}

fn places(starts: impl Iterator<Item = usize>, order: &[u32], values: &[Quantity], ids: &TextColumn, first: First) -> Rule {
    let place = |position: usize| {
        let row = *order.get(position)? as usize;
        Some(Place { value: values[row], customer_id: ids.get(row).to_owned() })
    };
    Rule::Places { starts: starts.filter_map(place).collect(), first }
}

pub(super) fn sql_ntile(values: &[Quantity], ids: &TextColumn, axis: Axis, bins: u8) -> Rule {
    let (size, more) = (values.len() / usize::from(bins), values.len() % usize::from(bins));
    // Bins beyond the last customer have no start and stay empty.
    let starts = (1..usize::from(bins)).map(|bin| bin * size + bin.min(more));
    places(starts, &order(values, axis, First::Worst), values, ids, First::Worst)
}

pub(super) fn qcut_rank_first(values: &[Quantity], ids: &TextColumn, axis: Axis, bins: u8) -> Rule {
    let first = if axis.direction() == Direction::LowerIsBetter { First::Best } else { First::Worst };
    // Ranks 1..=n are cut at 1 + (n − 1)·i/k, closed on the right: the first position (from 0) above is ⌊(n − 1)·i/k⌋ + 1.
    let last = values.len().saturating_sub(1);
    let mut starts: Vec<usize> = (1..usize::from(bins)).map(|bin| last * bin / usize::from(bins) + 1).collect();
    // With a single customer there is nobody above a cut.
    starts.retain(|start| *start <= last);
    places(starts.into_iter(), &order(values, axis, first), values, ids, first)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn scores(rule: &Rule, axis: Axis, values: &[Quantity], ids: &TextColumn) -> Vec<u8> {
        values.iter().zip(ids.iter()).map(|(value, id)| rule.score(axis.direction(), *value, id)).collect()
    }

    #[test]
    fn ties_are_split_by_id() {
        let ids: TextColumn = ["a", "b", "c", "d", "e"].into_iter().collect();
        let values = [7_u32; 5].map(Quantity::from);
        // NTILE(2) over 5 rows: 3 and 2.
        let ntile = sql_ntile(&values, &ids, Axis::Recency, 2);
        assert_eq!(scores(&ntile, Axis::Recency, &values, &ids), [1, 1, 1, 2, 2]);
        let rank = qcut_rank_first(&values, &ids, Axis::Recency, 2);
        assert_eq!(scores(&rank, Axis::Recency, &values, &ids), [2, 2, 2, 1, 1]);
        let rank = qcut_rank_first(&values, &ids, Axis::Frequency, 2);
        assert_eq!(scores(&rank, Axis::Frequency, &values, &ids), [1, 1, 1, 2, 2]);
    }

    #[test]
    fn fewer_customers_than_bins() {
        let ids: TextColumn = ["a", "b", "c"].into_iter().collect();
        let values = [1_u32, 2, 3].map(Quantity::from);
        assert_eq!(scores(&sql_ntile(&values, &ids, Axis::Frequency, 5), Axis::Frequency, &values, &ids), [1, 2, 3]);
        // pandas 2.2: qcut([1, 2, 3], 5, labels=False) is 0, 2, 4.
        assert_eq!(scores(&qcut_rank_first(&values, &ids, Axis::Frequency, 5), Axis::Frequency, &values, &ids), [1, 3, 5]);
    }
}
