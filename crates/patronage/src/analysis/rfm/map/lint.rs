//! What can be wrong with a map.

use std::fmt;

use super::{Matching, SegmentMap};

/// Something a map's author should know.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub enum Finding {
    /// No segment lists these codes.
    Uncovered {
        /// The codes, ascending.
        codes: Vec<u16>,
        /// The key of the segment they go to; without one, the map cannot be used.
        goes_to: Option<String>,
    },
    /// Two segments list the same code, although the map is exclusive.
    Overlap {
        /// The code.
        code: u16,
        /// The keys of the first two segments that list it.
        segments: [String; 2],
    },
    /// No code leads to this segment.
    UnreachableSegment {
        /// The segment's key.
        segment: String,
    },
    /// No code reaches this rule, because others before it take all of its codes.
    UnreachableRule {
        /// The segment's key.
        segment: String,
        /// The rule, as in a reason.
        rule: String,
    },
}

impl Finding {
    /// Whether the map cannot be used: a code has no segment, or two.
    #[must_use]
    pub fn is_error(&self) -> bool {
        matches!(self, Self::Overlap { .. } | Self::Uncovered { goes_to: None, .. })
    }
}

impl fmt::Display for Finding {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Uncovered { codes, goes_to } => {
                let list = codes.iter().take(12).map(ToString::to_string).collect::<Vec<_>>().join(" ");
                let more = if codes.len() > 12 { " …" } else { "" };
                write!(f, "{} codes have no segment of their own: {list}{more}", codes.len())?;
                match goes_to {
                    Some(segment) => write!(f, "; they go to `{segment}`"),
                    None => f.write_str("; name a segment for them as `otherwise`"),
                }
            }
            Self::Overlap { code, segments: [one, other] } => write!(f, "code {code} stands in `{one}` and in `{other}`"),
            Self::UnreachableSegment { segment } => write!(f, "no code leads to segment `{segment}`"),
            Self::UnreachableRule { segment, rule } => write!(f, "rule `{rule}` of segment `{segment}` is never reached"),
        }
    }
}

fn number(code: [u8; 3]) -> u16 {
    code.iter().fold(0, |number, digit| number * 10 + u16::from(*digit))
}

impl SegmentMap {
    /// Finds codes without a segment or with two, and segments and rules that nothing reaches.
    ///
    /// ```
    /// use patronage::analysis::rfm::SegmentMap;
    /// assert!(SegmentMap::eleven().lint().is_empty());
    /// let findings = SegmentMap::r_rfm_readme().lint();
    /// assert_eq!(findings.len(), 1);
    /// assert!(findings[0].to_string().starts_with("10 codes have no segment of their own"));
    /// ```
    #[must_use]
    pub fn lint(&self) -> Vec<Finding> {
        let key = |segment: u16| self.segments[usize::from(segment)].key.clone();
        let mut findings = Vec::new();
        let mut uncovered = Vec::new();
        let mut reached = vec![false; self.rules.len()];
        let mut used = vec![false; self.segments.len()];
        for code in self.codes() {
            let mut holding = (0..).zip(&self.rules).filter(|(_, rule)| rule.pattern.holds(code));
            let Some((index, rule)) = holding.next() else {
                uncovered.push(number(code));
                continue;
            };
            let index: usize = index;
            reached[index] = true;
            used[usize::from(rule.segment)] = true;
            if self.matching == Matching::Exclusive
                && let Some((_, other)) = holding.find(|(_, other)| other.segment != rule.segment)
            {
                findings.push(Finding::Overlap { code: number(code), segments: [key(rule.segment), key(other.segment)] });
            }
        }
        if let Some(segment) = self.otherwise.filter(|_| !uncovered.is_empty()) {
            used[usize::from(segment)] = true;
        }
        if !uncovered.is_empty() {
            findings.insert(0, Finding::Uncovered { codes: uncovered, goes_to: self.otherwise.map(key) });
        }
        for (segment, _) in self.segments.iter().zip(&used).filter(|(_, used)| !**used) {
            findings.push(Finding::UnreachableSegment { segment: segment.key.clone() });
        }
        for (rule, _) in self.rules.iter().zip(&reached).filter(|(_, reached)| !**reached) {
            findings.push(Finding::UnreachableRule { segment: key(rule.segment), rule: rule.pattern.to_text() });
        }
        findings
    }
}
