//! What a cluster looks like in one line: the best rule of one or two conditions on raw features.

use std::fmt;

use rayon::prelude::*;
use serde::{Deserialize, Serialize};

use super::feature::Feature;

/// Thresholds that are tried for each feature.
const THRESHOLDS: usize = 63;

/// A second condition has to raise the F1 measure by this much.
const WORTH_A_CONDITION: f64 = 0.02;

/// How a condition compares.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Comparison {
    /// ≤
    AtMost,
    /// ≥
    AtLeast,
    /// >
    Above,
}

/// A condition on a raw feature.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct Condition {
    /// The feature.
    pub feature: Feature,
    /// How it compares.
    pub comparison: Comparison,
    /// With what.
    pub value: f64,
}

/// A readable description of a cluster, with how far it can be trusted.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Rule {
    /// All of them hold; none for a cluster that everybody is in.
    pub conditions: Vec<Condition>,
    /// Of the customers for whom they hold, the share that is in the cluster.
    pub precision: f64,
    /// Of the customers in the cluster, the share for whom they hold.
    pub recall: f64,
}

impl Condition {
    /// Whether it holds for a value.
    #[must_use]
    pub fn holds(&self, value: f64) -> bool {
        match self.comparison {
            Comparison::AtMost => value <= self.value,
            Comparison::AtLeast => value >= self.value,
            Comparison::Above => value > self.value,
        }
    }
}

impl Comparison {
    fn sign(self) -> &'static str {
        match self {
            Self::AtMost => "≤",
            Self::AtLeast => "≥",
            Self::Above => ">",
        }
    }
}

impl fmt::Display for Condition {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} {} {}", self.feature.words().0, self.comparison.sign(), self.feature.measured(self.value))
    }
}

impl Condition {
    /// The condition in Chinese.
    fn text_zh(&self) -> String {
        let (word, unit) = self.feature.words_zh();
        let space = if unit.is_empty() { "" } else { " " };
        format!("{word} {} {}{space}{unit}", self.comparison.sign(), self.feature.show(self.value))
    }
}

impl Rule {
    /// The rule in Chinese.
    #[must_use]
    pub fn text_zh(&self) -> String {
        let conditions: Vec<String> = self.conditions.iter().map(Condition::text_zh).collect();
        if conditions.is_empty() { "全部客户".to_owned() } else { conditions.join(" 且 ") }
    }
}

impl fmt::Display for Rule {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.conditions.is_empty() {
            return f.write_str("everybody");
        }
        for (at, condition) in self.conditions.iter().enumerate() {
            write!(f, "{}{condition}", if at == 0 { "" } else { " and " })?;
        }
        Ok(())
    }
}

/// Side of a threshold: up to the j-th, or beyond it.
#[derive(Debug, Clone, Copy)]
enum Side {
    UpTo(usize),
    Beyond(usize),
}

/// A feature cut into bins: `bin ≤ j` says `value ≤ thresholds[j]`.
struct Binned {
    feature: Feature,
    thresholds: Vec<f64>,
    bins: Vec<u8>,
}

/// Three significant digits, which is how a person would put it; counts stay whole.
fn readable(feature: Feature, value: f64) -> f64 {
    if feature.is_count() {
        return value;
    }
    // Through decimal text: what is printed is what was tried.
    format!("{value:.2e}").parse().ok().and_then(|value: f64| feature.show(value).parse().ok()).unwrap_or(value)
}

impl Binned {
    fn new(feature: Feature, values: &[f64], sorted: &[f64]) -> Self {
        let last = sorted.len().saturating_sub(1);
        let (low, high) = (sorted.first().copied().unwrap_or_default(), sorted.last().copied().unwrap_or_default());
        let quantiles = (0..=THRESHOLDS).map(|at| readable(feature, sorted[at * last / (THRESHOLDS + 1)]));
        let mut thresholds: Vec<f64> = quantiles.filter(|value| low <= *value && *value < high).collect();
        thresholds.sort_by(f64::total_cmp);
        thresholds.dedup_by(|a, b| a.total_cmp(b).is_eq());
        let bin = |value: &f64| u8::try_from(thresholds.partition_point(|threshold| threshold < value)).unwrap_or(u8::MAX);
        let bins = values.par_iter().map(bin).collect();
        Self { feature, thresholds, bins }
    }

    fn condition(&self, side: Side) -> Condition {
        let (comparison, value) = match side {
            Side::UpTo(at) => (Comparison::AtMost, self.thresholds[at]),
            Side::Beyond(at) if self.feature.is_count() => (Comparison::AtLeast, self.thresholds[at] + 1.0),
            Side::Beyond(at) => (Comparison::Above, self.thresholds[at]),
        };
        Condition { feature: self.feature, comparison, value }
    }

    fn sides(&self) -> impl Iterator<Item = Side> + Clone {
        (0..self.thresholds.len()).flat_map(|at| [Side::UpTo(at), Side::Beyond(at)])
    }
}

