//! The words.

use super::*;

#[test]
fn reasons_are_plain_english() {
    let customers = ladder();
    let reasons = |params: RfmParams, row: usize| {
        let scores = score(&fit(params, &customers), &customers);
        scores.reasons()[scores.reason()[row] as usize].clone()
    };
    assert_eq!(
        reasons(Rfm::params(), 2),
        "R3 (last purchase 81–140 days ago) · F3 (3–4 orders) · M2 (18.01 to 20.00) → rule `332` of map eleven → hibernating; \
         up: R4 (last purchase 41–80 days ago) → potential_loyalist, F4 (5–8 orders) → potential_loyalist, M3 (20.01 to 44.00) → potential_loyalist; \
         down: F1 (1 order) → about_to_sleep, M1 (≤ 18.00) → about_to_sleep"
    );
    assert_eq!(
        reasons(Rfm::params().map(SegmentMap::eight_value()), 3),
        "R high (last purchase ≤ 150 days ago) · F low (≤ 6 orders) · M low (≤ 225.80) → rule `high low low` of map eight_value → general_develop; \
         up: F high (≥ 7 orders) → general_value, M high (≥ 225.81) → key_develop; down: R low (last purchase ≥ 151 days ago) → general_winback"
    );
    assert_eq!(
        reasons(Rfm::params().scoring(Scoring::Weighted), 4),
        "weighted score above 4.5 (0.05·(0.15·R + 0.28·F + 0.57·M), ranks to 100) → map weighted_levels → top; up: none; down: 4.5 or less → high"
    );
    assert!(
        reasons(Rfm::params().scoring(Scoring::SqlNtile), 0).starts_with("R1 (last purchase ≥ 200 days ago, ties by customer id) · F1 (")
    );
    assert!(reasons(Rfm::params().scoring(Scoring::PymcQuartile), 0).contains("per purchase period"));
}

#[test]
fn distances_are_exact() {
    let customers = ladder();
    let model = fit(Rfm::params(), &customers);
    let Ok(explanation) = explain(&model, &customers, 2) else { panic!("row 2 exists") };
    assert_eq!(
        explanation.to_string(),
        "c02: hibernating (recency 100 days, frequency 3, monetary 20; scores 3 3 2)\n  \
         because R3 (last purchase 81–140 days ago) · F3 (3–4 orders) · M2 (18.01 to 20.00) → rule `332` of map eleven → hibernating; \
         up: R4 (last purchase 41–80 days ago) → potential_loyalist, F4 (5–8 orders) → potential_loyalist, M3 (20.01 to 44.00) → potential_loyalist; \
         down: F1 (1 order) → about_to_sleep, M1 (≤ 18.00) → about_to_sleep\n  \
         up to potential_loyalist: a last purchase 20 days more recent\n  \
         up to potential_loyalist: 2 orders more\n  \
         up to potential_loyalist: +0.01 money\n  \
         down to about_to_sleep: 2 orders fewer\n  \
         down to about_to_sleep: -2.00 money\n"
    );
    let distances: Vec<String> = explanation.moves.iter().map(|step| step.distance().to_string()).collect();
    assert_eq!(distances, ["20", "2", "0.01", "2", "2"]);
    assert!(model.explain(&customers, 5).is_err());
}
