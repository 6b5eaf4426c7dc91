//! What a book says about the future, in a few lines.

use std::fmt::Write;

use patronage::SegmentBook;

use crate::choice::verdict;
use crate::numbers::grouped;

/// A title and what stands under it; none in a book without values.
pub(crate) fn summary(book: &SegmentBook) -> Option<(&'static str, String)> {
    let analysis = book.manifest().analyses.clv.as_ref()?;
    let total = |name: &str| {
        let column = book.segments().column(name).ok()?.f64().ok()?.clone();
        Some(column.iter().flatten().sum::<f64>())
    };
    let whole = |number: f64| grouped(&format!("{number:.0}"));
    let days = analysis.terms.horizon_days.unwrap_or_default();
    let horizon = if days % 7.0 == 0.0 { format!("{} weeks", days / 7.0) } else { format!("{days} days") };
    let mut text = format!("model {}", analysis.model.model);
    if let Some(reduction) = analysis.model.reduces_to {
        let _ = write!(text, " ({reduction})");
    }
    if let (Some(choice), Some(end)) = (&analysis.choice, analysis.calibration_end) {
        let _ = write!(text, ", chosen on the hold-out after {end}\n{}", verdict(choice));
    }
    if let Some(alive) = total("probability_alive") {
        let _ = write!(text, "\nstill customers {}", whole(alive));
    }
    if let Some(purchases) = total("expected_purchases") {
        let _ = write!(text, "\npurchases expected in {horizon} {}", whole(purchases));
    }
    if let Some(value) = total("residual_value") {
        let (discount, margin) = (analysis.terms.annual_discount * 100.0, analysis.terms.margin);
        let _ = write!(text, "\nresidual value {} ({horizon}, {discount:.1} % a year, margin {margin})", whole(value));
    }
    Some(("The customer base", text))
}
