//! Tests across the whole workspace: the binary as a user runs it, and the library on real data.

mod bad_input;
mod churn;
mod cli;
mod cluster;
mod clv;
mod common;
mod determinism;
mod dimensions;
mod ingest;
mod layers;
mod ledger;
mod lifecycle;
mod online_retail;
mod over_time;
mod peers;
mod reference;
mod sinks;
