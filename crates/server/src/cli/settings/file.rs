//! The settings file: TOML, one key a setting.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::{fs, io};

use clap::{Arg, ArgAction, Command};
use toml::{Table, Value};

use super::layers::name_of;

/// Why a settings file is refused.
#[derive(Debug, thiserror::Error)]
pub(super) enum FileError {
    /// It cannot be read.
    #[error("cannot read the settings file {}: {reason}; give another one with --config", file.display())]
    Read { file: PathBuf, reason: io::Error },
    /// It is no TOML.
    #[error("{} is not TOML; correct it:\n{reason}", file.display())]
    Toml {
        file: PathBuf,
        reason: toml::de::Error,
    },
    /// A key that is no setting.
    #[error("{} has a key `{key}`, which is no setting; the nearest one is `{nearest}`", file.display())]
    UnknownKey {
        file: PathBuf,
        key: String,
        nearest: String,
    },
    /// A value that no setting has.
    #[error("{}: `{key}` is a text, a number, true or false, or a list of texts; write one of these", file.display())]
    Shape { file: PathBuf, key: String },
    /// A value that the setting does not take.
    #[error("{}: {reason}", file.display())]
    Value { file: PathBuf, reason: String },
}

/// What a settings file says.
#[derive(Debug, Default)]
pub(super) struct SettingsFile {
    values: BTreeMap<String, Vec<String>>,
}

impl SettingsFile {
    /// Reads and checks it.
    pub(super) fn read(file: &Path, settings: &[Arg]) -> Result<Self, FileError> {
        let text = fs::read_to_string(file).map_err(|reason| FileError::Read {
            file: file.to_owned(),
            reason,
        })?;
        Self::parse(&text, file, settings)
    }

    /// Checks its text: every key is a setting, and every value is one that this setting takes.
    pub(super) fn parse(text: &str, file: &Path, settings: &[Arg]) -> Result<Self, FileError> {
        let table: Table = toml::from_str(text).map_err(|reason| FileError::Toml {
            file: file.to_owned(),
            reason,
        })?;
        let mut values = BTreeMap::new();
        for (key, value) in table {
            if !settings.iter().any(|setting| name_of(setting) == key) {
                return Err(FileError::UnknownKey {
                    file: file.to_owned(),
                    nearest: nearest(&key, settings),
                    key,
                });
            }
            let Some(texts) = texts(value) else {
                return Err(FileError::Shape {
                    file: file.to_owned(),
                    key,
                });
            };
            values.insert(key, texts);
        }
        let read = Self { values };
        read.check(file, settings)?;
        Ok(read)
    }

    /// The setting's values, if the file has it.
    pub(super) fn values(&self, setting: &Arg) -> Option<&[String]> {
        self.values.get(name_of(setting)).map(Vec::as_slice)
    }

    /// Lets clap read the values as if they were flags: it refuses what it would refuse there, in the same words.
    fn check(&self, file: &Path, settings: &[Arg]) -> Result<(), FileError> {
        let mut flags = vec![String::new()];
        for setting in settings {
            let name = name_of(setting);
            for value in self.values(setting).unwrap_or_default() {
                match setting.get_action() {
                    ArgAction::SetTrue if value == "true" => flags.push(format!("--{name}")),
                    ArgAction::SetTrue if value == "false" => {}
                    _ => flags.push(format!("--{name}={value}")),
                }
            }
        }
        let command = Command::new("settings").args(settings.iter().cloned());
        let checked = command
            .mut_args(|setting| setting.required(false))
            .try_get_matches_from(flags);
        checked.map(drop).map_err(|reason| FileError::Value {
            file: file.to_owned(),
            reason: said(&reason),
        })
    }
}

/// What clap says, without the advice on command lines that follows it.
fn said(error: &clap::Error) -> String {
    let text = error.to_string();
    let first = text.split("\n\n").next().unwrap_or_default();
    first.trim_start_matches("error: ").to_owned()
}

fn texts(value: Value) -> Option<Vec<String>> {
    match value {
        Value::Array(values) => values.into_iter().map(text).collect(),
        value => Some(vec![text(value)?]),
    }
}

fn text(value: Value) -> Option<String> {
    match value {
        Value::String(text) => Some(text),
        Value::Integer(number) => Some(number.to_string()),
        Value::Boolean(truth) => Some(truth.to_string()),
        _ => None,
    }
}

fn nearest(key: &str, settings: &[Arg]) -> String {
    let names = settings.iter().map(name_of);
    let nearest = names.min_by_key(|name| strsim::damerau_levenshtein(key, name));
    nearest.unwrap_or_default().to_owned()
}
