//! The ledger and the counts of a run while it goes on: every row and all money into one of two columns.

use std::collections::{BTreeMap, HashSet};

use rayon::prelude::*;

use super::audit::{Audit, Reason, Reject};
use super::clean::{BlockReject, Cleaned, Observed, same_currency};
use super::columns::Role;
use super::plan::Plan;
use super::run::{Block, Ingested, InputFile, Observer, Payload};
use super::when::TimeFormat;
use super::{Duplicates, Ingest};
use crate::error::{Error, Result};
use crate::ledger::dimensions::{RollUps, Sums};
use crate::ledger::keys::Interner;
use crate::ledger::partition::{Partition, Values};
use crate::ledger::{Dimension, Ledger, ZeroAmounts};
use crate::money::{self, MICROS_SCALE};

/// The ledger and the counts of a run while it goes on.
pub(super) struct Books<'a> {
    ingest: &'a Ingest,
    plan: &'a Plan,
    ledger: Ledger,
    /// Whether there are optional columns.
    has_more: bool,
    /// Rows of each file so far.
    rows: Vec<u64>,
    hashes: Vec<String>,
    rejected: BTreeMap<Reason, u64>,
    accepted: u64,
    micros_accepted: i128,
    micros_rejected: i128,
    without_money: u64,
    observed: Observed,
    unclear_comma: Option<Error>,
    /// Fingerprints seen, one set a partition, and one for rejected rows.
    seen: Option<(Vec<HashSet<u128>>, HashSet<u128>)>,
    duplicates: u64,
    pub(super) bytes: u64,
    first_reject: Option<Reject>,
}

impl<'a> Books<'a> {
    pub(super) fn new(ingest: &'a Ingest, plan: &'a Plan, fingerprints: bool) -> Self {
        let mut ledger = Ledger::new(ingest.settings());
        let has_more = plan.assignments.0.iter().any(|one| super::dimensions::OPTIONAL.contains(&one.role));
        *ledger.rollups_mut() = has_more.then(RollUps::new);
        let seen = fingerprints.then(|| (vec![HashSet::new(); ledger.partitions().len()], HashSet::new()));
        Self {
            ingest,
            plan,
            ledger,
            has_more,
            rows: vec![0; plan.inputs.len()],
            hashes: vec![String::new(); plan.inputs.len()],
            rejected: BTreeMap::new(),
            accepted: 0,
            micros_accepted: 0,
            micros_rejected: 0,
            without_money: 0,
            observed: Observed::default(),
            unclear_comma: None,
            seen,
            duplicates: 0,
            bytes: 0,
            first_reject: None,
        }
    }

    pub(super) fn observed_day_or_month(&self) -> bool {
        self.observed.unclear_day.is_some()
    }

    /// Takes a round of cleaned blocks into the books, in order, and gives them back.
    pub(super) fn post(&mut self, round: Vec<Block>, cleaned: Vec<Result<Cleaned>>, observer: &mut dyn Observer) -> Result<Vec<Cleaned>> {
        let mut blocks = Vec::with_capacity(round.len());
        for (block, cleaned) in round.into_iter().zip(cleaned) {
            let file = block.file;
            let cleaned = cleaned.map_err(|error| {
                let error = error.after_rows(self.rows[file]);
                if error.position().file.is_none() { error.at_file(&self.plan.inputs[file].name) } else { error }
            })?;
            if let Payload::End(hash) = block.payload {
                self.hashes[file] = hash;
            }
            let base = self.rows[file];
            self.rows[file] += cleaned.rows;
            self.note(file, base, &cleaned)?;
            blocks.push((file, base, cleaned));
        }
        let repeats = self.fill(&blocks)?;
        let remove = self.ingest.duplicates == Duplicates::Remove;
        let mut used = Vec::with_capacity(blocks.len());
        for (index, (file, base, mut cleaned)) in blocks.into_iter().enumerate() {
            let mut rejects = std::mem::take(&mut cleaned.rejects);
            used.push(cleaned);
            if let Some((_, seen)) = &mut self.seen {
                self.duplicates += rejects.iter().filter(|reject| !seen.insert(reject.fingerprint)).count() as u64;
            }
            let repeats: Vec<_> = repeats.iter().filter(|repeat| repeat.block == index).collect();
            self.duplicates += repeats.len() as u64;
            if remove && !repeats.is_empty() {
                for repeat in &repeats {
                    self.accepted -= 1;
                    self.micros_accepted = money::add(self.micros_accepted, -repeat.micros)?;
                    rejects.push(BlockReject {
                        row: repeat.row,
                        reason: Reason::Duplicate,
                        role: None,
                        value: None,
                        micros: Some(repeat.micros),
                        fingerprint: 0,
                    });
                }
                rejects.sort_by_key(|reject| reject.row);
            }
            for reject in rejects {
                self.reject(file, base, reject, observer)?;
            }
        }
        Ok(used)
    }

