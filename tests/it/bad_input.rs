//! Input that no one should have sent: an exit code, a message a person understands, no panic, no partial output.

use std::fs::File;

use patronage::polars::prelude::{IpcWriter, ParquetReader, SerReader, SerWriter};

use crate::common::Scratch;

/// A log that is fine.
const FINE: &str = "customer,date,amount\nann,2024-03-01,5\nbob,2024-03-02,7.50\n";

/// `check` and `segment` refuse the file with these words; nothing is left behind.
#[track_caller]
fn refused(name: &str, bytes: impl AsRef<[u8]>, reasons: &[&str]) {
    let scratch = Scratch::with(name, bytes);
    let words = [&[name], reasons].concat();
    scratch.run_words(&["check", name, "--json"]).fails(3, &words);
    scratch.run_words(&["segment", name, "--out", "out", "--json"]).fails(3, &words);
    scratch.run_words(&["customers", name, "--out", "c.csv"]).fails(3, &words);
    assert_eq!(scratch.names(), [name], "nothing is left behind");
}

/// Good rows stay, the others are rejected for these reasons.
#[track_caller]
fn rejected(bytes: impl AsRef<[u8]>, accepted: u64, reasons: &[(&str, u64)]) {
    let scratch = Scratch::with("log.csv", bytes);
    let audit = scratch.run("segment log.csv --out out --json").ok().json()["audit"].clone();
    assert_eq!(audit["rows_accepted"], accepted);
    let wanted: serde_json::Map<String, serde_json::Value> =
        reasons.iter().map(|(reason, count)| ((*reason).to_owned(), (*count).into())).collect();
    assert_eq!(audit["rows_rejected"], serde_json::Value::Object(wanted));
    assert_eq!(scratch.table("out/rejects.csv").len() as u64, reasons.iter().map(|reason| reason.1).sum::<u64>());
}

#[test]
fn files_without_a_row() {
    refused("empty.csv", "", &["empty"]);
    refused("mark.csv", "\u{feff}", &["empty"]);
    refused("blank.csv", "\n\r\n\n", &["no line of text"]);
    refused("header.csv", "customer,date,amount\n", &["no rows below the names"]);
    refused("header-without-end.csv", "customer,date,amount", &["no rows below the names"]);
}

#[test]
fn columns_that_are_missing_or_stand_twice() {
    refused("nobody.csv", "date,amount\n2024-03-01,5\n", &["customer", "--customer"]);
    refused("never.csv", "customer,amount\nann,5\n", &["time", "--time"]);
    refused("nothing.csv", "customer,date\nann,2024-03-01\n", &["amount", "--amount"]);
    refused("twice.csv", "customer,date,amount,amount\nann,2024-03-01,5,6\n", &["same name", "`amount`"]);
    refused("numbers.csv", "1,2,3\n4,5,6\n", &["--no-header"]);
    let scratch = Scratch::with("log.csv", FINE);
    scratch.run("check log.csv --amount revenue").fails(3, &["log.csv", "`revenue`", "`customer`, `date`, `amount`"]);
}

