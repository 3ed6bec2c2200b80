//! Why a request is refused, or was not made.

use thiserror::Error;

use crate::codes::codes;
use crate::key_pair::SignError;
use crate::x509::extensions::ScopeNameRefusal;
use crate::x509::key::KeyRefusal;
use crate::x509::pem::PemRefusal;

/// Why a request is refused.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Error)]
pub enum CsrError {
    /// Not one PEM request.
    #[error("the request could not be read: {0}")]
    Pem(#[from] PemRefusal),
    /// Larger than 16 KiB.
    #[error("the request is too large; choose the request.pem that the Console saved")]
    TooLarge,
    /// Not a PKCS#10 request in DER, or followed by other bytes.
    #[error("the request is damaged; send the request.pem that the Console saved once more")]
    Malformed,
    /// Its public key is refused.
    #[error("the request's key is refused: {0}")]
    Key(#[from] KeyRefusal),
    /// Signed with something else than RSA PKCS#1 v1.5 over SHA-256, SHA-384 or SHA-512.
    #[error("the request is signed with an algorithm that is not accepted; make it in the Console")]
    SignatureAlgorithm,
    /// Whoever sent it did not prove to hold the private key.
    #[error(
        "the request's own signature is wrong: its sender may not hold the private key; ask for a new request"
    )]
    Signature,
    /// Its requested extensions do not decode, or repeat themselves.
    #[error("the request's extensions are damaged; make the request again in the Console")]
    Extensions,
    /// Its alternative name does not name one scope.
    #[error("the request is for no scope: {0}")]
    ScopeName(#[from] ScopeNameRefusal),
    /// There is not exactly one common name, or it holds characters that people can't see.
    #[error(
        "the request's name is missing or can't be shown as it is; rename the scope and make a new request"
    )]
    Name,
}

codes! {
    CsrError {
        Self::TooLarge => "too-large",
        Self::Malformed => "malformed",
        Self::SignatureAlgorithm => "signature-algorithm",
        Self::Signature => "signature-bad",
        Self::Extensions => "extensions-malformed",
        Self::Name => "name",
        ;
        Self::Pem(refusal) => refusal: PemRefusal,
        Self::Key(refusal) => refusal: KeyRefusal,
        Self::ScopeName(refusal) => refusal: ScopeNameRefusal,
    }
}

/// Why no request was made.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Error)]
pub enum BuildRequestError {
    /// The scope's name is empty or holds control or invisible characters.
    #[error(
        "the name is empty or holds characters that can't be shown; rename the scope, then request again"
    )]
    Name,
    /// The request could not be encoded.
    #[error("the request could not be encoded; try again with another name")]
    Encoding,
    /// The private key could not sign it.
    #[error(transparent)]
    Sign(#[from] SignError),
    /// The request, read back, is refused.
    #[error("the new request does not pass its own check: {0}")]
    Refused(CsrError),
}