    fn note(&mut self, file: usize, base: u64, cleaned: &Cleaned) -> Result<()> {
        self.accepted += cleaned.accepted;
        self.micros_accepted = money::add(self.micros_accepted, cleaned.micros)?;
        let seen = &cleaned.observed;
        self.observed.point_is_decimal |= seen.point_is_decimal;
        self.observed.places = self.observed.places.max(seen.places);
        self.observed.places_in = self.observed.places_in.max(seen.places_in);
        self.observed.currencies.extend(seen.currencies.iter().cloned());
        if self.observed.unclear_day.is_none() {
            self.observed.unclear_day.clone_from(&seen.unclear_day);
        }
        if let (None, Some((row, value))) = (&self.unclear_comma, &seen.unclear_comma) {
            self.unclear_comma = Some(
                Error::input("the comma could separate thousands or decimals, and no value of the column tells which")
                    .at_file(&self.plan.inputs[file].name)
                    .at_row(base + row)
                    .at_column(self.plan.assignments.money_column())
                    .with_value(value)
                    .with_hint("say --decimal-separator . or --decimal-separator ,"),
            );
        }
        Ok(())
    }

    /// Puts the rows of all blocks into the partitions; says which repeat earlier ones.
    fn fill(&mut self, blocks: &[(usize, u64, Cleaned)]) -> Result<Vec<Repeat>> {
        let remove = self.ingest.duplicates == Duplicates::Remove;
        let mut none = vec![HashSet::new(); self.ledger.partitions().len()];
        let fingerprints = self.seen.is_some();
        let seen = self.seen.as_mut().map_or(&mut none, |(seen, _)| seen);
        let zeros_count = self.ledger.settings().zero_amounts == ZeroAmounts::Count;
        let dimensions: Option<Vec<Dimension>> = self.has_more.then(|| self.plan.assignments.dimensions().map(|(_, one)| one).collect());
        let numbers: Vec<Vec<u32>> = match (&dimensions, self.ledger.rollups_mut()) {
            (Some(dimensions), Some(rollups)) => blocks.iter().map(|block| numbers(&block.2.values, dimensions, rollups)).collect(),
            _ => Vec::new(),
        };
        let all_rows = self.ledger.rollups_mut().as_mut().map(|rollups| rollups.number(None, b""));
        // Partitions that are filled one after the other share their sums.
        let together = if dimensions.is_some() { 8 } else { 1 };
        let fill = |partition: usize, share: &mut Partition, seen: &mut HashSet<u128>, sums: &mut Sums| -> Result<Vec<Repeat>> {
            let mut repeats = Vec::new();
            for (block, (_, _, cleaned)) in blocks.iter().enumerate() {
                let marks = &cleaned.fingerprints[partition];
                let values = dimensions.as_ref().zip(all_rows).map(|(dimensions, all_rows)| Values {
                    lines: &cleaned.lines[partition],
                    numbers: &numbers[block],
                    dimensions: dimensions.len(),
                    all_rows,
                    zeros_count,
                    sums,
                });
                share.take(&cleaned.partitions[partition], values, |position| {
                    if !fingerprints {
                        return false;
                    }
                    let (fingerprint, row, micros) = marks[position];
                    let repeat = !seen.insert(fingerprint);
                    if repeat {
                        repeats.push(Repeat { block, row, micros });
                    }
                    repeat && remove
                })?;
            }
            Ok(repeats)
        };
        let filled: Vec<(Vec<Repeat>, Sums)> = self
            .ledger
            .partitions_mut()
            .par_chunks_mut(together)
            .zip(seen.par_chunks_mut(together))
            .enumerate()
            .map(|(chunk, (shares, seen))| {
                let (mut repeats, mut sums) = (Vec::new(), Sums::default());
                for (index, (share, seen)) in shares.iter_mut().zip(seen).enumerate() {
                    repeats.extend(fill(chunk * together + index, share, seen, &mut sums)?);
                }
                Ok((repeats, sums))
            })
            .collect::<Result<_>>()?;
        if let Some(rollups) = self.ledger.rollups_mut() {
            filled.iter().try_for_each(|(_, sums)| rollups.add_all(sums))?;
        }
        Ok(filled.into_iter().flat_map(|(repeats, _)| repeats).collect())
    }

