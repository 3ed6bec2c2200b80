//! Deleting a private key, which nothing brings back.

use keyfold_core::fingerprint::Fingerprint;
use keyfold_core::id::ScopeGuid;

use crate::directory::CertificatesDirectory;
use crate::error::DeleteError;

impl CertificatesDirectory {
    /// Deletes every copy of a key pair, if the scope's name was typed exactly.
    ///
    /// The name is that in `scope.json`; without one, the GUID. The scope's folder stays, with all else in it.
    pub fn delete_key_pair(
        &self,
        scope: ScopeGuid,
        spki_fingerprint: Fingerprint,
        typed_name: &str,
    ) -> Result<(), DeleteError> {
        let writer = self.writer()?;
        let folder = self.folder(scope).ok_or(DeleteError::NotFound)?;
        let name = folder
            .report
            .record
            .map_or_else(|| scope.to_string(), |record| record.name);
        if typed_name != name {
            return Err(DeleteError::NameDiffers);
        }
        let copies: Vec<_> = folder
            .key_pairs
            .into_iter()
            .filter(|pair| pair.report.spki_fingerprint == Some(spki_fingerprint))
            .collect();
        if copies.is_empty() {
            return Err(DeleteError::NotFound);
        }
        for copy in copies {
            writer.remove_folder(&copy.path)?;
        }
        Ok(())
    }
}
