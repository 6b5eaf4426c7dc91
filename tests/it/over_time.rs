//! Views over time of real logs, against plain pandas: `tests/reference/over_time.py` makes the numbers.

use std::collections::BTreeMap;

use chrono::NaiveDate;
use patronage::analysis::rfm::{Rfm, RfmModel, RfmParams};
use patronage::book::{OverTime, OverTimeParams, RfmInUse, compare};
use patronage::customers::CustomersParams;
use patronage::polars::prelude::DataFrame;
use patronage::{Analysis, Customers, ErrorKind, Ingest, Ledger, Period, SegmentBook, TableFormat};

use crate::common::{Row, Scratch, cdnow, cents, data, root, table};

/// Means and quantiles are single quotients of the same integers; numpy interpolates in another order.
const ROUNDING: f64 = 1e-9;

fn date(text: &str) -> NaiveDate {
    text.parse().expect("a date")
}

fn ledger(ingest: &Ingest, path: &std::path::Path) -> Ledger {
    ingest.read([path]).unwrap_or_else(|error| panic!("{}: {error}", path.display())).ledger
}

/// The bundled log, and those of the folder of test data, as far as they are there.
fn logs() -> Vec<(&'static str, Ledger, NaiveDate)> {
    let plain = Ingest::new();
    let mut logs = vec![("cdnow", ledger(&plain, &cdnow()), date("1998-06-30"))];
    for (name, ingest, as_of) in [
        ("rfm_orders", plain.clone(), "2006-12-31"),
        ("online_retail_lines", plain.clone().cancel_prefix("C"), "2011-01-10"),
        ("online_retail_orders", plain, "2011-12-09"),
    ] {
        if let Some(path) = data(&format!("{name}.csv")) {
            logs.push((name, ledger(&ingest, &path), date(as_of)));
        }
    }
    logs
}

fn views(ledger: &Ledger, as_of: NaiveDate, params: OverTimeParams) -> OverTime {
    let customers = ledger.customers(&CustomersParams::new().as_of(as_of)).expect("customers");
    let cells = ledger.cells(as_of, Period::Day).expect("cells");
    params.views(&cells, &customers, None).expect("views")
}

fn rows(frame: &DataFrame) -> Vec<Row> {
    let mut bytes = Vec::new();
    TableFormat::Csv.sink().write(frame, &mut bytes).expect("memory has room");
    table(&bytes)
}

/// A table of the views, as text.
fn of(views: &OverTime, name: &str) -> Vec<Row> {
    rows(&views.tables.iter().find(|(own, _)| own == name).unwrap_or_else(|| panic!("no table {name}")).1)
}

/// The reference of one log.
fn reference(name: &str, log: &str) -> Vec<Row> {
    let path = root().join(format!("tests/reference/over_time_{name}.csv"));
    let all = table(&std::fs::read(&path).unwrap_or_else(|error| panic!("{}: {error}", path.display())));
    all.into_iter().filter(|row| row["data"] == log).collect()
}

/// Minor units of money that was written with all its places.
fn minor(text: &str, scale: u8) -> String {
    if scale == 0 { text.to_owned() } else { cents(text).to_string() }
}

#[test]
fn growth_equals_pandas() {
    for (log, ledger, as_of) in logs() {
        let (ours, theirs) = (of(&views(&ledger, as_of, OverTimeParams::new()), "growth"), reference("growth", log));
        assert_eq!(ours.len(), theirs.len(), "{log}");
        for (ours, theirs) in ours.iter().zip(&theirs) {
            let at = format!("{log} {}", theirs["period"]);
            for column in ["period", "active", "new", "retained", "reactivated", "churned"] {
                assert_eq!(ours[column], theirs[column], "{at} {column}");
            }
            let money =
                ["revenue", "new_revenue", "reactivated_revenue", "retained_revenue", "expansion", "contraction", "churned_revenue"];
            for column in money {
                assert_eq!(minor(&ours[column], ledger.scale()), theirs[column], "{at} {column}");
            }
            assert_eq!(ours["complete"], theirs["complete"].to_lowercase(), "{at}");
        }
    }
}

