use super::*;
use crate::error::Result;
use crate::ledger::Cells;
use crate::time::{Period, date_of};

/// Cells by day of customers `00`, `01`, …: days and cents of their purchases.
fn cells(customers: &[&[(i32, i128)]]) -> Cells {
    let mut cells = Cells {
        period: Period::Day,
        scale: 2,
        customer_id: crate::ids::TextColumn::default(),
        ends: Vec::new(),
        index: Vec::new(),
        first_day: Vec::new(),
        purchases: Vec::new(),
        refunds: Vec::new(),
        purchased: Vec::new(),
        refunded: Vec::new(),
    };
    for (number, purchases) in customers.iter().enumerate() {
        cells.customer_id.push(&format!("{number:02}"));
        for (day, cents) in *purchases {
            cells.index.push(*day);
            cells.first_day.push(*day);
            cells.purchases.push(u32::from(*cents >= 0));
            cells.refunds.push(u32::from(*cents < 0));
            cells.purchased.push((*cents).max(0));
            cells.refunded.push((*cents).min(0));
        }
        cells.ends.push(cells.index.len());
    }
    cells
}

fn model() -> LifecycleModel {
    let Ok(model) = Lifecycle::params().limits(Limits::Days { dormant: 30, lost: 100 }).fit(&cells(&[])) else { panic!("sound") };
    model
}

fn stages(customers: &[&[(i32, i128)]], today: i32) -> Vec<(Stage, i32)> {
    let Ok(scores) = model().score(&cells(customers), date_of(today)) else { panic!("by day") };
    scores.stage().iter().copied().zip(scores.since_days().iter().copied()).collect()
}

#[test]
fn every_stage_and_its_first_day() {
    let customers: [&[(i32, i128)]; 8] = [
        // First purchase at the limit, and one day beyond it, where its only money is past money.
        &[(970, 100)],
        &[(969, 100), (1000, 100)],
        &[(969, 100)],
        &[(899, 100)],
        &[(850, 100), (980, 100)],
        // Twice the usual rate: 100 a month over ten months, 200 in the last.
        &[(700, 1000), (980, 200)],
        &[(700, 1000), (980, 50)],
        &[(990, -100)],
    ];
    assert_eq!(
        stages(&customers, 1000),
        [
            (Stage::New, 970),
            (Stage::Mature, 1000),
            (Stage::Dormant, 1000),
            (Stage::Lost, 1000),
            (Stage::Reactivated, 980),
            (Stage::Reactivated, 980),
            (Stage::Reactivated, 980),
        ]
    );
}

#[test]
fn spending_against_the_usual() {
    let steady: Vec<(i32, i128)> = (0..20).map(|month| (month * 30, 100)).collect();
    let mut more = steady.clone();
    more.push((575, 100));
    let mut less = steady.clone();
    less[19].1 = 50;
    let scored = stages(&[&steady, &more, &less], 590);
    assert_eq!(scored.iter().map(|(stage, _)| *stage).collect::<Vec<_>>(), [Stage::Mature, Stage::Growing, Stage::Declining]);
    // The extra order is what made the second grow.
    assert_eq!(scored[1].1, 575);
    // The small order of day 570 took the place of the usual one when that left the window.
    assert_eq!(scored[2].1, 570);
}

#[test]
fn a_stage_holds_from_its_first_day_on() {
    let customer: Vec<(i32, i128)> = [0, 9, 30, 31, 77, 120, 260, 262, 300, 330].iter().map(|&day| (day, 100 + i128::from(day))).collect();
    let model = model();
    let cells = cells(&[&customer]);
    for today in 0..500 {
        let Ok(scores) = model.score(&cells, date_of(today)) else { panic!("by day") };
        let (stage, since) = (scores.stage()[0], scores.since_days()[0]);
        let on = |day: i32| model.stages_on(&cells, date_of(day)).map(|stages| stages[0]).unwrap_or_default();
        assert!((since..=today).all(|day| on(day) == Some(stage)), "{stage} on {today} since {since}");
        assert_ne!(on(since - 1), Some(stage), "{stage} on {today} since {since}");
    }
}

#[test]
fn limits_come_from_the_gaps() -> Result<()> {
    // Gaps 1, 2, …, 40.
    let mut day = 0;
    let purchases: Vec<(i32, i128)> = (0..=40)
        .map(|gap| {
            day += gap;
            (day, 100)
        })
        .collect();
    let model = Lifecycle::params().fit(&cells(&[&purchases]))?;
    // numpy.quantile(range(1, 41), [.80, .95]) = 32.2, 38.05.
    assert_eq!((model.dormant_after(), model.lost_after(), model.gaps(), model.too_few_gaps()), (32, 38, 40, false));
    let few = Lifecycle::params().fit(&cells(&[&purchases[..5]]))?;
    assert_eq!((few.dormant_after(), few.lost_after(), few.gaps(), few.too_few_gaps()), (90, 365, 4, true));
    Ok(())
}

#[test]
fn settings_that_make_no_sense() {
    let words = |params: LifecycleParams| params.fit(&cells(&[])).map_or_else(|error| error.to_string(), |_| String::new());
    assert_eq!(
        words(Lifecycle::params().limits(Limits::Days { dormant: 90, lost: 90 })),
        "a customer is dormant after at least a day, and lost after more days than that: `90, 90`"
    );
    assert_eq!(
        words(Lifecycle::params().limits(Limits::Gaps { dormant: 0.9, lost: 0.8 })),
        "the quantiles for dormant and lost have to be numbers with 0 < dormant < lost < 1: `0.9, 0.8`"
    );
    assert_eq!(
        words(Lifecycle::params().change(f64::NAN)),
        "the change from which a customer grows or declines lies between 0 and 1: `NaN`"
    );
    let Ok(weeks) = cells(&[&[(0, 1)]]).by(Period::Week) else { panic!("small sums") };
    assert_eq!(
        Lifecycle::params().fit(&weeks).map_or_else(|error| error.to_string(), |_| String::new()),
        "the lifecycle is read from cells by day: `week`"
    );
}

#[test]
fn rules_are_printed_with_their_numbers() {
    let rules = model().rules();
    let rule = |stage| rules.iter().find(|rule| rule.stage == stage).map(|rule| rule.rule_en.clone()).unwrap_or_default();
    assert_eq!(rule(Stage::Dormant), "no purchase for 31 to 100 days");
    assert_eq!(rule(Stage::Growing), "spent at least 1.25 times as much in the last 30 days as usual in so many days");
    assert_eq!(rules.iter().map(|rule| rule.stage).collect::<Vec<_>>(), Stage::ALL);
}
