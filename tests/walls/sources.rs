//! What no file may say.

use crate::files::File;

/// The one file that imports `@tauri-apps/*`; the generated bindings beside it do too.
const BACKEND: &str = "ui/src/lib/backend/tauri.ts";

/// Ways out of core, each with what to take instead.
const OUTSIDE_WORLD: [(&str, &str); 8] = [
    ("std::fs", "bytes as a parameter"),
    ("std::net", "bytes as a parameter"),
    (
        "std::thread",
        "a function that the caller runs where it likes",
    ),
    ("std::env", "a parameter"),
    ("std::process", "a result"),
    ("SystemTime", "`now` as a parameter"),
    ("Instant::now", "`now` as a parameter"),
    ("now_utc", "`now` as a parameter"),
];

/// Complaints about code of core (its tests may read vectors) that leaves core.
pub(crate) fn outside_world(file: &File) -> Vec<String> {
    let is_test = file.path.ends_with("/tests.rs") || file.path.contains("/tests/");
    let code = if is_test {
        ""
    } else {
        without_tests(&file.text)
    };
    let lines = code
        .lines()
        .filter(|line| !line.trim_start().starts_with("//"));
    let complaint = |line: &str| {
        let found = OUTSIDE_WORLD.iter().find(|(name, _)| line.contains(name));
        found.map(|(name, instead)| format!("{}: {name}; take {instead}", file.path))
    };
    lines.filter_map(complaint).collect()
}

/// Complaints about pages that talk to Tauri past the backend.
pub(crate) fn foreign_tauri_imports(pages: &[File]) -> Vec<String> {
    let names_tauri = |file: &&File| {
        let is_backend = file.path == BACKEND || file.path.ends_with("/bindings.ts");
        !is_backend && file.text.contains("@tauri-apps/")
    };
    let foreign = pages.iter().filter(names_tauri);
    foreign
        .map(|file| format!("{}: only {BACKEND} may import @tauri-apps", file.path))
        .collect()
}

/// Complaints about folders and registries of one machine.
pub(crate) fn machine_paths(file: &File) -> Vec<String> {
    // Put together here, so that this file does not name them itself.
    let folders =
        ["home/", "root/", "work/main", "work/shared", "Users/"].map(|it| format!("/{it}"));
    let complaint = |line: &str| {
        let folder = folders.iter().find(|folder| names_folder(line, folder));
        let what = folder
            .map(String::as_str)
            .or_else(|| foreign_registry(line));
        what.map(|what| format!("{}: names {what}", file.path))
    };
    file.text.lines().filter_map(complaint).collect()
}

/// Complaints about vectors that neither a test nor a generator reads.
pub(crate) fn unread_vectors(kinds: &[String], code: &[File]) -> Vec<String> {
    let is_read = |kind: &&String| code.iter().any(|file| names_vectors(&file.text, kind));
    let unread = kinds.iter().filter(|kind| !is_read(kind));
    unread
        .map(|kind| format!("tests/vectors/{kind}: nothing reads it"))
        .collect()
}

fn without_tests(code: &str) -> &str {
    code.split("#[cfg(test)]").next().unwrap_or(code)
}

/// Whether `line` names `folder` at the root of a file system, not below another folder.
fn names_folder(line: &str, folder: &str) -> bool {
    line.match_indices(folder).any(|(at, _)| {
        let before = line[..at].chars().next_back();
        before.is_none_or(|it| !it.is_alphanumeric() && !"._-$})>~/*".contains(it))
    })
}

/// The registry of a lock file's line, unless it is the public one.
fn foreign_registry(line: &str) -> Option<&str> {
    let line = line.trim();
    let address = line
        .strip_prefix("\"resolved\": \"")
        .or_else(|| line.strip_prefix("source = \"registry+"))?;
    let known = [
        "https://registry.npmjs.org/",
        "https://github.com/rust-lang/crates.io-index",
    ];
    let is_known = known.iter().any(|known| address.starts_with(known));
    (!is_known).then_some(address)
}

fn names_vectors(code: &str, kind: &str) -> bool {
    code.contains(&format!("vectors/{kind}")) || code.contains(&format!("\"{kind}\""))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn file(path: &str, text: &str) -> File {
        File {
            path: path.to_owned(),
            text: text.to_owned(),
        }
    }

    #[test]
    fn finds_ways_out_of_core() {
        let of = |text: &str| outside_world(&file("crates/core/src/a.rs", text)).len();
        assert_eq!(of("use std::fs;\nlet t = SystemTime::now();"), 2);
        assert_eq!(
            of("/// Like `std::fs`.\n#[cfg(test)]\nmod tests { use std::fs; }"),
            0
        );
    }

    #[test]
    fn finds_pages_past_the_backend() {
        let import = "import { invoke } from '@tauri-apps/api/core'";
        let pages = [file(BACKEND, import), file("ui/src/App.svelte", import)];
        assert_eq!(foreign_tauri_imports(&pages).len(), 1);
    }

    #[test]
    fn finds_machines() {
        let of = |text: &str| machine_paths(&file("a.md", text)).len();
        for folder in ["home", "root", "Users"] {
            assert_eq!(of(&format!("in /{folder}/")), 1);
            assert_eq!(of(&format!("C:/{folder}/x")), 1);
        }
        assert_eq!(
            of("https://example.org/home/a and $HOME/work/main, a/root/b"),
            0
        );
        assert_eq!(of("\"resolved\": \"https://npm.example.org/a.tgz\""), 1);
        assert_eq!(of("\"resolved\": \"https://registry.npmjs.org/a.tgz\""), 0);
        assert_eq!(
            of("source = \"registry+https://github.com/rust-lang/crates.io-index\""),
            0
        );
    }

    #[test]
    fn finds_vectors_that_nobody_reads() {
        let code = [file(
            "a.rs",
            "include_bytes!(\"../tests/vectors/csr/a.pem\")",
        )];
        let kinds = ["csr".to_owned(), "certificate".to_owned()];
        assert_eq!(
            unread_vectors(&kinds, &code),
            ["tests/vectors/certificate: nothing reads it"]
        );
    }
}
