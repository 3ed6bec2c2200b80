//! The checkout's own files, without what is built or fetched.

use std::fs;
use std::path::{Path, PathBuf};

/// What a file of code may have at most.
const MOST_LINES: usize = 400;
/// Folders that hold nothing of ours.
const NOT_OURS: [&str; 8] = [
    "target",
    "node_modules",
    "dist",
    "gen",
    "demo",
    "third-party",
    "corpus",
    "proptest-regressions",
];

/// The folder that this test belongs to.
pub(crate) struct Checkout;

/// A file's path below the root, and its text.
pub(crate) struct File {
    pub(crate) path: String,
    pub(crate) text: String,
}

impl Checkout {
    pub(crate) fn root() -> &'static Path {
        let tests = Path::new(env!("CARGO_MANIFEST_DIR"));
        tests.parent().expect("tests/ lies in the checkout")
    }

    /// All files below `folders` with one of these endings, sorted by path.
    pub(crate) fn files(folders: &[&str], endings: &[&str]) -> Vec<File> {
        let mut found = Vec::new();
        for folder in folders {
            collect(&Self::root().join(folder), endings, &mut found);
        }
        found.sort_by(|one, other| one.path.cmp(&other.path));
        found
    }

    /// The folders of tests/vectors, one for each kind.
    pub(crate) fn vector_kinds() -> Vec<String> {
        let entries = fs::read_dir(Self::root().join("tests/vectors")).expect("tests/vectors");
        let folders = entries.flatten().filter(|entry| entry.path().is_dir());
        folders
            .filter_map(|entry| entry.file_name().into_string().ok())
            .collect()
    }
}

impl File {
    /// A complaint if the file is no room for one thing any more. Generated files are none.
    pub(crate) fn too_long(&self) -> Option<String> {
        let lines = self.text.lines().count();
        let is_generated = self.path.ends_with("bindings.ts");
        (lines > MOST_LINES && !is_generated)
            .then(|| format!("{}: {lines} lines, {MOST_LINES} is the limit", self.path))
    }
}

fn collect(folder: &Path, endings: &[&str], found: &mut Vec<File>) {
    let Ok(entries) = fs::read_dir(folder) else {
        return;
    };
    for path in entries.flatten().map(|entry| entry.path()) {
        let name = path
            .file_name()
            .and_then(|it| it.to_str())
            .unwrap_or_default();
        if path.is_dir() {
            let is_hidden = name.starts_with('.') && name != ".ci" && name != ".cargo";
            if !is_hidden && !NOT_OURS.contains(&name) {
                collect(&path, endings, found);
            }
        } else if has_ending(&path, endings)
            && let Ok(text) = fs::read_to_string(&path)
        {
            found.push(File {
                path: below_root(&path),
                text,
            });
        }
    }
}

fn has_ending(path: &Path, endings: &[&str]) -> bool {
    let ending = path.extension().and_then(|it| it.to_str());
    ending.is_some_and(|it| endings.contains(&it))
}

fn below_root(path: &Path) -> String {
    let below: PathBuf = path.strip_prefix(Checkout::root()).unwrap_or(path).into();
    below.to_string_lossy().replace('\\', "/")
}

#[test]
fn a_long_file_is_found_and_a_generated_one_spared() {
    let file = |path: &str, lines: usize| File {
        path: path.to_owned(),
        text: "x\n".repeat(lines),
    };
    assert!(file("a.rs", MOST_LINES).too_long().is_none());
    assert!(file("a.rs", MOST_LINES + 1).too_long().is_some());
    assert!(
        file("ui/src/lib/bindings.ts", MOST_LINES + 1)
            .too_long()
            .is_none()
    );
}
