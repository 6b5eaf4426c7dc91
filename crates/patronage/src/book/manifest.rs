//! How a book came about: inputs, parameters, fitted models, row and money audit, and the hash of each file.

use std::collections::BTreeMap;
use std::fmt;

use chrono::NaiveDate;
use serde::{Deserialize, Serialize};

use super::churn::ChurnAnalysis;
use super::cluster::ClusterAnalysis;
use super::dimensions::DimensionsAnalysis;
use super::over_time::OverTimeAnalysis;
use super::params::Analysis;
use super::privacy::Pseudonyms;
use super::remark::Remark;
use super::value::ClvAnalysis;
use crate::analysis::abc::AbcModel;
use crate::analysis::abc::layers::LayersModel;
use crate::analysis::abc::xyz::XyzModel;
use crate::analysis::lifecycle::LifecycleModel;
use crate::analysis::quality::Grade;
use crate::analysis::rfm::RfmModel;
use crate::customers::CustomersSettings;
use crate::ingest::{Assignments, Audit, InputFile, TimeFormat};
use crate::ledger::LedgerSettings;
use crate::time::Period;

/// The files that were read. The only part of a manifest that depends on how the input was split.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct Inputs {
    /// Each file with its hash.
    pub files: Vec<InputFile>,
    /// The list of customers, where there was one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub customers: Option<InputFile>,
}

/// The fitted models, by analysis; those that did not run are absent.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct Analyses {
    /// Thresholds and segment map.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub rfm: Option<RfmModel>,
    /// Where classes begin.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub abc: Option<AbcAnalysis>,
    /// Limits of variability.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub xyz: Option<XyzAnalysis>,
    /// The customer-base models.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub clv: Option<ClvAnalysis>,
    /// The methods of churn, their test, the chosen one.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub churn: Option<ChurnAnalysis>,
    /// The limits of the lifecycle.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub lifecycle: Option<LifecycleModel>,
    /// Centres, scaling and profiles of the clusters.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub clusters: Option<ClusterAnalysis>,
    /// The period and the earlier date of the views over time.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub over_time: Option<OverTimeAnalysis>,
    /// What was broken down, and what could not be answered.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub dimensions: Option<DimensionsAnalysis>,
}

/// Everything that goes by shares of revenue.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct AbcAnalysis {
    /// Classes A, B, C and N.
    pub classes: AbcModel,
    /// The customer pyramid: 1, 4, 15 and 80 % of the customers.
    pub pyramid: LayersModel,
    /// High, medium, low: 20, 30 and 50 % of the customers.
    pub hml: LayersModel,
    /// The Gini coefficient of money.
    pub gini: f64,
    /// The share of revenue of the best fifth of the customers.
    pub top_20_percent_share: f64,
    /// Whether they bring four fifths of it.
    pub eighty_twenty: bool,
}

/// Classes by variability of demand.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct XyzAnalysis {
    /// Limits, divisor, fewest periods.
    pub model: XyzModel,
    /// The period whose demand varies.
    pub period: Period,
}

/// Something that a reader of the book should know.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Warning {
    /// The part of the run that says so.
    pub about: String,
    /// What to know, in English.
    pub text: String,
    /// The same in Chinese; empty in books of versions that said it in English only.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub text_zh: String,
}

impl Warning {
    pub(super) fn new(about: impl fmt::Display, remark: Remark) -> Self {
        Self { about: about.to_string(), text: remark.en, text_zh: remark.zh }
    }
}

impl fmt::Display for Warning {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}", self.about, self.text)
    }
}

/// How a book came about.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Manifest {
    /// The version of this library.
    pub patronage: String,
    /// The files that were read.
    pub inputs: Inputs,
    /// The last day that is looked at.
    pub as_of: NaiveDate,
    /// The first day that is looked at, when not all.
    pub from: Option<NaiveDate>,
    /// Which column was what.
    pub columns: Assignments,
    /// How times were read.
    pub time_format: TimeFormat,
    /// Zone, cancel prefix, treatment of zero amounts.
    pub ledger: LedgerSettings,
    /// How customers were looked at.
    pub customers: CustomersSettings,
    /// The analyses that ran.
    pub ran: Vec<Analysis>,
    /// The fitted models.
    pub analyses: Analyses,
    /// Where every row and all money went.
    pub audit: Option<Audit>,
    /// Customers in the book.
    pub book_customers: u64,
    /// Their net money, as decimal text.
    pub book_revenue: String,
    /// Their purchase orders.
    pub book_orders: u64,
    /// Rows of orders after `as_of`: counted, not used.
    pub rows_after_as_of: u64,
    /// Rows of orders before `from`: counted, not used.
    pub rows_before_from: u64,
    /// The date of the last book, where changes since then are told.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub previous: Option<NaiveDate>,
    /// That ids are pseudonyms, and of which key; none where they are ids.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub pseudonyms: Option<Pseudonyms>,
    /// How good the data are, and what to fix first.
    #[serde(default)]
    pub quality: Option<Grade>,
    /// What a reader should know.
    pub warnings: Vec<Warning>,
    /// The BLAKE3 hash of each file; none for the rejects, whose order follows the input.
    pub files: BTreeMap<String, Option<String>>,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn warnings_of_older_books_are_read() {
        let warning: Warning = serde_json::from_str(r#"{"about":"rfm","text":"nobody has recency score 3"}"#).expect("a warning");
        assert_eq!((warning.to_string().as_str(), warning.text_zh.as_str()), ("rfm: nobody has recency score 3", ""));
    }
}
