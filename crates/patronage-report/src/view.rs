//! A book as a report may show it: its tables with small groups hidden, and its words in the report's language.

use std::borrow::Cow;
use std::collections::BTreeMap;
use std::sync::Arc;

use patronage::polars::prelude::*;
use patronage::{Error, Result, SegmentBook, money};

use crate::columns::{self, Kind};
use crate::document::{Cell, Heading, Source, Table};
use crate::numbers::{Numbers, grouped};
use crate::options::{Language, ReportOptions};
use crate::suppress::{self, Hidden};

/// Columns of numbers that say which row it is, and stay when a row is hidden.
const KEYS: [&str; 19] = [
    "cluster",
    "cut",
    "decile",
    "f_score",
    "frequency_high",
    "frequency_low",
    "high",
    "k",
    "left_truncated",
    "low",
    "m_score",
    "complete",
    "period_index",
    "r_score",
    "rank",
    "recency_high",
    "recency_low",
    "score",
    "level",
];

/// What a report knows.
pub(crate) struct View<'a> {
    pub(crate) book: &'a SegmentBook,
    pub(crate) options: &'a ReportOptions,
    pub(crate) numbers: Numbers,
    tables: BTreeMap<String, Shown<'a>>,
    pub(crate) names: Arc<Names>,
    /// Reasons as the customers' column has them, and in the report's language.
    reasons: BTreeMap<String, String>,
}

/// What the book's own keys are called.
#[derive(Default)]
pub(crate) struct Names {
    segments: BTreeMap<String, String>,
    stages: BTreeMap<String, String>,
}

impl Names {
    /// A text of a column as people read it.
    pub(crate) fn word(&self, column: &str, text: &str, language: Language) -> String {
        let own = match column {
            "segment" | "from_segment" | "to_segment" | "previous_segment" => self.segments.get(text),
            "stage" | "from_stage" | "to_stage" | "lifecycle" => self.stages.get(text),
            _ => None,
        };
        own.cloned().unwrap_or_else(|| columns::word(column, text, language))
    }
}

/// A table, and which of its rows are hidden.
pub(crate) struct Shown<'a> {
    name: String,
    frame: Cow<'a, DataFrame>,
    hidden: Hidden,
    language: Language,
    suppress_below: u64,
    names: Arc<Names>,
}

impl<'a> View<'a> {
    pub(crate) fn new(book: &'a SegmentBook, options: &'a ReportOptions) -> Result<Self> {
        let mut frames: BTreeMap<String, Cow<'a, DataFrame>> =
            book.tables().iter().map(|(name, table)| (name.clone(), Cow::Borrowed(table))).collect();
        for (name, table) in book.distributions()? {
            frames.entry(name).or_insert(Cow::Owned(table));
        }
        if options.aggregate_only {
            frames.retain(|_, frame| frame.column("customer_id").is_err());
        }
        let below = options.fewest_shown();
        let mut hidden = suppress::hidden(frames.iter().map(|(name, frame)| (name.as_str(), frame.as_ref())), below);
        let mut tables = BTreeMap::new();
        for (name, frame) in frames {
            let hidden = hidden.remove(&name).unwrap_or_default();
            let mut frame = if hidden.rows.contains(&true) { Cow::Owned(without(&name, &frame, &hidden.rows)?) } else { frame };
            if name == "lorenz" && below > 0 {
                frame = Cow::Owned(suppress::coarsened(&frame, book.segments().height(), below).map_err(|error| unshown(&error))?);
            }
            let (language, names) = (options.language, Arc::default());
            tables.insert(name.clone(), Shown { name, frame, hidden, language, suppress_below: below, names });
        }
        let names = |table: &str, key: &str, name: &str| {
            let pairs = tables.get(table).map(|table: &Shown<'_>| table.own_texts(key).into_iter().zip(table.texts(name)));
            pairs.into_iter().flatten().collect()
        };
        let reasons = names("rules", "reason", "reason");
        let names = Arc::new(Names { segments: names("segments", "segment", "name"), stages: names("lifecycle", "stage", "name") });
        for table in tables.values_mut() {
            table.names = Arc::clone(&names);
        }
        Ok(Self { book, options, numbers: Numbers(options.language), tables, names, reasons })
    }

    pub(crate) fn language(&self) -> Language {
        self.options.language
    }

    /// The text in the report's language.
    pub(crate) fn say(&self, english: &str, chinese: &str) -> String {
        self.language().pick(english, chinese).to_owned()
    }

    /// A table of the book that has rows.
    pub(crate) fn table(&self, name: &str) -> Option<&Shown<'a>> {
        self.tables.get(name).filter(|table| table.height() > 0)
    }

