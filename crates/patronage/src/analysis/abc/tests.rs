//! Tests of ABC, layers and concentration: published numbers, small data, properties, refused settings.

use proptest::prelude::*;

use super::concentration::Concentration;
use super::layers::{Layers, LayersScores};
use super::*;
use crate::ErrorKind;
use crate::analysis::fixtures::{any_rows, customers, customers_at_scale, numbered, r_customers};
use crate::customers::Customers;

/// For shares that are quotients of exact sums and are compared with published digits.
const PUBLISHED: f64 = 5e-7;

const BOUNDARIES: [Boundary; 5] = [Boundary::Within, Boundary::Crossing, Boundary::TiesStart, Boundary::TiesEnd, Boundary::Computed];

fn score(params: AbcParams, customers: &Customers) -> AbcScores {
    params.fit(customers).and_then(|model| model.score(customers)).unwrap_or_else(|error| panic!("{error}"))
}

fn letters(params: AbcParams, money: &[i128]) -> String {
    let rows: Vec<_> = money.iter().map(|amount| (1, 1, *amount)).collect();
    score(params, &numbered(&rows)).classes().iter().map(|class| class.letter()).collect()
}

fn layers(params: Layers, customers: &Customers) -> LayersScores {
    params.fit(customers).and_then(|model| model.score(customers)).unwrap_or_else(|error| panic!("{error}"))
}

#[test]
fn every_boundary_on_r_data() {
    let Some(customers) = r_customers() else { return };
    let counts = |boundary| score(Abc::params().boundary(boundary), &customers).counts();
    assert_eq!(counts(Boundary::Within), [605, 228, 162, 0]);
    assert_eq!(counts(Boundary::Crossing), [606, 228, 161, 0]);
    assert_eq!(counts(Boundary::TiesStart), [607, 228, 160, 0]);
    assert_eq!(counts(Boundary::TiesEnd), [603, 230, 162, 0]);
    // The definition in numpy 2.2: Pareto point 406, break-even point 447.
    assert_eq!(counts(Boundary::Computed), [406, 201, 388, 0]);
}

#[test]
fn concentration_of_r_data() {
    let Some(customers) = r_customers() else { return };
    let ours = Concentration::fit(&customers).unwrap_or_else(|error| panic!("{error}"));
    assert!((ours.gini() - 0.289_603).abs() < PUBLISHED);
    assert!((ours.top_share(20.0).unwrap_or_default() - 0.356_232).abs() < PUBLISHED);
    assert!(!ours.eighty_twenty());
}

#[test]
fn pyramid_of_r_data() {
    let Some(customers) = r_customers() else { return };
    let scores = layers(Layers::pyramid(), &customers);
    assert_eq!(scores.layers().iter().map(|layer| layer.customers).collect::<Vec<_>>(), [10, 40, 149, 796]);
    assert_eq!(scores.layers().iter().map(|layer| layer.money).sum::<i128>(), 464_158);
    // numpy 2.2: cumulated shares .0256400, .1109665, .3562321.
    let mut sum = 0.0;
    for (layer, expected) in scores.layers().iter().zip([0.025_64, 0.110_966_5, 0.356_232_1, 1.0]) {
        sum += layer.share;
        assert!((sum - expected).abs() < PUBLISHED, "{} {sum}", layer.name);
    }
    let hml = layers(Layers::hml(), &customers);
    assert_eq!(hml.layers().iter().map(|layer| layer.customers).collect::<Vec<_>>(), [199, 299, 497]);
}

