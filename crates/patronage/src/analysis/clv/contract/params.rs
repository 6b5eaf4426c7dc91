//! The settings of an `sBG` or `BdW` fit, and the fit itself.

use std::marker::PhantomData;

use super::bdw::{self, BdwModel};
use super::sbg::{self, SbgModel};
use super::survivors::Survivors;
use crate::analysis::clv::driver::{Coordinate, Options, Problem, Solution, solve};
use crate::analysis::clv::{ModelKind, Prior, Reduction};
use crate::error::{Error, Result};
use crate::math::optimiser::{Evaluation, Objective};

/// The shifted beta-geometric model; see the [module](super).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Sbg;

/// The beta-discrete-Weibull model; see the [module](super).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Bdw;

impl Sbg {
    /// Default settings.
    #[must_use]
    pub fn params() -> ContractParams<Self> {
        ContractParams { options: Options::default(), warm_start: None, model: PhantomData }
    }
}

impl Bdw {
    /// Default settings.
    #[must_use]
    pub fn params() -> ContractParams<Self> {
        ContractParams { options: Options::default(), warm_start: None, model: PhantomData }
    }
}

/// Settings of a fit; setters never fail, `fit` checks them all.
#[derive(Debug, Clone, PartialEq)]
pub struct ContractParams<M> {
    options: Options,
    warm_start: Option<Vec<f64>>,
    model: PhantomData<M>,
}

impl<M> ContractParams<M> {
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

    /// States the time between renewals in days, for the record; it changes no number.
    #[must_use]
    pub fn time_unit(mut self, days: f64) -> Self {
        self.options.time_unit = Some(days);
        self
    }

    /// Adds a prior for one of `alpha beta` or, in the `BdW`, `c` (maximum a posteriori instead of maximum likelihood).
    #[must_use]
    pub fn prior(mut self, prior: Prior) -> Self {
        self.options.priors.push(prior);
        self
    }
}

impl ContractParams<Sbg> {
    /// Starts from the coefficients of an earlier fit.
    #[must_use]
    pub fn warm_start(mut self, model: &SbgModel) -> Self {
        self.warm_start = Some(model.coefficients().to_vec());
        self
    }

    /// Refuses settings that cannot be used.
    ///
    /// # Errors
    /// Of kind `Parameter`: no iterations, a time unit that is not positive, or a bad prior.
    pub fn check(&self) -> Result<()> {
        self.options.check(&sbg::SYMBOLS)
    }

    /// Estimates the parameters.
    ///
    /// # Errors
    /// As [`check`](Self::check); of kind `Input` without a customer; of kind `Fit` when the optimiser does not converge.
    ///
    /// ```
    /// use patronage::analysis::clv::contract::{Sbg, Survivors};
    /// let counts = [1000.0, 869.0, 743.0, 653.0, 593.0, 551.0, 517.0, 491.0];
    /// let survivors = Survivors::new(&[0, 1, 2, 3, 4, 5, 6, 7], &counts)?;
    /// let model = Sbg::params().fit(&survivors)?;
    /// assert!((model.survival(7) - 0.491).abs() < 0.01);
    /// assert!(model.retention(8) > model.retention(2)); // those who leave easily have left
    /// # Ok::<(), patronage::Error>(())
    /// ```
    pub fn fit(&self, survivors: &Survivors) -> Result<SbgModel> {
        self.check()?;
        let objective = MeanLogLikelihood::new(survivors, |point, t| sbg::log_retention(point[0].exp(), point[1].exp(), t))?;
        let start = start(self.warm_start.as_deref(), survivors);
        SbgModel::new(run(ModelKind::Sbg, &sbg::SYMBOLS, &objective, start, &self.options)?.fit)
    }
}

impl ContractParams<Bdw> {
    /// Starts from the coefficients of an earlier fit.
    #[must_use]
    pub fn warm_start(mut self, model: &BdwModel) -> Self {
        self.warm_start = Some(model.coefficients().to_vec());
        self
    }

    /// Refuses settings that cannot be used.
    ///
    /// # Errors
    /// Of kind `Parameter`: no iterations, a time unit that is not positive, or a bad prior.
    pub fn check(&self) -> Result<()> {
        self.options.check(&bdw::SYMBOLS)
    }

    /// Estimates the parameters.
    ///
    /// # Errors
    /// As [`check`](Self::check); of kind `Input` without a customer; of kind `Fit` when the optimiser does not converge.
    pub fn fit(&self, survivors: &Survivors) -> Result<BdwModel> {
        self.check()?;
        let objective =
            MeanLogLikelihood::new(survivors, |point, t| bdw::log_retention([point[0].exp(), point[1].exp(), point[2].exp()], t))?;
        let mut start = start(self.warm_start.as_deref(), survivors);
        if start.len() < 3 {
            start.push(0.0);
        }
        BdwModel::new(run(ModelKind::Bdw, &bdw::SYMBOLS, &objective, start, &self.options)?.fit)
    }
}

