//! The choice of a customer-base model, for people.

use std::fmt::Write;

use patronage::analysis::clv::evaluation::{ChoiceReason, ChoiceReport, Evaluation, MeanWithError};

use crate::grid::{Align, Grid};

/// The models beside the baselines, and what the choice rests on, in a few lines.
#[must_use]
pub fn choice(report: &ChoiceReport) -> String {
    let mut text = grid(report).plain();
    let _ = writeln!(text, "\n\n{}", verdict(report));
    for failure in &report.failures {
        let _ = writeln!(text, "{} could not be fitted: {}", failure.model, failure.reason);
    }
    text
}

/// What was chosen, by how much it won, and whether it beats forecasts that need no model.
pub(crate) fn verdict(report: &ChoiceReport) -> String {
    let mut text = match report.reason {
        ChoiceReason::HighestScore => {
            // An Erlang-k model with k = 1 is the model without k: no opponent.
            let same = |won: MeanWithError| won.mean.abs() < 1e-6 && won.standard_error < 1e-6;
            let second = report.candidates.iter().find(|other| other.model != report.chosen && !same(other.chosen_won_by));
            second.map_or_else(
                || format!("{} has the highest log score", report.chosen),
                |second| {
                    format!(
                        "{} wins by {:.4} ± {:.4} nats per customer over {}",
                        report.chosen, second.chosen_won_by.mean, second.chosen_won_by.standard_error, second.model
                    )
                },
            )
        }
        ChoiceReason::SimplerWithinOneStandardError { best } => {
            let behind = report.candidates.iter().find(|candidate| candidate.model == best);
            let by = behind.map_or(0.0, |best| -best.chosen_won_by.mean);
            format!(
                "{} is taken: {best} scores {by:.4} nats per customer more, within one standard error, with more parameters",
                report.chosen
            )
        }
        ChoiceReason::OnlyOne => format!("{} is the only model that could be fitted", report.chosen),
    };
    let least = report.baselines.iter().min_by(|one, other| one.chosen_won_by.mean.total_cmp(&other.chosen_won_by.mean));
    if let Some(least) = least {
        let _ = write!(
            text,
            "; it {} (best of them: {}, {:.4} ± {:.4} behind)",
            if report.beats_baselines { "beats all baselines" } else { "does not beat every baseline" },
            least.baseline,
            least.chosen_won_by.mean,
            least.chosen_won_by.standard_error
        );
    }
    text
}

pub(crate) fn grid(report: &ChoiceReport) -> Grid {
    let right = ["log score", "± s.e.", "chosen won by", "± s.e.", "MAE", "RMSE", "forecast", "actual"].map(|name| (name, Align::Right));
    let header: Vec<(&str, Align)> = [("model", Align::Left)].into_iter().chain(right).collect();
    let mut grid = Grid::new(&header);
    let mut row = |name: String, score: (f64, f64), won: (f64, f64), origins: &[Evaluation]| {
        let over = |value: fn(&Evaluation) -> f64| origins.iter().map(value).sum::<f64>();
        let mean = |value: fn(&Evaluation) -> f64| over(value) / origins.len().max(1) as f64;
        grid.push(vec![
            name,
            format!("{:.4}", score.0),
            format!("{:.4}", score.1),
            format!("{:.4}", won.0),
            format!("{:.4}", won.1),
            format!("{:.3}", mean(|origin| origin.accuracy.mae)),
            format!("{:.3}", mean(|origin| origin.accuracy.rmse)),
            format!("{:.0}", over(|origin| origin.accuracy.expected_purchases)),
            format!("{:.0}", over(|origin| origin.accuracy.actual_purchases)),
        ]);
    };
    for candidate in &report.candidates {
        let mark = if candidate.model == report.chosen { " (chosen)" } else { "" };
        let (score, won) = (candidate.log_score, candidate.chosen_won_by);
        row(format!("{}{mark}", candidate.model), (score.mean, score.standard_error), (won.mean, won.standard_error), &candidate.origins);
    }
    for baseline in &report.baselines {
        let (score, won) = (baseline.log_score, baseline.chosen_won_by);
        row(
            format!("baseline: {}", baseline.baseline),
            (score.mean, score.standard_error),
            (won.mean, won.standard_error),
            &baseline.origins,
        );
    }
    grid
}
