//! Metrics of forecast counts against actual ones, as pure functions of scored rows.
//!
//! Rows that share a forecast are one group wherever order matters (deciles, gain, Gini): a group that straddles a border is
//! shared out in proportion, so no number depends on the order in which equal customers happened to come.

use serde::{Deserialize, Serialize};

/// One row of a hold-out with its forecast.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) struct Scored {
    /// Repeat purchases in the calibration period.
    pub(crate) repeat_purchases: u32,
    /// Customers that the row stands for.
    pub(crate) weight: f64,
    /// Purchases in the hold-out.
    pub(crate) actual: f64,
    /// Forecast of `actual`.
    pub(crate) expected: f64,
    /// Logarithm of the probability that the forecast gave to `actual`.
    pub(crate) log_probability: f64,
}

/// A mean with its standard error over customers.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct MeanWithError {
    /// The mean per customer.
    pub mean: f64,
    /// Its standard error, customers taken as independent; 0 with fewer than two customers.
    pub standard_error: f64,
}

impl MeanWithError {
    /// The weighted mean of `(value, weight)` pairs, a weight counting customers.
    pub(crate) fn of(values: impl Iterator<Item = (f64, f64)> + Clone) -> Self {
        let customers: f64 = values.clone().map(|(_, weight)| weight).sum();
        if customers <= 0.0 {
            return Self { mean: 0.0, standard_error: 0.0 };
        }
        let mean = values.clone().map(|(value, weight)| weight * value).sum::<f64>() / customers;
        let squares: f64 = values.map(|(value, weight)| weight * (value - mean).powi(2)).sum();
        let standard_error = if customers > 1.0 { (squares / (customers - 1.0) / customers).sqrt() } else { 0.0 };
        Self { mean, standard_error }
    }
}

/// How close forecasts came, over all customers of a hold-out.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct Accuracy {
    /// Mean absolute error per customer, in purchases. Note that the forecast of zero often wins it: where most
    /// customers buy nothing, the median is 0 and the mean absolute error rewards the median.
    pub mae: f64,
    /// Root of the mean squared error per customer, in purchases; it rewards the mean.
    pub rmse: f64,
    /// Purchases forecast for all customers together.
    pub expected_purchases: f64,
    /// Purchases that all customers made together.
    pub actual_purchases: f64,
    /// Mean logarithm of the probability given to what each customer did: the score that models are chosen by.
    pub log_score: MeanWithError,
}

impl Accuracy {
    pub(crate) fn of(rows: &[Scored]) -> Self {
        let customers: f64 = rows.iter().map(|row| row.weight).sum();
        let mean = |value: &dyn Fn(&Scored) -> f64| {
            if customers > 0.0 { rows.iter().map(|row| row.weight * value(row)).sum::<f64>() / customers } else { 0.0 }
        };
        Self {
            mae: mean(&|row| (row.expected - row.actual).abs()),
            rmse: mean(&|row| (row.expected - row.actual).powi(2)).sqrt(),
            expected_purchases: rows.iter().map(|row| row.weight * row.expected).sum(),
            actual_purchases: rows.iter().map(|row| row.weight * row.actual).sum(),
            log_score: MeanWithError::of(rows.iter().map(|row| (row.log_probability, row.weight))),
        }
    }

    /// Forecast total over actual total, less 1; none if nobody bought.
    #[must_use]
    pub fn total_error(&self) -> Option<f64> {
        (self.actual_purchases > 0.0).then(|| self.expected_purchases / self.actual_purchases - 1.0)
    }
}

/// One tenth of the customers, in descending order of their forecast.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct Decile {
    /// 1 is the tenth with the highest forecasts.
    pub decile: u8,
    /// Customers in it; equal for all deciles, so not always whole.
    pub customers: f64,
    /// Mean forecast per customer.
    pub expected: f64,
    /// Mean actual purchases per customer, with its standard error: forecasts are calibrated where `expected` lies near.
    pub actual: MeanWithError,
    /// Mean actual purchases over the mean of all customers; none if nobody bought.
    pub lift: Option<f64>,
    /// Share of all purchases made by this decile and those above it; none if nobody bought.
    pub gain: Option<f64>,
}

