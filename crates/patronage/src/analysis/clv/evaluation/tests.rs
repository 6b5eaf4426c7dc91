//! Evaluation and model choice on simulated worlds, where the truth is known.

use super::{Baseline, ChoiceReason, Evaluation, EvaluationSettings, ModelChoice, Newcomers, Split};
use crate::analysis::clv::simulation::{Process, SimulatedCustomer, Simulation};
use crate::analysis::clv::{Histories, History, ModelKind, purchase_model};
use crate::error::Result;

const CUT: f64 = 39.0;
const END: f64 = 65.0;

fn log(process: Process, customers: u64, seed: u64) -> Vec<SimulatedCustomer> {
    Simulation::new(process).customers(customers).seed(seed).arrivals(12.0).span(END).run().expect("valid")
}

fn histories(log: &[SimulatedCustomer], date: f64) -> Histories {
    let histories: Result<Histories> =
        log.iter().filter_map(|customer| customer.history(date)).collect::<Vec<History>>().into_iter().collect();
    histories.expect("checked by the simulator")
}

fn split_at(log: &[SimulatedCustomer], cut: f64, end: f64) -> Split {
    let purchases: Vec<u32> = log
        .iter()
        .filter(|customer| customer.first_purchase <= cut)
        .map(|customer| u32::try_from(customer.purchases_between(cut, end)).expect("few"))
        .collect();
    Split::new(&histories(log, cut), &purchases, end - cut).expect("parallel columns")
}

const BG: Process = Process::BgNbd { r: 0.8, alpha: 5.0, a: 0.8, b: 2.5 };

#[test]
fn the_true_model_is_calibrated_and_tracks() {
    let log = log(BG, 20_000, 1);
    let oldest = log.iter().map(|customer| customer.first_purchase).fold(f64::INFINITY, f64::min);
    let counts: Vec<f64> = (0..65)
        .map(|week| {
            let from = oldest + f64::from(week);
            log.iter().map(|customer| customer.purchases_between(from, from + 1.0) as f64).sum()
        })
        .collect();
    let split = split_at(&log, CUT, END).with_actual_counts(counts);
    let model = purchase_model(&BG).expect("valid");
    let evaluation = Evaluation::of_model(&*model, &split, &EvaluationSettings::default()).expect("valid settings");
    for decile in &evaluation.deciles {
        let off = (decile.expected - decile.actual.mean).abs();
        assert!(off < 4.0 * decile.actual.standard_error + 1e-3, "{decile:?}");
    }
    for bin in &evaluation.frequency_bins {
        assert!((bin.expected - bin.actual.mean).abs() < 4.0 * bin.actual.standard_error + 1e-3, "{bin:?}");
    }
    assert!((evaluation.customers - 20_000.0).abs() < 1e-9);
    assert!(evaluation.accuracy.total_error().expect("somebody bought").abs() < 0.05);
    // All purchases up to the last whole week, in calibration and hold-out.
    let last = evaluation.tracking.iter().rev().find(|point| point.cumulative_actual.is_some()).expect("counts");
    assert!((last.cumulative_expected / last.cumulative_actual.expect("found") - 1.0).abs() < 0.05, "{last:?}");
    assert_eq!(evaluation.tracking.iter().filter(|point| !point.holdout).count(), 38);
    let weeks: f64 = evaluation.tracking.iter().map(|point| point.expected).sum();
    assert!((weeks / evaluation.tracking.last().expect("steps").cumulative_expected - 1.0).abs() < 1e-12);
    let gini = evaluation.gini.expect("they differ");
    assert!(gini.normalised > 0.4 && gini.normalised < 1.0, "{gini:?}");
}

#[test]
fn nothing_depends_on_the_order_of_customers_or_on_threads() {
    let mut log = log(BG, 500, 2);
    let model = purchase_model(&BG).expect("valid");
    let evaluate = |log: &[SimulatedCustomer]| {
        let evaluation = Evaluation::of_model(&*model, &split_at(log, CUT, END), &EvaluationSettings::default());
        serde_json::to_string(&evaluation.expect("valid settings")).expect("plain data")
    };
    let first = evaluate(&log);
    log.reverse();
    assert_eq!(first, evaluate(&log));
    let one_thread = rayon::ThreadPoolBuilder::new().num_threads(1).build().expect("a pool");
    assert_eq!(first, one_thread.install(|| evaluate(&log)));
}

#[test]
fn equal_rows_are_collapsed_and_weights_count() {
    let rows = Histories::new(vec![2, 0, 2, 2], vec![5.0, 0.0, 5.0, 5.0], vec![9.0, 4.0, 9.0, 9.0]).expect("valid");
    let split = Split::new(&rows, &[1, 0, 1, 3], 10.0).expect("parallel").with_newcomers(Newcomers { customers: 3, purchases: 7 });
    assert_eq!(split.outcomes().len(), 3);
    assert!((split.outcomes()[1].weight - 2.0).abs() < 1e-12);
    assert!((split.customers() - 4.0).abs() < 1e-12);
    let evaluation = Evaluation::of_baseline(Baseline::NaiveRate, &split, &EvaluationSettings::default()).expect("valid settings");
    // 2/9 a unit for ten units, against 1, 1 and 3; and 0 against 0.
    let forecast = 20.0 / 9.0;
    assert!((evaluation.accuracy.mae - (2.0 * (forecast - 1.0) + (3.0 - forecast)) / 4.0).abs() < 1e-12);
    assert_eq!(evaluation.newcomers.customers, 3);
    // Σx/ΣT = 6/31; three of four last bought in the second half of their age.
    let average = Baseline::AverageTimesRetention.score(&split);
    assert!((average[0].expected - 6.0 / 31.0 * 0.75 * 10.0).abs() < 1e-12);
    // The zero forecast gives one purchase the probability of a Poisson law of mean 1/8: ln(1/8) − 1/8.
    let zero = Baseline::Zero.score(&split);
    let one = zero.iter().find(|row| (row.actual - 1.0).abs() < 1e-9).expect("such a row");
    assert!((one.log_probability - (0.125_f64.ln() - 0.125)).abs() < 1e-12 && one.expected.abs() < 1e-300);
}

