//! A list of customers: who is known, bought or not, and what is known of each.
//!
//! One row a customer. The column with the id is named or guessed as in an order log; every other column with few
//! distinct values is an attribute, such as region or source. Names, addresses and telephone numbers have many and are
//! left out, which [`CustomerList::left_out`] tells.

use std::collections::{BTreeMap, BTreeSet};
use std::io::Read;
use std::path::Path;

use polars::prelude::DataType;

use super::clean::Words;
use super::plan::{Format, Input, Opened};
use super::text::{Layout, Records};
use super::{Ingest, InputFile, columns, frame, ndjson};
use crate::error::{Error, Result};
use crate::ids::TextColumn;

/// A column with more distinct values than this tells people apart rather than groups.
const MOST_VALUES: usize = 200;

/// Customers and their attributes, sorted by id. See [`Ingest::read_customers`].
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CustomerList {
    customer_id: TextColumn,
    attributes: Vec<Attribute>,
    left_out: Vec<String>,
    rows_without_id: u64,
    file: InputFile,
}

/// What is known of each customer of a list.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Attribute {
    name: String,
    values: Vec<String>,
    of: Vec<Option<u32>>,
}

/// A table as it was read: names of columns, and rows of texts, where an empty text is nothing.
struct Texts {
    columns: Vec<String>,
    rows: Vec<Vec<String>>,
    blake3: String,
}

impl Ingest {
    /// Reads a list of customers, in any format of an order log, with one row a customer.
    ///
    /// ```
    /// # fn main() -> patronage::Result<()> {
    /// # let folder = std::env::temp_dir().join(format!("patronage-list-{}", std::process::id()));
    /// # std::fs::create_dir_all(&folder).expect("a folder for the example");
    /// let file = folder.join("customers.csv");
    /// std::fs::write(&file, "customer_id,region\nbob,north\nann,south\ncid,north\n").expect("a small file");
    /// let list = patronage::Ingest::new().read_customers(&file)?;
    /// assert_eq!(list.customer_id().iter().collect::<Vec<_>>(), ["ann", "bob", "cid"]);
    /// assert_eq!(list.attributes()[0].value(0), Some("south"));
    /// # std::fs::remove_dir_all(&folder).expect("the folder is there");
    /// # Ok(()) }
    /// ```
    ///
    /// # Errors
    /// When the file cannot be read, no column holds the id, a row is ragged, or a customer stands twice with different attributes.
    pub fn read_customers(&self, path: impl AsRef<Path>) -> Result<CustomerList> {
        let path = path.as_ref();
        self.list(path).map_err(|error| if error.position().file.is_none() { error.at_file(path) } else { error })
    }

    fn list(&self, path: &Path) -> Result<CustomerList> {
        let opened = Opened::new(self, Input::File(path.to_owned()))?;
        let id = columns::customer(&self.columns, &opened.columns)?;
        let texts = texts(&opened)?;
        let id =
            texts.columns.iter().position(|column| *column == id).ok_or_else(|| {
                Error::input("no row names the customer").at_column(&id).with_hint("is this a list with one row a customer?")
            })?;
        let missing: Words = Self::MISSING.into_iter().chain(self.missing.iter().map(String::as_str)).collect();
        let mut known: BTreeMap<&str, usize> = BTreeMap::new();
        let mut rows_without_id = 0;
        for (number, row) in texts.rows.iter().enumerate() {
            let customer = row[id].as_str();
            if missing.contains(customer.as_bytes()) {
                rows_without_id += 1;
            } else if let Some(earlier) = known.insert(customer, number)
                && texts.rows[earlier] != *row
            {
                return Err(Error::input(format!("a customer stands twice, first in row {}", earlier + 1))
                    .at_row(number as u64 + 1)
                    .at_column(&texts.columns[id])
                    .with_value(customer)
                    .with_hint("give one row a customer"));
            }
        }
        let mut list = CustomerList {
            customer_id: known.keys().copied().collect(),
            attributes: Vec::new(),
            left_out: Vec::new(),
            rows_without_id,
            file: InputFile {
                name: opened.name.clone(),
                bytes: opened.bytes,
                blake3: texts.blake3.clone(),
                rows: texts.rows.len() as u64,
                format: opened.format.clone(),
            },
        };
        for (column, name) in texts.columns.iter().enumerate().filter(|(column, _)| *column != id) {
            let value = |row: usize| Some(texts.rows[row][column].as_str()).filter(|value| !missing.contains(value.as_bytes()));
            let distinct: BTreeSet<&str> = known.values().filter_map(|row| value(*row)).collect();
            if distinct.is_empty() || distinct.len() > MOST_VALUES {
                list.left_out.push(name.clone());
                continue;
            }
            let values: Vec<&str> = distinct.into_iter().collect();
            let place = |value: &str| u32::try_from(values.partition_point(|other| *other < value)).unwrap_or(u32::MAX);
            list.attributes.push(Attribute {
                name: name.clone(),
                of: known.values().map(|row| value(*row).map(place)).collect(),
                values: values.into_iter().map(str::to_owned).collect(),
            });
        }
        Ok(list)
    }
}

