//! Times: formats, the order of day and month, epochs, and the zone that decides the local day.

use patronage::ingest::EpochUnit;
use patronage::{Ingest, TimeFormat};

use super::{read, refusal, rejects};
use crate::common::Scratch;

/// The local day of one row with this time.
fn day(ingest: &Ingest, time: &str) -> String {
    let read = read(ingest, &format!("customer;date;amount\nann;{time};5\n"));
    read.audit.first.map(|day| day.to_string()).unwrap_or_default()
}

fn zone(name: &str) -> Ingest {
    // The binary's way in, so that no other crate is needed to name a zone.
    let ingest: Ingest = serde_json::from_str(&format!("{{\"timezone\":\"{name}\"}}")).expect("a zone");
    ingest
}

#[test]
fn year_first_needs_no_option() {
    for time in [
        "2024-03-05",
        "2024/3/5",
        "2024.03.05",
        "20240305",
        "2024年3月5日",
        "2024-03-05 23:59",
        "2024-03-05T23:59:59.999",
        "2024-03-05 11:59 PM",
        "2024-03-05T23:59:59Z",
        "20240305 23:59:59",
    ] {
        assert_eq!(day(&Ingest::new(), time), "2024-03-05", "{time}");
    }
}

#[test]
fn what_is_no_time_is_rejected() {
    let header = "customer;date;amount\nbob;2024-03-01;1\n";
    for (time, reason) in [
        ("", "bad_time"),
        ("yesterday", "bad_time"),
        ("2023-02-29", "bad_time"),
        ("2024-13-01", "bad_time"),
        ("2024-03-05 25:00", "bad_time"),
        ("0000-01-01", "time_out_of_range"),
        ("1899-12-31", "time_out_of_range"),
        ("2200-01-01", "time_out_of_range"),
        ("99999-01-01", "time_out_of_range"),
        ("1709683200", "bad_time"),
    ] {
        let read = read(&Ingest::new(), &format!("{header}ann;{time};5\n"));
        assert_eq!(rejects(&read), [format!("2 {reason} 5.00")], "{time}");
        assert_eq!(read.rejects[0].column.as_deref(), Some("date"));
    }
}

#[test]
fn day_and_month_are_told_by_the_column_or_asked_for() {
    let text = |dates: &[&str]| dates.iter().fold("customer,date,amount\n".to_owned(), |text, date| format!("{text}ann,{date},5\n"));
    let error = refusal(&Ingest::new(), &text(&["3/4/2024", "5/6/2024"]));
    assert!(error.contains("`3/4/2024`") && error.contains("mdy") && error.contains("dmy") && error.contains("column `date`"), "{error}");
    for (other, first, format) in
        [("31/12/2024", "2024-04-03", TimeFormat::DayMonthYear), ("12/31/2024", "2024-03-04", TimeFormat::MonthDayYear)]
    {
        let read = read(&Ingest::new(), &text(&["3/4/2024", other]));
        assert_eq!((read.audit.first.unwrap().to_string().as_str(), &read.time_format), (first, &format));
    }
    let error = refusal(&Ingest::new(), &text(&["31/12/2024", "12/31/2024"]));
    assert!(error.contains("`31/12/2024`") && error.contains("`12/31/2024`"), "{error}");
    let read = read(&Ingest::new().time_format(TimeFormat::DayMonthYear), &text(&["3/4/2024", "12/31/2024"]));
    assert_eq!(rejects(&read), ["2 bad_time 5.00"]);
    assert_eq!(day(&Ingest::new().time_format(TimeFormat::MonthDayYear), "12/1/2010 8:26"), "2010-12-01");
}

#[test]
fn the_order_of_day_and_month_is_told_over_all_files() {
    let scratch = Scratch::with("a.csv", "customer,date,amount\nann,3/4/2024,5\n");
    scratch.write("b.csv", "customer,date,amount\nann,31/12/2024,5\n");
    for files in [["a.csv", "b.csv"], ["b.csv", "a.csv"]] {
        let read = Ingest::new().read(files.map(|file| scratch.path(file))).unwrap();
        assert_eq!(read.audit.first.unwrap().to_string(), "2024-04-03", "{files:?}");
    }
}

#[test]
fn rejects_are_not_told_twice_when_the_run_starts_over() {
    let read = read(&Ingest::new(), "customer,date,amount\n,3/4/2024,1\nann,3/4/2024,5\nann,13/4/2024,5\n");
    assert_eq!((read.audit.rows_in, rejects(&read)), (3, vec!["1 missing_customer 1.00".to_owned()]));
}

#[test]
fn patterns() {
    for (pattern, time) in [("%d.%m.%y", "05.03.24"), ("%d %b %Y %H:%M", "05 Mar 2024 07:30"), ("%Y%m%d%H%M%S", "20240305073000")] {
        assert_eq!(day(&Ingest::new().time_format(TimeFormat::Pattern(pattern.to_owned())), time), "2024-03-05", "{pattern}");
    }
}

#[test]
fn epochs_are_said() {
    for (unit, time) in [
        (EpochUnit::Seconds, "1709683199"),
        (EpochUnit::Milliseconds, "1709683199999"),
        (EpochUnit::Microseconds, "1709683199999999"),
        (EpochUnit::Days, "19787"),
    ] {
        assert_eq!(day(&Ingest::new().time_format(TimeFormat::Epoch(unit)), time), "2024-03-05", "{unit:?}");
    }
}

#[test]
fn the_zone_decides_the_local_day_of_instants_only() {
    for (name, time, wanted) in [
        ("Asia/Shanghai", "2024-03-05T16:00:00Z", "2024-03-06"),
        ("Asia/Shanghai", "2024-03-05T15:59:59Z", "2024-03-05"),
        ("Asia/Shanghai", "2024-03-05T23:30:00-08:00", "2024-03-06"),
        ("Asia/Shanghai", "2024-03-05 16:00:00", "2024-03-05"),
        ("America/New_York", "2024-03-05T04:59:59Z", "2024-03-04"),
        // Summer time: four hours behind, not five.
        ("America/New_York", "2024-07-05T04:00:00Z", "2024-07-05"),
        ("UTC", "2024-03-05T23:30:00-01:00", "2024-03-06"),
    ] {
        assert_eq!(day(&zone(name), time), wanted, "{name} {time}");
    }
    let epoch = zone("Asia/Shanghai").time_format(TimeFormat::Epoch(EpochUnit::Seconds));
    assert_eq!(day(&epoch, "1709654400"), "2024-03-06");
}
