//! Reference values: [P] printed in the paper, [T] in a peer's tests, [C] computed independently at 30–50 digits.

use proptest::prelude::*;

use super::likelihood::{Coefficients, Rising, derivatives, terms};
use super::*;
use crate::analysis::clv::simulation::{Process, Simulation};
use crate::analysis::clv::test_data::{cdnow, online_retail};
use crate::analysis::clv::{Covariates, Fit, Histories, History, Prior, PurchaseModel, Reduction, Termination};
use crate::math::hypergeometric::ln_gauss_tail;

/// Log-likelihoods of data sets are given to six decimals.
const LOG_LIKELIHOOD: f64 = 1e-6;

/// Individual values are given to about 15 digits; this leaves room for the rounding of the formula itself.
const INDIVIDUAL: f64 = 1e-12;

fn history(x: u32, first_to_last: f64, age: f64) -> History {
    History::new(x, first_to_last, age).expect("a history")
}

fn model(r: f64, alpha: f64, s: f64, beta: f64) -> ParetoNbdModel {
    ParetoNbdModel::from_parameters(r, alpha, s, beta).expect("a model")
}

/// [C] Table A.
fn cdnow_model() -> ParetoNbdModel {
    model(0.553_277_05, 10.577_683, 0.606_239_99, 11.668_735)
}

/// Relative closeness.
#[track_caller]
fn close(found: f64, expected: f64, tolerance: f64) {
    assert!((found - expected).abs() <= tolerance * expected.abs(), "found {found}, expected {expected}");
}

fn rising(r: f64, x: u32) -> Rising {
    let mut sums = Rising::default();
    for j in 0..x {
        let value = r + f64::from(j);
        sums.log += value.ln();
        sums.first += 1.0 / value;
        sums.second += 1.0 / (value * value);
    }
    sums
}

#[test]
fn cdnow_fit() {
    let data = cdnow(7.0);
    let model = ParetoNbd::params().fit(&data).expect("a fit");
    let fit = model.fit();
    // [C] table A; [P] .553 10.578 .606 11.669 and −9595.0 (Fader, Hardie & Lee 2005, table 2). The likelihood has more digits.
    assert!((fit.log_likelihood + 9_594.976_178_939_5).abs() < 1e-8, "{}", fit.log_likelihood);
    for (symbol, value, error) in
        [("r", 0.553_277_05, 0.047_628), ("alpha", 10.577_683, 0.842_72), ("s", 0.606_239_99, 0.187_28), ("beta", 11.668_735, 6.2111)]
    {
        close(fit.parameter(symbol).expect("a parameter"), value, 5e-8);
        // The standard errors handed down come from another difference scheme: five digits less the last.
        close(fit.standard_error(symbol).expect("a standard error"), error, 5e-5);
    }
    assert_eq!((fit.termination, fit.reduces_to, fit.converged), (Termination::Converged, None, true));
    let sum: f64 = data.iter().map(|history| model.log_likelihood(history)).sum();
    assert!((sum - fit.log_likelihood).abs() < LOG_LIKELIHOOD);
    for (i, row) in fit.covariance.as_ref().expect("a covariance").iter().enumerate() {
        for (j, entry) in row.iter().enumerate() {
            let mirrored = fit.covariance.as_ref().expect("a covariance")[j][i];
            assert_eq!(entry.to_bits(), mirrored.to_bits(), "symmetric");
        }
    }
}

#[test]
fn the_unit_of_time_does_not_matter() {
    let weeks = ParetoNbd::params().fit(&cdnow(7.0)).expect("a fit");
    for days in [1.0 / 24.0, 1.0, 28.0, 365.25] {
        let unit = 7.0 / days;
        let other = ParetoNbd::params().fit(&cdnow(days)).expect("a fit");
        for (index, (one, other)) in weeks.coefficients().into_iter().zip(other.coefficients()).enumerate() {
            close(other, if index % 2 == 1 { one * unit } else { one }, 1e-8);
        }
        let shift = -2457.0 * unit.ln();
        assert!((other.fit().log_likelihood - weeks.fit().log_likelihood - shift).abs() < LOG_LIKELIHOOD);
    }
}

