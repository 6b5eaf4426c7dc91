//! Clusters: which kinds of customers there are, how far that can be trusted, and who is like nobody.
//!
//! `cargo run --release --example clusters`

#![expect(clippy::print_stdout, reason = "an example talks to its reader")]

use patronage::analysis::cluster::{Cluster, Criterion};
use patronage::{CustomersParams, Ingest};

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let log = concat!(env!("CARGO_MANIFEST_DIR"), "/examples/data/cdnow_sample.csv");
    let customers = Ingest::new().read([log])?.ledger.customers(&CustomersParams::new())?;

    // How many clusters? Criteria disagree, so all of them are shown. The silhouette likes two: those who came back, and those
    // who did not. The gap statistic asks whether more clusters are tighter than chance would make them.
    let model = Cluster::params().fit(&customers)?;
    println!("{:<9}{:>4}{:>12}{:>12}{:>8}{:>10}", "method", "k", "inertia", "silhouette", "gap", "bic");
    for candidate in model.candidates() {
        let show = |value: Option<f64>, places: usize| value.map_or_else(|| "-".to_owned(), |value| format!("{value:.places$}"));
        println!(
            "{:<9}{:>4}{:>12}{:>12}{:>8}{:>10}{}",
            candidate.method.to_string(),
            candidate.clusters,
            show(candidate.inertia, 1),
            show(candidate.silhouette, 3),
            show(candidate.gap, 3),
            show(candidate.bic, 0),
            if candidate.chosen { "  chosen" } else { "" }
        );
    }

    // What they are. A rule is a summary; its precision and recall say how good a one.
    println!();
    let scores = model.score(&customers)?;
    for (cluster, total) in model.clusters().iter().zip(scores.totals()) {
        println!("{}. {} / {}: {} customers", cluster.number, cluster.name_en, cluster.name_zh, total.customers);
        let (precision, recall) = (cluster.rule.precision * 100.0, cluster.rule.recall * 100.0);
        println!("   {} (precision {precision:.0} %, covers {recall:.0} %)", cluster.rule);
        if let Some(stability) = cluster.stability {
            println!("   found again in resamples: {stability:.2}");
        }
    }
    for note in model.notes() {
        println!("note: {note}");
    }

    println!("\n{} customers are unusual, first of all", scores.outlier_customers());
    for outlier in scores.outliers().iter().take(5) {
        println!("   {}: {}", customers.customer_id().get(outlier.row), outlier.reason_en);
    }

    // The model is data. Clusters as of the year before, applied to the same shop six months later.
    let ledger = Ingest::new().read([log])?.ledger;
    let then = ledger.customers(&CustomersParams::new().as_of("1997-12-31".parse()?))?;
    let frozen = Cluster::params().criterion(Criterion::Silhouette).fit(&then)?;
    println!("\n{:<60}{:>12}{:>12}", "clusters of 1997-12-31", "then", "1998-06-30");
    let (before, after) = (frozen.score(&then)?, frozen.score(&customers)?);
    for (cluster, (before, after)) in frozen.clusters().iter().zip(before.totals().iter().zip(after.totals())) {
        println!("{:<60}{:>12}{:>12}", cluster.name_en, before.customers, after.customers);
    }
    Ok(())
}
