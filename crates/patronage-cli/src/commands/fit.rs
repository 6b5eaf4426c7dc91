//! `patronage fit`: one customer-base model and all that is known about its coefficients.

use std::fmt::Write;
use std::path::PathBuf;

use patronage::analysis::clv::contract::{Bdw, Sbg};
use patronage::analysis::clv::gamma_gamma::{GammaGamma, Spends};
use patronage::analysis::clv::{Fit, Histories, ModelKind, Reduction, Termination, fit_purchase_model};
use patronage::{Customers, Duplicates, Error, Result, TimeUnit};
use serde::{Serialize, Serializer};

use super::summary::Summary;
use crate::options::{ReadOptions, ViewOptions};
use crate::watch::{Talk, print, print_json};

#[derive(Debug, clap::Args)]
pub(crate) struct Args {
    /// nbd, bg-nbd, mbg-nbd, pareto-nbd, bg-cnbd, mbg-cnbd, bg-bb, gamma-gamma, sbg or bdw
    model: String,
    /// Order files, or with --summary one table
    #[arg(required = true)]
    inputs: Vec<PathBuf>,
    /// The input has one row per kind of customer: `repeat_purchases`, `first_to_last`, `age` and perhaps `weight` and
    /// `mean_repeat_value`, or as other packages call them: `frequency`, `recency`, `T`, `weights`, `monetary_value`; for bg-bb
    /// `opportunities` or `periods` in place of age; for sbg and bdw `period` and `survivors`
    #[arg(long)]
    summary: bool,
    /// Print one JSON object
    #[arg(long)]
    json: bool,
    #[command(flatten)]
    read: ReadOptions,
    #[command(flatten)]
    view: ViewOptions,
}

pub(crate) fn run(args: &Args, talk: &Talk) -> Result<()> {
    let model = model_kind(&args.model)?;
    let unit = args.view.time_unit.as_deref().map(str::parse::<TimeUnit>).transpose()?;
    let (fit, unit) = if args.summary { (of_summary(args, model, unit)?, unit) } else { of_log(args, model, talk)? };
    let report = Report::new(fit, unit);
    if args.json { print_json(&report) } else { print(&report.text()) }
}

/// A model by its name.
pub(crate) fn model_kind(name: &str) -> Result<ModelKind> {
    ModelKind::ALL.into_iter().find(|model| model.name() == name).ok_or_else(|| {
        let names: Vec<&str> = ModelKind::ALL.iter().map(|model| model.name()).collect();
        Error::parameter("not a model").with_value(name).with_hint(format!("one of: {}", names.join(" ")))
    })
}

fn of_summary(args: &Args, model: ModelKind, unit: Option<TimeUnit>) -> Result<Fit> {
    let [path] = args.inputs.as_slice() else {
        return Err(Error::parameter("--summary takes one table"));
    };
    let table = Summary::read(path, args.read.delimiter.as_deref())?;
    let fit = (|| match model {
        ModelKind::GammaGamma => Ok(GammaGamma::params().fit(&table.spends()?)?.fit().clone()),
        ModelKind::Sbg => Ok(Sbg::params().fit(&table.survivors()?)?.fit().clone()),
        ModelKind::Bdw => Ok(Bdw::params().fit(&table.survivors()?)?.fit().clone()),
        purchases => {
            let histories = table.histories(purchases == ModelKind::BgBb)?;
            Ok(fit_purchase_model(purchases, &histories, unit.map(TimeUnit::days), None)?.fit().clone())
        }
    })();
    fit.map_err(|error: Error| error.at_file(path))
}

