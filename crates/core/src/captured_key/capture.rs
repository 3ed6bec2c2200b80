//! Capturing: what the AccountServer does.

use aws_lc_rs::digest;
use aws_lc_rs::rand::SystemRandom;
use aws_lc_rs::signature::{ECDSA_P256_SHA256_ASN1_SIGNING, EcdsaKeyPair, KeyPair as _};
use der::{DecodePem as _, Encode as _, SecretDocument};
use x509_cert::Certificate;

use super::{CaptureError, CaptureRecord, CaptureSignerError, envelope, record, signature};
use crate::encryption_key::EncryptionKey;
use crate::group_certificate::GroupCertificate;

const PKCS8_LABEL: &str = "PRIVATE KEY";

/// The AccountServer's capture-signing certificate and its ECDSA P-256 private key.
pub struct CaptureSigner {
    key: EcdsaKeyPair,
    certificate: Certificate,
    certificate_der: Vec<u8>,
    rng: SystemRandom,
}

impl CaptureSigner {
    /// Takes a certificate and its unencrypted PKCS#8 key, both PEM.
    ///
    /// The certificate's path to the Authority is for the caller to check, with
    /// [`check_capture_signer`](crate::signing_certificate::check_capture_signer).
    pub fn from_pem(certificate: &[u8], key: &[u8]) -> Result<Self, CaptureSignerError> {
        let certificate =
            Certificate::from_pem(certificate).map_err(|_| CaptureSignerError::Certificate)?;
        let certificate_der = certificate
            .to_der()
            .map_err(|_| CaptureSignerError::Certificate)?;
        let key = std::str::from_utf8(key).map_err(|_| CaptureSignerError::Key)?;
        let (label, pkcs8) = SecretDocument::from_pem(key).map_err(|_| CaptureSignerError::Key)?;
        if label != PKCS8_LABEL {
            return Err(CaptureSignerError::Key);
        }
        let key = EcdsaKeyPair::from_pkcs8(&ECDSA_P256_SHA256_ASN1_SIGNING, pkcs8.as_bytes())
            .map_err(|_| CaptureSignerError::Key)?;
        let certified = certificate
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
            certificate_der,
            rng: SystemRandom::new(),
        })
    }

    /// The certificate, DER.
    #[must_use]
    pub fn certificate_der(&self) -> &[u8] {
        &self.certificate_der
    }

    fn sign(&self, message: &[u8]) -> Result<Vec<u8>, CaptureError> {
        let signature = self
            .key
            .sign(&self.rng, message)
            .map_err(|_| CaptureError::Signature)?;
        Ok(signature.as_ref().to_vec())
    }
}

/// Encrypts a key to a Group Certificate and signs the result: DER of CMS ContentInfo.
///
/// Looks neither at the certificate's validity nor at its revocation:
/// [`GroupCertificate::check`] does, before.
pub fn capture(
    record: &CaptureRecord,
    key: &EncryptionKey,
    certificate: &GroupCertificate,
    signer: &CaptureSigner,
) -> Result<Vec<u8>, CaptureError> {
    if record.certificate != certificate.fingerprint() {
        return Err(CaptureError::AnotherCertificate);
    }
    if record.scope != certificate.scope() {
        return Err(CaptureError::AnotherScope);
    }
    if record.captured_at.nanosecond() != 0 || !(1970..=9999).contains(&record.captured_at.year()) {
        return Err(CaptureError::Time);
    }
    let content = envelope::seal(&record::encode(record, key)?, certificate)?;
    let content_digest = digest::digest(&digest::SHA256, &content);
    let attributes = signature::signed_attributes(content_digest.as_ref(), record.captured_at)
        .map_err(|_| CaptureError::Encoding)?;
    let signature = signer.sign(&attributes.to_der().map_err(|_| CaptureError::Encoding)?)?;
    signature::encode(&content, attributes, &signature, &signer.certificate)
        .map_err(|_| CaptureError::Encoding)
}
