//! The mean negative log-likelihood of many histories, over the log-parameters.

use rayon::prelude::*;

use super::block::{self, Columns};
use super::likelihood::{Law, Local};
use super::rising::{Tail, ratio, rising};
use crate::analysis::clv::covariates::Covariates;
use crate::analysis::clv::histories::Histories;
use crate::math::optimiser::{Evaluation, Objective};

/// Rows summed one after the other; the sums of chunks are added in order, whatever thread made them.
const CHUNK: usize = 4096;

/// Positions of the upper triangle of a 4 × 4 matrix in [`Local::hessian`].
const UPPER: [[usize; 4]; 4] = [[0, 1, 2, 3], [1, 4, 5, 6], [2, 5, 7, 8], [3, 6, 8, 9]];

/// The log-likelihood of a sample without covariates.
///
/// Times stay in the user's unit; the variable ln α is that of α in units of `scale`.
#[derive(Debug)]
pub(crate) struct Sample<'a> {
    histories: &'a Histories,
    scale: f64,
    /// Σ weight·kx.
    all_stages: f64,
    /// Weights of customers with n = kx > i, and with x + m > i.
    stages: Tail,
    occasions: Tail,
    customers: f64,
    k: u32,
    leaving: Leaving,
}

/// When customers may leave.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Leaving {
    /// Never: the variables are ln r and ln α alone.
    Never,
    /// After each repeat purchase.
    AfterRepeat,
    /// After each purchase, the first included.
    AfterAny,
}

impl<'a> Sample<'a> {
    pub(crate) fn new(histories: &'a Histories, scale: f64, k: u32, leaving: Leaving) -> Self {
        // Weights by count, ascending: small counts by position, large ones sorted.
        let mut counts: Vec<(u64, f64)> = Vec::new();
        let mut large: Vec<(u64, f64)> = Vec::new();
        for (&x, &weight) in histories.repeat_purchases().iter().zip(histories.weight()) {
            let place = x as usize;
            if place >= 65_536 {
                large.push((u64::from(x), weight));
                continue;
            }
            if counts.len() <= place {
                let from = counts.len();
                counts.extend((from..=place).map(|count| (count as u64, 0.0)));
            }
            counts[place].1 += weight;
        }
        large.sort_by(|one, other| one.0.cmp(&other.0).then(one.1.total_cmp(&other.1)));
        counts.retain(|count| count.1 > 0.0);
        counts.extend(large);
        let first = u64::from(leaving == Leaving::AfterAny);
        Self {
            histories,
            scale,
            all_stages: f64::from(k) * counts.iter().map(|&(x, weight)| x as f64 * weight).sum::<f64>(),
            stages: Tail::new(counts.iter().map(|&(x, weight)| (x * u64::from(k), weight))),
            occasions: Tail::new(counts.iter().map(|&(x, weight)| (x + first, weight))),
            customers: histories.customers(),
            k,
            leaving,
        }
    }

    fn law(&self, point: &[f64]) -> Law {
        Law {
            r: point[0].exp(),
            alpha: point[1].exp() * self.scale,
            a: point.get(2).map_or(0.0, |ln_a| ln_a.exp()),
            b: point.get(3).map_or(1.0, |ln_b| ln_b.exp()),
            k: self.k,
            modified: self.leaving == Leaving::AfterAny,
        }
    }

    /// The sum over all customers. The terms −n·ln α are summed here, with the rest of what depends on counts alone.
    fn sum(&self, law: &Law) -> Local {
        let mut total = sum_rows(law, self.histories);
        let [logs, inverses, squares] = self.stages.logarithms(law.r);
        total.add_rising(law.r, [logs, inverses, squares], 1.0);
        total.value -= self.all_stages * law.alpha.ln();
        if self.leaving != Leaving::Never {
            total.add_ratio(self.occasions.ratios(law.a, law.b), 1.0);
        }
        total
    }
}

/// Σ weight·timing over rows, in chunks whose sums are added in order.
fn sum_rows(law: &Law, histories: &Histories) -> Local {
    let rows = histories.len();
    let chunk = |first: usize| {
        let range = first..(first + CHUNK).min(rows);
        if law.k == 1 && law.a > 0.0 {
            let columns = Columns {
                x: &histories.repeat_purchases()[range.clone()],
                t_x: &histories.first_to_last()[range.clone()],
                age: &histories.age()[range.clone()],
                weight: &histories.weight()[range.clone()],
            };
            if let Some(sum) = block::timing(law, columns) {
                return sum;
            }
        }
        let mut sum = Local::default();
        for row in range {
            sum.add(&law.timing(histories.get(row)), histories.weight()[row]);
        }
        sum
    };
    let sums: Vec<Local> =
        if rows <= CHUNK { vec![chunk(0)] } else { (0..rows.div_ceil(CHUNK)).into_par_iter().map(|index| chunk(index * CHUNK)).collect() };
    sums.iter().fold(Local::default(), |mut total, sum| {
        total.add(sum, 1.0);
        total
    })
}

