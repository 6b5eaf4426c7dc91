//! Frames, Parquet and Arrow IPC: typed columns.

use std::fmt::Write;
use std::fs::File;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::Path;

use polars::prelude::*;

use super::clean::{Cleaned, Raw, RawRow, Rules};
use super::columns::Role;
use super::plan::Fields;
use crate::error::{Error, Result};
use crate::time::DAY_SECONDS;

/// Rows of a frame that are cleaned together: so many that each partition gets a good share of them at a time.
pub(crate) const BLOCK_ROWS: usize = 1 << 19;

/// Calls a decoder of foreign bytes, whose panics on broken files become errors.
fn guarded<T>(path: &Path, what: &str, decode: impl FnOnce() -> PolarsResult<T>) -> Result<T> {
    let outcome = catch_unwind(AssertUnwindSafe(decode));
    let broken = |detail: String| Error::input(format!("not a readable {what} file: {detail}")).at_file(path);
    match outcome {
        Ok(Ok(value)) => Ok(value),
        Ok(Err(error)) => Err(broken(error.to_string())),
        Err(_) => Err(broken("its structure is damaged".to_owned())),
    }
}

fn open(path: &Path) -> Result<File> {
    File::open(path).map_err(|error| Error::read_io(path, &error))
}

/// Names and types of a Parquet file's columns.
pub(crate) fn parquet_schema(path: &Path) -> Result<Schema> {
    let file = open(path)?;
    guarded(path, "Parquet", || Ok(Schema::from_arrow_schema(ParquetReader::new(file).schema()?.as_ref())))
}

/// Names and types of an Arrow IPC file's columns.
pub(crate) fn ipc_schema(path: &Path) -> Result<Schema> {
    let file = open(path)?;
    guarded(path, "Arrow IPC", || Ok(Schema::from_arrow_schema(IpcReader::new(file).schema()?.as_ref())))
}

/// The number of rows in each of a Parquet file's row groups.
pub(crate) fn parquet_groups(path: &Path) -> Result<Vec<usize>> {
    let file = open(path)?;
    guarded(path, "Parquet", || {
        let mut rows = Vec::new();
        for group in &ParquetReader::new(file).get_metadata()?.row_groups {
            rows.push(group.num_rows());
        }
        Ok(rows)
    })
}

/// Some rows of some columns of a Parquet file.
pub(crate) fn read_parquet(path: &Path, columns: Option<Vec<String>>, offset: usize, rows: usize) -> Result<DataFrame> {
    let file = open(path)?;
    guarded(path, "Parquet", || {
        ParquetReader::new(file).with_columns(columns).with_slice(Some((offset, rows))).read_parallel(ParallelStrategy::None).finish()
    })
}

/// Some columns of an Arrow IPC file.
pub(crate) fn read_ipc(path: &Path, columns: Option<Vec<String>>) -> Result<DataFrame> {
    let file = open(path)?;
    guarded(path, "Arrow IPC", || IpcReader::new(file).with_columns(columns).finish())
}

/// A column whose values can be looked at one by one.
enum Typed {
    Null,
    Text(StringChunked),
    Integer(Int64Chunked),
    Float(Float64Chunked),
    Decimal(Int128Chunked, usize),
    Days(Int32Chunked),
    /// Ticks, how many make a second, and whether the clock is that of UTC.
    Instant(Int64Chunked, i64, bool),
}

impl Typed {
    fn new(series: &Series) -> PolarsResult<Self> {
        let series = series.rechunk();
        Ok(match series.dtype() {
            DataType::Null => Self::Null,
            DataType::String => Self::Text(series.str()?.clone()),
            DataType::Float64 | DataType::Float32 => {
                // A 32-bit float means its own shortest decimal, not that of the 64-bit float it becomes.
                if series.dtype() == &DataType::Float32 {
                    let texts: StringChunked =
                        series.f32()?.iter().map(|value| value.map(|value| format!("{value:?}"))).collect_ca(series.name().clone());
                    return Ok(Self::Text(texts));
                }
                Self::Float(series.f64()?.clone())
            }
            DataType::Decimal(_, scale) => Self::Decimal(series.decimal()?.physical().clone(), *scale),
            DataType::Date => Self::Days(series.date()?.physical().clone()),
            DataType::Datetime(unit, zone) => {
                let ticks = match unit {
                    TimeUnit::Milliseconds => 1_000,
                    TimeUnit::Microseconds => 1_000_000,
                    TimeUnit::Nanoseconds => 1_000_000_000,
                };
                Self::Instant(series.datetime()?.physical().clone(), ticks, zone.is_some())
            }
            dtype if dtype.is_integer() && !matches!(dtype, DataType::UInt64 | DataType::Int128 | DataType::UInt128) => {
                Self::Integer(series.strict_cast(&DataType::Int64)?.i64()?.clone())
            }
            _ => Self::Text(series.cast(&DataType::String)?.str()?.clone()),
        })
    }

