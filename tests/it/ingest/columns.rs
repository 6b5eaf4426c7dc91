//! Which column is what: guessed in English and Chinese, named, or asked about.

use patronage::ingest::Role;
use patronage::{ColumnNames, Ingest};

use super::{customers, read, refusal};

#[test]
fn columns_are_guessed_by_common_names() {
    for header in [
        "customer_id,date,amount",
        "CustomerID,InvoiceDate,Revenue",
        "Customer ID,Order Date,Sales",
        "user_id,created_at,total",
        "客户,日期,金额",
        "会员号,交易时间,消费金额",
        "买家ID,付款时间,实付金额",
    ] {
        let read = read(&Ingest::new(), &format!("{header}\nann,2024-03-01,5\n"));
        assert_eq!(customers(&read), ["ann 2024-03-01..2024-03-01 1 5"], "{header}");
        assert!(read.columns.0.iter().all(|column| column.guessed));
    }
}

#[test]
fn orders_are_guessed_too() {
    for name in ["order_id", "InvoiceNo", "订单号", "小票号"] {
        let read = read(&Ingest::new(), &format!("customer,date,amount,{name}\nann,2024-03-01,5,1\nann,2024-03-01,6,1\n"));
        assert_eq!((read.audit.orders, read.columns.column(Role::Order)), (1, Some(name)));
    }
    let none = ColumnNames { order: Some(String::new()), ..ColumnNames::default() };
    let read = read(&Ingest::new().columns(none), "customer,date,amount,order_id\nann,2024-03-01,5,1\nann,2024-03-01,6,1\n");
    assert_eq!(read.audit.orders, 2);
}

#[test]
fn named_columns_win_over_guesses() {
    let names = ColumnNames { customer: Some("who".into()), time: Some("when".into()), amount: Some("x".into()), ..ColumnNames::default() };
    let read = read(&Ingest::new().columns(names), "customer,date,amount,who,when,x\na,2020-01-01,1,ann,2024-03-01,5\n");
    assert_eq!(customers(&read), ["ann 2024-03-01..2024-03-01 1 5"]);
    assert!(read.columns.0.iter().all(|column| !column.guessed));
}

#[test]
fn what_is_unclear_or_missing_is_named() {
    for (text, words) in [
        ("customer_id,client_id,date,amount\n", &["2 columns could be the customer", "`customer_id`, `client_id`", "--customer"][..]),
        ("客户,会员号,日期,金额\n", &["`客户`, `会员号`"]),
        ("customer,order_date,date,amount\n", &["could be the time", "--time"]),
        ("customer,date,x\n", &["hold the amount", "--amount", "`x`"]),
        ("customer,date,quantity\n", &["hold the amount", "--unit-price"]),
        ("date,amount\n", &["hold the customer", "--customer"]),
        ("customer,date,amount,date\n", &["two columns have the same name", "`date`"]),
    ] {
        let error = refusal(&Ingest::new(), &format!("{text}a,b,c\n"));
        for word in words {
            assert!(error.starts_with("Input") && error.contains(word), "`{word}` is not in: {error}");
        }
    }
    let names = ColumnNames { time: Some("Datum".into()), ..ColumnNames::default() };
    let error = refusal(&Ingest::new().columns(names), "customer,date,amount\na,2024-03-01,5\n");
    assert!(error.contains("`Datum`") && error.contains("`customer`, `date`, `amount`"), "{error}");
}

#[test]
fn contradictions_are_the_callers() {
    let both = ColumnNames { amount: Some("amount".into()), quantity: Some("quantity".into()), ..ColumnNames::default() };
    assert!(refusal(&Ingest::new().columns(both), "customer,date,amount,quantity\na,2024-03-01,5,1\n").starts_with("Parameter"));
    let twice = ColumnNames { customer: Some("date".into()), ..ColumnNames::default() };
    assert!(refusal(&Ingest::new().columns(twice), "customer,date,amount\na,2024-03-01,5\n").starts_with("Parameter"));
}
