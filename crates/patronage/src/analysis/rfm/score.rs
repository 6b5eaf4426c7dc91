//! Scores, segments and reasons of a table of customers.

use rayon::prelude::*;

use super::fit::{Placement, RfmModel};
use super::map::{Input, Segment};
use super::words::{Wording, Words};
use crate::customers::Customers;
use crate::error::{Error, Result};

/// The result of RFM, one row per customer in the order of the customers.
#[derive(Debug, Clone, PartialEq)]
pub struct RfmScores {
    recency: Vec<u8>,
    frequency: Vec<u8>,
    monetary: Vec<u8>,
    segment: Vec<u16>,
    weighted: Option<Vec<f64>>,
    reason: Vec<u32>,
    reasons: Vec<String>,
    reason_words: Vec<ReasonWords>,
    segments: Vec<Segment>,
}

/// A reason for people to read, with the names of segments for their keys.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ReasonWords {
    /// The scores that it is about; none where high and low or the weighted score decide.
    pub scores: Option<[u8; 3]>,
    /// The segment, as a position in [`RfmScores::segments`].
    pub segment: u16,
    /// In English.
    pub en: String,
    /// In Chinese.
    pub zh: String,
}

impl RfmModel {
    /// Scores customers, the fitted ones or others, with the thresholds as they are.
    ///
    /// # Errors
    /// When frequency is counted in another way than at fit time (kind `Parameter`), or money is beyond 10^22 (`Overflow`).
    pub fn score(&self, customers: &Customers) -> Result<RfmScores> {
        let values = self.values(customers, 0..customers.len())?;
        let ids = customers.customer_id();
        // `fit` and reading a model have made sure that the map covers every code.
        let uncovered = || Error::fit("the segment map does not cover a code");
        let places: Vec<Placement> = (0..customers.len())
            .into_par_iter()
            .map(|row| self.place(values.row(row), ids.get(row)).ok_or_else(uncovered))
            .collect::<Result<_>>()?;

        let mut used = vec![false; 1000];
        let position = |cell: [u8; 3]| cell.iter().fold(0, |position, digit| position * 10 + usize::from(*digit));
        for place in &places {
            used[position(place.cell)] = true;
        }
        let [keys, english, chinese] = Wording::ALL.map(|wording| Words::new(self, customers, wording));
        let (mut reasons, mut reason_words) = (Vec::new(), Vec::new());
        let mut number = vec![0_u32; used.len()];
        let digit = |position: usize| u8::try_from(position % 10).unwrap_or_default();
        for position in (0..used.len()).filter(|position| used[*position]) {
            number[position] = u32::try_from(reasons.len()).unwrap_or(u32::MAX);
            let cell = [digit(position / 100), digit(position / 10), digit(position)];
            reasons.push(keys.reason(cell));
            reason_words.push(ReasonWords {
                scores: (self.map().input() == Input::Scores).then_some(cell),
                segment: self.map().hit(cell).ok_or_else(uncovered)?.segment,
                en: english.reason(cell),
                zh: chinese.reason(cell),
            });
        }
        let column = |axis: usize| places.iter().map(|place| place.scores[axis]).collect();
        Ok(RfmScores {
            recency: column(0),
            frequency: column(1),
            monetary: column(2),
            segment: places.iter().map(|place| place.hit.segment).collect(),
            weighted: places.iter().map(|place| place.weighted).collect(),
            reason: places.iter().map(|place| number[position(place.cell)]).collect(),
            reasons,
            reason_words,
            segments: self.map().segments().to_vec(),
        })
    }
}

impl RfmScores {
    /// The number of customers.
    #[must_use]
    pub fn len(&self) -> usize {
        self.segment.len()
    }

    /// Whether there are no customers.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.segment.is_empty()
    }

    /// The recency scores, 1 to the number of bins; the highest has bought most recently.
    #[must_use]
    pub fn recency(&self) -> &[u8] {
        &self.recency
    }

    /// The frequency scores.
    #[must_use]
    pub fn frequency(&self) -> &[u8] {
        &self.frequency
    }

    /// The monetary scores.
    #[must_use]
    pub fn monetary(&self) -> &[u8] {
        &self.monetary
    }

    /// The codes: the scores as three digits, 555 for the best customers of five scores.
    #[must_use]
    pub fn codes(&self) -> impl ExactSizeIterator<Item = u16> {
        let digits = self.recency.iter().zip(&self.frequency).zip(&self.monetary);
        digits.map(|((r, f), m)| 100 * u16::from(*r) + 10 * u16::from(*f) + u16::from(*m))
    }

    /// The segment of each customer, as a position in [`segments`](Self::segments).
    #[must_use]
    pub fn segment(&self) -> &[u16] {
        &self.segment
    }

    /// The segments of the map.
    #[must_use]
    pub fn segments(&self) -> &[Segment] {
        &self.segments
    }

    /// The weighted score, above 0 and at most 5; `None` for other presets.
    #[must_use]
    pub fn weighted(&self) -> Option<&[f64]> {
        self.weighted.as_deref()
    }

    /// The reason of each customer, as a position in [`reasons`](Self::reasons).
    #[must_use]
    pub fn reason(&self) -> &[u32] {
        &self.reason
    }

    /// The distinct reasons: which scores, from which range of raw values, by which rule make which segment, and which
    /// change on one axis would lead to another.
    #[must_use]
    pub fn reasons(&self) -> &[String] {
        &self.reasons
    }

    /// The same reasons for people to read, in the same order.
    #[must_use]
    pub fn reason_words(&self) -> &[ReasonWords] {
        &self.reason_words
    }

    /// How many customers each segment has, in the order of [`segments`](Self::segments).
    #[must_use]
    pub fn counts(&self) -> Vec<u64> {
        let mut counts = vec![0; self.segments.len()];
        for segment in &self.segment {
            counts[usize::from(*segment)] += 1;
        }
        counts
    }
}
