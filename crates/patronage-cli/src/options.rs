//! The options, from flags and from a job file: the same names in both, and flags win.

use std::path::{Path, PathBuf};

use chrono::NaiveDate;
use clap::Args;
use patronage::ingest::EpochUnit;
use patronage::{
    ColumnNames, CustomersParams, Duplicates, Encoding, Error, Frequency, Ingest, Period, Result, TimeFormat, TimeUnit, ZeroAmounts,
};
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

/// What is read, and how.
#[expect(clippy::struct_excessive_bools, reason = "each is a flag of its own")]
#[derive(Debug, Clone, Default, Args, Serialize, Deserialize)]
#[serde(default)]
pub(crate) struct ReadOptions {
    /// The column that says who bought
    #[arg(long, value_name = "COLUMN", help_heading = "Columns (guessed, and printed, when left out)")]
    pub(crate) customer: Option<String>,
    /// The column that says when
    #[arg(long, value_name = "COLUMN", help_heading = "Columns (guessed, and printed, when left out)")]
    pub(crate) time: Option<String>,
    /// The column that says for how much
    #[arg(long, value_name = "COLUMN", help_heading = "Columns (guessed, and printed, when left out)")]
    pub(crate) amount: Option<String>,
    /// The column with the order's id
    #[arg(long, value_name = "COLUMN", help_heading = "Columns (guessed, and printed, when left out)")]
    pub(crate) order: Option<String>,
    /// Each row is an order of its own, whatever the columns are called
    #[arg(long, conflicts_with = "order", help_heading = "Columns (guessed, and printed, when left out)")]
    pub(crate) no_order: bool,
    /// The column with the number of pieces; with --unit-price in place of --amount
    #[arg(long, value_name = "COLUMN", help_heading = "Columns (guessed, and printed, when left out)")]
    pub(crate) quantity: Option<String>,
    /// The column with the price of one piece
    #[arg(long, value_name = "COLUMN", help_heading = "Columns (guessed, and printed, when left out)")]
    pub(crate) unit_price: Option<String>,
    /// The column with the currency's code
    #[arg(long, value_name = "COLUMN", help_heading = "Columns (guessed, and printed, when left out)")]
    pub(crate) currency_column: Option<String>,

    /// The column with the category of what was bought
    #[arg(long, value_name = "COLUMN", help_heading = "Further columns (guessed likewise; '' for none)")]
    pub(crate) category: Option<String>,
    /// The column with the category below that
    #[arg(long, value_name = "COLUMN", help_heading = "Further columns (guessed likewise; '' for none)")]
    pub(crate) subcategory: Option<String>,
    /// The column with the product
    #[arg(long, value_name = "COLUMN", help_heading = "Further columns (guessed likewise; '' for none)")]
    pub(crate) product: Option<String>,
    /// The column that says how it was sold
    #[arg(long, value_name = "COLUMN", help_heading = "Further columns (guessed likewise; '' for none)")]
    pub(crate) channel: Option<String>,
    /// The column that says where
    #[arg(long, value_name = "COLUMN", help_heading = "Further columns (guessed likewise; '' for none)")]
    pub(crate) region: Option<String>,
    /// The column that says where the customer came from
    #[arg(long, value_name = "COLUMN", help_heading = "Further columns (guessed likewise; '' for none)")]
    pub(crate) source: Option<String>,
    /// The column that says who sold it
    #[arg(long, value_name = "COLUMN", help_heading = "Further columns (guessed likewise; '' for none)")]
    pub(crate) salesperson: Option<String>,
    /// The column with the cost of the row, in all
    #[arg(long, value_name = "COLUMN", help_heading = "Further columns (guessed likewise; '' for none)")]
    pub(crate) cost: Option<String>,
    /// The column with the cost of one piece, where the amount is quantity × unit price
    #[arg(long, value_name = "COLUMN", help_heading = "Further columns (guessed likewise; '' for none)")]
    pub(crate) unit_cost: Option<String>,
    /// The column with the money taken off in the row
    #[arg(long, value_name = "COLUMN", help_heading = "Further columns (guessed likewise; '' for none)")]
    pub(crate) discount_column: Option<String>,
    /// Read none of these columns: a smaller ledger, faster
    #[arg(long, help_heading = "Further columns (guessed likewise; '' for none)")]
    pub(crate) no_dimensions: bool,

