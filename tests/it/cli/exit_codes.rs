//! Exit codes: 0 ok, 2 usage or configuration, 3 bad input, 4 fit failed, 5 output failed. Data on stdout, talk on stderr.

use super::LOG;
use crate::common::Scratch;

#[test]
fn usage_is_two() {
    let scratch = Scratch::with("log.csv", LOG);
    for (line, words) in [
        ("", &["Usage"][..]),
        ("segmnt log.csv", &["segment"]),
        ("segment log.csv --colour red --out out", &["--colour"]),
        ("segment log.csv", &["--out DIR"]),
        ("segment --out out", &["no input"]),
        ("check", &["INPUTS"]),
        ("segment log.csv --out out --as-of 2024-13-01", &["--as-of"]),
        ("segment log.csv --out out --as-of 2024-01-01 --from 2024-02-01", &["ends before it starts"]),
        ("segment log.csv --out out --threads 0", &["--threads"]),
        ("segment log.csv --out out --format xlsx", &["xlsx", "parquet csv ndjson"]),
        ("segment log.csv --out out --scoring magic", &["magic", "quantile"]),
        ("segment log.csv --out out --map magic", &["magic", "eleven"]),
        ("segment log.csv --out out --bins 4 --map eleven", &["eleven"]),
        ("segment log.csv --out out --bins 1", &["2 to 9"]),
        ("segment log.csv --out out --abc magic", &["magic", "ties-start"]),
        ("segment log.csv --out out --only rfm,magic", &["magic", "xyz"]),
        ("segment log.csv --out out --cut median", &["eight_value"]),
        ("segment log.csv --out out --scoring custom", &["thresholds"]),
        ("segment log.csv --out out --frequency magic", &["orders periods"]),
        ("segment log.csv --out out --time-unit fortnight", &["day week month year"]),
        ("check log.csv --time-format soon", &["soon", "strftime"]),
        ("check log.csv --timezone Mars/Olympus", &["Mars/Olympus"]),
        ("check log.csv --encoding latin-1", &["latin-1"]),
        ("check log.csv --encoding utf-16", &["utf-16le"]),
        ("check log.csv --zero-amounts keep", &["count ignore reject"]),
        ("check log.csv --delimiter ab", &["--delimiter", "ab"]),
        ("check log.csv --decimal-separator ;", &["decimal separator"]),
        ("check log.csv --scale 7", &["--scale 0 to 6"]),
        ("check log.csv --amount amount --quantity order", &["--amount", "--quantity"]),
        ("customers log.csv --out c.xlsx", &["c.xlsx", ".parquet"]),
        ("simulate --customers 0 --out s.csv", &["--customers"]),
        ("simulate --model magic --out s.csv", &["magic"]),
        ("simulate --parameters r=x --out s.csv", &["r=x"]),
        ("simulate --parameters z=1 --out s.csv", &["`z`", "alpha"]),
        ("ingest log.csv", &["--state"]),
    ] {
        scratch.run(line).fails(2, words);
    }
    assert_eq!(scratch.names(), ["log.csv"]);
}

#[test]
fn what_cannot_be_fitted_is_four() {
    let scratch = Scratch::with("log.csv", LOG);
    scratch.run("segment log.csv --out out --as-of 2023-12-31").fails(4, &["no customer has a purchase", "2023-12-31"]);
    assert_eq!(scratch.names(), ["log.csv"]);
}

#[test]
fn what_cannot_be_written_is_five() {
    let scratch = Scratch::with("log.csv", LOG);
    scratch.run("segment log.csv --out log.csv").fails(5, &["log.csv"]);
    scratch.run("segment log.csv --out log.csv/out").fails(5, &["log.csv", "cannot write"]);
    scratch.run("customers log.csv --out nowhere/c.csv").fails(5, &["nowhere/c.csv"]);
    scratch.run("simulate --customers 3 --out nowhere/s.csv").fails(5, &["nowhere/s.csv"]);
    assert_eq!((scratch.names(), scratch.text("log.csv")), (vec!["log.csv".to_owned()], LOG.to_owned()));
}

#[test]
fn help_and_version_are_data() {
    let scratch = Scratch::new();
    for (line, words) in
        [("--help", &["segment", "check", "customers", "ingest", "explain", "simulate", "demo"][..]), ("--version", &["patronage "])]
    {
        let run = scratch.run(line).ok();
        for word in words {
            assert!(run.stdout.contains(word), "{word}: {}", run.stdout);
        }
        assert_eq!(run.stderr, "");
    }
    let help = scratch.run("segment --help").ok().stdout;
    for flag in [
        "--customer",
        "--time",
        "--amount",
        "--order",
        "--no-order",
        "--quantity",
        "--unit-price",
        "--currency-column",
        "--delimiter",
        "--quote",
        "--no-header",
        "--encoding",
        "--decimal-separator",
        "--currency",
        "--time-format",
        "--timezone",
        "--cancel-prefix",
        "--missing",
        "--exclude",
        "--zero-amounts",
        "--scale",
        "--deduplicate",
        "--strict",
        "--as-of",
        "--from",
        "--frequency",
        "--out",
        "--state",
        "--format",
        "--only",
        "--scoring",
        "--bins",
        "--map",
        "--cut",
        "--thresholds",
        "--thresholds-from",
        "--abc",
        "--abc-nonpositive",
        "--job",
        "--json",
        "--threads",
    ] {
        assert!(help.contains(&format!("{flag} ")) || help.contains(&format!("{flag}\n")), "{flag}");
    }
}

#[test]
fn stdout_is_data_and_stderr_is_talk() {
    let scratch = Scratch::with("log.csv", LOG);
    let check = scratch.run("check log.csv --json").ok();
    assert_eq!(check.json()["rows_in"], 6);
    assert!(check.stderr.contains("customer = `customer` (guessed)"));
    assert_eq!(scratch.run("check log.csv --json --quiet").ok().stderr, "");
    let check = scratch.run("check log.csv").ok().stdout;
    for line in [
        "rows in               6",
        "money in              175.24",
        "customers             3, 0 of them with refunds only",
        "orders                5 purchases, 1 refunds",
    ] {
        assert!(check.lines().any(|found| found == line), "`{line}` is not in:\n{check}");
    }
    let segment = scratch.run("segment log.csv --out out").ok();
    assert!(
        segment.stdout.starts_with("Customer segments as of 2024-03-20\n3 customers · 5 orders · revenue 175.24\n"),
        "{}",
        segment.stdout
    );
    assert!(segment.stderr.ends_with("written to out\n"), "{}", segment.stderr);
    let manifest = scratch.run("segment log.csv --out out --json").ok().json();
    assert_eq!(manifest, scratch.json("out/manifest.json"), "segment --json is the manifest");
    assert_eq!(manifest["book_revenue"], "175.24");
}

#[test]
fn check_has_the_keys_that_others_rely_on() {
    let scratch = Scratch::with("log.csv", LOG);
    let keys: Vec<String> = scratch.run("check log.csv --json").ok().json().as_object().unwrap().keys().cloned().collect();
    // `largest_customer` and `currency` are additions.
    let mut wanted = vec![
        "rows_in",
        "rows_accepted",
        "rows_rejected",
        "rows_without_money",
        "money_in",
        "money_accepted",
        "money_rejected",
        "customers",
        "refund_only_customers",
        "orders",
        "refund_orders",
        "duplicate_rows",
        "first",
        "last",
        "largest_customer",
        "currency",
    ];
    wanted.sort_unstable();
    assert_eq!(keys, wanted);
}