/// The range of bins on a side.
fn range(side: Side, bins: usize) -> (usize, usize) {
    match side {
        Side::UpTo(at) => (0, at + 1),
        Side::Beyond(at) => (at + 1, bins),
    }
}

/// How many customers of each cluster lie in each rectangle of the bins of two features.
struct Counts {
    height: usize,
    width: usize,
    clusters: usize,
    /// Counts of all below, by row, column and cluster.
    sums: Vec<i64>,
}

impl Counts {
    fn new(a: &Binned, b: &Binned, labels: &[u32], clusters: usize) -> Self {
        let (height, width) = (a.thresholds.len() + 1, b.thresholds.len() + 1);
        let at = |row: usize, column: usize, cluster: usize| (row * (width + 1) + column) * clusters + cluster;
        let mut sums = vec![0; (height + 1) * (width + 1) * clusters];
        for ((row, column), label) in a.bins.iter().zip(&b.bins).zip(labels) {
            sums[at(usize::from(*row) + 1, usize::from(*column) + 1, *label as usize)] += 1;
        }
        for row in 1..=height {
            for column in 1..=width {
                for cluster in 0..clusters {
                    sums[at(row, column, cluster)] +=
                        sums[at(row - 1, column, cluster)] + sums[at(row, column - 1, cluster)] - sums[at(row - 1, column - 1, cluster)];
                }
            }
        }
        Self { height, width, clusters, sums }
    }

    /// The counts of a rectangle by cluster.
    fn within(&self, (top, bottom): (usize, usize), (left, right): (usize, usize), cluster: usize) -> i64 {
        let sum = |row: usize, column: usize| self.sums[(row * (self.width + 1) + column) * self.clusters + cluster];
        sum(bottom, right) - sum(top, right) - sum(bottom, left) + sum(top, left)
    }
}

/// The best found so far for a cluster.
#[derive(Clone)]
struct Best {
    measure: f64,
    rule: Rule,
}

/// A rule for each cluster: of all single conditions and pairs, the one of the largest F1 measure, 2·hits / (size of the
/// rule + size of the cluster); the first of equals. A pair has to be clearly better than the best single condition.
pub(super) fn rules(features: &[(Feature, &[f64], &[f64])], labels: &[u32], clusters: usize) -> Vec<Rule> {
    let binned: Vec<Binned> = features.iter().map(|(feature, values, sorted)| Binned::new(*feature, values, sorted)).collect();
    let everybody = Rule { conditions: Vec::new(), precision: 1.0, recall: 1.0 };
    if clusters < 2 {
        return vec![everybody; clusters];
    }
    let mut sizes = vec![0_i64; clusters];
    for label in labels {
        sizes[*label as usize] += 1;
    }
    let share = |size: i64| size as f64 / labels.len().max(1) as f64;
    let start = |size: i64| Best { measure: 0.0, rule: Rule { precision: share(size), ..everybody.clone() } };
    let (mut single, mut double): (Vec<Best>, Vec<Best>) = (sizes.iter().map(|size| start(*size)).collect(), Vec::new());
    let consider = |best: &mut Best, cluster: usize, hits: i64, size: i64, conditions: &dyn Fn() -> Vec<Condition>| {
        let measure = 2.0 * hits as f64 / (size + sizes[cluster]).max(1) as f64;
        if hits > 0 && measure > best.measure {
            let rule = Rule { conditions: conditions(), precision: hits as f64 / size as f64, recall: hits as f64 / sizes[cluster] as f64 };
            *best = Best { measure, rule };
        }
    };
    for a in &binned {
        let counts = Counts::new(a, a, labels, clusters);
        let everything = (0, counts.width);
        for side in a.sides() {
            let rows = range(side, counts.height);
            let size = (0..clusters).map(|cluster| counts.within(rows, everything, cluster)).sum();
            for (cluster, best) in single.iter_mut().enumerate() {
                consider(best, cluster, counts.within(rows, everything, cluster), size, &|| vec![a.condition(side)]);
            }
        }
    }
    double.extend(single.iter().cloned());
    for (at, a) in binned.iter().enumerate() {
        for b in &binned[at..] {
            let counts = Counts::new(a, b, labels, clusters);
            let pairs = a.sides().flat_map(|first| b.sides().map(move |second| (first, second)));
            for (first, second) in pairs {
                let (rows, columns) = (range(first, counts.height), range(second, counts.width));
                let size = (0..clusters).map(|cluster| counts.within(rows, columns, cluster)).sum();
                for (cluster, best) in double.iter_mut().enumerate() {
                    let hits = counts.within(rows, columns, cluster);
                    consider(best, cluster, hits, size, &|| vec![a.condition(first), b.condition(second)]);
                }
            }
        }
    }
    let simpler = |(one, two): (Best, Best)| if two.measure > one.measure + WORTH_A_CONDITION { two.rule } else { one.rule };
    single.into_iter().zip(double).map(simpler).collect()
}
