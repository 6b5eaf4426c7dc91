//! Data sets for tests, as histories in weeks.

use std::collections::BTreeMap;
use std::path::Path;

use super::Histories;

/// Days since 1970-01-01 of a date `YYYY-MM-DD` (the Gregorian calendar by years of March to February).
fn days(date: &str) -> i64 {
    let mut parts = date.splitn(3, '-').map(|part| part.parse::<i64>().expect("a date"));
    let mut next = || parts.next().expect("three parts");
    let (year, month, day) = (next(), next(), next());
    let year = if month <= 2 { year - 1 } else { year };
    let day_of_year = (153 * ((month + 9) % 12) + 2) / 5 + day - 1;
    year * 365 + year.div_euclid(4) - year.div_euclid(100) + year.div_euclid(400) + day_of_year
}

/// The purchase days of each customer up to and including `last`, ascending; the columns are found by their names.
fn purchase_days(path: &Path, last: &str) -> Vec<Vec<i64>> {
    let text = std::fs::read_to_string(path).expect("a readable file");
    let mut lines = text.lines();
    let header: Vec<&str> = lines.next().expect("a header").split(',').collect();
    let column = |name: &str| header.iter().position(|column| *column == name).expect("the column");
    let (customer, date) = (column("customer_id"), column("date"));
    let end = days(last);
    let mut customers: BTreeMap<&str, Vec<i64>> = BTreeMap::new();
    for line in lines {
        let fields: Vec<&str> = line.split(',').collect();
        let day = days(fields[date]);
        if day <= end {
            customers.entry(fields[customer]).or_default().push(day);
        }
    }
    let mut days: Vec<Vec<i64>> = customers.into_values().collect();
    for purchases in &mut days {
        purchases.sort_unstable();
        purchases.dedup();
    }
    days
}

fn histories(customers: &[Vec<i64>], last: &str, unit: f64) -> Histories {
    let end = days(last);
    let (mut x, mut t_x, mut age, mut gaps) = (Vec::new(), Vec::new(), Vec::new(), Vec::new());
    for purchases in customers {
        let (first, latest) = (purchases[0], purchases[purchases.len() - 1]);
        x.push(u32::try_from(purchases.len() - 1).expect("few purchases"));
        t_x.push((latest - first) as f64 / unit);
        age.push((end - first) as f64 / unit);
        gaps.push(purchases.windows(2).map(|pair| ((pair[1] - pair[0]) as f64 / unit).ln()).sum());
    }
    Histories::new(x, t_x, age).expect("histories").with_log_gaps(gaps).expect("log gaps")
}

/// The CDNOW sample, calibration to 1997-09-30, in units of so many days (7: table A of the reference values).
pub(crate) fn cdnow(unit: f64) -> Histories {
    let path = Path::new(concat!(env!("CARGO_MANIFEST_DIR"), "/../../examples/data/cdnow_sample.csv"));
    histories(&purchase_days(path, "1997-09-30"), "1997-09-30", unit)
}

/// The UCI Online Retail orders to 2011-09-09 in weeks, where `PATRONAGE_TEST_DATA` names the folder that has them.
pub(crate) fn online_retail() -> Option<Histories> {
    let folder = std::env::var_os("PATRONAGE_TEST_DATA")?;
    let path = Path::new(&folder).join("online_retail_orders.csv");
    Some(histories(&purchase_days(&path, "2011-09-09"), "2011-09-09", 7.0))
}
