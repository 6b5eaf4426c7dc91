//! The settings of a Pareto/NBD fit.

use super::fit::fit;
use super::score::ParetoNbdModel;
use crate::analysis::clv::driver::Options;
use crate::analysis::clv::{Covariates, Histories, Prior};
use crate::error::{Error, Result};

/// The symbols of the positive parameters, in their order.
pub(super) const SYMBOLS: [&str; 4] = ["r", "alpha", "s", "beta"];

/// The Pareto/NBD model; see the [module](super).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ParetoNbd;

impl ParetoNbd {
    /// Default settings.
    #[must_use]
    pub fn params() -> ParetoNbdParams {
        ParetoNbdParams::default()
    }
}

/// Settings of a fit; setters never fail, [`fit`](Self::fit) checks them all.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct ParetoNbdParams {
    pub(super) options: Options,
    pub(super) warm_start: Option<[f64; 4]>,
}

impl ParetoNbdParams {
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

    /// States the unit of time in days, for the record; it changes no number.
    #[must_use]
    pub fn time_unit(mut self, days: f64) -> Self {
        self.options.time_unit = Some(days);
        self
    }

    /// Adds a prior for one of `r alpha s beta` (maximum a posteriori instead of maximum likelihood).
    #[must_use]
    pub fn prior(mut self, prior: Prior) -> Self {
        self.options.priors.push(prior);
        self
    }

    /// Starts from the coefficients of an earlier fit in the same unit of time.
    #[must_use]
    pub fn warm_start(mut self, model: &ParetoNbdModel) -> Self {
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

    /// Estimates the parameters.
    ///
    /// # Errors
    /// As [`check`](Self::check); of kind `Input` without a customer, or when all have age 0; of kind `Fit` when the
    /// optimiser does not converge.
    ///
    /// ```
    /// use patronage::analysis::clv::{Histories, PurchaseModel, pareto_nbd::ParetoNbd};
    /// // repeat purchases, weeks from the first to the last one, weeks observed, customers
    /// let histories = Histories::weighted(
    ///     vec![0, 1, 1, 2, 3, 6, 9],
    ///     vec![0.0, 4.0, 20.0, 11.0, 30.0, 9.0, 36.0],
    ///     vec![38.0, 38.0, 36.0, 38.0, 37.0, 38.0, 38.0],
    ///     vec![60.0, 12.0, 7.0, 6.0, 5.0, 3.0, 3.0],
    /// )?;
    /// let model = ParetoNbd::params().time_unit(7.0).fit(&histories)?;
    /// let (silent, active) = (histories.get(5), histories.get(6));
    /// assert!(model.probability_alive(silent, 0.0) < 0.1);
    /// assert!(model.probability_alive(active, 0.0) > 0.9);
    /// # Ok::<(), patronage::Error>(())
    /// ```
    pub fn fit(&self, histories: &Histories) -> Result<ParetoNbdModel> {
        self.check()?;
        check_histories(histories)?;
        let none = Covariates::none(0);
        fit(self, &histories.condensed(), &none, &none)
    }

    /// Estimates the parameters with static covariates of the purchase and of the dropout process:
    /// ```text
    /// αᵢ = α exp(−Σₖ γₖ zᵢₖ),   βᵢ = β exp(−Σₖ γ'ₖ z'ᵢₖ)
    /// ```
    /// so a positive coefficient means more purchases, or earlier dropout (Fader and Hardie 2007, note 019). Rows are those of the
    /// histories; `Covariates::none(rows)` where one process has none. In the fit coefficients follow `r alpha s beta` as
    /// `gamma_purchase:NAME` and `gamma_dropout:NAME`; the model answers for a customer whose covariates are all 0 until
    /// [`ParetoNbdModel::for_customer`] sets them.
    ///
    /// # Errors
    /// As [`fit`](Self::fit); of kind `Input` where covariates and histories differ in length.
    pub fn fit_with_covariates(&self, histories: &Histories, purchase: &Covariates, dropout: &Covariates) -> Result<ParetoNbdModel> {
        self.check()?;
        check_histories(histories)?;
        for covariates in [purchase, dropout] {
            if covariates.len() != histories.len() {
                return Err(Error::input(format!("covariates of {} customers for {} histories", covariates.len(), histories.len())));
            }
        }
        fit(self, histories, purchase, dropout)
    }
}

fn check_histories(histories: &Histories) -> Result<()> {
    if histories.customers() <= 0.0 {
        return Err(Error::input("no customer to fit pareto-nbd to"));
    }
    if histories.mean_age() <= 0.0 {
        return Err(Error::input("every customer has age 0: nothing was observed")
            .with_hint("observe customers for some time after their first purchase"));
    }
    Ok(())
}
