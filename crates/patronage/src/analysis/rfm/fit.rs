//! The fitted model: thresholds, the map, and what the data left to be desired.

use chrono::NaiveDate;
use rayon::prelude::*;
use serde::{Deserialize, Serialize};

use super::axis::{Axis, AxisModel, Closed, Direction, Rule};
use super::map::{HighLowCut, Hit, Input, LEVELS, SegmentMap};
use super::note::Note;
use super::params::Plan;
use super::quantity::Quantity;
use super::scoring::{Scoring, weighted_score};
use super::values::{MonetaryKind, Values};
use crate::customers::{Customers, Frequency};
use crate::error::{Error, Result};
use crate::math::quantile::{Bracket, Share, type7_exact};

/// What makes high and low.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct HighLow {
    /// Whether the rules look at scores and not at raw values.
    pub(super) on_scores: bool,
    pub(super) rules: [Rule; 3],
}

impl HighLow {
    pub(super) fn direction(&self, axis: Axis) -> Direction {
        if self.on_scores { Direction::HigherIsBetter } else { axis.direction() }
    }
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
struct Fitted {
    scoring: Scoring,
    bins: u8,
    monetary: MonetaryKind,
    frequency: Frequency,
    as_of: NaiveDate,
    customers: u64,
    axes: [AxisModel; 3],
    high_low: Option<HighLow>,
    notes: Vec<Note>,
    map: SegmentMap,
}

/// Thresholds and a segment map, ready to be applied to these or to other customers.
///
/// The model is data: it can be saved with serde and read back, and its thresholds stay put until somebody fits
/// again. A customer who did nothing changes segment only because time passes.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(into = "Fitted", try_from = "Fitted")]
pub struct RfmModel(Fitted);

/// Where one customer belongs.
#[derive(Debug, Clone, Copy)]
pub(super) struct Placement {
    pub(super) scores: [u8; 3],
    /// The code that the map looks up: the scores, high and low, or the weighted level.
    pub(super) cell: [u8; 3],
    pub(super) weighted: Option<f64>,
    pub(super) hit: Hit,
}

impl RfmModel {
    pub(super) fn fit(plan: Plan, customers: &Customers) -> Result<Self> {
        if customers.is_empty() {
            return Err(Error::fit("there are no customers to fit RFM on"));
        }
        if u32::try_from(customers.len()).is_err() {
            return Err(Error::fit("RFM is limited to 2^32 customers"));
        }
        let values = Values::new(customers, plan.scoring, plan.monetary)?;
        let axes = plan.scoring.fit(&plan, customers, &values)?;
        let mut fitted = Fitted {
            scoring: plan.scoring,
            bins: plan.bins,
            monetary: plan.monetary,
            frequency: customers.settings().frequency,
            as_of: customers.as_of(),
            customers: customers.len() as u64,
            axes,
            high_low: None,
            notes: Vec::new(),
            map: plan.map,
        };
        let scores: Vec<[u8; 3]> =
            (0..customers.len()).into_par_iter().map(|row| fitted.scores(values.row(row), customers.customer_id().get(row))).collect();
        if let Input::HighLow(cut) = fitted.map.input() {
            fitted.high_low = Some(high_low(cut, &values, &scores)?);
        }
        fitted.notes = fitted.remarks(&values, &scores);
        Ok(Self(fitted))
    }

    /// The preset.
    #[must_use]
    pub fn scoring(&self) -> Scoring {
        self.0.scoring
    }

    /// The number of scores of an axis.
    #[must_use]
    pub fn bins(&self) -> u8 {
        self.0.bins
    }

    /// What the monetary axis measures.
    #[must_use]
    pub fn monetary(&self) -> MonetaryKind {
        self.0.monetary
    }

    /// What `frequency` counted.
    #[must_use]
    pub fn frequency(&self) -> Frequency {
        self.0.frequency
    }

    /// The date of the customers that the model was fitted on.
    #[must_use]
    pub fn as_of(&self) -> NaiveDate {
        self.0.as_of
    }

    /// How many customers the model was fitted on.
    #[must_use]
    pub fn customers(&self) -> u64 {
        self.0.customers
    }

    /// The segment map.
    #[must_use]
    pub fn map(&self) -> &SegmentMap {
        &self.0.map
    }

