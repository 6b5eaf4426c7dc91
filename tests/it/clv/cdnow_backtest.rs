//! The backtest of the CDNOW sample (39 weeks and 39 weeks) against numbers computed independently.
//!
//! Sources: Python `lifetimes` 0.11.3 for the conditional expectations of BG/NBD, MBG/NBD and Pareto/NBD at the estimates of
//! this library's reference tests, `scipy` 1.x for the NBD law; errors, Gini and baselines by numpy from their definitions.

use std::collections::BTreeMap;

use patronage::analysis::clv::evaluation::{Baseline, Evaluation, EvaluationSettings, ModelChoice, Newcomers, Split};
use patronage::analysis::clv::simulation::Process;
use patronage::analysis::clv::{Histories, ModelKind, purchase_model};

/// Days from 1997-01-01, the first of the sample.
fn day(date: &str) -> u32 {
    let part = |range: std::ops::Range<usize>| date[range].parse::<u32>().expect("digits");
    let before = [0, 31, 59, 90, 120, 151, 181, 212, 243, 273, 304, 334];
    (part(0..4) - 1997) * 365 + before[part(5..7) as usize - 1] + part(8..10) - 1
}

/// Purchase days of each customer.
fn purchase_days() -> Vec<Vec<u32>> {
    let text = include_str!(concat!(env!("CARGO_MANIFEST_DIR"), "/examples/data/cdnow_sample.csv"));
    let mut customers: BTreeMap<&str, Vec<u32>> = BTreeMap::new();
    for line in text.lines().skip(1) {
        let mut fields = line.split(',');
        let (customer, date) = (fields.next().expect("customer"), fields.next().expect("date"));
        customers.entry(customer).or_default().push(day(date));
    }
    let mut days: Vec<Vec<u32>> = customers.into_values().collect();
    for customer in &mut days {
        customer.sort_unstable();
        customer.dedup();
    }
    days
}

/// The last day of the calibration period (1997-09-30) and of the data (1998-06-30).
const CUT: u32 = 272;
const END: u32 = 545;

/// Histories at the end of a day, in weeks, and purchase days after it.
fn at(days: &[Vec<u32>], date: u32) -> (Histories, Vec<u32>) {
    let weeks = |days: u32| f64::from(days) / 7.0;
    let (mut x, mut t_x, mut age, mut later) = (Vec::new(), Vec::new(), Vec::new(), Vec::new());
    for customer in days {
        let seen = customer.partition_point(|&day| day <= date);
        x.push(u32::try_from(seen - 1).expect("few"));
        t_x.push(weeks(customer[seen - 1] - customer[0]));
        age.push(weeks(date - customer[0]));
        later.push(u32::try_from(customer.len() - seen).expect("few"));
    }
    (Histories::new(x, t_x, age).expect("valid"), later)
}

fn split() -> Split {
    let days = purchase_days();
    let (histories, later) = at(&days, CUT);
    let mut weekly = vec![0.0; 78];
    for customer in &days {
        for day in &customer[1..] {
            // A purchase on day 7·n closes week n: steps are open at their start.
            weekly[(*day as usize).div_ceil(7) - 1] += 1.0;
        }
    }
    let newcomers = Newcomers { customers: 0, purchases: 0 };
    Split::new(&histories, &later, 39.0).expect("parallel").with_actual_counts(weekly).with_newcomers(newcomers)
}

#[track_caller]
fn near(found: f64, right: f64, tolerance: f64) {
    assert!((found - right).abs() <= tolerance, "{found} is not {right}");
}

/// Digits to which the reference was printed.
const DIGITS: f64 = 6e-9;

