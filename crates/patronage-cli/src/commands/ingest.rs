//! `patronage ingest`: into a saved ledger.

use std::path::PathBuf;

use patronage::ingest::expand;
use patronage::ledger::LoadOutcome;
use patronage::{Duplicates, Error, Result, Store, TimeFormat};

use crate::options::{ReadOptions, with_job};
use crate::watch::{Talk, print};

#[derive(Debug, clap::Args)]
pub(crate) struct Args {
    /// Files, or patterns such as 'logs/*.csv'; each is a load of its own
    #[arg(required_unless_present = "withdraw")]
    inputs: Vec<PathBuf>,
    #[command(flatten)]
    read: ReadOptions,
    /// The folder of the ledger; made when it is not there
    #[arg(long, value_name = "DIR")]
    state: PathBuf,
    /// Take a load back out, by the id that its ingestion printed
    #[arg(long, value_name = "ID", conflicts_with = "inputs")]
    withdraw: Option<String>,
    /// A TOML file with the options of reading; flags win
    #[arg(long, value_name = "FILE")]
    job: Option<PathBuf>,
}

pub(crate) fn run(args: &Args, talk: &Talk) -> Result<()> {
    if let Some(id) = &args.withdraw {
        let there = Store::open(&args.state)?.withdraw(id)?;
        return if there {
            print(&format!("{id} withdrawn\n"))
        } else {
            Err(Error::parameter("the ledger has no load with this id").with_value(id))
        };
    }
    let options = with_job(&args.read, args.job.as_deref())?;
    let mut ingest = options.ingest(Duplicates::default())?;
    let mut store = Store::open_or_new(&args.state, ingest.settings())?;
    for path in expand(&args.inputs)? {
        // What was told from an earlier file holds for the later ones, unless it is said again.
        let (time_format, columns) = store.formats();
        if options.time_format.is_none() && *time_format != TimeFormat::Infer {
            ingest = ingest.time_format(time_format.clone());
        }
        ingest = ingest.columns_unless_named(columns);
        let read = ingest.read([&path])?;
        talk.columns(&read.columns, &read.audit.notes);
        let id = read.inputs.first().map(|input| input.blake3.clone()).unwrap_or_default();
        store.set_formats(read.time_format.clone(), read.columns.names());
        let outcome = store.add(&id, &path.display().to_string(), read.audit.rows_accepted, &read.ledger)?;
        let what = match outcome {
            LoadOutcome::Added => format!("{} rows added, {} rejected", read.audit.rows_accepted, read.audit.rejected()),
            LoadOutcome::AlreadyThere => "there already, nothing changed".to_owned(),
        };
        print(&format!("{id}  {}  {what}\n", path.display()))?;
    }
    Ok(())
}
