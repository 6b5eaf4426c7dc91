//! The form in which a map is read and written.

use serde::{Deserialize, Serialize};

use super::{HighLowCut, Input, MapRule, Matching, Pattern, Segment, SegmentMap};
use crate::error::{Error, Result};

/// More segments than any code list can fill.
const MOST_SEGMENTS: usize = 729;

/// More rules than a hand writes; what a code list of every code for each axis needs.
const MOST_RULES: usize = 10_000;

#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct MapFile {
    name: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    bins: Option<u8>,
    #[serde(default)]
    input: InputName,
    #[serde(default, rename = "match")]
    matching: Matching,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    otherwise: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    cut: Option<HighLowCut>,
    segment: Vec<SegmentFile>,
}

#[derive(Debug, Clone, Copy, Default, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
enum InputName {
    #[default]
    Scores,
    HighLow,
    Weighted,
}

#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct SegmentFile {
    key: String,
    #[serde(default, skip_serializing_if = "String::is_empty")]
    en: String,
    #[serde(default, skip_serializing_if = "String::is_empty")]
    zh: String,
    #[serde(default, skip_serializing_if = "String::is_empty")]
    action_en: String,
    #[serde(default, skip_serializing_if = "String::is_empty")]
    action_zh: String,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    codes: Vec<Scalar>,
    #[serde(default, rename = "where", skip_serializing_if = "Vec::is_empty")]
    ranges: Vec<RangesFile>,
}

#[derive(Debug, Clone, Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct RangesFile {
    #[serde(default, skip_serializing_if = "Option::is_none")]
    r: Option<Scalar>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    f: Option<Scalar>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    m: Option<Scalar>,
}

/// `555` or `"555"`, `4` or `"4-5"`.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(untagged)]
enum Scalar {
    Number(u32),
    Text(String),
}

impl Scalar {
    fn text(&self) -> String {
        match self {
            Self::Number(number) => number.to_string(),
            Self::Text(text) => text.clone(),
        }
    }
}

fn score(text: &str, bins: u8) -> Option<u8> {
    text.trim().parse().ok().filter(|score| (1..=bins).contains(score))
}

fn listed(text: &str, bins: u8) -> Option<Pattern> {
    let digits: Vec<char> = text.chars().collect();
    let [r, f, m] = digits.as_slice() else { return None };
    let one = |digit: &char| digit.to_digit(10).and_then(|digit| u8::try_from(digit).ok()).filter(|digit| (1..=bins).contains(digit));
    let ranges = [one(r)?, one(f)?, one(m)?].map(|score| (score, score));
    Some(Pattern { ranges, listed: true })
}

impl TryFrom<MapFile> for SegmentMap {
    type Error = Error;

