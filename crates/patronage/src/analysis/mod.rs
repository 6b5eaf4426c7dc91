//! The analyses: each a folder with the same few files, each `params → fit → model → score`, none importing another.

pub mod abc;
pub mod churn;
pub mod clv;
#[cfg(test)]
mod fixtures;
pub mod rfm;
