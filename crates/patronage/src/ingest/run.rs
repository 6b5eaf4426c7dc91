//! One run: plan, read, clean, fill the ledger, balance the books.

use std::collections::{BTreeMap, HashSet};
use std::sync::mpsc::{Receiver, SyncSender, sync_channel};
use std::sync::{Arc, Mutex};

use polars::prelude::DataFrame;
use rayon::prelude::*;
use serde::{Deserialize, Serialize};

use super::amount::AmountStyle;
use super::audit::{Audit, Reason, Reject};
use super::clean::{BlockReject, Cleaned, Observed, Rules, Words, same_currency};
use super::columns::{Assignments, Role};
use super::plan::{Fields, Format, Input, Opened, Plan};
use super::text::{Blocks, Layout, Records};
use super::when::{Clock, DayMonthEvidence, TimeFormat};
use super::{Duplicates, Ingest, frame, ndjson, text};
use crate::error::{Error, Result};
use crate::ledger::Ledger;
use crate::money::{self, MICROS_SCALE};

/// Inputs up to this size have their repeated rows counted without being asked.
const SMALL: u64 = 64 << 20;

/// Shown what happens while it happens.
pub trait Observer {
    /// A row was rejected. Rejects of one file come in the order of its rows.
    ///
    /// # Errors
    /// What it returns ends the run.
    fn reject(&mut self, reject: Reject) -> Result<()>;

    /// The run starts over, because a column's format could only be told from later rows: forget what was shown.
    ///
    /// # Errors
    /// What it returns ends the run.
    fn restart(&mut self) -> Result<()>;

    /// So many bytes of so many have been looked at.
    fn progress(&mut self, done: u64, all: u64) {
        let _ = (done, all);
    }
}

#[derive(Default)]
struct Collect(Vec<Reject>);

impl Observer for Collect {
    fn reject(&mut self, reject: Reject) -> Result<()> {
        self.0.push(reject);
        Ok(())
    }

    fn restart(&mut self) -> Result<()> {
        self.0.clear();
        Ok(())
    }
}

/// A file that was read.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct InputFile {
    /// As it was named.
    pub name: String,
    /// Its size.
    pub bytes: u64,
    /// The BLAKE3 hash of its bytes; empty for a frame.
    pub blake3: String,
    /// Rows of data.
    pub rows: u64,
    /// Its format.
    #[serde(flatten)]
    pub format: Format,
}

/// What came of a run.
#[derive(Debug, Clone)]
pub struct Ingested {
    /// The accepted rows.
    pub ledger: Ledger,
    /// Where every row and all money went.
    pub audit: Audit,
    /// Which column was what.
    pub columns: Assignments,
    /// How times were read, once that was told from the column.
    pub time_format: TimeFormat,
    /// The rejected rows, unless they were shown to an observer.
    pub rejects: Vec<Reject>,
    /// The files.
    pub inputs: Vec<InputFile>,
}

/// A block on its way to be cleaned.
struct Block {
    file: usize,
    payload: Payload,
    /// Bytes of input it stands for.
    bytes: u64,
}

enum Payload {
    Text(Vec<u8>, Layout),
    Lines(Vec<u8>),
    Parquet {
        offset: usize,
        rows: usize,
    },
    Frame(DataFrame),
    /// The file ends, and this was its hash.
    End(String),
    Failed(Error),
}

impl Ingest {
    pub(crate) fn run(&self, inputs: Vec<Input>, observer: Option<&mut dyn Observer>) -> Result<Ingested> {
        self.check()?;
        let plan = Plan::new(self, inputs)?;
        let mut collect = Collect::default();
        let mut observer = Watch { inner: observer.unwrap_or(&mut collect) };
        let mut ingested = match self.attempt(&plan, &self.time_format, &mut observer)? {
            Attempt::Done(ingested) => *ingested,
            Attempt::DayOrMonth => {
                let format = self.tell_day_from_month(&plan)?;
                observer.inner.restart()?;
                match self.attempt(&plan, &format, &mut observer)? {
                    Attempt::Done(ingested) => *ingested,
                    Attempt::DayOrMonth => return Err(Error::input("day and month cannot be told apart").with_hint("say --time-format")),
                }
            }
        };
        ingested.rejects = collect.0;
        Ok(ingested)
    }

