//! Made-up shops: `simulate` and `demo`.

use crate::common::Scratch;

#[test]
fn the_same_seed_gives_the_same_shop() {
    let scratch = Scratch::new();
    for (file, seed) in [("a.csv", 3), ("b.csv", 3), ("c.csv", 4)] {
        scratch.run(&format!("simulate --customers 60 --seed {seed} --out {file}")).ok();
    }
    assert_eq!(scratch.text("a.csv"), scratch.text("b.csv"));
    assert_ne!(scratch.text("a.csv"), scratch.text("c.csv"));
    assert!(scratch.text("a.csv").starts_with("customer_id,order_id,time,amount\nC"));
}

#[test]
fn a_shop_reads_the_same_in_every_format_and_every_customer_buys() {
    let scratch = Scratch::new();
    let mut audits = Vec::new();
    for file in ["shop.csv", "shop.parquet", "shop.ndjson"] {
        scratch.run(&format!("simulate --customers 60 --seed 3 --model pareto-nbd --parameters r=0.9,alpha=4 --out {file}")).ok();
        audits.push(scratch.run(&format!("check {file} --json")).ok().json());
    }
    assert_eq!(audits[0]["customers"], 60);
    assert_eq!(audits[0]["rows_rejected"], serde_json::json!({}));
    assert_eq!(audits[0], audits[1]);
    assert_eq!(audits[0], audits[2]);
}

#[test]
fn the_demo_says_where_to_look_and_it_is_there() {
    let scratch = Scratch::new();
    let run = scratch.run("demo").ok();
    for file in ["out/orders.csv", "out/book/segments.parquet", "out/book/tables/segments.parquet", "out/book/manifest.json"] {
        assert!(run.stdout.contains(file), "{file}: {}", run.stdout);
        assert!(scratch.path(file).exists(), "{file}");
    }
    assert!(run.stdout.contains("patronage explain out/book C0001"), "{}", run.stdout);
    assert!(scratch.run("explain out/book C0001").ok().stdout.starts_with("C0001 as of"));
    let manifest = scratch.json("out/book/manifest.json");
    assert_eq!((&manifest["book_customers"], &manifest["audit"]["rows_rejected"]), (&2_000.into(), &serde_json::json!({})));
    scratch.run("demo --out elsewhere").ok();
    assert_eq!(scratch.text("elsewhere/orders.csv"), scratch.text("out/orders.csv"));
}
