//! One customer's likelihood, its gradient and its Hessian, as averages over the unknown time of death.
//!
//! # Formula
//! ```text
//! L = Γ(r+x)/Γ(r) αʳ βˢ [ (α+T)^−(r+x) (β+T)^−s  +  s ∫ₜₓᵀ (α+u)^−(r+x) (β+u)^−(s+1) du ]
//!                          alive at T                 dead at u, tₓ < u ≤ T
//! ```
//! (Schmittlein, Morrison and Colombo 1987, equations A9–A17, before the integral is written as a difference of two ₂F₁.)
//! All terms are positive. With m = min(α, β) and y = ln((m+u)/(m+tₓ)) the integrand is the exponential of a concave
//! function, analytic in a strip |Im y| < π, for every value of the parameters, so a few Gauss–Legendre nodes give it to
//! rounding. Nothing special happens at α = β.
//!
//! Seen as a mixture over u (an atom at T, a density on (tₓ, T)), with ψ(u) the derivative of the logarithm of the
//! complete-data term,
//! ```text
//! ∇ ln L  = E[ψ]          ∇² ln L = E[∇ψ] + Cov[ψ]          (Louis 1982)
//! ```
//! so the derivatives to the parameters inside the exponents, which are no elementary functions and which the series or
//! fractions for ₂F₁ give only by differentiating term by term, come from the same nodes as means, variances and covariances of
//! ln(α+u), u/(α+u), ln(β+u), u/(β+u). No term cancels against another, also when s and β, or r and α, run to infinity together.

use crate::math::lanes;
use crate::math::legendre::{LARGEST_DROP, LegendreRule};

/// The four coefficients in natural units.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) struct Coefficients {
    pub(crate) r: f64,
    pub(crate) alpha: f64,
    pub(crate) s: f64,
    pub(crate) beta: f64,
}

/// Sums over the purchases j < x of a customer: they stand for lnΓ(r+x) − lnΓ(r) and its derivatives.
#[derive(Debug, Clone, Copy, Default)]
pub(crate) struct Rising {
    /// Σ ln(r + j)
    pub(crate) log: f64,
    /// Σ 1/(r + j)
    pub(crate) first: f64,
    /// Σ 1/(r + j)²
    pub(crate) second: f64,
}

/// The two terms of the likelihood, as logarithms: L = exp(scale) (exp(alive) + exp(dead)).
#[derive(Debug, Clone, Copy)]
pub(crate) struct Terms {
    pub(crate) scale: f64,
    pub(crate) alive: f64,
    pub(crate) dead: f64,
}

impl Terms {
    /// ln L.
    pub(crate) fn log_likelihood(&self) -> f64 {
        let (small, large) = if self.alive < self.dead { (self.alive, self.dead) } else { (self.dead, self.alive) };
        self.scale + large + (small - large).exp().ln_1p()
    }

    /// ln P(alive at T): finite where the probability itself underflows.
    pub(crate) fn log_probability_alive(&self) -> f64 {
        let odds_against = self.dead - self.alive;
        if odds_against > 0.0 { -odds_against - (-odds_against).exp().ln_1p() } else { -odds_against.exp().ln_1p() }
    }

    /// P(dead at T), without cancellation where it is small.
    pub(crate) fn probability_dead(&self) -> f64 {
        1.0 / (1.0 + (self.alive - self.dead).exp())
    }

    /// P(alive at T).
    pub(crate) fn probability_alive(&self) -> f64 {
        1.0 / (1.0 + (self.dead - self.alive).exp())
    }
}

/// Value, gradient and Hessian of ln L to (ln r, ln α, ln s, ln β); the Hessian is the lower triangle by rows.
#[derive(Debug, Clone, Copy, Default)]
pub(crate) struct Derivatives {
    pub(crate) value: f64,
    pub(crate) gradient: [f64; 4],
    pub(crate) hessian: [f64; 10],
}

/// The logarithms at the ends of the interval, taken together because vector code makes four cost little more than one.
struct Logs {
    /// ln((α+T)/(α+tₓ)) and ln((β+T)/(β+tₓ))
    span: [f64; 2],
    /// ln((α+tₓ)/α) and ln((β+tₓ)/β)
    last: [f64; 2],
}