    /// The rules of an axis, thresholds in raw units.
    #[must_use]
    pub fn axis(&self, axis: Axis) -> &AxisModel {
        &self.0.axes[axis.index()]
    }

    /// What the data left to be desired: degenerate axes, unused scores, split ties.
    #[must_use]
    pub fn notes(&self) -> &[Note] {
        &self.0.notes
    }

    pub(super) fn high_low(&self) -> Option<&HighLow> {
        self.0.high_low.as_ref()
    }

    /// Refuses customers whose frequency is counted in another way than when the model was fitted.
    pub(super) fn values(&self, customers: &Customers, rows: std::ops::Range<usize>) -> Result<Values> {
        let asked = customers.settings().frequency;
        if asked != self.0.frequency {
            return Err(Error::parameter(format!(
                "the thresholds were fitted on frequency in {}, these customers count {asked}",
                self.0.frequency
            )));
        }
        Values::of_rows(customers, rows, self.0.scoring, self.0.monetary)
    }

    /// Scores one customer; the map covers every code, which `fit` and reading have checked.
    pub(super) fn place(&self, values: [Quantity; 3], customer_id: &str) -> Option<Placement> {
        let Fitted { axes, map, high_low, .. } = &self.0;
        let (scores, weighted) = match axes.each_ref().map(|axis| axis.rules.as_slice()) {
            [[Rule::Ranks(r)], [Rule::Ranks(f)], [Rule::Ranks(m)]] => {
                // One search an axis serves both the score and the weighted score.
                let tables = [r, f, m];
                let ranks = Axis::ALL.map(|axis| tables[axis.index()].rank(axis.direction(), values[axis.index()]));
                let each = |index: usize| (tables[index].score(ranks[index]), tables[index].share(ranks[index]));
                let [(r, r_share), (f, f_share), (m, m_share)] = [each(0), each(1), each(2)];
                ([r, f, m], Some(weighted_score([r_share, f_share, m_share])))
            }
            _ => (self.0.scores(values, customer_id), None),
        };
        let cell = match (map.input(), high_low) {
            (Input::HighLow(_), Some(split)) => Axis::ALL.map(|axis| {
                let value = if split.on_scores { u32::from(scores[axis.index()]).into() } else { values[axis.index()] };
                split.rules[axis.index()].score(split.direction(axis), value, customer_id)
            }),
            (Input::Weighted, _) => [level(weighted.unwrap_or(0.0)), 1, 1],
            _ => scores,
        };
        Some(Placement { scores, cell, weighted, hit: map.hit(cell)? })
    }
}

/// The level of a weighted score, 1 to 5.
fn level(score: f64) -> u8 {
    LEVELS.iter().fold(1, |level, bound| level + u8::from(score > *bound))
}

impl Fitted {
    fn scores(&self, values: [Quantity; 3], customer_id: &str) -> [u8; 3] {
        let r = self.axes[0].score(values[0], customer_id, &[], self.bins);
        let f = self.axes[1].score(values[1], customer_id, &[r], self.bins);
        let m = self.axes[2].score(values[2], customer_id, &[r, f], self.bins);
        [r, f, m]
    }

    fn remarks(&self, values: &Values, scores: &[[u8; 3]]) -> Vec<Note> {
        let mut notes = Vec::new();
        if scores.len() < usize::from(self.bins) {
            notes.push(Note::FewCustomers { customers: scores.len() as u64 });
        }
        for axis in Axis::ALL {
            let (own, index) = (values.axis(axis), axis.index());
            let same = |value: Quantity| own.par_iter().filter(|other| **other == value).count() as u64;
            if let Some((value, customers)) = majority(own).map(|value| (value, same(value)))
                && customers * 2 > own.len() as u64
            {
                notes.push(Note::Dominant { axis, value, customers, of: own.len() as u64 });
            }
            let mut used = [false; 10];
            for score in scores {
                used[usize::from(score[index]).min(9)] = true;
            }
            let unused: Vec<u8> = (1..=self.bins).filter(|score| !used[usize::from(*score)]).collect();
            if !unused.is_empty() {
                notes.push(Note::UnusedScores { axis, scores: unused });
            }
            if self.axes[index].rules.iter().any(Rule::splits_ties) {
                let mut split = self.axes[index].rules[0].breaks();
                split.sort_unstable();
                split.dedup();
                let parted = |value: &Quantity| {
                    let with = || own.iter().zip(scores).filter(|(other, _)| *other == value).map(|(_, score)| score[index]);
                    if with().min() == with().max() { 0 } else { with().count() as u64 }
                };
                let customers = split.par_iter().map(parted).sum();
                if customers > 0 {
                    notes.push(Note::TiesSplit { axis, customers });
                }
            }
        }
        notes
    }

