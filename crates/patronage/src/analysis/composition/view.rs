//! What revenue is made of, as rows.

use crate::time::Period;

/// One value over the whole window.
#[derive(Debug, Clone, PartialEq)]
pub struct ValueRow {
    /// The value, for [`CompositionView::name`].
    pub value: usize,
    /// Net revenue in minor units.
    pub revenue: i128,
    /// Its share of all revenue; `None` when that is zero.
    pub share: Option<f64>,
    /// 1 for the most revenue; equals have the same.
    pub rank: u32,
    /// Revenue of the whole period before the last whole one, where the window holds it.
    pub previous_revenue: Option<i128>,
    /// Revenue of the last whole period.
    pub last_revenue: Option<i128>,
    /// The change from the one to the other.
    pub change: Option<f64>,
    /// The change from the same period a year before to the last whole one.
    pub change_year: Option<f64>,
    /// Input rows.
    pub rows: u64,
    /// Purchase orders that have the value; `None` where orders are not known.
    pub orders: Option<u64>,
    /// Customers with such an order.
    pub customers: Option<u64>,
    /// Customers who have it in an order of the day of their first purchase.
    pub new_customers: Option<u64>,
    /// Customers with at least two such orders.
    pub repeat_customers: Option<u64>,
    /// Net revenue per purchase order, in currency units.
    pub average_order_value: Option<f64>,
    /// Cost, in units of the finer scale; `None` where no row has one.
    pub cost: Option<i128>,
    /// Revenue of rows with a cost less their cost, in units of the finer scale.
    pub margin: Option<i128>,
    /// Margin by revenue of rows with a cost; `None` where that is not above zero.
    pub margin_rate: Option<f64>,
    /// Discount, in units of the finer scale; `None` where no row has one.
    pub discount: Option<i128>,
    /// Discount by revenue before discount; `None` where that is not above zero.
    pub discount_share: Option<f64>,
}

/// One value in one period.
#[derive(Debug, Clone, PartialEq)]
pub struct PeriodRow {
    /// The number of the period.
    pub(crate) period: i32,
    /// The value, for [`CompositionView::name`].
    pub value: usize,
    /// Net revenue in minor units.
    pub revenue: i128,
    /// Its share of the period's revenue; `None` when that is zero.
    pub share: Option<f64>,
    /// 1 for the most revenue of the period; equals have the same.
    pub rank: u32,
    /// The change from the period before, where both are whole.
    pub change: Option<f64>,
    /// The change from the same period a year before, where both are whole.
    pub change_year: Option<f64>,
    /// Input rows.
    pub rows: u64,
    /// As in [`ValueRow`].
    pub cost: Option<i128>,
    /// As in [`ValueRow`].
    pub margin: Option<i128>,
    /// As in [`ValueRow`].
    pub discount: Option<i128>,
    /// Whether the window holds the period to its end.
    pub complete: bool,
}

/// What revenue is made of. See the [module](super).
#[derive(Debug, Clone, PartialEq)]
pub struct CompositionView {
    pub(super) grain: Period,
    pub(super) scale: u8,
    pub(super) fine_scale: u8,
    /// In order of bytes, the missing one last, behind it the name of the others if there are any.
    pub(super) names: Vec<Option<String>>,
    pub(super) by_value: Vec<ValueRow>,
    pub(super) by_period: Vec<PeriodRow>,
    pub(super) other: Option<(usize, usize)>,
}

impl CompositionView {
    /// The period of the rows by period.
    #[must_use]
    pub fn grain(&self) -> Period {
        self.grain
    }

    /// The decimal places of revenue.
    #[must_use]
    pub fn scale(&self) -> u8 {
        self.scale
    }

    /// The decimal places of cost, margin and discount.
    #[must_use]
    pub fn fine_scale(&self) -> u8 {
        self.fine_scale
    }

    /// The text of a value; `None` for the missing one.
    ///
    /// # Panics
    /// When no row has this value, as a slice does.
    #[must_use]
    pub fn name(&self, value: usize) -> Option<&str> {
        self.names[value].as_deref()
    }

    /// One row per value, by rank.
    #[must_use]
    pub fn by_value(&self) -> &[ValueRow] {
        &self.by_value
    }

    /// One row per period and value, by period and rank.
    #[must_use]
    pub fn by_period(&self) -> &[PeriodRow] {
        &self.by_period
    }

    /// Under which name the rows by period hold the values that are not kept, and how many these are; none where all are kept.
    #[must_use]
    pub fn other(&self) -> Option<(&str, usize)> {
        self.other.and_then(|(value, count)| Some((self.name(value)?, count)))
    }
}
