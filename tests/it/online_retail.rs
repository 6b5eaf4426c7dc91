//! The raw lines of UCI Online Retail: cancellations, missing customers, repeats, US dates.
//!
//! Numbers are those of the data's README, and were counted again with Python's `csv` and `decimal` modules.

use serde_json::{Value, json};

use crate::common::{Scratch, cents, counts, data, expected};

const LINES: &str = "online_retail_lines.csv";
const INVOICES: &str = "online_retail_invoices_all.csv";

fn lines() -> Option<Scratch> {
    Some(Scratch::with_copy(&data(LINES)?))
}

#[track_caller]
fn assert_has(audit: &Value, values: &Value) {
    for (key, value) in values.as_object().expect("an object") {
        assert_eq!(&audit[key], value, "{key}");
    }
}

#[test]
fn every_row_and_penny_of_the_lines_is_accounted_for() {
    let Some(scratch) = lines() else { return };
    let audit = scratch.run(&format!("check {LINES} --cancel-prefix C --json")).ok().json();
    let wanted = json!({
        "rows_in": 50_999, "rows_accepted": 32_597, "rows_rejected": { "missing_customer": 18_402 }, "rows_without_money": 0,
        "customers": 1_051, "refund_only_customers": 66, "orders": 1_638, "refund_orders": 363, "duplicate_rows": 539,
        "first": "2010-12-01", "last": "2011-01-10",
    });
    assert_has(&audit, &wanted);
    let money = |key: &str| cents(audit[key].as_str().unwrap());
    assert_eq!([money("money_in"), money("money_accepted"), money("money_rejected")], [85_306_509, 66_886_354, 18_420_155]);
}

#[test]
fn a_book_of_the_lines_has_the_audit_of_check_and_lists_its_rejects() {
    let Some(scratch) = lines() else { return };
    let audit = scratch.run(&format!("check {LINES} --cancel-prefix C --json")).ok().json();
    let manifest = scratch.run(&format!("segment {LINES} --cancel-prefix C --format csv --out out --json")).ok().json();
    assert_eq!(manifest["audit"], audit);
    // 1,051 customers less 66 with refunds only.
    assert_eq!((manifest["book_customers"].clone(), manifest["book_orders"].clone()), (json!(985), json!(1_638)));
    let rejects = scratch.table("out/rejects.csv");
    assert_eq!(counts(&rejects, "reason"), expected([("missing_customer", 18_402)]));
    assert_eq!(rejects.iter().map(|reject| cents(&reject["money"])).sum::<i128>(), 18_420_155);
    assert_eq!(counts(&rejects, "column"), expected([("CustomerID", 18_402)]));
    // The first row without a customer is line 624 of the file, the header not counted: row 623.
    let first = std::fs::read_to_string(scratch.path(LINES)).unwrap().lines().skip(1).position(|line| line.ends_with(',')).unwrap() + 1;
    assert_eq!(rejects[0]["row"], first.to_string());
}

#[test]
fn removing_repeats_conserves_rows_and_money() {
    let Some(scratch) = lines() else { return };
    let audit = scratch.run(&format!("check {LINES} --cancel-prefix C --deduplicate --json")).ok().json();
    // 535 of the 539 repeats have a customer; they carried 2,458.38.
    let wanted = json!({
        "rows_in": 50_999, "rows_accepted": 32_062, "rows_rejected": { "duplicate": 535, "missing_customer": 18_402 },
        "duplicate_rows": 539, "customers": 1_051, "refund_only_customers": 66, "orders": 1_638, "refund_orders": 363,
    });
    assert_has(&audit, &wanted);
    let money = |key: &str| cents(audit[key].as_str().unwrap());
    assert_eq!([money("money_in"), money("money_accepted"), money("money_rejected")], [85_306_509, 66_640_516, 18_665_993]);
}

#[test]
fn us_dates_blank_customers_and_bad_debt_of_the_whole_year() {
    let Some(path) = data(INVOICES) else { return };
    let scratch = Scratch::with_copy(&path);
    // UnitPrice is the invoice's money here; multiplying it by Quantity would be wrong.
    let run =
        scratch.run(&format!("segment {INVOICES} --amount UnitPrice --cancel-prefix C --only rfm --format csv --out out --json")).ok();
    assert!(run.stderr.contains("amount = `UnitPrice`") && !run.stderr.contains("quantity"), "{}", run.stderr);
    let manifest = run.json();
    assert_eq!(manifest["time_format"], "month_day_year");
    let wanted = json!({
        "rows_in": 25_943, "rows_accepted": 22_221, "rows_rejected": { "missing_customer": 3_722 }, "duplicate_rows": 0,
        "customers": 4_372, "refund_only_customers": 33, "orders": 18_536, "refund_orders": 3_654,
        "first": "2010-12-01", "last": "2011-12-09",
        "money_in": "562476.6471", "money_accepted": "259042.9401", "money_rejected": "303433.7070",
    });
    assert_has(&manifest["audit"], &wanted);
    let bad_debt = scratch.table("out/rejects.csv");
    let bad_debt: Vec<&str> = bad_debt.iter().filter(|row| row["money"].contains("11062.06")).map(|row| &*row["money"]).collect();
    assert_eq!(bad_debt, ["11062.06", "-11062.06", "-11062.06"]);
}

#[test]
fn the_cleaned_year_is_read_without_options() {
    let Some(path) = data("online_retail_orders.csv") else { return };
    let scratch = Scratch::with_copy(&path);
    let audit = scratch.run("check online_retail_orders.csv --json").ok().json();
    assert_has(&audit, &json!({ "rows_in": 18_532, "rows_accepted": 18_532, "rows_rejected": {}, "refund_orders": 0 }));
}
