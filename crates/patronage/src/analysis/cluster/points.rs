//! Points with weights: what clusters are made of.
//!
//! Customers with the same values are one point that weighs as many as they are. Points are sorted by value, so
//! everything that is computed from them is a function of the values alone: neither ids, nor the order of rows, nor the
//! number of threads can show, and equal customers get equal answers.

use std::cmp::Ordering;

use rayon::prelude::*;

/// The points of a block whose sums are added up by one thread.
pub(super) const BLOCK: usize = 4096;

/// Distinct points in ascending order, each with its weight.
#[derive(Debug, Clone, Default, PartialEq)]
pub(super) struct Points {
    pub(super) width: usize,
    pub(super) values: Vec<f64>,
    pub(super) weights: Vec<f64>,
}

/// Compares two points coordinate by coordinate.
pub(super) fn compare(a: &[f64], b: &[f64]) -> Ordering {
    a.iter().zip(b).map(|(a, b)| a.total_cmp(b)).find(|order| order.is_ne()).unwrap_or(Ordering::Equal)
}

/// The squared Euclidean distance.
pub(super) fn squared_distance(a: &[f64], b: &[f64]) -> f64 {
    a.iter().zip(b).map(|(a, b)| (a - b) * (a - b)).sum()
}

impl Points {
    pub(super) fn len(&self) -> usize {
        self.weights.len()
    }

    pub(super) fn row(&self, index: usize) -> &[f64] {
        &self.values[index * self.width..(index + 1) * self.width]
    }

    pub(super) fn rows(&self) -> impl ExactSizeIterator<Item = &[f64]> {
        self.values.chunks_exact(self.width.max(1))
    }

    pub(super) fn total(&self) -> f64 {
        self.weights.iter().sum()
    }

    /// The distinct rows of a table that is stored row by row, and the place of each row among them.
    pub(super) fn distinct(width: usize, values: &[f64]) -> (Self, Vec<u32>) {
        let rows = values.len() / width.max(1);
        let row = |index: u32| &values[index as usize * width..(index as usize + 1) * width];
        let mut order: Vec<u32> = (0..u32::try_from(rows).unwrap_or(u32::MAX)).collect();
        order.par_sort_unstable_by(|a, b| compare(row(*a), row(*b)));
        let mut points = Self { width, values: Vec::new(), weights: Vec::new() };
        let mut place = vec![0; rows];
        for group in order.chunk_by(|a, b| compare(row(*a), row(*b)).is_eq()) {
            let at = u32::try_from(points.len()).unwrap_or(u32::MAX);
            for index in group {
                place[*index as usize] = at;
            }
            points.push(row(group[0]), group.len() as f64);
        }
        (points, place)
    }

    fn push(&mut self, row: &[f64], weight: f64) {
        self.values.extend_from_slice(row);
        self.weights.push(weight);
    }

    /// The same points with new weights; those that weigh nothing are left out.
    pub(super) fn weighted(&self, weights: &[f64]) -> Self {
        let mut points = Self { width: self.width, values: Vec::new(), weights: Vec::new() };
        for (row, weight) in self.rows().zip(weights).filter(|(_, weight)| **weight > 0.0) {
            points.push(row, *weight);
        }
        points
    }

    /// A systematic sample of at most `size` customers: every n-th in the order of the values, which stratifies it by the
    /// first feature and within that by the next ones.
    pub(super) fn sample(&self, size: usize) -> Self {
        let total = self.total();
        if total <= size as f64 {
            return self.clone();
        }
        let step = total / size as f64;
        let mut weights = vec![0.0; self.len()];
        let (mut drawn, mut end) = (0_usize, 0.0);
        for (weight, drawn_here) in self.weights.iter().zip(&mut weights) {
            end += weight;
            while drawn < size && (drawn as f64 + 0.5) * step < end {
                *drawn_here += 1.0;
                drawn += 1;
            }
        }
        self.weighted(&weights)
    }

    /// The point of every customer.
    pub(super) fn owners(&self) -> Vec<usize> {
        let mut owners = Vec::new();
        for (at, weight) in self.weights.iter().enumerate() {
            let mut left = *weight;
            while left >= 1.0 {
                owners.push(at);
                left -= 1.0;
            }
        }
        owners
    }

    /// Every customer on its own, for methods that know no weights.
    pub(super) fn expanded(&self) -> Vec<f64> {
        self.owners().into_iter().flat_map(|at| self.row(at).iter().copied()).collect()
    }
}
