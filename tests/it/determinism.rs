//! The same rows give the same bytes: in any order, in any number of files, with any number of threads, merged in any order.

use std::collections::{BTreeMap, BTreeSet};

use patronage::{Ingest, Ledger, SegmentBook, TableFormat};
use serde_json::Value;

use crate::common::{Row, Scratch, cdnow, table};

const HEADER: &str = "customer_id,date,order_id,amount\n";

/// CDNOW with order ids, some refunds, and dirt of every kind.
fn rows() -> Vec<String> {
    let mut rows = Vec::new();
    for (index, row) in table(&std::fs::read(cdnow()).expect("the sample")).iter().enumerate() {
        let (customer, date, amount) = (&row["customer_id"], &row["date"], &row["amount"]);
        rows.push(if index % 37 == 5 {
            format!("{customer},{date},C-{customer}-{date},-{amount}")
        } else {
            format!("{customer},{date},{customer}-{date},{amount}")
        });
        match index % 303 {
            17 => rows.push(format!(",{date},x{index},{amount}")),
            34 => rows.push(format!("{customer},0000-00-00,x{index},{amount}")),
            51 => rows.push(format!("{customer},99999-01-01,x{index},{amount}")),
            68 => rows.push(format!("{customer},{date},x{index},twelve")),
            85 => rows.push(format!("{customer},{date}")),
            102 => rows.push(rows[index / 2].clone()),
            _ => {}
        }
    }
    rows
}

/// A seeded shuffle (Fisher & Yates) over a linear congruential generator (Knuth's MMIX constants).
fn shuffled(mut rows: Vec<String>, seed: u64) -> Vec<String> {
    let mut state = seed;
    for index in (1..rows.len()).rev() {
        state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        let bound = u64::try_from(index + 1).expect("64 bits");
        rows.swap(index, usize::try_from((state >> 33) % bound).expect("an index"));
    }
    rows
}

/// The rows in so many texts, each with the header.
fn split(rows: &[String], files: usize) -> Vec<String> {
    let text = |rows: &[String]| format!("{HEADER}{}\n", rows.join("\n"));
    rows.chunks(rows.len().div_ceil(files)).map(text).collect()
}

/// Everything that must not differ.
#[derive(Debug, PartialEq)]
struct Output {
    files: BTreeMap<String, Vec<u8>>,
    manifest: Value,
    rejects: Vec<Row>,
}

fn output(scratch: &Scratch, folder: &str) -> Output {
    let mut manifest = scratch.json(&format!("{folder}/manifest.json"));
    manifest.as_object_mut().expect("an object").remove("inputs").expect("inputs");
    let own = |name: &String| name.strip_prefix(&format!("{folder}/")).map(str::to_owned);
    let same = |name: &String| name.starts_with("segments.") || name.starts_with("tables/");
    let names: BTreeSet<String> = scratch.names().iter().filter_map(own).filter(same).collect();
    let files = names.into_iter().map(|name| (name.clone(), scratch.bytes(&format!("{folder}/{name}")))).collect();
    let mut rejects = scratch.table(&format!("{folder}/rejects.csv"));
    for reject in &mut rejects {
        // Which file and row it was depends on the split.
        reject.retain(|column, _| column != "file" && column != "row");
    }
    rejects.sort();
    Output { files, manifest, rejects }
}

fn segmented(texts: &[String], options: &str) -> Output {
    let scratch = Scratch::new();
    for (index, text) in texts.iter().enumerate() {
        scratch.write(&format!("part-{index:02}.csv"), text);
    }
    scratch.run(&format!("segment part-*.csv --cancel-prefix C --as-of 1998-05-31 --no-report --out out {options}")).ok();
    output(&scratch, "out")
}

#[test]
fn shuffled_and_split_rows_give_the_same_bytes() {
    let rows = rows();
    let base = segmented(&split(&rows, 1), "--threads 2 --format csv");
    // All that the manifest lists, but for the rejects.
    assert_eq!(base.files.len() + 1, base.manifest["files"].as_object().unwrap().len(), "{:?}", base.files.keys());
    assert!(base.rejects.len() > 100, "every kind of dirt is in it");
    for (files, seed, threads) in [(1, 1, 1), (2, 2, 1), (2, 3, 2), (17, 4, 1), (17, 5, 2)] {
        let again = segmented(&split(&shuffled(rows.clone(), seed), files), &format!("--threads {threads} --format csv"));
        assert_eq!(again.manifest, base.manifest, "{files} files, {threads} threads");
        assert_eq!(again.rejects, base.rejects, "{files} files, {threads} threads");
        assert_eq!(again.files.keys().collect::<Vec<_>>(), base.files.keys().collect::<Vec<_>>());
        for (name, bytes) in &again.files {
            assert!(base.files[name] == *bytes, "{name} differs with {files} files and {threads} threads");
        }
    }
}

#[test]
fn formats_and_removed_repeats_are_deterministic_too() {
    let rows = rows();
    for options in ["--format parquet", "--format ndjson", "--format parquet --deduplicate --scoring sql_ntile --abc within"] {
        let base = segmented(&split(&rows, 1), &format!("--threads 2 {options}"));
        let again = segmented(&split(&shuffled(rows.clone(), 9), 17), &format!("--threads 1 {options}"));
        assert!(base == again, "{options}");
    }
}

/// More than one block of 4 MiB, so that several are cleaned at the same time.
#[test]
fn many_blocks_give_the_same_bytes_with_one_thread_and_two() {
    let once = rows();
    let mut all = Vec::new();
    for copy in 0..16 {
        all.extend(once.iter().map(|row| format!("{copy:02}{row}")));
    }
    let text = split(&all, 1);
    assert!(text[0].len() > 4 << 20, "{} bytes", text[0].len());
    let base = segmented(&text, "--threads 1 --only rfm");
    assert!(base == segmented(&text, "--threads 2 --only rfm"));
    assert!(base == segmented(&split(&shuffled(all, 6), 2), "--threads 2 --only rfm"));
}

#[test]
fn ledgers_merged_in_any_order_give_the_book_of_one_run() {
    let ingest = Ingest::new().cancel_prefix("C");
    let whole = ingest.read_text(&split(&rows(), 1)[0]).unwrap();
    let base = written(&whole.ledger);
    let parts: Vec<Ledger> = split(&shuffled(rows(), 7), 17).iter().map(|text| ingest.read_text(text).unwrap().ledger).collect();
    let one_by_one = |parts: &mut dyn Iterator<Item = &Ledger>| {
        parts.fold(Ledger::new(ingest.settings()), |sum, part| sum.merge(part).expect("same settings"))
    };
    let forwards = one_by_one(&mut parts.iter());
    let backwards = one_by_one(&mut parts.iter().rev());
    let in_pairs = one_by_one(&mut parts.chunks(2).map(|pair| one_by_one(&mut pair.iter())).collect::<Vec<_>>().iter());
    for (how, ledger) in [("forwards", forwards), ("backwards", backwards), ("in pairs", in_pairs)] {
        assert_eq!(ledger.totals().unwrap(), whole.ledger.totals().unwrap(), "{how}");
        assert!(written(&ledger) == base, "{how}");
    }
}

/// All files of the book of a ledger; the manifest is among them, since a ledger has no inputs to name.
fn written(ledger: &Ledger) -> BTreeMap<String, Vec<u8>> {
    let scratch = Scratch::new();
    let mut book = SegmentBook::params().build_from(ledger).expect("a book");
    book.write(scratch.path("out"), TableFormat::Csv).expect("written");
    scratch.names().into_iter().map(|name| (name.clone(), scratch.bytes(&name))).collect()
}
