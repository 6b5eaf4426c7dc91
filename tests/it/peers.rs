//! What people complain about in other tools does not happen here.

use crate::common::{Row, Scratch, cdnow};

/// CDNOW with two hundred customers who did exactly the same, and one who has just bought for the first time, for 100.
fn book() -> Scratch {
    let sample = String::from_utf8(std::fs::read(cdnow()).expect("the sample")).expect("text");
    let mut log: Vec<String> = sample.lines().map(str::to_owned).collect();
    for twin in 0..200 {
        let purchases = [("1997-03-01", "20.50"), ("1997-07-15", "31.00"), ("1998-01-20", "12.25")];
        log.extend(purchases.map(|(date, amount)| format!("twin-{twin:03},{date},1,{amount},x")));
    }
    log.push("once,1998-06-29,1,100.00,x".to_owned());
    let scratch = Scratch::with("log.csv", log.join("\n"));
    scratch.run("segment log.csv --format csv --no-report --out out").ok();
    scratch
}

#[test]
fn equal_customers_are_equal_and_time_makes_the_difference() {
    let scratch = book();
    let rows = scratch.table("out/segments.csv");
    // 200 identical customers get one score, one cluster, one class.
    let twins: Vec<Row> = rows.iter().filter(|row| row["customer_id"].starts_with("twin-")).cloned().collect();
    let said = |row: &Row| row.iter().filter(|(column, _)| *column != "customer_id").map(|(_, value)| value.clone()).collect::<Vec<_>>();
    assert_eq!(twins.len(), 200);
    for column in ["rfm_code", "segment", "abc", "churn_class", "lifecycle", "cluster", "churn_probability", "residual_value"] {
        assert!(!twins[0][column].is_empty(), "{column}");
    }
    assert!(twins.iter().all(|twin| said(twin) == said(&twins[0])));
    // Nobody older than 90 days ties by accident: the longer the silence of those who bought once, the longer overdue.
    let mut once: Vec<(u32, f64)> = rows
        .iter()
        .filter(|row| row["orders"] == "1")
        .map(|row| (row["recency_days"].parse().expect("days"), row["overdue_ratio"].parse().expect("a ratio")))
        .filter(|(days, _)| *days > 90)
        .collect();
    once.sort_by(|a, b| a.partial_cmp(b).expect("numbers"));
    once.dedup();
    assert!(once.len() > 80, "{} different days", once.len());
    assert!(once.windows(2).all(|pair| pair[0].0 < pair[1].0 && pair[0].1 < pair[1].1));
    // One purchase of 100 is not worth 36,500 a year.
    let newcomer = rows.iter().find(|row| row["customer_id"] == "once").expect("the newcomer");
    let worth: f64 = newcomer["residual_value"].parse().expect("a value");
    assert!(worth > 0.0 && worth < 300.0, "{worth}");
}
