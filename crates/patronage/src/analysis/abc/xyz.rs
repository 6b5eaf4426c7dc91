//! XYZ: how regularly a customer buys.
//!
//! # What it answers
//! Whose demand is steady enough to plan with (X), whose varies (Y), and whose cannot be foreseen (Z).
//!
//! # Input columns and units
//! One [`Demand`] per customer: the number of periods looked at, and the sums of demand and of its square over them.
//! Which period (month, quarter) and whether the periods before the first purchase count (they are zeros in the sums, so
//! they are whatever `periods` says) is for the caller to decide and to state.
//!
//! # Output columns and units
//! `xyz`: `X`, `Y`, `Z`; none where there is too little to tell. The coefficient of variation has no unit.
//!
//! # Definition
//! ```text
//! mean = Σd / n        variance = (Σd² − (Σd)² / n) / (n − 1), or / n        cv = √variance / mean
//! X: cv ≤ 0.5        Y: cv ≤ 1.0        Z: above
//! ```
//! where d is the demand of one of n periods. The sample form divides by n − 1 and is larger by √(n / (n − 1)).
//!
//! # Edge cases
//! Fewer periods than the minimum, demand that sums to nothing or less (refunds), and sums that are no numbers have no
//! class. The subtraction loses digits when the variance is tiny beside the mean: with 16 digits a cv below about 1e-7
//! reads as zero, far from any boundary.
//!
//! # Cost
//! O(1) a customer.
//!
//! # When not to use it
//! For customers of a few purchases: nearly all are Z. Their gaps between purchases say more.
//!
//! # References
//! Scholz-Reiter, B., Heger, J., Meinecke, C. and Bergmann, J. (2012), Integration of demand forecasts in ABC-XYZ
//! analysis, *International Journal of Productivity and Performance Management* 61(4), 445–451,
//! doi:10.1108/17410401211212689.

use std::fmt;
use std::str::FromStr;

use rayon::prelude::*;
use serde::{Deserialize, Serialize};

use crate::error::{Error, Result};
use crate::time::named;

/// A customer's demand, summed over periods.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Demand {
    /// How many periods there were, those without demand included.
    pub periods: u32,
    /// The sum of demand.
    pub sum: f64,
    /// The sum of squared demand.
    pub sum_of_squares: f64,
}

/// What the variance is divided by.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Deviation {
    /// The number of periods: the periods are all there is.
    #[default]
    Population,
    /// One fewer: the periods are a sample of more.
    Sample,
}

named!(Deviation, "standard deviation", Self::Population => "population", Self::Sample => "sample");

/// How regular demand is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub enum XyzClass {
    /// Steady.
    X,
    /// Varying.
    Y,
    /// Irregular.
    Z,
}

named!(XyzClass, "XYZ class", Self::X => "X", Self::Y => "Y", Self::Z => "Z");

/// The settings, each with a default. Nothing is checked before [`fit`](Self::fit).
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Xyz {
    deviation: Deviation,
    limits: [f64; 2],
    minimum_periods: u32,
}

/// Settings that have been checked. XYZ learns nothing from the customers, so there is nothing else to a model.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct XyzModel {
    deviation: Deviation,
    limits: [f64; 2],
    minimum_periods: u32,
}

impl Xyz {
    /// The default settings: population deviation, X to 0.5, Y to 1.0, at least 2 periods.
    ///
    /// ```
    /// use patronage::analysis::abc::xyz::{Demand, Xyz, XyzClass};
    /// let model = Xyz::params().fit()?;
    /// // 10, 20, 30: mean 20, deviation √(200/3).
    /// let demand = Demand { periods: 3, sum: 60.0, sum_of_squares: 1_400.0 };
    /// assert_eq!(model.score(&[demand]), [Some(XyzClass::X)]);
    /// assert!((model.variation(demand).unwrap_or_default() - 0.408_248).abs() < 1e-6);
    /// # Ok::<(), patronage::Error>(())
    /// ```
    #[must_use]
    pub fn params() -> Self {
        Self { deviation: Deviation::default(), limits: [0.5, 1.0], minimum_periods: 2 }
    }

    /// What the variance is divided by.
    #[must_use]
    pub fn deviation(mut self, deviation: Deviation) -> Self {
        self.deviation = deviation;
        self
    }

    /// The largest coefficients of variation of X and of Y.
    #[must_use]
    pub fn limits(mut self, x: f64, y: f64) -> Self {
        self.limits = [x, y];
        self
    }