/// Calibration, lift and gain by decile of the forecast.
pub(crate) fn deciles(rows: &[Scored]) -> Vec<Decile> {
    const GROUPS: u8 = 10;
    let groups = by_forecast(rows);
    let customers: f64 = groups.iter().map(|group| group.weight).sum();
    let purchases: f64 = groups.iter().map(|group| group.actual).sum();
    if customers <= 0.0 {
        return Vec::new();
    }
    let size = customers / f64::from(GROUPS);
    let mut remaining = groups.into_iter();
    let mut open: Option<Group> = None;
    let mut gained = 0.0;
    let mut table = Vec::with_capacity(usize::from(GROUPS));
    for decile in 1..=GROUPS {
        let mut sum = Group::default();
        while let Some(group) = open.take().or_else(|| remaining.next()) {
            let room = size - sum.weight;
            // The last decile takes whatever rounding has left.
            if decile == GROUPS || group.weight <= room {
                sum.add(&group, 1.0);
                continue;
            }
            let part = (room / group.weight).max(0.0);
            sum.add(&group, part);
            let mut rest = Group { forecast: group.forecast, ..Group::default() };
            rest.add(&group, 1.0 - part);
            open = Some(rest);
            break;
        }
        gained += sum.actual;
        table.push(decile_row(decile, &sum, gained, customers, purchases));
    }
    table
}

fn decile_row(decile: u8, sum: &Group, gained: f64, customers: f64, purchases: f64) -> Decile {
    let mean = if sum.weight > 0.0 { sum.actual / sum.weight } else { 0.0 };
    let spread = (sum.squares - sum.weight * mean * mean).max(0.0);
    let standard_error = if sum.weight > 1.0 { (spread / (sum.weight - 1.0) / sum.weight).sqrt() } else { 0.0 };
    let bought = purchases > 0.0;
    Decile {
        decile,
        customers: sum.weight,
        expected: if sum.weight > 0.0 { sum.expected / sum.weight } else { 0.0 },
        actual: MeanWithError { mean, standard_error },
        lift: bought.then(|| mean / (purchases / customers)),
        gain: bought.then(|| (gained / purchases).min(1.0)),
    }
}

/// How well forecasts rank customers.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct Gini {
    /// Twice the area between the gain curve (customers in descending order of forecast) and the diagonal: 0 for a random
    /// order, negative for a wrong one.
    pub gini: f64,
    /// `gini` over that of the perfect order, so 1 is perfect; equal forecasts count as a random order among themselves.
    pub normalised: f64,
}

/// The Gini of the forecasts' order; none if the customers all bought equally often.
pub(crate) fn gini(rows: &[Scored]) -> Option<Gini> {
    let of = |groups: &[Group]| {
        let customers: f64 = groups.iter().map(|group| group.weight).sum();
        let purchases: f64 = groups.iter().map(|group| group.actual).sum();
        let mut gained = 0.0;
        let mut area = 0.0;
        for group in groups {
            area += group.weight * (gained + 0.5 * group.actual);
            gained += group.actual;
        }
        2.0 * area / (customers * purchases) - 1.0
    };
    if !rows.iter().any(|row| row.actual > 0.0) {
        return None;
    }
    let perfect: Vec<Scored> = rows.iter().map(|row| Scored { expected: row.actual, ..*row }).collect();
    let best = of(&by_forecast(&perfect));
    let gini = of(&by_forecast(rows));
    (best > 0.0).then(|| Gini { gini, normalised: gini / best })
}

/// Customers that made equally many repeat purchases in the calibration period.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct FrequencyBin {
    /// Repeat purchases in the calibration period; the last bin holds this many or more.
    pub repeat_purchases: u32,
    /// Whether the bin holds customers with more repeat purchases too.
    pub or_more: bool,
    /// Customers in it.
    pub customers: f64,
    /// Mean forecast per customer.
    pub expected: f64,
    /// Mean actual purchases per customer, with its standard error.
    pub actual: MeanWithError,
}

/// Actual against expected by repeat purchases in the calibration period: 0, 1, … `last` or more. Empty bins stand too.
pub(crate) fn frequency_bins(rows: &[Scored], last: u32) -> Vec<FrequencyBin> {
    (0..=last)
        .map(|bin| {
            let members = || rows.iter().filter(move |row| row.repeat_purchases.min(last) == bin);
            FrequencyBin {
                repeat_purchases: bin,
                or_more: bin == last,
                customers: members().map(|row| row.weight).sum(),
                expected: MeanWithError::of(members().map(|row| (row.expected, row.weight))).mean,
                actual: MeanWithError::of(members().map(|row| (row.actual, row.weight))),
            }
        })
        .collect()
}

/// Rows that share a forecast.
#[derive(Debug, Clone, Copy, Default)]
struct Group {
    forecast: f64,
    weight: f64,
    expected: f64,
    actual: f64,
    squares: f64,
}

impl Group {
    fn add(&mut self, other: &Group, part: f64) {
        self.weight += part * other.weight;
        self.expected += part * other.expected;
        self.actual += part * other.actual;
        self.squares += part * other.squares;
    }
}

