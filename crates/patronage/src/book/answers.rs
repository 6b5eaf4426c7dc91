//! What fitted models say about every customer: columns, and the numbers that other parts of a book go on with.
//!
//! Distinct histories are answered once, in parallel; the order of customers and the number of threads do not show.

use polars::prelude::Column;
use rayon::prelude::*;

use super::remark::Remark;
use crate::analysis::clv::gamma_gamma::GammaGammaModel;
use crate::analysis::clv::intervals::{DeltaMethod, MeanInterval, Predictive, Scale, predictive_money, predictive_purchases};
use crate::analysis::clv::simulation::Spend;
use crate::analysis::clv::value::ResidualValue;
use crate::analysis::clv::{Histories, History, PurchaseModel};
use crate::customers::Customers;
use crate::error::Result;
use crate::money;
use crate::time::{TimeUnit, day_number};

/// The standard normal quantile of 95 % intervals.
const Z: f64 = 1.959_963_984_540_054;

/// The purchase side of one distinct history.
struct Purchases {
    alive: f64,
    expected: f64,
    discounted: f64,
    expected_interval: Option<MeanInterval>,
    discounted_interval: Option<MeanInterval>,
    predictive: Option<Predictive>,
}

/// The money side of one distinct customer.
struct Worth {
    spend: MeanInterval,
    value: f64,
    interval: Option<MeanInterval>,
    predictive: Option<Predictive>,
}

/// All that is asked of the models.
pub(super) struct Answers<'a> {
    model: &'a dyn PurchaseModel,
    spend: Option<&'a GammaGammaModel>,
    delta: Option<DeltaMethod<Box<dyn PurchaseModel>>>,
    margin: f64,
    predictive: bool,
    rate: f64,
    horizon: f64,
}

/// What the models say about every customer, in the order of the table.
pub(super) struct Answered {
    pub(super) columns: Vec<Column>,
    pub(super) expected_purchases: Vec<f64>,
    pub(super) money: Option<Money>,
}

/// The money side of [`Answered`].
pub(super) struct Money {
    pub(super) expected_spend: Vec<f64>,
    pub(super) residual_value: Vec<f64>,
}

/// The distinct histories of a table, and which of them each customer has.
pub(super) struct Distinct {
    histories: Vec<History>,
    pub(super) rows: Histories,
    pub(super) place: Vec<usize>,
}

/// What tells histories apart: repeat purchases, days from first to last period, day of the first purchase.
type Key = (u32, u32, i32);

impl Distinct {
    pub(super) fn new(customers: &Customers) -> Result<Self> {
        let periods = customers.purchase_periods.iter().zip(&customers.days_first_to_last_period).zip(&customers.first_purchase);
        let keys: Vec<Key> = periods.map(|((periods, last), first)| (periods - 1, *last, *first)).collect();
        let mut distinct = keys.clone();
        distinct.par_sort_unstable();
        distinct.dedup();
        let as_of = day_number(customers.as_of());
        let unit = customers.settings().time_unit.days();
        let histories: Vec<History> = distinct
            .iter()
            .map(|&(x, last, first)| History::new(x, f64::from(last) / unit, f64::from(as_of.saturating_sub(first)) / unit))
            .collect::<Result<_>>()?;
        let rows: Histories = histories.iter().copied().collect::<Result<_>>()?;
        let place = keys.par_iter().map(|key| distinct.partition_point(|other| other < key)).collect();
        Ok(Self { histories, rows, place })
    }

    /// The sums of the customers' values over those who share a history.
    pub(super) fn sums(&self, values: &[f64]) -> Vec<f64> {
        let mut sums = vec![0.0; self.rows.len()];
        for (&place, value) in self.place.iter().zip(values) {
            sums[place] += value;
        }
        sums
    }
}

impl<'a> Answers<'a> {
    pub(super) fn new(
        model: &'a dyn PurchaseModel,
        spend: Option<&'a GammaGammaModel>,
        terms: &ResidualValue,
        predictive: bool,
        unit: TimeUnit,
        warnings: &mut Vec<Remark>,
    ) -> Self {
        let delta = DeltaMethod::of_purchase_model(model);
        if let Err(error) = &delta {
            warnings.push(Remark::new(format!("no intervals for the mean: {error}"), format!("均值没有区间估计：{error}")));
        }
        let (rate, horizon) = (terms.rate_in(unit.days()), terms.horizon_in(unit.days()).unwrap_or_default());
        Self { model, spend, delta: delta.ok(), margin: terms.margin, predictive, rate, horizon }
    }

