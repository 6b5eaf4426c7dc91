//! The segment book: all analyses joined on the customer, and a manifest that says how they came about.
//!
//! ```
//! use patronage::{Ingest, SegmentBook};
//! # fn main() -> patronage::Result<()> {
//! let log = "customer,date,amount\nann,2024-03-01,50\nann,2024-03-20,70\nbob,2024-01-05,20\n";
//! let book = SegmentBook::params().build(&Ingest::new().read_text(log)?)?;
//! assert_eq!(book.segments().height(), 2);
//! assert_eq!(book.manifest().as_of.to_string(), "2024-03-20");
//! # Ok(()) }
//! ```
//!
//! The same input and parameters give the same bytes, whatever the order of rows, the split into files and the number
//! of threads; of the manifest this holds but for its `inputs`, which name the files.

mod answers;
mod attributes;
mod build;
mod changes;
mod churn;
mod churn_forecast;
mod cluster;
mod compare;
mod demand;
mod dimension_tables;
mod dimensions;
mod distributions;
mod explain;
mod history;
mod lifecycle;
mod manifest;
mod measures;
mod over_time;
mod over_time_tables;
mod params;
mod part;
mod privacy;
mod remark;
mod tables;
mod value;
mod value_tables;
mod write;

use std::collections::BTreeMap;

use polars::prelude::DataFrame;

pub use churn::{ChurnAnalysis, ChurnParts, churn_risk};
pub use cluster::ClusterAnalysis;
pub use compare::{Comparison, ComparisonSummary, compare};
pub use dimensions::{AffinitySummary, DimensionSummary, DimensionsAnalysis, DimensionsParams};
pub use explain::{BookExplanation, LabelChange};
pub use manifest::{AbcAnalysis, Analyses, Inputs, Manifest, Warning, XyzAnalysis};
pub use over_time::{OverTime, OverTimeAnalysis, OverTimeParams, RfmInUse};
pub use params::{Analysis, BookParams};
pub use privacy::{PseudonymKey, Pseudonyms};
pub use remark::Remark;
pub use value::{ClvAnalysis, ValueParams};
pub use write::REJECTS;

/// Customers with all that was found out about them. See the [module](self).
#[derive(Debug, Clone)]
pub struct SegmentBook {
    pub(crate) segments: DataFrame,
    pub(crate) tables: BTreeMap<String, DataFrame>,
    pub(crate) manifest: Manifest,
}

impl SegmentBook {
    /// The default parameters: every analysis, as of the last day.
    #[must_use]
    pub fn params() -> BookParams {
        BookParams::default()
    }

    /// One row per customer, sorted by id. The [README](crate) lists the columns.
    #[must_use]
    pub fn segments(&self) -> &DataFrame {
        &self.segments
    }

    /// The tables beside it, by name: `segments`, `rules`, `thresholds`, `abc`, `pyramid`, `lorenz` and others.
    #[must_use]
    pub fn tables(&self) -> &BTreeMap<String, DataFrame> {
        &self.tables
    }

    /// How the book came about.
    #[must_use]
    pub fn manifest(&self) -> &Manifest {
        &self.manifest
    }
}
