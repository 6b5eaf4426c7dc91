//! The scoring presets, by name, and what each needs.

mod cuts;
mod places;
mod ranks;

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};

use super::axis::{Axis, AxisModel, Rule};
use super::params::Plan;
use super::values::Values;
use crate::customers::Customers;
use crate::error::{Error, Result};
use crate::time::named;

pub(super) use ranks::{WEIGHTS, weighted_score};

/// How raw values become scores. In every preset the highest score is best; `q(p)` is the
/// [type-7 quantile](crate::math::quantile) and k the number of bins.
///
/// ```
/// use patronage::analysis::rfm::Scoring;
/// assert_eq!("sql_ntile".parse::<Scoring>()?, Scoring::SqlNtile);
/// assert_eq!(Scoring::default().to_string(), "quantile");
/// # Ok::<(), patronage::Error>(())
/// ```
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Scoring {
    /// Cuts at q(1/k) … q((k−1)/k), closed on the right. Equal values share a score, equal cuts leave scores unused
    /// (and are [noted](super::RfmModel::notes)), and scaling all values changes nothing.
    #[default]
    Quantile,
    /// R package `rfm` 0.3: cuts at q(i/k) + 1, closed on the left. The + 1 is one day, one order, one currency unit:
    /// not free of scale, so cents and euros score differently.
    RRfm,
    /// pandas `qcut(…, duplicates="drop")`: as `quantile`, but equal cuts, and cuts that equal the minimum, are merged,
    /// so that scores count up from 1 without gaps and the best score may be below k.
    QcutValue,
    /// pandas `qcut` of `rank(method="first")`: bins of equal size in which equal values are split, here by customer id.
    /// The ranks of recency ascend, so that among equal values the smaller id scores higher.
    QcutRankFirst,
    /// SQL `NTILE(k)` from worst to best, then by customer id: the first n mod k bins hold one customer more.
    SqlNtile,
    /// k intervals of equal width from minimum to maximum, closed on the right. Outliers empty the middle.
    EqualWidth,
    /// The user's [`Thresholds`](super::Thresholds) in raw units, closed on the right.
    Custom,
    /// SPSS Direct Marketing, independent binning: 1 + ⌊k·rank / (n + 1)⌋ of the mean rank, so that ties share a score.
    SpssIndependent,
    /// SPSS Direct Marketing, nested binning: frequency is binned within each recency score, money within each pair.
    SpssNested,
    /// Klaviyo, three scores: R 3 up to 180 days, 2 up to 365, else 1; F 1 up to q(.33), 2 up to max(q(.33) + 1, q(.66)),
    /// else 3; M by q(.33) and q(.66).
    #[serde(rename = "klaviyo_3")]
    Klaviyo3,
    /// pymc-marketing `rfm_segments`, four scores as in `qcut_value`: F counts purchase periods, M is the mean per period.
    PymcQuartile,
    /// Average ranks on a scale to 100, and 0.05·(0.15·R + 0.28·F + 0.57·M) as weighted score, at most 5. The scores of
    /// the axes are fifths (k-ths) of the scale. The widely copied version takes M from F's rank; this one does not.
    Weighted,
}

named!(Scoring, "scoring preset",
    Self::Quantile => "quantile", Self::RRfm => "r_rfm", Self::QcutValue => "qcut_value", Self::QcutRankFirst => "qcut_rank_first",
    Self::SqlNtile => "sql_ntile", Self::EqualWidth => "equal_width", Self::Custom => "custom",
    Self::SpssIndependent => "spss_independent", Self::SpssNested => "spss_nested", Self::Klaviyo3 => "klaviyo_3",
    Self::PymcQuartile => "pymc_quartile", Self::Weighted => "weighted",
);

impl Scoring {
    /// Every preset, in the order of the documentation.
    pub const ALL: [Self; 12] = [
        Self::Quantile,
        Self::RRfm,
        Self::QcutValue,
        Self::QcutRankFirst,
        Self::SqlNtile,
        Self::EqualWidth,
        Self::Custom,
        Self::SpssIndependent,
        Self::SpssNested,
        Self::Klaviyo3,
        Self::PymcQuartile,
        Self::Weighted,
    ];

    /// The number of scores that the preset prescribes; `None` where it is a setting.
    #[must_use]
    pub const fn fixed_bins(self) -> Option<u8> {
        match self {
            Self::Klaviyo3 => Some(3),
            Self::PymcQuartile => Some(4),
            _ => None,
        }
    }

    /// Fits the rules of the three axes.
    pub(super) fn fit(self, plan: &Plan, customers: &Customers, values: &Values) -> Result<[AxisModel; 3]> {
        let bins = plan.bins;
        let each = |rule: &dyn Fn(Axis) -> Result<Rule>| -> Result<[AxisModel; 3]> {
            let [r, f, m] = Axis::ALL;
            Ok([AxisModel::one(r, rule(r)?), AxisModel::one(f, rule(f)?), AxisModel::one(m, rule(m)?)])
        };
        match self {
            Self::Quantile => each(&|axis| cuts::quantile(&values.sorted(axis), bins)),
            Self::RRfm => each(&|axis| cuts::r_rfm(&values.sorted(axis), bins)),
            Self::QcutValue | Self::PymcQuartile => each(&|axis| cuts::qcut_value(&values.sorted(axis), bins)),
            Self::EqualWidth => each(&|axis| cuts::equal_width(&values.sorted(axis), bins)),
            Self::Klaviyo3 => each(&|axis| cuts::klaviyo(&values.sorted(axis), axis)),
            Self::Custom => {
                let thresholds = plan.thresholds.as_ref().ok_or_else(|| Error::parameter("scoring `custom` needs thresholds"))?;
                each(&|axis| Ok(cuts::custom(thresholds.of(axis))))
            }
            Self::SqlNtile => each(&|axis| Ok(places::sql_ntile(values.axis(axis), customers.customer_id(), axis, bins))),
            Self::QcutRankFirst => each(&|axis| Ok(places::qcut_rank_first(values.axis(axis), customers.customer_id(), axis, bins))),
            Self::SpssIndependent => each(&|axis| Ok(ranks::spss(&values.sorted(axis), axis, bins))),
            Self::SpssNested => Ok(ranks::spss_nested(values, bins)),
            Self::Weighted => each(&|axis| ranks::average(&values.sorted(axis), axis, bins)),
        }
    }
}
