//! The words of a report in both languages.
//!
//! `PATRONAGE_UPDATE=1 cargo test -p patronage-report` writes them anew; look at the difference before it is committed.

use unicode_width::UnicodeWidthStr;

use super::fixture::full;
use crate::{Language, ReportOptions, customer, markdown, terminal};

fn compare(text: &str, name: &str, expected: &str) {
    if std::env::var_os("PATRONAGE_UPDATE").is_some() {
        let path = format!("{}/src/tests/{name}", env!("CARGO_MANIFEST_DIR"));
        std::fs::write(path, text).expect("the file can be written");
        return;
    }
    for (line, (found, wanted)) in (1..).zip(text.lines().zip(expected.lines())) {
        assert_eq!(found, wanted, "line {line} of {name}");
    }
    assert_eq!(text.lines().count(), expected.lines().count());
}

#[test]
fn english() {
    let (book, options) = (full(), ReportOptions::new());
    compare(&markdown(&book, &options).unwrap(), "report_en.md", include_str!("report_en.md"));
    compare(&terminal(&book, &options).unwrap(), "terminal_en.txt", include_str!("terminal_en.txt"));
    compare(&customer(&book, "k060", &options).unwrap(), "customer_en.txt", include_str!("customer_en.txt"));
}

#[test]
fn chinese() {
    let (book, options) = (full(), ReportOptions::new().language(Language::Chinese));
    compare(&markdown(&book, &options).unwrap(), "report_zh.md", include_str!("report_zh.md"));
    compare(&terminal(&book, &options).unwrap(), "terminal_zh.txt", include_str!("terminal_zh.txt"));
    compare(&customer(&book, "k060", &options).unwrap(), "customer_zh.txt", include_str!("customer_zh.txt"));
}

#[test]
fn the_summary_fits_one_screen() {
    for language in [Language::English, Language::Chinese] {
        let text = terminal(&full(), &ReportOptions::new().language(language)).unwrap();
        assert!(text.lines().count() <= 40, "{text}");
        assert!(text.lines().all(|line| line.width() <= 110), "{text}");
    }
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
