//! Revenue by what a list of customers says of them: region, source, tier.

use std::collections::BTreeMap;

use polars::prelude::DataFrame;

use super::dimension_tables::composition_tables;
use crate::analysis::composition::CompositionParams;
use crate::customers::Customers;
use crate::error::Result;
use crate::ingest::{Attribute, CustomerList};
use crate::ledger::{Breakdown, BreakdownRow, Cells, Counts};
use crate::money;
use crate::time::date_of;

/// `composition_<attribute>` and by period, for every attribute of the list; `taken` are the names that dimensions of the orders have.
pub(super) fn compositions(
    list: &CustomerList,
    cells: &Cells,
    customers: &Customers,
    params: CompositionParams,
    taken: &[String],
) -> Result<Vec<(String, DataFrame)>> {
    let mut names = taken.to_vec();
    let mut tables = Vec::new();
    for attribute in list.attributes() {
        let mut name = table_name(attribute.name());
        while names.contains(&name) {
            name = format!("customer_{name}");
        }
        let view = params.fit(&breakdown(list, attribute, cells, customers)?)?;
        tables.extend(composition_tables(&name, &view)?);
        names.push(name);
    }
    Ok(tables)
}

/// The words of a column's name, as the name of a file: `E-mail Status` becomes `e_mail_status`.
fn table_name(column: &str) -> String {
    let letters: String = column.chars().map(|c| if c.is_alphanumeric() { c } else { ' ' }).collect();
    let words: Vec<String> = letters.split_whitespace().map(str::to_lowercase).collect();
    if words.is_empty() { "attribute".to_owned() } else { words.join("_") }
}

/// Net money of the customers with each value, day by day. Who is not in the list, or without a value there, stands under none.
fn breakdown(list: &CustomerList, attribute: &Attribute, cells: &Cells, customers: &Customers) -> Result<Breakdown> {
    let places = list.places(cells.customer_id.iter());
    let mut rows = Vec::with_capacity(cells.len());
    let mut counts: BTreeMap<Option<&str>, Counts> = BTreeMap::new();
    for (range, place) in cells.ranges().zip(places) {
        let value = place.and_then(|place| attribute.value(place));
        let orders: u64 = cells.purchases[range.clone()].iter().map(|count| u64::from(*count)).sum();
        let own = counts.entry(value).or_default();
        own.orders += orders;
        own.customers += u64::from(orders > 0);
        own.new_customers += u64::from(orders > 0);
        own.repeat_customers += u64::from(orders > 1);
        for row in range {
            rows.push(BreakdownRow {
                value: value.map(str::to_owned),
                day: date_of(cells.first_day[row]),
                rows: u64::from(cells.purchases[row]) + u64::from(cells.refunds[row]),
                revenue: money::add(cells.purchased[row], cells.refunded[row])?,
                ..BreakdownRow::default()
            });
        }
    }
    let first = cells.first_day.iter().copied().min().map_or(customers.as_of(), date_of);
    let mut breakdown = Breakdown::from_rows((cells.scale, cells.scale), (first, customers.as_of()), rows)?;
    breakdown.counts = breakdown.values.iter().map(|value| counts.get(&value.as_deref()).copied()).collect();
    Ok(breakdown)
}
