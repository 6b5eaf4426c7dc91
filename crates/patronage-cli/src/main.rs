//! The `patronage` binary: flags and job file → plan → library → documented exit code.
//!
//! Standard output is data, standard error is talk. Exit codes: 0 ok, 2 usage or configuration, 3 bad input, 4 fit
//! failed, 5 output failed.

mod book_options;
mod commands;
mod options;
mod threads;
mod watch;

use std::process::ExitCode;

use clap::{Parser, Subcommand};
use patronage::{Error, ErrorKind};

/// Customer segments from transaction histories
#[derive(Debug, Parser)]
#[command(name = "patronage", version, about, disable_help_subcommand = true)]
struct Cli {
    #[command(subcommand)]
    command: Command,
    /// Threads to use; results do not depend on it [default: all processors]
    #[arg(long, global = true, value_name = "N", value_parser = clap::value_parser!(u16).range(1..=1024))]
    threads: Option<u16>,
    /// Say nothing on standard error but errors
    #[arg(long, short, global = true)]
    quiet: bool,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// Read orders, write segment files: the main job
    Segment(Box<commands::segment::Args>),
    /// Look at the quality of an order file, and write nothing
    Check(Box<commands::check::Args>),
    /// Write one row per customer: recency, frequency, money, and what the models need
    Customers(Box<commands::customers::Args>),
    /// Merge files into a saved ledger; the same file twice changes nothing
    Ingest(Box<commands::ingest::Args>),
    /// Fit one customer-base model: coefficients, standard errors, log-likelihood, convergence
    Fit(Box<commands::fit::Args>),
    /// Fit models on the past, score the hold-out, and say how good each is on this data
    Backtest(Box<commands::backtest::Args>),
    /// Say who moved from which segment to which between two books
    Compare(commands::compare::Args),
    /// Say why a customer is where it is, and how far the next segment is
    Explain(commands::explain::Args),
    /// Render a saved book as a page, a workbook or Markdown
    Report(Box<commands::report::Args>),
    /// Make up a shop with known parameters
    Simulate(commands::simulate::Args),
    /// Make up a shop, run everything on it, and say where to look
    Demo(commands::demo::Args),
}

fn main() -> ExitCode {
    let cli = Cli::parse();
    quiet_about_damaged_files();
    let outcome = std::panic::catch_unwind(|| threads::set(cli.threads).and_then(|()| run(&cli)));
    let Ok(outcome) = outcome else {
        watch::say("error: the program has a defect and gave up; nothing was written. Please report the command and, if you can, the file");
        return ExitCode::from(101);
    };
    match outcome {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            watch::say(&format!("error: {error}"));
            if let Some(hint) = error.hint() {
                watch::say(&format!("hint: {hint}"));
            }
            ExitCode::from(exit_code(&error))
        }
    }
}

fn run(cli: &Cli) -> patronage::Result<()> {
    let talk = watch::Talk::new(cli.quiet);
    match &cli.command {
        Command::Segment(args) => commands::segment::run(args, &talk),
        Command::Check(args) => commands::check::run(args, &talk),
        Command::Customers(args) => commands::customers::run(args, &talk),
        Command::Ingest(args) => commands::ingest::run(args, &talk),
        Command::Fit(args) => commands::fit::run(args, &talk),
        Command::Backtest(args) => commands::backtest::run(args, &talk),
        Command::Compare(args) => commands::compare::run(args, &talk),
        Command::Explain(args) => commands::explain::run(args),
        Command::Report(args) => commands::report::run(args, &talk),
        Command::Simulate(args) => commands::simulate::run(args, &talk),
        Command::Demo(args) => commands::demo::run(args, &talk),
    }
}

fn exit_code(error: &Error) -> u8 {
    match error.kind() {
        ErrorKind::Parameter => 2,
        ErrorKind::Fit => 4,
        ErrorKind::Write => 5,
        // Input, Read, Overflow, and whatever else the input may lead to.
        _ => 3,
    }
}

/// A decoder that panics on a damaged file is caught in the library and becomes an error with the file's name; the
/// panic itself would only be noise before it.
fn quiet_about_damaged_files() {
    let usual = std::panic::take_hook();
    std::panic::set_hook(Box::new(move |panic| {
        let from_decoder = panic.location().is_some_and(|location| location.file().contains("polars"));
        if !from_decoder {
            usual(panic);
        }
    }));
}
