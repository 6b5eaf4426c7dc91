//! Random draws from a seed.

use rand_xoshiro::Xoshiro256PlusPlus;
use rand_xoshiro::rand_core::{RngCore, SeedableRng};

/// A generator for one purpose: streams of different purposes do not meet.
#[derive(Debug)]
pub(super) struct Draw(Xoshiro256PlusPlus);

impl Draw {
    pub(super) fn new(seed: u64, purpose: u64) -> Self {
        Self(Xoshiro256PlusPlus::seed_from_u64(seed ^ purpose.wrapping_mul(0xA076_1D64_78BD_642F)))
    }

    /// Uniform in 0..1, on a grid of 2⁻⁵³.
    pub(super) fn uniform(&mut self) -> f64 {
        (self.0.next_u64() >> 11) as f64 / (1_u64 << 53) as f64
    }

    /// Uniform below a bound above 0, by the high half of a product; its bias is below 2⁻³².
    pub(super) fn below(&mut self, bound: u32) -> u32 {
        u32::try_from((u64::from(bound) * (self.0.next_u64() >> 32)) >> 32).unwrap_or_default()
    }
}
