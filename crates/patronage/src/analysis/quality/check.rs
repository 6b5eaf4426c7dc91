//! The checks: what each measures, its limits, and what to do about it.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};

use crate::error::{Error, Result};
use crate::time::named;

/// How good data is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Level {
    /// Much is lost or wrong: repair the source before anything is concluded.
    Disordered,
    /// Enough for totals and rankings.
    Basic,
    /// Good enough for models of single customers.
    Standard,
    /// Standard for more than one run, and nothing worse than before.
    ContinuouslyImproved,
}

named!(
    Level,
    "level of data quality",
    Self::Disordered => "disordered",
    Self::Basic => "basic",
    Self::Standard => "standard",
    Self::ContinuouslyImproved => "continuously_improved",
);

impl Level {
    /// 1 to 4.
    #[must_use]
    pub fn number(self) -> u8 {
        self as u8 + 1
    }

    /// What it is called, in English.
    #[must_use]
    pub fn name_en(self) -> &'static str {
        match self {
            Self::Disordered => "Disordered",
            Self::Basic => "Basic",
            Self::Standard => "Standard",
            Self::ContinuouslyImproved => "Continuously improved",
        }
    }

    /// What it is called, in Chinese.
    #[must_use]
    pub fn name_zh(self) -> &'static str {
        match self {
            Self::Disordered => "无序级",
            Self::Basic => "基础级",
            Self::Standard => "标准级",
            Self::ContinuouslyImproved => "持续改进级",
        }
    }
}

/// What is looked at; the [module](super) has the limits.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum CheckKind {
    /// Rows that cannot be taken apart.
    UnreadableRows,
    /// Rows without a customer.
    MissingCustomers,
    /// Rows whose time cannot be used.
    BadTimes,
    /// Rows whose amount cannot be used.
    BadAmounts,
    /// The money of rejected rows.
    RejectedMoney,
    /// Rows that repeat others.
    DuplicateRows,
    /// One customer with a large share of all orders.
    HouseAccount,
    /// Customers who only gave back: their purchases lie before the data.
    RefundOnlyCustomers,
    /// Whether rows name their order.
    OrderIds,
    /// The days from the first to the last order.
    HistoryDays,
}

named!(
    CheckKind,
    "check of data quality",
    Self::UnreadableRows => "unreadable_rows",
    Self::MissingCustomers => "missing_customers",
    Self::BadTimes => "bad_times",
    Self::BadAmounts => "bad_amounts",
    Self::RejectedMoney => "rejected_money",
    Self::DuplicateRows => "duplicate_rows",
    Self::HouseAccount => "house_account",
    Self::RefundOnlyCustomers => "refund_only_customers",
    Self::OrderIds => "order_ids",
    Self::HistoryDays => "history_days",
);

/// One check of one run.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct Check {
    /// What was looked at.
    pub kind: CheckKind,
    /// What was found: a share, 1 or 0, or days.
    pub measured: f64,
    /// How good that is, at most [`Level::Standard`].
    pub level: Level,
}

impl CheckKind {
    /// All of them.
    pub const ALL: [Self; 10] = [
        Self::UnreadableRows,
        Self::MissingCustomers,
        Self::BadTimes,
        Self::BadAmounts,
        Self::RejectedMoney,
        Self::DuplicateRows,
        Self::HouseAccount,
        Self::RefundOnlyCustomers,
        Self::OrderIds,
        Self::HistoryDays,
    ];

    /// The worst that is still basic, and the worst that is standard.
    pub(super) fn limits(self) -> (f64, f64) {
        match self {
            Self::UnreadableRows => (0.05, 0.005),
            Self::MissingCustomers => (0.30, 0.05),
            Self::BadTimes | Self::BadAmounts => (0.01, 0.001),
            Self::RejectedMoney | Self::HouseAccount => (0.20, 0.05),
            Self::DuplicateRows => (0.05, 0.01),
            Self::RefundOnlyCustomers => (0.10, 0.02),
            Self::OrderIds => (0.0, 1.0),
            Self::HistoryDays => (60.0, 365.0),
        }
    }

    /// Whether more of it is better.
    #[must_use]
    pub fn more_is_better(self) -> bool {
        matches!(self, Self::OrderIds | Self::HistoryDays)
    }

