//! Ids that are markup, script, formulas, other scripts of the world, or absurdly long.

use std::fmt::Write;

use super::fixture::book_of;
use crate::pack::unpacked;
use crate::{Language, ReportOptions, html, markdown, xlsx};

fn hostile() -> (Vec<String>, String) {
    let ids = [
        "<script>alert(1)</script>".to_owned(),
        "</script><img src=x onerror=alert(1)>".to_owned(),
        "=HYPERLINK(\"http://x\")".to_owned(),
        "+1".to_owned(),
        "@SUM(A1)".to_owned(),
        "\u{202e}gnirts \u{2028}line".to_owned(),
        "عميل".to_owned(),
        "👩‍👩‍👧 family".to_owned(),
        "a | b ` c".to_owned(),
        "x".repeat(10_000),
    ];
    let mut log = "customer,date,amount\n".to_owned();
    for (place, id) in ids.iter().enumerate() {
        writeln!(log, "\"{}\",2024-03-{:02},{}", id.replace('"', "\"\""), place + 1, 10 + place).expect("text");
    }
    (ids.to_vec(), log)
}

/// The text of the page's script element of customers.
fn customers(page: &str) -> serde_json::Value {
    let start = page.find("id=\"customers\">").expect("customers") + "id=\"customers\">".len();
    let end = start + page[start..].find("</script>").expect("an end");
    serde_json::from_str(&unpacked(&page[start..end])).expect("JSON")
}

#[test]
fn no_id_becomes_markup_and_every_id_can_be_found() {
    let (mut ids, log) = hostile();
    let page = html(&book_of(&log), &ReportOptions::new()).unwrap();
    for harm in ["<script>alert", "<img src=x", "</script><img", "\u{2028}"] {
        // plotly's own script holds neither.
        assert!(!page.contains(harm), "{harm:?}");
    }
    ids.sort_unstable();
    let found = customers(&page);
    let found: Vec<&str> = found[0]["values"].as_array().unwrap().iter().map(|id| id.as_str().unwrap()).collect();
    assert_eq!(found, ids);
}

#[test]
fn titles_are_escaped_too() {
    let page = html(&book_of(&hostile().1), &ReportOptions::new().title("<script>alert(1)</script>")).unwrap();
    assert!(!page.contains("<script>alert"));
}

#[test]
fn markdown_stays_markdown() {
    let text = markdown(&book_of(&hostile().1), &ReportOptions::new().title("a | <b> `c`")).unwrap();
    assert!(text.starts_with("# a \\| &lt;b> \\`c\\`\n"), "{}", &text[..60]);
}

#[test]
fn the_workbook_takes_whatever_there_is() {
    let (_, log) = hostile();
    for language in [Language::English, Language::Chinese] {
        let workbook = xlsx(&book_of(&log), &ReportOptions::new().language(language)).unwrap();
        assert!(workbook.starts_with(b"PK"));
    }
}

#[test]
fn the_same_book_gives_the_same_bytes() {
    let book = book_of(&hostile().1);
    let options = ReportOptions::new();
    assert_eq!(xlsx(&book, &options).unwrap(), xlsx(&book, &options).unwrap());
    assert_eq!(html(&book, &options).unwrap(), html(&book, &options).unwrap());
}
