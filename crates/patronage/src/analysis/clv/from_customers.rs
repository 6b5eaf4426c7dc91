//! From the customers table to what the models take: the only file of the models that knows where histories come from.

use super::Histories;
use super::evaluation::{Newcomers, Split};
use super::gamma_gamma::Spends;
use crate::customers::{Customers, Holdout};
use crate::error::Result;

/// The length of a tracking step in days.
pub(crate) const TRACKING_DAYS: u32 = 7;

impl Histories {
    /// One history a customer, in the order and the time unit of the table.
    ///
    /// ```
    /// use patronage::{CustomersParams, Ingest};
    /// use patronage::analysis::clv::Histories;
    /// # fn main() -> patronage::Result<()> {
    /// let text = "customer,date,amount\na,2024-03-01,5\na,2024-03-08,7\nb,2024-03-15,2\n";
    /// let customers = Ingest::new().read_text(text)?.ledger.customers(&CustomersParams::new())?;
    /// let histories = Histories::from_customers(&customers)?;
    /// assert_eq!((histories.repeat_purchases(), histories.age()), (&[1, 0][..], &[2.0, 0.0][..]));
    /// # Ok(()) }
    /// ```
    ///
    /// # Errors
    /// As [`new`](Self::new), which rows of a customers table do not give cause for.
    pub fn from_customers(customers: &Customers) -> Result<Self> {
        Self::new(customers.repeat_purchases().collect(), customers.first_to_last().collect(), customers.age().collect())
    }
}

impl Spends {
    /// The repeat purchases of each customer and their mean value, in currency units.
    ///
    /// # Errors
    /// As [`new`](Self::new).
    pub fn from_customers(customers: &Customers) -> Result<Self> {
        let repeat_purchases: Vec<u32> = customers.repeat_purchases().collect();
        let values: Vec<f64> = customers.mean_repeat_value().map(|value| value.unwrap_or(0.0)).collect();
        Self::new(&repeat_purchases, &values)
    }
}

impl Split {
    /// The two halves of a ledger, with newcomers apart and weekly actual counts for tracking.
    ///
    /// # Errors
    /// As [`new`](Self::new).
    pub fn from_holdout(holdout: &Holdout) -> Result<Self> {
        let histories = Histories::from_customers(holdout.customers())?;
        let newcomers = Newcomers { customers: holdout.newcomers(), purchases: holdout.newcomer_periods() };
        let split = Self::new(&histories, holdout.purchase_periods(), holdout.horizon())?;
        Ok(split.with_newcomers(newcomers).with_actual_counts(holdout.repeat_purchases_by_step(TRACKING_DAYS)))
    }
}