    /// An id: floats as they print, everything else that is no integer as text.
    fn id(series: &Series) -> PolarsResult<Self> {
        Ok(match Self::new(series)? {
            Self::Float(floats) => {
                let texts = floats.iter().map(|value| value.filter(|value| !value.is_nan()).map(|value| format!("{value:?}")));
                Self::Text(texts.collect_ca(series.name().clone()))
            }
            typed @ (Self::Null | Self::Text(_) | Self::Integer(_)) => typed,
            _ => Self::Text(series.cast(&DataType::String)?.rechunk().str()?.clone()),
        })
    }

    /// Any type, for fingerprints: what has no form of its own is written out as text.
    fn any(series: &Series) -> Self {
        let dtype = series.dtype();
        let simple = !dtype.is_nested() && !matches!(dtype, DataType::Binary | DataType::BinaryOffset);
        if let Some(typed) = simple.then(|| Self::new(series).ok()).flatten() {
            return typed;
        }
        let mut texts = StringChunkedBuilder::new(series.name().clone(), series.len());
        for value in series.rechunk().iter() {
            let mut text = String::new();
            write_out(&value, &mut text);
            texts.append_value(text);
        }
        Self::Text(texts.finish().rechunk().into_owned())
    }

    fn look(&self) -> Look<'_> {
        match self {
            Self::Null => Look::Null,
            Self::Text(values) => Look::Text(values.downcast_as_array()),
            Self::Integer(values) => Look::Integer(values.downcast_as_array()),
            Self::Float(values) => Look::Float(values.downcast_as_array()),
            Self::Decimal(values, scale) => Look::Decimal(values.downcast_as_array(), *scale),
            Self::Days(values) => Look::Days(values.downcast_as_array()),
            Self::Instant(values, ticks, utc) => Look::Instant(values.downcast_as_array(), *ticks, *utc),
        }
    }
}

type Values<T> = <T as PolarsDataType>::Array;

