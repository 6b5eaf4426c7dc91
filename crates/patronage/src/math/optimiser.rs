//! A trust-region Newton minimiser for smooth functions of few variables with exact gradient and Hessian.
//!
//! # Method
//! At each point the quadratic model m(s) = f + gᵀs + ½ sᵀHs is minimised exactly over the ball |s| ≤ Δ by way of the
//! eigenvalues of H (Moré & Sorensen 1983, *Computing a trust region step*, SIAM J. Sci. Stat. Comput. 4:553–572), so
//! indefinite Hessians and the "hard case" need no special care from the caller. The step is kept when the function
//! falls by at least 1e-4 of what the model promised; the radius halves, stays or doubles with the quality of the promise.
//!
//! # Why it stops
//! Newton's decrement ½ gᵀH⁻¹g is what the model still promises. Once it is below the tolerance on a convex model, one
//! last Newton step is taken on trust and its value is the model's: near the optimum the error of a point is squared by
//! the step, so the parameters are then good to rounding, and the last pass over the data is saved. How it stopped is
//! data ([`Stop`]), never a message on a stream.

use super::linear_algebra::{SymmetricEigen, dot, norm, symmetric_eigen};

/// A function to minimise, with first and second derivatives.
pub(crate) trait Objective: Sync {
    /// The number of variables d.
    fn dimension(&self) -> usize;

    /// Value, gradient and Hessian at `point` (length d). A point outside the domain may answer a value that is not
    /// finite; the minimiser then shortens its step.
    fn evaluate(&self, point: &[f64]) -> Evaluation;
}

/// Value, gradient (length d) and Hessian (row-major d × d) at a point.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Evaluation {
    /// The function's value.
    pub value: f64,
    /// First derivatives.
    pub gradient: Vec<f64>,
    /// Second derivatives, row-major, symmetric.
    pub hessian: Vec<f64>,
}

impl Evaluation {
    /// Zeros of dimension d, to be added to.
    pub(crate) fn zeros(dimension: usize) -> Self {
        Self { value: 0.0, gradient: vec![0.0; dimension], hessian: vec![0.0; dimension * dimension] }
    }

    /// Whether every number is finite.
    pub(crate) fn is_finite(&self) -> bool {
        self.value.is_finite() && self.gradient.iter().chain(&self.hessian).all(|entry| entry.is_finite())
    }
}

/// When to stop.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) struct Settings {
    /// At most this many evaluations of the objective.
    pub max_iterations: u32,
    /// Stop when the model promises less than this.
    pub decrease_tolerance: f64,
    /// The first trust radius, in units of the variables.
    pub initial_radius: f64,
    /// The largest trust radius.
    pub largest_radius: f64,
    /// Stop as [`Stop::Boundary`] once a variable leaves ±this.
    pub boundary: f64,
}

impl Default for Settings {
    fn default() -> Self {
        Self { max_iterations: 200, decrease_tolerance: 1e-14, initial_radius: 1.0, largest_radius: 4.0, boundary: f64::INFINITY }
    }
}

/// Why the minimiser stopped.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Stop {
    /// The model promises no further decrease and is convex.
    Converged,
    /// A variable left the allowed box: the infimum lies at infinity, or so far out that it makes no difference.
    Boundary,
    /// No further decrease can be seen in floating point, although the model is not (yet) flat or not convex.
    RoundingFloor,
    /// The number of evaluations is used up.
    IterationLimit,
    /// The start has no finite value.
    BadStart,
}

/// Where the minimiser stopped.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Optimum {
    /// The best point.
    pub point: Vec<f64>,
    /// Value, gradient and Hessian there; after [`Stop::Converged`] gradient and Hessian are those one (negligible) step before.
    pub evaluation: Evaluation,
    /// The number of evaluations made.
    pub iterations: u32,
    /// Why it stopped.
    pub stop: Stop,
}

