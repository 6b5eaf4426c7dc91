//! A book over time: growth, cohorts, trend, and how customers moved between segments.
//!
//! All of it comes from cells by day, which are gathered once. Looking back at an earlier date is a pass over them.

use chrono::{Days, NaiveDate};
use polars::prelude::{Column, DataFrame};
use serde::{Deserialize, Serialize};

use super::history::history;
use super::over_time_tables as tables;
use super::remark::Remark;
use crate::analysis::cohort::{Cohorts, LONGEST};
use crate::analysis::growth::{Growth, new_customers};
use crate::analysis::migration::{MigrationView, Snapshot, migrate};
use crate::analysis::rfm::{RfmModel, RfmParams, RfmScores, Segment};
use crate::analysis::trend::{ArpuDecline, Trend, gaps};
use crate::customers::Customers;
use crate::error::{Error, Result};
use crate::frames;
use crate::ledger::{CellMoney, Cells};
use crate::time::{Period, date_of, day_number};

/// The earlier date that segments are compared with.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Earlier {
    DaysBefore(u32),
    Date(NaiveDate),
}

/// How a book looks back: the period of its views, and the earlier date of its migration.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct OverTimeParams {
    grain: Period,
    money: CellMoney,
    earlier: Earlier,
    look_back: u32,
    arpu_falls: u32,
    history_customers: usize,
}

impl Default for OverTimeParams {
    fn default() -> Self {
        Self {
            grain: Period::Month,
            money: CellMoney::default(),
            earlier: Earlier::DaysBefore(90),
            look_back: 12,
            arpu_falls: 3,
            history_customers: 20_000,
        }
    }
}

/// The analysis by whose segments customers move: its settings, the model in use, and what that model says of the book's customers.
#[derive(Debug, Clone, Copy)]
pub struct RfmInUse<'a> {
    /// The settings, with which the thresholds of each date are fitted for the refit form.
    pub params: &'a RfmParams,
    /// The model whose thresholds the frozen form keeps.
    pub model: &'a RfmModel,
    /// The scores of the book's customers.
    pub scores: &'a RfmScores,
}

/// The views over time of a book, as its manifest tells of them.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct OverTimeAnalysis {
    /// The period of `growth`, `trend` and `segment_since`.
    pub grain: Period,
    /// The period of `cohorts`: the grain, or a longer one where there would be too many.
    pub cohort_grain: Period,
    /// The money of `growth` and `cohorts`.
    pub money: CellMoney,
    /// The earlier date of `migration` and `previous_segment`.
    pub compared_with: NaiveDate,
    /// How many periods `segment_since` looks back.
    pub look_back: u32,
    /// Revenue per active customer that has been falling for some time.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub arpu_decline: Option<ArpuDecline>,
}

/// What a look back gives to a book.
#[derive(Debug, Clone)]
pub struct OverTime {
    /// For the manifest.
    pub analysis: OverTimeAnalysis,
    /// `previous_segment` and `segment_since`, in the order of the customers; none without segments.
    pub columns: Vec<Column>,
    /// `growth`, `new_customers`, `cohorts`, `trend`, `gaps`, `history` and, with segments, `migration`.
    pub tables: Vec<(String, DataFrame)>,
    /// What a reader should know.
    pub warnings: Vec<Remark>,
}

impl OverTimeParams {
    /// By month, the money of purchases, segments compared with those of 90 days before and followed over 12 months.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// The period of the views; the month by default.
    #[must_use]
    pub fn grain(mut self, period: Period) -> Self {
        self.grain = period;
        self
    }

    /// The money of growth and cohorts: that of purchases (the default), or net of refunds.
    #[must_use]
    pub fn money(mut self, money: CellMoney) -> Self {
        self.money = money;
        self
    }

    /// Compares segments with those of so many days before the book's date; 90 by default, about a quarter.
    #[must_use]
    pub fn compare_days(mut self, days: u32) -> Self {
        self.earlier = Earlier::DaysBefore(days);
        self
    }

    /// Compares segments with those of this date.
    #[must_use]
    pub fn compare_date(mut self, date: NaiveDate) -> Self {
        self.earlier = Earlier::Date(date);
        self
    }

    /// How many ends of periods `segment_since` looks back at; 12 by default.
    #[must_use]
    pub fn look_back(mut self, periods: u32) -> Self {
        self.look_back = periods;
        self
    }