impl Objective for Sample<'_> {
    fn dimension(&self) -> usize {
        if self.leaving == Leaving::Never { 2 } else { 4 }
    }

    fn evaluate(&self, point: &[f64]) -> Evaluation {
        let total = self.sum(&self.law(point));
        let scale = -1.0 / self.customers;
        let d = self.dimension();
        Evaluation {
            value: scale * total.value,
            gradient: total.gradient[..d].iter().map(|entry| scale * entry).collect(),
            hessian: UPPER[..d].iter().flat_map(|row| &row[..d]).map(|&at| scale * total.hessian[at]).collect(),
        }
    }
}

/// How covariates act on dropout.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Dropout {
    /// a and b each have coefficients of their own.
    Separate,
    /// a and b share one vector of coefficients.
    Shared,
}

/// The log-likelihood of a sample in which α, a and b depend on covariates.
///
/// Variables: ln r, ln α₀, ln a₀, ln b₀, `γ_α`, `γ_a`, `γ_b` (or one `γ_dropout` in their place).
#[derive(Debug)]
pub(crate) struct CovariateSample<'a> {
    pub histories: &'a Histories,
    /// Covariates of the purchase rate: `α_i = α₀·exp(−γ'z)`.
    pub purchase: &'a Covariates,
    /// Covariates of dropout: `a_i = a₀·exp(γ'z)`, `b_i = b₀·exp(γ'z)`.
    pub dropout: &'a Covariates,
    pub convention: Dropout,
    pub modified: bool,
}

impl CovariateSample<'_> {
    /// For each of the four log-parameters of row `row`, the variables it depends on with their factors.
    fn design(&self, row: usize) -> [Vec<(usize, f64)>; 4] {
        let z = self.purchase.row(row);
        let w = self.dropout.row(row);
        let first = 4 + z.len();
        let second = match self.convention {
            Dropout::Separate => first + w.len(),
            Dropout::Shared => first,
        };
        let linear = |own: usize, from: usize, values: &[f64], sign: f64| {
            let coefficients = values.iter().enumerate().map(|(index, value)| (from + index, sign * value));
            std::iter::once((own, 1.0)).chain(coefficients).collect::<Vec<_>>()
        };
        [linear(0, 0, &[], 1.0), linear(1, 4, z, -1.0), linear(2, first, w, 1.0), linear(3, second, w, 1.0)]
    }

    fn evaluate_row(&self, row: usize, point: &[f64], sum: &mut Evaluation) {
        let design = self.design(row);
        let at = |parameter: usize| design[parameter].iter().map(|&(index, z)| z * point[index]).sum::<f64>().exp();
        let law = Law { r: at(0), alpha: at(1), a: at(2), b: at(3), k: 1, modified: self.modified };
        let history = self.histories.get(row);
        let x = u64::from(history.repeat_purchases);
        let mut local = law.timing(history);
        local.add_rising(law.r, rising(law.r, 0, x), 1.0);
        local.value -= x as f64 * law.alpha.ln();
        local.add_ratio(ratio(law.a, law.b, 0, law.occasions(history.repeat_purchases)), 1.0);
        let weight = self.histories.weight()[row];
        let n = point.len();
        sum.value += weight * local.value;
        for (p, variables) in design.iter().enumerate() {
            for &(i, zi) in variables {
                sum.gradient[i] += weight * zi * local.gradient[p];
                for (q, others) in design.iter().enumerate() {
                    let entry = weight * zi * local.hessian[UPPER[p][q]];
                    for &(j, zj) in others {
                        sum.hessian[i * n + j] += entry * zj;
                    }
                }
            }
        }
    }
}

impl Objective for CovariateSample<'_> {
    fn dimension(&self) -> usize {
        let own = match self.convention {
            Dropout::Separate => 2,
            Dropout::Shared => 1,
        };
        4 + self.purchase.names().len() + own * self.dropout.names().len()
    }

    fn evaluate(&self, point: &[f64]) -> Evaluation {
        let rows = self.histories.len();
        let sums: Vec<Evaluation> = (0..rows.div_ceil(CHUNK))
            .into_par_iter()
            .map(|index| {
                let mut sum = Evaluation::zeros(point.len());
                for row in index * CHUNK..((index + 1) * CHUNK).min(rows) {
                    self.evaluate_row(row, point, &mut sum);
                }
                sum
            })
            .collect();
        let mut total = Evaluation::zeros(point.len());
        let scale = -1.0 / self.histories.customers();
        for sum in sums {
            total.value += scale * sum.value;
            for (whole, part) in total.gradient.iter_mut().zip(&sum.gradient) {
                *whole += scale * part;
            }
            for (whole, part) in total.hessian.iter_mut().zip(&sum.hessian) {
                *whole += scale * part;
            }
        }
        total
    }
}
