//! A ledger as a table of facts, and back.

use polars::prelude::*;
use rayon::prelude::*;

use super::facts::{DayFact, Micros};
use super::keys::{OrderKey, hash};
use super::partition::partition_of;
use super::{Ledger, LedgerSettings};
use crate::error::{Error, Result};
use crate::frames;
use crate::money::MICROS_SCALE;
use crate::time::DAY_SECONDS;

/// One fact on its way to or from a table.
#[derive(Default)]
struct Line {
    customer: Vec<u8>,
    order: Option<Vec<u8>>,
    instant: i64,
    rows: u32,
    purchases: u32,
    zeros: u32,
    refunds: u32,
    purchased: i128,
    refunded: i128,
}

impl Ledger {
    /// All facts, sorted by customer, order and time, so that equal ledgers make equal tables.
    ///
    /// Columns: `customer_id`; `order_id`, null where rows had none; `seconds`, the earliest local second since
    /// 1970-01-01 (midnight where there is no order id); `rows`; and, without an order id, `purchases`, `zeros` and
    /// `refunds`, the numbers of rows above, at and below zero; `purchased` and `refunded`, exact money.
    ///
    /// # Errors
    /// When the columns do not make a frame, which would be a defect of this library.
    pub fn frame(&self) -> Result<DataFrame> {
        let mut lines: Vec<Line> = self
            .partitions()
            .par_iter()
            .flat_map_iter(|partition| {
                let orders = partition.orders.as_slice().iter().map(|fact| {
                    let mut order = Vec::new();
                    OrderKey(fact.order).write(&partition.order_ids, &mut order);
                    Line {
                        customer: partition.customers.get(fact.customer).to_vec(),
                        order: Some(order),
                        instant: fact.instant,
                        rows: fact.rows,
                        purchased: fact.micros.get(),
                        ..Line::default()
                    }
                });
                let days = partition.days.as_slice().iter().map(|fact| Line {
                    customer: partition.customers.get(fact.customer).to_vec(),
                    order: None,
                    instant: i64::from(fact.day) * DAY_SECONDS,
                    rows: fact.rows(),
                    purchases: fact.purchases,
                    zeros: fact.zeros,
                    refunds: fact.refunds,
                    purchased: fact.purchased.get(),
                    refunded: fact.refunded.get(),
                });
                orders.chain(days)
            })
            .collect();
        lines.par_sort_unstable_by(|a, b| (&a.customer, &a.order, a.instant).cmp(&(&b.customer, &b.order, b.instant)));
        let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
        let orders: StringChunked = lines.iter().map(|line| line.order.as_ref().map(|order| text(order))).collect();
        let numbers = |name: &str, of: fn(&Line) -> u32| Column::new(name.into(), lines.iter().map(of).collect::<Vec<u32>>());
        let columns = vec![
            Column::new("customer_id".into(), lines.iter().map(|line| text(&line.customer)).collect::<Vec<String>>()),
            orders.with_name("order_id".into()).into_series().into_column(),
            Column::new("seconds".into(), lines.iter().map(|line| line.instant).collect::<Vec<i64>>()),
            numbers("rows", |line| line.rows),
            numbers("purchases", |line| line.purchases),
            numbers("zeros", |line| line.zeros),
            numbers("refunds", |line| line.refunds),
            frames::decimals("purchased", lines.iter().map(|line| line.purchased).collect(), MICROS_SCALE)?,
            frames::decimals("refunded", lines.iter().map(|line| line.refunded).collect(), MICROS_SCALE)?,
        ];
        frames::frame(lines.len(), columns)
    }

    /// The ledger of a [frame](Self::frame) of facts.
    ///
    /// # Errors
    /// When a column is missing or of another type, or a fact repeats in a way that overflows.
    pub fn from_frame(frame: &DataFrame, settings: LedgerSettings, scale: u8) -> Result<Self> {
        let mut ledger = Self::new(settings);
        ledger.widen_scale(scale);
        restore(frame, &mut ledger)?;
        ledger.settle()?;
        Ok(ledger)
    }
}

fn restore(frame: &DataFrame, ledger: &mut Ledger) -> Result<()> {
    let broken = |error: PolarsError| Error::input(format!("not a table of a ledger's facts: {error}"));
    let texts = |name: &str| frame.column(name).and_then(|column| column.str().cloned()).map_err(broken);
    let counts = |name: &str| frame.column(name).and_then(|column| column.u32().cloned()).map_err(broken);
    let money =
        |name: &str| frame.column(name).and_then(|column| column.decimal().map(|decimal| decimal.physical().clone())).map_err(broken);
    let (customers, orders) = (texts("customer_id")?, texts("order_id")?);
    let seconds = frame.column("seconds").and_then(|column| column.i64().cloned()).map_err(broken)?;
    let [rows, purchases, zeros, refunds] = ["rows", "purchases", "zeros", "refunds"].map(counts);
    let (rows, purchases, zeros, refunds) = (rows?, purchases?, zeros?, refunds?);
    let (purchased, refunded) = (money("purchased")?, money("refunded")?);
    for row in 0..frame.height() {
        let null = || Error::input("a fact without a value").at_row(row as u64 + 1);
        let customer = customers.get(row).ok_or_else(null)?.as_bytes();
        let instant = seconds.get(row).ok_or_else(null)?;
        let bought = purchased.get(row).ok_or_else(null)?;
        let partition = &mut ledger.partitions_mut()[partition_of(hash(customer))];
        if let Some(order) = orders.get(row) {
            partition.restore_order(customer, order.as_bytes(), rows.get(row).ok_or_else(null)?, instant, bought)?;
            continue;
        }
        let fact = DayFact {
            customer: 0,
            day: i32::try_from(instant.div_euclid(DAY_SECONDS)).map_err(|_| null())?,
            purchases: purchases.get(row).ok_or_else(null)?,
            zeros: zeros.get(row).ok_or_else(null)?,
            refunds: refunds.get(row).ok_or_else(null)?,
            purchased: Micros::new(bought),
            refunded: Micros::new(refunded.get(row).ok_or_else(null)?),
        };
        partition.restore_day(customer, fact)?;
    }
    Ok(())
}
