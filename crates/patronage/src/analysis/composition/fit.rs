//! From cells by value and day to shares, ranks and changes.

use std::cmp::Reverse;
use std::collections::{BTreeMap, HashMap};

use chrono::Months;

use super::params::CompositionParams;
use super::view::{CompositionView, PeriodRow, ValueRow};
use crate::error::Result;
use crate::ledger::Breakdown;
use crate::ledger::dimensions::Amounts;
use crate::money;
use crate::time::{Period, date_of, day_number};

/// The periods of a window.
#[derive(Clone, Copy)]
struct Calendar {
    grain: Period,
    days: (i32, i32),
}

impl Calendar {
    /// Whether the window holds the period to its end.
    fn complete(self, index: i32) -> bool {
        self.grain.end_of(index) <= self.days.1
    }

    /// Whether the window holds all days of the period.
    fn whole(self, index: i32) -> bool {
        self.complete(index) && self.grain.start_of(index) >= self.days.0
    }

    fn last_complete(self) -> i32 {
        let last = self.grain.index_of(self.days.1);
        if self.complete(last) { last } else { last.saturating_sub(1) }
    }

    fn year_before(self, index: i32) -> i32 {
        let back = match self.grain {
            Period::Day => {
                let date = date_of(index);
                return day_number(date.checked_sub_months(Months::new(12)).unwrap_or(date));
            }
            Period::Week => 52,
            Period::Month => 12,
            Period::Quarter => 4,
            Period::Year => 1,
        };
        index.saturating_sub(back)
    }

    /// Revenue of a value in a whole period.
    fn revenue(self, cells: &HashMap<(usize, i32), Amounts>, value: usize, index: i32) -> Option<i128> {
        self.whole(index).then(|| cells.get(&(value, index)).map_or(0, |amounts| amounts.money))
    }
}

impl CompositionView {
    pub(super) fn fit(params: CompositionParams, breakdown: &Breakdown) -> Result<Self> {
        let calendar = Calendar { grain: params.grain, days: breakdown.days };
        let mut names = breakdown.values.clone();
        let mut sums = vec![Amounts::default(); names.len()];
        let mut cells: HashMap<(usize, i32), Amounts> = HashMap::new();
        for (value, rows) in breakdown.ranges().enumerate() {
            for row in rows {
                sums[value].add(&breakdown.amounts[row])?;
                cells.entry((value, params.grain.index_of(breakdown.day[row]))).or_default().add(&breakdown.amounts[row])?;
            }
        }
        let by_value = by_value(breakdown, calendar, &sums, &cells)?;
        let other = if names.len() > params.most_values {
            let kept: Vec<bool> = kept(&by_value, &names, params.kept_values);
            let other = names.len();
            names.push(Some(other_name(&names)));
            // The sums are exact, so that the order of a map does not show.
            let mut gathered: HashMap<(usize, i32), Amounts> = HashMap::new();
            for ((value, index), amounts) in cells {
                let value = if kept[value] { value } else { other };
                gathered.entry((value, index)).or_default().add(&amounts)?;
            }
            cells = gathered;
            Some((other, kept.iter().filter(|kept| !**kept).count()))
        } else {
            None
        };
        let by_period = by_period(calendar, &cells)?;
        let (scale, fine_scale) = (breakdown.scale, breakdown.fine_scale);
        Ok(Self { grain: params.grain, scale, fine_scale, names, by_value, by_period, other })
    }
}

fn by_value(breakdown: &Breakdown, calendar: Calendar, sums: &[Amounts], cells: &HashMap<(usize, i32), Amounts>) -> Result<Vec<ValueRow>> {
    let total = money::sum(sums.iter().map(|amounts| amounts.money))?;
    let last = calendar.last_complete();
    let mut order: Vec<usize> = (0..sums.len()).collect();
    order.sort_by_key(|&value| (Reverse(sums[value].money), value));
    let ranks = ranks(&order, |value| sums[value].money);
    let mut rows = Vec::with_capacity(order.len());
    for (value, rank) in order.into_iter().zip(ranks) {
        let amounts = &sums[value];
        let counts = breakdown.counts[value];
        let last_revenue = calendar.revenue(cells, value, last);
        let previous_revenue = last_revenue.and_then(|_| calendar.revenue(cells, value, last.saturating_sub(1)));
        let parts = Parts::of(amounts)?;
        let revenue = money::to_f64(amounts.money, breakdown.scale);
        rows.push(ValueRow {
            value,
            revenue: amounts.money,
            share: share(amounts.money, total),
            rank,
            previous_revenue,
            last_revenue,
            change: change(previous_revenue, last_revenue),
            change_year: change(calendar.revenue(cells, value, calendar.year_before(last)), last_revenue),
            rows: amounts.rows,
            orders: counts.map(|counts| counts.orders),
            customers: counts.map(|counts| counts.customers),
            new_customers: counts.map(|counts| counts.new_customers),
            repeat_customers: counts.map(|counts| counts.repeat_customers),
            average_order_value: counts.filter(|counts| counts.orders > 0).map(|counts| revenue / counts.orders as f64),
            cost: parts.cost,
            margin: parts.margin,
            margin_rate: parts.margin.filter(|_| amounts.costed > 0).map(|margin| ratio(margin, amounts.costed)),
            discount: parts.discount,
            discount_share: discount_share(amounts, (breakdown.scale, breakdown.fine_scale)),
        });
    }
    Ok(rows)
}

