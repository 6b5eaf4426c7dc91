//! `patronage segment`: orders in, segment files out.

use std::path::PathBuf;

use patronage::book::REJECTS;
use patronage::sink::OutputFolder;
use patronage::{Duplicates, Error, Result, SegmentBook, Store, TableFormat};
use serde::{Deserialize, Serialize};

use crate::book_options::BookOptions;
use crate::commands::report::ReportFlags;
use crate::options::{ReadOptions, ViewOptions, with_job};
use crate::watch::{Talk, Watch, print, print_json};

#[derive(Debug, clap::Args)]
pub(crate) struct Args {
    #[command(flatten)]
    options: Options,
    /// A TOML file with options, named as the long flags with `_` for `-`; flags win
    #[arg(long, value_name = "FILE")]
    job: Option<PathBuf>,
}

#[derive(Debug, Clone, Default, clap::Args, Serialize, Deserialize)]
#[serde(default)]
pub(crate) struct Options {
    /// Files, or patterns such as 'logs/*.csv'
    pub(crate) inputs: Vec<PathBuf>,
    /// The folder to write; an earlier output there is replaced as a whole
    #[arg(long, value_name = "DIR")]
    pub(crate) out: Option<PathBuf>,
    /// Run from a saved ledger instead of files
    #[arg(long, value_name = "DIR", conflicts_with = "inputs")]
    pub(crate) state: Option<PathBuf>,
    /// A list of customers, one a row: attributes such as region or source, and prospects who have not bought
    #[arg(long, value_name = "FILE")]
    pub(crate) customers: Option<PathBuf>,
    /// parquet, csv or ndjson [default: parquet]
    #[arg(long, value_name = "FORMAT")]
    pub(crate) format: Option<String>,
    /// Run these analyses only: rfm, abc, xyz, clv, churn, lifecycle, clusters, `over_time`, dimensions
    #[arg(long, value_name = "LIST", value_delimiter = ',')]
    pub(crate) only: Vec<String>,
    /// Write no report.html
    #[arg(long)]
    pub(crate) no_report: bool,
    /// Print the manifest as JSON instead of a summary
    #[arg(long)]
    pub(crate) json: bool,
    #[command(flatten)]
    #[serde(flatten)]
    pub(crate) read: ReadOptions,
    #[command(flatten)]
    #[serde(flatten)]
    pub(crate) view: ViewOptions,

    #[command(flatten)]
    #[serde(flatten)]
    pub(crate) book: BookOptions,
    #[command(flatten)]
    #[serde(flatten)]
    pub(crate) report: ReportFlags,
}

pub(crate) fn run(args: &Args, talk: &Talk) -> Result<()> {
    let options: Options = with_job(&args.options, args.job.as_deref())?;
    segment(&options, talk)
}

/// The job itself, which `demo` does too.
pub(crate) fn segment(options: &Options, talk: &Talk) -> Result<()> {
    let folder = options.out.clone().ok_or_else(|| Error::parameter("no output is named").with_hint("--out DIR"))?;
    let format: TableFormat = options.format.as_deref().unwrap_or("parquet").parse()?;
    let (report, key) = (options.report.options(options.report.pseudonymize.is_some())?, options.report.key()?);
    let mut own = options.book.clone();
    // A last book with pseudonyms is compared once this one has them too.
    let mut since = None;
    if let (Some(key), Some(folder)) = (&key, &options.book.previous) {
        let last = SegmentBook::open(folder)?;
        key.check(&last).map_err(|error| error.at_file(folder))?;
        if last.manifest().pseudonyms.is_some() {
            own.previous = None;
            since = Some(last);
        }
    }
    let mut params = own.params(&options.view, &options.only)?;
    if let Some(list) = &options.customers {
        params = params.list(options.read.ingest(Duplicates::default())?.read_customers(list)?);
    }
    let mut output = OutputFolder::new(&folder)?;

    let mut book: SegmentBook = if let Some(state) = &options.state {
        if !options.inputs.is_empty() {
            return Err(
                Error::parameter("files and a saved ledger are both named").with_hint("merge the files with `patronage ingest` first")
            );
        }
        params.build_saved(&Store::open(state)?)?
    } else {
        if options.inputs.is_empty() {
            return Err(Error::parameter("no input is named").with_hint("name at least one file: CSV, TSV, NDJSON, Parquet or Arrow IPC"));
        }
        let mut watch = Watch::new(talk, output.writer(REJECTS)?)?.discreet(key.is_some());
        let mut ingest = options.read.ingest(Duplicates::default())?;
        if !options.only.is_empty() && !options.only.iter().any(|name| name.trim() == "dimensions") {
            ingest = ingest.dimensions(false);
        }
        let read = ingest.read_observed(&options.inputs, &mut watch)?;
        watch.finish()?;
        output.hash(REJECTS)?;
        talk.columns(&read.columns, &read.audit.notes);
        params.build(&read)?
    };
    if let Some(key) = &key {
        book = match &since {
            Some(last) => book.pseudonymized_since(key, last)?,
            None => book.pseudonymized(key)?,
        };
    }
    if !options.no_report {
        let page = patronage_report::html(&book, &report)?;
        output.file("report.html", |to| to.write_all(page.as_bytes()).map_err(|error| Error::write(format!("cannot write: {error}"))))?;
    }
    book.write_into(output, format)?;
    if options.json {
        return print_json(book.manifest());
    }
    print(&patronage_report::terminal(&book, &report)?)?;
    talk.say(&format!("written to {}", folder.display()));
    Ok(())
}
