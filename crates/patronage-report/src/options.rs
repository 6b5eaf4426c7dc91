//! What a report shows, in which language, and what it keeps to itself.

use std::fmt;
use std::str::FromStr;

use patronage::{Error, Result};

/// The language of a report's words, numbers and names.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Hash)]
pub enum Language {
    /// English.
    #[default]
    English,
    /// Simplified Chinese.
    Chinese,
}

impl Language {
    /// The text in this language.
    pub(crate) fn pick<T>(self, english: T, chinese: T) -> T {
        match self {
            Self::English => english,
            Self::Chinese => chinese,
        }
    }

    /// As HTML and browsers name it.
    pub(crate) fn tag(self) -> &'static str {
        self.pick("en", "zh-CN")
    }

    /// The end of the names of columns that come in both languages: `name_en`, `name_zh`.
    pub(crate) fn suffix(self) -> &'static str {
        self.pick("_en", "_zh")
    }
}

impl FromStr for Language {
    type Err = Error;

    fn from_str(name: &str) -> Result<Self> {
        match name.to_ascii_lowercase().as_str() {
            "en" | "english" => Ok(Self::English),
            "zh" | "zh-cn" | "zh_cn" | "chinese" => Ok(Self::Chinese),
            _ => Err(Error::parameter("not a language of reports").with_value(name).with_hint("en or zh")),
        }
    }
}

/// A part of a report. One whose analyses did not run is left out.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Section {
    /// Inputs, dates, rows and money accepted and rejected, quality of the data.
    About,
    /// What matters most, in sentences.
    Findings,
    /// Customers, revenue, value at risk and what to do, by segment.
    Segments,
    /// Scores, thresholds and how customers are spread.
    Rfm,
    /// Who brings the money, and who will.
    Value,
    /// Who is still a customer, what is expected, and how good such forecasts were.
    Future,
    /// Who is about to leave, what is at stake, whom to contact.
    Churn,
    /// Cohorts, growth, trend and migration.
    OverTime,
    /// Groups found in the data.
    Clusters,
    /// Revenue by category, channel and so on; what is bought together.
    Dimensions,
    /// Definitions, thresholds, coefficients, and what not to conclude.
    Method,
}

impl Section {
    /// Every section, in the order of the report.
    pub const ALL: [Self; 11] = [
        Self::About,
        Self::Findings,
        Self::Segments,
        Self::Rfm,
        Self::Value,
        Self::Future,
        Self::Churn,
        Self::OverTime,
        Self::Clusters,
        Self::Dimensions,
        Self::Method,
    ];

    /// The stable name, which is also the anchor in HTML.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::About => "about",
            Self::Findings => "findings",
            Self::Segments => "segments",
            Self::Rfm => "rfm",
            Self::Value => "value",
            Self::Future => "future",
            Self::Churn => "churn",
            Self::OverTime => "over_time",
            Self::Clusters => "clusters",
            Self::Dimensions => "dimensions",
            Self::Method => "method",
        }
    }
}

impl fmt::Display for Section {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

impl FromStr for Section {
    type Err = Error;

    fn from_str(name: &str) -> Result<Self> {
        Self::ALL.into_iter().find(|section| section.name() == name).ok_or_else(|| {
            let names = Self::ALL.map(Self::name).join(" ");
            Error::parameter("no section of that name").with_value(name).with_hint(format!("one of: {names}"))
        })
    }
}

/// Beyond so many customers a page would take too long to open; those that matter most are listed then.
const MOST_CUSTOMERS: usize = 200_000;

/// Of fewer customers a report without customers says nothing.
const FEWEST: u64 = 5;

/// Settings of a report.
///
/// ```
/// use patronage_report::{Language, ReportOptions, Section};
/// let options = ReportOptions::new().language(Language::Chinese).sections([Section::Findings, Section::Segments]);
/// # let _ = options;
/// ```
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ReportOptions {
    pub(crate) language: Language,
    pub(crate) sections: Vec<Section>,
    pub(crate) title: Option<String>,
    pub(crate) aggregate_only: bool,
    pub(crate) suppress_below: Option<u64>,
    pub(crate) most_customers: usize,
}

impl Default for ReportOptions {
    fn default() -> Self {
        Self {
            language: Language::English,
            sections: Section::ALL.to_vec(),
            title: None,
            aggregate_only: false,
            suppress_below: None,
            most_customers: MOST_CUSTOMERS,
        }
    }
}

impl ReportOptions {
    /// Every section, in English, with all customers.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// The language.
    #[must_use]
    pub fn language(mut self, language: Language) -> Self {
        self.language = language;
        self
    }

    /// These sections only. They come in the order of the report, whatever the order here.
    #[must_use]
    pub fn sections(mut self, sections: impl IntoIterator<Item = Section>) -> Self {
        self.sections = sections.into_iter().collect();
        self.sections.sort_unstable();
        self.sections.dedup();
        self
    }

    /// A title of one's own.
    #[must_use]
    pub fn title(mut self, title: impl Into<String>) -> Self {
        self.title = Some(title.into());
        self
    }

    /// Shows no single customer: no search, no contact list, no outliers, no customer named.
    #[must_use]
    pub fn aggregate_only(mut self, aggregate_only: bool) -> Self {
        self.aggregate_only = aggregate_only;
        self
    }

    /// Hides the numbers of groups with fewer customers than this; 0 hides none. Unless said: 5 where no single customer is shown, else 0.
    ///
    /// Where what is hidden could be had by subtraction, the next smallest groups are hidden too. Tables of customers over time are
    /// judged by each of their counts.
    #[must_use]
    pub fn suppress_below(mut self, customers: u64) -> Self {
        self.suppress_below = Some(customers);
        self
    }

    /// The fewest customers of a group whose numbers are shown.
    pub(crate) fn fewest_shown(&self) -> u64 {
        self.suppress_below.unwrap_or(if self.aggregate_only { FEWEST } else { 0 })
    }

    /// The most customers that a page lists (200,000); of a larger book those on the contact list and those with the most money.
    #[must_use]
    pub fn most_customers(mut self, customers: usize) -> Self {
        self.most_customers = customers;
        self
    }
}