    fn rules(&self, format: &TimeFormat, fingerprints: bool) -> Rules {
        let decimal = if self.decimal_separator == Some(',') { b',' } else { b'.' };
        Rules {
            style: AmountStyle { decimal, said: self.decimal_separator.is_some() },
            clock: Clock::new(format.clone(), self.timezone),
            currency: self.currency.clone(),
            missing: Self::MISSING.into_iter().chain(self.missing.iter().map(String::as_str)).collect(),
            exclude: self.exclude.iter().map(String::as_str).collect(),
            reject_zero: self.zero_amounts == crate::ledger::ZeroAmounts::Reject,
            most_places: self.scale.unwrap_or(MICROS_SCALE),
            fingerprints,
        }
    }

    fn attempt(&self, plan: &Plan, format: &TimeFormat, observer: &mut Watch<'_>) -> Result<Attempt> {
        let all_bytes: u64 = plan.inputs.iter().map(|opened| opened.bytes).sum();
        let fingerprints = match self.duplicates {
            Duplicates::CountWhereSmall => all_bytes <= SMALL,
            Duplicates::Count | Duplicates::Remove => true,
        };
        let rules = self.rules(format, fingerprints);
        let tables: Vec<Table> = plan.inputs.iter().map(|opened| Table::new(opened, &plan.assignments, fingerprints)).collect();
        let mut books = Books::new(self, plan, fingerprints);
        let threads = rayon::current_num_threads().max(1);
        // Room that was used for earlier blocks, to be used again.
        let spares: Mutex<Vec<Cleaned>> = Mutex::default();

        std::thread::scope(|scope| -> Result<()> {
            let (send, receive) = sync_channel(threads);
            scope.spawn(|| read_all(&plan.inputs, &tables, &send_all(send)));
            loop {
                let round: Vec<Block> = take_round(&receive, threads);
                if round.is_empty() {
                    return Ok(());
                }
                let decoded = |block: Block| decoded(&plan.inputs[block.file], &tables[block.file], block);
                let blocks: Vec<Block> = round.into_par_iter().map(decoded).collect::<Vec<_>>().into_iter().flatten().collect();
                let done: u64 = blocks.iter().map(|block| block.bytes).sum();
                let cleaned: Vec<Result<Cleaned>> = blocks
                    .par_iter()
                    .map(|block| {
                        let spare = spares.lock().ok().and_then(|mut spares| spares.pop());
                        clean_block(block, &tables[block.file], &rules, spare.unwrap_or_else(Cleaned::new))
                    })
                    .collect();
                // The receiver is dropped with this closure, which lets the reading thread end.
                let used = books.post(blocks, cleaned, observer)?;
                spares.lock().map(|mut spares| spares.extend(used.into_iter().map(Cleaned::emptied))).unwrap_or_default();
                if books.observed_day_or_month() {
                    return Ok(());
                }
                books.bytes += done;
                observer.inner.progress(books.bytes, all_bytes);
            }
        })?;
        if books.observed_day_or_month() {
            return Ok(Attempt::DayOrMonth);
        }
        books.close(format).map(|ingested| Attempt::Done(Box::new(ingested)))
    }

