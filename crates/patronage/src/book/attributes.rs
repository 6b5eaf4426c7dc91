//! Revenue by what a list of customers says of them: region, source, tier. Who is not in the list, or without a value there,
//! stands under none.

use polars::prelude::DataFrame;

use super::dimension_tables::composition_tables;
use crate::analysis::composition::CompositionParams;
use crate::customers::Customers;
use crate::error::Result;
use crate::ingest::CustomerList;
use crate::ledger::{Breakdown, Cells};
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
    let first = cells.first_day.iter().copied().min().map_or(customers.as_of(), date_of);
    let mut tables = Vec::new();
    for attribute in list.attributes() {
        let value = |customer: &str| list.find(customer).and_then(|place| attribute.value(place)).map(str::to_owned);
        let mut name = table_name(attribute.name());
        while names.contains(&name) {
            name = format!("customer_{name}");
        }
        let view = params.fit(&Breakdown::of_attribute(cells, (first, customers.as_of()), value)?)?;
        tables.extend(composition_tables(&name, &view)?);
        names.push(name);
    }
    Ok(tables)
}

/// The words of a column's name, as the name of a file: `E-mail Status` becomes `e_mail_status`.
pub(super) fn table_name(column: &str) -> String {
    let letters: String = column.chars().map(|c| if c.is_alphanumeric() { c } else { ' ' }).collect();
    let words: Vec<String> = letters.split_whitespace().map(str::to_lowercase).collect();
    if words.is_empty() { "attribute".to_owned() } else { words.join("_") }
}
