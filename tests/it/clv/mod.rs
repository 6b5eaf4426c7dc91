//! The customer-base models across the whole: real data, simulated worlds, and the binary.

mod backtest;
mod cdnow_backtest;
mod convergence;
mod fit;
mod segment;
mod simulated_futures;
mod study;
mod worlds;
