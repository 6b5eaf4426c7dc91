//! Pseudonyms of ids and of values.

use super::*;
use crate::book::compare;
use crate::customers::CustomersParams;
use crate::ingest::Ingest;

fn book() -> SegmentBook {
    let log = "customer,date,amount\nann,2024-03-01,50\nann,2024-03-20,70\nbob,2024-01-05,20\ncy,2024-02-05,20\n";
    SegmentBook::params().build(&Ingest::new().read_text(log).unwrap()).unwrap()
}

#[test]
fn no_id_is_left_and_numbers_stay() {
    let key = PseudonymKey::new(b"0123456789abcdef").unwrap();
    let (book, hidden) = (book(), book().pseudonymized(&key).unwrap());
    assert_eq!(hidden.segments().height(), book.segments().height());
    for id in ["ann", "bob", "cy"] {
        let (before, after) = (book.explain(id).unwrap(), hidden.explain(&key.pseudonym(id)).unwrap());
        assert_eq!(before.values[1..], after.values[1..]);
        assert!(hidden.explain(id).is_err());
    }
    let manifest = serde_json::to_string(hidden.manifest()).unwrap();
    assert!(serde_json::to_string(book.manifest()).unwrap().contains("\"ann\""), "the largest customer is named");
    assert!(!manifest.contains("\"ann\""));
}

#[test]
fn keys_lead_to_different_pseudonyms_and_stay_secret() {
    let [one, other] = [b"0123456789abcdef", b"0123456789abcdeg"].map(|secret| PseudonymKey::new(secret).unwrap());
    assert_ne!(one.pseudonym("ann"), other.pseudonym("ann"));
    assert_eq!(one.pseudonym("ann"), PseudonymKey::new(b"0123456789abcdef\r\n").unwrap().pseudonym("ann"));
    assert_eq!(format!("{one:?}"), "PseudonymKey(secret)");
}

#[test]
fn quoted_ids_are_replaced_and_other_words_are_not() {
    let pseudonyms = HashMap::from([("ann", "c1".to_owned())]);
    assert_eq!(replace_quoted("ann has `ann` and `other`", &pseudonyms), "ann has `c1` and `other`");
}

#[test]
fn parts_out_of_order_are_rejected() {
    let book = book();
    let reversed = book.segments().reverse();
    assert!(SegmentBook::from_parts(reversed, BTreeMap::new(), book.manifest().clone()).is_err());
}

fn key(secret: &[u8]) -> PseudonymKey {
    PseudonymKey::new(secret).unwrap()
}

fn column(table: &DataFrame, name: &str) -> Vec<String> {
    texts(table, name).unwrap().iter().map(|text| text.unwrap_or_default().to_owned()).collect()
}

#[test]
fn a_second_time_changes_nothing_and_another_key_is_refused() {
    let (own, other) = (key(b"0123456789abcdef"), key(b"0123456789abcdeg"));
    let hidden = book().pseudonymized(&own).unwrap();
    let again = hidden.pseudonymized(&own).unwrap();
    assert!(again.segments.equals_missing(&hidden.segments));
    assert_eq!(again.manifest, hidden.manifest);
    assert!(hidden.pseudonymized(&other).unwrap_err().message().contains("another key"));
    assert!(own.check(&hidden).is_ok() && other.check(&hidden).is_err());
    assert!(other.check(&book()).is_ok(), "a book with ids is nobody's");
    let pseudonyms = hidden.manifest.pseudonyms.unwrap();
    assert_eq!(pseudonyms.key_check.len(), 8);
    assert!(!own.pseudonym("").contains(&pseudonyms.key_check), "no part of a pseudonym");
}

#[test]
fn books_are_compared_when_they_name_the_same_customers() {
    let (own, other) = (key(b"0123456789abcdef"), key(b"0123456789abcdeg"));
    let plain = book();
    let (hidden, foreign) = (plain.pseudonymized(&own).unwrap(), plain.pseudonymized(&other).unwrap());
    assert_eq!(compare(&hidden, &hidden).unwrap().summary(), compare(&plain, &plain).unwrap().summary());
    assert!(compare(&plain, &hidden).unwrap_err().message().starts_with("the newer book holds pseudonyms, the older one ids"));
    assert!(compare(&hidden, &plain).unwrap_err().message().starts_with("the older book holds pseudonyms, the newer one ids"));
    assert!(compare(&hidden, &foreign).unwrap_err().message().contains("different keys"));
}

#[test]
fn what_changed_is_the_same_after_a_plain_book_and_a_hidden_one() {
    let own = key(b"0123456789abcdef");
    let log = "customer,date,amount\nann,2024-01-01,50\nbob,2024-01-05,20\ncy,2024-01-05,20\nann,2024-03-20,70\ndan,2024-03-21,90\n";
    let read = Ingest::new().read_text(log).unwrap();
    let at = |date: &str| SegmentBook::params().customers(CustomersParams::new().as_of(date.parse().unwrap()));
    let old = at("2024-01-31").build(&read).unwrap();
    let after_plain = at("2024-03-31").previous(old.clone()).build(&read).unwrap().pseudonymized(&own).unwrap();
    let old_hidden = old.pseudonymized(&own).unwrap();
    let new = at("2024-03-31").build(&read).unwrap();
    let after_hidden = new.pseudonymized_since(&own, &old_hidden).unwrap();
    assert!(after_plain.tables["changes"].height() > 3);
    for name in ["changes", "quality"] {
        assert!(after_plain.tables[name].equals_missing(&after_hidden.tables[name]), "{name}");
    }
    assert_eq!(after_plain.manifest, after_hidden.manifest);
    let ids = column(&after_hidden.tables["changes"], ID_COLUMN);
    assert!(ids.is_sorted() && ids.contains(&own.pseudonym("dan")));
    assert!(new.pseudonymized_since(&own, &old).unwrap_err().message().contains("ids, not pseudonyms"));
    assert!(new.pseudonymized_since(&key(b"0123456789abcdeg"), &old_hidden).unwrap_err().message().contains("another key"));
    assert!(at("2024-03-31").previous(old_hidden).build(&read).unwrap_err().message().contains("name nobody in common"));
}

