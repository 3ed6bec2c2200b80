//! The request that was made with a key pair.

use keyfold_core::csr::CertificateSigningRequest;
use keyfold_core::fingerprint::Fingerprint;
use keyfold_core::id::ScopeGuid;
use thiserror::Error;

use crate::directory::CertificatesDirectory;

/// Why a request cannot be handed to the Authority again.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
pub enum RequestError {
    /// No key pair of that scope has that public key.
    #[error("the Certificates directory has no such key pair; import its folder")]
    NotFound,
    /// The key pair's folder has no `request.pem`.
    #[error("request.pem is missing; copy the whole folder again, or request a new certificate")]
    Missing,
    /// `request.pem` is no request for this scope and key.
    #[error("request.pem is damaged; copy the folder again, or request a new certificate")]
    Damaged,
}

impl CertificatesDirectory {
    /// The request of a key pair, of the newest copy that has one.
    pub fn request(
        &self,
        scope: ScopeGuid,
        spki_fingerprint: Fingerprint,
    ) -> Result<CertificateSigningRequest, RequestError> {
        let key_pairs = self.folder(scope).ok_or(RequestError::NotFound)?.key_pairs;
        let mut copies = key_pairs
            .into_iter()
            .filter(|pair| pair.report.spki_fingerprint == Some(spki_fingerprint))
            .peekable();
        copies.peek().ok_or(RequestError::NotFound)?;
        let pem = copies
            .find_map(|pair| pair.request_file)
            .ok_or(RequestError::Missing)?;
        CertificateSigningRequest::from_pem(&pem)
            .ok()
            .filter(|request| {
                request.scope() == scope && request.spki_fingerprint() == spki_fingerprint
            })
            .ok_or(RequestError::Damaged)
    }
}
