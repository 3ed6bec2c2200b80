//! Capturing: what the AccountServer does, or an Agent and the AccountServer together.

use aws_lc_rs::aead::{Aad, Nonce};
use aws_lc_rs::digest;
use aws_lc_rs::rand::{self, SystemRandom};
use aws_lc_rs::rsa::{OAEP_SHA256_MGF1SHA256, OaepPublicEncryptingKey, PublicEncryptingKey};
use aws_lc_rs::signature::{ECDSA_P256_SHA256_ASN1_SIGNING, EcdsaKeyPair, KeyPair as _, Signature};
use der::{Decode as _, DecodePem as _, Encode as _, SecretDocument};
use time::OffsetDateTime;
use x509_cert::Certificate;
use zeroize::Zeroizing;

use super::algorithms::GCM_NONCE_BYTES;
use super::encode::{EnvelopeParts, SignatureParts};
use super::envelope::{Envelope, gcm};
use super::signature::issuer_and_serial_number;
use super::{
    CaptureError, CaptureRecord, CaptureSignerError, CapturedKeyError, CountersignError, MAX_BYTES,
    encode, record,
};
use crate::encryption_key::EncryptionKey;
use crate::fingerprint::Fingerprint;
use crate::group_certificate::GroupCertificate;
use crate::id::ScopeGuid;

const CONTENT_KEY_BYTES: usize = 32;

const PKCS8_LABEL: &str = "PRIVATE KEY";

/// The AccountServer's capture-signing certificate and its ECDSA P-256 private key.
pub struct CaptureSigner {
    key: EcdsaKeyPair,
    /// DER.
    certificate: Vec<u8>,
    /// DER of its `IssuerAndSerialNumber`.
    id: Vec<u8>,
    rng: SystemRandom,
}

impl CaptureSigner {
    /// Takes a certificate and its unencrypted PKCS#8 key, both PEM.
    ///
    /// The certificate's path to the Authority is for the caller to check, with
    /// [`check_capture_signer`](crate::signing_certificate::check_capture_signer).
    pub fn from_pem(certificate: &[u8], key: &[u8]) -> Result<Self, CaptureSignerError> {
        let parsed =
            Certificate::from_pem(certificate).map_err(|_| CaptureSignerError::Certificate)?;
        let (Ok(certificate), Ok(id)) =
            (parsed.to_der(), issuer_and_serial_number(&parsed).to_der())
        else {
            return Err(CaptureSignerError::Certificate);
        };
        let key = std::str::from_utf8(key).map_err(|_| CaptureSignerError::Key)?;
        let (label, pkcs8) = SecretDocument::from_pem(key).map_err(|_| CaptureSignerError::Key)?;
        if label != PKCS8_LABEL {
            return Err(CaptureSignerError::Key);
        }
        let key = EcdsaKeyPair::from_pkcs8(&ECDSA_P256_SHA256_ASN1_SIGNING, pkcs8.as_bytes())
            .map_err(|_| CaptureSignerError::Key)?;
        let certified = parsed
            .tbs_certificate()
            .subject_public_key_info()
            .subject_public_key
            .as_bytes();
        if certified != Some(key.public_key().as_ref()) {
            return Err(CaptureSignerError::AnotherKey);
        }
        Ok(Self {
            key,
            certificate,
            id,
            rng: SystemRandom::new(),
        })
    }

    /// The certificate, DER.
    #[must_use]
    pub fn certificate_der(&self) -> &[u8] {
        &self.certificate
    }

    /// SignedData around an envelope: DER of ContentInfo.
    fn sign_content(
        &self,
        content: &[u8],
        captured_at: OffsetDateTime,
    ) -> Result<Vec<u8>, CaptureError> {
        let content_digest = digest::digest(&digest::SHA256, content);
        let attributes = encode::signed_attributes(content_digest.as_ref(), captured_at)
            .ok_or(CaptureError::Time)?;
        let signature = self.sign(&attributes)?;
        Ok(encode::signed(SignatureParts {
            content,
            attributes,
            signature: signature.as_ref(),
            certificate: &self.certificate,
            signer: &self.id,
        }))
    }

    fn sign(&self, message: &[u8]) -> Result<Signature, CaptureError> {
        self.key
            .sign(&self.rng, message)
            .map_err(|_| CaptureError::Signature)
    }
}

/// A Group Certificate made ready to encrypt to; worth keeping when many keys are captured to one certificate.
pub struct CaptureRecipient {
    scope: ScopeGuid,
    certificate: Fingerprint,
    public_key: OaepPublicEncryptingKey,
    id: Vec<u8>,
}

