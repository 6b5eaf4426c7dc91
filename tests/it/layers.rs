//! Imports of the library point up the list of modules in `ARCHITECTURE.md`.

use std::collections::BTreeSet;
use std::fs;
use std::path::Path;

use crate::common::root;

/// Edges against the order that `ARCHITECTURE.md` names, with its reasons.
const EXCEPTIONS: [(&str, &str); 1] = [
    // The ledger's store remembers how its files were read.
    ("ledger", "ingest"),
];

/// The modules of the table, from the bottom.
fn order() -> Vec<String> {
    let text = fs::read_to_string(root().join("ARCHITECTURE.md")).expect("ARCHITECTURE.md");
    let rows = text.lines().skip_while(|line| !line.starts_with("| module")).skip(2).take_while(|line| line.starts_with('|'));
    let names = rows.filter_map(|row| row.split('|').nth(1)).flat_map(|cell| cell.split(','));
    names.map(|name| name.trim().trim_matches('`').trim_end_matches("/*").to_owned()).collect()
}

/// What each file of the library imports: (its module path, the path behind `crate::`).
fn imports() -> Vec<(String, String)> {
    let src = root().join("crates/patronage/src");
    let mut files = Vec::new();
    collect(&src, &mut files);
    let mut imports = Vec::new();
    for (path, text) in files {
        for line in text.lines().map(str::trim).filter(|line| !line.starts_with("//")) {
            for (at, _) in line.match_indices("crate::") {
                // Not the end of a longer word such as `$crate::`.
                if line[..at].ends_with(|c: char| c.is_alphanumeric() || c == '_') {
                    continue;
                }
                let target: String = line[at + 7..].chars().take_while(|c| c.is_alphanumeric() || matches!(c, '_' | ':')).collect();
                imports.push((path.clone(), target));
            }
        }
    }
    imports
}

fn collect(folder: &Path, files: &mut Vec<(String, String)>) {
    for entry in fs::read_dir(folder).expect("readable").map(|entry| entry.expect("readable").path()) {
        if is_test(&entry) {
            continue;
        }
        if entry.is_dir() {
            collect(&entry, files);
        } else if entry.extension().is_some_and(|ending| ending == "rs") {
            let path = entry.strip_prefix(root().join("crates/patronage/src")).expect("below").to_string_lossy().replace('\\', "/");
            files.push((path, production(&fs::read_to_string(&entry).expect("readable"))));
        }
    }
}

/// Modules that are compiled for tests only.
fn is_test(path: &Path) -> bool {
    path.file_stem().is_some_and(|name| ["tests", "fixtures", "test_data"].iter().any(|test| name == *test))
}

/// The text without its tests, which may use what they like.
fn production(text: &str) -> String {
    text.split("#[cfg(test)]\nmod tests {").next().unwrap_or_default().to_owned()
}

fn module(path: &str) -> &str {
    path.split(['/', ':']).next().unwrap_or_default().trim_end_matches(".rs")
}

/// Edges between the modules of the table, without those within one.
fn edges() -> BTreeSet<(String, String)> {
    let imports = imports().into_iter().filter(|(from, _)| from != "lib.rs");
    let edges = imports.map(|(from, to)| (module(&from).to_owned(), module(&to).to_owned()));
    edges.filter(|(from, to)| from != to).collect()
}

#[test]
fn the_table_lists_every_module() {
    let src = root().join("crates/patronage/src");
    let modules = fs::read_dir(src).unwrap().map(|entry| entry.unwrap().file_name().to_string_lossy().trim_end_matches(".rs").to_owned());
    let there: BTreeSet<String> = modules.filter(|name| name != "lib").collect();
    assert_eq!(order().into_iter().collect::<BTreeSet<_>>(), there);
}

#[test]
fn imports_point_up() {
    let order = order();
    let place = |name: &str| order.iter().position(|module| module == name);
    let mut wrong = Vec::new();
    for (from, to) in edges() {
        let (Some(here), Some(there)) = (place(&from), place(&to)) else {
            // Something that the root re-exports, such as `crate::Result`: name its module instead.
            wrong.push(format!("{from} -> crate::{to}"));
            continue;
        };
        if there > here && !EXCEPTIONS.contains(&(from.as_str(), to.as_str())) {
            wrong.push(format!("{from} -> {to}"));
        }
    }
    assert!(wrong.is_empty(), "edges against the order {order:?}: {wrong:?}");
}

#[test]
fn every_exception_is_in_use() {
    let edges = edges();
    for (from, to) in EXCEPTIONS {
        assert!(edges.contains(&(from.to_owned(), to.to_owned())), "{from} -> {to}");
    }
}

#[test]
fn analyses_do_not_import_each_other() {
    let folder = |path: &str| path.strip_prefix("analysis/").map(|path| module(path).to_owned());
    let mut wrong = Vec::new();
    for (from, to) in imports() {
        let (Some(here), Some(there)) = (folder(&from), to.strip_prefix("analysis::").map(|path| module(path).to_owned())) else {
            continue;
        };
        if here != there && here != "mod" {
            wrong.push(format!("{from} -> {to}"));
        }
    }
    assert!(wrong.is_empty(), "{wrong:?}");
}

#[test]
fn what_may_not_be_known_is_not_imported() {
    for (from, to) in imports() {
        assert!(!(from.starts_with("math/") && to.starts_with("frames")), "{from}: numbers in, numbers out");
        assert!(
            !(from.starts_with("sink/")
                && module(&to) != "error"
                && !["frames", "time", "money"].contains(&module(&to))
                && module(&to) != "sink"),
            "{from} -> {to}: a sink knows nothing of the domain"
        );
    }
    let core = fs::read_to_string(root().join("crates/patronage/Cargo.toml")).unwrap();
    assert!(!core.contains("patronage-report") && !core.contains("patronage-cli"), "the library knows of neither");
}
