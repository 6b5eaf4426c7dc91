use polars::prelude::*;

use super::{Dimensions, DimensionsParams, dimensions};
use crate::analysis::affinity::Affinity;
use crate::customers::CustomersParams;
use crate::error::ErrorKind;
use crate::ingest::Ingest;
use crate::ledger::{Dimension, Ledger};

/// Two months; the second row of order 2 has no category, and eve only gives back.
const LOG: &str = "customer,date,order,amount,category,salesperson,cost,discount\n\
    ann,2024-01-05,1,60.00,tea,lin,40.00,6.00\n\
    ann,2024-01-05,1,20.00,milk,lin,12.505,0\n\
    bob,2024-01-20,2,30.00,tea,wu,,\n\
    bob,2024-01-20,2,5.00,,wu,x,1\n\
    ann,2024-02-03,3,90.00,tea,wu,60,0\n\
    cid,2024-02-10,4,10.00,milk,lin,5,0\n\
    bob,2024-02-29,5,-10.00,tea,lin,-6,0\n\
    eve,2024-02-29,6,-4.00,milk,lin,-2,0\n";

fn ledger(log: &str) -> Ledger {
    Ingest::new().read_text(log).unwrap_or_else(|error| panic!("{error:?}")).ledger
}

fn broken_down(ledger: &Ledger, params: &DimensionsParams) -> Dimensions {
    let looked = CustomersParams::new();
    let customers = ledger.customers(&looked).expect("customers");
    dimensions(ledger, &customers, &looked, params).expect("answers").expect("dimensions")
}

fn params() -> DimensionsParams {
    DimensionsParams::new().affinity(Affinity::params().minimum(1))
}

/// A table as lines of words.
fn lines(found: &Dimensions, table: &str, columns: &[&str]) -> Vec<String> {
    let table = &found.tables.iter().find(|(name, _)| name == table).unwrap_or_else(|| panic!("{table}")).1;
    let cell = |name: &str, row: usize| match table.column(name).and_then(|column| column.get(row)).expect("a cell") {
        AnyValue::Null => "-".to_owned(),
        AnyValue::String(text) => text.to_owned(),
        AnyValue::Float64(number) => format!("{number:.3}"),
        other => other.to_string(),
    };
    (0..table.height()).map(|row| columns.iter().map(|name| cell(name, row)).collect::<Vec<_>>().join(" ")).collect()
}

#[test]
fn tables_have_the_columns_that_are_promised() {
    let found = broken_down(&ledger(LOG), &params());
    let names: Vec<&str> = found.tables.iter().map(|(name, _)| name.as_str()).collect();
    assert_eq!(
        names,
        [
            "composition_category",
            "composition_category_by_period",
            "composition_salesperson",
            "composition_salesperson_by_period",
            "salespeople",
            "affinity"
        ]
    );
    let columns = |table: usize| found.tables[table].1.get_column_names().iter().map(|name| name.as_str()).collect::<Vec<_>>().join(" ");
    assert_eq!(
        columns(0),
        "value revenue share rank previous_revenue last_revenue change change_year rows orders customers average_order_value cost margin \
         margin_rate discount discount_share"
    );
    assert_eq!(columns(1), "period period_start value revenue share rank change change_year rows cost margin discount complete");
    assert_eq!(columns(5), "antecedent consequent orders_together antecedent_orders consequent_orders support confidence lift");
    assert_eq!(found.columns.iter().map(|column| column.name().as_str()).collect::<Vec<_>>(), ["next_best", "next_best_score"]);
}

