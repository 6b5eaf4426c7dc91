//! Clusters in the flow of a book: two columns and four tables.

use polars::prelude::{Column, DataFrame};
use serde::{Deserialize, Serialize};

use super::remark::Remark;
use crate::analysis::cluster::{ClusterModel, ClusterParams, ClusterScores, Feature, FittedCluster, Outlier};
use crate::customers::Customers;
use crate::error::Result;
use crate::frames;
use crate::money;

/// The clusters of a book.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct ClusterAnalysis {
    /// Settings, scaling, centres, profiles, candidates, notes: all that it takes to score other customers.
    pub model: ClusterModel,
    /// Unusual customers, listed or not.
    pub outlier_customers: u64,
}

/// What clusters give to a book.
pub(super) struct Clusters {
    pub(super) analysis: ClusterAnalysis,
    /// `cluster` and `outlier_score`, in the order of the customers.
    pub(super) columns: Vec<Column>,
    /// `clusters`, `cluster_choice`, `cluster_profiles`, `outliers`.
    pub(super) tables: Vec<(String, DataFrame)>,
    pub(super) warnings: Vec<Remark>,
}

/// Finds clusters and describes them. An error of kind `Fit` says why there are none.
pub(super) fn clusters(customers: &Customers, params: &ClusterParams) -> Result<Clusters> {
    let model = params.clone().fit(customers)?;
    let scores = model.score(customers)?;
    let outlier_scores: Vec<Option<f64>> = scores.unusual().iter().map(|unusual| unusual.map(|unusual| unusual.score)).collect();
    let columns = vec![Column::new("cluster".into(), scores.cluster()), Column::new("outlier_score".into(), outlier_scores)];
    let tables = vec![
        ("clusters".to_owned(), overview(&model, &scores, customers)?),
        ("cluster_choice".to_owned(), choice(&model)?),
        ("cluster_profiles".to_owned(), profiles(&model)?),
        ("outliers".to_owned(), outliers(scores.outliers(), customers)?),
    ];
    let mut warnings: Vec<Remark> = model.notes().iter().map(|note| Remark::new(note.to_string(), note.text_zh())).collect();
    let listed = scores.outliers().len() as u64;
    if scores.outlier_customers() > listed {
        let unusual = scores.outlier_customers();
        warnings.push(Remark::new(
            format!("{unusual} customers are unusual; the table of outliers lists {listed} of them"),
            format!("{unusual} 位客户异常；异常客户表列出其中 {listed} 位"),
        ));
    }
    let analysis = ClusterAnalysis { outlier_customers: scores.outlier_customers(), model };
    Ok(Clusters { analysis, columns, tables, warnings })
}

/// One row a cluster.
fn overview(model: &ClusterModel, scores: &ClusterScores, customers: &Customers) -> Result<DataFrame> {
    let rows = model.clusters();
    let total = money::to_f64(money::sum(customers.monetary().iter().copied())?, 0);
    let share = |part: f64, whole: f64| if whole == 0.0 { None } else { Some(part / whole) };
    let text = |name: &str, of: &dyn Fn(&FittedCluster) -> String| {
        let texts: Vec<String> = rows.iter().map(of).collect();
        frames::texts(name, rows.len(), texts.iter().map(String::as_str))
    };
    let number = |name: &str, of: &dyn Fn(&FittedCluster) -> Option<f64>| Column::new(name.into(), rows.iter().map(of).collect::<Vec<_>>());
    let median = |name: &str, feature: Feature| {
        number(name, &|own| own.profiles.iter().find(|profile| profile.feature == feature).map(|profile| profile.median))
    };
    let totals = scores.totals();
    let columns = vec![
        Column::new("cluster".into(), rows.iter().map(|own| own.number).collect::<Vec<_>>()),
        text("name_en", &|own| own.name_en.clone()),
        text("name_zh", &|own| own.name_zh.clone()),
        text("rule_en", &|own| own.rule.to_string()),
        text("rule_zh", &|own| own.rule.text_zh()),
        number("rule_precision", &|own| Some(own.rule.precision)),
        number("rule_recall", &|own| Some(own.rule.recall)),
        Column::new("customers".into(), totals.iter().map(|own| own.customers).collect::<Vec<_>>()),
        Column::new(
            "customer_share".into(),
            totals.iter().map(|own| share(own.customers as f64, customers.len() as f64)).collect::<Vec<_>>(),
        ),
        frames::decimals("revenue", totals.iter().map(|own| own.money).collect(), customers.settings().scale)?,
        Column::new("revenue_share".into(), totals.iter().map(|own| share(money::to_f64(own.money, 0), total)).collect::<Vec<_>>()),
        median("median_recency_days", Feature::RecencyDays),
        median("median_frequency", Feature::Frequency),
        median("median_monetary", Feature::Monetary),
        number("silhouette", &|own| own.silhouette),
        number("stability", &|own| own.stability),
    ];
    frames::frame(rows.len(), columns)
}

