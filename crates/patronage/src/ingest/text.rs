//! Delimited text: blocks of whole records from a stream, and records and fields from a block.
//!
//! A quote is special only where a field begins, as in RFC 4180; inside quotes a doubled quote is one quote, and
//! delimiters and line ends are text. Lines end in `\n` or `\r\n`. Blank lines are not rows.

use std::io::Read;

use super::audit::Reason;
use super::clean::{Cleaned, Raw, RawRow, Rules};
use super::plan::Fields;
use crate::error::{Error, Result};

/// Blocks have about this size; a record may be up to [`LONGEST_RECORD`].
const BLOCK: usize = 4 << 20;

/// A longer record is not one: a quote is never closed, or the file is not a table.
pub(crate) const LONGEST_RECORD: usize = 16 << 20;

/// How a text file is laid out.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Layout {
    pub(crate) delimiter: u8,
    pub(crate) quote: Option<u8>,
}

/// Cuts a stream into blocks of whole records.
pub(crate) struct Blocks<R> {
    reader: R,
    layout: Layout,
    carry: Vec<u8>,
    ended: bool,
}

impl<R: Read> Blocks<R> {
    pub(crate) fn new(reader: R, layout: Layout) -> Self {
        Self { reader, layout, carry: Vec::new(), ended: false }
    }

    /// The next block: whole records, never empty.
    pub(crate) fn next(&mut self) -> Result<Option<Vec<u8>>> {
        let mut block = std::mem::take(&mut self.carry);
        let mut goal = BLOCK;
        loop {
            while !self.ended && block.len() < goal {
                let start = block.len();
                block.resize(goal, 0);
                let length = self.reader.read(&mut block[start..]);
                block.truncate(start + *length.as_ref().unwrap_or(&0));
                match length {
                    Ok(0) => self.ended = true,
                    Ok(_) => {}
                    Err(error) if error.kind() == std::io::ErrorKind::Interrupted => {}
                    Err(error) => return Err(Error::read(format!("cannot read: {error}"))),
                }
            }
            let end = self.layout.records_end(&block);
            if self.ended {
                if let RecordsEnd { open_quote: Some(at), .. } = end {
                    return Err(never_closed(&block, at, self.layout));
                }
                return Ok((!block.is_empty()).then_some(block));
            }
            if end.end > 0 {
                self.carry = block.split_off(end.end);
                return Ok(Some(block));
            }
            if block.len() > LONGEST_RECORD {
                return Err(match end.open_quote {
                    Some(at) => never_closed(&block, at, self.layout),
                    None => Error::input(format!("a record is longer than {} MiB", LONGEST_RECORD >> 20))
                        .at_row(1)
                        .with_value(&String::from_utf8_lossy(&block[..200]))
                        .with_hint("is this a table with one record a line?"),
                });
            }
            goal = block.len() + BLOCK;
        }
    }
}

/// The row is counted from the start of the block.
fn never_closed(block: &[u8], at: usize, layout: Layout) -> Error {
    let mut before = Records::new(&block[..at], layout);
    let mut row = 0;
    while before.advance() {
        row += 1;
    }
    // The row of the quote has begun already, unless the quote is the first thing in it.
    row += u64::from(at == 0 || block[at - 1] == b'\n');
    Error::input("a quote is opened and never closed")
        .at_row(row)
        .with_value(&String::from_utf8_lossy(&block[at..block.len().min(at + 200)]))
        .with_hint("close it, or say `--quote none` where quotes are just characters")
}

/// Where the last whole record of a block ends, and the quote that is still open behind it.
struct RecordsEnd {
    end: usize,
    open_quote: Option<usize>,
}

impl Layout {
    /// Looks at quotes and line ends only.
    fn records_end(self, block: &[u8]) -> RecordsEnd {
        let quote = match self.quote {
            Some(quote) if memchr::memchr(quote, block).is_some() => quote,
            _ => return RecordsEnd { end: memchr::memrchr(b'\n', block).map_or(0, |at| at + 1), open_quote: None },
        };
        let mut end = 0;
        let mut at = 0;
        while let Some(found) = memchr::memchr2(quote, b'\n', &block[at..]) {
            let position = at + found;
            at = position + 1;
            if block[position] == b'\n' {
                end = at;
            } else if position == 0 || block[position - 1] == self.delimiter || block[position - 1] == b'\n' {
                match closing_quote(block, at, quote) {
                    Some(close) => at = close + 1,
                    None => return RecordsEnd { end, open_quote: Some(position) },
                }
            }
        }
        RecordsEnd { end, open_quote: None }
    }
}

