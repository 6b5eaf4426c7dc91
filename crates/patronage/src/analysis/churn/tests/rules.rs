//! The rule of gaps, changes, value decline and the watchlist, by hand.

use super::ValueClass::{A, B, C, N};
use super::*;
use crate::words::numbers;

/// The type-7 quantiles are rational; exponent and logarithm cost the last digits.
const ROUNDING: f64 = 1e-12;

fn fitted(days: &PurchaseDays, as_of: i32) -> ChurnModel {
    Churn::params().shrinkage(2.0).horizon_days(30).fit(days, date(as_of), None, None).expect("gaps")
}

#[test]
fn own_gaps_are_shrunk_to_those_of_everybody() {
    // Gaps 10, 10, 10 and 40: the pooled 0.8 quantile lies 0.4 between 10 and 40.
    let days = days(&[vec![(0, 100), (10, 100), (20, 100), (30, 100)], vec![(0, 100), (40, 100)], vec![(5, 100)]]);
    let model = fitted(&days, 50);
    let rule = model.rule();
    assert_eq!((rule.gaps, rule.customers), (4, 2));
    close(rule.population_limit, 10.0 + 0.4 * 30.0, ROUNDING);
    close(rule.population_usual, 10.0, 0.0);
    let ratio = |row| rule.overdue_ratio(&days, row, date(50)).expect("known");
    // Three own gaps weigh 3/5, one weighs 1/3, none nothing.
    close(ratio(0), 20.0 / (10_f64.powf(0.6) * 22_f64.powf(0.4)), ROUNDING);
    close(ratio(1), 10.0 / (40_f64.powf(1.0 / 3.0) * 22_f64.powf(2.0 / 3.0)), ROUNDING);
    close(ratio(2), 45.0 / 22.0, ROUNDING);
    // As of an earlier date the customer was not there, or the gap not closed.
    assert_eq!(rule.overdue_ratio(&days, 2, date(4)), None);
    close(rule.overdue_ratio(&days, 1, date(39)).expect("known"), 39.0 / 22.0, ROUNDING);
}

#[test]
fn shrinkage_is_estimated_from_variances() {
    // Log gaps ln 10, ln 20 and ln 30, ln 60: within ½·(ln 2)² a customer, between ½·(ln 3)² each way.
    let days = days(&[vec![(0, 1), (10, 1), (30, 1)], vec![(0, 1), (30, 1), (90, 1)]]);
    let rule = *Churn::params().fit(&days, date(90), None, None).expect("gaps").rule();
    let (within, between) = (2_f64.ln().powi(2) / 2.0, 3_f64.ln().powi(2));
    close(rule.strength.expect("customers differ"), within / ((between - within) / 2.0), 1e-12);
    // Customers who do not differ: their own gaps say nothing.
    let alike = super::days(&[vec![(0, 1), (10, 1), (30, 1)], vec![(0, 1), (10, 1), (30, 1)]]);
    let rule = *Churn::params().fit(&alike, date(40), None, None).expect("gaps").rule();
    assert_eq!((rule.strength, rule.own_weight(9)), (None, 0.0));
    close(rule.limit(&[1.0, 1.0]), rule.population_limit, 0.0);
    // One gap a customer cannot tell.
    let thin = super::days(&[vec![(0, 1), (10, 1)], vec![(0, 1), (30, 1)]]);
    assert_eq!(Churn::params().fit(&thin, date(40), None, None).expect("gaps").rule().strength, Some(5.0));
}

#[test]
fn gaps_of_a_published_data_set() {
    let Some(text) = std::env::var_os("PATRONAGE_TEST_DATA") else { return };
    let path = std::path::Path::new(&text).join("rfm_orders.csv");
    let text = std::fs::read_to_string(path).expect("the orders of R package rfm");
    let mut customers: std::collections::BTreeMap<String, std::collections::BTreeMap<i32, i128>> = std::collections::BTreeMap::new();
    for line in text.lines().skip(1) {
        let fields: Vec<&str> = line.split(',').collect();
        let day = crate::time::day_number(fields[1].parse().expect("a date"));
        *customers.entry(fields[0].to_owned()).or_default().entry(day).or_default() += fields[2].parse::<i128>().expect("money");
    }
    let days = days_named(customers.into_iter().map(|(id, own)| (id, own.into_iter().collect())).collect());
    let as_of = "2006-12-31".parse().expect("a date");
    // pandas 2 and numpy.quantile: 3,900 gaps between purchase days; median 101, 80 % 251, 95 % 411.
    for (quantile, limit) in [(0.8, 251.0), (0.9, 342.0), (0.95, 411.0)] {
        let rule = *Churn::params().quantile(quantile).fit(&days, as_of, None, None).expect("gaps").rule();
        assert_eq!(rule.gaps, 3_900);
        close(rule.population_usual, 101.0, 0.0);
        close(rule.population_limit, limit, 1e-9);
    }
}

