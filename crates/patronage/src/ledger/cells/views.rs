//! What views over time share: consecutive periods, which money is meant, sums over customers.

use std::fmt;
use std::ops::Range;
use std::str::FromStr;

use chrono::NaiveDate;
use rayon::prelude::*;
use serde::{Deserialize, Serialize};

use super::Cells;
use crate::error::{Error, Result};
use crate::money;
use crate::time::{Period, date_of, day_number, named};

/// Customers that one task of a sum takes at least: fewer are not worth a table of their own.
const CUSTOMERS_A_TASK: usize = 1 << 15;

/// Which money of a customer's period is meant.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum CellMoney {
    /// That of its purchases; refunds are not netted.
    #[default]
    Purchases,
    /// That of its purchases less its refunds.
    Net,
}

named!(CellMoney, "kind of money", Self::Purchases => "purchases", Self::Net => "net");

/// A period of a view over time, and how far it is known.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ViewPeriod {
    /// What it is called: 2024-03-05, 2024-W10 (ISO 8601), 2024-03, 2024-Q1 or 2024.
    pub label: String,
    /// Its first day.
    pub start: NaiveDate,
    /// Whether it was over at the date of the view.
    pub complete: bool,
    /// Whether the log starts in it: what came before is not known.
    pub left_truncated: bool,
}

/// The periods of a view: consecutive, from that of the first order to that of a date.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Span {
    period: Period,
    first: i32,
    len: usize,
    as_of: i32,
    /// Whether the first order was placed on the first day of the first period.
    pub(crate) starts_whole: bool,
}

impl Span {
    /// The span of cells up to a date, in their own period.
    ///
    /// # Errors
    /// When nobody has bought, or a cell begins after the date.
    pub(crate) fn new(cells: &Cells, as_of: NaiveDate) -> Result<Self> {
        Self::of_period(cells.period, cells, as_of)
    }

    /// The span of cells up to a date, in a period that theirs lies within.
    ///
    /// # Errors
    /// As [`new`](Self::new).
    pub(crate) fn of_period(period: Period, cells: &Cells, as_of: NaiveDate) -> Result<Self> {
        let until = day_number(as_of);
        if let Some(late) = cells.first_day.iter().copied().find(|day| *day > until) {
            return Err(Error::parameter(format!("the date of the view is {as_of}, but there is an order on {}", date_of(late)))
                .with_hint("make the cells up to the same date"));
        }
        let first = cells.first_day.iter().copied().min().filter(|_| cells.purchases.iter().any(|purchases| *purchases > 0));
        let first = first.ok_or_else(|| Error::fit("there is no purchase to follow over time").with_value(&as_of.to_string()))?;
        let (start, end) = (period.index_of(first), period.index_of(until));
        let len = usize::try_from(end - start + 1).map_err(|_| Error::parameter("the date of the view lies before the first order"))?;
        Ok(Self { period, first: start, len, as_of: until, starts_whole: period.start_of(start) == first })
    }

    /// How many periods there are.
    pub(crate) fn len(&self) -> usize {
        self.len
    }

    /// The position of a period's number, which no cell has outside the span.
    pub(crate) fn position(&self, index: i32) -> usize {
        usize::try_from(index - self.first).unwrap_or(0).min(self.len - 1)
    }

    fn index(&self, position: usize) -> i32 {
        self.first.saturating_add(i32::try_from(position).unwrap_or(i32::MAX))
    }

    /// Whether a period is over at the date of the view.
    pub(crate) fn complete(&self, position: usize) -> bool {
        self.period.end_of(self.index(position)) <= self.as_of
    }

    /// What is said about a period.
    pub(crate) fn describe(&self, position: usize) -> ViewPeriod {
        let index = self.index(position);
        ViewPeriod {
            label: self.period.label_of(index),
            start: date_of(self.period.start_of(index)),
            complete: self.complete(position),
            left_truncated: position == 0,
        }
    }

    /// The position of the same period a year earlier: the same month, quarter or day, or the week 52 weeks before.
    /// There is none before the span, nor for 29 February.
    pub(crate) fn year_before(&self, position: usize) -> Option<usize> {
        let back = match self.period {
            Period::Day => {
                use chrono::Datelike;
                let date = date_of(self.index(position));
                let before = date.with_year(date.year() - 1)?;
                usize::try_from((date - before).num_days()).ok()?
            }
            Period::Week => 52,
            Period::Month => 12,
            Period::Quarter => 4,
            Period::Year => 1,
        };
        position.checked_sub(back)
    }

    /// Whether a period may be compared with later ones: it is over, and the log does not start within it.
    pub(crate) fn whole(&self, position: usize) -> bool {
        self.complete(position) && (position > 0 || self.starts_whole)
    }
}