    pub(crate) fn tables(&self) -> impl Iterator<Item = &Shown<'a>> {
        self.tables.values()
    }

    /// What a segment is called; its key when the map does not say.
    pub(crate) fn segment(&self, key: &str) -> String {
        self.names.segments.get(key).cloned().unwrap_or_else(|| key.to_owned())
    }

    /// A customer's reason in the report's language; as it stands in books that have it in no other.
    pub(crate) fn reason(&self, reason: &str) -> String {
        self.reasons.get(reason).cloned().unwrap_or_else(|| reason.to_owned())
    }

    /// The rows of the customers as a table.
    pub(crate) fn customers(&self) -> Shown<'_> {
        let frame = Cow::Borrowed(self.book.segments());
        let (hidden, names) = (Hidden::default(), Arc::clone(&self.names));
        Shown { name: "segments".to_owned(), frame, hidden, language: self.options.language, suppress_below: 0, names }
    }

    /// A table of the book with these of its columns, in this order; those that it lacks are left out.
    pub(crate) fn shown(&self, name: &str, caption: &str, columns: &[&str]) -> Option<Table> {
        let table = self.table(name)?;
        let shown = table.shown(caption, columns, |_| true);
        (!shown.is_empty()).then_some(shown)
    }

    /// The same without the rows of groups that nobody is in.
    pub(crate) fn filled(&self, name: &str, caption: &str, columns: &[&str]) -> Option<Table> {
        let table = self.table(name)?;
        let counts = table.numbers("customers");
        let shown = table.shown(caption, columns, |row| table.is_hidden(row) || counts[row].is_none_or(|count| count > 0.0));
        (!shown.is_empty()).then_some(shown)
    }

    /// Numbers of a column of the customer rows; `None` when the book has no such column.
    pub(crate) fn customer_numbers(&self, name: &str) -> Option<Vec<Option<f64>>> {
        let floats = self.book.segments().column(name).ok()?.cast(&DataType::Float64).ok()?;
        Some(floats.f64().ok()?.iter().map(|number| number.filter(|number| number.is_finite())).collect())
    }
}

