//! What goes into a book.

use std::collections::BTreeSet;

use serde::{Deserialize, Serialize};

use super::SegmentBook;
use super::dimensions::DimensionsParams;
use super::over_time::OverTimeParams;
use super::value::ValueParams;
use crate::analysis::abc::xyz::Xyz;
use crate::analysis::abc::{Abc, AbcParams};
use crate::analysis::churn::{Churn, ChurnParams};
use crate::analysis::cluster::{Cluster, ClusterParams};
use crate::analysis::lifecycle::{Lifecycle, LifecycleParams};
use crate::analysis::rfm::{RfmModel, RfmParams};
use crate::customers::CustomersParams;
use crate::ingest::CustomerList;
use crate::time::{Period, named};
use std::fmt;
use std::str::FromStr;

use crate::error::{Error, Result};

/// The analyses a book can hold.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Analysis {
    /// Recency, frequency, money: scores and segments.
    Rfm,
    /// Classes by share of revenue, customer pyramid, Lorenz curve.
    Abc,
    /// Classes by variability of demand.
    Xyz,
    /// Customer lifetime value: purchases to come, spend, and what they are worth.
    Clv,
    /// Who is about to leave, what is at stake, and whom to contact.
    Churn,
    /// The stage of the lifecycle, and since when.
    Lifecycle,
    /// Groups that the data suggest, and unusual customers.
    Clusters,
    /// Growth, cohorts, trend, and moves between segments.
    OverTime,
    /// Revenue by category, channel, salesperson and the like, and what is bought together.
    Dimensions,
}

named!(Analysis, "analysis", Self::Rfm => "rfm", Self::Abc => "abc", Self::Xyz => "xyz", Self::Clv => "clv", Self::Churn => "churn",
    Self::Lifecycle => "lifecycle", Self::Clusters => "clusters", Self::OverTime => "over_time", Self::Dimensions => "dimensions");

impl Analysis {
    /// All of them, in the order in which a book holds them.
    pub const ALL: [Self; 9] =
        [Self::Rfm, Self::Abc, Self::Xyz, Self::Clv, Self::Churn, Self::Lifecycle, Self::Clusters, Self::OverTime, Self::Dimensions];

    /// Whether a book does without it where the data do not allow it.
    pub(super) fn may_be_left_out(self) -> bool {
        !matches!(self, Self::Rfm | Self::Abc | Self::Xyz)
    }
}

/// What goes into a book; by default every analysis with its own defaults.
#[derive(Debug, Clone)]
pub struct BookParams {
    pub(crate) customers: CustomersParams,
    pub(crate) only: BTreeSet<Analysis>,
    pub(crate) rfm: RfmParams,
    pub(crate) frozen_rfm: Option<RfmModel>,
    pub(crate) abc: AbcParams,
    pub(crate) xyz: Xyz,
    pub(crate) xyz_period: Period,
    pub(crate) value: ValueParams,
    pub(crate) churn: ChurnParams,
    pub(crate) lifecycle: LifecycleParams,
    pub(crate) clusters: ClusterParams,
    pub(crate) over_time: OverTimeParams,
    pub(crate) dimensions: DimensionsParams,
    /// The period of everything that is looked at over time.
    pub(crate) grain: Period,
    /// Who is known, and what of whom.
    pub(crate) list: Option<CustomerList>,
    /// The last book.
    pub(crate) previous: Option<SegmentBook>,
    /// Whether a book without one of the analyses is an error: they were asked for by name.
    pub(crate) demanded: bool,
}

impl Default for BookParams {
    fn default() -> Self {
        Self {
            customers: CustomersParams::default(),
            only: Analysis::ALL.into(),
            rfm: RfmParams::default(),
            frozen_rfm: None,
            abc: Abc::params(),
            xyz: Xyz::params(),
            xyz_period: Period::Month,
            value: ValueParams::default(),
            churn: Churn::params(),
            lifecycle: Lifecycle::params(),
            clusters: Cluster::params(),
            over_time: OverTimeParams::new(),
            dimensions: DimensionsParams::new(),
            grain: Period::Month,
            list: None,
            previous: None,
            demanded: false,
        }
    }
}

impl BookParams {
    /// How customers are looked at: as of when, from when, what frequency counts.
    #[must_use]
    pub fn customers(mut self, params: CustomersParams) -> Self {
        self.customers = params;
        self
    }

    /// Runs these analyses only. What is asked for by name and the data do not allow is an error, not a warning.
    #[must_use]
    pub fn only(mut self, analyses: impl IntoIterator<Item = Analysis>) -> Self {
        self.only = analyses.into_iter().collect();
        self.demanded = true;
        self
    }

    /// Scoring preset, number of scores, segment map.
    #[must_use]
    pub fn rfm(mut self, params: RfmParams) -> Self {
        self.rfm = params;
        self
    }

    /// Scores with thresholds that were fitted before, such as those of an older book's manifest.
    #[must_use]
    pub fn frozen_rfm(mut self, model: RfmModel) -> Self {
        self.frozen_rfm = Some(model);
        self
    }

    /// Class boundaries.
    #[must_use]
    pub fn abc(mut self, params: AbcParams) -> Self {
        self.abc = params;
        self
    }

    /// Horizon, discount and margin of customer lifetime value, and its model when it is not to be chosen.
    #[must_use]
    pub fn value(mut self, params: ValueParams) -> Self {
        self.value = params;
        self
    }

    /// The horizon of churn, its classes, and the length of the watchlist.
    #[must_use]
    pub fn churn(mut self, params: ChurnParams) -> Self {
        self.churn = params;
        self
    }

    /// How clusters are found, and how many.
    #[must_use]
    pub fn clusters(mut self, params: ClusterParams) -> Self {
        self.clusters = params;
        self
    }

    /// The earlier date that segments are compared with, and how far is looked back. Its period is [`grain`](Self::grain).
    #[must_use]
    pub fn over_time(mut self, params: OverTimeParams) -> Self {
        self.over_time = params;
        self
    }

    /// What is looked for in baskets, and how small values are gathered. Their period is [`grain`](Self::grain).
    #[must_use]
    pub fn dimensions(mut self, params: DimensionsParams) -> Self {
        self.dimensions = params;
        self
    }

    /// When a customer is dormant, lost, growing or declining.
    #[must_use]
    pub fn lifecycle(mut self, params: LifecycleParams) -> Self {
        self.lifecycle = params;
        self
    }

    /// The period of everything that is looked at over time: the month by default.
    #[must_use]
    pub fn grain(mut self, period: Period) -> Self {
        self.grain = period;
        self
    }

    /// A list of customers: attributes, and prospects who have not bought.
    #[must_use]
    pub fn list(mut self, list: CustomerList) -> Self {
        self.list = Some(list);
        self
    }

    /// The last book, to tell what changed since.
    #[must_use]
    pub fn previous(mut self, book: SegmentBook) -> Self {
        self.previous = Some(book);
        self
    }

    /// Limits of variability, and the period whose demand varies: the month by default. Periods count from that of a
    /// customer's first purchase to that of the date, those without a purchase as zero.
    #[must_use]
    pub fn xyz(mut self, params: Xyz, period: Period) -> Self {
        self.xyz = params;
        self.xyz_period = period;
        self
    }
}
