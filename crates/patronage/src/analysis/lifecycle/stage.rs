//! The stages, and the rule of each in words.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};

use super::LifecycleModel;
use crate::error::{Error, Result};
use crate::time::named;
use crate::words::counted;

/// A stage of the lifecycle, in the order in which customers mostly pass through them.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Stage {
    /// Known, but without a purchase.
    Prospect,
    /// First purchase not long ago.
    New,
    /// Spends more than usual.
    Growing,
    /// Spends as usual.
    Mature,
    /// Spends less than usual.
    Declining,
    /// Silent for long.
    Dormant,
    /// Silent for so long that few come back.
    Lost,
    /// Came back after having been lost.
    Reactivated,
}

named!(
    Stage,
    "lifecycle stage",
    Self::Prospect => "prospect",
    Self::New => "new",
    Self::Growing => "growing",
    Self::Mature => "mature",
    Self::Declining => "declining",
    Self::Dormant => "dormant",
    Self::Lost => "lost",
    Self::Reactivated => "reactivated",
);

impl Stage {
    /// All of them.
    pub const ALL: [Self; 8] =
        [Self::Prospect, Self::New, Self::Growing, Self::Mature, Self::Declining, Self::Dormant, Self::Lost, Self::Reactivated];

    /// What it is called, in English.
    #[must_use]
    pub fn name_en(self) -> &'static str {
        match self {
            Self::Prospect => "Prospect",
            Self::New => "New",
            Self::Growing => "Growing",
            Self::Mature => "Mature",
            Self::Declining => "Declining",
            Self::Dormant => "Dormant",
            Self::Lost => "Lost",
            Self::Reactivated => "Reactivated",
        }
    }

    /// What it is called, in Chinese.
    #[must_use]
    pub fn name_zh(self) -> &'static str {
        match self {
            Self::Prospect => "潜在客户",
            Self::New => "新客户",
            Self::Growing => "成长期",
            Self::Mature => "成熟期",
            Self::Declining => "衰退期",
            Self::Dormant => "休眠期",
            Self::Lost => "已流失",
            Self::Reactivated => "重新激活",
        }
    }
}

/// A stage and its rule in words, with the numbers of a model.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StageRule {
    /// The stage.
    pub stage: Stage,
    /// Its rule, in English.
    pub rule_en: String,
    /// Its rule, in Chinese.
    pub rule_zh: String,
}

impl LifecycleModel {
    /// The rule of every stage, in the order of [`Stage::ALL`].
    #[must_use]
    pub fn rules(&self) -> Vec<StageRule> {
        let (d, l) = (self.dormant_after, self.lost_after);
        let [days, lost] = [d, l].map(|days| counted(days, "day"));
        let (more, less) = (self.growing_from, self.declining_to);
        let rule = |stage| match stage {
            Stage::Prospect => ("known, but has not bought".to_owned(), "已登记但尚未购买".to_owned()),
            Stage::New => (format!("first purchase within the last {days}"), format!("首次购买在最近 {d} 天内")),
            Stage::Growing => (
                format!("spent at least {more} times as much in the last {days} as usual in so many days"),
                format!("最近 {d} 天的消费不低于平时同等天数的 {more} 倍"),
            ),
            Stage::Mature => (
                format!("spent between {less} and {more} times as much in the last {days} as usual"),
                format!("最近 {d} 天的消费为平时的 {less} 至 {more} 倍"),
            ),
            Stage::Declining => (
                format!("bought in the last {days}, but spent at most {less} times as much as usual"),
                format!("最近 {d} 天有购买，但消费不超过平时的 {less} 倍"),
            ),
            Stage::Dormant => (format!("no purchase for {} to {l} days", d + 1), format!("{} 至 {l} 天未购买", d + 1)),
            Stage::Lost => (format!("no purchase for more than {lost}"), format!("超过 {l} 天未购买")),
            Stage::Reactivated => (
                format!("came back within the last {days} after more than {lost} without a purchase"),
                format!("在超过 {l} 天未购买之后，于最近 {d} 天内回归"),
            ),
        };
        Stage::ALL
            .into_iter()
            .map(|stage| {
                let (rule_en, rule_zh) = rule(stage);
                StageRule { stage, rule_en, rule_zh }
            })
            .collect()
    }
}
