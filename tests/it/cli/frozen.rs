//! Thresholds of an older book, and segment maps of one's own.

use std::collections::BTreeMap;

use crate::common::{Row, Scratch, cdnow, counts};

#[test]
fn frozen_thresholds_give_the_same_scores_on_the_same_data() {
    for preset in ["quantile", "sql_ntile", "weighted", "spss_nested"] {
        let scratch = Scratch::with_copy(&cdnow());
        let run = "segment cdnow_sample.csv --as-of 1997-09-30 --only rfm --format csv";
        scratch.run(&format!("{run} --scoring {preset} --out old")).ok();
        scratch.run(&format!("{run} --thresholds-from old --out new")).ok();
        assert!(scratch.bytes("old/segments.csv") == scratch.bytes("new/segments.csv"), "{preset}");
        assert_eq!(scratch.text("old/tables/thresholds.csv"), scratch.text("new/tables/thresholds.csv"), "{preset}");
    }
}

fn by_id(rows: Vec<Row>) -> BTreeMap<String, Row> {
    rows.into_iter().map(|row| (row["customer_id"].clone(), row)).collect()
}

#[test]
fn at_a_later_date_only_those_who_did_something_move_up() {
    let scratch = Scratch::with_copy(&cdnow());
    let run =
        |as_of: &str, rest: &str| scratch.run(&format!("segment cdnow_sample.csv --as-of {as_of} --only rfm --format csv {rest}")).ok();
    run("1997-09-30", "--out old");
    run("1998-03-31", "--thresholds-from old --out new");
    assert_eq!(scratch.text("old/tables/thresholds.csv"), scratch.text("new/tables/thresholds.csv"));
    assert_eq!(scratch.json("old/manifest.json")["analyses"]["rfm"], scratch.json("new/manifest.json")["analyses"]["rfm"]);
    let (old, new) = (by_id(scratch.table("old/segments.csv")), by_id(scratch.table("new/segments.csv")));
    let mut quiet = 0;
    for (id, row) in &new {
        let before = &old[id];
        if row["frequency"] == before["frequency"] {
            quiet += 1;
            assert_eq!([&row["f_score"], &row["m_score"]], [&before["f_score"], &before["m_score"]], "{id}");
            assert!(row["r_score"] <= before["r_score"], "{id}");
        }
    }
    assert!(quiet > 1_500, "most customers of CDNOW buy nothing in half a year: {quiet}");
}

#[test]
fn what_thresholds_from_refuses() {
    let scratch = Scratch::with_copy(&cdnow());
    scratch.run("segment cdnow_sample.csv --only abc --out abc").ok();
    scratch.run("segment cdnow_sample.csv --thresholds-from abc --out out").fails(2, &["abc", "no RFM thresholds"]);
    scratch.run("segment cdnow_sample.csv --thresholds-from nowhere --out out").fails(3, &["nowhere", "manifest.json"]);
    scratch.run("segment cdnow_sample.csv --thresholds-from abc --bins 3 --out out").fails(2, &["--bins"]);
    scratch.write("junk/manifest.json", "{}");
    scratch.run("segment cdnow_sample.csv --thresholds-from junk --out out").fails(3, &["junk", "not the manifest"]);
    assert!(!scratch.path("out").exists());
}

#[test]
fn thresholds_of_ones_own() {
    let scratch =
        Scratch::with("log.csv", "customer,date,amount\nann,2024-03-01,5\nbob,2024-01-01,50\nbob,2024-01-31,1\ncid,2023-01-01,500\n");
    scratch.run("segment log.csv --as-of 2024-03-31 --scoring custom --thresholds 30,90;1,2;10,100 --only rfm --format csv --out out").ok();
    let codes: Vec<String> = scratch.table("out/segments.csv").into_iter().map(|mut row| row.remove("rfm_code").unwrap()).collect();
    // A value on a threshold lies with the smaller ones: 30 days is still the best recency, 1 order the worst frequency.
    assert_eq!(codes, ["311", "222", "113"]);
    scratch.run("segment log.csv --scoring custom --thresholds 90,30;1,2;10,100 --out x").fails(2, &["ascend"]);
    scratch.run("segment log.csv --scoring custom --thresholds 30;1 --out x").fails(2, &["--thresholds"]);
}

const MAP: &str = r#"
name = "mine"
match = "first"
otherwise = "rest"

[[segment]]
key = "stars"
en = "Stars"
zh = "明星客户"
codes = [555, "554"]

[[segment]]
key = "warm"
where = [{ r = "4-5" }, { f = 5, m = "3-5" }]

[[segment]]
key = "rest"
"#;

#[test]
fn a_map_of_ones_own() {
    let scratch = Scratch::with_copy(&cdnow());
    scratch.write("mine.toml", MAP);
    scratch.run("segment cdnow_sample.csv --map mine.toml --only rfm --format csv --out out").ok();
    let rows = scratch.table("out/segments.csv");
    for row in &rows {
        let score = |axis: &str| row[axis].parse::<u8>().unwrap();
        let wanted = match (row["rfm_code"].as_str(), score("r_score"), score("f_score"), score("m_score")) {
            ("555" | "554", ..) => "stars",
            (_, 4..=5, ..) | (_, _, 5, 3..=5) => "warm",
            _ => "rest",
        };
        assert_eq!(row["segment"], wanted, "{}", row["rfm_code"]);
    }
    assert_eq!(counts(&rows, "segment").len(), 3);
    let table = scratch.table("out/tables/segments.csv");
    assert_eq!((&*table[0]["name_en"], &*table[0]["name_zh"], &*table[1]["name_en"]), ("Stars", "明星客户", "warm"));
}

#[test]
fn maps_that_do_not_work_are_refused() {
    let scratch = Scratch::with_copy(&cdnow());
    let overlap =
        "name = \"x\"\n[[segment]]\nkey = \"a\"\nwhere = [{ r = \"1-3\" }]\n[[segment]]\nkey = \"b\"\nwhere = [{ r = \"3-5\" }]\n";
    let hole = "name = \"x\"\n[[segment]]\nkey = \"a\"\nwhere = [{ r = \"2-5\" }]\n";
    for (map, words) in [
        (overlap, &["`x`", "311", "`a`", "`b`"][..]),
        (hole, &["25 codes have no segment", "otherwise"]),
        ("name = \"x\"\n[[segment]]\nkey = \"a\"\ncodes = [516]\n", &["mine.toml", "`516`"]),
        ("name = \"x\"\ncolour = 1\n", &["mine.toml", "colour"]),
        ("not toml", &["mine.toml", "TOML"]),
    ] {
        scratch.write("mine.toml", map);
        scratch.run("segment cdnow_sample.csv --map mine.toml --out out").fails(2, words);
    }
    assert_eq!(scratch.names(), ["cdnow_sample.csv", "mine.toml"]);
}
