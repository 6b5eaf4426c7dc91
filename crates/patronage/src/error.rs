//! The one public error of the library.
//!
//! An [`Error`] is one word wide, knows what [kind](ErrorKind) of trouble it stands for and, where bytes from outside
//! are to blame, the [`Position`] they came from. Errors of the crates underneath enter through crate-private
//! constructors and leave as text, so none of them is part of the public API.

use std::fmt;
use std::path::{Path, PathBuf};

/// A result whose error is [`Error`].
pub type Result<T, E = Error> = std::result::Result<T, E>;

/// What went wrong, why, and where. See [`ErrorKind`] for how to react.
#[derive(Clone)]
pub struct Error(Box<Inner>);

#[derive(Debug, Clone)]
struct Inner {
    kind: ErrorKind,
    message: String,
    hint: Option<String>,
    position: Position,
}

/// The classes of errors that a caller can tell apart.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum ErrorKind {
    /// A parameter is out of range, or parameters contradict each other. Change the call.
    Parameter,
    /// The input cannot be understood as it is: change the input, or say more about it.
    Input,
    /// The input is understood, but too thin or degenerate for what was asked of it, or a fit did not converge.
    Fit,
    /// A result left the range in which it is exact (money beyond 38 digits).
    Overflow,
    /// Reading failed below the level of the format.
    Read,
    /// Writing failed, or the place to write to is not ours.
    Write,
}

/// Where in the input an error arose; every part is optional.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Position {
    /// The file, as it was named by the caller.
    pub file: Option<PathBuf>,
    /// The row: 1 is the first row of data, the header is not counted.
    pub row: Option<u64>,
    /// The column's name.
    pub column: Option<String>,
    /// The offending value, cut to a readable length.
    pub value: Option<String>,
}

impl Error {
    fn new(kind: ErrorKind, message: impl Into<String>) -> Self {
        Self(Box::new(Inner { kind, message: message.into(), hint: None, position: Position::default() }))
    }

    /// A parameter is out of range or contradicts another.
    pub fn parameter(message: impl Into<String>) -> Self {
        Self::new(ErrorKind::Parameter, message)
    }

    /// The input cannot be understood.
    pub fn input(message: impl Into<String>) -> Self {
        Self::new(ErrorKind::Input, message)
    }

    /// The data are too thin or degenerate, or a fit did not converge.
    pub fn fit(message: impl Into<String>) -> Self {
        Self::new(ErrorKind::Fit, message)
    }

    /// A sum left the exact range.
    pub fn overflow(message: impl Into<String>) -> Self {
        Self::new(ErrorKind::Overflow, message)
    }

    /// Reading failed.
    pub fn read(message: impl Into<String>) -> Self {
        Self::new(ErrorKind::Read, message)
    }

    /// Writing failed.
    pub fn write(message: impl Into<String>) -> Self {
        Self::new(ErrorKind::Write, message)
    }

    pub(crate) fn read_io(path: &Path, error: &std::io::Error) -> Self {
        Self::read(format!("cannot read: {error}")).at_file(path)
    }

    pub(crate) fn write_io(path: &Path, error: &std::io::Error) -> Self {
        Self::write(format!("cannot write: {error}")).at_file(path)
    }

    /// Names the file.
    #[must_use]
    pub fn at_file(mut self, file: impl Into<PathBuf>) -> Self {
        self.0.position.file = Some(file.into());
        self
    }

    /// Names the row, counted from 1 after the header.
    #[must_use]
    pub fn at_row(mut self, row: u64) -> Self {
        self.0.position.row = Some(row);
        self
    }

    /// Names the column.
    #[must_use]
    pub fn at_column(mut self, column: impl Into<String>) -> Self {
        self.0.position.column = Some(column.into());
        self
    }

    /// Shows the value, cut to 80 characters.
    #[must_use]
    pub fn with_value(mut self, value: &str) -> Self {
        self.0.position.value = Some(excerpt(value));
        self
    }

    /// Says what to do about it.
    #[must_use]
    pub fn with_hint(mut self, hint: impl Into<String>) -> Self {
        self.0.hint = Some(hint.into());
        self
    }

    /// Moves a row that was counted within a part of the file.
    pub(crate) fn after_rows(mut self, rows: u64) -> Self {
        self.0.position.row = self.0.position.row.map(|row| row + rows);
        self
    }

    /// The reverse of [`after_rows`](Self::after_rows).
    pub(crate) fn before_rows(mut self, rows: u64) -> Self {
        self.0.position.row = self.0.position.row.map(|row| row.saturating_sub(rows));
        self
    }

    /// The class of the error.
    #[must_use]
    pub fn kind(&self) -> ErrorKind {
        self.0.kind
    }

    /// What to do about it, where something can be done.
    #[must_use]
    pub fn hint(&self) -> Option<&str> {
        self.0.hint.as_deref()
    }

    /// Where it arose.
    #[must_use]
    pub fn position(&self) -> &Position {
        &self.0.position
    }

    /// The message alone, without position and hint.
    #[must_use]
    pub fn message(&self) -> &str {
        &self.0.message
    }

    /// Whether the input is to blame: its bytes, or that there is too little of it.
    #[must_use]
    pub fn is_input(&self) -> bool {
        matches!(self.0.kind, ErrorKind::Input | ErrorKind::Read | ErrorKind::Overflow)
    }
}

/// A value as it may stand in a message: one line, control characters escaped, at most 80 characters.
pub(crate) fn excerpt(value: &str) -> String {
    const LONGEST: usize = 80;
    let mut text = String::new();
    for (count, c) in value.chars().enumerate() {
        if count == LONGEST {
            text.push('…');
            break;
        }
        if c.is_control() {
            text.extend(c.escape_default());
        } else {
            text.push(c);
        }
    }
    text
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Inner { message, position, .. } = &*self.0;
        if let Some(file) = &position.file {
            write!(f, "{}: ", file.display())?;
        }
        if let Some(row) = position.row {
            write!(f, "row {row}: ")?;
        }
        if let Some(column) = &position.column {
            write!(f, "column `{column}`: ")?;
        }
        f.write_str(message)?;
        if let Some(value) = &position.value {
            write!(f, ": `{value}`")?;
        }
        Ok(())
    }
}

impl fmt::Debug for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:?}: {self}", self.0.kind)?;
        if let Some(hint) = &self.0.hint {
            write!(f, " ({hint})")?;
        }
        Ok(())
    }
}

impl std::error::Error for Error {}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn is_one_word_wide_and_names_everything() {
        assert_eq!(size_of::<Error>(), size_of::<usize>());
        let error = Error::input("not a date").at_file("a.csv").at_row(3).at_column("day").with_value("3\t/4");
        assert_eq!(error.to_string(), "a.csv: row 3: column `day`: not a date: `3\\t/4`");
        assert!(error.is_input());
    }

    #[test]
    fn long_values_are_cut() {
        assert_eq!(excerpt(&"x".repeat(200)).chars().count(), 81);
    }
}
