//! Files and folders that are complete or not there.

use std::collections::BTreeMap;
use std::ffi::OsString;
use std::fs::{self, File};
use std::io::{self, BufWriter, Write};
use std::path::{Component, Path, PathBuf};

use serde::Deserialize;

use crate::error::{Error, Result};

/// The file that is written last and lists the others.
pub const MANIFEST: &str = "manifest.json";

/// Files that may have been rendered into an output later on; they are replaced with it.
const REPORTS: [&str; 3] = ["report.html", "report.xlsx", "report.md"];

/// Writes bytes as one file.
pub(crate) fn write_file(path: &Path, bytes: &[u8]) -> Result<()> {
    OutputFile::write(path, |to| to.write_all(bytes).map_err(|error| Error::write_io(path, &error)))
}

/// One output file that is complete or not there.
#[derive(Debug, Clone, Copy)]
pub struct OutputFile;

impl OutputFile {
    /// Writes a file beside its place, and moves it there when it is on disk.
    ///
    /// # Errors
    /// When `write` fails, or the file system does; what was at the place is then still there.
    pub fn write(path: impl AsRef<Path>, write: impl FnOnce(&mut dyn Write) -> Result<()>) -> Result<()> {
        let path = path.as_ref();
        let partial = beside(path);
        let failed = |error: io::Error| Error::write_io(path, &error);
        let mut file = BufWriter::with_capacity(1 << 20, File::create(&partial).map_err(failed)?);
        let outcome = write(&mut file).and_then(|()| {
            let file = file.into_inner().map_err(|error| failed(error.into_error()))?;
            file.sync_all().and_then(|()| fs::rename(&partial, path)).map_err(failed)
        });
        if outcome.is_err() {
            // What cannot be removed is overwritten next time.
            drop(fs::remove_file(&partial));
        }
        outcome
    }
}

/// The name under which something is written before it takes its place.
fn beside(path: &Path) -> PathBuf {
    let mut name = OsString::from(".");
    name.push(path.file_name().unwrap_or_default());
    name.push(".partial");
    path.with_file_name(name)
}

/// A folder of outputs that takes its place all at once, when it is [committed](Self::commit).
///
/// Files are written into a hidden folder beside the final one. Where the system can exchange two folders in one step
/// (Linux), readers see the old output or the new one, whole; elsewhere the files are moved one by one and the
/// manifest, which holds the hash of each, goes last. Dropped without a commit, it leaves nothing behind.
#[derive(Debug)]
pub struct OutputFolder {
    target: PathBuf,
    partial: PathBuf,
    /// The folders above it that were made for it, from the top.
    made: Vec<PathBuf>,
    hashes: BTreeMap<String, String>,
    committed: bool,
}

/// What must be known of an older output to tell whose the files are.
#[derive(Deserialize)]
struct Older {
    /// No other program's manifest has this.
    #[serde(rename = "patronage")]
    _version: String,
    files: BTreeMap<String, Option<String>>,
}

impl OutputFolder {
    /// Prepares an output.
    ///
    /// # Errors
    /// When the target holds files that are not from an earlier output, or is no folder, or cannot be written beside.
    pub fn new(target: impl Into<PathBuf>) -> Result<Self> {
        let target = resolve(target.into())?;
        refuse_foreign(&target)?;
        let partial = beside(&target);
        if partial.exists() {
            // Left by a run that was killed.
            fs::remove_dir_all(&partial).map_err(|error| Error::write_io(&partial, &error))?;
        }
        let mut made: Vec<PathBuf> = target
            .ancestors()
            .skip(1)
            .take_while(|folder| !folder.as_os_str().is_empty() && !folder.exists())
            .map(Path::to_path_buf)
            .collect();
        made.reverse();
        let output = Self { target, partial, made, hashes: BTreeMap::new(), committed: false };
        fs::create_dir_all(&output.partial).map_err(|error| Error::write_io(&output.target, &error))?;
        Ok(output)
    }

    /// Writes one file; `name` may hold folders, with `/` between them.
    ///
    /// # Errors
    /// When `write` fails, or the file system does.
    pub fn file(&mut self, name: &str, write: impl FnOnce(&mut dyn Write) -> Result<()>) -> Result<()> {
        let path = self.place(name)?;
        let failed = |error: io::Error| Error::write_io(&path, &error);
        if let Some(folder) = path.parent() {
            fs::create_dir_all(folder).map_err(failed)?;
        }
        let mut to =
            Hashing { inner: BufWriter::with_capacity(1 << 20, File::create(&path).map_err(failed)?), hasher: blake3::Hasher::new() };
        write(&mut to).map_err(|error| if error.position().file.is_none() { error.at_file(self.target.join(name)) } else { error })?;
        to.flush().map_err(failed)?;
        self.hashes.insert(name.to_owned(), to.hasher.finalize().to_hex().to_string());
        Ok(())
    }

