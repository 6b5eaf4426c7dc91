//! Amounts as people and programs write them.

use patronage::{Encoding, Ingest};

use super::{read, refusal, rejects};

/// The money of one row with this amount, or why it is rejected. A row of a cent sets the scale.
fn money(ingest: &Ingest, amount: &str) -> String {
    let read = read(ingest, &format!("customer\tdate\tamount\nann\t2024-03-01\t{amount}\n"));
    match read.rejects.first() {
        None => read.audit.money_accepted,
        Some(reject) => reject.reason.to_string(),
    }
}

#[test]
fn what_people_write() {
    for (amount, wanted) in [
        ("12", "12"),
        ("12.50", "12.50"),
        (" 12.5 ", "12.5"),
        ("-12.50", "-12.50"),
        ("(12.00)", "-12.00"),
        ("12.00-", "-12.00"),
        ("+3", "3"),
        (".5", "0.5"),
        ("1,234.50", "1234.50"),
        ("1,234,567", "1234567"),
        ("1 234 567.50", "1234567.50"),
        ("1'234.5", "1234.5"),
        ("$1,234.50", "1234.50"),
        ("-$5.25", "-5.25"),
        ("($5.25)", "-5.25"),
        ("£5", "5"),
        ("5 EUR", "5"),
        ("￥88.00", "88.00"),
        ("88元", "88"),
        ("RMB 88", "88"),
        ("15e2", "1500"),
        ("0.000001", "0.000001"),
        ("79228162514264337593543950335", "79228162514264337593543950335"),
    ] {
        assert_eq!(money(&Ingest::new(), amount), wanted, "{amount}");
    }
}

#[test]
fn what_is_no_money_is_rejected() {
    let header = "customer\tdate\tamount\nbob\t2024-03-01\t1\n";
    let amounts = [
        "",
        "twelve",
        "NaN",
        "inf",
        "-inf",
        "Infinity",
        "1.2.3",
        "12,34,567",
        "--5",
        "(-5)",
        "1e999",
        "0.0000001",
        "$",
        "$€5",
        "0x1F",
        "9999999999999999999999999999999999999999",
    ];
    for amount in amounts {
        let read = read(&Ingest::new(), &format!("{header}ann\t2024-03-01\t{amount}\n"));
        assert_eq!(rejects(&read), ["2 bad_amount -"], "{amount}");
        assert_eq!((read.audit.rows_without_money, read.audit.money_in.as_str()), (1, "1"), "{amount}");
    }
}

#[test]
fn decimal_commas() {
    let comma = Ingest::new().decimal_separator(',');
    for (amount, wanted) in [("1.234,56", "1234.56"), ("12,5", "12.5"), ("1.234", "1234"), ("-3,00 €", "-3.00"), ("(1.000,25)", "-1000.25")]
    {
        assert_eq!(money(&comma, amount), wanted, "{amount}");
    }
    let error = Ingest::new().decimal_separator(';').read_text("customer,date,amount\n").unwrap_err();
    assert_eq!(error.kind(), patronage::ErrorKind::Parameter);
}

#[test]
fn a_comma_that_could_be_either_is_asked_about() {
    let text = "customer;date;amount\nann;2024-03-01;1,234\n";
    let error = refusal(&Ingest::new(), text);
    assert!(
        error.contains("--decimal-separator") && error.contains("`1,234`") && error.contains("row 1") && error.contains("column `amount`"),
        "{error}"
    );
    assert_eq!(read(&Ingest::new().decimal_separator('.'), text).audit.money_in, "1234");
    assert_eq!(read(&Ingest::new().decimal_separator(','), text).audit.money_in, "1.234");
    // Another value of the column tells.
    assert_eq!(read(&Ingest::new(), &format!("{text}ann;2024-03-02;0.50\n")).audit.money_in, "1234.50");
}

#[test]
fn one_currency_or_an_error() {
    let text = "customer,date,amount\nann,2024-03-01,$5\nbob,2024-03-01,€7\n";
    let error = refusal(&Ingest::new(), text);
    assert!(error.contains("several currencies") && error.contains("EUR") && error.contains("--currency"), "{error}");
    let dollars = read(&Ingest::new().currency("USD"), text);
    assert_eq!((dollars.audit.money_accepted.as_str(), rejects(&dollars)), ("5", vec!["2 bad_amount -".to_owned()]));
    assert_eq!(
        read(&Ingest::new(), "customer,date,amount\nann,2024-03-01,$5\nbob,2024-03-01,5 USD\n").audit.currency.as_deref(),
        Some("USD")
    );
}

#[test]
fn a_column_of_currencies() {
    let text = "customer,date,amount,currency\nann,2024-03-01,5,CNY\nbob,2024-03-01,7,usd\n";
    assert!(refusal(&Ingest::new(), text).contains("CNY, USD"));
    let yuan = read(&Ingest::new().currency("CNY"), text);
    assert_eq!((yuan.audit.money_accepted.as_str(), yuan.audit.rows_rejected.len()), ("5", 1));
    let one = read(&Ingest::new(), "customer,date,amount,currency\nann,2024-03-01,5,GBP\nbob,2024-03-01,7,\n");
    assert_eq!((one.audit.currency.as_deref(), one.audit.money_in.as_str()), (Some("GBP"), "12"));
}

#[test]
fn quantity_times_unit_price() {
    let text =
        "customer,date,quantity,unit_price\nann,2024-03-01,6,2.55\nann,2024-03-02,-2,1.005\nbob,2024-03-02,x,1\nbob,2024-03-02,1,y\n";
    let read = read(&Ingest::new(), text);
    assert_eq!(
        (read.audit.money_accepted.as_str(), rejects(&read)),
        ("13.290", vec!["3 bad_amount -".to_owned(), "4 bad_amount -".to_owned()])
    );
    let columns: Vec<Option<&str>> = read.rejects.iter().map(|reject| reject.column.as_deref()).collect();
    assert_eq!(columns, [Some("quantity"), Some("unit_price")]);
}

#[test]
fn the_scale_is_the_finest_seen_or_the_one_that_is_said() {
    let text = "customer,date,amount\nann,2024-03-01,5\nann,2024-03-02,0.125\n";
    assert_eq!(read(&Ingest::new(), text).audit.money_in, "5.125");
    assert_eq!(read(&Ingest::new().scale(4), text).audit.money_in, "5.1250");
    let two = read(&Ingest::new().scale(2), text);
    assert_eq!((two.audit.money_accepted.as_str(), rejects(&two)), ("5.00", vec!["2 bad_amount -".to_owned()]));
    let zeros = read(&Ingest::new().scale(2), "customer,date,amount\nann,2024-03-01,5.10000\n");
    assert_eq!(zeros.audit.money_accepted, "5.10", "places that hold zeros do not matter");
    assert!(refusal(&Ingest::new().scale(7), text).starts_with("Parameter"));
}

#[test]
fn settings_can_be_said_in_words() {
    assert_eq!("gb18030".parse::<Encoding>().ok(), Some(Encoding::Gb18030));
    assert!("latin-1".parse::<Encoding>().unwrap_err().hint().unwrap().contains("utf-16le"));
}
