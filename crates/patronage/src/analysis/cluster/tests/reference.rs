//! scikit-learn's numbers on the CDNOW sample, by `tests/reference/cluster_inertia.py`.

use std::collections::BTreeMap;

use chrono::NaiveDate;

use super::{fit, quick};
use crate::analysis::cluster::{Cluster, Spread};
use crate::customers::{CustomerRow, Customers, CustomersSettings};

/// scikit-learn 1.9.1, `KMeans(k, n_init=50, random_state=0, max_iter=1000, tol=1e-8)`: k, inertia, silhouette of all.
const CDNOW: [(usize, f64, f64); 7] = [
    (2, 2_434.359_955_947_595, 0.616_012_335_688_528_6),
    (3, 1_561.047_519_912_524, 0.546_599_658_740_818_1),
    (4, 1_255.225_576_259_490_5, 0.453_815_429_846_309_2),
    (5, 1_056.341_583_700_164_8, 0.454_304_683_414_617_16),
    (6, 903.271_245_624_030_7, 0.449_408_233_428_526_55),
    (7, 780.530_846_035_888_5, 0.407_198_010_293_002_9),
    (8, 679.962_489_293_139_7, 0.425_041_354_799_101_43),
];

/// Both search for the least inertia and neither promises to find it.
const INERTIA: f64 = 1e-3;

/// Where both have found the same partition, only rounding is between them.
const ROUNDING: f64 = 1e-9;

/// Every purchase of the sample, each its own order, at its last day.
fn cdnow() -> Customers {
    let text = include_str!("../../../../../../examples/data/cdnow_sample.csv");
    let mut purchases: BTreeMap<&str, Vec<(NaiveDate, i128)>> = BTreeMap::new();
    for line in text.lines().skip(1) {
        let fields: Vec<&str> = line.split(',').collect();
        let (whole, places) = fields[3].split_once('.').unwrap_or((fields[3], ""));
        purchases.entry(fields[0]).or_default().push((fields[1].parse().unwrap(), format!("{whole}{places:0<2}").parse().unwrap()));
    }
    let rows = purchases.into_iter().map(|(id, mut own)| {
        own.sort_unstable();
        CustomerRow {
            customer_id: id.to_owned(),
            first_purchase: own[0].0,
            last_purchase: own[own.len() - 1].0,
            orders: u32::try_from(own.len()).unwrap(),
            monetary: own.iter().map(|(_, money)| money).sum(),
            refund_orders: 0,
            refunded: 0,
            purchase_periods: 1,
            days_first_to_last_period: 0,
            repeat_value: 0,
        }
    });
    Customers::from_rows(CustomersSettings::new("1998-06-30".parse().unwrap()), rows).unwrap()
}

#[test]
fn scaling_is_that_of_numpy() {
    let model = fit(quick().clusters(2), &cdnow());
    // np.quantile(np.log1p(x), [.25, .5, .75]): medians, and differences of the quartiles.
    let expected = [
        (6.161_207_321_695_077, 6.228_511_003_591_183_5 - 5.384_495_062_789_089),
        (std::f64::consts::LN_2, 1.386_294_361_119_890_6 - std::f64::consts::LN_2),
        (3.785_552_341_374_197, 4.659_658_371_272_161 - 3.033_509_637_888_021),
    ];
    for (ours, (centre, spread)) in model.features().iter().zip(expected) {
        assert!((ours.centre - centre).abs() < ROUNDING && (ours.spread - spread).abs() < ROUNDING, "{ours:?}");
        assert_eq!(ours.spread_kind, Spread::InterquartileRange);
    }
}

#[test]
fn inertia_is_that_of_fifty_starts_of_scikit_learn() {
    let customers = cdnow();
    let params = Cluster::params().between(2, 8).gap_sets(0).resamples(0).compare(false).judged_sample(10_000);
    let model = fit(params, &customers);
    for (ours, (clusters, inertia, silhouette)) in model.candidates().iter().zip(CDNOW) {
        let (own, own_silhouette) = (ours.inertia.unwrap_or(f64::NAN), ours.silhouette.unwrap_or(f64::NAN));
        assert_eq!(ours.clusters, clusters);
        assert!(own < inertia * (1.0 + INERTIA), "{clusters} clusters: {own}, scikit-learn {inertia}");
        if (own - inertia).abs() < ROUNDING * inertia {
            assert!((own_silhouette - silhouette).abs() < ROUNDING, "{clusters} clusters: {own_silhouette}, scikit-learn {silhouette}");
        }
    }
    // The two partitions that both find, so that the comparison of silhouettes has been made.
    let same = |at: usize| (model.candidates()[at].inertia.unwrap_or(f64::NAN) - CDNOW[at].1).abs() < ROUNDING * CDNOW[at].1;
    assert!(same(0) && same(1));
}

#[test]
fn a_sample_finds_nearly_what_all_find() {
    let customers = cdnow();
    let whole = fit(quick().clusters(4), &customers).inertia();
    let sampled = fit(quick().clusters(4).fit_sample(500), &customers).inertia();
    // Polished on all customers: the same, or a neighbouring optimum.
    assert!(sampled < whole * 1.02, "{sampled} against {whole}");
}
