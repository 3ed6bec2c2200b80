//! Sharing: certificate folders in and out.

use std::path::{Path, PathBuf};

use keyfold_core::id::ScopeGuid;

use crate::directory::{CertificatesDirectory, scope_of, subfolders};
use crate::disk::{self, Access};
use crate::error::{FileError, TransferError};
use crate::inspect::{self, Folder, KeyPair};
use crate::layout::{CERTIFICATE_FILE, PRIVATE_KEY_FILE, REQUEST_FILE, SCOPE_FILE};
use crate::report::Verdict;
use crate::writer::Writer;

/// What an import or export did.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TransferReport {
    /// Each certificate folder.
    pub folders: Vec<FolderTransfer>,
}

/// What became of one certificate folder.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FolderTransfer {
    /// Its name where it came from.
    pub folder_name: String,
    /// Its scope, if it has one.
    pub scope: Option<ScopeGuid>,
    /// What became of each of its key pairs, by folder name; empty if the folder was refused.
    pub key_pairs: Vec<(String, KeyPairOutcome)>,
    /// Why the whole folder was refused.
    pub refused: Option<Verdict>,
}

/// What became of one key pair.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum KeyPairOutcome {
    /// It is new here.
    Added,
    /// The same key is here under other passphrases; both copies stay, side by side.
    AddedBeside,
    /// The key was here; its certificate is new.
    CertificateAdded,
    /// Nothing was to be done.
    AlreadyThere,
    /// It was not taken, because of this.
    Refused(Verdict),
}

impl CertificatesDirectory {
    /// Takes in one certificate folder, or every one in a folder of them.
    ///
    /// Never overwrites a private key. A key pair is taken if its sealed key is fit; its certificate, only if it
    /// matches.
    pub fn import(&self, source: &Path) -> Result<TransferReport, TransferError> {
        if inside(source, self.path()) {
            return Err(TransferError::OwnDirectory);
        }
        let candidates = certificate_folders(source)?;
        let writer = self.writer()?;
        let folders = candidates
            .into_iter()
            .map(|(path, scope)| merge(&writer, &path, scope))
            .collect::<Result<_, FileError>>()?;
        Ok(TransferReport { folders })
    }

    /// Copies the folders of these scopes into a folder elsewhere, whose permissions they get.
    ///
    /// What is there already is kept, as on import.
    pub fn export(
        &self,
        scopes: &[ScopeGuid],
        target: &Path,
    ) -> Result<TransferReport, TransferError> {
        if inside(target, self.path()) {
            return Err(TransferError::OwnDirectory);
        }
        let writer = Writer::begin(target, Access::Inherited)?;
        let mut folders = Vec::new();
        for scope in scopes {
            let path = self.folder_path(*scope);
            if !disk::is_folder(&path) {
                return Err(TransferError::NothingFound { path });
            }
            folders.push(merge(&writer, &path, Some(*scope))?);
        }
        Ok(TransferReport { folders })
    }
}

/// Whether a path lies in a directory or is it, links resolved.
fn inside(path: &Path, directory: &Path) -> bool {
    match (path.canonicalize(), directory.canonicalize()) {
        (Ok(path), Ok(directory)) => path.starts_with(directory),
        _ => false,
    }
}

/// The certificate folders that a path means, with the scope of each.
fn certificate_folders(source: &Path) -> Result<Vec<(PathBuf, Option<ScopeGuid>)>, TransferError> {
    if is_certificate_folder(source) {
        return Ok(vec![(source.to_owned(), scope_named(source))]);
    }
    let folders: Vec<_> = subfolders(source)?
        .into_iter()
        .filter(|path| disk::is_folder(path) && is_certificate_folder(path))
        .map(|path| {
            let scope = scope_named(&path);
            (path, scope)
        })
        .collect();
    if folders.is_empty() {
        return Err(TransferError::NothingFound {
            path: source.to_owned(),
        });
    }
    Ok(folders)
}

fn is_certificate_folder(path: &Path) -> bool {
    scope_of(path).is_some() || disk::exists(&path.join(SCOPE_FILE))
}

/// The scope that the folder's name names, or `scope.json` in a folder that was renamed.
fn scope_named(path: &Path) -> Option<ScopeGuid> {
    scope_of(path).or_else(|| {
        inspect::folder(path, None)
            .report
            .record
            .map(|record| record.scope)
    })
}

