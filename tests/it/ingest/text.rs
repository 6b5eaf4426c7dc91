//! Delimited text: separators, quotes, line ends, encodings, headers.

use patronage::{ColumnNames, Encoding, Ingest};

use super::{customers, read, refusal, rejects};
use crate::common::Scratch;

const ANN: [&str; 1] = ["ann 2024-03-01..2024-03-02 2 12.50"];

#[test]
fn the_separator_is_told_from_the_first_line() {
    for separator in [",", ";", "\t", "|"] {
        let text = "customer,date,amount\nann,2024-03-01,5\nann,2024-03-02,7.50\n".replace(',', separator);
        assert_eq!(customers(&read(&Ingest::new(), &text)), ANN, "{separator:?}");
    }
    let text = "customer:date:amount\nann:2024-03-01:5\nann:2024-03-02:7.50\n";
    assert_eq!(customers(&read(&Ingest::new().delimiter(b':'), text)), ANN);
}

#[test]
fn two_likely_separators_are_asked_about() {
    let text = "customer;date;amount,note,x\nann;2024-03-01;5\n";
    assert!(refusal(&Ingest::new(), text).contains("say --delimiter"));
    let names = ColumnNames { amount: Some("amount,note,x".into()), ..ColumnNames::default() };
    assert_eq!(read(&Ingest::new().delimiter(b';').columns(names), text).audit.money_in, "5");
}

#[test]
fn quotes_hold_separators_line_ends_and_quotes() {
    let text = "customer,date,amount,note\r\n\"Smith, \"\"Jo\"\"\",2024-03-01,\"1,000.25\",\"two\nlines\"\r\nbob,2024-03-02,1,5\" pipe\r\n";
    let read = read(&Ingest::new(), text);
    assert_eq!(customers(&read), ["Smith, \"Jo\" 2024-03-01..2024-03-01 1 1000.25", "bob 2024-03-02..2024-03-02 1 1.00"]);
    assert_eq!(read.audit.rows_in, 2);
}

#[test]
fn other_quotes_and_none() {
    let text = "customer,date,amount\n'Smith, Jo',2024-03-01,5\n";
    assert_eq!(customers(&read(&Ingest::new().quote(Some(b'\'')), text)), ["Smith, Jo 2024-03-01..2024-03-01 1 5"]);
    let text = "customer,date,amount\n\"bob,2024-03-01,5\n";
    assert!(refusal(&Ingest::new(), text).contains("never closed"));
    assert_eq!(customers(&read(&Ingest::new().quote(None), text)), ["\"bob 2024-03-01..2024-03-01 1 5"]);
}

#[test]
fn blank_lines_are_no_rows_and_the_last_line_needs_no_end() {
    let read = read(&Ingest::new(), "\n\ncustomer,date,amount\n\nann,2024-03-01,5\n\r\n\nann,2024-03-02,7.50");
    assert_eq!((customers(&read), read.audit.rows_in), (ANN.map(str::to_owned).to_vec(), 2));
}

#[test]
fn ragged_rows_are_rejected_with_their_numbers() {
    let read = read(&Ingest::new(), "customer,date,amount\nann,2024-03-01,5\nann,2024-03-02\nann,2024-03-02,7.50,x\nann,2024-03-02,7.50\n");
    assert_eq!(
        (customers(&read), rejects(&read)),
        (ANN.map(str::to_owned).to_vec(), vec!["2 ragged_row -".to_owned(), "3 ragged_row -".to_owned()])
    );
    assert_eq!(read.audit.rows_without_money, 2);
}

#[test]
fn without_a_header_columns_have_numbers() {
    let text = "ann,2024-03-01,5\nann,2024-03-02,7.50\n";
    let name = |number: u8| Some(format!("column_{number}"));
    let names = ColumnNames { customer: name(1), time: name(2), amount: name(3), ..ColumnNames::default() };
    assert_eq!(customers(&read(&Ingest::new().header(false).columns(names), text)), ANN);
    assert!(refusal(&Ingest::new(), "1,20240301,5\n2,20240301,5\n").contains("--no-header"));
}

/// Text that only some encodings can hold.
const CHINESE: &str = "客户,日期,金额\n张三,2024-03-01,\"1,234.50\"\n李四🙂,2024年3月2日,￥5\n";
const CHINESE_CUSTOMERS: [&str; 2] = ["张三 2024-03-01..2024-03-01 1 1234.50", "李四🙂 2024-03-02..2024-03-02 1 5.00"];

fn utf16(text: &str, bytes: fn(u16) -> [u8; 2]) -> Vec<u8> {
    text.encode_utf16().flat_map(bytes).collect()
}

