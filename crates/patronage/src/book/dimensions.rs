//! Revenue by category, product, channel and the others, what is bought together, and what a customer may take next.
//!
//! Every dimension that the ledger's rows came with is broken down within the window of the book. Affinity and the next value are
//! those of one dimension: the category, else the subcategory, else the product, unless another is named. A saved ledger keeps sums
//! by value and day, not which values an order has; what rests on orders is then left out, and a warning names it.

use polars::prelude::{Column, DataFrame};
use serde::{Deserialize, Serialize};

use super::dimension_tables::{affinity_table, composition_tables, salespeople_table};
use super::remark::Remark;
use crate::analysis::affinity::{Affinity, AffinityModel, AffinityParams, Next};
use crate::analysis::composition::{Composition, CompositionParams, CompositionView};
use crate::customers::{Customers, CustomersParams};
use crate::error::{Error, Result};
use crate::ledger::dimensions::Amounts;
use crate::ledger::{Baskets, Breakdown, Dimension, Ledger};
use crate::money;
use crate::time::{Period, date_of};

#[cfg(test)]
mod tests;

/// More rows without a value than this part of all are worth a remark.
const MANY_MISSING: f64 = 0.2;

/// How revenue is broken down, and what is looked for in baskets.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct DimensionsParams {
    composition: CompositionParams,
    affinity: AffinityParams,
    affinity_dimension: Option<Dimension>,
}

impl Default for DimensionsParams {
    fn default() -> Self {
        Self { composition: Composition::params(), affinity: Affinity::params(), affinity_dimension: None }
    }
}

impl DimensionsParams {
    /// By month; pairs of at least five orders of the category, else the subcategory, else the product.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// The period of the tables by period, and of changes.
    #[must_use]
    pub fn grain(mut self, grain: Period) -> Self {
        self.composition = self.composition.grain(grain);
        self
    }

    /// When the tables by period gather small values.
    #[must_use]
    pub fn composition(mut self, params: CompositionParams) -> Self {
        self.composition = params;
        self
    }

    /// When the tables by period gather small values, and their period.
    #[must_use]
    pub fn composition_params(&self) -> CompositionParams {
        self.composition
    }

    /// The fewest orders together, and the most pairs.
    #[must_use]
    pub fn affinity(mut self, params: AffinityParams) -> Self {
        self.affinity = params;
        self
    }

    /// The dimension whose values are looked for in baskets.
    #[must_use]
    pub fn affinity_dimension(mut self, dimension: Dimension) -> Self {
        self.affinity_dimension = Some(dimension);
        self
    }
}

/// What was broken down, for the manifest.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct DimensionsAnalysis {
    /// The period of the tables by period.
    pub grain: Period,
    /// Each dimension, in the order of tables.
    pub dimensions: Vec<DimensionSummary>,
    /// What was looked for in baskets; none where no dimension fits or orders are not known.
    pub affinity: Option<AffinitySummary>,
    /// What could not be answered, because a saved ledger does not keep order lines.
    pub unanswered: Vec<String>,
}

/// One dimension.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct DimensionSummary {
    /// Which.
    pub dimension: Dimension,
    /// Its values, the missing one not counted.
    pub values: u64,
    /// Its rows without a value.
    pub rows_without_value: u64,
    /// All money, as decimal text: that of the ledger within the window.
    pub revenue: String,
    /// The values that the table by period gathers in one row, and what that row is called.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub gathered: Option<(String, u64)>,
}

/// What was looked for in baskets.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct AffinitySummary {
    /// The dimension.
    pub dimension: Dimension,
    /// Purchase orders with at least one of its values.
    pub orders: u64,
    /// Pairs that are frequent enough.
    pub pairs_found: u64,
    /// Pairs in the table.
    pub pairs_kept: u64,
    /// Customers with a next value.
    pub customers_with_next: u64,
}

/// What a book says about dimensions.
pub(super) struct Dimensions {
    pub(super) columns: Vec<Column>,
    pub(super) tables: Vec<(String, DataFrame)>,
    pub(super) analysis: DimensionsAnalysis,
    pub(super) warnings: Vec<Remark>,
}

