//! Random variates and the draws of one customer.

use rand::{RngExt, SeedableRng};
use rand_distr::{Distribution, Exp1, Gamma};
use rand_pcg::Pcg64;

use super::process::Process;

/// What a stream of random numbers is for: each purpose has its own, so that one never moves another.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Stream {
    /// Arrival, rates and purchase times.
    Purchases,
    /// Money.
    Spend,
    /// Futures of a customer whose history is given.
    Future,
    /// Replicates of the bootstrap.
    Bootstrap,
}

/// A source of random variates, fixed by a seed, a purpose and an index.
#[derive(Debug)]
pub(crate) struct Variates(Pcg64);

impl Variates {
    /// The variates numbered `index` for one purpose under a seed. Unlike (seed, stream, index) give unrelated streams:
    /// all 256 bits of the generator are scrambled by `SplitMix64` (Steele, Lea, Flood 2014).
    pub(crate) fn new(seed: u64, stream: Stream, index: u64) -> Self {
        let purpose: u64 = match stream {
            Stream::Purchases => 1,
            Stream::Spend => 2,
            Stream::Future => 3,
            Stream::Bootstrap => 4,
        };
        let mut state = scramble(seed.wrapping_add(GOLDEN)) ^ scramble(index.wrapping_mul(8).wrapping_add(purpose));
        let mut bytes = [0_u8; 32];
        for chunk in bytes.chunks_exact_mut(8) {
            state = state.wrapping_add(GOLDEN);
            chunk.copy_from_slice(&scramble(state).to_le_bytes());
        }
        Self(Pcg64::from_seed(bytes))
    }

    /// Uniform on [0, 1).
    pub(crate) fn uniform(&mut self) -> f64 {
        self.0.random::<f64>()
    }

    /// True with probability `p`.
    pub(crate) fn bernoulli(&mut self, p: f64) -> bool {
        self.uniform() < p
    }

    /// Exponential with mean 1.
    pub(crate) fn exponential(&mut self) -> f64 {
        Exp1.sample(&mut self.0)
    }

    /// The logarithm of a Gamma(shape, 1) variate, exact for the smallest shapes:
    /// `G(shape) = G(shape + 1)·U^(1/shape)` in distribution (Marsaglia, Tsang 2000, section 6).
    pub(crate) fn ln_gamma(&mut self, shape: f64) -> f64 {
        if shape < 1.0 {
            // 1 − U lies in (0, 1], so the logarithm is finite.
            self.gamma_at_least_one(shape + 1.0).ln() + (1.0 - self.uniform()).ln() / shape
        } else {
            self.gamma_at_least_one(shape).ln()
        }
    }

    /// A Gamma(shape, rate) variate. May underflow to 0.
    pub(crate) fn gamma(&mut self, shape: f64, rate: f64) -> f64 {
        if shape < 1.0 { self.ln_gamma(shape).exp() / rate } else { self.gamma_at_least_one(shape) / rate }
    }

    /// A Beta(a, b) variate, from two gamma variates in logarithms; 0 for a = 0.
    pub(crate) fn beta(&mut self, a: f64, b: f64) -> f64 {
        if a <= 0.0 {
            return 0.0;
        }
        let (x, y) = (self.ln_gamma(a), self.ln_gamma(b));
        // x/(x+y) = 1/(1 + e^(y−x)); no case is 0/0.
        1.0 / (1.0 + (y - x).exp())
    }

    /// The waiting time until `stages` events of a Poisson process of the given rate; infinite for a rate of 0.
    pub(crate) fn erlang(&mut self, stages: u32, rate: f64) -> f64 {
        let total =
            if stages <= 8 { (0..stages).map(|_| self.exponential()).sum::<f64>() } else { self.gamma_at_least_one(f64::from(stages)) };
        total / rate
    }

    /// An index drawn with probability in proportion to `weights`; the last one if rounding leaves a remainder.
    pub(crate) fn index(&mut self, weights: &[f64]) -> usize {
        let mut left = self.uniform() * weights.iter().sum::<f64>();
        for (index, weight) in weights.iter().enumerate() {
            left -= weight;
            if left < 0.0 {
                return index;
            }
        }
        weights.len().saturating_sub(1)
    }

    fn gamma_at_least_one(&mut self, shape: f64) -> f64 {
        // The only failure is a shape that is not positive, which every caller has checked.
        Gamma::new(shape, 1.0).map_or(f64::NAN, |law| law.sample(&mut self.0))
    }
}

const GOLDEN: u64 = 0x9E37_79B9_7F4A_7C15;

