//! What was found in the Certificates directory, in words.

use std::fmt;

use keyfold_core::fingerprint::Fingerprint;
use keyfold_core::group_certificate::GroupCertificate;
use keyfold_core::id::ScopeGuid;
use keyfold_core::scope_record::ScopeRecord;
use time::Date;

/// What a certificate folder holds.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FolderReport {
    /// The folder's name; characters that are not Unicode are replaced.
    pub folder_name: String,
    /// The scope that the folder's name names.
    pub scope: Option<ScopeGuid>,
    /// What `scope.json` says.
    pub record: Option<ScopeRecord>,
    /// Its key pairs, newest first.
    pub key_pairs: Vec<KeyPairReport>,
    /// The first problem found, or else what is to be said of the newest key pair.
    pub verdict: Verdict,
}

/// What the folder of one key pair holds.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct KeyPairReport {
    /// The folder's name; characters that are not Unicode are replaced.
    pub folder_name: String,
    /// The day it was made, if the folder's name says so.
    pub created: Option<Date>,
    /// The sealed key's public key.
    pub spki_fingerprint: Option<Fingerprint>,
    /// The labels of the sealed key's slots.
    pub slots: Vec<String>,
    /// The certificate, once it is signed; not checked against Authority, revocation or clock.
    pub certificate: Option<GroupCertificate>,
    /// What is to be said of it.
    pub verdict: Verdict,
}

/// What is to be said of a folder or key pair. `Display` has the words.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Verdict {
    /// A sealed key and its certificate.
    Complete,
    /// A sealed key that waits for its certificate.
    NotSignedYet,
    /// No key pair.
    Empty,
    /// The folder's name is no GUID.
    NotAScopeFolder,
    /// The certificate is another key's.
    KeyAndCertificateDontMatch,
    /// A file is about another scope than the folder.
    WrongGuid {
        /// The file.
        file: String,
        /// The scope it is about.
        found: ScopeGuid,
    },
    /// A file that must be there is not.
    Missing {
        /// The file.
        file: String,
    },
    /// A file is not what it should be.
    Damaged {
        /// The file.
        file: String,
    },
    /// A file was made by a newer version.
    NewerVersion {
        /// The file.
        file: String,
    },
    /// The operating system does not let a file or folder be read.
    Unreadable {
        /// The file or folder.
        file: String,
    },
}

impl Verdict {
    /// A stable name for this verdict.
    #[must_use]
    pub fn code(&self) -> &'static str {
        match self {
            Self::Complete => "folder-complete",
            Self::NotSignedYet => "folder-not-signed-yet",
            Self::Empty => "folder-empty",
            Self::NotAScopeFolder => "folder-not-a-scope",
            Self::KeyAndCertificateDontMatch => "folder-key-and-certificate-dont-match",
            Self::WrongGuid { .. } => "folder-wrong-guid",
            Self::Missing { .. } => "folder-file-missing",
            Self::Damaged { .. } => "folder-damaged",
            Self::NewerVersion { .. } => "folder-newer-version",
            Self::Unreadable { .. } => "folder-unreadable",
        }
    }

    /// Whether something is wrong that the admin should mend.
    #[must_use]
    pub fn is_problem(&self) -> bool {
        !matches!(self, Self::Complete | Self::NotSignedYet | Self::Empty)
    }
}

impl fmt::Display for Verdict {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Complete => write!(f, "complete; captured keys can be recovered with it"),
            Self::NotSignedYet => {
                write!(
                    f,
                    "certificate not signed yet; wait for the Authority, then upload the signed certificate"
                )
            }
            Self::Empty => write!(
                f,
                "no key pair; request a Group Certificate or copy the folder again"
            ),
            Self::NotAScopeFolder => {
                write!(
                    f,
                    "the folder's name is not a GUID; give it back the name it had, or import it"
                )
            }
            Self::KeyAndCertificateDontMatch => {
                write!(
                    f,
                    "key and certificate don't match; put back the certificate that was signed for this key"
                )
            }
            Self::WrongGuid { file, found } => {
                write!(
                    f,
                    "wrong GUID: {file} is about {found}; move it to the folder of that name"
                )
            }
            Self::Missing { file } => write!(f, "{file} is missing; copy the whole folder again"),
            Self::Damaged { file } => write!(f, "{file} is damaged; copy the folder again"),
            Self::NewerVersion { file } => {
                write!(f, "{file} was made by a newer version; update this Console")
            }
            Self::Unreadable { file } => {
                write!(
                    f,
                    "{file} cannot be read; check its permissions and copy the folder again"
                )
            }
        }
    }
}
