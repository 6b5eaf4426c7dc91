//! What must hold whatever the data.

use proptest::prelude::*;

use super::*;

fn any_customers() -> impl Strategy<Value = Vec<History>> {
    let own = prop::collection::btree_map(0_i32..400, 0_i128..50_000, 1..12);
    prop::collection::vec(own.prop_map(|own| own.into_iter().collect()), 2..40)
}

/// Settings under which even a handful of customers is tested.
fn eager() -> ChurnParams {
    Churn::params().fewest(2, 1).horizon_days(60)
}

fn run(days: &PurchaseDays) -> Option<(ChurnModel, ChurnScores)> {
    let model = eager().fit(days, date(400), None, None).ok()?;
    let scores = model.score(days, date(400), None).ok()?;
    Some((model, scores))
}

proptest! {
    #[test]
    fn probabilities_are_probabilities_and_gains_rise(histories in any_customers()) {
        let Some((model, scores)) = run(&days(&histories)) else { return Ok(()) };
        if let Some(all) = scores.probability() {
            prop_assert!(all.iter().all(|p| (0.0..=1.0).contains(p)), "{all:?}");
        }
        prop_assert!(scores.overdue_ratio().all(|ratio| ratio.is_finite() && ratio >= 0.0));
        for one in model.backtest().map(|test| test.methods.as_slice()).unwrap_or_default() {
            prop_assert!((0.0..=1.0).contains(&one.auc) && (0.0..=1.0).contains(&one.calibration_error) && (0.0..=1.0).contains(&one.brier));
            prop_assert!(one.gain.windows(2).all(|pair| pair[0].churners_share <= pair[1].churners_share + 1e-12));
            let customers: f64 = one.calibration.iter().map(|bin| bin.customers).sum();
            prop_assert!((customers - one.customers as f64).abs() < 1e-6);
        }
        prop_assert_eq!(model.backtest().map_or(1, |test| test.methods.iter().filter(|one| one.chosen).count()), 1);
    }

    #[test]
    fn equal_customers_get_equal_results(histories in any_customers(), copies in 2_usize..6) {
        let mut all = histories.clone();
        all.extend(std::iter::repeat_n(histories[0].clone(), copies));
        let Some((_, scores)) = run(&days(&all)) else { return Ok(()) };
        let ratios: Vec<f64> = scores.overdue_ratio().collect();
        for copy in histories.len()..all.len() {
            prop_assert_eq!(ratios[copy].to_bits(), ratios[0].to_bits());
            prop_assert_eq!(scores.change()[copy], scores.change()[0]);
            if let (Some(p), Some(class)) = (scores.probability(), scores.class()) {
                prop_assert_eq!(p[copy].to_bits(), p[0].to_bits());
                prop_assert_eq!(class[copy], class[0]);
            }
        }
    }

    #[test]
    fn the_scale_of_money_does_not_matter(histories in any_customers()) {
        let larger: Vec<History> = histories.iter().map(|own| own.iter().map(|(day, money)| (*day, money * 1_024)).collect()).collect();
        let (Some((_, one)), Some((_, other))) = (run(&days(&histories)), run(&days(&larger))) else { return Ok(()) };
        for (p, q) in one.probability().unwrap_or_default().iter().zip(other.probability().unwrap_or_default()) {
            prop_assert!((p - q).abs() < 1e-9, "{p} {q}");
        }
    }

    #[test]
    fn the_unit_of_time_does_not_matter_to_the_rule(histories in any_customers()) {
        let longer: Vec<History> = histories.iter().map(|own| own.iter().map(|(day, money)| (day * 3, *money)).collect()).collect();
        let rule = |days: &PurchaseDays, as_of| Churn::params().fit(days, date(as_of), None, None).ok().map(|model| *model.rule());
        let (one, other) = (days(&histories), days(&longer));
        let (Some(a), Some(b)) = (rule(&one, 400), rule(&other, 1_200)) else { return Ok(()) };
        // An estimate on the edge of 0 may fall on either side of it by rounding.
        if a.strength.is_none_or(|strength| strength > 1e6) || b.strength.is_none_or(|strength| strength > 1e6) {
            return Ok(());
        }
        for row in 0..one.len() {
            let (a, b) = (a.overdue_ratio(&one, row, date(400)), b.overdue_ratio(&other, row, date(1_200)));
            prop_assert!((a.unwrap_or(0.0) - b.unwrap_or(0.0)).abs() <= 1e-6 * a.unwrap_or(0.0).max(1.0), "{a:?} {b:?}");
        }
    }

    #[test]
    fn moves_hold_every_customer_and_all_money(histories in any_customers(), window in 1_u32..200) {
        let days = days(&histories);
        let decline = ValueDecline::new(&days, date(400), window).expect("small money");
        prop_assert_eq!(decline.moves().iter().map(|one| one.customers).sum::<u64>(), histories.len() as u64);
        let window = window.cast_signed();
        let money = |from: i32, to: i32| -> i128 { histories.iter().flatten().filter(|(day, _)| from < *day && *day <= to).map(|(_, money)| money).sum() };
        prop_assert_eq!(decline.moves().iter().map(|one| one.before).sum::<i128>(), money(400 - 2 * window, 400 - window));
        prop_assert_eq!(decline.moves().iter().map(|one| one.after).sum::<i128>(), money(400 - window, 400));
    }

    #[test]
    fn nobody_is_safer_for_having_been_away_longer(histories in any_customers(), away in 1_i32..300) {
        let days = days(&histories);
        let Ok(model) = Churn::params().fit(&days, date(400), None, None) else { return Ok(()) };
        for row in 0..days.len() {
            let ratio = |day| model.rule().overdue_ratio(&days, row, date(day)).unwrap_or(0.0);
            prop_assert!(ratio(400 + away) > ratio(400));
        }
    }
}

#[test]
fn two_hundred_identical_customers_are_one() {
    let mut histories = shop(300);
    histories.extend(std::iter::repeat_n(vec![(300, 4_200), (420, 900), (511, 2_500)], 200));
    let days = days(&histories);
    let model = Churn::params().fit(&days, date(730), None, None).expect("a shop");
    let scores = model.score(&days, date(730), None).expect("scores");
    let own = &scores.probability().expect("tested")[300..];
    assert!(own.iter().all(|p| p.to_bits() == own[0].to_bits()));
    assert!(scores.class().expect("tested")[300..].iter().all(|class| *class == scores.class().expect("tested")[300]));
}

#[test]
fn results_do_not_depend_on_threads() {
    let days = days(&shop(6_000));
    let run = |threads| {
        let pool = rayon::ThreadPoolBuilder::new().num_threads(threads).build().expect("threads");
        pool.install(|| {
            let model = Churn::params().fit(&days, date(730), None, None)?;
            let scores = model.score(&days, date(730), None)?;
            Result::<_>::Ok((serde_json::to_string(&model).expect("JSON"), scores))
        })
    };
    assert_eq!(run(1).expect("a shop"), run(4).expect("a shop"));
}
