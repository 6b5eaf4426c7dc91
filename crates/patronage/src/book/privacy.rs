//! Books without the ids of customers.

mod values;

#[cfg(test)]
mod tests;

use std::collections::{BTreeMap, HashMap};
use std::fmt;

use chrono::NaiveDate;
use polars::prelude::*;
use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::changes::changes;
use super::{Manifest, Remark, SegmentBook, Warning, measures};
use crate::error::{Error, Result};
use crate::frames;
use values::Rare;

/// Keys shorter than this are guessed too easily.
const SHORTEST_KEY: usize = 16;

/// The context of the derived key; it changes when pseudonyms do.
const CONTEXT: &str = "patronage 2026-11 pseudonyms of customers v1";
/// The same for values of attributes, so that a value that is an id does not lead to its customer.
const VALUES_CONTEXT: &str = "patronage 2026-11 pseudonyms of values v1";
/// The same for what tells keys apart.
const CHECK_CONTEXT: &str = "patronage 2026-11 check of keys v1";

/// A value that fewer customers have may tell who they are.
pub(super) const FEW_CUSTOMERS: u64 = 5;

/// Columns of tables that hold ids of customers.
const ID_COLUMN: &str = "customer_id";
/// Tables that are sorted by id; the others have an order of their own.
const BY_ID: [&str; 3] = ["changes", "history", "prospects"];
/// Columns that count rows: of two customers alike in all else, the one with the lower number comes first by id.
const COUNTING: [&str; 2] = ["priority", "rank"];

/// That a book holds pseudonyms for ids, and of which key.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Pseudonyms {
    /// Eight hexadecimal digits that tell keys apart and say nothing else of them.
    pub key_check: String,
    /// Values that fewer customers have are pseudonyms too.
    pub values_below: u64,
}

/// The secret behind pseudonyms: the same key gives the same customer the same pseudonym, in every run and book.
///
/// A pseudonym is `c` and 24 hexadecimal digits of a keyed BLAKE3 hash of the id. Without the key it can neither be reversed nor
/// be made for a guessed id.
#[derive(Clone)]
pub struct PseudonymKey {
    ids: [u8; 32],
    values: [u8; 32],
    check: String,
}

impl fmt::Debug for PseudonymKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("PseudonymKey(secret)")
    }
}

impl PseudonymKey {
    /// A key from the content of a key file, without the line end at its end.
    ///
    /// # Errors
    /// When there are fewer than 16 bytes.
    ///
    /// ```
    /// use patronage::book::PseudonymKey;
    /// let key = PseudonymKey::new(b"correct horse battery staple\n").unwrap();
    /// assert_eq!(key.pseudonym("0001").len(), 25);
    /// assert_ne!(key.pseudonym("0001"), key.pseudonym("1"));
    /// assert!(PseudonymKey::new(b"secret").is_err());
    /// ```
    pub fn new(secret: &[u8]) -> Result<Self> {
        let secret = secret.strip_suffix(b"\n").unwrap_or(secret);
        let secret = secret.strip_suffix(b"\r").unwrap_or(secret);
        if secret.len() < SHORTEST_KEY {
            return Err(Error::parameter(format!("the key has {} bytes; it needs at least {SHORTEST_KEY}", secret.len()))
                .with_hint("make one with: head -c 32 /dev/urandom | base64 > key"));
        }
        let check = blake3::Hash::from_bytes(blake3::derive_key(CHECK_CONTEXT, secret)).to_hex();
        Ok(Self {
            ids: blake3::derive_key(CONTEXT, secret),
            values: blake3::derive_key(VALUES_CONTEXT, secret),
            check: check[..8].to_owned(),
        })
    }

    /// The pseudonym of an id.
    #[must_use]
    pub fn pseudonym(&self, id: &str) -> String {
        let hash = blake3::keyed_hash(&self.ids, id.as_bytes());
        format!("c{}", &hash.to_hex()[..24])
    }

    /// The pseudonym of a value, such as a region that few customers live in.
    fn value_pseudonym(&self, value: &str) -> String {
        let hash = blake3::keyed_hash(&self.values, value.as_bytes());
        format!("v{}", &hash.to_hex()[..24])
    }

    /// Makes sure that a book does not hold pseudonyms of another key.
    ///
    /// # Errors
    /// When it does.
    pub fn check(&self, book: &SegmentBook) -> Result<()> {
        match &book.manifest.pseudonyms {
            Some(pseudonyms) if pseudonyms.key_check != self.check => Err(Error::parameter("the book holds pseudonyms of another key")
                .with_hint("give the key that it was made with; pseudonyms of different keys cannot be matched")),
            _ => Ok(()),
        }
    }
}

