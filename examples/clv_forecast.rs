//! What are these customers still worth? BG/NBD for purchases, Gamma-Gamma for spend, 52 weeks at 10 % a year.
//!
//! `cargo run --example clv_forecast`

#![expect(clippy::print_stdout, reason = "an example talks to its reader")]

use patronage::analysis::clv::gamma_gamma::{GammaGamma, Spends};
use patronage::analysis::clv::intervals::DeltaMethod;
use patronage::analysis::clv::value::ResidualValue;
use patronage::analysis::clv::{Histories, ModelKind, fit_purchase_model};
use patronage::{CustomersParams, Ingest};

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let log = concat!(env!("CARGO_MANIFEST_DIR"), "/examples/data/cdnow_sample.csv");
    let customers = Ingest::new().read([log])?.ledger.customers(&CustomersParams::new().as_of("1997-09-30".parse()?))?;
    let histories = Histories::from_customers(&customers)?;

    let model = fit_purchase_model(ModelKind::BgNbd, &histories, Some(7.0), None)?;
    let spend = GammaGamma::params().fit(&Spends::from_customers(&customers)?)?;
    let terms = ResidualValue::default();
    let weeks = terms.horizon_in(7.0).ok_or("a finite horizon")?;
    println!(
        "{} customers; log-likelihood {:.2}; a purchase costs {:.2} on average",
        customers.len(),
        model.fit().log_likelihood,
        spend.expected_spend_new()
    );

    // Everything per customer, then the most valuable first.
    let alive = model.probability_alive_all(&histories, 0.0);
    let purchases = model.expected_purchases_all(&histories, 0.0, weeks);
    let means: Vec<f64> = customers.mean_repeat_value().map(|mean| mean.unwrap_or(0.0)).collect();
    let spends: Vec<f64> =
        histories.iter().zip(&means).map(|(history, mean)| spend.expected_spend(history.repeat_purchases, *mean)).collect();
    let values = terms.of_all(&*model, &histories, &spends, 7.0)?;
    let mut order: Vec<usize> = (0..customers.len()).collect();
    order.sort_by(|a, b| values[*b].total_cmp(&values[*a]));

    let delta = DeltaMethod::of_purchase_model(&*model)?;
    println!("\n{:<10}{:>8}{:>8}{:>11}{:>10}{:>11}   95 % for the mean", "customer", "repeats", "alive", "purchases", "spend", "value");
    for &row in order.iter().take(10) {
        let history = histories.get(row);
        let interval = spend.expected_spend_interval(history.repeat_purchases, means[row], 1.96);
        let mean = terms.interval(&delta, history, interval, 7.0)?;
        println!(
            "{:<10}{:>8}{:>7.0}%{:>11.1}{:>10.2}{:>11.2}   {:.0} to {:.0}",
            customers.customer_id().get(row),
            history.repeat_purchases,
            100.0 * alive[row],
            purchases[row],
            spends[row],
            values[row],
            mean.low,
            mean.high
        );
    }

    // The table for a manager: tenths of the customers, by value.
    let total: f64 = values.iter().sum();
    println!("\n{:<22}{:>10}{:>12}{:>12}{:>9}", "customers by value", "customers", "purchases", "value", "share");
    for (tenth, rows) in (1..).zip(order.chunks(order.len().div_ceil(10))) {
        let sum = |of: &[f64]| rows.iter().map(|row| of[*row]).sum::<f64>();
        println!(
            "{:<22}{:>10}{:>12.0}{:>12.0}{:>7.1} %",
            format!("tenth {tenth}"),
            rows.len(),
            sum(&purchases),
            sum(&values),
            100.0 * sum(&values) / total
        );
    }
    println!("{:<22}{:>10}{:>12.0}{:>12.0}{:>7.1} %", "all", customers.len(), purchases.iter().sum::<f64>(), total, 100.0);
    Ok(())
}
