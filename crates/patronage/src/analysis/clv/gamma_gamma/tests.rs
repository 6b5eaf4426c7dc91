use super::*;

#[test]
fn smoke() {
    let m = GammaGammaModel::from_parameters(6.2495723, 3.7442247, 15.443521).expect("model");
    println!("{} {}", m.mean_spend_quantile(2, 30.0, 0.5), m.next_spend_quantile(2, 30.0, 0.5));
}
