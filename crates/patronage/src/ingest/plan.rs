//! Opening inputs: what format each is in, what its columns are called, and where the roles are.

use std::fs::File;
use std::io::{Read, Seek, SeekFrom};
use std::path::{Path, PathBuf};

use polars::prelude::DataFrame;
use serde::{Deserialize, Serialize};

use super::Ingest;
use super::columns::{Assignments, Role, list};
use super::decode::{Decoded, Encoding};
use super::frame;
use super::ndjson;
use super::text::{Layout, Records};
use crate::error::{Error, Result};

/// The first bytes of a file, from which its format and columns are told.
const HEAD: usize = 1 << 20;

/// What is read.
#[derive(Debug, Clone)]
pub(crate) enum Input {
    File(PathBuf),
    /// A text, and the name it goes by.
    Text(String, String),
    Frame(DataFrame),
}

impl Input {
    pub(crate) fn name(&self) -> String {
        match self {
            Self::File(path) => path.display().to_string(),
            Self::Text(name, _) => name.clone(),
            Self::Frame(_) => "(frame)".to_owned(),
        }
    }
}

/// The format of an input, as it was found.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", tag = "format")]
pub enum Format {
    /// Delimited text.
    Delimited {
        /// What separates fields.
        delimiter: char,
        /// How characters are written as bytes.
        encoding: Encoding,
    },
    /// One JSON object a line.
    Ndjson {
        /// How characters are written as bytes.
        encoding: Encoding,
    },
    /// Apache Parquet.
    Parquet,
    /// An Arrow IPC file.
    ArrowIpc,
    /// A frame in memory.
    Frame,
}

/// An input that was looked at.
#[derive(Debug)]
pub(crate) struct Opened {
    pub(crate) input: Input,
    pub(crate) name: String,
    pub(crate) format: Format,
    pub(crate) columns: Vec<String>,
    pub(crate) bytes: u64,
    /// Length of the byte order mark.
    pub(crate) mark: u64,
    pub(crate) quote: Option<u8>,
    /// Whether the first line of a text holds names.
    pub(crate) header: bool,
}

/// Where the roles are among a table's columns.
#[derive(Debug, Clone, Default)]
pub(crate) struct Fields {
    pub(crate) width: usize,
    pub(crate) customer: usize,
    pub(crate) time: usize,
    /// The amount, or the unit price.
    pub(crate) amount: usize,
    pub(crate) quantity: Option<usize>,
    pub(crate) order: Option<usize>,
    pub(crate) currency: Option<usize>,
    /// The columns of the dimensions that are there, and of cost, unit cost and discount.
    pub(crate) dimensions: Vec<usize>,
    dimension_roles: Vec<Role>,
    pub(crate) cost: Option<usize>,
    pub(crate) unit_cost: Option<usize>,
    pub(crate) discount: Option<usize>,
}

impl Fields {
    pub(crate) fn new(assignments: &Assignments, columns: &[String]) -> Self {
        let at = |role| assignments.column(role).and_then(|name| columns.iter().position(|column| column == name));
        let roles: Vec<Role> = assignments.dimensions().map(|(role, _)| role).collect();
        Self {
            width: columns.len(),
            customer: at(Role::Customer).unwrap_or_default(),
            time: at(Role::Time).unwrap_or_default(),
            amount: at(Role::Amount).or_else(|| at(Role::UnitPrice)).unwrap_or_default(),
            quantity: at(Role::Quantity),
            order: at(Role::Order),
            currency: at(Role::Currency),
            dimensions: roles.iter().filter_map(|role| at(*role)).collect(),
            dimension_roles: roles,
            cost: at(Role::Cost),
            unit_cost: at(Role::UnitCost),
            discount: at(Role::Discount),
        }
    }

    /// The optional columns and their roles.
    pub(crate) fn more(&self) -> impl Iterator<Item = (usize, Role)> {
        let dimensions = self.dimensions.iter().copied().zip(self.dimension_roles.iter().copied());
        let amounts = [(self.cost, Role::Cost), (self.unit_cost, Role::UnitCost), (self.discount, Role::Discount)];
        dimensions.chain(amounts.into_iter().filter_map(|(column, role)| Some((column?, role))))
    }

