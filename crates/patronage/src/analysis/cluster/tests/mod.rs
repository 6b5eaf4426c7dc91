//! Tests of clusters: other people's numbers, small data, properties, refused settings.

mod degenerate;
mod parts;
mod properties;
mod reference;
mod rejected;

use super::*;
use crate::analysis::fixtures::{Raw, customers};
use crate::customers::Customers;

/// Quick settings: no gap, no resamples, nothing to compare with, few starts.
fn quick() -> ClusterParams {
    Cluster::params().gap_sets(0).resamples(0).compare(false).starts(4)
}

fn fit(params: ClusterParams, customers: &Customers) -> ClusterModel {
    params.fit(customers).unwrap_or_else(|error| panic!("{error}"))
}

fn score(model: &ClusterModel, customers: &Customers) -> ClusterScores {
    model.score(customers).unwrap_or_else(|error| panic!("{error}"))
}

/// Numbers from 0 to below a bound, by the generator of Park and Miller.
struct Numbers(u64);

impl Numbers {
    fn below(&mut self, bound: u64) -> u32 {
        self.0 = self.0 * 48_271 % 2_147_483_647;
        u32::try_from(self.0 % bound).unwrap_or_default()
    }
}

/// Three groups of thirty, each a cloud: new ones who bought once, regulars, and big ones who have left.
fn three_groups() -> Vec<Raw> {
    let mut numbers = Numbers(5);
    let mut row = |at: u32| {
        let own = at / 3;
        let mut wobble = |bound| numbers.below(bound);
        match at % 3 {
            0 => (format!("a{own:02}"), 3 + wobble(3), 1, i128::from(1_000 + wobble(600))),
            1 => (format!("b{own:02}"), 25 + wobble(15), 24 + wobble(7), i128::from(60_000 + wobble(40_000))),
            _ => (format!("c{own:02}"), 500 + wobble(300), 5, i128::from(900_000 + wobble(600_000))),
        }
    };
    (0..90).map(&mut row).collect()
}

#[test]
fn groups_that_are_there_are_found_by_every_criterion() {
    let customers = customers(three_groups());
    let params = Cluster::params().between(2, 5).gap_sets(5).starts(4).resamples(5);
    for params in [
        params.clone(),
        params.clone().criterion(Criterion::Silhouette),
        params.clone().method(Method::Mixture),
        params.clone().scaling(Scaling::Standard),
    ] {
        let model = fit(params, &customers);
        let scores = score(&model, &customers);
        let whose = |letter: &str| {
            let own = customers.customer_id().iter().zip(scores.cluster()).filter(|(id, _)| id.starts_with(letter));
            let mut numbers: Vec<u32> = own.map(|(_, cluster)| *cluster).collect();
            numbers.dedup();
            numbers
        };
        // By descending mean money.
        assert_eq!([whose("c"), whose("b"), whose("a")], [[1], [2], [3]]);
        for cluster in model.clusters() {
            assert!(cluster.stability.unwrap_or_default() > 0.99 && cluster.silhouette.unwrap_or_default() > 0.6, "{cluster:?}");
            assert!(cluster.rule.precision > 0.999 && cluster.rule.recall > 0.999 && cluster.rule.conditions.len() == 1, "{cluster:?}");
        }
        assert_eq!(model.notes(), []);
        assert_eq!(scores.totals().iter().map(|total| total.customers).collect::<Vec<_>>(), [30, 30, 30]);
    }
}

#[test]
fn names_and_rules_say_what_is_there() {
    let customers = customers(three_groups());
    let model = fit(quick().clusters(3), &customers);
    let words: Vec<[String; 3]> =
        model.clusters().iter().map(|own| [own.name_en.clone(), own.name_zh.clone(), own.rule.to_string()]).collect();
    assert_eq!(
        words,
        [
            ["lapsed occasional big spenders", "久未购买中频高额", "recency ≥ 40 days"],
            ["frequent middle spenders", "高频中额", "frequency ≥ 6"],
            ["recent one-time small spenders", "近期一次性低额", "recency ≤ 5 days"],
        ]
    );
}

#[test]
fn a_customer_like_nobody_stands_out() {
    let mut rows = three_groups();
    rows.push(("whale".to_owned(), 25, 12, 5_000_000_000));
    rows.push(("stale".to_owned(), 30_000, 5, 1_000_000));
    let customers = customers(rows);
    let model = fit(quick().clusters(3), &customers);
    let scores = score(&model, &customers);
    let found: Vec<(&str, Feature)> =
        scores.outliers().iter().map(|outlier| (customers.customer_id().get(outlier.row), outlier.feature)).collect();
    assert!(found.contains(&("whale", Feature::Monetary)) && found.contains(&("stale", Feature::RecencyDays)), "{found:?}");
    for outlier in scores.outliers() {
        assert!(outlier.value > outlier.typical_high, "{outlier:?}");
        assert!(outlier.reason_en.contains("more than usual") && outlier.reason_zh.contains("高于"), "{outlier:?}");
    }
}
