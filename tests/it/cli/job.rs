//! Job files: every option has a key, flags win, and unknown keys are refused.

use serde_json::json;

use super::LOG;
use crate::common::Scratch;

fn scratch(job: &str) -> Scratch {
    let scratch = Scratch::with("log.csv", LOG.replace(',', ";"));
    scratch.write("job.toml", job);
    scratch
}

#[test]
fn a_job_file_can_hold_the_whole_run() {
    let job = "inputs = [\"log.csv\"]\nout = \"from-job\"\nformat = \"csv\"\nonly = [\"rfm\"]\nas_of = \"2024-03-31\"\nscoring = \"sql_ntile\"\ndelimiter = \";\"\nmissing = [\"cid\"]\njson = true\n";
    let scratch = scratch(job);
    let manifest = scratch.run("segment --job job.toml").ok().json();
    assert_eq!((&manifest["as_of"], &manifest["ran"], &manifest["book_customers"]), (&json!("2024-03-31"), &json!(["rfm"]), &json!(2)));
    assert_eq!(scratch.table("from-job/segments.csv").len(), 2);
}

#[test]
fn flags_win() {
    let scratch = scratch("inputs = [\"log.csv\"]\nout = \"from-job\"\nas_of = \"2024-03-31\"\nonly = [\"rfm\"]\n");
    let manifest = scratch.run("segment --job job.toml --out from-flag --as-of 2024-04-30 --only abc --json").ok().json();
    assert_eq!((&manifest["as_of"], &manifest["ran"]), (&json!("2024-04-30"), &json!(["abc"])));
    assert!(scratch.path("from-flag/segments.parquet").exists() && !scratch.path("from-job").exists());
}

#[test]
fn other_commands_read_their_options_from_a_job_file_too() {
    let scratch = scratch("missing = [\"cid\"]\nscale = 3\n");
    let audit = scratch.run("check log.csv --job job.toml --json").ok().json();
    assert_eq!((&audit["customers"], &audit["money_accepted"]), (&json!(2), &json!("165.250")));
    scratch.run("customers log.csv --job job.toml --out c.csv").ok();
    assert_eq!(scratch.table("c.csv").len(), 2);
    assert!(scratch.run("ingest log.csv --job job.toml --state state").ok().stdout.contains("5 rows added, 1 rejected"));
}

#[test]
fn what_a_job_file_may_not_say() {
    for (job, words) in [
        ("out = \"o\"\ncolour = \"red\"\n", &["job.toml", "not known", "`colour`"][..]),
        ("out = 7\n", &["job.toml", "not a job file"]),
        ("as_of = \"soon\"\n", &["job.toml", "not a job file"]),
        ("out = \n", &["job.toml", "not a job file"]),
        ("scoring = \"magic\"\nout = \"o\"\n", &["magic"]),
    ] {
        let scratch = scratch(job);
        scratch.run("segment log.csv --job job.toml").fails(2, words);
        assert_eq!(scratch.names(), ["job.toml", "log.csv"]);
    }
}
