//! What the tests share: the binary, folders that go away, data sets, and tables as rows of text.

use std::collections::BTreeMap;
use std::fs;
use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::OnceLock;
use std::time::SystemTime;

use serde_json::Value;
use tempfile::TempDir;

/// A row of a table: texts by the names of their columns.
pub(crate) type Row = BTreeMap<String, String>;

/// How the binary ended, and what it said.
#[derive(Debug)]
pub(crate) struct Run {
    pub(crate) code: Option<i32>,
    pub(crate) stdout: String,
    pub(crate) stderr: String,
}

impl Run {
    /// It went well.
    #[track_caller]
    pub(crate) fn ok(self) -> Self {
        assert_eq!(self.code, Some(0), "stderr: {}", self.stderr);
        self
    }

    /// It ended with this code, printed no data, did not panic, and said these words on standard error.
    #[track_caller]
    pub(crate) fn fails(self, code: i32, words: &[&str]) -> Self {
        assert_eq!(self.code, Some(code), "stdout: {}\nstderr: {}", self.stdout, self.stderr);
        assert_eq!(self.stdout, "", "no data is printed by a run that fails");
        assert!(!self.stderr.contains("panicked"), "{}", self.stderr);
        for word in words {
            assert!(self.stderr.contains(word), "`{word}` is not in: {}", self.stderr);
        }
        self
    }

    /// Its standard output as JSON.
    #[track_caller]
    pub(crate) fn json(&self) -> Value {
        serde_json::from_str(&self.stdout).unwrap_or_else(|error| panic!("{error}: {}\n{}", self.stdout, self.stderr))
    }
}

/// A folder of one test, in which the binary runs.
pub(crate) struct Scratch(TempDir);

impl Scratch {
    pub(crate) fn new() -> Self {
        Self(tempfile::tempdir().expect("a folder"))
    }

    /// A folder with one file.
    pub(crate) fn with(name: &str, bytes: impl AsRef<[u8]>) -> Self {
        let scratch = Self::new();
        scratch.write(name, bytes);
        scratch
    }

    /// A folder with a copy of a file, under its own name.
    pub(crate) fn with_copy(of: &Path) -> Self {
        let name = of.file_name().and_then(|name| name.to_str()).expect("a name");
        Self::with(name, fs::read(of).unwrap_or_else(|error| panic!("{}: {error}", of.display())))
    }

    pub(crate) fn path(&self, name: &str) -> PathBuf {
        self.0.path().join(name)
    }

    pub(crate) fn write(&self, name: &str, bytes: impl AsRef<[u8]>) -> PathBuf {
        let path = self.path(name);
        fs::create_dir_all(path.parent().expect("within the folder")).expect("writable");
        fs::write(&path, bytes).expect("writable");
        path
    }

    #[track_caller]
    pub(crate) fn bytes(&self, name: &str) -> Vec<u8> {
        fs::read(self.path(name)).unwrap_or_else(|error| panic!("{name}: {error}"))
    }

    #[track_caller]
    pub(crate) fn text(&self, name: &str) -> String {
        String::from_utf8(self.bytes(name)).expect("text")
    }

    #[track_caller]
    pub(crate) fn json(&self, name: &str) -> Value {
        serde_json::from_str(&self.text(name)).expect("JSON")
    }

    /// The rows of a CSV file.
    #[track_caller]
    pub(crate) fn table(&self, name: &str) -> Vec<Row> {
        table(&self.bytes(name))
    }

    /// Runs the binary here; the words of the line are separated by spaces.
    pub(crate) fn run(&self, line: &str) -> Run {
        self.run_words(&line.split_whitespace().collect::<Vec<_>>())
    }

    /// Runs the binary here with words that may hold spaces.
    pub(crate) fn run_words(&self, words: &[&str]) -> Run {
        let output = Command::new(binary()).args(words).current_dir(self.0.path()).output().expect("the binary starts");
        let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
        Run { code: output.status.code(), stdout: text(&output.stdout), stderr: text(&output.stderr) }
    }

    /// All files and empty folders below, sorted; folders end in `/`.
    pub(crate) fn names(&self) -> Vec<String> {
        let mut names = Vec::new();
        list(self.0.path(), "", &mut names);
        names.sort();
        names
    }
}

