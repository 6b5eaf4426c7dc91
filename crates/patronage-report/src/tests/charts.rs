//! Every chart is there, and draws what stands in the book.

use serde_json::Value;

use super::fixture::{book_of, full};
use crate::{ReportOptions, Section, charts, html};

const ALL: [&str; 24] = [
    "segment_shares",
    "segment_risk",
    "rfm_heat",
    "score_counts",
    "spread_recency",
    "spread_orders",
    "spread_money",
    "lorenz",
    "pyramid",
    "value_deciles",
    "retention_value",
    "alive_heat",
    "purchases_heat",
    "tracking",
    "calibration",
    "churn_spread",
    "churn_gain",
    "churn_calibration",
    "trend",
    "growth",
    "cohorts",
    "migration",
    "cluster_scatter",
    "composition_category",
];

/// The figure of a chart, from its piece of HTML.
fn figure(charts: &[(String, String)], key: &str) -> Value {
    let html = &charts.iter().find(|(name, _)| name == key).unwrap_or_else(|| panic!("no chart {key}")).1;
    let start = html.find("application/json\">").expect("data") + "application/json\">".len();
    let end = start + html[start..].find("</script>").expect("an end");
    serde_json::from_str(&html[start..end]).expect("JSON")
}

#[test]
fn every_analysis_has_its_charts() {
    let charts = charts(&full(), &ReportOptions::new()).unwrap();
    let keys: Vec<&str> = charts.iter().map(|(key, _)| key.as_str()).collect();
    assert_eq!(keys, ALL);
    for (key, html) in &charts {
        assert!(html.contains("aria-label") && html.contains("<table"), "{key} has words and its numbers as a table");
    }
}

#[test]
fn bars_are_the_shares_of_the_table() {
    let book = full();
    let charts = charts(&book, &ReportOptions::new()).unwrap();
    let table = &book.tables()["segments"];
    let counts = table.column("customers").unwrap().u64().unwrap();
    let shares = table.column("revenue_share").unwrap().f64().unwrap();
    let wanted: Vec<f64> = (0..table.height()).filter(|row| counts.get(*row) > Some(0)).rev().map(|row| shares.get(row).unwrap()).collect();
    let drawn = figure(&charts, "segment_shares");
    let drawn: Vec<f64> = drawn["data"][0]["x"].as_array().unwrap().iter().map(|x| x.as_f64().unwrap()).collect();
    assert_eq!(drawn.len(), wanted.len());
    // JSON's decimal text is read back to within one unit in the last place.
    assert!(drawn.iter().zip(&wanted).all(|(drawn, wanted)| (drawn - wanted).abs() <= f64::EPSILON), "{drawn:?} {wanted:?}");
}

#[test]
fn the_heat_map_is_the_mean_of_the_customers_rows() {
    let book = full();
    let charts = charts(&book, &ReportOptions::new()).unwrap();
    let drawn = figure(&charts, "rfm_heat");
    let rows = book.segments();
    let (r, f) = (rows.column("r_score").unwrap().u8().unwrap(), rows.column("f_score").unwrap().u8().unwrap());
    let money = rows.column("monetary").unwrap().cast(&patronage::polars::prelude::DataType::Float64).unwrap();
    let money = money.f64().unwrap();
    for own_f in 1..=5_u8 {
        for own_r in 1..=5_u8 {
            let own: Vec<f64> = (0..rows.height())
                .filter(|row| r.get(*row) == Some(own_r) && f.get(*row) == Some(own_f))
                .filter_map(|row| money.get(row))
                .collect();
            let field = &drawn["data"][0]["z"][usize::from(own_f) - 1][usize::from(own_r) - 1];
            match field.as_f64() {
                None => assert!(own.is_empty()),
                Some(mean) => assert!((mean - own.iter().sum::<f64>() / own.len() as f64).abs() < 1e-9),
            }
        }
    }
}

#[test]
fn what_has_not_been_observed_is_not_drawn_as_nothing() {
    let charts = charts(&full(), &ReportOptions::new()).unwrap();
    let drawn = figure(&charts, "cohorts");
    assert_eq!(drawn["data"][0]["z"], serde_json::json!([[null], [0.5]]), "the later cohort is at the bottom of the axis, its first");
}

#[test]
fn texts_of_the_data_are_no_markup_of_charts() {
    let charts = charts(&full(), &ReportOptions::new()).unwrap();
    let drawn = figure(&charts, "composition_category");
    assert_eq!(drawn["data"][0]["y"], serde_json::json!(["(none)", "Tea", "&lt;b&gt;Toys&lt;/b&gt; &amp; more"]));
}

#[test]
fn sections_come_as_asked_for_and_only_where_there_is_something() {
    let page = html(&full(), &ReportOptions::new().sections([Section::Value, Section::Segments])).unwrap();
    let place = |section: &str| page.find(&format!("<section id=\"{section}\""));
    assert!(place("segments").unwrap() < place("value").unwrap());
    assert_eq!(place("rfm"), None);
    let small = html(&book_of("customer,date,amount\nann,2024-03-01,50\nbob,2024-01-05,20\n"), &ReportOptions::new()).unwrap();
    assert!(small.contains("<section id=\"segments\"") && !small.contains("<section id=\"churn\""));
}