    /// What separates fields: a character, or `tab`
    #[arg(long, value_name = "CHAR", help_heading = "Format of the files")]
    pub(crate) delimiter: Option<String>,
    /// The quote character, or `none`
    #[arg(long, value_name = "CHAR", help_heading = "Format of the files")]
    pub(crate) quote: Option<String>,
    /// The first line holds data; columns are then called `column_1`, `column_2`, …
    #[arg(long, help_heading = "Format of the files")]
    pub(crate) no_header: bool,
    /// utf-8, utf-16le, utf-16be or gb18030 (which reads GBK too)
    #[arg(long, help_heading = "Format of the files")]
    pub(crate) encoding: Option<String>,
    /// `.` or `,`
    #[arg(long, value_name = "CHAR", help_heading = "Format of the files")]
    pub(crate) decimal_separator: Option<String>,
    /// Keep amounts in this currency, and reject those that name another
    #[arg(long, value_name = "CODE", help_heading = "Format of the files")]
    pub(crate) currency: Option<String>,
    /// mdy, dmy, epoch-s, epoch-ms, epoch-us, epoch-days, or a strftime pattern such as '%d.%m.%y'
    #[arg(long, value_name = "FORMAT", help_heading = "Format of the files")]
    pub(crate) time_format: Option<String>,
    /// The zone whose calendar decides the local day, such as Asia/Shanghai [default: UTC]
    #[arg(long, value_name = "ZONE", help_heading = "Format of the files")]
    pub(crate) timezone: Option<String>,

    /// Orders whose id starts with this are refunds
    #[arg(long, value_name = "PREFIX", help_heading = "Meaning of rows")]
    pub(crate) cancel_prefix: Option<String>,
    /// A further word that stands for no customer (may be repeated)
    #[arg(long, value_name = "WORD", help_heading = "Meaning of rows")]
    pub(crate) missing: Vec<String>,
    /// A file of customer ids to leave out, one a line: house accounts, walk-in ids
    #[arg(long, value_name = "FILE", help_heading = "Meaning of rows")]
    pub(crate) exclude: Option<PathBuf>,
    /// Orders of zero money: count, ignore or reject [default: count]
    #[arg(long, value_name = "HOW", help_heading = "Meaning of rows")]
    pub(crate) zero_amounts: Option<String>,
    /// Decimal places of money [default: the most that are seen]
    #[arg(long, value_name = "PLACES", help_heading = "Meaning of rows")]
    pub(crate) scale: Option<u8>,
    /// Reject rows that repeat an earlier one on all columns
    #[arg(long, help_heading = "Meaning of rows")]
    pub(crate) deduplicate: bool,
    /// Make any rejected row an error
    #[arg(long, help_heading = "Meaning of rows")]
    pub(crate) strict: bool,
}

/// How customers are looked at.
#[derive(Debug, Clone, Default, Args, Serialize, Deserialize)]
#[serde(default)]
pub(crate) struct ViewOptions {
    /// The last day that is looked at [default: the last accepted day]
    #[arg(long, value_name = "DATE", help_heading = "Customers")]
    pub(crate) as_of: Option<NaiveDate>,
    /// The first day that is looked at
    #[arg(long, value_name = "DATE", help_heading = "Customers")]
    pub(crate) from: Option<NaiveDate>,
    /// What frequency counts: orders or periods [default: orders]
    #[arg(long, value_name = "WHAT", help_heading = "Customers")]
    pub(crate) frequency: Option<String>,
    /// The unit of model times: day, week, month (30 days) or year (365 days) [default: week]
    #[arg(long, value_name = "UNIT", help_heading = "Customers")]
    pub(crate) time_unit: Option<String>,
    /// The period in which purchases merge into one event: day, week or month [default: day]
    #[arg(long, value_name = "PERIOD", help_heading = "Customers")]
    pub(crate) purchase_period: Option<String>,
}

