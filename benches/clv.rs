//! Seconds that fits and answers of the customer-base models take; `clv_peers.py` runs it beside Python `lifetimes`.
//!
//! `cargo bench --bench clv -- SUMMARY.csv bg-nbd mbg-nbd pareto-nbd`, where the table has the columns
//! `repeat_purchases`, `first_to_last`, `age`. One JSON line a model: medians of several runs.

#![expect(clippy::print_stdout, clippy::disallowed_methods, reason = "a benchmark reads the clock and prints what it found")]

use std::hint::black_box;
use std::time::Instant;

use patronage::analysis::clv::{Histories, ModelKind, fit_purchase_model};

/// Weeks of a year, and the rate per week of a discount of 10 % a year.
const YEAR: f64 = 365.0 / 7.0;

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let arguments: Vec<String> = std::env::args().skip(1).filter(|argument| argument != "--bench").collect();
    let Some((table, models)) = arguments.split_first() else {
        println!("nothing to measure: name a table and models");
        return Ok(());
    };
    let histories = read(table)?;
    let runs = if histories.len() > 200_000 { 5 } else { 15 };
    let rate = 1.1_f64.ln() / YEAR;
    for name in models {
        let kind: ModelKind = name.parse()?;
        let mut model = fit_purchase_model(kind, &histories, Some(7.0), None)?;
        let fit = median(runs, || {
            model = fit_purchase_model(kind, &histories, Some(7.0), None)?;
            Ok(())
        })?;
        let score = median(runs, || {
            black_box(model.probability_alive_all(&histories, 0.0));
            black_box(model.expected_purchases_all(&histories, 0.0, 39.0));
            Ok(())
        })?;
        let year = median(runs, || {
            black_box(model.discounted_purchases_all(&histories, rate, Some(YEAR)));
            Ok(())
        })?;
        let parameters: Vec<String> =
            model.fit().parameters.iter().map(|parameter| format!("\"{}\": {}", parameter.symbol, parameter.value)).collect();
        println!(
            "{{\"model\": \"{name}\", \"customers\": {}, \"fit_s\": {fit:.6}, \"score_s\": {score:.6}, \"year_s\": {year:.6}, \"log_likelihood\": {}, \"parameters\": {{{}}}}}",
            histories.len(),
            model.fit().log_likelihood,
            parameters.join(", ")
        );
    }
    Ok(())
}

fn median(runs: usize, mut run: impl FnMut() -> patronage::Result<()>) -> patronage::Result<f64> {
    let mut seconds = Vec::with_capacity(runs);
    for _ in 0..runs {
        let start = Instant::now();
        run()?;
        seconds.push(start.elapsed().as_secs_f64());
    }
    seconds.sort_by(f64::total_cmp);
    Ok(seconds[runs / 2])
}

fn read(path: &str) -> Result<Histories, Box<dyn std::error::Error>> {
    let text = std::fs::read_to_string(path)?;
    let mut lines = text.lines();
    let header: Vec<&str> = lines.next().unwrap_or_default().split(',').collect();
    let place = |name: &str| header.iter().position(|column| *column == name).ok_or(format!("no column {name}"));
    let [x, t_x, age] = [place("repeat_purchases")?, place("first_to_last")?, place("age")?];
    let (mut repeat_purchases, mut first_to_last, mut ages) = (Vec::new(), Vec::new(), Vec::new());
    for line in lines {
        let fields: Vec<&str> = line.split(',').collect();
        repeat_purchases.push(fields[x].parse()?);
        first_to_last.push(fields[t_x].parse()?);
        ages.push(fields[age].parse()?);
    }
    Ok(Histories::new(repeat_purchases, first_to_last, ages)?)
}
