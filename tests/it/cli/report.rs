//! `report`: a saved book as a page, a workbook or Markdown.

use super::privacy::unpacked;
use crate::common::{Scratch, cdnow};

fn written() -> Scratch {
    let scratch = Scratch::with_copy(&cdnow());
    scratch.run("segment cdnow_sample.csv --only rfm,abc --no-report --out book").ok();
    scratch
}

#[test]
fn every_format_is_written_into_the_folder_and_goes_with_it() {
    let scratch = written();
    for (format, start) in [("html", "<!doctype html>"), ("md", "# Customer segments"), ("xlsx", "PK")] {
        scratch.run(&format!("report book --to {format}")).ok();
        let bytes = scratch.bytes(&format!("book/report.{format}"));
        assert!(bytes.starts_with(start.as_bytes()), "{format}");
    }
    // A report is no file of somebody else's: the next run replaces the folder.
    scratch.run("segment cdnow_sample.csv --only rfm --no-report --out book").ok();
    assert!(!scratch.path("book/report.html").exists());
    scratch.run("segment cdnow_sample.csv --only rfm --out book").ok();
    assert!(scratch.text("book/report.html").starts_with("<!doctype html>"));
}

#[test]
fn the_page_says_what_the_book_says() {
    let scratch = written();
    let text = scratch.run("report book --to md --out - --sections segments").ok().stdout;
    scratch.run("segment cdnow_sample.csv --only rfm,abc --format csv --out text").ok();
    for row in scratch.table("text/tables/segments.csv").iter().filter(|row| row["customers"] != "0") {
        assert!(text.contains(&format!("| {} | {} |", row["name_en"], row["customers"])), "{}", row["name_en"]);
    }
    assert!(!text.contains("## Method"));
    let chinese = scratch.run("report book --to md --out - --lang zh").ok().stdout;
    assert!(chinese.starts_with("# 客户分群报告"));
}

#[test]
fn pseudonyms_are_those_of_the_key() {
    let scratch = written();
    scratch.write("key", "sixteen bytes or more\n");
    let run = || scratch.run("report book --pseudonymize key --out hidden.html").ok();
    run();
    let once = scratch.text("hidden.html");
    run();
    assert_eq!(once, scratch.text("hidden.html"));
    let names = |page: &str| unpacked(page).contains("\"0033\"");
    assert!(!names(&once) && !once.contains("cdnow_sample.csv"));
    scratch.run("report book --out plain.html").ok();
    assert!(names(&scratch.text("plain.html")));
    scratch.run("report book --aggregate-only --out none.html").ok();
    assert!(!names(&scratch.text("none.html")));
}

#[test]
fn what_cannot_be_rendered() {
    let scratch = written();
    scratch.write("key", "short");
    scratch.run("report nowhere").fails(3, &["nowhere"]);
    scratch.run("report book --to pdf").fails(2, &["pdf", "html, xlsx or md"]);
    scratch.run("report book --lang fr").fails(2, &["fr", "en or zh"]);
    scratch.run("report book --sections charts").fails(2, &["charts", "findings"]);
    scratch.run("report book --pseudonymize key").fails(2, &["5 bytes", "16"]);
    scratch.run("report book --pseudonymize nokey").fails(2, &["nokey"]);
    scratch.run("report book --to xlsx --out -").fails(2, &["--out report.xlsx"]);
    scratch.run("report book --out missing/report.html").fails(5, &["missing"]);
}

#[test]
fn a_report_does_not_overwrite_the_book() {
    let scratch = written();
    for file in ["book/segments.parquet", "book/manifest.json", "./book/../book/tables/abc.parquet"] {
        let before = scratch.bytes(file);
        scratch.run(&format!("report book --to md --out {file}")).fails(2, &["this is a file of the book itself"]);
        assert_eq!(scratch.bytes(file), before);
    }
    scratch.run("report book --to md --out book/report.md").ok();
    scratch.run("report book --to md --out book/notes.md").ok();
    scratch.run("explain book 0033").ok();
}
