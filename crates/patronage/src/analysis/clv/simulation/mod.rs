//! Simulated customers with known truth, for every model of this folder.
//!
//! # What it answers
//! What would a log look like if a model were exactly right? A simulated customer carries what no real one shows: its
//! own purchase rate, its own chance to leave, and the moment it left. That is what the estimators are tested against,
//! what the parametric bootstrap refits, and what a demonstration needs.
//!
//! # Input
//! A [`Process`] (a model and its parameters, in the user's time unit), and the size of the world: customers, seed, the
//! span over which new customers arrive, the span of the whole log, and optionally a [`Spend`] process.
//!
//! # Output
//! One [`SimulatedCustomer`] each: first purchase (time since the start of the log), repeat purchases (time since the
//! first purchase, ascending), money per purchase, and the truth behind them. [`SimulatedCustomer::history`] cuts it at
//! any date into the `(x, t_x, T)` the models take.
//!
//! # Definition
//! ```text
//! nbd         λ ~ Gamma(r, rate α); purchases are a Poisson process of rate λ after the first; nobody leaves
//! bg-nbd      as nbd; after each repeat purchase the customer leaves with probability p ~ Beta(a, b)
//! mbg-nbd     as bg-nbd; the first purchase also counts as an occasion to leave
//! (m)bg-cnbd  as (m)bg-nbd; waiting times are Erlang(k, rate λ), mean k/λ; k = 1 is the model above
//! pareto-nbd  as nbd; lifetime ~ Exponential(μ), μ ~ Gamma(s, rate β)
//! bg-bb       n opportunities; before each the customer leaves with probability θ ~ Beta(γ, δ), else it buys with
//!             probability p ~ Beta(α, β)
//! sbg         at each renewal the customer leaves with probability θ ~ Beta(α, β)
//! bdw         the customer survives t renewals with probability (1−θ)^(t^c), θ ~ Beta(α, β)
//! gamma-gamma money per purchase ~ Gamma(p, rate ν), ν ~ Gamma(q, rate v)
//! ```
//! For the models in discrete time (bg-bb, sbg, bdw) a period is one unit and purchases or renewals fall on whole numbers.
//!
//! # Edge cases
//! A customer's draws depend on the seed and its own index alone: the first hundred customers of a world of a million are
//! those of a world of a hundred, whatever the number of threads. Money has its own stream: asking for it moves no
//! purchase. Very small shapes are drawn in logarithms, so a rate may underflow to 0 (such a customer never returns) but
//! is never NaN.
//!
//! # Cost
//! About 0.2 µs a purchase and 0.1 µs a customer; memory for every purchase that is kept.
//!
//! # When not to use it
//! As evidence that a model is right for real data: a world simulated from a model agrees with it by construction. Use the
//! [evaluation](super::evaluation) on a hold-out for that.
//!
//! # References
//! Ehrenberg 1959 (NBD); Schmittlein, Morrison, Colombo 1987, *Counting Your Customers*; Fader, Hardie, Lee 2005;
//! Batislam, Denizel, Filiztekin 2007; Fader, Hardie, Shang 2010; Fader, Hardie 2007 (`sBG`), Fader et al. 2018 (`BdW`);
//! Reutterer, Platzer, Schröder 2021 (CNBD-k); Fader, Hardie 2013, note 025 (Gamma-Gamma).

mod draw;
mod future;
mod process;
#[cfg(test)]
mod tests;
mod world;

pub use process::{Process, Spend};
pub use world::{SimulatedCustomer, Simulation, Truth};

pub(crate) use draw::{Stream, Variates};
