//! A table of sufficient statistics: CSV or Parquet, under our names or those of other packages.

use std::path::Path;

use patronage::analysis::clv::Histories;
use patronage::analysis::clv::contract::Survivors;
use patronage::analysis::clv::gamma_gamma::Spends;
use patronage::polars::prelude::{DataType, ParquetReader, SerReader};
use patronage::{Error, Result};

const REPEAT_PURCHASES: &[&str] = &["repeat_purchases", "frequency", "x"];
const FIRST_TO_LAST: &[&str] = &["first_to_last", "recency", "t_x", "t.x"];
const AGE: &[&str] = &["age", "T", "T.cal", "T_cal"];
const OPPORTUNITIES: &[&str] = &["opportunities", "periods", "n_periods", "n.cal", "age", "T"];
const WEIGHT: &[&str] = &["weight", "weights", "custs", "n_customers"];
const MEAN_REPEAT_VALUE: &[&str] = &["mean_repeat_value", "monetary_value"];

/// Columns of numbers; NaN where a cell is empty.
#[derive(Debug)]
pub(super) struct Summary {
    columns: Vec<(String, Vec<f64>)>,
    rows: usize,
}

impl Summary {
    /// Reads a table. Columns that are not numbers are left out.
    pub(super) fn read(path: &Path, delimiter: Option<&str>) -> Result<Self> {
        let summary = if path.extension().is_some_and(|ending| ending.eq_ignore_ascii_case("parquet")) {
            Self::parquet(path)
        } else {
            Self::csv(path, delimiter)
        }?;
        if summary.rows == 0 {
            return Err(Error::input("the table has no row").at_file(path));
        }
        Ok(summary)
    }

    fn csv(path: &Path, delimiter: Option<&str>) -> Result<Self> {
        let text = std::fs::read_to_string(path).map_err(|error| Error::read(format!("cannot read: {error}")).at_file(path))?;
        let text = text.trim_start_matches('\u{feff}');
        let delimiter = match delimiter {
            None => b',',
            Some("tab" | "\\t") => b'\t',
            Some(other) => match other.as_bytes() {
                [byte] => *byte,
                _ => return Err(Error::parameter("--delimiter takes one ASCII character").with_value(other)),
            },
        };
        let odd = |error: csv::Error| Error::input(format!("not a CSV table: {error}")).at_file(path);
        let mut reader = csv::ReaderBuilder::new().delimiter(delimiter).trim(csv::Trim::All).from_reader(text.as_bytes());
        let names: Vec<String> = reader.headers().map_err(odd)?.iter().map(str::to_owned).collect();
        let mut columns: Vec<Option<Vec<f64>>> = vec![Some(Vec::new()); names.len()];
        let mut rows = 0;
        for record in reader.records() {
            let record = record.map_err(odd)?;
            rows += 1;
            for (column, field) in columns.iter_mut().zip(&record) {
                let number = if matches!(field, "" | "NA" | "NaN" | "nan" | "null") { Ok(f64::NAN) } else { field.parse() };
                match (column.as_mut(), number) {
                    (Some(values), Ok(number)) => values.push(number),
                    _ => *column = None,
                }
            }
        }
        let columns = names.into_iter().zip(columns).filter_map(|(name, values)| Some((name, values?))).collect();
        Ok(Self { columns, rows })
    }

    fn parquet(path: &Path) -> Result<Self> {
        let file = std::fs::File::open(path).map_err(|error| Error::read(format!("cannot read: {error}")).at_file(path))?;
        let frame =
            ParquetReader::new(file).finish().map_err(|error| Error::input(format!("not a Parquet table: {error}")).at_file(path))?;
        let mut columns = Vec::new();
        for column in frame.columns() {
            if !(column.dtype().is_primitive_numeric() || matches!(column.dtype(), DataType::Decimal(..))) {
                continue;
            }
            let odd = |error| Error::input(format!("not numbers: {error}")).at_file(path).at_column(column.name().as_str());
            let numbers = column.cast(&DataType::Float64).map_err(odd)?;
            let values = numbers.f64().map_err(odd)?.iter().map(|value| value.unwrap_or(f64::NAN)).collect();
            columns.push((column.name().to_string(), values));
        }
        Ok(Self { columns, rows: frame.height() })
    }

    /// The first of the names that the table has, letter case aside where that is needed.
    fn find(&self, names: &[&str]) -> Option<&(String, Vec<f64>)> {
        let exact = |name: &&str| self.columns.iter().find(|column| column.0 == **name);
        let loose = |name: &&str| self.columns.iter().find(|column| column.0.eq_ignore_ascii_case(name));
        names.iter().find_map(exact).or_else(|| names.iter().find_map(loose))
    }

    fn needed(&self, names: &[&str]) -> Result<&(String, Vec<f64>)> {
        self.find(names).ok_or_else(|| {
            let there: Vec<&str> = self.columns.iter().map(|column| column.0.as_str()).collect();
            Error::input(format!("no column of numbers called `{}`", names.join("` or `")))
                .with_hint(format!("columns of numbers are: {}", there.join(", ")))
        })
    }

    fn weight(&self) -> Vec<f64> {
        self.find(WEIGHT).map_or_else(|| vec![1.0; self.rows], |column| column.1.clone())
    }

    pub(super) fn histories(&self, opportunities: bool) -> Result<Histories> {
        let x = counts(self.needed(REPEAT_PURCHASES)?)?;
        let first_to_last = self.needed(FIRST_TO_LAST)?.1.clone();
        let age = self.needed(if opportunities { OPPORTUNITIES } else { AGE })?.1.clone();
        Histories::weighted(x, first_to_last, age, self.weight())
    }

    pub(super) fn spends(&self) -> Result<Spends> {
        let x = counts(self.needed(REPEAT_PURCHASES)?)?;
        Spends::weighted(&x, &self.needed(MEAN_REPEAT_VALUE)?.1, &self.weight())
    }

    pub(super) fn survivors(&self) -> Result<Survivors> {
        let period = counts(self.needed(&["period", "periods", "renewal", "renewals"])?)?;
        Survivors::new(&period, &self.needed(&["survivors"])?.1)
    }
}

/// A column of whole numbers.
fn counts((name, values): &(String, Vec<f64>)) -> Result<Vec<u32>> {
    let whole = |(row, &value): (usize, &f64)| {
        if value.fract() == 0.0 && (0.0..=f64::from(u32::MAX)).contains(&value) {
            #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "whole, and within range")]
            let count = value as u32;
            Ok(count)
        } else {
            Err(Error::input("not a whole number ≥ 0").at_row(row as u64 + 1).at_column(name).with_value(&value.to_string()))
        }
    };
    values.iter().enumerate().map(whole).collect()
}
