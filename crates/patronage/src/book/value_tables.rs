//! The tables of the customer-base models.

use polars::prelude::{Column, DataFrame};

use super::value::Values;
use crate::analysis::clv::Fit;
use crate::analysis::clv::evaluation::{ChoiceReport, Evaluation, MeanWithError};
use crate::analysis::rfm::Segment;
use crate::error::Result;
use crate::frames;

/// `models`, `calibration` and `tracking` of a choice, and `value` by segment where there are segments.
pub(super) fn tables(values: &Values, segments: Option<(&[Segment], &[u16])>) -> Result<Vec<(String, DataFrame)>> {
    let mut tables = Vec::new();
    if let Some(report) = &values.choice {
        tables.push(("models".to_owned(), models(report)?));
        let chosen = report.candidates.iter().find(|candidate| candidate.model == report.chosen);
        if let Some(last) = chosen.and_then(|candidate| candidate.origins.last()) {
            tables.push(("calibration".to_owned(), calibration(last)?));
            tables.push(("tracking".to_owned(), tracking(last)?));
        }
    }
    if let Some((segments, places)) = segments {
        tables.push(("value".to_owned(), by_segment(values, segments, places)?));
    }
    Ok(tables)
}

/// Every candidate and baseline: score, by how much the chosen one won, errors.
fn models(report: &ChoiceReport) -> Result<DataFrame> {
    struct Row<'a> {
        name: String,
        kind: &'static str,
        parameters: Option<u32>,
        coefficients: Option<String>,
        score: MeanWithError,
        won: MeanWithError,
        chosen: bool,
        beaten: Option<bool>,
        origin: Option<&'a Evaluation>,
    }
    let coefficients = |fit: &Fit| {
        fit.parameters.iter().map(|parameter| format!("{} {}", parameter.symbol, parameter.value)).collect::<Vec<_>>().join("; ")
    };
    let candidates = report.candidates.iter().map(|candidate| Row {
        name: candidate.model.to_string(),
        kind: "model",
        parameters: Some(candidate.parameters),
        coefficients: candidate.fits.last().map(coefficients),
        score: candidate.log_score,
        won: candidate.chosen_won_by,
        chosen: candidate.model == report.chosen,
        beaten: None,
        origin: candidate.origins.last(),
    });
    let baselines = report.baselines.iter().map(|baseline| Row {
        name: baseline.baseline.to_string(),
        kind: "baseline",
        parameters: None,
        coefficients: None,
        score: baseline.log_score,
        won: baseline.chosen_won_by,
        chosen: false,
        beaten: Some(baseline.beaten),
        origin: baseline.origins.last(),
    });
    let rows: Vec<Row<'_>> = candidates.chain(baselines).collect();
    let number = |name: &str, value: &dyn Fn(&Row<'_>) -> Option<f64>| {
        Column::new(name.into(), rows.iter().map(value).collect::<Vec<Option<f64>>>())
    };
    let columns = vec![
        frames::texts("model", rows.len(), rows.iter().map(|row| row.name.as_str())),
        frames::texts("kind", rows.len(), rows.iter().map(|row| row.kind)),
        Column::new("free_parameters".into(), rows.iter().map(|row| row.parameters).collect::<Vec<_>>()),
        Column::new("parameters".into(), rows.iter().map(|row| row.coefficients.clone()).collect::<Vec<Option<String>>>()),
        number("log_score", &|row| Some(row.score.mean)),
        number("standard_error", &|row| Some(row.score.standard_error)),
        number("chosen_won_by", &|row| Some(row.won.mean)),
        number("chosen_won_by_standard_error", &|row| Some(row.won.standard_error)),
        Column::new("chosen".into(), rows.iter().map(|row| row.chosen).collect::<Vec<bool>>()),
        Column::new("beaten".into(), rows.iter().map(|row| row.beaten).collect::<Vec<Option<bool>>>()),
        number("mae", &|row| row.origin.map(|origin| origin.accuracy.mae)),
        number("rmse", &|row| row.origin.map(|origin| origin.accuracy.rmse)),
        number("expected_purchases", &|row| row.origin.map(|origin| origin.accuracy.expected_purchases)),
        number("actual_purchases", &|row| row.origin.map(|origin| origin.accuracy.actual_purchases)),
    ];
    frames::frame(rows.len(), columns)
}

/// Deciles of the chosen model's forecast: calibration, lift and gain.
fn calibration(origin: &Evaluation) -> Result<DataFrame> {
    let rows = &origin.deciles;
    let columns = vec![
        Column::new("decile".into(), rows.iter().map(|row| u32::from(row.decile)).collect::<Vec<_>>()),
        Column::new("customers".into(), rows.iter().map(|row| row.customers).collect::<Vec<_>>()),
        Column::new("expected".into(), rows.iter().map(|row| row.expected).collect::<Vec<_>>()),
        Column::new("actual".into(), rows.iter().map(|row| row.actual.mean).collect::<Vec<_>>()),
        Column::new("actual_standard_error".into(), rows.iter().map(|row| row.actual.standard_error).collect::<Vec<_>>()),
        Column::new("lift".into(), rows.iter().map(|row| row.lift).collect::<Vec<_>>()),
        Column::new("gain".into(), rows.iter().map(|row| row.gain).collect::<Vec<_>>()),
    ];
    frames::frame(rows.len(), columns)
}

/// The chosen model week by week.
fn tracking(origin: &Evaluation) -> Result<DataFrame> {
    let rows = &origin.tracking;
    let columns = vec![
        Column::new("time".into(), rows.iter().map(|row| row.time).collect::<Vec<_>>()),
        Column::new("holdout".into(), rows.iter().map(|row| row.holdout).collect::<Vec<bool>>()),
        Column::new("expected".into(), rows.iter().map(|row| row.expected).collect::<Vec<_>>()),
        Column::new("actual".into(), rows.iter().map(|row| row.actual).collect::<Vec<_>>()),
        Column::new("cumulative_expected".into(), rows.iter().map(|row| row.cumulative_expected).collect::<Vec<_>>()),
        Column::new("cumulative_actual".into(), rows.iter().map(|row| row.cumulative_actual).collect::<Vec<_>>()),
    ];
    frames::frame(rows.len(), columns)
}

/// Customers, expected purchases and residual value of each segment.
fn by_segment(values: &Values, segments: &[Segment], places: &[u16]) -> Result<DataFrame> {
    let mut customers = vec![0_u64; segments.len()];
    let mut purchases = vec![0.0; segments.len()];
    let mut worth = vec![0.0; segments.len()];
    for (row, &place) in places.iter().enumerate() {
        let place = usize::from(place);
        customers[place] += 1;
        purchases[place] += values.expected_purchases[row];
        worth[place] += values.residual_value.as_ref().map_or(0.0, |value| value[row]);
    }
    let mut columns = vec![
        frames::texts("segment", segments.len(), segments.iter().map(Segment::key)),
        frames::texts("name_en", segments.len(), segments.iter().map(Segment::name_en)),
        frames::texts("name_zh", segments.len(), segments.iter().map(Segment::name_zh)),
        Column::new("customers".into(), customers),
        Column::new("expected_purchases".into(), purchases),
    ];
    if values.residual_value.is_some() {
        columns.push(Column::new("residual_value".into(), worth));
    }
    frames::frame(segments.len(), columns)
}
