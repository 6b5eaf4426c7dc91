//! Calendar days, periods and the units in which models measure time.
//!
//! Inside the library a day is an `i32` count of days since 1970-01-01 and an instant an `i64` count of seconds since
//! 1970-01-01T00:00:00, both on the local calendar of the ledger's zone. The public API speaks [`NaiveDate`].

use std::fmt;
use std::str::FromStr;

use chrono::{Datelike, NaiveDate};
use serde::{Deserialize, Serialize};

use crate::error::{Error, Result};

/// Seconds in a calendar day.
pub(crate) const DAY_SECONDS: i64 = 86_400;

/// Days from 0001-01-01 (chrono's common era) to 1970-01-01.
const EPOCH_FROM_COMMON_ERA: i32 = 719_163;

/// The day number of a date.
#[must_use]
pub(crate) fn day_number(date: NaiveDate) -> i32 {
    date.num_days_from_ce() - EPOCH_FROM_COMMON_ERA
}

/// The date of a day number; days that chrono cannot express (beyond ±262,000 years) become its nearest date.
#[must_use]
pub(crate) fn date_of(day: i32) -> NaiveDate {
    day.checked_add(EPOCH_FROM_COMMON_ERA).and_then(NaiveDate::from_num_days_from_ce_opt).unwrap_or(if day < 0 {
        NaiveDate::MIN
    } else {
        NaiveDate::MAX
    })
}

/// A calendar period, the grain in which purchases are merged or reported.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Period {
    /// A calendar day.
    #[default]
    Day,
    /// A week from Monday to Sunday (ISO 8601).
    Week,
    /// A calendar month.
    Month,
    /// A calendar quarter.
    Quarter,
    /// A calendar year.
    Year,
}

impl Period {
    /// The number of the period that holds a day: consecutive periods have consecutive numbers.
    #[must_use]
    pub(crate) fn index_of(self, day: i32) -> i32 {
        let month = || {
            let date = date_of(day);
            date.year() * 12 + date.month0().cast_signed()
        };
        match self {
            Self::Day => day,
            // 1970-01-01 was a Thursday: three days after the start of its week.
            Self::Week => (day + 3).div_euclid(7),
            Self::Month => month(),
            Self::Quarter => month().div_euclid(3),
            Self::Year => month().div_euclid(12),
        }
    }

    /// The first day of the period of a number.
    #[must_use]
    pub(crate) fn start_of(self, index: i32) -> i32 {
        let month = |months: i64| {
            let year = i32::try_from(months.div_euclid(12)).unwrap_or(if months < 0 { i32::MIN } else { i32::MAX });
            let number = u32::try_from(months.rem_euclid(12)).unwrap_or(0) + 1;
            NaiveDate::from_ymd_opt(year, number, 1).map_or(if months < 0 { i32::MIN } else { i32::MAX }, day_number)
        };
        match self {
            Self::Day => index,
            Self::Week => index.saturating_mul(7).saturating_sub(3),
            Self::Month => month(i64::from(index)),
            Self::Quarter => month(i64::from(index) * 3),
            Self::Year => month(i64::from(index) * 12),
        }
    }

    /// The last day of the period of a number.
    #[must_use]
    pub(crate) fn end_of(self, index: i32) -> i32 {
        self.start_of(index.saturating_add(1)).saturating_sub(1)
    }

    /// What the kind of period is called in Chinese.
    #[must_use]
    pub(crate) fn name_zh(self) -> &'static str {
        match self {
            Self::Day => "日",
            Self::Week => "周",
            Self::Month => "月",
            Self::Quarter => "季度",
            Self::Year => "年",
        }
    }

    /// What the period of a number is called: 2024-03-05, 2024-W10 (ISO 8601), 2024-03, 2024-Q1 or 2024.
    #[must_use]
    pub(crate) fn label_of(self, index: i32) -> String {
        let start = date_of(self.start_of(index));
        match self {
            Self::Day => start.to_string(),
            Self::Week => format!("{}-W{:02}", start.iso_week().year(), start.iso_week().week()),
            Self::Month => format!("{}-{:02}", start.year(), start.month()),
            Self::Quarter => format!("{}-Q{}", start.year(), start.month0() / 3 + 1),
            Self::Year => start.year().to_string(),
        }
    }
}

/// The unit in which models measure time: an exact number of days.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum TimeUnit {
    /// One day.
    Day,
    /// Seven days.
    #[default]
    Week,
    /// Thirty days.
    Month,
    /// 365 days.
    Year,
}

impl TimeUnit {
    /// The length in days.
    #[must_use]
    pub fn days(self) -> f64 {
        match self {
            Self::Day => 1.0,
            Self::Week => 7.0,
            Self::Month => 30.0,
            Self::Year => 365.0,
        }
    }
}

/// Gives an enum of unit variants the same words in `Display`, `FromStr` and the list of choices.
macro_rules! named {
    ($name:ty, $what:literal, $($variant:path => $word:literal),+ $(,)?) => {
        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str(match self { $($variant => $word),+ })
            }
        }

        impl FromStr for $name {
            type Err = Error;

            fn from_str(text: &str) -> Result<Self> {
                match text {
                    $($word => Ok($variant),)+
                    _ => Err(Error::parameter(concat!("unknown ", $what)).with_value(text).with_hint(concat!("one of:", $(" ", $word),+))),
                }
            }
        }
    };
}
pub(crate) use named;

named!(Period, "period", Self::Day => "day", Self::Week => "week", Self::Month => "month", Self::Quarter => "quarter", Self::Year => "year");
named!(TimeUnit, "time unit", Self::Day => "day", Self::Week => "week", Self::Month => "month", Self::Year => "year");

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn days_and_dates_are_inverse() {
        for day in [-25_567, -1, 0, 1, 11_016, 84_005] {
            assert_eq!(day_number(date_of(day)), day);
        }
        assert_eq!(date_of(0), NaiveDate::default());
    }

    #[test]
    fn periods_are_consecutive() {
        let sunday = day_number(NaiveDate::from_ymd_opt(2024, 1, 7).unwrap_or_default());
        assert_eq!(Period::Week.index_of(sunday) + 1, Period::Week.index_of(sunday + 1));
        let december = day_number(NaiveDate::from_ymd_opt(2023, 12, 31).unwrap_or_default());
        for period in [Period::Month, Period::Quarter, Period::Year] {
            assert_eq!(period.index_of(december) + 1, period.index_of(december + 1));
        }
    }

    #[test]
    fn periods_start_and_end() {
        for period in [Period::Day, Period::Week, Period::Month, Period::Quarter, Period::Year] {
            for day in [-25_567, -1, 0, 59, 14_579, 20_000] {
                let index = period.index_of(day);
                assert!(period.start_of(index) <= day && day <= period.end_of(index));
                assert_eq!((period.index_of(period.start_of(index)), period.index_of(period.end_of(index))), (index, index));
            }
        }
        let day = day_number(NaiveDate::from_ymd_opt(2024, 12, 30).unwrap_or_default());
        let labels =
            [Period::Day, Period::Week, Period::Month, Period::Quarter, Period::Year].map(|period| period.label_of(period.index_of(day)));
        assert_eq!(labels, ["2024-12-30", "2025-W01", "2024-12", "2024-Q4", "2024"]);
    }

    #[test]
    fn names_are_read_back() {
        assert_eq!("week".parse::<TimeUnit>().ok(), Some(TimeUnit::Week));
        assert!("fortnight".parse::<Period>().is_err());
    }
}