#[test]
fn single_likelihoods() {
    // [T] BTYD's test cases, [C].
    close(model(0.55, 10.58, 0.61, 11.67).log_likelihood(history(1, 1.5, 12.0)), -4.006_948_662_189_11, INDIVIDUAL);
    close(model(0.55, 11.67, 0.61, 10.58).log_likelihood(history(4, 5.3, 10.0)), -10.729_325_894_937_9, INDIVIDUAL);
    close(model(0.55, 11.67, 0.61, 10.58).log_likelihood(history(2, 6.0, 8.0)), -6.668_788_819_719_13, INDIVIDUAL);
}

#[test]
fn answers_on_cdnow() {
    let model = cdnow_model();
    // [C] E[X(t)] of a new customer.
    for (t, expected) in (1..).zip([0.051_006_38, 0.099_626_26, 0.146_134_45, 0.190_757_83, 0.233_686_19]) {
        close(model.expected_purchases_new(0.0, f64::from(t)), expected, 1e-7);
    }
    // [C] Customer 1516: CET(52) and P(alive).
    let customer = history(26, 216.0 / 7.0, 31.0);
    close(model.expected_purchases(customer, 0.0, 52.0), 25.455_183_75, 4e-10);
    close(model.probability_alive(customer, 0.0), 0.997_873_404_7, 1e-10);
}

#[test]
fn discounted_expected_residual_transactions() {
    // [T] CLVTools' example, δ = .0027 a week; [C].
    let model = model(0.562_996_6, 12.559_037, 0.408_109_5, 10.514_804_8);
    let customer = history(7, 35.0, 77.86);
    close(model.discounted_purchases(customer, 0.0027, None), 1.864_183_328_071_33, INDIVIDUAL);
    close(model.probability_alive(customer, 0.0), 0.100_746_308_354_309, INDIVIDUAL);
}

#[test]
fn heavy_buyers_and_the_long_dead() {
    let model = model(10.465, 0.007_985_651_81, 3.0516, 2.82);
    close(model.log_likelihood(history(40, 5.0, 6.0)), -5.719_021_585_22, 1e-11);
    let dead = history(500, 1.0, 37.0);
    close(model.log_likelihood(dead), 2_594.404_454_62, 1e-11);
    // P(alive) is about 8e−800.
    assert_eq!(model.probability_alive(dead, 0.0).to_bits(), 0.0_f64.to_bits());
    close(model.log_probability_alive(dead), -799.101_147_473_543 * std::f64::consts::LN_10, 1e-12);
    for (answer, name) in [
        (model.expected_purchases(dead, 0.0, 52.0), "expected"),
        (model.discounted_purchases(dead, 0.01, None), "discounted"),
        (model.probability_no_purchase(dead, 52.0) - 1.0, "no purchase"),
    ] {
        assert_eq!(answer.to_bits(), 0.0_f64.to_bits(), "{name}");
    }
}

/// (r, α, s, β), x, tₓ, T, ln L, ln P(alive) by 50-digit arithmetic.
type Exact = ([f64; 4], u32, f64, f64, f64, f64);