    /// What it is called, in English.
    #[must_use]
    pub fn name_en(self) -> &'static str {
        match self {
            Self::UnreadableRows => "Unreadable rows",
            Self::MissingCustomers => "Rows without a customer",
            Self::BadTimes => "Unusable times",
            Self::BadAmounts => "Unusable amounts",
            Self::RejectedMoney => "Money of rejected rows",
            Self::DuplicateRows => "Repeated rows",
            Self::HouseAccount => "Orders of one customer",
            Self::RefundOnlyCustomers => "Customers with refunds only",
            Self::OrderIds => "Order ids",
            Self::HistoryDays => "Days of history",
        }
    }

    /// What it is called, in Chinese.
    #[must_use]
    pub fn name_zh(self) -> &'static str {
        match self {
            Self::UnreadableRows => "无法解析的行",
            Self::MissingCustomers => "缺少客户的行",
            Self::BadTimes => "无效的时间",
            Self::BadAmounts => "无效的金额",
            Self::RejectedMoney => "被拒绝行的金额",
            Self::DuplicateRows => "重复的行",
            Self::HouseAccount => "单一客户的订单占比",
            Self::RefundOnlyCustomers => "只有退款的客户",
            Self::OrderIds => "订单编号",
            Self::HistoryDays => "历史天数",
        }
    }

    /// What to do about it, in English.
    #[must_use]
    pub fn fix_en(self) -> &'static str {
        match self {
            Self::UnreadableRows => "export again with quoted fields and in UTF-8; rejects.csv names the rows",
            Self::MissingCustomers => "record the customer at the till or the checkout; revenue without one is in no segment",
            Self::BadTimes => "export times as YYYY-MM-DD HH:MM:SS; rejects.csv shows the values",
            Self::BadAmounts => "export amounts as plain decimals in one currency; rejects.csv shows the values",
            Self::RejectedMoney => "start with the reason in the audit that holds the most money",
            Self::DuplicateRows => "find out why the export repeats rows, or reject repeats with --deduplicate",
            Self::HouseAccount => "is this a walk-in or house account? leave it out with --exclude",
            Self::RefundOnlyCustomers => "take the history further back: these purchases lie before the data",
            Self::OrderIds => "export the order's id: without it every row counts as an order",
            Self::HistoryDays => "take the history further back: a year shows seasons and silence",
        }
    }

    /// What to do about it, in Chinese.
    #[must_use]
    pub fn fix_zh(self) -> &'static str {
        match self {
            Self::UnreadableRows => "重新导出：字段加引号，使用 UTF-8 编码；rejects.csv 列出了这些行",
            Self::MissingCustomers => "在收银或结账时记录客户；没有客户的收入不属于任何细分",
            Self::BadTimes => "以 YYYY-MM-DD HH:MM:SS 格式导出时间；rejects.csv 列出了原值",
            Self::BadAmounts => "以单一货币的普通小数导出金额；rejects.csv 列出了原值",
            Self::RejectedMoney => "先处理审计中金额最大的拒绝原因",
            Self::DuplicateRows => "查明导出为何重复，或用 --deduplicate 拒绝重复行",
            Self::HouseAccount => "是否为散客或内部账户？可用 --exclude 排除",
            Self::RefundOnlyCustomers => "补充更早的历史：这些购买早于现有数据",
            Self::OrderIds => "导出订单编号：否则每一行都算作一个订单",
            Self::HistoryDays => "补充更早的历史：一年才能看出季节性与沉默",
        }
    }
}

impl Check {
    /// Judges what was measured.
    pub(super) fn new(kind: CheckKind, measured: f64) -> Self {
        let (basic, standard) = kind.limits();
        let at_least = |limit: f64| if kind.more_is_better() { measured >= limit } else { measured <= limit };
        let level = match (at_least(standard), at_least(basic)) {
            (true, _) => Level::Standard,
            (false, true) => Level::Basic,
            (false, false) => Level::Disordered,
        };
        Self { kind, measured, level }
    }

    /// How far it is beyond the limit of standard, as a ratio above 1.
    pub(super) fn distance(&self) -> f64 {
        let (_, standard) = self.kind.limits();
        if self.kind.more_is_better() { standard / self.measured.max(f64::MIN_POSITIVE) } else { self.measured / standard }
    }

    /// Whether it measures worse than another of its kind.
    pub(super) fn is_worse_than(&self, other: &Self) -> bool {
        if self.kind.more_is_better() { self.measured < other.measured } else { self.measured > other.measured }
    }
}
