//! Talk on standard error: progress on a terminal, remarks, rejects on their way to a file.

use std::io::{IsTerminal, Write};

use indicatif::{ProgressBar, ProgressStyle};
use patronage::ingest::{Assignments, Observer};
use patronage::{Error, Reject, Result};

/// Prints a line for people.
pub(crate) fn say(line: &str) {
    // Nobody can be told that standard error is closed.
    let _ = writeln!(std::io::stderr(), "{line}");
}

/// Prints data.
pub(crate) fn print(text: &str) -> Result<()> {
    let mut out = std::io::stdout().lock();
    match out.write_all(text.as_bytes()).and_then(|()| out.flush()) {
        // Whoever reads has read enough, as `head` does.
        Err(error) if error.kind() == std::io::ErrorKind::BrokenPipe => Ok(()),
        other => other.map_err(|error| Error::write(format!("cannot write to standard output: {error}"))),
    }
}

/// Prints a value as JSON.
pub(crate) fn print_json(value: &impl serde::Serialize) -> Result<()> {
    let text = serde_json::to_string_pretty(value).map_err(|error| Error::write(error.to_string()))?;
    print(&(text + "\n"))
}

/// What may be said.
#[derive(Debug)]
pub(crate) struct Talk {
    quiet: bool,
}

impl Talk {
    pub(crate) fn new(quiet: bool) -> Self {
        Self { quiet }
    }

    pub(crate) fn say(&self, line: &str) {
        if !self.quiet {
            say(line);
        }
    }

    /// Says which columns are what, and what there is to remark about that.
    pub(crate) fn columns(&self, columns: &Assignments, notes: &[String]) {
        let columns: Vec<String> = columns
            .0
            .iter()
            .map(|column| format!("{} = `{}`{}", column.role, column.column, if column.guessed { " (guessed)" } else { "" }))
            .collect();
        self.say(&format!("columns: {}", columns.join(", ")));
        for note in notes {
            self.say(&format!("note: {note}"));
        }
    }

    fn bar(&self) -> Option<ProgressBar> {
        if self.quiet || !std::io::stderr().is_terminal() {
            return None;
        }
        let style = ProgressStyle::with_template("{bar:40} {bytes}/{total_bytes} {eta}").ok()?;
        Some(ProgressBar::new(0).with_style(style))
    }
}

/// Shows progress, and writes rejects into a buffer in the form of `rejects.csv`.
pub(crate) struct Watch<W: Write> {
    bar: Option<ProgressBar>,
    rejects: Option<csv::Writer<W>>,
    restart: Box<dyn FnMut() -> Result<csv::Writer<W>>>,
    /// Whether rejects keep the names of files and the values to themselves: either may tell who somebody is.
    discreet: bool,
}

impl<W: Write> Watch<W> {
    /// `open` makes an empty place for rejects, each time reading starts.
    pub(crate) fn new(talk: &Talk, mut open: impl FnMut() -> Result<W> + 'static) -> Result<Self> {
        let mut restart: Box<dyn FnMut() -> Result<csv::Writer<W>>> = Box::new(move || {
            let mut writer = csv::Writer::from_writer(open()?);
            writer.write_record(["file", "row", "column", "value", "reason", "money"]).map_err(|error| failed(&error))?;
            Ok(writer)
        });
        let rejects = restart()?;
        Ok(Self { bar: talk.bar(), rejects: Some(rejects), restart, discreet: false })
    }

    /// Leaves the names of files and the values out of the rejects.
    pub(crate) fn discreet(mut self, discreet: bool) -> Self {
        self.discreet = discreet;
        self
    }

    /// Writes out what is left.
    pub(crate) fn finish(mut self) -> Result<()> {
        if let Some(bar) = self.bar.take() {
            bar.finish_and_clear();
        }
        match self.rejects.take() {
            Some(mut rejects) => rejects.flush().map_err(|error| failed(&csv::Error::from(error))),
            None => Ok(()),
        }
    }
}

fn failed(error: &csv::Error) -> Error {
    Error::write(format!("cannot write rejects: {error}"))
}

impl<W: Write> Observer for Watch<W> {
    fn reject(&mut self, reject: Reject) -> Result<()> {
        let Some(writer) = &mut self.rejects else { return Ok(()) };
        let discreet = self.discreet;
        let inert = |text: Option<&str>| patronage::sink::inert(text.unwrap_or_default()).into_owned();
        let shown = |text: Option<&str>| inert(text.filter(|_| !discreet));
        let record = [
            shown(Some(&reject.file)),
            reject.row.to_string(),
            inert(reject.column.as_deref()),
            shown(reject.value.as_deref()),
            reject.reason.to_string(),
            reject.money.unwrap_or_default(),
        ];
        writer.write_record(record).map_err(|error| failed(&error))
    }

    fn restart(&mut self) -> Result<()> {
        self.rejects = None;
        self.rejects = Some((self.restart)()?);
        Ok(())
    }

    fn progress(&mut self, done: u64, all: u64) {
        if let Some(bar) = &self.bar {
            bar.set_length(all);
            bar.set_position(done);
        }
    }
}
