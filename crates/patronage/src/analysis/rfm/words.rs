//! Scores, ranges and rules in plain English.

use super::axis::{Axis, Direction, Range, Rule};
use super::fit::RfmModel;
use super::map::{Input, LEVELS};
use super::quantity::Quantity;
use super::scoring::{Scoring, WEIGHTS};
use super::values::MonetaryKind;
use crate::customers::{Customers, Frequency};

/// The words for one model, and for customers whose money has one scale.
#[derive(Debug)]
pub(super) struct Words<'a> {
    model: &'a RfmModel,
    scale: u8,
    periods: bool,
}

/// `≤ high`, `≥ low`, `low` or `low–high`; `None` for any value.
fn bounds(range: Range, between: &str, text: impl Fn(Quantity) -> String) -> Option<String> {
    match (range.low, range.high) {
        (None, None) => None,
        (None, Some(high)) => Some(format!("≤ {}", text(high))),
        (Some(low), None) => Some(format!("≥ {}", text(low))),
        (Some(low), Some(high)) if low == high => Some(text(low)),
        (Some(low), Some(high)) => Some(format!("{}{between}{}", text(low), text(high))),
    }
}

impl<'a> Words<'a> {
    pub(super) fn new(model: &'a RfmModel, customers: &Customers) -> Self {
        let periods = model.scoring() == Scoring::PymcQuartile || model.frequency() == Frequency::Periods;
        Self { model, scale: customers.settings().scale, periods }
    }

    /// The step in which values of an axis move.
    pub(super) fn step(&self, axis: Axis) -> Quantity {
        if axis == Axis::Monetary { Quantity::minor_unit(self.scale) } else { Quantity::ONE }
    }

    pub(super) fn days(count: Quantity) -> String {
        format!("{count} {}", if count == Quantity::ONE { "day" } else { "days" })
    }

    pub(super) fn orders(&self, count: Quantity) -> String {
        let noun = if self.periods { "purchase period" } else { "order" };
        format!("{count} {noun}{}", if count == Quantity::ONE { "" } else { "s" })
    }

    pub(super) fn money(&self, amount: Quantity) -> String {
        amount.to_text(self.scale)
    }

