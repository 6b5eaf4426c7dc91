//! The summary that every fitted model carries: coefficients, their uncertainty, and how the fit ended.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};

use crate::error::{Error, Result};

/// The version written into serialised fits and models.
pub const FORMAT_VERSION: u32 = 1;

/// The customer-base models.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
#[non_exhaustive]
pub enum ModelKind {
    /// Poisson purchases with gamma rates; nobody leaves.
    Nbd,
    /// Beta-geometric/NBD: customers leave after a repeat purchase.
    BgNbd,
    /// Modified BG/NBD: customers can leave after the first purchase too.
    MbgNbd,
    /// Pareto/NBD: customers leave at any moment.
    ParetoNbd,
    /// BG/NBD with Erlang-k times between purchases.
    BgCnbd,
    /// MBG/NBD with Erlang-k times between purchases.
    MbgCnbd,
    /// Beta-geometric/beta-binomial: discrete opportunities to buy.
    BgBb,
    /// Gamma-gamma: spend per purchase.
    GammaGamma,
    /// Shifted beta-geometric: contract renewals.
    Sbg,
    /// Beta-discrete-Weibull: contract renewals with duration dependence.
    Bdw,
}

impl ModelKind {
    /// Every model, in the order of the documentation.
    pub const ALL: [Self; 10] = [
        Self::Nbd,
        Self::BgNbd,
        Self::MbgNbd,
        Self::ParetoNbd,
        Self::BgCnbd,
        Self::MbgCnbd,
        Self::BgBb,
        Self::GammaGamma,
        Self::Sbg,
        Self::Bdw,
    ];

    /// The name on the command line and in files.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Nbd => "nbd",
            Self::BgNbd => "bg-nbd",
            Self::MbgNbd => "mbg-nbd",
            Self::ParetoNbd => "pareto-nbd",
            Self::BgCnbd => "bg-cnbd",
            Self::MbgCnbd => "mbg-cnbd",
            Self::BgBb => "bg-bb",
            Self::GammaGamma => "gamma-gamma",
            Self::Sbg => "sbg",
            Self::Bdw => "bdw",
        }
    }
}

impl fmt::Display for ModelKind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

impl FromStr for ModelKind {
    type Err = Error;

    fn from_str(name: &str) -> Result<Self> {
        Self::ALL.into_iter().find(|kind| kind.name() == name).ok_or_else(|| {
            let names: Vec<_> = Self::ALL.iter().map(|kind| kind.name()).collect();
            Error::parameter(format!("no model is named `{name}`")).with_hint(format!("one of {}", names.join(" ")))
        })
    }
}

/// Why the optimiser stopped.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum Termination {
    /// The gradient vanishes at a maximum of the likelihood (or posterior).
    Converged,
    /// The likelihood rises towards a simpler model, at which the parameters lose their meaning.
    Ridge,
    /// The likelihood is flat to rounding before the gradient vanishes.
    RoundingFloor,
    /// The iterations allowed are used up.
    IterationLimit,
    /// The parameters were given, not estimated.
    Given,
}

impl fmt::Display for Termination {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Converged => "converged: the gradient vanishes",
            Self::Ridge => "the likelihood rises along a ridge towards a simpler model",
            Self::RoundingFloor => "stopped at the limit of floating-point arithmetic",
            Self::IterationLimit => "stopped: the iterations allowed are used up",
            Self::Given => "parameters given, not estimated",
        })
    }
}

/// The simpler model that a likelihood without an interior maximum tends to.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum Reduction {
    /// No customer leaves: the purchase counts are those of the NBD.
    NoDropout,
    /// All customers share one dropout probability (a, b → ∞ together).
    HomogeneousDropout,
    /// Each customer leaves at the first occasion or never (a, b → 0 together).
    PolarisedDropout,
    /// All customers share one purchase rate (r, α → ∞ together).
    HomogeneousRate,
    /// All customers share one exponential dropout rate (s, β → ∞ together).
    ExponentialDropout,
    /// Every customer may leave; none is known to stay (b → 0 or s → ∞ with β fixed).
    ImmediateDropout,
    /// All customers spend around one mean (q, v → ∞ together).
    HomogeneousSpend,
    /// Each customer always spends the same (p → ∞, v → 0 together).
    ConstantSpend,
    /// The probabilities of buying at an opportunity are all alike (α, β → ∞ together).
    HomogeneousPurchase,
    /// Each customer buys at every opportunity or at none (α, β → 0 together).
    PolarisedPurchase,
    /// Some combination of parameters has no influence on the likelihood.
    Unidentified,
}

