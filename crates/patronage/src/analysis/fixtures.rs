//! Customers for tests: written by hand, drawn at random, or read from the folder `PATRONAGE_TEST_DATA`.

use std::collections::BTreeMap;
use std::path::PathBuf;

use chrono::{Days, NaiveDate};
use proptest::prelude::*;

use crate::customers::{CustomerRow, Customers, CustomersSettings, Frequency};

pub(crate) fn day(text: &str) -> NaiveDate {
    NaiveDate::parse_from_str(text, "%Y-%m-%d").unwrap_or_else(|error| panic!("{text}: {error}"))
}

/// Id, days since the last purchase, orders, money in minor units.
pub(crate) type Raw = (String, u32, u32, i128);

/// Customers at 2024-01-01 in a given scale.
pub(crate) fn customers_at_scale(rows: impl IntoIterator<Item = Raw>, scale: u8) -> Customers {
    let as_of = day("2024-01-01");
    let rows = rows.into_iter().map(|(customer_id, days, orders, monetary)| {
        let last_purchase = as_of - Days::new(days.into());
        CustomerRow {
            customer_id,
            first_purchase: last_purchase,
            last_purchase,
            orders,
            monetary,
            refund_orders: 0,
            refunded: 0,
            purchase_periods: 1,
            days_first_to_last_period: 0,
            repeat_value: 0,
        }
    });
    Customers::from_rows(CustomersSettings { scale, ..CustomersSettings::new(as_of) }, rows).unwrap_or_else(|error| panic!("{error}"))
}

pub(crate) fn customers(rows: impl IntoIterator<Item = Raw>) -> Customers {
    customers_at_scale(rows, 2)
}

/// Customers named `c00`, `c01`, …
pub(crate) fn numbered(rows: &[(u32, u32, i128)]) -> Customers {
    customers(rows.iter().enumerate().map(|(index, (days, orders, money))| (format!("c{index:02}"), *days, *orders, *money)))
}

/// Up to 60 customers with many ties.
pub(crate) fn any_rows() -> impl Strategy<Value = Vec<Raw>> {
    let row = (0_u32..40, prop_oneof![3 => 1_u32..3, 1 => 1_u32..30], prop_oneof![1 => -5_i128..20, 1 => 0_i128..100_000]);
    prop::collection::btree_map("[a-e]{1,3}", row, 1..60)
        .prop_map(|rows| rows.into_iter().map(|(id, (days, orders, money))| (id, days, orders, money)).collect())
}

#[expect(clippy::print_stderr, reason = "a test that is skipped says so")]
fn read(file: &str) -> Option<String> {
    let Some(folder) = std::env::var_os("PATRONAGE_TEST_DATA") else {
        eprintln!("skipped: set PATRONAGE_TEST_DATA to the folder of {file}");
        return None;
    };
    let path = PathBuf::from(folder).join(file);
    Some(std::fs::read_to_string(&path).unwrap_or_else(|error| panic!("{}: {error}", path.display())))
}

/// Customers of an order file without quotes, each row its own order, money in minor units.
fn from_orders(file: &str, settings: CustomersSettings, amount: usize) -> Option<Customers> {
    let text = read(file)?;
    let mut purchases: BTreeMap<&str, Vec<(NaiveDate, i128)>> = BTreeMap::new();
    for line in text.lines().skip(1) {
        let fields: Vec<&str> = line.split(',').collect();
        let (whole, places) = fields[amount].split_once('.').unwrap_or((fields[amount], ""));
        let minor = format!("{whole}{places:0<width$}", width = usize::from(settings.scale));
        let money = minor.parse().unwrap_or_else(|error| panic!("{line}: {error}"));
        purchases.entry(fields[0]).or_default().push((day(fields[1]), money));
    }
    let rows = purchases.into_iter().map(|(id, mut own)| {
        own.sort_unstable();
        let mut days: Vec<NaiveDate> = own.iter().map(|(date, _)| *date).collect();
        days.dedup();
        let (first_purchase, last_purchase) = (days[0], days[days.len() - 1]);
        CustomerRow {
            customer_id: id.to_owned(),
            first_purchase,
            last_purchase,
            orders: u32::try_from(own.len()).unwrap_or_default(),
            monetary: own.iter().map(|(_, money)| money).sum(),
            refund_orders: 0,
            refunded: 0,
            purchase_periods: u32::try_from(days.len()).unwrap_or_default(),
            days_first_to_last_period: u32::try_from((last_purchase - first_purchase).num_days()).unwrap_or_default(),
            repeat_value: 0,
        }
    });
    Some(Customers::from_rows(settings, rows).unwrap_or_else(|error| panic!("{error}")))
}

/// The customers of R package `rfm` at 2006-12-31; money without decimal places.
pub(crate) fn r_customers() -> Option<Customers> {
    from_orders("rfm_orders.csv", CustomersSettings { scale: 0, ..CustomersSettings::new(day("2006-12-31")) }, 2)
}

/// The CDNOW sample at its end, frequency counted in purchase days.
pub(crate) fn cdnow_customers() -> Option<Customers> {
    let settings = CustomersSettings { frequency: Frequency::Periods, ..CustomersSettings::new(day("1998-06-30")) };
    from_orders("cdnow_sample.csv", settings, 3)
}

/// What R package `rfm` 0.3 says about them: id, days, orders, money, and the code.
pub(crate) fn r_expected() -> Option<Vec<(String, [u32; 3], u16)>> {
    let text = read("rfm_orders_expected.csv")?;
    let number = |text: &str| text.parse::<u32>().unwrap_or_else(|error| panic!("{text}: {error}"));
    let rows = text.lines().skip(1).map(|line| {
        let fields: Vec<&str> = line.split(',').collect();
        let code = u16::try_from(number(fields[7])).unwrap_or_default();
        (fields[0].trim_matches('"').to_owned(), [number(fields[1]), number(fields[2]), number(fields[3])], code)
    });
    Some(rows.collect())
}