#[expect(clippy::unreadable_literal, clippy::excessive_precision, reason = "a table of digits")]
const EXACT: [Exact; 28] = [
    ([3.162, 923.6, 12.41, 0.2648], 211, 0.1029, 0.1297, -512.292512693561033, -0.875157758287939996),
    ([0.07448, 0.0385, 0.03172, 69.37], 0, 0.0, 1.73, -0.284994987149738312, -0.000838365108771701624),
    ([0.426, 227.6, 0.03757, 1.762], 1179, 1195.0, 1249.0, -1411.98353221678809, -33.7606474227743711),
    ([0.1766, 1.193, 0.3312, 263.6], 3, 0.4906, 0.7605, -2.88995774349695168, -0.000429911542478197094),
    ([0.1241, 2.66, 2.008, 0.2059], 0, 0.0, 12.44, -0.00802301108089755617, -8.47579735035344517),
    ([0.3595, 6.787, 34.64, 28.34], 140, 100.1, 240.4, -158.007985626606346, -141.478847015652704),
    ([22.78, 79.4, 18.73, 97.58], 24, 0.2873, 0.3294, -20.9154525658528174, -0.00815549941743619346),
    ([0.03255, 0.02171, 0.1024, 0.06479], 1, 0.05691, 0.1003, -1.4340930538909355, -0.0392033940956758837),
    ([0.04424, 0.6577, 0.02442, 235.3], 3, 1.329, 1.825, -5.14673326990333049, -0.0000722657746528384152),
    ([0.3455, 0.04113, 15.33, 923.7], 48, 0.1356, 0.2688, 210.184818295756503, -17.4696112437038814),
    ([0.2919, 0.2108, 13.1, 0.06415], 0, 0.0, 5688.0, -0.00712285991682040941, -152.214931147410641),
    ([1.247, 0.05408, 1.402, 0.01365], 2525, 1860.0, 2073.0, -1783.49954280448917, -266.543907119209728),
    ([0.1543, 0.6816, 0.0739, 72.39], 511, 2.837, 4.45, 2017.72118932731627, -180.98554880935084),
    ([11.44, 840.7, 15.78, 107.2], 373, 1.116, 1.36, -627.192148451089617, -0.0375354110323961855),
    ([0.323, 0.01396, 0.02489, 0.2495], 0, 0.0, 290.1, -2.74896155108856955, -0.63795851698387628),
    ([35.58, 1.722, 30.55, 871.3], 18, 0.8112, 1.266, 31.2232818816958054, -2.55743266244437469),
    ([0.0932, 0.1052, 2.64, 317.4], 46, 172.1, 184.0, -114.295740649697554, -0.366883735323301958),
    ([0.03882, 20.09, 24.68, 81.57], 45, 0.7273, 0.7809, -14.7086090067373574, -0.0170303944899713907),
    ([0.2697, 101.0, 40.06, 0.9532], 1959, 247.2, 420.7, 1196.23987737166392, -809.821051509163824),
    ([0.05404, 0.05698, 23.75, 107.8], 0, 0.0, 1357.0, -0.207721943721715469, -62.3053130792722128),
    ([42.86, 19.33, 0.3102, 5.537], 0, 0.0, 0.1178, -0.259473652677394837, -0.00745943160543734427),
    ([39.82, 17.72, 1.231, 465.7], 1074, 847.2, 1351.0, -834.709796112752645, -504.41129033235217),
    ([0.1435, 0.2916, 0.1313, 8.554], 0, 0.0, 12.45, -0.521177693146746781, -0.138805507237972096),
    ([0.05577, 354.9, 0.3185, 1.953], 1394, 12.36, 12.68, 458.40660350497493, -0.0137239523283977529),
    ([9.06, 9.06, 94.9, 0.0165], 0, 0.0, 0.1416, -0.000175699637472282555, -214.601741931393864),
    ([0.3, 2.0, 0.8, 1e-06], 3, 5.0, 9.0, -19.7122606580842544, -0.911737202035005241),
    ([1000000.0, 2000000.0, 0.7, 3.0], 4, 2.0, 9.0, -5.76504112738924913, -2.47795552263133049),
    ([0.6, 2.0, 10000000.0, 300000000.0], 2, 1.0, 30.0, -5.39301508297545528, -4.24283190048812501),
];

#[test]
fn stress_cases_agree_with_high_precision() {
    for ([r, alpha, s, beta], x, first_to_last, age, log_likelihood, log_alive) in EXACT {
        let (model, history) = (model(r, alpha, s, beta), history(x, first_to_last, age));
        let near = |found: f64, exact: f64, slack: f64| {
            let scale = exact.abs() + slack;
            assert!((found - exact).abs() < 3e-13 * scale, "{history:?} {:?}: {found} {exact}", model.coefficients());
        };
        // ln L is a sum of terms of the size of x: their rounding is not that of the sum.
        near(model.log_likelihood(history), log_likelihood, 10.0 + f64::from(x));
        near(model.log_probability_alive(history), log_alive, 1.0 + f64::from(x));
        close(model.probability_alive(history, 0.0), log_alive.exp(), 1e-12 * (1.0 + log_alive.abs()));
    }
}

