//! Published numbers, and those that other tools give, beside where they come from.

use std::collections::{BTreeMap, BTreeSet};

use chrono::NaiveDate;

use crate::common::{Row, Scratch, cdnow, cents, counts, data, expected, table};

/// Shares are compared at the precision at which their source prints them.
const SIX_PLACES: f64 = 5e-7;
const FIVE_PLACES: f64 = 5e-6;

/// Fader & Hardie's CDNOW sample: 2,357 customers, 6,919 transactions, January 1997 to June 1998.
#[test]
fn cdnow_is_read_whole() {
    let scratch = Scratch::with_copy(&cdnow());
    let audit = scratch.run("check cdnow_sample.csv --json").ok().json();
    for (key, value) in [
        ("rows_in", 6_919),
        ("rows_accepted", 6_919),
        ("rows_without_money", 0),
        ("customers", 2_357),
        ("refund_only_customers", 0),
        ("orders", 6_919),
        ("refund_orders", 0),
    ] {
        assert_eq!(audit[key], value, "{key}");
    }
    assert_eq!(audit["rows_rejected"], serde_json::json!({}));
    for (key, value) in [
        ("money_in", "244091.94"),
        ("money_accepted", "244091.94"),
        ("money_rejected", "0.00"),
        ("first", "1997-01-01"),
        ("last", "1998-06-30"),
    ] {
        assert_eq!(audit[key], value, "{key}");
    }
    let text = std::fs::read_to_string(cdnow()).unwrap();
    let distinct: BTreeSet<&str> = text.lines().skip(1).collect();
    assert_eq!(audit["duplicate_rows"], 6_919 - distinct.len());
}

/// The calibration period of Fader, Hardie & Lee (2005): 39 weeks, 2,457 repeat transactions by 946 customers.
#[test]
fn cdnow_at_the_end_of_calibration() {
    let rows = customers("--as-of 1997-09-30 --time-unit week");
    assert_eq!(rows.len(), 2_357);
    let repeat = |row: &Row| row["repeat_purchases"].parse::<u32>().unwrap();
    assert_eq!(rows.iter().map(repeat).sum::<u32>(), 2_457);
    assert_eq!(rows.iter().filter(|row| repeat(row) > 0).count(), 946);
    let distinct: BTreeSet<_> = rows.iter().map(|row| (&row["repeat_purchases"], &row["first_to_last"], &row["age"])).collect();
    assert_eq!(distinct.len(), 1_016);
}

/// Every column of the customers table, against sums done the naive way here.
#[test]
fn cdnow_customers_equal_the_naive_sums() {
    for as_of in ["1997-09-30", "1998-06-30"] {
        let rows = customers(&format!("--as-of {as_of} --time-unit week"));
        let naive = naive_customers(as_of.parse().unwrap());
        assert_eq!(rows.len(), naive.len());
        for (row, naive) in rows.iter().zip(&naive) {
            for (column, value) in naive {
                assert_eq!(&row[*column], value, "{as_of}, {}, {column}", row["customer_id"]);
            }
        }
    }
}

fn customers(options: &str) -> Vec<Row> {
    let scratch = Scratch::with_copy(&cdnow());
    scratch.run(&format!("customers cdnow_sample.csv {options} --out c.csv")).ok();
    scratch.table("c.csv")
}

/// Customers by id: column and text.
fn naive_customers(as_of: NaiveDate) -> Vec<BTreeMap<&'static str, String>> {
    let mut purchases: BTreeMap<String, Vec<(NaiveDate, i128)>> = BTreeMap::new();
    for row in table(&std::fs::read(cdnow()).expect("the sample")) {
        let day: NaiveDate = row["date"].parse().expect("a date");
        if day <= as_of {
            purchases.entry(row["customer_id"].clone()).or_default().push((day, cents(&row["amount"])));
        }
    }
    let row = |(id, mut orders): (String, Vec<(NaiveDate, i128)>)| {
        orders.sort();
        let days: BTreeSet<NaiveDate> = orders.iter().map(|order| order.0).collect();
        let (first, last) = (*days.first().expect("one at least"), *days.last().expect("one at least"));
        let repeat: i128 = orders.iter().filter(|order| order.0 > first).map(|order| order.1).sum();
        let repeats = days.len() - 1;
        #[expect(clippy::cast_precision_loss, reason = "cents of one customer, and counts, are far below 2^53")]
        let (weeks, mean) = (|days: i64| (days as f64 / 7.0).to_string(), || (repeat as f64 / 100.0 / repeats as f64).to_string());
        BTreeMap::from([
            ("customer_id", id),
            ("first_purchase", first.to_string()),
            ("last_purchase", last.to_string()),
            ("recency_days", (as_of - last).num_days().to_string()),
            ("frequency", orders.len().to_string()),
            ("orders", orders.len().to_string()),
            ("monetary", decimal(orders.iter().map(|order| order.1).sum())),
            ("refund_orders", "0".to_owned()),
            ("purchase_periods", days.len().to_string()),
            ("repeat_purchases", repeats.to_string()),
            ("first_to_last", weeks((last - first).num_days())),
            ("age", weeks((as_of - first).num_days())),
            ("mean_repeat_value", if repeats == 0 { String::new() } else { mean() }),
        ])
    };
    purchases.into_iter().map(row).collect()
}

