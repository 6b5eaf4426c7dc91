//! Tests of migration: by hand, margins on random books, refused snapshots.

use std::collections::BTreeMap;

use proptest::prelude::*;

use super::*;
use crate::ids::TextColumn;

/// Customers with segment and money, by id.
type Book = BTreeMap<String, (u16, i128)>;

struct Columns {
    ids: TextColumn,
    segment: Vec<u16>,
    revenue: Vec<i128>,
}

impl Columns {
    fn new(book: &Book) -> Self {
        Self {
            ids: book.keys().map(String::as_str).collect(),
            segment: book.values().map(|own| own.0).collect(),
            revenue: book.values().map(|own| own.1).collect(),
        }
    }

    fn snapshot<'a>(&'a self, segments: &'a [String]) -> Snapshot<'a> {
        Snapshot { customer_id: &self.ids, segment: &self.segment, segments, revenue: &self.revenue }
    }
}

fn keys(keys: &[&str]) -> Vec<String> {
    keys.iter().map(|key| (*key).to_owned()).collect()
}

fn book(rows: &[(&str, u16, i128)]) -> Book {
    rows.iter().map(|(id, segment, money)| ((*id).to_owned(), (*segment, *money))).collect()
}

fn words(flow: &Flow) -> (String, String, u64, Option<f64>, i128, i128) {
    let name = |segment: &Option<String>| segment.clone().unwrap_or_else(|| "-".to_owned());
    (name(&flow.from), name(&flow.to), flow.customers, flow.from_share, flow.revenue_from, flow.revenue_to)
}

#[test]
fn ways_by_hand() {
    let old = book(&[("a", 0, 10), ("b", 0, 20), ("c", 1, 30), ("e", 2, 5)]);
    let new = book(&[("a", 1, 11), ("b", 2, 22), ("c", 1, 33), ("d", 0, 1)]);
    let (old, new) = (Columns::new(&old), Columns::new(&new));
    // The lists differ in order, and `gone` is in the older one only.
    let (then, now) = (keys(&["top", "low", "gone"]), keys(&["new", "top", "low"]));
    let view = migrate(&old.snapshot(&then), &new.snapshot(&now)).unwrap();
    assert_eq!(view.segments(), ["new", "top", "low", "gone"]);
    let expected = [
        ("top", "top", 1, Some(0.5), 10, 11),
        ("top", "low", 1, Some(0.5), 20, 22),
        ("low", "top", 1, Some(1.0), 30, 33),
        ("gone", "-", 1, Some(1.0), 5, 0),
        ("-", "new", 1, None, 0, 1),
    ];
    let expected = expected.map(|(from, to, n, share, then, now)| (from.to_owned(), to.to_owned(), n, share, then, now));
    assert_eq!(view.flows().iter().map(words).collect::<Vec<_>>(), expected);
    assert_eq!(view.previous(), [Some(1), Some(1), Some(2), None]);
    // b fell from top to low; c rose; d is new.
    assert_eq!(view.drops().collect::<Vec<_>>(), [1]);
    assert_eq!(view.entered_and_left(), (1, 1));
    assert_eq!((view.older_row(), view.left()), (&[Some(0), Some(1), Some(2), None][..], &[3][..]));
}

#[test]
fn a_side_without_customers() {
    let (nobody, somebody) = (Columns::new(&Book::new()), Columns::new(&book(&[("a", 0, 10)])));
    let segments = keys(&["x"]);
    let view = migrate(&nobody.snapshot(&[]), &somebody.snapshot(&segments)).unwrap();
    assert_eq!((view.entered_and_left(), view.previous()), ((1, 0), &[None][..]));
    let view = migrate(&somebody.snapshot(&segments), &nobody.snapshot(&segments)).unwrap();
    assert_eq!((view.entered_and_left(), view.previous().len()), ((0, 1), 0));
}

#[test]
fn snapshots_that_make_no_sense() {
    let sound = Columns::new(&book(&[("a", 0, 10), ("b", 0, 1)]));
    let segments = keys(&["x"]);
    let refused = |old: &Snapshot<'_>| migrate(old, &sound.snapshot(&segments)).map_or_else(|error| error.to_string(), |_| String::new());
    let own = sound.snapshot(&segments);
    assert_eq!(
        refused(&Snapshot { revenue: &[1], ..own }),
        "the older snapshot has 2 customers, 2 segments and 1 amounts: one each is needed"
    );
    assert_eq!(refused(&Snapshot { segment: &[0, 1], ..own }), "the older snapshot has 1 segments, and a customer in one beyond: `1`");
    let twice: TextColumn = ["a", "a"].into_iter().collect();
    let words = "the older snapshot is not sorted by customer id, or has a customer twice: `a`";
    assert_eq!(refused(&Snapshot { customer_id: &twice, ..own }), words);
}

fn any_book() -> impl Strategy<Value = Book> {
    prop::collection::btree_map("[a-f]{1,2}", (0_u16..4, -50_i128..1_000), 0..30)
}

proptest! {
    #[test]
    fn margins_are_the_books(old in any_book(), new in any_book()) {
        let segments = keys(&["s0", "s1", "s2", "s3"]);
        let (then, now) = (Columns::new(&old), Columns::new(&new));
        let view = migrate(&then.snapshot(&segments), &now.snapshot(&segments)).unwrap();
        for (place, key) in (0_u16..).zip(&segments) {
            let margin = |side: fn(&Flow) -> &Option<String>, money: fn(&Flow) -> i128| {
                let flows = view.flows().iter().filter(|flow| side(flow).as_ref() == Some(key));
                flows.fold((0, 0), |(count, sum), flow| (count + flow.customers, sum + money(flow)))
            };
            let size = |book: &Book| {
                let own = book.values().filter(|own| own.0 == place);
                own.fold((0, 0), |(count, sum), own| (count + 1, sum + own.1))
            };
            prop_assert_eq!(margin(|flow| &flow.from, |flow| flow.revenue_from), size(&old));
            prop_assert_eq!(margin(|flow| &flow.to, |flow| flow.revenue_to), size(&new));
            let shares: Vec<f64> = view.flows().iter().filter(|flow| flow.from.as_ref() == Some(key)).filter_map(|flow| flow.from_share).collect();
            prop_assert!(shares.is_empty() || (shares.iter().sum::<f64>() - 1.0).abs() < 1e-12);
        }
        let entered = new.keys().filter(|id| !old.contains_key(*id)).count() as u64;
        let left = old.keys().filter(|id| !new.contains_key(*id)).count() as u64;
        prop_assert_eq!(view.entered_and_left(), (entered, left));
        let flows = |of: fn(&Flow) -> bool| view.flows().iter().filter(|flow| of(flow)).map(|flow| flow.customers).sum::<u64>();
        prop_assert_eq!((flows(|flow| flow.from.is_none()), flows(|flow| flow.to.is_none())), (entered, left));
        for ((id, _), previous) in new.iter().zip(view.previous()) {
            prop_assert_eq!(*previous, old.get(id).map(|own| own.0));
        }
    }
}
