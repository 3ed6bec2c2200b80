//! Server authentication against one pinned Authority root, and nothing else.

use std::sync::{Arc, OnceLock};

use keyfold_core::fingerprint::Fingerprint;
use pki_types::{CertificateDer, ServerName, UnixTime};
use rustls::client::WebPkiServerVerifier;
use rustls::client::danger::{HandshakeSignatureValid, ServerCertVerified, ServerCertVerifier};
use rustls::crypto::CryptoProvider;
use rustls::{
    CertificateError, ClientConfig, DigitallySignedStruct, OtherError, RootCertStore,
    SignatureScheme,
};

use super::error::TrustError;

/// A TLS 1.3 configuration (RFC 8446) that accepts servers below the pinned root only.
pub(super) fn tls_config(pinned: Arc<PinnedAuthority>) -> Result<ClientConfig, rustls::Error> {
    let provider = Arc::clone(&pinned.provider);
    Ok(ClientConfig::builder_with_provider(provider)
        .with_protocol_versions(&[&rustls::version::TLS13])?
        .dangerous()
        .with_custom_certificate_verifier(pinned)
        .with_no_client_auth())
}

/// Finds the pinned root among the certificates that a server presents, and validates the path to it (RFC 5280 §6)
/// with rustls-webpki. The system's root certificates play no part.
#[derive(Debug)]
pub(super) struct PinnedAuthority {
    fingerprint: Fingerprint,
    provider: Arc<CryptoProvider>,
    presented: OnceLock<CertificateDer<'static>>,
}

impl PinnedAuthority {
    pub(super) fn new(fingerprint: Fingerprint) -> Self {
        let provider = Arc::new(rustls::crypto::aws_lc_rs::default_provider());
        Self {
            fingerprint,
            provider,
            presented: OnceLock::new(),
        }
    }

    /// The root certificate (DER), once a server was accepted.
    pub(super) fn root(&self) -> Option<&[u8]> {
        self.presented.get().map(AsRef::as_ref)
    }

    fn refuse(reason: TrustError) -> rustls::Error {
        CertificateError::Other(OtherError(Arc::new(reason))).into()
    }
}