/// ln L as the sum of two ₂F₁ (positive terms; the closed form the papers differ about), up to the sums over x.
fn closed_form(c: &Coefficients, x: u32, first_to_last: f64, age: f64) -> f64 {
    let Coefficients { r, alpha, s, beta } = *c;
    let x = f64::from(x);
    let sum = r + s + x;
    let larger = alpha.max(beta);
    let (of_last, of_age) = if alpha >= beta { (s + 1.0, s) } else { (r + x, r + x + 1.0) };
    let z = |t: f64| (alpha - beta).abs() / (larger + t);
    let dead = ln_gauss_tail(sum, of_last, z(first_to_last)) - sum * (larger + first_to_last).ln() + (s / sum).ln();
    let rest = ln_gauss_tail(sum, of_age, z(age)) - sum * (larger + age).ln() + ((r + x) / sum).ln();
    r * alpha.ln() + s * beta.ln() + crate::math::ln_add_exp(dead, rest)
}

/// The logarithms of positive numbers, for proptest.
fn log_range(from: f64, to: f64) -> impl Strategy<Value = f64> {
    (from.ln()..to.ln()).prop_map(f64::exp)
}

prop_compose! {
    fn coefficients()(r in log_range(0.02, 50.0), alpha in log_range(1e-3, 1e3), s in log_range(0.02, 50.0), beta in log_range(1e-3, 1e3))
        -> Coefficients { Coefficients { r, alpha, s, beta } }
}

prop_compose! {
    /// x up to 10⁴, T up to 10⁴, from early leavers to customers who bought yesterday.
    fn histories()(count in log_range(0.3, 1e4), share in 0.0..1.0_f64, age in log_range(1e-3, 1e4)) -> History {
        #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "below 10^4")]
        let x = count as u32;
        history(x, if x == 0 { 0.0 } else { (age * share.cbrt()).max(1e-9 * age) }, age)
    }
}

/// Step of the finite differences.
const STEP: f64 = 2e-4;

