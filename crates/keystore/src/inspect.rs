//! Looking at a folder that may come from anybody.

use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use keyfold_core::csr::CertificateSigningRequest;
use keyfold_core::group_certificate::GroupCertificate;
use keyfold_core::id::ScopeGuid;
use keyfold_core::scope_record::{self, ScopeRecord, ScopeRecordError};
use keyfold_core::sealed_key::{self, SealedKey, SealedKeyError};

use crate::disk;
use crate::layout::{
    self, CERTIFICATE_FILE, MAX_KEY_PAIRS, MAX_PEM_BYTES, PRIVATE_KEY_FILE, REQUEST_FILE,
    SCOPE_FILE,
};
use crate::report::{FolderReport, KeyPairReport, Verdict};

/// A certificate folder, read once.
pub(crate) struct Folder {
    pub(crate) report: FolderReport,
    /// In the order of the report's.
    pub(crate) key_pairs: Vec<KeyPair>,
}

/// The folder of a key pair, read once: what is judged is what is copied.
pub(crate) struct KeyPair {
    pub(crate) path: PathBuf,
    /// Readable and of this scope.
    pub(crate) sealed_key: Option<SealedKey>,
    pub(crate) private_key_file: Vec<u8>,
    pub(crate) request_file: Option<Vec<u8>>,
    /// That of [`KeyPairReport::certificate`].
    pub(crate) certificate_file: Option<Vec<u8>>,
    pub(crate) report: KeyPairReport,
}

/// Looks at a certificate folder as one of this scope.
pub(crate) fn folder(path: &Path, scope: Option<ScopeGuid>) -> Folder {
    let (record, problem) = scope_record(path, scope);
    let (key_pairs, unreadable) = match key_pairs(path, scope) {
        Ok(key_pairs) => (key_pairs, None),
        Err(_) => (
            Vec::new(),
            Some(Verdict::Unreadable {
                file: folder_name(path),
            }),
        ),
    };
    let reports: Vec<KeyPairReport> = key_pairs.iter().map(|pair| pair.report.clone()).collect();
    let verdict = unreadable
        .or_else(|| scope.is_none().then_some(Verdict::NotAScopeFolder))
        .or_else(|| {
            reports
                .iter()
                .map(|pair| &pair.verdict)
                .find(|verdict| verdict.is_problem())
                .cloned()
        })
        .or(problem)
        .or_else(|| reports.first().map(|newest| newest.verdict.clone()))
        .unwrap_or(Verdict::Empty);
    let report = FolderReport {
        folder_name: folder_name(path),
        scope,
        record,
        key_pairs: reports,
        verdict,
    };
    Folder { report, key_pairs }
}

/// The last part of a path, for people.
pub(crate) fn folder_name(path: &Path) -> String {
    path.file_name()
        .unwrap_or_default()
        .to_string_lossy()
        .into_owned()
}

/// What `scope.json` says, and what is wrong with it.
fn scope_record(folder: &Path, scope: Option<ScopeGuid>) -> (Option<ScopeRecord>, Option<Verdict>) {
    let file = SCOPE_FILE.to_owned();
    let content = match read(
        &folder.join(SCOPE_FILE),
        &file,
        scope_record::MAX_FILE_BYTES,
    ) {
        Ok(Some(content)) => content,
        Ok(None) => return (None, Some(Verdict::Missing { file })),
        Err(verdict) => return (None, Some(verdict)),
    };
    match ScopeRecord::from_json(&content) {
        Ok(record) => {
            let wrong = wrong_guid(file, record.scope, scope);
            (Some(record), wrong)
        }
        Err(ScopeRecordError::NewerVersion { .. }) => (None, Some(Verdict::NewerVersion { file })),
        Err(_) => (None, Some(Verdict::Damaged { file })),
    }
}

/// The key pairs of a scope's folder, newest first.
fn key_pairs(folder: &Path, scope: Option<ScopeGuid>) -> io::Result<Vec<KeyPair>> {
    let mut paths = Vec::new();
    for entry in fs::read_dir(folder)? {
        let entry = entry?;
        let hidden = entry.file_name().as_encoded_bytes().starts_with(b".");
        if !hidden && entry.file_type()?.is_dir() {
            paths.push(entry.path());
        }
    }
    paths.sort_by_cached_key(|path| {
        let name = folder_name(path);
        std::cmp::Reverse((layout::created(&name), name))
    });
    paths.truncate(MAX_KEY_PAIRS);
    Ok(paths
        .into_iter()
        .map(|path| key_pair(path, scope))
        .collect())
}