    pub(super) fn per(&self) -> &'static str {
        match self.model.monetary() {
            MonetaryKind::NetTotal => "",
            MonetaryKind::MeanOrder => " per order",
            MonetaryKind::MeanPeriod => " per purchase period",
        }
    }

    fn values(&self, axis: Axis, range: Range) -> String {
        let any = || "any".to_owned();
        match axis {
            Axis::Recency => {
                let bounds = bounds(range, "–", |value| value.to_string());
                let noun = if range.high == Some(Quantity::ONE) { "day" } else { "days" };
                bounds.map_or_else(|| "any last purchase".to_owned(), |bounds| format!("last purchase {bounds} {noun} ago"))
            }
            Axis::Frequency => {
                let noun = if self.periods { "purchase period" } else { "order" };
                let single = range.high == Some(Quantity::ONE);
                // Nobody has fewer than one: up to one is one.
                let range = if single { Range { low: range.high, ..range } } else { range };
                format!("{} {noun}{}", bounds(range, "–", |value| value.to_string()).unwrap_or_else(any), if single { "" } else { "s" })
            }
            Axis::Monetary => format!("{}{}", bounds(range, " to ", |value| self.money(value)).unwrap_or_else(any), self.per()),
        }
    }

    /// The rule and direction of an axis at a cell, and whether it looks at scores.
    fn rule(&self, axis: Axis, cell: [u8; 3]) -> (&'a Rule, Direction, bool) {
        match self.model.high_low() {
            Some(split) => (&split.rules[axis.index()], split.direction(axis), split.on_scores),
            None => (self.model.axis(axis).rule(&cell[..axis.index()], self.model.bins()), axis.direction(), false),
        }
    }

    /// A level of an axis with its raw values, `F4 (6–8 orders)`; `None` when nobody can have it.
    fn level(&self, axis: Axis, cell: [u8; 3], level: u8) -> Option<String> {
        let (rule, direction, on_scores) = self.rule(axis, cell);
        let range = rule.range(direction, level, if on_scores { Quantity::ONE } else { self.step(axis) })?;
        let label = match self.model.high_low() {
            Some(_) => format!("{} {}", axis.letter(), if level == 2 { "high" } else { "low" }),
            None => format!("{}{level}", axis.letter()),
        };
        let values = if on_scores {
            format!("score {}", bounds(range, "–", |value| value.to_string()).unwrap_or_else(|| "any".to_owned()))
        } else {
            self.values(axis, range)
        };
        let ties = if rule.splits_ties() { ", ties by customer id" } else { "" };
        Some(format!("{label} ({values}{ties})"))
    }

    /// The nearest level in one direction that leads to another segment.
    fn step_away(&self, axis: Axis, cell: [u8; 3], better: bool) -> Option<String> {
        let map = self.model.map();
        let here = map.hit(cell)?;
        let own = cell[axis.index()];
        let count = if self.model.high_low().is_some() { 2 } else { self.model.bins() };
        let levels: Vec<u8> = if better { (own + 1..=count).collect() } else { (1..own).rev().collect() };
        levels.into_iter().find_map(|level| {
            let mut other = cell;
            other[axis.index()] = level;
            let hit = map.hit(other).filter(|hit| hit.segment != here.segment)?;
            Some(format!("{} → {}", self.level(axis, cell, level)?, map.segments()[usize::from(hit.segment)].key()))
        })
    }

    /// Why customers with this code are in their segment, and what would lead out of it.
    pub(super) fn reason(&self, cell: [u8; 3]) -> String {
        let map = self.model.map();
        let Some(hit) = map.hit(cell) else { return String::new() };
        let key = map.segments()[usize::from(hit.segment)].key();
        if map.input() == Input::Weighted {
            return self.weighted_reason(cell[0], key);
        }
        let scores: Vec<String> = Axis::ALL.into_iter().filter_map(|axis| self.level(axis, cell, cell[axis.index()])).collect();
        // Nested scores of later axes change with those before: only the last one moves alone.
        let nested = self.model.high_low().is_none() && Axis::ALL.iter().any(|axis| self.model.axis(*axis).rules.len() > 1);
        let side = |better: bool| {
            let free = Axis::ALL.into_iter().filter(|axis| !nested || *axis == Axis::Monetary);
            let moves: Vec<String> = free.filter_map(|axis| self.step_away(axis, cell, better)).collect();
            if moves.is_empty() { "no single score".to_owned() } else { moves.join(", ") }
        };
        format!("{} → {} → {key}; up: {}; down: {}", scores.join(" · "), map.rule_text(hit), side(true), side(false))
    }

    fn weighted_reason(&self, level: u8, key: &str) -> String {
        let segment =
            |level: u8| self.model.map().hit([level, 1, 1]).map_or("", |hit| self.model.map().segments()[usize::from(hit.segment)].key());
        let index = usize::from(level.saturating_sub(1)).min(LEVELS.len());
        let (low, high) = (index.checked_sub(1).map(|below| LEVELS[below]), LEVELS.get(index));
        let range = match (low, high) {
            (Some(low), Some(high)) => format!("above {low} up to {high}"),
            (Some(low), None) => format!("above {low}"),
            (None, Some(high)) => format!("up to {high}"),
            (None, None) => "any".to_owned(),
        };
        let up = high.map_or_else(|| "none".to_owned(), |high| format!("above {high} → {}", segment(level + 1)));
        let down = low.map_or_else(|| "none".to_owned(), |low| format!("{low} or less → {}", segment(level - 1)));
        let [r, f, m] = WEIGHTS;
        format!(
            "weighted score {range} (0.05·({r}·R + {f}·F + {m}·M), ranks to 100) → map {} → {key}; up: {up}; down: {down}",
            self.model.map().name()
        )
    }
}