impl SegmentBook {
    /// A book of these parts: customers sorted by id, tables by name, and how they came about.
    ///
    /// # Errors
    /// When the customers have no `customer_id`, or are not in its ascending order.
    pub fn from_parts(segments: DataFrame, tables: BTreeMap<String, DataFrame>, manifest: Manifest) -> Result<Self> {
        let ids = texts(&segments, ID_COLUMN)?;
        let mut before: Option<&str> = None;
        for id in ids.iter() {
            let id = id.ok_or_else(|| Error::input("a customer has no id"))?;
            if before.is_some_and(|before| before >= id) {
                return Err(Error::input("customers are not in the ascending order of their ids").with_value(id));
            }
            before = Some(id);
        }
        Ok(Self { segments, tables, manifest })
    }

    /// The same book with pseudonyms for ids: in its rows, its tables and its manifest, which says so from then on.
    ///
    /// Rows are sorted by pseudonym, so that their order tells nothing. Names and hashes of input files, which may identify people
    /// too, are left out. Values of attributes and of dimensions (a region, a salesperson, an e-mail address) that fewer than five
    /// customers have are replaced by `v` and 24 digits, the same value by the same digits; their numbers stay. A saved ledger does not
    /// know how many customers have a value of the orders: there all are replaced, and a warning says so. Values of a list that no
    /// customer has are counted by its prospects. Names of columns and of segments stay, and so do the numbers: exact sums and dates tell a
    /// customer apart for whoever knows them from elsewhere.
    ///
    /// Frozen class limits keep their money; a limit that a tie by id decided compares pseudonyms from then on. A book that holds
    /// pseudonyms of this key already is returned as it is.
    ///
    /// # Errors
    /// When the book holds pseudonyms of another key, or two customers get one pseudonym, which does not happen by chance.
    pub fn pseudonymized(&self, key: &PseudonymKey) -> Result<Self> {
        key.check(self)?;
        if self.manifest.pseudonyms.is_some() {
            return Ok(self.clone());
        }
        let prospects = self.tables.get("prospects").map(|table| texts(table, ID_COLUMN)).transpose()?;
        let ids = texts(&self.segments, ID_COLUMN)?.iter().chain(prospects.into_iter().flat_map(StringChunked::iter));
        let pseudonyms: HashMap<&str, String> = ids.flatten().map(|id| (id, key.pseudonym(id))).collect();
        let rare = Rare::of(self)?;
        let segments = rare.replaced("segments", &sorted(&replaced(&self.segments, key)?)?, key)?;
        let tables = self.tables.iter().map(|(name, table)| {
            let table = if table.column(ID_COLUMN).is_ok() { shuffled(name, table, key)? } else { table.clone() };
            Ok((name.clone(), rare.replaced(name, &table, key)?))
        });
        let tables = tables.collect::<Result<_>>()?;
        let broken = |error: serde_json::Error| Error::write(format!("the manifest cannot be changed: {error}"));
        let mut manifest = serde_json::to_value(&self.manifest).map_err(broken)?;
        replace_ids(&mut manifest, key);
        let mut manifest: Manifest = serde_json::from_value(manifest).map_err(broken)?;
        manifest.inputs.files.clear();
        manifest.inputs.customers = None;
        manifest.files.clear();
        for warning in &mut manifest.warnings {
            for text in [&mut warning.text, &mut warning.text_zh] {
                *text = replace_quoted(text, &pseudonyms);
            }
        }
        manifest.warnings.extend(rare.remark().map(|Remark { en, zh }| Warning { about: "pseudonyms".to_owned(), text: en, text_zh: zh }));
        manifest.pseudonyms = Some(Pseudonyms { key_check: key.check.clone(), values_below: FEW_CUSTOMERS });
        Self::from_parts(segments, tables, manifest)
    }

    /// The same book with pseudonyms, and what changed since an older book that holds pseudonyms of the same key: the table
    /// `changes`, and the grade of the data after that of the older book.
    ///
    /// For an older book with ids, build with [`previous`](super::BookParams::previous) and make pseudonyms of the outcome.
    ///
    /// # Errors
    /// As [`pseudonymized`](Self::pseudonymized), and when the older book holds ids, or pseudonyms of another key.
    pub fn pseudonymized_since(&self, key: &PseudonymKey, previous: &Self) -> Result<Self> {
        if previous.manifest.pseudonyms.is_none() {
            return Err(
                Error::parameter("the last book holds ids, not pseudonyms").with_hint("compare first, and make pseudonyms of the outcome")
            );
        }
        key.check(previous)?;
        let mut book = self.pseudonymized(key)?;
        book.tables.insert("changes".to_owned(), changes(previous, &book.segments)?);
        book.follow(&previous.manifest)?;
        Ok(book)
    }

