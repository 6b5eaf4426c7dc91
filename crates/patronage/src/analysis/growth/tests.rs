//! Tests of growth accounting: an account by hand, the identities on random logs, refused input.

use std::collections::BTreeSet;

use proptest::prelude::*;

use super::*;
use crate::ledger::cells::fixtures::{RawCell, any_cells, cells, day};
use crate::ledger::{CellMoney, Cells};
use crate::time::Period;

const LOG: [RawCell<'_>; 9] = [
    ("a", "2024-01-05", 1, 0, 1_000, 0),
    ("b", "2024-01-09", 1, 0, 2_000, 0),
    ("a", "2024-02-03", 1, 0, 1_500, 0),
    ("c", "2024-02-04", 2, 0, 500, 0),
    ("c", "2024-02-20", 1, 1, 400, -300),
    ("a", "2024-03-01", 0, 1, 0, -700),
    ("b", "2024-05-30", 1, 0, 800, 0),
    ("c", "2024-05-31", 1, 0, 100, 0),
    ("d", "2024-05-31", 1, 0, 0, 0),
];

fn growth(cells: &Cells, as_of: &str, kind: CellMoney) -> GrowthView {
    Growth::params().money(kind).fit(cells, day(as_of)).unwrap_or_else(|error| panic!("{error}"))
}

#[test]
fn an_account_by_hand() {
    let view = growth(&cells(&LOG, Period::Month), "2024-06-10", CellMoney::Purchases);
    let counts: Vec<_> = view.rows().iter().map(|row| [row.active, row.new, row.retained, row.reactivated, row.churned]).collect();
    // January to June: a, b | a, c | nobody | nobody | b, c, d | nobody yet.
    assert_eq!(counts, [[2, 2, 0, 0, 0], [2, 1, 1, 0, 1], [0, 0, 0, 0, 2], [0; 5], [3, 1, 0, 2, 0], [0, 0, 0, 0, 3]]);
    assert_eq!(view.rows().iter().map(|row| row.revenue).collect::<Vec<_>>(), [3_000, 2_400, 0, 0, 900, 0]);
    let february = &view.rows()[1];
    assert_eq!((february.new_revenue, february.retained_revenue, february.reactivated_revenue), (900, 1_500, 0));
    assert_eq!((february.expansion, february.contraction, february.churned_revenue), (500, 0, 2_000));
    assert_eq!((february.quick_ratio(), february.net_adds(), february.churn_to_adds()), (Some(1.0), 0, Some(1.0)));
    assert_eq!(february.money_quick_ratio(), Some(1_400.0 / 2_000.0));
    assert_eq!((february.net_revenue_retention(), february.gross_revenue_retention()), (Some(0.5), Some(1_000.0 / 3_000.0)));
    let june = &view.rows()[5];
    assert_eq!((june.period.label.as_str(), june.period.complete, june.net_adds()), ("2024-06", false, -3));
    assert_eq!((june.quick_ratio(), june.churn_to_adds()), (Some(0.0), None));
}

#[test]
fn the_first_period_knows_nothing_of_the_time_before() {
    let view = growth(&cells(&LOG, Period::Month), "2024-05-31", CellMoney::Purchases);
    let flags: Vec<_> = view.rows().iter().map(|row| (row.period.left_truncated, row.period.complete)).collect();
    assert_eq!(flags, [(true, true), (false, true), (false, true), (false, true), (false, true)]);
    let first = &view.rows()[0];
    assert_eq!((first.quick_ratio(), first.churn_to_adds(), first.net_revenue_retention()), (None, None, None));
}

#[test]
fn net_money_takes_refunds_where_their_customer_bought() {
    let view = growth(&cells(&LOG, Period::Month), "2024-05-31", CellMoney::Net);
    let net: Vec<_> = view.rows().iter().map(|row| (row.revenue, row.refunds_elsewhere)).collect();
    assert_eq!(net, [(3_000, 0), (2_100, 0), (0, -700), (0, 0), (900, 0)]);
}

#[test]
fn cells_after_the_date_are_refused() {
    let error = Growth::params().fit(&cells(&LOG, Period::Month), day("2024-03-01")).err();
    assert_eq!(error.map(|error| error.kind()), Some(crate::ErrorKind::Parameter));
}

