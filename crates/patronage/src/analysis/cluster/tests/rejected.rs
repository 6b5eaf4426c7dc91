//! Settings that are refused, and in which words.

use super::three_groups;
use crate::ErrorKind;
use crate::analysis::cluster::{Cluster, ClusterParams, Criterion, Feature, Method};
use crate::analysis::fixtures::customers;

fn words(params: ClusterParams) -> String {
    let error = params.fit(&customers(three_groups())).err();
    assert_eq!(error.as_ref().map(crate::error::Error::kind), Some(ErrorKind::Parameter), "{error:?}");
    error.map(|error| error.to_string()).unwrap_or_default()
}

#[test]
fn features() {
    let text = "the features of clusters have to be at least one, each once";
    assert_eq!(words(Cluster::params().features([])), format!("{text}: ``"));
    assert_eq!(words(Cluster::params().features([Feature::Frequency; 2])), format!("{text}: `frequency frequency`"));
}

#[test]
fn numbers_of_clusters() {
    let text = "the number of clusters has to be 2 ≤ fewest ≤ most ≤ 50";
    assert_eq!(words(Cluster::params().clusters(1)), format!("{text}: `1, 1`"));
    assert_eq!(words(Cluster::params().between(5, 4)), format!("{text}: `5, 4`"));
    assert_eq!(words(Cluster::params().between(2, 51)), format!("{text}: `2, 51`"));
}

#[test]
fn criteria_of_the_other_method() {
    assert_eq!(words(Cluster::params().criterion(Criterion::Bic)), "k-means has no likelihood and so no BIC");
    assert_eq!(words(Cluster::params().method(Method::Mixture).criterion(Criterion::Gap)), "the gap statistic is that of k-means");
    assert_eq!(words(Cluster::params().criterion(Criterion::Gap).gap_sets(0)), "the gap statistic decides, and has no reference sets");
}

#[test]
fn ranges() {
    for params in [
        Cluster::params().slack(f64::NAN),
        Cluster::params().slack(-0.1),
        Cluster::params().starts(0),
        Cluster::params().starts(1_001),
        Cluster::params().fit_sample(99),
        Cluster::params().judged_sample(0),
        Cluster::params().gap_sets(501),
        Cluster::params().resamples(1_001),
        Cluster::params().dominant_share(1.1),
        Cluster::params().weak_silhouette(f64::NAN),
        Cluster::params().outlier_limit(0.0),
        Cluster::params().outlier_limit(f64::INFINITY),
    ] {
        assert!(!words(params).is_empty());
    }
}

#[test]
fn words_that_are_not_known() {
    assert!("kmeans".parse::<Method>().is_err() && "aic".parse::<Criterion>().is_err() && "money".parse::<Feature>().is_err());
    for feature in Feature::ALL {
        assert_eq!(feature.to_string().parse::<Feature>().ok(), Some(feature));
    }
}
