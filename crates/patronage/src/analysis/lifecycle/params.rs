//! The settings of the lifecycle.

use serde::{Deserialize, Serialize};

/// The lifecycle analysis: [`Lifecycle::params`] starts it.
#[derive(Debug, Clone, Copy)]
pub struct Lifecycle;

/// After how many days of silence a customer is dormant, and lost.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Limits {
    /// At these quantiles of the gaps between consecutive purchase days, 0 < dormant < lost < 1.
    Gaps {
        /// The quantile for dormant.
        dormant: f64,
        /// The quantile for lost.
        lost: f64,
    },
    /// After these numbers of days, 0 < dormant < lost.
    Days {
        /// The days for dormant.
        dormant: u32,
        /// The days for lost.
        lost: u32,
    },
}

impl Default for Limits {
    fn default() -> Self {
        Self::Gaps { dormant: 0.80, lost: 0.95 }
    }
}

/// The settings, each with a default. Nothing is checked before [`fit`](Self::fit).
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct LifecycleParams {
    pub(super) limits: Limits,
    pub(super) change: f64,
}

impl Lifecycle {
    /// The default settings: limits at the 80 % and 95 % quantiles of the gaps, growing and declining from a change of a quarter.
    #[must_use]
    pub fn params() -> LifecycleParams {
        LifecycleParams { limits: Limits::default(), change: 0.25 }
    }
}

impl LifecycleParams {
    /// After how many days of silence a customer is dormant, and lost.
    #[must_use]
    pub fn limits(mut self, limits: Limits) -> Self {
        self.limits = limits;
        self
    }

    /// By how much spending differs from the usual when a customer grows or declines, 0 < change < 1; 0.25 by default.
    #[must_use]
    pub fn change(mut self, change: f64) -> Self {
        self.change = change;
        self
    }
}
