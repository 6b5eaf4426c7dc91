//! The cluster of each customer, and how unusual the customer is.

use std::cmp::Ordering;

use rayon::prelude::*;

use super::feature::Feature;
use super::fit::{ClusterModel, label, scaled_rows};
use super::outlier::{Unusual, unusual};
use crate::customers::Customers;
use crate::error::Result;
use crate::money;

/// What one cluster amounts to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ClusterTotal {
    /// Its customers.
    pub customers: u64,
    /// Their net money, in minor units of the customers' scale.
    pub money: i128,
}

/// An unusual customer.
#[derive(Debug, Clone, PartialEq)]
pub struct Outlier {
    /// The row of the customer.
    pub row: usize,
    /// How unusual: above 1.
    pub score: f64,
    /// The feature that stands out.
    pub feature: Feature,
    /// Its value.
    pub value: f64,
    /// The least value that is usual.
    pub typical_low: f64,
    /// The largest value that is usual.
    pub typical_high: f64,
    /// The number of the cluster beside which it is unusual; `None`: beside all customers.
    pub beside_cluster: Option<u32>,
    /// All this in English.
    pub reason_en: String,
    /// All this in Chinese.
    pub reason_zh: String,
}

/// The clusters of customers, one a row.
#[derive(Debug, Clone, PartialEq)]
pub struct ClusterScores {
    cluster: Vec<u32>,
    unusual: Vec<Option<Unusual>>,
    totals: Vec<ClusterTotal>,
    outliers: Vec<Outlier>,
    outlier_customers: u64,
}

impl ClusterModel {
    /// Puts customers, the fitted ones or others, into the clusters as they are.
    ///
    /// # Errors
    /// When a sum has more than 38 digits.
    pub fn score(&self, customers: &Customers) -> Result<ClusterScores> {
        let raw: Vec<Vec<f64>> = self.features.iter().map(|scaled| scaled.feature.values(customers)).collect();
        let columns: Vec<&[f64]> = raw.iter().map(Vec::as_slice).collect();
        let width = self.features.len();
        let values = scaled_rows(&self.features, &columns);
        let centres: Vec<f64> = self.clusters.iter().flat_map(|cluster| cluster.centre.clone()).collect();
        let answer = |row: usize| {
            let own = &values[row * width..(row + 1) * width];
            let place = if width == 0 { 0 } else { label(&centres, self.components.as_deref(), own) };
            let cluster = &self.clusters[place as usize];
            let limit = self.params.outlier_limit;
            (place, unusual(&self.features, &self.fences, limit, own, &cluster.centre, cluster.usual_distance))
        };
        let (labels, unusual): (Vec<u32>, Vec<Option<Unusual>>) = (0..customers.len()).into_par_iter().map(answer).unzip();
        let mut totals = vec![ClusterTotal { customers: 0, money: 0 }; self.clusters.len()];
        for (label, amount) in labels.iter().zip(customers.monetary()) {
            let total = &mut totals[*label as usize];
            total.customers += 1;
            total.money = money::add(total.money, *amount)?;
        }
        let (outliers, outlier_customers) = self.outliers(&raw, &labels, &unusual);
        let cluster = labels.iter().map(|label| self.clusters[*label as usize].number).collect();
        Ok(ClusterScores { cluster, unusual, totals, outliers, outlier_customers })
    }

    /// The most unusual customers, by descending score and then by id, and how many are unusual in all. Where the list
    /// would end among equals, it ends before them.
    fn outliers(&self, raw: &[Vec<f64>], labels: &[u32], all: &[Option<Unusual>]) -> (Vec<Outlier>, u64) {
        let own = |(row, unusual): (usize, &Option<Unusual>)| unusual.filter(|unusual| unusual.score > 1.0).map(|unusual| (row, unusual));
        let mut found: Vec<(usize, Unusual)> = all.iter().enumerate().filter_map(own).collect();
        let by_values = |a: usize, b: usize| raw.iter().map(|column| column[a].total_cmp(&column[b])).find(|order| order.is_ne());
        let equals = |a: usize, b: usize| by_values(a, b).unwrap_or(Ordering::Equal);
        // Rows are sorted by customer id: a stable sort keeps that order among equals.
        found.sort_by(|a, b| b.1.score.total_cmp(&a.1.score).then_with(|| equals(a.0, b.0)));
        let count = found.len() as u64;
        let most = self.params.most_outliers;
        if let Some((first, _)) = found.get(most) {
            let mut end = most;
            while end > 0 && equals(found[end - 1].0, *first).is_eq() {
                end -= 1;
            }
            found.truncate(end);
        }
        (found.into_iter().map(|(row, unusual)| self.outlier(raw, labels, row, unusual)).collect(), count)
    }

    fn outlier(&self, raw: &[Vec<f64>], labels: &[u32], row: usize, unusual: Unusual) -> Outlier {
        let (feature, value) = (unusual.feature, raw[unusual.place][row]);
        let cluster = &self.clusters[labels[row] as usize];
        let profile = cluster.profiles.iter().find(|profile| profile.feature == feature).filter(|_| unusual.in_cluster);
        let fence = self.fences[unusual.place];
        let (low, high) = profile.map_or((fence.typical_low, fence.typical_high), |profile| (profile.p05, profile.p95));
        let (side, side_zh) = if value > high {
            ("more than usual", "高于")
        } else if value < low {
            ("less than usual", "低于")
        } else {
            ("unusual together with the rest", "组合少见，参考")
        };
        let (beside, beside_zh) = match profile {
            Some(_) => (format!(" in cluster {}", cluster.number), format!("第{}群", cluster.number)),
            None => (String::new(), "全体客户".to_owned()),
        };
        let (word, (word_zh, unit_zh)) = (feature.words().0, feature.words_zh());
        let [shown, from, to] = [value, low, high].map(|value| feature.show(value));
        Outlier {
            row,
            score: unusual.score,
            feature,
            value,
            typical_low: low,
            typical_high: high,
            beside_cluster: profile.map(|_| cluster.number),
            reason_en: format!("{word} {}: {side}{beside} ({from} to {})", feature.measured(value), feature.measured(high)),
            reason_zh: format!("{word_zh}{shown}{unit_zh}：{side_zh}{beside_zh}的常见范围（{from}至{to}{unit_zh}）"),
        }
    }
}

impl ClusterScores {
    /// The number of each customer's cluster, in the order of the customers.
    #[must_use]
    pub fn cluster(&self) -> &[u32] {
        &self.cluster
    }

    /// How unusual each customer is, and in what; `None` where all customers were equal.
    #[must_use]
    pub fn unusual(&self) -> &[Option<Unusual>] {
        &self.unusual
    }

    /// What each cluster amounts to, in the order of the model's clusters.
    #[must_use]
    pub fn totals(&self) -> &[ClusterTotal] {
        &self.totals
    }

    /// The most unusual customers, the most unusual first.
    #[must_use]
    pub fn outliers(&self) -> &[Outlier] {
        &self.outliers
    }

    /// How many customers are unusual, listed or not.
    #[must_use]
    pub fn outlier_customers(&self) -> u64 {
        self.outlier_customers
    }
}
