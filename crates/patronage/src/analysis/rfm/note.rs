//! What a reader of scores should know.

use std::fmt;

use serde::{Deserialize, Serialize};

use super::axis::Axis;
use super::quantity::Quantity;
use crate::words::counted;

/// Something about the customers a model was fitted on that a reader of its scores should know.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum Note {
    /// There are fewer customers than scores.
    FewCustomers {
        /// How many there are.
        customers: u64,
    },
    /// More than half of the customers have the same value: the axis tells little apart.
    Dominant {
        /// The axis.
        axis: Axis,
        /// The value.
        value: Quantity,
        /// How many have it.
        customers: u64,
        /// How many there are.
        of: u64,
    },
    /// Nobody has these scores.
    UnusedScores {
        /// The axis.
        axis: Axis,
        /// The scores, ascending.
        scores: Vec<u8>,
    },
    /// Customers with equal values have different scores, because the preset fills bins of equal size.
    TiesSplit {
        /// The axis.
        axis: Axis,
        /// How many customers have a value that is split.
        customers: u64,
    },
}

impl fmt::Display for Note {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::FewCustomers { customers } => {
                let verb = if *customers == 1 { "is" } else { "are" };
                write!(f, "there {verb} {}, fewer than scores", counted(customers, "customer"))
            }
            Self::Dominant { axis, value, customers, of } => {
                write!(f, "{axis} tells little apart: {} of the customers have the value {value}", percent(*customers, *of))
            }
            Self::UnusedScores { axis, scores } => {
                let list = scores.iter().map(ToString::to_string).collect::<Vec<_>>().join(" ");
                write!(f, "nobody has {axis} score {list}")
            }
            Self::TiesSplit { axis, customers } => write!(f, "{customers} customers have a {axis} that others with another score have too"),
        }
    }
}

impl Note {
    /// What `Display` says, in Chinese.
    #[must_use]
    pub fn text_zh(&self) -> String {
        match self {
            Self::FewCustomers { customers } => format!("仅有 {customers} 位客户，少于得分的档数"),
            Self::Dominant { axis, value, customers, of } => {
                format!("{}的区分度低：{} 的客户取值均为 {value}", axis.name_zh(), percent(*customers, *of))
            }
            Self::UnusedScores { axis, scores } => {
                let list = scores.iter().map(ToString::to_string).collect::<Vec<_>>().join("、");
                format!("没有客户的{}得分为 {list}", axis.name_zh())
            }
            Self::TiesSplit { axis, customers } => {
                format!("{customers} 位客户的{}与其他客户相同，但得分不同", axis.name_zh())
            }
        }
    }
}

/// A share in per mille, rounded down, as percent.
fn percent(part: u64, whole: u64) -> String {
    let share = u128::from(part) * 1000 / u128::from(whole.max(1));
    format!("{}.{} %", share / 10, share % 10)
}
