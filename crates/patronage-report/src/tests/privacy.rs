//! What a report keeps to itself.

use patronage::book::PseudonymKey;

use super::fixture::{book_of, full, log};
use crate::pack::unpacked;
use crate::{ReportOptions, html, markdown, terminal};

fn ids() -> Vec<String> {
    (1..=60).map(|customer| format!("k{customer:03}")).collect()
}

/// All that a page says, unpacked; without the library of the charts, in which any four characters may stand.
fn words(page: &str) -> String {
    let block = |id: &str| {
        let start = page.find(&format!("<script type=\"application/gzip\" id=\"{id}\">"))?;
        let (first, end) = (start + page[start..].find('>')? + 1, start + page[start..].find("</script>")?);
        Some((start, first, end))
    };
    let (start, _, end) = block("plotly").expect("the library");
    let customers: String =
        ["customers", "beside"].iter().filter_map(|id| block(id)).map(|(_, first, end)| unpacked(&page[first..end])).collect();
    format!("{}{}{customers}", &page[..start], &page[end..])
}

#[test]
fn a_pseudonymized_report_has_no_id() {
    let key = PseudonymKey::new(b"a key of sixteen bytes or more").unwrap();
    let book = full();
    let hidden = book.pseudonymized(&key).unwrap();
    let options = ReportOptions::new().suppress_below(5);
    let page = words(&html(&hidden, &options).unwrap());
    let text = markdown(&hidden, &options).unwrap() + &terminal(&hidden, &options).unwrap();
    let plain = words(&html(&book, &options).unwrap());
    for id in ids() {
        let quoted = format!("\"{id}\"");
        assert!(plain.contains(&quoted), "the search of a plain report has {id}");
        assert!(!page.contains(&id) && !text.contains(&id), "{id}");
    }
    let pseudonym = key.pseudonym("k060");
    assert!(page.contains(&pseudonym) && text.contains(&pseudonym), "the contact list goes on under pseudonyms");
    assert!(!page.contains("online"), "no file is named");
}

#[test]
fn an_aggregate_report_knows_no_customer() {
    let page = words(&html(&full(), &ReportOptions::new().aggregate_only(true)).unwrap());
    for id in ids() {
        assert!(!page.contains(&id), "{id}");
    }
    assert!(!page.contains("id=\"customers\"") && !page.contains("cluster_scatter"));
    assert!(page.contains("chart-segment_shares"));
}

#[test]
fn small_groups_are_hidden_and_cannot_be_had_by_subtraction() {
    let text = |below: u64| markdown(&full(), &ReportOptions::new().suppress_below(below)).unwrap();
    assert!(text(0).contains("| high | 3 |"));
    let hidden = text(5);
    // Three customers are too few; seventeen are the next smallest, and the only way to the three.
    assert!(hidden.contains("| high | &lt;5 | – |") && hidden.contains("| medium | – | – |"), "{hidden}");
    assert!(hidden.contains("| low | 40 |"));
    assert!(!hidden.contains("are likely not to buy again"), "no finding cites what is hidden");
}

#[test]
fn nothing_is_hidden_where_all_groups_are_large() {
    let book = book_of(&log());
    let text = |below: u64| markdown(&book, &ReportOptions::new().suppress_below(below)).unwrap();
    let segments = |text: &str| text.split("## Segments").nth(1).and_then(|rest| rest.split("\n## ").next()).map(str::to_owned);
    assert_eq!(segments(&text(0)), segments(&text(1)));
}
