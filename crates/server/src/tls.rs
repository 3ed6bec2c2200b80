//! TLS (RFC 8446) with the certificate that the Authority issued, which is read again when it is renewed.

use std::fmt;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use keyfold_core::x509::time::validity;
use rustls::ServerConfig;
use rustls::crypto::aws_lc_rs;
use rustls::pki_types::pem::{self, PemObject as _};
use rustls::pki_types::{CertificateDer, PrivateKeyDer};
use rustls::server::{ClientHello, ResolvesServerCert};
use rustls::sign::CertifiedKey;
use time::OffsetDateTime;

use crate::operation::Renewable;

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
    /// It is not valid now.
    #[error("the TLS certificate is not valid today; issue it again")]
    NotValid,
}

/// The server's certificate and key. Handshakes take the one in use; connections go on with theirs.
pub(crate) struct TlsIdentity {
    chain: PathBuf,
    key: PathBuf,
    certified: Renewable<Certified>,
}

struct Certified {
    key: Arc<CertifiedKey>,
    not_after: OffsetDateTime,
}

impl TlsIdentity {
    /// Reads chain and key, both PEM.
    pub(crate) fn read(
        chain: PathBuf,
        key: PathBuf,
        now: OffsetDateTime,
    ) -> Result<Self, TlsError> {
        let files = vec![chain.clone(), key.clone()];
        let certified = Renewable::read("TLS certificate", files, || certified(&chain, &key, now))?;
        Ok(Self {
            chain,
            key,
            certified,
        })
    }

    /// Reads them again if they changed, or `anyway`.
    pub(crate) fn renew(&self, anyway: bool, now: OffsetDateTime) {
        self.certified
            .renew(anyway, || certified(&self.chain, &self.key, now));
    }

    /// When the certificate in use ends.
    pub(crate) fn not_after(&self) -> OffsetDateTime {
        self.certified.current().not_after
    }

    /// Why the newest files are not in use, if they are not.
    pub(crate) fn refused(&self) -> Option<String> {
        self.certified.refused()
    }

    /// A server that presents it. HTTP/2 and HTTP/1.1.
    pub(crate) fn server(self: &Arc<Self>) -> Result<Arc<ServerConfig>, TlsError> {
        let provider = Arc::new(aws_lc_rs::default_provider());
        let mut config = ServerConfig::builder_with_provider(provider)
            .with_safe_default_protocol_versions()?
            .with_no_client_auth()
            .with_cert_resolver(Arc::clone(self) as Arc<dyn ResolvesServerCert>);
        config.alpn_protocols = vec![b"h2".to_vec(), b"http/1.1".to_vec()];
        Ok(Arc::new(config))
    }
}

impl ResolvesServerCert for TlsIdentity {
    fn resolve(&self, _: ClientHello<'_>) -> Option<Arc<CertifiedKey>> {
        Some(Arc::clone(&self.certified.current().key))
    }
}

impl fmt::Debug for TlsIdentity {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("TlsIdentity")
            .field("chain", &self.chain)
            .finish_non_exhaustive()
    }
}

fn certified(chain: &Path, key: &Path, now: OffsetDateTime) -> Result<Certified, TlsError> {
    let file = |file: &Path| {
        let file = file.to_owned();
        move |reason| TlsError::File { file, reason }
    };
    let certificates = CertificateDer::pem_file_iter(chain)
        .and_then(Iterator::collect::<Result<Vec<_>, _>>)
        .map_err(file(chain))?;
    let private_key = PrivateKeyDer::from_pem_file(key).map_err(file(key))?;
    let leaf = certificates.first().and_then(|leaf| validity(leaf));
    let (not_before, not_after) = leaf.ok_or(TlsError::NotValid)?;
    if now < not_before || now > not_after {
        return Err(TlsError::NotValid);
    }
    let provider = aws_lc_rs::default_provider();
    let key = CertifiedKey::from_der(certificates, private_key, &provider)?;
    Ok(Certified {
        key: Arc::new(key),
        not_after,
    })
}
