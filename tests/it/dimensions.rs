//! Categories, channels, products, cost and discount: from the file to what revenue is made of.

use patronage::analysis::affinity::Affinity;
use patronage::analysis::composition::Composition;
use patronage::ledger::{Breakdown, Dimension};
use patronage::polars::prelude::*;
use patronage::{ColumnNames, Ingest, Ingested, Ledger, Store};

use crate::common::{Scratch, data};

const LOG: &str = "客户,日期,订单号,金额,品类,渠道,成本,折扣金额\n\
    张三,2024-03-01,1,60.00, 茶 ,web,40,6\n\
    张三,2024-03-01,1,20.00,NA,web,,x\n\
    李四,2024-03-02,2,30.00,茶,,\"1,200\",\n\
    王五,2024-03-03,3,-10.00,奶,store,-6,0\n\
    ,2024-03-03,4,99.00,奶,store,6,0\n";

fn read(ingest: &Ingest, log: &str) -> Ingested {
    ingest.read_text(log).unwrap_or_else(|error| panic!("{error:?}"))
}

fn breakdown(ledger: &Ledger, dimension: Dimension) -> Breakdown {
    let (_, last) = ledger.days().expect("rows");
    ledger.breakdown(dimension, None, last).expect("small sums").unwrap_or_else(|| panic!("no {dimension}"))
}

/// Values with their revenue, cost, margin and discount.
fn words(ledger: &Ledger, dimension: Dimension) -> Vec<String> {
    let view = Composition::params().fit(&breakdown(ledger, dimension)).expect("small sums");
    let line = |row: &patronage::analysis::composition::ValueRow| {
        format!("{:?} {} {:?} {:?} {:?}", view.name(row.value), row.revenue, row.cost, row.margin, row.discount)
    };
    view.by_value().iter().map(line).collect()
}

#[test]
fn chinese_columns_are_known_and_bad_values_reject_no_row() {
    let read = read(&Ingest::new(), LOG);
    assert_eq!((read.audit.rows_accepted, read.audit.cost_missing_rows, read.audit.discount_missing_rows), (4, Some(2), Some(2)));
    assert_eq!(read.ledger.dimensions(), [Dimension::Category, Dimension::Channel]);
    // A cost of `1,200` could be read in two ways.
    assert_eq!(
        words(&read.ledger, Dimension::Category),
        [
            r#"Some("茶") 9000 Some(4000) Some(2000) Some(600)"#,
            "None 2000 None None None",
            r#"Some("奶") -1000 Some(-600) Some(-400) Some(0)"#
        ]
    );
    assert_eq!(breakdown(&read.ledger, Dimension::Channel).revenue().expect("small"), read.ledger.money().expect("small"));
}