impl Shown<'_> {
    pub(crate) fn name(&self) -> &str {
        &self.name
    }

    pub(crate) fn height(&self) -> usize {
        self.frame.height()
    }

    pub(crate) fn frame(&self) -> &DataFrame {
        &self.frame
    }

    pub(crate) fn has(&self, column: &str) -> bool {
        self.column(column).is_some()
    }

    /// Whether the numbers of a row are hidden.
    pub(crate) fn is_hidden(&self, row: usize) -> bool {
        self.hidden.rows.get(row).copied().unwrap_or(false)
    }

    /// A column by its name, or by its name without the language: `name` for `name_en`.
    pub(crate) fn column(&self, name: &str) -> Option<&Column> {
        let in_language = format!("{name}{}", self.language.suffix());
        self.frame.column(&in_language).or_else(|_| self.frame.column(name)).ok()
    }

    /// Numbers of a column; all missing when there is no such column.
    pub(crate) fn numbers(&self, name: &str) -> Vec<Option<f64>> {
        let floats = self.column(name).and_then(|column| column.cast(&DataType::Float64).ok());
        match floats.as_ref().and_then(|column| column.f64().ok()) {
            Some(numbers) => numbers.iter().map(|number| number.filter(|number| number.is_finite())).collect(),
            None => vec![None; self.height()],
        }
    }

    /// Texts of a column, empty where there are none.
    pub(crate) fn texts(&self, name: &str) -> Vec<String> {
        self.all_texts(self.column(name))
    }

    /// The same of the column of exactly this name, in whichever language it is.
    fn own_texts(&self, name: &str) -> Vec<String> {
        self.all_texts(self.frame.column(name).ok())
    }

    fn all_texts(&self, column: Option<&Column>) -> Vec<String> {
        match column {
            Some(column) => (0..self.height()).map(|row| plain(column, row)).collect(),
            None => vec![String::new(); self.height()],
        }
    }

    pub(crate) fn flags(&self, name: &str) -> Vec<bool> {
        match self.column(name).and_then(|column| column.bool().ok()) {
            Some(flags) => flags.iter().map(|flag| flag == Some(true)).collect(),
            None => vec![false; self.height()],
        }
    }

    pub(crate) fn number(&self, row: usize, name: &str) -> Option<f64> {
        let value = self.column(name)?.get(row).ok()?;
        match value {
            AnyValue::Decimal(minor, _, scale) => Some(money::to_f64(minor, u8::try_from(scale).unwrap_or(0))),
            value => value.extract::<f64>().filter(|number| number.is_finite()),
        }
    }

    pub(crate) fn text(&self, row: usize, name: &str) -> String {
        self.column(name).map(|column| plain(column, row)).unwrap_or_default()
    }

    /// The cell that a sentence cites.
    pub(crate) fn source(&self, row: usize, column: &str, text: &str) -> Source {
        let first = self.frame.columns().first().map(|first| plain(first, row)).unwrap_or_default();
        Source { table: self.name.clone(), row: first, index: row, column: column.to_owned(), text: text.to_owned() }
    }

    /// How the cells of a column are written: by its type where that tells, else by its name.
    pub(crate) fn kind(&self, name: &str) -> Kind {
        let dtype = self.column(name).map(|column| column.dtype().clone());
        match (dtype, columns::kind_in(&self.name, name)) {
            (None | Some(DataType::String), _) => Kind::Text,
            (Some(DataType::Date), _) => Kind::Date,
            (Some(DataType::Boolean), _) => Kind::Flag,
            (Some(DataType::Decimal(..)), _) => Kind::Money,
            (_, Some(kind)) if !matches!(kind, Kind::Text | Kind::Date | Kind::Flag) => kind,
            (Some(dtype), _) if dtype.is_integer() => Kind::Count,
            _ => Kind::Number,
        }
    }

    /// These columns, in the rows that are wanted; without those that say nothing in any row.
    pub(crate) fn shown(&self, caption: &str, names: &[&str], wanted: impl Fn(usize) -> bool) -> Table {
        let secret = self.hidden.rows.contains(&true);
        let says = |name: &str| self.column(name).is_some_and(|column| secret || column.is_empty() || column.null_count() < column.len());
        let names: Vec<&str> = names.iter().copied().filter(|name| says(name)).collect();
        let rows: Vec<usize> = (0..self.height()).filter(|row| wanted(*row)).collect();
        let columns: Vec<Heading> = names.iter().map(|name| self.heading(name)).collect();
        let places: Vec<usize> = names.iter().map(|name| self.places(name)).collect();
        let cells = |row: usize| columns.iter().zip(&places).map(|(heading, places)| self.cell(row, heading, *places)).collect();
        let rows = rows.into_iter().map(cells).collect();
        Table { name: self.name.clone(), caption: caption.to_owned(), columns, rows, folded: false }
    }

    pub(crate) fn heading(&self, name: &str) -> Heading {
        Heading { name: name.to_owned(), text: columns::heading_in(&self.name, name, self.language), kind: self.kind(name) }
    }

    /// Numbers by two keys: a row for each value of the one, a column for each of the other, both in the order in which they first come.
    pub(crate) fn crosstab(&self, caption: &str, down: &str, across: &str, value: &str) -> Table {
        let (rows, columns) = (self.texts(down), self.texts(across));
        let distinct = |texts: &[String]| {
            let mut order: Vec<String> = Vec::new();
            for text in texts {
                if !order.contains(text) {
                    order.push(text.clone());
                }
            }
            order
        };
        let across_keys = distinct(&columns);
        let heading = Heading { name: value.to_owned(), ..self.heading(value) };
        let word = |column: &str, key: &str| match key {
            "" => self.language.pick("no customer yet", "尚非客户").to_owned(),
            key => self.names.word(column, key, self.language),
        };
        let mut headings = vec![self.heading(down)];
        headings.extend(across_keys.iter().map(|key| Heading { text: format!("→ {}", word(across, key)), ..heading.clone() }));
        let cells = |key: &String| {
            let at = |other: &String| (0..rows.len()).find(|row| rows[*row] == *key && columns[*row] == *other);
            let cell = |other| at(other).map_or_else(Cell::default, |row| self.cell(row, &heading, self.places(value)));
            let first = Cell { text: word(down, key), number: None };
            [first].into_iter().chain(across_keys.iter().map(cell)).collect()
        };
        Table {
            name: self.name.clone(),
            caption: caption.to_owned(),
            columns: headings,
            rows: distinct(&rows).iter().map(cells).collect(),
            folded: false,
        }
    }

    /// Money is shown whole where it is large, else with two places.
    pub(crate) fn places(&self, name: &str) -> usize {
        if self.kind(name) != Kind::Money {
            return 0;
        }
        let numbers = self.numbers(name);
        let largest = numbers.iter().flatten().fold(0.0_f64, |largest, number| largest.max(number.abs()));
        if largest >= 10_000.0 || numbers.iter().flatten().all(|number| number.fract().abs() < 1e-9) { 0 } else { 2 }
    }

    pub(crate) fn cell(&self, row: usize, heading: &Heading, places: usize) -> Cell {
        let numbers = Numbers(self.language);
        let Some(column) = self.column(&heading.name) else { return Cell::default() };
        if column.get(row).map_or(true, |value| value.is_null()) {
            let few = self.hidden.few.get(row) == Some(&true) && heading.name == "customers";
            let text = if few { format!("<{}", self.suppress_below) } else { "–".to_owned() };
            return Cell { text, number: None };
        }
        let number = self.number(row, &heading.name);
        let text = match (heading.kind, number) {
            (Kind::Text | Kind::Date, _) => self.names.word(&heading.name, &plain(column, row), self.language),
            (Kind::Flag, _) => match (column.bool().ok().and_then(|flags| flags.get(row)), self.language) {
                (Some(true), Language::English) => "yes".to_owned(),
                (Some(true), Language::Chinese) => "是".to_owned(),
                (_, Language::English) => "no".to_owned(),
                (_, Language::Chinese) => "否".to_owned(),
            },
            (_, None) => "–".to_owned(),
            (Kind::Count, Some(number)) => numbers.count(number),
            (Kind::Number, Some(number)) => numbers.number(number),
            (Kind::Fine, Some(number)) => numbers.places(number, 4),
            (Kind::Money, Some(number)) => numbers.places(number, places),
            (Kind::Percent, Some(number)) => numbers.percent(number),
        };
        Cell { text, number: if heading.numeric() { number } else { None } }
    }
}

