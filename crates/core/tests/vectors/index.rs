//! `index.json`: what each vector is and how it is judged.

use std::collections::BTreeSet;
use std::fs;

use serde::{Deserialize, Serialize};

use crate::vectors;

const INDEX: &str = "index.json";

/// How a vector that is not refused is judged.
pub(crate) const ACCEPTED: &str = "accepted";

#[derive(Serialize, Deserialize)]
struct Index {
    about: String,
    vectors: Vec<Entry>,
}

#[derive(Serialize, Deserialize)]
struct Entry {
    file: String,
    /// `accepted`, or the code of the refusal.
    expect: String,
}

/// A vector and how it is to be judged.
pub(crate) struct Vector {
    pub(crate) file: String,
    pub(crate) content: Vec<u8>,
    pub(crate) expect: String,
}

impl Vector {
    pub(crate) fn new(file: &str, expect: &str, content: impl Into<Vec<u8>>) -> Self {
        Self {
            file: file.to_owned(),
            content: content.into(),
            expect: expect.to_owned(),
        }
    }
}

/// Judges every file of a folder.
pub(crate) fn walk(folder: &str, judge: impl Fn(&[u8]) -> String) {
    let path = vectors(folder);
    let index: Index = serde_json::from_slice(&fs::read(path.join(INDEX)).unwrap()).unwrap();
    let indexed: BTreeSet<String> = index
        .vectors
        .iter()
        .map(|entry| entry.file.clone())
        .collect();
    assert_eq!(
        indexed.len(),
        index.vectors.len(),
        "a file is indexed twice"
    );
    let there: BTreeSet<String> = fs::read_dir(&path)
        .unwrap()
        .map(|entry| entry.unwrap().file_name().into_string().unwrap())
        .filter(|name| name != INDEX)
        .collect();
    assert_eq!(there, indexed, "files there and files indexed");

    let wrong: Vec<String> = index
        .vectors
        .iter()
        .filter_map(|entry| {
            let judged = judge(&fs::read(path.join(&entry.file)).unwrap());
            (judged != entry.expect)
                .then(|| format!("{}: {judged}, not {}", entry.file, entry.expect))
        })
        .collect();
    assert!(wrong.is_empty(), "{wrong:#?}");
    for outcome in [true, false] {
        assert!(
            index
                .vectors
                .iter()
                .any(|entry| (entry.expect == ACCEPTED) == outcome)
        );
    }
}

/// Writes a folder anew.
pub(crate) fn write(folder: &str, about: &str, made: Vec<Vector>) {
    let path = vectors(folder);
    if path.exists() {
        fs::remove_dir_all(&path).unwrap();
    }
    fs::create_dir_all(&path).unwrap();
    let mut index = Index {
        about: about.to_owned(),
        vectors: Vec::new(),
    };
    for Vector {
        file,
        content,
        expect,
    } in made
    {
        fs::write(path.join(&file), content).unwrap();
        index.vectors.push(Entry { file, expect });
    }
    let mut json = serde_json::to_string_pretty(&index).unwrap();
    json.push('\n');
    fs::write(path.join(INDEX), json).unwrap();
}
