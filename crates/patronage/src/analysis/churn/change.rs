//! What changed last in a customer's habit, in words and numbers.

use serde::{Deserialize, Serialize};

use super::days::Days;
use super::gaps::{GapRule, OwnGap};
use crate::error::Result;
use crate::money;
use crate::words::counted;

/// What changed last. The first that holds, in this order.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
#[serde(tag = "change", rename_all = "snake_case")]
pub enum Change {
    /// One purchase day so far.
    FirstOrderOnly {
        /// Days since.
        days: u32,
        /// Beyond so many days most who come back have done so.
        limit: f64,
    },
    /// The present gap passes the customer's limit.
    Stopped {
        /// Days since the last purchase.
        days: u32,
        /// The usual gap in days.
        usual: f64,
        /// The limit in days.
        limit: f64,
    },
    /// The last gap passed the limit that the gaps before it set.
    Returning {
        /// Days of absence.
        absent: u32,
        /// Days since the return.
        days: u32,
    },
    /// At most half as many purchase days as in the window before, which had two or more.
    Slowing {
        /// Purchase days in the window before.
        before: u32,
        /// Purchase days in the last window.
        after: u32,
    },
    /// At most half the money of the window before.
    SpendingLess {
        /// Purchase money in the window before, in minor units.
        before: i128,
        /// Purchase money in the last window, above 0.
        after: i128,
    },
    /// Nothing of this.
    Steady {
        /// Days since the last purchase.
        days: u32,
        /// The usual gap in days.
        usual: f64,
    },
}

impl Change {
    /// `own` are the days up to the date, with at least one purchase.
    pub(super) fn of(own: Days<'_>, gap: OwnGap, rule: &GapRule, today: i32, window: i32) -> Result<Self> {
        let days = gap.present.unsigned_abs();
        if own.day.len() <= 1 {
            return Ok(Self::FirstOrderOnly { days, limit: gap.limit });
        }
        if gap.ratio() > 1.0 {
            return Ok(Self::Stopped { days, usual: gap.usual, limit: gap.limit });
        }
        let gaps: Vec<f64> = own.gaps().collect();
        if let ([earlier @ .., last], [.., left, back]) = (gaps.as_slice(), own.day)
            && *last > rule.limit(earlier)
        {
            return Ok(Self::Returning { absent: back.abs_diff(*left), days });
        }
        let [middle, start] = [1, 2].map(|windows: i32| today.saturating_sub(windows.saturating_mul(window)));
        let [before, after] = [own.purchases(start, middle), own.purchases(middle, today)];
        if before >= 2 && 2 * after <= before {
            let count = |days: usize| u32::try_from(days).unwrap_or(u32::MAX);
            return Ok(Self::Slowing { before: count(before), after: count(after) });
        }
        let [before, after] = [own.money(start, middle)?, own.money(middle, today)?];
        // after ≤ before / 2 in integers, without a product that could overflow.
        if after > 0 && after <= before - after {
            return Ok(Self::SpendingLess { before, after });
        }
        Ok(Self::Steady { days, usual: gap.usual })
    }

    /// The key that stands in files.
    #[must_use]
    pub fn key(&self) -> &'static str {
        match self {
            Self::FirstOrderOnly { .. } => "first_order_only",
            Self::Stopped { .. } => "stopped",
            Self::Returning { .. } => "returning",
            Self::Slowing { .. } => "slowing",
            Self::SpendingLess { .. } => "spending_less",
            Self::Steady { .. } => "steady",
        }
    }

    /// The change in English; `window` in days, money with `scale` places.
    #[must_use]
    pub fn reason_en(&self, window: u32, scale: u8) -> String {
        match *self {
            Self::FirstOrderOnly { days, limit } => {
                let limit = counted(format_args!("{limit:.0}"), "day");
                format!("One purchase only, {} ago; most who come back do so within {limit}.", counted(days, "day"))
            }
            Self::Stopped { days, usual, limit } => {
                let usual = counted(format_args!("{usual:.0}"), "day");
                format!("No purchase for {}; usually every {usual}, overdue after {limit:.0}.", counted(days, "day"))
            }
            Self::Returning { absent, days: 0 } => {
                format!("Came back on the last day after {} without a purchase.", counted(absent, "day"))
            }
            Self::Returning { absent, days } => {
                format!("Came back {} ago after {} without a purchase.", counted(days, "day"), counted(absent, "day"))
            }
            Self::Slowing { before, after } => {
                let after = counted(after, "purchase day");
                format!("{after} in the last {}, {before} in the {window} before.", counted(window, "day"))
            }
            Self::SpendingLess { before, after } => {
                let [before, after] = [before, after].map(|amount| money::to_text(amount, scale));
                format!("Spent {after} in the last {}, {before} in the {window} before.", counted(window, "day"))
            }
            Self::Steady { days: 0, usual } => format!("Buys as usual: the last purchase on the last day, usually every {usual:.0}."),
            Self::Steady { days, usual } => {
                format!("Buys as usual: {} since the last purchase, usually every {usual:.0}.", counted(days, "day"))
            }
        }
    }

    /// The change in Chinese.
    #[must_use]
    pub fn reason_zh(&self, window: u32, scale: u8) -> String {
        match *self {
            Self::FirstOrderOnly { days, limit } => format!("仅购买过一次，已过 {days} 天；多数回购客户在 {limit:.0} 天内再次购买。"),
            Self::Stopped { days, usual, limit } => {
                format!("已 {days} 天未购买；通常每 {usual:.0} 天购买一次，超过 {limit:.0} 天即为逾期。")
            }
            Self::Returning { absent, days: 0 } => format!("中断 {absent} 天后，于截止日当天回归购买。"),
            Self::Returning { absent, days } => format!("中断 {absent} 天后，于 {days} 天前回归购买。"),
            Self::Slowing { before, after } => format!("最近 {window} 天有 {after} 个购买日，此前 {window} 天有 {before} 个。"),
            Self::SpendingLess { before, after } => {
                let [before, after] = [before, after].map(|amount| money::to_text(amount, scale));
                format!("最近 {window} 天消费 {after}，此前 {window} 天消费 {before}。")
            }
            Self::Steady { days: 0, usual } => format!("购买正常：截止日当天有购买，通常每 {usual:.0} 天一次。"),
            Self::Steady { days, usual } => format!("购买正常：距上次购买 {days} 天，通常每 {usual:.0} 天一次。"),
        }
    }
}