    /// After how many falls of revenue per active customer in a row to say so; 3 by default.
    #[must_use]
    pub fn arpu_falls(mut self, periods: u32) -> Self {
        self.arpu_falls = periods;
        self
    }

    /// Of how many customers `history` tells when they bought: those with the most money; 20,000 by default.
    #[must_use]
    pub fn history_customers(mut self, customers: usize) -> Self {
        self.history_customers = customers;
        self
    }

    /// Looks back from the date of `customers`, of whose days `cells` tell.
    ///
    /// `previous_segment` is the segment at the earlier date under the thresholds in use now, null for who had not bought
    /// by then. `segment_since` is the first day of the period in which a customer last came into its segment, again under
    /// the thresholds in use now: the ends of the periods before that of the date are looked at, the latest first, and
    /// the period after the first end with another segment (or before the first purchase) is the one. Null when
    /// there is none among as many as are looked back at.
    ///
    /// # Errors
    /// When a setting is out of range (kind `Parameter`), the cells are not by day or hold orders after the customers'
    /// date (`Parameter`), nobody has bought (`Fit`), or a sum of money has more than 38 digits (`Overflow`).
    pub fn views(&self, cells: &Cells, customers: &Customers, rfm: Option<RfmInUse<'_>>) -> Result<OverTime> {
        let as_of = customers.as_of();
        let compared_with = self.check(as_of)?;
        let mut warnings = Vec::new();
        let by_grain = cells.by(self.grain)?;
        let growth = Growth::params().money(self.money).fit(&by_grain, as_of)?;
        let trend = Trend::params().arpu_falls(self.arpu_falls).fit(&by_grain, as_of)?;
        let cohort_grain = cohort_grain(self.grain, cells, as_of);
        let cohorts = Cohorts::params().money(self.money);
        let cohorts = if cohort_grain == self.grain {
            cohorts.fit(&by_grain, as_of)?
        } else {
            let (grain, grain_zh) = (self.grain, self.grain.name_zh());
            warnings.push(Remark::new(
                format!("cohorts are by {cohort_grain}: by {grain} there would be more than {LONGEST}"),
                format!("同期群按{}划分：按{grain_zh}划分将超过 {LONGEST} 个", cohort_grain.name_zh()),
            ));
            cohorts.fit(&cells.by(cohort_grain)?, as_of)?
        };
        warnings.extend(trend.arpu_decline().map(|decline| Remark::new(decline.to_string(), decline.text_zh())));
        let mut tables = vec![
            ("growth".to_owned(), tables::growth(&growth)?),
            ("new_customers".to_owned(), tables::new_customers(&new_customers(cells, as_of)?)?),
            ("cohorts".to_owned(), tables::cohorts(&cohorts)?),
            ("trend".to_owned(), tables::trend(&trend)?),
            ("gaps".to_owned(), tables::gaps(&gaps(cells)?)?),
            ("history".to_owned(), history(&by_grain, customers, self.history_customers)?),
        ];
        let mut columns = Vec::new();
        if let Some(rfm) = rfm {
            let past = LookBack { cells, customers, rfm };
            let (frozen, refit) = past.migrations(compared_with, &mut warnings)?;
            let forms: Vec<_> = refit.iter().map(|view| ("refit", view)).chain([("frozen", &frozen)]).collect();
            let scale = customers.settings().scale;
            tables.push(("migration".to_owned(), tables::migration(&forms, compared_with, as_of, scale)?));
            let key = |place: &Option<u16>| place.map(|place| frozen.segments()[usize::from(place)].as_str());
            columns.push(frames::optional_texts("previous_segment", customers.len(), frozen.previous().iter().map(key)));
            columns.push(frames::optional_dates("segment_since", past.segment_since(self.grain, self.look_back)?)?);
        }
        let analysis = OverTimeAnalysis {
            grain: self.grain,
            cohort_grain,
            money: self.money,
            compared_with,
            look_back: self.look_back,
            arpu_decline: trend.arpu_decline().cloned(),
        };
        Ok(OverTime { analysis, columns, tables, warnings })
    }

