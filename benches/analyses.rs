//! Seconds that each analysis of a book takes, on one ledger in one process, and the memory of it all.
//!
//! `cargo bench --bench analyses -- LOG`, a file that `patronage segment` reads without further options. One line a step: the
//! median of three runs. An analysis alone does not get what others found: churn on its own has no values to put at risk.

#![expect(clippy::print_stdout, clippy::disallowed_methods, reason = "a benchmark reads the clock and prints what it found")]

use std::hint::black_box;
use std::time::Instant;

use patronage::{Analysis, Ingest, SegmentBook};

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let Some(log) = std::env::args().skip(1).find(|argument| argument != "--bench") else {
        println!("nothing to measure: name a log");
        return Ok(());
    };
    let start = Instant::now();
    let read = Ingest::new().read([&log])?;
    println!(
        "{:<16}{:>9.2} s    {} rows, {} customers",
        "read",
        start.elapsed().as_secs_f64(),
        read.audit.rows_accepted,
        read.audit.customers
    );
    let memory = peak_megabytes();
    println!("{:<16}{memory:>9} MB", "  peak");
    for analysis in Analysis::ALL {
        let params = SegmentBook::params().only([analysis]);
        let mut seconds = Vec::new();
        let mut outcome = Ok(());
        for _ in 0..3 {
            let start = Instant::now();
            outcome = params.build_from(&read.ledger).map(|book| drop(black_box(book)));
            seconds.push(start.elapsed().as_secs_f64());
        }
        seconds.sort_by(f64::total_cmp);
        match outcome {
            Ok(()) => println!("{:<16}{:>9.2} s    peak {} MB", analysis.to_string(), seconds[1], peak_megabytes()),
            Err(error) => println!("{:<16}{error}", analysis.to_string()),
        }
    }
    let start = Instant::now();
    let book = black_box(SegmentBook::params().build(&read)?);
    println!("{:<16}{:>9.2} s    peak {} MB", "all of them", start.elapsed().as_secs_f64(), peak_megabytes());
    for warning in &book.manifest().warnings {
        println!("- {warning}");
    }
    Ok(())
}

/// The most memory that this process had, where the system tells.
fn peak_megabytes() -> u64 {
    let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:")).unwrap_or_default();
    line.trim().trim_end_matches("kB").trim().parse::<u64>().unwrap_or_default() / 1024
}
