//! Every period, and how it compares.

use std::fmt;

use chrono::NaiveDate;
use serde::{Deserialize, Serialize};

use crate::error::Result;
use crate::ledger::{Cells, Span, ViewPeriod};
use crate::money;
use crate::time::Period;
use crate::words::counted;

/// Relative changes to an earlier period: 0.1 is ten per cent more, none where there is nothing to compare with.
#[derive(Debug, Clone, Copy, Default, PartialEq)]
pub struct Changes {
    /// Of revenue.
    pub revenue: Option<f64>,
    /// Of orders.
    pub orders: Option<f64>,
    /// Of customers.
    pub customers: Option<f64>,
    /// Of revenue per active customer.
    pub arpu: Option<f64>,
}

/// One period. Money is in minor units of the view's scale.
#[derive(Debug, Clone, PartialEq)]
pub struct TrendRow {
    /// The period, and how far it is known.
    pub period: ViewPeriod,
    /// Purchases less refunds.
    pub revenue: i128,
    /// The money of purchases.
    pub purchased: i128,
    /// The money of refunds, not above 0.
    pub refunded: i128,
    /// Purchase orders.
    pub orders: u64,
    /// Customers with a purchase.
    pub customers: u64,
    /// Purchase money per purchase order, in currency units; none without orders.
    pub average_order_value: Option<f64>,
    /// Revenue per customer with a purchase, in currency units; none without customers.
    pub arpu: Option<f64>,
    /// Against the period before.
    pub change: Changes,
    /// Against the same period a year before.
    pub change_year: Changes,
}

/// Revenue per active customer that fell several periods in a row.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct ArpuDecline {
    /// How many falls there were.
    pub falls: u32,
    /// The kind of period.
    pub period: Period,
    /// The period before the first fall.
    pub from: String,
    /// The last period that is over.
    pub to: String,
    /// Revenue per active customer before the first fall, in currency units.
    pub arpu_from: f64,
    /// And in the last period.
    pub arpu_to: f64,
}

impl ArpuDecline {
    /// The relative change over the whole decline.
    #[must_use]
    pub fn change(&self) -> Option<f64> {
        relative(self.arpu_to, self.arpu_from)
    }

    /// What `Display` says, in Chinese.
    #[must_use]
    pub fn text_zh(&self) -> String {
        let Self { falls, period, from, to, arpu_from, arpu_to } = self;
        let counter = match period {
            Period::Day => "天",
            Period::Week => "周",
            Period::Month => "个月",
            Period::Quarter => "个季度",
            Period::Year => "年",
        };
        let change = self.change().map_or_else(String::new, |change| format!("（{:+.1} %）", change * 100.0));
        format!("活跃客户均收入连续 {falls} {counter}下降，由 {from} 的 {arpu_from:.2} 降至 {to} 的 {arpu_to:.2}{change}")
    }
}

impl fmt::Display for ArpuDecline {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { falls, period, from, to, arpu_from, arpu_to } = self;
        let falls = counted(falls, &period.to_string());
        write!(f, "revenue per active customer fell {falls} in a row, from {arpu_from:.2} in {from} to {arpu_to:.2} in {to}")?;
        self.change().map_or(Ok(()), |change| write!(f, " ({:+.1} %)", change * 100.0))
    }
}

/// The trend of consecutive periods. See the [module](super).
#[derive(Debug, Clone, PartialEq)]
pub struct TrendView {
    period: Period,
    scale: u8,
    rows: Vec<TrendRow>,
    decline: Option<ArpuDecline>,
}

/// What is added up of one period.
#[derive(Debug, Clone, Copy, Default)]
struct Tally {
    purchased: i128,
    refunded: i128,
    orders: u64,
    customers: u64,
}

impl Tally {
    fn plus(self, other: Self) -> Result<Self> {
        Ok(Self {
            purchased: money::add(self.purchased, other.purchased)?,
            refunded: money::add(self.refunded, other.refunded)?,
            orders: self.orders + other.orders,
            customers: self.customers + other.customers,
        })
    }
}

/// The relative change, none unless what it is against is above zero.
fn relative(now: f64, before: f64) -> Option<f64> {
    (before > 0.0).then(|| (now - before) / before)
}

