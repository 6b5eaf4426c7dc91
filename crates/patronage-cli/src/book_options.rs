//! The options of the analyses of a book.

use std::path::PathBuf;

use chrono::NaiveDate;
use clap::Args;
use patronage::analysis::abc::{Abc, AbcParams, Boundary};
use patronage::analysis::churn::{Churn, ChurnParams};
use patronage::analysis::cluster::{Cluster, ClusterParams};
use patronage::analysis::clv::retention::Retention;
use patronage::analysis::clv::value::ResidualValue;
use patronage::analysis::lifecycle::{Lifecycle, LifecycleParams, Limits};
use patronage::analysis::rfm::{HighLowCut, Rfm, RfmModel, RfmParams, Scoring, SegmentMap, Thresholds};
use patronage::book::{BookParams, OverTimeParams, ValueParams};
use patronage::{Analysis, Error, Manifest, Result, SegmentBook};
use serde::{Deserialize, Serialize};

use crate::options::{ViewOptions, days};

/// What goes into a book, and how.
#[derive(Debug, Clone, Default, Args, Serialize, Deserialize)]
#[serde(default)]
pub(crate) struct BookOptions {
    /// How scores are made: quantile, `sql_ntile`, `r_rfm`, `qcut_value`, … [default: quantile]
    #[arg(long, value_name = "PRESET", help_heading = "Segments")]
    pub(crate) scoring: Option<String>,
    /// The number of scores of an axis, 2 to 9 [default: 5, or what the preset prescribes]
    #[arg(long, value_name = "N", help_heading = "Segments")]
    pub(crate) bins: Option<u8>,
    /// The segment map: eleven, `rf_ten`, `r_rfm_readme`, `klaviyo_six`, `eight_value`, or a TOML file of your own
    #[arg(long, value_name = "NAME|FILE", help_heading = "Segments")]
    pub(crate) map: Option<String>,
    /// Where `eight_value` parts high from low: mean, `mean_score` or median [default: mean]
    #[arg(long, value_name = "CUT", help_heading = "Segments")]
    pub(crate) cut: Option<String>,
    /// Thresholds for scoring `custom`: days, orders and money, each ascending, as in '30,90;1,5;100,500'
    #[arg(long, value_name = "R;F;M", help_heading = "Segments")]
    pub(crate) thresholds: Option<String>,
    /// Score with the thresholds and the map of an older book
    #[arg(long, value_name = "DIR", conflicts_with_all = ["scoring", "bins", "map", "cut", "thresholds"], help_heading = "Segments")]
    pub(crate) thresholds_from: Option<PathBuf>,
    /// The customer at the border of an ABC class: within, crossing, ties-start, ties-end or computed [default: ties-start]
    #[arg(long, value_name = "RULE", help_heading = "Segments")]
    pub(crate) abc: Option<String>,
    /// Customers without positive revenue: class (N, a class of their own), clamp or error [default: class]
    #[arg(long, value_name = "HOW", help_heading = "Segments")]
    pub(crate) abc_nonpositive: Option<String>,
    /// The future that counts: 52w, 364d, 12m (30 days each) or 1y (365 days) [default: 52w]
    #[arg(long, value_name = "LENGTH", help_heading = "Customer lifetime value")]
    pub(crate) horizon: Option<String>,
    /// Effective discount a year; 0.10 is 10 % [default: 0.10]
    #[arg(long, value_name = "RATE", help_heading = "Customer lifetime value")]
    pub(crate) discount: Option<f64>,
    /// The share of the money that stays with the business [default: 1]
    #[arg(long, value_name = "SHARE", help_heading = "Customer lifetime value")]
    pub(crate) margin: Option<f64>,
    /// nbd, bg-nbd, mbg-nbd, pareto-nbd, bg-cnbd or mbg-cnbd [default: the best on a hold-out]
    #[arg(long, value_name = "NAME", help_heading = "Customer lifetime value")]
    pub(crate) model: Option<String>,
    /// Give the 5 % and 95 % quantiles of what each customer may do, whatever it takes [default: up to 20,000 customers]
    #[arg(long, conflicts_with = "no_predictive", help_heading = "Customer lifetime value")]
    pub(crate) predictive: bool,
    /// Leave out the 5 % and 95 % quantiles of what each customer may do, which take the most time
    #[arg(long, help_heading = "Customer lifetime value")]
    pub(crate) no_predictive: bool,
    /// What it costs to win a customer, to be set against what one is worth
    #[arg(long, value_name = "MONEY", help_heading = "Customer lifetime value")]
    pub(crate) acquisition_cost: Option<f64>,
    /// What it costs to keep a customer for a year
    #[arg(long, value_name = "MONEY", help_heading = "Customer lifetime value")]
    pub(crate) retention_cost: Option<f64>,

