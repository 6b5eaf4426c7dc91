//! Keys of a book as its report calls them.

use patronage::analysis::rfm::{Axis, Move};

use crate::columns;
use crate::numbers::grouped;
use crate::view::View;

impl View<'_> {
    /// A text of a customer's column: names of segments and stages for their keys, the reason in the report's language.
    pub(crate) fn spoken(&self, column: &str, text: &str) -> String {
        match column {
            "segment" | "previous_segment" => self.segment(text),
            "lifecycle" => self.stage(text),
            "reason" => self.reason(text),
            _ => columns::word(column, text, self.language()),
        }
    }

    /// What would lead to another segment, all else equal.
    pub(crate) fn step(&self, step: &Move) -> String {
        let (to, distance) = (self.segment(&step.segment), grouped(&step.distance().to_string()));
        let english = match (step.axis, step.better) {
            (Axis::Recency, true) => format!("a last purchase {distance} days more recent"),
            (Axis::Recency, false) => format!("{distance} more days without a purchase"),
            (Axis::Frequency, true) => format!("purchases: {distance} more"),
            (Axis::Frequency, false) => format!("purchases: {distance} fewer"),
            (Axis::Monetary, true) => format!("{distance} more money"),
            (Axis::Monetary, false) => format!("{distance} less money"),
        };
        let chinese = match (step.axis, step.better) {
            (Axis::Recency, true) => format!("最近购买再近 {distance} 天"),
            (Axis::Recency, false) => format!("再有 {distance} 天不购买"),
            (Axis::Frequency, true) => format!("再购买 {distance} 次"),
            (Axis::Frequency, false) => format!("少购买 {distance} 次"),
            (Axis::Monetary, true) => format!("金额再增加 {distance}"),
            (Axis::Monetary, false) => format!("金额减少 {distance}"),
        };
        let arrow = if step.better { '↑' } else { '↓' };
        self.language().pick(format!("{arrow} {to}: {english}"), format!("{arrow} {to}：{chinese}"))
    }

    /// A label that changed since the last book: its name, what it was, what it is.
    pub(crate) fn change(&self, what: &str, from: &str, to: &str) -> [String; 3] {
        let label = |text: &str| if text.is_empty() { "–".to_owned() } else { self.spoken(what, text) };
        [columns::heading(what, self.language()), label(from), label(to)]
    }
}