    /// With fewer periods a customer has no class.
    #[must_use]
    pub fn minimum_periods(mut self, periods: u32) -> Self {
        self.minimum_periods = periods;
        self
    }

    /// Checks the settings.
    ///
    /// # Errors
    /// When 0 < x < y does not hold or one is infinite, or fewer than 2 periods are asked for.
    pub fn fit(self) -> Result<XyzModel> {
        let Self { deviation, limits: [x, y], minimum_periods } = self;
        if !(0.0 < x && x < y && y.is_finite()) {
            return Err(Error::parameter("the limits of XYZ have to be numbers with 0 < x < y").with_value(&format!("{x}, {y}")));
        }
        if minimum_periods < 2 {
            return Err(Error::parameter("variation needs at least 2 periods").with_value(&minimum_periods.to_string()));
        }
        Ok(XyzModel { deviation, limits: [x, y], minimum_periods })
    }
}

impl XyzModel {
    /// The coefficient of variation; `None` where there is too little to tell.
    #[must_use]
    pub fn variation(&self, demand: Demand) -> Option<f64> {
        let Demand { periods, sum, sum_of_squares } = demand;
        if periods < self.minimum_periods.max(2) || !(sum > 0.0 && sum.is_finite() && sum_of_squares.is_finite()) {
            return None;
        }
        let n = f64::from(periods);
        let divisor = if self.deviation == Deviation::Sample { n - 1.0 } else { n };
        let variance = ((sum_of_squares - sum * sum / n) / divisor).max(0.0);
        Some(variance.sqrt() / (sum / n)).filter(|variation| variation.is_finite())
    }

    /// The class of each customer, `None` where there is too little to tell.
    #[must_use]
    pub fn score(&self, demand: &[Demand]) -> Vec<Option<XyzClass>> {
        let [x, y] = self.limits;
        let class = |variation| {
            if variation <= x {
                XyzClass::X
            } else if variation <= y {
                XyzClass::Y
            } else {
                XyzClass::Z
            }
        };
        demand.par_iter().map(|own| self.variation(*own).map(class)).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(demand: &[f64]) -> Demand {
        Demand {
            periods: u32::try_from(demand.len()).unwrap_or_default(),
            sum: demand.iter().sum(),
            sum_of_squares: demand.iter().map(|d| d * d).sum(),
        }
    }

    #[test]
    fn classes_and_their_edges() {
        let Ok(model) = Xyz::params().fit() else { panic!("the defaults are sound") };
        // Population cv of (1, 3) is 0.5, of (0, 2) is 1, of (0, 0, 3) is √2.
        assert_eq!(
            model.score(&[of(&[1.0, 3.0]), of(&[0.0, 2.0]), of(&[0.0, 0.0, 3.0])]),
            [Some(XyzClass::X), Some(XyzClass::Y), Some(XyzClass::Z)]
        );
        let Ok(model) = Xyz::params().deviation(Deviation::Sample).minimum_periods(3).fit() else { panic!("sound") };
        // numpy 2.2: std([1, 2, 3], ddof=1) / 2 = 0.5.
        assert_eq!(model.variation(of(&[1.0, 2.0, 3.0])), Some(0.5));
        assert_eq!(model.score(&[of(&[1.0, 2.0]), of(&[0.0, 0.0, 0.0]), of(&[1.0, 1.0, -5.0]), of(&[f64::NAN, 1.0, 1.0])]), [None; 4]);
    }

    #[test]
    fn steady_demand_has_no_variation() {
        let Ok(model) = Xyz::params().fit() else { panic!("the defaults are sound") };
        assert_eq!(model.variation(of(&[0.1; 7])).map(|variation| variation < 1e-7), Some(true));
    }

    #[test]
    fn limits_that_make_no_sense() {
        let words = |params: Xyz| params.fit().map_or_else(|error| error.to_string(), |_| String::new());
        assert_eq!(words(Xyz::params().limits(1.0, 0.5)), "the limits of XYZ have to be numbers with 0 < x < y: `1, 0.5`");
        assert_eq!(words(Xyz::params().limits(f64::NAN, 0.5)), "the limits of XYZ have to be numbers with 0 < x < y: `NaN, 0.5`");
        assert_eq!(words(Xyz::params().minimum_periods(1)), "variation needs at least 2 periods: `1`");
    }
}