/// The rows grouped by forecast, highest first.
fn by_forecast(rows: &[Scored]) -> Vec<Group> {
    let mut order: Vec<&Scored> = rows.iter().collect();
    // Ties broken by every field that enters a sum, so that sums do not depend on the order of rows.
    order.sort_by(|one, other| {
        (other.expected.total_cmp(&one.expected)).then(one.actual.total_cmp(&other.actual)).then(one.weight.total_cmp(&other.weight))
    });
    let mut groups: Vec<Group> = Vec::new();
    for row in order {
        let group = Group {
            forecast: row.expected,
            weight: row.weight,
            expected: row.weight * row.expected,
            actual: row.weight * row.actual,
            squares: row.weight * row.actual * row.actual,
        };
        match groups.last_mut() {
            Some(last) if last.forecast.total_cmp(&group.forecast).is_eq() => last.add(&group, 1.0),
            _ => groups.push(group),
        }
    }
    groups
}

#[cfg(test)]
mod tests {
    use super::*;

    fn rows(pairs: &[(f64, f64)]) -> Vec<Scored> {
        pairs
            .iter()
            .map(|&(expected, actual)| Scored { repeat_purchases: 0, weight: 1.0, actual, expected, log_probability: -actual })
            .collect()
    }

    #[track_caller]
    fn close(found: f64, right: f64) {
        assert!((found - right).abs() < 1e-12, "{found} is not {right}");
    }

    #[test]
    fn accuracy_by_hand() {
        let accuracy = Accuracy::of(&rows(&[(1.0, 2.0), (0.5, 0.0), (3.0, 3.0), (0.0, 1.0)]));
        close(accuracy.mae, 2.5 / 4.0);
        close(accuracy.rmse, (2.25_f64 / 4.0).sqrt());
        close(accuracy.expected_purchases, 4.5);
        close(accuracy.actual_purchases, 6.0);
        close(accuracy.log_score.mean, -1.5);
        // Sample variance of 2, 0, 3, 1 is 5/3.
        close(accuracy.log_score.standard_error, (5.0_f64 / 3.0 / 4.0).sqrt());
    }

    #[test]
    fn the_perfect_order_has_gini_one_and_the_wrong_one_minus_one() {
        let perfect = rows(&[(5.0, 4.0), (4.0, 2.0), (3.0, 1.0), (2.0, 0.0)]);
        close(gini(&perfect).expect("somebody bought").normalised, 1.0);
        let wrong = rows(&[(2.0, 4.0), (3.0, 2.0), (4.0, 1.0), (5.0, 0.0)]);
        close(gini(&wrong).expect("somebody bought").normalised, -1.0);
        let flat = rows(&[(1.0, 4.0), (1.0, 2.0), (1.0, 1.0), (1.0, 0.0)]);
        close(gini(&flat).expect("somebody bought").gini, 0.0);
        // By hand: gains 4/7, 6/7, 1, 1; area under the curve (2 + 5 + 6.5 + 7)/28.
        close(gini(&perfect).expect("somebody bought").gini, 2.0 * 20.5 / 28.0 - 1.0);
        assert_eq!(gini(&rows(&[(1.0, 0.0), (2.0, 0.0)])), None);
        assert_eq!(gini(&rows(&[(1.0, 2.0), (2.0, 2.0)])), None);
    }

    #[test]
    fn deciles_share_out_ties_and_keep_totals() {
        let mut pairs: Vec<(f64, f64)> = (0..37_u32).map(|i| (f64::from(i % 5), f64::from(i % 7))).collect();
        let table = deciles(&rows(&pairs));
        assert_eq!(table.len(), 10);
        let total = |value: fn(&Decile) -> f64| table.iter().map(|row| row.customers * value(row)).sum::<f64>();
        close(total(|_| 1.0), 37.0);
        close(total(|row| row.expected), pairs.iter().map(|pair| pair.0).sum());
        close(total(|row| row.actual.mean), pairs.iter().map(|pair| pair.1).sum());
        close(table[9].gain.expect("somebody bought"), 1.0);
        pairs.reverse();
        assert_eq!(table, deciles(&rows(&pairs)));
    }

    #[test]
    fn fewer_customers_than_deciles_still_give_ten() {
        let table = deciles(&rows(&[(2.0, 1.0), (1.0, 0.0)]));
        assert_eq!(table.len(), 10);
        close(table[0].customers, 0.2);
        close(table[4].gain.expect("somebody bought"), 1.0);
        close(table[5].actual.mean, 0.0);
        assert!(deciles(&[]).is_empty());
    }

    #[test]
    fn frequency_bins_close_with_an_open_end() {
        let mut all = rows(&[(1.0, 2.0), (0.5, 0.0), (3.0, 3.0)]);
        all[1].repeat_purchases = 1;
        all[2].repeat_purchases = 9;
        let bins = frequency_bins(&all, 2);
        assert_eq!(bins.len(), 3);
        close(bins[2].customers, 1.0);
        close(bins[2].actual.mean, 3.0);
        assert!(bins[2].or_more && !bins[1].or_more);
    }
}
