//! The maximum-likelihood fit: the family's, with a = 0.

use super::{NbdModel, NbdParams};
use crate::analysis::clv::beta_geometric::{Family, Law, Leaving, estimate};
use crate::analysis::clv::fit::ModelKind;
use crate::analysis::clv::histories::Histories;
use crate::error::Result;

pub(super) fn fit(params: &NbdParams, histories: &Histories) -> Result<NbdModel> {
    params.check()?;
    let family = Family { model: ModelKind::Nbd, leaving: Leaving::Never, k: 1 };
    let start = params.start.map(|(r, alpha)| Law { r, alpha, a: 0.0, b: 1.0, k: 1, modified: false });
    let estimate = estimate(family, histories, &params.options, start.as_ref())?;
    Ok(NbdModel { law: estimate.law, fit: estimate.fit })
}