fn list(folder: &Path, prefix: &str, names: &mut Vec<String>) {
    for entry in fs::read_dir(folder).expect("readable").map(|entry| entry.expect("readable")) {
        let name = format!("{prefix}{}", entry.file_name().to_string_lossy());
        if entry.path().is_dir() {
            let before = names.len();
            list(&entry.path(), &format!("{name}/"), names);
            if names.len() == before {
                names.push(name + "/");
            }
        } else {
            names.push(name);
        }
    }
}

/// The rows of CSV text.
#[track_caller]
pub(crate) fn table(bytes: &[u8]) -> Vec<Row> {
    csv::Reader::from_reader(bytes).deserialize().map(|row| row.expect("a row")).collect()
}

/// How many rows have each value of a column.
pub(crate) fn counts(rows: &[Row], column: &str) -> BTreeMap<String, usize> {
    let mut counts = BTreeMap::new();
    for row in rows {
        *counts.entry(row[column].clone()).or_default() += 1;
    }
    counts
}

/// Pairs as a map, to compare with [`counts`].
pub(crate) fn expected<const N: usize>(pairs: [(&str, usize); N]) -> BTreeMap<String, usize> {
    pairs.into_iter().map(|(key, count)| (key.to_owned(), count)).collect()
}

/// Decimal text as hundredths: `-1.5` is -150.
#[track_caller]
pub(crate) fn cents(text: &str) -> i128 {
    let (whole, fraction) = text.split_once('.').unwrap_or((text, ""));
    assert!(fraction.len() <= 2, "{text}");
    format!("{whole}{fraction:0<2}").parse().unwrap_or_else(|error| panic!("{text}: {error}"))
}

/// The bundled CDNOW sample.
pub(crate) fn cdnow() -> PathBuf {
    root().join("examples/data/cdnow_sample.csv")
}

/// The folder of the workspace.
pub(crate) fn root() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR"))
}

/// A file of the data sets that are not part of the project, in the folder `PATRONAGE_TEST_DATA`.
pub(crate) fn data(name: &str) -> Option<PathBuf> {
    let found = std::env::var_os("PATRONAGE_TEST_DATA").filter(|folder| !folder.is_empty());
    if found.is_none() {
        // Nobody can be told that standard error is closed.
        let _ = writeln!(std::io::stderr(), "skipped: PATRONAGE_TEST_DATA does not say where {name} is");
    }
    found.map(|folder| PathBuf::from(folder).join(name))
}

/// The binary beside the tests, built when it is not there or older than the sources.
fn binary() -> &'static Path {
    static BINARY: OnceLock<PathBuf> = OnceLock::new();
    BINARY.get_or_init(|| {
        let tests = std::env::current_exe().expect("this program's place");
        let folder = tests.parent().and_then(Path::parent).expect("target/profile/deps");
        let binary = folder.join(format!("patronage{}", std::env::consts::EXE_SUFFIX));
        let built = fs::metadata(&binary).and_then(|metadata| metadata.modified()).ok();
        if built.is_none_or(|built| newest(&root().join("crates")) > built) {
            build(folder);
        }
        binary
    })
}

/// The same packages as `cargo test --workspace`, so that no dependency is built with other features again.
fn build(folder: &Path) {
    let profile = match folder.file_name().and_then(|name| name.to_str()) {
        Some("debug") | None => "dev",
        Some(profile) => profile,
    };
    let target = folder.parent().expect("the target folder");
    let status = Command::new(std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into()))
        .args(["build", "--quiet", "--workspace", "--bin", "patronage", "--test", "it", "--profile", profile])
        .env("CARGO_TARGET_DIR", target)
        .current_dir(root())
        .status()
        .expect("cargo starts");
    assert!(status.success(), "the binary cannot be built");
}

/// When the last of the sources was changed.
fn newest(folder: &Path) -> SystemTime {
    let mut newest = SystemTime::UNIX_EPOCH;
    for entry in fs::read_dir(folder).expect("readable").filter_map(Result::ok) {
        let path = entry.path();
        let changed = if path.is_dir() {
            newest_below(&path)
        } else if path.extension().is_some_and(|ending| ending == "rs" || ending == "toml") {
            entry.metadata().and_then(|metadata| metadata.modified()).unwrap_or(SystemTime::UNIX_EPOCH)
        } else {
            continue;
        };
        newest = newest.max(changed);
    }
    newest
}

/// As [`newest`], but for tests of the crates, which are not in the binary.
fn newest_below(folder: &Path) -> SystemTime {
    if folder.ends_with("tests") { SystemTime::UNIX_EPOCH } else { newest(folder) }
}