proptest! {
    #![proptest_config(ProptestConfig::with_cases(400))]

    #[test]
    fn quadrature_agrees_with_the_closed_form(c in coefficients(), h in histories()) {
        let larger = c.alpha.max(c.beta);
        prop_assume!((c.alpha - c.beta).abs() / (larger + h.first_to_last) < 0.999);
        let sums = rising(c.r, h.repeat_purchases);
        let found = terms(&c, &sums, f64::from(h.repeat_purchases), h.first_to_last, h.age).log_likelihood();
        let closed = sums.log + closed_form(&c, h.repeat_purchases, h.first_to_last, h.age);
        // The closed form loses digits between its logarithms, the more the larger they are.
        let scale = 1.0 + sums.log.abs() + f64::from(h.repeat_purchases) * (larger + h.age).ln().abs() + 50.0 * 10.0;
        prop_assert!((found - closed).abs() < 1e-13 * scale, "{} {}", found, closed);
    }

    #[test]
    fn gradient_and_hessian_are_those_of_the_value(c in coefficients(), h in histories()) {
        prop_assume!(h.repeat_purchases <= 300);
        let point = [c.r.ln(), c.alpha.ln(), c.s.ln(), c.beta.ln()];
        let at = |point: [f64; 4]| {
            let [r, alpha, s, beta] = point.map(f64::exp);
            let c = Coefficients { r, alpha, s, beta };
            derivatives(&c, &rising(r, h.repeat_purchases), f64::from(h.repeat_purchases), h.first_to_last, h.age)
        };
        let here = at(point);
        let size = 1.0 + here.value.abs() + here.gradient.iter().chain(&here.hessian).fold(0.0_f64, |m, v| m.max(v.abs()));
        for i in 0..4 {
            // Fourth-order central differences.
            let moved = |steps: f64| { let mut point = point; point[i] += steps * STEP; at(point) };
            let (p1, m1, p2, m2) = (moved(1.0), moved(-1.0), moved(2.0), moved(-2.0));
            let slope = |f: &dyn Fn(&likelihood::Derivatives) -> f64| {
                (8.0 * (f(&p1) - f(&m1)) - (f(&p2) - f(&m2))) / (12.0 * STEP)
            };
            prop_assert!((slope(&|d| d.value) - here.gradient[i]).abs() < 1e-8 * size);
            for j in 0..4 {
                let entry = here.hessian[i.max(j) * (i.max(j) + 1) / 2 + i.min(j)];
                prop_assert!((slope(&|d| d.gradient[j]) - entry).abs() < 1e-8 * size, "{} {}", i, j);
            }
        }
    }

    #[test]
    fn answers_are_finite_in_range_and_monotone(c in coefficients(), h in histories(), horizon in log_range(1e-3, 1e4), unit in log_range(1e-3, 1e3)) {
        let pareto = model(c.r, c.alpha, c.s, c.beta);
        let alive = pareto.probability_alive(h, 0.0);
        let later = pareto.probability_alive(h, horizon);
        prop_assert!((0.0..=1.0).contains(&alive) && later <= alive && later >= 0.0);
        prop_assert!(pareto.log_likelihood(h).is_finite() && pareto.log_probability_alive(h) <= 0.0);
        let (near, far) = (pareto.expected_purchases(h, 0.0, horizon), pareto.expected_purchases(h, 0.0, 2.0 * horizon));
        prop_assert!(near >= 0.0 && far >= near * (1.0 - 1e-12) && far.is_finite());
        prop_assert!((near + pareto.expected_purchases(h, horizon, 2.0 * horizon) - far).abs() <= 1e-12 * far);
        let discounted = pareto.discounted_purchases(h, 0.5 / horizon, Some(horizon));
        prop_assert!(discounted <= near * (1.0 + 1e-12) && discounted >= near * (-0.5_f64).exp() * (1.0 - 1e-12));
        let all = pareto.discounted_purchases(h, 0.5 / horizon, None);
        prop_assert!(all >= discounted * (1.0 - 1e-12) && all.is_finite());
        let none = pareto.probability_no_purchase(h, horizon);
        prop_assert!((0.0..=1.0).contains(&none) && none >= 1.0 - alive - 1e-15 && none >= 1.0 - near - 1e-12);
        prop_assert!(pareto.probability_no_purchase(h, 2.0 * horizon) <= none * (1.0 + 1e-12));
        let rate = pareto.posterior_mean_rate(h);
        prop_assert!(rate > 0.0 && rate.is_finite());
        // Another unit of time.
        let other = model(c.r, c.alpha * unit, c.s, c.beta * unit);
        let scaled = History { first_to_last: h.first_to_last * unit, age: h.age * unit, ..h };
        prop_assert!((other.probability_alive(scaled, 0.0) - alive).abs() <= 1e-9 * alive);
        let expected = other.expected_purchases(scaled, 0.0, horizon * unit);
        prop_assert!((expected - near).abs() <= 1e-9 * near);
        let shift = -f64::from(h.repeat_purchases) * unit.ln();
        let log_likelihood = pareto.log_likelihood(h);
        prop_assert!((other.log_likelihood(scaled) - log_likelihood - shift).abs() <= 1e-11 * (1.0 + f64::from(h.repeat_purchases) + log_likelihood.abs() + shift.abs()));
    }

    #[test]
    fn counts_are_a_distribution_with_the_expected_mean(r in log_range(0.05, 5.0), mean in log_range(0.05, 5.0), s in log_range(0.05, 20.0), beta in log_range(0.05, 50.0)) {
        let t = 7.0;
        let pareto = model(r, r * t / mean, s, beta);
        let (mut sum, mut first) = (0.0, 0.0);
        for x in 0..4000_u32 {
            let p = pareto.probability_of_purchases_new(x, t);
            prop_assert!((0.0..=1.0).contains(&p));
            sum += p;
            first += f64::from(x) * p;
        }
        let expected = pareto.expected_purchases_new(0.0, t);
        prop_assert!((sum - 1.0).abs() < 1e-11, "{}", sum);
        prop_assert!((first / expected - 1.0).abs() < 1e-9, "{} {}", first, expected);
        // The log-likelihood of no repeat purchase is the logarithm of the probability of none.
        let none = pareto.log_likelihood(History { repeat_purchases: 0, first_to_last: 0.0, age: t });
        prop_assert!((none - pareto.probability_of_purchases_new(0, t).ln()).abs() < 1e-12);
    }
}

