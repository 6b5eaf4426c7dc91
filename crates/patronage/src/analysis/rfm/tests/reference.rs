//! Published numbers on the orders of R package `rfm` (995 customers at 2006-12-31), and those of other tools on the
//! same customers: pandas 2.2 for the `qcut` and `cut` presets and ranks, SQL `NTILE`.

use super::*;
use crate::analysis::fixtures::{cdnow_customers, r_customers, r_expected};

/// The sum of all codes.
fn total(codes: &[u16]) -> u64 {
    codes.iter().map(|code| u64::from(*code)).sum()
}

fn counts(scores: &[u8]) -> [u64; 5] {
    let mut counts = [0; 5];
    for score in scores {
        counts[usize::from(*score) - 1] += 1;
    }
    counts
}

fn segment_counts(params: RfmParams, customers: &Customers) -> Vec<(String, u64)> {
    let scores = score(&fit(params, customers), customers);
    let mut counts: Vec<(String, u64)> = scores.segments().iter().map(|segment| segment.key().to_owned()).zip(scores.counts()).collect();
    counts.sort_by(|a, b| b.1.cmp(&a.1).then_with(|| a.0.cmp(&b.0)));
    counts
}

fn owned(expected: &[(&str, u64)]) -> Vec<(String, u64)> {
    expected.iter().map(|(key, count)| ((*key).to_owned(), *count)).collect()
}

#[test]
fn r_rfm_row_for_row() {
    let (Some(customers), Some(expected)) = (r_customers(), r_expected()) else { return };
    let model = fit(Rfm::params().scoring(Scoring::RRfm), &customers);
    let scores = score(&model, &customers);
    let codes: Vec<u16> = scores.codes().collect();
    assert_eq!(expected.len(), customers.len());
    let recency: Vec<u32> = customers.recency_days().collect();
    for (id, [days, orders, money], code) in expected {
        let Some(row) = customers.find(&id) else { panic!("{id} is missing") };
        assert_eq!((recency[row], customers.frequency()[row], customers.monetary()[row]), (days, orders, i128::from(money)), "{id}");
        assert_eq!(codes[row], code, "{id}");
    }
    let thresholds = Axis::ALL.map(|axis| model.axis(axis).thresholds().unwrap_or_default());
    assert_eq!(thresholds, [[115.0, 181.0, 297.4, 482.0], [4.0, 5.0, 6.0, 8.0], [255.8, 382.0, 506.4, 666.0]]);
    assert_eq!(counts(scores.recency()), [197, 200, 199, 199, 200]);
    assert_eq!(counts(scores.frequency()), [268, 187, 176, 244, 120]);
    assert_eq!(counts(scores.monetary()), [200, 200, 198, 202, 195]);
    assert_eq!(total(&codes), 329_437);
}

#[test]
fn other_presets() {
    let Some(customers) = r_customers() else { return };
    let of = |scoring| codes(Rfm::params().scoring(scoring), &customers);
    let ours = of(Scoring::RRfm);
    let differing = |codes: &[u16]| codes.iter().zip(&ours).filter(|(a, b)| a != b).count();
    let ntile = of(Scoring::SqlNtile);
    assert_eq!((total(&ntile), differing(&ntile)), (331_335, 247));
    let rank_first = of(Scoring::QcutRankFirst);
    assert_eq!((total(&rank_first), differing(&rank_first)), (331_335, 244));
    for scoring in [Scoring::SqlNtile, Scoring::QcutRankFirst] {
        let scores = score(&fit(Rfm::params().scoring(scoring), &customers), &customers);
        assert_eq!([scores.recency(), scores.frequency(), scores.monetary()].map(counts), [[199; 5]; 3]);
    }
    // No quantile of these data is tied, so merging duplicate edges changes nothing.
    assert_eq!(total(&of(Scoring::QcutValue)), 329_339);
    assert_eq!(total(&of(Scoring::Quantile)), 329_339);
    // pandas: cut(x, 5); the formula of SPSS on rank(); quantile(.33) and quantile(.66).
    assert_eq!(total(&of(Scoring::EqualWidth)), 423_560);
    assert_eq!(total(&of(Scoring::SpssIndependent)), 329_987);
    assert_eq!(total(&of(Scoring::SpssNested)), 331_539);
    let model = fit(Rfm::params().scoring(Scoring::Klaviyo3), &customers);
    assert_eq!(model.axis(Axis::Frequency).thresholds(), Some(vec![4.0, 6.0]));
    assert_eq!(model.axis(Axis::Monetary).thresholds(), Some(vec![341.02, 548.04]));
    assert_eq!(total(&of(Scoring::Klaviyo3)), 224_089);
    // qcut(…, 4, duplicates="drop") of purchase days and of money per purchase day.
    assert_eq!(total(&of(Scoring::PymcQuartile)), 274_717);
}