impl Logs {
    #[inline]
    fn new(c: &Coefficients, first_to_last: f64, age: f64) -> Self {
        let span = age - first_to_last;
        let mut logs = [span / (c.alpha + first_to_last), span / (c.beta + first_to_last), first_to_last / c.alpha, first_to_last / c.beta];
        // Ratios beyond this are absurd, but finite data must not end in infinities.
        logs = logs.map(|ratio| ratio.min(1e300));
        lanes::ln_1p(&mut logs);
        Self { span: [logs[0], logs[1]], last: [logs[2], logs[3]] }
    }
}

/// The interval of the unknown death, mapped: which of α and β is the smaller, and how far to integrate.
struct Death {
    /// m = min(α, β) + tₓ and M = max(α, β) + tₓ
    smaller: f64,
    larger: f64,
    /// exponents of (m + …) and (M + …), less the 1 that the change of variable takes from the first
    p_less_one: f64,
    q: f64,
    /// m/M
    ratio: f64,
    width: f64,
    panels: u32,
    rule: &'static LegendreRule,
    /// whether α is the smaller
    alpha_first: bool,
}

impl Death {
    fn new(c: &Coefficients, logs: &Logs, x: f64, first_to_last: f64) -> Option<Self> {
        if logs.span[0].max(logs.span[1]) <= 0.0 {
            return None;
        }
        let alpha_first = c.alpha <= c.beta;
        let (smaller, larger, p, q) = if alpha_first {
            (c.alpha + first_to_last, c.beta + first_to_last, c.r + x, c.s + 1.0)
        } else {
            (c.beta + first_to_last, c.alpha + first_to_last, c.s + 1.0, c.r + x)
        };
        let p_less_one = if alpha_first { c.r + (x - 1.0) } else { c.s };
        debug_assert!(p > 0.0);
        let ratio = smaller / larger;
        let [mut width, log_larger] = if alpha_first { logs.span } else { [logs.span[1], logs.span[0]] };
        // How far the exponent falls over the interval; where that is out of sight, Newton's method on the concave exponent
        // walks in from the far end, always stopping short of the point it looks for.
        let mut fall = p_less_one * width + q * log_larger;
        let mut steps = 0;
        while fall > LARGEST_DROP && steps < 200 {
            let growth = ratio * width.exp_m1();
            let slope = p_less_one + q * (ratio + growth) / (1.0 + growth);
            width -= (fall - (LARGEST_DROP - 2.0)) / slope;
            fall = p_less_one * width + q * (ratio * width.exp_m1()).ln_1p();
            steps += 1;
        }
        // The exponent may first rise, at a rate of at most 1 − p, when p < 1.
        let drop = fall.abs() + (-p_less_one).max(0.0) * width;
        let (panels, rule) = LegendreRule::panels(width, drop);
        Some(Self { smaller, larger, p_less_one, q, ratio, width, panels, rule, alpha_first })
    }

    /// Calls `visit(weight, y, ln((M+u)/(M+tₓ)), (u − tₓ)/m)` at every node; the weights sum to ∫ … du / m.
    #[inline]
    fn visit(&self, visit: impl FnMut(f64, f64, f64, f64)) {
        // Rules of known length become straight vector code.
        match self.rule.points().len() {
            6 => self.visit_nodes::<6>(visit),
            8 => self.visit_nodes::<8>(visit),
            10 => self.visit_nodes::<10>(visit),
            12 => self.visit_nodes::<12>(visit),
            16 => self.visit_nodes::<16>(visit),
            20 => self.visit_nodes::<20>(visit),
            24 => self.visit_nodes::<24>(visit),
            _ => self.visit_nodes::<32>(visit),
        }
    }

    #[inline]
    fn visit_nodes<const N: usize>(&self, mut visit: impl FnMut(f64, f64, f64, f64)) {
        let width = self.width / f64::from(self.panels);
        let (points, weights) = (self.rule.points(), self.rule.weights());
        let (Ok(points), Ok(weights)) = (<&[f64; N]>::try_from(points), <&[f64; N]>::try_from(weights)) else {
            return; // not reached: the caller matches the length
        };
        for panel in 0..self.panels {
            let start = width * f64::from(panel);
            let y: [f64; N] = std::array::from_fn(|i| start + width * points[i]);
            let mut growth = y;
            lanes::exp_m1(&mut growth);
            let mut log_larger: [f64; N] = std::array::from_fn(|i| self.ratio * growth[i]);
            lanes::ln_1p(&mut log_larger);
            let mut density: [f64; N] = std::array::from_fn(|i| -self.p_less_one * y[i] - self.q * log_larger[i]);
            lanes::exp(&mut density);
            for i in 0..N {
                visit(width * weights[i] * density[i], y[i], log_larger[i], growth[i]);
            }
        }
    }
}

