//! Why the Authority did not do what was asked.

use std::io;
use std::path::PathBuf;

use keyfold_core::group_certificate::{MAX_VALIDITY_DAYS, ProfileError};
use thiserror::Error;

/// Why the Authority did not do what was asked.
#[derive(Debug, Error)]
pub enum AuthorityError {
    /// A file of the Authority's directory could not be read or written.
    #[error(
        "{path} could not be read or written ({source}); check the directory, its permissions and the disk"
    )]
    File {
        /// The file.
        path: PathBuf,
        /// What the system says.
        source: io::Error,
    },
    /// There is an Authority in the directory already.
    #[error("there is an Authority in {path} already; choose another directory")]
    Exists {
        /// The directory.
        path: PathBuf,
    },
    /// Another process uses the directory.
    #[error("another process uses the Authority in {path}; wait until it is done")]
    Busy {
        /// The directory.
        path: PathBuf,
    },
    /// A file of the directory is not what it should be.
    #[error("{path} is damaged; restore it from a backup of the Authority's directory")]
    Damaged {
        /// The file.
        path: PathBuf,
    },
    /// The index was written by a newer version.
    #[error("{path} was written by a newer version of Keyfold; install that version")]
    NewerVersion {
        /// The file.
        path: PathBuf,
    },
    /// The passphrase does not open the root key.
    #[error("the passphrase does not open the Authority's root key; try again")]
    WrongPassphrase,
    /// The name is empty, or holds control or invisible characters.
    #[error(
        "the Authority's name is empty or holds characters that can't be shown; choose another name"
    )]
    Name,
    /// A validity of no days, or of more than allowed.
    #[error("{days} days is not a validity that can be given; choose 1 to {max}")]
    Days {
        /// What was asked for.
        days: u32,
        /// The most that can be given.
        max: u32,
    },
    /// The certificate would be valid for longer than the root certificate.
    #[error(
        "the Authority's root certificate ends before that; choose fewer days, or make a new Authority"
    )]
    OutlivesRoot,
    /// No certificate with this serial number was issued here.
    #[error("no certificate with the serial number {serial} was issued here; check the number")]
    UnknownSerial {
        /// The serial number in hexadecimal.
        serial: String,
    },
    /// The certificate was revoked before.
    #[error(
        "the certificate with the serial number {serial} was revoked before; nothing was changed"
    )]
    RevokedBefore {
        /// The serial number in hexadecimal.
        serial: String,
    },
    /// The certificate just issued does not meet the profile.
    #[error("the new certificate does not pass its own check and was not handed out: {0}")]
    Profile(#[from] ProfileError),
    /// A key, a certificate or a list could not be encoded or signed.
    #[error("the key or certificate could not be made; try again")]
    Cryptography,
}

impl AuthorityError {
    pub(crate) fn days(days: u32) -> Self {
        Self::Days {
            days,
            max: MAX_VALIDITY_DAYS,
        }
    }
}

/// A text that is neither a DNS name nor an IP address.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
#[error(
    "{0:?} is neither a DNS name nor an IP address; write it as clients will, without https:// and port"
)]
pub struct HostError(pub(crate) String);
