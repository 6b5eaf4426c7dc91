//! Reading order logs that nobody cleaned.
//!
//! [`Ingest`] reads delimited text, NDJSON, Parquet, Arrow IPC and frames into a [`Ledger`]. Every row ends in exactly
//! one place: in the ledger, or among the rejects with a [`Reason`], its row number and its money; the [`Audit`]
//! balances rows and money. What cannot be told from the input alone is an error that asks.
//!
//! Files are read in blocks; blocks are cleaned in parallel, and the partitions of the ledger take their rows in
//! parallel, each in the order of the input. Memory grows with the ledger, not with the files.

mod amount;
mod audit;
mod books;
mod clean;
mod columns;
mod decode;
mod dimensions;
mod frame;
mod list;
mod ndjson;
mod plan;
mod run;
mod text;
mod when;

use std::path::{Path, PathBuf};

use chrono_tz::Tz;
use polars::prelude::DataFrame;
use serde::{Deserialize, Serialize};

pub use audit::{Audit, Reason, Reject};
pub use columns::{Assignment, Assignments, ColumnNames, Role};
pub use decode::Encoding;
pub use list::{Attribute, CustomerList};
pub use plan::Format;
pub use run::{Ingested, InputFile, Observer};
pub(crate) use when::decimal;
pub use when::{EpochUnit, TimeFormat};

use crate::error::{Error, Result};
#[cfg(doc)]
use crate::ledger::Ledger;
use crate::ledger::{LedgerSettings, ZeroAmounts};
use crate::money::MICROS_SCALE;
use plan::Input;

/// What is done about rows that repeat an earlier one on all columns.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Duplicates {
    /// Count them where the input is small (up to 64 MB): it takes memory for every row.
    #[default]
    CountWhereSmall,
    /// Count them.
    Count,
    /// Reject the repeats.
    Remove,
}

/// How to read an order log: every option has the default of the [module](self).
///
/// ```
/// use patronage::Ingest;
/// # fn main() -> patronage::Result<()> {
/// let log = "客户,日期,金额\n张三,2024-03-01,\"1,234.50\"\n,2024-03-02,5\n";
/// let read = Ingest::new().read_text(log)?;
/// assert_eq!(read.audit.rows_accepted, 1);
/// assert_eq!(read.audit.money_rejected, "5.00");
/// # Ok(()) }
/// ```
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Ingest {
    /// The columns that are named rather than guessed.
    pub(crate) columns: ColumnNames,
    pub(crate) delimiter: Option<u8>,
    pub(crate) quote: Option<u8>,
    pub(crate) header: bool,
    pub(crate) encoding: Option<Encoding>,
    pub(crate) decimal_separator: Option<char>,
    pub(crate) currency: Option<String>,
    pub(crate) time_format: TimeFormat,
    pub(crate) timezone: Tz,
    pub(crate) cancel_prefix: Option<String>,
    pub(crate) missing: Vec<String>,
    pub(crate) exclude: Vec<String>,
    pub(crate) zero_amounts: ZeroAmounts,
    pub(crate) scale: Option<u8>,
    pub(crate) duplicates: Duplicates,
    pub(crate) strict: bool,
    pub(crate) dimensions: bool,
}

impl Default for Ingest {
    fn default() -> Self {
        Self {
            columns: ColumnNames::default(),
            delimiter: None,
            quote: Some(b'"'),
            header: true,
            encoding: None,
            decimal_separator: None,
            currency: None,
            time_format: TimeFormat::default(),
            timezone: Tz::UTC,
            cancel_prefix: None,
            missing: Vec::new(),
            exclude: Vec::new(),
            zero_amounts: ZeroAmounts::default(),
            scale: None,
            duplicates: Duplicates::default(),
            strict: false,
            dimensions: true,
        }
    }
}