fn by_period(calendar: Calendar, cells: &HashMap<(usize, i32), Amounts>) -> Result<Vec<PeriodRow>> {
    let mut periods: BTreeMap<i32, Vec<usize>> = BTreeMap::new();
    for &(value, index) in cells.keys() {
        periods.entry(index).or_default().push(value);
    }
    let mut rows = Vec::with_capacity(cells.len());
    for (index, mut order) in periods {
        let of = |value: usize| cells.get(&(value, index)).copied().unwrap_or_default();
        order.sort_unstable_by_key(|&value| (Reverse(of(value).money), value));
        let total = money::sum(order.iter().map(|&value| of(value).money))?;
        let ranks = ranks(&order, |value| of(value).money);
        for (&value, rank) in order.iter().zip(ranks) {
            let amounts = of(value);
            let parts = Parts::of(&amounts)?;
            let now = calendar.revenue(cells, value, index);
            rows.push(PeriodRow {
                period: index,
                value,
                revenue: amounts.money,
                share: share(amounts.money, total),
                rank,
                change: change(calendar.revenue(cells, value, index.saturating_sub(1)), now),
                change_year: change(calendar.revenue(cells, value, calendar.year_before(index)), now),
                rows: amounts.rows,
                cost: parts.cost,
                margin: parts.margin,
                discount: parts.discount,
                complete: calendar.complete(index),
            });
        }
    }
    Ok(rows)
}

/// The values of most revenue, by rank, and the missing one whatever it has.
fn kept(by_value: &[ValueRow], names: &[Option<String>], count: usize) -> Vec<bool> {
    let mut kept: Vec<bool> = names.iter().map(Option::is_none).collect();
    by_value.iter().filter(|row| names[row.value].is_some()).take(count).for_each(|row| kept[row.value] = true);
    kept
}

/// `other`, or what comes nearest to it where a value has that name.
fn other_name(names: &[Option<String>]) -> String {
    let mut name = "other".to_owned();
    while names.iter().any(|taken| taken.as_ref() == Some(&name)) {
        name.push('_');
    }
    name
}

/// 1 + the number of values with more revenue, of values in descending order of revenue.
fn ranks(order: &[usize], revenue: impl Fn(usize) -> i128) -> Vec<u32> {
    let mut ranks = Vec::with_capacity(order.len());
    let mut rank = 0;
    for (place, &value) in (1_u32..).zip(order) {
        if ranks.is_empty() || revenue(order[ranks.len() - 1]) != revenue(value) {
            rank = place;
        }
        ranks.push(rank);
    }
    ranks
}

fn ratio(part: i128, whole: i128) -> f64 {
    money::to_f64(part, 0) / money::to_f64(whole, 0)
}

fn share(part: i128, whole: i128) -> Option<f64> {
    (whole != 0).then(|| ratio(part, whole))
}

fn change(before: Option<i128>, now: Option<i128>) -> Option<f64> {
    let (before, now) = before.filter(|before| *before > 0).zip(now)?;
    Some(ratio(now, before) - 1.0)
}

fn discount_share(amounts: &Amounts, (scale, fine_scale): (u8, u8)) -> Option<f64> {
    let (revenue, discount) = (money::to_f64(amounts.money, scale), money::to_f64(amounts.discount, fine_scale));
    (amounts.discount_rows > 0 && revenue + discount > 0.0).then(|| discount / (revenue + discount))
}

/// Cost, margin and discount, where there are any.
struct Parts {
    cost: Option<i128>,
    margin: Option<i128>,
    discount: Option<i128>,
}

impl Parts {
    fn of(amounts: &Amounts) -> Result<Self> {
        let margin = money::add(amounts.costed, -amounts.cost)?;
        let known = amounts.cost_rows > 0;
        Ok(Self {
            cost: known.then_some(amounts.cost),
            margin: known.then_some(margin),
            discount: (amounts.discount_rows > 0).then_some(amounts.discount),
        })
    }
}
