//! The certificate with which the AccountServer signs captured keys.

use const_oid::db::rfc5280::{ID_CE_EXT_KEY_USAGE, ID_CE_KEY_USAGE};
use const_oid::db::rfc5912::{ID_EC_PUBLIC_KEY, SECP_256_R_1};
use der::oid::ObjectIdentifier;
use der::{Decode as _, Encode as _};
use thiserror::Error;
use time::OffsetDateTime;
use x509_cert::certificate::Certificate;
use x509_cert::ext::pkix::{ExtendedKeyUsage, KeyUsage};

use crate::authority_root::AuthorityRoot;
use crate::x509::path::PathRefusal;
use crate::x509::time::from_x509;
use crate::x509::{extensions, path};

/// The extended key usage of a capture-signing certificate: `id-kp-documentSigning` (RFC 9336).
pub const DOCUMENT_SIGNING: ObjectIdentifier = ObjectIdentifier::new_unwrap("1.3.6.1.5.5.7.3.36");

/// Why a certificate may not have signed a captured key.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Error)]
pub enum SignerError {
    /// Not an X.509 certificate in DER.
    #[error("the signer's certificate is damaged; fetch the captured key again")]
    Malformed,
    /// Its `keyUsage` does not hold `digitalSignature`.
    #[error("the signer's certificate is not for signatures; ask whoever runs the AccountServer")]
    KeyUsage,
    /// Its `extendedKeyUsage` does not contain document signing.
    #[error(
        "the signer's certificate is not for signing captured keys; ask whoever runs the AccountServer"
    )]
    Purpose,
    /// Its key is not ECDSA on P-256.
    #[error("the signer's key is not ECDSA P-256; ask whoever runs the AccountServer")]
    Key,
    /// It was not valid when it signed.
    #[error(
        "the signer's certificate was not valid when it signed; ask whoever runs the AccountServer"
    )]
    NotValidThen,
    /// It does not lead to the Authority's root.
    #[error("the signer's certificate is not trusted: {0}")]
    Path(#[from] PathRefusal),
}

impl SignerError {
    /// The stable code of this refusal.
    #[must_use]
    pub const fn code(&self) -> &'static str {
        match self {
            Self::Malformed => "signer-malformed",
            Self::KeyUsage => "signer-key-usage",
            Self::Purpose => "signer-purpose",
            Self::Key => "signer-key",
            Self::NotValidThen => "signer-not-valid-then",
            Self::Path(_) => "signer-not-trusted",
        }
    }
}

/// Checks that the Authority issued `certificate` (DER) for signing captured keys and that it was valid `at` that time.
///
/// Answers its `SubjectPublicKeyInfo`, DER. Revocation is not looked at: it ends capture, never recovery.
pub fn check_capture_signer(
    certificate: &[u8],
    root: &AuthorityRoot,
    intermediates: &[Vec<u8>],
    at: OffsetDateTime,
) -> Result<Vec<u8>, SignerError> {
    let parsed = Certificate::from_der(certificate).map_err(|_| SignerError::Malformed)?;
    let tbs = parsed.tbs_certificate();
    let present = tbs.extensions().map_or(&[][..], Vec::as_slice);
    let signs = extensions::find(present, ID_CE_KEY_USAGE)
        .and_then(|usage| KeyUsage::from_der(usage.extn_value.as_bytes()).ok())
        .is_some_and(|usage| usage.digital_signature());
    if !signs {
        return Err(SignerError::KeyUsage);
    }
    let signs_documents = extensions::find(present, ID_CE_EXT_KEY_USAGE)
        .and_then(|purposes| ExtendedKeyUsage::from_der(purposes.extn_value.as_bytes()).ok())
        .is_some_and(|purposes| purposes.0.contains(&DOCUMENT_SIGNING));
    if !signs_documents {
        return Err(SignerError::Purpose);
    }
    let key = tbs.subject_public_key_info();
    let curve = key
        .algorithm
        .parameters
        .as_ref()
        .and_then(|curve| curve.decode_as().ok());
    if key.algorithm.oid != ID_EC_PUBLIC_KEY || curve != Some(SECP_256_R_1) {
        return Err(SignerError::Key);
    }
    let validity = tbs.validity();
    if at < from_x509(&validity.not_before) || at > from_x509(&validity.not_after) {
        return Err(SignerError::NotValidThen);
    }
    path::check(
        certificate,
        root,
        intermediates,
        DOCUMENT_SIGNING.as_bytes(),
        None,
        at,
    )?;
    key.to_der().map_err(|_| SignerError::Malformed)
}
