//! Every customer's stage, and since when.

use rayon::prelude::*;

use super::fit::by_day;
use super::{LifecycleModel, Stage};
use crate::error::Result;
use crate::ledger::Cells;
use crate::money;
use crate::time::{date_of, day_number};
use chrono::NaiveDate;

/// The stage of each customer with a purchase, in order of customer ids.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LifecycleScores {
    stage: Vec<Stage>,
    since: Vec<i32>,
}

impl LifecycleScores {
    /// The stages.
    #[must_use]
    pub fn stage(&self) -> &[Stage] {
        &self.stage
    }

    /// The day on which each stage began.
    #[must_use]
    pub fn since(&self) -> impl ExactSizeIterator<Item = NaiveDate> {
        self.since.iter().map(|day| date_of(*day))
    }

    /// The day numbers on which each stage began.
    pub(crate) fn since_days(&self) -> &[i32] {
        &self.since
    }
}

impl LifecycleModel {
    /// The stage of each customer with a purchase, in order of customer ids; purchases after the date are not looked at, and
    /// customers without one before it are left out.
    ///
    /// # Errors
    /// When the cells are not by day.
    pub fn score(&self, cells: &Cells, as_of: NaiveDate) -> Result<LifecycleScores> {
        let today = day_number(as_of);
        let scored = Self::on_histories(cells, |history| {
            let stage = self.stage_on(history, today)?;
            Some((stage, self.since(history, stage, today)))
        })?;
        let (stage, since) = scored.into_iter().flatten().unzip();
        Ok(LifecycleScores { stage, since })
    }

    /// The stage of each customer that has a purchase in the cells, on an earlier date: none for those who came later.
    ///
    /// # Errors
    /// When the cells are not by day.
    pub fn stages_on(&self, cells: &Cells, date: NaiveDate) -> Result<Vec<Option<Stage>>> {
        let day = day_number(date);
        Self::on_histories(cells, |history| self.stage_on(history, day))
    }

    /// Asks something of each customer with a purchase, in order of ids.
    fn on_histories<T: Send>(cells: &Cells, ask: impl Fn(&History) -> T + Sync) -> Result<Vec<T>> {
        by_day(cells)?;
        let ranges: Vec<_> = cells.ranges().collect();
        Ok(ranges
            .into_par_iter()
            .map(|range| History::new(cells, range))
            .filter(|history| !history.days.is_empty())
            .map(|h| ask(&h))
            .collect())
    }

    /// The stage at the end of a day; none before the first purchase.
    fn stage_on(&self, history: &History, today: i32) -> Option<Stage> {
        let bought = history.until(today);
        let (first, last) = (*history.days.first()?, *history.days.get(bought.checked_sub(1)?)?);
        let (dormant, lost) = (self.dormant_after.cast_signed(), self.lost_after.cast_signed());
        if today - last > lost {
            return Some(Stage::Lost);
        }
        if today - last > dormant {
            return Some(Stage::Dormant);
        }
        if self.comeback(&history.days[..bought], today).is_some() {
            return Some(Stage::Reactivated);
        }
        if today - first <= dormant {
            return Some(Stage::New);
        }
        let before = history.until(today - dormant);
        let (earlier, recent) = (history.money[before], history.money[bought] - history.money[before]);
        // Shorter pasts are taken as of full length, so that a single early order is no high rate.
        let past = (today - dormant - first).max(dormant);
        let usual = earlier * f64::from(dormant) / f64::from(past);
        Some(if recent >= self.growing_from * usual && recent > 0.0 {
            Stage::Growing
        } else if recent <= self.declining_to * usual && usual > 0.0 {
            Stage::Declining
        } else {
            Stage::Mature
        })
    }

    /// The day on which a customer came back after having been lost, if that was within the dormant limit.
    fn comeback(&self, days: &[i32], today: i32) -> Option<i32> {
        let pairs = days.windows(2).rev().take_while(|pair| today - pair[1] <= self.dormant_after.cast_signed());
        pairs.into_iter().find(|pair| pair[1] - pair[0] > self.lost_after.cast_signed()).map(|pair| pair[1])
    }

    /// The first day of the stage that a customer is in.
    fn since(&self, history: &History, stage: Stage, today: i32) -> i32 {
        let days = &history.days[..history.until(today)];
        let (Some(&first), Some(&last)) = (days.first(), days.last()) else { return today };
        match stage {
            Stage::Lost => last + self.lost_after.cast_signed() + 1,
            Stage::Dormant => last + self.dormant_after.cast_signed() + 1,
            Stage::Reactivated => self.comeback(days, today).unwrap_or(last),
            Stage::New | Stage::Prospect => first,
            Stage::Growing | Stage::Mature | Stage::Declining => {
                (first..today).rev().take_while(|day| self.stage_on(history, *day) == Some(stage)).last().unwrap_or(today)
            }
        }
    }
}

/// A customer's purchase days, and the money up to each of them.
struct History {
    days: Vec<i32>,
    /// The money of the first i days; one longer than `days`.
    money: Vec<f64>,
}

impl History {
    fn new(cells: &Cells, range: std::ops::Range<usize>) -> Self {
        let mut history = Self { days: Vec::with_capacity(range.len()), money: vec![0.0] };
        let mut sum: i128 = 0;
        for row in range.filter(|&row| cells.purchases[row] > 0) {
            sum = sum.saturating_add(cells.purchased[row]);
            history.days.push(cells.index[row]);
            history.money.push(money::to_f64(sum, cells.scale));
        }
        history
    }

    /// How many purchase days there are up to and including a day.
    fn until(&self, day: i32) -> usize {
        self.days.partition_point(|bought| *bought <= day)
    }
}
