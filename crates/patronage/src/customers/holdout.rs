//! A ledger cut in two: customers as of the end of a calibration day, and what they did after it.
//!
//! # What it answers
//! What would have been known on that day, and what happened then: the two halves of every backtest.
//!
//! # Definition
//! The calibration ends at the *end* of its day. A hold-out purchase period is a period of the customers' grain with a purchase
//! after that day and up to the end of the horizon; a period that began before the cut with a purchase of the same customer
//! belongs to the calibration and is not counted twice. Hold-out money is the purchase money of those periods, averaged
//! over periods, not rows.
//!
//! # Edge cases
//! Whoever buys for the first time after the cut is a newcomer: counted apart, never dropped silently.

use std::collections::BTreeMap;

use chrono::NaiveDate;
use rayon::prelude::*;

use super::{Customers, CustomersParams};
use crate::error::{Error, Result};
use crate::ledger::{Event, Ledger, View};
use crate::money;
use crate::time::{Period, date_of, day_number};

/// Customers as of a day, and what they did after it. See the [module](self).
#[derive(Debug, Clone, PartialEq)]
pub struct Holdout {
    customers: Customers,
    end: NaiveDate,
    periods: Vec<u32>,
    /// In micros.
    money: Vec<i128>,
    newcomers: u64,
    newcomer_periods: u64,
    /// Repeat purchase periods of calibration customers by the day number of their first purchase.
    repeats: BTreeMap<i32, u64>,
}

/// What one partition gives.
#[derive(Default)]
struct Part {
    rows: Vec<(usize, u32, i128)>,
    newcomers: u64,
    newcomer_periods: u64,
    repeats: BTreeMap<i32, u64>,
}

impl Ledger {
    /// Customers at the end of `calibration_end`, and what they did from the next day to the end of `horizon_end`.
    ///
    /// ```
    /// use patronage::{CustomersParams, Ingest};
    /// # fn main() -> patronage::Result<()> {
    /// let text = "customer,date,amount\na,2024-03-01,5\na,2024-03-08,7\na,2024-03-09,9\nb,2024-03-09,2\n";
    /// let ledger = Ingest::new().read_text(text)?.ledger;
    /// let day = |text: &str| text.parse().expect("a date");
    /// let holdout = ledger.split(day("2024-03-07"), day("2024-03-21"), &CustomersParams::new())?;
    /// assert_eq!(holdout.purchase_periods(), [2]);
    /// assert_eq!(holdout.mean_value().collect::<Vec<_>>(), [Some(8.0)]);
    /// assert_eq!((holdout.newcomers(), holdout.newcomer_periods()), (1, 1));
    /// assert_eq!(holdout.horizon(), 2.0);
    /// # Ok(()) }
    /// ```
    ///
    /// # Errors
    /// When the hold-out is empty, nobody had bought by the end of the calibration, or a sum leaves the exact range.
    pub fn split(&self, calibration_end: NaiveDate, horizon_end: NaiveDate, params: &CustomersParams) -> Result<Holdout> {
        if horizon_end <= calibration_end {
            return Err(Error::parameter(format!("the hold-out ends on {horizon_end}, but starts after {calibration_end}")));
        }
        let customers = self.customers(&params.clone().as_of(calibration_end))?;
        if customers.is_empty() {
            return Err(Error::fit(format!("no customer has bought by {calibration_end}"))
                .with_hint("a hold-out needs customers before it: make it shorter"));
        }
        let (cut, grain) = (day_number(calibration_end), customers.settings().grain);
        let view = View::new(self, params.first_day().unwrap_or(i32::MIN), day_number(horizon_end));
        let parts: Vec<Part> = self
            .partitions()
            .par_iter()
            .map(|partition| {
                let mut part = Part::default();
                view.for_each_customer(partition, |customer, events| {
                    let id = std::str::from_utf8(partition.customers.get(customer)).ok();
                    part.take(id.and_then(|id| customers.find(id)), events, cut, grain)
                })?;
                Ok(part)
            })
            .collect::<Result<_>>()?;
        let mut all = Part::default();
        let (mut periods, mut money) = (vec![0; customers.len()], vec![0; customers.len()]);
        for part in parts {
            for (row, count, sum) in part.rows {
                (periods[row], money[row]) = (count, sum);
            }
            all.newcomers += part.newcomers;
            all.newcomer_periods += part.newcomer_periods;
            for (day, count) in part.repeats {
                *all.repeats.entry(day).or_default() += count;
            }
        }
        let Part { newcomers, newcomer_periods, repeats, .. } = all;
        Ok(Holdout { customers, end: horizon_end, periods, money, newcomers, newcomer_periods, repeats })
    }