impl CustomerList {
    /// The ids, in ascending order of their UTF-8 bytes.
    #[must_use]
    pub fn customer_id(&self) -> &TextColumn {
        &self.customer_id
    }

    /// What is known of the customers, in the order of the file's columns.
    #[must_use]
    pub fn attributes(&self) -> &[Attribute] {
        &self.attributes
    }

    /// Columns that are no attributes, since they are empty or have too many distinct values.
    #[must_use]
    pub fn left_out(&self) -> &[String] {
        &self.left_out
    }

    /// Rows without a customer.
    #[must_use]
    pub fn rows_without_id(&self) -> u64 {
        self.rows_without_id
    }

    /// The file it came from.
    #[must_use]
    pub fn file(&self) -> &InputFile {
        &self.file
    }

    /// The number of customers.
    #[must_use]
    pub fn len(&self) -> usize {
        self.customer_id.len()
    }

    /// Whether nobody is known.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.customer_id.is_empty()
    }

    /// Finds a customer's place.
    #[must_use]
    pub fn find(&self, customer_id: &str) -> Option<usize> {
        self.customer_id.find(customer_id)
    }

    /// The place in this list of each of other customers, who are sorted by id as well.
    pub(crate) fn places<'a>(&self, customers: impl Iterator<Item = &'a str>) -> Vec<Option<usize>> {
        let mut at = 0;
        let place = |customer: &str| {
            while at < self.len() && self.customer_id.get(at) < customer {
                at += 1;
            }
            (at < self.len() && self.customer_id.get(at) == customer).then_some(at)
        };
        customers.map(place).collect()
    }
}

impl Attribute {
    /// What it is called: the name of its column.
    #[must_use]
    pub fn name(&self) -> &str {
        &self.name
    }

    /// Its distinct values, in ascending order of their UTF-8 bytes.
    #[must_use]
    pub fn values(&self) -> &[String] {
        &self.values
    }

    /// The value of a customer of the list; none where the file says nothing.
    #[must_use]
    pub fn value(&self, customer: usize) -> Option<&str> {
        self.place(customer).map(|place| self.values[place as usize].as_str())
    }

    /// The place of a customer's value among the distinct ones.
    pub(crate) fn place(&self, customer: usize) -> Option<u32> {
        self.of.get(customer).copied().flatten()
    }
}

fn texts(opened: &Opened) -> Result<Texts> {
    let typed = matches!(opened.format, Format::Parquet | Format::ArrowIpc);
    if let Input::File(path) = &opened.input
        && typed
    {
        let frame = match opened.format {
            Format::Parquet => frame::read_parquet(path, None, 0, usize::MAX)?,
            _ => frame::read_ipc(path, None)?,
        };
        let mut rows = vec![Vec::with_capacity(frame.width()); frame.height()];
        for column in frame.columns() {
            let unreadable = |error| Error::input(format!("a column cannot be read as text: {error}")).at_column(column.name().as_str());
            let texts = column.cast(&DataType::String).map_err(unreadable)?;
            let texts = texts.str().map_err(unreadable)?;
            for (number, row) in rows.iter_mut().enumerate() {
                row.push(texts.get(number).unwrap_or_default().trim().to_owned());
            }
        }
        let bytes = std::fs::read(path).map_err(|error| Error::read_io(path, &error))?;
        return Ok(Texts { columns: opened.columns.clone(), rows, blake3: blake3::hash(&bytes).to_hex().to_string() });
    }
    let hasher = std::sync::Arc::new(std::sync::Mutex::new(blake3::Hasher::new()));
    let shared = std::sync::Arc::clone(&hasher);
    let mut bytes = Vec::new();
    let mut reader = opened.utf8(move |seen| {
        if let Ok(mut hasher) = shared.lock() {
            hasher.update(seen);
        }
    })?;
    reader.read_to_end(&mut bytes).map_err(|error| Error::read(format!("cannot read: {error}")))?;
    let blake3 = hasher.lock().map(|hasher| hasher.finalize().to_hex().to_string()).unwrap_or_default();
    let (columns, rows) = match opened.format {
        Format::Delimited { delimiter, .. } => (opened.columns.clone(), delimited(opened, delimiter, &bytes)?),
        _ => lines(&bytes)?,
    };
    Ok(Texts { columns, rows, blake3 })
}

