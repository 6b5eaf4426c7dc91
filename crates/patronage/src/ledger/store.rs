//! A saved ledger: immutable segments, one a load, and a manifest that says which of them count.
//!
//! A load is known by the hash of what it came from, so that the same file twice changes nothing, and can be
//! withdrawn. Segments are written first and the manifest last, each by renaming a finished file into place: a reader
//! sees the ledger before or after a load, never between. What a killed run leaves behind is not in the manifest and
//! is cleared away by the next one.

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};

use polars::prelude::*;
use serde::{Deserialize, Serialize};

use super::dimensions::RollUps;
use super::{Ledger, LedgerSettings};
use crate::error::{Error, Result};
use crate::ingest::{ColumnNames, TimeFormat};
use crate::sink::{Parquet, Sink, atomic};

const MANIFEST: &str = "ledger.json";
const SEGMENTS: &str = "segments";

/// The oldest and the newest format that are read. A ledger whose loads have no roll-ups is written in the oldest.
const VERSIONS: std::ops::RangeInclusive<u32> = 1..=2;

/// One load of a saved ledger.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Load {
    /// What the load is known by: the hash of what it came from.
    pub id: String,
    /// Where it came from, for people.
    pub source: String,
    /// Input rows that were accepted.
    pub rows: u64,
    /// Decimal places of its money.
    pub scale: u8,
    /// The hash of its segment's bytes.
    pub segment_blake3: String,
    /// The hash of the bytes of its roll-ups by dimension, where it has any.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub dimensions_blake3: Option<String>,
}

/// Whether a load changed the saved ledger.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum LoadOutcome {
    /// It is part of it now.
    Added,
    /// It was part of it already; nothing changed.
    AlreadyThere,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
struct Manifest {
    patronage_ledger: u32,
    settings: LedgerSettings,
    /// How times are written in the files of this ledger, once that was told from a column.
    time_format: TimeFormat,
    /// The columns of its files that were named.
    columns: ColumnNames,
    loads: Vec<Load>,
}

/// A ledger in a folder.
#[derive(Debug, Clone)]
pub struct Store {
    folder: PathBuf,
    manifest: Manifest,
}

impl Store {
    /// Opens a saved ledger.
    ///
    /// # Errors
    /// When there is none, or its manifest is of another make.
    pub fn open(folder: impl Into<PathBuf>) -> Result<Self> {
        let folder = folder.into();
        let path = folder.join(MANIFEST);
        let text =
            fs::read_to_string(&path).map_err(|error| Error::read_io(&path, &error).with_hint("is this the folder of a saved ledger?"))?;
        let manifest: Manifest =
            serde_json::from_str(&text).map_err(|error| Error::input(format!("not a ledger's manifest: {error}")).at_file(&path))?;
        if !VERSIONS.contains(&manifest.patronage_ledger) {
            let (first, last) = VERSIONS.into_inner();
            return Err(Error::input(format!("the ledger has format {}, this program reads {first} to {last}", manifest.patronage_ledger))
                .at_file(&path));
        }
        Ok(Self { folder, manifest })
    }

    /// Opens a saved ledger, or prepares an empty one with these settings.
    ///
    /// # Errors
    /// When the settings differ from those of the saved ledger, or the folder holds something else.
    pub fn open_or_new(folder: impl Into<PathBuf>, settings: LedgerSettings) -> Result<Self> {
        let folder = folder.into();
        if folder.join(MANIFEST).exists() {
            let store = Self::open(folder)?;
            if store.manifest.settings != settings {
                return Err(Error::parameter("the saved ledger has other settings")
                    .at_file(&store.folder)
                    .with_value(&format!("{:?}", store.manifest.settings))
                    .with_hint("use the same time zone, cancel prefix and treatment of zero amounts, or another folder"));
            }
            return Ok(store);
        }
        if let Ok(mut entries) = fs::read_dir(&folder)
            && entries.any(|entry| entry.is_ok_and(|entry| entry.file_name() != SEGMENTS))
        {
            return Err(Error::write("the folder holds files that are not a ledger's")
                .at_file(folder)
                .with_hint("name an empty or a new folder"));
        }
        let manifest = Manifest {
            patronage_ledger: *VERSIONS.start(),
            settings,
            time_format: TimeFormat::Infer,
            columns: ColumnNames::default(),
            loads: Vec::new(),
        };
        Ok(Self { folder, manifest })
    }