    /// A way to write one file bit by bit, and to start it over; [`hash`](Self::hash) it when it is complete.
    ///
    /// # Errors
    /// When `name` leads out of the folder.
    pub fn writer(&self, name: &str) -> Result<impl FnMut() -> Result<BufWriter<File>> + 'static> {
        let path = self.place(name)?;
        Ok(move || File::create(&path).map(BufWriter::new).map_err(|error| Error::write_io(&path, &error)))
    }

    /// Takes a file that was written bit by bit into the list.
    ///
    /// # Errors
    /// When it cannot be read.
    pub fn hash(&mut self, name: &str) -> Result<()> {
        let path = self.place(name)?;
        let mut hasher = blake3::Hasher::new();
        File::open(&path).and_then(|file| hasher.update_reader(file).map(drop)).map_err(|error| Error::write_io(&path, &error))?;
        self.hashes.insert(name.to_owned(), hasher.finalize().to_hex().to_string());
        Ok(())
    }

    fn place(&self, name: &str) -> Result<PathBuf> {
        if Path::new(name).components().all(|part| matches!(part, Component::Normal(_))) {
            return Ok(self.partial.join(name));
        }
        Err(Error::parameter("the name of an output file leads out of its folder").with_value(name))
    }

    /// The BLAKE3 hash of each file written so far.
    #[must_use]
    pub fn hashes(&self) -> &BTreeMap<String, String> {
        &self.hashes
    }

    /// Puts the output in its place.
    ///
    /// # Errors
    /// When the file system fails; the older output is then still there.
    pub fn commit(mut self) -> Result<()> {
        let failed = |error: io::Error| Error::write_io(&self.target, &error);
        refuse_foreign(&self.target)?;
        if !self.target.exists() {
            fs::rename(&self.partial, &self.target).map_err(failed)?;
        } else if exchange(&self.partial, &self.target) {
            fs::remove_dir_all(&self.partial).map_err(failed)?;
        } else {
            self.move_one_by_one().map_err(failed)?;
        }
        self.committed = true;
        Ok(())
    }

    fn move_one_by_one(&self) -> io::Result<()> {
        let mut names: Vec<&String> = self.hashes.keys().filter(|name| *name != MANIFEST).collect();
        // Without a manifest readers know that the folder is being changed.
        let manifest = self.target.join(MANIFEST);
        if manifest.exists() {
            fs::remove_file(manifest)?;
        }
        names.extend(self.hashes.keys().filter(|name| *name == MANIFEST));
        for name in names {
            let place = self.target.join(name);
            if let Some(folder) = place.parent() {
                fs::create_dir_all(folder)?;
            }
            fs::rename(self.partial.join(name), place)?;
        }
        fs::remove_dir_all(&self.partial)
    }
}

impl Drop for OutputFolder {
    fn drop(&mut self) {
        if !self.committed {
            // Nothing can be done about a folder that cannot be removed; the next run tries again.
            drop(fs::remove_dir_all(&self.partial));
            for folder in self.made.iter().rev() {
                // Only what is empty goes.
                drop(fs::remove_dir(folder));
            }
        }
    }
}

/// The place itself where the path ends in `.` or `..` or is a link to a folder.
fn resolve(target: PathBuf) -> Result<PathBuf> {
    if target.as_os_str().is_empty() {
        return Err(Error::parameter("the output folder has no name"));
    }
    if target.is_dir() { target.canonicalize().map_err(|error| Error::write_io(&target, &error)) } else { Ok(target) }
}

fn refuse_foreign(target: &Path) -> Result<()> {
    if !target.exists() {
        return Ok(());
    }
    if !target.is_dir() {
        return Err(Error::write("the output is a folder, and there is a file of that name").at_file(target));
    }
    let mut found = Vec::new();
    list(target, "", &mut found).map_err(|error| Error::read_io(target, &error))?;
    if found.is_empty() {
        return Ok(());
    }
    let older: Option<Older> = fs::read(target.join(MANIFEST)).ok().and_then(|bytes| serde_json::from_slice(&bytes).ok());
    let known = |name: &String| {
        let ours = |older: &Older| name == MANIFEST || older.files.contains_key(name) || REPORTS.contains(&name.as_str());
        older.as_ref().is_some_and(ours)
    };
    match found.iter().find(|name| !known(name)) {
        None => Ok(()),
        Some(foreign) => Err(Error::write("the folder holds files that are not from an earlier run, and would be lost")
            .at_file(target)
            .with_value(foreign)
            .with_hint("name an empty or a new folder")),
    }
}