/// The one chunk of a [`Typed`] column.
#[derive(Clone, Copy)]
enum Look<'a> {
    Null,
    Text(&'a Values<StringType>),
    Integer(&'a Values<Int64Type>),
    Float(&'a Values<Float64Type>),
    Decimal(&'a Values<Int128Type>, usize),
    Days(&'a Values<Int32Type>),
    Instant(&'a Values<Int64Type>, i64, bool),
}

impl<'a> Look<'a> {
    fn get(self, row: usize) -> Raw<'a> {
        match self {
            Self::Null => None,
            Self::Text(values) => values.get(row).map(|text| Raw::Text(text.as_bytes())),
            Self::Integer(values) => values.get(row).map(Raw::Integer),
            Self::Float(values) => values.get(row).map(Raw::Float),
            Self::Decimal(values, scale) => values.get(row).map(|number| Raw::Decimal(number, scale)),
            Self::Days(values) => values.get(row).map(|day| Raw::NaiveSeconds(i64::from(day) * DAY_SECONDS)),
            Self::Instant(values, ticks, utc) => values.get(row).map(|instant| {
                let seconds = instant.div_euclid(ticks);
                if utc { Raw::UtcSeconds(seconds) } else { Raw::NaiveSeconds(seconds) }
            }),
        }
        .unwrap_or(Raw::Null)
    }
}

/// A value of any type, whole: lists and bytes are not cut short, as they would be for people.
fn write_out(value: &AnyValue<'_>, to: &mut String) {
    match value {
        AnyValue::List(values) => {
            to.push('[');
            for value in values.rechunk().iter() {
                write_out(&value, to);
                to.push(',');
            }
            to.push(']');
        }
        AnyValue::Binary(bytes) => to.extend(bytes.iter().map(|byte| char::from(*byte))),
        AnyValue::BinaryOwned(bytes) => to.extend(bytes.iter().map(|byte| char::from(*byte))),
        other => {
            // Writing to a string cannot fail.
            let _ = write!(to, "{other:?}");
        }
    }
}

fn write(raw: Raw<'_>, to: &mut Vec<u8>) {
    match raw {
        Raw::Null => to.push(0),
        Raw::Text(text) => {
            to.push(1);
            to.extend_from_slice(text);
        }
        Raw::Integer(number) | Raw::NaiveSeconds(number) | Raw::UtcSeconds(number) => {
            to.push(2);
            to.extend_from_slice(&number.to_le_bytes());
        }
        Raw::Float(number) => {
            to.push(3);
            to.extend_from_slice(&number.to_bits().to_le_bytes());
        }
        Raw::Decimal(number, scale) => {
            to.push(4);
            to.extend_from_slice(&number.to_le_bytes());
            to.push(u8::try_from(scale).unwrap_or(u8::MAX));
        }
    }
    to.push(0x1f);
}

fn any(frame: &DataFrame, name: &str) -> Result<Typed> {
    let column = frame.column(name).map_err(|error| Error::input(error.to_string()).at_column(name))?;
    Ok(Typed::any(column.as_materialized_series()))
}

/// Cleans all rows of a frame, whose columns are those of `columns` that are needed.
pub(crate) fn clean(frame: &DataFrame, columns: &[String], fields: &Fields, rules: &Rules, out: &mut Cleaned) -> Result<()> {
    let typed = |index: usize, role: Role| {
        let name = &columns[index];
        let series = frame.column(name).map(|column| column.as_materialized_series().clone());
        series
            .and_then(|series| {
                let is_text = matches!(role, Role::Customer | Role::Order | Role::Currency) || role.dimension().is_some();
                if is_text { Typed::id(&series) } else { Typed::new(&series) }
            })
            .map_err(|error| Error::input(format!("the column's type cannot be used for the {role}: {error}")).at_column(name))
    };
    let customer = typed(fields.customer, Role::Customer)?;
    let time = typed(fields.time, Role::Time)?;
    let amount = typed(fields.amount, Role::Amount)?;
    let quantity = fields.quantity.map(|index| typed(index, Role::Quantity)).transpose()?;
    let order = fields.order.map(|index| typed(index, Role::Order)).transpose()?;
    let currency = fields.currency.map(|index| typed(index, Role::Currency)).transpose()?;
    let more = fields.more().map(|(index, role)| Ok((index, typed(index, role)?))).collect::<Result<Vec<_>>>()?;
    let more: Vec<(usize, Look<'_>)> = more.iter().map(|(index, column)| (*index, column.look())).collect();
    let every = if rules.fingerprints { columns.iter().map(|name| any(frame, name)).collect::<Result<Vec<_>>>()? } else { Vec::new() };
    let every: Vec<Look<'_>> = every.iter().map(Typed::look).collect();
    let (customer, time, amount) = (customer.look(), time.look(), amount.look());
    let [quantity, order, currency] = [&quantity, &order, &currency].map(|column| column.as_ref().map(Typed::look));

    let mut joined = Vec::new();
    for index in 0..frame.height() {
        joined.clear();
        for column in &every {
            write(column.get(index), &mut joined);
        }
        let row = RawRow {
            number: index as u64 + 1,
            broken: None,
            customer: customer.get(index),
            time: time.get(index),
            amount: amount.get(index),
            quantity: quantity.map(|column| column.get(index)),
            order: order.map(|column| column.get(index)),
            currency: currency.map(|column| column.get(index)),
            fingerprint: if rules.fingerprints { xxhash_rust::xxh3::xxh3_128(&joined) } else { 0 },
        };
        let at = |wanted: usize| more.iter().find(|(column, _)| *column == wanted).map_or(Raw::Null, |(_, column)| column.get(index));
        rules.clean(&row, fields, at, out)?;
    }
    Ok(())
}
