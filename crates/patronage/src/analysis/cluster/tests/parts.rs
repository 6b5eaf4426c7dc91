//! The parts by themselves, against definitions written out.

use crate::analysis::cluster::gap::gaps;
use crate::analysis::cluster::k_means::k_means;
use crate::analysis::cluster::mixture::{bic, likeliest, log_likelihood, mixture};
use crate::analysis::cluster::points::{Points, squared_distance};
use crate::analysis::cluster::rule::rules;
use crate::analysis::cluster::scaling::{ScaledFeature, signed_log};
use crate::analysis::cluster::silhouette::silhouette;
use crate::analysis::cluster::stability::jaccard;
use crate::analysis::cluster::{Comparison, Condition, Feature, Scaling};

const ROUNDING: f64 = 1e-12;

fn points(rows: &[[f64; 2]]) -> Points {
    Points::distinct(2, rows.as_flattened()).0
}

/// Three rings of ten points each, far from each other.
fn rings() -> Points {
    let row = |at: usize| {
        let (angle, centre) = (at as f64 * 0.7, (at % 3) as f64 * 10.0);
        [centre + angle.cos(), centre * 0.5 + angle.sin()]
    };
    points(&(0..30).map(row).collect::<Vec<_>>())
}

#[test]
fn equal_rows_are_one_point() {
    let (points, place) = Points::distinct(2, &[1.0, 2.0, 0.0, 5.0, 1.0, 2.0]);
    assert_eq!((points.len(), points.weights.as_slice(), place), (2, [1.0, 2.0].as_slice(), vec![1, 0, 1]));
    assert_eq!(points.expanded(), [0.0, 5.0, 1.0, 2.0, 1.0, 2.0]);
}

#[test]
fn a_sample_keeps_shares() {
    let values: Vec<f64> = (0..900).map(|at| if at < 600 { 1.0 } else { 2.0 }).collect();
    let (points, _) = Points::distinct(1, &values);
    assert_eq!(points.sample(90).weights, [60.0, 30.0]);
    assert_eq!(points.sample(900), points);
}

#[test]
fn k_means_finds_the_least_inertia_of_all_partitions() {
    let rows = [[0.0, 0.3], [0.4, 0.0], [1.9, 2.0], [2.2, 1.4], [2.4, 2.6], [4.0, 0.1], [4.4, 0.5], [5.1, 0.2], [0.2, 3.9], [0.3, 4.4]];
    let points = points(&rows);
    let inertia = |labels: &[usize]| -> f64 {
        (0..3)
            .map(|own| {
                let members: Vec<&[f64]> = points.rows().zip(labels).filter(|(_, label)| **label == own).map(|(row, _)| row).collect();
                let mean = |at: usize| members.iter().map(|row| row[at]).sum::<f64>() / members.len().max(1) as f64;
                let centre = [mean(0), mean(1)];
                members.iter().map(|row| squared_distance(row, &centre)).sum::<f64>()
            })
            .sum()
    };
    let all = (0..3_usize.pow(10)).map(|code| (0..10).map(|at| code / 3_usize.pow(at) % 3).collect::<Vec<usize>>());
    let least = all.map(|labels| inertia(&labels)).fold(f64::INFINITY, f64::min);
    let ours = k_means(&points, 3, 8, 1).unwrap();
    assert!((ours.inertia - least).abs() < ROUNDING, "{} against {least}", ours.inertia);
    assert!((inertia(&ours.labels.iter().map(|label| *label as usize).collect::<Vec<_>>()) - least).abs() < ROUNDING);
}

#[test]
fn weights_are_repetitions() {
    let single = points(&[[0.0, 0.0], [1.0, 0.0], [5.0, 5.0], [6.0, 5.5]]);
    let weighted = single.weighted(&[5.0, 1.0, 1.0, 3.0]);
    let ours = k_means(&weighted, 2, 4, 1).unwrap();
    // (5·0 + 1·1)/6 and (1·5 + 3·6)/4, …
    let mut centres: Vec<Vec<f64>> = ours.centres.chunks(2).map(<[f64]>::to_vec).collect();
    centres.sort_by(|a, b| a[0].total_cmp(&b[0]));
    for (own, expected) in centres.iter().flatten().zip([1.0 / 6.0, 0.0, 23.0 / 4.0, 21.5 / 4.0]) {
        assert!((own - expected).abs() < ROUNDING, "{centres:?}");
    }
}

#[test]
fn silhouettes_by_hand() {
    // On a line: 0 and 2 together, 10 and 13 together.
    let (points, _) = Points::distinct(1, &[0.0, 2.0, 10.0, 13.0]);
    let (mean, each) = silhouette(&points, &[0, 0, 1, 1], 2);
    let expected = [1.0 - 2.0 / 11.5, 1.0 - 2.0 / 9.5, 1.0 - 3.0 / 9.0, 1.0 - 3.0 / 12.0];
    assert!((mean - expected.iter().sum::<f64>() / 4.0).abs() < ROUNDING);
    assert!((each[0].unwrap() - f64::midpoint(expected[0], expected[1])).abs() < ROUNDING);
    // Weights are repetitions: two more at 0 are at distance 0 from the first.
    let (mean, _) = silhouette(&points.weighted(&[3.0, 1.0, 1.0, 1.0]), &[0, 0, 1, 1], 2);
    let at_zero = 1.0 - (2.0 / 3.0) / 11.5;
    let others = [1.0 - 2.0 / 9.5, 1.0 - 3.0 / (32.0 / 4.0 - 0.0 + 1.5), 1.0 - 3.0 / (50.0 / 4.0)];
    let by_hand = (3.0 * at_zero + others[0] + others[1] + others[2]) / 6.0;
    assert!((mean - by_hand).abs() < ROUNDING, "{mean} {by_hand}");
    // The only one of its cluster has none.
    assert_eq!(silhouette(&points, &[0, 1, 1, 1], 2).1[0], Some(0.0));
}

