//! What the purchase-timing models see of a customer: how often, until when, observed how long.

use std::borrow::Cow;
use std::cmp::Ordering;

use serde::{Deserialize, Serialize};

use crate::error::{Error, Result};

/// The purchase history of one customer, in any one unit of time.
///
/// The models need no more than this of the log (the numbers are sufficient statistics of the (M)BG/NBD, Pareto/NBD and
/// NBD likelihoods).
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct History {
    /// x: the number of purchase periods after the first one.
    pub repeat_purchases: u32,
    /// `t_x`: time from the first to the last purchase; 0 without a repeat purchase.
    pub first_to_last: f64,
    /// T: time from the first purchase to the end of observation.
    pub age: f64,
}

impl History {
    /// A checked history.
    ///
    /// # Errors
    /// Of kind `Input` unless 0 ≤ `first_to_last` ≤ `age`, both finite, and `first_to_last` is 0 exactly when there is
    /// no repeat purchase.
    pub fn new(repeat_purchases: u32, first_to_last: f64, age: f64) -> Result<Self> {
        let history = Self { repeat_purchases, first_to_last, age };
        history.check()?;
        Ok(history)
    }

    /// A customer at the moment of its first purchase: x = 0, `t_x` = 0, T = 0.
    #[must_use]
    pub fn newcomer() -> Self {
        Self { repeat_purchases: 0, first_to_last: 0.0, age: 0.0 }
    }

    fn check(&self) -> Result<()> {
        let Self { repeat_purchases, first_to_last, age } = *self;
        if !(age.is_finite() && age >= 0.0) {
            return Err(Error::input(format!("age is {age}; it must be a finite number ≥ 0")).at_column("age"));
        }
        if !(first_to_last >= 0.0 && first_to_last <= age) {
            return Err(Error::input(format!("first_to_last is {first_to_last}; it must lie between 0 and age ({age})"))
                .at_column("first_to_last")
                .with_hint("first_to_last is measured from the first purchase, not back from the end of observation"));
        }
        if (repeat_purchases == 0) != (first_to_last == 0.0) {
            return Err(Error::input(format!(
                "{repeat_purchases} repeat purchases and first_to_last {first_to_last}: \
                 first_to_last is 0 exactly when there is no repeat purchase"
            ))
            .at_column("first_to_last")
            .with_hint("count purchase periods after the first one, and measure time from the first to the last one"));
        }
        Ok(())
    }

    /// Well-mixed bits of the three numbers.
    #[expect(clippy::cast_possible_truncation, reason = "any bits will do")]
    fn scatter(&self) -> usize {
        const ODD: u64 = 0x9E37_79B9_7F4A_7C15;
        // + 0.0 makes −0 and 0, which are equal, alike.
        let mut mixed = u64::from(self.repeat_purchases).wrapping_mul(ODD);
        for time in [self.first_to_last + 0.0, self.age + 0.0] {
            mixed = (mixed ^ (mixed >> 29) ^ time.to_bits()).wrapping_mul(ODD);
        }
        (mixed ^ (mixed >> 32)) as usize
    }

    /// The order in which histories are sorted: by x, T, then `t_x`.
    fn order(&self, other: &Self) -> Ordering {
        self.repeat_purchases
            .cmp(&other.repeat_purchases)
            .then(self.age.total_cmp(&other.age))
            .then(self.first_to_last.total_cmp(&other.first_to_last))
    }
}

/// Purchase histories in columns, each with a weight: the number of customers that share it.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Histories {
    repeat_purchases: Vec<u32>,
    first_to_last: Vec<f64>,
    age: Vec<f64>,
    weight: Vec<f64>,
    log_gaps: Option<Vec<f64>>,
}

impl Histories {
    /// Histories of one customer a row.
    ///
    /// ```
    /// use patronage::analysis::clv::Histories;
    ///
    /// let histories = Histories::new(vec![0, 2, 0], vec![0.0, 5.0, 0.0], vec![12.0, 9.0, 12.0])?;
    /// assert_eq!(histories.customers(), 3.0);
    /// assert_eq!(histories.unique().weight(), [2.0, 1.0]);
    /// // A last purchase after the end of observation is no history.
    /// assert!(Histories::new(vec![1], vec![13.0], vec![12.0]).is_err());
    /// # Ok::<(), patronage::Error>(())
    /// ```
    ///
    /// # Errors
    /// Of kind `Input`, naming row and column, where a row is no history (see [`History::new`]) or the columns differ
    /// in length.
    pub fn new(repeat_purchases: Vec<u32>, first_to_last: Vec<f64>, age: Vec<f64>) -> Result<Self> {
        let weight = vec![1.0; age.len()];
        Self::weighted(repeat_purchases, first_to_last, age, weight)
    }