impl fmt::Display for Reduction {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::NoDropout => "no dropout visible: reduces to NBD",
            Self::HomogeneousDropout => "all customers share one dropout probability: its two shapes grow together",
            Self::PolarisedDropout => "customers leave at once or never: the two dropout parameters shrink together",
            Self::HomogeneousRate => "all customers share one purchase rate: r and alpha grow together",
            Self::ExponentialDropout => "all customers share one exponential dropout rate: s and beta grow together",
            Self::ImmediateDropout => "every customer leaves at the first occasion",
            Self::HomogeneousSpend => "all customers spend alike: q and v grow together",
            Self::ConstantSpend => "each customer always spends the same: p grows as v shrinks",
            Self::HomogeneousPurchase => "all customers buy with one probability: alpha and beta grow together",
            Self::PolarisedPurchase => "customers buy always or never: alpha and beta shrink together",
            Self::Unidentified => "a combination of parameters has no influence on the likelihood",
        })
    }
}

impl Reduction {
    /// What `Display` says, in Chinese.
    #[must_use]
    pub fn text_zh(self) -> &'static str {
        match self {
            Self::NoDropout => "未见客户流失，退化为 NBD",
            Self::HomogeneousDropout => "所有客户的流失概率相同：两个流失参数同时增大",
            Self::PolarisedDropout => "客户要么立即流失，要么从不流失：两个流失参数同时减小",
            Self::HomogeneousRate => "所有客户的购买率相同：r 与 alpha 同时增大",
            Self::ExponentialDropout => "所有客户的指数流失率相同：s 与 beta 同时增大",
            Self::ImmediateDropout => "每位客户在首次机会即流失",
            Self::HomogeneousSpend => "所有客户的消费水平相同：q 与 v 同时增大",
            Self::ConstantSpend => "每位客户的每次消费金额不变：p 增大而 v 减小",
            Self::HomogeneousPurchase => "所有客户的购买概率相同：alpha 与 beta 同时增大",
            Self::PolarisedPurchase => "客户要么每次都购买，要么从不购买：alpha 与 beta 同时减小",
            Self::Unidentified => "某一参数组合对似然没有影响",
        }
    }
}

/// One coefficient.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Parameter {
    /// The ASCII symbol (`r alpha a b s beta p q v gamma delta c k`, in this order), or `gamma_PART:NAME` for the
    /// coefficient of covariate NAME.
    pub symbol: String,
    /// The estimate, in the user's unit of time.
    pub value: f64,
    /// Its asymptotic standard error; none where the data do not identify the parameter, or where it was given.
    pub standard_error: Option<f64>,
}

/// What came of a fit.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Fit {
    /// The version of this format.
    pub version: u32,
    /// The model.
    pub model: ModelKind,
    /// The coefficients, in the model's fixed order.
    pub parameters: Vec<Parameter>,
    /// The covariance matrix of the estimates on their natural scale, in the order of `parameters`; the rows and columns
    /// of parameters without standard error are zero. None where parameters were given.
    pub covariance: Option<Vec<Vec<f64>>>,
    /// The log-likelihood of all customers in the user's unit of time, without the prior.
    pub log_likelihood: f64,
    /// The number of customers: the sum of the weights.
    pub customers: f64,
    /// The unit of time in days, where the caller said it.
    pub time_unit: Option<f64>,
    /// Evaluations of likelihood, gradient and Hessian on all rows.
    pub iterations: u32,
    /// Whether the estimates are a maximum, or the limit of a named ridge.
    pub converged: bool,
    /// Why the optimiser stopped.
    pub termination: Termination,
    /// The simpler model the data lead to, if any.
    pub reduces_to: Option<Reduction>,
}

