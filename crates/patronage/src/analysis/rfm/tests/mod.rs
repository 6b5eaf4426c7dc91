//! Tests of the whole analysis: settings, published numbers, properties.

mod explained;
mod properties;
mod reference;
mod rejected;

use super::*;
use crate::analysis::fixtures::numbered;
use crate::customers::Customers;

/// Thresholds for three scores, for tests of scoring `custom`.
fn three() -> Thresholds {
    Thresholds::new(&[10.0, 20.0], &[1.0, 5.0], &[1.0, 500.0]).unwrap_or_else(|error| panic!("{error}"))
}

/// Every preset, ready to fit.
fn every_preset() -> impl Iterator<Item = RfmParams> {
    Scoring::ALL.into_iter().map(|scoring| {
        let params = Rfm::params().scoring(scoring);
        if scoring == Scoring::Custom { params.thresholds(three()) } else { params }
    })
}

fn fit(params: RfmParams, customers: &Customers) -> RfmModel {
    params.fit(customers).unwrap_or_else(|error| panic!("{error}"))
}

fn score(model: &RfmModel, customers: &Customers) -> RfmScores {
    model.score(customers).unwrap_or_else(|error| panic!("{error}"))
}

fn codes(params: RfmParams, customers: &Customers) -> Vec<u16> {
    score(&fit(params, customers), customers).codes().collect()
}

/// Five customers, one for each score, the best last; with one tie in money.
fn ladder() -> Customers {
    numbered(&[(400, 1, 1_000), (200, 2, 2_000), (100, 3, 2_000), (50, 6, 8_000), (1, 20, 99_900)])
}

#[test]
fn quantile_on_small_data() {
    // q(i/5) of n = 5 at positions 0.8, 1.6, 2.4, 3.2; money 18, 20, 44, 263.80.
    let customers = ladder();
    let model = fit(Rfm::params(), &customers);
    assert_eq!(model.axis(Axis::Monetary).thresholds(), Some(vec![18.0, 20.0, 44.0, 263.8]));
    assert_eq!(score(&model, &customers).codes().collect::<Vec<_>>(), [111, 222, 332, 444, 555]);
}

#[test]
fn degenerate_axes_are_noted() {
    let customers = numbered(&[(5, 1, 100), (9, 1, 200), (9, 1, 300), (20, 1, 400), (30, 7, 500)]);
    let model = fit(Rfm::params(), &customers);
    let notes: Vec<String> = model.notes().iter().map(ToString::to_string).collect();
    assert_eq!(
        notes,
        [
            "nobody has recency score 3",
            "frequency tells little apart: 80.0 % of the customers have the value 1",
            "nobody has frequency score 2 3 4"
        ]
    );
    let chinese: Vec<String> = model.notes().iter().map(Note::text_zh).collect();
    assert_eq!(chinese, ["没有客户的近度得分为 3", "频度的区分度低：80.0 % 的客户取值均为 1", "没有客户的频度得分为 2、3、4"]);
    let model = fit(Rfm::params().scoring(Scoring::SqlNtile), &customers);
    assert!(model.notes().contains(&Note::TiesSplit { axis: Axis::Frequency, customers: 4 }), "{:?}", model.notes());
}

#[test]
fn one_customer_is_scored() {
    let customers = numbered(&[(3, 1, 100)]);
    for params in every_preset() {
        let model = fit(params, &customers);
        assert_eq!(score(&model, &customers).len(), 1);
        assert!(model.notes().contains(&Note::FewCustomers { customers: 1 }));
    }
    let few = Note::FewCustomers { customers: 1 };
    assert_eq!(
        (few.to_string().as_str(), few.text_zh().as_str()),
        ("there is 1 customer, fewer than scores", "仅有 1 位客户，少于得分的档数")
    );
    let split = Note::TiesSplit { axis: Axis::Monetary, customers: 4 };
    assert_eq!(split.text_zh(), "4 位客户的金额与其他客户相同，但得分不同");
}

#[test]
fn mean_order_divides_by_orders() {
    let customers = ladder();
    let model = fit(Rfm::params().scoring(Scoring::EqualWidth).bins(2).monetary(MonetaryKind::MeanOrder), &customers);
    // Means 10, 10, 6.666667, 13.333333, 49.95: the middle of 6.666667 and 49.95.
    assert_eq!(model.axis(Axis::Monetary).thresholds(), Some(vec![28.308_333]));
}

