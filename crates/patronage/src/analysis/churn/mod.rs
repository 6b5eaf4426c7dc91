//! Churn.
mod backtest;
mod change;
mod classifier;
mod days;
mod decline;
mod features;
mod fit;
mod gaps;
mod logistic;
mod methods;
mod params;
mod sample;
mod score;
#[cfg(test)]
mod tests;
mod watchlist;

pub use backtest::{Backtest, CalibrationBin, GainPoint, MethodReport};
pub use change::Change;
pub use classifier::{Classifier, Coefficient};
pub use days::PurchaseDays;
pub use decline::{Move, ValueClass, ValueDecline};
pub use features::Feature;
pub use fit::{ChoiceReason, Chosen, ChurnModel};
pub use gaps::GapRule;
pub use methods::{Calibration, Forecast, Method, PastForecasts};
pub use params::{Churn, ChurnParams};
pub use sample::Missing;
pub use score::{ChurnScores, RiskClass};
pub use watchlist::{Watchlist, WatchlistEntry};
