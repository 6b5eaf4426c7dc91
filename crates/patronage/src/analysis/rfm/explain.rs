//! Why one customer is where it is, and exactly how far the next segment is.

use std::fmt;

use super::axis::{Axis, Rule};
use super::fit::{Placement, RfmModel};
use super::map::Input;
use super::quantity::Quantity;
use super::words::{Units, Wording, Words};
use crate::customers::Customers;
use crate::error::{Error, Result};
use crate::words::counted;

/// The smallest change on one axis, all else equal, that leads to another segment.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Move {
    /// The axis that changes.
    pub axis: Axis,
    /// Whether it changes for the better.
    pub better: bool,
    /// The value now.
    pub from: Quantity,
    /// The nearest value that leads to another segment.
    pub to: Quantity,
    /// The key of that segment.
    pub segment: String,
    units: Units,
}

impl Move {
    /// How far it is: the size of the change.
    #[must_use]
    pub fn distance(&self) -> Quantity {
        self.from.max(self.to).minus(self.from.min(self.to))
    }

    /// What would change, in English: `2 more orders`.
    #[must_use]
    pub fn words_en(&self) -> String {
        let (distance, units) = (self.distance(), self.units);
        match (self.axis, self.better) {
            (Axis::Recency, true) => format!("a last purchase {} more recent", counted(distance, "day")),
            (Axis::Recency, false) => format!("{} without a purchase", counted(distance, "more day")),
            (Axis::Frequency, true) => counted(distance, &format!("more {}", units.purchase())),
            (Axis::Frequency, false) => counted(distance, &format!("fewer {}", units.purchase())),
            (Axis::Monetary, true) => format!("{} more money{}", units.money(distance), units.per()),
            (Axis::Monetary, false) => format!("{} less money{}", units.money(distance), units.per()),
        }
    }

    /// The same in Chinese.
    #[must_use]
    pub fn words_zh(&self) -> String {
        let (distance, units) = (self.distance(), self.units);
        match (self.axis, self.better) {
            (Axis::Recency, true) => format!("最近一次购买再近 {distance} 天"),
            (Axis::Recency, false) => format!("再有 {distance} 天未购买"),
            (Axis::Frequency, true) => format!("再多 {distance} {}", units.purchase_zh()),
            (Axis::Frequency, false) => format!("减少 {distance} {}", units.purchase_zh()),
            (Axis::Monetary, true) => format!("{}增加 {}", units.money_zh(), units.money(distance)),
            (Axis::Monetary, false) => format!("{}减少 {}", units.money_zh(), units.money(distance)),
        }
    }
}

/// One customer's scores, segment and ways out of it. `Display` says it in plain English.
#[derive(Debug, Clone, PartialEq)]
pub struct Explanation {
    /// The customer.
    pub customer_id: String,
    /// Days since the last purchase, purchases, money, as they were scored.
    pub values: [Quantity; 3],
    /// The scores in the same order.
    pub scores: [u8; 3],
    /// The weighted score, where the preset has one.
    pub weighted: Option<f64>,
    /// The key of the segment.
    pub segment: String,
    /// Which scores, with their ranges, and which rule of the map put the customer there.
    pub reason: String,
    /// At most one move a direction and axis: those for the better first.
    pub moves: Vec<Move>,
}

/// Why the customer in `row` is in its segment; the same as [`RfmModel::explain`].
///
/// # Errors
/// As [`RfmModel::score`]; and when there is no such row.
pub fn explain(model: &RfmModel, customers: &Customers, row: usize) -> Result<Explanation> {
    model.explain(customers, row)
}