#[test]
fn frozen_thresholds_apply_to_other_scales() {
    let customers = ladder();
    let model = fit(Rfm::params(), &customers);
    let same = crate::analysis::fixtures::customers_at_scale(
        (0..customers.len()).map(|row| customers.row(row)).map(|row| {
            let days = u32::try_from((customers.as_of() - row.last_purchase).num_days()).unwrap_or_default();
            (row.customer_id, days, row.orders, row.monetary * 100)
        }),
        4,
    );
    let (ours, theirs) = (score(&model, &customers), score(&model, &same));
    assert_eq!(ours.codes().collect::<Vec<_>>(), theirs.codes().collect::<Vec<_>>());
}

#[test]
fn high_and_low_on_small_data() {
    let customers = ladder();
    let keys = |cut| {
        let scores = score(&fit(Rfm::params().map(SegmentMap::eight_value().with_cut(cut)), &customers), &customers);
        scores.segment().iter().map(|segment| scores.segments()[usize::from(*segment)].key().to_owned()).collect::<Vec<_>>()
    };
    // Means 150.2 days, 6.4 orders, 225.80; medians 100 days, 3 orders, 20.00: beyond is strictly beyond.
    assert_eq!(keys(HighLowCut::MeanOfValues), ["general_winback", "general_winback", "general_develop", "general_develop", "key_value"]);
    assert_eq!(keys(HighLowCut::Median), ["general_winback", "general_winback", "general_winback", "key_value", "key_value"]);
    // Mean scores 3, 3, 2.8.
    assert_eq!(keys(HighLowCut::MeanOfScores), ["general_winback", "general_winback", "general_winback", "key_value", "key_value"]);
}

#[test]
fn who_does_nothing_only_ages() {
    let customers = ladder();
    let model = fit(Rfm::params(), &customers);
    let mut later = customers.clone();
    later.settings.as_of = customers.as_of() + chrono::Days::new(30);
    let (then, now) = (score(&model, &customers), score(&model, &later));
    assert_eq!((then.frequency(), then.monetary()), (now.frequency(), now.monetary()));
    // 400, 200, 100, 50 and 1 days have become 430, 230, 130, 80 and 31; the cuts are 40.2, 80, 140 and 240.
    assert_eq!((then.recency(), now.recency()), (&[1, 2, 3, 4, 5][..], &[1, 2, 3, 4, 5][..]));
    later.settings.as_of = customers.as_of() + chrono::Days::new(50);
    assert_eq!(score(&model, &later).recency(), [1, 1, 2, 3, 4]);
}

#[test]
fn every_preset_has_a_name() {
    for scoring in Scoring::ALL {
        assert_eq!(scoring.to_string().parse::<Scoring>().ok(), Some(scoring));
        assert_eq!(serde_json::to_string(&scoring).ok(), Some(format!("\"{scoring}\"")));
    }
    assert!("quantiles".parse::<Scoring>().is_err());
}

#[test]
fn a_model_is_data() {
    let customers = ladder();
    for params in every_preset() {
        let model = fit(params, &customers);
        let text = serde_json::to_string(&model).unwrap_or_else(|error| panic!("{error}"));
        let back: RfmModel = serde_json::from_str(&text).unwrap_or_else(|error| panic!("{error}: {text}"));
        assert_eq!(back, model);
        let toml = toml::to_string(&model).unwrap_or_else(|error| panic!("{error}"));
        assert_eq!(toml::from_str::<RfmModel>(&toml).ok(), Some(model));
    }
}

#[test]
fn weighted_levels_follow_the_score() {
    let customers = ladder();
    let model = fit(Rfm::params().scoring(Scoring::Weighted), &customers);
    let scores = score(&model, &customers);
    // Ranks 1 2 3 4 5 of 5, money 1 2.5 2.5 4 5: 0.05 · 20 · (0.15·r + 0.28·f + 0.57·m).
    let expected = [1.0, 0.43 * 2.0 + 0.57 * 2.5, 0.43 * 3.0 + 0.57 * 2.5, 4.0, 5.0];
    for (ours, expected) in scores.weighted().unwrap_or_default().iter().zip(expected) {
        assert!((ours - expected).abs() < 1e-12, "{ours} {expected}");
    }
    let keys: Vec<&str> = scores.segment().iter().map(|segment| scores.segments()[usize::from(*segment)].key()).collect();
    assert_eq!((keys[0], keys[1], keys[4]), ("lost", "low", "top"));
}
