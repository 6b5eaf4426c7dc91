//! Customers at a date, and who of them churned after it; and why there is none.

use std::fmt;

use chrono::NaiveDate;
use serde::{Deserialize, Serialize};

use super::days::PurchaseDays;
use super::gaps::GapRule;
use crate::time::date_of;
use crate::words::counted;

/// What is missing for a trained and tested probability.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "missing", rename_all = "snake_case")]
pub enum Missing {
    /// Training and test need a horizon each, and something to look back on before them.
    History {
        /// Days from the first purchase to the date.
        span_days: u32,
        /// Days of a horizon.
        horizon_days: u32,
    },
    /// Too few customers had bought.
    Customers {
        /// By when.
        by: NaiveDate,
        /// How many there were.
        found: u64,
        /// How many are needed.
        needed: u64,
    },
    /// Too few customers of one kind.
    Kind {
        /// After when.
        after: NaiveDate,
        /// How many did not buy within the horizon.
        churned: u64,
        /// How many did.
        stayed: u64,
        /// How many of each are needed.
        needed: u64,
    },
    /// Nobody had bought on two days.
    Gaps {
        /// By when.
        by: NaiveDate,
    },
    /// The classifier did not converge.
    Convergence {
        /// What the fit said.
        reason: String,
    },
    /// No purchase model gave its forecasts at the past dates.
    Forecasts,
}

impl fmt::Display for Missing {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::History { span_days, horizon_days } => write!(
                f,
                "the purchases span {}; training and test take {} each and need some before them: give a shorter horizon or a longer history",
                counted(span_days, "day"),
                counted(horizon_days, "day")
            ),
            Self::Customers { by, found, needed } => {
                let found = counted(found, "customer");
                write!(f, "{found} had bought by {by}; at least {needed} are needed: give a shorter horizon or a longer history")
            }
            Self::Kind { after, churned, stayed, needed } => write!(
                f,
                "after {after}, {} did not buy within the horizon and {stayed} did; at least {needed} of each are needed: give another horizon",
                counted(churned, "customer")
            ),
            Self::Gaps { by } => write!(f, "no customer had bought on two days by {by}: a longer history is needed"),
            Self::Convergence { reason } => f.write_str(reason),
            Self::Forecasts => f.write_str("no purchase model was fitted at the past dates"),
        }
    }
}

impl Missing {
    /// What `Display` says, in Chinese; a message of the fit stays as it is.
    #[must_use]
    pub fn text_zh(&self) -> String {
        match self {
            Self::History { span_days, horizon_days } => {
                format!("购买历史共 {span_days} 天；训练与检验各需 {horizon_days} 天，且此前还需有购买记录：请缩短预测期或补充更早的历史")
            }
            Self::Customers { by, found, needed } => {
                format!("截至 {by} 仅有 {found} 位客户购买过，至少需要 {needed} 位：请缩短预测期或补充更早的历史")
            }
            Self::Kind { after, churned, stayed, needed } => {
                format!("{after} 之后的预测期内，{churned} 位客户未购买，{stayed} 位购买；两类各至少需要 {needed} 位：请更换预测期")
            }
            Self::Gaps { by } => format!("截至 {by} 没有客户在两个不同日期购买过：需要更长的历史"),
            Self::Convergence { reason } => reason.clone(),
            Self::Forecasts => "购买模型未在过去的日期上拟合".to_owned(),
        }
    }
}

/// The fewest customers, and of each kind, that a probability is learnt from.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Fewest {
    pub(super) customers: u64,
    pub(super) of_each_kind: u64,
}

/// Customers known at a cut, and whether each churned.
#[derive(Debug, Clone)]
pub(super) struct Sample {
    pub(super) cut: i32,
    pub(super) rows: Vec<usize>,
    /// No purchase in the horizon after the cut.
    pub(super) churned: Vec<bool>,
    pub(super) rule: GapRule,
}

impl Sample {
    pub(super) fn new(
        days: &PurchaseDays,
        cut: i32,
        horizon: i32,
        (quantile, strength): (f64, Option<f64>),
        fewest: Fewest,
    ) -> Result<Self, Missing> {
        let rows = days.known_at(date_of(cut));
        if (rows.len() as u64) < fewest.customers.max(1) {
            return Err(Missing::Customers { by: date_of(cut), found: rows.len() as u64, needed: fewest.customers });
        }
        let end = cut.saturating_add(horizon);
        let churned: Vec<bool> = rows.iter().map(|row| days.customer(*row).purchases(cut, end) == 0).collect();
        let rule = GapRule::fit(days, cut, quantile, strength).map_err(|_| Missing::Gaps { by: date_of(cut) })?;
        let sample = Self { cut, rows, churned, rule };
        let churned = sample.churned_customers();
        let stayed = sample.rows.len() as u64 - churned;
        if churned.min(stayed) < fewest.of_each_kind.max(1) {
            return Err(Missing::Kind { after: date_of(cut), churned, stayed, needed: fewest.of_each_kind });
        }
        Ok(sample)
    }

    pub(super) fn churned_customers(&self) -> u64 {
        self.churned.iter().filter(|churned| **churned).count() as u64
    }

    pub(super) fn churn_rate(&self) -> f64 {
        self.churned_customers() as f64 / self.rows.len() as f64
    }
}
