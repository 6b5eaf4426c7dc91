//! `patronage report`: a saved book as a page, a workbook or Markdown.

use std::path::{Path, PathBuf};

use patronage::book::PseudonymKey;
use patronage::sink::OutputFile;
use patronage::{Error, Result, SegmentBook};
use patronage_report::{Language, ReportOptions, Section};
use serde::{Deserialize, Serialize};

use crate::watch::{Talk, print};

/// Groups below this are hidden in a pseudonymized report, unless another number is given.
const SUPPRESS_BELOW: u64 = 5;

#[derive(Debug, clap::Args)]
pub(crate) struct Args {
    /// The folder of a book, as `segment` wrote it
    folder: PathBuf,
    /// html, xlsx or md
    #[arg(long, value_name = "FORMAT", default_value = "html")]
    to: String,
    /// The file to write; `-` is standard output [default: report.FORMAT in the folder]
    #[arg(long, value_name = "FILE")]
    out: Option<PathBuf>,
    #[command(flatten)]
    report: ReportFlags,
}

/// What a report shows and keeps to itself.
#[derive(Debug, Clone, Default, clap::Args, Serialize, Deserialize)]
#[serde(default)]
pub(crate) struct ReportFlags {
    /// The language of the report: en or zh [default: en]
    #[arg(long, value_name = "LANG", help_heading = "Report")]
    pub(crate) lang: Option<String>,
    /// The title of the report
    #[arg(long, value_name = "TEXT", help_heading = "Report")]
    pub(crate) title: Option<String>,
    /// These sections only: about, findings, segments, rfm, value, future, churn, `over_time`, clusters, dimensions, method
    #[arg(long, value_name = "LIST", value_delimiter = ',', help_heading = "Report")]
    pub(crate) sections: Vec<String>,
    /// Replace customers' ids, and values that fewer than five customers have, by pseudonyms made with the key in this file; the same
    /// key gives the same pseudonyms, and leaves a book that has them as it is
    #[arg(long, value_name = "KEYFILE", help_heading = "Privacy")]
    pub(crate) pseudonymize: Option<PathBuf>,
    /// Hide the numbers of groups with fewer customers [default: 5 where ids are pseudonyms or no customer is shown,
    /// else 0]
    #[arg(long, value_name = "N", help_heading = "Privacy")]
    pub(crate) suppress_below: Option<u64>,
    /// Show no single customer
    #[arg(long, help_heading = "Privacy")]
    pub(crate) aggregate_only: bool,
}

impl ReportFlags {
    /// The options of the report on a book that holds pseudonyms, or ids.
    pub(crate) fn options(&self, pseudonyms: bool) -> Result<ReportOptions> {
        let mut options = ReportOptions::new().aggregate_only(self.aggregate_only);
        if let Some(lang) = &self.lang {
            options = options.language(lang.parse::<Language>()?);
        }
        if let Some(title) = &self.title {
            options = options.title(title);
        }
        if !self.sections.is_empty() {
            options = options.sections(self.sections.iter().map(|name| name.trim().parse::<Section>()).collect::<Result<Vec<_>>>()?);
        }
        let below = self.suppress_below.or(pseudonyms.then_some(SUPPRESS_BELOW));
        Ok(below.into_iter().fold(options, ReportOptions::suppress_below))
    }

    /// The key of pseudonyms, when there is to be one.
    pub(crate) fn key(&self) -> Result<Option<PseudonymKey>> {
        let Some(file) = &self.pseudonymize else { return Ok(None) };
        let secret = std::fs::read(file).map_err(|error| Error::parameter(format!("the key cannot be read: {error}")).at_file(file))?;
        PseudonymKey::new(&secret).map(Some)
    }
}

/// A format of reports.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Format {
    Html,
    Xlsx,
    Markdown,
}

impl Format {
    fn parse(name: &str) -> Result<Self> {
        match name {
            "html" => Ok(Self::Html),
            "xlsx" => Ok(Self::Xlsx),
            "md" | "markdown" => Ok(Self::Markdown),
            _ => Err(Error::parameter("not a format of reports").with_value(name).with_hint("html, xlsx or md")),
        }
    }

    fn file_name(self) -> &'static str {
        match self {
            Self::Html => "report.html",
            Self::Xlsx => "report.xlsx",
            Self::Markdown => "report.md",
        }
    }

    fn render(self, book: &SegmentBook, options: &ReportOptions) -> Result<Vec<u8>> {
        match self {
            Self::Html => patronage_report::html(book, options).map(String::into_bytes),
            Self::Xlsx => patronage_report::xlsx(book, options),
            Self::Markdown => patronage_report::markdown(book, options).map(String::into_bytes),
        }
    }
}

/// Whether a file is one that the book in this folder is made of; reports are not.
fn is_part_of(book: &SegmentBook, folder: &Path, file: &Path) -> bool {
    let whole = |path: &Path| {
        let place = path.parent().filter(|parent| !parent.as_os_str().is_empty()).unwrap_or(Path::new("."));
        Some(place.canonicalize().ok()?.join(path.file_name()?))
    };
    let listed = book.manifest().files.keys().map(String::as_str);
    let parts = listed.filter(|name| !name.starts_with("report.")).chain(["manifest.json"]);
    whole(file).is_some_and(|file| parts.filter_map(|name| whole(&folder.join(name))).any(|part| part == file))
}

pub(crate) fn run(args: &Args, talk: &Talk) -> Result<()> {
    // What was asked for is looked at before the book, which may be large.
    let (format, key) = (Format::parse(&args.to)?, args.report.key()?);
    args.report.options(false)?;
    let mut book = SegmentBook::open(&args.folder)?;
    let file = args.out.clone().unwrap_or_else(|| args.folder.join(format.file_name()));
    if is_part_of(&book, &args.folder, &file) {
        let hint = "leave --out away, or name another file";
        return Err(Error::parameter("this is a file of the book itself").at_file(&file).with_hint(hint));
    }
    if let Some(key) = &key {
        book = book.pseudonymized(key)?;
    }
    let options = args.report.options(book.manifest().pseudonyms.is_some())?;
    let bytes = format.render(&book, &options)?;
    if args.out.as_deref() == Some(Path::new("-")) {
        let text =
            String::from_utf8(bytes).map_err(|_| Error::parameter("a workbook is no text").with_hint("name a file: --out report.xlsx"))?;
        return print(&text);
    }
    OutputFile::write(&file, |to| to.write_all(&bytes).map_err(|error| Error::write(format!("cannot write: {error}")).at_file(&file)))?;
    talk.say(&format!("written to {}", file.display()));
    Ok(())
}
