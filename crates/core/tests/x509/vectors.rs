//! Where the vectors are, and that each of them is in its index.

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};

pub(crate) fn directory(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("../../tests/vectors")
        .join(name)
}

pub(crate) fn read(folder: &str, file: &str) -> Vec<u8> {
    let path = directory(folder).join(file);
    fs::read(&path).unwrap_or_else(|error| panic!("{}: {error}", path.display()))
}

pub(crate) fn index(folder: &str) -> Vec<serde_json::Value> {
    serde_json::from_slice(&read(folder, "index.json")).unwrap()
}

/// Every file of the folder, but not of its subfolders, is in the index.
pub(crate) fn assert_complete(folder: &str) {
    let indexed: BTreeSet<String> = index(folder)
        .iter()
        .map(|vector| vector["file"].as_str().unwrap().to_owned())
        .collect();
    let present: BTreeSet<String> = fs::read_dir(directory(folder))
        .unwrap()
        .map(|entry| entry.unwrap())
        .filter(|entry| entry.file_type().unwrap().is_file())
        .map(|entry| entry.file_name().into_string().unwrap())
        .filter(|name| name != "index.json")
        .collect();
    assert_eq!(present, indexed);
}
