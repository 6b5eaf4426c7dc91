//! Pseudonyms: nothing that a run with them writes says who somebody is.

use std::io::Read;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;

use crate::common::{Scratch, cdnow, table};

/// What no file may hold.
const UNMISTAKABLE: &str = "unmistakable";

/// Every text of a Parquet file, decompressed.
fn texts(bytes: Vec<u8>) -> String {
    use patronage::polars::prelude::{DataType, ParquetReader, SerReader};
    let frame = ParquetReader::new(std::io::Cursor::new(bytes)).finish().expect("a table");
    let columns = frame.columns().iter().filter(|column| column.dtype() == &DataType::String);
    columns.flat_map(|column| column.str().expect("texts").iter().flatten().map(str::to_owned).collect::<Vec<_>>()).collect()
}

/// The names and contents of all parts of a ZIP archive, such as a workbook.
fn unzipped(bytes: &[u8]) -> String {
    let number = |at: usize, size: usize| (0..size).rev().fold(0_usize, |number, place| number << 8 | usize::from(bytes[at + place]));
    let end = bytes.windows(4).rposition(|window| window == b"PK\x05\x06").expect("the end of the directory");
    let (mut at, mut text) = (number(end + 16, 4), String::new());
    for _ in 0..number(end + 10, 2) {
        let (packed, name, extra, comment) = (number(at + 20, 4), number(at + 28, 2), number(at + 30, 2), number(at + 32, 2));
        let local = number(at + 42, 4);
        let start = local + 30 + number(local + 26, 2) + number(local + 28, 2);
        let part = &bytes[start..start + packed];
        text.push_str(&String::from_utf8_lossy(&bytes[at + 46..at + 46 + name]));
        let mut content = Vec::new();
        match number(at + 10, 2) {
            0 => content.extend_from_slice(part),
            _ => drop(flate2::read::DeflateDecoder::new(part).read_to_end(&mut content).expect("deflated")),
        }
        text.push_str(&String::from_utf8_lossy(&content));
        at += 46 + name + extra + comment;
    }
    text
}

/// A page with what is packed within it: base64 text of gzip, which begins with `H4sI`.
pub(super) fn unpacked(page: &str) -> String {
    let mut text = page.to_owned();
    for (start, _) in page.match_indices("H4sI") {
        let letters: String =
            page[start..].chars().take_while(|letter| letter.is_ascii_alphanumeric() || matches!(letter, '+' | '/' | '=')).collect();
        // The letters may also stand within a script.
        let Ok(packed) = STANDARD.decode(&letters) else { continue };
        let mut content = Vec::new();
        if flate2::read::GzDecoder::new(packed.as_slice()).read_to_end(&mut content).is_ok() {
            text.push_str(&String::from_utf8_lossy(&content));
        }
    }
    text
}

/// All that a file says, whatever it is packed in.
fn said(name: &str, bytes: Vec<u8>) -> String {
    match name.rsplit('.').next() {
        Some("parquet") => texts(bytes),
        Some("xlsx") => unzipped(&bytes),
        _ => unpacked(&String::from_utf8_lossy(&bytes)),
    }
}

/// Reads all files of these folders; returns how many there are.
fn nothing_said(scratch: &Scratch, folders: &[&str]) -> usize {
    let names: Vec<String> = scratch.names().into_iter().filter(|name| folders.iter().any(|folder| name.starts_with(folder))).collect();
    for name in names.iter().filter(|name| !name.ends_with('/')) {
        assert!(!name.contains(UNMISTAKABLE), "{name}");
        let text = said(name, scratch.bytes(name));
        if let Some(at) = text.find(UNMISTAKABLE) {
            panic!("{name}: {}", text[at..].chars().take(80).collect::<String>());
        }
    }
    names.len()
}

fn id(customer: &str) -> String {
    format!("{UNMISTAKABLE}-{customer}-of-the-test")
}

/// The sample under ids that are found wherever they are, with rows that are rejected and left out.
fn log() -> Scratch {
    let mut log = vec!["customer,date,amount".to_owned()];
    for row in table(&std::fs::read(cdnow()).expect("the sample")) {
        log.push(format!("{},{},{}", id(&row["customer_id"]), row["date"], row["amount"]));
    }
    log.extend([format!("{},1998-01-01,twelve", id("rejected")), format!("{},1998-01-01,5", id("excluded"))]);
    let scratch = Scratch::with("unmistakable.csv", log.join("\n"));
    scratch.write("leave-out", id("excluded"));
    scratch.write("key", "sixteen bytes or more\n");
    scratch.write("another", "another sixteen bytes\n");
    scratch
}

