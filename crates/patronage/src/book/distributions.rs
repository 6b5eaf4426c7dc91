//! How customers are spread: counts and means in bins, for those who draw them.
//!
//! Everything here follows from the customer rows; bins are fixed by rule, so the same book gives the same tables. Sums run in
//! the order of the rows.

use std::collections::BTreeMap;

use polars::prelude::*;

use super::SegmentBook;
use crate::analysis::rfm::RfmModel;
use crate::error::{Error, Result};
use crate::frames;
use crate::money;

/// Widths of bins of days, of which the least is taken that needs no more than [`MOST_DAY_BINS`].
const DAY_STEPS: [u32; 10] = [1, 7, 14, 30, 60, 90, 180, 365, 730, 3_650];
const MOST_DAY_BINS: u32 = 40;
/// From so many orders on, customers share a bin.
const MANY_ORDERS: u32 = 20;
/// Money in five bins a power of ten, at the rounded steps of a geometric series (Renard's R5).
const MONEY_STEPS: [f64; 5] = [1.0, 1.6, 2.5, 4.0, 6.3];
/// Probabilities in bins of a twentieth.
const PROBABILITY_BINS: usize = 20;
/// Where bins of frequency begin in `future_cells`.
const FREQUENCY_STARTS: [u32; 9] = [1, 2, 3, 4, 5, 7, 10, 15, 25];
/// Where bins of recency, in days, begin in `future_cells`.
const RECENCY_STARTS: [u32; 10] = [0, 31, 61, 91, 121, 181, 271, 366, 546, 731];

impl SegmentBook {
    /// Tables of how the customers are spread, by name; those whose columns the book lacks are absent.
    ///
    /// - `rfm_cells`: customers, revenue and mean revenue of each pair of recency and frequency scores;
    /// - `score_counts`: customers by axis and score;
    /// - `distributions`: customers by bin of `recency_days`, `orders`, `monetary`, `probability_alive` and `churn_probability`,
    ///   above `low` up to `high` (probabilities: from `low` to below `high`), null where a bin is open;
    /// - `value_deciles`: tenths of the customers by residual value, the first with the most: sum, mean, means of the bounds of the
    ///   95 % intervals;
    /// - `future_cells`: customers, mean `probability_alive` and mean `expected_purchases` by bins of frequency and recency;
    /// - `segment_risk`: residual value, value at risk and mean churn probability by segment.
    ///
    /// # Errors
    /// When a column is of a type that a book does not write.
    ///
    /// ```
    /// use patronage::{Analysis, Ingest, SegmentBook};
    /// # fn main() -> patronage::Result<()> {
    /// let log = "customer,date,amount\nann,2024-03-01,50\nann,2024-03-20,70\nbob,2024-01-05,20\n";
    /// let book = SegmentBook::params().only([Analysis::Rfm]).build(&Ingest::new().read_text(log)?)?;
    /// let spread = book.distributions()?;
    /// assert_eq!(spread["score_counts"].height(), 15);
    /// assert!(!spread.contains_key("value_deciles"));
    /// # Ok(()) }
    /// ```
    pub fn distributions(&self) -> Result<BTreeMap<String, DataFrame>> {
        let mut tables = BTreeMap::new();
        let mut add = |name: &str, table: Option<DataFrame>| tables.extend(table.map(|table| (name.to_owned(), table)));
        add("rfm_cells", rfm_cells(&self.segments)?);
        add("score_counts", score_counts(&self.segments, self.manifest.analyses.rfm.as_ref().map_or(5, RfmModel::bins))?);
        add("distributions", distributions(&self.segments)?);
        add("value_deciles", value_deciles(&self.segments)?);
        add("future_cells", future_cells(&self.segments)?);
        add("segment_risk", segment_risk(&self.segments)?);
        Ok(tables)
    }
}

fn broken(name: &str) -> Error {
    Error::input("the book has a column of an unexpected type").at_column(name)
}

/// A column as numbers; `None` when the book has no such column.
fn numbers(frame: &DataFrame, name: &str) -> Result<Option<Vec<Option<f64>>>> {
    let Ok(column) = frame.column(name) else { return Ok(None) };
    let floats = column.cast(&DataType::Float64).map_err(|_| broken(name))?;
    Ok(Some(floats.f64().map_err(|_| broken(name))?.iter().collect()))
}