    /// The time without a purchase that counts as churn: 90d, 13w or 6m (30 days each) [default: 90d]
    #[arg(long, value_name = "LENGTH", help_heading = "Churn")]
    pub(crate) churn_horizon: Option<String>,
    /// recency, overdue, `not_alive`, `no_purchase` or classifier [default: the best on the last horizon]
    #[arg(long, value_name = "METHOD", help_heading = "Churn")]
    pub(crate) churn_method: Option<String>,
    /// How many customers to list for contact [default: 1000]
    #[arg(long, value_name = "N", help_heading = "Churn")]
    pub(crate) watchlist: Option<usize>,
    /// The number of clusters [default: the best of 2 to 10]
    #[arg(long, value_name = "N", help_heading = "Clusters")]
    pub(crate) clusters: Option<usize>,
    /// k-means or mixture [default: k-means]
    #[arg(long, value_name = "METHOD", help_heading = "Clusters")]
    pub(crate) cluster_method: Option<String>,

    /// The period of everything over time: day, week, month, quarter or year [default: month]
    #[arg(long, value_name = "PERIOD", help_heading = "Over time")]
    pub(crate) grain: Option<String>,
    /// The last book: says what changed since, and grades the data over runs
    #[arg(long, value_name = "DIR", help_heading = "Over time")]
    pub(crate) previous: Option<PathBuf>,
    /// The earlier date to compare segments with [default: 90 days before the date of the book]
    #[arg(long, value_name = "DATE", help_heading = "Over time")]
    pub(crate) compare_to: Option<NaiveDate>,
    /// Days of silence after which a customer is dormant [default: 80 % of all gaps are shorter]
    #[arg(long, value_name = "DAYS", help_heading = "Over time")]
    pub(crate) dormant_after: Option<u32>,
    /// Days of silence after which a customer is lost [default: 95 % of all gaps are shorter]
    #[arg(long, value_name = "DAYS", help_heading = "Over time")]
    pub(crate) lost_after: Option<u32>,
}

impl BookOptions {
    /// The library's options.
    pub(crate) fn params(&self, view: &ViewOptions, only: &[String]) -> Result<BookParams> {
        let mut params = SegmentBook::params().customers(view.params()?);
        if !only.is_empty() {
            params = params.only(only.iter().map(|name| name.trim().parse::<Analysis>()).collect::<Result<Vec<_>>>()?);
        }
        if let Some(grain) = &self.grain {
            params = params.grain(grain.parse()?);
        }
        if let Some(folder) = &self.previous {
            params = params.previous(SegmentBook::open(folder)?);
        }
        params = params.abc(abc_params(self)?).value(value_params(self)?).lifecycle(lifecycle_params(self)?);
        params = params.churn(churn_params(self)?).clusters(cluster_params(self)?);
        if let Some(date) = self.compare_to {
            params = params.over_time(OverTimeParams::new().compare_date(date));
        }
        Ok(match &self.thresholds_from {
            Some(folder) => params.frozen_rfm(frozen(folder)?),
            None => params.rfm(rfm_params(self)?),
        })
    }
}

fn abc_params(options: &BookOptions) -> Result<AbcParams> {
    let mut params = Abc::params();
    if let Some(rule) = &options.abc {
        params = params.boundary(rule.parse::<Boundary>()?);
    }
    if let Some(how) = &options.abc_nonpositive {
        params = params.nonpositive(how.parse()?);
    }
    Ok(params)
}

fn churn_params(options: &BookOptions) -> Result<ChurnParams> {
    let mut params = Churn::params();
    if let Some(length) = &options.churn_horizon {
        params = params.horizon_days(days("--churn-horizon", length)?);
    }
    if let Some(method) = &options.churn_method {
        params = params.method(method.parse()?);
    }
    Ok(match options.watchlist {
        Some(customers) => params.top(customers),
        None => params,
    })
}