    /// Histories with weights: row i stands for `weight[i]` customers.
    ///
    /// # Errors
    /// As [`new`](Self::new), and where a weight is negative or not finite.
    pub fn weighted(repeat_purchases: Vec<u32>, first_to_last: Vec<f64>, age: Vec<f64>, weight: Vec<f64>) -> Result<Self> {
        let rows = age.len();
        if repeat_purchases.len() != rows || first_to_last.len() != rows || weight.len() != rows {
            return Err(Error::input(format!(
                "the columns differ in length: {} repeat_purchases, {} first_to_last, {rows} age, {} weight",
                repeat_purchases.len(),
                first_to_last.len(),
                weight.len()
            )));
        }
        let histories = Self { repeat_purchases, first_to_last, age, weight, log_gaps: None };
        for (row, history) in histories.iter().enumerate() {
            history.check().map_err(|error| error.at_row(row as u64 + 1))?;
            let weight = histories.weight[row];
            if !(weight.is_finite() && weight >= 0.0) {
                return Err(Error::input(format!("weight is {weight}; it must be a finite number ≥ 0"))
                    .at_row(row as u64 + 1)
                    .at_column("weight"));
            }
        }
        Ok(histories)
    }

    /// Adds, per row, the sum of the natural logarithms of the times between successive purchases (0 where x = 0).
    ///
    /// It tells regular buyers from random ones and is used by the Erlang-k models alone, to choose k (Platzer &
    /// Reutterer 2016 call it `litt`). Without it they use what `t_x` says about k.
    ///
    /// # Errors
    /// Of kind `Input` where the length differs or an entry is not finite.
    pub fn with_log_gaps(mut self, log_gaps: Vec<f64>) -> Result<Self> {
        if log_gaps.len() != self.len() {
            return Err(Error::input(format!("{} log_gaps for {} histories", log_gaps.len(), self.len())));
        }
        if let Some(row) = log_gaps.iter().position(|entry| !entry.is_finite()) {
            return Err(Error::input(format!("log_gaps is {}; it must be finite", log_gaps[row]))
                .at_row(row as u64 + 1)
                .at_column("log_gaps"));
        }
        self.log_gaps = Some(log_gaps);
        Ok(self)
    }

    /// The number of rows.
    #[must_use]
    pub fn len(&self) -> usize {
        self.age.len()
    }

