use chrono::{Days, NaiveDate};
use proptest::prelude::*;

use super::{Composition, CompositionView, PeriodRow};
use crate::error::{ErrorKind, Result};
use crate::ledger::{Breakdown, BreakdownRow};
use crate::time::Period;

fn day(text: &str) -> NaiveDate {
    text.parse().unwrap_or_else(|error| panic!("{text}: {error}"))
}

fn row(value: &str, date: &str, revenue: i128) -> BreakdownRow {
    BreakdownRow { value: (!value.is_empty()).then(|| value.to_owned()), day: day(date), rows: 1, revenue, ..BreakdownRow::default() }
}

fn monthly(days: (&str, &str), rows: Vec<BreakdownRow>) -> CompositionView {
    let breakdown = Breakdown::from_rows((2, 2), (day(days.0), day(days.1)), rows).expect("within the window");
    Composition::params().fit(&breakdown).expect("small sums")
}

fn period<'a>(view: &'a CompositionView, label: &str, value: Option<&str>) -> Option<&'a PeriodRow> {
    view.by_period().iter().find(|row| Period::Month.label_of(row.period) == label && view.name(row.value) == value)
}

#[test]
fn shares_ranks_and_changes_by_hand() {
    let view = monthly(
        ("2023-03-01", "2024-03-15"),
        vec![
            row("tea", "2023-03-01", 100),
            row("tea", "2024-01-31", 200),
            row("tea", "2024-02-29", 300),
            row("tea", "2024-03-15", 900),
            row("milk", "2023-03-31", 50),
            row("milk", "2024-02-01", 150),
            row("", "2024-02-10", 1_500),
            row("salt", "2024-01-05", 200),
        ],
    );
    let rows: Vec<_> = view
        .by_value()
        .iter()
        .map(|row| (view.name(row.value), row.revenue, row.rank, row.previous_revenue, row.last_revenue, row.change))
        .collect();
    // The last whole month is February; the fifteenth of March ends nothing.
    assert_eq!(
        rows,
        [
            (Some("tea"), 1_500, 1, Some(200), Some(300), Some(0.5)),
            (None, 1_500, 1, Some(0), Some(1_500), None),
            (Some("milk"), 200, 3, Some(0), Some(150), None),
            (Some("salt"), 200, 3, Some(200), Some(0), Some(-1.0)),
        ]
    );
    assert_eq!(view.by_value()[0].share, Some(1_500.0 / 3_400.0));
    let february = period(&view, "2024-02", None).expect("a row");
    assert_eq!((february.rank, february.share, february.complete), (1, Some(1_500.0 / 1_950.0), true));
    let march = period(&view, "2024-03", Some("tea")).expect("a row");
    assert_eq!((march.change, march.change_year, march.complete), (None, None, false));
    assert!(period(&view, "2024-02", Some("salt")).is_none());
}

#[test]
fn a_year_before_is_the_same_period() {
    let rows = || vec![row("tea", "2023-02-10", 100), row("tea", "2024-02-10", 150)];
    assert_eq!(monthly(("2023-02-01", "2024-02-29"), rows()).by_value()[0].change_year, Some(0.5));
    // The window begins within the month of the year before.
    assert_eq!(monthly(("2023-02-05", "2024-02-29"), rows()).by_value()[0].change_year, None);
    for (grain, before, now) in [
        (Period::Year, "2022-06-01", "2023-06-01"),
        (Period::Quarter, "2022-11-01", "2023-11-01"),
        (Period::Week, "2022-12-26", "2023-12-25"),
        (Period::Day, "2022-12-31", "2023-12-31"),
    ] {
        let days = (day("2022-01-01"), day("2023-12-31"));
        let breakdown = Breakdown::from_rows((2, 2), days, [row("tea", before, 100), row("tea", now, 150)]).expect("within");
        let view = Composition::params().grain(grain).fit(&breakdown).expect("small sums");
        assert_eq!(view.by_value()[0].change_year, Some(0.5), "{grain}");
        assert_eq!(view.by_period().last().and_then(|row| row.change_year), Some(0.5), "{grain}");
    }
}

#[test]
fn margin_leaves_out_rows_without_a_cost_and_discounts_are_shares_of_the_list_price() {
    let with_cost = BreakdownRow {
        cost_rows: 1,
        costed_revenue: 10_000,
        cost: 6_500,
        discount_rows: 1,
        discount: 5_000,
        ..row("tea", "2024-01-01", 100)
    };
    let days = (day("2024-01-01"), day("2024-01-31"));
    // Cost and discount have four decimal places, revenue two.
    let breakdown =
        Breakdown::from_rows((2, 4), days, [with_cost, row("tea", "2024-01-01", 900), row("milk", "2024-01-02", 5)]).expect("within");
    let view = Composition::params().fit(&breakdown).expect("small sums");
    let tea = &view.by_value()[0];
    assert_eq!((tea.revenue, tea.cost, tea.margin, tea.margin_rate), (1_000, Some(6_500), Some(3_500), Some(0.35)));
    assert_eq!((tea.discount, tea.discount_share), (Some(5_000), Some(0.5 / 10.5)));
    let milk = &view.by_value()[1];
    assert_eq!((milk.cost, milk.margin, milk.margin_rate, milk.discount, milk.discount_share), (None, None, None, None, None));
}