    /// Looks at the whole column for a number that can only be a day.
    fn tell_day_from_month(&self, plan: &Plan) -> Result<TimeFormat> {
        let mut evidence = DayMonthEvidence::default();
        for opened in &plan.inputs {
            evidence.merge(day_month_evidence(self, opened, &plan.assignments)?);
        }
        let column = plan.assignments.column(Role::Time).unwrap_or_default().to_owned();
        match (evidence.day_first, evidence.month_first) {
            (Some(_), None) => Ok(TimeFormat::DayMonthYear),
            (None, Some(_)) => Ok(TimeFormat::MonthDayYear),
            (Some(day_first), Some(month_first)) => {
                Err(Error::input(format!("the day comes first in `{day_first}` and second in `{month_first}`"))
                    .at_column(column)
                    .with_hint("say which with --time-format dmy or --time-format mdy; the other rows are then rejected"))
            }
            (None, None) => Err(Error::input("this could be day/month or month/day, and no value of the column tells which")
                .at_column(column)
                .with_value(&evidence.unclear.unwrap_or_default())
                .with_hint("say --time-format mdy (12/31/2024) or --time-format dmy (31/12/2024)")),
        }
    }
}

enum Attempt {
    Done(Box<Ingested>),
    DayOrMonth,
}

struct Watch<'a> {
    inner: &'a mut dyn Observer,
}

/// The columns to read of one input, and where the roles are among them.
struct Table {
    columns: Vec<String>,
    fields: Fields,
}

impl Table {
    fn new(opened: &Opened, assignments: &Assignments, every_column: bool) -> Self {
        let typed = matches!(opened.format, Format::Parquet | Format::ArrowIpc | Format::Frame);
        let mut columns = opened.columns.clone();
        if typed && !every_column {
            columns.retain(|column| assignments.0.iter().any(|assignment| assignment.column == *column));
        }
        if matches!(opened.format, Format::Ndjson { .. }) {
            // A column may be absent from the head of this file.
            for assignment in &assignments.0 {
                if !columns.contains(&assignment.column) {
                    columns.push(assignment.column.clone());
                }
            }
        }
        Self { fields: Fields::new(assignments, &columns), columns }
    }
}

/// A part of a Parquet file becomes frames of a size that is cleaned together; other blocks stay as they are.
fn decoded(opened: &Opened, table: &Table, block: Block) -> Vec<Block> {
    let Block { file, payload: Payload::Parquet { offset, rows }, bytes } = block else { return vec![block] };
    let Input::File(path) = &opened.input else { return Vec::new() };
    match frame::read_parquet(path, Some(table.columns.clone()), offset, rows) {
        Ok(frame) => slices(&frame, bytes).map(|(payload, bytes)| Block { file, payload, bytes }).collect(),
        Err(error) => vec![Block { file, payload: Payload::Failed(error), bytes }],
    }
}

fn slices(frame: &DataFrame, bytes: u64) -> impl Iterator<Item = (Payload, u64)> {
    let blocks = frame.height().div_ceil(frame::BLOCK_ROWS);
    (0..blocks).map(move |block| {
        let slice = frame.slice(i64::try_from(block * frame::BLOCK_ROWS).unwrap_or(i64::MAX), frame::BLOCK_ROWS);
        (Payload::Frame(slice), bytes / blocks as u64)
    })
}

fn clean_block(block: &Block, table: &Table, rules: &Rules, mut out: Cleaned) -> Result<Cleaned> {
    let to = &mut out;
    match &block.payload {
        Payload::Text(bytes, layout) => text::clean(bytes, *layout, &table.fields, rules, to)?,
        Payload::Lines(bytes) => ndjson::clean(bytes, &table.columns, &table.fields, rules, to)?,
        Payload::Frame(frame) => frame::clean(frame, &table.columns, &table.fields, rules, to)?,
        Payload::Parquet { .. } | Payload::End(_) => {}
        Payload::Failed(error) => return Err(error.clone()),
    }
    Ok(out)
}

/// At least a block for each thread, if there are as many, and enough rows for each partition to get a share worth its
/// way into the cache.
fn take_round(receive: &Receiver<Block>, threads: usize) -> Vec<Block> {
    const ENOUGH_BYTES: u64 = 24 << 20;
    let mut round: Vec<Block> = Vec::new();
    let mut bytes = 0;
    while round.len() < threads || bytes < ENOUGH_BYTES * threads as u64 {
        let Ok(block) = receive.recv() else { break };
        bytes += block.bytes;
        round.push(block);
    }
    round
}

