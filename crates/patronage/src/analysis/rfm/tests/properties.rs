//! What holds for any customers.

use std::collections::BTreeMap;

use proptest::prelude::*;

use super::*;
use crate::analysis::fixtures::{any_rows, customers, customers_at_scale};

proptest! {
    #[test]
    fn ties_share_a_score(rows in any_rows()) {
        let customers = customers(rows);
        for params in every_preset() {
            let model = fit(params, &customers);
            if matches!(model.scoring(), Scoring::SqlNtile | Scoring::QcutRankFirst) {
                continue;
            }
            let mut seen = BTreeMap::new();
            for (row, code) in score(&model, &customers).codes().enumerate() {
                let raw = customers.row(row);
                prop_assert_eq!(*seen.entry((raw.last_purchase, raw.orders, raw.monetary)).or_insert(code), code);
            }
        }
    }

    #[test]
    fn scaling_money_changes_nothing(rows in any_rows(), factor in 1_i128..1_000) {
        let scaled = rows.iter().cloned().map(|(id, days, orders, money)| (id, days, orders, money * factor));
        prop_assert_eq!(codes(Rfm::params(), &customers(rows.clone())), codes(Rfm::params(), &customers(scaled)));
    }

    #[test]
    fn the_order_of_rows_changes_nothing(rows in any_rows()) {
        for params in every_preset() {
            let there = customers(rows.clone());
            let back = customers(rows.iter().rev().cloned());
            prop_assert_eq!(score(&fit(params.clone(), &there), &there), score(&fit(params, &back), &back));
        }
    }

    #[test]
    fn the_number_of_threads_changes_nothing(rows in any_rows()) {
        let customers = customers(rows);
        let run = |threads: usize, params: RfmParams| {
            let pool = rayon::ThreadPoolBuilder::new().num_threads(threads).build().unwrap_or_else(|error| panic!("{error}"));
            pool.install(|| score(&fit(params, &customers), &customers))
        };
        for params in every_preset().step_by(3) {
            prop_assert_eq!(run(1, params.clone()), run(3, params));
        }
    }

    #[test]
    fn a_frozen_model_scores_its_own_customers_as_they_were_scored(rows in any_rows()) {
        let there = customers(rows.clone());
        // The same money in another scale, and only half of the customers at a time.
        let finer = |keep: usize| {
            let half = rows.iter().cloned().enumerate().filter(|(index, _)| index % 2 == keep);
            customers_at_scale(half.map(|(_, (id, days, orders, money))| (id, days, orders, money * 10)), 3)
        };
        for params in every_preset() {
            let model = fit(params, &there);
            let text = serde_json::to_string(&model).unwrap_or_default();
            let Ok(frozen) = serde_json::from_str::<RfmModel>(&text) else { return Err(TestCaseError::fail(text)) };
            let all: Vec<u16> = score(&model, &there).codes().collect();
            for half in [finer(0), finer(1)] {
                for (row, code) in score(&frozen, &half).codes().enumerate() {
                    let Some(own) = there.find(half.customer_id().get(row)) else { return Err(TestCaseError::fail("lost")) };
                    prop_assert_eq!(all[own], code);
                }
            }
        }
    }

    #[test]
    fn scores_are_in_range_and_monotone(rows in any_rows()) {
        let customers = customers(rows);
        for params in every_preset() {
            let model = fit(params, &customers);
            let scores = score(&model, &customers);
            let days: Vec<u32> = customers.recency_days().collect();
            for row in 0..customers.len() {
                let own = [scores.recency()[row], scores.frequency()[row], scores.monetary()[row]];
                prop_assert!(own.iter().all(|score| (1..=model.bins()).contains(score)));
                for other in 0..customers.len() {
                    if days[row] < days[other] {
                        prop_assert!(scores.recency()[row] >= scores.recency()[other], "{}", model.scoring());
                    }
                    // Nested money is compared within groups only.
                    let comparable = model.scoring() != Scoring::SpssNested && model.monetary() == MonetaryKind::NetTotal;
                    if comparable && customers.monetary()[row] > customers.monetary()[other] {
                        prop_assert!(scores.monetary()[row] >= scores.monetary()[other], "{}", model.scoring());
                    }
                }
            }
        }
    }

    #[test]
    fn ntile_bins_differ_by_one_at_most(rows in any_rows(), bins in 2_u8..=9) {
        let customers = customers(rows);
        let model = fit(Rfm::params().scoring(Scoring::SqlNtile).bins(bins).map(SegmentMap::eight_value()), &customers);
        let scores = score(&model, &customers);
        let mut sizes = vec![0_usize; bins.into()];
        for score in scores.frequency() {
            sizes[usize::from(*score) - 1] += 1;
        }
        prop_assert!(sizes.is_sorted_by(|a, b| a >= b) && sizes[0] - sizes[sizes.len() - 1] <= 1, "{sizes:?}");
    }

    #[test]
    fn moves_lead_where_they_say_and_nothing_nearer_does(rows in any_rows(), pick in any::<prop::sample::Index>()) {
        let there = customers(rows.clone());
        let row = pick.index(there.len());
        for params in every_preset() {
            let model = fit(params, &there);
            let Ok(explanation) = model.explain(&there, row) else { return Err(TestCaseError::fail("no explanation")) };
            // Raising orders would change a mean as well: those moves cannot be replayed one by one.
            let replayable = model.monetary() == MonetaryKind::NetTotal;
            for step in explanation.moves.iter().filter(|_| replayable) {
                let unit = if step.axis == Axis::Monetary { 100.0 } else { 1.0 };
                #[expect(clippy::cast_possible_truncation, reason = "small test data")]
                let [from, to] = [step.from, step.to].map(|value| (value.to_f64() * unit).round() as i128);
                let segment_at = |value: i128| {
                    let (id, days, orders, money) = rows[row].clone();
                    let small = u32::try_from(value).unwrap_or_default();
                    let changed = match step.axis {
                        Axis::Recency => (id, small, orders, money),
                        Axis::Frequency => (id, days, small, money),
                        Axis::Monetary => (id, days, orders, value),
                    };
                    let scores = score(&model, &customers([changed]));
                    scores.segments()[usize::from(scores.segment()[0])].key().to_owned()
                };
                prop_assert_eq!(segment_at(to), step.segment.clone());
                // One step nearer is still home.
                prop_assert_eq!(segment_at(to - (to - from).signum()), explanation.segment.clone());
            }
        }
    }
}

#[test]
fn every_code_is_in_exactly_one_segment_of_a_usable_map() {
    for map in SegmentMap::shipped().into_iter().filter(|map| map.input() == Input::Scores) {
        let digits = || 1..=map.bins();
        let all = digits().flat_map(|r| digits().flat_map(move |f| digits().map(move |m| (r, f, m))));
        let found = all.filter(|(r, f, m)| map.segment_of(*r, *f, *m).is_some()).count();
        assert_eq!(found, usize::from(map.bins()).pow(3), "{}", map.name());
    }
}