#[test]
fn log_gaps_reach_the_fits() {
    let rows = Histories::new(vec![2, 2, 0], vec![5.0, 5.0, 0.0], vec![9.0, 9.0, 9.0]).expect("valid");
    let with_gaps = rows.clone().with_log_gaps(vec![1.0, 2.0, 0.0]).expect("valid");
    let split = Split::new(&with_gaps, &[0, 0, 0], 1.0).expect("parallel");
    assert_eq!(split.calibration().expect("seen before").log_gaps(), Some(&[0.0, 1.5][..]));
    assert_eq!(Split::new(&rows, &[0, 0, 0], 1.0).expect("parallel").calibration().expect("same").log_gaps(), None);
}

#[test]
fn each_bad_input_is_refused() {
    let rows = Histories::new(vec![0], vec![0.0], vec![9.0]).expect("valid");
    assert!(Split::new(&rows, &[], 1.0).is_err());
    assert!(Split::new(&rows, &[0], 0.0).is_err());
    assert!(Split::new(&rows, &[0], f64::NAN).is_err());
    assert!(Split::new(&Histories::default(), &[], 1.0).is_err());
    let split = Split::new(&rows, &[0], 1.0).expect("valid");
    for settings in [
        EvaluationSettings { tracking_step: 0.0, ..EvaluationSettings::default() },
        EvaluationSettings { tracking_step: 1e-9, ..EvaluationSettings::default() },
        EvaluationSettings { last_frequency_bin: u32::MAX, ..EvaluationSettings::default() },
    ] {
        assert!(settings.check(&split).is_err(), "{settings:?}");
    }
    assert!(ModelChoice::params().choose(&[], &rows).is_err());
    assert!(ModelChoice::params().candidates([]).choose(&[split], &rows).is_err());
}

#[test]
fn the_model_behind_the_data_is_chosen() {
    let regular = Process::MbgCnbd { r: 3.0, alpha: 2.0, a: 0.8, b: 3.0, k: 3 };
    let log = log(regular, 4000, 3);
    let choice =
        ModelChoice::params().time_unit(7.0).choose(&[split_at(&log, CUT, END)], &histories(&log, END)).expect("every candidate fits");
    let report = &choice.report;
    assert!(matches!(report.chosen, ModelKind::MbgCnbd | ModelKind::BgCnbd), "{report}");
    assert!(report.beats_baselines, "{report}");
    assert!(report.failures.is_empty(), "{:?}", report.failures);
    assert_eq!(report.candidates.len(), 6);
    assert_eq!(report.refit.time_unit, Some(7.0));
    assert_eq!(choice.model.fit(), &report.refit);
    // Against itself the chosen model won by nothing, against NBD by much.
    for candidate in &report.candidates {
        let won = candidate.chosen_won_by;
        assert!(candidate.model != report.chosen || (won.mean.abs() < 1e-300 && won.standard_error.abs() < 1e-300));
        assert!(candidate.model != ModelKind::Nbd || won.mean > 3.0 * won.standard_error);
    }
    assert!(report.to_string().ends_with("It beats every baseline."), "{report}");
}

#[test]
fn fewer_parameters_win_within_one_standard_error() {
    let log = log(Process::Nbd { r: 0.9, alpha: 8.0 }, 1500, 4);
    let choice = ModelChoice::params().choose(&[split_at(&log, CUT, END)], &histories(&log, END)).expect("every candidate fits");
    assert_eq!(choice.report.chosen, ModelKind::Nbd, "{}", choice.report);
    assert_ne!(choice.report.reason, ChoiceReason::OnlyOne);
}

#[test]
fn rolling_origins_pool_and_failures_are_listed() {
    let log = log(BG, 1200, 5);
    let splits = [split_at(&log, 26.0, CUT), split_at(&log, CUT, 52.0), split_at(&log, 52.0, END)];
    let choice = ModelChoice::params()
        .candidates([ModelKind::BgNbd, ModelKind::Nbd, ModelKind::Sbg])
        .choose(&splits, &histories(&log, END))
        .expect("two candidates fit");
    let report = choice.report;
    assert_eq!(report.failures.len(), 1);
    assert_eq!(report.failures[0].model, ModelKind::Sbg);
    for candidate in &report.candidates {
        assert_eq!(candidate.origins.len(), 3);
        assert_eq!(candidate.fits.len(), 3);
        let pooled = super::pooled_accuracy(&candidate.origins).expect("customers");
        assert!((pooled.log_score.mean - candidate.log_score.mean).abs() < 1e-12);
        assert!((pooled.log_score.standard_error - candidate.log_score.standard_error).abs() < 1e-12);
    }
    assert_eq!(report.baselines.len(), 3);
    let text = serde_json::to_string(&report).expect("plain data");
    let back: super::ChoiceReport = serde_json::from_str(&text).expect("its own output");
    assert_eq!(back.chosen, report.chosen);
}