fn cluster_params(options: &BookOptions) -> Result<ClusterParams> {
    let mut params = Cluster::params();
    if let Some(method) = &options.cluster_method {
        params = params.method(method.parse()?);
    }
    Ok(match options.clusters {
        Some(clusters) => params.clusters(clusters),
        None => params,
    })
}

fn lifecycle_params(options: &BookOptions) -> Result<LifecycleParams> {
    match (options.dormant_after, options.lost_after) {
        (None, None) => Ok(Lifecycle::params()),
        (Some(dormant), Some(lost)) => Ok(Lifecycle::params().limits(Limits::Days { dormant, lost })),
        _ => Err(Error::parameter("--dormant-after and --lost-after go together")),
    }
}

fn value_params(options: &BookOptions) -> Result<ValueParams> {
    let mut terms = ResidualValue::default();
    if let Some(length) = &options.horizon {
        terms = terms.horizon_days(f64::from(days("--horizon", length)?));
    }
    if let Some(discount) = options.discount {
        terms = terms.annual_discount(discount);
    }
    if let Some(margin) = options.margin {
        terms = terms.margin(margin);
    }
    terms.check()?;
    let mut retention = Retention::params();
    if let Some(cost) = options.acquisition_cost {
        retention = retention.acquisition_cost(cost);
    }
    if let Some(cost) = options.retention_cost {
        retention = retention.retention_cost(cost);
    }
    let mut params = ValueParams::new().terms(terms).retention(retention);
    if options.predictive || options.no_predictive {
        params = params.predictive(!options.no_predictive);
    }
    Ok(match &options.model {
        None => params,
        Some(name) => params.model(crate::commands::fit::model_kind(name)?),
    })
}

fn frozen(folder: &std::path::Path) -> Result<RfmModel> {
    Manifest::open(folder)?.analyses.rfm.ok_or_else(|| Error::parameter("the older book has no RFM thresholds").at_file(folder))
}

fn rfm_params(options: &BookOptions) -> Result<RfmParams> {
    let mut params = Rfm::params();
    if let Some(preset) = &options.scoring {
        params = params.scoring(preset.parse::<Scoring>()?);
    }
    if let Some(bins) = options.bins {
        params = params.bins(bins);
    }
    if let Some(map) = &options.map {
        params = params.map(segment_map(map, options.cut.as_deref())?);
    } else if options.cut.is_some() {
        return Err(Error::parameter("--cut goes with --map eight_value"));
    }
    if let Some(text) = &options.thresholds {
        params = params.thresholds(thresholds(text)?);
    }
    Ok(params)
}

fn segment_map(name: &str, cut: Option<&str>) -> Result<SegmentMap> {
    let map = if std::path::Path::new(name).extension().is_some_and(|ending| ending.eq_ignore_ascii_case("toml")) {
        let text = std::fs::read_to_string(name).map_err(|error| Error::parameter(format!("cannot read: {error}")).at_file(name))?;
        SegmentMap::from_toml(&text).map_err(|error| error.at_file(name))?
    } else {
        SegmentMap::named(name)?
    };
    Ok(match cut {
        None => map,
        Some("mean") => map.with_cut(HighLowCut::MeanOfValues),
        Some("mean_score") => map.with_cut(HighLowCut::MeanOfScores),
        Some("median") => map.with_cut(HighLowCut::Median),
        Some(other) => return Err(Error::parameter("not a cut").with_value(other).with_hint("one of: mean mean_score median")),
    })
}

fn thresholds(text: &str) -> Result<Thresholds> {
    let odd = || {
        Error::parameter("thresholds are three ascending lists")
            .with_value(text)
            .with_hint("as in --thresholds '30,90,180,365;1,2,5,10;50,100,500,1000'")
    };
    let axes: Vec<Vec<f64>> = text
        .split(';')
        .map(|axis| axis.split(',').map(|number| number.trim().parse().map_err(|_| odd())).collect())
        .collect::<Result<_>>()?;
    let [recency, frequency, monetary] = axes.as_slice() else { return Err(odd()) };
    Thresholds::new(recency, frequency, monetary)
}
