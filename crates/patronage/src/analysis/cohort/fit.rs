//! Every cohort, period by period.

use chrono::NaiveDate;

use super::params::LONGEST;
use crate::error::{Error, Result};
use crate::ledger::{CellMoney, Cells, Span, ViewPeriod};
use crate::money;
use crate::time::Period;

/// What a cohort did in one period. Money is in minor units of the view's scale.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CohortCell {
    /// Customers with a purchase.
    pub customers: u64,
    /// Purchase orders.
    pub orders: u64,
    /// Money.
    pub revenue: i128,
    /// Money since the first purchase.
    pub cumulative_revenue: i128,
    /// Whether the period was over at the date of the view.
    pub complete: bool,
}

/// The customers of one first period.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Cohort {
    /// The period of the first purchase.
    pub period: ViewPeriod,
    /// How many customers there are.
    pub size: u64,
    /// The first period, the one after it, and so on as far as they have been observed.
    pub cells: Vec<CohortCell>,
}

#[expect(clippy::cast_precision_loss, reason = "a ratio of exact sums, rounded once each")]
impl Cohort {
    /// The share of the cohort that bought in a period; none for a cohort of nobody.
    #[must_use]
    pub fn retention(&self, cell: &CohortCell) -> Option<f64> {
        (self.size > 0).then(|| cell.customers as f64 / self.size as f64)
    }

    /// What a customer of the cohort has brought on average since its first purchase, in currency units; `scale` is the
    /// view's. None for a cohort of nobody.
    #[must_use]
    pub fn revenue_per_customer(&self, cell: &CohortCell, scale: u8) -> Option<f64> {
        (self.size > 0).then(|| money::to_f64(cell.cumulative_revenue, scale) / self.size as f64)
    }
}

/// All cohorts. See the [module](super).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CohortView {
    period: Period,
    money: CellMoney,
    scale: u8,
    cohorts: Vec<Cohort>,
    unassigned: i128,
}

/// What is added up of one cohort in one period.
#[derive(Debug, Clone, Copy, Default)]
struct Tally {
    customers: u64,
    orders: u64,
    revenue: i128,
}

/// The cells of all cohorts, and the money that belongs to none.
struct Triangle {
    tallies: Vec<Tally>,
    unassigned: i128,
}

/// Where the cells of a cohort start when those of each of `len` cohorts follow those of the one before.
fn start(cohort: usize, len: usize) -> usize {
    cohort * len - cohort * cohort.saturating_sub(1) / 2
}

impl CohortView {
    pub(super) fn new(kind: CellMoney, cells: &Cells, as_of: NaiveDate) -> Result<Self> {
        let span = Span::new(cells, as_of)?;
        let len = span.len();
        if len > LONGEST {
            return Err(Error::parameter(format!(
                "cohorts by {} would be {len} from {} on; {LONGEST} are the most",
                cells.period(),
                span.describe(0).label
            ))
            .with_hint("take a longer period"));
        }
        let triangle = cells.sum_customers(
            || Triangle { tallies: vec![Tally::default(); start(len, len)], unassigned: 0 },
            |triangle, rows| {
                let mut cohort = None;
                for row in rows {
                    let at = span.position(cells.index[row]);
                    let money = cells.money(row, kind)?;
                    let bought = cells.purchases[row] > 0;
                    let Some(first) = cohort.or(bought.then_some(at)) else {
                        triangle.unassigned = money::add(triangle.unassigned, money)?;
                        continue;
                    };
                    cohort = Some(first);
                    let tally = &mut triangle.tallies[start(first, len) + at - first];
                    tally.customers += u64::from(bought);
                    tally.orders += u64::from(cells.purchases[row]);
                    tally.revenue = money::add(tally.revenue, money)?;
                }
                Ok(())
            },
            |mut a, b| {
                for (sum, tally) in a.tallies.iter_mut().zip(b.tallies) {
                    sum.customers += tally.customers;
                    sum.orders += tally.orders;
                    sum.revenue = money::add(sum.revenue, tally.revenue)?;
                }
                a.unassigned = money::add(a.unassigned, b.unassigned)?;
                Ok(a)
            },
        )?;
        let cohorts = (0..len).map(|cohort| {
            let mut cumulative_revenue = 0;
            let mut own = Vec::with_capacity(len - cohort);
            for (at, tally) in (cohort..).zip(&triangle.tallies[start(cohort, len)..start(cohort + 1, len)]) {
                cumulative_revenue = money::add(cumulative_revenue, tally.revenue)?;
                own.push(CohortCell {
                    customers: tally.customers,
                    orders: tally.orders,
                    revenue: tally.revenue,
                    cumulative_revenue,
                    complete: span.complete(at),
                });
            }
            Ok(Cohort { period: span.describe(cohort), size: own[0].customers, cells: own })
        });
        Ok(Self {
            period: cells.period(),
            money: kind,
            scale: cells.scale,
            cohorts: cohorts.collect::<Result<_>>()?,
            unassigned: triangle.unassigned,
        })
    }

    /// The period by which customers are grouped and followed.
    #[must_use]
    pub fn period(&self) -> Period {
        self.period
    }

    /// Which money is followed.
    #[must_use]
    pub fn money(&self) -> CellMoney {
        self.money
    }

    /// The decimal places of money.
    #[must_use]
    pub fn scale(&self) -> u8 {
        self.scale
    }

    /// The cohorts in order of time.
    #[must_use]
    pub fn cohorts(&self) -> &[Cohort] {
        &self.cohorts
    }

    /// Money of customers before their first purchase, or without one; zero unless money is net.
    #[must_use]
    pub fn unassigned(&self) -> i128 {
        self.unassigned
    }
}
