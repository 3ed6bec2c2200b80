//! The path from a certificate to the Authority's root, and revocation: all of it by `rustls-webpki`.

use pki_types::{CertificateDer, SignatureVerificationAlgorithm};
use thiserror::Error;
use time::OffsetDateTime;
use webpki::aws_lc_rs as algorithms;
use webpki::{
    EndEntityCert, ExpirationPolicy, KeyUsage, RevocationCheckDepth, RevocationOptionsBuilder,
    UnknownStatusPolicy,
};

use super::time::to_unix;
use crate::authority_root::{AuthorityRoot, RevocationList};
use crate::codes::codes;

/// RSA (PKCS#1 v1.5 and PSS) and ECDSA with SHA-256 or better.
const SIGNATURES: &[&dyn SignatureVerificationAlgorithm] = &[
    algorithms::ECDSA_P256_SHA256,
    algorithms::ECDSA_P256_SHA384,
    algorithms::ECDSA_P256_SHA512,
    algorithms::ECDSA_P384_SHA256,
    algorithms::ECDSA_P384_SHA384,
    algorithms::ECDSA_P384_SHA512,
    algorithms::ECDSA_P521_SHA256,
    algorithms::ECDSA_P521_SHA384,
    algorithms::ECDSA_P521_SHA512,
    algorithms::RSA_PKCS1_2048_8192_SHA256,
    algorithms::RSA_PKCS1_2048_8192_SHA384,
    algorithms::RSA_PKCS1_2048_8192_SHA512,
    algorithms::RSA_PSS_2048_8192_SHA256_LEGACY_KEY,
    algorithms::RSA_PSS_2048_8192_SHA384_LEGACY_KEY,
    algorithms::RSA_PSS_2048_8192_SHA512_LEGACY_KEY,
];

/// Why a certificate does not lead to the Authority's root.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Error)]
pub enum PathRefusal {
    /// No path leads from the certificate to the root.
    #[error("another authority signed it; have the Authority of this platform sign the request")]
    UnknownIssuer,
    /// It names the Authority as its issuer, but the signature is not the Authority's.
    #[error(
        "the Authority's signature on it is wrong; fetch the certificate again from the Authority"
    )]
    BadSignature,
    /// Signed with something else than RSA or ECDSA over SHA-256 or better.
    #[error(
        "it is signed with an algorithm that is not accepted; have it signed with RSA or ECDSA and SHA-256"
    )]
    SignatureAlgorithm,
    /// The root or an intermediate certificate was not valid at the time.
    #[error(
        "the Authority's own certificate was not valid at that time; check the clock, or ask the Authority"
    )]
    IssuerNotValid,
    /// An intermediate certificate may not issue this one (not an authority, path length, name constraints).
    #[error(
        "a certificate on the way to the Authority's root may not issue this one; ask the Authority"
    )]
    IssuerNotAllowed,
    /// An extended key usage on the path does not hold the purpose, or the certificate is an authority's.
    #[error("the Authority's certificates do not allow this purpose; ask the Authority")]
    Purpose,
    /// The certificate is malformed in a way that only path validation looks at.
    #[error("its encoding is damaged or holds something unsupported; have it issued again")]
    Malformed,
    /// The Authority revoked it, or an intermediate certificate above it.
    #[error("the Authority revoked it; request a new certificate")]
    Revoked,
    /// Whether it is revoked could not be found out.
    #[error(transparent)]
    RevocationUnknown(#[from] RevocationUnknown),
}

/// Why it is unknown whether a certificate is revoked.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Error)]
pub enum RevocationUnknown {
    /// No list of the certificate's issuer is there.
    #[error(
        "there is no revocation list of the authority that signed it; fetch the Authority's current list"
    )]
    NoList,
    /// The list's `nextUpdate` has passed.
    #[error("the Authority's revocation list is out of date; fetch or make a new one")]
    Stale,
    /// The list names the Authority as its issuer, but the Authority did not sign it.
    #[error("the Authority did not sign this revocation list; fetch it again from the Authority")]
    WrongSigner,
    /// The list is signed with an algorithm that is not accepted, or is of an unsupported kind.
    #[error(
        "the revocation list is of a kind that is not supported; make a complete X.509 version 2 list"
    )]
    Unsupported,
}

