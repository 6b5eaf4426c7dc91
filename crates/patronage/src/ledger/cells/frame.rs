//! Customers by period as a frame.

use polars::prelude::*;

use super::Cells;
use crate::error::Result;

impl Cells {
    /// Columns `customer_id`, `period` (its number), `first_day` (date), `orders`, `refund_orders`, `purchased`, `refunded` (exact decimals).
    ///
    /// # Errors
    /// When the columns do not make a frame, which would be a defect of this library.
    pub fn frame(&self) -> Result<DataFrame> {
        let ids = self.ranges().zip(self.customer_id.iter()).flat_map(|(range, id)| range.map(move |_| id));
        let columns = vec![
            crate::frames::texts("customer_id", self.len(), ids),
            Column::new("period".into(), &self.index),
            crate::frames::dates("first_day", self.first_day.clone())?,
            Column::new("orders".into(), &self.purchases),
            Column::new("refund_orders".into(), &self.refunds),
            crate::frames::decimals("purchased", self.purchased.clone(), self.scale)?,
            crate::frames::decimals("refunded", self.refunded.clone(), self.scale)?,
        ];
        crate::frames::frame(self.len(), columns)
    }
}