/// The part of GB18030 that [`CHINESE`] needs: bytes from the standard's table (GB 18030-2005).
fn gb18030(text: &str) -> Vec<u8> {
    let bytes = |c: char| -> &'static [u8] {
        match c {
            '客' => b"\xbf\xcd",
            '户' => b"\xbb\xa7",
            '日' => b"\xc8\xd5",
            '期' => b"\xc6\xda",
            '金' => b"\xbd\xf0",
            '额' => b"\xb6\xee",
            '张' => b"\xd5\xc5",
            '三' => b"\xc8\xfd",
            '李' => b"\xc0\xee",
            '四' => b"\xcb\xc4",
            '年' => b"\xc4\xea",
            '月' => b"\xd4\xc2",
            '￥' => b"\xa3\xa4",
            '🙂' => b"\x95\x30\x85\x32",
            other => panic!("{other} is not in the table of this test"),
        }
    };
    let mut encoded = Vec::new();
    for c in text.chars() {
        match u8::try_from(c) {
            Ok(byte) if byte.is_ascii() => encoded.push(byte),
            _ => encoded.extend_from_slice(bytes(c)),
        }
    }
    encoded
}

#[test]
fn chinese_in_every_encoding() {
    let with_mark = |mark: &[u8], bytes: Vec<u8>| [mark, &bytes].concat();
    for (name, bytes, encoding) in [
        ("UTF-8", CHINESE.as_bytes().to_vec(), None),
        ("UTF-8 with a mark", with_mark(b"\xef\xbb\xbf", CHINESE.as_bytes().to_vec()), None),
        ("UTF-16LE with a mark", with_mark(b"\xff\xfe", utf16(CHINESE, u16::to_le_bytes)), None),
        ("UTF-16BE with a mark", with_mark(b"\xfe\xff", utf16(CHINESE, u16::to_be_bytes)), None),
        ("UTF-16LE", utf16(CHINESE, u16::to_le_bytes), Some(Encoding::Utf16Le)),
        ("UTF-16BE", utf16(CHINESE, u16::to_be_bytes), Some(Encoding::Utf16Be)),
        ("GB18030", gb18030(CHINESE), Some(Encoding::Gb18030)),
        ("GB18030 with a mark", with_mark(b"\x84\x31\x95\x33", gb18030(CHINESE)), Some(Encoding::Gb18030)),
    ] {
        let scratch = Scratch::with("log.csv", bytes);
        let ingest = encoding.map_or_else(Ingest::new, |encoding| Ingest::new().encoding(encoding));
        let read = ingest.read([scratch.path("log.csv")]).unwrap_or_else(|error| panic!("{name}: {error:?}"));
        assert_eq!(customers(&read), CHINESE_CUSTOMERS, "{name}");
    }
}

#[test]
fn an_encoding_that_is_not_said_is_asked_for() {
    for (bytes, hint) in [
        (utf16(CHINESE, u16::to_le_bytes), "--encoding utf-16le"),
        (utf16("customer,date,amount\nann,2024-03-01,5\n", u16::to_be_bytes), "--encoding utf-16be"),
        (gb18030(CHINESE), "--encoding gb18030"),
    ] {
        let scratch = Scratch::with("log.csv", bytes);
        let error = Ingest::new().read([scratch.path("log.csv")]).unwrap_err();
        assert!(error.hint().is_some_and(|found| found.contains(hint)), "{error:?}");
    }
}

#[test]
fn a_row_that_is_not_in_the_encoding_is_rejected_alone() {
    let scratch = Scratch::with("log.csv", b"customer,date,amount\nann,2024-03-01,5\n\xffbob,2024-03-01,3\nann,2024-03-02,7.50\n");
    let read = Ingest::new().read([scratch.path("log.csv")]).unwrap();
    assert_eq!((customers(&read), rejects(&read)), (ANN.map(str::to_owned).to_vec(), vec!["2 bad_encoding 3.00".to_owned()]));
}

#[test]
fn several_files_and_patterns_have_one_schema_in_any_order_of_columns() {
    let scratch = Scratch::with("logs/b.csv", "amount,customer,date\n7.50,ann,2024-03-02\n");
    scratch.write("logs/a.csv", "customer,date,amount\nann,2024-03-01,5\n");
    let read = Ingest::new().read([scratch.path("logs/*.csv")]).unwrap();
    assert_eq!(customers(&read), ANN);
    let names: Vec<bool> = read.inputs.iter().map(|input| input.name.ends_with("a.csv")).collect();
    assert_eq!(names, [true, false], "files of a pattern come in order of their names");
    scratch.write("logs/c.csv", "customer,date,amount,colour\nann,2024-03-01,5,red\n");
    let error = Ingest::new().read([scratch.path("logs/*.csv")]).unwrap_err();
    assert!(error.is_input() && format!("{error:?}").contains("colour"), "{error:?}");
    assert!(Ingest::new().read([scratch.path("none/*.csv")]).unwrap_err().to_string().contains("no file fits"));
}
