//! Static covariates: properties of customers that do not change over time.

use crate::error::{Error, Result};

/// Named columns of numbers, one row a customer, in the order of the histories.
///
/// Nominal properties enter as columns of 0 and 1 (one fewer than there are categories). Columns should not be linear
/// combinations of each other or constant: the fit then reports a ridge.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Covariates {
    names: Vec<String>,
    rows: usize,
    /// Row-major.
    values: Vec<f64>,
}

impl Covariates {
    /// No covariate, for `rows` customers.
    #[must_use]
    pub fn none(rows: usize) -> Self {
        Self { names: Vec::new(), rows, values: Vec::new() }
    }

    /// From named columns of equal length.
    ///
    /// # Errors
    /// Of kind `Input` where lengths differ, a name occurs twice, or a value is not finite.
    pub fn new<S: Into<String>>(columns: impl IntoIterator<Item = (S, Vec<f64>)>) -> Result<Self> {
        let (names, columns): (Vec<String>, Vec<Vec<f64>>) = columns.into_iter().map(|(name, column)| (name.into(), column)).unzip();
        let rows = columns.first().map_or(0, Vec::len);
        for (index, (name, column)) in names.iter().zip(&columns).enumerate() {
            if column.len() != rows {
                return Err(Error::input(format!("covariate of {} rows beside one of {rows}", column.len())).at_column(name.clone()));
            }
            if names[..index].contains(name) {
                return Err(Error::input("two covariates of one name").at_column(name.clone()));
            }
            if let Some(row) = column.iter().position(|value| !value.is_finite()) {
                return Err(Error::input(format!("covariate is {}; it must be finite", column[row]))
                    .at_row(row as u64 + 1)
                    .at_column(name.clone()));
            }
        }
        let values = (0..rows).flat_map(|row| columns.iter().map(move |column| column[row])).collect();
        Ok(Self { names, rows, values })
    }

    /// The names of the columns.
    #[must_use]
    pub fn names(&self) -> &[String] {
        &self.names
    }

    /// The number of rows.
    #[must_use]
    pub fn len(&self) -> usize {
        self.rows
    }

    /// Whether there is no row.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.rows == 0
    }

    /// The values of row `row`, in the order of the names.
    ///
    /// # Panics
    /// Where there is no such row.
    #[must_use]
    pub fn row(&self, row: usize) -> &[f64] {
        assert!(row < self.rows, "row {row} of {}", self.rows);
        &self.values[row * self.names.len()..(row + 1) * self.names.len()]
    }

    /// Each column divided by its root mean square (1 for a column of zeros), and those divisors: columns of one size
    /// keep the optimiser's trust region round.
    pub(crate) fn standardised(&self) -> (Self, Vec<f64>) {
        let n = self.names.len();
        let mut sizes = vec![0.0; n];
        for row in 0..self.rows {
            for (size, value) in sizes.iter_mut().zip(self.row(row)) {
                *size += value * value / self.rows as f64;
            }
        }
        for size in &mut sizes {
            *size = if *size > 0.0 { size.sqrt() } else { 1.0 };
        }
        let values = self.values.iter().enumerate().map(|(at, value)| value / sizes[at % n]).collect();
        (Self { names: self.names.clone(), rows: self.rows, values }, sizes)
    }
}
