//! A saved ledger: the same file twice changes nothing, loads can be withdrawn, and a book of it is that of the files.

use serde_json::Value;

use crate::common::{Scratch, cdnow};

/// CDNOW in three files, by row.
fn parts() -> Scratch {
    let text = std::fs::read_to_string(cdnow()).expect("the sample");
    let (header, rows) = text.split_once('\n').expect("a header");
    let scratch = Scratch::new();
    let rows: Vec<&str> = rows.lines().collect();
    for (index, rows) in rows.chunks(2_500).enumerate() {
        scratch.write(&format!("part-{index}.csv"), format!("{header}\n{}\n", rows.join("\n")));
    }
    scratch
}

/// The id of a load, as `ingest` printed it.
fn id(stdout: &str) -> String {
    stdout.split_whitespace().next().expect("an id").to_owned()
}

#[test]
fn the_same_file_twice_changes_nothing() {
    let scratch = parts();
    let added = scratch.run("ingest part-0.csv part-1.csv --state state").ok().stdout;
    assert_eq!(
        added.lines().map(|line| line.split_once("  ").unwrap().1).collect::<Vec<_>>(),
        ["part-0.csv  2500 rows added, 0 rejected", "part-1.csv  2500 rows added, 0 rejected"]
    );
    let (names, manifest) = (scratch.names(), scratch.bytes("state/ledger.json"));
    scratch.write("copy.csv", scratch.bytes("part-0.csv"));
    let again = scratch.run("ingest part-1.csv copy.csv --state state").ok().stdout;
    assert_eq!(again.matches("there already, nothing changed").count(), 2, "{again}");
    std::fs::remove_file(scratch.path("copy.csv")).unwrap();
    assert_eq!((scratch.names(), scratch.bytes("state/ledger.json")), (names, manifest));
}

#[test]
fn a_withdrawn_load_leaves_the_ledger_of_the_others() {
    let scratch = parts();
    scratch.run("ingest part-0.csv --state one").ok();
    let before = scratch.bytes("one/ledger.json");
    let load = id(&scratch.run("ingest part-1.csv --state one").ok().stdout);
    assert_ne!(scratch.bytes("one/ledger.json"), before);
    scratch.run(&format!("ingest --withdraw {load} --state one")).ok();
    assert_eq!(scratch.bytes("one/ledger.json"), before);
    scratch.run(&format!("ingest --withdraw {load} --state one")).fails(2, &[&load]);
    scratch.run("ingest --withdraw x --state nowhere").fails(3, &["nowhere"]);
}

/// What a book of a saved ledger and one of files have in common.
fn comparable(mut manifest: Value) -> Value {
    let object = manifest.as_object_mut().expect("an object");
    // What a ledger does not know: the files, their rejects, columns and formats.
    for key in ["inputs", "audit", "columns", "time_format"] {
        assert!(object.remove(key).is_some(), "{key}");
    }
    object["files"].as_object_mut().expect("an object").remove("rejects.csv");
    manifest
}

#[test]
fn a_book_of_the_saved_ledger_is_that_of_the_files() {
    let scratch = parts();
    // In another order than that of the names.
    for part in [2, 0, 1] {
        scratch.run(&format!("ingest part-{part}.csv --state state")).ok();
    }
    scratch.run("segment part-*.csv --as-of 1998-03-31 --format csv --out files").ok();
    scratch.run("segment --state state --as-of 1998-03-31 --format csv --out saved").ok();
    assert_eq!(comparable(scratch.json("saved/manifest.json")), comparable(scratch.json("files/manifest.json")));
    let below = |folder: &str| -> Vec<String> {
        let prefix = format!("{folder}/");
        scratch.names().iter().filter_map(|name| name.strip_prefix(&prefix)).map(str::to_owned).collect()
    };
    let files: Vec<String> = below("files").into_iter().filter(|name| name != "rejects.csv").collect();
    assert_eq!(below("saved"), files);
    // The manifest and the report name the files that were read.
    for name in files.iter().filter(|name| !matches!(name.as_str(), "manifest.json" | "report.html")) {
        assert!(scratch.bytes(&format!("files/{name}")) == scratch.bytes(&format!("saved/{name}")), "{name}");
    }
}

#[test]
fn formats_that_were_told_once_hold_for_later_files() {
    let scratch = Scratch::with("a.csv", "when;who;customer;amount\n31/12/2024;ann;x;5\n");
    scratch.write("b.csv", "when;who;customer;amount\n3/4/2025;ann;y;6\n");
    scratch.run("ingest a.csv --time when --customer who --state state").ok();
    scratch.run("ingest b.csv --state state").ok();
    let manifest = scratch.run("segment --state state --out out --json").ok().json();
    assert_eq!((&manifest["as_of"], &manifest["book_customers"]), (&"2025-04-03".into(), &1.into()));
}

#[test]
fn what_a_saved_ledger_refuses() {
    let scratch = parts();
    scratch.run("ingest part-0.csv --state state").ok();
    let (names, manifest) = (scratch.names(), scratch.bytes("state/ledger.json"));
    scratch.run("ingest part-1.csv --state state --cancel-prefix C").fails(2, &["state", "other settings"]);
    scratch.run("ingest part-1.csv --state state --timezone Asia/Shanghai").fails(2, &["state", "other settings"]);
    scratch.run("segment part-0.csv --state state --out out").fails(2, &["--state"]);
    scratch.run("segment --state nowhere --out out").fails(3, &["nowhere", "saved ledger"]);
    assert_eq!((scratch.names(), scratch.bytes("state/ledger.json")), (names, manifest));
    scratch.write("mine/notes.txt", "mine");
    scratch.run("ingest part-0.csv --state mine").fails(5, &["mine"]);
    assert_eq!(scratch.names().iter().filter(|name| name.starts_with("mine/")).collect::<Vec<_>>(), ["mine/notes.txt"]);
}

#[test]
fn an_order_in_two_loads_is_one_order() {
    let scratch = Scratch::with("a.csv", "customer,date,order,amount\nann,2024-03-02,A-2024-000017,10\n");
    scratch.write("b.csv", "customer,date,order,amount\nann,2024-03-01,A-2024-000017,-4\n");
    scratch.run("ingest a.csv b.csv --state state").ok();
    scratch.run("segment --state state --format csv --out out").ok();
    let row = &scratch.table("out/segments.csv")[0];
    assert_eq!([&*row["orders"], &*row["monetary"], &*row["first_purchase"], &*row["refund_orders"]], ["1", "6", "2024-03-01", "0"]);
}