/// Calendar months of R `rfm`'s data, and its gaps between purchases.
#[test]
fn published_numbers_of_r_data() {
    let Some(path) = data("rfm_orders.csv") else { return };
    let views = views(&ledger(&Ingest::new(), &path), date("2006-12-31"), OverTimeParams::new());
    let growth = of(&views, "growth");
    let june = growth.iter().find(|row| row["period"] == "2006-06").unwrap();
    let counts = ["active", "new", "retained", "reactivated", "churned"].map(|column| june[column].as_str());
    assert_eq!(counts, ["108", "2", "12", "94", "68"]);
    assert!((june["quick_ratio"].parse::<f64>().unwrap() - 1.4118).abs() < 5e-5);
    let gaps = of(&views, "gaps");
    let texts = |row: &Row, columns: &[&str]| columns.iter().map(|column| row[*column].clone()).collect::<Vec<_>>().join(" ");
    let between_orders = texts(&gaps[1], &["kind", "count", "zero_gaps", "p50", "p80", "p90", "p95"]);
    assert_eq!(between_orders, "orders 3911 11 101 251 342 410.5");
    assert_eq!(texts(&gaps[0], &["kind", "count", "p95"]), "days 3900 411");
}

#[test]
fn cohorts_equal_pandas() {
    for (log, ledger, as_of) in logs() {
        let ours = of(&views(&ledger, as_of, OverTimeParams::new()), "cohorts");
        let mut theirs: BTreeMap<(String, String), Row> =
            reference("cohorts", log).into_iter().map(|row| ((row["cohort"].clone(), row["period_index"].clone()), row)).collect();
        let mut unobserved = 0;
        for ours in ours.iter().filter(|row| row["cohort_size"] != "0") {
            let at = format!("{log} {} {}", ours["cohort"], ours["period_index"]);
            let Some(theirs) = theirs.remove(&(ours["cohort"].clone(), ours["period_index"].clone())) else {
                let null = ["customers", "retention", "orders", "revenue", "cumulative_revenue", "revenue_per_customer"];
                assert!(null.iter().all(|column| ours[*column].is_empty()), "{at}: {ours:?}");
                unobserved += 1;
                continue;
            };
            for column in ["cohort_size", "customers", "orders"] {
                assert_eq!(ours[column], theirs[column], "{at} {column}");
            }
            for column in ["revenue", "cumulative_revenue"] {
                assert_eq!(minor(&ours[column], ledger.scale()), theirs[column], "{at} {column}");
            }
            let number = |row: &Row, column: &str| row[column].parse::<f64>().unwrap();
            let share = number(&theirs, "customers") / number(&theirs, "cohort_size");
            assert!((number(ours, "retention") - share).abs() < ROUNDING, "{at}");
            if ours["period_index"] == "0" {
                assert_eq!(ours["retention"], "1", "{at}");
            }
        }
        assert!(theirs.is_empty(), "{log}: {:?}", theirs.keys());
        assert!(unobserved > 0, "{log}");
    }
}

#[test]
fn trend_and_new_customers_equal_pandas() {
    for (log, ledger, as_of) in logs() {
        let views = views(&ledger, as_of, OverTimeParams::new());
        let (ours, theirs) = (of(&views, "trend"), reference("trend", log));
        assert_eq!(ours.len(), theirs.len(), "{log}");
        for (ours, theirs) in ours.iter().zip(&theirs) {
            assert_eq!(
                [&ours["period"], &ours["orders"], &ours["customers"]],
                [&theirs["period"], &theirs["orders"], &theirs["customers"]]
            );
            for column in ["purchased", "refunded"] {
                assert_eq!(minor(&ours[column], ledger.scale()), theirs[column], "{log} {} {column}", theirs["period"]);
            }
        }
        let plain = |rows: Vec<Row>| -> Vec<[String; 3]> {
            rows.iter().map(|row| ["grain", "period", "new_customers"].map(|column| row[column].clone())).collect()
        };
        assert_eq!(plain(of(&views, "new_customers")), plain(reference("new_customers", log)), "{log}");
    }
}

#[test]
fn gaps_equal_numpy() {
    for (log, ledger, as_of) in logs() {
        let (ours, theirs) = (of(&views(&ledger, as_of, OverTimeParams::new()), "gaps"), reference("gaps", log));
        assert_eq!(ours.len(), theirs.len());
        for (ours, theirs) in ours.iter().zip(&theirs) {
            for column in ["kind", "count", "zero_gaps"] {
                assert_eq!(ours[column], theirs[column], "{log}");
            }
            for column in ["mean", "p50", "p80", "p90", "p95"] {
                let [ours, theirs] = [ours, theirs].map(|row| row[column].parse::<f64>().unwrap());
                assert!((ours - theirs).abs() < ROUNDING, "{log} {column}: {ours} {theirs}");
            }
        }
    }
}

