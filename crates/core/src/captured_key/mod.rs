//! The captured key: an account's encryption key, encrypted to a Group Certificate and signed by the AccountServer.
//!
//! CMS (RFC 5652): SignedData around AuthEnvelopedData (RFC 5083) in the one combination of algorithms that
//! `docs/FORMATS.md` describes. `openssl cms -verify` and `openssl cms -decrypt` read it.
//!
//! Reading takes three steps, each a type of its own, so that none can be left out: [`CapturedKey`] is well-formed,
//! [`VerifiedCapturedKey`] is signed by the Authority's AccountServer, and only that one opens.

mod algorithms;
mod capture;
mod encode;
mod envelope;
mod error;
mod record;
mod signature;

use aws_lc_rs::digest;
use time::OffsetDateTime;
use x509_cert::Certificate;
use x509_cert::der::Decode as _;

pub use self::capture::{CaptureRecipient, CaptureSigner, capture};
use self::envelope::Envelope;
pub use self::error::{
    CaptureError, CaptureSignerError, CapturedKeyError, CountersignError, OpenError, RecordField,
    VerifyError,
};
pub use self::record::{CaptureRecord, PADDING_BYTES};
use self::signature::{SignedContent, issuer_and_serial_number};
use crate::authority_root::AuthorityRoot;
use crate::encryption_key::EncryptionKey;
use crate::group_certificate::GroupCertificate;
use crate::key_pair::PrivateKey;

/// Largest captured key, in bytes of DER.
pub const MAX_BYTES: usize = 128 * 1024;

const PEM_LABEL: &str = "CMS";

/// A captured key of the right form; nothing is known of who made it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CapturedKey {
    signed: SignedContent,
    envelope: Envelope,
}

impl CapturedKey {
    /// Reads DER, refusing every other encoding and every other combination of algorithms.
    pub fn from_der(der: &[u8]) -> Result<Self, CapturedKeyError> {
        if der.len() > MAX_BYTES {
            return Err(CapturedKeyError::TooLarge);
        }
        let signed = SignedContent::parse(der)?;
        let envelope = Envelope::parse(&signed.content)?;
        Ok(Self { signed, envelope })
    }

    /// Reads DER, or PEM (RFC 7468 §9) with one `CMS` block and nothing else.
    pub fn from_pem_or_der(file: &[u8]) -> Result<Self, CapturedKeyError> {
        if !file.starts_with(b"-----BEGIN") {
            return Self::from_der(file);
        }
        // PEM takes four characters for three bytes, and line ends.
        if file.len() > MAX_BYTES * 3 / 2 {
            return Err(CapturedKeyError::TooLarge);
        }
        let (label, der) = der::pem::decode_vec(file).map_err(|_| CapturedKeyError::Malformed)?;
        if label != PEM_LABEL {
            return Err(CapturedKeyError::Malformed);
        }
        Self::from_der(&der)
    }

    /// When the signature says it was made, not yet proven; whole seconds.
    #[must_use]
    pub fn signed_at(&self) -> OffsetDateTime {
        self.signed.signing_time
    }

    /// Checks that an AccountServer of this Authority signed it, its certificate judged as of [`Self::signed_at`].
    ///
    /// `intermediates` are DER certificates between the Authority's root and the signer's.
    pub fn verify(
        self,
        root: &AuthorityRoot,
        intermediates: &[Vec<u8>],
    ) -> Result<VerifiedCapturedKey, VerifyError> {
        if digest::digest(&digest::SHA256, &self.signed.content).as_ref()
            != self.signed.message_digest
        {
            return Err(VerifyError::ContentChanged);
        }
        self.signed.verify_signature(root, intermediates)?;
        Ok(VerifiedCapturedKey {
            signed_at: self.signed.signing_time,
            envelope: self.envelope,
        })
    }
}

/// A captured key that an AccountServer of the Authority signed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct VerifiedCapturedKey {
    signed_at: OffsetDateTime,
    envelope: Envelope,
}

impl VerifiedCapturedKey {
    /// When it was captured; whole seconds.
    #[must_use]
    pub const fn signed_at(&self) -> OffsetDateTime {
        self.signed_at
    }

    /// Whether it is encrypted to this Group Certificate: issuer and serial number are the same (RFC 5652 §6.2.1).
    #[must_use]
    pub fn is_for(&self, certificate: &GroupCertificate) -> bool {
        Certificate::from_der(certificate.der())
            .is_ok_and(|parsed| issuer_and_serial_number(&parsed) == self.envelope.recipient)
    }

    /// Opens it with the private key of its Group Certificate.
    ///
    /// Every field inside must equal `expected`, which is what the AccountServer says of the record; `None` is for a
    /// file that came without the AccountServer's word.
    pub fn open(
        &self,
        key: &PrivateKey,
        expected: Option<&CaptureRecord>,
    ) -> Result<(CaptureRecord, EncryptionKey), OpenError> {
        let plaintext = self.envelope.open(key)?;
        let (record, encryption_key) = record::decode(&plaintext)?;
        if record.captured_at != self.signed_at {
            return Err(OpenError::SigningTimeDiffers);
        }
        match expected.and_then(|expected| record.first_difference(expected)) {
            Some(field) => Err(OpenError::RecordDiffers { field }),
            None => Ok((record, encryption_key)),
        }
    }
}

#[cfg(test)]
mod tests;