#[test]
fn boundaries_by_hand() {
    // 50 + 15 + 15 = 80: the third of the equals is past the line.
    let money = [50, 15, 15, 15, 5];
    let of = |boundary| letters(Abc::params().boundary(boundary), &money);
    assert_eq!(of(Boundary::Within), "AAABC");
    assert_eq!(of(Boundary::Crossing), "AAABC");
    assert_eq!(of(Boundary::TiesStart), "AAAAC");
    assert_eq!(of(Boundary::TiesEnd), "ABBBC");
    // 85 % at the first customer.
    let of = |boundary| letters(Abc::params().boundary(boundary), &[85, 8, 7]);
    assert_eq!(of(Boundary::Within), "BBC");
    assert_eq!(of(Boundary::Crossing), "ABB");
    assert_eq!(of(Boundary::TiesStart), "ABB");
    assert_eq!(of(Boundary::TiesEnd), "BBC");
}

#[test]
fn computed_by_hand() {
    // p = (.1, .5) (.2, .7) (.3, .8) (.4, .88) …: nearest to (0, 1) is (.3, .8) with .13; the mean is 10, so the break-even
    // point is the third too; nearest to (.3, 1) is (.4, .88) with .0244 before (.3, .8) with .04 and (.5, .94) with .0436.
    assert_eq!(letters(Abc::params().boundary(Boundary::Computed), &[50, 20, 10, 8, 6, 2, 1, 1, 1, 1]), "AAABCCCCCC");
    // All alike: there are no few that bring most.
    assert_eq!(letters(Abc::params().boundary(Boundary::Computed), &[5, 5, 5]), "AAA");
}

#[test]
fn what_is_not_positive() {
    let money = [90, 10, 0, -5];
    assert_eq!(letters(Abc::params(), &money), "ABNN");
    assert_eq!(letters(Abc::params().nonpositive(Nonpositive::Clamp), &money), "ABCC");
    assert_eq!(letters(Abc::params(), &[0, -5]), "NN");
    assert_eq!(letters(Abc::params().nonpositive(Nonpositive::Clamp), &[0, -5]), "CC");
    let error = Abc::params().nonpositive(Nonpositive::Error).fit(&numbered(&[(1, 1, 5), (1, 1, -1205)])).err();
    assert_eq!(error.map(|error| error.to_string()).as_deref(), Some("customer `c01` brought -12.05, which is not above zero"));
}

#[test]
fn few_customers_fill_layers_from_the_top() {
    let customers = numbered(&[(1, 1, 5), (1, 1, 50), (1, 1, -20)]);
    let scores = layers(Layers::pyramid(), &customers);
    assert_eq!(scores.layer(), [3, 0, 3]);
    assert_eq!(scores.layers()[3].money, -15);
}

#[test]
fn cuts_out_of_range() {
    let words = |a, b| Abc::params().cuts(a, b).fit(&numbered(&[(1, 1, 1)])).map_or_else(|error| error.to_string(), |_| String::new());
    assert_eq!(words(95.0, 80.0), "the cuts of ABC have to be percentages with 0 < a < b ≤ 100: `95, 80`");
    for (a, b) in [(0.0, 50.0), (50.0, 101.0), (f64::NAN, 95.0), (80.0, 80.0)] {
        assert!(!words(a, b).is_empty(), "{a} {b}");
    }
    assert_eq!(letters(Abc::params().cuts(50.0, 100.0), &[50, 30, 20]), "ABB");
}

#[test]
fn nobody() {
    let nobody = numbered(&[]);
    assert_eq!(Abc::params().fit(&nobody).err().map(|error| error.kind()), Some(ErrorKind::Fit));
    assert_eq!(Layers::hml().fit(&nobody).err().map(|error| error.kind()), Some(ErrorKind::Fit));
}