    fn try_from(file: MapFile) -> Result<Self> {
        let map = file.name.as_str();
        let wrong = |segment: &str, what: String, value: &str| {
            Error::parameter(format!("segment map `{map}`, segment `{segment}`: {what}")).with_value(value)
        };
        if map.trim().is_empty() {
            return Err(Error::parameter("a segment map needs a name"));
        }
        let input = match (file.input, file.cut) {
            (InputName::HighLow, cut) => Input::HighLow(cut.unwrap_or_default()),
            (_, Some(_)) => return Err(Error::parameter(format!("segment map `{map}`: a cut is for `input = \"high_low\"`"))),
            (InputName::Scores, None) => Input::Scores,
            (InputName::Weighted, None) => Input::Weighted,
        };
        let usual = if matches!(input, Input::HighLow(_)) { 2 } else { 5 };
        let bins = file.bins.unwrap_or(usual);
        if !(2..=9).contains(&bins) || (input != Input::Scores && bins != usual) {
            let rule = if input == Input::Scores { "2 to 9".to_owned() } else { usual.to_string() };
            return Err(
                Error::parameter(format!("segment map `{map}`: the number of scores has to be {rule}")).with_value(&bins.to_string())
            );
        }
        if file.segment.is_empty() || file.segment.len() > MOST_SEGMENTS {
            return Err(Error::parameter(format!("segment map `{map}` has {} segments: 1 to {MOST_SEGMENTS} can be", file.segment.len())));
        }
        let mut segments: Vec<Segment> = Vec::with_capacity(file.segment.len());
        let mut rules = Vec::new();
        for (index, own) in (0_u16..).zip(&file.segment) {
            let key = own.key.as_str();
            if key.is_empty() || !key.bytes().all(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'_') {
                return Err(wrong(key, "a key is lower-case letters, digits and `_`".to_owned(), key));
            }
            if segments.iter().any(|other| other.key == key) {
                return Err(wrong(key, "the key stands twice".to_owned(), key));
            }
            for code in &own.codes {
                let text = code.text();
                let pattern = listed(&text, bins).ok_or_else(|| wrong(key, format!("a code is three digits from 1 to {bins}"), &text))?;
                rules.push(MapRule { segment: index, pattern });
            }
            for ranges in &own.ranges {
                let range = |side: &Option<Scalar>| {
                    let Some(text) = side.as_ref().map(Scalar::text) else { return Ok((1, bins)) };
                    let (low, high) = text.split_once('-').unwrap_or((&text, &text));
                    let ends = score(low, bins).zip(score(high, bins)).filter(|(low, high)| low <= high);
                    ends.ok_or_else(|| wrong(key, format!("a range is a score, or two like 3-{bins}, from 1 to {bins}"), &text))
                };
                let ranges = [range(&ranges.r)?, range(&ranges.f)?, range(&ranges.m)?];
                rules.push(MapRule { segment: index, pattern: Pattern { ranges, listed: false } });
            }
            let or = |text: &str, other: &str| if text.is_empty() { other.to_owned() } else { text.to_owned() };
            let en = or(&own.en, key);
            let zh = or(&own.zh, &en);
            segments.push(Segment { key: key.to_owned(), en, zh, action_en: own.action_en.clone(), action_zh: own.action_zh.clone() });
        }
        if rules.len() > MOST_RULES {
            return Err(Error::parameter(format!("segment map `{map}` has {} rules: {MOST_RULES} can be", rules.len())));
        }
        let position = |key: &String| {
            let found = (0_u16..).zip(&segments).find(|(_, segment)| segment.key == *key).map(|(index, _)| index);
            found.ok_or_else(|| Error::parameter(format!("segment map `{map}`: `otherwise` names no segment of the map")).with_value(key))
        };
        let otherwise = file.otherwise.as_ref().map(position).transpose()?;
        Ok(Self::new(file.name, bins, input, file.matching, otherwise, segments, rules))
    }
}

