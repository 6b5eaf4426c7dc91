//! The analyses: each a folder with the same few files, each `params → fit → model → score`, none importing another.

pub mod abc;
pub mod affinity;
pub mod churn;
pub mod cluster;
pub mod clv;
pub mod cohort;
pub mod composition;
#[cfg(test)]
mod fixtures;
pub mod growth;
pub mod lifecycle;
pub mod migration;
pub mod quality;
pub mod rfm;
pub mod trend;