    /// Takes the date and the grade of an older book into account.
    fn follow(&mut self, previous: &Manifest) -> Result<()> {
        let as_of: NaiveDate = previous.as_of;
        self.manifest.previous = Some(as_of);
        if let Some((grade, before)) = self.manifest.quality.take().zip(previous.quality.as_ref()) {
            let grade = grade.after(before, as_of);
            self.tables.insert("quality".to_owned(), measures::quality(&grade)?);
            self.manifest.quality = Some(grade);
        }
        Ok(())
    }
}

/// Two books can be compared when both hold ids, or both pseudonyms of one key.
pub(super) fn comparable(old: &Manifest, new: Option<&Pseudonyms>) -> Result<()> {
    match (&old.pseudonyms, new) {
        (None, None) => Ok(()),
        (Some(old), Some(new)) if old.key_check == new.key_check => Ok(()),
        (Some(_), Some(_)) => Err(Error::parameter("the books hold pseudonyms of different keys")
            .with_hint("make both books with the same key: patronage segment ... --pseudonymize KEYFILE")),
        (old, _) => {
            let (pseudonyms, ids) = if old.is_some() { ("older", "newer") } else { ("newer", "older") };
            Err(Error::parameter(format!("the {pseudonyms} book holds pseudonyms, the {ids} one ids: they name nobody in common"))
                .with_hint("make both with the same key, as in --pseudonymize KEYFILE, or both without"))
        }
    }
}

fn texts<'a>(frame: &'a DataFrame, name: &str) -> Result<&'a StringChunked> {
    frame.column(name).and_then(Column::str).map_err(|_| Error::input("the book lacks a column of text").at_column(name))
}

/// A frame with pseudonyms in its column of ids.
fn replaced(frame: &DataFrame, key: &PseudonymKey) -> Result<DataFrame> {
    let ids: StringChunked = texts(frame, ID_COLUMN)?.iter().map(|id| id.map(|id| key.pseudonym(id))).collect();
    let ids = ids.with_name(ID_COLUMN.into()).into_series().into_column();
    let columns = frame.columns().iter().map(|column| if column.name() == ID_COLUMN { ids.clone() } else { column.clone() });
    frames::frame(frame.height(), columns.collect())
}

/// A table with pseudonyms, in an order that tells nothing of the ids: sorted by pseudonym where it was sorted by id; else rows that are
/// alike but for the customer, which stood in the order of their ids, in that of their pseudonyms.
fn shuffled(name: &str, frame: &DataFrame, key: &PseudonymKey) -> Result<DataFrame> {
    let frame = replaced(frame, key)?;
    if BY_ID.contains(&name) {
        return sorted(&frame);
    }
    let told: Vec<&Column> =
        frame.columns().iter().filter(|column| column.name() != ID_COLUMN && !COUNTING.contains(&column.name().as_str())).collect();
    let alike = |a: usize, b: usize| told.iter().all(|column| matches!((column.get(a), column.get(b)), (Ok(a), Ok(b)) if a == b));
    let mut ids: Vec<Option<&str>> = texts(&frame, ID_COLUMN)?.iter().collect();
    let mut start = 0;
    for row in 1..=frame.height() {
        if row == frame.height() || !alike(start, row) {
            ids[start..row].sort_unstable();
            start = row;
        }
    }
    let ids = frames::optional_texts(ID_COLUMN, ids.len(), ids.into_iter());
    let columns = frame.columns().iter().map(|column| if column.name() == ID_COLUMN { ids.clone() } else { column.clone() });
    frames::frame(frame.height(), columns.collect())
}

fn sorted(frame: &DataFrame) -> Result<DataFrame> {
    let ids = texts(frame, ID_COLUMN)?;
    let mut order: Vec<IdxSize> = (0..).take(frame.height()).collect();
    // Stable: the labels of one customer stay in their order.
    order.sort_by_key(|row| ids.get(*row as usize));
    frame.take(&IdxCa::from_vec("order".into(), order)).map_err(|error| Error::write(format!("a table could not be sorted: {error}")))
}

/// Every text under the name `customer_id`, however deep, becomes a pseudonym.
fn replace_ids(value: &mut Value, key: &PseudonymKey) {
    match value {
        Value::Object(fields) => {
            for (name, value) in fields {
                match value {
                    // Class limits without a tie have an empty id.
                    Value::String(id) if name == ID_COLUMN && !id.is_empty() => *id = key.pseudonym(id),
                    value => replace_ids(value, key),
                }
            }
        }
        Value::Array(values) => values.iter_mut().for_each(|value| replace_ids(value, key)),
        _ => {}
    }
}

/// Ids between backticks, as messages quote them, become pseudonyms.
fn replace_quoted(text: &str, pseudonyms: &HashMap<&str, String>) -> String {
    let parts: Vec<&str> = text.split('`').collect();
    let replaced = parts.iter().enumerate().map(|(at, part)| match pseudonyms.get(part) {
        Some(pseudonym) if at % 2 == 1 => pseudonym,
        _ => *part,
    });
    replaced.collect::<Vec<&str>>().join("`")
}