#[test]
fn values_of_few_customers_are_pseudonyms_in_every_table() {
    let own = key(b"0123456789abcdef");
    let mut log = vec!["customer,order,date,amount,category,salesperson".to_owned()];
    let mut list = vec!["customer,mail,region".to_owned()];
    for number in 0..12 {
        for (order, category) in [(1, "wine"), (2, if number < 2 { "rings for c0" } else { "cheese" })] {
            for category in [category, "bread"] {
                log.push(format!("c{number},{number}-{order},2024-0{order}-05,{},{category},sue", 10 + number));
            }
        }
        list.push(format!("c{number},c{number}@example.org,{}", if number == 3 { "islet" } else { "north" }));
    }
    list.push("p1,p1@example.org,north".to_owned());
    list.push("p2,p2@example.org,nowhere".to_owned());
    let folder = tempfile::tempdir().unwrap();
    std::fs::write(folder.path().join("list.csv"), list.join("\n")).unwrap();
    let list = Ingest::new().read_customers(folder.path().join("list.csv")).unwrap();
    let plain = SegmentBook::params().list(list).build(&Ingest::new().read_text(&log.join("\n")).unwrap()).unwrap();
    let hidden = plain.pseudonymized(&own).unwrap();
    for (name, table) in hidden.tables.iter().chain([(&"rows".to_owned(), &hidden.segments)]) {
        for column in table.columns().iter().filter(|column| column.dtype() == &DataType::String) {
            for text in column.str().unwrap().iter().flatten() {
                assert!(!["@", "islet", "nowhere", "rings"].iter().any(|word| text.contains(word)), "{name}: {text}");
            }
        }
    }
    let (mails, regions) = (&hidden.tables["composition_mail"], &hidden.tables["composition_region"]);
    assert!(column(mails, "value").iter().all(|value| value.starts_with('v') && value.len() == 25));
    assert_eq!(column(regions, "value"), ["north".to_owned(), own.value_pseudonym("islet")]);
    assert!(column(&hidden.tables["composition_category"], "value").contains(&own.value_pseudonym("rings for c0")));
    assert!(column(&hidden.tables["composition_category_by_period"], "value").contains(&own.value_pseudonym("rings for c0")));
    assert_eq!(column(&hidden.tables["salespeople"], "salesperson"), ["sue"]);
    let prospects = &hidden.tables["prospects"];
    assert_eq!(column(prospects, ID_COLUMN), {
        let mut ids = [own.pseudonym("p1"), own.pseudonym("p2")];
        ids.sort();
        ids
    });
    let mut regions = column(prospects, "region");
    regions.sort();
    assert_eq!(regions, ["north".to_owned(), own.value_pseudonym("nowhere")]);
    assert_ne!(own.value_pseudonym("ann")[1..], own.pseudonym("ann")[1..], "a value that is an id does not lead to it");
    // Numbers stay.
    for (name, table) in plain.tables.iter().filter(|(name, _)| name.starts_with("composition_")) {
        let without = |frame: &DataFrame| frame.drop("value").unwrap();
        assert!(without(table).equals_missing(&without(&hidden.tables[name])), "{name}");
    }
}

#[test]
fn customers_who_are_alike_stand_in_the_order_of_their_pseudonyms() {
    let own = key(b"0123456789abcdef");
    let ids: Vec<String> = (0..40).map(|number| format!("c{number:02}")).collect();
    let frame = |ids: &[String]| {
        let scores: Vec<u32> = (0..40).map(|number| 9 - number / 20).collect();
        let columns = vec![
            Column::new("priority".into(), (1..=40).collect::<Vec<u32>>()),
            Column::new(ID_COLUMN.into(), ids),
            Column::new("score".into(), scores),
        ];
        frames::frame(40, columns).unwrap()
    };
    let shuffled = column(&shuffled("watchlist", &frame(&ids), &own).unwrap(), ID_COLUMN);
    let mut expected: Vec<String> = ids.iter().map(|id| own.pseudonym(id)).collect();
    expected[..20].sort();
    expected[20..].sort();
    assert_eq!(shuffled, expected);
}

#[test]
fn quoted_ids_are_replaced_in_both_languages() {
    let key = PseudonymKey::new(b"0123456789abcdef").unwrap();
    let mut book = book();
    book.manifest.warnings =
        vec![Warning { about: "rfm".to_owned(), text: "`ann` is alone".to_owned(), text_zh: "只有 `ann`".to_owned() }];
    let hidden = book.pseudonymized(&key).unwrap();
    let (warning, ann) = (&hidden.manifest().warnings[0], key.pseudonym("ann"));
    assert_eq!((&warning.text, &warning.text_zh), (&format!("`{ann}` is alone"), &format!("只有 `{ann}`")));
}