impl ReadOptions {
    /// The library's options.
    pub(crate) fn ingest(&self, duplicates: Duplicates) -> Result<Ingest> {
        let columns = ColumnNames {
            customer: self.customer.clone(),
            time: self.time.clone(),
            amount: self.amount.clone(),
            order: if self.no_order { Some(String::new()) } else { self.order.clone() },
            quantity: self.quantity.clone(),
            unit_price: self.unit_price.clone(),
            currency: self.currency_column.clone(),
            category: self.category.clone(),
            subcategory: self.subcategory.clone(),
            product: self.product.clone(),
            channel: self.channel.clone(),
            region: self.region.clone(),
            source: self.source.clone(),
            salesperson: self.salesperson.clone(),
            cost: self.cost.clone(),
            unit_cost: self.unit_cost.clone(),
            discount: self.discount_column.clone(),
        };
        let mut ingest = Ingest::new().columns(columns).header(!self.no_header).strict(self.strict).missing(self.missing.clone());
        ingest = ingest.dimensions(!self.no_dimensions);
        ingest = ingest.duplicates(if self.deduplicate { Duplicates::Remove } else { duplicates });
        if let Some(delimiter) = &self.delimiter {
            ingest = ingest.delimiter(single_byte("--delimiter", delimiter)?);
        }
        if let Some(quote) = &self.quote {
            ingest = ingest.quote(if quote == "none" { None } else { Some(single_byte("--quote", quote)?) });
        }
        if let Some(encoding) = &self.encoding {
            ingest = ingest.encoding(match encoding.to_ascii_lowercase().as_str() {
                "utf8" => Encoding::Utf8,
                "gbk" | "gb2312" | "gb18030" => Encoding::Gb18030,
                "utf-16" | "utf16" => {
                    return Err(
                        Error::parameter("say utf-16le or utf-16be; a file with a byte order mark needs neither").with_value(encoding)
                    );
                }
                other => other.parse()?,
            });
        }
        if let Some(separator) = &self.decimal_separator {
            ingest = ingest.decimal_separator(char::from(single_byte("--decimal-separator", separator)?));
        }
        if let Some(code) = &self.currency {
            ingest = ingest.currency(code);
        }
        if let Some(format) = &self.time_format {
            ingest = ingest.time_format(time_format(format)?);
        }
        if let Some(zone) = &self.timezone {
            let parsed = zone.parse().map_err(|_| {
                Error::parameter("not a time zone").with_value(zone).with_hint("an IANA name such as Asia/Shanghai, Europe/London or UTC")
            })?;
            ingest = ingest.timezone(parsed);
        }
        if let Some(prefix) = &self.cancel_prefix {
            ingest = ingest.cancel_prefix(prefix);
        }
        if let Some(path) = &self.exclude {
            let text = std::fs::read_to_string(path).map_err(|error| Error::read(format!("cannot read: {error}")).at_file(path))?;
            ingest = ingest.exclude(text.trim_start_matches('\u{feff}').lines().map(str::trim).filter(|line| !line.is_empty()));
        }
        if let Some(how) = &self.zero_amounts {
            ingest = ingest.zero_amounts(how.parse::<ZeroAmounts>()?);
        }
        if let Some(places) = self.scale {
            ingest = ingest.scale(places);
        }
        Ok(ingest)
    }
}

impl ViewOptions {
    /// The library's options.
    pub(crate) fn params(&self) -> Result<CustomersParams> {
        let mut params = CustomersParams::new();
        if let Some(date) = self.as_of {
            params = params.as_of(date);
        }
        if let Some(date) = self.from {
            params = params.from(date);
        }
        if let Some(what) = &self.frequency {
            params = params.frequency(what.parse::<Frequency>()?);
        }
        if let Some(unit) = &self.time_unit {
            params = params.time_unit(unit.parse::<TimeUnit>()?);
        }
        if let Some(period) = &self.purchase_period {
            params = params.grain(period.parse::<Period>()?);
        }
        Ok(params)
    }
}

