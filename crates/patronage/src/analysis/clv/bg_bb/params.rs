//! The settings of a BG/BB fit.

use super::fit::fit;
use super::score::BgBbModel;
use crate::analysis::clv::driver::Options;
use crate::analysis::clv::{Histories, Prior};
use crate::error::{Error, Result};

/// The symbols of the parameters, in their order.
pub(super) const SYMBOLS: [&str; 4] = ["alpha", "beta", "gamma", "delta"];

/// The BG/BB model; see the [module](super).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct BgBb;

impl BgBb {
    /// Default settings.
    #[must_use]
    pub fn params() -> BgBbParams {
        BgBbParams::default()
    }
}

/// Settings of a fit; setters never fail, [`fit`](Self::fit) checks them all.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct BgBbParams {
    pub(super) options: Options,
    pub(super) warm_start: Option<[f64; 4]>,
}

impl BgBbParams {
    /// At most this many evaluations of the likelihood from each start (default 200).
    #[must_use]
    pub fn max_iterations(mut self, iterations: u32) -> Self {
        self.options.max_iterations = iterations;
        self
    }

    /// Return what was reached when the fit does not converge, instead of an error (default false).
    #[must_use]
    pub fn allow_unconverged(mut self, allow: bool) -> Self {
        self.options.allow_unconverged = allow;
        self
    }

    /// States the time between opportunities in days, for the record; it changes no number.
    #[must_use]
    pub fn time_unit(mut self, days: f64) -> Self {
        self.options.time_unit = Some(days);
        self
    }

    /// Adds a prior for one of `alpha beta gamma delta` (maximum a posteriori instead of maximum likelihood).
    #[must_use]
    pub fn prior(mut self, prior: Prior) -> Self {
        self.options.priors.push(prior);
        self
    }

    /// Starts from the coefficients of an earlier fit.
    #[must_use]
    pub fn warm_start(mut self, model: &BgBbModel) -> Self {
        self.warm_start = Some(model.coefficients());
        self
    }

    /// Refuses settings that cannot be used.
    ///
    /// # Errors
    /// Of kind `Parameter`: no iterations, a time unit that is not positive, a prior of an unknown parameter, two of
    /// one parameter, or with numbers that are not positive.
    pub fn check(&self) -> Result<()> {
        self.options.check(&SYMBOLS)
    }

    /// Estimates the parameters from histories counted in opportunities.
    ///
    /// # Errors
    /// As [`check`](Self::check); of kind `Input` without a customer, without an opportunity, or where a history is not in
    /// whole opportunities with x ≤ tₓ; of kind `Fit` when the optimiser does not converge.
    ///
    /// ```
    /// use patronage::analysis::clv::{Histories, bg_bb::BgBb};
    /// // repeat purchases, opportunity of the last one, opportunities so far, customers
    /// let histories = Histories::weighted(
    ///     vec![0, 1, 1, 2, 2, 2],
    ///     vec![0.0, 1.0, 2.0, 2.0, 3.0, 3.0],
    ///     vec![3.0; 6],
    ///     vec![50.0, 20.0, 12.0, 14.0, 8.0, 6.0],
    /// )?;
    /// let model = BgBb::params().fit(&histories)?;
    /// assert_eq!(model.coefficients().len(), 4);
    /// # Ok::<(), patronage::Error>(())
    /// ```
    pub fn fit(&self, histories: &Histories) -> Result<BgBbModel> {
        self.check()?;
        if histories.customers() <= 0.0 {
            return Err(Error::input("no customer to fit bg-bb to"));
        }
        if histories.mean_age() <= 0.0 {
            return Err(Error::input("no customer has had an opportunity to buy again").at_column("age"));
        }
        fit(self, &histories.unique())
    }
}