#[test]
fn a_unit_cost_is_multiplied_by_the_quantity() {
    let log = "customer,date,quantity,unit price,unit cost,category\nann,2024-03-01,3,2.50,1.25,tea\nann,2024-03-02,-1,2.50,1.25,tea\n";
    assert_eq!(words(&read(&Ingest::new(), log).ledger, Dimension::Category), [r#"Some("tea") 500 Some(250) Some(250) None"#]);
}

#[test]
fn dimensions_can_be_left_out_and_named() {
    let none = read(&Ingest::new().dimensions(false), LOG);
    assert!(none.ledger.dimensions().is_empty() && none.columns.column(patronage::ingest::Role::Category).is_none());
    let names = ColumnNames { category: Some("渠道".into()), channel: Some(String::new()), ..ColumnNames::default() };
    let named = read(&Ingest::new().columns(names), LOG);
    assert_eq!(named.ledger.dimensions(), [Dimension::Category]);
    assert_eq!(breakdown(&named.ledger, Dimension::Category).values().collect::<Vec<_>>(), [Some("store"), Some("web"), None]);
}

#[test]
fn two_columns_that_fit_are_a_note_and_no_guess() {
    let read = read(&Ingest::new(), "customer,date,amount,channel,渠道\nann,2024-03-01,5,web,网\n");
    assert!(read.ledger.dimensions().is_empty());
    assert_eq!(read.audit.notes.len(), 1);
    assert!(read.audit.notes[0].contains("`channel`, `渠道`") && read.audit.notes[0].contains("--channel"), "{:?}", read.audit.notes);
}

#[test]
fn frames_and_lines_of_json_say_the_same_as_text() {
    let text = "customer,date,amount,channel,product,cost\nann,2024-03-01,5.5,web,7,2.5\nbob,2024-03-02,7,,8,\n";
    let json = "{\"customer\":\"ann\",\"date\":\"2024-03-01\",\"amount\":5.5,\"channel\":\"web\",\"product\":7,\"cost\":2.5}\n\
        {\"customer\":\"bob\",\"date\":\"2024-03-02\",\"amount\":7,\"channel\":null,\"product\":8}\n";
    let frame = df!(
        "customer" => ["ann", "bob"], "date" => ["2024-03-01", "2024-03-02"], "amount" => [5.5, 7.0],
        "channel" => [Some("web"), None], "product" => [7_i64, 8], "cost" => [Some(2.5), None],
    );
    let of_text = read(&Ingest::new(), text).ledger;
    let of_frame = Ingest::new().read_frame(&frame.expect("columns")).expect("readable").ledger;
    for ledger in [read(&Ingest::new(), json).ledger, of_frame] {
        for dimension in [Dimension::Channel, Dimension::Product] {
            assert_eq!(breakdown(&ledger, dimension), breakdown(&of_text, dimension));
        }
    }
}

#[test]
fn a_ledger_of_the_older_format_opens_and_takes_new_loads() {
    let scratch = Scratch::new();
    let plain = "customer,date,amount\nann,2024-03-01,5\nbob,2024-03-02,7\n";
    let old = read(&Ingest::new(), plain).ledger;
    old.save(scratch.path("state")).expect("written");
    // Without roll-ups the format is the older one, in every byte.
    let manifest = scratch.json("state/ledger.json");
    assert_eq!(manifest["patronage_ledger"], 1);
    let keys: Vec<&str> = manifest["loads"][0].as_object().expect("an object").keys().map(String::as_str).collect();
    assert_eq!(keys, ["id", "rows", "scale", "segment_blake3", "source"]);
    assert!(manifest["columns"].as_object().is_some_and(|columns| columns.len() == 7), "{manifest}");

    let mut store = Store::open(scratch.path("state")).expect("the older format");
    let new = read(&Ingest::new(), "customer,date,amount,channel\nann,2024-03-03,11,web\n").ledger;
    store.add("new", "new.csv", 1, &new).expect("written");
    assert_eq!(scratch.json("state/ledger.json")["patronage_ledger"], 2);
    let both = Ledger::open(scratch.path("state")).expect("readable");
    assert_eq!(both.money().expect("small"), 23);
    let channels = Composition::params().fit(&breakdown(&both, Dimension::Channel)).expect("small sums");
    let rows: Vec<_> = channels.by_value().iter().map(|row| (channels.name(row.value), row.revenue, row.orders)).collect();
    assert_eq!(rows, [(None, 12, None), (Some("web"), 11, None)]);
    let mut store = Store::open(scratch.path("state")).expect("readable");
    assert!(store.withdraw("new").expect("written"));
    assert_eq!(scratch.json("state/ledger.json"), manifest);
    assert_eq!(scratch.names().iter().filter(|name| name.contains("dimensions")).count(), 0);
}

#[test]
fn roll_ups_that_were_changed_on_disk_are_not_trusted() {
    let scratch = Scratch::new();
    read(&Ingest::new(), LOG).ledger.save(scratch.path("state")).expect("written");
    let file = scratch.names().into_iter().find(|name| name.ends_with(".dimensions.parquet")).expect("roll-ups");
    let mut bytes = scratch.bytes(&file);
    let middle = bytes.len() / 2;
    bytes[middle] ^= 1;
    scratch.write(&file, bytes);
    let error = Ledger::open(scratch.path("state")).expect_err("changed");
    assert!(error.is_input() && error.to_string().contains("dimensions.parquet"), "{error}");
}

/// The values are those of `tests/reference/dimensions.py`, pandas group-bys over the same file.
#[test]
fn products_of_online_retail_are_those_of_pandas() {
    let Some(path) = data("online_retail_lines.csv") else { return };
    let ingest = Ingest::new().cancel_prefix("C").dimensions(true);
    let ledger = ingest.read([path]).expect("readable").ledger;
    let products = breakdown(&ledger, Dimension::Product);
    let view = Composition::params().fit(&products).expect("small sums");
    assert_eq!((view.by_value().len(), view.scale(), view.by_value().iter().map(|row| row.revenue).sum::<i128>()), (2_501, 2, 66_886_354));
    let top: Vec<_> = view
        .by_value()
        .iter()
        .take(5)
        .map(|row| (view.name(row.value).unwrap_or_default(), row.rank, row.rows, row.revenue, row.orders, row.customers, row.last_revenue))
        .collect();
    assert_eq!(
        top,
        [
            ("22423", 1, 187, 1_969_005, Some(167), Some(139), Some(1_678_410)),
            ("85123A", 2, 262, 1_083_325, Some(247), Some(187), Some(824_565)),
            ("79321", 3, 87, 976_109, Some(83), Some(52), Some(619_934)),
            ("82484", 4, 62, 703_338, Some(61), Some(45), Some(667_233)),
            ("21623", 5, 32, 697_829, Some(32), Some(27), Some(693_849)),
        ]
    );
    let last = view.by_value().last().expect("a row");
    assert_eq!(
        (view.name(last.value), last.rank, last.revenue, last.orders, last.customers),
        (Some("M"), 2_501, -90_953, Some(27), Some(24))
    );

    let (_, day) = ledger.days().expect("rows");
    let baskets = ledger.baskets(Dimension::Product, None, day).expect("small sums").expect("order lines");
    let model = Affinity::params().minimum(20).fit(&baskets).expect("a minimum");
    assert_eq!((baskets.len(), model.orders(), model.found()), (1_638, 1_638, 252));
    let strongest = model.pairs()[0];
    assert_eq!((model.name(strongest.antecedent), model.name(strongest.consequent), strongest.orders_together), ("22300", "22301", 21));
    // Quotients of the same integers: equal to the last bit or the one before it.
    let close = |a: f64, b: f64| (a - b).abs() <= 2.0 * f64::EPSILON * b;
    assert!(close(strongest.support, 0.012_820_512_820_512_82) && close(strongest.confidence, 0.954_545_454_545_454_6));
    assert!(close(strongest.lift, 55.840_909_090_909_09));
    let next = model.score(&baskets).expect("the same values");
    assert_eq!((next.len(), (0..next.len()).filter(|customer| next.value(*customer).is_some()).count()), (985, 870));
    let known: Vec<_> =
        (0..next.len()).filter_map(|customer| Some((model.name(next.value(customer)?), next.confidence(customer)?))).take(3).collect();
    assert_eq!(known.iter().map(|one| one.0).collect::<Vec<_>>(), ["84997A", "21212", "22963"]);
    assert!(
        close(known[0].1, 0.611_111_111_111_111_2)
            && close(known[1].1, 0.617_647_058_823_529_4)
            && close(known[2].1, 0.756_756_756_756_756_8)
    );
}
