//! What rows mean: orders, refunds, missing customers, rows to leave out, repeats.

use patronage::{CustomersParams, Duplicates, Ingest, SegmentBook, ZeroAmounts};

use super::{customers, read, refusal, rejects};
use crate::common::Scratch;

#[test]
fn without_an_order_column_each_row_is_an_order() {
    let read = read(&Ingest::new(), "customer,date,amount\nann,2024-03-01,5\nann,2024-03-01,6\nann,2024-03-01,-2\n");
    assert_eq!((read.audit.orders, read.audit.refund_orders), (2, 1));
    assert_eq!(customers(&read), ["ann 2024-03-01..2024-03-01 2 9"]);
}

#[test]
fn an_empty_order_id_is_an_order_of_its_own() {
    let read = read(
        &Ingest::new(),
        "customer,date,order,amount\nann,2024-03-01,,5\nann,2024-03-01,,6\nann,2024-03-01,NULL,7\nann,2024-03-01,9,8\n",
    );
    assert_eq!(read.audit.orders, 4);
}

#[test]
fn an_order_in_two_files_is_one_order() {
    let scratch = Scratch::with("a.csv", "customer,date,order,amount\nann,2024-03-02,A-2024-000017,10\n");
    scratch.write("b.csv", "customer,date,order,amount\nann,2024-03-01,A-2024-000017,-4\nann,2024-03-03,18,1\n");
    let read = Ingest::new().read([scratch.path("a.csv"), scratch.path("b.csv")]).unwrap();
    assert_eq!(customers(&read), ["ann 2024-03-01..2024-03-03 2 7"]);
}

#[test]
fn a_cancel_prefix_makes_refunds_whatever_their_sign() {
    let text = "customer,date,order,amount\nann,2024-03-01,1,10\nann,2024-03-02,C1,-10\nann,2024-03-03,C2,0\nbob,2024-03-03,C3,-1\n";
    let plain = read(&Ingest::new(), text);
    assert_eq!((plain.audit.orders, plain.audit.refund_orders, plain.audit.refund_only_customers), (2, 2, 1));
    let read = read(&Ingest::new().cancel_prefix("C"), text);
    assert_eq!((read.audit.orders, read.audit.refund_orders, read.audit.refund_only_customers), (1, 3, 1));
    assert_eq!(customers(&read), ["ann 2024-03-01..2024-03-01 1 0"]);
}

#[test]
fn words_for_nobody() {
    let ids = ["", " ", "NA", "N/A", "NULL", "NaN", "None", "(blank)", "guest", "ann"];
    let text = format!("customer,date,amount\n{}", ids.map(|id| format!("{id},2024-03-01,5\n")).concat());
    let plain = read(&Ingest::new(), &text);
    assert_eq!((plain.audit.customers, plain.audit.rejected()), (2, 8));
    let told = read(&Ingest::new().missing(["guest"]), &text);
    assert_eq!((told.audit.customers, told.audit.rejected(), told.audit.money_rejected.as_str()), (1, 9, "45"));
}

#[test]
fn ids_are_text_trimmed_and_never_numbers() {
    let read = read(
        &Ingest::new(),
        "customer,date,amount\n0001,2024-03-01,1\n1,2024-03-01,1\n1.0,2024-03-01,1\n  1 ,2024-03-02,1\nÄ,2024-03-01,1\nz,2024-03-01,1\n",
    );
    let ids: Vec<String> = customers(&read).iter().map(|row| row.split(' ').next().unwrap().to_owned()).collect();
    assert_eq!(ids, ["0001", "1", "1.0", "z", "Ä"], "in order of UTF-8 bytes");
}

#[test]
fn house_accounts_are_left_out_and_the_largest_customer_is_named() {
    let text = "customer,date,amount\nPOS-1,2024-03-01,5\nPOS-1,2024-03-01,6\nPOS-1,2024-03-02,6\nann,2024-03-01,7\n";
    let largest = read(&Ingest::new(), text).audit.largest_customer.unwrap();
    assert_eq!((largest.customer_id.as_str(), largest.orders, largest.share), ("POS-1", 3, 0.75));
    let read = read(&Ingest::new().exclude(["POS-1"]), text);
    assert_eq!((rejects(&read)[0].as_str(), read.audit.money_rejected.as_str(), read.audit.customers), ("1 excluded 5.00", "17", 1));
}