/// The quote that closes a field whose text starts at `from`.
fn closing_quote(block: &[u8], from: usize, quote: u8) -> Option<usize> {
    let mut at = from;
    loop {
        let close = at + memchr::memchr(quote, &block[at..])?;
        if block.get(close + 1) != Some(&quote) {
            return Some(close);
        }
        at = close + 2;
    }
}

/// A field of the current record.
#[derive(Debug, Clone, Copy)]
struct Field {
    start: usize,
    end: usize,
    /// In the scratch rather than in the block, because quotes had to be taken out.
    unquoted: bool,
}

/// Walks over the records of a block.
pub(crate) struct Records<'a> {
    block: &'a [u8],
    layout: Layout,
    at: usize,
    quotes: bool,
    fields: Vec<Field>,
    scratch: Vec<u8>,
    /// Where the current record starts and ends.
    span: (usize, usize),
    /// Delimiters and line ends of a block without quotes.
    marks: memchr::Memchr2<'a>,
}

impl<'a> Records<'a> {
    pub(crate) fn new(block: &'a [u8], layout: Layout) -> Self {
        let quotes = layout.quote.is_some_and(|quote| memchr::memchr(quote, block).is_some());
        Self {
            block,
            layout,
            at: 0,
            quotes,
            fields: Vec::new(),
            scratch: Vec::new(),
            span: (0, 0),
            marks: memchr::memchr2_iter(layout.delimiter, b'\n', block),
        }
    }

    /// Goes to the next record that is not a blank line.
    pub(crate) fn advance(&mut self) -> bool {
        while self.at < self.block.len() {
            self.fields.clear();
            self.scratch.clear();
            let start = self.at;
            if self.quotes {
                self.quoted_record();
            } else {
                self.plain_record();
            }
            let blank = self.fields.len() == 1 && !self.fields[0].unquoted && self.fields[0].start == self.fields[0].end;
            if !blank {
                self.span = (start, self.at);
                return true;
            }
        }
        false
    }

    fn plain_record(&mut self) {
        let mut start = self.at;
        while let Some(position) = self.marks.next() {
            if self.block[position] == b'\n' {
                self.fields.push(Field { start, end: self.without_return(start, position), unquoted: false });
                self.at = position + 1;
                return;
            }
            self.fields.push(Field { start, end: position, unquoted: false });
            start = position + 1;
        }
        let end = self.block.len();
        self.fields.push(Field { start, end: self.without_return(start, end), unquoted: false });
        self.at = end;
    }

    fn without_return(&self, start: usize, end: usize) -> usize {
        if end > start && self.block[end - 1] == b'\r' { end - 1 } else { end }
    }

    fn quoted_record(&mut self) {
        loop {
            let start = self.at;
            let quote = self.layout.quote.filter(|quote| self.block.get(start) == Some(quote));
            let mut from = start;
            let mut opened = None;
            if let Some((quote, close)) = quote.and_then(|quote| Some((quote, closing_quote(self.block, start + 1, quote)?))) {
                opened = Some((quote, close));
                from = close + 1;
            }
            let position =
                memchr::memchr2(self.layout.delimiter, b'\n', &self.block[from..]).map_or(self.block.len(), |found| from + found);
            let last = self.block.get(position) != Some(&self.layout.delimiter);
            let end = if last { self.without_return(from, position) } else { position };
            if let Some((quote, close)) = opened {
                let begin = self.scratch.len();
                let mut doubled = false;
                for &byte in &self.block[start + 1..close] {
                    // Of two quotes in a row the second is left out.
                    doubled = byte == quote && !doubled;
                    if byte != quote || doubled {
                        self.scratch.push(byte);
                    }
                }
                self.scratch.extend_from_slice(&self.block[from..end]);
                self.fields.push(Field { start: begin, end: self.scratch.len(), unquoted: true });
            } else {
                self.fields.push(Field { start, end, unquoted: false });
            }
            self.at = (position + 1).min(self.block.len());
            if last {
                return;
            }
            if self.at == self.block.len() && position + 1 == self.block.len() {
                // The file ends behind a delimiter: one more field, an empty one.
                self.fields.push(Field { start: self.at, end: self.at, unquoted: false });
                return;
            }
        }
    }

    pub(crate) fn len(&self) -> usize {
        self.fields.len()
    }

    /// The bytes of the block up to the end of the current record.
    pub(crate) fn consumed(&self) -> usize {
        self.at
    }

