//! A purchase process: a model together with its parameters.

use serde::{Deserialize, Serialize};

use crate::error::{Error, Result};

/// A model of purchase timing (or renewal) and its parameters, the law that simulated customers follow.
///
/// Rates are per time unit of the caller's choice; for the models in discrete time the unit is one opportunity or renewal.
/// Parameters carry the symbols of the papers, the ones that a fit reports.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
#[serde(tag = "model", rename_all = "kebab-case")]
#[non_exhaustive]
pub enum Process {
    /// NBD: Poisson purchases, nobody leaves. `r` shape, `alpha` rate of the gamma law of purchase rates.
    Nbd {
        /// Shape of the gamma law of purchase rates.
        r: f64,
        /// Rate (inverse scale) of the gamma law of purchase rates, in time units.
        alpha: f64,
    },
    /// BG/NBD: a customer may leave after each repeat purchase.
    BgNbd {
        /// Shape of the gamma law of purchase rates.
        r: f64,
        /// Rate of the gamma law of purchase rates, in time units.
        alpha: f64,
        /// First shape of the beta law of the chance to leave.
        a: f64,
        /// Second shape of the beta law of the chance to leave.
        b: f64,
    },
    /// MBG/NBD: a customer may leave after each purchase, the first included.
    MbgNbd {
        /// Shape of the gamma law of purchase rates.
        r: f64,
        /// Rate of the gamma law of purchase rates, in time units.
        alpha: f64,
        /// First shape of the beta law of the chance to leave.
        a: f64,
        /// Second shape of the beta law of the chance to leave.
        b: f64,
    },
    /// Pareto/NBD: a customer may leave at any time.
    ParetoNbd {
        /// Shape of the gamma law of purchase rates.
        r: f64,
        /// Rate of the gamma law of purchase rates, in time units.
        alpha: f64,
        /// Shape of the gamma law of leaving rates.
        s: f64,
        /// Rate of the gamma law of leaving rates, in time units.
        beta: f64,
    },
    /// BG/CNBD-k: as BG/NBD with Erlang-k waiting times (regular buyers).
    BgCnbd {
        /// Shape of the gamma law of stage rates.
        r: f64,
        /// Rate of the gamma law of stage rates, in time units.
        alpha: f64,
        /// First shape of the beta law of the chance to leave.
        a: f64,
        /// Second shape of the beta law of the chance to leave.
        b: f64,
        /// Stages per purchase, at least 1.
        k: u32,
    },
    /// MBG/CNBD-k: as MBG/NBD with Erlang-k waiting times.
    MbgCnbd {
        /// Shape of the gamma law of stage rates.
        r: f64,
        /// Rate of the gamma law of stage rates, in time units.
        alpha: f64,
        /// First shape of the beta law of the chance to leave.
        a: f64,
        /// Second shape of the beta law of the chance to leave.
        b: f64,
        /// Stages per purchase, at least 1.
        k: u32,
    },
    /// BG/BB: purchase opportunities at the whole time units.
    BgBb {
        /// First shape of the beta law of the chance to buy.
        alpha: f64,
        /// Second shape of the beta law of the chance to buy.
        beta: f64,
        /// First shape of the beta law of the chance to leave.
        gamma: f64,
        /// Second shape of the beta law of the chance to leave.
        delta: f64,
    },
    /// Shifted beta-geometric: a contract renewed at the whole time units.
    Sbg {
        /// First shape of the beta law of the chance to leave.
        alpha: f64,
        /// Second shape of the beta law of the chance to leave.
        beta: f64,
    },
    /// Beta-discrete-Weibull: as sBG, the chance to leave rising (`c` > 1) or falling (`c` < 1) with tenure.
    Bdw {
        /// First shape of the beta law of the chance to leave.
        alpha: f64,
        /// Second shape of the beta law of the chance to leave.
        beta: f64,
        /// Duration dependence.
        c: f64,
    },
}