    /// Whether rows say more than customer, time, order and money.
    pub(crate) fn has_more(&self) -> bool {
        !self.dimensions.is_empty() || self.cost.or(self.unit_cost).or(self.discount).is_some()
    }
}

/// All inputs of a run, which have the same columns.
#[derive(Debug)]
pub(crate) struct Plan {
    pub(crate) inputs: Vec<Opened>,
    pub(crate) assignments: Assignments,
    /// What a reader should know about the choice of columns.
    pub(crate) notes: Vec<String>,
}

impl Plan {
    pub(crate) fn new(ingest: &Ingest, inputs: Vec<Input>) -> Result<Self> {
        if inputs.is_empty() {
            return Err(Error::parameter("there is nothing to read").with_hint("name at least one file"));
        }
        let inputs = inputs.into_iter().map(|input| Opened::new(ingest, input)).collect::<Result<Vec<_>>>()?;
        for opened in &inputs {
            one_schema(&inputs[0], opened)?;
        }
        let decided = Assignments::decide(&ingest.columns, &inputs[0].columns).and_then(|mut assignments| {
            let notes = if ingest.dimensions { assignments.decide_optional(&ingest.columns, &inputs[0].columns)? } else { Vec::new() };
            assignments.check_distinct()?;
            Ok((assignments, notes))
        });
        let (assignments, notes) = decided.map_err(|error| error.at_file(&inputs[0].name))?;
        Ok(Self { inputs, assignments, notes })
    }
}

fn one_schema(first: &Opened, other: &Opened) -> Result<()> {
    // A line of JSON may leave out a column, so files of lines need not show all of them at their head.
    if matches!(other.format, Format::Ndjson { .. }) {
        return Ok(());
    }
    let lacks = |a: &Opened, b: &Opened| a.columns.iter().find(|column| !b.columns.contains(column)).cloned();
    let (file, column) = match (lacks(first, other), lacks(other, first)) {
        (Some(column), _) => (other, column),
        (None, Some(column)) => (first, column),
        (None, None) => return Ok(()),
    };
    Err(Error::input("the files of one run must have the same columns; this one lacks a column that another has")
        .at_file(&file.name)
        .at_column(column)
        .with_hint("run files of different make one by one, and merge their ledgers"))
}

impl Opened {
    pub(super) fn new(ingest: &Ingest, input: Input) -> Result<Self> {
        let name = input.name();
        Self::look(ingest, input).map_err(|error| if error.position().file.is_none() { error.at_file(name) } else { error })
    }

    fn look(ingest: &Ingest, input: Input) -> Result<Self> {
        let name = input.name();
        let (quote, header) = (ingest.quote, ingest.header);
        match &input {
            Input::Frame(frame) => {
                let columns = frame.get_column_names().iter().map(ToString::to_string).collect();
                Ok(Self { columns, bytes: 0, mark: 0, quote, header, format: Format::Frame, name, input })
            }
            Input::Text(_, text) => {
                let (format, columns, mark) = read_head(ingest, text.as_bytes(), Path::new(""), true)?;
                Ok(Self { bytes: text.len() as u64, columns, mark, quote, header, format, name, input })
            }
            Input::File(path) => {
                let mut file = File::open(path).map_err(|error| Error::read_io(path, &error))?;
                let metadata = file.metadata().map_err(|error| Error::read_io(path, &error))?;
                if metadata.is_dir() {
                    return Err(Error::read("this is a folder").with_hint("name its files, or a pattern such as `folder/*.csv`"));
                }
                let mut head = Vec::new();
                (&mut file).take(HEAD as u64).read_to_end(&mut head).map_err(|error| Error::read_io(path, &error))?;
                let whole = head.len() as u64 == metadata.len();
                let (format, columns, mark) = if head.starts_with(b"PAR1") {
                    (Format::Parquet, names(&frame::parquet_schema(path)?), 0)
                } else if head.starts_with(b"ARROW1") {
                    (Format::ArrowIpc, names(&frame::ipc_schema(path)?), 0)
                } else {
                    read_head(ingest, &head, path, whole)?
                };
                Ok(Self { bytes: metadata.len(), columns, mark, quote, header, format, name, input })
            }
        }
    }