#[test]
fn what_is_packed_is_found() {
    use std::io::Write;
    let mut packer = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::default());
    packer.write_all(id("packed").as_bytes()).expect("packed");
    let packed = STANDARD.encode(packer.finish().expect("packed"));
    assert!(packed.starts_with("H4sI") && !packed.contains(UNMISTAKABLE));
    assert!(unpacked(&format!("<script id=\"customers\">{packed}</script>")).contains(&id("packed")));
    assert!(!unpacked("H4sI is no gzip").contains(UNMISTAKABLE));
    let scratch = log();
    scratch.run("segment unmistakable.csv --only rfm --out plain").ok();
    for format in ["html", "md", "xlsx"] {
        scratch.run(&format!("report plain --to {format}")).ok();
    }
    let (page, workbook) = (scratch.bytes("plain/report.html"), scratch.bytes("plain/report.xlsx"));
    for (name, bytes) in [("report.html", page), ("report.xlsx", workbook), ("segments.parquet", scratch.bytes("plain/segments.parquet"))] {
        assert!(said(name, bytes).contains(&id("0001")), "{name} holds the ids of a book without pseudonyms");
    }
}

#[test]
fn a_pseudonymized_book_has_no_id_in_any_file() {
    let scratch = log();
    scratch.run("segment unmistakable.csv --exclude leave-out --pseudonymize key --format csv --out text").ok();
    scratch.run("segment unmistakable.csv --exclude leave-out --pseudonymize key --out out").ok();
    for format in ["md", "html", "xlsx"] {
        scratch.run(&format!("report out --to {format}")).ok();
    }
    let read = nothing_said(&scratch, &["text/", "out/"]);
    assert!(read > 60, "{read} files");
    let rows = scratch.table("text/segments.csv");
    assert_eq!(rows.len(), 2357);
    assert!(said("out/report.xlsx", scratch.bytes("out/report.xlsx")).contains(&rows[0]["customer_id"]), "the workbook is read");
    let pseudonyms = &scratch.json("out/manifest.json")["pseudonyms"];
    assert_eq!((pseudonyms["key_check"].as_str().map(str::len), &pseudonyms["values_below"]), (Some(8), &5.into()));
    // Small groups are hidden without another word.
    let sheet = said("out/report.xlsx", scratch.bytes("out/report.xlsx"));
    assert!(sheet.contains("fewer than 5 customers"));
}

#[test]
fn attributes_and_prospects_say_nobody() {
    let scratch = log();
    let mut list = vec!["customer,mail,region,loyal".to_owned()];
    let sample = table(&std::fs::read(cdnow()).expect("the sample"));
    let mut customers: Vec<&String> = sample.iter().map(|row| &row["customer_id"]).collect();
    customers.dedup();
    for (number, customer) in customers.iter().take(150).enumerate() {
        // A region of one, and one of all others.
        let region = if number == 7 { format!("{UNMISTAKABLE} islet") } else { "north".to_owned() };
        list.push(format!("{},{UNMISTAKABLE}{number}@example.org,{region},{}", id(customer), number % 2));
    }
    for prospect in 0..6 {
        list.push(format!("{},{UNMISTAKABLE}{prospect}@example.com,north,1", id(&format!("prospect-{prospect}"))));
    }
    scratch.write("list.csv", list.join("\n"));
    let run = "segment unmistakable.csv --customers list.csv --only rfm,lifecycle,dimensions";
    scratch.run(&format!("{run} --format csv --out plain")).ok();
    scratch.run(&format!("{run} --format csv --pseudonymize key --out hidden")).ok();
    scratch.run(&format!("{run} --pseudonymize key --out out")).ok();
    scratch.run("report out --to xlsx").ok();
    nothing_said(&scratch, &["hidden/", "out/"]);
    for name in ["composition_mail", "composition_region", "composition_loyal", "prospects"] {
        let (plain, hidden) = (scratch.table(&format!("plain/tables/{name}.csv")), scratch.table(&format!("hidden/tables/{name}.csv")));
        assert_eq!(plain.len(), hidden.len(), "{name}");
        if name == "prospects" {
            assert!(hidden.is_sorted_by_key(|row| row["customer_id"].clone()));
            assert!(
                hidden.iter().all(|row| row["customer_id"].starts_with('c') && row["mail"].starts_with('v') && row["region"] == "north")
            );
            continue;
        }
        for (before, after) in plain.iter().zip(&hidden) {
            let rare = before["customers"].parse::<u64>().expect("a count") < 5 && !before["value"].is_empty();
            assert_eq!(rare, before["value"] != after["value"], "{name}: {before:?}");
            assert!(!rare || after["value"].starts_with('v') && after["value"].len() == 25);
            assert!(before.iter().all(|(column, cell)| column == "value" || *cell == after[column]), "{name}: {before:?}");
        }
    }
    let regions = scratch.table("hidden/tables/composition_region.csv");
    assert!(regions.iter().any(|row| row["value"] == "north" && row["customers"] == "149"), "{regions:?}");
}

