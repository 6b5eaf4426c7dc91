//! Typed inputs: Parquet, Arrow IPC, NDJSON and frames give the ledger that CSV gives.

use std::fs::File;

use patronage::ingest::EpochUnit;
use patronage::polars::prelude::*;
use patronage::{Duplicates, Ingest, Ingested, TimeFormat};

use super::{customers, rejects};
use crate::common::Scratch;

const LOG: &str = "customer_id,date,order_id,amount\n17850,2024-03-01,536365,12.50\n17850,2024-03-01,536365,-2.25\n13047,2024-03-02,536367,0\n13047,2024-03-05,C536368,-7.10\n";

fn csv() -> Ingested {
    ingest().read_text(LOG).expect("clean")
}

fn ingest() -> Ingest {
    Ingest::new().cancel_prefix("C")
}

/// 2024-03-01 is day 19,783.
const DAYS: [i32; 4] = [19_783, 19_783, 19_784, 19_787];
const CENTS: [i128; 4] = [1_250, -225, 0, -710];

fn orders() -> Column {
    Column::new("order_id".into(), ["536365", "536365", "536367", "C536368"])
}

fn dates() -> Column {
    Int32Chunked::from_slice("date".into(), &DAYS).into_date().into_series().into_column()
}

fn decimals() -> Column {
    Int128Chunked::from_slice("amount".into(), &CENTS).into_decimal(38, 2).expect("two places").into_series().into_column()
}

fn frame(columns: Vec<Column>) -> DataFrame {
    DataFrame::new(4, columns).expect("columns of one height")
}

fn typed() -> DataFrame {
    frame(vec![Column::new("customer_id".into(), [17_850_i64, 17_850, 13_047, 13_047]), dates(), orders(), decimals()])
}

#[track_caller]
fn assert_same(read: &Ingested, what: &str) {
    let csv = csv();
    let facts = |read: &Ingested| read.ledger.frame().expect("a frame");
    assert!(facts(read).equals_missing(&facts(&csv)), "{what}\n{}", facts(read));
    assert_eq!(read.audit, csv.audit, "{what}");
    assert_eq!(customers(read), customers(&csv), "{what}");
}

#[test]
fn frames_give_the_ledger_of_csv_whatever_the_types_of_their_columns() {
    assert_same(&ingest().read_frame(&typed()).unwrap(), "integers, dates, decimals");
    let floats = || Column::new("amount".into(), [12.5, -2.25, 0.0, -7.1]);
    let texts = || Column::new("customer_id".into(), ["17850", "17850", "13047", " 13047 "]);
    let small = Column::new("customer_id".into(), [17_850_i32, 17_850, 13_047, 13_047]);
    let unsigned = Column::new("customer_id".into(), [17_850_u32, 17_850, 13_047, 13_047]);
    let single = Column::new("amount".into(), [12.5_f32, -2.25, 0.0, -7.1]);
    let milliseconds: Vec<i64> = DAYS.iter().map(|day| (i64::from(*day) * 86_400 + 3_600) * 1_000 + 7).collect();
    let instants =
        Int64Chunked::from_vec("date".into(), milliseconds).into_datetime(TimeUnit::Milliseconds, None).into_series().into_column();
    let text_dates = Column::new("date".into(), ["2024-03-01", "2024-03-01", "2024/3/2", "20240305"]);
    for (what, columns) in [
        ("text ids, floats", vec![texts(), dates(), orders(), floats()]),
        ("32-bit ids, 32-bit floats", vec![small, dates(), orders(), single]),
        ("unsigned ids, text dates", vec![unsigned, text_dates, orders(), decimals()]),
        ("columns in another order", vec![decimals(), orders(), texts(), dates()]),
    ] {
        // The scale of floats is that of their shortest decimals: two places here too.
        assert_same(&ingest().read_frame(&frame(columns)).unwrap(), what);
    }
    let read = ingest().read_frame(&frame(vec![texts(), instants, orders(), decimals()])).unwrap();
    assert_eq!(customers(&read), customers(&csv()), "times within the day");
}

#[test]
fn whole_numbers_are_money_without_places_and_epochs() {
    let whole = Column::new("amount".into(), [12_i64, -2, 0, -7]);
    let seconds = Column::new("date".into(), DAYS.map(|day| i64::from(day) * 86_400));
    let columns = vec![Column::new("customer_id".into(), [1_i64, 1, 2, 2]), seconds, whole];
    let read = Ingest::new().time_format(TimeFormat::Epoch(EpochUnit::Seconds)).read_frame(&frame(columns)).unwrap();
    assert_eq!((read.audit.money_in.as_str(), read.audit.first.unwrap().to_string()), ("3", "2024-03-01".to_owned()));
    assert_eq!(customers(&read), ["1 2024-03-01..2024-03-01 1 10", "2 2024-03-02..2024-03-02 1 -7"]);
}

#[test]
fn parquet_and_ipc_give_the_ledger_of_csv() {
    let scratch = Scratch::new();
    let mut frame = typed();
    // One row a group, so that several blocks are read.
    let file = File::create(scratch.path("log.parquet")).unwrap();
    ParquetWriter::new(file).with_row_group_size(Some(1)).finish(&mut frame).unwrap();
    IpcWriter::new(File::create(scratch.path("log.arrow")).unwrap()).finish(&mut frame).unwrap();
    for name in ["log.parquet", "log.arrow"] {
        let read = ingest().read([scratch.path(name)]).unwrap();
        assert_same(&read, name);
        assert_eq!((read.inputs[0].rows, read.inputs[0].blake3.len()), (4, 64));
    }
    let audit = scratch.run("check log.parquet log.arrow --cancel-prefix C --json").ok().json();
    assert_eq!((&audit["rows_in"], &audit["duplicate_rows"], &audit["orders"]), (&8.into(), &4.into(), &2.into()));
}

