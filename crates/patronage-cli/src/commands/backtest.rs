//! `patronage backtest`: how good is each model on this data, and which one should be taken.

use std::fmt::Write;
use std::path::PathBuf;

use patronage::analysis::clv::evaluation::{ChoiceReport, EvaluationSettings, ModelChoice, Newcomers, Split};
use patronage::analysis::clv::{Histories, ModelKind};
use patronage::{Duplicates, Holdout, Result, TimeUnit};
use serde::Serialize;

use super::fit::model_kind;
use crate::options::{ReadOptions, ViewOptions, days};
use crate::watch::{Talk, print, print_json};

#[derive(Debug, clap::Args)]
pub(crate) struct Args {
    /// Files, or patterns such as 'logs/*.csv'
    #[arg(required = true)]
    inputs: Vec<PathBuf>,
    /// The length of the hold-out: 26w, 180d, 6m (30 days each) or 1y (365 days)
    #[arg(long, value_name = "LENGTH")]
    holdout: String,
    /// How many hold-outs, one after the other, end on the last day
    #[arg(long, value_name = "N", default_value_t = 1, value_parser = clap::value_parser!(u32).range(1..=100))]
    origins: u32,
    /// The models to compare [default: nbd,bg-nbd,mbg-nbd,pareto-nbd,bg-cnbd,mbg-cnbd]
    #[arg(long, value_name = "LIST", value_delimiter = ',')]
    models: Vec<String>,
    /// Print one JSON object: errors, deciles, lift, gain, Gini, tracking
    #[arg(long)]
    json: bool,
    #[command(flatten)]
    read: ReadOptions,
    #[command(flatten)]
    view: ViewOptions,
}

/// All that a backtest says.
#[derive(Debug, Serialize)]
struct Backtest {
    time_unit: TimeUnit,
    origins: Vec<Origin>,
    choice: ChoiceReport,
}

#[derive(Debug, Serialize)]
struct Origin {
    calibration_end: String,
    horizon_end: String,
    horizon: f64,
    customers: usize,
    newcomers: Newcomers,
}

impl Origin {
    fn of(holdout: &Holdout) -> Self {
        Self {
            calibration_end: holdout.customers().as_of().to_string(),
            horizon_end: holdout.horizon_end().to_string(),
            horizon: holdout.horizon(),
            customers: holdout.customers().len(),
            newcomers: Newcomers { customers: holdout.newcomers(), purchases: holdout.newcomer_periods() },
        }
    }
}

pub(crate) fn run(args: &Args, talk: &Talk) -> Result<()> {
    let length = days("--holdout", &args.holdout)?;
    let models: Vec<ModelKind> = args.models.iter().map(|name| model_kind(name.trim())).collect::<Result<_>>()?;
    let params = args.view.params()?;
    let read = super::read(&args.inputs, &args.read, Duplicates::default(), false, talk)?;
    let all = read.ledger.customers(&params)?;
    let unit = all.settings().time_unit;
    let holdouts = read.ledger.rolling_splits(length, args.origins, &params)?;
    let splits: Vec<Split> = holdouts.iter().map(Split::from_holdout).collect::<Result<_>>()?;
    let settings = EvaluationSettings { tracking_step: TimeUnit::Week.days() / unit.days(), ..EvaluationSettings::default() };
    let mut choice = ModelChoice::params().time_unit(unit.days()).settings(settings);
    if !models.is_empty() {
        choice = choice.candidates(models);
    }
    let choice = choice.choose(&splits, &Histories::from_customers(&all)?)?.report;
    let origins: Vec<Origin> = holdouts.iter().map(Origin::of).collect();
    if args.json {
        return print_json(&Backtest { time_unit: unit, origins, choice });
    }
    let mut text = String::new();
    for origin in &origins {
        let _ = writeln!(
            text,
            "{} customers as of {}, hold-out to {} ({:.1} {unit}s)\n{} newcomers with {} purchases in it, whom no model of known customers can forecast",
            origin.customers,
            origin.calibration_end,
            origin.horizon_end,
            origin.horizon,
            origin.newcomers.customers,
            origin.newcomers.purchases
        );
    }
    print(&(text + "\n" + &patronage_report::choice(&choice)))
}
