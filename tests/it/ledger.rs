//! The ledger adds up the same way whatever came first, survives the disk, and refuses what it cannot hold exactly.

use std::fmt::Write;

use patronage::polars::prelude::DataFrame;
use patronage::{Customers, CustomersParams, ErrorKind, Ingest, Ledger, Store, ZeroAmounts};
use proptest::prelude::*;

use crate::common::Scratch;

/// A row: customer, day of January 2024, order or none, cents.
type Fact = (u8, u8, Option<u16>, i64);

fn facts() -> impl Strategy<Value = Vec<Fact>> {
    prop::collection::vec((0..6_u8, 1..29_u8, prop::option::of(0..8_u16), -50_000..100_000_i64), 1..40)
}

fn text(facts: &[Fact]) -> String {
    let mut text = "customer,date,order,amount\n".to_owned();
    for (customer, day, order, cents) in facts {
        // Short and long order ids, since they are kept in different ways.
        let order =
            order.map_or(String::new(), |order| if order % 2 == 0 { order.to_string() } else { format!("a long order id {order}") });
        let sign = if *cents < 0 { "-" } else { "" };
        let cents = cents.unsigned_abs();
        writeln!(text, "c{customer},2024-01-{day:02},{order},{sign}{}.{:02}", cents / 100, cents % 100).expect("a string has room");
    }
    text
}

fn read(text: &str) -> Ledger {
    Ingest::new().read_text(text).expect("clean rows").ledger
}

fn ledger(facts: &[Fact]) -> Ledger {
    read(&text(facts))
}

fn merge(a: &Ledger, b: &Ledger) -> Ledger {
    a.clone().merge(b).expect("same settings, small sums")
}

fn table(ledger: &Ledger) -> DataFrame {
    ledger.frame().expect("a frame")
}

fn customers(ledger: &Ledger) -> Customers {
    ledger.customers(&CustomersParams::new()).expect("customers")
}

fn assert_same(a: &Ledger, b: &Ledger) {
    assert!(table(a).equals_missing(&table(b)), "{}\n{}", table(a), table(b));
    assert_eq!(a.totals().expect("totals"), b.totals().expect("totals"));
    assert_eq!(customers(a), customers(b));
    assert_eq!((a.scale(), a.days(), a.money().expect("small")), (b.scale(), b.days(), b.money().expect("small")));
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 16, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn merging_is_commutative(a in facts(), b in facts()) {
        let (a, b) = (ledger(&a), ledger(&b));
        assert_same(&merge(&a, &b), &merge(&b, &a));
    }

    #[test]
    fn merging_is_associative(a in facts(), b in facts(), c in facts()) {
        let (a, b, c) = (ledger(&a), ledger(&b), ledger(&c));
        assert_same(&merge(&merge(&a, &b), &c), &merge(&a, &merge(&b, &c)));
    }

    #[test]
    fn merging_parts_is_reading_the_whole(whole in facts(), at in 0..40_usize) {
        let (left, right) = whole.split_at(at.min(whole.len()));
        let empty = || Ledger::new(Ingest::new().settings());
        let part = |facts: &[Fact]| if facts.is_empty() { empty() } else { ledger(facts) };
        assert_same(&merge(&part(left), &part(right)), &ledger(&whole));
    }

    #[test]
    fn the_disk_gives_back_what_was_saved(a in facts()) {
        let (scratch, ledger) = (Scratch::new(), ledger(&a));
        ledger.save(scratch.path("state")).expect("written");
        assert_same(&Ledger::open(scratch.path("state")).expect("readable"), &ledger);
    }

    #[test]
    fn money_is_conserved(a in facts()) {
        let ledger = ledger(&a);
        let cents: i128 = a.iter().map(|fact| i128::from(fact.3)).sum();
        prop_assert_eq!(ledger.money().expect("small"), cents);
        let cells = ledger.cells(ledger.days().expect("rows").1, patronage::Period::Week).expect("cells").frame().expect("a frame");
        let sum = |name: &str| cells.column(name).and_then(|column| column.decimal().cloned()).expect("money").physical().iter().flatten().sum::<i128>();
        prop_assert_eq!(sum("purchased") + sum("refunded"), cents);
    }
}

