use super::*;

fn cohort(percent: &[f64]) -> Survivors {
    let counts: Vec<f64> = std::iter::once(1000.0).chain(percent.iter().map(|share| (share * 10.0).round())).collect();
    let periods: Vec<u32> = (0..).take(counts.len()).collect();
    Survivors::new(&periods, &counts).expect("survivors")
}
const REGULAR: [f64; 7] = [63.1, 46.8, 38.2, 32.6, 28.9, 26.2, 24.1];
const HIGH_END: [f64; 7] = [86.9, 74.3, 65.3, 59.3, 55.1, 51.7, 49.1];

#[test]
fn smoke() {
    for c in [REGULAR, HIGH_END] {
        println!("{:?}", Sbg::params().fit(&cohort(&c)).expect("fit").fit());
        println!("{:?}", Bdw::params().fit(&cohort(&c[..4])).expect("fit").fit());
    }
    let m = SbgModel::from_parameters(3.80, 15.20).expect("m");
    let b = BdwModel::from_parameters(3.80, 15.20, 1.0).expect("m");
    for n in 0..5 {
        println!(
            "{} {} {} {}",
            m.discounted_residual_lifetime(n, 0.1),
            b.discounted_residual_lifetime(n, 0.1),
            m.residual_tenure(n, None),
            b.residual_tenure(n, None)
        );
        println!("{} {} ", m.discounted_residual_lifetime(n, 0.0001), b.discounted_residual_lifetime(n, 0.0001));
    }
}
