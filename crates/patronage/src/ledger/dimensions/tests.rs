use proptest::prelude::*;

use super::{Baskets, Breakdown, Dimension};
use crate::ingest::{Duplicates, Ingest};
use crate::ledger::{Ledger, Store};

/// Customer, day of January 2024, order or none, cents, category or none, product, cost in cents or none.
type Fact = (u8, u8, Option<u8>, i64, Option<u8>, u8, Option<i64>);

fn facts() -> impl Strategy<Value = Vec<Fact>> {
    let fact = (
        0..6_u8,
        1..29_u8,
        prop::option::of(0..9_u8),
        -5_000..10_000_i64,
        prop::option::of(0..4_u8),
        0..9_u8,
        prop::option::of(-100..4_000_i64),
    );
    prop::collection::vec(fact, 2..50)
}

/// A line of a log. Orders have ids that fit a key and such that do not.
fn line(fact: &Fact) -> String {
    let (customer, day, order, cents, category, product, cost) = fact;
    // An order belongs to one day here, so that windows cut rows and orders alike.
    let day = order.map_or(*day, |order| order + 1);
    let order =
        order.map_or(String::new(), |order| if order % 2 == 0 { format!("{order}") } else { format!("order number {order} of that day") });
    let category = category.map_or(String::new(), |category| format!("c{category}"));
    let cost = cost.map_or(String::new(), |cost| format!("{}e-3", cost * 10));
    format!("k{customer},2024-01-{day:02},{order},{cents}e-2,{category},p{product},{cost}\n")
}

fn read(facts: &[Fact]) -> Ledger {
    let text: String =
        std::iter::once("customer,date,order,amount,category,product,cost\n".to_owned()).chain(facts.iter().map(line)).collect();
    Ingest::new().scale(2).read_text(&text).unwrap_or_else(|error| panic!("{error:?}\n{text}")).ledger
}

fn last() -> chrono::NaiveDate {
    "2024-01-31".parse().expect("a date")
}

fn views(ledger: &Ledger) -> Vec<(Breakdown, Option<Baskets>)> {
    let views = ledger.dimensions().into_iter().map(|dimension| {
        let breakdown = ledger.breakdown(dimension, None, last()).expect("small sums").expect("a column");
        (breakdown, ledger.baskets(dimension, None, last()).expect("small sums"))
    });
    views.collect()
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 24, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn every_dimension_sums_to_all_money(facts in facts()) {
        let ledger = read(&facts);
        let cents: i128 = facts.iter().map(|fact| i128::from(fact.3)).sum();
        for (breakdown, _) in views(&ledger) {
            prop_assert_eq!(breakdown.revenue().expect("small"), cents);
            prop_assert_eq!(breakdown.amounts.iter().map(|amounts| amounts.rows).sum::<u64>(), facts.len() as u64);
        }
    }

    #[test]
    fn order_split_merge_and_threads_do_not_show(facts in facts(), at in 0..50_usize, threads in 1..4_usize) {
        let whole = views(&read(&facts));
        let backwards: Vec<Fact> = facts.iter().rev().copied().collect();
        let pool = rayon::ThreadPoolBuilder::new().num_threads(threads).build().expect("threads");
        prop_assert_eq!(&pool.install(|| views(&read(&backwards))), &whole);
        let (left, right) = facts.split_at(at.clamp(1, facts.len() - 1));
        let (left, right) = (read(left), read(right));
        prop_assert_eq!(&views(&left.clone().merge(&right).expect("same settings")), &whole);
        prop_assert_eq!(&views(&right.merge(&left).expect("same settings")), &whole);
    }

    #[test]
    fn the_disk_keeps_roll_ups_and_no_baskets(facts in facts(), at in 0..50_usize) {
        let folder = tempfile::tempdir().expect("a folder");
        let (left, right) = facts.split_at(at.clamp(1, facts.len() - 1));
        let mut store = Store::open_or_new(folder.path(), Ingest::new().settings()).expect("a folder");
        store.add("right", "right.csv", 1, &read(right)).expect("written");
        store.add("left", "left.csv", 1, &read(left)).expect("written");
        let saved = Ledger::open(folder.path()).expect("readable");
        prop_assert!(!saved.has_baskets());
        for ((mut of_files, _), (of_state, baskets)) in views(&read(&facts)).into_iter().zip(views(&saved)) {
            prop_assert!(baskets.is_none());
            of_files.counts.iter_mut().for_each(|counts| *counts = None);
            prop_assert_eq!(of_state, of_files);
        }
    }

    #[test]
    fn counts_are_those_of_the_naive_count(facts in facts()) {
        let ledger = read(&facts);
        let breakdown = ledger.breakdown(Dimension::Product, None, last()).expect("small sums").expect("a column");
        for (place, name) in breakdown.values().enumerate() {
            let mine = |fact: &&Fact| name == Some(format!("p{}", fact.5).as_str());
            // Rows without an order are orders; others count once where the whole order is not below zero.
            let sum = |one: &Fact| facts.iter().filter(|fact| (fact.0, fact.2) == (one.0, one.2)).map(|fact| fact.3).sum::<i64>();
            let mut orders: Vec<(u8, Option<u8>, usize)> = Vec::new();
            for (row, fact) in facts.iter().enumerate().filter(|(_, fact)| mine(fact)) {
                match fact.2 {
                    None if fact.3 >= 0 => orders.push((fact.0, None, row)),
                    Some(_) if sum(fact) >= 0 => orders.push((fact.0, fact.2, 0)),
                    _ => {}
                }
            }
            orders.sort_unstable();
            orders.dedup();
            let mut customers: Vec<u8> = orders.iter().map(|order| order.0).collect();
            customers.dedup();
            let counts = breakdown.counts[place].expect("known");
            prop_assert_eq!((counts.orders, counts.customers), (orders.len() as u64, customers.len() as u64), "{:?}", name);
        }
    }
}