impl Cells {
    /// The number of customers, those with refunds only among them.
    #[must_use]
    pub fn customers(&self) -> usize {
        self.ends.len()
    }

    /// The rows of a customer.
    pub(crate) fn range(&self, customer: usize) -> Range<usize> {
        let start = customer.checked_sub(1).map_or(0, |before| self.ends[before]);
        start..self.ends[customer]
    }

    /// The money of a row.
    pub(crate) fn money(&self, row: usize, kind: CellMoney) -> Result<i128> {
        match kind {
            CellMoney::Purchases => Ok(self.purchased[row]),
            CellMoney::Net => money::add(self.purchased[row], self.refunded[row]),
        }
    }

    /// Adds up something of each customer, in parallel. The order of adding does not show as long as sums are exact.
    pub(crate) fn sum_customers<T: Send>(
        &self,
        zero: impl Fn() -> T + Sync + Send,
        add: impl Fn(&mut T, Range<usize>) -> Result<()> + Sync + Send,
        plus: impl Fn(T, T) -> Result<T> + Sync + Send,
    ) -> Result<T> {
        (0..self.customers())
            .into_par_iter()
            .with_min_len(CUSTOMERS_A_TASK)
            .try_fold(&zero, |mut sum, customer| add(&mut sum, self.range(customer)).map(|()| sum))
            .try_reduce(&zero, plus)
    }
}

#[cfg(test)]
mod tests {
    use super::super::fixtures::{cells, day};
    use super::*;

    #[test]
    fn a_span_reaches_from_the_first_order_to_the_date() {
        let log = cells(&[("a", "2024-02-10", 1, 0, 500, 0), ("b", "2024-01-31", 0, 1, 0, -100)], Period::Month);
        let span = Span::new(&log, day("2024-03-30")).unwrap();
        let labels: Vec<_> = (0..span.len()).map(|at| (span.describe(at).label, span.complete(at), span.whole(at))).collect();
        let expected = [("2024-01", true, false), ("2024-02", true, true), ("2024-03", false, false)];
        assert_eq!(labels, expected.map(|(label, complete, whole)| (label.to_owned(), complete, whole)));
        assert!(span.describe(0).left_truncated && !span.describe(1).left_truncated);
        // Day numbers before 1970 are negative.
        let span = Span::new(&cells(&[("a", "1969-12-30", 1, 0, 1, 0)], Period::Day), day("1970-01-01")).unwrap();
        assert_eq!((0..span.len()).map(|at| span.describe(at).label).collect::<Vec<_>>(), ["1969-12-30", "1969-12-31", "1970-01-01"]);
    }

    #[test]
    fn a_year_earlier() {
        let log = |period| cells(&[("a", "2019-02-28", 1, 0, 1, 0)], period);
        let at = |period, date: &str| {
            let span = Span::new(&log(period), day("2020-12-31")).unwrap();
            let position = span.position(period.index_of(day_number(day(date))));
            span.year_before(position).map(|before| span.describe(before).label)
        };
        assert_eq!(at(Period::Day, "2020-02-28").as_deref(), Some("2019-02-28"));
        assert_eq!(at(Period::Day, "2020-02-29"), None);
        assert_eq!(at(Period::Day, "2020-03-01").as_deref(), Some("2019-03-01"));
        assert_eq!(at(Period::Week, "2020-06-03").as_deref(), Some("2019-W23"));
        assert_eq!(at(Period::Month, "2020-02-10").as_deref(), Some("2019-02"));
        assert_eq!(at(Period::Month, "2020-01-10"), None);
        assert_eq!(at(Period::Quarter, "2020-05-01").as_deref(), Some("2019-Q2"));
        assert_eq!(at(Period::Year, "2020-05-01").as_deref(), Some("2019"));
    }

    #[test]
    fn orders_after_the_date_and_logs_without_a_purchase_are_refused() {
        let log = cells(&[("a", "2024-02-10", 1, 0, 500, 0)], Period::Month);
        let words = |cells: &Cells, date| Span::new(cells, day(date)).map_or_else(|error| error.to_string(), |_| String::new());
        assert_eq!(words(&log, "2024-02-09"), "the date of the view is 2024-02-09, but there is an order on 2024-02-10");
        let refunds = cells(&[("a", "2024-02-10", 0, 1, 0, -5)], Period::Month);
        assert_eq!(words(&refunds, "2024-03-01"), "there is no purchase to follow over time: `2024-03-01`");
    }

    #[test]
    fn money_is_that_of_purchases_or_net() {
        let log = cells(&[("a", "2024-02-10", 1, 1, 500, -120)], Period::Day);
        assert_eq!(log.money(0, CellMoney::Purchases).ok(), Some(500));
        assert_eq!(log.money(0, CellMoney::Net).ok(), Some(380));
    }
}
