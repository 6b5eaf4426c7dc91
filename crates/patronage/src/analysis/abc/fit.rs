//! The fitted model: where the classes begin.

use serde::{Deserialize, Serialize};

use super::order::{Start, check_size, descending};
use super::params::{Boundary, Nonpositive, Plan};
use crate::customers::Customers;
use crate::error::{Error, Result};
use crate::money;

/// The boundaries of the classes, ready to be applied to these or to other customers.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct AbcModel {
    plan: Plan,
    pub(super) scale: u8,
    /// Where B and C begin; `None` when the class before goes on to the last customer.
    pub(super) starts: [Option<Start>; 2],
}

impl AbcModel {
    pub(super) fn fit(plan: Plan, customers: &Customers) -> Result<Self> {
        if customers.is_empty() {
            return Err(Error::fit("there are no customers to classify"));
        }
        check_size(customers)?;
        let scale = customers.settings().scale;
        let mut money = customers.monetary().to_vec();
        match plan.nonpositive {
            Nonpositive::Class => {}
            Nonpositive::Clamp => money.iter_mut().for_each(|amount| *amount = (*amount).max(0)),
            Nonpositive::Error => {
                if let Some(row) = money.iter().position(|amount| *amount <= 0) {
                    let id = customers.customer_id().get(row);
                    return Err(Error::input(format!(
                        "customer `{id}` brought {}, which is not above zero",
                        money::to_text(money[row], scale)
                    ))
                    .with_hint("put such customers in a class of their own, or count them as zero"));
                }
            }
        }
        let mut order = descending(&money);
        if plan.nonpositive == Nonpositive::Class {
            order.truncate(order.partition_point(|(amount, _)| *amount > 0));
        }
        let total = money::sum(order.iter().map(|(amount, _)| *amount))?;
        let ends = match plan.boundary {
            // Nobody brought anything: everybody is in the last class.
            _ if total == 0 => [0, 0],
            Boundary::Computed => computed(&order, total),
            boundary => plan.cuts.map(|cut| end(&order, boundary, cut.of(total))),
        };
        // Where equals stay together, money alone decides.
        let together = !matches!(plan.boundary, Boundary::Within | Boundary::Crossing);
        let starts = ends.map(|end| {
            let start = Start::at(end, &order, customers)?;
            Some(if together { Start { customer_id: String::new(), ..start } } else { start })
        });
        Ok(Self { plan, scale, starts })
    }

    /// Where a class ends.
    #[must_use]
    pub fn boundary(&self) -> Boundary {
        self.plan.boundary
    }

    /// What becomes of customers whose money is not above zero.
    #[must_use]
    pub fn nonpositive(&self) -> Nonpositive {
        self.plan.nonpositive
    }

    /// The decimal places of money in [`starts`](Self::starts).
    #[must_use]
    pub fn scale(&self) -> u8 {
        self.scale
    }

    /// Where B and C begin, in descending order of money; `None` when nobody is beyond.
    #[must_use]
    pub fn starts(&self) -> [Option<&Start>; 2] {
        self.starts.each_ref().map(Option::as_ref)
    }
}

/// The position after the last customer up to a cut, which is given rounded down and up: for integers, S ≤ cut is
/// S ≤ ⌊cut⌋ and S < cut is S < ⌈cut⌉. Groups of equals are taken in one step.
fn end(order: &[(i128, u32)], boundary: Boundary, (floor, ceil): (i128, i128)) -> usize {
    let mut before = 0_i128;
    let mut position = 0;
    for group in order.chunk_by(|(a, _), (b, _)| a == b) {
        let size = group.len() as i128;
        let each = group[0].0;
        let after = before + each * size;
        let inside = match boundary {
            Boundary::Within if after <= floor => size,
            // Zeros add nothing: all or none of them.
            Boundary::Within if each == 0 => 0,
            Boundary::Within => (floor - before).max(0) / each,
            Boundary::Crossing if after < ceil => size,
            Boundary::Crossing if each == 0 => 0,
            Boundary::Crossing => {
                let missing = (ceil - before).max(0);
                missing / each + i128::from(missing % each != 0)
            }
            Boundary::TiesEnd => size * i128::from(after <= floor),
            Boundary::TiesStart | Boundary::Computed => size * i128::from(before < ceil),
        };
        position += usize::try_from(inside.min(size)).unwrap_or_default();
        if inside < size {
            break;
        }
        before = after;
    }
    position
}

/// The ends of A and B by Ultsch and Lötsch; see the [module](super).
#[expect(clippy::cast_precision_loss, reason = "coordinates of a curve: each a correctly rounded quotient of exact sums")]
fn computed(order: &[(i128, u32)], total: i128) -> [usize; 2] {
    let count = order.len();
    let mut sum = 0;
    let mut position = 0;
    let mut break_even = 0;
    let mut points = Vec::new();
    for group in order.chunk_by(|(a, _), (b, _)| a == b) {
        position += group.len();
        sum += group[0].0 * group.len() as i128;
        points.push((position, position as f64 / count as f64, sum as f64 / total as f64));
        // money ≥ T / n, without a product that could overflow.
        let mean = total.div_euclid(count as i128) + i128::from(total.rem_euclid(count as i128) != 0);
        if group[0].0 >= mean {
            break_even = position;
        }
    }
    let nearest = |x: f64| {
        let distance = |point: &(usize, f64, f64)| (point.1 - x).powi(2) + (1.0 - point.2).powi(2);
        points.iter().min_by(|a, b| distance(a).total_cmp(&distance(b))).map_or(0, |point| point.0)
    };
    let pareto = nearest(0.0);
    let a = pareto.min(break_even);
    [a, nearest(pareto.max(break_even) as f64 / count as f64).max(a)]
}