#[test]
fn errors_and_totals_are_those_of_the_references() {
    let split = split();
    let settings = EvaluationSettings::default();
    let bg = Process::BgNbd { r: 0.242_594_52, alpha: 4.413_602, a: 0.792_922_02, b: 2.425_906_8 };
    let mbg = Process::MbgNbd { r: 0.524_843_16, alpha: 6.183_085_3, a: 0.891_359_39, b: 1.614_002_2 };
    let pareto = Process::ParetoNbd { r: 0.553_277_05, alpha: 10.577_683, s: 0.606_239_99, beta: 11.668_735 };
    for (process, mae, rmse, total, gini, normalised) in [
        (bg, 0.785_454_236, 1.607_982_011, 1_653.408_696, 0.556_100_3, 0.662_420_7),
        (mbg, 0.764_778_948, 1.607_182_658, 1_576.728_293, 0.557_078_3, 0.663_585_6),
        (pareto, 0.754_523_384, 1.602_848_000, 1_665.513_113, 0.564_670_0, 0.672_628_8),
    ] {
        let model = purchase_model(&process).expect("valid");
        let evaluation = Evaluation::of_model(&*model, &split, &settings).expect("valid settings");
        near(evaluation.accuracy.mae, mae, DIGITS);
        near(evaluation.accuracy.rmse, rmse, DIGITS);
        near(evaluation.accuracy.expected_purchases, total, 2e-6);
        near(evaluation.accuracy.actual_purchases, 1882.0, 1e-9);
        let found = evaluation.gini.expect("customers differ");
        near(found.gini, gini, 1e-7);
        near(found.normalised, normalised, 1e-7);
        let last = evaluation.tracking.last().expect("78 weeks");
        near(last.time, 78.0 - 1.0 / 7.0, 1e-9);
        // 2,457 repeat purchases in the calibration period and 1,882 after it.
        near(last.cumulative_actual.expect("given"), 4339.0, 1e-9);
    }
    let model = purchase_model(&bg).expect("valid");
    let evaluation = Evaluation::of_model(&*model, &split, &settings).expect("valid settings");
    let bins = [
        (1411.0, 0.225_087_3, 0.236_711_6),
        (439.0, 0.523_131_2, 0.697_038_7),
        (214.0, 1.044_134_1, 1.392_523_4),
        (100.0, 1.520_279_5, 1.56),
        (62.0, 2.163_865_8, 2.532_258_1),
        (38.0, 2.653_845_9, 2.947_368_4),
        (29.0, 3.504_042_3, 3.862_069_0),
        (64.0, 6.157_190_5, 6.359_375_0),
    ];
    for (bin, (customers, expected, actual)) in evaluation.frequency_bins.iter().zip(bins) {
        near(bin.customers, customers, 1e-9);
        near(bin.expected, expected, 1e-7);
        near(bin.actual.mean, actual, 1e-7);
    }
}

#[test]
fn baselines_and_log_score_are_those_of_the_references() {
    let split = split();
    let settings = EvaluationSettings::default();
    for (baseline, mae, rmse) in [
        (Baseline::Zero, 0.798_472_635, 2.206_366_381),
        (Baseline::NaiveRate, 1.023_669_163, 2.211_918_089),
        (Baseline::AverageTimesRetention, 0.911_296_019, 2.123_902_035),
    ] {
        let evaluation = Evaluation::of_baseline(baseline, &split, &settings).expect("valid settings");
        near(evaluation.accuracy.mae, mae, DIGITS);
        near(evaluation.accuracy.rmse, rmse, DIGITS);
    }
    let naive = Evaluation::of_baseline(Baseline::NaiveRate, &split, &settings).expect("valid settings");
    near(naive.accuracy.log_score.mean, -2.187_119_128_1, 1e-9);
    let model = purchase_model(&Process::Nbd { r: 0.385, alpha: 12.072 }).expect("valid");
    let evaluation = Evaluation::of_model(&*model, &split, &settings).expect("valid settings");
    near(evaluation.accuracy.log_score.mean, -1.063_646_701_9, 1e-9);
    near(evaluation.accuracy.log_score.standard_error, 0.025_174_526_1, 1e-9);
}

#[test]
fn a_model_with_dropout_is_chosen_and_beats_the_baselines() {
    let (all, _) = at(&purchase_days(), END);
    let choice = ModelChoice::params().time_unit(7.0).choose(&[split()], &all).expect("all fit");
    let report = &choice.report;
    assert!(report.failures.is_empty() && report.candidates.len() == 6, "{report}");
    assert!(!matches!(report.chosen, ModelKind::Nbd | ModelKind::BgCnbd | ModelKind::MbgCnbd), "{report}");
    assert!(report.beats_baselines, "{report}");
    near(report.refit.customers, 2357.0, 1e-9);
}
