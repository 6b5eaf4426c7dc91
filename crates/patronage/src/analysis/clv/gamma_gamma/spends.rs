//! What the Gamma-Gamma sees of a customer: how many repeat purchases, and their mean value.

use crate::error::{Error, Result};

/// Repeat purchases and their mean value, a customer a row, with weights.
///
/// Only rows with a repeat purchase and money are kept; the others are counted.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Spends {
    /// (x, m, weight), sorted by x, then m.
    rows: Vec<(u32, f64, f64)>,
    without_repeat: f64,
    without_money: f64,
}

impl Spends {
    /// One customer a row. Where there is no repeat purchase the mean value is not looked at and may be NaN.
    ///
    /// # Errors
    /// Of kind `Input`, naming row and column, for a negative or infinite mean value, or columns that differ in length.
    ///
    /// ```
    /// use patronage::analysis::clv::gamma_gamma::Spends;
    /// let spends = Spends::new(&[3, 0, 1], &[20.0, f64::NAN, 0.0])?;
    /// assert_eq!((spends.customers(), spends.without_repeat(), spends.without_money()), (1.0, 1.0, 1.0));
    /// # Ok::<(), patronage::Error>(())
    /// ```
    pub fn new(repeat_purchases: &[u32], mean_repeat_value: &[f64]) -> Result<Self> {
        Self::weighted(repeat_purchases, mean_repeat_value, &vec![1.0; repeat_purchases.len()])
    }

    /// As [`new`](Self::new), where row i stands for `weight[i]` customers.
    ///
    /// # Errors
    /// As [`new`](Self::new), and for a weight that is negative or not finite.
    pub fn weighted(repeat_purchases: &[u32], mean_repeat_value: &[f64], weight: &[f64]) -> Result<Self> {
        let length = repeat_purchases.len();
        if mean_repeat_value.len() != length || weight.len() != length {
            return Err(Error::input(format!(
                "the columns differ in length: {length} repeat_purchases, {} mean_repeat_value, {} weight",
                mean_repeat_value.len(),
                weight.len()
            )));
        }
        let mut spends = Self::default();
        for (row, ((&x, &mean), &weight)) in repeat_purchases.iter().zip(mean_repeat_value).zip(weight).enumerate() {
            if !(weight.is_finite() && weight >= 0.0) {
                return Err(Error::input(format!("weight is {weight}; it must be a finite number ≥ 0"))
                    .at_row(row as u64 + 1)
                    .at_column("weight"));
            }
            if x == 0 {
                spends.without_repeat += weight;
            } else if !(mean.is_finite() && mean >= 0.0) {
                return Err(Error::input(format!("mean_repeat_value is {mean}; it must be a finite number ≥ 0"))
                    .at_row(row as u64 + 1)
                    .at_column("mean_repeat_value")
                    .with_hint("net refunds against the purchase they belong to, or leave them out"));
            } else if mean == 0.0 {
                spends.without_money += weight;
            } else {
                spends.rows.push((x, mean, weight));
            }
        }
        spends.rows.sort_unstable_by(|a, b| a.0.cmp(&b.0).then(a.1.total_cmp(&b.1)).then(a.2.total_cmp(&b.2)));
        spends.rows.dedup_by(|later, first| {
            let same = later.0 == first.0 && later.1.total_cmp(&first.1).is_eq();
            if same {
                first.2 += later.2;
            }
            same
        });
        Ok(spends)
    }

    /// The customers with a repeat purchase and money: what a fit uses.
    #[must_use]
    pub fn customers(&self) -> f64 {
        self.rows.iter().map(|row| row.2).sum()
    }

    /// The customers set aside for want of a repeat purchase.
    #[must_use]
    pub fn without_repeat(&self) -> f64 {
        self.without_repeat
    }

    /// The customers set aside because their repeat purchases were all free.
    #[must_use]
    pub fn without_money(&self) -> f64 {
        self.without_money
    }

    /// The weighted mean of the customers' mean values.
    #[must_use]
    pub fn mean(&self) -> f64 {
        self.rows.iter().map(|(_, mean, weight)| mean * weight).sum::<f64>() / self.customers()
    }

    /// Pearson's correlation of repeat purchases and mean value over customers: the model takes it to be 0. None where
    /// one of the two does not vary.
    #[must_use]
    pub fn correlation(&self) -> Option<f64> {
        let customers = self.customers();
        let mean_x = self.rows.iter().map(|(x, _, weight)| f64::from(*x) * weight).sum::<f64>() / customers;
        let mean = self.mean();
        let (mut xx, mut xm, mut mm) = (0.0, 0.0, 0.0);
        for &(x, m, weight) in &self.rows {
            let (dx, dm) = (f64::from(x) - mean_x, m - mean);
            xx += weight * dx * dx;
            xm += weight * dx * dm;
            mm += weight * dm * dm;
        }
        (xx > 0.0 && mm > 0.0).then(|| xm / (xx.sqrt() * mm.sqrt()))
    }

    /// Rows with money divided by `scale`.
    pub(super) fn scaled_rows(&self, scale: f64) -> Vec<(u32, f64, f64)> {
        self.rows.iter().map(|&(x, mean, weight)| (x, mean / scale, weight)).collect()
    }
}