/// One row a method and number of clusters.
fn choice(model: &ClusterModel) -> Result<DataFrame> {
    let rows = model.candidates();
    let methods: Vec<String> = rows.iter().map(|row| row.method.to_string()).collect();
    let columns = vec![
        frames::texts("method", rows.len(), methods.iter().map(String::as_str)),
        Column::new("k".into(), rows.iter().map(|row| row.clusters as u64).collect::<Vec<_>>()),
        Column::new("inertia".into(), rows.iter().map(|row| row.inertia).collect::<Vec<_>>()),
        Column::new("silhouette".into(), rows.iter().map(|row| row.silhouette).collect::<Vec<_>>()),
        Column::new("gap".into(), rows.iter().map(|row| row.gap).collect::<Vec<_>>()),
        Column::new("gap_deviation".into(), rows.iter().map(|row| row.gap_deviation).collect::<Vec<_>>()),
        Column::new("bic".into(), rows.iter().map(|row| row.bic).collect::<Vec<_>>()),
        Column::new("chosen".into(), rows.iter().map(|row| row.chosen).collect::<Vec<_>>()),
    ];
    frames::frame(rows.len(), columns)
}

/// One row a cluster and feature, in raw units.
fn profiles(model: &ClusterModel) -> Result<DataFrame> {
    let rows: Vec<_> = model.clusters().iter().flat_map(|own| own.profiles.iter().map(|profile| (own.number, profile))).collect();
    let features: Vec<String> = rows.iter().map(|(_, profile)| profile.feature.to_string()).collect();
    let columns = vec![
        Column::new("cluster".into(), rows.iter().map(|(number, _)| *number).collect::<Vec<_>>()),
        frames::texts("feature", rows.len(), features.iter().map(String::as_str)),
        Column::new("mean".into(), rows.iter().map(|(_, profile)| profile.mean).collect::<Vec<_>>()),
        Column::new("p25".into(), rows.iter().map(|(_, profile)| profile.p25).collect::<Vec<_>>()),
        Column::new("median".into(), rows.iter().map(|(_, profile)| profile.median).collect::<Vec<_>>()),
        Column::new("p75".into(), rows.iter().map(|(_, profile)| profile.p75).collect::<Vec<_>>()),
    ];
    frames::frame(rows.len(), columns)
}