impl Fit {
    /// A summary of coefficients that were given, not estimated: no uncertainty, no likelihood, no customers.
    #[must_use]
    pub fn given(model: ModelKind, parameters: &[(&str, f64)]) -> Self {
        Self {
            version: FORMAT_VERSION,
            model,
            parameters: parameters
                .iter()
                .map(|&(symbol, value)| Parameter { symbol: symbol.to_owned(), value, standard_error: None })
                .collect(),
            covariance: None,
            log_likelihood: 0.0,
            customers: 0.0,
            time_unit: None,
            iterations: 0,
            converged: true,
            termination: Termination::Given,
            reduces_to: None,
        }
    }

    /// The value of the coefficient named `symbol`.
    #[must_use]
    pub fn parameter(&self, symbol: &str) -> Option<f64> {
        self.parameters.iter().find(|parameter| parameter.symbol == symbol).map(|parameter| parameter.value)
    }

    /// The standard error of the coefficient named `symbol`.
    #[must_use]
    pub fn standard_error(&self, symbol: &str) -> Option<f64> {
        self.parameters.iter().find(|parameter| parameter.symbol == symbol)?.standard_error
    }

    /// The number of parameters the data identify: what AIC and BIC count.
    ///
    /// Parameters lost on a ridge do not count (BG/NBD without dropout counts as the two of NBD).
    #[must_use]
    pub fn free_parameters(&self) -> u32 {
        // k, a whole number chosen by likelihood, counts although it has no standard error.
        let without = self.parameters.iter().filter(|p| p.standard_error.is_none() && p.symbol != "k").count();
        let lost = u32::try_from(without).unwrap_or(0);
        let all = u32::try_from(self.parameters.len()).unwrap_or(u32::MAX);
        match self.reduces_to {
            // Two parameters that run away together leave their ratio behind.
            Some(Reduction::NoDropout | Reduction::ImmediateDropout) => all - lost,
            Some(_) => all - lost.min(1),
            None => all,
        }
    }

    /// Akaike's information criterion: 2·parameters − 2·log-likelihood. Smaller is better.
    #[must_use]
    pub fn aic(&self) -> f64 {
        2.0 * (f64::from(self.free_parameters()) - self.log_likelihood)
    }

    /// Schwarz's criterion: parameters·ln(customers) − 2·log-likelihood. Smaller is better.
    #[must_use]
    pub fn bic(&self) -> f64 {
        f64::from(self.free_parameters()) * self.customers.ln() - 2.0 * self.log_likelihood
    }

    /// States the unit of time, in days.
    #[must_use]
    pub fn with_time_unit(mut self, days: f64) -> Self {
        self.time_unit = Some(days);
        self
    }

    /// The likelihood-ratio comparison of this model with a simpler one that it contains, fitted to the same data.
    ///
    /// # Errors
    /// Of kind `Parameter` where the other has as many parameters or was fitted to another number of customers.
    pub fn compare_with(&self, simpler: &Fit) -> Result<LikelihoodRatio> {
        let (more, fewer) = (self.parameters.len(), simpler.parameters.len());
        if more <= fewer {
            return Err(Error::parameter(format!(
                "{} has {more} parameters and {} has {fewer}: the larger model comes first",
                self.model, simpler.model
            )));
        }
        if (self.customers - simpler.customers).abs() > 1e-9 * self.customers {
            return Err(Error::parameter(format!(
                "the fits are of {} and {} customers; a likelihood ratio needs the same data",
                self.customers, simpler.customers
            )));
        }
        let statistic = (2.0 * (self.log_likelihood - simpler.log_likelihood)).max(0.0);
        let degrees = u32::try_from(more - fewer).unwrap_or(u32::MAX);
        Ok(LikelihoodRatio { statistic, degrees, p_value: crate::math::gamma_upper_regularised(f64::from(degrees) / 2.0, statistic / 2.0) })
    }
}