#[test]
fn files_that_are_no_tables() {
    refused("junk.csv", (0..=255_u8).cycle().take(5_000).collect::<Vec<_>>(), &["not text"]);
    refused("book.xlsx", b"PK\x03\x04\x14\0\x06\0", &["Excel", "CSV"]);
    refused("book.xls", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", &["Excel", "CSV"]);
    refused("log.csv.gz", b"\x1f\x8b\x08\0\0\0\0\0", &["gzip"]);
    refused("log.csv.zst", b"\x28\xb5\x2f\xfd\0\0\0\0", &["zstd"]);
    refused("shop.db", b"SQLite format 3\0", &["SQLite"]);
    refused("array.json", "[{\"customer\":\"ann\",\"date\":\"2024-03-01\",\"amount\":5}]", &["JSON array", "NDJSON"]);
    refused("prose.csv", "It was the best of times\nit was the worst of times\n", &["customer"]);
    refused("prose.ndjson", "It was the best of times\n", &["JSON object"]);
}

#[test]
fn places_that_are_no_files() {
    let scratch = Scratch::with("folder/log.csv", FINE);
    scratch.run("check nowhere.csv").fails(3, &["nowhere.csv", "cannot read"]);
    scratch.run("segment nowhere.csv --out out").fails(3, &["nowhere.csv", "cannot read"]);
    scratch.run("check folder").fails(3, &["folder", "*.csv"]);
    scratch.run("check none/*.csv").fails(3, &["none/*.csv", "no file fits"]);
    assert_eq!(scratch.names(), ["folder/log.csv"]);
}

#[test]
fn quotes_that_are_never_closed() {
    refused("quote.csv", format!("{FINE}\"cid,2024-03-03,1\ndan,2024-03-03,1\n"), &["row 3", "never closed", "--quote none", "cid"]);
    refused("quote-in-header.csv", "\"customer,date,amount\nann,2024-03-01,5\n", &["never closed"]);
}

#[test]
fn lines_that_never_end() {
    let long = "x".repeat(24 << 20);
    refused("long-header.csv", &long, &["first line is longer than"]);
    refused("long-row.csv", format!("{FINE}{long}\n{long}"), &["longer than 16 MiB"]);
    refused("long-quote.csv", format!("{FINE}\"{long}\n{long}"), &["never closed", "row 3"]);
}

#[test]
fn bytes_that_are_not_utf8() {
    refused("header.csv", b"customer,date,amount,\xff\xfe\nann,2024-03-01,5,x\n", &["not UTF-8", "--encoding"]);
    rejected(b"customer,date,amount\nann,2024-03-01,5\nb\xffb,2024-03-01,5\n", 1, &[("bad_encoding", 1)]);
}

#[test]
fn rows_that_are_ragged() {
    rejected(format!("{FINE}cid\ncid,2024-03-01\ncid,2024-03-01,5,6\n,\n"), 2, &[("ragged_row", 4)]);
    refused("ragged.csv", "customer,date,amount\nann,2024-03-01\n", &["none of 1 rows is accepted", "ragged_row 1"]);
}

#[test]
fn amounts_that_are_none() {
    let amounts = ["NaN", "nan", "inf", "-inf", "Infinity", "1e400", "", "-", "0x10", "1e-400"];
    let rows = amounts.map(|amount| format!("cid,2024-03-01,{amount}\n")).concat();
    rejected(format!("{FINE}{rows}"), 2, &[("bad_amount", amounts.len() as u64)]);
}

#[test]
fn dates_beyond_time() {
    let dates = ["0000-01-01", "0001-01-01", "99999-01-01", "1899-12-31", "2200-01-01", "-2024-01-01", "999999999-01-01"];
    let rows = dates.map(|date| format!("cid,{date},5\n")).concat();
    rejected(format!("{FINE}{rows}"), 2, &[("bad_time", 2), ("time_out_of_range", 5)]);
    refused("years.csv", "customer,date,amount\nann,99999-01-01,5\n", &["row 1", "`date`", "time_out_of_range", "`99999-01-01`"]);
}

#[test]
fn one_customer_is_a_book() {
    let scratch = Scratch::with("log.csv", "customer,date,amount\nann,2024-03-01,5\n");
    let manifest = scratch.run("segment log.csv --format csv --out out --json").ok().json();
    assert_eq!((&manifest["book_customers"], &manifest["analyses"]["abc"]["gini"]), (&1.into(), &0.0.into()));
    assert_eq!(scratch.table("out/segments.csv")[0]["customer_id"], "ann");
    let warnings = manifest["warnings"].to_string();
    assert!(warnings.contains("rfm"), "that five scores are too many for one customer is said: {warnings}");
}

#[test]
fn nothing_but_refunds_is_too_little_for_a_book() {
    let scratch = Scratch::with("log.csv", "customer,date,amount\nann,2024-03-01,-5\nbob,2024-03-02,-7\n");
    scratch.run("segment log.csv --out out").fails(4, &["no customer has a purchase", "2 have refunds only"]);
    assert_eq!(scratch.names(), ["log.csv"]);
    let audit = scratch.run("check log.csv --json").ok().json();
    assert_eq!((&audit["refund_only_customers"], &audit["money_accepted"]), (&2.into(), &"-12".into()));
}

#[test]
fn money_beyond_all_digits() {
    let nines = "9".repeat(32);
    refused("rich.csv", format!("customer,date,amount\nann,2024-03-01,{nines}\nbob,2024-03-01,{nines}\n"), &["38 digits"]);
}

/// A Parquet file of a made-up shop.
fn parquet() -> Vec<u8> {
    let scratch = Scratch::new();
    scratch.run("simulate --customers 40 --seed 5 --out shop.parquet").ok();
    scratch.bytes("shop.parquet")
}

/// The same as an Arrow IPC file.
fn ipc() -> Vec<u8> {
    let mut frame = ParquetReader::new(std::io::Cursor::new(parquet())).finish().expect("Parquet");
    let scratch = Scratch::new();
    IpcWriter::new(File::create(scratch.path("shop.arrow")).expect("writable")).finish(&mut frame).expect("written");
    scratch.bytes("shop.arrow")
}

#[test]
fn columnar_files_that_were_cut_short() {
    let (parquet, ipc) = (parquet(), ipc());
    for part in [5, 40, 100] {
        refused("shop.parquet", &parquet[..parquet.len() * part / 100 - 1], &["Parquet"]);
        refused("shop.arrow", &ipc[..ipc.len() * part / 100 - 1], &["Arrow IPC"]);
    }
    refused("head.parquet", b"PAR1", &["Parquet"]);
    refused("head.arrow", b"ARROW1\0\0", &["Arrow IPC"]);
}

/// Knuth's MMIX generator: bytes without a pattern, the same in every run.
fn noise(seed: u64) -> impl Iterator<Item = u8> {
    let mut state = seed;
    std::iter::repeat_with(move || {
        state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        state.to_be_bytes()[0]
    })
}

#[test]
fn noise_behind_a_good_head() {
    for head in [&b"PAR1"[..], b"ARROW1\0\0"] {
        for seed in 0..3 {
            let bytes: Vec<u8> = head.iter().copied().chain(noise(seed).take(3_000)).chain(head[..4].iter().copied()).collect();
            refused("noise.bin", bytes, &["not a readable"]);
        }
    }
}

/// Single bytes changed anywhere: the file is read with an audit or refused, and the program never dies of it.
#[test]
fn columnar_files_with_a_flipped_byte() {
    for (name, good) in [("shop.parquet", parquet()), ("shop.arrow", ipc())] {
        let mut places = noise(11);
        for _ in 0..16 {
            let mut place = || usize::from(places.next().expect("endless"));
            let at = (place() << 16 | place() << 8 | place()) % good.len();
            let mut bytes = good.clone();
            bytes[at] ^= 0x55;
            let scratch = Scratch::with(name, bytes);
            let run = scratch.run_words(&["check", name, "--json"]);
            assert!(matches!(run.code, Some(0 | 3)), "byte {at} of {name}: {run:?}");
            assert!(!run.stderr.contains("panicked"), "byte {at} of {name}: {}", run.stderr);
        }
    }
}