#[test]
fn refunds_can_leave_less_than_nothing() {
    let view = monthly(("2024-01-01", "2024-01-31"), vec![row("tea", "2024-01-01", 100), row("milk", "2024-01-02", -100)]);
    assert_eq!(view.by_value().iter().map(|row| (row.revenue, row.share, row.rank)).collect::<Vec<_>>(), [(100, None, 1), (-100, None, 2)]);
}

#[test]
fn very_many_values_are_gathered_by_period_only() {
    let mut rows: Vec<BreakdownRow> = (0..20).map(|n| row(&format!("p{n:02}"), "2024-01-01", 100 + n)).collect();
    rows.push(row("other", "2024-01-01", 1));
    rows.push(row("", "2024-01-01", 2));
    let breakdown = Breakdown::from_rows((2, 2), (day("2024-01-01"), day("2024-01-31")), rows).expect("within");
    let view = Composition::params().limit(10, 3).fit(&breakdown).expect("small sums");
    assert_eq!((view.by_value().len(), view.other()), (22, Some(("other_", 18))));
    let names: Vec<_> = view.by_period().iter().map(|row| (view.name(row.value), row.revenue)).collect();
    let rest = (0..17).map(|n| 100 + n).sum::<i128>() + 1;
    assert_eq!(names, [(Some("other_"), rest), (Some("p19"), 119), (Some("p18"), 118), (Some("p17"), 117), (None, 2)]);
    let share: f64 = view.by_period().iter().filter_map(|row| row.share).sum();
    assert!((share - 1.0).abs() < 1e-12, "{share}");
}

#[test]
fn settings_and_windows_are_checked() -> Result<()> {
    let days = (day("2024-01-01"), day("2024-01-31"));
    let breakdown = Breakdown::from_rows((2, 2), days, [row("tea", "2024-01-01", 1)])?;
    for params in [Composition::params().limit(10, 0), Composition::params().limit(10, 11)] {
        assert_eq!(params.fit(&breakdown).map_err(|error| error.kind()), Err(ErrorKind::Parameter));
    }
    let outside = Breakdown::from_rows((2, 2), days, [row("tea", "2024-02-01", 1)]);
    assert_eq!(outside.map_err(|error| error.kind()), Err(ErrorKind::Parameter));
    Ok(())
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 64, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn revenue_is_conserved_and_shares_sum_to_one(
        raw in prop::collection::vec((0..6_u8, 0..90_u64, 1..10_000_i128), 1..60),
        grain in prop::sample::select(vec![Period::Day, Period::Week, Period::Month, Period::Quarter, Period::Year]),
    ) {
        let start = day("2024-01-01");
        let rows: Vec<BreakdownRow> = raw
            .iter()
            .map(|(value, days, revenue)| BreakdownRow {
                value: (*value > 0).then(|| format!("v{value}")),
                day: start + Days::new(*days),
                rows: 1,
                revenue: *revenue,
                ..BreakdownRow::default()
            })
            .collect();
        let days = (start, start + Days::new(90));
        let fit = |rows: Vec<BreakdownRow>| Composition::params().grain(grain).fit(&Breakdown::from_rows((2, 2), days, rows)?);
        let view = fit(rows.clone()).expect("small sums");
        let total: i128 = raw.iter().map(|row| row.2).sum();
        prop_assert_eq!(view.by_value().iter().map(|row| row.revenue).sum::<i128>(), total);
        prop_assert_eq!(view.by_period().iter().map(|row| row.revenue).sum::<i128>(), total);
        let shares: f64 = view.by_value().iter().filter_map(|row| row.share).sum();
        prop_assert!((shares - 1.0).abs() < 1e-12);
        for own in view.by_period().chunk_by(|a, b| a.period == b.period) {
            let shares: f64 = own.iter().filter_map(|row| row.share).sum();
            prop_assert!((shares - 1.0).abs() < 1e-12);
            prop_assert!(own.windows(2).all(|pair| pair[0].rank <= pair[1].rank && pair[0].revenue >= pair[1].revenue));
        }
        let backwards = fit(rows.into_iter().rev().collect()).expect("small sums");
        prop_assert_eq!(view, backwards);
    }
}