#[test]
fn recency_is_not_clipped() {
    // One purchase each, 91 to 1,090 days ago: nobody ties with anybody.
    let mut histories: Vec<History> = (0..1_000).map(|customer| vec![(customer, 100)]).collect();
    histories.push(vec![(0, 100), (30, 100)]);
    let days = days(&histories);
    let model = Churn::params().fit(&days, date(1_090), None, None).expect("gaps");
    let scores = model.score(&days, date(1_090), None).expect("scores");
    let mut ratios: Vec<f64> = scores.overdue_ratio().take(1_000).collect();
    ratios.sort_by(f64::total_cmp);
    ratios.dedup();
    assert_eq!(ratios.len(), 1_000);
}

#[test]
fn changes_have_a_key_and_their_numbers() {
    let regular: Vec<(i32, i128)> = (0..10).map(|week| (week * 10, 1_000)).collect();
    let case = |extra: &[(i32, i128)], as_of: i32| {
        let mut own = regular.clone();
        own.extend(extra);
        let days = days(&[own, regular.clone(), vec![(0, 5)]]);
        let model = fitted(&days, as_of);
        let scores = model.score(&days, date(as_of), None).expect("scores");
        (scores.change()[0], scores.change()[2])
    };
    let (steady, first) = case(&[], 95);
    assert_eq!((steady.key(), first.key()), ("steady", "first_order_only"));
    assert_eq!(first.reason_en(30, 2), "One purchase only, 95 days ago; most who come back do so within 10 days.");
    let (stopped, _) = case(&[], 120);
    assert_eq!(stopped, Change::Stopped { days: 30, usual: 10.0, limit: 10.0 });
    assert_eq!(stopped.reason_en(30, 2), "No purchase for 30 days; usually every 10 days, overdue after 10.");
    assert_eq!(stopped.reason_zh(30, 2), "已 30 天未购买；通常每 10 天购买一次，超过 10 天即为逾期。");
    let (returning, _) = case(&[(150, 1_000)], 155);
    assert_eq!(returning, Change::Returning { absent: 60, days: 5 });
    let (less, _) = case(&[(100, 400), (110, 100), (120, 5)], 125);
    // Windows 66..=95 (three purchases of 10.00) and 96..=125.
    assert_eq!(less, Change::SpendingLess { before: 3_000, after: 505 });
    assert_eq!(less.reason_en(30, 2), "Spent 5.05 in the last 30 days, 30.00 in the 30 before.");
    // A slow buyer with an occasional burst: fewer purchase days, none of them overdue.
    let slow = vec![(0, 100), (60, 100), (62, 100), (64, 100), (66, 100), (126, 100)];
    let days = days(&[slow, vec![(0, 100), (60, 100)]]);
    let model = Churn::params().shrinkage(2.0).horizon_days(60).fit(&days, date(130), None, None).expect("gaps");
    let change = model.score(&days, date(130), None).expect("scores").change()[0];
    assert!(matches!(change, Change::Returning { absent: 60, days: 4 } | Change::Slowing { .. }), "{change:?}");
}

#[test]
fn slowing_counts_purchase_days() {
    // Limit of everybody 100: own gaps weigh nothing under heavy shrinkage.
    let days = days(&[vec![(0, 100), (50, 100), (60, 100), (70, 100), (80, 100), (140, 100)], vec![(0, 1), (100, 1), (200, 1), (300, 1)]]);
    let model = Churn::params().shrinkage(1e9).horizon_days(60).quantile(0.9).fit(&days, date(300), None, None).expect("gaps");
    let scores = model.score(&days, date(145), None).expect("scores");
    // Windows 26..=85 with four days and 86..=145 with one.
    assert_eq!(scores.change()[0], Change::Slowing { before: 4, after: 1 });
    assert_eq!(scores.change()[0].reason_zh(60, 2), "最近 60 天有 1 个购买日，此前 60 天有 4 个。");
    assert_eq!(scores.change()[0].reason_en(60, 2), "1 purchase day in the last 60 days, 4 in the 60 before.");
}

#[test]
fn one_day_is_no_days() {
    let stopped = Change::Stopped { days: 1, usual: 0.6, limit: 1.0 };
    assert_eq!(stopped.reason_en(1, 2), "No purchase for 1 day; usually every 1 day, overdue after 1.");
    let first = Change::FirstOrderOnly { days: 1, limit: 1.2 };
    assert_eq!(first.reason_en(1, 2), "One purchase only, 1 day ago; most who come back do so within 1 day.");
    let returning = Change::Returning { absent: 1, days: 1 };
    assert_eq!(returning.reason_en(1, 2), "Came back 1 day ago after 1 day without a purchase.");
    let steady = Change::Steady { days: 1, usual: 1.0 };
    assert_eq!(steady.reason_en(1, 2), "Buys as usual: 1 day since the last purchase, usually every 1.");
    let less = Change::SpendingLess { before: 300, after: 100 };
    assert_eq!(less.reason_en(1, 2), "Spent 1.00 in the last 1 day, 3.00 in the 1 before.");
}

