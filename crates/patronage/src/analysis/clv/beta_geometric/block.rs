//! The timing part of the log-likelihood of many customers at once, k = 1: the same formulas as
//! [`Law::timing`](super::likelihood), arranged so that the compiler makes vector code of them.

use super::likelihood::{Law, Local};
use crate::math::lanes;

/// Rows worked on at a time; the working set stays in the first-level cache.
const BLOCK: usize = 128;
/// Independent sums, so that additions do not wait for each other.
const LANES: usize = 4;
/// The number of distinct sums.
const SUMS: usize = 16;
/// Exponents beyond overflow, and go the way of single customers.
const LARGEST_EXPONENT: f64 = 690.0;

/// Columns of customers.
#[derive(Debug, Clone, Copy)]
pub(super) struct Columns<'a> {
    pub x: &'a [u32],
    pub t_x: &'a [f64],
    pub age: &'a [f64],
    pub weight: &'a [f64],
}

/// Σ weight·timing over all rows, or `None` where an exponent overflows. Needs k = 1.
pub(super) fn timing(law: &Law, columns: Columns<'_>) -> Option<Local> {
    let mut sums = [[0.0; LANES]; SUMS];
    let rows = columns.x.len();
    let mut first = 0;
    while first < rows {
        let last = (first + BLOCK).min(rows);
        let block = Columns {
            x: &columns.x[first..last],
            t_x: &columns.t_x[first..last],
            age: &columns.age[first..last],
            weight: &columns.weight[first..last],
        };
        if !add_block(law, block, &mut sums) {
            return None;
        }
        first = last;
    }
    let s = sums.map(|lanes| lanes.iter().sum::<f64>());
    let (r, b) = (law.r, law.b);
    Some(Local {
        value: s[0],
        gradient: [r * s[1], s[2], s[3], -b * s[4]],
        hessian: [
            r * s[1] + r * r * s[5],
            r * (s[6] + s[7]),
            r * s[8],
            -r * b * s[9],
            s[10],
            s[11],
            -b * s[12],
            s[13],
            -b * s[14],
            b * s[15],
        ],
    })
}

/// Adds a block; false where an exponent overflows.
fn add_block(law: &Law, rows: Columns<'_>, sums: &mut [[f64; LANES]; SUMS]) -> bool {
    let n = rows.x.len();
    let Law { r, alpha, a, b, modified, .. } = *law;
    let m = if modified { 1.0 } else { 0.0 };
    // Rows beyond n have weight 0.
    let [mut x, mut t_x, mut age, mut weight] = [[0.0; BLOCK]; 4];
    for (count, &from) in x.iter_mut().zip(rows.x) {
        *count = f64::from(from);
    }
    t_x[..n].copy_from_slice(rows.t_x);
    age[..n].copy_from_slice(rows.age);
    weight[..n].copy_from_slice(rows.weight);
    let [mut inverse, mut last, mut l, mut gap, mut d, mut odds, mut plus, mut occasion] = [[0.0; BLOCK]; 8];
    let over_alpha = alpha.recip();
    for i in 0..BLOCK {
        inverse[i] = (alpha + age[i]).recip();
        last[i] = (alpha + t_x[i]).recip();
        l[i] = age[i] * over_alpha;
        gap[i] = (age[i] - t_x[i]) * last[i];
        // 1/(b+x−1+m), and 0 where the customer cannot have left.
        let occasions = x[i] + m;
        occasion[i] = if occasions > 0.0 { (b + (occasions - 1.0)).recip() } else { 0.0 };
    }
    d.copy_from_slice(&gap);
    lanes::ln_1p(&mut l);
    lanes::ln_1p(&mut d);
    let mut largest = 0.0_f64;
    for i in 0..BLOCK {
        odds[i] = (r + x[i]) * d[i];
        largest = largest.max(odds[i]);
    }
    if largest > LARGEST_EXPONENT {
        return false;
    }
    lanes::exp(&mut odds);
    for i in 0..BLOCK {
        odds[i] *= a * occasion[i];
    }
    plus.copy_from_slice(&odds);
    lanes::ln_1p(&mut plus);
    for i in (0..n).step_by(LANES) {
        for lane in 0..LANES {
            let i = i + lane;
            let (w, shape) = (weight[i], r + x[i]);
            let (tau, rho) = (age[i] * inverse[i], alpha * inverse[i]);
            let alive = (1.0 + odds[i]).recip();
            let left = odds[i] * alive;
            let (wl, p) = (w * left, w * left * alive);
            let s = -alpha * gap[i] * inverse[i];
            let rs = shape * s;
            let (pd, prs, po) = (p * d[i], p * rs, p * occasion[i]);
            let wlo = wl * occasion[i];
            let terms = [
                w * (plus[i] - shape * l[i]),
                wl * d[i] - w * l[i],
                w * (shape * tau - x[i]) + wl * rs,
                wl,
                wlo,
                pd * d[i],
                w * tau + wl * s,
                pd * rs,
                pd,
                pd * occasion[i],
                wl * rs * (1.0 - rho - alpha * last[i]) - w * shape * tau * rho + prs * rs,
                prs,
                prs * occasion[i],
                p,
                po,
                po * (b * occasion[i]) - wlo * (1.0 - b * occasion[i]),
            ];
            for (sum, term) in sums.iter_mut().zip(terms) {
                sum[lane] += term;
            }
        }
    }
    true
}
