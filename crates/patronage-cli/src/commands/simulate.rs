//! `patronage simulate`: a shop with known parameters.

use std::path::PathBuf;

use patronage::analysis::clv::simulation::Process;
use patronage::sink::OutputFile;
use patronage::{Error, Result, Shop};

use crate::watch::Talk;

#[derive(Debug, clap::Args)]
pub(crate) struct Args {
    /// How many customers the shop has
    #[arg(long, default_value_t = 1_000, value_parser = clap::value_parser!(u64).range(1..=100_000_000))]
    customers: u64,
    /// The seed: the same seed gives the same shop
    #[arg(long, default_value_t = 1)]
    seed: u64,
    /// The law of purchases: nbd, bg-nbd, mbg-nbd, pareto-nbd, bg-cnbd or mbg-cnbd
    #[arg(long, default_value = "bg-nbd")]
    model: String,
    /// Its parameters, with the week as unit, as in 'r=1.3,alpha=5,a=0.7,b=7'; those left out have these values
    #[arg(long, value_name = "LIST", value_delimiter = ',')]
    parameters: Vec<String>,
    /// The file to write; its ending says the format: .parquet, .csv or .ndjson
    #[arg(long, value_name = "FILE")]
    out: PathBuf,
}

pub(crate) fn run(args: &Args, talk: &Talk) -> Result<()> {
    let format = super::customers::format_of(&args.out)?;
    let table = Shop::new(args.customers).seed(args.seed).process(process(&args.model, &args.parameters)?).orders()?;
    OutputFile::write(&args.out, |to| format.sink().write(&table, to))?;
    talk.say(&format!("{} orders of {} customers in {}", table.height(), args.customers, args.out.display()));
    Ok(())
}

fn process(model: &str, parameters: &[String]) -> Result<Process> {
    const USUAL: [(&str, f64); 7] = [("r", 1.3), ("alpha", 5.0), ("a", 0.7), ("b", 7.0), ("s", 0.6), ("beta", 12.0), ("k", 2.0)];
    let mut values: Vec<(String, f64)> = USUAL.iter().map(|(symbol, value)| ((*symbol).to_owned(), *value)).collect();
    for parameter in parameters {
        let odd = || Error::parameter("a parameter is given as symbol=number").with_value(parameter);
        let (symbol, value) = parameter.split_once('=').ok_or_else(odd)?;
        let value: f64 = value.trim().parse().map_err(|_| odd())?;
        match values.iter_mut().find(|(known, _)| known == symbol.trim()) {
            Some(known) => known.1 = value,
            None => {
                return Err(Error::parameter("no model has this parameter").with_value(symbol).with_hint("one of: r alpha a b s beta k"));
            }
        }
    }
    let process = Process::from_symbols(model, |symbol| values.iter().find(|(known, _)| known == symbol).map(|(_, value)| *value))?;
    if process.is_discrete() {
        return Err(Error::parameter("the model's time is not that of a calendar")
            .with_value(model)
            .with_hint("one of: nbd bg-nbd mbg-nbd pareto-nbd bg-cnbd mbg-cnbd"));
    }
    Ok(process)
}