impl Process {
    /// The model's name, as the command line writes it.
    #[must_use]
    pub fn name(&self) -> &'static str {
        match self {
            Self::Nbd { .. } => "nbd",
            Self::BgNbd { .. } => "bg-nbd",
            Self::MbgNbd { .. } => "mbg-nbd",
            Self::ParetoNbd { .. } => "pareto-nbd",
            Self::BgCnbd { .. } => "bg-cnbd",
            Self::MbgCnbd { .. } => "mbg-cnbd",
            Self::BgBb { .. } => "bg-bb",
            Self::Sbg { .. } => "sbg",
            Self::Bdw { .. } => "bdw",
        }
    }

    /// The process called `name` with the parameters that `value` knows by their ASCII symbols.
    ///
    /// Symbols: `r alpha a b s beta gamma delta c k`, those that the model has.
    ///
    /// # Errors
    /// A parameter error if the name is no purchase process, a symbol is missing, or a value is out of range.
    ///
    /// ```
    /// use patronage::analysis::clv::simulation::Process;
    /// let process = Process::from_symbols("nbd", |symbol| match symbol {
    ///     "r" => Some(0.5),
    ///     "alpha" => Some(10.0),
    ///     _ => None,
    /// })?;
    /// assert_eq!(process, Process::Nbd { r: 0.5, alpha: 10.0 });
    /// # Ok::<(), patronage::Error>(())
    /// ```
    pub fn from_symbols(name: &str, value: impl Fn(&str) -> Option<f64>) -> Result<Self> {
        let get = |symbol: &str| value(symbol).ok_or_else(|| Error::parameter(format!("{name} needs a value for `{symbol}`")));
        let stages = || -> Result<u32> {
            let k = get("k")?;
            if (1.0..=1000.0).contains(&k) && k.fract() == 0.0 {
                #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "whole, from 1 to 1,000")]
                Ok(k as u32)
            } else {
                Err(Error::parameter(format!("k must be a whole number from 1 to 1000, found {k}")))
            }
        };
        let process = match name {
            "nbd" => Self::Nbd { r: get("r")?, alpha: get("alpha")? },
            "bg-nbd" => Self::BgNbd { r: get("r")?, alpha: get("alpha")?, a: get("a")?, b: get("b")? },
            "mbg-nbd" => Self::MbgNbd { r: get("r")?, alpha: get("alpha")?, a: get("a")?, b: get("b")? },
            "pareto-nbd" => Self::ParetoNbd { r: get("r")?, alpha: get("alpha")?, s: get("s")?, beta: get("beta")? },
            "bg-cnbd" => Self::BgCnbd { r: get("r")?, alpha: get("alpha")?, a: get("a")?, b: get("b")?, k: stages()? },
            "mbg-cnbd" => Self::MbgCnbd { r: get("r")?, alpha: get("alpha")?, a: get("a")?, b: get("b")?, k: stages()? },
            "bg-bb" => Self::BgBb { alpha: get("alpha")?, beta: get("beta")?, gamma: get("gamma")?, delta: get("delta")? },
            "sbg" => Self::Sbg { alpha: get("alpha")?, beta: get("beta")? },
            "bdw" => Self::Bdw { alpha: get("alpha")?, beta: get("beta")?, c: get("c")? },
            other => {
                return Err(Error::parameter(format!("`{other}` is no purchase process"))
                    .with_hint("nbd, bg-nbd, mbg-nbd, pareto-nbd, bg-cnbd, mbg-cnbd, bg-bb, sbg or bdw"));
            }
        };
        process.check()?;
        Ok(process)
    }

    /// The parameters as ordered pairs of ASCII symbol and value.
    #[must_use]
    pub fn parameters(&self) -> Vec<(&'static str, f64)> {
        match *self {
            Self::Nbd { r, alpha } => vec![("r", r), ("alpha", alpha)],
            Self::BgNbd { r, alpha, a, b } | Self::MbgNbd { r, alpha, a, b } => {
                vec![("r", r), ("alpha", alpha), ("a", a), ("b", b)]
            }
            Self::ParetoNbd { r, alpha, s, beta } => vec![("r", r), ("alpha", alpha), ("s", s), ("beta", beta)],
            Self::BgCnbd { r, alpha, a, b, k } | Self::MbgCnbd { r, alpha, a, b, k } => {
                vec![("r", r), ("alpha", alpha), ("a", a), ("b", b), ("k", f64::from(k))]
            }
            Self::BgBb { alpha, beta, gamma, delta } => {
                vec![("alpha", alpha), ("beta", beta), ("gamma", gamma), ("delta", delta)]
            }
            Self::Sbg { alpha, beta } => vec![("alpha", alpha), ("beta", beta)],
            Self::Bdw { alpha, beta, c } => vec![("alpha", alpha), ("beta", beta), ("c", c)],
        }
    }

    /// The same model with other values for some of its parameters.
    ///
    /// # Errors
    /// A parameter error if a symbol is not the model's or a value is out of range.
    pub fn with_parameters(&self, values: &[(&str, f64)]) -> Result<Self> {
        let own = self.parameters();
        if let Some((symbol, _)) = values.iter().find(|(symbol, _)| own.iter().all(|(known, _)| known != symbol)) {
            return Err(Error::parameter(format!("{} has no parameter `{symbol}`", self.name())));
        }
        let among = |pairs: &[(&str, f64)], symbol: &str| pairs.iter().find(|pair| pair.0 == symbol).map(|pair| pair.1);
        Self::from_symbols(self.name(), |symbol| among(values, symbol).or_else(|| among(&own, symbol)))
    }

    /// Whether time runs in whole opportunities or renewals.
    #[must_use]
    pub fn is_discrete(&self) -> bool {
        matches!(self, Self::BgBb { .. } | Self::Sbg { .. } | Self::Bdw { .. })
    }

    /// An upper bound on the mean number of repeat purchases of a customer watched for `span` units.
    pub(crate) fn mean_purchases_at_most(&self, span: f64) -> f64 {
        match *self {
            Self::Nbd { r, alpha } | Self::BgNbd { r, alpha, .. } | Self::MbgNbd { r, alpha, .. } | Self::ParetoNbd { r, alpha, .. } => {
                r / alpha * span
            }
            Self::BgCnbd { r, alpha, k, .. } | Self::MbgCnbd { r, alpha, k, .. } => r / alpha * span / f64::from(k),
            Self::BgBb { .. } | Self::Sbg { .. } | Self::Bdw { .. } => span,
        }
    }

    /// Checks that every parameter is a positive number and `k` at least 1. An `a` of 0 is allowed: nobody leaves.
    ///
    /// # Errors
    /// A parameter error that names the parameter, its value and the rule.
    pub fn check(&self) -> Result<()> {
        for (symbol, value) in self.parameters() {
            if symbol != "a" || value != 0.0 {
                positive(self.name(), symbol, value)?;
            }
        }
        Ok(())
    }
}

/// The Gamma-Gamma law of money: a purchase is Gamma(`p`, rate ν), and ν ~ Gamma(`q`, rate `v`) over customers.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct Spend {
    /// Shape of the law of one customer's purchases.
    pub p: f64,
    /// Shape of the law of ν over customers.
    pub q: f64,
    /// Rate of the law of ν over customers, in money.
    pub v: f64,
}

impl Spend {
    /// Checks that every parameter is a positive number.
    ///
    /// # Errors
    /// A parameter error that names the parameter, its value and the rule.
    pub fn check(&self) -> Result<()> {
        for (symbol, value) in [("p", self.p), ("q", self.q), ("v", self.v)] {
            positive("gamma-gamma", symbol, value)?;
        }
        Ok(())
    }
}

fn positive(model: &str, symbol: &str, value: f64) -> Result<()> {
    if value.is_finite() && value > 0.0 {
        Ok(())
    } else {
        Err(Error::parameter(format!("{model}: `{symbol}` must be a positive number, found {value}")))
    }
}
