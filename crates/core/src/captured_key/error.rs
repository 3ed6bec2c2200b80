//! Why capturing, reading, verifying and opening a captured key fail.

use std::fmt;

use thiserror::Error;

use super::{MAX_BYTES, PADDING_BYTES};
use crate::encryption_key::EncryptionKeyError;
use crate::signing_certificate::SignerError;

/// Why a capture signer was refused.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
pub enum CaptureSignerError {
    /// Not one PEM certificate.
    #[error("the capture-signing certificate is not one PEM certificate; issue it again")]
    Certificate,
    /// Not one PEM PKCS#8 key on P-256.
    #[error("the capture-signing key is not a PKCS#8 PEM key on P-256; issue it again")]
    Key,
    /// The key is not the certificate's.
    #[error(
        "the capture-signing key does not belong to its certificate; use the files of one issue"
    )]
    AnotherKey,
}

/// Why a key was not captured.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
pub enum CaptureError {
    /// The record names another certificate than it is encrypted to.
    #[error("the record names another Group Certificate; report this")]
    AnotherCertificate,
    /// The record names another scope than the certificate's.
    #[error("the record names another scope than the Group Certificate; report this")]
    AnotherScope,
    /// The capture time has fractions of a second or lies outside the years 1970 to 9999.
    #[error("the capture time is not in whole seconds of the years 1970 to 9999; check the clock")]
    Time,
    /// The certificate's public key does not take an encryption.
    #[error("the Group Certificate's public key cannot be used; upload another certificate")]
    Recipient,
    /// The operating system gave no randomness.
    #[error("the operating system gave no randomness; try again")]
    Randomness,
    /// Encryption failed.
    #[error("the key could not be encrypted; try again")]
    Encryption,
    /// Signing failed.
    #[error("the captured key could not be signed; check the capture-signing key")]
    Signature,
    /// The record could not be written as JSON.
    #[error("the record could not be written; report this")]
    Encoding,
}

/// Why what an Agent encrypted was not signed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
pub enum CountersignError {
    /// It has not the form of a captured key's envelope.
    #[error("what the Agent encrypted has not the form of an envelope: {0}")]
    Envelope(#[from] CapturedKeyError),
    /// It is encrypted to another certificate than the Agent says.
    #[error(
        "what the Agent encrypted is for another Group Certificate than it says; make the backup again"
    )]
    AnotherCertificate,
    /// It could not be signed.
    #[error(transparent)]
    Capture(#[from] CaptureError),
}

/// Why bytes are no captured key.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
pub enum CapturedKeyError {
    /// More than [`MAX_BYTES`].
    #[error("the captured key is larger than {MAX_BYTES} bytes; fetch it again")]
    TooLarge,
    /// Not DER of the CMS types, not the only DER encoding, or bytes are left over.
    #[error("the captured key is not CMS in DER; fetch it again")]
    Malformed,
    /// The outer content type is another.
    #[error("the captured key is not signed data; fetch it again")]
    NotSignedData,
    /// A version number is another than this combination has.
    #[error("the captured key has another CMS version; fetch it again")]
    Version,
    /// A digest algorithm other than SHA-256, or several.
    #[error("the captured key's digest is not SHA-256; fetch it again")]
    DigestAlgorithm,
    /// Not exactly one certificate.
    #[error("the captured key does not hold exactly its signer's certificate; fetch it again")]
    Certificates,
    /// It carries revocation lists.
    #[error("the captured key carries revocation lists; fetch it again")]
    RevocationLists,
    /// Not exactly one signer.
    #[error("the captured key does not have exactly one signer; fetch it again")]
    Signers,
    /// The signer is not named by the certificate's issuer and serial number.
    #[error("the captured key's signer is not the one whose certificate it holds; fetch it again")]
    SignerIdentifier,
    /// A signature algorithm other than ECDSA with SHA-256.
    #[error("the captured key's signature is not ECDSA with SHA-256; fetch it again")]
    SignatureAlgorithm,
    /// Not exactly content type, message digest and signing time.
    #[error("the captured key's signed attributes are not the expected three; fetch it again")]
    SignedAttributes,
    /// The signing time is missing or unreadable.
    #[error("the captured key's signing time is missing or unreadable; fetch it again")]
    SigningTime,
    /// It has unsigned attributes.
    #[error("the captured key has unsigned attributes; fetch it again")]
    UnsignedAttributes,
    /// The layers are not data in authenticated-enveloped data in data.
    #[error("the captured key is not authenticated-enveloped data inside; fetch it again")]
    ContentType,
    /// The envelope names an originator.
    #[error("the captured key's envelope names an originator; fetch it again")]
    Originator,
    /// The envelope has attributes.
    #[error("the captured key's envelope has attributes; fetch it again")]
    EnvelopeAttributes,
    /// Not exactly one recipient by key transport, named by issuer and serial number.
    #[error("the captured key does not have exactly one key-transport recipient; fetch it again")]
    Recipients,
    /// A key-encryption algorithm other than RSAES-OAEP with SHA-256 and MGF1-SHA-256.
    #[error("the captured key's key encryption is not RSAES-OAEP with SHA-256; fetch it again")]
    KeyEncryptionAlgorithm,
    /// The encrypted content key is not as long as an RSA modulus of 3072 bits or more.
    #[error("the captured key's encrypted content key has no allowed length; fetch it again")]
    EncryptedKeyLength,
    /// A content-encryption algorithm other than AES-256-GCM with 12-byte nonce and 16-byte tag.
    #[error("the captured key's content encryption is not AES-256-GCM; fetch it again")]
    ContentEncryptionAlgorithm,
    /// The ciphertext is missing or no multiple of [`PADDING_BYTES`].
    #[error(
        "the captured key's content is not a multiple of {PADDING_BYTES} bytes; fetch it again"
    )]
    ContentLength,
    /// The tag does not have 16 bytes.
    #[error("the captured key's authentication tag does not have 16 bytes; fetch it again")]
    TagLength,
}