#[test]
fn an_order_whose_lines_arrive_in_two_merges_is_one_order() {
    for order in ["7", "an order with a long id"] {
        let line = |day: &str, amount: &str| read(&format!("customer,date,order,amount\nann,{day},{order},{amount}\n"));
        let both = merge(&line("2024-03-02", "10.00"), &line("2024-03-01", "5.50"));
        let totals = both.totals().unwrap();
        assert_eq!((totals.customers, totals.orders, totals.refund_orders), (1, 1, 0), "{order}");
        let row = customers(&both).row(0);
        assert_eq!(
            (row.orders, row.monetary, row.first_purchase.to_string()),
            (1, 1_550, "2024-03-01".to_owned()),
            "it belongs to its earliest day"
        );
    }
}

#[test]
fn a_discount_is_part_of_its_order_and_what_sums_below_zero_is_a_refund() {
    let text = "customer,date,order,amount\nann,2024-03-01,1,10\nann,2024-03-01,1,-4\nann,2024-03-02,2,3\nann,2024-03-02,2,-5\n";
    let row = customers(&read(text)).row(0);
    assert_eq!((row.orders, row.monetary, row.refund_orders, row.refunded), (1, 4, 1, -2));
}

#[test]
fn the_same_order_id_of_two_customers_is_two_orders() {
    let totals = read("customer,date,order,amount\nann,2024-03-01,1,10\nbob,2024-03-01,1,10\n").totals().unwrap();
    assert_eq!((totals.customers, totals.orders), (2, 2));
}

#[test]
fn ledgers_with_other_settings_do_not_merge() {
    let log = "customer,date,amount\nann,2024-03-01,1\n";
    let other = Ingest::new().zero_amounts(ZeroAmounts::Ignore).read_text(log).unwrap().ledger;
    let error = read(log).merge(&other).unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Parameter);
}

#[test]
fn a_sum_that_is_too_large_is_an_error_and_never_wraps() {
    // 32 digits and six implied places: two of them need 39.
    let line = format!("ann,2024-03-01,1,{}\n", "9".repeat(32));
    let header = "customer,date,order,amount\n";
    let one = read(&format!("{header}{line}"));
    assert_eq!(one.clone().merge(&one).unwrap_err().kind(), ErrorKind::Overflow);
    let error = Ingest::new().read_text(&format!("{header}{line}{line}")).unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Overflow);
    assert!(error.to_string().contains("38 digits"), "{error}");
}

#[test]
fn a_store_recognises_loads_and_gives_them_back() {
    let scratch = Scratch::new();
    let (monday, tuesday) = (ledger(&[(1, 4, Some(3), 500)]), ledger(&[(2, 5, None, 700)]));
    let mut store = Store::open_or_new(scratch.path("state"), monday.settings().clone()).unwrap();
    store.add("monday", "monday.csv", 1, &monday).unwrap();
    store.add("tuesday", "tuesday.csv", 1, &tuesday).unwrap();
    store.add("monday", "again.csv", 1, &monday).unwrap();
    let store = Store::open(scratch.path("state")).unwrap();
    assert_eq!(store.loads().iter().map(|load| load.source.as_str()).collect::<Vec<_>>(), ["monday.csv", "tuesday.csv"]);
    assert_same(&store.ledger().unwrap(), &merge(&monday, &tuesday));
    let mut store = store;
    assert!(store.withdraw("monday").unwrap());
    assert!(!store.withdraw("monday").unwrap());
    assert_same(&Ledger::open(scratch.path("state")).unwrap(), &tuesday);
    assert_eq!(scratch.names(), ["state/ledger.json", "state/segments/tuesday.parquet"]);
}

#[test]
fn a_segment_that_was_changed_on_disk_is_not_trusted() {
    let scratch = Scratch::new();
    ledger(&[(1, 4, Some(3), 500)]).save(scratch.path("state")).unwrap();
    let segment = scratch.names().into_iter().find(|name| name.ends_with(".parquet")).unwrap();
    let mut bytes = scratch.bytes(&segment);
    let middle = bytes.len() / 2;
    bytes[middle] ^= 1;
    scratch.write(&segment, bytes);
    let error = Ledger::open(scratch.path("state")).unwrap_err();
    assert!(error.is_input() && error.to_string().contains("not the one that was saved"), "{error}");
}