/// The finaliser of `SplitMix64`.
fn scramble(mut z: u64) -> u64 {
    z = (z ^ (z >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
    z = (z ^ (z >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
    z ^ (z >> 31)
}

/// When a customer may leave.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) enum Leaving {
    /// Never.
    Never,
    /// With this probability after each purchase; `first` says whether the first purchase is an occasion too.
    AfterPurchase {
        /// The chance to leave at each occasion.
        chance: f64,
        /// Whether the first purchase is an occasion.
        first: bool,
    },
    /// At this time after the first purchase.
    At(f64),
}

/// One customer's own law.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) struct Latent {
    /// Stages per time unit, or the chance to buy at an opportunity.
    pub(crate) rate: f64,
    /// The chance or rate of leaving, if the model has one.
    pub(crate) dropout: Option<f64>,
    /// Stages per purchase; 0 marks discrete time.
    pub(crate) stages: u32,
    /// How it leaves.
    pub(crate) leaving: Leaving,
}

impl Process {
    /// Draws a new customer's law.
    pub(crate) fn draw(&self, variates: &mut Variates) -> Latent {
        match *self {
            Self::Nbd { r, alpha } => Latent { rate: variates.gamma(r, alpha), dropout: None, stages: 1, leaving: Leaving::Never },
            Self::BgNbd { r, alpha, a, b } => buyer(variates, (r, alpha), (a, b), 1, false),
            Self::MbgNbd { r, alpha, a, b } => buyer(variates, (r, alpha), (a, b), 1, true),
            Self::BgCnbd { r, alpha, a, b, k } => buyer(variates, (r, alpha), (a, b), k, false),
            Self::MbgCnbd { r, alpha, a, b, k } => buyer(variates, (r, alpha), (a, b), k, true),
            Self::ParetoNbd { r, alpha, s, beta } => {
                let rate = variates.gamma(r, alpha);
                let leaving_rate = variates.gamma(s, beta);
                let lifetime = variates.exponential() / leaving_rate;
                Latent { rate, dropout: Some(leaving_rate), stages: 1, leaving: Leaving::At(lifetime) }
            }
            Self::BgBb { alpha, beta, gamma, delta } => {
                let rate = variates.beta(alpha, beta);
                let chance = variates.beta(gamma, delta);
                discrete(variates, rate, chance, 1.0)
            }
            Self::Sbg { alpha, beta } => {
                let chance = variates.beta(alpha, beta);
                discrete(variates, 1.0, chance, 1.0)
            }
            Self::Bdw { alpha, beta, c } => {
                let chance = variates.beta(alpha, beta);
                discrete(variates, 1.0, chance, c)
            }
        }
    }
}

fn buyer(variates: &mut Variates, rates: (f64, f64), chances: (f64, f64), stages: u32, first: bool) -> Latent {
    let rate = variates.gamma(rates.0, rates.1);
    let chance = variates.beta(chances.0, chances.1);
    Latent { rate, dropout: Some(chance), stages, leaving: Leaving::AfterPurchase { chance, first } }
}

/// A customer in discrete time who is gone at occasion `n` with probability `1 − (1−chance)^(n^c)`.
fn discrete(variates: &mut Variates, rate: f64, chance: f64, c: f64) -> Latent {
    // S(n) = exp(−n^c·h) with h = −ln(1−chance): gone at the first n with n^c·h ≥ E, E exponential.
    let hazard = -(-chance).ln_1p();
    let gone = (variates.exponential() / hazard).powf(c.recip()).ceil().max(1.0);
    Latent { rate, dropout: Some(chance), stages: 0, leaving: Leaving::At(gone) }
}

/// The purchases of one customer in `(0, until]`, and when it left (infinite if not within that span).
///
/// `stages_done` is how far it is into its next purchase at time 0; `occasion` whether it may leave at time 0.
pub(crate) fn purchases(
    latent: &Latent,
    until: f64,
    stages_done: u32,
    occasion: bool,
    variates: &mut Variates,
    mut purchase: impl FnMut(f64),
) -> f64 {
    let mut now = 0.0;
    match latent.leaving {
        Leaving::AfterPurchase { chance, first } => {
            if occasion && first && variates.bernoulli(chance) {
                return 0.0;
            }
            let mut stages = latent.stages - stages_done;
            loop {
                now += variates.erlang(stages, latent.rate);
                // A rate of 0 makes the time infinite, or NaN if the variate is 0 too.
                if now > until || now.is_nan() {
                    return f64::INFINITY;
                }
                purchase(now);
                if variates.bernoulli(chance) {
                    return now;
                }
                stages = latent.stages;
            }
        }
        Leaving::At(gone) if latent.stages == 0 => {
            let mut occasion = 1.0;
            while occasion <= until && occasion < gone {
                if variates.bernoulli(latent.rate) {
                    purchase(occasion);
                }
                occasion += 1.0;
            }
            gone
        }
        Leaving::Never | Leaving::At(_) => {
            let gone = if let Leaving::At(gone) = latent.leaving { gone } else { f64::INFINITY };
            let end = until.min(gone);
            loop {
                now += variates.erlang(latent.stages, latent.rate);
                if now > end || now.is_nan() {
                    return gone;
                }
                purchase(now);
            }
        }
    }
}