impl RfmModel {
    /// Why the customer in `row` is in its segment, and the nearest other segments.
    ///
    /// Moves are exact in whole days, orders and minor units; a move holds the other two values, so an order more is
    /// an order without money.
    ///
    /// # Errors
    /// As [`score`](Self::score); and when there is no such row.
    pub fn explain(&self, customers: &Customers, row: usize) -> Result<Explanation> {
        if row >= customers.len() {
            return Err(Error::parameter(format!("there is no row {row} among {} customers", customers.len())));
        }
        let values = self.values(customers, row..row + 1)?.row(0);
        let id = customers.customer_id().get(row);
        let place = self.place(values, id).ok_or_else(|| Error::fit("the segment map does not cover a code"))?;
        let units = Units::new(self, customers);
        let moves = [true, false]
            .into_iter()
            .flat_map(|better| Axis::ALL.map(|axis| (axis, better)))
            .filter_map(|(axis, better)| self.nearest(units, axis, better, values, id, &place))
            .collect();
        Ok(Explanation {
            customer_id: id.to_owned(),
            values,
            scores: place.scores,
            weighted: place.weighted,
            segment: self.key(&place).to_owned(),
            reason: Words::new(self, customers, Wording::Keys).reason(place.cell),
            moves,
        })
    }

    fn key(&self, place: &Placement) -> &str {
        self.map().segments()[usize::from(place.hit.segment)].key()
    }

    /// The segment is constant between thresholds, so the nearest other one begins at a grid value next to one.
    fn nearest(&self, units: Units, axis: Axis, better: bool, values: [Quantity; 3], id: &str, here: &Placement) -> Option<Move> {
        let (from, step) = (values[axis.index()], units.step(axis));
        let ascending = better != (axis == Axis::Recency);
        let lowest = match axis {
            Axis::Recency => Some(Quantity::default()),
            Axis::Frequency => Some(Quantity::ONE),
            Axis::Monetary => None,
        };
        let mut candidates: Vec<Quantity> = self
            .breaks(axis)
            .into_iter()
            .map(|cut| cut.floor_to(step))
            .flat_map(|cut| [cut.minus(step), cut, cut.plus(step), cut.plus(step).plus(step)])
            .filter(|value| if ascending { *value > from } else { *value < from } && lowest.is_none_or(|lowest| *value >= lowest))
            .collect();
        candidates.sort_unstable();
        candidates.dedup();
        if !ascending {
            candidates.reverse();
        }
        let place_at = |value: Quantity| {
            let mut other = values;
            other[axis.index()] = value;
            self.place(other, id).filter(|place| place.hit.segment != here.hit.segment)
        };
        let (to, place) = if self.map().input() == Input::Weighted {
            // The weighted score is monotone in each axis: halve instead of trying a million ranks.
            let to = *candidates.get(candidates.partition_point(|value| place_at(*value).is_none()))?;
            (to, place_at(to)?)
        } else {
            candidates.into_iter().find_map(|value| place_at(value).map(|place| (value, place)))?
        };
        Some(Move { axis, better, from, to, segment: self.key(&place).to_owned(), units })
    }

    /// Every raw value of an axis next to which a segment may end.
    fn breaks(&self, axis: Axis) -> Vec<Quantity> {
        let own = &self.axis(axis).rules;
        let mut breaks: Vec<Quantity> = match (self.map().input(), own.as_slice()) {
            (Input::Weighted, [Rule::Ranks(table)]) => table.values().to_vec(),
            _ => own.iter().flat_map(Rule::breaks).collect(),
        };
        if let Some(split) = self.high_low().filter(|split| !split.on_scores) {
            breaks.extend(split.rules[axis.index()].breaks());
        }
        breaks
    }
}

impl fmt::Display for Explanation {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let [r, f_, m] = self.values;
        let [rs, fs, ms] = self.scores;
        let (id, segment, recency) = (&self.customer_id, &self.segment, counted(r, "day"));
        writeln!(f, "{id}: {segment} (recency {recency}, frequency {f_}, monetary {m}; scores {rs} {fs} {ms})")?;
        if let Some(weighted) = self.weighted {
            writeln!(f, "  weighted score {weighted:.4}")?;
        }
        writeln!(f, "  because {}", self.reason)?;
        for step in &self.moves {
            writeln!(f, "  {} {}: {}", if step.better { "up to" } else { "down to" }, step.segment, step.words_en())?;
        }
        Ok(())
    }
}
