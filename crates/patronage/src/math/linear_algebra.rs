//! Dense linear algebra for the few dimensions of a likelihood: symmetric eigenvalues, Cholesky, inverse.
//!
//! Matrices are row-major slices of length n². The models have two to about twenty parameters, so plain loops beat any
//! library; what matters is that results are deterministic and accurate to rounding.

/// Eigenvalues (ascending) and orthonormal eigenvectors of a symmetric matrix.
#[derive(Debug, Clone, PartialEq)]
pub struct SymmetricEigen {
    /// Eigenvalues, smallest first.
    pub values: Vec<f64>,
    /// Eigenvectors in the order of the values; each has unit length.
    pub vectors: Vec<Vec<f64>>,
}

/// Eigenvalues and eigenvectors of a symmetric matrix by cyclic Jacobi rotations.
///
/// Reads both triangles and uses their mean. Eigenvalues are accurate to about 1e-15 of the largest one. A matrix with
/// an entry that is not finite has no eigenvalues: `None`.
///
/// # Panics
/// If `matrix.len() != n * n`.
#[must_use]
pub fn symmetric_eigen(matrix: &[f64], n: usize) -> Option<SymmetricEigen> {
    const SWEEPS: usize = 60;
    assert_eq!(matrix.len(), n * n, "a matrix of {n} rows has {} entries", n * n);
    if matrix.iter().any(|entry| !entry.is_finite()) {
        return None;
    }
    let mut a: Vec<f64> = (0..n * n).map(|at| f64::midpoint(matrix[at], matrix[(at % n) * n + at / n])).collect();
    let mut v = identity(n);
    let norm: f64 = a.iter().map(|entry| entry * entry).sum();
    for _ in 0..SWEEPS {
        let off: f64 = (0..n).flat_map(|i| (0..i).map(move |j| (i, j))).map(|(i, j)| a[i * n + j] * a[i * n + j]).sum();
        if off <= 1e-40 * norm || off == 0.0 {
            break;
        }
        for p in 0..n {
            for q in p + 1..n {
                rotate(&mut a, &mut v, n, p, q);
            }
        }
    }
    let mut order: Vec<usize> = (0..n).collect();
    order.sort_by(|&i, &j| a[i * n + i].total_cmp(&a[j * n + j]));
    Some(SymmetricEigen {
        values: order.iter().map(|&i| a[i * n + i]).collect(),
        vectors: order.iter().map(|&i| (0..n).map(|k| v[k * n + i]).collect()).collect(),
    })
}

/// One Jacobi rotation that annihilates entry (p, q) of `a` and is accumulated in `v`.
fn rotate(a: &mut [f64], v: &mut [f64], n: usize, p: usize, q: usize) {
    let apq = a[p * n + q];
    if apq == 0.0 {
        return;
    }
    let theta = (a[q * n + q] - a[p * n + p]) / (2.0 * apq);
    let t = theta.signum() / (theta.abs() + theta.hypot(1.0));
    let c = 1.0 / t.hypot(1.0);
    let s = t * c;
    for k in 0..n {
        let (akp, akq) = (a[k * n + p], a[k * n + q]);
        a[k * n + p] = c * akp - s * akq;
        a[k * n + q] = s * akp + c * akq;
    }
    for k in 0..n {
        let (apk, aqk) = (a[p * n + k], a[q * n + k]);
        a[p * n + k] = c * apk - s * aqk;
        a[q * n + k] = s * apk + c * aqk;
    }
    for k in 0..n {
        let (vkp, vkq) = (v[k * n + p], v[k * n + q]);
        v[k * n + p] = c * vkp - s * vkq;
        v[k * n + q] = s * vkp + c * vkq;
    }
}

/// The identity matrix of n rows.
#[must_use]
pub fn identity(n: usize) -> Vec<f64> {
    let mut matrix = vec![0.0; n * n];
    for i in 0..n {
        matrix[i * n + i] = 1.0;
    }
    matrix
}