#[test]
fn posterior_means_are_ratios_of_likelihoods() {
    // E[λ | history] = r/α L(r+1)/L(r), E[μ | history] = s/β L(s+1)/L(s).
    for ([r, alpha, s, beta], x, first_to_last, age) in
        [([0.55, 10.58, 0.61, 11.67], 3, 20.0, 39.0), ([0.55, 10.58, 0.61, 11.67], 0, 0.0, 39.0), ([2.0, 30.0, 5.0, 3.0], 8, 9.0, 12.0)]
    {
        let (here, history) = (model(r, alpha, s, beta), history(x, first_to_last, age));
        let ratio = |other: &ParetoNbdModel| (other.log_likelihood(history) - here.log_likelihood(history)).exp();
        close(here.posterior_mean_rate(history), r / alpha * ratio(&model(r + 1.0, alpha, s, beta)), INDIVIDUAL);
        let dropout = here.posterior_mean_dropout(history).expect("a rate");
        close(dropout, s / beta * ratio(&model(r, alpha, s + 1.0, beta)), INDIVIDUAL);
    }
}

#[test]
fn absurd_magnitudes_stay_finite() {
    for scale in [1e-90, 1e-30, 1.0, 1e30, 1e90] {
        for shape in [1e-12, 1.0, 1e12] {
            let model = model(shape, scale, shape, scale / 7.0);
            for age in [1e-120, 1.0, 1e120] {
                for history in [history(0, 0.0, age), history(10_000, age / 3.0, age), history(1, age, age)] {
                    let answers = [
                        model.probability_alive(history, age),
                        model.log_likelihood(history),
                        model.expected_purchases(history, 0.0, age),
                        model.discounted_purchases(history, 1.0 / age, None),
                        model.probability_no_purchase(history, age),
                        model.posterior_mean_rate(history),
                        model.posterior_mean_dropout(history).expect("a rate"),
                    ];
                    assert!(answers.iter().all(|answer| answer.is_finite()), "{scale} {shape} {history:?}: {answers:?}");
                }
            }
        }
    }
}

#[test]
fn counts_of_a_known_customer() {
    let (model, customer) = (cdnow_model(), history(4, 30.0, 39.0));
    let probabilities: Vec<f64> = (0..400).map(|n| model.probability_of_purchases(customer, n, 52.0)).collect();
    close(probabilities.iter().sum(), 1.0, 1e-12);
    let mean: f64 = (0..).zip(&probabilities).map(|(n, p)| f64::from(n) * p).sum();
    close(mean, model.expected_purchases(customer, 0.0, 52.0), 1e-11);
    close(probabilities[0], model.probability_no_purchase(customer, 52.0), 1e-15);
    // No discount, or hardly any, is no discount.
    let plain = model.expected_purchases(customer, 0.0, 52.0);
    close(model.discounted_purchases(customer, 0.0, Some(52.0)), plain, 1e-14);
    close(model.discounted_purchases(customer, 1e-13, Some(52.0)), plain, 1e-11);
    close(model.discounted_purchases(customer, 0.2, Some(4000.0)), model.discounted_purchases(customer, 0.2, None), 1e-12);
    assert!(model.discounted_purchases(customer, 0.0, None).is_infinite(), "s ≤ 1");
}

fn simulated(process: Process, customers: u64, seed: u64) -> Histories {
    let world = Simulation::new(process).customers(customers).seed(seed).arrivals(12.0).span(52.0).run().expect("a world");
    world.iter().map(|customer| customer.history(52.0).expect("bought before")).collect::<crate::Result<_>>().expect("histories")
}

#[test]
fn ridges_are_named() {
    let nobody_leaves = simulated(Process::Nbd { r: 0.8, alpha: 10.0 }, 2000, 1);
    let fit = ParetoNbd::params().fit(&nobody_leaves).expect("a fit").fit().clone();
    assert_eq!(fit.reduces_to, Some(Reduction::NoDropout));
    assert_eq!(fit.termination, Termination::Ridge);
    assert!(fit.standard_error("r").is_some() && fit.standard_error("s").is_none() && fit.standard_error("beta").is_none());

    let one_rate = Process::ParetoNbd { r: 1.5, alpha: 5.0, s: 1e6, beta: 2e7 };
    let found: Vec<_> = (0..6).map(|seed| ParetoNbd::params().fit(&simulated(one_rate, 2000, seed)).expect("a fit")).collect();
    assert!(found.iter().any(|model| model.fit().reduces_to == Some(Reduction::ExponentialDropout)));
    for model in found {
        // The ratio is identified on the ridge and off it.
        let [_, _, s, beta] = model.coefficients();
        if model.fit().reduces_to == Some(Reduction::ExponentialDropout) {
            close(s / beta, 0.05, 0.2);
        }
    }
}

