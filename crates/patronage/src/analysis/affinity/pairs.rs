//! Counting pairs in sets, without a table of pairs.

use rayon::prelude::*;

/// How often each value is in a set, and the frequent pairs.
pub(super) struct Counted {
    pub(super) sets: u64,
    pub(super) single: Vec<u32>,
    /// Pairs (a, c, together) with a < c, in this order.
    pub(super) pairs: Vec<(u32, u32, u32)>,
}

/// Counts the pairs of values below `values` that at least `minimum` of the sets have. Sets are ascending and distinct.
pub(super) fn count<'a>(sets: impl Iterator<Item = &'a [u32]>, values: usize, minimum: u32) -> Counted {
    let sets: Vec<&[u32]> = sets.filter(|set| !set.is_empty()).collect();
    let mut single = vec![0_u32; values];
    sets.iter().flat_map(|set| set.iter()).for_each(|value| single[*value as usize] += 1);
    // Of each frequent value, what stands behind it in the sets that have it.
    let mut behind: Vec<Vec<&[u32]>> = vec![Vec::new(); values];
    for set in &sets {
        for (place, &value) in set.iter().enumerate() {
            if single[value as usize] >= minimum && place + 1 < set.len() {
                behind[value as usize].push(&set[place + 1..]);
            }
        }
    }
    let pairs: Vec<Vec<(u32, u32, u32)>> = behind
        .par_iter()
        .enumerate()
        .map_init(
            || vec![0_u32; values],
            |together, (value, behind)| {
                let mut seen = Vec::new();
                for &other in behind.iter().flat_map(|set| set.iter()) {
                    let count = &mut together[other as usize];
                    if *count == 0 {
                        seen.push(other);
                    }
                    *count += 1;
                }
                seen.sort_unstable();
                let value = u32::try_from(value).unwrap_or(u32::MAX);
                let counts = seen.into_iter().map(|other| (value, other, std::mem::take(&mut together[other as usize])));
                counts.filter(|(_, _, count)| *count >= minimum).collect()
            },
        )
        .collect();
    Counted { sets: sets.len() as u64, single, pairs: pairs.into_iter().flatten().collect() }
}