    /// Checks the settings, and says which date segments are compared with.
    fn check(&self, as_of: NaiveDate) -> Result<NaiveDate> {
        /// More periods to look back at than this would take long, and say little.
        const FARTHEST: u32 = 120;
        if !(1..=FARTHEST).contains(&self.look_back) {
            return Err(
                Error::parameter(format!("the periods to look back at have to be 1 to {FARTHEST}")).with_value(&self.look_back.to_string())
            );
        }
        let date = match self.earlier {
            Earlier::DaysBefore(days) => as_of.checked_sub_days(Days::new(days.into())),
            Earlier::Date(date) => Some(date),
        };
        date.filter(|date| *date < as_of).ok_or_else(|| {
            let value = match self.earlier {
                Earlier::DaysBefore(days) => format!("{days} days before {as_of}"),
                Earlier::Date(date) => date.to_string(),
            };
            Error::parameter(format!("segments are compared with those of a date before {as_of}"))
                .with_value(&value)
                .with_hint("give an earlier date, or at least 1 day")
        })
    }
}

/// The shortest period from the grain on of which there are not too many.
fn cohort_grain(grain: Period, cells: &Cells, as_of: NaiveDate) -> Period {
    let first = cells.first_day.iter().copied().min().unwrap_or_default();
    let periods = [Period::Day, Period::Week, Period::Month, Period::Quarter, Period::Year];
    let fits =
        |period: &Period| period.index_of(day_number(as_of)).abs_diff(period.index_of(first)) < u32::try_from(LONGEST).unwrap_or(u32::MAX);
    periods.into_iter().skip_while(|period| *period != grain).find(fits).unwrap_or(Period::Year)
}

/// The customers of a book, and what it takes to see them at earlier dates.
struct LookBack<'a> {
    cells: &'a Cells,
    customers: &'a Customers,
    rfm: RfmInUse<'a>,
}

/// Customers with the segment of each.
struct Scored<'a> {
    customers: &'a Customers,
    keys: Vec<String>,
    segment: Vec<u16>,
}

impl<'a> Scored<'a> {
    fn new(customers: &'a Customers, scores: &RfmScores) -> Self {
        let keys = scores.segments().iter().map(Segment::key).map(str::to_owned).collect();
        Self { customers, keys, segment: scores.segment().to_vec() }
    }

    fn snapshot(&self) -> Snapshot<'_> {
        Snapshot {
            customer_id: self.customers.customer_id(),
            segment: &self.segment,
            segments: &self.keys,
            revenue: self.customers.monetary(),
        }
    }
}

impl LookBack<'_> {
    fn at(&self, date: NaiveDate) -> Result<Customers> {
        Customers::from_cells(self.cells, date, self.customers.settings())
    }

    /// The ways from an earlier date to the book's, with the thresholds in use, and with those of each date.
    fn migrations(&self, date: NaiveDate, warnings: &mut Vec<Remark>) -> Result<(MigrationView, Option<MigrationView>)> {
        let RfmInUse { params, model, scores } = self.rfm;
        let then = self.at(date)?;
        let now = Scored::new(self.customers, scores);
        let before = model.score(&then)?;
        let frozen = migrate(&Scored::new(&then, &before).snapshot(), &now.snapshot())?;
        if then.is_empty() {
            warnings.push(Remark::new(
                format!("nobody had bought by {date}: there is no earlier segment to have moved from"),
                format!("截至 {date} 尚无客户购买：没有更早的分群可供比较"),
            ));
            return Ok((frozen, None));
        }
        let fitted = |customers: &Customers| params.clone().fit(customers).and_then(|model| model.score(customers));
        let (before, after) = (fitted(&then)?, fitted(self.customers)?);
        let refit = migrate(&Scored::new(&then, &before).snapshot(), &Scored::new(self.customers, &after).snapshot())?;
        Ok((frozen, Some(refit)))
    }

    /// The first day of the period in which each customer last came into its segment.
    fn segment_since(&self, grain: Period, look_back: u32) -> Result<Vec<Option<i32>>> {
        let RfmInUse { model, scores, .. } = self.rfm;
        let now = Scored::new(self.customers, scores);
        let mut since = vec![None; self.customers.len()];
        let mut index = grain.index_of(day_number(self.customers.as_of()));
        for _ in 0..look_back {
            let start = grain.start_of(index);
            index -= 1;
            let then = self.at(date_of(grain.end_of(index)))?;
            let before = model.score(&then)?;
            let moved = migrate(&Scored::new(&then, &before).snapshot(), &now.snapshot())?;
            for ((since, before), now) in since.iter_mut().zip(moved.previous()).zip(&now.segment) {
                if since.is_none() && *before != Some(*now) {
                    *since = Some(start);
                }
            }
            if since.iter().all(Option::is_some) {
                break;
            }
        }
        Ok(since)
    }
}