/// A likelihood-ratio comparison of nested models.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct LikelihoodRatio {
    /// Twice the difference of the log-likelihoods.
    pub statistic: f64,
    /// The difference in the number of parameters.
    pub degrees: u32,
    /// The probability of a larger statistic under the simpler model, by the χ² law. The simpler model usually lies on
    /// the boundary of the larger one (no dropout), where the true probability is smaller: the test is conservative.
    pub p_value: f64,
}

#[cfg(test)]
mod tests {
    use super::*;

    fn fitted(model: ModelKind, errors: &[Option<f64>], log_likelihood: f64) -> Fit {
        let symbols = ["r", "alpha", "a", "b"];
        let given: Vec<_> = symbols.iter().zip(errors).map(|(&symbol, _)| (symbol, 1.0)).collect();
        let mut fit = Fit::given(model, &given);
        for (parameter, error) in fit.parameters.iter_mut().zip(errors) {
            parameter.standard_error = *error;
        }
        Fit { log_likelihood, customers: 100.0, termination: Termination::Converged, ..fit }
    }

    #[test]
    fn names_go_both_ways() {
        for kind in ModelKind::ALL {
            assert_eq!(kind.to_string().parse::<ModelKind>().expect("a name"), kind);
            assert_eq!(serde_json::to_string(&kind).expect("JSON"), format!("\"{kind}\""));
        }
        let error = "bgnbd".parse::<ModelKind>().expect_err("no such model");
        assert!(error.hint().is_some_and(|hint| hint.contains("bg-nbd")));
    }

    #[test]
    fn reductions_are_said_in_chinese() {
        let every = [
            Reduction::NoDropout,
            Reduction::HomogeneousDropout,
            Reduction::PolarisedDropout,
            Reduction::HomogeneousRate,
            Reduction::ExponentialDropout,
            Reduction::ImmediateDropout,
            Reduction::HomogeneousSpend,
            Reduction::ConstantSpend,
            Reduction::HomogeneousPurchase,
            Reduction::PolarisedPurchase,
            Reduction::Unidentified,
        ];
        for (place, reduction) in every.iter().enumerate() {
            assert!(!reduction.text_zh().is_ascii());
            assert!(every[..place].iter().all(|other| other.text_zh() != reduction.text_zh()), "{reduction}");
        }
        // The parameters that move keep their names.
        assert!(Reduction::HomogeneousSpend.text_zh().contains("q 与 v") && Reduction::HomogeneousSpend.to_string().contains("q and v"));
    }

    #[test]
    fn criteria_count_what_is_identified() {
        let full = fitted(ModelKind::BgNbd, &[Some(0.1); 4], -500.0);
        assert!((full.aic() - 1008.0).abs() < 1e-12);
        assert!((full.bic() - (4.0 * 100_f64.ln() + 1000.0)).abs() < 1e-12);
        let ridge = fitted(ModelKind::BgNbd, &[Some(0.1), Some(0.1), None, None], -500.0);
        assert_eq!(Fit { reduces_to: Some(Reduction::NoDropout), ..ridge.clone() }.free_parameters(), 2);
        assert_eq!(Fit { reduces_to: Some(Reduction::HomogeneousDropout), ..ridge }.free_parameters(), 3);
    }

    #[test]
    fn likelihood_ratios() {
        let full = fitted(ModelKind::BgNbd, &[Some(0.1); 4], -500.0);
        let simpler = fitted(ModelKind::Nbd, &[Some(0.1); 2], -503.0);
        let ratio = full.compare_with(&simpler).expect("nested");
        assert!((ratio.statistic - 6.0).abs() < 1e-12 && ratio.degrees == 2);
        // With two degrees of freedom the χ² tail is e^(−x/2).
        assert!((ratio.p_value - (-3.0_f64).exp()).abs() < 1e-14);
        assert!(simpler.compare_with(&full).is_err());
        assert!(full.compare_with(&Fit { customers: 99.0, ..simpler }).is_err());
    }
}