/// Why a captured key is not to be trusted.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum VerifyError {
    /// The content is not the one that was signed.
    #[error(
        "the captured key was changed after it was signed; fetch it again and tell the platform's operator"
    )]
    ContentChanged,
    /// The signature does not verify.
    #[error(
        "the captured key's signature is wrong; fetch it again and tell the platform's operator"
    )]
    Signature,
    /// The signer's certificate is not one of the Authority's AccountServers.
    #[error(transparent)]
    Signer(#[from] SignerError),
}

/// Why a verified captured key did not open.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
pub enum OpenError {
    /// The content key does not decrypt: it was encrypted to another key pair.
    #[error(
        "the captured key was encrypted to another Group Certificate; choose the key pair of that one"
    )]
    AnotherKeyPair,
    /// The content key does not have 32 bytes.
    #[error("the captured key's content key has the wrong length; fetch it again")]
    ContentKeyLength,
    /// The content does not decrypt.
    #[error(
        "the captured key's content was changed; fetch it again and tell the platform's operator"
    )]
    ContentChanged,
    /// The record is not the JSON expected.
    #[error(
        "the record in the captured key is damaged; fetch it again and tell the platform's operator"
    )]
    Malformed,
    /// The record's version is above what this program knows.
    #[error(
        "the record in the captured key has version {version}, made by a newer Keyfold; update this one"
    )]
    NewerVersion {
        /// The version found.
        version: u32,
    },
    /// The secrets inside are no encryption key.
    #[error(transparent)]
    EncryptionKey(#[from] EncryptionKeyError),
    /// The capture time inside is not the signing time.
    #[error(
        "the capture time in the captured key is not when it was signed; tell the platform's operator"
    )]
    SigningTimeDiffers,
    /// A field inside is not what the AccountServer said.
    #[error(
        "the captured key holds another {field} than the platform said; do not use it and tell its operator"
    )]
    RecordDiffers {
        /// Which field.
        field: RecordField,
    },
}

/// A field of a [`CaptureRecord`](super::CaptureRecord).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum RecordField {
    /// Whose key.
    Account,
    /// The certificate's scope.
    Scope,
    /// Which key.
    KeyId,
    /// The certificate.
    Certificate,
    /// When.
    CapturedAt,
}

impl fmt::Display for RecordField {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Account => "account",
            Self::Scope => "scope",
            Self::KeyId => "key id",
            Self::Certificate => "certificate",
            Self::CapturedAt => "capture time",
        })
    }
}

impl CapturedKeyError {
    /// A stable name for this refusal.
    #[must_use]
    pub fn code(self) -> &'static str {
        match self {
            Self::TooLarge => "captured-key-too-large",
            Self::Malformed => "captured-key-malformed",
            Self::NotSignedData => "captured-key-not-signed-data",
            Self::Version => "captured-key-version",
            Self::DigestAlgorithm => "captured-key-digest-algorithm",
            Self::Certificates => "captured-key-certificates",
            Self::RevocationLists => "captured-key-revocation-lists",
            Self::Signers => "captured-key-signers",
            Self::SignerIdentifier => "captured-key-signer-identifier",
            Self::SignatureAlgorithm => "captured-key-signature-algorithm",
            Self::SignedAttributes => "captured-key-signed-attributes",
            Self::SigningTime => "captured-key-signing-time",
            Self::UnsignedAttributes => "captured-key-unsigned-attributes",
            Self::ContentType => "captured-key-content-type",
            Self::Originator => "captured-key-originator",
            Self::EnvelopeAttributes => "captured-key-envelope-attributes",
            Self::Recipients => "captured-key-recipients",
            Self::KeyEncryptionAlgorithm => "captured-key-key-encryption-algorithm",
            Self::EncryptedKeyLength => "captured-key-encrypted-key-length",
            Self::ContentEncryptionAlgorithm => "captured-key-content-encryption-algorithm",
            Self::ContentLength => "captured-key-content-length",
            Self::TagLength => "captured-key-tag-length",
        }
    }
}

impl VerifyError {
    /// A stable name for this refusal.
    #[must_use]
    pub fn code(&self) -> &'static str {
        match self {
            Self::ContentChanged => "captured-key-changed-after-signing",
            Self::Signature => "captured-key-signature",
            Self::Signer(reason) => reason.code(),
        }
    }
}

impl OpenError {
    /// A stable name for this refusal.
    #[must_use]
    pub fn code(self) -> &'static str {
        match self {
            Self::AnotherKeyPair => "open-another-key-pair",
            Self::ContentKeyLength => "open-content-key-length",
            Self::ContentChanged => "open-content-changed",
            Self::Malformed => "open-malformed-record",
            Self::NewerVersion { .. } => "open-newer-version",
            Self::EncryptionKey(reason) => reason.code(),
            Self::SigningTimeDiffers => "open-signing-time-differs",
            Self::RecordDiffers {
                field: RecordField::Account,
            } => "open-account-differs",
            Self::RecordDiffers {
                field: RecordField::Scope,
            } => "open-scope-differs",
            Self::RecordDiffers {
                field: RecordField::KeyId,
            } => "open-key-id-differs",
            Self::RecordDiffers {
                field: RecordField::Certificate,
            } => "open-certificate-differs",
            Self::RecordDiffers {
                field: RecordField::CapturedAt,
            } => "open-capture-time-differs",
        }
    }
}