/// The two terms of the likelihood of one history.
pub(crate) fn terms(c: &Coefficients, rising: &Rising, x: f64, first_to_last: f64, age: f64) -> Terms {
    let logs = Logs::new(c, first_to_last, age);
    let mut sum = 0.0;
    let dead = Death::new(c, &logs, x, first_to_last).map_or(f64::NEG_INFINITY, |death| {
        death.visit(|weight, _, _, _| sum += weight);
        (c.s / (c.beta + first_to_last) * death.smaller * sum).ln()
    });
    Terms {
        scale: rising.log - x * (c.alpha + first_to_last).ln() - c.r * logs.last[0] - c.s * logs.last[1],
        alive: -(c.r + x) * logs.span[0] - c.s * logs.span[1],
        dead,
    }
}

/// Posterior means of the purchase rate λ and the dropout rate μ: (r+x) E[1/(α+u)], and s/(β+T) if alive at T,
/// (s+1)/(β+u) if dead since u.
pub(crate) fn posterior_means(c: &Coefficients, x: f64, first_to_last: f64, age: f64) -> (f64, f64) {
    let alive = (1.0 / (c.alpha + age), c.s / (c.beta + age));
    let logs = Logs::new(c, first_to_last, age);
    let Some(death) = Death::new(c, &logs, x, first_to_last) else {
        return ((c.r + x) * alive.0, alive.1);
    };
    let terms = terms(c, &Rising::default(), x, first_to_last, age);
    let (mut sum, mut smaller, mut larger) = (0.0, 0.0, 0.0);
    death.visit(|weight, _, _, growth| {
        sum += weight;
        smaller += weight / (death.smaller * (1.0 + growth));
        larger += weight / (death.larger * (1.0 + death.ratio * growth));
    });
    let (alpha, beta) = if death.alpha_first { (smaller, larger) } else { (larger, smaller) };
    let dead = (alpha / sum, (c.s + 1.0) * beta / sum);
    let probability = terms.probability_alive();
    let mix = |alive: f64, dead: f64| probability * alive + (1.0 - probability) * dead;
    ((c.r + x) * mix(alive.0, dead.0), mix(alive.1, dead.1))
}

