//! The walk along both sides.

use std::cmp::Ordering;
use std::collections::BTreeMap;

use crate::error::{Error, Result};
use crate::ids::TextColumn;
use crate::money;

/// Segments of customers at one date: one row per customer, sorted by the bytes of the id.
#[derive(Debug, Clone, Copy)]
pub struct Snapshot<'a> {
    /// The ids, ascending.
    pub customer_id: &'a TextColumn,
    /// The segment of each customer, as a position in `segments`.
    pub segment: &'a [u16],
    /// The keys of the segments; where the segments are classes, the best first.
    pub segments: &'a [String],
    /// The money of each customer, in minor units of the scale of both snapshots.
    pub revenue: &'a [i128],
}

impl Snapshot<'_> {
    fn check(&self, which: &str) -> Result<()> {
        let rows = self.customer_id.len();
        if self.segment.len() != rows || self.revenue.len() != rows {
            return Err(Error::parameter(format!(
                "the {which} snapshot has {rows} customers, {} segments and {} amounts: one each is needed",
                self.segment.len(),
                self.revenue.len()
            )));
        }
        if let Some(wrong) = self.segment.iter().find(|segment| usize::from(**segment) >= self.segments.len()) {
            return Err(Error::parameter(format!(
                "the {which} snapshot has {} segments, and a customer in one beyond",
                self.segments.len()
            ))
            .with_value(&wrong.to_string()));
        }
        if let Some(row) = (1..rows).find(|row| self.customer_id.get(row - 1) >= self.customer_id.get(*row)) {
            return Err(Error::input(format!("the {which} snapshot is not sorted by customer id, or has a customer twice"))
                .with_value(self.customer_id.get(row)));
        }
        Ok(())
    }
}

/// Customers that took the same way. Money is in minor units of the snapshots' scale.
#[derive(Debug, Clone, PartialEq)]
pub struct Flow {
    /// The segment then; none when they have entered.
    pub from: Option<String>,
    /// The segment now; none when they have left.
    pub to: Option<String>,
    /// How many.
    pub customers: u64,
    /// Their share of the customers of `from`; none when they have entered.
    pub from_share: Option<f64>,
    /// Their money then.
    pub revenue_from: i128,
    /// Their money now.
    pub revenue_to: i128,
}

/// Who went where. See the [module](super).
#[derive(Debug, Clone, PartialEq)]
pub struct MigrationView {
    segments: Vec<String>,
    flows: Vec<Flow>,
    previous: Vec<Option<u16>>,
    older_row: Vec<Option<usize>>,
    left: Vec<usize>,
    current: Vec<u16>,
}

/// What is added up of one way.
#[derive(Default)]
struct Tally {
    customers: u64,
    revenue_from: i128,
    revenue_to: i128,
}