/// Sends until nobody listens; says whether somebody does.
fn send_all(send: SyncSender<Block>) -> impl Fn(Block) -> bool {
    move |block| send.send(block).is_ok()
}

/// The reading thread: cuts all inputs into blocks, in order.
fn read_all(inputs: &[Opened], tables: &[Table], send: &impl Fn(Block) -> bool) {
    for (file, (opened, table)) in inputs.iter().zip(tables).enumerate() {
        let outcome = read_one(file, opened, table, send);
        let payload = match outcome {
            Ok(Some(hash)) => Payload::End(hash),
            Ok(None) => return,
            Err(error) => Payload::Failed(error),
        };
        let failed = matches!(payload, Payload::Failed(_));
        if !send(Block { file, payload, bytes: 0 }) || failed {
            return;
        }
    }
}

/// The hash of the input, or nothing when nobody listens any more.
fn read_one(file: usize, opened: &Opened, table: &Table, send: &impl Fn(Block) -> bool) -> Result<Option<String>> {
    match (&opened.format, &opened.input) {
        (Format::Delimited { delimiter, .. }, _) => {
            let layout = Layout { delimiter: u8::try_from(*delimiter).unwrap_or(b','), quote: opened.quote };
            read_text(file, opened, layout, opened.header, |bytes| Payload::Text(bytes, layout), send)
        }
        (Format::Ndjson { .. }, _) => read_text(file, opened, ndjson::LINES, false, Payload::Lines, send),
        (Format::Parquet, Input::File(path)) => {
            let groups = frame::parquet_groups(path)?;
            let rows: usize = groups.iter().sum();
            let mut offset = 0;
            for group in groups {
                let bytes = opened.bytes.saturating_mul(group as u64) / (rows as u64).max(1);
                if !send(Block { file, payload: Payload::Parquet { offset, rows: group }, bytes }) {
                    return Ok(None);
                }
                offset += group;
            }
            hash_file(path).map(Some)
        }
        (Format::ArrowIpc, Input::File(path)) => {
            let frame = frame::read_ipc(path, Some(table.columns.clone()))?;
            Ok(if send_frame(file, &frame, opened.bytes, send) { Some(hash_file(path)?) } else { None })
        }
        (_, Input::Frame(frame)) => Ok(send_frame(file, frame, 0, send).then(String::new)),
        (Format::Parquet | Format::ArrowIpc | Format::Frame, _) => Ok(Some(String::new())),
    }
}

fn send_frame(file: usize, frame: &DataFrame, bytes: u64, send: &impl Fn(Block) -> bool) -> bool {
    slices(frame, bytes).all(|(payload, bytes)| send(Block { file, payload, bytes }))
}

fn hash_file(path: &std::path::Path) -> Result<String> {
    let mut hasher = blake3::Hasher::new();
    let mut file = std::fs::File::open(path).map_err(|error| Error::read_io(path, &error))?;
    hasher.update_reader(&mut file).map_err(|error| Error::read_io(path, &error))?;
    Ok(hasher.finalize().to_hex().to_string())
}

fn read_text(
    file: usize,
    opened: &Opened,
    layout: Layout,
    header: bool,
    payload: impl Fn(Vec<u8>) -> Payload,
    send: &impl Fn(Block) -> bool,
) -> Result<Option<String>> {
    let hasher = Arc::new(Mutex::new((blake3::Hasher::new(), 0_u64)));
    let shared = Arc::clone(&hasher);
    let reader = opened.utf8(move |bytes| {
        if let Ok(mut hasher) = shared.lock() {
            hasher.0.update(bytes);
            hasher.1 += bytes.len() as u64;
        }
    })?;
    let seen = || hasher.lock().map(|hasher| hasher.1).unwrap_or_default();
    let mut blocks = Blocks::new(reader, layout);
    let mut skip = header;
    let mut before = 0;
    // Rows are counted below the names of the columns.
    while let Some(mut block) = blocks.next().map_err(|error| if skip { error.before_rows(1) } else { error })? {
        if skip {
            skip = false;
            let mut records = Records::new(&block, layout);
            records.advance();
            let end = records.consumed();
            block.drain(..end);
        }
        let now = seen();
        if !send(Block { file, payload: payload(block), bytes: now - before }) {
            return Ok(None);
        }
        before = now;
    }
    let hash = hasher.lock().map(|hasher| hasher.0.finalize().to_hex().to_string());
    Ok(Some(hash.unwrap_or_default()))
}

