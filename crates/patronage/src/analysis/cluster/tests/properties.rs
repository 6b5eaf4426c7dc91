//! What holds for all customers.

use proptest::prelude::*;
use rayon::ThreadPoolBuilder;

use super::{Numbers, fit, quick, score, three_groups};
use crate::analysis::cluster::{Cluster, ClusterModel, ClusterParams, Feature, Method};
use crate::analysis::fixtures::{Raw, any_rows, customers, customers_at_scale};
use crate::customers::Customers;

/// All that a fit says, as text: equal texts are equal bits, since floats are printed so that they read back.
fn everything(params: &ClusterParams, customers: &Customers) -> String {
    params.clone().fit(customers).map_or_else(
        |error| error.to_string(),
        |model| {
            let scores = score(&model, customers);
            format!("{} {:?} {:?}", serde_json::to_string(&model).unwrap(), scores.unusual(), scores.totals())
        },
    )
}

/// A few hundred customers without groups.
fn cloud() -> Vec<Raw> {
    let mut numbers = Numbers(11);
    let mut row = |at: u32| {
        let mut draw = |bound| numbers.below(bound);
        (format!("c{at:04}"), draw(900), 1 + draw(5) * draw(5), i128::from(draw(90_000)) - 500)
    };
    (0..6_000).map(&mut row).collect()
}

#[test]
fn threads_do_not_show() {
    // More points than a block has, and samples smaller than the data.
    let customers = customers(cloud());
    for method in [Method::KMeans, Method::Mixture] {
        let params = Cluster::params().method(method).between(2, 4).starts(4).gap_sets(2).resamples(3).fit_sample(500).judged_sample(200);
        let run =
            |threads: usize| ThreadPoolBuilder::new().num_threads(threads).build().unwrap().install(|| everything(&params, &customers));
        let one = run(1);
        assert_eq!(one, run(2));
    }
}

#[test]
fn the_seed_is_the_only_chance() {
    let customers = customers(cloud());
    let params = quick().clusters(5).resamples(2);
    assert_eq!(everything(&params, &customers), everything(&params, &customers));
}

#[test]
fn the_list_of_outliers_does_not_split_equals() {
    let mut rows = three_groups();
    rows.push(("lone".to_owned(), 25, 12, 70_000_000_000));
    rows.extend((0..5).map(|at| (format!("same{at}"), 25, 12, 9_000_000_000)));
    let customers = customers(rows);
    let listed = |most: usize| {
        let scores = score(&fit(quick().clusters(3).most_outliers(most), &customers), &customers);
        scores.outliers().iter().map(|own| customers.customer_id().get(own.row).to_owned()).collect::<Vec<_>>()
    };
    assert_eq!(listed(1), ["lone"]);
    assert_eq!(listed(3), ["lone"]);
    assert_eq!(listed(6), ["lone", "same0", "same1", "same2", "same3", "same4"]);
    assert_eq!(listed(0), Vec::<String>::new());
}

