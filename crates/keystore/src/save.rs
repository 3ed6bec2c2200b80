//! Saving a new key pair, and its certificate once it is signed.

use std::path::{Path, PathBuf};

use keyfold_core::csr::CertificateSigningRequest;
use keyfold_core::fingerprint::Fingerprint;
use keyfold_core::group_certificate::GroupCertificate;
use keyfold_core::id::{CryptoRng, ScopeGuid};
use keyfold_core::key_pair::PrivateKey;
use keyfold_core::passphrase::Passphrase;
use keyfold_core::scope_record::ScopeRecord;
use keyfold_core::sealed_key::{self, Argon2Params, SealedKey, SealedKeyError};
use time::OffsetDateTime;

use crate::directory::CertificatesDirectory;
use crate::disk;
use crate::error::{FileError, SaveError};
use crate::layout::{self, CERTIFICATE_FILE, PRIVATE_KEY_FILE, REQUEST_FILE, SCOPE_FILE};
use crate::writer::{Staged, Writer};

/// Where a key pair was saved.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct KeyPairLocation {
    /// Its scope.
    pub scope: ScopeGuid,
    /// Its public key.
    pub spki_fingerprint: Fingerprint,
    /// Its folder.
    pub folder: PathBuf,
    /// The request to hand to the Authority.
    pub request: PathBuf,
}

impl CertificatesDirectory {
    /// Saves a new key pair beside the scope's others, sealed under its first passphrase.
    ///
    /// The sealed key is read back from the disk and opened before it is put in place. Takes two key derivations.
    #[expect(
        clippy::too_many_arguments,
        reason = "a key pair is saved with all that belongs to it, or not at all"
    )]
    pub fn save_key_pair<R: CryptoRng + ?Sized>(
        &self,
        record: &ScopeRecord,
        key: &PrivateKey,
        label: &str,
        passphrase: &Passphrase,
        params: Argon2Params,
        request: &CertificateSigningRequest,
        now: OffsetDateTime,
        rng: &mut R,
    ) -> Result<KeyPairLocation, SaveError> {
        let spki = key.spki_fingerprint();
        if request.scope() != record.scope || request.spki_fingerprint() != spki {
            return Err(SaveError::RequestMismatch);
        }
        let scope_file = record.to_json()?;
        let sealed = SealedKey::seal(key, record.scope, label, passphrase, params, rng)?;

        let writer = self.writer()?;
        if self.key_pair_folder(record.scope, spki).is_some() {
            return Err(SaveError::AlreadyThere);
        }
        let staged = writer.stage_folder("key-pair")?;
        staged.write(REQUEST_FILE, request.to_pem().as_bytes())?;
        staged.write(PRIVATE_KEY_FILE, &sealed.to_json()?)?;
        read_back(&staged.path().join(PRIVATE_KEY_FILE), &sealed)?
            .unseal(passphrase)
            .map_err(SaveError::ReadBack)?;

        let scope_folder = self.folder_path(record.scope);
        let folder = scope_folder.join(layout::key_pair_folder(now, spki));
        if disk::is_folder(&scope_folder) {
            staged.put_new(&folder)?;
            writer.replace(&scope_folder.join(SCOPE_FILE), &scope_file)?;
        } else {
            put_first_key_pair(&writer, staged, &folder, &scope_file)?;
        }
        read_back(&folder.join(PRIVATE_KEY_FILE), &sealed)?;
        let request = folder.join(REQUEST_FILE);
        Ok(KeyPairLocation {
            scope: record.scope,
            spki_fingerprint: spki,
            folder,
            request,
        })
    }

    /// Saves a signed certificate beside its key, in place of an earlier one.
    pub fn save_certificate(
        &self,
        scope: ScopeGuid,
        spki_fingerprint: Fingerprint,
        certificate: &GroupCertificate,
    ) -> Result<(), SaveError> {
        if certificate.scope() != scope {
            return Err(SaveError::CertificateOfAnotherScope);
        }
        if certificate.spki_fingerprint() != spki_fingerprint {
            return Err(SaveError::NoSuchKeyPair);
        }
        let writer = self.writer()?;
        let folder = self
            .key_pair_folder(scope, spki_fingerprint)
            .ok_or(SaveError::NoSuchKeyPair)?;
        writer.replace(
            &folder.join(CERTIFICATE_FILE),
            certificate.to_pem().as_bytes(),
        )?;
        Ok(())
    }

    /// The folder of a key pair, the newest if there are several.
    pub(crate) fn key_pair_folder(&self, scope: ScopeGuid, spki: Fingerprint) -> Option<PathBuf> {
        let key_pairs = self.folder(scope)?.key_pairs;
        key_pairs
            .into_iter()
            .find(|pair| pair.report.spki_fingerprint == Some(spki))
            .map(|pair| pair.path)
    }
}

/// A sealed key as the disk has it, if that is what was written.
pub(crate) fn read_back(path: &Path, written: &SealedKey) -> Result<SealedKey, ReadBackError> {
    let read = disk::read(path, sealed_key::MAX_FILE_BYTES)
        .and_then(|content| content.ok_or_else(|| std::io::ErrorKind::NotFound.into()))
        .map_err(FileError::on("read back", path))?;
    let read = SealedKey::from_json(&read)?;
    if read != *written {
        return Err(SealedKeyError::Malformed.into());
    }
    Ok(read)
}

/// Why a sealed key cannot be read back.
pub(crate) enum ReadBackError {
    File(FileError),
    SealedKey(SealedKeyError),
}

impl From<FileError> for ReadBackError {
    fn from(error: FileError) -> Self {
        Self::File(error)
    }
}

impl From<SealedKeyError> for ReadBackError {
    fn from(error: SealedKeyError) -> Self {
        Self::SealedKey(error)
    }
}

impl From<ReadBackError> for SaveError {
    fn from(error: ReadBackError) -> Self {
        match error {
            ReadBackError::File(error) => Self::File(error),
            ReadBackError::SealedKey(error) => Self::SealedKey(error),
        }
    }
}

/// Puts the scope's folder in place with `scope.json` and its first key pair at once.
fn put_first_key_pair(
    writer: &Writer,
    key_pair: Staged<'_>,
    folder: &Path,
    scope_file: &[u8],
) -> Result<(), FileError> {
    let (Some(scope_folder), Some(name)) = (folder.parent(), folder.file_name()) else {
        return key_pair.put_new(folder);
    };
    let scope = writer.stage_folder("scope")?;
    scope.write(SCOPE_FILE, scope_file)?;
    key_pair.put_new(&scope.path().join(name))?;
    scope.put_new(scope_folder)
}
