//! Why operations on the Certificates directory fail.

use std::io;
use std::path::{Path, PathBuf};

use keyfold_core::scope_record::ScopeRecordError;
use keyfold_core::sealed_key::{SealError, SealedKeyError, SlotError, UnsealError};
use thiserror::Error;

use crate::report::Verdict;

/// A file operation that the operating system refused.
#[derive(Debug, Error)]
#[error(
    "could not {action} {}: {source}; check that the disk has room and that the folder is yours",
    path.display()
)]
pub struct FileError {
    action: &'static str,
    path: PathBuf,
    source: io::Error,
}

impl FileError {
    /// Names what was tried on which path, for `map_err`.
    pub(crate) fn on(action: &'static str, path: &Path) -> impl FnOnce(io::Error) -> Self + use<> {
        let path = path.to_owned();
        move |source| Self {
            action,
            path,
            source,
        }
    }

    /// The file or folder.
    #[must_use]
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// What the operating system said.
    #[must_use]
    pub fn kind(&self) -> io::ErrorKind {
        self.source.kind()
    }
}

/// Why the Certificates directory could not be opened.
#[derive(Debug, Error)]
pub enum OpenDirectoryError {
    /// The operating system names no home for the user.
    #[error("the operating system names no home folder; sign in as an ordinary user")]
    NoHome,
    /// The directory could not be made, restricted or read.
    #[error(transparent)]
    File(#[from] FileError),
}

/// Why a key pair was not found or its sealed key not opened.
#[derive(Debug, Error)]
pub enum KeyPairError {
    /// No key pair of that scope has that public key.
    #[error("the Certificates directory has no such key pair; import its folder")]
    NotFound,
    /// The sealed key is unreadable.
    #[error(transparent)]
    SealedKey(#[from] SealedKeyError),
    /// The sealed key did not open.
    #[error(transparent)]
    Unseal(#[from] UnsealError),
    /// A file could not be read.
    #[error(transparent)]
    File(#[from] FileError),
}

/// Why a key pair or certificate was not saved.
#[derive(Debug, Error)]
pub enum SaveError {
    /// The request is for another scope or another key than what is saved with it.
    #[error("the request does not belong to this scope and key; report this")]
    RequestMismatch,
    /// The certificate is for another scope.
    #[error("the certificate is for another scope; choose the one that was signed for this scope")]
    CertificateOfAnotherScope,
    /// No key pair of that scope has the certificate's public key.
    #[error(
        "no key pair here belongs to this certificate; import the folder of the Console that requested it"
    )]
    NoSuchKeyPair,
    /// A key pair with this public key is there already.
    #[error("this key pair is in the Certificates directory already; nothing was changed")]
    AlreadyThere,
    /// The private key could not be sealed.
    #[error(transparent)]
    Seal(#[from] SealError),
    /// The sealed key could not be written or, read back, is not readable.
    #[error(transparent)]
    SealedKey(#[from] SealedKeyError),
    /// The sealed key, read back, did not open; nothing was changed.
    #[error("the sealed key did not open after it was written, and nothing was changed: {0}")]
    ReadBack(UnsealError),
    /// The scope record is not allowed.
    #[error(transparent)]
    ScopeRecord(#[from] ScopeRecordError),
    /// A file could not be written; the old state is left.
    #[error(transparent)]
    File(#[from] FileError),
}

/// Why a slot was not added, removed or changed; the old state is left.
#[derive(Debug, Error)]
pub enum SlotChangeError {
    /// The key pair was not found or its file is unreadable.
    #[error(transparent)]
    KeyPair(#[from] KeyPairError),
    /// The change is not allowed, or the passphrase is wrong.
    #[error(transparent)]
    Slot(#[from] SlotError),
    /// The changed key, read back, did not open; nothing was changed.
    #[error("the sealed key did not open after it was written, and nothing was changed: {0}")]
    ReadBack(UnsealError),
    /// The changed key could not be written as JSON.
    #[error(transparent)]
    SealedKey(#[from] SealedKeyError),
    /// A file could not be written.
    #[error(transparent)]
    File(#[from] FileError),
}

/// Why an import or export stopped.
#[derive(Debug, Error)]
pub enum TransferError {
    /// Neither a certificate folder nor a folder of certificate folders.
    #[error("{} holds no certificate folder; choose a folder whose name is a GUID, or the one above", path.display())]
    NothingFound {
        /// What was looked at.
        path: PathBuf,
    },
    /// The source is the Certificates directory itself, or inside it.
    #[error("this folder is in the Certificates directory already; choose one from elsewhere")]
    OwnDirectory,
    /// A folder to export is not fit to be shared.
    #[error("the folder was not exported: {verdict}")]
    Unfit {
        /// What is wrong.
        verdict: Verdict,
    },
    /// A file could not be read or written.
    #[error(transparent)]
    File(#[from] FileError),
}

/// Why a key pair was not deleted.
#[derive(Debug, Error)]
pub enum DeleteError {
    /// What was typed is not the scope's name.
    #[error("what was typed is not the scope's name; type it exactly to delete the key pair")]
    NameDiffers,
    /// No key pair of that scope has that public key.
    #[error("the Certificates directory has no such key pair; look at the list again")]
    NotFound,
    /// A file could not be removed.
    #[error(transparent)]
    File(#[from] FileError),
}

/// Why the Certificates directory is not watched.
#[derive(Debug, Error)]
pub enum WatchError {
    /// The operating system does not report changes.
    #[error(
        "the operating system does not report changes of the Certificates directory: {0}; reload by hand"
    )]
    Notify(#[from] notify::Error),
    /// The directory could not be read.
    #[error(transparent)]
    File(#[from] FileError),
    /// No thread could be started.
    #[error(
        "no thread could be started to watch the Certificates directory: {0}; close other programs"
    )]
    Thread(io::Error),
}
