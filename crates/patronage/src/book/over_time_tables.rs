//! The tables of the views over time.

use chrono::NaiveDate;
use polars::prelude::{Column, DataFrame};

use crate::analysis::cohort::{Cohort, CohortCell, CohortView};
use crate::analysis::growth::{GrowthRow, GrowthView, NewCustomersRow};
use crate::analysis::migration::{Flow, MigrationView};
use crate::analysis::trend::{Gaps, TrendView};
use crate::error::Result;
use crate::frames;
use crate::ledger::ViewPeriod;
use crate::time::day_number;

/// A table while it is made: a column at a time, each from the same rows.
pub(super) struct Sheet<'a, R> {
    rows: &'a [R],
    scale: u8,
    columns: Vec<Column>,
}

impl<'a, R> Sheet<'a, R> {
    pub(super) fn new(rows: &'a [R], scale: u8) -> Self {
        Self { rows, scale, columns: Vec::new() }
    }

    pub(super) fn text(&mut self, name: &str, of: impl Fn(&R) -> Option<&str>) {
        self.columns.push(frames::optional_texts(name, self.rows.len(), self.rows.iter().map(of)));
    }

    pub(super) fn date(&mut self, name: &str, of: impl Fn(&R) -> NaiveDate) -> Result<()> {
        self.columns.push(frames::dates(name, self.rows.iter().map(|row| day_number(of(row))).collect())?);
        Ok(())
    }

    pub(super) fn count(&mut self, name: &str, of: impl Fn(&R) -> u64) {
        self.columns.push(Column::new(name.into(), self.rows.iter().map(of).collect::<Vec<u64>>()));
    }

    fn optional_count(&mut self, name: &str, of: impl Fn(&R) -> Option<u64>) {
        self.columns.push(Column::new(name.into(), self.rows.iter().map(of).collect::<Vec<Option<u64>>>()));
    }

    fn signed(&mut self, name: &str, of: impl Fn(&R) -> i64) {
        self.columns.push(Column::new(name.into(), self.rows.iter().map(of).collect::<Vec<i64>>()));
    }

    pub(super) fn number(&mut self, name: &str, of: impl Fn(&R) -> Option<f64>) {
        self.columns.push(Column::new(name.into(), self.rows.iter().map(of).collect::<Vec<Option<f64>>>()));
    }

    pub(super) fn money(&mut self, name: &str, of: impl Fn(&R) -> i128) -> Result<()> {
        self.columns.push(frames::decimals(name, self.rows.iter().map(of).collect(), self.scale)?);
        Ok(())
    }

    fn optional_money(&mut self, name: &str, of: impl Fn(&R) -> Option<i128>) -> Result<()> {
        self.columns.push(frames::optional_decimals(name, &self.rows.iter().map(of).collect::<Vec<_>>(), self.scale)?);
        Ok(())
    }

    fn flag(&mut self, name: &str, of: impl Fn(&R) -> bool) {
        self.columns.push(Column::new(name.into(), self.rows.iter().map(of).collect::<Vec<bool>>()));
    }

    fn period(&mut self, of: impl Fn(&R) -> &ViewPeriod) -> Result<()> {
        self.text("period", |row| Some(&of(row).label));
        self.date("period_start", |row| of(row).start)
    }

    pub(super) fn finish(self) -> Result<DataFrame> {
        frames::frame(self.rows.len(), self.columns)
    }
}

/// `growth`: a row per period.
pub(super) fn growth(view: &GrowthView) -> Result<DataFrame> {
    let mut sheet = Sheet::new(view.rows(), view.scale());
    sheet.period(|row| &row.period)?;
    sheet.count("active", |row| row.active);
    sheet.count("new", |row| row.new);
    sheet.count("retained", |row| row.retained);
    sheet.count("reactivated", |row| row.reactivated);
    sheet.count("churned", |row| row.churned);
    sheet.number("quick_ratio", GrowthRow::quick_ratio);
    sheet.signed("net_adds", GrowthRow::net_adds);
    sheet.number("churn_to_adds", GrowthRow::churn_to_adds);
    sheet.money("revenue", |row| row.revenue)?;
    sheet.money("new_revenue", |row| row.new_revenue)?;
    sheet.money("reactivated_revenue", |row| row.reactivated_revenue)?;
    sheet.money("retained_revenue", |row| row.retained_revenue)?;
    sheet.money("expansion", |row| row.expansion)?;
    sheet.money("contraction", |row| row.contraction)?;
    sheet.money("churned_revenue", |row| row.churned_revenue)?;
    sheet.number("money_quick_ratio", GrowthRow::money_quick_ratio);
    sheet.number("net_revenue_retention", GrowthRow::net_revenue_retention);
    sheet.number("gross_revenue_retention", GrowthRow::gross_revenue_retention);
    sheet.flag("complete", |row| row.period.complete);
    sheet.flag("left_truncated", |row| row.period.left_truncated);
    sheet.finish()
}

