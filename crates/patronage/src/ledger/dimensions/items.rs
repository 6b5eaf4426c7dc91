//! Which values an order has.

use crate::error::Result;
use crate::ledger::facts::Fact;
use crate::ledger::keys::OrderKey;

/// The two highest bits of a day's cell; order keys have others.
const DAY: u64 = 0b11 << 62;

/// One value in one order of a customer, or in the customer's rows of a day where rows have no order ids.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Item {
    pub(crate) customer: u32,
    /// The value's number in the ledger.
    pub(crate) value: u32,
    /// The order's key, or a day.
    pub(crate) cell: u64,
    /// Rows that are purchases; only of interest where each is an order of its own.
    pub(crate) purchases: u32,
}

impl Item {
    /// The cell of a customer's rows without order ids.
    pub(crate) fn day_cell(day: i32) -> u64 {
        DAY | u64::from(day.cast_unsigned() ^ (1 << 31))
    }

    /// The day of a cell that is not an order's.
    pub(crate) fn day(&self) -> Option<i32> {
        let low = u32::try_from(self.cell & u64::from(u32::MAX)).unwrap_or_default();
        (self.cell & DAY == DAY).then_some((low ^ (1 << 31)).cast_signed())
    }

    /// The key of the order, unless it is a day.
    pub(crate) fn order(&self) -> Option<OrderKey> {
        (self.cell & DAY != DAY).then_some(OrderKey(self.cell))
    }
}

impl Fact for Item {
    type Cell = (u64, u32);

    fn customer(&self) -> u32 {
        self.customer
    }

    fn cell(&self) -> (u64, u32) {
        (self.cell, self.value)
    }

    fn absorb(&mut self, other: &Self) -> Result<()> {
        self.purchases = self.purchases.saturating_add(other.purchases);
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn days_come_back_and_keep_their_order() {
        let item = |day| Item { customer: 0, value: 0, cell: Item::day_cell(day), purchases: 1 };
        for day in [i32::MIN, -1, 0, 19_787, i32::MAX] {
            assert_eq!((item(day).day(), item(day).order()), (Some(day), None));
        }
        assert!(Item::day_cell(-1) < Item::day_cell(0));
        let order = OrderKey::inline(b"999999999999999999").expect("fits");
        assert_eq!(Item { cell: order.0, ..item(0) }.order(), Some(order));
    }
}