/// Minimises `objective` from `start`. See the [module](self) for method and stopping.
pub(crate) fn minimise<O: Objective + ?Sized>(objective: &O, start: &[f64], settings: &Settings) -> Optimum {
    /// Below this share of |f| + 1 a decrease cannot be told from rounding.
    const FLOOR: f64 = 4e-16;
    let mut point = start.to_vec();
    let mut here = objective.evaluate(&point);
    let mut iterations = 1;
    if !here.is_finite() {
        return Optimum { point, evaluation: here, iterations, stop: Stop::BadStart };
    }
    let mut radius = settings.initial_radius;
    let stop = loop {
        let Some(eigen) = symmetric_eigen(&here.hessian, point.len()) else { break Stop::RoundingFloor };
        let step = trust_region_step(&eigen, &here.gradient, radius);
        let promised = -model_change(&here, &step);
        let convex = eigen.values.first().is_none_or(|&smallest| smallest > 0.0);
        let floor = FLOOR * (1.0 + here.value.abs());
        let length = norm(&step);
        if promised <= settings.decrease_tolerance.max(floor) {
            if convex && length < radius * (1.0 - 1e-9) {
                for (variable, change) in point.iter_mut().zip(&step) {
                    *variable += change;
                }
                here.value -= promised.max(0.0);
                break Stop::Converged;
            }
            if promised <= floor {
                break Stop::RoundingFloor;
            }
        }
        if iterations >= settings.max_iterations {
            break Stop::IterationLimit;
        }
        let trial: Vec<f64> = point.iter().zip(&step).map(|(variable, change)| variable + change).collect();
        let there = objective.evaluate(&trial);
        iterations += 1;
        let quality = if there.is_finite() { (here.value - there.value) / promised } else { f64::NEG_INFINITY };
        if quality > 0.75 && length > 0.8 * radius {
            radius = (2.0 * radius).min(settings.largest_radius);
        } else if quality < 0.25 {
            radius = if quality.is_finite() { 0.25 * length.max(1e-3 * radius) } else { 0.25 * length.min(radius) };
        }
        if quality > 1e-4 {
            point = trial;
            here = there;
            if point.iter().any(|variable| variable.abs() > settings.boundary) {
                break Stop::Boundary;
            }
        } else if radius < 1e-12 || promised <= 16.0 * floor {
            break if convex { Stop::Converged } else { Stop::RoundingFloor };
        }
    };
    Optimum { point, evaluation: here, iterations, stop }
}

/// gᵀs + ½ sᵀHs.
fn model_change(at: &Evaluation, step: &[f64]) -> f64 {
    let curvature: f64 = at.hessian.chunks(step.len()).zip(step).map(|(row, s)| s * dot(row, step)).sum();
    dot(&at.gradient, step) + 0.5 * curvature
}

