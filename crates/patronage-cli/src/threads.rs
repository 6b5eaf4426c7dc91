//! The number of threads.

use patronage::{Error, Result};

/// polars sizes its thread pool from this variable, once a process.
const POLARS: &str = "POLARS_MAX_THREADS";

/// Sizes both thread pools. The one of polars can only be sized from the environment, so the program starts itself
/// again with the variable set.
pub(crate) fn set(threads: Option<u16>) -> Result<()> {
    let Some(threads) = threads else { return Ok(()) };
    if std::env::var(POLARS).ok().as_deref() != Some(&threads.to_string()) {
        restart(threads)?;
    }
    rayon::ThreadPoolBuilder::new()
        .num_threads(usize::from(threads))
        .build_global()
        .map_err(|error| Error::parameter(format!("cannot use {threads} threads: {error}")))
}

#[cfg(unix)]
fn restart(threads: u16) -> Result<()> {
    use std::os::unix::process::CommandExt;
    let program = std::env::current_exe().map_err(|error| Error::read(format!("cannot find this program: {error}")))?;
    let error = std::process::Command::new(program).args(std::env::args_os().skip(1)).env(POLARS, threads.to_string()).exec();
    Err(Error::read(format!("cannot start again with {threads} threads: {error}")))
}

#[cfg(not(unix))]
fn restart(_: u16) -> Result<()> {
    // Results do not depend on the number of threads; here only the library's own pool is bounded.
    Ok(())
}