#[test]
fn what_is_missing_is_said_in_both_languages() {
    let by = date(640);
    let every = [
        Missing::History { span_days: 1, horizon_days: 90 },
        Missing::Customers { by, found: 1, needed: 100 },
        Missing::Kind { after: by, churned: 1, stayed: 150, needed: 30 },
        Missing::Gaps { by },
        Missing::Forecasts,
    ];
    for missing in every {
        let (english, chinese) = (missing.to_string(), missing.text_zh());
        assert_eq!(numbers(&english), numbers(&chinese), "{english} {chinese}");
        assert!(!chinese.is_ascii() && !english.contains("1 days") && !english.contains("1 customers"), "{english} {chinese}");
    }
}

#[test]
fn value_classes_are_those_of_the_earlier_window() {
    let histories = [
        // Before (days 11..=20), after (21..=30): 80 of 100 is A to the cut; the equals at 10 are B together.
        vec![(0, 1), (15, 8_000), (25, 500)],
        vec![(15, 1_000), (25, 1_000)],
        vec![(16, 1_000), (21, 9_000)],
        vec![(17, 10), (30, 0)],
        vec![(5, 50), (29, 10)],
        vec![(18, 20)],
        vec![(15, 1_000), (20, -1_000), (22, 20)],
    ];
    let decline = ValueDecline::new(&days(&histories), date(30), 10).expect("small money");
    // Total 110.30: A until 88.24, B until 104.785.
    assert_eq!(decline.thresholds(), [Some(1_000), None]);
    assert_eq!(decline.classes(), [[A, C], [A, A], [A, A], [C, N], [N, C], [C, N], [A, C]]);
    // The one without a purchase has churned, not declined; a purchase of zero is one.
    assert_eq!(decline.partial_churn(), Some(&[true, false, false, true, false, false, true][..]));
    let of =
        |from, to| decline.moves().iter().find(|one| (one.from, one.to) == (from, to)).map(|one| (one.customers, one.before, one.after));
    assert_eq!(of(A, C), Some((2, 9_000, 520)));
    assert_eq!(of(A, A), Some((2, 2_000, 10_000)));
    assert_eq!(of(B, N), Some((0, 0, 0)));
    assert_eq!(decline.moves().iter().map(|one| one.customers).sum::<u64>(), 7);
    // Two windows of 16 days began before the data: one cannot tell.
    assert_eq!(ValueDecline::new(&days(&histories), date(30), 16).expect("small money").partial_churn(), None);
    let graded = [
        vec![(0, 1), (15, 7_000), (25, 7_000)],
        vec![(15, 1_500), (25, 1_499)],
        vec![(15, 900), (25, 1_500)],
        vec![(15, 600), (25, 6_999)],
    ];
    let decline = ValueDecline::new(&days(&graded), date(30), 10).expect("small money");
    // 70, 85 and 94 % before the second, third and fourth.
    assert_eq!(decline.thresholds(), [Some(1_500), Some(600)]);
    assert_eq!(decline.classes(), [[A, A], [A, B], [B, A], [B, A]]);
}

#[test]
fn the_watchlist_goes_by_loss_and_then_by_id() {
    let own = vec![(300, 10_000), (330, 10_000)];
    let days = days_named(vec![
        ("ann".into(), own.clone()),
        ("bob".into(), own.clone()),
        ("cid".into(), vec![(300, 90_000), (330, 90_000)]),
        ("dan".into(), vec![(0, 1_000_000)]),
    ]);
    let forecast = Forecast { not_alive: vec![0.1; 4], no_purchase: vec![0.5, 0.5, 0.25, 0.9] };
    let model = Churn::params().fit(&days, date(400), Some(&forecast), None).expect("gaps");
    let scores = model.score(&days, date(400), Some(&forecast)).expect("scores");
    let ids = |list: &Watchlist| list.entries().iter().map(|entry| entry.customer_id.clone()).collect::<Vec<_>>();
    // By the last 365 days: 0.25 × 1,800 before 0.5 × 200 twice; the one of 400 days ago has no year to lose.
    let list = Watchlist::new(&model, &days, &scores, None, 10).expect("a list");
    assert_eq!(ids(&list), ["cid", "ann", "bob"]);
    assert!(!list.by_residual_value() && list.entries()[0].value_at_risk.is_none());
    close(list.entries()[0].year_at_risk, 450.0, 1e-12);
    let list = Watchlist::new(&model, &days, &scores, Some(&[10.0, 10.0, 4.0, 100.0]), 3).expect("a list");
    assert_eq!(ids(&list), ["dan", "ann", "bob"]);
    assert_eq!(list.entries()[0].value_at_risk, Some(90.0));
    assert!(Watchlist::new(&model, &days, &scores, Some(&[1.0]), 3).is_err());
    assert!(Watchlist::new(&model, &days, &scores, Some(&[1.0, f64::NAN, 1.0, 1.0]), 3).is_err());
}

#[test]
fn a_first_purchase_of_100_is_no_annual_value_of_36500() {
    let days = days(&[vec![(364, 10_000)], vec![(0, 100), (30, 100)]]);
    let model = fitted(&days, 364);
    let scores = model.score(&days, date(364), None).expect("scores");
    assert_eq!(scores.year_money(), [10_000, 200]);
    assert_eq!(scores.baseline_value(2, 0.5), [50.0, 1.0]);
}