    fn reject(&mut self, file: usize, base: u64, reject: BlockReject, observer: &mut dyn Observer) -> Result<()> {
        *self.rejected.entry(reject.reason).or_default() += 1;
        match reject.micros {
            Some(micros) => self.micros_rejected = money::add(self.micros_rejected, micros)?,
            None => self.without_money += 1,
        }
        let column = reject.role.and_then(|role| self.plan.assignments.column(role).or_else(|| self.plan.assignments.column(Role::Amount)));
        let reject = Reject {
            file: self.plan.inputs[file].name.clone(),
            row: base + reject.row,
            column: column.map(str::to_owned),
            value: reject.value,
            reason: reject.reason,
            money: reject.micros.map(plain_money),
        };
        if self.first_reject.is_none() {
            self.first_reject = Some(reject.clone());
        }
        if self.ingest.strict {
            return Err(refused(&reject, "a row is rejected, and --strict allows none"));
        }
        observer.reject(reject)
    }

    /// Balances everything.
    pub(super) fn close(mut self, format: &TimeFormat) -> Result<Ingested> {
        if let (Some(error), false) = (self.unclear_comma.take(), self.observed.point_is_decimal) {
            return Err(error);
        }
        let currency = self.currency()?;
        let rows_in: u64 = self.rows.iter().sum();
        if self.accepted == 0 {
            return Err(match &self.first_reject {
                Some(reject) => {
                    let counts: Vec<String> = self.rejected.iter().map(|(reason, count)| format!("{reason} {count}")).collect();
                    refused(reject, &format!("none of {rows_in} rows is accepted ({}); the first", counts.join(", ")))
                }
                None => Error::input("there are no rows below the names of the columns").at_file(&self.plan.inputs[0].name),
            });
        }
        self.ledger.settle()?;
        let missing = self.close_rollups()?;
        self.ledger.widen_scale(self.ingest.scale.unwrap_or(self.observed.places));
        let totals = self.ledger.totals()?;
        let scale = self.ledger.scale().max(self.ingest.scale.unwrap_or(self.observed.places_in));
        let text = |micros| money::from_micros(micros, scale).map_or_else(|| plain_money(micros), |minor| money::to_text(minor, scale));
        let audit = Audit {
            rows_in,
            rows_accepted: self.accepted,
            rows_rejected: self.rejected,
            rows_without_money: self.without_money,
            money_in: text(money::add(self.micros_accepted, self.micros_rejected)?),
            money_accepted: text(self.micros_accepted),
            money_rejected: text(self.micros_rejected),
            customers: totals.customers,
            refund_only_customers: totals.refund_only_customers,
            orders: totals.orders,
            refund_orders: totals.refund_orders,
            duplicate_rows: self.seen.is_some().then_some(self.duplicates),
            first: totals.first,
            last: totals.last,
            largest_customer: totals.largest_customer,
            currency,
            cost_missing_rows: missing.0,
            discount_missing_rows: missing.1,
            notes: self.plan.notes.clone(),
        };
        let inputs = self.plan.inputs.iter().zip(self.rows).zip(self.hashes).map(|((opened, rows), blake3)| InputFile {
            name: opened.name.clone(),
            bytes: opened.bytes,
            blake3,
            rows,
            format: opened.format.clone(),
        });
        Ok(Ingested {
            inputs: inputs.collect(),
            ledger: self.ledger,
            audit,
            columns: self.plan.assignments.clone(),
            time_format: format.clone(),
            rejects: Vec::new(),
        })
    }

