//! Each flag of the binary reaches the library.

use serde_json::{Value, json};

use crate::common::Scratch;

/// What `check --json` says of a file with flags, at some keys.
#[track_caller]
fn check(bytes: impl AsRef<[u8]>, flags: &[&str], wanted: &Value) {
    let scratch = Scratch::with("log.csv", bytes);
    scratch.write("house.txt", "\u{feff}POS-1\n\n");
    let words = [&["check", "log.csv", "--json"], flags].concat();
    let audit = scratch.run_words(&words).ok().json();
    for (key, value) in wanted.as_object().expect("an object") {
        assert_eq!(&audit[key], value, "{key} with {flags:?}");
    }
}

#[test]
fn flags_of_columns() {
    let odd = "who,when,how much,no,pieces,each,in\nann,2024-03-01,5,1,2,3,EUR\nann,2024-03-01,6,1,2,4,EUR\n";
    let named = ["--customer", "who", "--time", "when"];
    let with = |more: &[&'static str]| [&named, more].concat();
    check(odd, &with(&["--amount", "how much"]), &json!({ "money_in": "11", "orders": 2 }));
    check(odd, &with(&["--amount", "how much", "--order", "no"]), &json!({ "orders": 1 }));
    check(odd, &with(&["--quantity", "pieces", "--unit-price", "each"]), &json!({ "money_in": "14" }));
    check(odd, &with(&["--amount", "how much", "--currency-column", "in"]), &json!({ "currency": "EUR" }));
    let usual = "customer,date,amount,order\nann,2024-03-01,5,1\nann,2024-03-01,6,1\n";
    check(usual, &[], &json!({ "orders": 1 }));
    check(usual, &["--no-order"], &json!({ "orders": 2 }));
}

#[test]
fn flags_of_formats() {
    let log = "customer,date,amount\nann,2024-03-01,5\n";
    check(log.replace(',', ":"), &["--delimiter", ":"], &json!({ "money_in": "5" }));
    check(log.replace(',', "\t"), &["--delimiter", "tab"], &json!({ "money_in": "5" }));
    check(log.replace("ann", "'a,b'"), &["--quote", "'"], &json!({ "rows_accepted": 1 }));
    check(log.replace("ann", "\"ann"), &["--quote", "none"], &json!({ "rows_accepted": 1 }));
    let names = ["--no-header", "--customer", "column_1", "--time", "column_2", "--amount", "column_3"];
    check("ann,2024-03-01,5\n", &names, &json!({ "rows_in": 1, "money_in": "5" }));
    let wide: Vec<u8> = log.encode_utf16().flat_map(u16::to_le_bytes).collect();
    check(wide, &["--encoding", "utf-16le"], &json!({ "money_in": "5" }));
    check(b"\xbf\xcd\xbb\xa7,date,amount\nann,2024-03-01,5\n", &["--encoding", "gbk"], &json!({ "money_in": "5" }));
    check("customer;date;amount\nann;2024-03-01;1.234,56\n", &["--decimal-separator", ","], &json!({ "money_in": "1234.56" }));
    check(
        "customer,date,amount\nann,2024-03-01,$5\nann,2024-03-01,€6\n",
        &["--currency", "EUR"],
        &json!({ "money_accepted": "6", "currency": "EUR" }),
    );
}

#[test]
fn flags_of_times() {
    let log = |time: &str| format!("customer;date;amount\nann;{time};5\n");
    for (time, flags, first) in [
        ("3/4/2024", &["--time-format", "mdy"][..], "2024-03-04"),
        ("3/4/2024", &["--time-format", "dmy"], "2024-04-03"),
        ("05.03.24", &["--time-format", "%d.%m.%y"], "2024-03-05"),
        ("1709683199", &["--time-format", "epoch-s"], "2024-03-05"),
        ("1709683199999", &["--time-format", "epoch-ms"], "2024-03-05"),
        ("1709683199999999", &["--time-format", "epoch-us"], "2024-03-05"),
        ("19787", &["--time-format", "epoch-days"], "2024-03-05"),
        ("2024-03-05T16:00:00Z", &["--timezone", "Asia/Shanghai"], "2024-03-06"),
        ("1709654400", &["--time-format", "epoch-s", "--timezone", "Asia/Shanghai"], "2024-03-06"),
    ] {
        check(log(time), flags, &json!({ "first": first }));
    }
}

#[test]
fn flags_of_meaning() {
    let log = "customer,date,order,amount\nann,2024-03-01,1,5\nguest,2024-03-01,2,0\nPOS-1,2024-03-01,C3,1.5\nann,2024-03-01,1,5\n";
    check(log, &[], &json!({ "orders": 3, "refund_orders": 0, "rows_rejected": {}, "duplicate_rows": 1, "money_in": "11.5" }));
    check(log, &["--cancel-prefix", "C"], &json!({ "orders": 2, "refund_orders": 1 }));
    check(log, &["--missing", "guest"], &json!({ "rows_rejected": { "missing_customer": 1 } }));
    check(log, &["--missing", "guest", "--missing", "ann"], &json!({ "rows_rejected": { "missing_customer": 3 } }));
    check(log, &["--exclude", "house.txt"], &json!({ "rows_rejected": { "excluded": 1 }, "money_rejected": "1.5" }));
    check(log, &["--zero-amounts", "reject"], &json!({ "rows_rejected": { "zero_amount": 1 } }));
    check(log, &["--zero-amounts", "ignore"], &json!({ "orders": 2 }));
    check(log, &["--scale", "3"], &json!({ "money_in": "11.500" }));
    check(log, &["--deduplicate"], &json!({ "rows_rejected": { "duplicate": 1 }, "money_accepted": "6.5" }));
}

#[test]
fn strict_ends_with_the_first_reject() {
    let scratch = Scratch::with("log.csv", "customer,date,amount\nann,2024-03-01,5\n,2024-03-01,5\n");
    scratch.run("check log.csv").ok();
    scratch.run("check log.csv --strict").fails(3, &["log.csv", "row 2", "missing_customer"]);
    scratch.run("segment log.csv --strict --out out").fails(3, &["log.csv", "row 2", "missing_customer"]);
    assert_eq!(scratch.names(), ["log.csv"]);
}

#[test]
fn guesses_are_printed() {
    let scratch = Scratch::with("log.csv", "客户,日期,金额,订单号\nann,2024-03-01,5,1\n");
    let run = scratch.run("check log.csv --customer 客户").ok();
    assert!(run.stderr.contains("customer = `客户`,") && run.stderr.contains("time = `日期` (guessed)"), "{}", run.stderr);
    assert!(run.stderr.contains("order = `订单号` (guessed)"), "{}", run.stderr);
}

#[test]
fn a_pattern_and_the_look_back_window() {
    let scratch = Scratch::with("logs/a.csv", "customer,date,amount\nann,2024-01-01,5\n");
    scratch.write("logs/b.csv", "customer,date,amount\nbob,2024-03-01,7\n");
    let manifest = scratch.run("segment logs/*.csv --from 2024-02-01 --out out --json").ok().json();
    assert_eq!(
        (&manifest["audit"]["rows_in"], &manifest["book_customers"], &manifest["book_revenue"]),
        (&json!(2), &json!(1), &json!("7"))
    );
    assert_eq!((&manifest["from"], &manifest["rows_before_from"]), (&json!("2024-02-01"), &json!(1)));
}

#[test]
fn what_frequency_counts() {
    let log = "customer,date,amount\nann,2024-03-01,5\nann,2024-03-01,5\nann,2024-03-02,5\nann,2024-04-02,5\n";
    for (flags, frequency) in [("", "4"), ("--frequency periods", "3"), ("--frequency periods --purchase-period month", "2")] {
        let scratch = Scratch::with("log.csv", log);
        scratch.run(&format!("customers log.csv {flags} --out c.csv")).ok();
        let row = &scratch.table("c.csv")[0];
        assert_eq!((&*row["frequency"], &*row["orders"]), (frequency, "4"), "{flags}");
    }
}