    pub(crate) fn get(&self, index: usize) -> &[u8] {
        self.fields.get(index).map_or(b"", |field| {
            let from = if field.unquoted { &self.scratch } else { self.block };
            &from[field.start..field.end]
        })
    }

    fn bytes(&self) -> &'a [u8] {
        &self.block[self.span.0..self.span.1]
    }

    /// Over the texts of all fields, whether they were quoted or not.
    fn fingerprint(&self, joined: &mut Vec<u8>) -> u128 {
        joined.clear();
        for index in 0..self.len() {
            joined.extend_from_slice(self.get(index));
            joined.push(0x1f);
        }
        xxhash_rust::xxh3::xxh3_128(joined)
    }
}

/// Cleans all rows of a block.
pub(crate) fn clean(block: &[u8], layout: Layout, fields: &Fields, rules: &Rules, out: &mut Cleaned) -> Result<()> {
    let mut records = Records::new(block, layout);
    let all_text = std::str::from_utf8(block).is_ok();
    let mut joined = Vec::new();
    let mut number = 0;
    while records.advance() {
        number += 1;
        let broken = if records.len() != fields.width || records.bytes().len() > LONGEST_RECORD {
            Some(Reason::RaggedRow)
        } else if !all_text && std::str::from_utf8(records.bytes()).is_err() {
            Some(Reason::BadEncoding)
        } else {
            None
        };
        let at = |index: usize| Raw::Text(records.get(index));
        let row = RawRow {
            number,
            broken,
            customer: at(fields.customer),
            time: at(fields.time),
            amount: at(fields.amount),
            quantity: fields.quantity.map(at),
            order: fields.order.map(at),
            currency: fields.currency.map(at),
            fingerprint: if rules.fingerprints { records.fingerprint(&mut joined) } else { 0 },
        };
        rules.clean(&row, fields, at, out)?;
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    const CSV: Layout = Layout { delimiter: b',', quote: Some(b'"') };

    fn rows(text: &str) -> Vec<Vec<String>> {
        let mut records = Records::new(text.as_bytes(), CSV);
        let mut rows = Vec::new();
        while records.advance() {
            rows.push((0..records.len()).map(|index| String::from_utf8_lossy(records.get(index)).into_owned()).collect());
        }
        rows
    }

    #[test]
    fn fields_are_those_of_rfc_4180() {
        assert_eq!(rows("a,b\r\n\r\n1,\n"), [["a", "b"], ["1", ""]]);
        assert_eq!(rows("\"a,1\",\"say \"\"hi\"\"\"\n\"two\nlines\",x"), [["a,1", "say \"hi\""], ["two\nlines", "x"]]);
        assert_eq!(rows("5\" pipe,\"x\"y\n"), [["5\" pipe", "xy"]]);
        assert_eq!(rows("\"a\","), [["a", ""]]);
        assert_eq!(rows("\"\"\"\",\"\"\n"), [["\"", ""]]);
    }

    #[test]
    fn the_plain_and_the_quoted_path_agree() {
        let text = "a,b,c\n1,,3\n\nx,y\n,,\nlast,line,here";
        let with_quote = format!("{text}\n\"q\",1,2");
        let plain = rows(text);
        assert_eq!(rows(&with_quote)[..plain.len()], plain);
    }

    #[test]
    fn blocks_end_with_records() {
        let record = "\"line\nbreak\",1\n".repeat(1000);
        let mut text = record.repeat(400).into_bytes();
        text.extend_from_slice(b"tail,2");
        let mut blocks = Blocks::new(text.as_slice(), CSV);
        let mut count = 0;
        let mut joined = Vec::new();
        while let Some(block) = blocks.next().expect("readable") {
            let mut records = Records::new(&block, CSV);
            while records.advance() {
                assert_eq!(records.len(), 2);
                count += 1;
            }
            joined.extend_from_slice(&block);
        }
        assert_eq!((count, joined == text), (400_001, true));
    }

    #[test]
    fn an_open_quote_is_an_error() {
        let mut blocks = Blocks::new(&b"a,b\n1,\"x\n2,y\n"[..], CSV);
        assert!(blocks.next().expect_err("open quote").to_string().contains("never closed"));
    }

    #[test]
    fn an_endless_line_is_an_error() {
        let mut blocks = Blocks::new(std::io::repeat(b'x'), CSV);
        assert!(blocks.next().expect_err("endless").to_string().contains("longer than"));
    }
}
