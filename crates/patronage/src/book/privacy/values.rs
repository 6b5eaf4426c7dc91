//! Values that few customers have: of attributes of a list, and of dimensions of the orders.

use std::collections::{BTreeMap, BTreeSet};

use polars::prelude::*;

use super::{FEW_CUSTOMERS, ID_COLUMN, PseudonymKey, texts};
use crate::book::attributes::table_name;
use crate::book::{Remark, SegmentBook};
use crate::error::Result;
use crate::frames;

/// The tables that break revenue down; what follows is the name of a dimension or an attribute.
const COMPOSITION: &str = "composition_";
const BY_PERIOD: &str = "_by_period";

/// Values and how many customers have each; none where that is not known, as in a saved ledger, which keeps no order lines.
type Counts = BTreeMap<String, Option<u64>>;

/// The rare values of a book.
pub(super) struct Rare {
    /// By dimension or attribute.
    of: BTreeMap<String, BTreeSet<String>>,
    /// By attribute, as its column in the table of prospects is called.
    of_prospects: BTreeMap<String, BTreeSet<String>>,
    /// The dimension that baskets are about.
    baskets: Option<String>,
    /// Dimensions of which it is not known how many customers a value has.
    unknown: Vec<String>,
}

impl Rare {
    pub(super) fn of(book: &SegmentBook) -> Result<Self> {
        let mut counts: BTreeMap<String, Counts> = BTreeMap::new();
        for (name, table) in &book.tables {
            // Tables by period count no customers.
            let Some(about) = name.strip_prefix(COMPOSITION).filter(|_| table.column("customers").is_ok()) else { continue };
            counts.insert(about.to_owned(), held(table)?);
        }
        let mut of_prospects = BTreeMap::new();
        if let Some(table) = book.tables.get("prospects") {
            for column in table.columns().iter().filter(|column| column.name() != ID_COLUMN && column.dtype() == &DataType::String) {
                of_prospects.insert(column.name().to_string(), rare_among_prospects(table, column.name(), &counts)?);
            }
        }
        let unknown = counts.iter().filter(|(_, counts)| counts.values().any(Option::is_none)).map(|(about, _)| about.clone()).collect();
        let few = |(value, count): (String, Option<u64>)| (count.unwrap_or(0) < FEW_CUSTOMERS).then_some(value);
        let of = counts.into_iter().map(|(about, counts)| (about, counts.into_iter().filter_map(few).collect())).collect();
        let affinity = book.manifest.analyses.dimensions.as_ref().and_then(|dimensions| dimensions.affinity.as_ref());
        Ok(Self { of, of_prospects, baskets: affinity.map(|affinity| affinity.dimension.to_string()), unknown })
    }

    /// What a reader should know of values that are pseudonyms for want of counts.
    pub(super) fn remark(&self) -> Option<Remark> {
        (!self.unknown.is_empty()).then(|| {
            let names = self.unknown.join(", ");
            Remark::new(
                format!("all values are pseudonyms, since a saved ledger does not know how many customers have them: {names}"),
                format!("已存台账不记录各取值的客户数，故其取值全部化名：{names}"),
            )
        })
    }

    /// A table with pseudonyms for rare values.
    pub(super) fn replaced(&self, name: &str, table: &DataFrame, key: &PseudonymKey) -> Result<DataFrame> {
        let columns = table.columns().iter().map(|column| {
            let rare = self.rare(name, column.name()).filter(|rare| !rare.is_empty() && column.dtype() == &DataType::String);
            let Some(rare) = rare else { return Ok(column.clone()) };
            let values: Vec<Option<String>> = texts(table, column.name())?
                .iter()
                .map(|value| value.map(|value| if rare.contains(value) { key.value_pseudonym(value) } else { value.to_owned() }))
                .collect();
            Ok(frames::optional_texts(column.name(), values.len(), values.iter().map(Option::as_deref)))
        });
        frames::frame(table.height(), columns.collect::<Result<_>>()?)
    }

    /// The rare values of a column of a table, where it holds such values.
    fn rare(&self, table: &str, column: &str) -> Option<&BTreeSet<String>> {
        match (table.strip_prefix(COMPOSITION), table, column) {
            (Some(about), _, "value") => self.of.get(about).or_else(|| self.of.get(about.strip_suffix(BY_PERIOD)?)),
            (_, "salespeople", "salesperson") => self.of.get("salesperson"),
            (_, "affinity", "antecedent" | "consequent") | (_, "segments", "next_best") => self.of.get(self.baskets.as_ref()?),
            (_, "prospects", column) => self.of_prospects.get(column),
            _ => None,
        }
    }
}

/// How many customers each value has; none where the table does not say.
fn held(table: &DataFrame) -> Result<Counts> {
    let counts = table.column("customers").ok().and_then(|column| column.cast(&DataType::UInt64).ok());
    let counts: Vec<Option<u64>> =
        counts.as_ref().and_then(|column| column.u64().ok()).map(|counts| counts.iter().collect()).unwrap_or_default();
    let values = texts(table, "value")?;
    Ok(values.iter().enumerate().filter_map(|(row, value)| Some((value?.to_owned(), counts.get(row).copied().flatten()))).collect())
}

/// A prospect's value is rare when few customers have it or, where none has, few prospects. Which table is about the attribute is not
/// always plain, since an order's column may have its name: the smallest count goes.
fn rare_among_prospects(table: &DataFrame, column: &str, counts: &BTreeMap<String, Counts>) -> Result<BTreeSet<String>> {
    let mut prospects: BTreeMap<&str, u64> = BTreeMap::new();
    for value in texts(table, column)?.iter().flatten() {
        *prospects.entry(value).or_default() += 1;
    }
    let (name, renamed) = (table_name(column), format!("customer_{}", table_name(column)));
    let about: Vec<&Counts> =
        counts.iter().filter(|(about, _)| **about == name || about.ends_with(&renamed)).map(|(_, counts)| counts).collect();
    let held = |value: &str| about.iter().filter_map(|counts| counts.get(value)).map(|count| count.unwrap_or(0)).min();
    let rare = prospects.into_iter().filter(|(value, own)| held(value).unwrap_or(*own) < FEW_CUSTOMERS);
    Ok(rare.map(|(value, _)| value.to_owned()).collect())
}
