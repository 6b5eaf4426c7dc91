//! Which rows of which tables tell of too few customers to be shown.
//!
//! A row is hidden when it counts few customers. What its table adds up to is known from elsewhere, so one hidden row could be had by
//! subtraction: among the rows that add up to something, the next smallest are hidden too, until at least two are and they hold enough
//! customers together. Tables that tell of the same groups follow each other. What no rule names is a table whose rows add up to all
//! customers.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use patronage::polars::prelude::*;

/// How a table counts customers, and what its rows add up to.
struct Rule {
    /// Columns that count customers, the first for sums.
    counts: &'static [&'static str],
    /// Rows that agree in these columns add up to something that is known; each entry is one way to add up.
    sums: &'static [&'static [&'static str]],
    /// A row is hidden where the row of that table is that agrees in that column; a table without a name is the one by whose values
    /// this one is.
    follows: Option<(&'static str, &'static str)>,
    /// Whether a row that counts nobody because nobody counted is hidden.
    unknown: bool,
}

const WHOLE: Rule = Rule { counts: &["customers"], sums: &[&[]], follows: None, unknown: false };

fn rule(table: &str) -> Rule {
    let summed = |sums| Rule { sums, ..WHOLE };
    match table {
        "rules" => Rule { sums: &[&["segment"]], follows: Some(("segments", "segment")), ..WHOLE },
        "segment_risk" | "value" => Rule { follows: Some(("segments", "segment")), ..WHOLE },
        "lifecycle" => Rule { counts: &["customers", "customers_before"], ..WHOLE },
        "lifecycle_changes" => summed(&[&["from_stage"], &["to_stage"]]),
        "migration" => summed(&[&["form", "from_segment"], &["form", "to_segment"]]),
        "value_decline" => summed(&[&["from_class"], &["to_class"]]),
        "score_counts" => summed(&[&["axis"]]),
        "distributions" => summed(&[&["quantity"]]),
        "rfm_cells" => summed(&[&["r_score"], &["f_score"]]),
        "future_cells" => summed(&[&["frequency_low"], &["recency_low"]]),
        "churn_calibration" => summed(&[&["method"]]),
        "cluster_profiles" => Rule { counts: &[], sums: &[], follows: Some(("clusters", "cluster")), unknown: false },
        // Every customer is new once.
        "growth" => Rule { counts: &["new", "active", "retained", "reactivated", "churned"], ..WHOLE },
        "new_customers" => Rule { counts: &["new_customers"], sums: &[&["grain"]], follows: Some(("growth", "period")), unknown: false },
        // Cohorts add up to all customers, and what they do in a period to those who were active in it.
        "cohorts" => Rule { counts: &["customers", "cohort_size"], sums: &[&[CALENDAR]], ..WHOLE },
        "salespeople" => Rule { unknown: true, ..WHOLE },
        // Rows are at least as many as the customers who wrote them.
        by_period if by_period.starts_with("composition_") && by_period.ends_with("_by_period") => {
            Rule { counts: &["rows"], sums: &[&["period"], &["value"]], follows: Some(("", "value")), unknown: true }
        }
        composition if composition.starts_with("composition_") => Rule { unknown: true, ..WHOLE },
        _ => WHOLE,
    }
}

/// Not a column: the period in the calendar that a cohort's row is about.
const CALENDAR: &str = "calendar";

/// A table's rows that are not shown.
#[derive(Debug, Clone, Default)]
pub(crate) struct Hidden {
    pub(crate) rows: Vec<bool>,
    /// Those of them that count few customers; the others are hidden for their sake.
    pub(crate) few: Vec<bool>,
}

/// What is hidden of each table, where groups below so many customers are.
pub(crate) fn hidden<'a>(frames: impl Iterator<Item = (&'a str, &'a DataFrame)>, below: u64) -> HashMap<String, Hidden> {
    let frames: BTreeMap<&str, &DataFrame> = frames.collect();
    let mut all: HashMap<String, Hidden> = HashMap::new();
    if below == 0 {
        return all;
    }
    // Those that others follow come first.
    let (first, then): (Vec<&str>, Vec<&str>) = frames.keys().partition(|name| rule(name).follows.is_none());
    for name in first.into_iter().chain(then) {
        let hidden = of_table(name, frames[name], below, &frames, &all);
        all.insert(name.to_owned(), hidden);
    }
    all
}

