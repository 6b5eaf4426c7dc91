use std::collections::BTreeSet;

use proptest::prelude::*;

use super::{Affinity, AffinityModel};
use crate::error::ErrorKind;
use crate::ledger::Baskets;

fn words(model: &AffinityModel) -> Vec<(String, u32)> {
    model
        .pairs()
        .iter()
        .map(|pair| (format!("{}>{}", model.name(pair.antecedent), model.name(pair.consequent)), pair.orders_together))
        .collect()
}

#[test]
fn counts_and_measures_by_hand() {
    // Orders: {a, b} twice, {a, b, c}, {a}, {c}, {c}; a and b each by every customer of theirs.
    let rows = [("x", "1", "a"), ("x", "1", "b"), ("x", "2", "a"), ("x", "2", "b"), ("y", "3", "a"), ("y", "3", "b"), ("y", "3", "c")];
    let rest = [("z", "4", "a"), ("z", "5", "c"), ("w", "6", "c")];
    let baskets = Baskets::from_rows(rows.into_iter().chain(rest));
    assert_eq!((baskets.len(), baskets.values().len()), (6, 3));
    let model = Affinity::params().minimum(1).fit(&baskets).expect("a minimum");
    assert_eq!((model.orders(), model.found()), (6, 3));
    let words = words(&model);
    let words: Vec<(&str, u32)> = words.iter().map(|(pair, together)| (pair.as_str(), *together)).collect();
    // Lift: a and b 3·6 / (4·3), b and c 1·6 / (3·3), a and c 1·6 / (4·3).
    assert_eq!(words, [("a>b", 3), ("b>a", 3), ("b>c", 1), ("c>b", 1), ("a>c", 1), ("c>a", 1)]);
    let (forth, back) = (model.pairs()[0], model.pairs()[1]);
    assert_eq!((forth.support, forth.confidence, forth.lift), (0.5, 0.75, 1.5));
    assert_eq!((back.confidence, back.antecedent_orders, back.consequent_orders), (1.0, 3, 4));
    assert_eq!(Affinity::params().minimum(2).fit(&baskets).expect("a minimum").pairs().len(), 2);
    assert_eq!(Affinity::params().minimum(1).most_pairs(1).fit(&baskets).expect("a minimum").pairs().len(), 2);
}

#[test]
fn the_next_value_is_the_most_confident_that_is_not_bought() {
    let mut rows = Vec::new();
    // Ten customers with a: six of them have b, three have c. Ten with d: seven have c. One has a and d.
    let names: Vec<String> = (0..20).map(|n| format!("k{n:02}")).collect();
    for (n, name) in names.iter().enumerate() {
        rows.push((name.as_str(), "1", if n < 10 { "a" } else { "d" }));
        if n < 6 {
            rows.push((name.as_str(), "2", "b"));
        }
        if n < 3 || (10..17).contains(&n) {
            rows.push((name.as_str(), "3", "c"));
        }
    }
    rows.push(("both", "1", "a"));
    rows.push(("both", "1", "d"));
    rows.push(("rare", "1", "e"));
    let baskets = Baskets::from_rows(rows);
    let model = Affinity::params().minimum(3).fit(&baskets).expect("a minimum");
    let next = model.score(&baskets).expect("the same values");
    assert_eq!(next.len(), 22);
    let of = |customer: &str| {
        let place = baskets.customer_id.iter().position(|id| id == customer).expect("a customer");
        next.value(place).map(|value| (model.name(value).to_owned(), next.confidence(place)))
    };
    assert_eq!(of("k09"), Some(("b".to_owned(), Some(6.0 / 11.0))));
    assert_eq!(of("k19"), Some(("c".to_owned(), Some(7.0 / 11.0))));
    assert_eq!(of("both"), Some(("c".to_owned(), Some(7.0 / 11.0))));
    // c and b are there; a goes with nothing else.
    assert_eq!(of("k00"), Some(("d".to_owned(), Some(7.0 / 10.0))));
    assert_eq!(of("rare"), None);
}

#[test]
fn what_cannot_be_is_refused() {
    let baskets = Baskets::from_rows([("x", "1", "a")]);
    assert_eq!(Affinity::params().minimum(0).fit(&baskets).map_err(|error| error.kind()), Err(ErrorKind::Parameter));
    let model = Affinity::params().fit(&baskets).expect("a minimum");
    let other = Baskets::from_rows([("x", "1", "b")]);
    assert_eq!(model.score(&other).map_err(|error| error.kind()), Err(ErrorKind::Input));
    let nothing = Affinity::params().fit(&Baskets::default()).expect("a minimum");
    assert!(nothing.pairs().is_empty() && nothing.score(&Baskets::default()).expect("the same values").is_empty());
}

/// Every pair counted one by one.
fn naive(rows: &BTreeSet<(String, String, String)>, a: &str, c: &str) -> u32 {
    let has = |customer: &str, order: &str, value: &str| rows.contains(&(customer.to_owned(), order.to_owned(), value.to_owned()));
    let orders: BTreeSet<(&str, &str)> = rows.iter().map(|row| (row.0.as_str(), row.1.as_str())).collect();
    let both = orders.into_iter().filter(|(customer, order)| has(customer, order, a) && has(customer, order, c)).count();
    u32::try_from(both).unwrap_or(u32::MAX)
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 64, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn pairs_are_those_of_the_naive_count(raw in prop::collection::btree_set((0..5_u8, 0..4_u8, 0..6_u8), 1..60), minimum in 1..4_u32) {
        let rows: BTreeSet<(String, String, String)> =
            raw.iter().map(|(customer, order, value)| (customer.to_string(), order.to_string(), value.to_string())).collect();
        let baskets = |rows: Vec<&(String, String, String)>| Baskets::from_rows(rows.into_iter().map(|row| (row.0.as_str(), row.1.as_str(), row.2.as_str())));
        let forwards = baskets(rows.iter().collect());
        prop_assert_eq!(&forwards, &baskets(rows.iter().rev().collect()));
        let model = Affinity::params().minimum(minimum).fit(&forwards).expect("a minimum");
        let mut frequent = 0;
        for (place, a) in forwards.values().iter().enumerate() {
            for c in &forwards.values()[place + 1..] {
                frequent += usize::from(naive(&rows, a, c) >= minimum);
            }
        }
        prop_assert_eq!(model.pairs().len(), 2 * frequent);
        for pair in model.pairs() {
            prop_assert_eq!(pair.orders_together, naive(&rows, model.name(pair.antecedent), model.name(pair.consequent)));
            prop_assert!(pair.support <= pair.confidence && pair.confidence <= 1.0);
        }
        prop_assert!(model.pairs().windows(2).all(|two| two[0].lift >= two[1].lift));
    }
}
