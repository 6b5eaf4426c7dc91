//! How many were still there after each renewal.

use crate::error::{Error, Result};

/// Renewals and losses at each renewal, over one or more cohorts.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Survivors {
    /// (renewed, lost) at renewal 1, 2, …
    renewals: Vec<(f64, f64)>,
    customers: f64,
}

impl Survivors {
    /// One cohort: the customers still there after `period` renewals. Periods are 0, 1, 2, … in any order; period 0 is the
    /// size of the cohort. Customers may be counted in any unit that the log-likelihood and standard errors are to refer to
    /// (1,000 customers and shares in per mille differ from percent in the weight of evidence).
    ///
    /// # Errors
    /// Of kind `Input`, naming the row, unless there are at least two periods, each from 0 up exactly once, and survivors are
    /// finite, not negative and never grow.
    ///
    /// ```
    /// use patronage::analysis::clv::contract::Survivors;
    /// let survivors = Survivors::new(&[0, 1, 2], &[1000.0, 631.0, 468.0])?;
    /// assert_eq!(survivors.renewals(), &[(631.0, 369.0), (468.0, 163.0)]);
    /// # Ok::<(), patronage::Error>(())
    /// ```
    pub fn new(period: &[u32], survivors: &[f64]) -> Result<Self> {
        if period.len() != survivors.len() {
            return Err(Error::input(format!("{} periods, but {} survivors", period.len(), survivors.len())));
        }
        if period.len() < 2 {
            return Err(Error::input(format!("{} periods; a cohort needs period 0 and a renewal", period.len())));
        }
        let mut order: Vec<usize> = (0..period.len()).collect();
        order.sort_by_key(|&row| period[row]);
        let mut renewals = Vec::with_capacity(period.len() - 1);
        for (expected, &row) in order.iter().enumerate() {
            let at_row = |error: Error| error.at_row(row as u64 + 1);
            if period[row] as usize != expected {
                return Err(at_row(
                    Error::input(format!("period {} where {expected} was expected", period[row]))
                        .at_column("period")
                        .with_hint("periods are 0, 1, 2, …, each once; period 0 is the size of the cohort"),
                ));
            }
            let count = survivors[row];
            if !(count.is_finite() && count >= 0.0) {
                let message = format!("survivors is {count}; it must be a finite number ≥ 0");
                return Err(at_row(Error::input(message).at_column("survivors")));
            }
            if expected > 0 {
                let before = survivors[order[expected - 1]];
                if count > before {
                    let message = format!("survivors grow from {before} to {count}");
                    return Err(at_row(Error::input(message).at_column("survivors")));
                }
                renewals.push((count, before - count));
            }
        }
        Ok(Self { renewals, customers: survivors[order[0]] })
    }

    /// These cohorts and another's together.
    #[must_use]
    pub fn and(mut self, other: &Self) -> Self {
        if self.renewals.len() < other.renewals.len() {
            self.renewals.resize(other.renewals.len(), (0.0, 0.0));
        }
        for (sum, part) in self.renewals.iter_mut().zip(&other.renewals) {
            sum.0 += part.0;
            sum.1 += part.1;
        }
        self.customers += other.customers;
        self
    }

    /// (renewed, lost) at renewal 1, 2, …
    #[must_use]
    pub fn renewals(&self) -> &[(f64, f64)] {
        &self.renewals
    }

    /// The number of customers of all cohorts.
    #[must_use]
    pub fn customers(&self) -> f64 {
        self.customers
    }
}