#[test]
fn customers_from_cells_are_those_of_the_ledger() {
    for (log, ledger, as_of) in logs() {
        let cells = ledger.cells(as_of, Period::Day).unwrap();
        for grain in [Period::Day, Period::Week, Period::Month] {
            let params = CustomersParams::new().grain(grain);
            let settings = *ledger.customers(&params).unwrap().settings();
            for back in [0, 1, 17, 90, 200] {
                let at = as_of - chrono::Days::new(back);
                let slow = ledger.customers(&params.clone().as_of(at)).unwrap();
                let fast = Customers::from_cells(&cells, at, &settings).unwrap();
                assert!(slow == fast, "{log} {at} {grain}");
            }
        }
    }
}

/// A book's RFM of CDNOW at a date.
fn scored(ledger: &Ledger, as_of: &str) -> (Customers, RfmParams, RfmModel) {
    let customers = ledger.customers(&CustomersParams::new().as_of(date(as_of))).expect("sound");
    let model = Rfm::params().fit(&customers).expect("sound");
    (customers, Rfm::params(), model)
}

fn moved(ledger: &Ledger, as_of: &str, params: OverTimeParams) -> OverTime {
    let (customers, rfm, model) = scored(ledger, as_of);
    let scores = model.score(&customers).expect("sound");
    let cells = ledger.cells(date(as_of), Period::Day).expect("sound");
    params.views(&cells, &customers, Some(RfmInUse { params: &rfm, model: &model, scores: &scores })).expect("sound")
}

fn segment_counts(ledger: &Ledger, as_of: &str, model: Option<&RfmModel>) -> BTreeMap<String, u64> {
    let (customers, _, own) = scored(ledger, as_of);
    let scores = model.unwrap_or(&own).score(&customers).expect("sound");
    let counts = scores.segments().iter().map(|segment| segment.key().to_owned()).zip(scores.counts());
    counts.filter(|(_, count)| *count > 0).collect()
}

#[test]
fn the_margins_of_a_migration_are_the_segments_of_both_dates() {
    let ledger = ledger(&Ingest::new(), &cdnow());
    let views = moved(&ledger, "1998-06-30", OverTimeParams::new().compare_date(date("1997-02-28")));
    let migration = of(&views, "migration");
    let (_, _, model) = scored(&ledger, "1998-06-30");
    for (form, then) in [("refit", None), ("frozen", Some(&model))] {
        let margin = |side: &str| {
            let mut sums: BTreeMap<String, u64> = BTreeMap::new();
            for row in migration.iter().filter(|row| row["form"] == form && !row[side].is_empty()) {
                *sums.entry(row[side].clone()).or_default() += row["customers"].parse::<u64>().unwrap();
            }
            sums
        };
        assert_eq!(margin("from_segment"), segment_counts(&ledger, "1997-02-28", then), "{form}");
        assert_eq!(margin("to_segment"), segment_counts(&ledger, "1998-06-30", None), "{form}");
        let money = |column: &str| migration.iter().filter(|row| row["form"] == form).map(|row| cents(&row[column])).sum::<i128>();
        for (column, at) in [("revenue_from", "1997-02-28"), ("revenue_to", "1998-06-30")] {
            assert_eq!(money(column), scored(&ledger, at).0.monetary().iter().sum::<i128>(), "{form}");
        }
        // Everybody of this sample first bought by the end of March 1997, and nobody leaves a ledger.
        assert!(migration.iter().filter(|row| row["form"] == form).all(|row| !row["to_segment"].is_empty()));
        assert!(migration.iter().any(|row| row["form"] == form && row["from_segment"].is_empty()));
    }
}

