//! Reduced versions of the studies in `examples/`, which fit 1,000 worlds per model. Seeds are fixed.

use patronage::analysis::clv::ModelKind;

use super::study::{coverage, endings};

/// Every fit ends at a maximum or on a named ridge, no lower than the fit that starts from the truth.
#[track_caller]
fn ends_well(model: ModelKind, worlds: u64) {
    let endings = endings(model, 0..worlds);
    assert!(endings.failures.is_empty(), "{} of {worlds}: {:#?}", endings.failures.len(), endings.failures);
    assert_eq!(endings.converged + endings.ridges.values().sum::<u64>(), endings.worlds);
    assert!(3 * endings.converged > worlds, "{} of {worlds} are maxima: {:?}", endings.converged, endings.ridges);
}

/// 95 % intervals hold the truth in 93-97 % of 1,000 worlds (`examples/study_coverage.rs`). Here a few hundred intervals,
/// not all independent, leave a standard error of about 1.3 %, so the pooled share is held to 91-99 %.
#[track_caller]
fn covers(model: ModelKind, worlds: u64) {
    let coverage = coverage(model, 0..worlds);
    assert!(coverage.left_out * 10 <= worlds, "{} of {worlds} left out", coverage.left_out);
    let pooled = coverage.pooled();
    assert!((0.91..=0.99).contains(&pooled), "{model}: {pooled}, {:?}", coverage.covered);
    for symbol in coverage.covered.keys() {
        let bias = coverage.bias[symbol] / coverage.worlds as f64;
        assert!(coverage.of(symbol) >= 0.88, "{model} {symbol}: {}", coverage.of(symbol));
        // Standard error 1/√worlds; maximum likelihood itself is biased by a few hundredths.
        assert!(bias.abs() < 4.0 / (worlds as f64).sqrt() + 0.1, "{model} {symbol}: bias of {bias} standard errors");
    }
}

#[test]
fn purchase_models_end_well() {
    for model in [ModelKind::Nbd, ModelKind::BgNbd, ModelKind::MbgNbd] {
        ends_well(model, 40);
    }
    ends_well(ModelKind::ParetoNbd, 16);
}

#[test]
fn regular_buyers_end_well() {
    ends_well(ModelKind::BgCnbd, 12);
    ends_well(ModelKind::MbgCnbd, 12);
}

#[test]
fn opportunities_money_and_contracts_end_well() {
    for model in [ModelKind::BgBb, ModelKind::GammaGamma, ModelKind::Sbg, ModelKind::Bdw] {
        ends_well(model, 60);
    }
}

#[test]
fn intervals_of_purchase_models_cover() {
    for model in [ModelKind::Nbd, ModelKind::BgNbd, ModelKind::MbgNbd] {
        covers(model, 100);
    }
    covers(ModelKind::ParetoNbd, 50);
    covers(ModelKind::BgCnbd, 25);
}

#[test]
fn intervals_of_opportunities_money_and_contracts_cover() {
    for model in [ModelKind::BgBb, ModelKind::GammaGamma, ModelKind::Sbg, ModelKind::Bdw] {
        covers(model, 100);
    }
}
