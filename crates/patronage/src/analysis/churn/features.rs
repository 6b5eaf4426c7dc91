//! What the classifier sees of a customer as of a date.

use std::fmt;
use std::str::FromStr;

use rayon::prelude::*;
use serde::{Deserialize, Serialize};

use super::days::{Days, PurchaseDays};
use super::gaps::GapRule;
use crate::error::{Error, Result};
use crate::money;
use crate::time::named;

/// A feature of a customer as of a date. None changes when money is counted in another currency. Days since the last purchase are
/// in `overdue`: beside it and `usual_gap` they would say the same thing again, and no coefficient could be read.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Feature {
    /// ln(1 + days since the first purchase).
    Age,
    /// ln(1 + purchase days after the first).
    RepeatDays,
    /// ln(1 + purchase days in the last window).
    RecentDays,
    /// ln(1 + purchase money over the mean money of a purchase day).
    Money,
    /// ln(usual gap).
    UsualGap,
    /// Standard deviation of ln(gap); missing with fewer than two gaps.
    GapVariation,
    /// ln((present gap + ½) / limit).
    Overdue,
    /// (last − mean) / (last + mean) of the money of purchase days; missing with one day.
    LastMoney,
    /// (last window − the one before) / their sum, of purchase money; missing for customers younger than two windows.
    MoneyTrend,
    /// Money given back, as a share of purchase money and itself.
    RefundShare,
    /// 1 for a customer with one purchase day, else 0.
    OnePurchase,
}

/// How many there are.
pub(super) const WIDTH: usize = 11;

named!(Feature, "feature",
    Self::Age => "age", Self::RepeatDays => "repeat_days", Self::RecentDays => "recent_days",
    Self::Money => "money", Self::UsualGap => "usual_gap", Self::GapVariation => "gap_variation", Self::Overdue => "overdue",
    Self::LastMoney => "last_money", Self::MoneyTrend => "money_trend", Self::RefundShare => "refund_share",
    Self::OnePurchase => "one_purchase",
);

impl Feature {
    /// All of them, in the order of the coefficients.
    pub const ALL: [Self; WIDTH] = [
        Self::Age,
        Self::RepeatDays,
        Self::RecentDays,
        Self::Money,
        Self::UsualGap,
        Self::GapVariation,
        Self::Overdue,
        Self::LastMoney,
        Self::MoneyTrend,
        Self::RefundShare,
        Self::OnePurchase,
    ];
}

/// One customer's features; what a customer does not have is none.
pub(super) type Features = [Option<f64>; WIDTH];

/// What the features are taken with.
#[derive(Debug, Clone, Copy)]
pub(super) struct Lens<'a> {
    pub(super) days: &'a PurchaseDays,
    pub(super) rule: &'a GapRule,
    pub(super) as_of: i32,
    /// The length of a window in days.
    pub(super) window: i32,
    /// Mean money of a purchase day, in currency units; 0 when purchases brought nothing.
    pub(super) money_unit: f64,
}

/// The mean money of the purchase days of some customers by a date, in currency units.
pub(super) fn money_unit(days: &PurchaseDays, rows: &[usize], as_of: i32) -> Result<f64> {
    let (mut sum, mut count) = (0, 0_u64);
    for &row in rows {
        let own = days.customer(row).until(as_of);
        sum = money::add(sum, money::sum(own.money.iter().copied())?)?;
        count += own.day.len() as u64;
    }
    Ok(money::to_f64(sum, days.scale()) / (count.max(1) as f64))
}

impl Lens<'_> {
    /// The features of some customers, all of whom had bought by the date.
    pub(super) fn all(&self, rows: &[usize]) -> Result<Vec<Features>> {
        rows.par_iter().with_min_len(256).map(|&row| self.of(self.days.customer(row).until(self.as_of))).collect()
    }

    fn of(&self, own: Days<'_>) -> Result<Features> {
        let scale = self.days.scale();
        let first = own.day.first().copied().unwrap_or(self.as_of);
        let purchase_days = own.day.len() as f64;
        let gap = self.rule.of(own, self.as_of);
        let total = money::to_f64(money::sum(own.money.iter().copied())?, scale);
        let last_money = own.money.last().map_or(0.0, |amount| money::to_f64(*amount, scale));
        let window = |steps: i32| {
            let to = self.as_of.saturating_sub(steps.saturating_mul(self.window));
            own.money(to.saturating_sub(self.window), to).map(|amount| money::to_f64(amount, scale))
        };
        let (now, before) = (window(0)?, window(1)?);
        let given_back = -money::to_f64(own.refunded()?, scale);
        let age = f64::from(self.as_of.saturating_sub(first));
        Ok([
            Some(age.ln_1p()),
            Some((purchase_days - 1.0).ln_1p()),
            Some((own.purchases(self.as_of.saturating_sub(self.window), self.as_of) as f64).ln_1p()),
            Some(if self.money_unit > 0.0 { (total / self.money_unit).ln_1p() } else { 0.0 }),
            Some(gap.usual.ln()),
            log_deviation(own),
            Some(gap.log_ratio()),
            (own.day.len() > 1).then(|| contrast(last_money, total / purchase_days)),
            (age >= 2.0 * f64::from(self.window)).then(|| contrast(now, before)),
            Some(if given_back > 0.0 { given_back / (given_back + total) } else { 0.0 }),
            Some(if own.day.len() == 1 { 1.0 } else { 0.0 }),
        ])
    }
}

/// (one − other) / (one + other), in −1..=1; 0 when both are 0.
fn contrast(one: f64, other: f64) -> f64 {
    let sum = one + other;
    if sum > 0.0 { (one - other) / sum } else { 0.0 }
}

/// The sample standard deviation of a customer's log gaps.
fn log_deviation(own: Days<'_>) -> Option<f64> {
    let gaps = own.gaps().len();
    if gaps < 2 {
        return None;
    }
    let mean = own.gaps().map(f64::ln).sum::<f64>() / gaps as f64;
    let squares: f64 = own.gaps().map(|gap| (gap.ln() - mean).powi(2)).sum();
    Some((squares / (gaps as f64 - 1.0)).sqrt())
}