#[test]
fn a_segment_lasts_since_the_period_in_which_it_began() {
    let ledger = ledger(&Ingest::new(), &cdnow());
    let views = moved(&ledger, "1998-06-15", OverTimeParams::new().compare_date(date("1998-05-31")).look_back(4));
    let columns: Vec<Row> = rows(&DataFrame::new(views.columns[0].len(), views.columns.clone()).unwrap());
    let (customers, _, model) = scored(&ledger, "1998-06-15");
    let segment = |at: &str| {
        let then = ledger.customers(&CustomersParams::new().as_of(date(at))).unwrap();
        let scores = model.score(&then).unwrap();
        let keys = scores.segment().iter().map(|place| scores.segments()[usize::from(*place)].key().to_owned());
        then.customer_id().iter().map(str::to_owned).zip(keys).collect::<BTreeMap<String, String>>()
    };
    let ends = ["1998-05-31", "1998-04-30", "1998-03-31", "1998-02-28"];
    let starts = ["1998-06-01", "1998-05-01", "1998-04-01", "1998-03-01"];
    let (now, before) = (segment("1998-06-15"), ends.map(segment));
    let mut seen = BTreeMap::new();
    for (id, row) in customers.customer_id().iter().zip(&columns) {
        let other = before.iter().position(|then| then.get(id) != now.get(id));
        assert_eq!(row["segment_since"], other.map_or("", |place| starts[place]), "{id}");
        assert_eq!(Some(&row["previous_segment"]), before[0].get(id), "{id}");
        *seen.entry(other).or_insert(0) += 1;
    }
    assert_eq!(seen.len(), 5, "every case is in the data: {seen:?}");
}

#[test]
fn before_the_first_order_there_is_nothing_to_have_moved_from() {
    let ledger = ledger(&Ingest::new(), &cdnow());
    let views = moved(&ledger, "1997-02-28", OverTimeParams::new());
    assert!(
        views
            .warnings
            .iter()
            .any(|warning| warning.en == "nobody had bought by 1996-11-30: there is no earlier segment to have moved from")
    );
    let migration = of(&views, "migration");
    assert!(migration.iter().all(|row| row["form"] == "frozen" && row["from_segment"].is_empty()));
    assert_eq!(views.columns[0].null_count(), views.columns[0].len());
}

#[test]
fn settings_that_make_no_sense_are_refused() {
    let ledger = ledger(&Ingest::new(), &cdnow());
    let (customers, cells) = (ledger.customers(&CustomersParams::new()).unwrap(), ledger.cells(date("1998-06-30"), Period::Day).unwrap());
    let refused = |params: OverTimeParams| params.views(&cells, &customers, None).unwrap_err();
    for params in [
        OverTimeParams::new().compare_days(0),
        OverTimeParams::new().compare_date(date("1998-06-30")),
        OverTimeParams::new().look_back(0),
        OverTimeParams::new().arpu_falls(0),
    ] {
        assert_eq!(refused(params).kind(), ErrorKind::Parameter);
    }
    let words = refused(OverTimeParams::new().compare_date(date("1999-01-01"))).to_string();
    assert_eq!(words, "segments are compared with those of a date before 1998-06-30: `1999-01-01`");
    let monthly = ledger.cells(date("1998-06-30"), Period::Month).unwrap();
    assert_eq!(OverTimeParams::new().views(&monthly, &customers, None).unwrap_err().kind(), ErrorKind::Parameter);
    let error = Customers::from_cells(&monthly, date("1998-06-30"), customers.settings()).unwrap_err();
    let words = "customers are made from cells by day with 2 decimal places, these are by month with 2";
    assert_eq!((error.kind(), error.to_string().as_str()), (ErrorKind::Parameter, words));
}

#[test]
fn cohorts_by_day_of_a_long_log_are_by_week() {
    let ledger = ledger(&Ingest::new(), &cdnow());
    let views = views(&ledger, date("1998-06-30"), OverTimeParams::new().grain(Period::Day));
    assert_eq!((views.analysis.grain, views.analysis.cohort_grain), (Period::Day, Period::Week));
    assert_eq!(views.warnings[0].en, "cohorts are by week: by day there would be more than 400");
    assert_eq!(of(&views, "growth").len(), 546);
    assert_eq!(of(&views, "cohorts").len(), 79 * 79);
}

#[test]
fn the_order_of_rows_does_not_show() {
    let text = std::fs::read_to_string(cdnow()).unwrap();
    let (header, rest) = text.split_once('\n').unwrap();
    let mut rows: Vec<&str> = rest.lines().collect();
    let everything = |rows: &[&str]| {
        let ledger = Ingest::new().read_text(&format!("{header}\n{}\n", rows.join("\n"))).unwrap().ledger;
        let views = moved(&ledger, "1998-06-30", OverTimeParams::new());
        let mut bytes = Vec::new();
        for (name, table) in &views.tables {
            bytes.extend(name.bytes());
            TableFormat::Csv.sink().write(table, &mut bytes).unwrap();
        }
        let columns = DataFrame::new(views.columns[0].len(), views.columns).unwrap();
        TableFormat::Csv.sink().write(&columns, &mut bytes).unwrap();
        bytes
    };
    let base = everything(&rows);
    rows.reverse();
    assert!(everything(&rows) == base);
    rows.sort_unstable_by_key(|row| row.bytes().rev().collect::<Vec<u8>>());
    assert!(everything(&rows) == base);
}