/// What a whole time column says about the order of day and month.
fn day_month_evidence(ingest: &Ingest, opened: &Opened, assignments: &Assignments) -> Result<DayMonthEvidence> {
    let table = Table::new(opened, assignments, false);
    let rules = Rules { exclude: Words::default(), ..ingest.rules(&TimeFormat::Infer, false) };
    let mut evidence = DayMonthEvidence::default();
    let (send, receive) = sync_channel::<Block>(4);
    std::thread::scope(|scope| {
        scope.spawn(|| read_all(std::slice::from_ref(opened), std::slice::from_ref(&table), &send_all(send)));
        for block in receive.into_iter().flat_map(|block| decoded(opened, &table, block)) {
            let times = times_of(&block, &table, &rules)?;
            for time in &times {
                evidence.look_at(time.as_bytes());
            }
        }
        Ok(())
    })?;
    Ok(evidence)
}

/// The texts of a block's time column.
fn times_of(block: &Block, table: &Table, rules: &Rules) -> Result<Vec<String>> {
    let mut times = Vec::new();
    match &block.payload {
        Payload::Text(bytes, layout) => {
            let mut records = Records::new(bytes, *layout);
            while records.advance() {
                if records.len() == table.fields.width {
                    times.push(String::from_utf8_lossy(records.get(table.fields.time)).into_owned());
                }
            }
        }
        Payload::Failed(error) => return Err(error.clone()),
        // Typed columns rarely hold such texts; what cleaning leaves over shows them.
        _ => {
            let cleaned = clean_block(block, table, rules, Cleaned::new())?;
            times.extend(cleaned.rejects.into_iter().filter(|reject| reject.role == Some(Role::Time)).filter_map(|reject| reject.value));
        }
    }
    Ok(times)
}

/// The ledger and the counts of a run while it goes on.
struct Books<'a> {
    ingest: &'a Ingest,
    plan: &'a Plan,
    ledger: Ledger,
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
    bytes: u64,
    first_reject: Option<Reject>,
}

impl<'a> Books<'a> {
    fn new(ingest: &'a Ingest, plan: &'a Plan, fingerprints: bool) -> Self {
        let ledger = Ledger::new(ingest.settings());
        let seen = fingerprints.then(|| (vec![HashSet::new(); ledger.partitions().len()], HashSet::new()));
        Self {
            ingest,
            plan,
            ledger,
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

    fn observed_day_or_month(&self) -> bool {
        self.observed.unclear_day.is_some()
    }

    /// Takes a round of cleaned blocks into the books, in order, and gives them back.
    fn post(&mut self, round: Vec<Block>, cleaned: Vec<Result<Cleaned>>, observer: &mut Watch<'_>) -> Result<Vec<Cleaned>> {
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
        let repeats: Vec<Vec<Repeat>> = self
            .ledger
            .partitions_mut()
            .par_iter_mut()
            .zip(seen.par_iter_mut())
            .enumerate()
            .map(|(partition, (share, seen))| {
                let mut repeats = Vec::new();
                for (block, (_, _, cleaned)) in blocks.iter().enumerate() {
                    let marks = &cleaned.fingerprints[partition];
                    share.take(&cleaned.partitions[partition], |position| {
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
            })
            .collect::<Result<_>>()?;
        Ok(repeats.into_iter().flatten().collect())
    }

    fn reject(&mut self, file: usize, base: u64, reject: BlockReject, observer: &mut Watch<'_>) -> Result<()> {
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
        observer.inner.reject(reject)
    }

    /// Balances everything.
    fn close(mut self, format: &TimeFormat) -> Result<Ingested> {
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
