//! What a reader of clusters should know.

use std::fmt;

use serde::{Deserialize, Serialize};

use super::feature::Feature;

/// A remark on a model.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum Note {
    /// A feature is the same for all and was left out.
    Constant {
        /// The feature.
        feature: Feature,
        /// Its value.
        value: f64,
    },
    /// Half of the customers have nearly the same value, so that robust scaling fell back to the standard deviation.
    StandardDeviation {
        /// The feature.
        feature: Feature,
    },
    /// All customers are equal in every feature: there is one cluster.
    AllEqual,
    /// One cluster has nearly all customers.
    Dominant {
        /// Its number.
        cluster: u32,
        /// Its share of the customers.
        share: f64,
    },
    /// The clusters run into each other.
    Weak {
        /// The mean silhouette.
        silhouette: f64,
    },
    /// A cluster is not found again in resamples.
    Dissolved {
        /// Its number.
        cluster: u32,
        /// Its mean Jaccard similarity.
        stability: f64,
    },
}

impl fmt::Display for Note {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Constant { feature, value } => {
                write!(f, "{feature} is {} for all customers and was left out", feature.show(*value))
            }
            Self::StandardDeviation { feature } => {
                write!(f, "half of the customers have the same {feature}; it was scaled by its standard deviation")
            }
            Self::AllEqual => f.write_str("all customers are equal in every feature: there is one cluster"),
            Self::Dominant { cluster, share } => {
                write!(f, "cluster {cluster} has {:.0} % of the customers: the others are exceptions rather than groups", share * 100.0)
            }
            Self::Weak { silhouette } => write!(
                f,
                "the mean silhouette is {silhouette:.2}: customers differ by degrees, and where one cluster ends and the next begins is a convention"
            ),
            Self::Dissolved { cluster, stability } => write!(
                f,
                "cluster {cluster} is not found again in resamples (mean Jaccard similarity {stability:.2}, below 0.5): do not build on it"
            ),
        }
    }
}

impl Note {
    /// What `Display` says, in Chinese.
    #[must_use]
    pub fn text_zh(&self) -> String {
        match self {
            Self::Constant { feature, value } => {
                let (word, unit) = feature.words_zh();
                format!("所有客户的{word}均为 {}{unit}，该特征未使用", feature.show(*value))
            }
            Self::StandardDeviation { feature } => format!("半数客户的{}相同，改按标准差缩放", feature.words_zh().0),
            Self::AllEqual => "所有客户的各项特征均相同：仅有一个聚类".to_owned(),
            Self::Dominant { cluster, share } => {
                format!("第 {cluster} 群包含 {:.0} % 的客户：其余是例外而非群体", share * 100.0)
            }
            Self::Weak { silhouette } => {
                format!("平均轮廓系数为 {silhouette:.2}：客户之间只有程度之别，聚类的边界是人为约定")
            }
            Self::Dissolved { cluster, stability } => {
                format!("重抽样时找不到第 {cluster} 群（平均 Jaccard 相似度 {stability:.2}，低于 0.5）：请勿以其为依据")
            }
        }
    }
}
