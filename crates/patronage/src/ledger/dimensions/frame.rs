//! Roll-ups as a table, and back.

use polars::prelude::*;

use super::rollups::Cell;
use super::{Amounts, Dimension, RollUps};
use crate::error::{Error, Result};
use crate::frames;
use crate::money::MICROS_SCALE;

/// What stands in the column `dimension` for all rows.
const ALL_ROWS: &str = "all";

impl RollUps {
    /// All roll-ups, sorted, so that equal ones make equal tables.
    ///
    /// Columns: `dimension`, or `all` for all rows; `value`, null where rows had none; `day`; `rows`, `cost_rows` and
    /// `discount_rows`, those that had a cost and a discount; `money`, `costed` (the money of rows with a cost), `cost` and
    /// `discount`, exact.
    pub(crate) fn frame(&self) -> Result<DataFrame> {
        let mut rows: Vec<(Option<Dimension>, Cell<'_>)> = Vec::new();
        for dimension in std::iter::once(None).chain(self.dimensions().into_iter().map(Some)) {
            rows.extend(self.cells(dimension).into_iter().map(|cell| (dimension, cell)));
        }
        let names: Vec<String> =
            rows.iter().map(|row| row.0.map_or_else(|| ALL_ROWS.to_owned(), |dimension| dimension.to_string())).collect();
        let values: StringChunked =
            rows.iter().map(|row| (!row.1.value.is_empty()).then(|| String::from_utf8_lossy(row.1.value).into_owned())).collect();
        let counts =
            |name: &str, of: fn(&Amounts) -> u64| Column::new(name.into(), rows.iter().map(|row| of(&row.1.amounts)).collect::<Vec<u64>>());
        let money = |name: &str, of: fn(&Amounts) -> i128| {
            frames::decimals(name, rows.iter().map(|row| of(&row.1.amounts)).collect(), MICROS_SCALE)
        };
        let columns = vec![
            frames::texts("dimension", rows.len(), names.iter().map(String::as_str)),
            values.with_name("value".into()).into_series().into_column(),
            frames::dates("day", rows.iter().map(|row| row.1.day).collect())?,
            counts("rows", |amounts| amounts.rows),
            counts("cost_rows", |amounts| amounts.cost_rows),
            counts("discount_rows", |amounts| amounts.discount_rows),
            money("money", |amounts| amounts.money)?,
            money("costed", |amounts| amounts.costed)?,
            money("cost", |amounts| amounts.cost)?,
            money("discount", |amounts| amounts.discount)?,
        ];
        frames::frame(rows.len(), columns)
    }

    /// The roll-ups of a [frame](Self::frame); the items of their rows are not in it.
    pub(crate) fn from_frame(frame: &DataFrame) -> Result<Self> {
        let broken = |error: PolarsError| Error::input(format!("not a table of roll-ups: {error}"));
        let texts = |name: &str| frame.column(name).and_then(|column| column.str().cloned()).map_err(broken);
        let counts = |name: &str| frame.column(name).and_then(|column| column.u64().cloned()).map_err(broken);
        let money =
            |name: &str| frame.column(name).and_then(|column| column.decimal().map(|decimal| decimal.physical().clone())).map_err(broken);
        let (dimensions, values) = (texts("dimension")?, texts("value")?);
        let days = frame.column("day").and_then(|column| column.date().map(|days| days.physical().clone())).map_err(broken)?;
        let [rows, cost_rows, discount_rows] = ["rows", "cost_rows", "discount_rows"].map(counts);
        let (rows, cost_rows, discount_rows) = (rows?, cost_rows?, discount_rows?);
        let [sum, costed, cost, discount] = ["money", "costed", "cost", "discount"].map(money);
        let (sum, costed, cost, discount) = (sum?, costed?, cost?, discount?);
        let mut rollups = Self::default();
        for row in 0..frame.height() {
            let null = || Error::input("a roll-up without a value").at_row(row as u64 + 1);
            let dimension = match dimensions.get(row).ok_or_else(null)? {
                ALL_ROWS => None,
                name => Some(name.parse::<Dimension>().map_err(|error| Error::input(error.to_string()).at_row(row as u64 + 1))?),
            };
            let value = rollups.number(dimension, values.get(row).unwrap_or_default().as_bytes());
            let amounts = Amounts {
                rows: rows.get(row).ok_or_else(null)?,
                money: sum.get(row).ok_or_else(null)?,
                cost_rows: cost_rows.get(row).ok_or_else(null)?,
                costed: costed.get(row).ok_or_else(null)?,
                cost: cost.get(row).ok_or_else(null)?,
                discount_rows: discount_rows.get(row).ok_or_else(null)?,
                discount: discount.get(row).ok_or_else(null)?,
            };
            rollups.add(value, days.get(row).ok_or_else(null)?, &amounts)?;
        }
        Ok(rollups)
    }
}
