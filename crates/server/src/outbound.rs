//! Whom this server trusts where it is the client: an identity provider, a mail server, a receiver of the audit log.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use rustls::crypto::aws_lc_rs;
use rustls::pki_types::CertificateDer;
use rustls::pki_types::pem::{self, PemObject as _};
use rustls::{ClientConfig, RootCertStore};

/// Why nobody can be trusted.
#[derive(Debug, thiserror::Error)]
pub enum TrustError {
    /// A PEM file cannot be read.
    #[error("cannot read {}: {reason}; name a PEM file with the certificates of the authorities to trust", file.display())]
    File {
        /// Which.
        file: PathBuf,
        /// What is wrong with it.
        reason: pem::Error,
    },
    /// No authority to trust.
    #[error("there is no certificate of an authority to trust; name a PEM file that holds one")]
    NoRoots,
    /// A certificate is refused.
    #[error("the certificate of an authority is refused: {0}; name another one")]
    Refused(#[from] rustls::Error),
}

/// The certificates of the authorities in this PEM file, or of those of the operating system that can be used; never
/// none.
pub fn authorities(file: Option<&Path>) -> Result<Vec<CertificateDer<'static>>, TrustError> {
    let authorities = if let Some(file) = file {
        let named = |reason| TrustError::File {
            file: file.to_owned(),
            reason,
        };
        CertificateDer::pem_file_iter(file)
            .and_then(Iterator::collect)
            .map_err(named)?
    } else {
        let mut usable = rustls_native_certs::load_native_certs().certs;
        usable.retain(|certificate| RootCertStore::empty().add(certificate.clone()).is_ok());
        usable
    };
    if authorities.is_empty() {
        return Err(TrustError::NoRoots);
    }
    Ok(authorities)
}

/// Trusts the authorities in this PEM file, or those of the operating system.
pub fn tls_config(file: Option<&Path>) -> Result<ClientConfig, TrustError> {
    let mut roots = RootCertStore::empty();
    for certificate in authorities(file)? {
        roots.add(certificate)?;
    }
    let config = ClientConfig::builder_with_provider(Arc::new(aws_lc_rs::default_provider()))
        .with_safe_default_protocol_versions()?
        .with_root_certificates(roots)
        .with_no_client_auth();
    Ok(config)
}