#[test]
fn the_gap_is_widest_at_the_groups_that_are_there() {
    let numbers = [2, 3, 4, 5];
    let found = gaps(&rings(), &numbers, 20, 5).unwrap();
    let best = (0..4).max_by(|a, b| found[*a].gap.total_cmp(&found[*b].gap));
    assert_eq!(best, Some(1), "{found:?}");
    assert!(found.iter().all(|gap| gap.deviation > 0.0 && gap.deviation < 0.5));
}

#[test]
fn a_mixture_is_scored_as_by_its_definition() {
    let points = rings();
    let components = mixture(&points, 3, 3, 1).unwrap();
    let share: f64 = components.iter().map(|component| component.weight).sum();
    assert!((share - 1.0).abs() < 1e-9);
    // Σ ln Σ w·exp(−½ dᵀPd)·√det P / 2π, in two dimensions.
    let density = |row: &[f64]| -> f64 {
        components
            .iter()
            .map(|own| {
                let (x, y) = (row[0] - own.mean[0], row[1] - own.mean[1]);
                let p = &own.precision;
                let square = x * (p[0] * x + p[1] * y) + y * (p[2] * x + p[3] * y);
                own.weight * (-0.5 * square).exp() * (p[0] * p[3] - p[1] * p[2]).sqrt() / std::f64::consts::TAU
            })
            .sum()
    };
    let expected: f64 = points.rows().map(|row| density(row).ln()).sum();
    let ours = log_likelihood(&components, &points);
    assert!((ours - expected).abs() < 1e-9, "{ours} against {expected}");
    // 2 shares, 6 means, 9 covariances.
    assert!((bic(&components, &points) - (17.0 * 30_f64.ln() - 2.0 * expected)).abs() < 1e-9);
    // A point that is far from everything has a component too.
    assert!(likeliest(&components, &[1e6, -1e6]) < 3);
}

#[test]
fn stability_is_one_for_what_is_always_found() {
    let points = rings();
    let labels = k_means(&points, 3, 4, 1).unwrap().labels;
    let found = jaccard(&points, &labels, 3, 10, 1, |own, seed| Ok(k_means(own, 3, 4, seed)?.labels)).unwrap();
    assert!(found.iter().all(|own| (own - 1.0).abs() < ROUNDING), "{found:?}");
    // Finding nothing: everybody in one cluster, so that a third is alike.
    let found = jaccard(&points, &labels, 3, 200, 1, |own, _| Ok(vec![0; own.len()])).unwrap();
    assert!(found.iter().all(|own| (own - 1.0 / 3.0).abs() < 0.05), "{found:?}");
}

#[test]
fn logarithms_keep_the_sign_and_come_back() {
    assert!((signed_log(-9.0) + signed_log(9.0)).abs() < ROUNDING && (signed_log(9.0) - 10_f64.ln()).abs() < ROUNDING);
    assert_eq!(signed_log(-0.0).to_bits(), 0);
    let sorted = [-500.0, -3.0, 0.0, 0.5, 12.0, 9_000.0];
    for scaling in [Scaling::Robust, Scaling::Standard, Scaling::None] {
        for logarithm in [true, false] {
            let feature = ScaledFeature::fit(Feature::Monetary, scaling, logarithm, &sorted).unwrap();
            for value in sorted {
                assert!((feature.unscale(feature.scale(value)) - value).abs() < 1e-9, "{feature:?} {value}");
            }
        }
    }
}

#[test]
fn rules_say_what_they_select() {
    // Everybody between 20 and 39 on the second feature, but for one of them.
    let first: Vec<f64> = (0..100).map(|at| f64::from(at * 37 % 100)).collect();
    let second: Vec<f64> = (0..100).map(f64::from).collect();
    let labels: Vec<u32> = (0..100).map(|at| u32::from(!(20..40).contains(&at) || at == 30)).collect();
    let mut sorted = first.clone();
    sorted.sort_by(f64::total_cmp);
    let found = rules(&[(Feature::RecencyDays, &first, &sorted), (Feature::Frequency, &second, &second)], &labels, 2);
    assert_eq!(found[0].conditions.len(), 2);
    for (own, rule) in (0_u32..).zip(&found) {
        let selected = |at: usize| {
            rule.conditions
                .iter()
                .all(|condition| condition.holds(if condition.feature == Feature::Frequency { second[at] } else { first[at] }))
        };
        let chosen: Vec<usize> = (0..100).filter(|at| selected(*at)).collect();
        let hits = chosen.iter().filter(|at| labels[**at] == own).count() as f64;
        let size = labels.iter().filter(|label| **label == own).count() as f64;
        assert!((rule.precision - hits / chosen.len() as f64).abs() < ROUNDING, "{rule}");
        assert!((rule.recall - hits / size).abs() < ROUNDING, "{rule}");
    }
    assert!(found[0].precision > 0.85 && found[0].recall > 0.9, "{}", found[0]);
}

#[test]
fn one_day_is_no_days() {
    let condition = |feature, value| Condition { feature, comparison: Comparison::AtMost, value }.to_string();
    assert_eq!(condition(Feature::RecencyDays, 1.0), "recency ≤ 1 day");
    assert_eq!(condition(Feature::AgeDays, 2.0), "age ≤ 2 days");
    assert_eq!(condition(Feature::Frequency, 1.0), "frequency ≤ 1");
}
