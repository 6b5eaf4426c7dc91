//! The settings of RFM and the one place where they are checked.

use serde::{Deserialize, Serialize};

use super::axis::Axis;
use super::fit::RfmModel;
use super::map::{Finding, Input, SegmentMap};
use super::quantity::Quantity;
use super::scoring::Scoring;
use super::values::MonetaryKind;
use crate::customers::Customers;
use crate::error::{Error, Result};

/// The numbers of scores that can be asked for.
const BINS: std::ops::RangeInclusive<u8> = 2..=9;

/// Recency, frequency, money: the entry to the analysis. See the [module](super).
#[derive(Debug, Clone, Copy)]
pub struct Rfm;

impl Rfm {
    /// The default settings: preset `quantile`, five scores, net total, segment map `eleven`.
    #[must_use]
    pub fn params() -> RfmParams {
        RfmParams::default()
    }
}

/// Ascending thresholds in raw units for scoring [`Custom`](Scoring::Custom), one fewer than there are scores.
///
/// A value that equals a threshold lies with the smaller values: with recency thresholds 30 and 90, a customer who
/// bought 30 days ago has the best score.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Thresholds {
    recency: Vec<Quantity>,
    frequency: Vec<Quantity>,
    monetary: Vec<Quantity>,
}

impl Thresholds {
    /// Takes thresholds in days, orders and currency units, to the nearest millionth.
    ///
    /// # Errors
    /// When one is not finite or beyond ±10^22, they do not ascend, or the axes have different numbers of them.
    ///
    /// ```
    /// use patronage::analysis::rfm::Thresholds;
    /// assert!(Thresholds::new(&[30.0, 90.0], &[1.0, 5.0], &[100.0, 500.0]).is_ok());
    /// assert!(Thresholds::new(&[90.0, 30.0], &[1.0, 5.0], &[100.0, 500.0]).is_err());
    /// ```
    pub fn new(recency: &[f64], frequency: &[f64], monetary: &[f64]) -> Result<Self> {
        let exact = |values: &[f64]| values.iter().copied().map(Quantity::from_f64).collect::<Result<Vec<_>>>();
        let thresholds = Self { recency: exact(recency)?, frequency: exact(frequency)?, monetary: exact(monetary)? };
        thresholds.check()?;
        Ok(thresholds)
    }

    /// The thresholds of an axis.
    #[must_use]
    pub fn of(&self, axis: Axis) -> &[Quantity] {
        match axis {
            Axis::Recency => &self.recency,
            Axis::Frequency => &self.frequency,
            Axis::Monetary => &self.monetary,
        }
    }

    fn check(&self) -> Result<()> {
        for axis in Axis::ALL {
            let own = self.of(axis);
            if own.len() != self.recency.len() {
                return Err(Error::parameter(format!(
                    "{axis} has {} thresholds and recency {}: each axis needs one fewer than there are scores",
                    own.len(),
                    self.recency.len()
                )));
            }
            if let Some([low, high]) = own.array_windows().find(|[low, high]| low >= high) {
                return Err(Error::parameter(format!("the thresholds of {axis} have to ascend: {low} comes before {high}")));
            }
        }
        Ok(())
    }
}

/// The settings, each with a default. Nothing is checked before [`fit`](Self::fit).
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct RfmParams {
    scoring: Scoring,
    bins: Option<u8>,
    monetary: Option<MonetaryKind>,
    map: Option<SegmentMap>,
    thresholds: Option<Thresholds>,
}

/// Settings that have been checked against each other, with every default filled in.
#[derive(Debug, Clone)]
pub(super) struct Plan {
    pub(super) scoring: Scoring,
    pub(super) bins: u8,
    pub(super) monetary: MonetaryKind,
    pub(super) map: SegmentMap,
    pub(super) thresholds: Option<Thresholds>,
}

impl RfmParams {
    /// How raw values become scores; default [`Scoring::Quantile`].
    #[must_use]
    pub fn scoring(mut self, scoring: Scoring) -> Self {
        self.scoring = scoring;
        self
    }

