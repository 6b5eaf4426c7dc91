//! A small book with every table that a report knows.

use std::collections::BTreeMap;
use std::fmt::Write;

use patronage::polars::df;
use patronage::polars::prelude::*;
use patronage::{Analysis, Ingest, SegmentBook};

/// A book of what was read: what needs no model, so that no number of it depends on a fit.
pub(super) fn book_of(log: &str) -> SegmentBook {
    SegmentBook::params()
        .only([Analysis::Rfm, Analysis::Abc, Analysis::Xyz])
        .build(&Ingest::new().read_text(log).expect("a log"))
        .expect("a book")
}

/// Sixty customers in 2023, each with a rhythm and an amount of its own.
pub(super) fn log() -> String {
    let mut log = "customer,date,amount\n".to_owned();
    for customer in 1..=60_u32 {
        for month in (1..=12).filter(|month| (month * customer) % 5 < 1 + customer % 4) {
            writeln!(log, "k{customer:03},2023-{month:02}-{:02},{}", 1 + (customer * 7) % 28, customer * 10 + month).expect("text");
        }
    }
    log
}

fn dates(days: &[&str]) -> Column {
    let days: Vec<i32> = days
        .iter()
        .map(|day| {
            let date: chrono_days::Day = day.parse().expect("a day");
            date.0
        })
        .collect();
    Column::new("date".into(), days).cast(&DataType::Date).expect("dates")
}

/// Days from 1970 without a calendar library: enough for the dates of this file.
mod chrono_days {
    pub(super) struct Day(pub(super) i32);

    impl std::str::FromStr for Day {
        type Err = std::num::ParseIntError;

        fn from_str(text: &str) -> Result<Self, Self::Err> {
            let parts: Vec<i32> = text.split('-').map(str::parse).collect::<Result<_, _>>()?;
            let (year, month, day) = (parts[0], parts[1], parts[2]);
            // Howard Hinnant, "chrono-compatible low-level date algorithms": days_from_civil.
            let year = if month <= 2 { year - 1 } else { year };
            let era = year.div_euclid(400);
            let year_of_era = year.rem_euclid(400);
            let day_of_year = (153 * ((month + 9) % 12) + 2) / 5 + day - 1;
            Ok(Self(era * 146_097 + year_of_era * 365 + year_of_era / 4 - year_of_era / 100 + day_of_year - 719_468))
        }
    }
}

fn dated(mut frame: DataFrame, name: &str, days: &[&str]) -> DataFrame {
    frame.with_column(dates(days).with_name(name.into())).expect("as many days as rows");
    frame
}