#[test]
fn what_the_categories_brought_by_hand() {
    let found = broken_down(&ledger(LOG), &params());
    let columns = ["value", "revenue", "rank", "last_revenue", "change", "rows", "orders", "customers", "average_order_value"];
    // February ends with the window; January began before it.
    assert_eq!(
        lines(&found, "composition_category", &columns),
        ["tea 170.00 1 80.00 - 4 3 2 56.667", "milk 26.00 2 6.00 - 3 2 2 13.000", "- 5.00 3 0.00 - 1 1 1 5.000"]
    );
    let money = ["value", "cost", "margin", "margin_rate", "discount", "discount_share"];
    // Costs have three decimal places; bob's have none or none that can be read.
    assert_eq!(
        lines(&found, "composition_category", &money),
        ["tea 94.000 46.000 0.329 6.000 0.034", "milk 15.505 10.495 0.404 0.000 0.000", "- - - - 1.000 0.167"]
    );
    let periods = ["period", "period_start", "value", "revenue", "share", "rank", "complete"];
    assert_eq!(
        lines(&found, "composition_category_by_period", &periods),
        [
            "2024-01 2024-01-01 tea 90.00 0.783 1 true",
            "2024-01 2024-01-01 milk 20.00 0.174 2 true",
            "2024-01 2024-01-01 - 5.00 0.043 3 true",
            "2024-02 2024-02-01 tea 80.00 0.930 1 true",
            "2024-02 2024-02-01 milk 6.00 0.070 2 true",
        ]
    );
    let people = ["salesperson", "revenue", "orders", "customers", "new_customers", "repeat_customers", "repeat_share"];
    assert_eq!(lines(&found, "salespeople", &people), ["wu 125.00 2 2 1 0 0.000", "lin 76.00 2 2 2 0 0.000"]);
    let pairs = ["antecedent", "consequent", "orders_together", "antecedent_orders", "consequent_orders", "support", "confidence", "lift"];
    assert_eq!(lines(&found, "affinity", &pairs), ["milk tea 1 2 3 0.250 0.500 0.667", "tea milk 1 3 2 0.250 0.333 0.667"]);
    let next: Vec<Option<&str>> = found.columns[0].str().expect("texts").iter().collect();
    // ann has both; bob has tea, cid milk.
    assert_eq!(next, [None, Some("milk"), Some("tea")]);
    assert!(found.warnings.iter().any(|warning| warning.en.contains("6 of 8 rows")), "{:?}", found.warnings);
    assert_eq!(found.analysis.dimensions[0].revenue, "201.00");
}

#[test]
fn a_saved_ledger_answers_what_it_can_and_names_the_rest() {
    let folder = tempfile::tempdir().expect("a folder");
    let whole = ledger(LOG);
    whole.save(folder.path()).expect("written");
    let saved = Ledger::open(folder.path()).expect("readable");
    let (of_files, of_state) = (broken_down(&whole, &params()), broken_down(&saved, &params()));
    let shared = ["value", "revenue", "share", "rank", "previous_revenue", "last_revenue", "change", "rows", "cost", "margin", "discount"];
    for table in ["composition_category", "composition_salesperson"] {
        assert_eq!(lines(&of_state, table, &shared), lines(&of_files, table, &shared));
        assert!(lines(&of_state, table, &["orders", "customers", "average_order_value"]).iter().all(|line| line == "- - -"));
    }
    assert!(of_state.columns.is_empty() && of_state.analysis.affinity.is_none());
    assert_eq!(of_state.tables.len(), 4);
    let warning = of_state.warnings.iter().find(|warning| warning.en.contains("saved ledger")).expect("a warning");
    for name in ["orders", "customers", "salespeople", "affinity", "next_best"] {
        assert!(warning.en.contains(name) && warning.zh.contains(name), "{warning:?}");
    }
}

#[test]
fn without_dimensions_there_is_nothing_and_baskets_need_their_column() {
    let none = ledger("customer,date,amount\nann,2024-01-05,60\n");
    let looked = CustomersParams::new();
    let customers = none.customers(&looked).expect("customers");
    assert!(dimensions(&none, &customers, &looked, &params()).expect("an answer").is_none());
    let wanted = params().affinity_dimension(Dimension::Product);
    assert_eq!(dimensions(&none, &customers, &looked, &wanted).map(|_| ()).map_err(|error| error.kind()), Err(ErrorKind::Parameter));
    let found = broken_down(&ledger(LOG), &params().affinity_dimension(Dimension::Salesperson));
    assert_eq!(found.analysis.affinity.map(|affinity| affinity.dimension), Some(Dimension::Salesperson));
}

#[test]
fn windows_apply() {
    let ledger = ledger(LOG);
    let looked = CustomersParams::new().from("2024-02-01".parse().expect("a date")).as_of("2024-02-10".parse().expect("a date"));
    let customers = ledger.customers(&looked).expect("customers");
    let found = dimensions(&ledger, &customers, &looked, &params()).expect("answers").expect("dimensions");
    assert_eq!(lines(&found, "composition_category", &["value", "revenue", "orders", "customers"]), ["tea 90.00 1 1", "milk 10.00 1 1"]);
    assert_eq!(lines(&found, "composition_category_by_period", &["period", "complete"]), ["2024-02 false"; 2]);
}

#[test]
fn a_discount_that_looks_like_a_rate_is_remarked_on() {
    let rates = "customer,date,amount,category,discount\nann,2024-01-05,60,tea,0.2\nbob,2024-01-06,80,tea,0.1\n";
    assert!(broken_down(&ledger(rates), &params()).warnings.iter().any(|warning| warning.en.contains("a rate")));
}
