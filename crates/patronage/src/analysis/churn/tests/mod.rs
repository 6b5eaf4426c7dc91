//! Tests of churn: reference values, rules by hand, data that are too thin, properties.

mod learning;
mod properties;
mod rules;

use chrono::NaiveDate;

use super::*;
use crate::error::Result;
use crate::ledger::Cells;
use crate::time::{Period, date_of};

/// Purchase days and money in cents of one customer; money below 0 is given back.
type History = Vec<(i32, i128)>;

/// Customers named `c0000`, `c0001`, …
fn days(histories: &[History]) -> PurchaseDays {
    days_named(histories.iter().enumerate().map(|(at, own)| (format!("c{at:04}"), own.clone())).collect())
}

/// Customers by name, in any order.
fn days_named(mut customers: Vec<(String, History)>) -> PurchaseDays {
    customers.sort();
    let mut cells = Cells {
        period: Period::Day,
        scale: 2,
        customer_id: customers.iter().map(|(id, _)| id.as_str()).collect(),
        ends: Vec::new(),
        index: Vec::new(),
        first_day: Vec::new(),
        purchases: Vec::new(),
        refunds: Vec::new(),
        purchased: Vec::new(),
        refunded: Vec::new(),
    };
    for (_, own) in &customers {
        for &(day, money) in own {
            cells.index.push(day);
            cells.first_day.push(day);
            cells.purchases.push(u32::from(money >= 0));
            cells.refunds.push(u32::from(money < 0));
            cells.purchased.push(money.max(0));
            cells.refunded.push(money.min(0));
        }
        cells.ends.push(cells.index.len());
    }
    PurchaseDays::from_cells(&cells).expect("cells by day")
}

fn date(day: i32) -> NaiveDate {
    date_of(day)
}

/// Numbers in 0..1 that look random: a Weyl sequence of the golden ratio, scrambled by squaring.
fn noise(seed: u32, at: u32) -> f64 {
    let x = (f64::from(seed) * 0.754_877_666 + f64::from(at) * 0.618_033_988_75 + 0.5).fract();
    (x * x * 9_876.543_21).fract()
}

/// A shop of so many customers over two years: each has a pace and a day on which it may stop.
#[expect(clippy::cast_possible_truncation, reason = "a few hundred days, a few thousand cents")]
fn shop(customers: u32) -> Vec<History> {
    (0..customers)
        .map(|customer| {
            let first = (400.0 * noise(1, customer)) as i32;
            let pace = 8.0 + 60.0 * noise(2, customer);
            let stops = if noise(3, customer) < 0.6 { first + (500.0 * noise(4, customer)) as i32 } else { 730 };
            let mut own = Vec::new();
            let mut day = first;
            for purchase in 0..200 {
                if day > stops.min(730) {
                    break;
                }
                own.push((day, 500 + (9_500.0 * noise(5, customer * 200 + purchase)) as i128));
                day += 1 + (2.0 * pace * noise(6, customer * 200 + purchase)) as i32;
            }
            own
        })
        .collect()
}

#[track_caller]
fn close(found: f64, expected: f64, tolerance: f64) {
    assert!((found - expected).abs() <= tolerance, "{found} is not {expected}");
}