/// A column of counts without nulls; `None` when the book has no such column.
fn counts(frame: &DataFrame, name: &str) -> Result<Option<Vec<u32>>> {
    let Ok(column) = frame.column(name) else { return Ok(None) };
    let counts = column.cast(&DataType::UInt32).map_err(|_| broken(name))?;
    let counts: Option<Vec<u32>> = counts.u32().map_err(|_| broken(name))?.iter().collect();
    counts.map(Some).ok_or_else(|| broken(name))
}

fn money_column(frame: &DataFrame, name: &str) -> Result<(Vec<i128>, u8)> {
    let column = frame.column(name).map_err(|_| broken(name))?;
    let mut scale = 0;
    let minor = (0..column.len()).map(|row| match column.get(row) {
        Ok(AnyValue::Decimal(minor, _, places)) => {
            scale = u8::try_from(places).unwrap_or(0);
            Ok(minor)
        }
        _ => Err(broken(name)),
    });
    Ok((minor.collect::<Result<_>>()?, scale))
}

fn rfm_cells(segments: &DataFrame) -> Result<Option<DataFrame>> {
    let (Some(recency), Some(frequency)) = (counts(segments, "r_score")?, counts(segments, "f_score")?) else { return Ok(None) };
    let (money, scale) = money_column(segments, "monetary")?;
    let mut cells: BTreeMap<(u32, u32), (u64, i128)> = BTreeMap::new();
    for ((r, f), money) in recency.iter().zip(&frequency).zip(money) {
        let cell = cells.entry((*r, *f)).or_default();
        cell.0 += 1;
        cell.1 = money::add(cell.1, money)?;
    }
    let columns = vec![
        Column::new("r_score".into(), cells.keys().map(|cell| cell.0).collect::<Vec<_>>()),
        Column::new("f_score".into(), cells.keys().map(|cell| cell.1).collect::<Vec<_>>()),
        Column::new("customers".into(), cells.values().map(|cell| cell.0).collect::<Vec<_>>()),
        frames::decimals("revenue", cells.values().map(|cell| cell.1).collect(), scale)?,
        Column::new("mean_revenue".into(), cells.values().map(|cell| money::to_f64(cell.1, scale) / cell.0 as f64).collect::<Vec<_>>()),
    ];
    frames::frame(cells.len(), columns).map(Some)
}

fn score_counts(segments: &DataFrame, bins: u8) -> Result<Option<DataFrame>> {
    let mut rows: Vec<(&str, u32, u64)> = Vec::new();
    let mut axes = Vec::new();
    for (axis, name) in [("recency", "r_score"), ("frequency", "f_score"), ("monetary", "m_score")] {
        let Some(scores) = counts(segments, name)? else { return Ok(None) };
        axes.push((axis, scores));
    }
    // Scores that nobody has are listed too.
    let most = axes.iter().flat_map(|(_, scores)| scores).copied().max().unwrap_or(0).max(u32::from(bins));
    for (axis, scores) in &axes {
        for score in 1..=most {
            rows.push((axis, score, scores.iter().filter(|own| **own == score).count() as u64));
        }
    }
    let columns = vec![
        frames::texts("axis", rows.len(), rows.iter().map(|row| row.0)),
        Column::new("score".into(), rows.iter().map(|row| row.1).collect::<Vec<_>>()),
        Column::new("customers".into(), rows.iter().map(|row| row.2).collect::<Vec<_>>()),
    ];
    frames::frame(rows.len(), columns).map(Some)
}

/// A bin: its limits, and how many customers are in it.
struct Bin {
    low: Option<f64>,
    high: Option<f64>,
    customers: u64,
}

impl Bin {
    fn new(low: Option<f64>, high: Option<f64>) -> Self {
        Self { low, high, customers: 0 }
    }
}