impl ServerCertVerifier for PinnedAuthority {
    fn verify_server_cert(
        &self,
        end_entity: &CertificateDer<'_>,
        intermediates: &[CertificateDer<'_>],
        server_name: &ServerName<'_>,
        ocsp_response: &[u8],
        now: UnixTime,
    ) -> Result<ServerCertVerified, rustls::Error> {
        let root = intermediates
            .iter()
            .find(|certificate| Fingerprint::of(certificate) == self.fingerprint)
            .ok_or_else(|| {
                Self::refuse(TrustError::RootNotPresented {
                    expected: self.fingerprint,
                })
            })?;
        let mut roots = RootCertStore::empty();
        roots.add(root.clone().into_owned())?;
        let verified = WebPkiServerVerifier::builder_with_provider(
            Arc::new(roots),
            Arc::clone(&self.provider),
        )
        .build()
        .map_err(|error| Self::refuse(TrustError::Invalid(error.to_string())))?
        .verify_server_cert(end_entity, intermediates, server_name, ocsp_response, now)?;
        self.presented.get_or_init(|| root.clone().into_owned());
        Ok(verified)
    }

    fn verify_tls12_signature(
        &self,
        _message: &[u8],
        _cert: &CertificateDer<'_>,
        _dss: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, rustls::Error> {
        Err(rustls::PeerIncompatible::Tls12NotOffered.into())
    }

    fn verify_tls13_signature(
        &self,
        message: &[u8],
        cert: &CertificateDer<'_>,
        dss: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, rustls::Error> {
        let algorithms = &self.provider.signature_verification_algorithms;
        rustls::crypto::verify_tls13_signature(message, cert, dss, algorithms)
    }

    fn supported_verify_schemes(&self) -> Vec<SignatureScheme> {
        self.provider
            .signature_verification_algorithms
            .supported_schemes()
    }
}

/// What a failed handshake says about the server's certificate; none when it failed for another reason.
pub(super) fn trust_error(error: &rustls::Error) -> Option<TrustError> {
    let rustls::Error::InvalidCertificate(reason) = error else {
        return None;
    };
    Some(match reason {
        CertificateError::Other(OtherError(reason)) => match reason.downcast_ref::<TrustError>() {
            Some(reason) => reason.clone(),
            None => TrustError::Invalid(reason.to_string()),
        },
        CertificateError::Expired | CertificateError::ExpiredContext { .. } => TrustError::Expired,
        CertificateError::NotValidYet | CertificateError::NotValidYetContext { .. } => {
            TrustError::NotValidYet
        }
        CertificateError::NotValidForName | CertificateError::NotValidForNameContext { .. } => {
            TrustError::WrongHost
        }
        CertificateError::UnknownIssuer | CertificateError::BadSignature => {
            TrustError::NotIssuedByRoot
        }
        other => TrustError::Invalid(other.to_string()),
    })
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;
    use crate::client::stand_in::Chain;

    impl Chain {
        fn verify(
            &self,
            presented: &[CertificateDer<'_>],
            pin: Fingerprint,
            host: &str,
            at: UnixTime,
        ) -> Result<Vec<u8>, TrustError> {
            let verifier = PinnedAuthority::new(pin);
            let host = ServerName::try_from(host).unwrap();
            let outcome = verifier.verify_server_cert(&self.leaf, presented, &host, &[], at);
            assert_eq!(
                outcome.is_ok(),
                verifier.root().is_some(),
                "the root is kept when the server is accepted"
            );
            match outcome {
                Ok(_) => Ok(verifier.root().unwrap().to_vec()),
                Err(error) => Err(trust_error(&error).unwrap()),
            }
        }
    }

    fn in_days(days: u64) -> UnixTime {
        UnixTime::since_unix_epoch(Duration::from_secs(
            UnixTime::now().as_secs() + days * 86_400,
        ))
    }

    #[test]
    fn a_server_below_the_pinned_root_is_accepted() {
        let chain = Chain::new();
        let pin = Fingerprint::of(&chain.root);
        let root = chain.verify(
            std::slice::from_ref(&chain.root),
            pin,
            "localhost",
            UnixTime::now(),
        );
        assert_eq!(root.unwrap(), chain.root.as_ref());
    }

    #[test]
    fn every_other_server_is_refused_with_its_reason() {
        let (chain, other) = (Chain::new(), Chain::new());
        let (pin, now) = (Fingerprint::of(&chain.root), UnixTime::now());
        let both = [other.root.clone(), chain.root.clone()];
        let verify = |presented: &[CertificateDer<'_>], host, at| {
            chain.verify(presented, pin, host, at).unwrap_err()
        };

        assert_eq!(
            verify(&[], "localhost", now),
            TrustError::RootNotPresented { expected: pin }
        );
        assert_eq!(
            verify(&both[..1], "localhost", now),
            TrustError::RootNotPresented { expected: pin }
        );
        assert_eq!(verify(&both, "example.org", now), TrustError::WrongHost);
        assert_eq!(verify(&both, "127.0.0.1", now), TrustError::WrongHost);
        assert_eq!(verify(&both, "localhost", in_days(11)), TrustError::Expired);
        let long_ago = UnixTime::since_unix_epoch(Duration::from_secs(1));
        assert_eq!(
            verify(&both, "localhost", long_ago),
            TrustError::NotValidYet
        );

        let other_pin = Fingerprint::of(&other.root);
        let stranger = chain
            .verify(&both, other_pin, "localhost", now)
            .unwrap_err();
        assert_eq!(
            stranger,
            TrustError::NotIssuedByRoot,
            "signed by another root than the pinned one"
        );
    }

    #[test]
    fn a_leaf_that_is_pinned_itself_is_no_root() {
        let chain = Chain::new();
        let pin = Fingerprint::of(&chain.leaf);
        let refused = chain.verify(
            std::slice::from_ref(&chain.root),
            pin,
            "localhost",
            UnixTime::now(),
        );
        assert_eq!(refused, Err(TrustError::RootNotPresented { expected: pin }));
    }
}
