//! Which customer-base model should be believed on this data? Each is fitted on the past and asked about a hold-out it has not
//! seen, beside forecasts that a spreadsheet makes.
//!
//! `cargo run --example choose_a_model`

#![expect(clippy::print_stdout, reason = "an example talks to its reader")]

use patronage::analysis::clv::Histories;
use patronage::analysis::clv::evaluation::{ModelChoice, Split};
use patronage::{CustomersParams, Ingest};

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let log = concat!(env!("CARGO_MANIFEST_DIR"), "/examples/data/cdnow_sample.csv");
    let ledger = Ingest::new().read([log])?.ledger;
    let params = CustomersParams::new();

    // 39 weeks to learn from, 39 weeks to be tested on.
    let holdout = ledger.split("1997-09-30".parse()?, "1998-06-30".parse()?, &params)?;
    let all = Histories::from_customers(&ledger.customers(&params)?)?;
    let choice = ModelChoice::params().time_unit(7.0).choose(&[Split::from_holdout(&holdout)?], &all)?;

    print!("{}", patronage_report::choice(&choice.report));

    // Are the forecasts right where it matters, at the top? A manager's table: customers in tenths by what was forecast.
    let chosen = choice.report.candidates.iter().find(|candidate| candidate.model == choice.report.chosen).ok_or("no chosen model")?;
    println!("\n{:<8}{:>11}{:>11}{:>11}{:>26}", "tenth", "forecast", "bought", "lift", "share of all purchases");
    for decile in &chosen.origins[0].deciles {
        println!(
            "{:<8}{:>11.2}{:>11.2}{:>11.1}{:>24.1} %",
            decile.decile,
            decile.expected,
            decile.actual.mean,
            decile.lift.unwrap_or_default(),
            100.0 * decile.gain.unwrap_or_default()
        );
    }
    println!("\nrefitted to all {} customers:", choice.report.refit.customers);
    for parameter in &choice.report.refit.parameters {
        println!("  {:<8}{:>12.4} ± {:.4}", parameter.symbol, parameter.value, parameter.standard_error.unwrap_or(f64::NAN));
    }
    Ok(())
}
