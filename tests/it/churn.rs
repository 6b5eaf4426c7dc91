//! Churn on real data: the time split, the measures against scikit-learn, and the parts of a book.
//!
//! Numbers are those of `tests/reference/churn.py` (numpy, pandas, scikit-learn 1.9.1), which computes features, rule, measures and
//! coefficients anew from their definitions.

use std::path::Path;

use patronage::analysis::churn::{ChoiceReason, Churn, ChurnModel, Feature, Method, PurchaseDays};
use patronage::analysis::clv::{Histories, ModelKind, PurchaseModel, fit_purchase_model};
use patronage::book::{ChurnParts, churn_risk};
use patronage::polars::prelude::{ChunkAgg, DataFrame};
use patronage::{Customers, CustomersParams, Ingest, Ledger, Period};

use crate::common::{cdnow, data};

/// Nine digits are printed; both sides are optima to more than that.
const PRINTED: f64 = 2e-8;

/// Measures are functions of the optimum; calibration error sums absolute values.
const MEASURED: f64 = 1e-7;

fn ledger(path: &Path) -> Ledger {
    Ingest::new().read([path]).expect("a log of orders").ledger
}

fn fitted(ledger: &Ledger) -> ChurnModel {
    let as_of = ledger.days().expect("orders").1;
    let days = PurchaseDays::from_cells(&ledger.cells(as_of, Period::Day).expect("cells")).expect("days");
    Churn::params().fit(&days, as_of, None, None).expect("a model")
}

#[track_caller]
fn close(found: f64, expected: f64, tolerance: f64) {
    assert!((found - expected).abs() <= tolerance, "{found} is not {expected}");
}

/// Method, AUC, lift, calibration error, Brier score; customers and churn rate of the test.
#[track_caller]
fn assert_measures(model: &ChurnModel, customers: u64, churn_rate: f64, expected: &[(Method, [f64; 4])]) {
    let methods = &model.backtest().expect("a test").methods;
    assert_eq!(methods.len(), expected.len());
    for (one, (method, [auc, lift, error, brier])) in methods.iter().zip(expected) {
        assert_eq!((one.method, one.customers), (*method, customers));
        close(one.churn_rate, churn_rate, 1e-12);
        close(one.auc, *auc, MEASURED);
        close(one.top_decile_lift, *lift, MEASURED);
        close(one.calibration_error, *error, MEASURED);
        close(one.brier, *brier, MEASURED);
    }
}

/// Coefficients, means and deviations of the classifier trained on the last horizon.
#[track_caller]
fn assert_coefficients(model: &ChurnModel, intercept: f64, expected: &[[f64; 3]]) {
    let classifier = model.classifier().expect("trained");
    close(classifier.intercept, intercept, PRINTED);
    assert_eq!(classifier.coefficients.iter().map(|one| one.feature).collect::<Vec<_>>(), Feature::ALL);
    for (one, [coefficient, mean, deviation]) in classifier.coefficients.iter().zip(expected) {
        close(one.coefficient, *coefficient, PRINTED);
        close(one.mean, *mean, PRINTED);
        close(one.deviation, *deviation, PRINTED);
        close(one.odds_ratio, coefficient.exp(), 1e-6);
    }
}