fn of_table(name: &str, frame: &DataFrame, below: u64, frames: &BTreeMap<&str, &DataFrame>, known: &HashMap<String, Hidden>) -> Hidden {
    let (height, rule) = (frame.height(), rule(name));
    let counts: Vec<Vec<Option<f64>>> = rule.counts.iter().filter_map(|column| numbers(frame, column)).collect();
    let few = |count: &Option<f64>| count.map_or(rule.unknown, |count| count > 0.0 && count < below as f64);
    let few: Vec<bool> = (0..height).map(|row| counts.iter().any(|counts| few(&counts[row]))).collect();
    let mut rows = few.clone();
    let followed = rule.follows.map(|(table, key)| (if table.is_empty() { name.trim_end_matches("_by_period") } else { table }, key));
    if let Some((hidden, other, key)) = followed.and_then(|(table, key)| Some((known.get(table)?, frames.get(table)?, key))) {
        let gone: BTreeSet<String> =
            keys(other, key).into_iter().zip(&hidden.rows).filter(|(_, hidden)| **hidden).map(|(key, _)| key).collect();
        for (row, key) in keys(frame, key).into_iter().enumerate() {
            rows[row] |= gone.contains(&key);
        }
    }
    let Some(counts) = counts.first().map(|counts| counts.iter().map(|count| count.unwrap_or(0.0)).collect::<Vec<f64>>()) else {
        return Hidden { rows, few };
    };
    let groups: Vec<Vec<usize>> = rule.sums.iter().flat_map(|columns| groups(frame, columns, &counts, &few)).collect();
    // What one sum hides may be one alone in another.
    loop {
        let mut more = false;
        for group in &groups {
            while let Some(next) = next_smallest(group, &counts, &rows, below) {
                rows[next] = true;
                more = true;
            }
        }
        if !more {
            break;
        }
    }
    // Without its first row nothing else of a cohort stands for itself.
    if name == "cohorts" {
        let (cohorts, index) = (keys(frame, "cohort"), numbers(frame, "period_index").unwrap_or_default());
        let first = |row: &usize| index.get(*row).copied().flatten() == Some(0.0);
        let gone: BTreeSet<&str> = (0..height).filter(|row| rows[*row]).filter(first).map(|row| cohorts[row].as_str()).collect();
        for row in 0..height {
            rows[row] |= gone.contains(cohorts[row].as_str());
        }
    }
    Hidden { rows, few }
}

/// The smallest row of a group that must be hidden for those that are; the group is in ascending order of its counts.
fn next_smallest(group: &[usize], counts: &[f64], hidden: &[bool], below: u64) -> Option<usize> {
    let (gone, customers) = group.iter().filter(|row| hidden[**row]).fold((0, 0.0), |(many, sum), row| (many + 1, sum + counts[*row]));
    let safe = gone == 0 || gone >= 2 && customers >= below as f64;
    if safe { None } else { group.iter().copied().find(|row| !hidden[*row]) }
}

/// Rows that somebody is or may be in, by what they agree in, each group in ascending order of its counts.
fn groups(frame: &DataFrame, columns: &[&str], counts: &[f64], few: &[bool]) -> Vec<Vec<usize>> {
    let keys: Vec<Vec<String>> = columns.iter().map(|column| keys(frame, column)).collect();
    let mut groups: BTreeMap<Vec<&str>, Vec<usize>> = BTreeMap::new();
    for row in (0..frame.height()).filter(|row| counts[*row] > 0.0 || few[*row]) {
        let key = keys.iter().map(|keys| keys[row].as_str()).collect();
        groups.entry(key).or_default().push(row);
    }
    groups
        .into_values()
        .map(|mut group| {
            group.sort_by(|a, b| counts[*a].total_cmp(&counts[*b]));
            group
        })
        .collect()
}