/// Breaks revenue down; nothing where no row came with a dimension.
pub(super) fn dimensions(
    ledger: &Ledger,
    customers: &Customers,
    looked: &CustomersParams,
    params: &DimensionsParams,
) -> Result<Option<Dimensions>> {
    let present = ledger.dimensions();
    if let Some(missing) = params.affinity_dimension.filter(|dimension| !present.contains(dimension)) {
        return Err(Error::parameter(format!("baskets of the {missing} are asked for, and no column holds it"))
            .with_hint(format!("name the column with --{missing}, or ask for another dimension")));
    }
    if present.is_empty() {
        return Ok(None);
    }
    let window = (looked.first_day().map(date_of), customers.as_of());
    let (mut tables, mut warnings, mut summaries) = (Vec::new(), Vec::new(), Vec::new());
    for &dimension in &present {
        let Some(breakdown) = ledger.breakdown(dimension, window.0, window.1)? else { continue };
        let view = params.composition.fit(&breakdown)?;
        let summary = summary(dimension, &breakdown, &view)?;
        warnings.extend(remarks(&summary, &view));
        if summaries.is_empty() {
            warnings.extend(about_amounts(&breakdown)?);
        }
        tables.extend(composition_tables(&dimension.to_string(), &view)?);
        if dimension == Dimension::Salesperson && ledger.has_baskets() {
            tables.push(("salespeople".to_owned(), salespeople_table(&view)?));
        }
        summaries.push(summary);
    }
    let (unanswered, unanswered_zh): (Vec<&str>, Vec<&str>) = unanswered(ledger, &present).into_iter().unzip();
    if !unanswered.is_empty() {
        warnings.push(Remark::new(
            format!("not answerable from a saved ledger, which keeps no order lines: {}", unanswered.join(", ")),
            format!("已保存的账本不含订单明细，以下内容无法得出：{}", unanswered_zh.join("、")),
        ));
    }
    let preferred = [Dimension::Category, Dimension::Subcategory, Dimension::Product];
    let wanted = params.affinity_dimension.or_else(|| preferred.into_iter().find(|dimension| present.contains(dimension)));
    let baskets = wanted.map(|dimension| ledger.baskets(dimension, window.0, window.1)).transpose()?.flatten();
    let (mut columns, mut affinity) = (Vec::new(), None);
    if let Some((dimension, baskets)) = wanted.zip(baskets) {
        let model = params.affinity.fit(&baskets)?;
        let next = model.score(&baskets)?;
        columns = next_columns(customers, &baskets, &model, &next);
        tables.push(("affinity".to_owned(), affinity_table(&model)?));
        affinity = Some(AffinitySummary {
            dimension,
            orders: model.orders(),
            pairs_found: model.found() as u64,
            pairs_kept: model.pairs().len() as u64 / 2,
            customers_with_next: columns.first().map_or(0, |next| (next.len() - next.null_count()) as u64),
        });
    }
    let grain = params.composition.period();
    let unanswered = unanswered.into_iter().map(str::to_owned).collect();
    let analysis = DimensionsAnalysis { grain, dimensions: summaries, affinity, unanswered };
    Ok(Some(Dimensions { columns, tables, analysis, warnings }))
}

fn summary(dimension: Dimension, breakdown: &Breakdown, view: &CompositionView) -> Result<DimensionSummary> {
    let missing = view.by_value().iter().find(|row| view.name(row.value).is_none());
    Ok(DimensionSummary {
        dimension,
        values: (view.by_value().len() - usize::from(missing.is_some())) as u64,
        rows_without_value: missing.map_or(0, |row| row.rows),
        revenue: money::to_text(breakdown.revenue()?, view.scale()),
        gathered: view.other().map(|(name, count)| (name.to_owned(), count as u64)),
    })
}