fn key_pair(path: PathBuf, scope: Option<ScopeGuid>) -> KeyPair {
    let folder_name = folder_name(&path);
    let report = KeyPairReport {
        created: layout::created(&folder_name),
        folder_name,
        spki_fingerprint: None,
        slots: Vec::new(),
        certificate: None,
        verdict: Verdict::Complete,
    };
    let mut pair = KeyPair {
        path,
        sealed_key: None,
        private_key_file: Vec::new(),
        request_file: None,
        certificate_file: None,
        report,
    };
    pair.report.verdict = match pair.look(scope) {
        Ok(verdict) | Err(verdict) => verdict,
    };
    pair
}

impl KeyPair {
    /// Reads the three files; an error is a problem that ends the looking.
    fn look(&mut self, scope: Option<ScopeGuid>) -> Result<Verdict, Verdict> {
        let sealed_key = self.look_at_private_key(scope)?;
        let spki = sealed_key.spki_fingerprint();
        self.report.spki_fingerprint = Some(spki);
        self.report.slots = sealed_key.slots().map(ToOwned::to_owned).collect();
        self.sealed_key = Some(sealed_key);

        self.request_file = self.read(REQUEST_FILE, MAX_PEM_BYTES)?;
        let Some(certificate_file) = self.read(CERTIFICATE_FILE, MAX_PEM_BYTES)? else {
            return self.look_at_request(scope);
        };
        let file = self.name_of(CERTIFICATE_FILE);
        let certificate = GroupCertificate::from_pem(&certificate_file)
            .map_err(|_| Verdict::Damaged { file: file.clone() })?;
        if let Some(wrong) = wrong_guid(file, certificate.scope(), scope) {
            return Err(wrong);
        }
        if certificate.spki_fingerprint() != spki {
            return Err(Verdict::KeyAndCertificateDontMatch);
        }
        self.certificate_file = Some(certificate_file);
        self.report.certificate = Some(certificate);
        Ok(Verdict::Complete)
    }

    fn look_at_private_key(&mut self, scope: Option<ScopeGuid>) -> Result<SealedKey, Verdict> {
        let file = self.name_of(PRIVATE_KEY_FILE);
        let content = self
            .read(PRIVATE_KEY_FILE, sealed_key::MAX_FILE_BYTES)?
            .ok_or_else(|| Verdict::Missing { file: file.clone() })?;
        let sealed_key = match SealedKey::from_json(&content) {
            Ok(sealed_key) => sealed_key,
            Err(SealedKeyError::NewerVersion { .. }) => return Err(Verdict::NewerVersion { file }),
            Err(_) => return Err(Verdict::Damaged { file }),
        };
        if let Some(wrong) = wrong_guid(file, sealed_key.scope(), scope) {
            return Err(wrong);
        }
        self.private_key_file = content;
        Ok(sealed_key)
    }

    /// Without a certificate the request matters: it is what the Authority is to sign.
    fn look_at_request(&self, scope: Option<ScopeGuid>) -> Result<Verdict, Verdict> {
        let file = self.name_of(REQUEST_FILE);
        let Some(content) = &self.request_file else {
            return Err(Verdict::Missing { file });
        };
        match CertificateSigningRequest::from_pem(content) {
            Ok(request) => match wrong_guid(file.clone(), request.scope(), scope) {
                Some(wrong) => Err(wrong),
                None if Some(request.spki_fingerprint()) == self.report.spki_fingerprint => {
                    Ok(Verdict::NotSignedYet)
                }
                None => Err(Verdict::Damaged { file }),
            },
            Err(_) => Err(Verdict::Damaged { file }),
        }
    }

    fn read(&self, file: &str, limit: usize) -> Result<Option<Vec<u8>>, Verdict> {
        read(&self.path.join(file), &self.name_of(file), limit)
    }

    fn name_of(&self, file: &str) -> String {
        format!("{}/{file}", self.report.folder_name)
    }
}

fn read(path: &Path, name: &str, limit: usize) -> Result<Option<Vec<u8>>, Verdict> {
    disk::read(path, limit).map_err(|error| match error.kind() {
        io::ErrorKind::InvalidData => Verdict::Damaged {
            file: name.to_owned(),
        },
        _ => Verdict::Unreadable {
            file: name.to_owned(),
        },
    })
}

fn wrong_guid(file: String, found: ScopeGuid, scope: Option<ScopeGuid>) -> Option<Verdict> {
    scope
        .is_some_and(|scope| scope != found)
        .then_some(Verdict::WrongGuid { file, found })
}