/// `new_customers`: a row per year, quarter and month.
pub(super) fn new_customers(rows: &[NewCustomersRow]) -> Result<DataFrame> {
    let grains: Vec<String> = rows.iter().map(|row| row.grain.to_string()).collect();
    let grains = frames::texts("grain", rows.len(), grains.iter().map(String::as_str));
    let mut sheet = Sheet { rows, scale: 0, columns: vec![grains] };
    sheet.period(|row| &row.period)?;
    sheet.count("new_customers", |row| row.new_customers);
    sheet.number("change", |row| row.change);
    sheet.number("change_year", |row| row.change_year);
    sheet.flag("complete", |row| row.period.complete);
    sheet.flag("left_truncated", |row| row.period.left_truncated);
    sheet.finish()
}

/// `cohorts`: a row per cohort and period since, as many for each; null where nothing has been observed yet.
pub(super) fn cohorts(view: &CohortView) -> Result<DataFrame> {
    struct Row<'a> {
        cohort: &'a Cohort,
        index: usize,
        cell: Option<&'a CohortCell>,
    }
    let all = view.cohorts();
    let row = |cohort, index| Row { cohort, index, cell: cohort.cells.get(index) };
    let rows: Vec<Row<'_>> = all.iter().flat_map(|cohort| (0..all.len()).map(move |index| row(cohort, index))).collect();
    let scale = view.scale();
    let mut sheet = Sheet::new(&rows, scale);
    sheet.text("cohort", |row| Some(&row.cohort.period.label));
    sheet.date("cohort_start", |row| row.cohort.period.start)?;
    sheet.count("period_index", |row| row.index as u64);
    sheet.count("cohort_size", |row| row.cohort.size);
    sheet.optional_count("customers", |row| row.cell.map(|cell| cell.customers));
    sheet.number("retention", |row| row.cell.and_then(|cell| row.cohort.retention(cell)));
    sheet.optional_count("orders", |row| row.cell.map(|cell| cell.orders));
    sheet.optional_money("revenue", |row| row.cell.map(|cell| cell.revenue))?;
    sheet.optional_money("cumulative_revenue", |row| row.cell.map(|cell| cell.cumulative_revenue))?;
    sheet.number("revenue_per_customer", |row| row.cell.and_then(|cell| row.cohort.revenue_per_customer(cell, scale)));
    sheet.flag("complete", |row| row.cell.is_some_and(|cell| cell.complete));
    sheet.flag("left_truncated", |row| row.cohort.period.left_truncated);
    sheet.finish()
}

/// `trend`: a row per period.
pub(super) fn trend(view: &TrendView) -> Result<DataFrame> {
    let mut sheet = Sheet::new(view.rows(), view.scale());
    sheet.period(|row| &row.period)?;
    sheet.money("revenue", |row| row.revenue)?;
    sheet.money("purchased", |row| row.purchased)?;
    sheet.money("refunded", |row| row.refunded)?;
    sheet.count("orders", |row| row.orders);
    sheet.count("customers", |row| row.customers);
    sheet.number("average_order_value", |row| row.average_order_value);
    sheet.number("arpu", |row| row.arpu);
    sheet.number("revenue_change", |row| row.change.revenue);
    sheet.number("revenue_change_year", |row| row.change_year.revenue);
    sheet.number("orders_change", |row| row.change.orders);
    sheet.number("orders_change_year", |row| row.change_year.orders);
    sheet.number("customers_change", |row| row.change.customers);
    sheet.number("customers_change_year", |row| row.change_year.customers);
    sheet.number("arpu_change", |row| row.change.arpu);
    sheet.number("arpu_change_year", |row| row.change_year.arpu);
    sheet.flag("complete", |row| row.period.complete);
    sheet.finish()
}

/// `gaps`: between days, and between orders.
pub(super) fn gaps(gaps: &[Gaps]) -> Result<DataFrame> {
    let kinds: Vec<String> = gaps.iter().map(|gaps| gaps.kind.to_string()).collect();
    let kinds = frames::texts("kind", gaps.len(), kinds.iter().map(String::as_str));
    let mut sheet = Sheet { rows: gaps, scale: 0, columns: vec![kinds] };
    sheet.count("count", |gaps| gaps.count);
    sheet.count("zero_gaps", |gaps| gaps.zero_gaps);
    sheet.number("mean", Gaps::mean);
    for percent in [50, 80, 90, 95] {
        sheet.number(&format!("p{percent}"), |gaps| gaps.quantile(percent));
    }
    sheet.finish()
}

/// `migration`: a row per form and way.
pub(super) fn migration(forms: &[(&str, &MigrationView)], from: NaiveDate, to: NaiveDate, scale: u8) -> Result<DataFrame> {
    let rows: Vec<(&str, &Flow)> = forms.iter().flat_map(|(form, view)| view.flows().iter().map(move |flow| (*form, flow))).collect();
    let mut sheet = Sheet::new(&rows, scale);
    sheet.text("form", |(form, _)| Some(form));
    sheet.date("from_date", |_| from)?;
    sheet.date("to_date", |_| to)?;
    sheet.text("from_segment", |(_, flow)| flow.from.as_deref());
    sheet.text("to_segment", |(_, flow)| flow.to.as_deref());
    sheet.count("customers", |(_, flow)| flow.customers);
    sheet.number("from_share", |(_, flow)| flow.from_share);
    sheet.money("revenue_from", |(_, flow)| flow.revenue_from)?;
    sheet.money("revenue_to", |(_, flow)| flow.revenue_to)?;
    sheet.finish()
}
