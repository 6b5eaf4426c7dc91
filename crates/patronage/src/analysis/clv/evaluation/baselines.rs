//! Forecasts that need no model, beside which every model is shown.

use std::fmt;

use serde::{Deserialize, Serialize};

use super::metrics::Scored;
use super::split::{Outcome, Split};
use crate::math::ln_gamma;

/// A forecast that a spreadsheet makes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Baseline {
    /// Nobody buys again.
    Zero,
    /// Each customer goes on at its own rate: repeat purchases over age, times the horizon; 0 at age 0.
    NaiveRate,
    /// All customers go on at the average rate (repeat purchases over ages, all customers together), times the share of
    /// them that is still there: those whose last purchase lies in the second half of their own age.
    AverageTimesRetention,
}

impl Baseline {
    /// All of them, in order of reporting.
    pub const ALL: [Self; 3] = [Self::Zero, Self::NaiveRate, Self::AverageTimesRetention];

    /// Forecasts every row of a split. As laws of counts, baselines are Poisson. A mean below half a purchase among all
    /// customers together is raised to that for the probability (not for the forecast), so that a count which a baseline
    /// calls impossible costs it much, but not everything.
    pub(crate) fn score(self, split: &Split) -> Vec<Scored> {
        let outcomes = split.outcomes();
        let sum = |value: &dyn Fn(&Outcome) -> f64| outcomes.iter().map(|row| row.weight * value(row)).sum::<f64>();
        let customers = split.customers();
        let ages = sum(&|row| row.history.age);
        let rate = if ages > 0.0 { sum(&|row| f64::from(row.history.repeat_purchases)) / ages } else { 0.0 };
        let kept = sum(&|row| f64::from(u8::from(row.history.first_to_last > 0.5 * row.history.age)));
        let average = rate * kept / customers * split.horizon();
        let floor = 0.5 / customers;
        outcomes
            .iter()
            .map(|row| {
                let expected = match self {
                    Self::NaiveRate if row.history.age > 0.0 => f64::from(row.history.repeat_purchases) / row.history.age * split.horizon(),
                    Self::Zero | Self::NaiveRate => 0.0,
                    Self::AverageTimesRetention => average,
                };
                Scored {
                    repeat_purchases: row.history.repeat_purchases,
                    weight: row.weight,
                    actual: f64::from(row.purchases),
                    expected,
                    log_probability: ln_poisson(row.purchases, expected.max(floor)),
                }
            })
            .collect()
    }
}

impl fmt::Display for Baseline {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Zero => "zero",
            Self::NaiveRate => "naive rate",
            Self::AverageTimesRetention => "average × retention",
        })
    }
}

/// `ln P(N = count)` of a Poisson law: `n ln m − m − ln n!`.
fn ln_poisson(count: u32, mean: f64) -> f64 {
    let n = f64::from(count);
    n * mean.ln() - mean - ln_gamma(n + 1.0)
}
