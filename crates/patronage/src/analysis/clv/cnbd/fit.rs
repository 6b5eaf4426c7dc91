//! The maximum-likelihood fit, for one k or the most likely one.

use super::params::Regularity;
use super::{CnbdModel, CnbdParams};
use crate::analysis::clv::beta_geometric::{Estimate, Family, Law, Leaving, check, estimate_rows};
use crate::analysis::clv::fit::Parameter;
use crate::analysis::clv::histories::Histories;
use crate::error::{Error, Result};

pub(super) fn fit(params: &CnbdParams, histories: &Histories) -> Result<CnbdModel> {
    params.check()?;
    check(params.model(), histories)?;
    let rows = histories.condensed();
    let leaving = if params.modified { Leaving::AfterAny } else { Leaving::AfterRepeat };
    let start = params.start.map(|[r, alpha, a, b]| Law { r, alpha, a, b, k: 1, modified: params.modified });
    let one = |k: u32, start: Option<&Law>| estimate_rows(Family { model: params.model(), leaving, k }, &rows, &params.options, start);
    let best = match params.regularity {
        Regularity::Given(k) => one(k, start.as_ref()),
        Regularity::UpTo(largest) => most_likely(largest, start, one),
    }?;
    Ok(with_stages(best))
}

/// Fits k = 1, 2, … until two in a row fall behind the best.
fn most_likely(largest: u32, mut start: Option<Law>, one: impl Fn(u32, Option<&Law>) -> Result<Estimate>) -> Result<Estimate> {
    let mut best: Option<Estimate> = None;
    let mut failure = Error::fit("no k was tried");
    let mut behind = 0;
    for k in 1..=largest {
        match one(k, start.as_ref()) {
            Ok(estimate) => {
                // Rates grow with k as stages do; the next k starts there.
                let growth = f64::from(k + 1) / f64::from(k);
                start = Some(Law { alpha: estimate.law.alpha / growth, k: k + 1, ..estimate.law });
                let better = best.as_ref().is_none_or(|best| estimate.fit.log_likelihood > best.fit.log_likelihood);
                behind = if better { 0 } else { behind + 1 };
                if better {
                    best = Some(estimate);
                }
            }
            Err(error) => {
                failure = error;
                behind += 1;
            }
        }
        if behind == 2 {
            break;
        }
    }
    best.ok_or(failure)
}

/// Adds k to the coefficients: chosen among whole numbers, it has no standard error.
fn with_stages(estimate: Estimate) -> CnbdModel {
    let Estimate { law, mut fit } = estimate;
    fit.parameters.push(Parameter { symbol: "k".to_owned(), value: f64::from(law.k), standard_error: None });
    if let Some(covariance) = &mut fit.covariance {
        let n = covariance.len() + 1;
        for row in covariance.iter_mut() {
            row.push(0.0);
        }
        covariance.push(vec![0.0; n]);
    }
    CnbdModel { law, fit }
}