impl Changes {
    #[expect(clippy::cast_precision_loss, reason = "ratios of exact sums and of counts below 2^53")]
    fn between(now: &TrendRow, before: &TrendRow) -> Self {
        Self {
            revenue: relative(money::to_f64(now.revenue, 0), money::to_f64(before.revenue, 0)),
            orders: relative(now.orders as f64, before.orders as f64),
            customers: relative(now.customers as f64, before.customers as f64),
            arpu: now.arpu.zip(before.arpu).and_then(|(now, before)| relative(now, before)),
        }
    }
}

impl TrendView {
    #[expect(clippy::cast_precision_loss, reason = "means of exact sums over counts below 2^53")]
    pub(super) fn new(arpu_falls: u32, cells: &Cells, as_of: NaiveDate) -> Result<Self> {
        let span = Span::new(cells, as_of)?;
        let tallies = cells.sum_customers(
            || vec![Tally::default(); span.len()],
            |tallies, rows| {
                for row in rows {
                    let at = span.position(cells.index[row]);
                    tallies[at] = tallies[at].plus(Tally {
                        purchased: cells.purchased[row],
                        refunded: cells.refunded[row],
                        orders: cells.purchases[row].into(),
                        customers: u64::from(cells.purchases[row] > 0),
                    })?;
                }
                Ok(())
            },
            |a, b| a.into_iter().zip(b).map(|(a, b)| a.plus(b)).collect(),
        )?;
        let mut rows: Vec<TrendRow> = Vec::with_capacity(span.len());
        for (position, tally) in tallies.into_iter().enumerate() {
            let mean = |money: i128, count: u64| (count > 0).then(|| money::to_f64(money, cells.scale) / count as f64);
            let revenue = money::add(tally.purchased, tally.refunded)?;
            let mut row = TrendRow {
                period: span.describe(position),
                revenue,
                purchased: tally.purchased,
                refunded: tally.refunded,
                orders: tally.orders,
                customers: tally.customers,
                average_order_value: mean(tally.purchased, tally.orders),
                arpu: mean(revenue, tally.customers),
                change: Changes::default(),
                change_year: Changes::default(),
            };
            let against = |before: Option<usize>| {
                let before = before.filter(|before| span.whole(*before) && span.whole(position));
                before.map_or_else(Changes::default, |before| Changes::between(&row, &rows[before]))
            };
            (row.change, row.change_year) = (against(position.checked_sub(1)), against(span.year_before(position)));
            rows.push(row);
        }
        let decline = decline(cells.period(), &span, &rows).filter(|decline| decline.falls >= arpu_falls);
        Ok(Self { period: cells.period(), scale: cells.scale, rows, decline })
    }

    /// The period that is followed.
    #[must_use]
    pub fn period(&self) -> Period {
        self.period
    }

    /// The decimal places of money.
    #[must_use]
    pub fn scale(&self) -> u8 {
        self.scale
    }

    /// The periods in order of time.
    #[must_use]
    pub fn rows(&self) -> &[TrendRow] {
        &self.rows
    }

    /// The falls of ARPU up to the last period that is over, when there are as many in a row as was asked for.
    #[must_use]
    pub fn arpu_decline(&self) -> Option<&ArpuDecline> {
        self.decline.as_ref()
    }
}

/// The longest run of falls that ends with the last period that is over.
fn decline(period: Period, span: &Span, rows: &[TrendRow]) -> Option<ArpuDecline> {
    let known = |position: usize| rows[position].arpu.filter(|_| span.whole(position));
    let last = (0..rows.len()).rev().find(|position| span.complete(*position))?;
    let fell = |position: &usize| known(*position).zip(known(position - 1)).is_some_and(|(now, before)| now < before);
    let falls = (1..=last).rev().take_while(fell).count();
    let first = last - falls;
    Some(ArpuDecline {
        falls: u32::try_from(falls).unwrap_or(u32::MAX),
        period,
        from: rows[first].period.label.clone(),
        to: rows[last].period.label.clone(),
        arpu_from: known(first)?,
        arpu_to: known(last)?,
    })
}