impl Ingest {
    /// The words that stand for no customer.
    pub const MISSING: [&'static str; 7] = ["", "NA", "N/A", "NULL", "NaN", "None", "(blank)"];

    /// The defaults.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// Names columns; those left out are guessed.
    #[must_use]
    pub fn columns(mut self, columns: ColumnNames) -> Self {
        self.columns = columns;
        self
    }

    /// What separates the fields of a text file; told from its first line by default.
    #[must_use]
    pub fn delimiter(mut self, delimiter: u8) -> Self {
        self.delimiter = Some(delimiter);
        self
    }

    /// The quote character, or none; `"` by default.
    #[must_use]
    pub fn quote(mut self, quote: Option<u8>) -> Self {
        self.quote = quote;
        self
    }

    /// Whether the first line names the columns; if not, they are `column_1`, `column_2` and so on.
    #[must_use]
    pub fn header(mut self, header: bool) -> Self {
        self.header = header;
        self
    }

    /// The encoding of text files; UTF-8 by default, or what a byte order mark says.
    #[must_use]
    pub fn encoding(mut self, encoding: Encoding) -> Self {
        self.encoding = Some(encoding);
        self
    }

    /// `.` or `,`.
    #[must_use]
    pub fn decimal_separator(mut self, separator: char) -> Self {
        self.decimal_separator = Some(separator);
        self
    }

    /// The currency of all amounts; a row that names another is rejected.
    #[must_use]
    pub fn currency(mut self, code: impl Into<String>) -> Self {
        self.currency = Some(code.into());
        self
    }

    /// How times are written.
    #[must_use]
    pub fn time_format(mut self, format: TimeFormat) -> Self {
        self.time_format = format;
        self
    }

    /// The zone whose calendar decides the local day of instants; UTC by default.
    #[must_use]
    pub fn timezone(mut self, zone: Tz) -> Self {
        self.timezone = zone;
        self
    }

    /// Orders whose id starts with this are refunds.
    #[must_use]
    pub fn cancel_prefix(mut self, prefix: impl Into<String>) -> Self {
        self.cancel_prefix = Some(prefix.into());
        self
    }

    /// Further words that stand for no customer, beside [`Ingest::MISSING`].
    #[must_use]
    pub fn missing(mut self, words: impl IntoIterator<Item = impl Into<String>>) -> Self {
        self.missing = words.into_iter().map(Into::into).collect();
        self
    }

    /// Customers to leave out: house accounts, walk-in ids. Their rows are rejected as [`Reason::Excluded`].
    #[must_use]
    pub fn exclude(mut self, customers: impl IntoIterator<Item = impl Into<String>>) -> Self {
        self.exclude = customers.into_iter().map(Into::into).collect();
        self
    }

    /// What an order of zero money is.
    #[must_use]
    pub fn zero_amounts(mut self, treatment: ZeroAmounts) -> Self {
        self.zero_amounts = treatment;
        self
    }

    /// Decimal places of money; the most that an accepted amount has by default.
    #[must_use]
    pub fn scale(mut self, places: u8) -> Self {
        self.scale = Some(places);
        self
    }

    /// What is done about repeated rows.
    #[must_use]
    pub fn duplicates(mut self, treatment: Duplicates) -> Self {
        self.duplicates = treatment;
        self
    }

    /// Whether any reject is an error.
    #[must_use]
    pub fn strict(mut self, strict: bool) -> Self {
        self.strict = strict;
        self
    }

    /// Whether to read the optional columns: category, channel, salesperson, cost and the others. Without them the ledger is
    /// smaller and made faster, and knows no [`Breakdown`](crate::ledger::Breakdown).
    #[must_use]
    pub fn dimensions(mut self, dimensions: bool) -> Self {
        self.dimensions = dimensions;
        self
    }

    /// Reads files and patterns such as `logs/*.csv`.
    ///
    /// # Errors
    /// When a file cannot be read or understood, when something is ambiguous, or when no row is accepted.
    pub fn read(&self, paths: impl IntoIterator<Item = impl AsRef<Path>>) -> Result<Ingested> {
        self.run(files(&paths.into_iter().collect::<Vec<_>>())?, None)
    }

    /// Reads files and patterns, and shows rejects and progress as they come.
    ///
    /// # Errors
    /// As [`read`](Self::read), and what the observer returns.
    pub fn read_observed(&self, paths: impl IntoIterator<Item = impl AsRef<Path>>, observer: &mut dyn Observer) -> Result<Ingested> {
        self.run(files(&paths.into_iter().collect::<Vec<_>>())?, Some(observer))
    }

    /// Reads a text.
    ///
    /// # Errors
    /// As [`read`](Self::read).
    pub fn read_text(&self, text: &str) -> Result<Ingested> {
        self.run(vec![Input::Text("(text)".to_owned(), text.to_owned())], None)
    }

    /// Reads a frame: one row per order or order line.
    ///
    /// # Errors
    /// As [`read`](Self::read).
    pub fn read_frame(&self, frame: &DataFrame) -> Result<Ingested> {
        self.run(vec![Input::Frame(frame.clone())], None)
    }

    /// Collects a lazy frame, and reads it.
    ///
    /// # Errors
    /// When it cannot be collected; else as [`read`](Self::read).
    #[cfg(feature = "lazy")]
    pub fn read_lazy(&self, frame: polars::prelude::LazyFrame) -> Result<Ingested> {
        let frame = frame.collect().map_err(|error| Error::input(format!("the lazy frame cannot be collected: {error}")))?;
        self.run(vec![Input::Frame(frame)], None)
    }

    /// Takes the names of columns that are not named yet, such as those of an earlier run.
    #[must_use]
    pub fn columns_unless_named(mut self, names: &ColumnNames) -> Self {
        self.columns = self.columns.or(names);
        self
    }

    /// The settings of the ledgers that this makes.
    #[must_use]
    pub fn settings(&self) -> LedgerSettings {
        // Rejecting and counting differ on the way in only.
        let zero_amounts = if self.zero_amounts == ZeroAmounts::Ignore { ZeroAmounts::Ignore } else { ZeroAmounts::Count };
        LedgerSettings { zone: self.timezone.name().to_owned(), cancel_prefix: self.cancel_prefix.clone(), zero_amounts }
    }

    fn check(&self) -> Result<()> {
        if self.scale.is_some_and(|scale| scale > MICROS_SCALE) {
            return Err(Error::parameter("money has at most six decimal places").with_hint("--scale 0 to 6"));
        }
        if self.decimal_separator.is_some_and(|separator| !matches!(separator, '.' | ',')) {
            return Err(Error::parameter("the decimal separator is `.` or `,`"));
        }
        let special = [Some(b'\n'), Some(b'\r')];
        if special.contains(&self.delimiter) || special.contains(&self.quote) || self.delimiter.is_some() && self.delimiter == self.quote {
            return Err(Error::parameter("delimiter and quote must be two different characters that are not line ends"));
        }
        Ok(())
    }
}

/// Expands patterns such as `logs/*.csv`, each in the order of names; other paths stay as they are.
///
/// # Errors
/// When a pattern is not one, or no file fits it.
pub fn expand(paths: &[impl AsRef<Path>]) -> Result<Vec<PathBuf>> {
    let mut files = Vec::new();
    for path in paths {
        let path = path.as_ref();
        let text = path.to_string_lossy();
        if path.exists() || !text.contains(['*', '?', '[']) {
            files.push(path.to_owned());
            continue;
        }
        let found = glob::glob(&text).map_err(|error| Error::parameter(format!("not a pattern: {error}")).with_value(&text))?;
        let mut found: Vec<PathBuf> = found.filter_map(std::result::Result::ok).filter(|path| path.is_file()).collect();
        if found.is_empty() {
            return Err(Error::read("no file fits the pattern").with_value(&text));
        }
        found.sort();
        files.extend(found);
    }
    Ok(files)
}

fn files(paths: &[impl AsRef<Path>]) -> Result<Vec<Input>> {
    Ok(expand(paths)?.into_iter().map(Input::File).collect())
}

#[cfg(all(test, feature = "lazy"))]
mod tests {
    use polars::prelude::*;

    use super::*;

    #[test]
    fn a_lazy_frame_is_read_like_the_frame_it_becomes() -> Result<()> {
        let frame =
            df!("customer" => ["ann", "bob", ""], "date" => ["2024-03-01", "2024-03-02", "2024-03-03"], "amount" => [1.5, 2.5, 4.0])
                .map_err(|error| Error::input(error.to_string()))?;
        let lazy = Ingest::new().read_lazy(frame.clone().lazy().filter(col("amount").gt(lit(2.0))))?;
        assert_eq!((lazy.audit.rows_in, lazy.audit.rows_accepted, lazy.audit.money_in.as_str()), (2, 1, "6.5"));
        let eager = Ingest::new().read_frame(&frame)?;
        assert_eq!(Ingest::new().read_lazy(frame.lazy())?.audit, eager.audit);
        Ok(())
    }
}