/// The ways between two snapshots.
///
/// # Errors
/// When a snapshot has columns of different lengths or a segment beyond its list (kind `Parameter`), is not sorted by
/// distinct ids (`Input`), or a sum of money has more than 38 digits (`Overflow`).
pub fn migrate(old: &Snapshot<'_>, new: &Snapshot<'_>) -> Result<MigrationView> {
    old.check("older")?;
    new.check("newer")?;
    // The list of the newer side, and behind it what only the older one has.
    let mut segments = new.segments.to_vec();
    segments.extend(old.segments.iter().filter(|key| !new.segments.contains(key)).cloned());
    let place = |key: &String| segments.iter().position(|other| other == key).and_then(|place| u16::try_from(place).ok());
    let too_many = || Error::parameter("there are more than 65,536 segments");
    let places: Vec<u16> = old.segments.iter().map(|key| place(key).ok_or_else(too_many)).collect::<Result<_>>()?;

    // No segment orders behind all segments: the entered come last, and the left last within theirs.
    let mut tallies: BTreeMap<(u32, u32), Tally> = BTreeMap::new();
    let key = |segment: Option<u16>| segment.map_or(u32::MAX, u32::from);
    let mut count = |from: Option<usize>, to: Option<usize>| -> Result<Option<u16>> {
        let segment = from.map(|row| places[usize::from(old.segment[row])]);
        let tally = tallies.entry((key(segment), key(to.map(|row| new.segment[row])))).or_default();
        tally.customers += 1;
        tally.revenue_from = money::add(tally.revenue_from, from.map_or(0, |row| old.revenue[row]))?;
        tally.revenue_to = money::add(tally.revenue_to, to.map_or(0, |row| new.revenue[row]))?;
        Ok(segment)
    };
    let mut previous = Vec::with_capacity(new.segment.len());
    let mut older_row = Vec::with_capacity(new.segment.len());
    let mut left = Vec::new();
    let (mut then, mut now) = (0, 0);
    let (rows_then, rows_now) = (old.segment.len(), new.segment.len());
    while then < rows_then || now < rows_now {
        let order = match (then < rows_then, now < rows_now) {
            (true, true) => old.customer_id.get(then).cmp(new.customer_id.get(now)),
            (true, false) => Ordering::Less,
            (false, _) => Ordering::Greater,
        };
        let (from, to) = ((order != Ordering::Greater).then_some(then), (order != Ordering::Less).then_some(now));
        let segment = count(from, to)?;
        if to.is_some() {
            previous.push(segment);
            older_row.push(from);
        } else {
            left.push(then);
        }
        then += usize::from(from.is_some());
        now += usize::from(to.is_some());
    }

    let mut sizes: BTreeMap<u32, u64> = BTreeMap::new();
    for ((from, _), tally) in &tallies {
        *sizes.entry(*from).or_default() += tally.customers;
    }
    let name = |key: u32| usize::try_from(key).ok().and_then(|place| segments.get(place)).cloned();
    #[expect(clippy::cast_precision_loss, reason = "a share, of counts below 2^53")]
    let share = |customers: u64, from: u32| (from != u32::MAX).then(|| customers as f64 / sizes[&from] as f64);
    let flows = tallies.iter().map(|(&(from, to), tally)| Flow {
        from: name(from),
        to: name(to),
        customers: tally.customers,
        from_share: share(tally.customers, from),
        revenue_from: tally.revenue_from,
        revenue_to: tally.revenue_to,
    });
    let flows = flows.collect();
    Ok(MigrationView { flows, previous, older_row, left, current: new.segment.to_vec(), segments })
}

impl MigrationView {
    /// The keys of all segments: those of the newer snapshot in its order, then those that only the older one has.
    #[must_use]
    pub fn segments(&self) -> &[String] {
        &self.segments
    }

    /// The ways that somebody took, in the order of the segments they come from and go to; the entered come last, and
    /// those who left last within their segment.
    #[must_use]
    pub fn flows(&self) -> &[Flow] {
        &self.flows
    }

    /// The segment that each customer of the newer snapshot had in the older one, as a position in
    /// [`segments`](Self::segments).
    #[must_use]
    pub fn previous(&self) -> &[Option<u16>] {
        &self.previous
    }

    /// The row that each customer of the newer snapshot has in the older one.
    #[must_use]
    pub fn older_row(&self) -> &[Option<usize>] {
        &self.older_row
    }

    /// The rows of the older snapshot whose customers are not in the newer one.
    #[must_use]
    pub fn left(&self) -> &[usize] {
        &self.left
    }

    /// The rows of the newer snapshot whose customers stand in a later segment of the list than before: where segments
    /// are classes and the best comes first, those who stayed but are worth less.
    pub fn drops(&self) -> impl Iterator<Item = usize> {
        let both = self.previous.iter().zip(&self.current).enumerate();
        both.filter(|(_, (before, now))| before.is_some_and(|before| before < **now)).map(|(row, _)| row)
    }

    /// How many customers are on one side only: entered, and left.
    #[must_use]
    pub fn entered_and_left(&self) -> (u64, u64) {
        (self.older_row.iter().filter(|row| row.is_none()).count() as u64, self.left.len() as u64)
    }
}
