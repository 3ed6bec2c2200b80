//! Why a Group Certificate is refused.

use thiserror::Error;
use time::OffsetDateTime;

use super::MAX_VALIDITY_DAYS;
use crate::codes::codes;
use crate::id::ScopeGuid;
use crate::x509::extensions::ScopeNameRefusal;
use crate::x509::key::KeyRefusal;
use crate::x509::path::PathRefusal;
use crate::x509::pem::PemRefusal;

/// One thing in the Group Certificate profile that a certificate does not meet.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
pub enum ProfileError {
    /// Not one PEM certificate.
    #[error("the certificate could not be read: {0}")]
    Pem(#[from] PemRefusal),
    /// Larger than 32 KiB.
    #[error("the certificate is too large; choose the signed certificate alone")]
    TooLarge,
    /// Not an X.509 certificate in DER, or followed by other bytes.
    #[error("the certificate is damaged; fetch it again from the Authority")]
    Malformed,
    /// Not version 3, so that it can carry no extensions.
    #[error(
        "this is not an X.509 version 3 certificate; have the request signed with the Group Certificate profile"
    )]
    Version,
    /// An extension stands there twice.
    #[error("the certificate repeats the extension {id}; have the request signed again")]
    RepeatedExtension {
        /// The object identifier of the extension.
        id: String,
    },
    /// A critical extension that the profile does not know.
    #[error(
        "the certificate has a critical extension, {id}, that Keyfold does not know; have the request signed without it"
    )]
    CriticalExtension {
        /// The object identifier of the extension.
        id: String,
    },
    /// Its public key is refused.
    #[error("the certificate's key is refused: {0}")]
    Key(#[from] KeyRefusal),
    /// `keyUsage` is missing, not critical, or not exactly `keyEncipherment`.
    #[error(
        "keyUsage must be critical and exactly keyEncipherment; have the request signed with the Group Certificate profile"
    )]
    KeyUsage,
    /// `extendedKeyUsage` does not contain Key Recovery Agent.
    #[error(
        "extendedKeyUsage must contain Key Recovery Agent (1.3.6.1.4.1.311.21.6); have the request signed with the \
         Group Certificate profile"
    )]
    KeyRecoveryAgent,
    /// `basicConstraints` says that it is an authority.
    #[error("this is the certificate of an authority; choose the Group Certificate that it signed")]
    IsAuthority,
    /// Its alternative name does not name one scope.
    #[error("the certificate is for no scope: {0}")]
    ScopeName(#[from] ScopeNameRefusal),
    /// `notAfter − notBefore` is more than 1000 days.
    #[error(
        "the certificate is valid for {days} days and {MAX_VALIDITY_DAYS} is the most; have the request signed for less"
    )]
    ValidityTooLong {
        /// Its validity in days, rounded up.
        days: i64,
    },
    /// `notAfter` is before `notBefore`.
    #[error("the certificate ends before it begins; have the request signed again")]
    ValidityBackwards,
    /// It is for another scope than the one asked for.
    #[error(
        "the certificate is for another Group or Collection, {found}; choose that one, or another certificate"
    )]
    WrongScope {
        /// The scope that it is for.
        found: ScopeGuid,
    },
    /// It is not valid yet.
    #[error("the certificate is valid only from {from}; check the clock, or wait until then")]
    NotYetValid {
        /// Its `notBefore`.
        from: OffsetDateTime,
    },
    /// It has expired. That stops capture, never recovery.
    #[error(
        "the certificate expired on {since}; request a new one, and keep this one to recover what it captured"
    )]
    Expired {
        /// Its `notAfter`.
        since: OffsetDateTime,
    },
    /// It does not lead to the Authority's root, or was revoked, or whether it was is unknown.
    #[error("the certificate is not trusted: {0}")]
    Path(#[from] PathRefusal),
}

codes! {
    ProfileError {
        Self::TooLarge => "too-large",
        Self::Malformed => "malformed",
        Self::Version => "version",
        Self::RepeatedExtension { .. } => "extension-repeated",
        Self::CriticalExtension { .. } => "extension-critical",
        Self::KeyUsage => "key-usage",
        Self::KeyRecoveryAgent => "key-recovery-agent",
        Self::IsAuthority => "is-authority",
        Self::ValidityTooLong { .. } => "validity-too-long",
        Self::ValidityBackwards => "validity-backwards",
        Self::WrongScope { .. } => "scope-wrong",
        Self::NotYetValid { .. } => "not-yet-valid",
        Self::Expired { .. } => "expired",
        ;
        Self::Pem(refusal) => refusal: PemRefusal,
        Self::Key(refusal) => refusal: KeyRefusal,
        Self::ScopeName(refusal) => refusal: ScopeNameRefusal,
        Self::Path(refusal) => refusal: PathRefusal,
    }
}