#[test]
fn cdnow_is_tested_on_its_last_90_days() {
    let ledger = ledger(&cdnow());
    let model = fitted(&ledger);
    let test = model.backtest().expect("a test");
    assert_eq!((test.trained_at.to_string(), test.tested_at.to_string()), ("1998-01-01".to_owned(), "1998-04-01".to_owned()));
    assert_measures(
        &model,
        2_357,
        0.873_143_826_898_6,
        &[
            (Method::Recency, [0.828_582_317, 1.111_273_081, 0.045_017_950, 0.091_613_083]),
            (Method::Overdue, [0.794_476_080, 1.072_400_389, 0.059_599_950, 0.097_318_360]),
            (Method::Classifier, [0.832_503_713, 1.116_132_167, 0.013_763_233, 0.083_017_450]),
        ],
    );
    assert_eq!(model.chosen().map(|one| (one.method, one.reason)), Some((Method::Classifier, ChoiceReason::HighestAuc)));
    assert_coefficients(
        &model,
        2.553_563_825_33,
        &[
            [0.057_393_618, 6.021_884_310, 0.056_404_866],
            [-0.627_037_274, 0.593_904_487, 0.759_207_297],
            [-0.394_279_652, 0.149_852_188, 0.368_097_475],
            [-0.004_384_362, 0.957_850_252, 0.688_053_573],
            [-0.030_424_170, 3.544_961_553, 0.342_543_203],
            [-0.032_143_051, 1.121_113_850, 0.616_444_513],
            [0.182_240_056, 0.776_462_766, 1.176_860_174],
            [-0.053_093_669, -0.054_485_991, 0.223_232_587],
            [0.082_791_112, -0.008_302_102, 0.424_836_847],
            [0.0, 0.0, 0.0],
            [0.321_930_108, 0.530_759_440, 0.499_052_960],
        ],
    );
}

#[test]
fn online_retail_is_tested_on_its_last_90_days() {
    let Some(path) = data("online_retail_orders.csv") else { return };
    let model = fitted(&ledger(&path));
    assert_measures(
        &model,
        3_370,
        0.429_970_326_409_495_56,
        &[
            (Method::Recency, [0.683_408_005, 1.522_052_826, 0.131_429_363, 0.241_135_683]),
            (Method::Overdue, [0.669_934_641, 1.479_468_599, 0.110_534_152, 0.240_619_384]),
            (Method::Classifier, [0.738_442_818, 1.538_992_409, 0.071_880_792, 0.209_090_431]),
        ],
    );
    assert_eq!(model.chosen().map(|one| one.method), Some(Method::Classifier));
    assert_coefficients(
        &model,
        -0.450_767_234_47,
        &[
            [0.159_982_172, 5.034_467_565, 0.752_888_903],
            [-1.110_551_092, 0.755_115_431, 0.806_237_611],
            [-0.224_745_013, 0.537_245_832, 0.558_855_039],
            [-0.278_722_268, 0.952_245_930, 0.736_785_692],
            [-0.166_543_679, 3.488_109_732, 0.410_777_605],
            [0.137_046_442, 0.749_834_925, 0.501_650_942],
            [-0.058_827_971, -0.079_682_402, 1.256_040_048],
            [-0.232_209_501, -0.059_092_115, 0.232_986_454],
            [0.077_182_999, -0.046_002_175, 0.579_029_959],
            [0.0, 0.0, 0.0],
            [-0.308_750_924, 0.419_584_570, 0.493_490_991],
        ],
    );
}

/// CDNOW with a purchase model and made-up residual values.
fn parts(ledger: &Ledger, worth: Option<f64>) -> (Customers, ChurnParts) {
    let looked = CustomersParams::new();
    let customers = ledger.customers(&looked).expect("customers");
    let model: Box<dyn PurchaseModel> =
        fit_purchase_model(ModelKind::BgNbd, &Histories::from_customers(&customers).expect("histories"), Some(7.0), None).expect("a fit");
    let cells = ledger.cells(customers.as_of(), Period::Day).expect("cells");
    let worth = worth.map(|each| vec![each; customers.len()]);
    let parts = churn_risk(ledger, &customers, &cells, Some(&*model), worth.as_deref(), &looked, &Churn::params()).expect("churn");
    (customers, parts)
}

fn table<'a>(parts: &'a ChurnParts, name: &str) -> &'a DataFrame {
    parts.tables.iter().find(|(other, _)| other == name).map(|(_, table)| table).expect("the table")
}

