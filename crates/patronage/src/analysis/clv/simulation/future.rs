//! The future of a customer whose history is given: draws from the law that is left after the history is known.
//!
//! Given that the customer is alive at the end of its history, its own rate and chance to leave are independent in every
//! model here, with laws of the same family as before:
//!
//! ```text
//! nbd         λ ~ Gamma(r+x, α+T)
//! bg-nbd      λ ~ Gamma(r+x, α+T), p ~ Beta(a, b+x)           mbg-nbd: Beta(a, b+x+1)
//! (m)bg-cnbd  phase j < k with weight Γ(R+j)/(Γ(R) j!)·((T−t_x)/(α+T))^j, R = r+kx; λ ~ Gamma(R+j, α+T); p as above
//! pareto-nbd  λ ~ Gamma(r+x, α+T), μ ~ Gamma(s, β+T)
//! bg-bb       p ~ Beta(α+x, β+n−x), θ ~ Beta(γ, δ+n)
//! ```

use super::draw::{Latent, Leaving, Variates, purchases};
use super::process::Process;
use crate::analysis::clv::History;

impl Process {
    /// Draws purchase times in `(0, horizon]` after the end of a history, given that the customer is alive then, and
    /// hands each to `purchase`. Contracts (sbg, bdw) draw as new ones that have lived `age` renewals.
    pub(crate) fn future_if_alive(&self, history: History, horizon: f64, variates: &mut Variates, purchase: impl FnMut(f64)) {
        let x = f64::from(history.repeat_purchases);
        let age = history.age;
        let mut phase = 0;
        let mut regular = |(r, alpha): (f64, f64), (a, b): (f64, f64), k: u32, m: f64, variates: &mut Variates| {
            let shape = r + f64::from(k) * x;
            phase = draw_phase(shape, (age - history.first_to_last) / (alpha + age), k, variates);
            let rate = variates.gamma(shape + f64::from(phase), alpha + age);
            let chance = variates.beta(a, b + x + m);
            let leaving = Leaving::AfterPurchase { chance, first: false };
            Latent { rate, dropout: Some(chance), stages: k, leaving }
        };
        let latent = match *self {
            Self::Nbd { r, alpha } => {
                let rate = variates.gamma(r + x, alpha + age);
                Latent { rate, dropout: None, stages: 1, leaving: Leaving::Never }
            }
            Self::BgNbd { r, alpha, a, b } => regular((r, alpha), (a, b), 1, 0.0, variates),
            Self::MbgNbd { r, alpha, a, b } => regular((r, alpha), (a, b), 1, 1.0, variates),
            Self::BgCnbd { r, alpha, a, b, k } => regular((r, alpha), (a, b), k, 0.0, variates),
            Self::MbgCnbd { r, alpha, a, b, k } => regular((r, alpha), (a, b), k, 1.0, variates),
            Self::ParetoNbd { r, alpha, s, beta } => {
                let rate = variates.gamma(r + x, alpha + age);
                let leaving_rate = variates.gamma(s, beta + age);
                let lifetime = variates.exponential() / leaving_rate;
                Latent { rate, dropout: Some(leaving_rate), stages: 1, leaving: Leaving::At(lifetime) }
            }
            Self::BgBb { alpha, beta, gamma, delta } => {
                let rate = variates.beta(alpha + x, beta + (age - x).max(0.0));
                let chance = variates.beta(gamma, delta + age);
                geometric(rate, chance, variates)
            }
            Self::Sbg { alpha, beta } => {
                let chance = variates.beta(alpha, beta + age);
                geometric(1.0, chance, variates)
            }
            Self::Bdw { alpha, beta, c } => {
                let tenure = age.powf(c);
                let chance = variates.beta(alpha, beta + tenure);
                let hazard = -(-chance).ln_1p();
                let gone = (tenure + variates.exponential() / hazard).powf(c.recip()).ceil();
                let left = (gone - age).max(1.0);
                Latent { rate: 1.0, dropout: Some(chance), stages: 0, leaving: Leaving::At(left) }
            }
        };
        purchases(&latent, horizon, phase, false, variates, purchase);
    }
}

fn geometric(rate: f64, chance: f64, variates: &mut Variates) -> Latent {
    let hazard = -(-chance).ln_1p();
    let gone = (variates.exponential() / hazard).ceil().max(1.0);
    Latent { rate, dropout: Some(chance), stages: 0, leaving: Leaving::At(gone) }
}

/// How many of the k stages of its next purchase the customer has behind it.
fn draw_phase(shape: f64, ratio: f64, k: u32, variates: &mut Variates) -> u32 {
    if k == 1 {
        return 0;
    }
    let mut weights = Vec::with_capacity(k as usize);
    let mut weight = 1.0;
    for stage in 0..k {
        weights.push(weight);
        let j = f64::from(stage);
        weight *= (shape + j) / (j + 1.0) * ratio;
    }
    // An index below k fits u32.
    u32::try_from(variates.index(&weights)).unwrap_or(0)
}
