//! Tests of the trend and of gaps: by hand, against the slow way on random logs, refused input.

use proptest::prelude::*;

use super::*;
use crate::ledger::Cells;
use crate::ledger::cells::fixtures::{RawCell, any_cells, cells, day};
use crate::math::quantile;
use crate::time::Period;

/// Means and changes are single quotients; the comparison allows for the order of two roundings.
const ROUNDING: f64 = 1e-12;

fn trend(rows: &[RawCell<'_>], as_of: &str) -> TrendView {
    Trend::params().fit(&cells(rows, Period::Month), day(as_of)).unwrap_or_else(|error| panic!("{error}"))
}

#[test]
fn periods_are_compared_when_both_are_whole() {
    let log = [
        ("a", "2023-01-01", 1, 0, 4_000, 0),
        ("b", "2023-01-10", 1, 1, 2_000, -1_000),
        ("a", "2023-02-10", 3, 0, 6_000, 0),
        ("r", "2023-02-11", 0, 1, 0, -500),
        ("a", "2024-01-31", 1, 0, 2_500, 0),
        ("a", "2024-02-01", 1, 0, 900, 0),
    ];
    let view = trend(&log, "2024-02-28");
    let [january, february, march] = &view.rows()[..3] else { panic!("three months") };
    assert_eq!((january.revenue, january.purchased, january.refunded), (5_000, 6_000, -1_000));
    assert_eq!((january.average_order_value, january.arpu), (Some(30.0), Some(25.0)));
    assert_eq!((february.customers, february.orders, february.average_order_value, february.arpu), (1, 3, Some(20.0), Some(55.0)));
    // The log starts on the first of January: the month is whole.
    assert_eq!(february.change, Changes { revenue: Some(0.1), orders: Some(0.5), customers: Some(-0.5), arpu: Some(1.2) });
    assert_eq!(march.change, Changes { revenue: Some(-1.0), orders: Some(-1.0), customers: Some(-1.0), arpu: None });
    assert_eq!((march.arpu, march.average_order_value), (None, None));
    let [january, february] = &view.rows()[12..] else { panic!("fourteen months") };
    assert_eq!((january.change.revenue, january.change_year.revenue, january.change_year.customers), (None, Some(-0.5), Some(-0.5)));
    // 2024 has a 29 February.
    assert!(!february.period.complete);
    assert_eq!((february.change, february.change_year), (Changes::default(), Changes::default()));
}

#[test]
fn a_log_that_starts_within_a_month_does_not_compare_with_it() {
    let view = trend(&[("a", "2023-01-02", 1, 0, 4_000, 0), ("a", "2023-02-10", 1, 0, 6_000, 0)], "2023-02-28");
    assert_eq!(view.rows()[1].change, Changes::default());
}

fn falling(amounts: &[i128]) -> Vec<(String, i128)> {
    amounts.iter().enumerate().map(|(month, amount)| (format!("2023-{:02}-01", month + 1), *amount)).collect()
}

fn decline(amounts: &[i128], as_of: &str, falls: u32) -> Option<ArpuDecline> {
    let rows = falling(amounts);
    let rows: Vec<RawCell<'_>> = rows.iter().map(|(date, amount)| ("a", date.as_str(), 1, 0, *amount, 0)).collect();
    Trend::params().arpu_falls(falls).fit(&cells(&rows, Period::Month), day(as_of)).unwrap().arpu_decline().cloned()
}

#[test]
fn arpu_that_fell_three_times_in_a_row_is_remarked_on() {
    let amounts = [900, 1_000, 900, 800, 600, 100];
    let found = decline(&amounts, "2023-06-15", 3).unwrap();
    assert_eq!((found.falls, found.from.as_str(), found.to.as_str()), (3, "2023-02", "2023-05"), "June is not over");
    assert_eq!(found.to_string(), "revenue per active customer fell 3 months in a row, from 10.00 in 2023-02 to 6.00 in 2023-05 (-40.0 %)");
    assert_eq!(found.text_zh(), "活跃客户均收入连续 3 个月下降，由 2023-02 的 10.00 降至 2023-05 的 6.00（-40.0 %）");
    assert_eq!(decline(&amounts, "2023-06-30", 3).map(|decline| decline.falls), Some(4));
    assert_eq!(decline(&amounts, "2023-06-15", 4), None);
    // Equal is not a fall, and a month without a customer ends a run.
    assert_eq!(decline(&[900, 800, 800, 700], "2023-04-30", 2), None);
    assert_eq!(decline(&[900, 800, 700, 600], "2023-05-31", 1), None);
    assert!(Trend::params().arpu_falls(0).fit(&cells(&[("a", "2023-01-01", 1, 0, 1, 0)], Period::Month), day("2023-01-31")).is_err());
}

#[test]
fn gaps_by_hand() {
    let log = [
        ("a", "2024-01-01", 2, 0, 1, 0),
        ("a", "2024-01-05", 0, 1, 0, -1),
        ("a", "2024-01-11", 1, 0, 1, 0),
        ("b", "2024-01-01", 1, 0, 1, 0),
        ("b", "2024-01-31", 3, 0, 1, 0),
        ("c", "2024-01-31", 1, 0, 1, 0),
    ];
    let [days, orders] = gaps(&cells(&log, Period::Day)).unwrap();
    assert_eq!((days.count, days.zero_gaps, days.mean(), days.quantile(50), days.quantile(95)), (2, 0, Some(20.0), Some(20.0), Some(29.0)));
    assert_eq!((orders.count, orders.zero_gaps, orders.mean(), orders.quantile(50)), (5, 3, Some(8.0), Some(0.0)));
    assert!(gaps(&cells(&log, Period::Month)).is_err());
    let [none, zeros] = gaps(&cells(&log[5..], Period::Day)).unwrap();
    assert_eq!([none.mean(), none.quantile(50), zeros.quantile(50)], [None; 3]);
    let [none, zeros] = gaps(&cells(&log[..1], Period::Day)).unwrap();
    assert_eq!((none.count, zeros.count, zeros.quantile(80)), (0, 1, Some(0.0)));
}

proptest! {
    #[test]
    fn sums_are_those_of_the_log(by_day in any_cells()) {
        for period in [Period::Week, Period::Month, Period::Quarter] {
            let cells: Cells = by_day.by(period).unwrap();
            let view = Trend::params().fit(&cells, day("2024-12-31")).unwrap();
            prop_assert_eq!(view.rows().iter().map(|row| row.purchased).sum::<i128>(), cells.purchased.iter().sum::<i128>());
            prop_assert_eq!(view.rows().iter().map(|row| row.refunded).sum::<i128>(), cells.refunded.iter().sum::<i128>());
            prop_assert_eq!(view.rows().iter().map(|row| row.orders).sum::<u64>(), cells.purchases.iter().map(|p| u64::from(*p)).sum::<u64>());
            prop_assert_eq!(view.rows().iter().map(|row| row.customers).sum::<u64>(), cells.purchases.iter().filter(|p| **p > 0).count() as u64);
            for row in view.rows() {
                prop_assert_eq!(row.revenue, row.purchased + row.refunded);
            }
        }
    }

    #[test]
    fn quantiles_of_counted_gaps_are_those_of_the_list(by_day in any_cells()) {
        let mut lists = [Vec::new(), Vec::new()];
        for rows in by_day.ranges() {
            let days: Vec<i32> = rows.flat_map(|row| vec![by_day.index[row]; by_day.purchases[row] as usize]).collect();
            lists[1].extend(days.windows(2).map(|pair| f64::from(pair[1] - pair[0])));
        }
        lists[1].sort_by(f64::total_cmp);
        lists[0] = lists[1].iter().copied().filter(|gap| *gap > 0.0).collect();
        for (own, list) in gaps(&by_day).unwrap().iter().zip(&lists) {
            prop_assert_eq!(own.count, list.len() as u64);
            for percent in [0, 1, 50, 80, 90, 95, 100] {
                match (own.quantile(percent), quantile::type7(list, f64::from(percent) / 100.0)) {
                    (Some(ours), Some(theirs)) => prop_assert!((ours - theirs).abs() <= ROUNDING * theirs.max(1.0), "{ours} {theirs}"),
                    (ours, theirs) => prop_assert_eq!(ours, theirs),
                }
            }
        }
    }
}
