use super::*;
use crate::analysis::clv::{Histories, History};

/// The calibration histories of the CDNOW sample, in weeks (exact sevenths).
fn cdnow() -> Histories {
    let text = include_str!(concat!(env!("CARGO_MANIFEST_DIR"), "/data/cdnow_sample.csv"));
    let day = |date: &str| -> i64 {
        let number = |range| -> i64 { date.get(range).and_then(|part: &str| part.parse().ok()).expect("a date") };
        let (month, day) = (number(5..7), number(8..10));
        let before = [0, 31, 59, 90, 120, 151, 181, 212, 243, 273, 304, 334];
        (number(0..4) - 1997) * 365 + before[usize::try_from(month - 1).expect("a month")] + day - 1
    };
    let mut days = std::collections::BTreeMap::<&str, Vec<i64>>::new();
    for line in text.lines().skip(1) {
        let fields: Vec<&str> = line.split(',').collect();
        let day = day(fields[1]);
        if day <= 272 {
            days.entry(fields[0]).or_default().push(day);
        }
    }
    let histories: crate::Result<Histories> = days
        .into_values()
        .map(|mut days| {
            days.sort_unstable();
            days.dedup();
            let first = days[0];
            let weeks = |day: i64| f64::from(i32::try_from(day - first).expect("small")) / 7.0;
            History {
                repeat_purchases: u32::try_from(days.len() - 1).expect("small"),
                first_to_last: weeks(days[days.len() - 1]),
                age: weeks(272),
            }
        })
        .collect();
    histories.expect("histories")
}

#[test]
fn cdnow_fit() {
    let model = ParetoNbd::params().fit(&cdnow()).expect("fit");
    println!("{:?}", model);
    let t = std::time::Instant::now();
    for _ in 0..10 {
        let _ = ParetoNbd::params().fit(&cdnow()).expect("fit");
    }
    println!("{:?}", t.elapsed() / 10);
}