fn of_log(args: &Args, model: ModelKind, talk: &Talk) -> Result<(Fit, Option<TimeUnit>)> {
    if matches!(model, ModelKind::BgBb | ModelKind::Sbg | ModelKind::Bdw) {
        let columns = if model == ModelKind::BgBb {
            "repeat_purchases, first_to_last and opportunities, times counted in opportunities"
        } else {
            "period and survivors"
        };
        return Err(
            Error::parameter(format!("{model} is not fitted to an order log")).with_hint(format!("--summary with a table of {columns}"))
        );
    }
    let params = args.view.params()?;
    let read = super::read(&args.inputs, &args.read, Duplicates::default(), false, talk)?;
    let customers: Customers = read.ledger.customers(&params)?;
    talk.say(&format!("{} customers as of {}", customers.len(), customers.as_of()));
    let unit = customers.settings().time_unit;
    let fit = if model == ModelKind::GammaGamma {
        GammaGamma::params().fit(&Spends::from_customers(&customers)?)?.fit().clone()
    } else {
        fit_purchase_model(model, &Histories::from_customers(&customers)?, Some(unit.days()), None)?.fit().clone()
    };
    Ok((fit, Some(unit)))
}

/// A fit as other programs read it: symbols as keys, null for what is not known.
#[derive(Debug, Serialize)]
struct Report {
    model: ModelKind,
    parameters: Symbols,
    standard_errors: Symbols,
    covariance: Option<Vec<Vec<Option<f64>>>>,
    log_likelihood: f64,
    customers: f64,
    time_unit: Option<TimeUnit>,
    iterations: u32,
    converged: bool,
    termination: Termination,
    #[serde(skip_serializing_if = "Option::is_none")]
    reduces_to: Option<Reduction>,
}

/// Values by symbol, in the model's order.
#[derive(Debug)]
struct Symbols(Vec<(String, Option<f64>)>);

impl Serialize for Symbols {
    fn serialize<S: Serializer>(&self, serializer: S) -> std::result::Result<S::Ok, S::Error> {
        serializer.collect_map(self.0.iter().map(|(symbol, value)| (symbol, value)))
    }
}

impl Report {
    fn new(fit: Fit, time_unit: Option<TimeUnit>) -> Self {
        let known: Vec<bool> = fit.parameters.iter().map(|parameter| parameter.standard_error.is_some()).collect();
        let covariance = fit.covariance.map(|rows| {
            let row = |(i, row): (usize, Vec<f64>)| {
                row.into_iter().enumerate().map(|(j, value)| (known[i] && known[j]).then_some(value)).collect()
            };
            rows.into_iter().enumerate().map(row).collect()
        });
        let symbols = |value: fn(&patronage::analysis::clv::Parameter) -> Option<f64>| {
            Symbols(fit.parameters.iter().map(|parameter| (parameter.symbol.clone(), value(parameter))).collect())
        };
        Self {
            model: fit.model,
            parameters: symbols(|parameter| Some(parameter.value)),
            standard_errors: symbols(|parameter| parameter.standard_error),
            covariance,
            log_likelihood: fit.log_likelihood,
            customers: fit.customers,
            time_unit,
            iterations: fit.iterations,
            converged: fit.converged,
            termination: fit.termination,
            reduces_to: fit.reduces_to,
        }
    }

    fn text(&self) -> String {
        let mut text = format!("{} fitted to {} customers", self.model, self.customers);
        if let Some(unit) = self.time_unit {
            let _ = write!(text, ", time in {unit}s");
        }
        text.push_str("\n\nparameter           value  standard error\n");
        for ((symbol, value), (_, error)) in self.parameters.0.iter().zip(&self.standard_errors.0) {
            let shown = |value: &Option<f64>| value.map_or_else(|| "–".to_owned(), |value| format!("{value:.7}"));
            let _ = writeln!(text, "{symbol:<9}{:>16}{:>16}", shown(value), shown(error));
        }
        let _ = writeln!(text, "\nlog-likelihood {:.6}", self.log_likelihood);
        let _ = writeln!(text, "{} after {} evaluations", self.termination, self.iterations);
        if let Some(reduction) = self.reduces_to {
            let _ = writeln!(text, "the data lead to a simpler model: {reduction}");
        }
        text
    }
}