#[test]
fn the_parts_of_a_book_belong_together() {
    let ledger = ledger(&cdnow());
    let (customers, parts) = parts(&ledger, Some(10.0));
    let names: Vec<&str> = parts.columns.iter().map(|column| column.name().as_str()).collect();
    assert_eq!(names, ["churn_probability", "churn_class", "overdue_ratio", "value_at_risk", "partial_churn"]);
    assert!(parts.columns.iter().all(|column| column.len() == customers.len() && column.null_count() == 0));
    // All five methods took part, the purchase model fitted anew at both dates.
    let test = table(&parts, "churn_backtest");
    let methods: Vec<_> = test.column("method").unwrap().str().unwrap().iter().flatten().collect();
    assert_eq!(methods, ["recency", "overdue", "not_alive", "no_purchase", "classifier"]);
    let auc: Vec<f64> = test.column("auc").unwrap().f64().unwrap().iter().flatten().collect();
    // To BG/NBD whoever has bought once is alive for certain, and on CDNOW these are most of those who leave.
    assert!(auc[2] < 0.5 && auc[3] > 0.82 && auc[3] > auc[0], "{auc:?}");
    assert_eq!(test.column("chosen").unwrap().bool().unwrap().sum(), Some(1));
    assert_eq!((table(&parts, "churn_gain").height(), table(&parts, "churn_coefficients").height()), (5 * 21, 12));
    assert_eq!(table(&parts, "value_decline").height(), 16);
    // Classes hold everybody; value at risk is probability × value.
    let classes = table(&parts, "churn");
    assert_eq!(classes.column("customers").unwrap().u64().unwrap().sum(), Some(customers.len() as u64));
    let probability: f64 = parts.columns[0].f64().unwrap().sum().unwrap();
    close(parts.analysis.value_at_risk.unwrap(), 10.0 * probability, 1e-6);
    close(classes.column("value_at_risk").unwrap().f64().unwrap().sum().unwrap(), 10.0 * probability, 1e-6);
    // The list falls, and is no longer than asked for.
    let list = table(&parts, "watchlist");
    let at_risk: Vec<f64> = list.column("value_at_risk").unwrap().f64().unwrap().iter().flatten().collect();
    assert_eq!(at_risk.len(), 1_000);
    assert!(at_risk.windows(2).all(|pair| pair[0] >= pair[1]));
    assert!(list.column("reason_zh").unwrap().str().unwrap().iter().flatten().all(|reason| reason.ends_with('。')));
}

#[test]
fn without_residual_value_the_list_goes_by_the_last_year() {
    let ledger = ledger(&cdnow());
    let (_, parts) = parts(&ledger, None);
    assert!(parts.warnings.iter().any(|warning| warning.en.contains("last 365 days")), "{:?}", parts.warnings);
    assert_eq!((parts.columns[3].null_count(), parts.analysis.value_at_risk), (parts.columns[3].len(), None));
    let list = table(&parts, "watchlist");
    let at_risk: Vec<f64> = list.column("year_at_risk").unwrap().f64().unwrap().iter().flatten().collect();
    assert!(at_risk.windows(2).all(|pair| pair[0] >= pair[1]) && at_risk.len() == list.height());
}

#[test]
fn the_order_of_rows_does_not_matter() {
    let text = std::fs::read_to_string(cdnow()).unwrap();
    let mut lines: Vec<&str> = text.lines().collect();
    lines[1..].reverse();
    let reversed = Ingest::new().read_text(&(lines.join("\n") + "\n")).expect("orders").ledger;
    let (_, one) = parts(&ledger(&cdnow()), Some(10.0));
    let (_, other) = parts(&reversed, Some(10.0));
    assert_eq!(serde_json::to_string(&one.analysis).unwrap(), serde_json::to_string(&other.analysis).unwrap());
    assert!(one.columns.iter().zip(&other.columns).all(|(a, b)| a.equals_missing(b)));
    assert!(one.tables.iter().zip(&other.tables).all(|(a, b)| a.0 == b.0 && a.1.equals_missing(&b.1)));
}

#[test]
fn cells_of_other_customers_are_refused() {
    let ledger = ledger(&cdnow());
    let looked = CustomersParams::new();
    let customers = ledger.customers(&looked).expect("customers");
    let earlier = ledger.cells("1997-02-01".parse().unwrap(), Period::Day).expect("cells");
    let error = churn_risk(&ledger, &customers, &earlier, None, None, &looked, &Churn::params()).expect_err("others");
    assert!(error.to_string().contains("not those of these customers"), "{error}");
}