fn book(ledger: &Ledger, as_of: &str, frozen: Option<&RfmModel>) -> SegmentBook {
    let params = SegmentBook::params().only([Analysis::Rfm]).customers(CustomersParams::new().as_of(date(as_of)));
    frozen.map_or(params.clone(), |model| params.frozen_rfm(model.clone())).build_from(ledger).expect("a book")
}

#[test]
fn two_written_books_are_compared() {
    let ledger = ledger(&Ingest::new(), &cdnow());
    let scratch = Scratch::new();
    for (name, as_of) in [("old", "1997-02-28"), ("new", "1998-06-30")] {
        book(&ledger, as_of, None).write(scratch.path(name), TableFormat::Parquet).unwrap();
    }
    let open = |name: &str| SegmentBook::open(scratch.path(name)).unwrap();
    let comparison = compare(&open("old"), &open("new")).unwrap();
    let summary = comparison.summary();
    let (then, now) = (scored(&ledger, "1997-02-28").0.len() as u64, scored(&ledger, "1998-06-30").0.len() as u64);
    assert_eq!((summary.form.as_str(), summary.left, summary.entered), ("refit", 0, now - then));
    assert_eq!(summary.stayed + summary.moved, then);
    assert_eq!(comparison.changes().height() as u64, summary.moved + summary.entered);
    assert_eq!(summary.notes, ["each book has thresholds of its own: customers may have moved because of what others did"]);
    // The same ways as the book's own look back in its refit form.
    let views = moved(&ledger, "1998-06-30", OverTimeParams::new().compare_date(date("1997-02-28")));
    let refit: Vec<Row> = of(&views, "migration").into_iter().filter(|row| row["form"] == "refit").collect();
    assert_eq!(rows(comparison.migration()), refit);
    let changes = rows(comparison.changes());
    assert!(changes.is_sorted_by(|a, b| a["customer_id"] < b["customer_id"]));
    assert!(changes.iter().all(|row| row["from_segment"] != row["to_segment"]));
    assert!(comparison.to_string().starts_with("1997-02-28 to 1998-06-30: "), "{comparison}");
}

#[test]
fn books_with_the_same_thresholds_are_said_to_have_them() {
    let ledger = ledger(&Ingest::new(), &cdnow());
    let old = book(&ledger, "1997-09-30", None);
    let model = old.manifest().analyses.rfm.clone();
    let new = book(&ledger, "1997-12-31", model.as_ref());
    let comparison = compare(&old, &new).unwrap();
    assert_eq!((comparison.summary().form.as_str(), comparison.summary().notes.len()), ("frozen", 0));
    assert_eq!(compare(&new, &old).unwrap_err().kind(), ErrorKind::Parameter);
}

#[test]
fn books_of_other_customers_and_scales_are_compared() {
    let read = |text: &str| Ingest::new().read_text(text).unwrap().ledger;
    let old = book(&read("customer,date,amount\nann,2024-01-05,5\nbob,2024-01-20,7\n"), "2024-01-31", None);
    let new = book(&read("customer,date,amount\nann,2024-01-05,5.25\ncid,2024-02-20,7\n"), "2024-02-28", None);
    let comparison = compare(&old, &new).unwrap();
    assert_eq!((comparison.summary().entered, comparison.summary().left), (1, 1));
    let changes: Vec<_> =
        rows(comparison.changes()).into_iter().map(|row| (row["customer_id"].clone(), row["revenue_from"].clone())).collect();
    let expected = [("bob", "7.00"), ("cid", "0.00")].map(|(id, money)| (id.to_owned(), money.to_owned()));
    assert_eq!(changes.iter().filter(|(id, _)| id != "ann").cloned().collect::<Vec<_>>(), expected);
}

#[test]
fn a_book_without_segments_is_not_compared() {
    let ledger = ledger(&Ingest::new(), &cdnow());
    let without = SegmentBook::params().only([Analysis::Abc]).build_from(&ledger).unwrap();
    let error = compare(&without, &without).unwrap_err();
    assert_eq!(error.to_string(), "column `segment`: the older book has no segments to compare");
}