fn numbers(frame: &DataFrame, column: &str) -> Option<Vec<Option<f64>>> {
    let floats = frame.column(column).ok()?.cast(&DataType::Float64).ok()?;
    Some(floats.f64().ok()?.iter().collect())
}

/// The values of a column as texts; all alike where there is no such column.
fn keys(frame: &DataFrame, column: &str) -> Vec<String> {
    if column == CALENDAR {
        return calendar(frame);
    }
    let Ok(column) = frame.column(column) else { return vec![String::new(); frame.height()] };
    (0..frame.height()).map(|row| column.get(row).map_or_else(|_| String::new(), |value| value.str_value().into_owned())).collect()
}

/// For rows of cohorts the place of their period in the calendar, where cohorts stand in order; the first rows of all are one.
fn calendar(frame: &DataFrame) -> Vec<String> {
    let cohorts = keys(frame, "cohort");
    let index = numbers(frame, "period_index").unwrap_or_else(|| vec![None; frame.height()]);
    let order: BTreeMap<&str, usize> = cohorts.iter().map(String::as_str).collect::<BTreeSet<_>>().into_iter().zip(0..).collect();
    cohorts
        .iter()
        .zip(index)
        .map(|(cohort, index)| match index {
            Some(index) if index > 0.0 => format!("{}", order[cohort.as_str()] as f64 + index),
            _ => "first".to_owned(),
        })
        .collect()
}

