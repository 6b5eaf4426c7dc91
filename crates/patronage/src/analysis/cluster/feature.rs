//! What customers are compared by.

use std::fmt;
use std::str::FromStr;

use rayon::prelude::*;
use serde::{Deserialize, Serialize};

use crate::customers::Customers;
use crate::error::{Error, Result};
use crate::money;
use crate::time::{day_number, named};
use crate::words::counted;

/// A number that every customer has.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Feature {
    /// Days since the last purchase.
    RecencyDays,
    /// Purchase orders or purchase periods, as the customers were made.
    Frequency,
    /// Net money in currency units.
    Monetary,
    /// Net money by purchase orders, in currency units.
    MeanOrderValue,
    /// Days since the first purchase.
    AgeDays,
    /// Periods with at least one purchase.
    PurchasePeriods,
    /// Mean days from one purchase period to the next; 0 for customers of one period.
    MeanGapDays,
    /// Orders that gave money back, as a share of all orders.
    RefundShare,
}

named!(Feature, "feature of clusters",
    Self::RecencyDays => "recency_days", Self::Frequency => "frequency", Self::Monetary => "monetary",
    Self::MeanOrderValue => "mean_order_value", Self::AgeDays => "age_days", Self::PurchasePeriods => "purchase_periods",
    Self::MeanGapDays => "mean_gap_days", Self::RefundShare => "refund_share",
);

impl Feature {
    /// All of them.
    pub const ALL: [Self; 8] = [
        Self::RecencyDays,
        Self::Frequency,
        Self::Monetary,
        Self::MeanOrderValue,
        Self::AgeDays,
        Self::PurchasePeriods,
        Self::MeanGapDays,
        Self::RefundShare,
    ];

    /// Recency, frequency and money.
    pub const RFM: [Self; 3] = [Self::RecencyDays, Self::Frequency, Self::Monetary];

    /// Whether its values are whole numbers.
    #[must_use]
    pub fn is_count(self) -> bool {
        matches!(self, Self::RecencyDays | Self::Frequency | Self::AgeDays | Self::PurchasePeriods)
    }

    /// Decimal places to show.
    pub(super) fn places(self) -> usize {
        match self {
            Self::Monetary | Self::MeanOrderValue => 2,
            Self::MeanGapDays => 1,
            Self::RefundShare => 3,
            Self::RecencyDays | Self::Frequency | Self::AgeDays | Self::PurchasePeriods => 0,
        }
    }

    /// What it is called in rules: a word, and the singular of its unit.
    pub(super) fn words(self) -> (&'static str, &'static str) {
        match self {
            Self::RecencyDays => ("recency", "day"),
            Self::Frequency => ("frequency", ""),
            Self::Monetary => ("money", ""),
            Self::MeanOrderValue => ("mean order", ""),
            Self::AgeDays => ("age", "day"),
            Self::PurchasePeriods => ("purchase periods", ""),
            Self::MeanGapDays => ("mean gap", "day"),
            Self::RefundShare => ("refund share", ""),
        }
    }

    /// The same in Chinese.
    pub(super) fn words_zh(self) -> (&'static str, &'static str) {
        match self {
            Self::RecencyDays => ("距上次购买", "天"),
            Self::Frequency => ("购买次数", "次"),
            Self::Monetary => ("净消费额", ""),
            Self::MeanOrderValue => ("平均客单价", ""),
            Self::AgeDays => ("距首次购买", "天"),
            Self::PurchasePeriods => ("购买期数", "期"),
            Self::MeanGapDays => ("平均购买间隔", "天"),
            Self::RefundShare => ("退款订单占比", ""),
        }
    }

    /// A value with its decimal places.
    pub(super) fn show(self, value: f64) -> String {
        // No minus sign before a rounded zero.
        let text = format!("{value:.places$}", places = self.places());
        if text.bytes().all(|byte| matches!(byte, b'-' | b'0' | b'.')) { text.replace('-', "") } else { text }
    }

    /// A value with its unit in English.
    pub(super) fn measured(self, value: f64) -> String {
        let (shown, unit) = (self.show(value), self.words().1);
        if unit.is_empty() { shown } else { counted(shown, unit) }
    }

    /// The values of all customers. Each is a correctly rounded quotient of integers, so the scale of money does not show.
    pub(super) fn values(self, customers: &Customers) -> Vec<f64> {
        let as_of = day_number(customers.as_of());
        let scale = customers.settings().scale;
        let money = customers.monetary();
        let rows = 0..customers.len();
        let each = |value: &(dyn Fn(usize) -> f64 + Sync)| rows.into_par_iter().map(value).collect();
        match self {
            Self::RecencyDays => customers.recency_days().map(f64::from).collect(),
            Self::Frequency => customers.frequency().iter().copied().map(f64::from).collect(),
            Self::Monetary => each(&|row| money::to_f64(money[row], scale)),
            Self::MeanOrderValue => each(&|row| money::to_f64(money[row], scale) / f64::from(customers.orders()[row].max(1))),
            Self::AgeDays => each(&|row| f64::from(as_of.saturating_sub(customers.first_purchase[row]).max(0))),
            Self::PurchasePeriods => each(&|row| f64::from(customers.purchase_periods()[row])),
            Self::MeanGapDays => {
                let gaps = |row: usize| customers.purchase_periods()[row].saturating_sub(1).max(1);
                each(&|row| f64::from(customers.days_first_to_last_period[row]) / f64::from(gaps(row)))
            }
            Self::RefundShare => each(&|row| {
                let refunds = f64::from(customers.refund_orders()[row]);
                refunds / (refunds + f64::from(customers.orders()[row]))
            }),
        }
    }
}
