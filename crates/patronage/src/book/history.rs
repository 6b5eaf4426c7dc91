//! When single customers bought: the orders of each in every period.

use polars::prelude::{Column, DataFrame};

use crate::customers::Customers;
use crate::error::Result;
use crate::frames;
use crate::ledger::Cells;
use crate::money;

/// `history`: a row per customer and period with an order, of at most so many customers: those with the most money, and of equal
/// ones those with the smaller id. Sorted by customer and period.
///
/// # Errors
/// When money of a period has more than 38 digits.
pub(super) fn history(cells: &Cells, customers: &Customers, most: usize) -> Result<DataFrame> {
    let worth = customers.monetary();
    let mut order: Vec<usize> = (0..customers.len()).collect();
    if most < order.len() {
        order.select_nth_unstable_by_key(most, |row| (std::cmp::Reverse(worth[*row]), *row));
        order.truncate(most);
    }
    let mut wanted = vec![false; customers.len()];
    for row in order {
        wanted[row] = true;
    }

    let (mut ids, mut rows) = (Vec::new(), Vec::new());
    let mut next = 0;
    for (place, range) in cells.ranges().enumerate() {
        // Cells have the customers with refunds only as well, in the same order of ids.
        let id = cells.customer_id.get(place);
        if next == customers.len() || customers.customer_id().get(next) != id {
            continue;
        }
        if wanted[next] {
            ids.extend(range.clone().map(|_| id));
            rows.extend(range);
        }
        next += 1;
    }
    let labels: Vec<String> = rows.iter().map(|row| cells.period.label_of(cells.index[*row])).collect();
    let starts = rows.iter().map(|row| cells.period.start_of(cells.index[*row])).collect();
    let revenue = rows.iter().map(|row| money::add(cells.purchased[*row], cells.refunded[*row])).collect::<Result<Vec<_>>>()?;
    let counts = |name: &str, of: &[u32]| Column::new(name.into(), rows.iter().map(|row| of[*row]).collect::<Vec<u32>>());
    frames::frame(
        rows.len(),
        vec![
            frames::texts("customer_id", rows.len(), ids.into_iter()),
            frames::texts("period", rows.len(), labels.iter().map(String::as_str)),
            frames::dates("period_start", starts)?,
            counts("orders", &cells.purchases),
            counts("refund_orders", &cells.refunds),
            frames::decimals("revenue", revenue, cells.scale)?,
        ],
    )
}

#[cfg(test)]
mod tests {
    use chrono::NaiveDate;

    use super::*;
    use crate::book::{OverTimeParams, SegmentBook};
    use crate::ingest::Ingest;

    const LOG: &str = "customer,date,amount\n\
        ann,2024-01-03,10\nann,2024-01-20,5.50\nann,2024-03-01,-2\nann,2024-03-02,30\n\
        bob,2024-02-01,7\n\
        cyd,2024-02-02,-9\n\
        dan,2024-03-05,7\n";

    fn history_of(params: OverTimeParams) -> DataFrame {
        let read = Ingest::new().read_text(LOG).unwrap();
        SegmentBook::params().over_time(params).build(&read).unwrap().tables()["history"].clone()
    }

    #[test]
    fn every_period_with_an_order_is_a_row_and_money_adds_up() {
        let table = history_of(OverTimeParams::new());
        let column =
            |name: &str| (0..table.height()).map(|row| table.column(name).unwrap().get(row).unwrap().to_string()).collect::<Vec<_>>();
        assert_eq!(column("customer_id"), ["\"ann\"", "\"ann\"", "\"bob\"", "\"dan\""], "cyd has not bought");
        assert_eq!(column("period"), ["\"2024-01\"", "\"2024-03\"", "\"2024-02\"", "\"2024-03\""]);
        assert_eq!(column("revenue"), ["15.50", "28.00", "7.00", "7.00"]);
        assert_eq!(
            (column("orders"), column("refund_orders")),
            (["2", "1", "1", "1"].map(str::to_owned).into(), ["0", "1", "0", "0"].map(str::to_owned).into())
        );
        let start = table.column("period_start").unwrap().date().unwrap().physical().get(0);
        assert_eq!(start, Some(crate::time::day_number(NaiveDate::from_ymd_opt(2024, 1, 1).unwrap())));
    }

    #[test]
    fn of_many_customers_those_with_the_most_money_are_told() {
        let table = history_of(OverTimeParams::new().history_customers(2));
        let ids: Vec<_> = table.column("customer_id").unwrap().str().unwrap().iter().flatten().collect();
        assert_eq!(ids, ["ann", "ann", "bob"], "bob and dan are equal: the smaller id");
        assert_eq!(history_of(OverTimeParams::new().history_customers(0)).height(), 0);
    }
}