fn single_byte(option: &str, text: &str) -> Result<u8> {
    match text.as_bytes() {
        [byte] => Ok(*byte),
        _ if text == "tab" || text == "\\t" => Ok(b'\t'),
        _ => Err(Error::parameter(format!("{option} takes one ASCII character")).with_value(text)),
    }
}

fn time_format(text: &str) -> Result<TimeFormat> {
    Ok(match text {
        "infer" | "iso" => TimeFormat::Infer,
        "mdy" => TimeFormat::MonthDayYear,
        "dmy" => TimeFormat::DayMonthYear,
        "epoch-s" => TimeFormat::Epoch(EpochUnit::Seconds),
        "epoch-ms" => TimeFormat::Epoch(EpochUnit::Milliseconds),
        "epoch-us" => TimeFormat::Epoch(EpochUnit::Microseconds),
        "epoch-days" => TimeFormat::Epoch(EpochUnit::Days),
        pattern if pattern.contains('%') => TimeFormat::Pattern(pattern.to_owned()),
        _ => {
            return Err(Error::parameter("not a time format")
                .with_value(text)
                .with_hint("one of: infer mdy dmy epoch-s epoch-ms epoch-us epoch-days, or a strftime pattern such as '%d.%m.%y %H:%M'"));
        }
    })
}

/// Lays flags over the options of a job file: what a flag says, counts.
pub(crate) fn with_job<T: Default + Serialize + for<'de> Deserialize<'de>>(flags: &T, job: Option<&Path>) -> Result<T> {
    let odd = |error: serde_json::Error| Error::parameter(format!("options cannot be read: {error}"));
    let known = serde_json::to_value(T::default()).map_err(odd)?;
    let mut values = match job {
        None => Map::new(),
        Some(path) => {
            let text = std::fs::read_to_string(path).map_err(|error| Error::parameter(format!("cannot read: {error}")).at_file(path))?;
            let values: Map<String, Value> =
                toml::from_str(&text).map_err(|error| Error::parameter(format!("not a job file: {}", error.message())).at_file(path))?;
            if let Some(unknown) = values.keys().find(|key| known.get(key).is_none()) {
                return Err(Error::parameter("the job file has an option that is not known")
                    .at_file(path)
                    .with_value(unknown)
                    .with_hint("its keys are the long flags, with `_` for `-`"));
            }
            values
        }
    };
    if let Value::Object(said) = serde_json::to_value(flags).map_err(odd)? {
        values.extend(said.into_iter().filter(|(_, value)| is_said(value)));
    }
    serde_json::from_value(Value::Object(values)).map_err(|error| {
        let error = Error::parameter(format!("not a job file: {error}")).with_hint("its keys are the long flags, with `_` for `-`");
        job.map_or(error.clone(), |path| error.at_file(path))
    })
}

fn is_said(value: &Value) -> bool {
    match value {
        Value::Null | Value::Bool(false) => false,
        Value::Array(values) => !values.is_empty(),
        _ => true,
    }
}

/// A length of time in days: 52w, 364d, 12m (30 days each) or 1y (365 days).
pub(crate) fn days(option: &str, text: &str) -> Result<u32> {
    let (number, unit) = text.trim().split_at(text.trim().find(|c: char| !c.is_ascii_digit()).unwrap_or(text.trim().len()));
    let length = match unit {
        "d" => 1,
        "w" => 7,
        "m" => 30,
        "y" => 365,
        _ => 0,
    };
    let days = number.parse::<u32>().ok().and_then(|number| number.checked_mul(length)).filter(|days| (1..=365_000).contains(days));
    days.ok_or_else(|| {
        Error::parameter(format!("{option} takes a length of time")).with_value(text).with_hint("as in 52w, 364d, 12m (30 days each) or 1y")
    })
}