/// The lower triangle L with L·Lᵀ = `matrix`, or `None` where the matrix is not positive definite.
///
/// # Panics
/// If `matrix.len() != n * n`.
#[must_use]
pub fn cholesky(matrix: &[f64], n: usize) -> Option<Vec<f64>> {
    assert_eq!(matrix.len(), n * n, "a matrix of {n} rows has {} entries", n * n);
    let mut lower = vec![0.0; n * n];
    for i in 0..n {
        for j in 0..=i {
            let dot: f64 = (0..j).map(|k| lower[i * n + k] * lower[j * n + k]).sum();
            let rest = matrix[i * n + j] - dot;
            if i == j {
                if !(rest > 0.0 && rest.is_finite()) {
                    return None;
                }
                lower[i * n + i] = rest.sqrt();
            } else {
                lower[i * n + j] = rest / lower[j * n + j];
            }
        }
    }
    Some(lower)
}

/// The inverse of a symmetric positive definite matrix, exactly symmetric, or `None` where it is not positive definite.
///
/// # Panics
/// If `matrix.len() != n * n`.
#[must_use]
pub fn inverse(matrix: &[f64], n: usize) -> Option<Vec<f64>> {
    let lower = cholesky(matrix, n)?;
    // W = L⁻¹, row by row; then the inverse is Wᵀ·W, whose two triangles are the same sums.
    let mut w = vec![0.0; n * n];
    for j in 0..n {
        for i in j..n {
            let unit = if i == j { 1.0 } else { 0.0 };
            let dot: f64 = (j..i).map(|k| lower[i * n + k] * w[k * n + j]).sum();
            w[i * n + j] = (unit - dot) / lower[i * n + i];
        }
    }
    let mut inverse = vec![0.0; n * n];
    for i in 0..n {
        for j in 0..=i {
            let entry: f64 = (i..n).map(|k| w[k * n + i] * w[k * n + j]).sum();
            inverse[i * n + j] = entry;
            inverse[j * n + i] = entry;
        }
    }
    Some(inverse)
}

/// The product of a row-major n × n matrix and a vector.
#[must_use]
pub fn matrix_vector(matrix: &[f64], vector: &[f64]) -> Vec<f64> {
    matrix.chunks(vector.len()).map(|row| dot(row, vector)).collect()
}

/// The inner product of two vectors of equal length.
#[must_use]
pub fn dot(left: &[f64], right: &[f64]) -> f64 {
    left.iter().zip(right).map(|(l, r)| l * r).sum()
}

/// The Euclidean length of a vector.
#[must_use]
pub fn norm(vector: &[f64]) -> f64 {
    dot(vector, vector).sqrt()
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A Hilbert matrix: symmetric, positive definite and ill-conditioned (n = 4: condition 1.6e4).
    fn hilbert(n: usize) -> Vec<f64> {
        (0..n * n).map(|at| 1.0 / (at / n + at % n + 1) as f64).collect()
    }

    #[test]
    fn eigenvalues_of_a_hilbert_matrix() {
        let eigen = symmetric_eigen(&hilbert(4), 4).expect("finite");
        // Known to 10 digits (for example Fettis & Caslin 1967).
        for (found, expected) in eigen.values.iter().zip([9.670_230_402e-5, 6.738_273_606e-3, 0.169_141_220_2, 1.500_214_280]) {
            assert!((found - expected).abs() < 1e-9 * 1.5, "{found} {expected}");
        }
        for (value, vector) in eigen.values.iter().zip(&eigen.vectors) {
            let image = matrix_vector(&hilbert(4), vector);
            for (left, right) in image.iter().zip(vector) {
                assert!((left - value * right).abs() < 1e-15);
            }
        }
    }

    #[test]
    fn inverse_times_matrix_is_the_identity() {
        let matrix = hilbert(4);
        let inverse = inverse(&matrix, 4).expect("positive definite");
        for (i, row) in matrix.chunks(4).enumerate() {
            for j in 0..4 {
                let entry: f64 = (0..4).map(|k| row[k] * inverse[k * 4 + j]).sum();
                assert!((entry - if i == j { 1.0 } else { 0.0 }).abs() < 1e-11);
            }
        }
    }

    #[test]
    fn indefinite_and_broken_matrices_are_refused() {
        assert!(cholesky(&[1.0, 2.0, 2.0, 1.0], 2).is_none());
        assert!(symmetric_eigen(&[f64::NAN], 1).is_none());
        let eigen = symmetric_eigen(&[1.0, 2.0, 2.0, 1.0], 2).expect("finite");
        assert!((eigen.values[0] + 1.0).abs() < 1e-15 && (eigen.values[1] - 3.0).abs() < 1e-15);
    }
}
