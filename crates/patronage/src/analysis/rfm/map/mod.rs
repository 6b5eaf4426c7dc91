//! From scores to named segments.
//!
//! A map gives each combination of scores one segment. Six are [shipped](SegmentMap::named); anybody's own is a TOML
//! file:
//!
//! ```
//! use patronage::analysis::rfm::SegmentMap;
//! let map = SegmentMap::from_toml(r#"
//!     name = "two_steps"
//!     bins = 5                      # scores 1 to 5; 5 if left out
//!     match = "first"               # the first segment that fits; "exclusive" (default): a code stands in one segment only
//!     otherwise = "others"          # where codes go that no segment lists
//!
//!     [[segment]]
//!     key = "best"                  # stable, snake_case: what stands in the files
//!     en = "Best customers"         # names and suggested actions are optional
//!     zh = "最佳客户"
//!     action_en = "Thank them in person"
//!     codes = [555, "554"]          # code lists ...
//!     where = [{ r = "4-5", f = 5 }]  # ... and ranges; an axis left out is any score
//!
//!     [[segment]]
//!     key = "asleep"
//!     where = [{ r = "1-2" }]
//!
//!     [[segment]]
//!     key = "others"
//! "#)?;
//! assert_eq!(map.segment_of(4, 5, 1).map(|segment| segment.key()), Some("best"));
//! assert_eq!(map.segment_of(3, 3, 3).map(|segment| segment.key()), Some("others"));
//! # Ok::<(), patronage::Error>(())
//! ```
//!
//! Further top-level settings: `input = "weighted"` (five levels, 1 lowest, as the score of R), and `input = "high_low"`
//! (two scores, 1 low and 2 high) with the [cut](HighLowCut) as `cut = "mean_of_values"`, `"mean_of_scores"`, `"median"`
//! or `cut = { fixed = { recency_days = "90", frequency = "3", monetary = "250.00" } }`.
//!
//! [`SegmentMap::lint`] says what is wrong with a map; `fit` refuses a map in which a code has no segment or two.

mod file;
mod lint;
mod shipped;

use serde::{Deserialize, Serialize};

use super::quantity::Quantity;
use crate::error::{Error, Result};

pub use lint::Finding;

/// What the digits of a map's codes are.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Input {
    /// The scores.
    Scores,
    /// 2 where a customer is beyond the cut towards the good end, else 1.
    HighLow(HighLowCut),
    /// The level of the weighted score, in the place of R: 5 above 4.5, 4 above 4, 3 above 3, 2 above 1.6, else 1.
    Weighted,
}

/// Where high begins, strictly beyond the cut.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum HighLowCut {
    /// The mean of the raw values.
    #[default]
    MeanOfValues,
    /// The mean of the scores.
    MeanOfScores,
    /// The median of the raw values.
    Median,
    /// The user's numbers.
    Fixed {
        /// High is fewer days than this.
        recency_days: Quantity,
        /// High is more orders than this.
        frequency: Quantity,
        /// High is more money than this, in currency units.
        monetary: Quantity,
    },
}

/// The lower bounds of the levels of the weighted score, from the lowest; each level lies strictly above its bound.
pub(super) const LEVELS: [f64; 4] = [1.6, 3.0, 4.0, 4.5];

/// A segment: a stable key, and words for people.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Segment {
    key: String,
    en: String,
    zh: String,
    action_en: String,
    action_zh: String,
}

impl Segment {
    /// The stable key that stands in files: lower-case letters, digits and `_`.
    #[must_use]
    pub fn key(&self) -> &str {
        &self.key
    }

    /// The English name; the key where a user's map gives none.
    #[must_use]
    pub fn name_en(&self) -> &str {
        &self.en
    }

    /// The Chinese name; the English one where a user's map gives none.
    #[must_use]
    pub fn name_zh(&self) -> &str {
        &self.zh
    }

    /// What to do about these customers, in English; empty where a user's map does not say.
    #[must_use]
    pub fn action_en(&self) -> &str {
        &self.action_en
    }

    /// What to do about these customers, in Chinese; empty where a user's map does not say.
    #[must_use]
    pub fn action_zh(&self) -> &str {
        &self.action_zh
    }
}

/// A box of codes: for each axis the lowest and the highest score.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Pattern {
    ranges: [(u8, u8); 3],
    /// Whether it stands for a listed code, and not for ranges.
    listed: bool,
}

impl Pattern {
    fn holds(self, code: [u8; 3]) -> bool {
        self.ranges.iter().zip(code).all(|((low, high), score)| (*low..=*high).contains(&score))
    }

    fn to_text(self) -> String {
        if self.listed {
            return self.ranges.map(|(score, _)| score.to_string()).concat();
        }
        let text =
            |(letter, (low, high)): (char, (u8, u8))| if low == high { format!("{letter}{low}") } else { format!("{letter}{low}-{high}") };
        ['R', 'F', 'M'].into_iter().zip(self.ranges).map(text).collect::<Vec<_>>().join(" ")
    }
}