    /// Whether there is no row.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.age.is_empty()
    }

    /// x of each row.
    #[must_use]
    pub fn repeat_purchases(&self) -> &[u32] {
        &self.repeat_purchases
    }

    /// `t_x` of each row.
    #[must_use]
    pub fn first_to_last(&self) -> &[f64] {
        &self.first_to_last
    }

    /// T of each row.
    #[must_use]
    pub fn age(&self) -> &[f64] {
        &self.age
    }

    /// The number of customers each row stands for.
    #[must_use]
    pub fn weight(&self) -> &[f64] {
        &self.weight
    }

    /// The sum of the logarithms of the times between purchases, where it was given.
    #[must_use]
    pub fn log_gaps(&self) -> Option<&[f64]> {
        self.log_gaps.as_deref()
    }

    /// Row `row` as a history.
    ///
    /// # Panics
    /// Where there is no such row.
    #[must_use]
    pub fn get(&self, row: usize) -> History {
        History { repeat_purchases: self.repeat_purchases[row], first_to_last: self.first_to_last[row], age: self.age[row] }
    }

    /// The rows as histories, in order.
    #[must_use]
    pub fn iter(&self) -> impl ExactSizeIterator<Item = History> + '_ {
        (0..self.len()).map(|row| self.get(row))
    }

    /// The number of customers: the sum of the weights.
    #[must_use]
    pub fn customers(&self) -> f64 {
        self.weight.iter().sum()
    }

    /// The number of repeat purchases of all customers.
    #[must_use]
    pub fn total_repeat_purchases(&self) -> f64 {
        self.repeat_purchases.iter().zip(&self.weight).map(|(&x, weight)| f64::from(x) * weight).sum()
    }

    /// The weighted mean of T.
    #[must_use]
    pub fn mean_age(&self) -> f64 {
        let sum: f64 = self.age.iter().zip(&self.weight).map(|(age, weight)| age * weight).sum();
        sum / self.customers()
    }

    /// The largest x.
    #[must_use]
    pub fn largest_repeat_purchases(&self) -> u32 {
        self.repeat_purchases.iter().copied().max().unwrap_or(0)
    }

    /// Equal histories made one row, weights summed (log gaps averaged), sorted by x, T and `t_x`. The result does not
    /// depend on the order of the rows, except for the last bit of a sum of weights that are not whole numbers.
    #[must_use]
    pub fn unique(&self) -> Self {
        let (first, weights, gaps) = self.groups();
        let mut order: Vec<usize> = (0..first.len()).filter(|&group| weights[group] > 0.0).collect();
        order.sort_unstable_by(|&i, &j| self.get(first[i]).order(&self.get(first[j])));
        Self {
            repeat_purchases: order.iter().map(|&group| self.repeat_purchases[first[group]]).collect(),
            first_to_last: order.iter().map(|&group| self.first_to_last[first[group]]).collect(),
            age: order.iter().map(|&group| self.age[first[group]]).collect(),
            weight: order.iter().map(|&group| weights[group]).collect(),
            log_gaps: gaps.map(|gaps| order.iter().map(|&group| gaps[group] / weights[group]).collect()),
        }
    }

    /// [`unique`](Self::unique) where that makes the rows far fewer, which a look at some thousand of them tells;
    /// otherwise the rows as they are. Likelihoods over the two differ by rounding only.
    #[must_use]
    pub(crate) fn condensed(&self) -> Cow<'_, Self> {
        /// Samples of fewer rows are always condensed.
        const SMALL: usize = 16_384;
        /// Rows that are looked at.
        const LOOK: usize = 4_096;
        if self.len() > SMALL {
            let few = self.thinned(self.len() / LOOK);
            // With d distinct rows, n looked at share about n²/2d: a twentieth means ten times n are about all there are.
            if few.groups().0.len() * 20 > few.len() * 19 {
                return Cow::Borrowed(self);
            }
        }
        Cow::Owned(self.unique())
    }

    /// Groups of equal rows, in order of appearance: the first row, the sum of the weights, and of weight·log gaps.
    fn groups(&self) -> (Vec<usize>, Vec<f64>, Option<Vec<f64>>) {
        const FREE: u32 = u32::MAX;
        // Open addressing over at least twice as many slots as rows; the order of the slots reaches no output.
        let slots = (2 * self.len()).next_power_of_two().max(2);
        let mut table = vec![FREE; slots];
        let mut first: Vec<usize> = Vec::new();
        let (mut weights, mut gaps) = (Vec::new(), self.log_gaps.as_ref().map(|_| Vec::new()));
        for row in 0..self.len() {
            let history = self.get(row);
            let mut slot = history.scatter() & (slots - 1);
            let group = loop {
                match table[slot] {
                    FREE => {
                        table[slot] = u32::try_from(first.len()).unwrap_or(FREE - 1);
                        first.push(row);
                        weights.push(0.0);
                        if let Some(gaps) = &mut gaps {
                            gaps.push(0.0);
                        }
                        break first.len() - 1;
                    }
                    group if self.get(first[group as usize]) == history => break group as usize,
                    _ => slot = (slot + 1) & (slots - 1),
                }
            };
            weights[group] += self.weight[row];
            if let (Some(sums), Some(gaps)) = (&mut gaps, &self.log_gaps) {
                sums[group] += self.weight[row] * gaps[row];
            }
        }
        (first, weights, gaps)
    }

    /// Every `step`-th row, from the middle of the first step: a deterministic thinning of sorted rows.
    #[must_use]
    pub(crate) fn thinned(&self, step: usize) -> Self {
        let rows = || (step / 2..self.len()).step_by(step.max(1));
        Self {
            repeat_purchases: rows().map(|row| self.repeat_purchases[row]).collect(),
            first_to_last: rows().map(|row| self.first_to_last[row]).collect(),
            age: rows().map(|row| self.age[row]).collect(),
            weight: rows().map(|row| self.weight[row]).collect(),
            log_gaps: self.log_gaps.as_ref().map(|gaps| rows().map(|row| gaps[row]).collect()),
        }
    }

    /// The same histories with every time divided by `scale`.
    #[must_use]
    pub(crate) fn scaled(&self, scale: f64) -> Self {
        let shrink = |times: &[f64]| times.iter().map(|time| time / scale).collect();
        Self {
            repeat_purchases: self.repeat_purchases.clone(),
            first_to_last: shrink(&self.first_to_last),
            age: shrink(&self.age),
            weight: self.weight.clone(),
            log_gaps: self
                .log_gaps
                .as_ref()
                .map(|gaps| gaps.iter().zip(&self.repeat_purchases).map(|(gap, &x)| gap - f64::from(x) * scale.ln()).collect()),
        }
    }
}