/// The book of [`log`] with a table of every analysis, as their documentation lists them.
pub(super) fn full() -> SegmentBook {
    let book = book_of(&log());
    let mut tables: BTreeMap<String, DataFrame> = book.tables().clone();
    let mut add = |name: &str, table: PolarsResult<DataFrame>| drop(tables.insert(name.to_owned(), table.expect(name)));
    let months = ["2023-01", "2023-02", "2023-03"];
    let starts = ["2023-01-01", "2023-02-01", "2023-03-01"];
    add(
        "trend",
        df!("period" => months, "revenue" => [1000.0, 1200.0, 300.0], "orders" => [10_u32, 12, 3], "customers" => [8_u32, 9, 2],
            "average_order_value" => [100.0, 100.0, 100.0], "arpu" => [125.0, 133.3, 150.0], "revenue_change" => [None, Some(0.2), None],
            "revenue_change_year" => [None::<f64>, None, None], "complete" => [true, true, false])
        .map(|frame| dated(frame, "period_start", &starts)),
    );
    add(
        "growth",
        df!("period" => months, "active" => [8_u32, 9, 2], "new" => [8_u32, 4, 1], "retained" => [0_u32, 4, 1],
            "reactivated" => [0_u32, 1, 0], "churned" => [0_u32, 4, 8], "quick_ratio" => [None, Some(1.25), Some(0.125)],
            "revenue" => [1000.0, 1200.0, 300.0], "complete" => [true, true, false], "left_truncated" => [true, false, false]),
    );
    add(
        "cohorts",
        df!("cohort" => ["2023-01", "2023-01", "2023-02", "2023-02"], "period_index" => [0_u32, 1, 0, 1], "cohort_size" => [8_u32, 8, 4, 4],
            "customers" => [Some(8_u32), Some(4), Some(4), None], "retention" => [Some(1.0), Some(0.5), Some(1.0), None],
            "revenue" => [Some(800.0), Some(400.0), Some(400.0), None]),
    );
    add(
        "migration",
        df!("form" => ["frozen", "frozen", "frozen"], "from_segment" => [Some("loyal"), Some("loyal"), None],
            "to_segment" => ["loyal", "at_risk", "new_customers"], "customers" => [20_u32, 3, 7], "from_share" => [Some(0.87), Some(0.13), None],
            "revenue_from" => [2000.0, 300.0, 0.0], "revenue_to" => [2100.0, 300.0, 70.0])
        .map(|frame| dated(dated(frame, "from_date", &["2023-09-01"; 3]), "to_date", &["2023-12-01"; 3])),
    );
    add(
        "churn",
        df!("churn_class" => ["low", "medium", "high"], "customers" => [40_u32, 17, 3], "customer_share" => [0.667, 0.283, 0.05],
            "revenue" => [30_000.0, 5_000.0, 900.0], "residual_value" => [9_000.0, 1_000.0, 100.0], "value_at_risk" => [500.0, 400.0, 90.0]),
    );
    add(
        "watchlist",
        df!("rank" => [1_u32, 2], "customer_id" => ["k060", "k059"], "value_at_risk" => [50.0, 40.0], "churn_probability" => [0.9, 0.8],
            "churn_class" => ["high", "high"], "days_since_last" => [90_u32, 80], "usual_gap_days" => [30.0, 31.0],
            "reason_en" => ["silent for three times the usual gap", "silent"], "reason_zh" => ["沉默时间为通常间隔的三倍", "沉默"]),
    );
    add(
        "churn_gain",
        df!("method" => ["recency", "recency", "classifier", "classifier"], "contacted_share" => [0.0, 1.0, 0.0, 1.0],
            "churners_share" => [0.0, 1.0, 0.0, 1.0]),
    );
    add(
        "churn_calibration",
        df!("method" => ["classifier", "classifier"], "bin" => [1_u32, 2], "predicted" => [0.2, 0.8], "actual" => [0.25, 0.75],
            "customers" => [30_u32, 30]),
    );
    add(
        "clusters",
        df!("cluster" => [1_u32, 2], "name_en" => ["Big", "Small"], "name_zh" => ["大", "小"], "rule" => ["monetary ≥ 900", "monetary < 900"],
            "customers" => [20_u32, 40], "customer_share" => [0.333, 0.667], "silhouette" => [0.5, 0.4], "stability" => [0.9, 0.8]),
    );
    add(
        "outliers",
        df!("rank" => [1_u32], "customer_id" => ["k060"], "score" => [9.5], "feature" => ["monetary"], "value" => [7000.0],
            "typical_low" => [10.0], "typical_high" => [900.0], "reason_en" => ["spends much more"], "reason_zh" => ["消费远高于常见范围"]),
    );
    add(
        "composition_category",
        df!("value" => [Some("<b>Toys</b> & more"), Some("Tea"), None], "revenue" => [20_000.0, 10_000.0, 500.0],
            "share" => [0.656, 0.328, 0.016], "rank" => [1_u32, 2, 3], "customers" => [50_u32, 30, 2]),
    );
    add(
        "affinity",
        df!("antecedent" => ["Tea"], "consequent" => ["Cups"], "orders_together" => [12_u32], "support" => [0.1], "confidence" => [0.4], "lift" => [2.5]),
    );
    add(
        "models",
        df!("model" => ["bg-nbd", "zero"], "kind" => ["model", "baseline"], "chosen" => [true, false], "beaten" => [None, Some(true)],
            "expected_purchases" => [101.0, 0.0], "actual_purchases" => [98.0, 98.0], "log_score" => [-1.5, -9.0]),
    );
    add(
        "tracking",
        df!("time" => [1.0, 2.0, 3.0], "holdout" => [false, false, true], "expected" => [5.0, 6.0, 7.0], "actual" => [4.0, 7.0, 6.0]),
    );
    add(
        "calibration",
        df!("decile" => [1_u32, 2], "customers" => [6.0, 6.0], "expected" => [3.0, 1.0], "actual" => [2.5, 1.2],
            "actual_standard_error" => [0.5, 0.3], "lift" => [2.0, 1.0], "gain" => [0.6, 1.0]),
    );
    add(
        "retention_value",
        df!("retention_change" => [-0.1, 0.0, 0.1], "retention_rate" => [0.6, 0.7, 0.8], "residual_value" => [900.0, 1000.0, 1150.0]),
    );
    let mut segments = book.segments().clone();
    let rows = segments.height();
    let mut column = |column: Column| {
        segments.with_column(column).expect("as many rows");
    };
    let spread = |most: usize| (0..rows).map(move |row| (row % most) as f64 / most as f64);
    column(Column::new("probability_alive".into(), spread(20).collect::<Vec<_>>()));
    column(Column::new("expected_purchases".into(), spread(13).map(|x| 4.0 * x).collect::<Vec<_>>()));
    column(Column::new("residual_value".into(), spread(29).map(|x| 900.0 * x).collect::<Vec<_>>()));
    column(Column::new("churn_probability".into(), spread(17).collect::<Vec<_>>()));
    column(Column::new("value_at_risk".into(), spread(29).map(|x| 450.0 * x).collect::<Vec<_>>()));
    column(Column::new("cluster".into(), (0..rows).map(|row| u32::from(row < 40) + 1).collect::<Vec<_>>()));
    SegmentBook::from_parts(segments, tables, book.manifest().clone()).expect("a book")
}