#[test]
fn layers_that_make_no_sense() {
    let words = |layers: &[(&'static str, f64)]| {
        Layers::params(layers.iter().copied()).fit(&numbered(&[(1, 1, 1)])).map_or_else(|error| error.to_string(), |_| String::new())
    };
    assert_eq!(words(&[("a", 100.0)]), "the number of layers has to be 2 to 100");
    assert_eq!(words(&[("a", 50.0), ("b", 40.0)]), "the percentages of the layers have to sum to 100");
    assert_eq!(words(&[("a", 0.0), ("b", 100.0)]), "the percentage of a layer has to be above 0 and at most 100: `0`");
}

proptest! {
    #[test]
    fn classes_follow_money(rows in any_rows()) {
        let customers = customers(rows);
        for boundary in BOUNDARIES {
            let scores = score(Abc::params().boundary(boundary), &customers);
            for row in 0..customers.len() {
                for other in 0..customers.len() {
                    let (more, less) = (customers.monetary()[row], customers.monetary()[other]);
                    if more > less || (more == less && row < other) {
                        prop_assert!(scores.classes()[row] <= scores.classes()[other]);
                    }
                    if more == less && !matches!(boundary, Boundary::Within | Boundary::Crossing) {
                        prop_assert_eq!(scores.classes()[row], scores.classes()[other]);
                    }
                }
            }
            let money: i128 = AbcClass::ALL.iter().map(|class| scores.total(*class).money).sum();
            prop_assert_eq!(money, customers.monetary().iter().sum::<i128>());
        }
    }

    #[test]
    fn the_fast_end_is_that_of_the_definition(rows in any_rows(), a in 1_u32..95) {
        let customers = customers(rows);
        let mut money: Vec<i128> = customers.monetary().iter().copied().filter(|money| *money > 0).collect();
        money.sort_unstable_by(|a, b| b.cmp(a));
        let total: i128 = money.iter().sum();
        let line = |sum: i128| (sum * 100, total * i128::from(a));
        let (mut within, mut crossing, mut sum) = (0, 0, 0);
        for amount in money {
            crossing += u64::from(line(sum).0 < line(sum).1);
            sum += amount;
            within += u64::from(line(sum).0 <= line(sum).1);
        }
        let count = |boundary| score(Abc::params().boundary(boundary).cuts(a.into(), 99.0), &customers).counts()[0];
        prop_assert_eq!(count(Boundary::Within), within);
        prop_assert_eq!(count(Boundary::Crossing), crossing);
    }

    #[test]
    fn a_frozen_model_classifies_its_own_customers_as_before(rows in any_rows()) {
        let there = customers(rows.clone());
        let finer = customers_at_scale(rows.iter().cloned().map(|(id, days, orders, money)| (id, days, orders, money * 100)), 4);
        for boundary in BOUNDARIES {
            let Ok(model) = Abc::params().boundary(boundary).fit(&there) else { return Err(TestCaseError::fail("no model")) };
            let text = serde_json::to_string(&model).unwrap_or_default();
            let Ok(frozen) = serde_json::from_str::<AbcModel>(&text) else { return Err(TestCaseError::fail(text)) };
            let classes = |model: &AbcModel, customers| model.score(customers).map(|scores| scores.classes().to_vec()).unwrap_or_default();
            prop_assert_eq!(classes(&model, &there), classes(&frozen, &finer));
        }
    }

    #[test]
    fn shares_sum_to_one(rows in any_rows()) {
        let customers = customers(rows);
        if customers.monetary().iter().any(|money| *money > 0) {
            for params in [Layers::pyramid(), Layers::hml()] {
                let scores = layers(params, &customers);
                prop_assert!((scores.layers().iter().map(|layer| layer.share).sum::<f64>() - 1.0).abs() < 1e-12);
                prop_assert_eq!(scores.layers().iter().map(|layer| layer.customers).sum::<u64>(), customers.len() as u64);
            }
            let Ok(ours) = Concentration::fit(&customers) else { return Err(TestCaseError::fail("no curve")) };
            let curve = ours.lorenz(customers.len());
            prop_assert!(curve.is_sorted_by(|a, b| a.0 < b.0 && a.1 <= b.1));
            // G = 1 − 2·(area under the curve), by trapezia.
            let area: f64 = curve.windows(2).map(|pair| (pair[1].0 - pair[0].0) * (pair[1].1 + pair[0].1) / 2.0).sum();
            prop_assert!((ours.gini() - (1.0 - 2.0 * area)).abs() < 1e-9);
        }
    }
}