    /// Rolling origins: `origins` hold-outs of so many days that follow each other and end on `as_of` (the ledger's last day
    /// when the parameters do not say), the earliest first.
    ///
    /// # Errors
    /// As [`split`](Self::split), and when there is no origin or no day in a hold-out.
    pub fn rolling_splits(&self, holdout_days: u32, origins: u32, params: &CustomersParams) -> Result<Vec<Holdout>> {
        if origins == 0 || holdout_days == 0 {
            return Err(Error::parameter("a backtest needs at least one origin and a hold-out of at least one day"));
        }
        let end = match (params.last_day(), self.days()) {
            (Some(date), _) => date,
            (None, Some((_, last))) => day_number(last),
            (None, None) => return Err(Error::input("there is no accepted row, so there is no hold-out")),
        };
        let length = i64::from(holdout_days);
        (0..origins)
            .rev()
            .map(|later| {
                let end_of = |steps: i64| i32::try_from(i64::from(end) - steps * length).map(date_of);
                let outside = |_| Error::parameter("the hold-outs reach back beyond all dates");
                let to = end_of(i64::from(later)).map_err(outside)?;
                let from = end_of(i64::from(later) + 1).map_err(outside)?;
                self.split(from, to, params)
            })
            .collect()
    }
}

impl Part {
    /// Adds one customer: its row in the calibration table, if it had bought by the cut, and all its events.
    fn take(&mut self, row: Option<usize>, events: &[Event], cut: i32, grain: Period) -> Result<()> {
        let (mut current, mut before, mut count, mut sum) = (None, None, 0_u32, 0_i128);
        for event in events.iter().filter(|event| event.purchases > 0) {
            let period = grain.index_of(event.day);
            if event.day <= cut {
                before = Some(period);
            }
            if current != Some(period) {
                if current.is_some() && row.is_some() {
                    *self.repeats.entry(event.day).or_default() += 1;
                }
                current = Some(period);
                count += u32::from(event.day > cut);
            }
            if event.day > cut && before != Some(period) {
                sum = money::add(sum, event.purchased)?;
            }
        }
        match row {
            Some(row) => self.rows.push((row, count, sum)),
            None if count > 0 => {
                self.newcomers += 1;
                self.newcomer_periods += u64::from(count);
            }
            None => {}
        }
        Ok(())
    }
}

impl Holdout {
    /// The customers at the end of the calibration.
    #[must_use]
    pub fn customers(&self) -> &Customers {
        &self.customers
    }

    /// The last day of the hold-out.
    #[must_use]
    pub fn horizon_end(&self) -> NaiveDate {
        self.end
    }

    /// The length of the hold-out in the customers' time unit.
    #[must_use]
    pub fn horizon(&self) -> f64 {
        let days = day_number(self.end) - day_number(self.customers.as_of());
        f64::from(days) / self.customers.settings().time_unit.days()
    }

    /// Purchase periods of each calibration customer in the hold-out.
    #[must_use]
    pub fn purchase_periods(&self) -> &[u32] {
        &self.periods
    }

    /// Mean purchase money of each calibration customer's hold-out periods, in currency units; `None` without one.
    #[must_use]
    pub fn mean_value(&self) -> impl ExactSizeIterator<Item = Option<f64>> {
        let values = self.periods.iter().zip(&self.money);
        values.map(|(&periods, &micros)| (periods > 0).then(|| money::to_f64(micros, money::MICROS_SCALE) / f64::from(periods)))
    }

    /// Customers whose first purchase lies in the hold-out.
    #[must_use]
    pub fn newcomers(&self) -> u64 {
        self.newcomers
    }

    /// Purchase periods of the newcomers, the first of each included.
    #[must_use]
    pub fn newcomer_periods(&self) -> u64 {
        self.newcomer_periods
    }

    /// Repeat purchase periods of all calibration customers together, calibration and hold-out, in steps of so many days
    /// since the first purchase of the oldest customer; a purchase on the last day of a step belongs to it.
    #[must_use]
    pub fn repeat_purchases_by_step(&self, days: u32) -> Vec<f64> {
        let days = days.max(1);
        let start = self.customers.first_purchase.iter().copied().min().unwrap_or_default();
        let steps = day_number(self.end).abs_diff(start).div_ceil(days).max(1) as usize;
        let mut counts = vec![0.0; steps];
        for (&day, &count) in &self.repeats {
            let step = (day.abs_diff(start).div_ceil(days) as usize).clamp(1, steps) - 1;
            counts[step] += count as f64;
        }
        counts
    }
}
