//! The maximum-likelihood fits.

use super::covariates::{CovariateModel, DropoutCovariates};
use super::{BgNbdModel, BgNbdParams};
use crate::analysis::clv::beta_geometric::{CovariateSample, Dropout, Family, Law, Leaving, estimate};
use crate::analysis::clv::covariates::Covariates;
use crate::analysis::clv::driver::{Coordinate, Options, Problem, solve};
use crate::analysis::clv::fit::Reduction;
use crate::analysis::clv::histories::Histories;
use crate::error::{Error, Result};

pub(super) fn fit(params: &BgNbdParams, histories: &Histories) -> Result<BgNbdModel> {
    params.check()?;
    let leaving = if params.modified { Leaving::AfterAny } else { Leaving::AfterRepeat };
    let family = Family { model: params.model(), leaving, k: 1 };
    let start = params.start.map(|[r, alpha, a, b]| Law { r, alpha, a, b, k: 1, modified: params.modified });
    let estimate = estimate(family, histories, &params.options, start.as_ref())?;
    Ok(BgNbdModel { law: estimate.law, fit: estimate.fit })
}

pub(super) fn fit_with_covariates(
    params: &BgNbdParams,
    histories: &Histories,
    purchase: &Covariates,
    dropout: &DropoutCovariates,
) -> Result<CovariateModel> {
    let (convention, columns) = match dropout {
        DropoutCovariates::Separate(columns) => (Dropout::Separate, columns),
        DropoutCovariates::Shared(columns) => (Dropout::Shared, columns),
    };
    for (covariates, what) in [(purchase, "purchase"), (columns, "dropout")] {
        if !covariates.names().is_empty() && covariates.len() != histories.len() {
            return Err(Error::input(format!("{} rows of {what} covariates for {} histories", covariates.len(), histories.len())));
        }
    }
    // The fit without covariates is the start, and refuses what cannot be fitted.
    let lenient = BgNbdParams { options: Options { allow_unconverged: true, ..params.options.clone() }, ..params.clone() };
    let plain = fit(&lenient, histories)?;
    let scale = histories.mean_age();
    let rows = histories.scaled(scale);
    let (z, z_sizes) = or_empty(purchase, histories.len()).standardised();
    let (w, w_sizes) = or_empty(columns, histories.len()).standardised();
    let sample = CovariateSample { histories: &rows, purchase: &z, dropout: &w, convention, modified: params.modified };
    let mut coordinates = vec![Coordinate::shape("r"), Coordinate::time("alpha"), Coordinate::shape("a"), Coordinate::shape("b")];
    let mut sizes = vec![1.0; 4];
    let parts: &[&str] = match convention {
        Dropout::Separate => &["a", "b"],
        Dropout::Shared => &["dropout"],
    };
    coordinates.extend(z.names().iter().map(|name| Coordinate::coefficient(format!("gamma_alpha:{name}"))));
    sizes.extend(&z_sizes);
    for part in parts {
        coordinates.extend(w.names().iter().map(|name| Coordinate::coefficient(format!("gamma_{part}:{name}"))));
        sizes.extend(&w_sizes);
    }
    let law = plain.law;
    let (a, b) = if law.a > 0.0 { (law.a, law.b) } else { (0.3, 10.0) };
    let mut start = vec![law.r.ln(), (law.alpha / scale).ln(), a.ln(), b.ln()];
    for variable in &mut start {
        *variable = variable.clamp(-8.0, 8.0);
    }
    start.resize(coordinates.len(), 0.0);
    let solution = solve(&Problem {
        model: params.model(),
        coordinates: &coordinates,
        objective: &sample,
        starts: &[start],
        scale,
        customers: rows.customers(),
        log_likelihood_shift: -rows.total_repeat_purchases() * scale.ln(),
        options: &params.options,
        name_ridge: &|point: &[f64], _: &[f64]| {
            if point[3] - point[2] > 7.0 { Reduction::NoDropout } else { Reduction::Unidentified }
        },
    })?;
    // Coefficients of standardised columns back to those of the columns as given.
    let mut fit = solution.fit;
    for (parameter, size) in fit.parameters.iter_mut().zip(&sizes) {
        parameter.value /= size;
        parameter.standard_error = parameter.standard_error.map(|error| error / size);
    }
    if let Some(covariance) = &mut fit.covariance {
        for (row, of_row) in covariance.iter_mut().zip(&sizes) {
            for (entry, of_column) in row.iter_mut().zip(&sizes) {
                *entry /= of_row * of_column;
            }
        }
    }
    Ok(CovariateModel::new(fit, params.modified, purchase.names(), columns.names(), convention == Dropout::Shared))
}

fn or_empty(covariates: &Covariates, rows: usize) -> Covariates {
    if covariates.names().is_empty() { Covariates::none(rows) } else { covariates.clone() }
}