/// Points of the Lorenz curve such that so many customers at least lie between one and the next.
pub(crate) fn coarsened(lorenz: &DataFrame, customers: usize, below: u64) -> PolarsResult<DataFrame> {
    let shares = numbers(lorenz, "customer_share").unwrap_or_default();
    let least = below as f64 / customers.max(1) as f64;
    let last = lorenz.height().saturating_sub(1);
    let mut from = 0.0;
    let kept: BooleanChunked = (0..lorenz.height())
        .map(|row| {
            let share = shares.get(row).copied().flatten().unwrap_or(0.0);
            // The last step takes what would not make one of its own.
            let kept = row == 0 || row == last || share - from >= least && 1.0 - share >= least;
            if kept {
                from = share;
            }
            Some(kept)
        })
        .collect_ca("kept".into());
    lorenz.filter(&kept)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn gone(name: &str, frame: &DataFrame) -> Vec<bool> {
        hidden([(name, frame)].into_iter(), 5)[name].rows.clone()
    }

    #[test]
    fn what_is_alone_takes_the_next_smallest_with_it() {
        let regions = df!("value" => ["north", "south", "islet"], "customers" => [42_u64, 19, 1]).unwrap();
        assert_eq!(gone("composition_region", &regions), [false, true, true]);
        let hidden = hidden([("composition_region", &regions)].into_iter(), 5);
        assert_eq!(hidden["composition_region"].few, [false, false, true], "the other is not few");
        // Two are hidden, but of two customers; the total less the rest would be theirs.
        let regions = df!("value" => ["a", "b", "c", "d"], "customers" => [40_u64, 9, 1, 1]).unwrap();
        assert_eq!(gone("composition_region", &regions), [false, true, true, true]);
        let large = df!("value" => ["a", "b"], "customers" => [40_u64, 0]).unwrap();
        assert_eq!(gone("composition_region", &large), [false, false], "nobody is no group");
    }

    #[test]
    fn who_was_not_counted_is_hidden() {
        let regions = df!("value" => ["a", "b"], "customers" => [Some(40_u64), None]).unwrap();
        assert_eq!(gone("composition_region", &regions), [true, true]);
        assert_eq!(gone("lifecycle", &regions), [false, false], "prospects are not known without a list");
    }

    #[test]
    fn rows_and_columns_add_up_too() {
        let table = df!(
            "form" => ["frozen"; 6], "from_segment" => ["a", "a", "a", "b", "b", "b"], "to_segment" => ["a", "b", "c", "a", "b", "c"],
            "customers" => [3_u64, 20, 30, 40, 50, 60]
        )
        .unwrap();
        // 20 is the next in its row, 40 in its column, and each of these takes one more.
        assert_eq!(gone("migration", &table), [true, true, false, true, true, false]);
    }

    #[test]
    fn tables_of_the_same_groups_follow_each_other() {
        let segments = df!("segment" => ["a", "b", "c"], "customers" => [2_u64, 6, 40]).unwrap();
        let risk = df!("segment" => ["a", "b", "c"], "customers" => [2_u64, 6, 40], "value_at_risk" => [1.0, 2.0, 3.0]).unwrap();
        let region = df!("value" => ["x", "y", "z"], "customers" => [2_u64, 6, 40]).unwrap();
        let months = df!("period" => ["m"; 3], "value" => ["x", "y", "z"], "rows" => [9_u64, 9, 90], "revenue" => [1.0, 2.0, 3.0]).unwrap();
        let all = [("segments", &segments), ("segment_risk", &risk), ("composition_r", &region), ("composition_r_by_period", &months)];
        let hidden = hidden(all.into_iter(), 5);
        for name in ["segments", "segment_risk", "composition_r", "composition_r_by_period"] {
            assert_eq!(hidden[name].rows, [true, true, false], "{name}");
        }
    }

    #[test]
    fn every_count_of_growth_is_looked_at() {
        let growth = df!(
            "period" => ["1", "2", "3", "4"], "active" => [20_u64, 30, 40, 50], "new" => [20_u64, 3, 12, 8], "retained" => [0_u64, 17, 20, 30],
            "reactivated" => [0_u64, 10, 8, 12], "churned" => [0_u64, 6, 10, 10]
        )
        .unwrap();
        assert_eq!(gone("growth", &growth), [false, true, false, true], "8 is the next smallest of the new");
    }

    #[test]
    fn cohorts_of_few_and_what_few_of_them_did() {
        let cohorts = df!(
            "cohort" => ["1", "1", "1", "2", "2", "3"], "period_index" => [0_u32, 1, 2, 0, 1, 0],
            "cohort_size" => [30_u64, 30, 30, 20, 20, 25], "customers" => [30_u64, 12, 3, 20, 9, 25]
        )
        .unwrap();
        // The third period's active customers are 3 + 9 + 25: the 9 go with the 3.
        assert_eq!(gone("cohorts", &cohorts), [false, false, true, false, true, false]);
        let small = df!(
            "cohort" => ["1", "1", "2", "2", "3"], "period_index" => [0_u32, 1, 0, 1, 0], "cohort_size" => [30_u64, 30, 4, 4, 9],
            "customers" => [30_u64, 12, 4, 2, 9]
        )
        .unwrap();
        assert_eq!(gone("cohorts", &small)[2..], [true, true, true], "all of a cohort goes with its first row");
    }

    #[test]
    fn steps_of_the_lorenz_curve_hold_enough_customers() {
        let points: Vec<f64> = (0..=100).map(|point| f64::from(point) / 100.0).collect();
        let curve = df!("customer_share" => &points, "revenue_share" => &points).unwrap();
        for (customers, below) in [(60, 5), (100, 5), (4_000, 5), (7, 5), (3, 5)] {
            let kept = coarsened(&curve, customers, below).unwrap();
            let shares = numbers(&kept, "customer_share").unwrap();
            assert!(shares.len() >= 2 && shares[0] == Some(0.0) && shares.last() == Some(&Some(1.0)));
            let steps = shares.windows(2).map(|pair| (pair[1].unwrap() - pair[0].unwrap()) * customers as f64);
            assert!(shares.len() == 2 || steps.fold(f64::INFINITY, f64::min) >= below as f64 - 1e-9, "{customers}");
        }
        assert_eq!(coarsened(&curve, 4_000, 5).unwrap().height(), 101);
    }
}
