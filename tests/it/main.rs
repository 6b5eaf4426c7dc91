//! Tests across the whole workspace: the binary as a user runs it, and the library on real data.

mod bad_input;
mod cli;
mod cluster;
mod clv;
mod common;
mod determinism;
mod ingest;
mod layers;
mod ledger;
mod online_retail;
mod reference;
mod sinks;