    /// The input as UTF-8, behind its byte order mark; `seen` is told every byte as it is in the file.
    pub(crate) fn utf8(&self, seen: impl FnMut(&[u8]) + Send + 'static) -> Result<Box<dyn Read + Send + '_>> {
        let encoding = match self.format {
            Format::Delimited { encoding, .. } | Format::Ndjson { encoding } => encoding,
            Format::Parquet | Format::ArrowIpc | Format::Frame => Encoding::Utf8,
        };
        let mut seen = seen;
        let source: Box<dyn Read + Send + '_> = match &self.input {
            Input::File(path) => {
                let mut file = File::open(path).map_err(|error| Error::read_io(path, &error))?;
                let mut mark = vec![0; usize::try_from(self.mark).unwrap_or(0)];
                file.read_exact(&mut mark).map_err(|error| Error::read_io(path, &error))?;
                seen(&mark);
                file.seek(SeekFrom::Start(self.mark)).map_err(|error| Error::read_io(path, &error))?;
                Box::new(file)
            }
            Input::Text(_, text) => {
                let mark = usize::try_from(self.mark).unwrap_or(0);
                seen(&text.as_bytes()[..mark]);
                Box::new(&text.as_bytes()[mark..])
            }
            Input::Frame(_) => Box::new(std::io::empty()),
        };
        Ok(Box::new(Decoded::new(Watched { inner: source, seen }, encoding)))
    }
}

/// Shows what goes through.
struct Watched<R, F> {
    inner: R,
    seen: F,
}

impl<R: Read, F: FnMut(&[u8])> Read for Watched<R, F> {
    fn read(&mut self, buffer: &mut [u8]) -> std::io::Result<usize> {
        let length = self.inner.read(buffer)?;
        (self.seen)(&buffer[..length]);
        Ok(length)
    }
}

fn names(schema: &polars::prelude::Schema) -> Vec<String> {
    schema.iter_names().map(ToString::to_string).collect()
}

/// Format, columns and byte order mark of a text file.
fn read_head(ingest: &Ingest, head: &[u8], path: &Path, whole: bool) -> Result<(Format, Vec<String>, u64)> {
    for (magic, what) in [
        (&b"PK\x03\x04"[..], "this is an Excel workbook or a zip archive; save it as CSV, or unpack it"),
        (b"\xd0\xcf\x11\xe0", "this is an old Excel workbook; save it as CSV"),
        (b"\x1f\x8b", "this is compressed with gzip; unpack it first"),
        (b"\x28\xb5\x2f\xfd", "this is compressed with zstd; unpack it first"),
        (b"SQLite format 3", "this is an SQLite database; export the orders as CSV"),
    ] {
        if head.starts_with(magic) {
            return Err(Error::input("not a table that can be read here").with_hint(what));
        }
    }
    let (encoding, mark) = match (ingest.encoding, Encoding::of_mark(head)) {
        (None, Some((encoding, mark))) => (encoding, mark),
        (Some(said), Some((found, mark))) if said == found => (said, mark),
        (Some(said), _) => (said, 0),
        (None, None) => (Encoding::Utf8, 0),
    };
    if head.len() == mark {
        return Err(Error::input("the file is empty"));
    }
    if encoding == Encoding::Utf8 && head.contains(&0) {
        return Err(zero_bytes(head));
    }
    let mut text = Vec::new();
    Decoded::new(&head[mark..], encoding).read_to_end(&mut text).map_err(|error| Error::read(error.to_string()))?;
    let mark = mark as u64;

    let extension = path.extension().and_then(|extension| extension.to_str()).unwrap_or_default().to_ascii_lowercase();
    let first = text.trim_ascii_start().first();
    if matches!(extension.as_str(), "ndjson" | "jsonl") || first == Some(&b'{') {
        let columns = ndjson::columns(&text);
        if columns.is_empty() {
            return Err(Error::input("no line is a JSON object"));
        }
        return Ok((Format::Ndjson { encoding }, columns, mark));
    }
    if first == Some(&b'[') {
        return Err(Error::input("this is one JSON array").with_hint("write one JSON object a line (NDJSON)"));
    }
    let (delimiter, columns) = header(ingest, &text, whole).map_err(|error| {
        // What cannot be read as UTF-8 is most often GB18030 where the names are Chinese.
        if encoding == Encoding::Utf8 && !Encoding::Utf8.fits(head) && Encoding::Gb18030.fits(head) {
            error.with_hint("the bytes are not UTF-8 but could be GB18030: say --encoding gb18030")
        } else {
            error
        }
    })?;
    Ok((Format::Delimited { delimiter: char::from(delimiter), encoding }, columns, mark))
}