    fn check(&self) -> Result<()> {
        let damaged = || Error::input("a saved RFM model is damaged");
        let bins = usize::from(self.bins);
        if !(2..=9).contains(&self.bins) || self.axes.each_ref().map(|axis| axis.axis) != Axis::ALL {
            return Err(damaged());
        }
        for (axis, nested) in self.axes.iter().zip([1, bins, bins * bins]) {
            if axis.rules.len() != 1 && axis.rules.len() != nested {
                return Err(damaged());
            }
            axis.rules.iter().try_for_each(|rule| rule.check(self.bins))?;
            if (self.scoring == Scoring::Weighted) != matches!(axis.rules[0], Rule::Ranks(_)) {
                return Err(damaged());
            }
        }
        let split = matches!(self.map.input(), Input::HighLow(_));
        let fits = match self.map.input() {
            Input::Scores => self.map.bins() == self.bins,
            Input::HighLow(_) => true,
            Input::Weighted => self.scoring == Scoring::Weighted,
        };
        if !fits || split != self.high_low.is_some() || self.map.lint().iter().any(super::map::Finding::is_error) {
            return Err(damaged());
        }
        self.high_low.iter().flat_map(|split| &split.rules).try_for_each(|rule| rule.check(2))
    }
}

impl TryFrom<Fitted> for RfmModel {
    type Error = Error;

    fn try_from(fitted: Fitted) -> Result<Self> {
        fitted.check()?;
        Ok(Self(fitted))
    }
}

impl From<RfmModel> for Fitted {
    fn from(model: RfmModel) -> Self {
        model.0
    }
}

/// The only value that more than half can have (Boyer and Moore's vote); whether they do has to be counted.
fn majority(values: &[Quantity]) -> Option<Quantity> {
    let mut leader = None;
    let mut lead = 0_u64;
    for value in values {
        if lead == 0 {
            leader = Some(*value);
        }
        lead = if leader == Some(*value) { lead + 1 } else { lead - 1 };
    }
    leader
}

fn high_low(cut: HighLowCut, values: &Values, scores: &[[u8; 3]]) -> Result<HighLow> {
    let none = || Error::fit("there are no customers to take a mean of");
    let mean = |sum: i128, count: usize| -> Result<Bracket> {
        let count = i128::try_from(count).map_err(|_| none())?;
        let floor = sum.checked_div_euclid(count).ok_or_else(none)?;
        Ok(Bracket { floor, ceil: floor + i128::from(sum.rem_euclid(count) != 0) })
    };
    let bracket = |axis: Axis| -> Result<Bracket> {
        let exact = |fixed: Quantity| Bracket { floor: fixed.millionths(), ceil: fixed.millionths() };
        match cut {
            HighLowCut::MeanOfValues => mean(values.axis(axis).iter().map(|value| value.millionths()).sum(), scores.len()),
            HighLowCut::MeanOfScores => {
                mean(scores.iter().map(|score| Quantity::from(u32::from(score[axis.index()])).millionths()).sum(), scores.len())
            }
            HighLowCut::Median => type7_exact(&values.sorted(axis), Share { part: 1, whole: 2 }).ok_or_else(none),
            HighLowCut::Fixed { recency_days, frequency, monetary } => Ok(exact([recency_days, frequency, monetary][axis.index()])),
        }
    };
    let on_scores = cut == HighLowCut::MeanOfScores;
    let rule = |axis: Axis| -> Result<Rule> {
        let Bracket { floor, ceil } = bracket(axis)?;
        // High is strictly beyond the cut, whichever end is good.
        let (cut, closed) =
            if on_scores || axis.direction() == Direction::HigherIsBetter { (floor, Closed::Right) } else { (ceil, Closed::Left) };
        Ok(Rule::Cuts { cuts: vec![Quantity::from_millionths(cut)], closed })
    };
    let [r, f, m] = Axis::ALL;
    Ok(HighLow { on_scores, rules: [rule(r)?, rule(f)?, rule(m)?] })
}