impl CaptureRecipient {
    /// Reads the certificate's public key.
    pub fn new(certificate: &GroupCertificate) -> Result<Self, CaptureError> {
        let public_key = PublicEncryptingKey::from_der(certificate.spki_der())
            .ok()
            .and_then(|key| OaepPublicEncryptingKey::new(key).ok());
        let id = Certificate::from_der(certificate.der())
            .ok()
            .and_then(|parsed| issuer_and_serial_number(&parsed).to_der().ok());
        let (Some(public_key), Some(id)) = (public_key, id) else {
            return Err(CaptureError::Recipient);
        };
        Ok(Self {
            scope: certificate.scope(),
            certificate: certificate.fingerprint(),
            public_key,
            id,
        })
    }

    /// The certificate's scope.
    #[must_use]
    pub fn scope(&self) -> ScopeGuid {
        self.scope
    }

    /// SHA-256 of the certificate.
    #[must_use]
    pub fn certificate(&self) -> Fingerprint {
        self.certificate
    }

    /// Encrypts a key to the certificate and signs the result: DER of CMS ContentInfo.
    ///
    /// Looks neither at the certificate's validity nor at its revocation:
    /// [`GroupCertificate::check`] does, before.
    pub fn capture(
        &self,
        record: &CaptureRecord,
        key: &EncryptionKey,
        signer: &CaptureSigner,
    ) -> Result<Vec<u8>, CaptureError> {
        signer.sign_content(&self.envelop(record, key)?, record.captured_at)
    }

    /// Encrypts a key to the certificate, as an Agent does that never shows it to the AccountServer: the inner ContentInfo,
    /// with AuthEnvelopedData, which [`countersign`](Self::countersign) makes a captured key of.
    ///
    /// Looks neither at the certificate's validity nor at its revocation:
    /// [`GroupCertificate::check`] does, before.
    pub fn envelop(
        &self,
        record: &CaptureRecord,
        key: &EncryptionKey,
    ) -> Result<Vec<u8>, CaptureError> {
        if record.certificate != self.certificate {
            return Err(CaptureError::AnotherCertificate);
        }
        if record.scope != self.scope {
            return Err(CaptureError::AnotherScope);
        }
        self.encrypt(record::encode(record, key)?)
    }

    /// Signs what an Agent encrypted, if it has the form of an envelope to this certificate. What lies inside, only the
    /// certificate's private key shows: whoever opens it compares `captured_at` and every other field then.
    pub fn countersign(
        &self,
        envelope: &[u8],
        captured_at: OffsetDateTime,
        signer: &CaptureSigner,
    ) -> Result<Vec<u8>, CountersignError> {
        if envelope.len() > MAX_BYTES {
            return Err(CapturedKeyError::TooLarge.into());
        }
        let parsed = Envelope::parse(envelope)?;
        let is_recipient = parsed.recipient.to_der().is_ok_and(|id| id == self.id);
        if !is_recipient || parsed.encrypted_key_bytes() != self.public_key.ciphertext_size() {
            return Err(CountersignError::AnotherCertificate);
        }
        let content = signer.sign_content(envelope, captured_at)?;
        if content.len() > MAX_BYTES {
            return Err(CapturedKeyError::TooLarge.into());
        }
        Ok(content)
    }

    fn encrypt(&self, mut plaintext: Zeroizing<Vec<u8>>) -> Result<Vec<u8>, CaptureError> {
        let mut content_key = Zeroizing::new([0; CONTENT_KEY_BYTES]);
        let mut nonce = [0; GCM_NONCE_BYTES];
        rand::fill(&mut *content_key).map_err(|_| CaptureError::Randomness)?;
        rand::fill(&mut nonce).map_err(|_| CaptureError::Randomness)?;

        let mut encrypted_key = vec![0; self.public_key.ciphertext_size()];
        self.public_key
            .encrypt(
                &OAEP_SHA256_MGF1SHA256,
                &*content_key,
                &mut encrypted_key,
                None,
            )
            .map_err(|_| CaptureError::Encryption)?;
        let tag = gcm(&*content_key)
            .ok_or(CaptureError::Encryption)?
            .seal_in_place_separate_tag(
                Nonce::assume_unique_for_key(nonce),
                Aad::empty(),
                &mut plaintext,
            )
            .map_err(|_| CaptureError::Encryption)?;
        Ok(encode::enveloped(&EnvelopeParts {
            recipient: &self.id,
            encrypted_key: &encrypted_key,
            nonce,
            ciphertext: &plaintext,
            tag: tag.as_ref(),
        }))
    }
}

/// Captures one key; [`CaptureRecipient::capture`] captures many.
pub fn capture(
    record: &CaptureRecord,
    key: &EncryptionKey,
    certificate: &GroupCertificate,
    signer: &CaptureSigner,
) -> Result<Vec<u8>, CaptureError> {
    CaptureRecipient::new(certificate)?.capture(record, key, signer)
}
