//! The analyses: each a folder with the same few files, each `params → fit → model → score`, none importing another.

pub mod abc;
pub mod affinity;
pub mod clv;
pub mod composition;
#[cfg(test)]
mod fixtures;
pub mod rfm;