    /// Sums up all rows by day; says how many have no cost and no discount, where there are such columns.
    fn close_rollups(&mut self) -> Result<(Option<u64>, Option<u64>)> {
        let Some(rollups) = self.ledger.rollups_mut() else { return Ok((None, None)) };
        if let Some((_, dimension)) = self.plan.assignments.dimensions().next() {
            rollups.sum_all_rows(dimension)?;
        }
        let total = rollups.total()?;
        let has = |role| self.plan.assignments.column(role).is_some();
        let cost = (has(Role::Cost) || has(Role::UnitCost)).then(|| total.rows - total.cost_rows);
        Ok((cost, has(Role::Discount).then(|| total.rows - total.discount_rows)))
    }

    /// The one currency that the amounts name.
    fn currency(&self) -> Result<Option<String>> {
        if let Some(said) = &self.ingest.currency {
            return Ok(Some(said.clone()));
        }
        let named: Vec<&String> = self.observed.currencies.iter().collect();
        // The longest name is the most precise one: `USD` rather than `$`.
        let most_precise = named.iter().max_by_key(|name| name.chars().count());
        match most_precise {
            None => Ok(None),
            Some(name) if named.iter().all(|other| same_currency(name, other)) => Ok(Some((*name).clone())),
            Some(_) => {
                let named: Vec<String> = named.into_iter().cloned().collect();
                Err(Error::input(format!("amounts are in several currencies: {}", named.join(", ")))
                    .at_column(self.plan.assignments.money_column())
                    .with_hint("say --currency CODE to keep one and reject the others"))
            }
        }
    }
}

/// The ledger's numbers of a block's values.
fn numbers(values: &Interner, dimensions: &[Dimension], rollups: &mut RollUps) -> Vec<u32> {
    let texts = (0..u32::try_from(values.len()).unwrap_or(u32::MAX)).map(|value| values.get(value));
    texts.map(|text| rollups.number(dimensions.get(usize::from(text[0])).copied(), &text[1..])).collect()
}

struct Repeat {
    block: usize,
    row: u64,
    micros: i128,
}

/// An amount with as many decimal places as it needs, and at least two.
fn plain_money(micros: i128) -> String {
    let scale = (2..MICROS_SCALE).find(|scale| money::from_micros(micros, *scale).is_some()).unwrap_or(MICROS_SCALE);
    money::from_micros(micros, scale).map_or_else(String::new, |minor| money::to_text(minor, scale))
}

fn refused(reject: &Reject, message: &str) -> Error {
    let hint = match reject.reason {
        Reason::BadTime => "say how times are written with --time-format (a strftime pattern, mdy, dmy, epoch-s, epoch-ms …)",
        Reason::BadAmount => "say --decimal-separator, --currency or --scale, or name another column with --amount",
        Reason::BadEncoding => "say --encoding gb18030 (or utf-16le, utf-16be)",
        Reason::MissingCustomer => "name another column with --customer",
        Reason::RaggedRow => "say --delimiter or --quote, or mend the row",
        Reason::TimeOutOfRange => "times must lie within 1900 to 2199; numbers may need --time-format epoch-ms",
        Reason::ZeroAmount | Reason::Excluded | Reason::Duplicate => "allow such rows, or take them out of the file",
    };
    let mut error = Error::input(format!("{message}: {}", reject.reason)).at_file(&reject.file).at_row(reject.row).with_hint(hint);
    if let Some(column) = &reject.column {
        error = error.at_column(column);
    }
    match &reject.value {
        Some(value) => error.with_value(value),
        None => error,
    }
}
