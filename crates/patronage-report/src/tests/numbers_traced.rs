//! Every number of a finding is a cell of a table.

use std::collections::HashSet;

use patronage::SegmentBook;

use super::fixture::{book_of, full, log};
use crate::document::{Block, Finding};
use crate::sections::document;
use crate::view::View;
use crate::{Language, ReportOptions, Section};

fn findings(book: &SegmentBook, language: Language) -> Vec<Finding> {
    let options = ReportOptions::new().language(language).sections([Section::Findings]);
    let view = View::new(book, &options).unwrap();
    let blocks = document(&view).unwrap().parts.into_iter().flat_map(|part| part.blocks);
    blocks.flat_map(|block| if let Block::Findings(findings) = block { findings } else { Vec::new() }).collect()
}

/// Maximal runs of digits with what stands between and behind them in a number.
fn numbers(text: &str) -> Vec<String> {
    let mut numbers = Vec::new();
    let mut number = String::new();
    for c in text.chars().chain([' ']) {
        if c.is_ascii_digit() || (matches!(c, ',' | '.' | '-') && !number.is_empty()) {
            number.push(c);
        } else if !number.is_empty() {
            numbers.push(std::mem::take(&mut number).trim_end_matches([',', '.', '-']).to_owned());
        }
    }
    numbers
}

/// What a text says, and by how much it may be off for having been rounded.
fn value(text: &str) -> (f64, f64) {
    let digits: String = text.chars().filter(|c| c.is_ascii_digit() || *c == '.').collect();
    let units = [("%", 0.01), ("million", 1e6), ("billion", 1e9), ("万", 1e4), ("亿", 1e8)];
    let unit = units.iter().find(|(word, _)| text.contains(word)).map_or(1.0, |(_, unit)| *unit);
    let places = digits.split('.').nth(1).map_or(0, str::len);
    let last = unit / 10_f64.powi(i32::try_from(places).expect("few places"));
    (digits.parse::<f64>().expect("a number") * unit, last * 0.500_001)
}

#[test]
fn each_number_has_its_cell() {
    let mut tables = HashSet::new();
    for book in [full(), book_of(&log())] {
        for language in [Language::English, Language::Chinese] {
            let findings = findings(&book, language);
            assert!((1..=5).contains(&findings.len()));
            for finding in findings {
                let mut cited: HashSet<String> = finding.sources.iter().flat_map(|source| numbers(&source.text)).collect();
                // Periods and names of models are the row's own name, not numbers.
                let options = ReportOptions::new().language(language);
                let view = View::new(&book, &options).unwrap();
                for source in &finding.sources {
                    let table = view.table(&source.table).expect("the table is there");
                    let cell = table.number(source.index, &source.column).expect("the cell has a number");
                    cited.extend(numbers(&source.row));
                    tables.insert(source.table.clone());
                    let (said, off) = value(&source.text);
                    assert!((said - cell.abs()).abs() <= off, "{source:?} is not the cell {cell}");
                }
                for number in numbers(&finding.text) {
                    assert!(cited.contains(&number), "`{number}` of `{}` has no source", finding.text);
                }
            }
        }
    }
    assert!(tables.len() >= 4, "findings of several tables were looked at: {tables:?}");
}

#[test]
fn a_book_with_little_has_few_findings() {
    let book = book_of("customer,date,amount\nann,2024-03-01,50\nbob,2024-01-05,20\n");
    let found = findings(&book, Language::English);
    assert!(found.iter().all(|finding| !finding.sources.is_empty()) && !found.is_empty());
}