/// One row an unusual customer, the most unusual first.
fn outliers(rows: &[Outlier], customers: &Customers) -> Result<DataFrame> {
    let features: Vec<String> = rows.iter().map(|row| row.feature.to_string()).collect();
    let columns = vec![
        Column::new("rank".into(), (1_u32..).take(rows.len()).collect::<Vec<_>>()),
        frames::texts("customer_id", rows.len(), rows.iter().map(|row| customers.customer_id().get(row.row))),
        Column::new("score".into(), rows.iter().map(|row| row.score).collect::<Vec<_>>()),
        frames::texts("feature", rows.len(), features.iter().map(String::as_str)),
        Column::new("value".into(), rows.iter().map(|row| row.value).collect::<Vec<_>>()),
        Column::new("typical_low".into(), rows.iter().map(|row| row.typical_low).collect::<Vec<_>>()),
        Column::new("typical_high".into(), rows.iter().map(|row| row.typical_high).collect::<Vec<_>>()),
        frames::texts("reason_en", rows.len(), rows.iter().map(|row| row.reason_en.as_str())),
        frames::texts("reason_zh", rows.len(), rows.iter().map(|row| row.reason_zh.as_str())),
    ];
    frames::frame(rows.len(), columns)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::analysis::cluster::Cluster;
    use crate::{CustomersParams, Ingest};

    fn built(params: &ClusterParams) -> (Customers, Clusters) {
        let log = concat!(env!("CARGO_MANIFEST_DIR"), "/../../examples/data/cdnow_sample.csv");
        let ledger = Ingest::new().read([log]).unwrap().ledger;
        let customers = ledger.customers(&CustomersParams::new()).unwrap();
        let clusters = clusters(&customers, params).unwrap();
        (customers, clusters)
    }

    fn numbers(table: &DataFrame, column: &str) -> Vec<Option<f64>> {
        table.column(column).unwrap().f64().unwrap().iter().collect()
    }

    #[test]
    fn tables_hold_what_they_promise() {
        let (customers, clusters) = built(&Cluster::params().between(3, 5).starts(4).resamples(3).gap_sets(2));
        let names = |table: &DataFrame| table.get_column_names().iter().map(ToString::to_string).collect::<Vec<_>>().join(" ");
        let tables: Vec<(&str, String)> = clusters.tables.iter().map(|(name, table)| (name.as_str(), names(table))).collect();
        assert_eq!(
            tables,
            [
                (
                    "clusters",
                    "cluster name_en name_zh rule_en rule_zh rule_precision rule_recall customers customer_share revenue revenue_share \
                     median_recency_days median_frequency median_monetary silhouette stability"
                ),
                ("cluster_choice", "method k inertia silhouette gap gap_deviation bic chosen"),
                ("cluster_profiles", "cluster feature mean p25 median p75"),
                ("outliers", "rank customer_id score feature value typical_low typical_high reason_en reason_zh"),
            ]
            .map(|(name, columns)| (name, columns.to_owned()))
        );
        let table = |name: &str| &clusters.tables.iter().find(|(own, _)| own == name).unwrap().1;
        for share in ["customer_share", "revenue_share"] {
            let sum: f64 = numbers(table("clusters"), share).iter().flatten().sum();
            assert!((sum - 1.0).abs() < 1e-12, "{share}: {sum}");
        }
        assert_eq!(table("cluster_choice").height(), 6);
        assert_eq!(table("cluster_choice").column("chosen").unwrap().bool().unwrap().sum(), Some(1));
        assert_eq!(table("cluster_profiles").height(), 3 * table("clusters").height());
        assert!(!clusters.warnings.iter().any(|remark| remark.en.is_empty() || remark.zh.is_empty()));
        assert!(clusters.columns.iter().all(|column| column.len() == customers.len()));
        assert!(numbers(table("outliers"), "score").iter().flatten().all(|score| *score > 1.0));
    }

    #[test]
    fn the_analysis_is_read_back_from_json_and_scores_the_same() {
        let (customers, clusters) = built(&Cluster::params().clusters(4).starts(4).resamples(2).gap_sets(0));
        let text = serde_json::to_string(&clusters.analysis).unwrap();
        let back: ClusterAnalysis = serde_json::from_str(&text).unwrap();
        let own = back.model.score(&customers).unwrap();
        assert_eq!(clusters.columns[0].u32().unwrap().iter().flatten().collect::<Vec<_>>(), own.cluster());
    }
}