#[test]
fn rows_that_came_without_the_dimension_stand_under_no_value() {
    let with = Ingest::new().read_text("customer,date,amount,channel\nann,2024-01-01,5,web\nann,2024-01-02,1,\n").expect("readable").ledger;
    let without = Ingest::new().read_text("customer,date,amount\nbob,2024-01-02,7\n").expect("readable").ledger;
    for merged in [with.clone().merge(&without), without.clone().merge(&with)] {
        let merged = merged.expect("same settings");
        let channels = merged.breakdown(Dimension::Channel, None, last()).expect("small sums").expect("a column");
        let rows: Vec<_> =
            channels.day.iter().zip(&channels.amounts).map(|(day, amounts)| (day - channels.day[0], amounts.rows, amounts.money)).collect();
        assert_eq!((channels.values.as_slice(), rows), (&[Some("web".to_owned()), None][..], vec![(0, 1, 5), (1, 2, 8)]));
        // bob's order is not among those that are known.
        assert_eq!(channels.counts.iter().map(|counts| counts.map(|counts| counts.orders)).collect::<Vec<_>>(), [Some(1), None]);
        assert!(merged.has_baskets());
    }
    assert!(without.merge(&Ledger::new(Ingest::new().settings())).expect("same settings").dimensions().is_empty());
}

#[test]
fn removed_repeats_are_in_no_roll_up() {
    let log = "customer,date,amount,channel\nann,2024-01-01,5,web\nann,2024-01-01,5,web\nann,2024-01-01,5,store\n";
    let read = Ingest::new().duplicates(Duplicates::Remove).read_text(log).expect("readable");
    assert_eq!(read.audit.money_accepted, "10");
    let channels = read.ledger.breakdown(Dimension::Channel, None, last()).expect("small sums").expect("a column");
    assert_eq!(channels.amounts.iter().map(|amounts| (amounts.rows, amounts.money)).collect::<Vec<_>>(), [(1, 5), (1, 5)]);
}

#[test]
fn attributes_of_customers_break_down_like_columns() {
    let log = "customer,date,amount,region\nann,2024-01-01,5,north\nann,2024-01-03,6,north\nbob,2024-01-02,7,south\nbob,2024-01-02,-9,south\n\
        cid,2024-01-02,-1,south\n";
    let ledger = Ingest::new().read_text(log).expect("readable").ledger;
    let column = ledger.breakdown(Dimension::Region, None, last()).expect("small sums").expect("a column");
    let cells = ledger.cells(last(), crate::time::Period::Day).expect("small sums");
    let region = |customer: &str| Some(if customer == "ann" { "north" } else { "south" }.to_owned());
    let first = "2024-01-01".parse().expect("a date");
    assert_eq!(Breakdown::of_attribute(&cells, (first, last()), region).expect("within"), column);
}