#[test]
fn zero_amounts() {
    let text = "customer,date,amount\nann,2024-03-01,0\nann,2024-03-02,0.00\nann,2024-03-03,5\nbob,2024-03-03,0\n";
    for (treatment, orders, accepted, rows) in
        [(ZeroAmounts::Count, 4, 4, 2), (ZeroAmounts::Ignore, 1, 4, 1), (ZeroAmounts::Reject, 1, 1, 1)]
    {
        let read = read(&Ingest::new().zero_amounts(treatment), text);
        assert_eq!((read.audit.orders, read.audit.rows_accepted), (orders, accepted), "{treatment}");
        assert_eq!(customers(&read).len(), rows, "{treatment}");
    }
}

#[test]
fn repeats_are_counted_and_removed() {
    let text = "customer,date,amount,note\nann,2024-03-01,5,x\nann,2024-03-01,5,x\nann,2024-03-01,5,y\nann,2024-03-01,5,x\n,2024-03-01,5,x\n,2024-03-01,5,x\n";
    let counted = read(&Ingest::new(), text);
    assert_eq!((counted.audit.duplicate_rows, counted.audit.rows_accepted), (Some(3), 4));
    let removed = read(&Ingest::new().duplicates(Duplicates::Remove), text);
    assert_eq!((removed.audit.duplicate_rows, removed.audit.rows_accepted, removed.audit.money_accepted.as_str()), (Some(3), 2, "10"));
    assert_eq!(rejects(&removed), ["2 duplicate 5.00", "4 duplicate 5.00", "5 missing_customer 5.00", "6 missing_customer 5.00"]);
    assert_eq!(customers(&removed), ["ann 2024-03-01..2024-03-01 2 10"]);
}

#[test]
fn repeats_are_found_across_files_and_quoting() {
    let scratch = Scratch::with("a.csv", "customer,date,amount\nann,2024-03-01,5\n");
    scratch.write("b.csv", "customer,date,amount\n\"ann\",2024-03-01,\"5\"\n");
    let read = Ingest::new().duplicates(Duplicates::Remove).read([scratch.path("a.csv"), scratch.path("b.csv")]).unwrap();
    assert_eq!((read.audit.rows_accepted, read.audit.duplicate_rows), (1, Some(1)));
}

#[test]
fn strict_makes_the_first_reject_an_error() {
    let text = "customer,date,amount\nann,2024-03-01,5\nann,soon,6\n";
    assert_eq!(read(&Ingest::new(), text).audit.rejected(), 1);
    let error = refusal(&Ingest::new().strict(true), text);
    assert!(error.starts_with("Input") && error.contains("row 2: column `date`") && error.contains("bad_time: `soon`"), "{error}");
    assert_eq!(read(&Ingest::new().strict(true), "customer,date,amount\nann,2024-03-01,5\n").audit.rows_in, 1);
}

#[test]
fn windows_look_at_days_and_count_the_rest() {
    let read = read(&Ingest::new(), "customer,date,amount\nann,2024-01-01,1\nann,2024-03-01,2\nbob,2024-02-01,4\nbob,2024-05-01,8\n");
    let day = |text: &str| text.parse().unwrap();
    let params = CustomersParams::new().from(day("2024-02-01")).as_of(day("2024-03-01"));
    let table = read.ledger.customers(&params).unwrap();
    let rows: Vec<(String, i128)> = (0..table.len()).map(|row| table.row(row)).map(|row| (row.customer_id, row.monetary)).collect();
    assert_eq!(rows, [("ann".to_owned(), 2), ("bob".to_owned(), 4)]);
    let book = SegmentBook::params().customers(params).build(&read).unwrap();
    let manifest = book.manifest();
    assert_eq!((manifest.rows_after_as_of, manifest.rows_before_from, manifest.book_revenue.as_str()), (1, 1, "6"));
    assert_eq!(
        (manifest.as_of.to_string(), manifest.from.map(|from| from.to_string())),
        ("2024-03-01".to_owned(), Some("2024-02-01".to_owned()))
    );
}