    /// The purchase side of every distinct history.
    fn purchases(&self, rows: &Histories) -> Vec<Purchases> {
        let expected = |model: &dyn PurchaseModel| model.expected_purchases_all(rows, 0.0, self.horizon);
        let discounted = |model: &dyn PurchaseModel| model.discounted_purchases_all(rows, self.rate, Some(self.horizon));
        let alive = self.model.probability_alive_all(rows, 0.0);
        let (means, money) = (expected(self.model), discounted(self.model));
        let expected_intervals = self.delta.as_ref().map(|delta| delta.intervals(Scale::Log, |model| expected(&**model)));
        let valued = self.delta.as_ref().filter(|_| self.spend.is_some());
        let discounted_intervals = valued.map(|delta| delta.intervals(Scale::Log, |model| discounted(&**model)));
        (0..rows.len())
            .into_par_iter()
            .map(|row| Purchases {
                alive: alive[row],
                expected: means[row],
                discounted: money[row],
                expected_interval: expected_intervals.as_ref().map(|intervals| intervals[row]),
                discounted_interval: discounted_intervals.as_ref().map(|intervals| intervals[row]),
                predictive: self.predictive.then(|| predictive_purchases(self.model, rows.get(row), self.horizon)),
            })
            .collect()
    }

    fn worth(&self, spend: &GammaGammaModel, history: History, mean: f64, purchases: &Purchases) -> Worth {
        let expected = spend.expected_spend_interval(history.repeat_purchases, mean, Z);
        let [p, q, v] = spend.coefficients();
        let predictive = self.predictive.then(|| {
            let money = predictive_money(self.model, &Spend { p, q, v }, history, mean, self.horizon);
            let shrink = if purchases.expected > 0.0 { purchases.discounted / purchases.expected } else { 1.0 };
            money.scaled(self.margin * shrink)
        });
        Worth {
            spend: expected,
            value: self.margin * expected.estimate * purchases.discounted,
            interval: purchases.discounted_interval.map(|discounted| discounted.times(expected).scaled(self.margin)),
            predictive,
        }
    }

    /// What the models say about every customer.
    pub(super) fn answer(&self, customers: &Customers, distinct: &Distinct) -> Answered {
        let Distinct { histories, rows, place } = distinct;
        let answers = self.purchases(rows);
        let column = |name: &str, value: &dyn Fn(&Purchases) -> Option<f64>| {
            Column::new(name.into(), place.iter().map(|&at| value(&answers[at])).collect::<Vec<Option<f64>>>())
        };
        let mut columns = vec![
            column("probability_alive", &|one| Some(one.alive)),
            column("expected_purchases", &|one| Some(one.expected)),
            column("expected_purchases_low", &|one| one.expected_interval.map(|interval| interval.low.min(one.expected))),
            column("expected_purchases_high", &|one| one.expected_interval.map(|interval| interval.high.max(one.expected))),
        ];
        if self.predictive {
            columns.push(column("expected_purchases_p05", &|one| one.predictive.map(|quantiles| quantiles.p05)));
            columns.push(column("expected_purchases_p95", &|one| one.predictive.map(|quantiles| quantiles.p95)));
        }
        let expected_purchases = place.iter().map(|&at| answers[at].expected).collect();
        let Some(spend) = self.spend else { return Answered { columns, expected_purchases, money: None } };

        let scale = customers.settings().scale;
        let money_keys: Vec<(usize, i128)> = place.iter().copied().zip(customers.repeat_value.iter().copied()).collect();
        let mut distinct = money_keys.clone();
        distinct.par_sort_unstable();
        distinct.dedup();
        let worth: Vec<Worth> = distinct
            .par_iter()
            .map(|&(at, sum)| {
                let mean = money::to_f64(sum, scale) / f64::from(histories[at].repeat_purchases.max(1));
                self.worth(spend, histories[at], mean, &answers[at])
            })
            .collect();
        let place: Vec<usize> = money_keys.par_iter().map(|key| distinct.partition_point(|other| other < key)).collect();
        let column = |name: &str, value: &dyn Fn(&Worth) -> Option<f64>| {
            Column::new(name.into(), place.iter().map(|&at| value(&worth[at])).collect::<Vec<Option<f64>>>())
        };
        columns.extend([
            column("expected_spend", &|one| Some(one.spend.estimate)),
            column("expected_spend_low", &|one| Some(one.spend.low)),
            column("expected_spend_high", &|one| Some(one.spend.high)),
            column("residual_value", &|one| Some(one.value)),
            column("residual_value_low", &|one| one.interval.map(|interval| interval.low.min(one.value))),
            column("residual_value_high", &|one| one.interval.map(|interval| interval.high.max(one.value))),
        ]);
        if self.predictive {
            columns.push(column("residual_value_p05", &|one| one.predictive.map(|quantiles| quantiles.p05)));
            columns.push(column("residual_value_p95", &|one| one.predictive.map(|quantiles| quantiles.p95)));
        }
        let money = Money {
            expected_spend: place.iter().map(|&at| worth[at].spend.estimate).collect(),
            residual_value: place.iter().map(|&at| worth[at].value).collect(),
        };
        Answered { columns, expected_purchases, money: Some(money) }
    }
}