/// Whether a code may stand in several segments.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
enum Matching {
    /// In one only; two are a mistake.
    #[default]
    Exclusive,
    /// In several; the first counts.
    First,
}

/// One line of a map: these codes are that segment.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct MapRule {
    segment: u16,
    pattern: Pattern,
}

/// What a code is, and by which rule (`None`: by `otherwise`).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Hit {
    pub(super) segment: u16,
    rule: Option<u16>,
}

/// Gives each code one segment. See the [module](self).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(into = "file::MapFile", try_from = "file::MapFile")]
pub struct SegmentMap {
    name: String,
    bins: u8,
    input: Input,
    matching: Matching,
    otherwise: Option<u16>,
    segments: Vec<Segment>,
    rules: Vec<MapRule>,
    /// The hit of each code, by position; derived from the rules.
    table: Vec<Option<Hit>>,
}

impl SegmentMap {
    fn new(
        name: String,
        bins: u8,
        input: Input,
        matching: Matching,
        otherwise: Option<u16>,
        segments: Vec<Segment>,
        rules: Vec<MapRule>,
    ) -> Self {
        let mut map = Self { name, bins, input, matching, otherwise, segments, rules, table: Vec::new() };
        map.table = map
            .codes()
            .map(|code| {
                let rule = (0_u16..).zip(&map.rules).find(|(_, rule)| rule.pattern.holds(code));
                rule.map(|(index, rule)| Hit { segment: rule.segment, rule: Some(index) })
                    .or(map.otherwise.map(|segment| Hit { segment, rule: None }))
            })
            .collect();
        map
    }

    /// The name.
    #[must_use]
    pub fn name(&self) -> &str {
        &self.name
    }

    /// The number of scores that the codes are made of.
    #[must_use]
    pub fn bins(&self) -> u8 {
        self.bins
    }

    /// What the digits of the codes are.
    #[must_use]
    pub fn input(&self) -> Input {
        self.input
    }

    /// The segments; the index of a segment is its position here.
    #[must_use]
    pub fn segments(&self) -> &[Segment] {
        &self.segments
    }

    /// Changes the cut of a map of high and low; does nothing to others.
    #[must_use]
    pub fn with_cut(mut self, cut: HighLowCut) -> Self {
        if matches!(self.input, Input::HighLow(_)) {
            self.input = Input::HighLow(cut);
        }
        self
    }

    /// The segment of a combination of scores; `None` where the map says nothing.
    ///
    /// ```
    /// use patronage::analysis::rfm::SegmentMap;
    /// assert_eq!(SegmentMap::eleven().segment_of(5, 5, 4).map(|segment| segment.name_zh()), Some("冠军客户"));
    /// ```
    #[must_use]
    pub fn segment_of(&self, r: u8, f: u8, m: u8) -> Option<&Segment> {
        self.hit([r, f, m]).map(|hit| &self.segments[usize::from(hit.segment)])
    }

    pub(super) fn hit(&self, code: [u8; 3]) -> Option<Hit> {
        let all = code.iter().all(|score| (1..=self.bins).contains(score));
        let others = if self.input == Input::Weighted { 1 } else { usize::from(self.bins) };
        let position = code.iter().fold(0, |position, score| position * others + usize::from(score.saturating_sub(1)));
        self.table.get(position).copied().flatten().filter(|_| all)
    }

    /// The codes of the rule behind a hit, high and low by their words; `None` where no rule lists the code.
    pub(super) fn pattern_text(&self, hit: Hit, [low, high]: [&str; 2]) -> Option<String> {
        let pattern = hit.rule.and_then(|rule| self.rules.get(usize::from(rule)))?.pattern;
        if pattern.listed && matches!(self.input, Input::HighLow(_)) {
            return Some(pattern.ranges.map(|(level, _)| if level == 2 { high } else { low }).join(" "));
        }
        Some(pattern.to_text())
    }

    /// Every code, 111 first.
    fn codes(&self) -> impl Iterator<Item = [u8; 3]> + use<> {
        let bins = self.bins;
        // Only R carries the level of a weighted map.
        let others = if self.input == Input::Weighted { 1 } else { bins };
        (1..=bins).flat_map(move |r| (1..=others).flat_map(move |f| (1..=others).map(move |m| [r, f, m])))
    }

    /// Reads a user's map. The [module](self) shows the format.
    ///
    /// # Errors
    /// When the text is no TOML, a name is unknown, a key is malformed or stands twice, or a code or range does not
    /// fit the number of scores; the message names the segment and the value.
    pub fn from_toml(text: &str) -> Result<Self> {
        let file: file::MapFile =
            toml::from_str(text).map_err(|error| Error::parameter(format!("segment map: {}", error.to_string().trim_end())))?;
        file.try_into()
    }

    /// The map as TOML that [`from_toml`](Self::from_toml) reads.
    ///
    /// # Errors
    /// Never for a map that was read or shipped; the signature follows the serialiser's.
    pub fn to_toml(&self) -> Result<String> {
        toml::to_string(self).map_err(|error| Error::write(format!("segment map `{}`: {error}", self.name)))
    }
}
