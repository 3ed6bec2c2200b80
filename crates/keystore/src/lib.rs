//! The Certificates directory: one folder per scope, each with the sealed keys and Group Certificates of that scope.
//!
//! Writers hold a lock across processes, write beside the directory's folders, flush, read back and rename, so that a
//! killed process leaves the old state or the new. Readers need no lock. Copying a folder shares it, so everything in
//! the directory may come from somebody else: nothing found there is trusted, followed or read without a bound.
//! `docs/FORMATS.md` describes the layout.

#![cfg_attr(not(windows), forbid(unsafe_code))]

mod delete;
mod directory;
mod disk;
mod error;
mod inspect;
mod layout;
mod report;
mod request;
mod save;
mod slots;
mod transfer;
mod watch;
mod writer;

pub use directory::CertificatesDirectory;
pub use error::{
    DeleteError, FileError, KeyPairError, OpenDirectoryError, SaveError, SlotChangeError,
    TransferError, WatchError,
};
pub use report::{FolderReport, KeyPairReport, Verdict};
pub use request::RequestError;
pub use save::KeyPairLocation;
pub use transfer::{FolderTransfer, KeyPairOutcome, TransferReport};
pub use watch::{FolderChange, FolderEvent, Watcher};
