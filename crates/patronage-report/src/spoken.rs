//! Keys of a book as its report calls them.

use patronage::Frequency;
use patronage::analysis::rfm::Move;

use crate::columns;
use crate::view::View;

impl View<'_> {
    /// A text of a customer's column: names of segments and stages for their keys, the reason in the report's language.
    pub(crate) fn spoken(&self, column: &str, text: &str) -> String {
        if column == "reason" { self.reason(text) } else { self.names.word(column, text, self.language()) }
    }

    /// Whether the model in use knows no leaving: it says 1 of everybody, which is no finding about anybody.
    pub(crate) fn nobody_leaves(&self) -> bool {
        self.customer_numbers("probability_alive").is_some_and(|alive| alive.iter().flatten().all(|alive| *alive >= 1.0))
    }

    /// Whether the frequency of the book is periods with a purchase rather than orders.
    pub(crate) fn counts_periods(&self) -> bool {
        self.book.manifest().customers.frequency == Frequency::Periods
    }

    /// Within how many days churn is looked for.
    pub(crate) fn churn_horizon(&self) -> String {
        match self.book.manifest().analyses.churn.as_ref().map(|churn| churn.model.horizon_days()) {
            Some(days) => self.say(&format!("within {days} days"), &format!("未来 {days} 天内")),
            None => self.say("within the horizon", "预测期内"),
        }
    }

    /// What would lead to another segment, all else equal.
    pub(crate) fn step(&self, step: &Move) -> String {
        let (arrow, to) = (if step.better { '↑' } else { '↓' }, self.segment(&step.segment));
        self.language().pick(format!("{arrow} {to}: {}", step.words_en()), format!("{arrow} {to}：{}", step.words_zh()))
    }

    /// A label that changed since the last book: its name, what it was, what it is.
    pub(crate) fn change(&self, what: &str, from: &str, to: &str) -> [String; 3] {
        let label = |text: &str| if text.is_empty() { "–".to_owned() } else { self.spoken(what, text) };
        [columns::heading(what, self.language()), label(from), label(to)]
    }
}