/// The rows of delimited text below its first line.
fn delimited(opened: &Opened, delimiter: char, bytes: &[u8]) -> Result<Vec<Vec<String>>> {
    let mut records = Records::new(bytes, Layout { delimiter: u8::try_from(delimiter).unwrap_or(b','), quote: opened.quote });
    if opened.header {
        records.advance();
    }
    let mut rows = Vec::new();
    while records.advance() {
        let number = rows.len() as u64 + 1;
        if records.len() != opened.columns.len() {
            return Err(Error::input(format!("the row has {} fields, the first line {}", records.len(), opened.columns.len()))
                .at_row(number)
                .with_hint("quote fields that hold the delimiter"));
        }
        let text = |field: usize| std::str::from_utf8(records.get(field)).map(|text| text.trim().to_owned());
        let row: std::result::Result<Vec<String>, _> = (0..records.len()).map(text).collect();
        rows.push(row.map_err(|_| Error::input("the row is not UTF-8").at_row(number).with_hint("say --encoding"))?);
    }
    Ok(rows)
}

/// The objects of NDJSON, with the keys of all of them as columns.
fn lines(bytes: &[u8]) -> Result<(Vec<String>, Vec<Vec<String>>)> {
    let mut objects = Vec::new();
    let mut records = Records::new(bytes, ndjson::LINES);
    while records.advance() {
        let broken = || Error::input("the line is not a JSON object").at_row(objects.len() as u64 + 1);
        objects.push(ndjson::texts(records.get(0)).ok_or_else(broken)?);
    }
    let keys: BTreeSet<String> = objects.iter().flat_map(|object| object.keys().cloned()).collect();
    let columns: Vec<String> = keys.into_iter().collect();
    let row = |object: &BTreeMap<String, String>| {
        columns.iter().map(|column| object.get(column).map(|text| text.trim().to_owned()).unwrap_or_default()).collect()
    };
    let rows = objects.iter().map(row).collect();
    Ok((columns, rows))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(name: &str, bytes: &[u8]) -> Result<CustomerList> {
        let Ok(folder) = tempfile::tempdir() else { panic!("a folder for the test") };
        let file = folder.path().join(name);
        let Ok(()) = std::fs::write(&file, bytes) else { panic!("a small file") };
        Ingest::new().read_customers(&file)
    }

    fn words(name: &str, text: &str) -> String {
        read(name, text.as_bytes()).map_or_else(|error| error.message().to_owned(), |_| "no error".to_owned())
    }

    #[test]
    fn formats_agree() -> Result<()> {
        let csv = read("a.csv", "客户编号;region;source\n b ;north;\na;south;web\n;west;web\n".as_bytes())?;
        let lines = read(
            "a.ndjson",
            "{\"客户编号\":\"b\",\"region\":\"north\"}\n{\"source\":\"web\",\"客户编号\":\"a\",\"region\":\"south\"}\n".as_bytes(),
        )?;
        for list in [&csv, &lines] {
            assert_eq!(list.customer_id().iter().collect::<Vec<_>>(), ["a", "b"]);
            let [region, source] = list.attributes() else { panic!("two attributes") };
            assert_eq!((region.name(), region.value(0), region.value(1)), ("region", Some("south"), Some("north")));
            assert_eq!((source.name(), source.value(0), source.value(1)), ("source", Some("web"), None));
        }
        assert_eq!((csv.rows_without_id(), csv.file().rows), (1, 3));
        assert_eq!(csv.places(["0", "a", "aa", "b", "c"].into_iter()), [None, Some(0), None, Some(1), None]);
        Ok(())
    }

    #[test]
    fn columns_that_tell_people_apart_are_left_out() -> Result<()> {
        let rows: Vec<String> = (0..300).map(|number| format!("c{number},name {number},,{}", number % 3)).collect();
        let text = format!("customer_id,name,note,tier\n{}\n", rows.join("\n"));
        let list = read("people.csv", text.as_bytes())?;
        assert_eq!(list.left_out(), ["name", "note"]);
        assert_eq!(
            list.attributes().iter().map(|attribute| (attribute.name(), attribute.values().len())).collect::<Vec<_>>(),
            [("tier", 3)]
        );
        Ok(())
    }

    #[test]
    fn lists_that_are_none() {
        assert_eq!(words("a.csv", "customer,region\na,x\na,y\n"), "a customer stands twice, first in row 1");
        assert_eq!(words("a.csv", "customer,region\na,x\na,x\n"), "no error");
        assert_eq!(words("a.csv", "customer,region\na\n"), "the row has 1 fields, the first line 2");
        assert_eq!(words("a.csv", "region,tier\nx,1\n"), "no column is known to hold the customer");
        assert_eq!(words("a.ndjson", "{\"customer\":\"a\"}\n[1]\n"), "the line is not a JSON object");
    }
}
