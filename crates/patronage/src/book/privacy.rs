//! Books without the ids of customers.

use std::collections::{BTreeMap, HashMap};
use std::fmt;

use polars::prelude::*;
use serde_json::Value;

use super::{Manifest, SegmentBook};
use crate::error::{Error, Result};
use crate::frames;

/// Keys shorter than this are guessed too easily.
const SHORTEST_KEY: usize = 16;

/// The context of the derived key; it changes when pseudonyms do.
const CONTEXT: &str = "patronage 2026-11 pseudonyms of customers v1";

/// Columns of tables that hold ids of customers.
const ID_COLUMN: &str = "customer_id";

/// The secret behind pseudonyms: the same key gives the same customer the same pseudonym, in every run and book.
///
/// A pseudonym is `c` and 24 hexadecimal digits of a keyed BLAKE3 hash of the id. Without the key it can neither be reversed nor
/// be made for a guessed id.
#[derive(Clone)]
pub struct PseudonymKey([u8; 32]);

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
        Ok(Self(blake3::derive_key(CONTEXT, secret)))
    }

    /// The pseudonym of an id.
    #[must_use]
    pub fn pseudonym(&self, id: &str) -> String {
        let hash = blake3::keyed_hash(&self.0, id.as_bytes());
        format!("c{}", &hash.to_hex()[..24])
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

    /// The same book with pseudonyms for ids: in its rows, its tables and its manifest.
    ///
    /// Rows are sorted by pseudonym, so that their order tells nothing. Names and hashes of input files, which may identify people
    /// too, are left out. Other columns stay as they are, also attributes that came with a list of customers: leave out of the list
    /// what names people. Frozen class limits keep their money; a limit that a tie by id decided compares pseudonyms from then on.
    ///
    /// # Errors
    /// When two customers get one pseudonym, which does not happen by chance.
    pub fn pseudonymized(&self, key: &PseudonymKey) -> Result<Self> {
        let pseudonyms: HashMap<&str, String> =
            texts(&self.segments, ID_COLUMN)?.iter().flatten().map(|id| (id, key.pseudonym(id))).collect();
        let segments = sorted(&replaced(&self.segments, key)?)?;
        let tables = self.tables.iter().map(|(name, table)| {
            let table = if table.column(ID_COLUMN).is_ok() { replaced(table, key)? } else { table.clone() };
            Ok((name.clone(), table))
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
        Self::from_parts(segments, tables, manifest)
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

fn sorted(frame: &DataFrame) -> Result<DataFrame> {
    let ids = texts(frame, ID_COLUMN)?;
    let mut order: Vec<IdxSize> = (0..).take(frame.height()).collect();
    order.sort_unstable_by_key(|row| ids.get(*row as usize));
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

#[cfg(test)]
mod tests {
    use super::super::Warning;
    use super::*;
    use crate::ingest::Ingest;

    fn book() -> SegmentBook {
        let log = "customer,date,amount\nann,2024-03-01,50\nann,2024-03-20,70\nbob,2024-01-05,20\ncy,2024-02-05,20\n";
        SegmentBook::params().build(&Ingest::new().read_text(log).unwrap()).unwrap()
    }

    #[test]
    fn no_id_is_left_and_numbers_stay() {
        let key = PseudonymKey::new(b"0123456789abcdef").unwrap();
        let (book, hidden) = (book(), book().pseudonymized(&key).unwrap());
        assert_eq!(hidden.segments().height(), book.segments().height());
        for id in ["ann", "bob", "cy"] {
            let (before, after) = (book.explain(id).unwrap(), hidden.explain(&key.pseudonym(id)).unwrap());
            assert_eq!(before.values[1..], after.values[1..]);
            assert!(hidden.explain(id).is_err());
        }
        let manifest = serde_json::to_string(hidden.manifest()).unwrap();
        assert!(serde_json::to_string(book.manifest()).unwrap().contains("\"ann\""), "the largest customer is named");
        assert!(!manifest.contains("\"ann\""));
    }

    #[test]
    fn keys_lead_to_different_pseudonyms_and_stay_secret() {
        let [one, other] = [b"0123456789abcdef", b"0123456789abcdeg"].map(|secret| PseudonymKey::new(secret).unwrap());
        assert_ne!(one.pseudonym("ann"), other.pseudonym("ann"));
        assert_eq!(one.pseudonym("ann"), PseudonymKey::new(b"0123456789abcdef\r\n").unwrap().pseudonym("ann"));
        assert_eq!(format!("{one:?}"), "PseudonymKey(secret)");
    }

    #[test]
    fn quoted_ids_are_replaced_and_other_words_are_not() {
        let pseudonyms = HashMap::from([("ann", "c1".to_owned())]);
        assert_eq!(replace_quoted("ann has `ann` and `other`", &pseudonyms), "ann has `c1` and `other`");
    }

    #[test]
    fn quoted_ids_are_replaced_in_both_languages() {
        let key = PseudonymKey::new(b"0123456789abcdef").unwrap();
        let mut book = book();
        book.manifest.warnings =
            vec![Warning { about: "rfm".to_owned(), text: "`ann` is alone".to_owned(), text_zh: "只有 `ann`".to_owned() }];
        let hidden = book.pseudonymized(&key).unwrap();
        let (warning, ann) = (&hidden.manifest().warnings[0], key.pseudonym("ann"));
        assert_eq!((&warning.text, &warning.text_zh), (&format!("`{ann}` is alone"), &format!("只有 `{ann}`")));
    }

    #[test]
    fn parts_out_of_order_are_rejected() {
        let book = book();
        let reversed = book.segments().reverse();
        assert!(SegmentBook::from_parts(reversed, BTreeMap::new(), book.manifest().clone()).is_err());
    }
}