#[test]
fn quantile_on_cdnow() {
    let Some(customers) = cdnow_customers() else { return };
    let model = fit(Rfm::params(), &customers);
    // More than half bought on one day only: two cuts are 1, and score 2 is left unused.
    assert_eq!(model.axis(Axis::Frequency).thresholds(), Some(vec![1.0, 1.0, 2.0, 4.0]));
    assert_eq!(counts(score(&model, &customers).frequency()), [1218, 0, 403, 358, 378]);
    assert!(model.notes().contains(&Note::Dominant { axis: Axis::Frequency, value: 1.into(), customers: 1218, of: 2357 }));
    assert!(model.notes().contains(&Note::UnusedScores { axis: Axis::Frequency, scores: vec![2] }));
}

#[test]
fn weighted() {
    let Some(customers) = r_customers() else { return };
    let scores = score(&fit(Rfm::params().scoring(Scoring::Weighted), &customers), &customers);
    // pandas: rank(), bounds 4.5, 4, 3, 1.6; the scores sum to 2,490.0.
    assert_eq!(scores.counts(), [56, 94, 224, 349, 272]);
    assert!((scores.weighted().unwrap_or_default().iter().sum::<f64>() - 2_490.0).abs() < 1e-9);
}

#[test]
fn eleven() {
    let Some(customers) = r_customers() else { return };
    let expected = [
        ("hibernating", 147),
        ("champions", 139),
        ("at_risk", 137),
        ("lost", 111),
        ("potential_loyalist", 104),
        ("new_customers", 99),
        ("loyal", 98),
        ("promising", 55),
        ("need_attention", 53),
        ("about_to_sleep", 30),
        ("cannot_lose", 22),
    ];
    assert_eq!(segment_counts(Rfm::params().scoring(Scoring::RRfm), &customers), owned(&expected));
}

#[test]
fn r_rfm_readme() {
    let Some(customers) = r_customers() else { return };
    let model = fit(Rfm::params().scoring(Scoring::RRfm).map(SegmentMap::r_rfm_readme()), &customers);
    let scores = score(&model, &customers);
    let sums = |key: &str| {
        let own = |row: &usize| scores.segments()[usize::from(scores.segment()[*row])].key() == key;
        let rows: Vec<usize> = (0..customers.len()).filter(own).collect();
        let orders: u32 = rows.iter().map(|row| customers.orders()[*row]).sum();
        let money: i128 = rows.iter().map(|row| customers.monetary()[*row]).sum();
        (rows.len(), orders, money)
    };
    assert_eq!(sums("potential_loyalist"), (342, 2_211, 204_856));
    assert_eq!(sums("loyal"), (170, 799, 76_562));
    assert_eq!(sums("lost"), (148, 393, 35_324));
    assert_eq!(sums("new_customers"), (104, 329, 28_837));
    assert_eq!(sums("champions"), (35, 316, 31_646));
}

#[test]
fn eight_value() {
    let Some(customers) = r_customers() else { return };
    let expected = [
        ("key_value", 274),
        ("general_winback", 222),
        ("general_develop", 185),
        ("key_keep", 125),
        ("general_value", 102),
        ("general_keep", 39),
        ("key_winback", 28),
        ("key_develop", 20),
    ];
    let counts = segment_counts(Rfm::params().map(SegmentMap::eight_value()), &customers);
    assert_eq!(counts, owned(&expected));
}

#[test]
fn other_cuts_of_high_and_low() {
    let Some(customers) = r_customers() else { return };
    let counts = |cut| score(&fit(Rfm::params().map(SegmentMap::eight_value().with_cut(cut)), &customers), &customers).counts();
    // pandas, in the order key value, develop, keep, win back, general value, develop, keep, win back.
    assert_eq!(counts(HighLowCut::MeanOfValues), [274, 20, 125, 28, 102, 185, 39, 222]);
    assert_eq!(counts(HighLowCut::Median), [216, 72, 111, 95, 20, 188, 17, 276]);
    assert_eq!(counts(HighLowCut::MeanOfScores), [233, 43, 246, 73, 27, 96, 34, 243]);
    let fixed = HighLowCut::Fixed { recency_days: 180.into(), frequency: 5.into(), monetary: 500.into() };
    assert_eq!(counts(fixed), [157, 30, 137, 76, 33, 175, 37, 350]);
}

#[test]
fn maps_of_other_tools() {
    let Some(customers) = r_customers() else { return };
    let expected = [
        ("hibernating", 240),
        ("loyal", 169),
        ("potential_loyalists", 146),
        ("at_risk", 136),
        ("champions", 99),
        ("about_to_sleep", 76),
        ("need_attention", 46),
        ("promising", 31),
        ("new", 30),
        ("cant_lose", 22),
    ];
    assert_eq!(segment_counts(Rfm::params().map(SegmentMap::rf_ten()), &customers), owned(&expected));
    let expected = [("recent", 225), ("inactive", 220), ("champions", 167), ("loyal", 148), ("at_risk", 147), ("needs_attention", 88)];
    assert_eq!(segment_counts(Rfm::params().scoring(Scoring::Klaviyo3), &customers), owned(&expected));
}