#[test]
fn other_features_are_compared_too() {
    let customers = customers(three_groups());
    let model = fit(quick().clusters(3).features([Feature::MeanOrderValue, Feature::AgeDays]), &customers);
    assert_eq!(model.features().iter().map(|own| own.feature).collect::<Vec<_>>(), [Feature::MeanOrderValue, Feature::AgeDays]);
    let described: Vec<Feature> = model.clusters()[0].profiles.iter().map(|own| own.feature).collect();
    assert_eq!(described, [&Feature::RFM[..], &[Feature::MeanOrderValue, Feature::AgeDays]].concat());
    assert_eq!(score(&model, &customers).totals().iter().map(|own| own.customers).collect::<Vec<_>>(), [30, 30, 30]);
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(24))]

    #[test]
    fn neither_order_nor_ids_show(rows in any_rows(), mixture in any::<bool>()) {
        let params = quick().between(2, 4).method(if mixture { Method::Mixture } else { Method::KMeans });
        let there = customers(rows.clone());
        let mut turned = rows.clone();
        turned.reverse();
        prop_assert_eq!(everything(&params, &there), everything(&params, &customers(turned)));
        // Ids in the opposite order: the same clusters for the same values.
        let count = rows.len();
        let renamed = customers(there.customer_id().iter().enumerate().map(|(at, id)| {
            let row = rows.iter().find(|row| row.0 == id).unwrap();
            (format!("z{:03}", count - at), row.1, row.2, row.3)
        }));
        match (params.clone().fit(&there), params.fit(&renamed)) {
            (Ok(model), Ok(other)) => {
                let mut turned = score(&other, &renamed).cluster().to_vec();
                turned.reverse();
                let straight = score(&model, &there);
                prop_assert_eq!(straight.cluster(), turned);
                prop_assert_eq!(model.clusters(), other.clusters());
            }
            (Err(error), Err(other)) => prop_assert_eq!(error.to_string(), other.to_string()),
            (one, other) => prop_assert!(false, "{:?} {:?}", one.is_ok(), other.is_ok()),
        }
    }

    #[test]
    fn equal_customers_are_in_one_cluster_and_every_cluster_has_customers(rows in any_rows()) {
        let customers = customers(rows);
        let Ok(model) = quick().between(2, 5).fit(&customers) else { return Ok(()) };
        let scores = score(&model, &customers);
        let recency: Vec<u32> = customers.recency_days().collect();
        let key = |row: usize| (recency[row], customers.orders()[row], customers.monetary()[row]);
        for row in 0..customers.len() {
            for other in 0..row {
                if key(row) == key(other) {
                    prop_assert_eq!(scores.cluster()[row], scores.cluster()[other]);
                    prop_assert_eq!(scores.unusual()[row], scores.unusual()[other]);
                }
            }
        }
        prop_assert!(scores.totals().iter().all(|total| total.customers > 0));
        prop_assert_eq!(scores.totals().iter().map(|total| total.money).sum::<i128>(), customers.monetary().iter().sum::<i128>());
        let means: Vec<f64> = scores.totals().iter().map(|total| total.money as f64 / total.customers as f64).collect();
        prop_assert!(means.is_sorted_by(|a, b| a >= b), "{:?}", means);
        let mut names: Vec<&str> = model.clusters().iter().map(|own| own.name_en.as_str()).collect();
        names.sort_unstable();
        names.dedup();
        prop_assert_eq!(names.len(), model.clusters().len());
        for (own, total) in model.clusters().iter().zip(scores.totals()) {
            prop_assert_eq!(own.customers, total.customers);
            prop_assert!((0.0..=1.0).contains(&own.rule.precision) && (0.0..=1.0).contains(&own.rule.recall));
            prop_assert!(own.silhouette.is_none_or(|value| (-1.0..=1.0).contains(&value)));
        }
    }

    #[test]
    fn money_in_other_units_of_the_same_amount_changes_nothing(rows in any_rows()) {
        let params = quick().between(2, 4);
        let there = customers(rows.clone());
        let finer = customers_at_scale(rows.into_iter().map(|(id, days, orders, money)| (id, days, orders, money * 100)), 4);
        match (params.clone().fit(&there), params.fit(&finer)) {
            (Ok(model), Ok(other)) => prop_assert_eq!(model, other),
            (one, other) => prop_assert_eq!(one.is_ok(), other.is_ok()),
        }
    }

    #[test]
    fn a_frozen_model_scores_as_before(rows in any_rows(), mixture in any::<bool>()) {
        let customers = customers(rows);
        let method = if mixture { Method::Mixture } else { Method::KMeans };
        let Ok(model) = quick().between(2, 4).method(method).fit(&customers) else { return Ok(()) };
        let frozen: ClusterModel = serde_json::from_str(&serde_json::to_string(&model).unwrap()).unwrap();
        let (before, after) = (score(&model, &customers), score(&frozen, &customers));
        prop_assert_eq!(before.cluster(), after.cluster());
        prop_assert_eq!(before.totals(), after.totals());
        // The JSON reader may miss the last bit of a float.
        for (one, other) in before.unusual().iter().flatten().zip(after.unusual().iter().flatten()) {
            prop_assert!((one.score - other.score).abs() <= 1e-12 * one.score.max(1.0), "{:?} {:?}", one, other);
        }
    }
}
