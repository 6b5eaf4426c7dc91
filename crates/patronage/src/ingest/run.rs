//! One run: plan, read, clean, fill the ledger, balance the books.

use std::sync::mpsc::{Receiver, SyncSender, sync_channel};
use std::sync::{Arc, Mutex};

use polars::prelude::DataFrame;
use rayon::prelude::*;
use serde::{Deserialize, Serialize};

use super::amount::AmountStyle;
use super::audit::{Audit, Reject};
use super::books::Books;
use super::clean::{Cleaned, Rules, Words};
use super::columns::{Assignments, Role};
use super::plan::{Fields, Format, Input, Opened, Plan};
use super::text::{Blocks, Layout, Records};
use super::when::{Clock, DayMonthEvidence, TimeFormat};
use super::{Duplicates, Ingest, frame, ndjson, text};
use crate::error::{Error, Result};
use crate::ledger::Ledger;
use crate::money::MICROS_SCALE;

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
pub(super) struct Block {
    pub(super) file: usize,
    pub(super) payload: Payload,
    /// Bytes of input it stands for.
    bytes: u64,
}

pub(super) enum Payload {
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
        let observer = observer.unwrap_or(&mut collect);
        let mut ingested = match self.attempt(&plan, &self.time_format, observer)? {
            Attempt::Done(ingested) => *ingested,
            Attempt::DayOrMonth => {
                let format = self.tell_day_from_month(&plan)?;
                observer.restart()?;
                match self.attempt(&plan, &format, observer)? {
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

    fn attempt(&self, plan: &Plan, format: &TimeFormat, observer: &mut dyn Observer) -> Result<Attempt> {
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
                observer.progress(books.bytes, all_bytes);
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
