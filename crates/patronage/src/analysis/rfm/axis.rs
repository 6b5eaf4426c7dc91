//! The three axes, and the fitted rules that turn a raw value into a score.

use std::cmp::Ordering;
use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};

use super::quantity::Quantity;
use super::rank_table::RankTable;
use crate::error::{Error, Result};
use crate::time::named;

/// What a customer is scored on.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Axis {
    /// Days since the last purchase.
    Recency,
    /// Purchases.
    Frequency,
    /// Money.
    Monetary,
}

named!(Axis, "axis", Self::Recency => "recency", Self::Frequency => "frequency", Self::Monetary => "monetary");

/// Which end of an axis is good for the business.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Direction {
    /// Small values score high: days since the last purchase.
    LowerIsBetter,
    /// Large values score high.
    HigherIsBetter,
}

impl Axis {
    /// All three, in the order of a code's digits.
    pub const ALL: [Self; 3] = [Self::Recency, Self::Frequency, Self::Monetary];

    /// Which end is good.
    #[must_use]
    pub const fn direction(self) -> Direction {
        match self {
            Self::Recency => Direction::LowerIsBetter,
            Self::Frequency | Self::Monetary => Direction::HigherIsBetter,
        }
    }

    /// `R`, `F` or `M`.
    #[must_use]
    pub const fn letter(self) -> char {
        match self {
            Self::Recency => 'R',
            Self::Frequency => 'F',
            Self::Monetary => 'M',
        }
    }

    /// What it is called in Chinese.
    #[must_use]
    pub const fn name_zh(self) -> &'static str {
        match self {
            Self::Recency => "近度",
            Self::Frequency => "频度",
            Self::Monetary => "金额",
        }
    }

    pub(super) const fn index(self) -> usize {
        match self {
            Self::Recency => 0,
            Self::Frequency => 1,
            Self::Monetary => 2,
        }
    }
}

impl Direction {
    /// `Less` when `a` is worse than `b`.
    pub(super) fn compare(self, a: Quantity, b: Quantity) -> Ordering {
        match self {
            Self::LowerIsBetter => b.cmp(&a),
            Self::HigherIsBetter => a.cmp(&b),
        }
    }
}

/// On which side of a cut a value that equals it lies.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Closed {
    /// With the smaller values: intervals are closed on the right, as in `qcut`.
    Right,
    /// With the larger values: intervals are closed on the left.
    Left,
}

/// At which end of an order the counting of places starts.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum First {
    /// The worst customer is first.
    Worst,
    /// The best customer is first.
    Best,
}

/// A place in an order of customers: a value, and among equal values a customer id.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Place {
    /// The raw value.
    pub value: Quantity,
    /// The customer, in ascending order of bytes whichever end of the values is first.
    pub customer_id: String,
}

/// The values that share a score, both ends included; `None` is unbounded.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Range {
    pub(super) low: Option<Quantity>,
    pub(super) high: Option<Quantity>,
}

/// The elements before and after a gap of a slice; `None` when there is no such gap.
fn neighbours<T: Clone>(elements: &[T], gap: usize) -> Option<(Option<T>, Option<T>)> {
    (gap <= elements.len()).then(|| (gap.checked_sub(1).map(|before| elements[before].clone()), elements.get(gap).cloned()))
}

/// How raw values of one axis become scores: 1 + the number of thresholds passed on the way to the good end.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Rule {
    /// Thresholds in raw units: equal values share a score.
    Cuts {
        /// Ascending; equal neighbours leave the score between them unused.
        cuts: Vec<Quantity>,
        /// Where a value that equals a cut lies.
        closed: Closed,
    },
    /// Bins of equal size: customers with equal values are split by customer id.
    Places {
        /// The first place of each further bin, in counting order.
        starts: Vec<Place>,
        /// Where the counting starts.
        first: First,
    },
    /// Average ranks, scaled so that the best customer has 1; a score is a fifth (k-th) of that scale.
    Ranks(RankTable),
}

impl Rule {
    /// The score of a value.
    pub(super) fn score(&self, direction: Direction, value: Quantity, customer_id: &str) -> u8 {
        let passed = match self {
            Self::Cuts { cuts, closed } => {
                let below = match closed {
                    Closed::Right => cuts.partition_point(|cut| *cut < value),
                    Closed::Left => cuts.partition_point(|cut| *cut <= value),
                };
                match direction {
                    Direction::HigherIsBetter => below,
                    Direction::LowerIsBetter => cuts.len() - below,
                }
            }
            Self::Places { starts, first } => {
                let reached = starts.partition_point(|start| {
                    let by_value = direction.compare(start.value, value);
                    let by_value = if *first == First::Worst { by_value } else { by_value.reverse() };
                    by_value.then_with(|| start.customer_id.as_str().cmp(customer_id)).is_le()
                });
                if *first == First::Worst { reached } else { starts.len() - reached }
            }
            Self::Ranks(table) => return table.score(table.rank(direction, value)),
        };
        u8::try_from(passed + 1).unwrap_or(u8::MAX)
    }