fn distributions(segments: &DataFrame) -> Result<Option<DataFrame>> {
    let mut rows: Vec<(&str, Bin)> = Vec::new();
    if let Some(days) = counts(segments, "recency_days")? {
        rows.extend(day_bins(&days).into_iter().map(|bin| ("recency_days", bin)));
    }
    if let Some(orders) = counts(segments, "orders")? {
        rows.extend(order_bins(&orders).into_iter().map(|bin| ("orders", bin)));
    }
    if let Some(money) = numbers(segments, "monetary")? {
        rows.extend(money_bins(&money).into_iter().map(|bin| ("monetary", bin)));
    }
    for name in ["probability_alive", "churn_probability"] {
        if let Some(probabilities) = numbers(segments, name)? {
            rows.extend(probability_bins(&probabilities).into_iter().map(|bin| (name, bin)));
        }
    }
    let columns = vec![
        frames::texts("quantity", rows.len(), rows.iter().map(|row| row.0)),
        Column::new("low".into(), rows.iter().map(|row| row.1.low).collect::<Vec<_>>()),
        Column::new("high".into(), rows.iter().map(|row| row.1.high).collect::<Vec<_>>()),
        Column::new("customers".into(), rows.iter().map(|row| row.1.customers).collect::<Vec<_>>()),
    ];
    frames::frame(rows.len(), columns).map(Some)
}

/// Days from 0 in bins of one width; a bin holds its high day.
fn day_bins(days: &[u32]) -> Vec<Bin> {
    let most = days.iter().copied().max().unwrap_or(0);
    let step = DAY_STEPS.into_iter().find(|step| most / step < MOST_DAY_BINS).unwrap_or(most.max(1));
    let bin_of = |day: u32| day.saturating_sub(1) / step;
    let mut bins: Vec<Bin> =
        (0..=bin_of(most)).map(|bin| Bin::new((bin > 0).then(|| f64::from(bin * step)), Some(f64::from((bin + 1) * step)))).collect();
    for day in days {
        bins[bin_of(*day) as usize].customers += 1;
    }
    bins
}

/// Orders one by one, and many together.
fn order_bins(orders: &[u32]) -> Vec<Bin> {
    let most = orders.iter().copied().max().unwrap_or(0).clamp(1, MANY_ORDERS);
    let mut bins: Vec<Bin> = (1..=most)
        .map(|count| Bin::new(Some(f64::from(count - 1)), if count == MANY_ORDERS { None } else { Some(f64::from(count)) }))
        .collect();
    for count in orders {
        bins[(*count).clamp(1, most) as usize - 1].customers += 1;
    }
    bins
}

/// Money in steps of a geometric series; what is not positive in one bin.
fn money_bins(money: &[Option<f64>]) -> Vec<Bin> {
    let positive = || money.iter().flatten().copied().filter(|amount| *amount > 0.0);
    let (Some(least), Some(most)) = (positive().min_by(f64::total_cmp), positive().max_by(f64::total_cmp)) else {
        return vec![Bin { low: None, high: Some(0.0), customers: money.iter().flatten().count() as u64 }];
    };
    // Edges as decimal texts, so that they are the nearest floats to what they say.
    let edges: Vec<f64> =
        (-7..38).flat_map(|power| MONEY_STEPS.map(|step| format!("{step}e{power}").parse::<f64>().unwrap_or(f64::INFINITY))).collect();
    let first = edges.partition_point(|edge| *edge < least).saturating_sub(1);
    let last = edges.partition_point(|edge| *edge < most).min(edges.len() - 1);
    let edges = &edges[first..=last];
    let mut bins = vec![Bin::new(None, Some(0.0)), Bin::new(Some(0.0), Some(edges[0]))];
    bins.extend(edges.windows(2).map(|pair| Bin::new(Some(pair[0]), Some(pair[1]))));
    for amount in money.iter().flatten() {
        let bin = if *amount <= 0.0 { 0 } else { 1 + edges.partition_point(|edge| edge < amount).min(edges.len() - 1) };
        bins[bin].customers += 1;
    }
    let empty = bins.iter().take(2).take_while(|bin| bin.customers == 0).count();
    bins.drain(..empty);
    bins
}

fn probability_bins(probabilities: &[Option<f64>]) -> Vec<Bin> {
    let width = 1.0 / PROBABILITY_BINS as f64;
    let mut bins: Vec<Bin> = (0..PROBABILITY_BINS).map(|bin| Bin::new(Some(bin as f64 * width), Some((bin + 1) as f64 * width))).collect();
    for probability in probabilities.iter().flatten() {
        let at = bins.partition_point(|bin| bin.high.is_some_and(|high| high <= *probability)).min(PROBABILITY_BINS - 1);
        bins[at].customers += 1;
    }
    bins
}

