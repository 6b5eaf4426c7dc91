//! Average ranks of values, kept for values that come later.

use serde::{Deserialize, Serialize};

use super::axis::Direction;
use super::quantity::Quantity;
use crate::error::{Error, Result};

/// Every so many values there is an entry in the index.
const STRIDE: usize = 256;

/// The distinct values of an axis and how many customers have each: enough to rank any value among them.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(into = "RankFile", try_from = "RankFile")]
pub struct RankTable {
    /// From worst to best.
    values: Vec<Quantity>,
    /// How many customers have that value or a worse one.
    up_to: Vec<u32>,
    bins: u8,
    /// Every `STRIDE`-th value: a search touches this and one stride, not all of a table larger than the cache.
    index: Vec<Quantity>,
}

#[derive(Debug, Clone, Serialize, Deserialize)]
struct RankFile {
    values: Vec<Quantity>,
    up_to: Vec<u32>,
    bins: u8,
}

impl TryFrom<RankFile> for RankTable {
    type Error = Error;

    fn try_from(RankFile { values, up_to, bins }: RankFile) -> Result<Self> {
        let counted = up_to.first().is_some_and(|count| *count > 0) && up_to.is_sorted_by(|a, b| a < b);
        let ordered = values.is_sorted_by(|a, b| a < b) || values.is_sorted_by(|a, b| a > b);
        if values.len() != up_to.len() || !counted || !ordered || bins < 2 {
            return Err(Error::input("a table of ranks is damaged"));
        }
        Ok(Self::new(values, up_to, bins))
    }
}

impl From<RankTable> for RankFile {
    fn from(RankTable { values, up_to, bins, .. }: RankTable) -> Self {
        Self { values, up_to, bins }
    }
}

/// Twice an average rank, so that it is an integer.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct DoubledRank(u64);

impl RankTable {
    /// A table of values from worst to best, with the customers up to each; there is at least one.
    pub(super) fn new(values: Vec<Quantity>, up_to: Vec<u32>, bins: u8) -> Self {
        let index = values.iter().step_by(STRIDE).copied().collect();
        Self { values, up_to, bins, index }
    }

    /// The distinct values from worst to best.
    #[must_use]
    pub fn values(&self) -> &[Quantity] {
        &self.values
    }

    /// How many customers have that value or a worse one.
    #[must_use]
    pub fn up_to(&self) -> &[u32] {
        &self.up_to
    }

    /// The number of scores.
    #[must_use]
    pub fn bins(&self) -> u8 {
        self.bins
    }

    /// How many distinct values are worse.
    fn worse(&self, direction: Direction, value: Quantity) -> usize {
        let stride = self.index.partition_point(|known| direction.compare(*known, value).is_lt()).saturating_sub(1);
        let start = stride * STRIDE;
        let end = (start + STRIDE).min(self.values.len());
        start + self.values[start..end].partition_point(|known| direction.compare(*known, value).is_lt())
    }

    fn customers_before(&self, position: usize) -> u64 {
        position.checked_sub(1).map_or(0, |position| u64::from(self.up_to[position]))
    }

    fn rank_at(&self, position: usize) -> DoubledRank {
        DoubledRank(self.customers_before(position) + 1 + self.customers_before(position + 1))
    }

    fn best(&self) -> DoubledRank {
        self.rank_at(self.values.len() - 1)
    }

    /// The average rank of a value; one that nobody had at fit time ranks half a place above those it beats, but not
    /// above the best.
    pub(super) fn rank(&self, direction: Direction, value: Quantity) -> DoubledRank {
        let position = self.worse(direction, value);
        if self.values.get(position) == Some(&value) {
            return self.rank_at(position);
        }
        DoubledRank(2 * self.customers_before(position) + 1).min(self.best())
    }

    /// A rank as a share of the best customer's: 0 < share ≤ 1.
    #[expect(clippy::cast_precision_loss, reason = "twice a count of customers is far below 2^53")]
    pub(super) fn share(&self, rank: DoubledRank) -> f64 {
        rank.0 as f64 / self.best().0 as f64
    }

    /// ⌈k · share⌉.
    pub(super) fn score(&self, rank: DoubledRank) -> u8 {
        let score = (u64::from(self.bins) * rank.0).div_ceil(self.best().0);
        u8::try_from(score).unwrap_or(u8::MAX).clamp(1, self.bins)
    }

    /// The position of the first value whose score is not below.
    fn first(&self, score: u8) -> usize {
        let (mut low, mut high) = (0, self.values.len());
        while low < high {
            let middle = usize::midpoint(low, high);
            if self.score(self.rank_at(middle)) < score { low = middle + 1 } else { high = middle }
        }
        low
    }

    /// The worst and the best value of a score, `None` at the ends of the axis; `None` when nobody has it.
    pub(super) fn ends(&self, score: u8) -> Option<(Option<Quantity>, Option<Quantity>)> {
        let (from, to) = (self.first(score), self.first(score.saturating_add(1)));
        (from < to).then(|| ((from > 0).then(|| self.values[from]), (to < self.values.len()).then(|| self.values[to - 1])))
    }

    /// The values on both sides of each change of score.
    pub(super) fn breaks(&self) -> Vec<Quantity> {
        let sides = |score: u8| [self.first(score).checked_sub(1), Some(self.first(score))];
        (2..=self.bins).flat_map(sides).flatten().filter_map(|position| self.values.get(position).copied()).collect()
    }
}
