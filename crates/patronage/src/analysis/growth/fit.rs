//! The account of each period.

use chrono::NaiveDate;

use crate::error::Result;
use crate::ledger::{CellMoney, Cells, Span, ViewPeriod};
use crate::money;
use crate::time::Period;

/// The account of one period. Money is in minor units of the view's scale.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct GrowthRow {
    /// The period, and how far it is known.
    pub period: ViewPeriod,
    /// Customers with a purchase.
    pub active: u64,
    /// Active for the first time.
    pub new: u64,
    /// Active, and in the period before too.
    pub retained: u64,
    /// Active, not in the period before, but earlier.
    pub reactivated: u64,
    /// Not active, but in the period before.
    pub churned: u64,
    /// The money of the active.
    pub revenue: i128,
    /// The money of the period before.
    pub revenue_before: i128,
    /// The money of the new.
    pub new_revenue: i128,
    /// The money of the reactivated.
    pub reactivated_revenue: i128,
    /// The money of the retained in this period.
    pub retained_revenue: i128,
    /// By how much those of the retained who brought more brought more.
    pub expansion: i128,
    /// By how much those of the retained who brought less brought less: an amount that was lost, not negative.
    pub contraction: i128,
    /// What the churned had brought in the period before.
    pub churned_revenue: i128,
    /// Refunds of customers without a purchase in this period: in no other field, and zero unless money is net.
    pub refunds_elsewhere: i128,
}

/// `part` / `whole`, none unless `whole` is above zero.
#[expect(clippy::cast_precision_loss, reason = "a ratio of exact sums, rounded once")]
fn ratio(part: i128, whole: i128) -> Option<f64> {
    (whole > 0).then(|| part as f64 / whole as f64)
}

impl GrowthRow {
    /// Customers that came over customers that went; none when nobody went.
    #[must_use]
    pub fn quick_ratio(&self) -> Option<f64> {
        ratio(self.adds(), self.churned.into())
    }

    /// Customers that came less customers that went.
    #[must_use]
    pub fn net_adds(&self) -> i64 {
        i64::try_from(self.adds() - i128::from(self.churned)).unwrap_or(i64::MAX)
    }

    /// Customers that went over customers that came; none when nobody came, and in the first period.
    #[must_use]
    pub fn churn_to_adds(&self) -> Option<f64> {
        ratio(self.churned.into(), self.adds()).filter(|_| !self.period.left_truncated)
    }

    /// Money that came over money that went; none unless money went.
    #[must_use]
    pub fn money_quick_ratio(&self) -> Option<f64> {
        let came = self.new_revenue.saturating_add(self.reactivated_revenue).saturating_add(self.expansion);
        ratio(came, self.contraction.saturating_add(self.churned_revenue))
    }

    /// What the customers of the period before brought in this one, as a share of what they brought in that.
    #[must_use]
    pub fn net_revenue_retention(&self) -> Option<f64> {
        ratio(self.retained_revenue, self.revenue_before)
    }

    /// The same without what they brought in addition: at most 1 as long as no money is negative.
    #[must_use]
    pub fn gross_revenue_retention(&self) -> Option<f64> {
        ratio(self.revenue_before.saturating_sub(self.contraction).saturating_sub(self.churned_revenue), self.revenue_before)
    }

    fn adds(&self) -> i128 {
        i128::from(self.new) + i128::from(self.reactivated)
    }
}

/// Growth accounting of consecutive periods. See the [module](super).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct GrowthView {
    period: Period,
    money: CellMoney,
    scale: u8,
    rows: Vec<GrowthRow>,
}

/// What is added up of one period.
#[derive(Debug, Clone, Copy, Default)]
struct Tally {
    new: u64,
    retained: u64,
    reactivated: u64,
    churned: u64,
    new_revenue: i128,
    reactivated_revenue: i128,
    retained_revenue: i128,
    expansion: i128,
    contraction: i128,
    churned_revenue: i128,
    refunds_elsewhere: i128,
}

