//! Fits of many simulated worlds: do they end well, and do their intervals cover the truth?

use std::collections::BTreeMap;

use patronage::Result;
use patronage::analysis::clv::contract::{Bdw, Sbg, Survivors};
use patronage::analysis::clv::gamma_gamma::{GammaGamma, Spends};
use patronage::analysis::clv::simulation::Process;
use patronage::analysis::clv::{Fit, ModelKind, fit_purchase_model, purchase_model};

use super::worlds::{Data, Range, World, world};

/// Fits a model to a world, from cold.
pub(crate) fn fit(model: ModelKind, world: &World) -> Result<Fit> {
    match &world.data {
        Data::Histories(histories) => Ok(fit_purchase_model(model, histories, None, None)?.fit().clone()),
        Data::Spends(repeat_purchases, values) => Ok(GammaGamma::params().fit(&Spends::new(repeat_purchases, values)?)?.fit().clone()),
        Data::Survivors(survivors) => {
            let periods: Vec<u32> = (0_u32..).take(survivors.len()).collect();
            let survivors = Survivors::new(&periods, survivors)?;
            match model {
                ModelKind::Sbg => Ok(Sbg::params().fit(&survivors)?.fit().clone()),
                _ => Ok(Bdw::params().fit(&survivors)?.fit().clone()),
            }
        }
    }
}

/// How far the log-likelihood of a fit is below the best that is known: that of the parameters the data came from, and
/// of the fit that starts from them. 0 for another `k` than the true one, since the law of a history given its `k` is
/// what is compared. Differences below 0.05 are let pass: no test could tell such likelihoods apart.
fn behind_the_truth(fit: &Fit, world: &World) -> f64 {
    let (Data::Histories(histories), Some(truth)) = (&world.data, &world.process) else { return 0.0 };
    if fit.parameter("k") != truth.parameters().iter().find(|pair| pair.0 == "k").map(|pair| pair.1) {
        return 0.0;
    }
    let estimates: Vec<(&str, f64)> = fit.parameters.iter().map(|one| (one.symbol.as_str(), one.value)).collect();
    let estimate = truth.with_parameters(&estimates).expect("the fit's own parameters");
    let log_likelihood = |process: &Process| -> f64 {
        let model = purchase_model(process).expect("valid parameters");
        histories.iter().map(|history| model.log_likelihood(history)).sum()
    };
    let start = purchase_model(truth).expect("valid parameters");
    let best =
        fit_purchase_model(fit.model, histories, None, Some(&*start)).map_or(f64::NEG_INFINITY, |other| log_likelihood(&other.process()));
    best.max(log_likelihood(truth)) - log_likelihood(&estimate)
}

fn ending(fit: &Fit, world: &World) -> String {
    let parameters: Vec<String> = fit.parameters.iter().map(|one| format!("{} {:.6}", one.symbol, one.value)).collect();
    format!("({}; {}; truth {:?})", parameters.join(" "), fit.termination, world.truth)
}

/// How the fits of many worlds ended.
#[derive(Debug, Default)]
pub(crate) struct Endings {
    /// Worlds fitted.
    pub(crate) worlds: u64,
    /// Interior maxima.
    pub(crate) converged: u64,
    /// Named ridges, by name.
    pub(crate) ridges: BTreeMap<String, u64>,
    /// Everything else, with the world.
    pub(crate) failures: Vec<String>,
    /// Evaluations of the likelihood over all fits.
    pub(crate) iterations: u64,
}

/// Fits worlds of the wide range.
pub(crate) fn endings(model: ModelKind, numbers: impl Iterator<Item = u64>) -> Endings {
    let mut endings = Endings::default();
    for number in numbers {
        let world = world(model, Range::Wide, number);
        endings.worlds += 1;
        match fit(model, &world) {
            // A mean over customers that is infinite (q ≤ 1) is an answer, and an error by design.
            Err(error) if error.to_string().contains("mean spend is infinite") => {
                *endings.ridges.entry("refused: the mean spend is infinite".to_owned()).or_default() += 1;
            }
            Err(error) => endings.failures.push(format!("{number}: {error} truth {:?}", world.truth)),
            Ok(fit) => {
                endings.iterations += u64::from(fit.iterations);
                let behind = behind_the_truth(&fit, &world);
                let numbers = fit.parameters.iter().all(|one| one.value.is_finite() && one.value >= 0.0);
                let errors = fit.parameters.iter().filter_map(|one| one.standard_error);
                if !numbers || !fit.log_likelihood.is_finite() || !errors.into_iter().all(|one| one.is_finite() && one >= 0.0) {
                    endings.failures.push(format!("{number}: not numbers {}", ending(&fit, &world)));
                } else if behind > 0.05 {
                    endings.failures.push(format!("{number}: {behind} below the best {}", ending(&fit, &world)));
                } else if let Some(reduction) = fit.reduces_to {
                    *endings.ridges.entry(reduction.to_string()).or_default() += 1;
                } else if fit.converged {
                    endings.converged += 1;
                } else {
                    endings.failures.push(format!("{number}: {}", ending(&fit, &world)));
                }
            }
        }
    }
    endings
}

/// How often 95 % intervals on the logarithmic scale hold the truth.
#[derive(Debug, Default)]
pub(crate) struct Coverage {
    /// Worlds fitted with every parameter identified.
    pub(crate) worlds: u64,
    /// Worlds left out: a ridge, or another `k` than the true one.
    pub(crate) left_out: u64,
    /// Intervals that hold the truth, by symbol.
    pub(crate) covered: BTreeMap<&'static str, u64>,
    /// Sum of (estimate − truth)/standard error on the logarithmic scale, by symbol: bias in standard errors.
    pub(crate) bias: BTreeMap<&'static str, f64>,
}

impl Coverage {
    /// Share of a parameter's intervals that hold the truth.
    pub(crate) fn of(&self, symbol: &str) -> f64 {
        self.covered.get(symbol).map_or(0.0, |&covered| covered as f64 / self.worlds as f64)
    }

    /// Share of all intervals that hold the truth.
    pub(crate) fn pooled(&self) -> f64 {
        self.covered.values().sum::<u64>() as f64 / (self.worlds * self.covered.len() as u64) as f64
    }
}

/// Fits worlds of the tame range.
pub(crate) fn coverage(model: ModelKind, numbers: impl Iterator<Item = u64>) -> Coverage {
    const Z: f64 = 1.959_963_984_540_054;
    let mut coverage = Coverage::default();
    for number in numbers {
        let world = world(model, Range::Tame, number);
        let fit = fit(model, &world).expect("a well-identified world");
        let right_k = world.truth.iter().all(|&(symbol, truth)| symbol != "k" || fit.parameter("k") == Some(truth));
        if fit.reduces_to.is_some() || !right_k {
            coverage.left_out += 1;
            continue;
        }
        coverage.worlds += 1;
        for &(symbol, truth) in world.truth.iter().filter(|pair| pair.0 != "k") {
            let estimate = fit.parameter(symbol).expect("the model's own symbol");
            let error = fit.standard_error(symbol).expect("identified") / estimate;
            let z = (estimate / truth).ln() / error;
            *coverage.covered.entry(symbol).or_default() += u64::from(z.abs() <= Z);
            *coverage.bias.entry(symbol).or_default() += z;
        }
    }
    coverage
}
