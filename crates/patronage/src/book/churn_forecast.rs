//! What a purchase model says about churn, today and at the dates of the test.

use chrono::{Days, NaiveDate};
use rayon::prelude::*;

use super::answers::Distinct;
use crate::analysis::churn::{Forecast, PastForecasts};
use crate::analysis::clv::{Histories, ModelKind, PurchaseModel, fit_purchase_model};
use crate::customers::{Customers, CustomersParams};
use crate::error::{Error, Result};
use crate::ledger::Ledger;
use crate::time::day_number;

/// 1 − P(alive) and P(no purchase within the horizon) of every customer; each distinct history is answered once.
pub(super) fn forecast(customers: &Customers, model: &dyn PurchaseModel, horizon_days: u32) -> Result<Forecast> {
    let unit = customers.settings().time_unit.days();
    let Distinct { rows: histories, place, .. } = Distinct::new(customers)?;
    let alive = model.probability_alive_all(&histories, 0.0);
    let horizon = f64::from(horizon_days) / unit;
    let none: Vec<f64> = (0..histories.len())
        .into_par_iter()
        .with_min_len(64)
        .map(|row| model.probability_no_purchase(histories.get(row), horizon).clamp(0.0, 1.0))
        .collect();
    Ok(Forecast {
        not_alive: place.iter().map(|&at| (1.0 - alive[at]).clamp(0.0, 1.0)).collect(),
        no_purchase: place.iter().map(|&at| none[at]).collect(),
    })
}

/// The forecasts of a model of this kind, fitted to what was known two horizons and one horizon before the date.
pub(super) fn past_forecasts(
    ledger: &Ledger,
    looked: &CustomersParams,
    as_of: NaiveDate,
    kind: ModelKind,
    horizon_days: u32,
) -> Result<PastForecasts> {
    let at = |horizons: u64| {
        let cut = as_of.checked_sub_days(Days::new(horizons * u64::from(horizon_days)));
        let cut = cut.ok_or_else(|| Error::parameter("the horizon reaches back beyond all dates"))?;
        if looked.first_day().is_some_and(|from| from > day_number(cut)) {
            return Err(Error::fit(format!("the look-back window starts after {cut}")));
        }
        let customers = ledger.customers(&looked.clone().as_of(cut))?;
        if customers.is_empty() {
            return Err(Error::fit(format!("no customer had bought by {cut}")));
        }
        let unit = customers.settings().time_unit.days();
        let model = fit_purchase_model(kind, &Histories::from_customers(&customers)?, Some(unit), None)?;
        forecast(&customers, &*model, horizon_days)
    };
    Ok(PastForecasts { trained: at(2)?, tested: at(1)? })
}
