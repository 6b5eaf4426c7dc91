//! A made-up shop: an order log with known parameters behind it.

use chrono::NaiveDate;
use polars::prelude::*;

use crate::analysis::clv::simulation::{Process, Simulation, Spend};
use crate::error::Result;
use crate::frames;
use crate::time::{DAY_SECONDS, day_number};

/// A shop whose customers follow a model: purchases by a [`Process`] in weeks, money by a [`Spend`].
///
/// The same parameters and seed give the same log; the first customers of a large shop are those of a small one.
///
/// ```
/// use patronage::{Ingest, Shop};
/// # fn main() -> patronage::Result<()> {
/// let log = Shop::new(100).seed(7).orders()?;
/// let read = Ingest::new().read_frame(&log)?;
/// assert_eq!(read.audit.customers, 100);
/// # Ok(()) }
/// ```
#[derive(Debug, Clone)]
pub struct Shop {
    customers: u64,
    seed: u64,
    process: Process,
    spend: Spend,
    opens: NaiveDate,
}

impl Shop {
    /// A shop of so many customers who arrive over one year and are watched for two, whose purchases
    /// follow BG/NBD and whose money follows Gamma-Gamma.
    #[must_use]
    pub fn new(customers: u64) -> Self {
        Self {
            customers,
            seed: 0,
            process: Process::BgNbd { r: 1.3, alpha: 5.0, a: 0.7, b: 7.0 },
            spend: Spend { p: 6.25, q: 3.74, v: 15.44 },
            opens: NaiveDate::from_ymd_opt(2023, 1, 1).unwrap_or_default(),
        }
    }

    /// The seed of all draws.
    #[must_use]
    pub fn seed(mut self, seed: u64) -> Self {
        self.seed = seed;
        self
    }

    /// The law of purchases, with the week as its unit.
    #[must_use]
    pub fn process(mut self, process: Process) -> Self {
        self.process = process;
        self
    }

    /// The law of money.
    #[must_use]
    pub fn spend(mut self, spend: Spend) -> Self {
        self.spend = spend;
        self
    }

    /// The order log, by time: `customer_id`, `order_id`, `time` (to the second), `amount` (two decimal places, at
    /// least 0.01).
    ///
    /// # Errors
    /// When a parameter is out of range.
    pub fn orders(&self) -> Result<DataFrame> {
        let world = Simulation::new(self.process).customers(self.customers).seed(self.seed).spend(self.spend);
        let customers = world.arrivals(365.0 / 7.0).span(731.0 / 7.0).run()?;
        let opens = i64::from(day_number(self.opens)) * DAY_SECONDS;
        let mut orders: Vec<(i64, usize, i128)> = Vec::new();
        for (index, customer) in customers.iter().enumerate() {
            let times = std::iter::once(0.0).chain(customer.repeats.iter().copied());
            for (time, money) in times.zip(&customer.spends) {
                let weeks = customer.first_purchase + time;
                #[expect(clippy::cast_possible_truncation, reason = "seconds of two years and cents of one purchase are far below 2^53")]
                let (second, cents) = ((weeks * 7.0 * 86_400.0).floor() as i64, (money * 100.0).round().clamp(1.0, 1e15) as i128);
                orders.push((opens + second, index, cents));
            }
        }
        orders.sort_unstable();
        let width = customers.len().to_string().len().max(4);
        let ids: Vec<String> = (1..=customers.len()).map(|number| format!("C{number:0width$}")).collect();
        let seconds: Vec<i64> = orders.iter().map(|order| order.0 * 1000).collect();
        let time = Int64Chunked::from_vec("time".into(), seconds).into_datetime(TimeUnit::Milliseconds, None);
        frames::frame(
            orders.len(),
            vec![
                frames::texts("customer_id", orders.len(), orders.iter().map(|order| ids[order.1].as_str())),
                Column::new("order_id".into(), (1..=orders.len() as u64).collect::<Vec<_>>()),
                time.into_series().into_column(),
                frames::decimals("amount", orders.iter().map(|order| order.2).collect(), 2)?,
            ],
        )
    }
}
