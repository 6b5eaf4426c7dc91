//! The table as a frame.

use polars::prelude::*;

use super::Customers;
use crate::error::Result;
use crate::frames;

impl Customers {
    /// All columns of the [module's table](super), in its order.
    ///
    /// # Errors
    /// When the columns do not make a frame, which would be a defect of this library.
    pub fn frame(&self) -> Result<DataFrame> {
        let scale = self.settings.scale;
        let columns = vec![
            frames::texts("customer_id", self.len(), self.customer_id.iter()),
            frames::dates("first_purchase", self.first_purchase.clone())?,
            frames::dates("last_purchase", self.last_purchase.clone())?,
            Column::new("recency_days".into(), self.recency_days().collect::<Vec<_>>()),
            Column::new("frequency".into(), self.frequency()),
            Column::new("orders".into(), &self.orders),
            frames::decimals("monetary", self.monetary.clone(), scale)?,
            Column::new("refund_orders".into(), &self.refund_orders),
            frames::decimals("refunded", self.refunded.clone(), scale)?,
            Column::new("purchase_periods".into(), &self.purchase_periods),
            Column::new("repeat_purchases".into(), self.repeat_purchases().collect::<Vec<_>>()),
            Column::new("first_to_last".into(), self.first_to_last().collect::<Vec<_>>()),
            Column::new("age".into(), self.age().collect::<Vec<_>>()),
            Column::new("mean_repeat_value".into(), self.mean_repeat_value().collect::<Vec<_>>()),
        ];
        frames::frame(self.len(), columns)
    }
}
