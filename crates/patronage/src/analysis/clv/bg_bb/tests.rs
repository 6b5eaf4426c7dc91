use super::*;
use crate::analysis::clv::{Histories, History, PurchaseModel};

#[test]
fn donations() {
    let text = include_str!(concat!(env!("CARGO_MANIFEST_DIR"), "/data/donations.csv"));
    let mut columns = [const { Vec::new() }; 4];
    for line in text.lines().skip(1) {
        for (column, field) in columns.iter_mut().zip(line.split(',')) {
            column.push(field.trim().parse::<f64>().expect("a number"));
        }
    }
    let [x, last, n, weight] = columns;
    #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "counts")]
    let x = x.into_iter().map(|x| x as u32).collect();
    let histories = Histories::weighted(x, last, n, weight).expect("histories");
    let model = BgBb::params().fit(&histories).expect("fit");
    println!("{model:?}");
    let m = BgBbModel::from_parameters(1.2035, 0.7497, 0.6567, 2.7834).expect("model");
    println!("{}", m.log_likelihood(History::new(26, 52.0, 52.0).expect("history")));
    println!("{:?}", (1..6).map(|n| m.expected_purchases_new(0.0, f64::from(n))).collect::<Vec<_>>());
}