#[test]
fn a_saved_ledger_knows_no_customers_of_values_and_names_none() {
    let mut log = vec!["customer,date,amount,category".to_owned()];
    for number in 0..60 {
        log.push(format!("{},1998-01-{:02},5,{UNMISTAKABLE} ring", id("one"), number % 28 + 1));
        log.push(format!("{},1998-02-{:02},5,wine", id(&format!("{number}")), number % 28 + 1));
    }
    let scratch = Scratch::with("unmistakable.csv", log.join("\n"));
    scratch.write("key", "sixteen bytes or more\n");
    scratch.run("ingest unmistakable.csv --state state").ok();
    for (from, named) in [("--state state", 0), ("unmistakable.csv", 1)] {
        scratch.run(&format!("segment {from} --only rfm,dimensions --pseudonymize key --format csv --out out")).ok();
        nothing_said(&scratch, &["out/"]);
        let values = scratch.table("out/tables/composition_category.csv");
        assert_eq!((values.len(), values.iter().filter(|row| row["value"] == "wine").count()), (2, named), "{values:?}");
        let warnings = scratch.json("out/manifest.json")["warnings"].to_string();
        assert_eq!(warnings.contains("all values are pseudonyms"), named == 0, "{warnings}");
    }
}

#[test]
fn runs_with_the_same_key_follow_each_other() {
    let scratch = log();
    let run = "segment unmistakable.csv --only rfm,abc,lifecycle --no-report";
    scratch.run(&format!("{run} --as-of 1998-03-31 --out old")).ok();
    scratch.run(&format!("{run} --as-of 1998-03-31 --pseudonymize key --out old-hidden")).ok();
    for (old, new) in [("old", "after-plain"), ("old-hidden", "after-hidden")] {
        scratch.run(&format!("{run} --previous {old} --pseudonymize key --format csv --out {new}")).ok();
    }
    let changes = scratch.text("after-plain/tables/changes.csv");
    assert!(changes.lines().count() > 100 && changes.lines().skip(1).all(|line| line.starts_with('c')));
    for name in ["tables/changes.csv", "tables/quality.csv", "segments.csv"] {
        assert_eq!(scratch.text(&format!("after-plain/{name}")), scratch.text(&format!("after-hidden/{name}")), "{name}");
    }
    assert_eq!(scratch.json("after-hidden/manifest.json")["previous"], "1998-03-31");
    nothing_said(&scratch, &["after-plain/", "after-hidden/"]);

    scratch.run(&format!("{run} --previous old-hidden --pseudonymize another --out new")).fails(2, &["another key", "old-hidden"]);
    scratch.run(&format!("{run} --previous old-hidden --out new")).fails(2, &["the older book holds pseudonyms", "--pseudonymize"]);
    scratch.run(&format!("{run} --out new")).ok();
    scratch.run(&format!("{run} --pseudonymize key --out new-hidden")).ok();
    scratch.run("compare old-hidden new").fails(2, &["the older book holds pseudonyms"]);
    scratch.run("compare old new-hidden").fails(2, &["the newer book holds pseudonyms"]);
    let (plain, hidden) =
        (scratch.run("compare old new --json").ok().json(), scratch.run("compare old-hidden new-hidden --json").ok().json());
    assert_eq!(plain, hidden);

    // A second time, the same key changes nothing.
    scratch.run("report new-hidden --to md --out once.md").ok();
    scratch.run("report new-hidden --to md --out twice.md --pseudonymize key").ok();
    assert_eq!(scratch.text("once.md"), scratch.text("twice.md"));
    scratch.run("report new-hidden --pseudonymize another").fails(2, &["another key"]);
}