/// What a reader of a dimension's tables should know.
fn remarks(summary: &DimensionSummary, view: &CompositionView) -> Vec<Remark> {
    let DimensionSummary { dimension, values, rows_without_value, gathered, .. } = summary;
    let rows: u64 = view.by_value().iter().map(|row| row.rows).sum();
    let name_zh = dimension.name_zh();
    let mut remarks = Vec::new();
    if *rows_without_value as f64 > MANY_MISSING * rows as f64 {
        remarks.push(Remark::new(
            format!("{rows_without_value} of {rows} rows have no {dimension}; they stand under no value"),
            format!("{rows} 行中有 {rows_without_value} 行没有{name_zh}，归在“无取值”之下"),
        ));
    }
    if let Some((name, count)) = gathered {
        let listed = values.saturating_sub(*count);
        remarks.push(Remark::new(
            format!(
                "{values} values of the {dimension}: by period the {listed} with the most revenue are listed, and {count} others together as `{name}`"
            ),
            format!("{name_zh}共有 {values} 个取值：按期间仅列出收入最高的 {listed} 个，其余 {count} 个合并为 `{name}`"),
        ));
    }
    remarks
}

/// What looks odd about cost and discount; every dimension has all rows, so one is enough.
fn about_amounts(breakdown: &Breakdown) -> Result<Vec<Remark>> {
    /// A discount below one currency unit in the mean, where the mean row has this much money, is rather a rate.
    const LARGE_ROW: f64 = 10.0;
    let mut total = Amounts::default();
    breakdown.amounts.iter().try_for_each(|amounts| total.add(amounts))?;
    let mut remarks = Vec::new();
    if total.cost_rows > 0 && total.cost_rows < total.rows {
        let (known, rows) = (total.cost_rows, total.rows);
        remarks.push(Remark::new(
            format!("margin rests on {known} of {rows} rows: the others have no cost that can be read"),
            format!("毛利仅依据 {rows} 行中的 {known} 行：其余没有可读取的成本"),
        ));
    }
    if total.discount_rows > 0 {
        let mean_discount = money::to_f64(total.discount, breakdown.fine_scale) / total.discount_rows as f64;
        let mean_money = money::to_f64(total.money, breakdown.scale) / total.rows as f64;
        if mean_discount < 0.0 {
            remarks.push(Remark::new(
                "discounts are below zero: they are read as money taken off, above zero",
                "折扣为负数：折扣按减去的金额读取，应大于零",
            ));
        } else if mean_discount > 0.0 && mean_discount < 1.0 && mean_money > LARGE_ROW {
            remarks.push(Remark::new(
                format!(
                    "the mean discount is {mean_discount:.2} where the mean row has {mean_money:.2}: is the column a rate rather than money? \
                     Leave it out with --discount-column ''"
                ),
                format!(
                    "平均折扣为 {mean_discount:.2}，而平均每行金额为 {mean_money:.2}：该列是否为折扣率而非金额？可用 --discount-column '' 忽略该列"
                ),
            ));
        }
    }
    Ok(remarks)
}

/// What needs order lines that are not there, in English and in Chinese.
fn unanswered(ledger: &Ledger, present: &[Dimension]) -> Vec<(&'static str, &'static str)> {
    if ledger.has_baskets() {
        return Vec::new();
    }
    let mut unanswered = vec![(
        "orders, customers and average_order_value per value",
        "各取值的订单数（orders）、客户数（customers）与客单价（average_order_value）",
    )];
    if present.contains(&Dimension::Salesperson) {
        unanswered.push(("salespeople", "销售人员（salespeople）"));
    }
    if present.iter().any(|dimension| matches!(dimension, Dimension::Category | Dimension::Subcategory | Dimension::Product)) {
        unanswered.extend([("affinity", "关联分析（affinity）"), ("next_best", "推荐品类（next_best）")]);
    }
    unanswered
}

/// `next_best` and `next_best_score`, one a customer of the book.
fn next_columns(customers: &Customers, baskets: &Baskets, model: &AffinityModel, next: &Next) -> Vec<Column> {
    let (mut values, mut scores) = (Vec::with_capacity(customers.len()), Vec::with_capacity(customers.len()));
    let mut place = 0;
    // Both are in order of bytes.
    for id in customers.customer_id().iter() {
        while place < baskets.customer_id.len() && baskets.customer_id.get(place).as_bytes() < id.as_bytes() {
            place += 1;
        }
        let known = place < baskets.customer_id.len() && baskets.customer_id.get(place) == id;
        values.push(next.value(place).filter(|_| known).map(|value| model.name(value)));
        scores.push(next.confidence(place).filter(|_| known));
    }
    vec![Column::new("next_best".into(), values), Column::new("next_best_score".into(), scores)]
}
