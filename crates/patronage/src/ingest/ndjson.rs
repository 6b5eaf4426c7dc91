//! Lines of JSON objects.

use std::borrow::Cow;
use std::collections::BTreeMap;
use std::fmt;

use serde::de::{Deserializer, MapAccess, Visitor};
use serde::{Deserialize, de};
use serde_json::value::RawValue;

use super::audit::Reason;
use super::clean::{Cleaned, Raw, RawRow, Rules};
use super::plan::Fields;
use super::text::{Layout, Records};
use crate::error::Result;

/// Lines, which are records of one field: this separator is not in any JSON text.
pub(crate) const LINES: Layout = Layout { delimiter: 0, quote: None };

/// An object's values as they are written; of a repeated key the last value.
struct Line<'a>(BTreeMap<Cow<'a, str>, &'a RawValue>);

impl<'de> Deserialize<'de> for Line<'de> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> std::result::Result<Self, D::Error> {
        struct Object;
        impl<'de> Visitor<'de> for Object {
            type Value = Line<'de>;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("an object")
            }

            fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> std::result::Result<Line<'de>, A::Error> {
                let mut values = BTreeMap::new();
                while let Some((Key(key), value)) = map.next_entry()? {
                    values.insert(key, value);
                }
                Ok(Line(values))
            }
        }
        deserializer.deserialize_map(Object)
    }
}

/// A key, borrowed where it has no escapes.
struct Key<'a>(Cow<'a, str>);

impl<'de> Deserialize<'de> for Key<'de> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> std::result::Result<Self, D::Error> {
        struct Text;
        impl<'de> Visitor<'de> for Text {
            type Value = Key<'de>;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("a key")
            }

            fn visit_borrowed_str<E: de::Error>(self, text: &'de str) -> std::result::Result<Key<'de>, E> {
                Ok(Key(Cow::Borrowed(text)))
            }

            fn visit_str<E: de::Error>(self, text: &str) -> std::result::Result<Key<'de>, E> {
                Ok(Key(Cow::Owned(text.to_owned())))
            }
        }
        deserializer.deserialize_str(Text)
    }
}

/// The keys of the first lines, in order of their bytes.
pub(crate) fn columns(text: &[u8]) -> Vec<String> {
    let mut names = std::collections::BTreeSet::new();
    for line in text.split(|byte| *byte == b'\n').take(1000) {
        if let Ok(Line(values)) = serde_json::from_slice(line) {
            names.extend(values.into_keys().map(Cow::into_owned));
        }
    }
    names.into_iter().collect()
}

/// The values of a line as texts, without nulls; nothing when it is no object.
pub(crate) fn texts(line: &[u8]) -> Option<BTreeMap<String, String>> {
    let Line(values) = serde_json::from_slice(line).ok()?;
    Some(values.into_iter().filter_map(|(key, value)| Some((key.into_owned(), plain(value.get())?.into_owned()))).collect())
}

/// Cleans all lines of a block.
pub(crate) fn clean(block: &[u8], names: &[String], fields: &Fields, rules: &Rules, out: &mut Cleaned) -> Result<()> {
    let mut lines = Records::new(block, LINES);
    let mut number = 0;
    while lines.advance() {
        number += 1;
        let text = lines.get(0);
        let parsed = serde_json::from_slice::<Line<'_>>(text);
        let broken = match &parsed {
            Ok(_) => None,
            Err(_) if std::str::from_utf8(text).is_err() => Some(Reason::BadEncoding),
            Err(_) => Some(Reason::RaggedRow),
        };
        let values: BTreeMap<Cow<'_, str>, Cow<'_, str>> = parsed
            .map(|Line(values)| values.into_iter().filter_map(|(key, value)| Some((key, plain(value.get())?))).collect())
            .unwrap_or_default();
        let at = |index: usize| {
            names.get(index).and_then(|name| values.get(name.as_str())).map_or(Raw::Null, |value| Raw::Text(value.as_bytes()))
        };
        let row = RawRow {
            number,
            broken,
            customer: at(fields.customer),
            time: at(fields.time),
            amount: at(fields.amount),
            quantity: fields.quantity.map(at),
            order: fields.order.map(at),
            currency: fields.currency.map(at),
            fingerprint: if rules.fingerprints { fingerprint(&values, text, broken) } else { 0 },
        };
        rules.clean(&row, fields, at, out)?;
    }
    Ok(())
}

/// A string's text, a number as it is written, nothing for null.
fn plain(value: &str) -> Option<Cow<'_, str>> {
    match value.as_bytes().first() {
        Some(b'n') => None,
        Some(b'"') => Some(
            serde_json::from_str::<&str>(value)
                .map_or_else(|_| Cow::Owned(serde_json::from_str::<String>(value).unwrap_or_default()), Cow::Borrowed),
        ),
        _ => Some(Cow::Borrowed(value)),
    }
}

fn fingerprint(values: &BTreeMap<Cow<'_, str>, Cow<'_, str>>, text: &[u8], broken: Option<Reason>) -> u128 {
    if broken.is_some() {
        return xxhash_rust::xxh3::xxh3_128(text);
    }
    let joined: String = values.iter().flat_map(|(key, value)| [key, "\u{1f}", value, "\u{1e}"]).collect();
    xxhash_rust::xxh3::xxh3_128(joined.as_bytes())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn keys_of_the_first_lines_are_the_columns() {
        assert_eq!(columns(b"{\"b\":1}\nnot json\n{\"a\\u0041\":null,\"b\":2}\n"), ["aA", "b"]);
    }

    #[test]
    fn values_are_as_they_are_written() {
        assert_eq!(plain("12.50").as_deref(), Some("12.50"));
        assert_eq!(plain("\"a\\\"b\"").as_deref(), Some("a\"b"));
        assert_eq!(plain("null"), None);
    }
}