/// ln r(t) with gradient and Hessian (row-major) by the logarithms of the D parameters.
pub(super) struct LogRetention<const D: usize> {
    pub(super) value: f64,
    pub(super) gradient: [f64; D],
    pub(super) hessian: [[f64; D]; D],
}

/// The mean negative log-likelihood: at each renewal a binomial with probability r(t).
struct MeanLogLikelihood<'a, const D: usize, F> {
    survivors: &'a Survivors,
    log_retention: F,
}

impl<'a, const D: usize, F: Fn(&[f64], u32) -> LogRetention<D> + Sync> MeanLogLikelihood<'a, D, F> {
    fn new(survivors: &'a Survivors, log_retention: F) -> Result<Self> {
        if survivors.customers() <= 0.0 {
            return Err(Error::input("no customer to fit a contract model to").at_column("survivors"));
        }
        Ok(Self { survivors, log_retention })
    }
}

impl<const D: usize, F: Fn(&[f64], u32) -> LogRetention<D> + Sync> Objective for MeanLogLikelihood<'_, D, F> {
    fn dimension(&self) -> usize {
        D
    }

    fn evaluate(&self, point: &[f64]) -> Evaluation {
        let mut total = Evaluation::zeros(D);
        let factor = -1.0 / self.survivors.customers();
        for (t, &(renewed, lost)) in (1..).zip(self.survivors.renewals()) {
            if renewed + lost <= 0.0 {
                continue;
            }
            let LogRetention { value, gradient, hessian } = (self.log_retention)(point, t);
            // ln(1 − eʸ) with its derivatives by y = ln r(t) < 0
            let odds = (-value).exp_m1(); // (1 − r)/r
            let (mut sum, mut slope, mut bend) = (0.0, 0.0, 0.0);
            if renewed > 0.0 {
                sum += renewed * value;
                slope += renewed;
            }
            if lost > 0.0 {
                sum += lost * (-value.exp_m1()).ln();
                slope -= lost / odds;
                bend -= lost * (1.0 / odds) * (1.0 + 1.0 / odds);
            }
            total.value += factor * sum;
            for i in 0..D {
                total.gradient[i] += factor * slope * gradient[i];
                for j in 0..D {
                    total.hessian[i * D + j] += factor * (slope * hessian[i][j] + bend * gradient[i] * gradient[j]);
                }
            }
        }
        total
    }
}

fn run<const D: usize, F: Fn(&[f64], u32) -> LogRetention<D> + Sync>(
    model: ModelKind,
    symbols: &[&str; D],
    objective: &MeanLogLikelihood<'_, D, F>,
    start: Vec<f64>,
    options: &Options,
) -> Result<Solution> {
    let coordinates: Vec<Coordinate> = symbols.iter().map(|symbol| Coordinate::shape(symbol)).collect();
    let search = |start: Vec<f64>| {
        solve(&Problem {
            model,
            coordinates: &coordinates,
            objective,
            starts: &[start],
            scale: 1.0,
            customers: objective.survivors.customers(),
            log_likelihood_shift: 0.0,
            options,
            name_ridge: &name_ridge,
        })
    };
    let found = search(start)?;
    if found.fit.reduces_to != Some(Reduction::NoDropout) {
        return Ok(found);
    }
    // The end of the search is short of the supremum by the little churn that is left: finish without.
    let mut start = found.point.clone();
    (start[0], start[1]) = NOBODY_LEAVES;
    Ok(search(start).ok().filter(|limit| limit.fit.log_likelihood > found.fit.log_likelihood).unwrap_or(found))
}

/// ln α and ln β with which one customer in 6 billion leaves at the first renewal.
const NOBODY_LEAVES: (f64, f64) = (-22.5, 0.0);

/// The earlier coefficients, or α and β that give the churn of the first renewal with a moderate spread.
fn start(warm: Option<&[f64]>, survivors: &Survivors) -> Vec<f64> {
    if let Some(coefficients) = warm {
        return coefficients.iter().map(|value| value.ln()).collect();
    }
    let (renewed, lost) = survivors.renewals().first().copied().unwrap_or((1.0, 1.0));
    let churn = ((lost + 0.5) / (renewed + lost + 1.0)).clamp(0.02, 0.98);
    vec![(2.0 * churn).ln(), (2.0 * (1.0 - churn)).ln()]
}

/// What a flat direction leads to.
fn name_ridge(point: &[f64], direction: &[f64]) -> Reduction {
    let (alpha, beta) = (point[0], point[1]);
    if direction[0].hypot(direction[1]) < 0.7 {
        Reduction::Unidentified
    } else if alpha < -2.0 && beta < -2.0 && alpha - beta > -7.0 {
        Reduction::PolarisedDropout
    } else if alpha - beta.max(0.0) < -7.0 {
        Reduction::NoDropout
    } else if alpha - beta > 7.0 {
        Reduction::ImmediateDropout
    } else if (0.5..2.0).contains(&(direction[0] / direction[1])) {
        Reduction::HomogeneousDropout
    } else {
        Reduction::Unidentified
    }
}