/// The minimiser of gᵀs + ½ sᵀHs over |s| ≤ radius, H given by its eigenvalues.
fn trust_region_step(eigen: &SymmetricEigen, gradient: &[f64], radius: f64) -> Vec<f64> {
    let smallest = eigen.values.first().copied().unwrap_or(0.0);
    let largest = eigen.values.iter().fold(0.0_f64, |most, value| most.max(value.abs()));
    let projected: Vec<f64> = eigen.vectors.iter().map(|vector| dot(vector, gradient)).collect();
    let length =
        |shift: f64| -> f64 { eigen.values.iter().zip(&projected).map(|(value, g)| (g / (value + shift)).powi(2)).sum::<f64>().sqrt() };
    let assemble = |shift: f64, along_first: f64| -> Vec<f64> {
        let mut step = vec![0.0; gradient.len()];
        for (index, (vector, g)) in eigen.vectors.iter().zip(&projected).enumerate() {
            let curvature = eigen.values[index] + shift;
            let mut amount = if curvature > 0.0 { -g / curvature } else { 0.0 };
            if index == 0 {
                amount += along_first;
            }
            for (s, v) in step.iter_mut().zip(vector) {
                *s += amount * v;
            }
        }
        step
    };
    if smallest > 0.0 && length(0.0) <= radius {
        return assemble(0.0, 0.0);
    }
    // The shift lies between `low`, where the step is too long, and `high`, where it is too short.
    let low = (-smallest).max(0.0);
    let tiny = 1e-15 * largest.max(1e-300);
    if smallest <= 0.0 {
        let interior = length(low + tiny);
        if interior <= radius {
            // The hard case: fill up along the direction of least curvature, downhill.
            let rest = (radius * radius - interior * interior).max(0.0).sqrt();
            return assemble(low + tiny, if projected[0] > 0.0 { -rest } else { rest });
        }
    }
    let mut low = low + if smallest <= 0.0 { tiny } else { 0.0 };
    let mut high = low + norm(gradient) / radius + tiny;
    let mut shift = high;
    for _ in 0..100 {
        let now = length(shift);
        if (now - radius).abs() <= 1e-10 * radius {
            break;
        }
        if now > radius {
            low = shift;
        } else {
            high = shift;
        }
        // Newton on 1/|s| − 1/Δ, which is nearly linear in the shift.
        let slope: f64 = eigen.values.iter().zip(&projected).map(|(value, g)| g * g / (value + shift).powi(3)).sum();
        let next = shift + (now / radius - 1.0) * now * now / slope;
        shift = if next > low && next < high { next } else { f64::midpoint(low, high) };
        if high - low <= 1e-15 * high {
            break;
        }
    }
    assemble(shift, 0.0)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Rosenbrock's banana (1960): a curved valley, minimum 0 at (1, 1).
    struct Rosenbrock;

    impl Objective for Rosenbrock {
        fn dimension(&self) -> usize {
            2
        }

        fn evaluate(&self, p: &[f64]) -> Evaluation {
            let (x, y) = (p[0], p[1]);
            let gap = y - x * x;
            Evaluation {
                value: 100.0 * gap * gap + (1.0 - x).powi(2),
                gradient: vec![-400.0 * x * gap - 2.0 * (1.0 - x), 200.0 * gap],
                hessian: vec![1200.0 * x * x - 400.0 * y + 2.0, -400.0 * x, -400.0 * x, 200.0],
            }
        }
    }

    #[test]
    fn follows_a_curved_valley() {
        assert_eq!(Rosenbrock.dimension(), 2);
        let optimum = minimise(&Rosenbrock, &[-1.2, 1.0], &Settings::default());
        assert_eq!(optimum.stop, Stop::Converged);
        assert!((optimum.point[0] - 1.0).abs() < 1e-9 && (optimum.point[1] - 1.0).abs() < 1e-9, "{optimum:?}");
        assert!(optimum.iterations < 40);
    }

    /// f = x⁴/4 − x²/2 + y²: a saddle at the origin, where the gradient is exactly zero; minima at (±1, 0).
    struct Saddle;

    impl Objective for Saddle {
        fn dimension(&self) -> usize {
            2
        }

        fn evaluate(&self, p: &[f64]) -> Evaluation {
            let (x, y) = (p[0], p[1]);
            Evaluation {
                value: x.powi(4) / 4.0 - x * x / 2.0 + y * y,
                gradient: vec![x.powi(3) - x, 2.0 * y],
                hessian: vec![3.0 * x * x - 1.0, 0.0, 0.0, 2.0],
            }
        }
    }

    #[test]
    fn leaves_a_saddle() {
        let optimum = minimise(&Saddle, &[0.0, 0.0], &Settings::default());
        assert_eq!(optimum.stop, Stop::Converged);
        assert!((optimum.point[0].abs() - 1.0).abs() < 1e-9 && optimum.point[1].abs() < 1e-9, "{optimum:?}");
    }

    /// f = e^(−x): the infimum lies at infinity.
    struct Ridge;

    impl Objective for Ridge {
        fn dimension(&self) -> usize {
            1
        }

        fn evaluate(&self, p: &[f64]) -> Evaluation {
            let value = (-p[0]).exp();
            Evaluation { value, gradient: vec![-value], hessian: vec![value] }
        }
    }

    #[test]
    fn a_ridge_ends_at_the_boundary_or_flat() {
        let optimum = minimise(&Ridge, &[0.0], &Settings { boundary: 20.0, ..Settings::default() });
        assert_eq!(optimum.stop, Stop::Boundary);
        let optimum = minimise(&Ridge, &[0.0], &Settings { decrease_tolerance: 1e-6, ..Settings::default() });
        assert_eq!(optimum.stop, Stop::Converged);
        assert!(optimum.evaluation.hessian[0] < 1e-5);
    }
}