impl FromIterator<History> for Result<Histories> {
    /// Collects histories of weight 1, checking each.
    fn from_iter<I: IntoIterator<Item = History>>(histories: I) -> Self {
        let (mut x, mut t_x, mut age) = (Vec::new(), Vec::new(), Vec::new());
        for history in histories {
            x.push(history.repeat_purchases);
            t_x.push(history.first_to_last);
            age.push(history.age);
        }
        Histories::new(x, t_x, age)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_row_that_is_no_history_is_named() {
        for (x, t_x, age) in [(0, 1.0, 2.0), (1, 0.0, 2.0), (1, 3.0, 2.0), (1, -1.0, 2.0), (1, 1.0, f64::NAN), (0, 0.0, -1.0)] {
            let error = Histories::new(vec![0, x], vec![0.0, t_x], vec![1.0, age]).expect_err("no history");
            assert_eq!(error.position().row, Some(2), "{error}");
        }
        assert!(Histories::new(vec![0], vec![], vec![1.0]).is_err());
        assert!(Histories::weighted(vec![0], vec![0.0], vec![1.0], vec![-1.0]).is_err());
        assert!(Histories::new(vec![0], vec![0.0], vec![1.0]).expect("rows").with_log_gaps(vec![]).is_err());
    }

    #[test]
    fn equal_rows_become_one_whatever_their_order() {
        let x = vec![2, 0, 2, 1, 0, 2];
        let t_x = vec![3.0, 0.0, 3.0, 1.0, -0.0, 2.0];
        let age = vec![5.0, 4.0, 5.0, 4.0, 4.0, 5.0];
        let gaps = vec![1.0, 0.0, 2.0, 0.5, 0.0, 0.3];
        let rows = Histories::new(x, t_x, age).expect("rows").with_log_gaps(gaps).expect("gaps");
        let unique = rows.unique();
        assert_eq!(unique.repeat_purchases(), [0, 1, 2, 2]);
        assert_eq!(unique.weight(), [2.0, 1.0, 1.0, 2.0]);
        assert_eq!(unique.log_gaps(), Some(&[0.0, 0.5, 0.3, 1.5][..]));
        let order = [5, 3, 1, 0, 2, 4];
        let shuffled: Result<Histories> = order.iter().map(|&row| rows.get(row)).collect();
        let shuffled = shuffled.expect("rows").with_log_gaps(order.iter().map(|&row| rows.log_gaps.as_ref().expect("gaps")[row]).collect());
        assert_eq!(shuffled.expect("gaps").unique(), unique);
    }

    #[test]
    fn distinct_rows_are_left_alone() {
        let rows: Result<Histories> =
            (0..20_000).map(|row| History { repeat_purchases: 0, first_to_last: 0.0, age: f64::from(row) }).collect();
        let rows = rows.expect("rows");
        assert!(matches!(rows.condensed(), Cow::Borrowed(_)));
        let few: Result<Histories> =
            (0..20_000).map(|row| History { repeat_purchases: 0, first_to_last: 0.0, age: f64::from(row % 50) }).collect();
        assert_eq!(few.expect("rows").condensed().len(), 50);
    }
}
