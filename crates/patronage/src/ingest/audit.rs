//! Where every input row and every unit of money ended.

use std::collections::BTreeMap;
use std::fmt;

use chrono::NaiveDate;
use serde::{Deserialize, Serialize};

use crate::ledger::{LargestCustomer, Totals};

/// Why a row was rejected; where several apply, the first in this order.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Reason {
    /// The row has more or fewer fields than the header, or is not an object.
    RaggedRow,
    /// The row is not text in the encoding of the file.
    BadEncoding,
    /// The customer is empty or one of the words for nothing.
    MissingCustomer,
    /// The time cannot be read.
    BadTime,
    /// The time is not within 1900 to 2199.
    TimeOutOfRange,
    /// The amount cannot be read, has too many decimal places, or is in another currency.
    BadAmount,
    /// The amount is zero, and zero amounts are to be rejected.
    ZeroAmount,
    /// The customer is on the list of those to leave out.
    Excluded,
    /// The row repeats an earlier one on all columns, and repeats are to be removed.
    Duplicate,
}

impl Reason {
    /// The stable word for it.
    #[must_use]
    pub fn word(self) -> &'static str {
        match self {
            Self::RaggedRow => "ragged_row",
            Self::BadEncoding => "bad_encoding",
            Self::MissingCustomer => "missing_customer",
            Self::BadTime => "bad_time",
            Self::TimeOutOfRange => "time_out_of_range",
            Self::BadAmount => "bad_amount",
            Self::ZeroAmount => "zero_amount",
            Self::Excluded => "excluded",
            Self::Duplicate => "duplicate",
        }
    }
}

impl fmt::Display for Reason {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.word())
    }
}

/// A row that was rejected.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Reject {
    /// The file, as it was named.
    pub file: String,
    /// The row: 1 is the first row of data, the header and blank lines are not counted.
    pub row: u64,
    /// The column to blame, where one is.
    pub column: Option<String>,
    /// Its value, cut to a readable length.
    pub value: Option<String>,
    /// Why.
    pub reason: Reason,
    /// The money it carried as decimal text, where that could be read.
    pub money: Option<String>,
}

/// Counts and money of one run: `rows_in = rows_accepted + rows_rejected`, and the same for money.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Audit {
    /// All rows of data.
    pub rows_in: u64,
    /// Rows in the ledger.
    pub rows_accepted: u64,
    /// Rows rejected, by reason; reasons that did not occur are absent.
    pub rows_rejected: BTreeMap<Reason, u64>,
    /// Rejected rows whose money could not be read.
    pub rows_without_money: u64,
    /// All money that could be read, as decimal text.
    pub money_in: String,
    /// The money in the ledger.
    pub money_accepted: String,
    /// The money of rejected rows.
    pub money_rejected: String,
    /// Customers with at least one accepted row.
    pub customers: u64,
    /// Customers with refunds only.
    pub refund_only_customers: u64,
    /// Purchase orders.
    pub orders: u64,
    /// Refund orders.
    pub refund_orders: u64,
    /// Rows that repeat an earlier one on all columns; null when they were not counted.
    pub duplicate_rows: Option<u64>,
    /// The first accepted local day.
    pub first: Option<NaiveDate>,
    /// The last accepted local day.
    pub last: Option<NaiveDate>,
    /// The customer with the most orders and its share of all.
    pub largest_customer: Option<LargestCustomer>,
    /// The currency, where amounts or a column name one.
    pub currency: Option<String>,
    /// Accepted rows without a cost that can be read, where there is such a column; margins leave them out.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub cost_missing_rows: Option<u64>,
    /// Accepted rows without a discount that can be read, where there is such a column; they count as without one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub discount_missing_rows: Option<u64>,
    /// Remarks on the choice of columns: optional ones that were left out because several fit.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub notes: Vec<String>,
}

impl Audit {
    /// All rejected rows.
    #[must_use]
    pub fn rejected(&self) -> u64 {
        self.rows_rejected.values().sum()
    }

    /// The counts of its ledger.
    #[must_use]
    pub fn totals(&self) -> Totals {
        Totals {
            customers: self.customers,
            refund_only_customers: self.refund_only_customers,
            orders: self.orders,
            refund_orders: self.refund_orders,
            first: self.first,
            last: self.last,
            largest_customer: self.largest_customer.clone(),
        }
    }
}