fn decimal(cents: i128) -> String {
    format!("{}.{:02}", cents / 100, cents % 100)
}

/// Scores by type-7 quantiles leave scores of CDNOW's frequency unused, since most customers bought on one day: SEGMENTS.md.
#[test]
fn cdnow_frequency_scores_are_reported_as_degenerate() {
    let scratch = Scratch::with_copy(&cdnow());
    scratch.run("segment cdnow_sample.csv --frequency periods --only rfm --format csv --out out").ok();
    let rows = scratch.table("out/segments.csv");
    assert_eq!(counts(&rows, "f_score"), expected([("1", 1_218), ("3", 403), ("4", 358), ("5", 378)]));
    let warnings = scratch.json("out/manifest.json")["warnings"].to_string();
    assert!(warnings.contains("frequency"), "{warnings}");
}

/// Classes on money, against the definition done the naive way: up to the cut, or including who crosses it.
#[test]
fn cdnow_abc_classes_equal_the_definition() {
    let mut money: Vec<(i128, String)> = customers("").iter().map(|row| (cents(&row["monetary"]), row["customer_id"].clone())).collect();
    money.sort_by(|a, b| b.0.cmp(&a.0).then_with(|| a.1.cmp(&b.1)));
    money.retain(|(cents, _)| *cents > 0);
    let total: i128 = money.iter().map(|(cents, _)| cents).sum();
    for (rule, include_crossing) in [("within", false), ("crossing", true)] {
        let scratch = Scratch::with_copy(&cdnow());
        scratch.run(&format!("segment cdnow_sample.csv --only abc --abc {rule} --format csv --out out")).ok();
        let classes: BTreeMap<String, String> =
            scratch.table("out/segments.csv").into_iter().map(|mut row| (row["customer_id"].clone(), row.remove("abc").unwrap())).collect();
        let mut before = 0;
        for (cents, id) in &money {
            let reached = if include_crossing { before } else { before + cents };
            let beyond = |percent: i128| if include_crossing { reached * 100 >= total * percent } else { reached * 100 > total * percent };
            let class = if !beyond(80) {
                "A"
            } else if !beyond(95) {
                "B"
            } else {
                "C"
            };
            assert_eq!(classes[id], class, "{rule}, {id}");
            before += cents;
        }
        let nobody = classes.values().filter(|class| *class == "N").count();
        assert_eq!(nobody + money.len(), classes.len());
    }
}

/// Runs `segment` on the orders that come with R's package `rfm`, as of 2006-12-31.
fn r_book(options: &str) -> Option<Scratch> {
    let scratch = Scratch::with_copy(&data("rfm_orders.csv")?);
    scratch.run(&format!("segment rfm_orders.csv --as-of 2006-12-31 --format csv --out out {options}")).ok();
    Some(scratch)
}

/// R package `rfm` 0.3, `rfm_table_order()`: `rfm_orders_expected.csv` is its output.
#[test]
fn preset_r_rfm_is_row_for_row_that_of_r() {
    let Some(scratch) = r_book("--scoring r_rfm --only rfm") else { return };
    let theirs = table(&std::fs::read(data("rfm_orders_expected.csv").unwrap()).unwrap());
    let ours = scratch.table("out/segments.csv");
    assert_eq!((ours.len(), theirs.len()), (995, 995));
    let theirs: BTreeMap<&String, &Row> = theirs.iter().map(|row| (&row["customer_id"], row)).collect();
    for row in &ours {
        let r = theirs[&row["customer_id"]];
        for (our, their) in [
            ("recency_days", "recency_days"),
            ("frequency", "transaction_count"),
            ("monetary", "amount"),
            ("r_score", "recency_score"),
            ("f_score", "frequency_score"),
            ("m_score", "monetary_score"),
            ("rfm_code", "rfm_score"),
        ] {
            assert_eq!(row[our], r[their], "{}, {our}", row["customer_id"]);
        }
    }
}

/// Thresholds and counts that R package `rfm` 0.3 prints.
#[test]
fn thresholds_and_counts_of_preset_r_rfm() {
    let Some(scratch) = r_book("--scoring r_rfm --only rfm") else { return };
    let cuts: Vec<String> = scratch.table("out/tables/thresholds.csv").iter().map(|row| row["threshold"].clone()).collect();
    assert_eq!(cuts, ["115", "181", "297.4", "482", "4", "5", "6", "8", "255.8", "382", "506.4", "666"]);
    let rows = scratch.table("out/segments.csv");
    for (axis, numbers) in
        [("r_score", [197, 200, 199, 199, 200]), ("f_score", [268, 187, 176, 244, 120]), ("m_score", [200, 200, 198, 202, 195])]
    {
        assert_eq!(counts(&rows, axis).into_values().collect::<Vec<_>>(), numbers, "{axis}");
    }
    assert_eq!(sum_of_codes(&rows), 329_437);
}

