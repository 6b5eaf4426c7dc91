//! Clusters of real customers, beside scikit-learn.

use patronage::Ingest;
use patronage::analysis::cluster::{Cluster, Note};
use patronage::customers::{Customers, CustomersParams};

use crate::common::data;

/// scikit-learn 1.9.1 by `tests/reference/cluster_inertia.py` on `online_retail_orders.csv`: k, inertia, silhouette.
const ONLINE_RETAIL: [(usize, f64, f64); 7] = [
    (2, 3_013.709_705_960_887_7, 0.430_361_716_229_041_6),
    (3, 2_272.931_916_792_932, 0.332_428_346_248_239_7),
    (4, 1_851.872_416_985_233_5, 0.333_149_141_485_054_4),
    (5, 1_557.772_610_031_149_7, 0.313_934_450_898_077_4),
    (6, 1_344.741_439_207_793_7, 0.309_223_103_760_060_9),
    (7, 1_203.599_075_081_625_9, 0.305_145_435_195_906_37),
    (8, 1_101.224_840_739_764, 0.279_333_937_641_838_17),
];

/// Both search for the least inertia and neither promises to find it.
const INERTIA: f64 = 1e-3;

/// Where both have found the same partition, only rounding is between them.
const ROUNDING: f64 = 1e-9;

/// The year of Online Retail at its last day.
fn online_retail() -> Option<Customers> {
    let path = data("online_retail_orders.csv")?;
    let ledger = Ingest::new().read([path]).expect("readable").ledger;
    Some(ledger.customers(&CustomersParams::new()).expect("customers"))
}

#[test]
fn inertia_is_that_of_fifty_starts_of_scikit_learn() {
    let Some(customers) = online_retail() else { return };
    let params = Cluster::params().between(2, 8).gap_sets(0).resamples(0).compare(false).judged_sample(10_000);
    let model = params.fit(&customers).unwrap();
    let mut same = 0;
    for (ours, (clusters, inertia, silhouette)) in model.candidates().iter().zip(ONLINE_RETAIL) {
        let (own, own_silhouette) = (ours.inertia.unwrap(), ours.silhouette.unwrap());
        assert_eq!(ours.clusters, clusters);
        assert!(own < inertia * (1.0 + INERTIA), "{clusters} clusters: {own}, scikit-learn {inertia}");
        if (own - inertia).abs() < ROUNDING * inertia {
            assert!((own_silhouette - silhouette).abs() < ROUNDING, "{clusters} clusters: {own_silhouette}, scikit-learn {silhouette}");
            same += 1;
        }
    }
    assert!(same >= 2, "silhouettes were compared for {same} partitions");
}

#[test]
fn clusters_of_a_wholesaler_are_stable_and_can_be_said_in_a_line() {
    let Some(customers) = online_retail() else { return };
    let model = Cluster::params().fit(&customers).unwrap();
    let scores = model.score(&customers).unwrap();
    assert!((2..=10).contains(&model.clusters().len()));
    for cluster in model.clusters() {
        assert!(cluster.stability.unwrap() > 0.5, "{cluster:?}");
        assert!(cluster.rule.precision > 0.6 && cluster.rule.recall > 0.6, "{}", cluster.rule);
    }
    assert!(!model.notes().iter().any(|note| matches!(note, Note::Dominant { .. })));
    // The few that are unusual are few.
    assert!(scores.outlier_customers() * 20 < customers.len() as u64, "{}", scores.outlier_customers());
}