impl Tally {
    fn plus(self, other: Self) -> Result<Self> {
        Ok(Self {
            new: self.new + other.new,
            retained: self.retained + other.retained,
            reactivated: self.reactivated + other.reactivated,
            churned: self.churned + other.churned,
            new_revenue: money::add(self.new_revenue, other.new_revenue)?,
            reactivated_revenue: money::add(self.reactivated_revenue, other.reactivated_revenue)?,
            retained_revenue: money::add(self.retained_revenue, other.retained_revenue)?,
            expansion: money::add(self.expansion, other.expansion)?,
            contraction: money::add(self.contraction, other.contraction)?,
            churned_revenue: money::add(self.churned_revenue, other.churned_revenue)?,
            refunds_elsewhere: money::add(self.refunds_elsewhere, other.refunds_elsewhere)?,
        })
    }

    fn churn(&mut self, before: i128) -> Result<()> {
        self.churned += 1;
        self.churned_revenue = money::add(self.churned_revenue, before)?;
        Ok(())
    }

    fn retain(&mut self, before: i128, now: i128) -> Result<()> {
        self.retained += 1;
        self.retained_revenue = money::add(self.retained_revenue, now)?;
        let more = money::add(now, -before)?;
        self.expansion = money::add(self.expansion, more.max(0))?;
        self.contraction = money::add(self.contraction, (-more).max(0))?;
        Ok(())
    }
}

impl GrowthView {
    pub(super) fn new(kind: CellMoney, cells: &Cells, as_of: NaiveDate) -> Result<Self> {
        let span = Span::new(cells, as_of)?;
        let tallies = cells.sum_customers(
            || vec![Tally::default(); span.len()],
            |tallies, rows| {
                // The last period with a purchase so far, and its money.
                let mut last: Option<(usize, i128)> = None;
                for row in rows {
                    let at = span.position(cells.index[row]);
                    let money = cells.money(row, kind)?;
                    if cells.purchases[row] == 0 {
                        tallies[at].refunds_elsewhere = money::add(tallies[at].refunds_elsewhere, money)?;
                        continue;
                    }
                    match last {
                        None => {
                            tallies[at].new += 1;
                            tallies[at].new_revenue = money::add(tallies[at].new_revenue, money)?;
                        }
                        Some((before, earlier)) if before + 1 == at => tallies[at].retain(earlier, money)?,
                        Some((before, earlier)) => {
                            tallies[before + 1].churn(earlier)?;
                            tallies[at].reactivated += 1;
                            tallies[at].reactivated_revenue = money::add(tallies[at].reactivated_revenue, money)?;
                        }
                    }
                    last = Some((at, money));
                }
                match last {
                    Some((before, earlier)) if before + 1 < span.len() => tallies[before + 1].churn(earlier),
                    _ => Ok(()),
                }
            },
            |a, b| a.into_iter().zip(b).map(|(a, b)| a.plus(b)).collect(),
        )?;
        let mut rows: Vec<GrowthRow> = Vec::with_capacity(span.len());
        for (position, tally) in tallies.into_iter().enumerate() {
            let revenue = money::sum([tally.new_revenue, tally.reactivated_revenue, tally.retained_revenue])?;
            rows.push(GrowthRow {
                period: span.describe(position),
                active: tally.new + tally.retained + tally.reactivated,
                new: tally.new,
                retained: tally.retained,
                reactivated: tally.reactivated,
                churned: tally.churned,
                revenue,
                revenue_before: rows.last().map_or(0, |row| row.revenue),
                new_revenue: tally.new_revenue,
                reactivated_revenue: tally.reactivated_revenue,
                retained_revenue: tally.retained_revenue,
                expansion: tally.expansion,
                contraction: tally.contraction,
                churned_revenue: tally.churned_revenue,
                refunds_elsewhere: tally.refunds_elsewhere,
            });
        }
        Ok(Self { period: cells.period(), money: kind, scale: cells.scale, rows })
    }

    /// The period that is accounted for.
    #[must_use]
    pub fn period(&self) -> Period {
        self.period
    }

    /// Which money is accounted for.
    #[must_use]
    pub fn money(&self) -> CellMoney {
        self.money
    }

    /// The decimal places of money.
    #[must_use]
    pub fn scale(&self) -> u8 {
        self.scale
    }

    /// The periods in order of time.
    #[must_use]
    pub fn rows(&self) -> &[GrowthRow] {
        &self.rows
    }
}