codes! {
    PathRefusal {
        Self::UnknownIssuer => "issuer-unknown",
        Self::BadSignature => "signature-bad",
        Self::SignatureAlgorithm => "signature-algorithm",
        Self::IssuerNotValid => "issuer-not-valid",
        Self::IssuerNotAllowed => "issuer-not-allowed",
        Self::Purpose => "purpose",
        Self::Malformed => "malformed",
        Self::Revoked => "revoked",
        Self::RevocationUnknown(RevocationUnknown::NoList) => "revocation-no-list",
        Self::RevocationUnknown(RevocationUnknown::Stale) => "revocation-stale",
        Self::RevocationUnknown(RevocationUnknown::WrongSigner) => "revocation-wrong-signer",
        Self::RevocationUnknown(RevocationUnknown::Unsupported) => "revocation-unsupported",
    }
}

/// Finds a path from `certificate` (DER) to `root` that was valid at `at`.
///
/// `purpose` is the content of the object identifier that an extended key usage must hold, wherever on the path one
/// is; that the certificate itself has one is for the caller to check. With a `crl`, every certificate of the path must
/// be known not to be revoked.
pub(crate) fn check(
    certificate: &[u8],
    root: &AuthorityRoot,
    intermediates: &[Vec<u8>],
    purpose: &'static [u8],
    crl: Option<&RevocationList>,
    at: OffsetDateTime,
) -> Result<(), PathRefusal> {
    if at < root.not_before() || at > root.not_after() {
        return Err(PathRefusal::IssuerNotValid);
    }
    let certificate = CertificateDer::from(certificate);
    let leaf = EndEntityCert::try_from(&certificate).map_err(|error| refusal(&error))?;
    let root = CertificateDer::from(root.der());
    let anchor = webpki::anchor_from_trusted_cert(&root).map_err(|error| refusal(&error))?;
    let intermediates: Vec<CertificateDer<'_>> = intermediates
        .iter()
        .map(|der| CertificateDer::from(der.as_slice()))
        .collect();
    let lists: Vec<_> = crl
        .map(RevocationList::lists)
        .unwrap_or_default()
        .iter()
        .collect();
    let revocation = match crl {
        None => None,
        Some(_) => Some(
            RevocationOptionsBuilder::new(&lists)
                .map_err(|_| PathRefusal::RevocationUnknown(RevocationUnknown::NoList))?
                .with_depth(RevocationCheckDepth::Chain)
                .with_status_policy(UnknownStatusPolicy::Deny)
                .with_expiration_policy(ExpirationPolicy::Enforce)
                .build(),
        ),
    };
    leaf.verify_for_usage(
        SIGNATURES,
        &[anchor],
        &intermediates,
        to_unix(at),
        KeyUsage::required_if_present(purpose),
        revocation,
        None,
    )
    .map(|_| ())
    .map_err(|error| refusal(&error))
}

fn refusal(error: &webpki::Error) -> PathRefusal {
    use webpki::Error as E;
    match error {
        E::UnknownIssuer => PathRefusal::UnknownIssuer,
        // The algorithm is accepted, but the Authority's key is of another kind.
        E::InvalidSignatureForPublicKey
        | E::UnsupportedSignatureAlgorithmForPublicKeyContext(_) => PathRefusal::BadSignature,
        E::UnsupportedSignatureAlgorithmContext(_) | E::SignatureAlgorithmMismatch => {
            PathRefusal::SignatureAlgorithm
        }
        E::CertExpired { .. } | E::CertNotValidYet { .. } => PathRefusal::IssuerNotValid,
        E::EndEntityUsedAsCa
        | E::NameConstraintViolation
        | E::PathLenConstraintViolated
        | E::MaximumPathDepthExceeded
        | E::MaximumPathBuildCallsExceeded
        | E::MaximumSignatureChecksExceeded
        | E::MaximumNameConstraintComparisonsExceeded => PathRefusal::IssuerNotAllowed,
        E::RequiredEkuNotFoundContext(_) | E::EmptyEkuExtension | E::CaUsedAsEndEntity => {
            PathRefusal::Purpose
        }
        E::CertRevoked => PathRefusal::Revoked,
        E::UnknownRevocationStatus => RevocationUnknown::NoList.into(),
        E::CrlExpired { .. } => RevocationUnknown::Stale.into(),
        E::InvalidCrlSignatureForPublicKey
        | E::UnsupportedCrlSignatureAlgorithmForPublicKeyContext(_)
        | E::IssuerNotCrlSigner => RevocationUnknown::WrongSigner.into(),
        E::UnsupportedCrlSignatureAlgorithmContext(_)
        | E::UnsupportedRevocationReason
        | E::UnsupportedIndirectCrl
        | E::UnsupportedCrlIssuingDistributionPoint
        | E::UnsupportedRevocationReasonsPartitioning => RevocationUnknown::Unsupported.into(),
        _ => PathRefusal::Malformed,
    }
}
