//! What a report says, before it takes the form of a page, a workbook or Markdown.

use crate::chart::Chart;
use crate::columns::Kind;
use crate::options::Section;

/// A report.
#[derive(Debug)]
pub(crate) struct Document {
    pub(crate) title: String,
    pub(crate) subtitle: String,
    pub(crate) parts: Vec<Part>,
}

/// A section with its heading.
#[derive(Debug)]
pub(crate) struct Part {
    pub(crate) section: Section,
    pub(crate) title: &'static str,
    pub(crate) blocks: Vec<Block>,
}

#[derive(Debug)]
pub(crate) enum Block {
    Heading(String),
    Text(String),
    /// Short values with a label each.
    Facts(Vec<Fact>),
    Findings(Vec<Finding>),
    List(Vec<String>),
    Table(Table),
    Chart(Box<Chart>),
    /// Words and what they mean here.
    Definitions(Vec<(String, String)>),
}

#[derive(Debug)]
pub(crate) struct Fact {
    pub(crate) label: String,
    pub(crate) value: String,
    pub(crate) note: String,
}

/// A sentence made from numbers, and where each of them stands.
#[derive(Debug)]
pub(crate) struct Finding {
    pub(crate) text: String,
    pub(crate) sources: Vec<Source>,
}

/// A cell of a table (or a field of the manifest) that a sentence cites.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Source {
    pub(crate) table: String,
    /// The row by its first column, and its number counted from 0.
    pub(crate) row: String,
    pub(crate) index: usize,
    pub(crate) column: String,
    /// As the sentence says it.
    pub(crate) text: String,
}

/// A table as it is shown.
#[derive(Debug, Clone)]
pub(crate) struct Table {
    /// Its name in the book.
    pub(crate) name: String,
    pub(crate) caption: String,
    pub(crate) columns: Vec<Heading>,
    pub(crate) rows: Vec<Vec<Cell>>,
    /// Whether a page shows its caption only, until the reader opens it.
    pub(crate) folded: bool,
}

#[derive(Debug, Clone)]
pub(crate) struct Heading {
    /// The column's name in the book.
    pub(crate) name: String,
    pub(crate) text: String,
    pub(crate) kind: Kind,
}

impl Heading {
    pub(crate) fn numeric(&self) -> bool {
        !matches!(self.kind, Kind::Text | Kind::Date | Kind::Flag)
    }
}

/// A cell: what it says, and what it is sorted by.
#[derive(Debug, Clone, Default)]
pub(crate) struct Cell {
    pub(crate) text: String,
    pub(crate) number: Option<f64>,
}

impl Table {
    /// How columns of texts take their room: prose wants width, short words stay on one line.
    pub(crate) fn widths(&self) -> Vec<&'static str> {
        let longest = |column: usize| self.rows.iter().filter_map(|row| row.get(column)).map(|cell| cell.text.chars().count()).max();
        let width = |column: usize| match longest(column).unwrap_or(0) {
            0..=22 => "short",
            23..=45 => "words",
            _ => "prose",
        };
        (0..self.columns.len()).map(width).collect()
    }

    /// The same table, which the reader opens who wants it.
    pub(crate) fn folded(mut self) -> Self {
        self.folded = true;
        self
    }

    /// Puts the columns of another table before the one at a place; the rows of both have to be of the same things.
    pub(crate) fn insert(&mut self, at: usize, other: Self) {
        self.columns.splice(at..at, other.columns);
        for (row, cells) in self.rows.iter_mut().zip(other.rows) {
            row.splice(at..at, cells);
        }
    }

    /// Takes a column out.
    pub(crate) fn remove(&mut self, column: &str) {
        if let Some(at) = self.columns.iter().position(|heading| heading.name == column) {
            self.columns.remove(at);
            self.rows.iter_mut().for_each(|row| drop(row.remove(at)));
        }
    }

    pub(crate) fn is_empty(&self) -> bool {
        self.rows.is_empty()
    }
}