    /// What all its loads have in common.
    #[must_use]
    pub fn settings(&self) -> &LedgerSettings {
        &self.manifest.settings
    }

    /// How times are written in its files, and the columns that were named for them.
    #[must_use]
    pub fn formats(&self) -> (&TimeFormat, &ColumnNames) {
        (&self.manifest.time_format, &self.manifest.columns)
    }

    /// Remembers how times are written and which columns were named; saved with the next load.
    pub fn set_formats(&mut self, time_format: TimeFormat, columns: ColumnNames) {
        self.manifest.time_format = time_format;
        self.manifest.columns = columns;
    }

    /// Its loads, in order of their ids.
    #[must_use]
    pub fn loads(&self) -> &[Load] {
        &self.manifest.loads
    }

    /// Whether a load is part of it.
    #[must_use]
    pub fn contains(&self, id: &str) -> bool {
        self.manifest.loads.iter().any(|load| load.id == id)
    }

    /// Adds a load, unless it is there already.
    ///
    /// # Errors
    /// When the settings differ, the id is no file name, or writing fails; the saved ledger is then as it was.
    pub fn add(&mut self, id: &str, source: &str, rows: u64, ledger: &Ledger) -> Result<LoadOutcome> {
        if id.is_empty() || !id.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'-' || byte == b'_') {
            return Err(Error::parameter("the id of a load consists of letters, digits, `-` and `_`").with_value(id));
        }
        if *ledger.settings() != self.manifest.settings {
            return Err(Error::parameter("the load has other settings than the saved ledger").at_file(&self.folder));
        }
        if self.contains(id) {
            return Ok(LoadOutcome::AlreadyThere);
        }
        let files = Files::of(ledger)?;
        let segments = self.folder.join(SEGMENTS);
        fs::create_dir_all(&segments).map_err(|error| Error::write_io(&segments, &error))?;
        self.clear_leftovers()?;
        let load = self.write(id, source, rows, ledger, &files)?;
        let mut manifest = self.manifest.clone();
        manifest.loads.push(load);
        manifest.loads.sort_by(|a, b| a.id.cmp(&b.id));
        self.commit(manifest)?;
        Ok(LoadOutcome::Added)
    }

    /// Takes a load back out; says whether it was there.
    ///
    /// # Errors
    /// When writing fails; the saved ledger is then as it was.
    pub fn withdraw(&mut self, id: &str) -> Result<bool> {
        if !self.contains(id) {
            return Ok(false);
        }
        let mut manifest = self.manifest.clone();
        manifest.loads.retain(|load| load.id != id);
        self.commit(manifest)?;
        self.clear_leftovers()?;
        Ok(true)
    }

    /// All loads merged.
    ///
    /// # Errors
    /// When a segment cannot be read, or is not the one that was written.
    pub fn ledger(&self) -> Result<Ledger> {
        let mut ledger = Ledger::new(self.manifest.settings.clone());
        for load in &self.manifest.loads {
            let path = self.segment(&load.id);
            let frame = read_frame(&path, &load.segment_blake3)?;
            let mut part = Ledger::from_frame(&frame, self.manifest.settings.clone(), load.scale).map_err(|error| error.at_file(&path))?;
            if let Some(hash) = &load.dimensions_blake3 {
                let path = self.rollups(&load.id);
                *part.rollups_mut() = Some(RollUps::from_frame(&read_frame(&path, hash)?).map_err(|error| error.at_file(&path))?);
            }
            ledger = ledger.merge(&part)?;
        }
        Ok(ledger)
    }

    fn segment(&self, id: &str) -> PathBuf {
        self.folder.join(SEGMENTS).join(format!("{id}.parquet"))
    }

    fn rollups(&self, id: &str) -> PathBuf {
        self.folder.join(SEGMENTS).join(format!("{id}.dimensions.parquet"))
    }

    /// Writes the files of a load.
    fn write(&self, id: &str, source: &str, rows: u64, ledger: &Ledger, files: &Files) -> Result<Load> {
        let hash = |bytes: &[u8]| blake3::hash(bytes).to_hex().to_string();
        atomic::write_file(&self.segment(id), &files.segment)?;
        if let Some(rollups) = &files.rollups {
            atomic::write_file(&self.rollups(id), rollups)?;
        }
        Ok(Load {
            id: id.to_owned(),
            source: source.to_owned(),
            rows,
            scale: ledger.scale(),
            segment_blake3: hash(&files.segment),
            dimensions_blake3: files.rollups.as_deref().map(hash),
        })
    }

    fn commit(&mut self, mut manifest: Manifest) -> Result<()> {
        let with_rollups = manifest.loads.iter().any(|load| load.dimensions_blake3.is_some());
        manifest.patronage_ledger = if with_rollups { *VERSIONS.end() } else { *VERSIONS.start() };
        let text = serde_json::to_string_pretty(&manifest).map_err(|error| Error::write(error.to_string()))?;
        atomic::write_file(&self.folder.join(MANIFEST), text.as_bytes())?;
        self.manifest = manifest;
        Ok(())
    }

    fn files(&self, load: &Load) -> impl Iterator<Item = PathBuf> {
        let rollups = load.dimensions_blake3.as_ref().map(|_| self.rollups(&load.id));
        std::iter::once(self.segment(&load.id)).chain(rollups)
    }

    /// Removes segments that no manifest names.
    fn clear_leftovers(&self) -> Result<()> {
        let folder = self.folder.join(SEGMENTS);
        let named: BTreeSet<PathBuf> = self.manifest.loads.iter().flat_map(|load| self.files(load)).collect();
        let entries = fs::read_dir(&folder).map_err(|error| Error::read_io(&folder, &error))?;
        for path in entries.filter_map(|entry| entry.ok().map(|entry| entry.path())).filter(|path| !named.contains(path)) {
            fs::remove_file(&path).map_err(|error| Error::write_io(&path, &error))?;
        }
        Ok(())
    }
}