#[test]
fn the_online_retail_ridge() {
    let Some(data) = online_retail_data() else { return };
    let model = ParetoNbd::params().fit(&data).expect("a fit or a ridge");
    // The NBD, which Pareto/NBD contains, reaches −22887.032142 here [C].
    let fit = model.fit();
    assert!((fit.log_likelihood + 22_887.032_142).abs() < LOG_LIKELIHOOD, "{}", fit.log_likelihood);
    assert_eq!(fit.reduces_to, Some(Reduction::NoDropout));
    assert!(fit.converged && fit.free_parameters() == 2);
    close(model.coefficients()[0], 0.723_578, 1e-6);
    close(model.coefficients()[1], 9.367_102, 1e-7);
    close(model.probability_alive(history(3, 20.0, 30.0), 52.0), 1.0, 1e-8);
}

fn online_retail_data() -> Option<Histories> {
    let data = online_retail();
    if data.is_none() {
        use std::io::Write as _;
        let _ = writeln!(std::io::stderr(), "skipped: PATRONAGE_TEST_DATA is not set");
    }
    data
}

#[test]
fn covariates_are_recovered() {
    // The second group buys twice as often and leaves at a third of the rate: two worlds, one column.
    let base = simulated(Process::ParetoNbd { r: 1.0, alpha: 10.0, s: 0.8, beta: 10.0 }, 4000, 3);
    let other = simulated(Process::ParetoNbd { r: 1.0, alpha: 5.0, s: 0.8, beta: 30.0 }, 4000, 4);
    let all: crate::Result<Histories> = base.iter().chain(other.iter()).collect();
    let all = all.expect("histories");
    for size in [1.0, 1e4] {
        let column: Vec<f64> = (0..all.len()).map(|row| if row < base.len() { 0.0 } else { size }).collect();
        let covariates = Covariates::new([("group", column)]).expect("covariates");
        let model = ParetoNbd::params().fit_with_covariates(&all, &covariates, &covariates).expect("a fit");
        let fit = model.fit();
        let symbols: Vec<&str> = fit.parameters.iter().map(|parameter| parameter.symbol.as_str()).collect();
        assert_eq!(symbols, ["r", "alpha", "s", "beta", "gamma_purchase:group", "gamma_dropout:group"]);
        for (symbol, truth) in [("gamma_purchase:group", 2.0_f64.ln()), ("gamma_dropout:group", -3.0_f64.ln())] {
            let (value, error) = (fit.parameter(symbol).expect("one"), fit.standard_error(symbol).expect("one"));
            assert!((value * size - truth).abs() < 3.0 * error * size, "{symbol} {value} ± {error}");
        }
        // A customer's model has the moved scales, and the total likelihood is that of the customers.
        let there = model.for_customer(&[("gamma_purchase:group", size), ("gamma_dropout:group", size)]).expect("a model");
        let gamma = fit.parameter("gamma_purchase:group").expect("one");
        close(there.coefficients()[1], model.coefficients()[1] * (-gamma * size).exp(), 1e-15);
        let sum: f64 = (0..all.len()).map(|row| if row < base.len() { &model } else { &there }.log_likelihood(all.get(row))).sum();
        assert!((sum - fit.log_likelihood).abs() < LOG_LIKELIHOOD);
    }
    let none = Covariates::none(all.len());
    let plain = ParetoNbd::params().fit(&all).expect("a fit");
    let without = ParetoNbd::params().fit_with_covariates(&all, &none, &none).expect("a fit");
    assert!((plain.fit().log_likelihood - without.fit().log_likelihood).abs() < LOG_LIKELIHOOD);
    assert!(ParetoNbd::params().fit_with_covariates(&all, &Covariates::none(3), &none).is_err());
    assert!(plain.for_customer(&[("gamma_purchase:group", 1.0)]).is_err());
}