/// Brings a certificate folder into the writer's directory.
fn merge(
    writer: &Writer,
    source: &Path,
    scope: Option<ScopeGuid>,
) -> Result<FolderTransfer, FileError> {
    let folder = inspect::folder(source, scope);
    let mut transfer = FolderTransfer {
        folder_name: folder.report.folder_name.clone(),
        scope,
        key_pairs: Vec::new(),
        refused: None,
    };
    let Some(scope) = scope else {
        transfer.refused = Some(Verdict::NotAScopeFolder);
        return Ok(transfer);
    };
    if !folder
        .key_pairs
        .iter()
        .any(|pair| pair.sealed_key.is_some())
    {
        transfer.refused = Some(folder.report.verdict);
        return Ok(transfer);
    }
    let target = writer.root().join(scope.to_string());
    transfer.key_pairs = if disk::is_folder(&target) {
        merge_into(writer, &folder, &target, scope)?
    } else {
        let staged = writer.stage_folder("scope")?;
        let key_pairs = merge_into(writer, &folder, staged.path(), scope)?;
        staged.put_new(&target)?;
        key_pairs
    };
    Ok(transfer)
}

fn merge_into(
    writer: &Writer,
    folder: &Folder,
    target: &Path,
    scope: ScopeGuid,
) -> Result<Vec<(String, KeyPairOutcome)>, FileError> {
    let there = inspect::folder(target, Some(scope));
    let mut outcomes = Vec::new();
    for pair in &folder.key_pairs {
        let outcome = merge_key_pair(writer, pair, &there.key_pairs, target)?;
        outcomes.push((pair.report.folder_name.clone(), outcome));
    }
    let ours = there.report.record.map(|record| record.requested_at);
    let newer = folder
        .report
        .record
        .as_ref()
        .filter(|record| Some(record.requested_at) > ours);
    if let Some(scope_file) = newer
        .filter(|record| record.scope == scope)
        .and_then(|record| record.to_json().ok())
    {
        writer.replace(&target.join(SCOPE_FILE), &scope_file)?;
    }
    Ok(outcomes)
}

fn merge_key_pair(
    writer: &Writer,
    pair: &KeyPair,
    there: &[KeyPair],
    target: &Path,
) -> Result<KeyPairOutcome, FileError> {
    if pair.sealed_key.is_none() {
        return Ok(KeyPairOutcome::Refused(pair.report.verdict.clone()));
    }
    let spki = pair.report.spki_fingerprint;
    let mut same_key = there
        .iter()
        .filter(|ours| ours.report.spki_fingerprint == spki)
        .peekable();
    let known = same_key.peek().is_some();
    if let Some(ours) = same_key.find(|ours| ours.sealed_key == pair.sealed_key) {
        return match (&pair.certificate_file, &ours.certificate_file) {
            (Some(certificate), None) => {
                writer.replace(&ours.path.join(CERTIFICATE_FILE), certificate)?;
                Ok(KeyPairOutcome::CertificateAdded)
            }
            _ => Ok(KeyPairOutcome::AlreadyThere),
        };
    }
    copy_key_pair(writer, pair, target)?;
    Ok(if known {
        KeyPairOutcome::AddedBeside
    } else {
        KeyPairOutcome::Added
    })
}

fn copy_key_pair(writer: &Writer, pair: &KeyPair, target: &Path) -> Result<(), FileError> {
    let staged = writer.stage_folder("key-pair")?;
    staged.write(PRIVATE_KEY_FILE, &pair.private_key_file)?;
    for (name, content) in [
        (REQUEST_FILE, &pair.request_file),
        (CERTIFICATE_FILE, &pair.certificate_file),
    ] {
        if let Some(content) = content {
            staged.write(name, content)?;
        }
    }
    staged.put_new(&free_name(target, &pair.report.folder_name))
}

/// The name itself, or with the first free number from 2.
fn free_name(target: &Path, name: &str) -> PathBuf {
    let numbered = (2..).map(|number: u32| target.join(format!("{name}-{number}")));
    let mut names = std::iter::once(target.join(name)).chain(numbered);
    names
        .find(|path| !disk::exists(path))
        .unwrap_or_else(|| target.join(name))
}