/// The bytes of a load's files.
struct Files {
    segment: Vec<u8>,
    rollups: Option<Vec<u8>>,
}

impl Files {
    fn of(ledger: &Ledger) -> Result<Self> {
        let bytes = |frame: &DataFrame| -> Result<Vec<u8>> {
            let mut bytes = Vec::new();
            Parquet.write(frame, &mut bytes)?;
            Ok(bytes)
        };
        let rollups = ledger.rollups().map(|rollups| bytes(&rollups.frame()?)).transpose()?;
        Ok(Self { segment: bytes(&ledger.frame()?)?, rollups })
    }
}

/// A table of a load, which must be the one that was written.
fn read_frame(path: &Path, hash: &str) -> Result<DataFrame> {
    let bytes = fs::read(path).map_err(|error| Error::read_io(path, &error))?;
    if blake3::hash(&bytes).to_hex().as_str() != hash {
        return Err(Error::input("the segment is not the one that was saved")
            .at_file(path)
            .with_hint("withdraw the load and ingest its file again"));
    }
    let frame = ParquetReader::new(std::io::Cursor::new(bytes)).finish();
    frame.map_err(|error| Error::input(format!("not a readable segment: {error}")).at_file(path))
}

impl Ledger {
    /// Saves the ledger as one load of a folder, in place of what was saved there.
    ///
    /// # Errors
    /// When the folder holds something else than a ledger, or writing fails.
    pub fn save(&self, folder: impl AsRef<Path>) -> Result<()> {
        let folder = folder.as_ref();
        let mut store = match Store::open(folder) {
            Ok(store) => Store { manifest: Manifest { settings: self.settings().clone(), loads: Vec::new(), ..store.manifest }, ..store },
            Err(_) => Store::open_or_new(folder, self.settings().clone())?,
        };
        let files = Files::of(self)?;
        // The manifest that is on disk names the old segments until the new one is in place.
        let mut hasher = blake3::Hasher::new();
        hasher.update(&files.segment).update(files.rollups.as_deref().unwrap_or_default());
        let id = format!("saved-{}", &hasher.finalize().to_hex().as_str()[..32]);
        let segments = folder.join(SEGMENTS);
        fs::create_dir_all(&segments).map_err(|error| Error::write_io(&segments, &error))?;
        let load = store.write(&id, "saved", 0, self, &files)?;
        let manifest = Manifest { loads: vec![load], ..store.manifest.clone() };
        store.commit(manifest)?;
        store.clear_leftovers()
    }

    /// Opens a saved ledger with all its loads.
    ///
    /// # Errors
    /// As [`Store::open`] and [`Store::ledger`].
    pub fn open(folder: impl AsRef<Path>) -> Result<Self> {
        Store::open(folder.as_ref())?.ledger()
    }
}