    /// The values on the grid of `step` that can have a score; `None` when no value can.
    pub(super) fn range(&self, direction: Direction, score: u8, step: Quantity) -> Option<Range> {
        let score = usize::from(score);
        let up = direction == Direction::HigherIsBetter;
        let range = match self {
            Self::Cuts { cuts, closed } => {
                let index = if up { score.checked_sub(1)? } else { (cuts.len() + 1).checked_sub(score)? };
                let (low, high) = neighbours(cuts, index)?;
                match closed {
                    Closed::Right => Range { low: low.map(|cut| cut.floor_to(step).plus(step)), high: high.map(|cut| cut.floor_to(step)) },
                    Closed::Left => Range { low: low.map(|cut| cut.ceil_to(step)), high: high.map(|cut| cut.ceil_to(step).minus(step)) },
                }
            }
            Self::Places { starts, first } => {
                let worst_first = *first == First::Worst;
                let index = if worst_first { score.checked_sub(1)? } else { (starts.len() + 1).checked_sub(score)? };
                let (from, to) = neighbours(starts, index)?;
                let (from, to) = (from.map(|place| place.value), to.map(|place| place.value));
                if worst_first == up { Range { low: from, high: to } } else { Range { low: to, high: from } }
            }
            Self::Ranks(table) => {
                let (worst, best) = table.ends(u8::try_from(score).unwrap_or(u8::MAX))?;
                if up { Range { low: worst, high: best } } else { Range { low: best, high: worst } }
            }
        };
        range.low.zip(range.high).is_none_or(|(low, high)| low <= high).then_some(range)
    }

    /// Values at which the score changes, or next to which it does.
    pub(super) fn breaks(&self) -> Vec<Quantity> {
        match self {
            Self::Cuts { cuts, .. } => cuts.clone(),
            Self::Places { starts, .. } => starts.iter().map(|start| start.value).collect(),
            Self::Ranks(table) => table.breaks(),
        }
    }

    /// Whether equal values may have different scores.
    pub(super) fn splits_ties(&self) -> bool {
        matches!(self, Self::Places { .. })
    }

    /// Checks what the other methods rely on, for rules that were read from a file.
    pub(super) fn check(&self, bins: u8) -> Result<()> {
        let most = usize::from(bins).saturating_sub(1);
        let sound = match self {
            Self::Cuts { cuts, .. } => cuts.len() <= most && cuts.is_sorted(),
            Self::Places { starts, .. } => starts.len() <= most,
            Self::Ranks(table) => table.bins() == bins,
        };
        if sound { Ok(()) } else { Err(Error::input("the thresholds of a saved RFM model are damaged")) }
    }
}

/// The fitted rules of one axis.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct AxisModel {
    /// The axis.
    pub axis: Axis,
    /// One rule; or, for nested scoring, one for each score (recency), or pair of scores (recency, frequency), of the
    /// axes before, from 1 (11) upwards.
    pub rules: Vec<Rule>,
}

impl AxisModel {
    pub(super) fn one(axis: Axis, rule: Rule) -> Self {
        Self { axis, rules: vec![rule] }
    }

    /// The rule for customers with these scores on the axes before; `bins` is the number of scores.
    pub(super) fn rule(&self, before: &[u8], bins: u8) -> &Rule {
        if let [rule] = self.rules.as_slice() {
            return rule;
        }
        let index = before.iter().fold(0, |index, score| index * usize::from(bins) + usize::from(score.saturating_sub(1)));
        &self.rules[index.min(self.rules.len() - 1)]
    }

    pub(super) fn score(&self, value: Quantity, customer_id: &str, before: &[u8], bins: u8) -> u8 {
        self.rule(before, bins).score(self.axis.direction(), value, customer_id)
    }

    /// The cuts in raw units, ascending; `None` for nested scoring and for rules that are no cuts.
    ///
    /// ```
    /// # use patronage::analysis::rfm::{AxisModel, Axis, Closed, Rule};
    /// let rule = Rule::Cuts { cuts: vec![30.into(), 90.into()], closed: Closed::Right };
    /// let axis = AxisModel { axis: Axis::Recency, rules: vec![rule] };
    /// assert_eq!(axis.thresholds(), Some(vec![30.0, 90.0]));
    /// ```
    #[must_use]
    pub fn thresholds(&self) -> Option<Vec<f64>> {
        match self.rules.as_slice() {
            [Rule::Cuts { cuts, .. }] => Some(cuts.iter().map(|cut| cut.to_f64()).collect()),
            _ => None,
        }
    }
}
