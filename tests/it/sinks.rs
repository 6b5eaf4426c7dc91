//! Every sink passes the conformance suite with a reader that is not ours, and text formats run no formulas.

use std::collections::BTreeMap;
use std::io::Cursor;

use chrono::{DateTime, NaiveDate};
use patronage::polars::prelude::{AnyValue, ParquetReader, SerReader};
use patronage::sink::{Csv, Ndjson, Parquet, conformance};
use patronage::{Error, Result};
use serde_json::value::RawValue;

use crate::common::Scratch;

type Table = (Vec<String>, Vec<Vec<Option<String>>>);

fn input(error: impl std::fmt::Display) -> Error {
    Error::input(error.to_string())
}

/// polars' Parquet reader.
fn read_parquet(bytes: &[u8]) -> Result<Table> {
    let frame = ParquetReader::new(Cursor::new(bytes.to_vec())).finish().map_err(input)?;
    let names = frame.get_column_names().iter().map(ToString::to_string).collect();
    let cell = |column: &patronage::polars::prelude::Column, row: usize| column.get(row).map(|value| text(&value)).map_err(input);
    let rows = (0..frame.height()).map(|row| frame.columns().iter().map(|column| cell(column, row)).collect()).collect::<Result<_>>()?;
    Ok((names, rows))
}

fn text(value: &AnyValue<'_>) -> Option<String> {
    Some(match value {
        AnyValue::Null => return None,
        AnyValue::String(text) => (*text).to_owned(),
        AnyValue::StringOwned(text) => text.to_string(),
        AnyValue::Int64(number) => number.to_string(),
        AnyValue::UInt32(number) => number.to_string(),
        AnyValue::Float64(number) => number.to_string(),
        AnyValue::Decimal(number, _, 2) => {
            let sign = if *number < 0 { "-" } else { "" };
            format!("{sign}{}.{:02}", number.abs() / 100, number.abs() % 100)
        }
        AnyValue::Date(day) => {
            let date: NaiveDate = DateTime::from_timestamp(i64::from(*day) * 86_400, 0).expect("a day").date_naive();
            date.to_string()
        }
        other => panic!("the suite has no {other:?}"),
    })
}

/// The `csv` crate's reader.
fn read_csv(bytes: &[u8]) -> Result<Table> {
    let mut reader = csv::Reader::from_reader(bytes);
    let names = reader.headers().map_err(input)?.iter().map(str::to_owned).collect();
    let rows = reader.records().map(|record| Ok(record.map_err(input)?.iter().map(|cell| Some(cell.to_owned())).collect()));
    Ok((names, rows.collect::<Result<_>>()?))
}

/// `serde_json`, line by line. Numbers are compared as they are written; the order of keys is taken from the text.
fn read_ndjson(bytes: &[u8]) -> Result<Table> {
    let mut names: Vec<String> = Vec::new();
    let mut rows = Vec::new();
    for line in std::str::from_utf8(bytes).map_err(input)?.lines() {
        let object: BTreeMap<String, Box<RawValue>> = serde_json::from_str(line).map_err(input)?;
        // A quote within a text is escaped, so this is found where the key stands only.
        let place = |key: &String| line.find(&format!("\"{key}\":"));
        let mut keys: Vec<&String> = object.keys().collect();
        keys.sort_by_key(|key| place(key));
        if rows.is_empty() {
            names = keys.iter().map(ToString::to_string).collect();
        }
        assert_eq!(keys, names.iter().collect::<Vec<_>>(), "every line has the same columns");
        let cell = |key: &&String| match object[*key].get() {
            "null" => Ok(None),
            text if text.starts_with('"') => serde_json::from_str(text).map(Some).map_err(input),
            number => Ok(Some(number.to_owned())),
        };
        rows.push(keys.iter().map(cell).collect::<Result<_>>()?);
    }
    Ok((names, rows))
}

#[test]
fn parquet_conforms() {
    conformance::check(&Parquet, read_parquet).unwrap();
}

#[test]
fn csv_conforms() {
    conformance::check(&Csv, read_csv).unwrap();
}

#[test]
fn ndjson_conforms() {
    conformance::check(&Ndjson, read_ndjson).unwrap();
}

#[test]
fn the_suite_finds_a_sink_that_loses_a_row() {
    let error = conformance::check(&Csv, |bytes| {
        read_csv(bytes).map(|(names, mut rows)| {
            rows.pop();
            (names, rows)
        })
    })
    .unwrap_err();
    assert!(error.to_string().contains("rows came back as"), "{error}");
}

/// Ids that a spreadsheet would run.
const FORMULAS: [&str; 5] = ["+1+1", "-2+3", "=HYPERLINK(1)", "@SUM(A1)", "plain"];

#[test]
fn formulas_are_inert_in_csv_and_unchanged_in_parquet() {
    let log = FORMULAS.map(|id| format!("{id},2024-03-01,5\n")).concat();
    let scratch = Scratch::with("log.csv", format!("customer,date,amount\n{log}"));
    scratch.run("segment log.csv --out csv --format csv").ok();
    scratch.run("segment log.csv --out parquet").ok();
    let cells: Vec<String> = scratch.table("csv/segments.csv").into_iter().map(|mut row| row.remove("customer_id").unwrap()).collect();
    assert_eq!(cells, ["'+1+1", "'-2+3", "'=HYPERLINK(1)", "'@SUM(A1)", "plain"]);
    let (names, rows) = read_segments(&scratch.bytes("parquet/segments.parquet"));
    let ids: Vec<&str> = rows.iter().map(|row| row[names.iter().position(|name| name == "customer_id").unwrap()].as_str()).collect();
    assert_eq!(ids, FORMULAS);
}

#[test]
fn formulas_in_rejects_are_inert_but_their_money_is_not_touched() {
    let scratch = Scratch::with("log.csv", "customer,date,amount\nann,2024-03-01,5\nann,=cmd(),-7.50\n");
    scratch.run("segment log.csv --out out").ok();
    let reject = &scratch.table("out/rejects.csv")[0];
    assert_eq!((&*reject["value"], &*reject["money"]), ("'=cmd()", "-7.50"));
}

/// The texts of all text columns of a Parquet file.
fn read_segments(bytes: &[u8]) -> (Vec<String>, Vec<Vec<String>>) {
    let frame = ParquetReader::new(Cursor::new(bytes.to_vec())).finish().expect("Parquet");
    let texts: Vec<_> = frame.columns().iter().filter(|column| column.str().is_ok()).collect();
    let names = texts.iter().map(|column| column.name().to_string()).collect();
    let cell = |column: &patronage::polars::prelude::Column, row| column.str().expect("text").get(row).unwrap_or_default().to_owned();
    (names, (0..frame.height()).map(|row| texts.iter().map(|column| cell(column, row)).collect()).collect())
}
