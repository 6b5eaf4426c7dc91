//! A book as a folder of files, and back.

use std::path::Path;

use polars::prelude::*;

use super::{Manifest, SegmentBook};
use crate::error::{Error, Result};
use crate::sink::atomic::MANIFEST;
use crate::sink::{OutputFolder, TableFormat};

/// The file of rejected rows.
pub const REJECTS: &str = "rejects.csv";

impl SegmentBook {
    /// Writes `segments.*`, `tables/*` and `manifest.json` into a folder, all at once: see [`OutputFolder`].
    ///
    /// # Errors
    /// When the folder holds files of others, or the file system fails.
    pub fn write(&mut self, folder: impl AsRef<Path>, format: TableFormat) -> Result<()> {
        let output = OutputFolder::new(folder.as_ref())?;
        self.write_into(output, format)
    }

    /// Writes the book into an output that may hold other files already, and puts it in its place.
    ///
    /// # Errors
    /// As [`write`](Self::write).
    pub fn write_into(&mut self, mut output: OutputFolder, format: TableFormat) -> Result<()> {
        let sink = format.sink();
        output.file(&format!("segments.{}", sink.extension()), |to| sink.write(&self.segments, to))?;
        for (name, table) in &self.tables {
            // Tables are read by programs: they are always Parquet, and in the asked format too.
            output.file(&format!("tables/{name}.parquet"), |to| TableFormat::Parquet.sink().write(table, to))?;
            if format != TableFormat::Parquet {
                output.file(&format!("tables/{name}.{}", sink.extension()), |to| sink.write(table, to))?;
            }
        }
        let follows_input = |name: &str| name == REJECTS || name.starts_with("report.");
        self.manifest.files =
            output.hashes().iter().map(|(name, hash)| (name.clone(), (!follows_input(name)).then(|| hash.clone()))).collect();
        let text = serde_json::to_string_pretty(&self.manifest).map_err(|error| Error::write(error.to_string()))?;
        output.file(MANIFEST, |to| writeln!(to, "{text}").map_err(|error| Error::write(format!("cannot write: {error}"))))?;
        output.commit()
    }

    /// Reads a book that was written as Parquet.
    ///
    /// # Errors
    /// When a file is missing, is not the one that the manifest names, or is of another format.
    pub fn open(folder: impl AsRef<Path>) -> Result<Self> {
        let folder = folder.as_ref();
        let manifest = Manifest::open(folder)?;
        let read = |name: &str| -> Result<DataFrame> {
            let path = folder.join(name);
            let bytes = std::fs::read(&path).map_err(|error| Error::read_io(&path, &error))?;
            let hash = manifest.files.get(name).cloned().flatten();
            if hash.as_deref() != Some(blake3::hash(&bytes).to_hex().as_str()) {
                return Err(Error::input("the file is not the one that the manifest lists")
                    .at_file(&path)
                    .with_hint("write the book again"));
            }
            ParquetReader::new(std::io::Cursor::new(bytes))
                .finish()
                .map_err(|error| Error::input(format!("not readable: {error}")).at_file(&path))
        };
        if !manifest.files.contains_key("segments.parquet") {
            return Err(Error::input("the book was not written as Parquet").at_file(folder).with_hint("write it with --format parquet"));
        }
        let segments = read("segments.parquet")?;
        let mut tables = std::collections::BTreeMap::new();
        for name in manifest.files.keys() {
            if let Some(table) = name.strip_prefix("tables/").and_then(|name| name.strip_suffix(".parquet")) {
                tables.insert(table.to_owned(), read(name)?);
            }
        }
        Ok(Self { segments, tables, manifest })
    }
}

impl Manifest {
    /// Reads the manifest of a written book.
    ///
    /// # Errors
    /// When there is none, or it is not one.
    pub fn open(folder: impl AsRef<Path>) -> Result<Self> {
        let path = folder.as_ref().join(MANIFEST);
        let text = std::fs::read_to_string(&path)
            .map_err(|error| Error::read_io(&path, &error).with_hint("is this the folder of a segment book?"))?;
        serde_json::from_str(&text).map_err(|error| Error::input(format!("not the manifest of a segment book: {error}")).at_file(path))
    }
}
