//! What every [`Sink`] must do, as a suite to run on one's own.

use std::io::{self, Write};

use polars::prelude::*;

use super::Sink;
use crate::error::{Error, Result};
use crate::frames;

/// Writes hard tables with a sink, reads them back with `read`, and compares.
///
/// `read` gives the names of the columns and, for each row, the texts of its cells, `None` for null. A format that
/// has no null of its own gives the empty text, which is accepted for null. Texts may come back behind an apostrophe
/// where a spreadsheet would run them.
///
/// # Errors
/// Names the table and the first thing that is not as it must be.
pub fn check(sink: &dyn Sink, read: impl Fn(&[u8]) -> Result<(Vec<String>, Vec<Vec<Option<String>>>)>) -> Result<()> {
    for (name, table) in tables()? {
        let fail = |what: String| Err(Error::write(format!("{sink:?}, table `{name}`: {what}")));
        let bytes = bytes(sink, &table)?;
        if bytes != self::bytes(sink, &table)? {
            return fail("the same table gives different bytes".to_owned());
        }
        let (names, rows) = read(&bytes)?;
        let expected: Vec<String> = table.get_column_names().iter().map(ToString::to_string).collect();
        // Formats that repeat the names in every row cannot show them without a row.
        if names != expected && !(rows.is_empty() && names.is_empty()) {
            return fail(format!("columns {expected:?} came back as {names:?}"));
        }
        if rows.len() != table.height() {
            return fail(format!("{} rows came back as {}", table.height(), rows.len()));
        }
        for (index, row) in rows.iter().enumerate() {
            if row.len() != table.width() {
                return fail(format!("row {index} has {} of {} cells", row.len(), table.width()));
            }
            for (column, got) in table.columns().iter().zip(row) {
                let value = column.get(index).map_err(|error| Error::write(error.to_string()))?;
                let want = super::cell(&value).and_then(super::Cell::into_text);
                let got = got.as_deref();
                let same = got == want.as_deref()
                    || (want.is_none() && got == Some(""))
                    || got.and_then(|got| got.strip_prefix('\'')) == want.as_deref() && want.is_some();
                if !same {
                    return fail(format!("row {index}, column `{}`: {want:?} came back as {got:?}", column.name()));
                }
            }
        }
        for room in [0, 1, bytes.len() / 2] {
            if !bytes.is_empty() && room < bytes.len() && sink.write(&table, &mut Full { room }).is_ok() {
                return fail(format!("a full disk after {room} bytes went unnoticed"));
            }
        }
    }
    Ok(())
}

fn bytes(sink: &dyn Sink, table: &DataFrame) -> Result<Vec<u8>> {
    let mut bytes = Vec::new();
    sink.write(table, &mut bytes)?;
    Ok(bytes)
}

fn tables() -> Result<Vec<(&'static str, DataFrame)>> {
    let long = "é".repeat(5_000);
    let texts = [
        "plain",
        "",
        "comma, \"quote\"",
        "line\nend\r\n",
        "=HYPERLINK(\"http://x\")",
        "+1",
        "-1",
        "@SUM(A1)",
        "<script>",
        "客户🙂",
        "\u{202e}abc",
        "'",
        long.as_str(),
    ];
    let height = texts.len();
    let numbers: Vec<Option<i64>> = (0_i64..).take(height).map(|n| (n % 4 != 0).then_some(n * (i64::MAX / 20))).collect();
    let floats: Vec<Option<f64>> = (0..height).map(|n| (n % 5 != 0).then_some(0.1 * n as f64 - 0.3)).collect();
    let money: Vec<i128> = (0_i128..).take(height).map(|n| (n - 6) * 10_i128.pow(30) + n).collect();
    let days: Vec<i32> = (0_i32..).take(height).map(|n| n * 9_000 - 20_000).collect();
    let columns = vec![
        frames::texts("customer_id", height, texts.into_iter()),
        Column::new("number".into(), numbers),
        Column::new("float".into(), floats),
        frames::decimals("money", money, 2)?,
        frames::dates("day", days)?,
    ];
    let hard = frames::frame(height, columns)?;
    let long: Vec<String> = (0..20_000).map(|n| format!("C{n:05}")).collect();
    let long = frames::frame(
        20_000,
        vec![
            frames::texts("customer_id", 20_000, long.iter().map(String::as_str)),
            Column::new("n".into(), (0..20_000_u32).collect::<Vec<_>>()),
        ],
    )?;
    Ok(vec![("empty", hard.clear()), ("one row", hard.head(Some(1))), ("hard", hard), ("long", long)])
}

/// A disk with little room.
struct Full {
    room: usize,
}

impl Write for Full {
    fn write(&mut self, buffer: &[u8]) -> io::Result<usize> {
        if self.room == 0 {
            return Err(io::Error::new(io::ErrorKind::StorageFull, "no space left"));
        }
        let length = buffer.len().min(self.room);
        self.room -= length;
        Ok(length)
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}