#[test]
fn ndjson_gives_the_ledger_of_csv() {
    let lines = [
        r#"{"customer_id":17850,"date":"2024-03-01","order_id":"536365","amount":12.50,"note":null}"#,
        r#"{"amount":"-2.25","order_id":536365,"date":"2024-03-01","customer_id":"17850"}"#,
        r#"{"customer_id":"130\u0034\u0037","date":"2024-03-02","order_id":"536367","amount":0}"#,
        "",
        r#"{"customer_id":13047,"date":"2024-03-05","order_id":"C536368","amount":-7.1}"#,
    ];
    let read = ingest().read_text(&lines.join("\n")).unwrap();
    assert_same(&read, "NDJSON");
    let scratch = Scratch::with("log.jsonl", lines.join("\r\n"));
    assert_same(&ingest().read([scratch.path("log.jsonl")]).unwrap(), "a file of NDJSON");
}

#[test]
fn ndjson_rows_that_are_none() {
    let text = "{\"customer\":\"ann\",\"date\":\"2024-03-01\",\"amount\":5}\nnot json\n[1]\n{\"customer\":null,\"date\":\"2024-03-01\",\"amount\":5}\n{\"date\":\"2024-03-01\",\"amount\":[5]}\n{\"customer\":\"ann\",\"date\":\"2024-03-01\"}\n{\"customer\":\"ann\",\"date\":\"2024-03-01\",\"amount\":true}\n";
    let read = Ingest::new().read_text(text).unwrap();
    let wanted =
        ["2 ragged_row -", "3 ragged_row -", "4 missing_customer 5.00", "5 missing_customer -", "6 bad_amount -", "7 bad_amount -"];
    assert_eq!(rejects(&read), wanted);
    assert!(Ingest::new().read_text("[{\"customer\":\"ann\"}]").unwrap_err().hint().unwrap().contains("NDJSON"));
}

#[test]
fn nulls_and_numbers_that_are_none_are_rejected() {
    let customer = Column::new("customer_id".into(), [Some("ann"), None, Some("ann"), Some("ann")]);
    let date = Int32Chunked::from_iter_options("date".into(), [Some(19_783), Some(19_783), None, Some(19_783)].into_iter())
        .into_date()
        .into_series()
        .into_column();
    let amount = Column::new("amount".into(), [f64::NAN, 1.0, 2.0, f64::INFINITY]);
    let one = frame(vec![customer, date, amount]);
    let fine = DataFrame::new(
        1,
        vec![
            Column::new("customer_id".into(), ["bob"]),
            Int32Chunked::from_slice("date".into(), &[19_783]).into_date().into_series().into_column(),
            Column::new("amount".into(), [0.1]),
        ],
    );
    let read = Ingest::new().read_frame(&one.vstack(&fine.unwrap()).unwrap()).unwrap();
    assert_eq!(rejects(&read), ["1 bad_amount -", "2 missing_customer 1.00", "3 bad_time 2.00", "4 bad_amount -"]);
    assert_eq!(customers(&read), ["bob 2024-03-01..2024-03-01 1 0.1"], "the shortest decimal, not the binary fraction");
}

#[test]
fn columns_that_are_not_needed_may_have_any_type() {
    let mut frame = typed();
    let list: ListChunked = (0..4).map(|n| Some(Series::new("".into(), [n, n + 1]))).collect();
    frame.with_column(list.into_series().with_name("basket".into()).into_column()).unwrap();
    frame.with_column(Column::new("gift".into(), [true, false, true, false])).unwrap();
    assert_same(&ingest().read_frame(&frame).unwrap(), "a list and a flag beside");
    let removed = ingest().duplicates(Duplicates::Remove).read_frame(&frame).unwrap();
    assert_eq!(removed.audit.duplicate_rows, Some(0), "lists differ");
}

#[test]
fn float_ids_stay_as_they_print() {
    let columns = vec![Column::new("customer_id".into(), [17_850.0, 17_850.0, f64::NAN, 13_047.5]), dates(), decimals()];
    let read = Ingest::new().read_frame(&frame(columns)).unwrap();
    let ids: Vec<String> = customers(&read).iter().map(|row| row.split(' ').next().unwrap().to_owned()).collect();
    assert_eq!((ids, rejects(&read)), (vec!["17850.0".to_owned()], vec!["3 missing_customer 0.00".to_owned()]));
}

#[test]
fn files_of_several_formats_in_one_run() {
    let scratch =
        Scratch::with("a.csv", "customer_id,date,order_id,amount\n17850,2024-03-01,536365,12.50\n17850,2024-03-01,536365,-2.25\n");
    scratch.write("b.ndjson", "{\"customer_id\":13047,\"date\":\"2024-03-02\",\"order_id\":\"536367\",\"amount\":0}\n");
    let mut last = typed().slice(3, 1);
    ParquetWriter::new(File::create(scratch.path("c.parquet")).unwrap()).finish(&mut last).unwrap();
    let read = ingest().read(["a.csv", "b.ndjson", "c.parquet"].map(|name| scratch.path(name))).unwrap();
    assert_same(&read, "CSV, NDJSON and Parquet");
}