/// What a text with zero bytes may be: delimiters, digits and line ends in UTF-16 have one each, all on the same side.
fn zero_bytes(head: &[u8]) -> Error {
    let zeros = |parity: usize| head.iter().skip(parity).step_by(2).filter(|byte| **byte == 0).count();
    let (first, second) = (zeros(0), zeros(1));
    let utf16 = (first + second) * 20 > head.len() && first.min(second) * 20 < first.max(second);
    if utf16 {
        let hint = if first > second { "say --encoding utf-16be" } else { "say --encoding utf-16le" };
        Error::input("the file looks like UTF-16 without a byte order mark").with_hint(hint)
    } else {
        Error::input("the file is not text: it has zero bytes").with_hint("CSV, TSV, NDJSON, Parquet and Arrow IPC can be read")
    }
}

/// Delimiter and column names.
fn header(ingest: &Ingest, text: &[u8], whole: bool) -> Result<(u8, Vec<String>)> {
    let delimiter = match ingest.delimiter {
        Some(delimiter) => delimiter,
        None => guess_delimiter(ingest, text)?,
    };
    let mut records = Records::new(text, Layout { delimiter, quote: ingest.quote });
    if !records.advance() {
        return Err(Error::input("the file has no line of text"));
    }
    if !whole && records.consumed() == text.len() {
        return Err(
            Error::input(format!("the first line is longer than {} MiB", HEAD >> 20)).with_hint("is this a table with one record a line?")
        );
    }
    let mut columns = Vec::with_capacity(records.len());
    for index in 0..records.len() {
        if !ingest.header {
            columns.push(format!("column_{}", index + 1));
            continue;
        }
        let name = std::str::from_utf8(records.get(index))
            .map_err(|_| {
                Error::input("the name of a column is not UTF-8")
                    .with_value(&String::from_utf8_lossy(records.get(index)))
                    .with_hint("say --encoding")
            })?
            .trim();
        if !name.is_empty() && columns.iter().any(|other| other == name) {
            return Err(Error::input("two columns have the same name").at_column(name).with_hint("rename one of them in the first line"));
        }
        columns.push(name.to_owned());
    }
    if ingest.header && columns.iter().all(|name| name.parse::<f64>().is_ok()) {
        return Err(Error::input("the first line holds numbers, not names of columns")
            .with_value(&list(&columns))
            .with_hint("add a first line with names, or say --no-header"));
    }
    Ok((delimiter, columns))
}

/// The one of comma, semicolon, tab and bar that the first line has most of.
fn guess_delimiter(ingest: &Ingest, text: &[u8]) -> Result<u8> {
    let mut counts: Vec<(usize, u8)> = [b',', b';', b'\t', b'|']
        .into_iter()
        .map(|delimiter| {
            let mut records = Records::new(text, Layout { delimiter, quote: ingest.quote });
            (if records.advance() { records.len() } else { 0 }, delimiter)
        })
        .collect();
    // Stable: of several that do not occur at all the comma stays first.
    counts.sort_by_key(|(count, _)| std::cmp::Reverse(*count));
    if counts[0].0 > 1 && counts[0].0 == counts[1].0 {
        return Err(Error::input(format!(
            "the columns could be separated by {:?} or by {:?}",
            char::from(counts[0].1),
            char::from(counts[1].1)
        ))
        .with_hint("say --delimiter"));
    }
    Ok(counts[0].1)
}
