//! `connections.json`: the one platform that this Console talks to, with the root that it pinned.

use std::collections::BTreeMap;
use std::io;
use std::path::Path;

use keyfold_core::authority_root::AuthorityRoot;
use keyfold_core::fingerprint::Fingerprint;
use serde::{Deserialize, Serialize};
use thiserror::Error;
use url::Url;

use crate::files::write_atomically;

/// A platform that was contacted once and whose Authority root is pinned since.
#[derive(Clone)]
pub(crate) struct SavedPlatform {
    /// Its name for people.
    pub(crate) name: String,
    /// `https://host[:port]`.
    pub(crate) address: Url,
    /// SHA-256 of the root's DER.
    pub(crate) authority: Fingerprint,
    /// The root itself, which has that fingerprint.
    pub(crate) root: AuthorityRoot,
    /// What tells this computer to the platform when somebody signs in, by their name; it opens nothing.
    pub(crate) devices: BTreeMap<String, String>,
}

/// As the file has it.
#[derive(Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
struct Document {
    name: String,
    address: Url,
    authority: Fingerprint,
    root_pem: String,
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    devices: BTreeMap<String, String>,
}

/// The file cannot be used.
#[derive(Debug, Error)]
pub(crate) enum ConnectionsFileError {
    /// It cannot be read.
    #[error("connections.json cannot be read: {0}; check who may read it")]
    Unreadable(#[from] io::Error),
    /// It is not the JSON that the Console writes.
    #[error("connections.json is damaged ({0}); connect to the platform again")]
    Malformed(#[from] serde_json::Error),
    /// Its root is not a certificate, or not the one that its fingerprint names.
    #[error(
        "the Authority root in connections.json is not the pinned one; connect to the platform again"
    )]
    OtherRoot,
}

impl SavedPlatform {
    /// Reads the file; none when there is none yet.
    pub(crate) fn load(file: &Path) -> Result<Option<Self>, ConnectionsFileError> {
        let json = match std::fs::read(file) {
            Ok(json) => json,
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(None),
            Err(error) => return Err(error.into()),
        };
        let document: Document = serde_json::from_slice(&json)?;
        let root = AuthorityRoot::from_pem(document.root_pem.as_bytes())
            .ok()
            .filter(|root| root.fingerprint() == document.authority)
            .ok_or(ConnectionsFileError::OtherRoot)?;
        Ok(Some(Self {
            name: document.name,
            address: document.address,
            authority: document.authority,
            root,
            devices: document.devices,
        }))
    }

    /// Writes the file: the old one or the new one is there, whatever happens.
    pub(crate) fn save(&self, file: &Path) -> io::Result<()> {
        let document = Document {
            name: self.name.clone(),
            address: self.address.clone(),
            authority: self.authority,
            root_pem: self.root.to_pem(),
            devices: self.devices.clone(),
        };
        write_atomically(file, &serde_json::to_vec_pretty(&document)?)
    }
}
