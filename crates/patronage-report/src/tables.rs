//! The book's tables as grids.

use patronage::polars::prelude::*;
use patronage::{Error, Result, SegmentBook};

use crate::grid::{Align, Grid};
use crate::numbers::{grouped, percent};

/// A column of a table that is shown: its name in the book, its heading, and how its cells are written.
type Shown = (&'static str, &'static str, Cells);

#[derive(Clone, Copy, PartialEq, Eq)]
enum Cells {
    Text,
    Number,
    Percent,
    /// A number that need not be shown beyond one decimal place.
    Rounded,
}

/// Name in the book, title, and columns of each table that is shown.
const TABLES: [(&str, &str, &[Shown]); 5] = [
    (
        "segments",
        "Segments",
        &[
            ("name_en", "segment", Cells::Text),
            ("customers", "customers", Cells::Number),
            ("customer_share", "share", Cells::Percent),
            ("revenue", "revenue", Cells::Number),
            ("revenue_share", "share", Cells::Percent),
            ("median_recency_days", "days since", Cells::Rounded),
            ("median_frequency", "orders", Cells::Rounded),
            ("action_en", "what to do", Cells::Text),
        ],
    ),
    (
        "abc",
        "ABC: who brings the revenue",
        &[
            ("class", "class", Cells::Text),
            ("customers", "customers", Cells::Number),
            ("customer_share", "share", Cells::Percent),
            ("revenue", "revenue", Cells::Number),
            ("revenue_share", "share", Cells::Percent),
        ],
    ),
    (
        "pyramid",
        "Customer pyramid",
        &[
            ("layer", "layer", Cells::Text),
            ("customers", "customers", Cells::Number),
            ("customer_share", "share", Cells::Percent),
            ("revenue", "revenue", Cells::Number),
            ("revenue_share", "share", Cells::Percent),
        ],
    ),
    (
        "xyz",
        "XYZ: how steady demand is",
        &[
            ("class", "class", Cells::Text),
            ("customers", "customers", Cells::Number),
            ("customer_share", "share", Cells::Percent),
            ("revenue_share", "revenue share", Cells::Percent),
        ],
    ),
    (
        "value",
        "Customer lifetime value: what is to come",
        &[
            ("name_en", "segment", Cells::Text),
            ("customers", "customers", Cells::Number),
            ("expected_purchases", "purchases expected", Cells::Rounded),
            ("residual_value", "residual value", Cells::Rounded),
        ],
    ),
];

/// The tables that the book has, with their titles. Rows without customers are left out.
pub(crate) fn all(book: &SegmentBook) -> Result<Vec<(&'static str, Grid)>> {
    let mut shown = Vec::new();
    for (name, title, columns) in TABLES {
        if let Some(table) = book.tables().get(name) {
            // A book without spend per purchase has no residual value.
            let there = |(column, ..): &&Shown| *column != "residual_value" || table.column(column).is_ok();
            let columns: Vec<Shown> = columns.iter().filter(there).copied().collect();
            shown.push((title, grid(table, &columns)?));
        }
    }
    Ok(shown)
}

fn grid(table: &DataFrame, columns: &[Shown]) -> Result<Grid> {
    let broken = |error: PolarsError| Error::input(format!("the book lacks a column: {error}"));
    let header: Vec<(&str, Align)> =
        columns.iter().map(|(_, heading, cells)| (*heading, if *cells == Cells::Text { Align::Left } else { Align::Right })).collect();
    let mut grid = Grid::new(&header);
    let series: Vec<_> = columns.iter().map(|(name, ..)| table.column(name)).collect::<PolarsResult<_>>().map_err(broken)?;
    let customers = table.column("customers").and_then(|column| column.u64().cloned()).map_err(broken)?;
    for row in (0..table.height()).filter(|row| customers.get(*row).is_some_and(|count| count > 0)) {
        let cells = series.iter().zip(columns).map(|(column, (_, _, cells))| {
            let value = column.get(row).map_err(broken)?;
            Ok(match (cells, &value) {
                (_, AnyValue::Null) => "–".to_owned(),
                (Cells::Percent, value) => percent(value.extract::<f64>()),
                (Cells::Rounded, value) => {
                    value.extract::<f64>().map_or_else(String::new, |number| grouped(&((number * 10.0).round() / 10.0).to_string()))
                }
                (_, AnyValue::Decimal(minor, _, scale)) => grouped(&patronage::money::to_text(*minor, u8::try_from(*scale).unwrap_or(0))),
                (_, value) => value.get_str().map_or_else(|| grouped(&value.to_string()), str::to_owned),
            })
        });
        grid.push(cells.collect::<Result<_>>()?);
    }
    Ok(grid)
}
