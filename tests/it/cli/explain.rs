//! `explain`: why a customer is where it is, and how far the next segment is.

use crate::common::{Scratch, cdnow};

#[test]
fn every_number_of_an_explanation_is_in_the_book() {
    let scratch = Scratch::with_copy(&cdnow());
    scratch.run("segment cdnow_sample.csv --out book").ok();
    scratch.run("segment cdnow_sample.csv --format csv --out text").ok();
    let row = scratch.table("text/segments.csv").into_iter().find(|row| row["customer_id"] == "0033").unwrap();
    let json = scratch.run("explain book 0033 --json").ok().json();
    assert_eq!((&json["customer_id"], &json["as_of"]), (&"0033".into(), &"1998-06-30".into()));
    for pair in json["values"].as_array().unwrap() {
        let (column, value) = (pair[0].as_str().unwrap(), pair[1].as_str().unwrap_or_default());
        assert_eq!(row[column], value, "{column}");
    }
    assert_eq!(json["values"].as_array().unwrap().len(), row.len());
    let text = scratch.run("explain book 0033").ok().stdout;
    assert!(text.starts_with("0033 as of 1998-06-30\n"), "{text}");
    let why = json["segment"].as_str().unwrap();
    assert!(why.contains(&row["segment"]) && why.contains(&row["rfm_code"]), "{why}");
    let segments = scratch.table("text/tables/segments.csv");
    let name = &segments.iter().find(|segment| segment["segment"] == row["segment"]).unwrap()["name_en"];
    for (label, value) in
        [("first purchase", &row["first_purchase"]), ("orders", &row["orders"]), ("segment", name), ("RFM", &row["rfm_code"])]
    {
        let line =
            text.lines().find(|line| line.trim_start().starts_with(&format!("{label}  "))).unwrap_or_else(|| panic!("{label}: {text}"));
        assert_eq!(line.trim_start().trim_start_matches(label).trim(), value, "{text}");
    }
    // Every period with an order, the latest first.
    let mut periods: Vec<_> = scratch.table("text/tables/history.csv").into_iter().filter(|own| own["customer_id"] == "0033").collect();
    periods.reverse();
    let told: Vec<&str> = text.lines().filter_map(|line| line.trim_start().split_once("  ").map(|(first, _)| first)).collect();
    assert!(!periods.is_empty() && periods.iter().take(12).all(|own| told.contains(&own["period"].as_str())), "{text}");
    assert!(text.contains("Why this segment\n") && text.contains(&format!("`{}`", row["rfm_code"])), "{text}");
    let chinese = scratch.run("explain book 0033 --lang zh").ok().stdout;
    assert!(chinese.starts_with("0033，截至 1998-06-30\n") && chinese.contains("所属分群的依据\n"), "{chinese}");
    scratch.run("explain book 0033 --lang fr").fails(2, &["fr", "en or zh"]);
    assert!(row["reason"].contains(&row["segment"]) && row["reason"].contains('→'), "{}", row["reason"]);
}

#[test]
fn what_cannot_be_explained() {
    let scratch = Scratch::with("log.csv", "customer,date,amount\n0001,2024-03-01,5\nbob,2024-03-01,-5\n");
    scratch.run("segment log.csv --out book").ok();
    scratch.run("segment log.csv --format csv --out text").ok();
    scratch.run("explain book 1").fails(2, &["no such customer", "`1`", "leading zeros"]);
    scratch.run("explain book bob").fails(2, &["refunds only"]);
    scratch.run("explain nowhere 1").fails(3, &["nowhere"]);
    scratch.run("explain text 0001").fails(3, &["text", "--format parquet"]);
    scratch.write("book/segments.parquet", "changed");
    scratch.run("explain book 0001").fails(3, &["segments.parquet", "not the one"]);
}
