//! Limits from the gaps between purchases.

use rayon::prelude::*;
use serde::{Deserialize, Serialize};

use super::{LifecycleParams, Limits};
use crate::error::{Error, Result};
use crate::ledger::Cells;
use crate::math::quantile;
use crate::time::Period;

/// Fewer gaps than this have no quantiles worth the name.
const FEWEST_GAPS: usize = 30;

/// The limits where there are too few gaps.
const WITHOUT_GAPS: (u32, u32) = (90, 365);

/// The numbers of the rules.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct LifecycleModel {
    pub(super) dormant_after: u32,
    pub(super) lost_after: u32,
    pub(super) growing_from: f64,
    pub(super) declining_to: f64,
    /// The gaps on which the limits rest.
    gaps: u64,
    limits: Limits,
}

impl LifecycleParams {
    /// Looks at the gaps, unless the limits are given in days.
    ///
    /// # Errors
    /// When a limit or the change is out of range, or the cells are not by day.
    pub fn fit(&self, cells: &Cells) -> Result<LifecycleModel> {
        if !(0.0 < self.change && self.change < 1.0) {
            return Err(Error::parameter("the change from which a customer grows or declines lies between 0 and 1")
                .with_value(&self.change.to_string()));
        }
        by_day(cells)?;
        let mut gaps = 0;
        let (dormant_after, lost_after) = match self.limits {
            Limits::Days { dormant, lost } if 0 < dormant && dormant < lost && lost <= 365_000 => (dormant, lost),
            Limits::Days { dormant, lost } => {
                return Err(Error::parameter("a customer is dormant after at least a day, and lost after more days than that")
                    .with_value(&format!("{dormant}, {lost}")));
            }
            Limits::Gaps { dormant, lost } if 0.0 < dormant && dormant < lost && lost < 1.0 => {
                let sorted = sorted_gaps(cells);
                gaps = sorted.len();
                if gaps < FEWEST_GAPS { WITHOUT_GAPS } else { (days(&sorted, dormant), days(&sorted, lost)) }
            }
            Limits::Gaps { dormant, lost } => {
                return Err(Error::parameter("the quantiles for dormant and lost have to be numbers with 0 < dormant < lost < 1")
                    .with_value(&format!("{dormant}, {lost}")));
            }
        };
        Ok(LifecycleModel {
            dormant_after,
            // Steady customers may have the same gap at both quantiles.
            lost_after: lost_after.max(dormant_after + 1),
            growing_from: 1.0 + self.change,
            declining_to: 1.0 - self.change,
            gaps: gaps as u64,
            limits: self.limits,
        })
    }
}

impl LifecycleModel {
    /// The days of silence after which a customer is dormant.
    #[must_use]
    pub fn dormant_after(&self) -> u32 {
        self.dormant_after
    }

    /// The days of silence after which a customer is lost.
    #[must_use]
    pub fn lost_after(&self) -> u32 {
        self.lost_after
    }

    /// The gaps between purchase days that were looked at.
    #[must_use]
    pub fn gaps(&self) -> u64 {
        self.gaps
    }

    /// Whether the limits are the fixed ones for data with too few gaps.
    #[must_use]
    pub fn too_few_gaps(&self) -> bool {
        matches!(self.limits, Limits::Gaps { .. }) && self.gaps < FEWEST_GAPS as u64
    }
}

/// Refuses cells of weeks or months: stages begin on days.
pub(super) fn by_day(cells: &Cells) -> Result<()> {
    if cells.period() == Period::Day {
        return Ok(());
    }
    Err(Error::parameter("the lifecycle is read from cells by day").with_value(&cells.period().to_string()))
}

/// The days between consecutive purchase days of each customer, ascending.
fn sorted_gaps(cells: &Cells) -> Vec<f64> {
    let mut gaps = Vec::new();
    for range in cells.ranges() {
        let mut last = None;
        for row in range.filter(|&row| cells.purchases[row] > 0) {
            if let Some(last) = last.replace(cells.index[row]) {
                gaps.push(f64::from(cells.index[row] - last));
            }
        }
    }
    gaps.par_sort_unstable_by(f64::total_cmp);
    gaps
}

/// A quantile in whole days, at least one.
fn days(sorted: &[f64], share: f64) -> u32 {
    let days = quantile::type7(sorted, share).unwrap_or(1.0).round().clamp(1.0, 365_000.0);
    #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "clamped to the range")]
    let days = days as u32;
    days
}
