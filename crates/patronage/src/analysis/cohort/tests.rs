//! Tests of cohorts: a triangle by hand, the identities on random logs, refused input.

use proptest::prelude::*;

use super::*;
use crate::ledger::cells::fixtures::{RawCell, any_cells, cells, day};
use crate::ledger::{CellMoney, Cells};
use crate::time::Period;

const LOG: [RawCell<'_>; 9] = [
    ("a", "2024-01-05", 1, 0, 1_000, 0),
    ("a", "2024-03-01", 0, 1, 0, -700),
    ("a", "2024-04-01", 2, 0, 600, 0),
    ("b", "2024-01-09", 1, 0, 2_000, 0),
    ("c", "2024-01-02", 0, 1, 0, -50),
    ("c", "2024-03-04", 1, 0, 500, 0),
    ("c", "2024-03-05", 1, 0, 100, 0),
    ("c", "2024-04-30", 1, 0, 400, 0),
    ("r", "2024-02-02", 0, 1, 0, -9),
];

fn cohorts(cells: &Cells, as_of: &str, kind: CellMoney) -> CohortView {
    Cohorts::params().money(kind).fit(cells, day(as_of)).unwrap_or_else(|error| panic!("{error}"))
}

#[test]
fn a_triangle_by_hand() {
    let view = cohorts(&cells(&LOG, Period::Month), "2024-04-30", CellMoney::Purchases);
    let sizes: Vec<_> = view.cohorts().iter().map(|cohort| (cohort.period.label.as_str(), cohort.size, cohort.cells.len())).collect();
    assert_eq!(sizes, [("2024-01", 2, 4), ("2024-02", 0, 3), ("2024-03", 1, 2), ("2024-04", 0, 1)]);
    let cells = |at: usize| {
        let cells = view.cohorts()[at].cells.iter();
        cells.map(|cell| (cell.customers, cell.orders, cell.revenue, cell.cumulative_revenue)).collect::<Vec<_>>()
    };
    assert_eq!(cells(0), [(2, 2, 3_000, 3_000), (0, 0, 0, 3_000), (0, 0, 0, 3_000), (1, 2, 600, 3_600)]);
    assert_eq!(cells(2), [(1, 2, 600, 600), (1, 1, 400, 1_000)]);
    let january = &view.cohorts()[0];
    assert_eq!(january.retention(&january.cells[3]), Some(0.5));
    assert_eq!(january.revenue_per_customer(&january.cells[3], view.scale()), Some(18.0));
    let february = &view.cohorts()[1];
    assert_eq!((february.retention(&february.cells[0]), february.revenue_per_customer(&february.cells[0], 2)), (None, None));
    assert!(january.period.left_truncated && !february.period.left_truncated);
}

#[test]
fn net_money_counts_refunds_when_they_were_given() {
    let view = cohorts(&cells(&LOG, Period::Month), "2024-04-30", CellMoney::Net);
    let revenue: Vec<_> = view.cohorts()[0].cells.iter().map(|cell| cell.revenue).collect();
    assert_eq!(revenue, [3_000, 0, -700, 600]);
    // c's refund before its first purchase, and r, who never bought.
    assert_eq!(view.unassigned(), -59);
}

#[test]
fn the_last_cell_of_every_cohort_is_in_the_last_period() {
    let view = cohorts(&cells(&LOG, Period::Month), "2024-05-02", CellMoney::Purchases);
    for cohort in view.cohorts() {
        let (last, before) = cohort.cells.split_last().unwrap();
        assert!(!last.complete && before.iter().all(|cell| cell.complete));
    }
}

#[test]
fn too_many_periods_are_refused() {
    let log = cells(&[("a", "2020-01-01", 1, 0, 1, 0)], Period::Day);
    let error = Cohorts::params().fit(&log, day("2021-02-04")).unwrap_err();
    assert_eq!(error.to_string(), "cohorts by day would be 401 from 2020-01-01 on; 400 are the most");
    assert_eq!(cohorts(&log, "2021-02-03", CellMoney::Purchases).cohorts().len(), LONGEST);
}

proptest! {
    #[test]
    fn the_identities_hold(by_day in any_cells(), net in any::<bool>()) {
        let kind = if net { CellMoney::Net } else { CellMoney::Purchases };
        for period in [Period::Week, Period::Month, Period::Quarter, Period::Year] {
            let cells = by_day.by(period).unwrap();
            let view = cohorts(&cells, "2024-12-31", kind);
            let buyers = cells.ranges().filter(|rows| rows.clone().any(|row| cells.purchases[row] > 0)).count() as u64;
            prop_assert_eq!(view.cohorts().iter().map(|cohort| cohort.size).sum::<u64>(), buyers);
            // Down each calendar period: everybody who bought in it stands in one cohort.
            let first = cells.index.iter().min().copied().unwrap_or_default();
            for at in 0..view.cohorts().len() {
                let row = |row: &usize| cells.index[*row] - first == i32::try_from(at).unwrap() && cells.purchases[*row] > 0;
                let orders: u64 = (0..cells.len()).filter(row).map(|row| u64::from(cells.purchases[row])).sum();
                let diagonal = || (0..=at).map(|cohort| &view.cohorts()[cohort].cells[at - cohort]);
                prop_assert_eq!(diagonal().map(|cell| cell.customers).sum::<u64>(), (0..cells.len()).filter(row).count() as u64);
                prop_assert_eq!(diagonal().map(|cell| cell.orders).sum::<u64>(), orders);
            }
            let all: i128 = (0..cells.len()).map(|row| cells.money(row, kind).unwrap()).sum();
            let mut sum = view.unassigned();
            for cohort in view.cohorts() {
                prop_assert_eq!(cohort.cells[0].customers, cohort.size);
                prop_assert!(cohort.cells.iter().all(|cell| cell.customers <= cohort.size && cell.customers <= cell.orders));
                prop_assert_eq!(cohort.cells.iter().map(|cell| cell.revenue).sum::<i128>(), cohort.cells.last().unwrap().cumulative_revenue);
                sum += cohort.cells.last().unwrap().cumulative_revenue;
            }
            prop_assert_eq!(sum, all);
        }
    }
}
