//! The output folder: whole or not there, replaced at once, never in the way of foreign files.

use super::LOG;
use crate::common::Scratch;

#[test]
fn a_book_has_its_files_and_the_manifest_lists_them() {
    let scratch = Scratch::with("log.csv", LOG);
    scratch.run("segment log.csv --out out").ok();
    // Too few customers for values, clusters and a test of churn; no column to break revenue down by.
    let tables = [
        "abc",
        "churn",
        "cohorts",
        "gaps",
        "growth",
        "history",
        "hml",
        "lifecycle",
        "lifecycle_changes",
        "lorenz",
        "migration",
        "new_customers",
        "pyramid",
        "quality",
        "rules",
        "segments",
        "thresholds",
        "trend",
        "value_decline",
        "watchlist",
        "xyz",
    ];
    let mut wanted: Vec<String> = tables.iter().map(|table| format!("out/tables/{table}.parquet")).collect();
    let files = ["log.csv", "out/manifest.json", "out/rejects.csv", "out/report.html", "out/segments.parquet"];
    wanted.extend(files.map(str::to_owned));
    wanted.sort();
    assert_eq!(scratch.names(), wanted);
    let manifest = scratch.json("out/manifest.json");
    let listed: Vec<String> = manifest["files"].as_object().unwrap().keys().map(|name| format!("out/{name}")).collect();
    assert_eq!(listed, wanted.into_iter().filter(|name| name != "log.csv" && name != "out/manifest.json").collect::<Vec<_>>());
    let input = &manifest["inputs"]["files"][0];
    assert_eq!((&input["name"], &input["bytes"], &input["rows"]), (&"log.csv".into(), &LOG.len().into(), &6.into()));
}

#[test]
fn columns_of_a_book_are_those_of_the_design() {
    let scratch = Scratch::with("log.csv", LOG);
    scratch.run("segment log.csv --format csv --out out").ok();
    let header = scratch.text("out/segments.csv").lines().next().unwrap().to_owned();
    let wanted = "customer_id,first_purchase,last_purchase,recency_days,frequency,orders,monetary,refund_orders,refunded,purchase_periods,r_score,f_score,m_score,rfm_code,segment,abc,xyz,churn_probability,churn_class,overdue_ratio,value_at_risk,partial_churn,lifecycle,lifecycle_since,previous_segment,segment_since,reason";
    assert_eq!(header, wanted);
    scratch.run("segment log.csv --format csv --only abc --out out").ok();
    let header = scratch.text("out/segments.csv").lines().next().unwrap().to_owned();
    assert_eq!(
        header,
        "customer_id,first_purchase,last_purchase,recency_days,frequency,orders,monetary,refund_orders,refunded,purchase_periods,abc"
    );
}

#[test]
fn an_earlier_output_is_replaced_as_a_whole() {
    let scratch = Scratch::with("log.csv", LOG);
    scratch.run("segment log.csv --format csv --out out").ok();
    let before = scratch.names();
    scratch.run("segment log.csv --only rfm --no-report --out out").ok();
    let wanted = [
        "log.csv",
        "out/manifest.json",
        "out/rejects.csv",
        "out/segments.parquet",
        "out/tables/quality.parquet",
        "out/tables/rules.parquet",
        "out/tables/segments.parquet",
        "out/tables/thresholds.parquet",
    ];
    assert_eq!(scratch.names(), wanted);
    scratch.run("segment log.csv --format csv --out out").ok();
    assert_eq!(scratch.names(), before);
}

#[test]
fn a_run_that_fails_leaves_the_earlier_output() {
    let scratch = Scratch::with("log.csv", LOG);
    scratch.run("segment log.csv --out out").ok();
    let (names, manifest) = (scratch.names(), scratch.bytes("out/manifest.json"));
    scratch.write("log.csv", "customer,date,amount\nann,soon,5\n");
    scratch.run("segment log.csv --out out").fails(3, &["bad_time"]);
    assert_eq!((scratch.names(), scratch.bytes("out/manifest.json")), (names, manifest));
}

#[test]
fn a_folder_with_foreign_files_is_refused() {
    let scratch = Scratch::with("log.csv", LOG);
    scratch.write("thesis/chapter.doc", "years of work");
    scratch.run("segment log.csv --out thesis").fails(5, &["thesis", "chapter.doc", "would be lost"]);
    scratch.run("segment log.csv --out .").fails(5, &["log.csv", "would be lost"]);
    scratch.run("segment log.csv --out out").ok();
    scratch.write("out/notes.txt", "mine");
    scratch.run("segment log.csv --out out").fails(5, &["notes.txt"]);
    assert_eq!((scratch.text("thesis/chapter.doc"), scratch.text("out/notes.txt")), ("years of work".to_owned(), "mine".to_owned()));
}

#[test]
fn a_manifest_that_is_not_ours_is_foreign_too() {
    let scratch = Scratch::with("log.csv", LOG);
    let theirs = "{\"name\": \"a web app\"}";
    scratch.write("app/manifest.json", theirs);
    scratch.run("segment log.csv --out app").fails(5, &["manifest.json"]);
    assert_eq!(
        (scratch.names(), scratch.text("app/manifest.json")),
        (vec!["app/manifest.json".to_owned(), "log.csv".to_owned()], theirs.to_owned())
    );
}

#[test]
fn folders_are_made_for_an_output_and_go_with_a_failed_run() {
    let scratch = Scratch::with("log.csv", LOG);
    scratch.write("bad.csv", "customer,date,amount\n");
    scratch.run("segment bad.csv --out new/deep/out").fails(3, &["bad.csv"]);
    assert_eq!(scratch.names(), ["bad.csv", "log.csv"]);
    scratch.run("segment log.csv --out new/deep/out").ok();
    assert!(scratch.path("new/deep/out/manifest.json").exists());
}

#[test]
fn what_a_killed_run_left_is_cleared_away() {
    let scratch = Scratch::with("log.csv", LOG);
    scratch.write(".out.partial/segments.parquet", "half");
    scratch.run("segment log.csv --out out").ok();
    assert!(!scratch.path(".out.partial").exists());
}

#[test]
fn formats_hold_the_same_rows() {
    let scratch = Scratch::with("log.csv", LOG);
    for format in ["csv", "ndjson"] {
        scratch.run(&format!("segment log.csv --as-of 2024-03-31 --format {format} --out {format}")).ok();
        assert!(scratch.path(&format!("{format}/tables/segments.{format}")).exists());
        assert!(scratch.path(&format!("{format}/tables/segments.parquet")).exists(), "tables are always Parquet besides");
    }
    let rows = scratch.table("csv/segments.csv");
    let ann = &rows[0];
    for (column, value) in [
        ("customer_id", "ann"),
        ("first_purchase", "2024-01-05"),
        ("recency_days", "11"),
        ("frequency", "3"),
        ("monetary", "150.25"),
        ("purchase_periods", "3"),
    ] {
        assert_eq!(ann[column], value, "{column}");
    }
    assert_eq!([&*rows[1]["monetary"], &*rows[1]["refund_orders"], &*rows[1]["refunded"]], ["15.00", "1", "-5.00"]);
    let lines = scratch.text("ndjson/segments.ndjson");
    for (row, line) in rows.iter().zip(lines.lines()) {
        let line: serde_json::Value = serde_json::from_str(line).unwrap();
        for (column, value) in row {
            let text = line[column].as_str().map_or_else(|| line[column].to_string(), str::to_owned);
            assert_eq!(&text.replace("null", ""), value, "{column}");
        }
    }
    assert_eq!(lines.lines().count(), 3);
}