impl From<SegmentMap> for MapFile {
    fn from(map: SegmentMap) -> Self {
        let (input, cut) = match map.input {
            Input::Scores => (InputName::Scores, None),
            Input::HighLow(cut) => (InputName::HighLow, Some(cut)),
            Input::Weighted => (InputName::Weighted, None),
        };
        let range = |(low, high): (u8, u8)| if (low, high) == (1, map.bins) { None } else { Some(Scalar::Text(format!("{low}-{high}"))) };
        let segment = (0_u16..)
            .zip(&map.segments)
            .map(|(index, segment)| {
                let own = || map.rules.iter().filter(move |rule| rule.segment == index).map(|rule| rule.pattern);
                SegmentFile {
                    key: segment.key.clone(),
                    en: segment.en.clone(),
                    zh: segment.zh.clone(),
                    action_en: segment.action_en.clone(),
                    action_zh: segment.action_zh.clone(),
                    codes: own().filter(|pattern| pattern.listed).map(|pattern| Scalar::Text(pattern.to_text())).collect(),
                    ranges: own()
                        .filter(|pattern| !pattern.listed)
                        .map(|pattern| pattern.ranges.map(range))
                        .map(|[r, f, m]| RangesFile { r, f, m })
                        .collect(),
                }
            })
            .collect();
        let otherwise = map.otherwise.map(|index| map.segments[usize::from(index)].key.clone());
        Self { name: map.name, bins: Some(map.bins), input, matching: map.matching, otherwise, cut, segment }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn error(text: &str) -> String {
        SegmentMap::from_toml(text).map_or_else(|error| error.to_string(), |_| String::new())
    }

    #[test]
    fn errors_name_segment_and_value() {
        let with = |line: &str| error(&format!("name = \"x\"\n[[segment]]\nkey = \"a\"\n{line}"));
        assert_eq!(with("codes = [516]"), "segment map `x`, segment `a`: a code is three digits from 1 to 5: `516`");
        assert_eq!(with("codes = [\"55\"]"), "segment map `x`, segment `a`: a code is three digits from 1 to 5: `55`");
        assert_eq!(
            with("where = [{ r = \"4-2\" }]"),
            "segment map `x`, segment `a`: a range is a score, or two like 3-5, from 1 to 5: `4-2`"
        );
        assert_eq!(with("where = [{ r = 0 }]"), "segment map `x`, segment `a`: a range is a score, or two like 3-5, from 1 to 5: `0`");
        assert_eq!(with("[[segment]]\nkey = \"a\""), "segment map `x`, segment `a`: the key stands twice: `a`");
        assert_eq!(
            with("[[segment]]\nkey = \"A b\""),
            "segment map `x`, segment `A b`: a key is lower-case letters, digits and `_`: `A b`"
        );
        assert!(with("colour = 1").contains("colour"));
        assert_eq!(error("name = \"x\"\nsegment = []"), "segment map `x` has 0 segments: 1 to 729 can be");
        assert_eq!(error("name = \" \"\nsegment = []"), "a segment map needs a name");
        assert_eq!(error("name = \"x\"\nbins = 10\nsegment = []"), "segment map `x`: the number of scores has to be 2 to 9: `10`");
        assert_eq!(
            error("name = \"x\"\nbins = 3\ninput = \"high_low\"\nsegment = []"),
            "segment map `x`: the number of scores has to be 2: `3`"
        );
        assert_eq!(error("name = \"x\"\ncut = \"median\"\nsegment = []"), "segment map `x`: a cut is for `input = \"high_low\"`");
        assert_eq!(
            error("name = \"x\"\notherwise = \"b\"\n[[segment]]\nkey = \"a\""),
            "segment map `x`: `otherwise` names no segment of the map: `b`"
        );
        assert!(error("segment").starts_with("segment map: TOML parse error"));
    }

    #[test]
    fn cuts_of_high_and_low() {
        let with = |cut: &str| {
            let text = format!("name = \"x\"\ninput = \"high_low\"\n{cut}\n[[segment]]\nkey = \"a\"\nwhere = [{{}}]");
            SegmentMap::from_toml(&text).map(|map| map.input()).map_err(|error| error.to_string())
        };
        assert_eq!(with(""), Ok(Input::HighLow(HighLowCut::MeanOfValues)));
        assert_eq!(with("cut = \"median\""), Ok(Input::HighLow(HighLowCut::Median)));
        let Ok(monetary) = "250.5".parse() else { panic!("a number") };
        let fixed = HighLowCut::Fixed { recency_days: 90.into(), frequency: 3.into(), monetary };
        assert_eq!(
            with("cut = { fixed = { recency_days = \"90\", frequency = \"3\", monetary = \"250.50\" } }"),
            Ok(Input::HighLow(fixed))
        );
        assert!(with("cut = \"middle\"").is_err_and(|error| error.contains("middle")));
    }

    #[test]
    fn every_shipped_map_is_read_back() {
        for map in SegmentMap::shipped() {
            let text = map.to_toml().unwrap_or_default();
            assert_eq!(SegmentMap::from_toml(&text).ok().as_ref(), Some(&map), "{text}");
        }
    }
}