/// Value, gradient and Hessian of one history.
pub(crate) fn derivatives(c: &Coefficients, rising: &Rising, x: f64, first_to_last: f64, age: f64) -> Derivatives {
    let Coefficients { r, alpha, s, beta } = *c;
    let a = r + x;
    let (at_last, beta_at_last) = (alpha + first_to_last, beta + first_to_last);
    let logs = Logs::new(c, first_to_last, age);
    let ([log_a, log_b], [log_a_alive, log_b_alive]) = (logs.last, logs.span);
    let (part_a_alive, part_b_alive) = (age / (alpha + age), age / (beta + age));
    let scale = rising.log - x * at_last.ln() - r * log_a - s * log_b;
    let alive = -a * log_a_alive - s * log_b_alive;
    let curvature_r = -r * r * rising.second;

    // Complete-data derivatives if alive at T.
    let score_alive = [r * (rising.first - log_a - log_a_alive), a * part_a_alive - x, -s * (log_b + log_b_alive), s * part_b_alive];
    let second_alive = [
        score_alive[0] + curvature_r,
        r * part_a_alive,
        -a * part_a_alive * (1.0 - part_a_alive),
        score_alive[2],
        score_alive[3],
        -s * part_b_alive * (1.0 - part_b_alive),
    ];
    let Some(death) = Death::new(c, &logs, x, first_to_last) else {
        return assemble(scale + alive, score_alive, second_alive, [0.0; 10]);
    };

    // Moments of (ln((α+u)/(α+tₓ)), u/(α+u), ln((β+u)/(β+tₓ)), u/(β+u)), first in the order smaller, larger.
    let mut moments = Moments::default();
    death.visit(|weight, y, log_larger, growth| {
        let u = first_to_last + death.smaller * growth;
        let part_smaller = u / (death.smaller * (1.0 + growth));
        let part_larger = u / (death.larger * (1.0 + death.ratio * growth));
        moments.add(weight, [y, part_smaller, log_larger, part_larger]);
    });
    let (mean, mut covariance) = moments.finish();
    let order = if death.alpha_first { [0, 1, 2, 3] } else { [2, 3, 0, 1] };
    let mean = order.map(|at| mean[at]);
    if !death.alpha_first {
        let c = covariance;
        covariance = [c[5], c[8], c[9], c[3], c[6], c[0], c[4], c[7], c[1], c[2]];
    }
    let [mean_log_a, mean_part_a, mean_log_b, mean_part_b] = mean;
    let (spread_a, spread_b) = (covariance[2], covariance[9]); // variances of the parts

    let dead = (s / beta_at_last * death.smaller * moments.sum).ln();
    let terms = Terms { scale, alive, dead };
    let (alive_share, dead_share) = shares(dead - alive);

    let b = s + 1.0;
    let score_dead = [r * (rising.first - log_a - mean_log_a), a * mean_part_a - x, 1.0 - s * (log_b + mean_log_b), b * mean_part_b - 1.0];
    let second_dead = [
        score_dead[0] + curvature_r,
        r * mean_part_a,
        -a * (mean_part_a * (1.0 - mean_part_a) - spread_a),
        score_dead[2] - 1.0,
        s * mean_part_b,
        -b * (mean_part_b * (1.0 - mean_part_b) - spread_b),
    ];

    // E[ψ], E[∇ψ] and Cov[ψ] of the mixture.
    let factor = [-r, a, -s, b];
    let mut score = [0.0; 4];
    let mut second = [0.0; 6];
    let mut spread = [0.0; 10];
    for i in 0..4 {
        score[i] = alive_share * score_alive[i] + dead_share * score_dead[i];
    }
    for (i, value) in second.iter_mut().enumerate() {
        *value = alive_share * second_alive[i] + dead_share * second_dead[i];
    }
    let between = alive_share * dead_share;
    let mut at = 0;
    for i in 0..4 {
        for j in 0..=i {
            spread[at] = dead_share * factor[i] * factor[j] * covariance[at]
                + between * (score_alive[i] - score_dead[i]) * (score_alive[j] - score_dead[j]);
            at += 1;
        }
    }
    assemble(terms.log_likelihood(), score, second, spread)
}

/// Probabilities of alive and dead from the log odds of death.
fn shares(log_odds: f64) -> (f64, f64) {
    let odds = (-log_odds.abs()).exp();
    let (more, less) = (1.0 / (1.0 + odds), odds / (1.0 + odds));
    if log_odds > 0.0 { (less, more) } else { (more, less) }
}

/// The Hessian from E[∇ψ] (rr, αr, αα, ss, βs, ββ: the two processes share no parameter) and Cov[ψ].
fn assemble(value: f64, gradient: [f64; 4], second: [f64; 6], spread: [f64; 10]) -> Derivatives {
    let mut hessian = spread;
    for (at, value) in [0, 1, 2, 5, 8, 9].into_iter().zip(second) {
        hessian[at] += value;
    }
    Derivatives { value, gradient, hessian }
}

/// Weighted first and second moments of four quantities.
#[derive(Default)]
struct Moments {
    sum: f64,
    first: [f64; 4],
    second: [f64; 10],
}

impl Moments {
    #[inline]
    fn add(&mut self, weight: f64, values: [f64; 4]) {
        self.sum += weight;
        let mut at = 0;
        for i in 0..4 {
            let weighted = weight * values[i];
            self.first[i] += weighted;
            for value in &values[..=i] {
                self.second[at] += weighted * value;
                at += 1;
            }
        }
    }

    /// Means and covariances (lower triangle by rows).
    fn finish(&self) -> ([f64; 4], [f64; 10]) {
        let mean = self.first.map(|sum| sum / self.sum);
        let mut covariance = self.second.map(|sum| sum / self.sum);
        let mut at = 0;
        for i in 0..4 {
            for j in 0..=i {
                covariance[at] -= mean[i] * mean[j];
                at += 1;
            }
        }
        (mean, covariance)
    }
}