    /// The number of scores, 2 to 9; default 5, or what the preset prescribes.
    #[must_use]
    pub fn bins(mut self, bins: u8) -> Self {
        self.bins = Some(bins);
        self
    }

    /// What the monetary axis measures; default the net total, for `pymc_quartile` the mean per purchase period.
    #[must_use]
    pub fn monetary(mut self, kind: MonetaryKind) -> Self {
        self.monetary = Some(kind);
        self
    }

    /// The segment map. By default `eleven` for five scores, `klaviyo_six` for three, `weighted_levels` for scoring
    /// `weighted`, and `eight_value`, which works for any number, for the others.
    #[must_use]
    pub fn map(mut self, map: SegmentMap) -> Self {
        self.map = Some(map);
        self
    }

    /// The thresholds of scoring [`Custom`](Scoring::Custom).
    #[must_use]
    pub fn thresholds(mut self, thresholds: Thresholds) -> Self {
        self.thresholds = Some(thresholds);
        self
    }

    /// Finds the thresholds that these customers give.
    ///
    /// # Errors
    /// When settings are out of range or contradict each other (kind `Parameter`), there is nobody to fit on (`Fit`),
    /// or money is beyond 10^22 (`Overflow`).
    pub fn fit(self, customers: &Customers) -> Result<RfmModel> {
        RfmModel::fit(self.check()?, customers)
    }

    fn check(self) -> Result<Plan> {
        let Self { scoring, monetary, .. } = self;
        let bins = match (self.bins, scoring.fixed_bins(), &self.thresholds) {
            (_, _, None) if scoring == Scoring::Custom => {
                return Err(
                    Error::parameter("scoring `custom` needs thresholds").with_hint("give thresholds for recency, frequency and monetary")
                );
            }
            (_, _, Some(_)) if scoring != Scoring::Custom => {
                return Err(Error::parameter(format!("thresholds are given, but scoring `{scoring}` finds its own"))
                    .with_hint("choose scoring `custom`"));
            }
            (Some(asked), Some(fixed), _) if asked != fixed => {
                return Err(Error::parameter(format!("scoring `{scoring}` has {fixed} scores, not {asked}"))
                    .with_hint("leave the number of bins out"));
            }
            (asked, _, Some(thresholds)) => {
                thresholds.check()?;
                let own = thresholds.of(Axis::Recency).len() + 1;
                if asked.is_some_and(|asked| usize::from(asked) != own) {
                    return Err(Error::parameter(format!("{} thresholds make {own} scores, another number is asked for", own - 1)));
                }
                u8::try_from(own).unwrap_or(u8::MAX)
            }
            (asked, fixed, None) => asked.or(fixed).unwrap_or(5),
        };
        if !BINS.contains(&bins) {
            return Err(Error::parameter("the number of scores has to be 2 to 9").with_value(&bins.to_string()));
        }
        let map = self.map.unwrap_or_else(|| match (scoring, bins) {
            (Scoring::Weighted, _) => SegmentMap::weighted_levels(),
            (_, 5) => SegmentMap::eleven(),
            (_, 3) => SegmentMap::klaviyo_six(),
            _ => SegmentMap::eight_value(),
        });
        match map.input() {
            Input::Scores if map.bins() != bins => {
                return Err(Error::parameter(format!("segment map `{}` needs {} scores, but there are {bins}", map.name(), map.bins()))
                    .with_hint("change the number of bins, or choose `eight_value` or a map of your own"));
            }
            Input::Weighted if scoring != Scoring::Weighted => {
                return Err(Error::parameter(format!("segment map `{}` needs scoring `weighted`, not `{scoring}`", map.name())));
            }
            _ => {}
        }
        if let Some(finding) = map.lint().into_iter().find(Finding::is_error) {
            return Err(Error::parameter(format!("segment map `{}`: {finding}", map.name())));
        }
        let usual = if scoring == Scoring::PymcQuartile { MonetaryKind::MeanPeriod } else { MonetaryKind::default() };
        Ok(Plan { scoring, bins, monetary: monetary.unwrap_or(usual), map, thresholds: self.thresholds })
    }
}
