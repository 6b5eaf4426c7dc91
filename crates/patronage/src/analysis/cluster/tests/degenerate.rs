//! Customers who are all alike, too few, or of one value in one feature.

use super::{Numbers, fit, quick, score, three_groups};
use crate::ErrorKind;
use crate::analysis::cluster::{Feature, Note, Scaling, Spread};
use crate::analysis::fixtures::{Raw, customers, numbered};
use crate::words::numbers;

#[test]
fn two_hundred_identical_customers_are_one_cluster() {
    let customers = customers((0..200).map(|at| (format!("c{at:03}"), 10, 2, 5_000)));
    let model = fit(quick(), &customers);
    let scores = score(&model, &customers);
    assert!(scores.cluster().iter().all(|cluster| *cluster == 1));
    assert!(model.notes().contains(&Note::AllEqual));
    assert_eq!((model.clusters().len(), model.clusters()[0].name_en.as_str()), (1, "all customers"));
    assert_eq!(model.clusters()[0].rule.to_string(), "everybody");
    assert_eq!((scores.outlier_customers(), model.candidates().len()), (0, 0));
    assert_eq!(scores.totals()[0].money, 1_000_000);
}

#[test]
fn identical_customers_among_others_stay_together() {
    let mut rows = three_groups();
    rows.extend((0..200).map(|at| (format!("x{at:03}"), 100, 2, 20_000)));
    let customers = customers(rows);
    for clusters in 2..=6 {
        let scores = score(&fit(quick().clusters(clusters), &customers), &customers);
        let mut own: Vec<(u32, String)> = (0..customers.len())
            .filter(|row| customers.customer_id().get(*row).starts_with('x'))
            .map(|row| (scores.cluster()[row], format!("{:?}", scores.unusual()[row])))
            .collect();
        own.dedup();
        assert_eq!(own.len(), 1, "{clusters}: {own:?}");
    }
}

#[test]
fn too_few_different_customers() {
    let rows: Vec<(u32, u32, i128)> = (0..30).map(|at| (at % 3, 1, 100)).collect();
    let error = quick().fit(&numbered(&rows)).err();
    assert_eq!(error.as_ref().map(crate::error::Error::kind), Some(ErrorKind::Fit));
    let words = error.map(|error| error.to_string());
    assert_eq!(words.as_deref(), Some("3 different customers are too few for 2 clusters: each needs two"));
    assert_eq!(quick().fit(&numbered(&[])).err().map(|error| error.kind()), Some(ErrorKind::Fit));
    // Fewer clusters are tried than were allowed, rather than none.
    let rows: Vec<(u32, u32, i128)> = (0..7).map(|at| (at * 10, 1, 100)).collect();
    let model = fit(quick(), &numbered(&rows));
    assert_eq!(model.candidates().iter().map(|candidate| candidate.clusters).max(), Some(3));
}

#[test]
fn a_constant_feature_is_left_out() {
    let rows: Vec<Raw> = three_groups().into_iter().map(|(id, days, _, money)| (id, days, 1, money)).collect();
    let model = fit(quick().clusters(3), &customers(rows));
    assert_eq!(model.features().iter().map(|own| own.feature).collect::<Vec<_>>(), [Feature::RecencyDays, Feature::Monetary]);
    assert_eq!(model.notes(), [Note::Constant { feature: Feature::Frequency, value: 1.0 }]);
    assert_eq!(model.notes()[0].to_string(), "frequency is 1 for all customers and was left out");
    // It still names clusters.
    assert!(model.clusters().iter().all(|own| own.name_en.contains("one-time")));
}

#[test]
fn a_feature_without_interquartile_range_is_scaled_by_its_deviation() {
    let rows: Vec<Raw> = (0..100).map(|at| (format!("c{at:02}"), 1 + at % 50, if at < 80 { 1 } else { 5 }, 100 + i128::from(at))).collect();
    let model = fit(quick().clusters(2), &customers(rows));
    assert_eq!(model.features()[1].spread_kind, Spread::StandardDeviation);
    assert!(model.notes().contains(&Note::StandardDeviation { feature: Feature::Frequency }));
}

#[test]
fn nearly_everybody_in_one_cluster_is_said() {
    // Unscaled money: what people do by mistake.
    let mut rows: Vec<Raw> = (0..200).map(|at| (format!("c{at:03}"), at % 40, 1 + at % 3, 1_000 + i128::from(at))).collect();
    rows.push(("whale".to_owned(), 3, 9, 1_000_000_000));
    rows.push(("whale2".to_owned(), 4, 9, 1_100_000_000));
    let model = fit(quick().clusters(2).scaling(Scaling::None).logarithm(false), &customers(rows));
    let share = model.notes().iter().find_map(|note| if let Note::Dominant { cluster: 2, share } = note { Some(*share) } else { None });
    assert!(share.is_some_and(|share| share > 0.98), "{:?}", model.notes());
}

#[test]
fn customers_who_differ_by_degrees_are_said_to() {
    // A cloud without groups.
    let mut numbers = Numbers(7);
    let mut row = |at: u32| (format!("c{at:03}"), numbers.below(1_000), 1 + numbers.below(1_000), i128::from(numbers.below(1_000_000)));
    let rows: Vec<Raw> = (0..300).map(&mut row).collect();
    let model = fit(quick().clusters(9).resamples(20).weak_silhouette(0.5).logarithm(false), &customers(rows));
    assert!(model.notes().iter().any(|note| matches!(note, Note::Dissolved { .. })), "{:?}", model.notes());
    assert!(model.notes().iter().any(|note| matches!(note, Note::Weak { .. })), "{:?}", model.notes());
}

#[test]
fn net_refunds_are_no_trouble() {
    let mut rows = three_groups();
    rows.extend((0..30).map(|at| (format!("r{at:02}"), 40 + at, 1, -20_000 - 900 * i128::from(at))));
    let customers = customers(rows);
    let model = fit(quick().clusters(4), &customers);
    let scores = score(&model, &customers);
    let last: Vec<i128> = (0..customers.len()).filter(|row| scores.cluster()[*row] == 4).map(|row| customers.monetary()[row]).collect();
    assert!(last.len() == 30 && last.iter().all(|money| *money < 0), "{last:?}");
}

#[test]
fn notes_say_the_same_in_both_languages() {
    let every = [
        Note::Constant { feature: Feature::RecencyDays, value: 3.0 },
        Note::StandardDeviation { feature: Feature::Monetary },
        Note::AllEqual,
        Note::Dominant { cluster: 2, share: 0.987 },
        Note::Weak { silhouette: 0.1234 },
        Note::Dissolved { cluster: 3, stability: 0.4 },
    ];
    for note in every {
        let (english, chinese) = (note.to_string(), note.text_zh());
        assert_eq!(numbers(&english), numbers(&chinese), "{english} {chinese}");
        assert!(!chinese.is_ascii(), "{english}");
    }
}
