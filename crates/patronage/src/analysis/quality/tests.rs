use std::collections::BTreeMap;

use super::*;
use crate::analysis::fixtures::day;
use crate::ingest::{Audit, Reason};
use crate::ledger::{LargestCustomer, Totals};

fn totals() -> Totals {
    Totals {
        customers: 1000,
        refund_only_customers: 3,
        orders: 5000,
        refund_orders: 10,
        first: Some(day("2023-01-01")),
        last: Some(day("2024-06-30")),
        largest_customer: Some(LargestCustomer { customer_id: "c1".to_owned(), orders: 40, share: 0.008 }),
    }
}

fn audit(rejected: &[(Reason, u64)]) -> Audit {
    Audit {
        rows_in: 10_000,
        rows_rejected: rejected.iter().copied().collect::<BTreeMap<_, _>>(),
        money_accepted: "990".to_owned(),
        money_rejected: "10".to_owned(),
        duplicate_rows: Some(0),
        ..Audit::default()
    }
}

fn grade(audit: &Audit, order_ids: bool) -> Grade {
    Grade::of(Evidence { audit: Some(audit), totals: &totals(), order_ids })
}

#[test]
fn clean_data_are_standard() {
    let grade = grade(&audit(&[]), true);
    assert_eq!((grade.level, grade.checks.len(), grade.unmeasured.len(), grade.to_fix().count()), (Level::Standard, 10, 0, 0));
}

#[test]
fn the_worst_check_decides_and_comes_first() {
    let grade = grade(&audit(&[(Reason::MissingCustomer, 2_500), (Reason::BadAmount, 150), (Reason::Excluded, 5_000)]), false);
    assert_eq!(grade.level, Level::Disordered);
    let kinds: Vec<_> = grade.to_fix().map(|check| (check.kind, check.level)).collect();
    // Beyond the limits of standard: 15 times, infinitely, 5 times.
    assert_eq!(
        kinds,
        [(CheckKind::BadAmounts, Level::Disordered), (CheckKind::OrderIds, Level::Basic), (CheckKind::MissingCustomers, Level::Basic),]
    );
}

#[test]
fn limits_belong_to_the_better_level() {
    for kind in CheckKind::ALL {
        let (basic, standard) = kind.limits();
        assert_eq!((Check::new(kind, basic).level, Check::new(kind, standard).level), (Level::Basic, Level::Standard), "{kind}");
        let beyond = if kind.more_is_better() { basic - 1.0 } else { basic * 1.01 };
        assert_eq!(Check::new(kind, beyond).level, Level::Disordered, "{kind}");
    }
}

#[test]
fn improvement_takes_two_good_runs() {
    let first = grade(&audit(&[(Reason::BadTime, 5)]), true);
    let better = grade(&audit(&[(Reason::BadTime, 4)]), true).after(&first, day("2024-05-31"));
    assert_eq!(better.level, Level::ContinuouslyImproved);
    assert_eq!(better.history, [PastGrade { as_of: day("2024-05-31"), level: Level::Standard, standard_checks: (10, 10) }]);
    let worse = grade(&audit(&[(Reason::BadTime, 6)]), true).after(&better, day("2024-06-30"));
    assert_eq!((worse.level, worse.history.len()), (Level::Standard, 2));
    let bad = grade(&audit(&[(Reason::BadTime, 5_000)]), true);
    assert_eq!(grade(&audit(&[]), true).after(&bad, day("2024-05-31")).level, Level::Standard);
}

#[test]
fn what_was_not_measured_is_named() {
    let grade = Grade::of(Evidence { audit: None, totals: &totals(), order_ids: true });
    assert_eq!(grade.unmeasured, CheckKind::ALL[..6]);
    assert_eq!((grade.level, grade.checks.len()), (Level::Standard, 4));
    let few = Totals { customers: 5, ..totals() };
    assert!(Grade::of(Evidence { audit: None, totals: &few, order_ids: true }).unmeasured.contains(&CheckKind::HouseAccount));
}
