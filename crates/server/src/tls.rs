//! TLS (RFC 8446) with the certificate that the Authority issued.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use rustls::ServerConfig;
use rustls::crypto::aws_lc_rs;
use rustls::pki_types::pem::{self, PemObject as _};
use rustls::pki_types::{CertificateDer, PrivateKeyDer};

/// Why TLS could not be set up.
#[derive(Debug, thiserror::Error)]
pub(crate) enum TlsError {
    /// A PEM file cannot be read.
    #[error("cannot read {}: {reason}; `keyfold-authority issue-platform` writes these files", file.display())]
    File {
        /// Which.
        file: PathBuf,
        /// What is wrong with it.
        reason: pem::Error,
    },
    /// Certificate and key do not serve.
    #[error("the TLS certificate or its key is refused: {0}; issue them again")]
    Refused(#[from] rustls::Error),
}

/// A server that presents this chain. HTTP/2 and HTTP/1.1.
pub(crate) fn config(chain: &Path, key: &Path) -> Result<Arc<ServerConfig>, TlsError> {
    let file = |file: &Path| {
        let file = file.to_owned();
        move |reason| TlsError::File { file, reason }
    };
    let certificates = CertificateDer::pem_file_iter(chain)
        .and_then(Iterator::collect::<Result<Vec<_>, _>>)
        .map_err(file(chain))?;
    let private_key = PrivateKeyDer::from_pem_file(key).map_err(file(key))?;
    let mut config = ServerConfig::builder_with_provider(Arc::new(aws_lc_rs::default_provider()))
        .with_safe_default_protocol_versions()?
        .with_no_client_auth()
        .with_single_cert(certificates, private_key)?;
    config.alpn_protocols = vec![b"h2".to_vec(), b"http/1.1".to_vec()];
    Ok(Arc::new(config))
}
