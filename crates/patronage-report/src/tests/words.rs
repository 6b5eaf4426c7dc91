//! The words of a report in both languages.
//!
//! `PATRONAGE_UPDATE=1 cargo test -p patronage-report` writes them anew; look at the difference before it is committed.

use super::fixture::full;
use crate::{Language, ReportOptions, markdown};

fn compare(language: Language, name: &str, expected: &str) {
    let text = markdown(&full(), &ReportOptions::new().language(language)).unwrap();
    if std::env::var_os("PATRONAGE_UPDATE").is_some() {
        let path = format!("{}/src/tests/{name}", env!("CARGO_MANIFEST_DIR"));
        std::fs::write(path, &text).expect("the file can be written");
        return;
    }
    for (line, (found, wanted)) in (1..).zip(text.lines().zip(expected.lines())) {
        assert_eq!(found, wanted, "line {line} of {name}");
    }
    assert_eq!(text.lines().count(), expected.lines().count());
}

#[test]
fn english() {
    compare(Language::English, "report_en.md", include_str!("report_en.md"));
}

#[test]
fn chinese() {
    let expected = include_str!("report_zh.md");
    compare(Language::Chinese, "report_zh.md", expected);
}

#[test]
fn a_chinese_report_leaves_no_english_sentence() {
    let text = markdown(&full(), &ReportOptions::new().language(Language::Chinese)).unwrap();
    for line in text.lines().filter(|line| !line.is_empty() && !line.starts_with("| ---")) {
        let words = line.split(|c: char| !c.is_ascii_alphabetic()).filter(|word| word.len() > 3).count();
        // Names of segments' maps, models, columns and the shop's own texts may stay; sentences may not.
        assert!(words < 6, "{line}");
    }
}