/// A cell as plain text: dates year first, exact decimals in full, nothing for null.
fn plain(column: &Column, row: usize) -> String {
    match column.get(row) {
        Ok(AnyValue::Null) | Err(_) => String::new(),
        Ok(AnyValue::Decimal(minor, _, scale)) => grouped(&money::to_text(minor, u8::try_from(scale).unwrap_or(0))),
        Ok(value) => value.get_str().map_or_else(|| value.to_string(), str::to_owned),
    }
}

/// The frame with nothing but texts, dates and keys in its hidden rows.
fn without(name: &str, frame: &DataFrame, hidden: &[bool]) -> Result<DataFrame> {
    let kept = |hidden: &[bool]| -> IdxCa { (0..).zip(hidden).map(|(row, hidden)| (!hidden).then_some(row)).collect_ca("kept".into()) };
    // What has been added up over a cohort's rows tells of each of them.
    let (alone, added_up) = (kept(hidden), kept(&vec![true; hidden.len()]));
    let columns = frame.columns().iter().map(|column| {
        let summed = name == "cohorts" && matches!(column.name().as_str(), "cumulative_revenue" | "revenue_per_customer");
        let stays = matches!(column.dtype(), DataType::String | DataType::Date) || KEYS.contains(&column.name().as_str());
        if stays { Ok(column.clone()) } else { column.take(if summed { &added_up } else { &alone }).map_err(|error| unshown(&error)) }
    });
    DataFrame::new(frame.height(), columns.collect::<Result<_>>()?).map_err(|error| unshown(&error))
}

fn unshown(error: &PolarsError) -> Error {
    Error::write(format!("a table could not be shown: {error}"))
}