fn value_deciles(segments: &DataFrame) -> Result<Option<DataFrame>> {
    let Some(values) = numbers(segments, "residual_value")? else { return Ok(None) };
    let bounds = (numbers(segments, "residual_value_low")?, numbers(segments, "residual_value_high")?);
    let mut order: Vec<usize> = (0..values.len()).filter(|row| values[*row].is_some()).collect();
    if order.is_empty() {
        return Ok(None);
    }
    // Stable: equal values stay in the order of their ids.
    order.sort_by(|a, b| values[*b].unwrap_or_default().total_cmp(&values[*a].unwrap_or_default()));
    let tenths: Vec<&[usize]> =
        (0..10).map(|tenth| &order[order.len() * tenth / 10..order.len() * (tenth + 1) / 10]).filter(|rows| !rows.is_empty()).collect();
    let sum = |rows: &[usize], of: &[Option<f64>]| rows.iter().filter_map(|row| of[*row]).sum::<f64>();
    // A bound that some of a tenth lack has no mean.
    let means = |of: &Option<Vec<Option<f64>>>| {
        let whole = |rows: &&[usize], of: &[Option<f64>]| rows.iter().all(|row| of[*row].is_some());
        let mean = |rows: &&[usize]| of.as_ref().filter(|of| whole(rows, of)).map(|of| sum(rows, of) / rows.len() as f64);
        tenths.iter().map(mean).collect::<Vec<Option<f64>>>()
    };
    let columns = vec![
        Column::new("decile".into(), (1..=tenths.len() as u64).collect::<Vec<_>>()),
        Column::new("customers".into(), tenths.iter().map(|rows| rows.len() as u64).collect::<Vec<_>>()),
        Column::new("residual_value".into(), tenths.iter().map(|rows| sum(rows, &values)).collect::<Vec<_>>()),
        Column::new("mean".into(), tenths.iter().map(|rows| sum(rows, &values) / rows.len() as f64).collect::<Vec<_>>()),
        Column::new("mean_low".into(), means(&bounds.0)),
        Column::new("mean_high".into(), means(&bounds.1)),
    ];
    frames::frame(tenths.len(), columns).map(Some)
}

fn future_cells(segments: &DataFrame) -> Result<Option<DataFrame>> {
    let (Some(alive), Some(purchases)) = (numbers(segments, "probability_alive")?, numbers(segments, "expected_purchases")?) else {
        return Ok(None);
    };
    let (Some(frequency), Some(recency)) = (counts(segments, "frequency")?, counts(segments, "recency_days")?) else { return Ok(None) };
    let bin_of = |starts: &[u32], value: u32| starts.partition_point(|start| *start <= value).saturating_sub(1);
    let mut cells: BTreeMap<(usize, usize), (u64, f64, f64)> = BTreeMap::new();
    for row in 0..segments.height() {
        let (Some(alive), Some(purchases)) = (alive[row], purchases[row]) else { continue };
        let cell = cells.entry((bin_of(&FREQUENCY_STARTS, frequency[row]), bin_of(&RECENCY_STARTS, recency[row]))).or_default();
        cell.0 += 1;
        cell.1 += alive;
        cell.2 += purchases;
    }
    let last_of = |starts: &[u32], bin: usize| starts.get(bin + 1).map(|next| next - 1);
    let columns = vec![
        Column::new("frequency_low".into(), cells.keys().map(|cell| FREQUENCY_STARTS[cell.0]).collect::<Vec<_>>()),
        Column::new("frequency_high".into(), cells.keys().map(|cell| last_of(&FREQUENCY_STARTS, cell.0)).collect::<Vec<_>>()),
        Column::new("recency_low".into(), cells.keys().map(|cell| RECENCY_STARTS[cell.1]).collect::<Vec<_>>()),
        Column::new("recency_high".into(), cells.keys().map(|cell| last_of(&RECENCY_STARTS, cell.1)).collect::<Vec<_>>()),
        Column::new("customers".into(), cells.values().map(|cell| cell.0).collect::<Vec<_>>()),
        Column::new("probability_alive".into(), cells.values().map(|cell| cell.1 / cell.0 as f64).collect::<Vec<_>>()),
        Column::new("expected_purchases".into(), cells.values().map(|cell| cell.2 / cell.0 as f64).collect::<Vec<_>>()),
    ];
    frames::frame(cells.len(), columns).map(Some)
}