#[test]
fn threads_and_row_order_leave_every_bit() {
    let data = simulated(Process::ParetoNbd { r: 0.6, alpha: 8.0, s: 0.7, beta: 12.0 }, 3000, 9);
    let reversed: crate::Result<Histories> = data.iter().collect::<Vec<_>>().into_iter().rev().collect();
    let reversed = reversed.expect("histories");
    let fit = |threads: usize, data: &Histories| -> Fit {
        let pool = rayon::ThreadPoolBuilder::new().num_threads(threads).build().expect("threads");
        pool.install(|| ParetoNbd::params().fit(data).expect("a fit").fit().clone())
    };
    let one = fit(1, &data);
    assert_eq!(one, fit(2, &data));
    assert_eq!(one, fit(3, &reversed));
}

#[test]
fn a_warm_start_needs_fewer_passes_and_ends_at_the_same_place() {
    let data = cdnow(7.0);
    let cold = ParetoNbd::params().time_unit(7.0).fit(&data).expect("a fit");
    let warm = ParetoNbd::params().warm_start(&cold).fit(&data).expect("a fit");
    assert!(warm.fit().iterations < cold.fit().iterations && warm.fit().iterations <= 2);
    assert!((warm.fit().log_likelihood - cold.fit().log_likelihood).abs() < 1e-9);
    assert_eq!(cold.fit().time_unit, Some(7.0));
}

#[test]
fn serialises_and_refuses_what_is_not_its_own() {
    let model = ParetoNbd::params().fit(&cdnow(7.0)).expect("a fit");
    let text = serde_json::to_string(&model).expect("text");
    let back: ParetoNbdModel = serde_json::from_str(&text).expect("a model");
    close(back.fit().log_likelihood, model.fit().log_likelihood, 1e-15);
    for (one, other) in back.coefficients().into_iter().zip(model.coefficients()) {
        close(one, other, 1e-15);
    }
    assert!(serde_json::from_str::<ParetoNbdModel>(&text.replace("pareto-nbd", "bg-nbd")).is_err());
    assert!(serde_json::from_str::<ParetoNbdModel>(&text.replace("\"version\":1", "\"version\":99")).is_err());
}

#[test]
fn priors_depend_on_neither_unit_nor_number() {
    let fit = |unit: f64| {
        let params = ParetoNbd::params().prior(Prior::log_normal("s", 1.0, 0.3)).prior(Prior::log_normal("beta", 1.0, 0.5));
        params.fit(&cdnow(unit)).expect("a fit")
    };
    let (weeks, days) = (fit(7.0), fit(1.0));
    for (index, (weeks, days)) in weeks.coefficients().into_iter().zip(days.coefficients()).enumerate() {
        close(days, if index % 2 == 1 { weeks * 7.0 } else { weeks }, 1e-8);
    }
    let free = ParetoNbd::params().fit(&cdnow(7.0)).expect("a fit");
    assert!(weeks.coefficients()[2] > free.coefficients()[2], "s is drawn towards 1");
    assert!(weeks.fit().log_likelihood < free.fit().log_likelihood);
}

#[test]
fn rejected_settings_and_data() {
    let data = Histories::new(vec![1, 0], vec![2.0, 0.0], vec![5.0, 5.0]).expect("histories");
    for params in [
        ParetoNbd::params().max_iterations(0),
        ParetoNbd::params().time_unit(-1.0),
        ParetoNbd::params().prior(Prior::log_normal("a", 1.0, 1.0)),
        ParetoNbd::params().prior(Prior::log_normal("s", 1.0, 0.0)),
        ParetoNbd::params().prior(Prior::log_normal("s", 1.0, 1.0)).prior(Prior::log_normal("s", 2.0, 1.0)),
    ] {
        assert_eq!(params.fit(&data).expect_err("a bad setting").kind(), crate::ErrorKind::Parameter);
    }
    let none = Histories::new(vec![], vec![], vec![]).expect("no histories");
    let newborn = Histories::new(vec![0], vec![0.0], vec![0.0]).expect("a history");
    for data in [none, newborn] {
        assert_eq!(ParetoNbd::params().fit(&data).expect_err("no data").kind(), crate::ErrorKind::Input);
    }
    assert!(ParetoNbdModel::from_parameters(0.0, 1.0, 1.0, 1.0).is_err());
    assert!(ParetoNbdModel::from_parameters(1.0, f64::NAN, 1.0, 1.0).is_err());
}
