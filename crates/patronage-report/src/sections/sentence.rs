//! Sentences whose numbers are cells of tables.

use crate::columns::Kind;
use crate::document::{Finding, Source};
use crate::numbers::Numbers;
use crate::options::Language;
use crate::view::{Shown, View};

/// A sentence in the making: every number that goes into it leaves its source.
pub(super) struct Sentence {
    numbers: Numbers,
    sources: Vec<Source>,
}

impl Sentence {
    pub(super) fn new(view: &View<'_>) -> Self {
        Self { numbers: view.numbers, sources: Vec::new() }
    }

    /// A cell as its column is written, large money with a word for its size; `None` when it is empty or hidden.
    pub(super) fn cell(&mut self, table: &Shown<'_>, row: usize, column: &str) -> Option<String> {
        let number = table.number(row, column)?;
        let text = match table.kind(column) {
            Kind::Percent => self.numbers.percent(number),
            Kind::Money => self.numbers.short(number),
            Kind::Count => self.numbers.count(number),
            _ if number.abs() >= 100.0 => self.numbers.count(number),
            _ => self.numbers.number(number),
        };
        self.sources.push(table.source(row, column, &text));
        Some(text)
    }

    /// A change as a share, with the word for its direction.
    pub(super) fn change(&mut self, table: &Shown<'_>, row: usize, column: &str) -> Option<String> {
        let number = table.number(row, column)?;
        let text = self.numbers.percent(number.abs());
        self.sources.push(table.source(row, column, &text));
        let (up, down) = self.numbers.0.pick(("up", "down"), ("增长", "下降"));
        Some(format!("{} {text}", if number < 0.0 { down } else { up }))
    }

    pub(super) fn finish(self, language: Language, english: String, chinese: String) -> Finding {
        Finding { text: language.pick(english, chinese), sources: self.sources }
    }
}