/// Customers, and for each column how many have a value and their sum.
type Sums = (u64, Vec<(u64, f64)>);

fn segment_risk(segments: &DataFrame) -> Result<Option<DataFrame>> {
    let Ok(keys) = segments.column("segment") else { return Ok(None) };
    let keys = keys.str().map_err(|_| broken("segment"))?;
    let names = ["residual_value", "value_at_risk", "churn_probability"];
    let columns: Vec<(&str, Vec<Option<f64>>)> = names
        .into_iter()
        .filter_map(|name| numbers(segments, name).transpose().map(|column| column.map(|column| (name, column))))
        .collect::<Result<_>>()?;
    if columns.is_empty() {
        return Ok(None);
    }
    let mut groups: BTreeMap<&str, Sums> = BTreeMap::new();
    for (row, key) in keys.iter().enumerate() {
        let group = groups.entry(key.unwrap_or_default()).or_insert_with(|| (0, vec![(0, 0.0); columns.len()]));
        group.0 += 1;
        for ((_, values), sum) in columns.iter().zip(&mut group.1) {
            if let Some(value) = values[row] {
                sum.0 += 1;
                sum.1 += value;
            }
        }
    }
    let mut table = vec![
        frames::texts("segment", groups.len(), groups.keys().copied()),
        Column::new("customers".into(), groups.values().map(|group| group.0).collect::<Vec<_>>()),
    ];
    for (place, (name, _)) in columns.iter().enumerate() {
        let value = |group: &Sums| {
            let (count, sum) = group.1[place];
            let whole = if *name == "churn_probability" { count as f64 } else { 1.0 };
            (count > 0).then(|| sum / whole)
        };
        let name = if *name == "churn_probability" { "mean_churn_probability" } else { name };
        table.push(Column::new(name.into(), groups.values().map(value).collect::<Vec<Option<f64>>>()));
    }
    frames::frame(groups.len(), table).map(Some)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn limits(bins: &[Bin]) -> Vec<(Option<f64>, Option<f64>, u64)> {
        bins.iter().map(|bin| (bin.low, bin.high, bin.customers)).collect()
    }

    #[test]
    fn days_fall_into_the_bin_that_ends_with_them() {
        assert_eq!(limits(&day_bins(&[0, 1, 2, 2])), [(None, Some(1.0), 2), (Some(1.0), Some(2.0), 2)]);
        let bins = day_bins(&[0, 30, 31, 400]);
        assert_eq!((bins[0].high, bins[0].customers, bins.len()), (Some(14.0), 1, 29));
        assert_eq!(bins.iter().map(|bin| bin.customers).sum::<u64>(), 4);
    }

    #[test]
    fn many_orders_share_a_bin() {
        let bins = order_bins(&[1, 1, 19, 20, 500]);
        assert_eq!((bins[0].customers, bins[18].customers, bins[19].customers, bins[19].high), (2, 1, 2, None));
    }

    #[test]
    fn money_is_counted_once_whatever_its_size() {
        let money = [Some(-3.0), Some(0.0), Some(0.01), Some(1.0), Some(1.6), Some(1e9), None];
        let bins = money_bins(&money);
        assert_eq!(bins.iter().map(|bin| bin.customers).sum::<u64>(), 6);
        assert_eq!(bins[0].customers, 2);
        let at = |high: f64| bins.iter().find(|bin| bin.high == Some(high)).map(|bin| bin.customers);
        assert_eq!((at(1.0), at(1.6), at(1e9)), (Some(1), Some(1), Some(1)));
        assert!(bins.windows(2).all(|pair| pair[0].high == pair[1].low));
    }

    #[test]
    fn certainty_is_in_the_last_bin() {
        let bins = probability_bins(&[Some(0.0), Some(0.05), Some(1.0), None]);
        assert_eq!((bins[0].customers, bins[1].customers, bins[19].customers), (1, 1, 1));
    }
}
