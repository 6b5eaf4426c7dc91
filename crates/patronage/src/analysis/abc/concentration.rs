//! How unevenly money is spread over customers: the Lorenz curve, Gini, and the 80/20 check.
//!
//! # What it answers
//! Do few customers bring most of the money? 0 is perfect evenness; near 1, one customer brings everything.
//!
//! # Input columns and units
//! `monetary`, in money. What is below zero counts as zero.
//!
//! # Output columns and units
//! Gini coefficient and shares, from 0 to 1.
//!
//! # Definition
//! ```text
//! x(1) ≤ … ≤ x(n)        T = Σ x(i)        G = Σ (2·i − n − 1)·x(i) / (n·T)
//! Lorenz curve           L(i / n) = (x(1) + … + x(i)) / T, from (0, 0)
//! top share of p         money of the ⌈p·n⌉ customers with most money / T
//! ```
//! G is that of the n customers themselves, from 0 to (n − 1) / n, without the factor n / (n − 1) of a sample. The sums
//! are exact integers; there is one rounding, in the division.
//!
//! # Edge cases
//! When nobody brought anything, G and all shares are 0. One customer alone has G = 0.
//!
//! # Cost
//! One parallel sort, then O(n).
//!
//! # When not to use it
//! To compare groups of different sizes when one is tiny: G is bounded by (n − 1) / n.
//!
//! # References
//! Gini, C. (1914), Sulla misura della concentrazione e della variabilità dei caratteri, *Atti del Reale Istituto Veneto*
//! 73. Lorenz, M. O. (1905), Methods of measuring the concentration of wealth, *Publications of the American Statistical
//! Association* 9(70), 209–219, doi:10.2307/2276207.

use rayon::prelude::*;

use super::layers::share;
use super::order::Millionths;
use crate::customers::Customers;
use crate::error::{Error, Result};
use crate::money;

/// The spread of money over customers.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Concentration {
    /// Money by rank, summed up: the last is the total.
    ascending: Vec<i128>,
    /// Σ (2·i − n − 1)·x(i).
    spread: i128,
}

impl Concentration {
    /// Measures customers.
    ///
    /// # Errors
    /// When there is nobody (kind `Fit`), or a sum leaves the exact range (`Overflow`).
    pub fn fit(customers: &Customers) -> Result<Self> {
        Self::of(customers.monetary().to_vec())
    }

    fn of(mut amounts: Vec<i128>) -> Result<Self> {
        if amounts.is_empty() {
            return Err(Error::fit("there are no customers to measure"));
        }
        for amount in &mut amounts {
            *amount = (*amount).max(0);
        }
        amounts.par_sort_unstable();
        let too_large = || Error::overflow("the Gini coefficient needs sums of more than 38 digits");
        let count = i128::try_from(amounts.len()).map_err(|_| too_large())?;
        let (mut spread, mut sum) = (0_i128, 0_i128);
        for (rank, amount) in (1_i128..).zip(&mut amounts) {
            let part = amount.checked_mul(2 * rank - count - 1);
            spread = part.and_then(|part| spread.checked_add(part)).ok_or_else(too_large)?;
            sum = money::add(sum, *amount)?;
            *amount = sum;
        }
        sum.checked_mul(count).ok_or_else(too_large)?;
        Ok(Self { ascending: amounts, spread })
    }

    fn total(&self) -> i128 {
        self.ascending.last().copied().unwrap_or(0)
    }

    /// The Gini coefficient.
    #[must_use]
    pub fn gini(&self) -> f64 {
        // `fit` has checked that the product fits.
        share(self.spread, self.total().saturating_mul(self.ascending.len() as i128))
    }

    /// The share of money of the best customers, who are `percent` of all, rounded up to whole customers.
    ///
    /// # Errors
    /// When the percentage is outside 0 to 100.
    pub fn top_share(&self, percent: f64) -> Result<f64> {
        let part = Millionths::from_percent(percent)
            .ok_or_else(|| Error::parameter("a percentage has to be 0 to 100").with_value(&percent.to_string()))?;
        let rest = self.ascending.len() - part.of_count(self.ascending.len());
        let below = rest.checked_sub(1).map_or(0, |last| self.ascending[last]);
        Ok(share(self.total() - below, self.total()))
    }

    /// Whether the top fifth of the customers brings at least four fifths of the money; exact.
    #[must_use]
    pub fn eighty_twenty(&self) -> bool {
        let rest = self.ascending.len() - Millionths(200_000).of_count(self.ascending.len());
        let below = rest.checked_sub(1).map_or(0, |last| self.ascending[last]);
        self.total() > 0 && self.total() - below >= Millionths(800_000).of(self.total()).1
    }

    /// The Lorenz curve: shares of customers and of money, from (0, 0) to (1, 1), at most `points` steps of even width.
    ///
    /// With at least as many points as customers it is the whole curve.
    #[must_use]
    pub fn lorenz(&self, points: usize) -> Vec<(f64, f64)> {
        let count = self.ascending.len();
        let steps = points.clamp(1, count);
        let at = |step: usize| {
            let rank = usize::try_from(step as u128 * count as u128 / steps as u128).unwrap_or(count);
            let sum = rank.checked_sub(1).map_or(0, |last| self.ascending[last]);
            (share(rank as i128, count as i128), share(sum, self.total()))
        };
        (0..=steps).map(at).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(amounts: &[i128]) -> Concentration {
        Concentration::of(amounts.to_vec()).unwrap_or_else(|error| panic!("{error}"))
    }

    #[test]
    fn small_data_by_hand() {
        // (−3·1 − 1·2 + 1·3 + 3·4) / (4·10)
        assert!((of(&[4, 1, 3, 2]).gini() - 0.25).abs() < f64::EPSILON);
        assert!((of(&[0, 0, 0, 8]).gini() - 0.75).abs() < f64::EPSILON);
        assert!(of(&[5, 5, 5]).gini().abs() < f64::EPSILON);
        assert!(of(&[-5, 0]).gini().abs() < f64::EPSILON);
        assert_eq!(of(&[4, 1, 3, 2]).lorenz(10), [(0.0, 0.0), (0.25, 0.1), (0.5, 0.3), (0.75, 0.6), (1.0, 1.0)]);
        assert_eq!(of(&[4, 1, 3, 2]).lorenz(2), [(0.0, 0.0), (0.5, 0.3), (1.0, 1.0)]);
    }

    #[test]
    fn top_shares() {
        let ours = of(&[1, 1, 1, 1, 16]);
        assert_eq!(ours.top_share(20.0).ok(), Some(0.8));
        assert!(ours.eighty_twenty());
        assert!(!of(&[1, 1, 1, 1, 15]).eighty_twenty());
        assert!(!of(&[0]).eighty_twenty());
        assert_eq!(ours.top_share(100.0).ok(), Some(1.0));
        assert_eq!(ours.top_share(0.0).ok(), Some(0.0));
        assert!(ours.top_share(101.0).is_err());
        assert!(Concentration::of(Vec::new()).is_err());
    }

    #[test]
    fn sums_that_do_not_fit_are_errors() {
        assert!(Concentration::of(vec![10_i128.pow(37) * 9; 40]).is_err());
    }
}
