//! Cells for tests: written by hand, or drawn at random.

use std::collections::BTreeMap;

use chrono::{Days, NaiveDate};
use proptest::prelude::*;

use super::Cells;
use crate::ids::TextColumn;
use crate::time::{Period, day_number};

pub(crate) fn day(text: &str) -> NaiveDate {
    text.parse().unwrap_or_else(|error| panic!("{text}: {error}"))
}

/// Customer, date, purchases, refunds, money of both in hundredths.
pub(crate) type RawCell<'a> = (&'a str, &'a str, u32, u32, i128, i128);

/// Cells of a period from rows by day, in any order, each day of a customer at most once.
pub(crate) fn cells(rows: &[RawCell<'_>], period: Period) -> Cells {
    let mut customers: BTreeMap<&str, BTreeMap<i32, &RawCell<'_>>> = BTreeMap::new();
    for row in rows {
        let before = customers.entry(row.0).or_default().insert(day_number(day(row.1)), row);
        assert!(before.is_none(), "{row:?} stands twice");
    }
    let mut table = Cells {
        period: Period::Day,
        scale: 2,
        customer_id: TextColumn::default(),
        ends: Vec::new(),
        index: Vec::new(),
        first_day: Vec::new(),
        purchases: Vec::new(),
        refunds: Vec::new(),
        purchased: Vec::new(),
        refunded: Vec::new(),
    };
    for (id, days) in customers {
        table.customer_id.push(id);
        for (number, (_, _, purchases, refunds, purchased, refunded)) in days {
            table.index.push(number);
            table.first_day.push(number);
            table.purchases.push(*purchases);
            table.refunds.push(*refunds);
            table.purchased.push(*purchased);
            table.refunded.push(*refunded);
        }
        table.ends.push(table.index.len());
    }
    table.by(period).unwrap_or_else(|error| panic!("{error}"))
}

/// A customer, a day of two years from 2023-01-10 on, purchases, refunds, money of both.
type AnyRow = (String, u64, u32, u32, i128, i128);

fn any_rows() -> impl Strategy<Value = Vec<AnyRow>> {
    let counts = prop_oneof![4 => (1_u32..4, Just(0_u32)), 1 => Just((0, 1)), 1 => (1_u32..3, 1_u32..3)];
    let row = ("[a-d]{1,2}", 0_u64..730, counts, 0_i128..10_000, -5_000_i128..0);
    let money = |count: u32, money: i128| if count == 0 { 0 } else { money };
    prop::collection::vec(row, 1..80).prop_map(move |rows| {
        let row = |(id, at, (purchases, refunds), purchased, refunded)| {
            (id, at, purchases, refunds, money(purchases, purchased), money(refunds, refunded))
        };
        rows.into_iter().map(row).collect()
    })
}

/// Cells by day with at least one purchase, the last of them on 2024-12-31 or before.
pub(crate) fn any_cells() -> impl Strategy<Value = Cells> {
    any_rows().prop_map(|rows| {
        let mut unique: BTreeMap<(String, String), AnyRow> = BTreeMap::new();
        for row in rows {
            let date = (day("2023-01-10") + Days::new(row.1)).min(day("2024-12-31"));
            unique.insert((row.0.clone(), date.to_string()), row);
        }
        unique.insert(("a".to_owned(), "2023-06-15".to_owned()), ("a".to_owned(), 0, 1, 0, 100, 0));
        let rows: Vec<RawCell<'_>> = unique.iter().map(|((id, date), row)| (&**id, &**date, row.2, row.3, row.4, row.5)).collect();
        cells(&rows, Period::Day)
    })
}