#[test]
fn new_customers_by_hand() {
    let rows = new_customers(&cells(&LOG, Period::Day), day("2024-06-10")).unwrap();
    let of = |grain| {
        let rows = rows.iter().filter(move |row| row.grain == grain);
        rows.map(|row| (row.period.label.as_str(), row.new_customers, row.change)).collect::<Vec<_>>()
    };
    assert_eq!(of(Period::Year), [("2024", 4, None)]);
    // The second quarter is not over.
    assert_eq!(of(Period::Quarter), [("2024-Q1", 3, None), ("2024-Q2", 1, None)]);
    let months = [("2024-01", 2, None), ("2024-02", 1, None), ("2024-03", 0, Some(-1.0)), ("2024-04", 0, None)];
    assert_eq!(of(Period::Month)[..4], months);
    assert_eq!(of(Period::Month)[4..], [("2024-05", 1, None), ("2024-06", 0, None)]);
    assert!(new_customers(&cells(&LOG, Period::Month), day("2024-06-10")).is_err());
}

#[test]
fn new_customers_against_the_year_before() {
    let log = [
        ("a", "2021-12-31", 1, 0, 1, 0),
        ("b", "2022-03-01", 1, 0, 1, 0),
        ("c", "2022-09-01", 1, 0, 1, 0),
        ("d", "2023-03-01", 1, 0, 1, 0),
        ("e", "2023-03-02", 1, 0, 1, 0),
        ("f", "2023-05-02", 1, 0, 1, 0),
    ];
    let rows = new_customers(&cells(&log, Period::Day), day("2023-12-31")).unwrap();
    let find = |label: &str| rows.iter().find(|row| row.period.label == label).unwrap();
    assert_eq!((find("2023").change, find("2023").change_year), (Some(0.5), Some(0.5)));
    assert_eq!((find("2022").change, find("2022").change_year), (None, None), "2021 is left truncated");
    assert_eq!((find("2023-Q1").change, find("2023-Q1").change_year), (None, Some(1.0)));
    assert_eq!(find("2023-03").change_year, Some(1.0));
}

/// The customers with a purchase in each period, the slow way.
fn active(cells: &Cells, view: &GrowthView) -> Vec<BTreeSet<usize>> {
    let mut active = vec![BTreeSet::new(); view.rows().len()];
    let first = cells.index.iter().min().copied().unwrap_or_default();
    for (customer, rows) in cells.ranges().enumerate() {
        for row in rows.filter(|row| cells.purchases[*row] > 0) {
            active[usize::try_from(cells.index[row] - first).unwrap()].insert(customer);
        }
    }
    active
}

proptest! {
    #[test]
    fn the_identities_hold(by_day in any_cells(), net in any::<bool>()) {
        let kind = if net { CellMoney::Net } else { CellMoney::Purchases };
        for period in [Period::Week, Period::Month, Period::Quarter, Period::Year] {
            let cells = by_day.by(period).unwrap();
            let view = growth(&cells, "2025-01-15", kind);
            let active = active(&cells, &view);
            let mut seen: BTreeSet<usize> = BTreeSet::new();
            let nobody = BTreeSet::new();
            for (at, row) in view.rows().iter().enumerate() {
                let (now, before) = (&active[at], at.checked_sub(1).map_or(&nobody, |at| &active[at]));
                prop_assert_eq!(row.active, now.len() as u64);
                prop_assert_eq!(row.new, now.difference(&seen).count() as u64);
                prop_assert_eq!(row.retained, now.intersection(before).count() as u64);
                prop_assert_eq!(row.active, row.new + row.retained + row.reactivated);
                prop_assert_eq!(before.len() as u64, row.retained + row.churned);
                prop_assert_eq!(row.net_adds(), now.len().cast_signed() as i64 - before.len().cast_signed() as i64);
                prop_assert_eq!(row.revenue, row.new_revenue + row.reactivated_revenue + row.retained_revenue);
                prop_assert_eq!(row.revenue, row.revenue_before + row.new_revenue + row.reactivated_revenue + row.expansion
                    - row.contraction - row.churned_revenue);
                seen.extend(now);
            }
            // All money is somewhere.
            let money: i128 = (0..cells.len()).map(|row| cells.money(row, kind).unwrap()).sum();
            prop_assert_eq!(view.rows().iter().map(|row| row.revenue + row.refunds_elsewhere).sum::<i128>(), money);
        }
    }

    #[test]
    fn everybody_is_new_once(by_day in any_cells()) {
        let rows = new_customers(&by_day, day("2024-12-31")).unwrap();
        let customers = by_day.ranges().filter(|rows| rows.clone().any(|row| by_day.purchases[row] > 0)).count() as u64;
        for grain in [Period::Year, Period::Quarter, Period::Month] {
            prop_assert_eq!(rows.iter().filter(|row| row.grain == grain).map(|row| row.new_customers).sum::<u64>(), customers);
        }
        let months = growth(&by_day.by(Period::Month).unwrap(), "2024-12-31", CellMoney::Purchases);
        let counted = rows.iter().filter(|row| row.grain == Period::Month).map(|row| (&row.period, row.new_customers));
        prop_assert!(counted.eq(months.rows().iter().map(|row| (&row.period, row.new))));
    }
}