fn sum_of_codes(rows: &[Row]) -> u32 {
    rows.iter().map(|row| row["rfm_code"].parse::<u32>().expect("a code")).sum()
}

/// Sums of all codes: `NTILE(5)` by DuckDB, `qcut` with and without ranks by pandas.
#[test]
fn other_presets_on_the_data_of_r() {
    for (preset, sum) in [("sql_ntile", 331_335), ("qcut_rank_first", 331_335), ("qcut_value", 329_339)] {
        let Some(scratch) = r_book(&format!("--scoring {preset} --only rfm")) else { return };
        let rows = scratch.table("out/segments.csv");
        assert_eq!(sum_of_codes(&rows), sum, "{preset}");
        if preset != "qcut_value" {
            for axis in ["r_score", "f_score", "m_score"] {
                assert_eq!(counts(&rows, axis).into_values().collect::<Vec<_>>(), [199; 5], "{preset}, {axis}");
            }
        }
    }
}

/// Counts of SEGMENTS.md: the 125 codes of the map, laid over R's own scores.
#[test]
fn map_eleven_on_the_scores_of_r() {
    let Some(scratch) = r_book("--scoring r_rfm --map eleven --only rfm") else { return };
    let wanted = expected([
        ("hibernating", 147),
        ("champions", 139),
        ("at_risk", 137),
        ("lost", 111),
        ("potential_loyalist", 104),
        ("new_customers", 99),
        ("loyal", 98),
        ("promising", 55),
        ("need_attention", 53),
        ("about_to_sleep", 30),
        ("cannot_lose", 22),
    ]);
    assert_eq!(counts(&scratch.table("out/segments.csv"), "segment"), wanted);
}

/// Customers, orders and revenue of segments as the README of R package `rfm` has them.
#[test]
fn map_of_rs_readme() {
    let Some(scratch) = r_book("--scoring r_rfm --map r_rfm_readme --only rfm") else { return };
    let table = scratch.table("out/tables/segments.csv");
    for (segment, numbers) in [
        ("potential_loyalist", ["342", "2211", "204856"]),
        ("loyal", ["170", "799", "76562"]),
        ("lost", ["148", "393", "35324"]),
        ("new_customers", ["104", "329", "28837"]),
        ("champions", ["35", "316", "31646"]),
    ] {
        let row = table.iter().find(|row| row["segment"] == segment).unwrap();
        assert_eq!([&*row["customers"], &*row["orders"], &*row["revenue"]], numbers, "{segment}");
    }
    assert_eq!(table.iter().map(|row| cents(&row["revenue"])).sum::<i128>(), 46_415_800);
}

/// Eight values by high and low, cut at the mean of raw values: counts of SEGMENTS.md.
#[test]
fn map_of_eight_values() {
    let Some(scratch) = r_book("--map eight_value --cut mean --bins 2 --only rfm") else { return };
    let wanted = expected([
        ("key_value", 274),
        ("key_develop", 20),
        ("key_keep", 125),
        ("key_winback", 28),
        ("general_value", 102),
        ("general_develop", 185),
        ("general_keep", 39),
        ("general_winback", 222),
    ]);
    assert_eq!(counts(&scratch.table("out/segments.csv"), "segment"), wanted);
}

/// Four customers tie at the 80 % line, so each rule gives its own counts (SEGMENTS.md).
#[test]
fn every_boundary_of_abc() {
    for (rule, [a, b, c]) in
        [("within", [605, 228, 162]), ("crossing", [606, 228, 161]), ("ties-start", [607, 228, 160]), ("ties-end", [603, 230, 162])]
    {
        let Some(scratch) = r_book(&format!("--abc {rule} --only abc")) else { return };
        assert_eq!(counts(&scratch.table("out/segments.csv"), "abc"), expected([("A", a), ("B", b), ("C", c)]), "{rule}");
    }
}

/// Gini coefficient and the share of the best fifth (SEGMENTS.md).
#[test]
fn concentration_of_revenue() {
    let Some(scratch) = r_book("--only abc") else { return };
    let abc = &scratch.json("out/manifest.json")["analyses"]["abc"];
    assert!((abc["gini"].as_f64().unwrap() - 0.289_603).abs() < SIX_PLACES, "{}", abc["gini"]);
    assert!((abc["top_20_percent_share"].as_f64().unwrap() - 0.356_23).abs() < FIVE_PLACES, "{}", abc["top_20_percent_share"]);
    assert_eq!(abc["eighty_twenty"], false);
}