fn list(folder: &Path, prefix: &str, found: &mut Vec<String>) -> io::Result<()> {
    for entry in fs::read_dir(folder)? {
        let entry = entry?;
        let name = format!("{prefix}{}", entry.file_name().to_string_lossy());
        if entry.file_type()?.is_dir() {
            list(&entry.path(), &format!("{name}/"), found)?;
        } else {
            found.push(name);
        }
    }
    found.sort();
    Ok(())
}

#[cfg(target_os = "linux")]
fn exchange(a: &Path, b: &Path) -> bool {
    use rustix::fs::{CWD, RenameFlags, renameat_with};
    renameat_with(CWD, a, CWD, b, RenameFlags::EXCHANGE).is_ok()
}

#[cfg(not(target_os = "linux"))]
fn exchange(_: &Path, _: &Path) -> bool {
    false
}

struct Hashing<W> {
    inner: W,
    hasher: blake3::Hasher,
}

impl<W: Write> Write for Hashing<W> {
    fn write(&mut self, buffer: &[u8]) -> io::Result<usize> {
        let length = self.inner.write(buffer)?;
        self.hasher.update(&buffer[..length]);
        Ok(length)
    }

    fn flush(&mut self) -> io::Result<()> {
        self.inner.flush()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn put(folder: &mut OutputFolder, name: &str, text: &str) {
        folder.file(name, |to| to.write_all(text.as_bytes()).map_err(|error| Error::write(error.to_string()))).expect("writable");
    }

    fn manifest(folder: &mut OutputFolder) {
        let text = serde_json::json!({ "patronage": "0", "files": folder.hashes() }).to_string();
        put(folder, MANIFEST, &text);
    }

    #[test]
    fn an_output_replaces_the_one_before_it() {
        let place = tempfile::tempdir().expect("a folder");
        let target = place.path().join("out");
        for (round, name) in ["a.csv", "tables/b.csv"].into_iter().enumerate() {
            let mut folder = OutputFolder::new(&target).expect("ours");
            put(&mut folder, name, &round.to_string());
            manifest(&mut folder);
            folder.commit().expect("in place");
        }
        assert!(!target.join("a.csv").exists());
        assert_eq!(fs::read_to_string(target.join("tables/b.csv")).ok().as_deref(), Some("1"));
        assert_eq!(fs::read_dir(place.path()).map(Iterator::count).ok(), Some(1), "nothing is left beside it");
    }

    #[test]
    fn a_report_rendered_later_is_not_foreign() {
        let place = tempfile::tempdir().expect("a folder");
        let target = place.path().join("out");
        let mut folder = OutputFolder::new(&target).expect("new");
        manifest(&mut folder);
        folder.commit().expect("in place");
        fs::write(target.join("report.html"), "a report").expect("writable");
        assert!(OutputFolder::new(&target).is_ok());
        fs::write(target.join("report.doc"), "a report of somebody's").expect("writable");
        assert!(OutputFolder::new(&target).is_err());
    }

    #[test]
    fn foreign_files_are_safe() {
        let place = tempfile::tempdir().expect("a folder");
        fs::write(place.path().join("thesis.doc"), "years of work").expect("writable");
        assert!(OutputFolder::new(place.path()).expect_err("foreign").to_string().contains("thesis.doc"));
    }

    #[test]
    fn an_output_that_is_given_up_leaves_nothing() {
        let place = tempfile::tempdir().expect("a folder");
        let mut folder = OutputFolder::new(place.path().join("out")).expect("new");
        put(&mut folder, "a.csv", "1");
        drop(folder);
        assert_eq!(fs::read_dir(place.path()).map(Iterator::count).ok(), Some(0));
    }

    #[test]
    fn names_stay_inside() {
        let place = tempfile::tempdir().expect("a folder");
        let mut folder = OutputFolder::new(place.path().join("out")).expect("new");
        assert!(folder.file("../a", |_| Ok(())).is_err());
    }
}
