//! Pareto/NBD.
mod fit;
mod likelihood;
mod params;
mod score;
#[cfg(test)]
mod tests;

pub use params::{ParetoNbd, ParetoNbdParams};
pub use score::ParetoNbdModel;
