//! Stages of the lifecycle, prospects of a list of customers, and the grade of the data, as a user sees them.

use crate::cli::LOG;
use crate::common::{Scratch, cdnow, data};

const LIST: &str = "customer_id,region,e-mail\nann,north,a@x\nbob,south,b@x\ndan,north,d@x\neve,,e@x\n";

#[test]
fn stages_and_prospects_of_a_small_shop() {
    let scratch = Scratch::with("log.csv", LOG);
    scratch.write("list.csv", LIST);
    let run = scratch.run("segment log.csv --customers list.csv --dormant-after 20 --lost-after 60 --out out --format csv --json").ok();
    let stages: Vec<_> = scratch
        .table("out/segments.csv")
        .into_iter()
        .map(|row| [&row["customer_id"], &row["lifecycle"], &row["lifecycle_since"]].map(Clone::clone).join(" "))
        .collect();
    // As of 2024-03-20: bob bought 75 days ago, cid 21 days; ann bought today, 30.25 against 120 in the 55 days before.
    assert_eq!(stages, ["ann declining 2024-03-20", "bob lost 2024-03-06", "cid dormant 2024-03-20"]);
    let prospects: Vec<_> =
        scratch.table("out/tables/prospects.csv").into_iter().map(|row| [row["customer_id"].clone(), row["region"].clone()]).collect();
    assert_eq!(prospects, [["dan", "north"], ["eve", ""]]);
    let table = scratch.table("out/tables/lifecycle.csv");
    let row = |stage: &str| table.iter().find(|row| row["stage"] == stage).unwrap_or_else(|| panic!("{stage}"));
    assert_eq!((row("prospect")["customers"].as_str(), row("prospect")["customer_share"].as_str()), ("2", ""));
    assert_eq!(row("dormant")["rule_en"], "no purchase for 21 to 60 days");
    assert_eq!(table.iter().map(|row| row["customers"].parse::<u32>().unwrap_or(0)).sum::<u32>(), 2 + 3);
    assert_eq!(run.json()["inputs"]["customers"]["rows"], 4);
}

#[test]
fn lists_that_cannot_be_read_are_named() {
    let scratch = Scratch::with("log.csv", LOG);
    scratch.write("twice.csv", "customer_id,region\nann,north\nann,south\n");
    scratch
        .run("segment log.csv --customers twice.csv --out out")
        .fails(3, &["twice.csv", "row 2", "a customer stands twice, first in row 1", "`ann`"]);
    scratch.run("segment log.csv --customers none.csv --out out").fails(3, &["none.csv"]);
    scratch.run("segment log.csv --dormant-after 20 --out out").fails(2, &["--dormant-after and --lost-after go together"]);
    scratch.run("segment log.csv --dormant-after 60 --lost-after 20 --out out").fails(2, &["`60, 20`"]);
    assert!(!scratch.path("out").exists());
}

#[test]
fn stages_add_up_to_the_book() {
    let scratch = Scratch::with_copy(&cdnow());
    scratch.run("segment cdnow_sample.csv --only lifecycle --out out --format csv --quiet").ok();
    let table = scratch.table("out/tables/lifecycle.csv");
    let sum = |column: &str| table.iter().filter_map(|row| row[column].parse::<f64>().ok()).sum::<f64>();
    let count = |column: &str| table.iter().filter_map(|row| row[column].parse::<u32>().ok()).sum::<u32>();
    assert_eq!(count("customers"), 2357);
    assert!((sum("customer_share") - 1.0).abs() < 1e-12 && (sum("revenue_share") - 1.0).abs() < 1e-12);
    let changes = scratch.table("out/tables/lifecycle_changes.csv");
    let moved: u32 = changes.iter().map(|row| row["customers"].parse::<u32>().expect("a count")).sum();
    assert_eq!(moved, 2357);
    // Those who were somewhere at the end of May 1998 are those of the table then.
    let before: u32 =
        changes.iter().filter(|row| !row["from_stage"].is_empty()).map(|row| row["customers"].parse::<u32>().expect("a count")).sum();
    assert_eq!(before, count("customers_before"));
}

#[test]
fn the_grade_of_online_retail_names_what_to_fix_first() {
    let Some(lines) = data("online_retail_lines.csv") else { return };
    let scratch = Scratch::new();
    let line = format!("segment {} --cancel-prefix C --only rfm --out out --format csv --json", lines.display());
    let quality = scratch.run(&line).ok().json()["quality"].clone();
    // 41 days of history, and 18,402 of 50,999 rows that name no customer: 36 %.
    assert_eq!(quality["level"], "disordered");
    let first: Vec<_> = quality["checks"].as_array().expect("checks").iter().take(2).map(|check| &check["kind"]).collect();
    assert_eq!(first, ["history_days", "missing_customers"]);
    assert!((quality["checks"][1]["measured"].as_f64().expect("a share") - 18_402.0 / 50_999.0).abs() < 1e-12);
    assert!(scratch.table("out/tables/quality.csv")[1]["fix_zh"].contains("客户"));
}

#[test]
fn two_good_runs_are_improvement() {
    let scratch = Scratch::with_copy(&cdnow());
    // Rows of this log are orders, so it is as good as its export allows.
    let mut with_ids = vec!["customer,date,order,amount".to_owned()];
    for (index, row) in scratch.table("cdnow_sample.csv").iter().enumerate() {
        with_ids.push(format!("{},{},o{index},{}", row["customer_id"], row["date"], row["amount"]));
    }
    scratch.write("log.csv", with_ids.join("\n"));
    let first = scratch.run("segment log.csv --only rfm --as-of 1998-05-31 --out may --json").ok().json();
    assert_eq!(first["quality"]["level"], "standard", "{}", first["quality"]);
    let second = scratch.run("segment log.csv --only rfm --previous may --out june --json").ok().json();
    assert_eq!(
        (&second["quality"]["level"], &second["quality"]["history"][0]["as_of"]),
        (&"continuously_improved".into(), &"1998-05-31".into())
    );
}
