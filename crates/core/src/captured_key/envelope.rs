//! The inner layer: AuthEnvelopedData (RFC 5083), AES-256-GCM, the content key by RSAES-OAEP.

use aws_lc_rs::aead::{AES_256_GCM, Aad, LessSafeKey, Nonce, UnboundKey};
use cms::authenveloped_data::AuthEnvelopedData;
use cms::cert::IssuerAndSerialNumber;
use cms::content_info::{CmsVersion, ContentInfo};
use cms::enveloped_data::{
    EncryptedContentInfo, RecipientIdentifier, RecipientInfo, RecipientInfos,
};
use const_oid::db::rfc5911::{ID_CT_AUTH_ENVELOPED_DATA, ID_DATA};
use der::Encode as _;
use zeroize::Zeroizing;

use super::algorithms::{self, GCM_NONCE_BYTES, GCM_TAG_BYTES, RSAES_OAEP_SHA256};
use super::signature::exactly;
use super::{CapturedKeyError, OpenError, PADDING_BYTES};
use crate::key_pair::PrivateKey;

/// RSA-3072 to RSA-8192, as Group Certificates have them.
const ENCRYPTED_KEY_BYTES: std::ops::RangeInclusive<usize> = 384..=1024;

/// What AuthEnvelopedData says beyond what it always says.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Envelope {
    /// Names the Group Certificate.
    pub(super) recipient: IssuerAndSerialNumber,
    encrypted_key: Vec<u8>,
    nonce: [u8; GCM_NONCE_BYTES],
    /// Ciphertext, then tag.
    ciphertext: Vec<u8>,
}

impl Envelope {
    pub(super) fn parse(content: &[u8]) -> Result<Self, CapturedKeyError> {
        let content_info: ContentInfo = exactly(content)?;
        if content_info.content_type != ID_CT_AUTH_ENVELOPED_DATA {
            return Err(CapturedKeyError::ContentType);
        }
        let content = content_info
            .content
            .to_der()
            .map_err(|_| CapturedKeyError::Malformed)?;
        let data: AuthEnvelopedData = exactly(&content)?;
        if data.version != CmsVersion::V0 {
            return Err(CapturedKeyError::Version);
        }
        if data.originator_info.is_some() {
            return Err(CapturedKeyError::Originator);
        }
        if data.auth_attrs.is_some() || data.unauth_attrs.is_some() {
            return Err(CapturedKeyError::EnvelopeAttributes);
        }
        let (recipient, encrypted_key) = recipient(&data.recip_infos)?;
        let (nonce, mut ciphertext) = encrypted_content(data.auth_encrypted_content_info)?;
        if data.mac.as_bytes().len() != GCM_TAG_BYTES {
            return Err(CapturedKeyError::TagLength);
        }
        ciphertext.extend_from_slice(data.mac.as_bytes());
        Ok(Self {
            recipient,
            encrypted_key,
            nonce,
            ciphertext,
        })
    }

    /// As many as the recipient's modulus has.
    pub(super) fn encrypted_key_bytes(&self) -> usize {
        self.encrypted_key.len()
    }

    pub(super) fn open(&self, private_key: &PrivateKey) -> Result<Zeroizing<Vec<u8>>, OpenError> {
        let content_key = private_key
            .decrypt_oaep(&self.encrypted_key)
            .map_err(|_| OpenError::AnotherKeyPair)?;
        let cipher = gcm(&content_key).ok_or(OpenError::ContentKeyLength)?;
        let mut plaintext = Zeroizing::new(self.ciphertext.clone());
        let length = cipher
            .open_in_place(
                Nonce::assume_unique_for_key(self.nonce),
                Aad::empty(),
                &mut plaintext,
            )
            .map_err(|_| OpenError::ContentChanged)?
            .len();
        plaintext.truncate(length);
        Ok(plaintext)
    }
}

/// The content cipher; `None` if the key does not have 32 bytes.
pub(super) fn gcm(content_key: &[u8]) -> Option<LessSafeKey> {
    UnboundKey::new(&AES_256_GCM, content_key)
        .ok()
        .map(LessSafeKey::new)
}

fn recipient(
    recipients: &RecipientInfos,
) -> Result<(IssuerAndSerialNumber, Vec<u8>), CapturedKeyError> {
    let [RecipientInfo::Ktri(recipient)] = recipients.0.as_slice() else {
        return Err(CapturedKeyError::Recipients);
    };
    let RecipientIdentifier::IssuerAndSerialNumber(certificate) = &recipient.rid else {
        return Err(CapturedKeyError::Recipients);
    };
    if recipient.version != CmsVersion::V0 {
        return Err(CapturedKeyError::Recipients);
    }
    if !algorithms::is(&recipient.key_enc_alg, RSAES_OAEP_SHA256) {
        return Err(CapturedKeyError::KeyEncryptionAlgorithm);
    }
    let encrypted_key = recipient.enc_key.as_bytes();
    if !ENCRYPTED_KEY_BYTES.contains(&encrypted_key.len()) {
        return Err(CapturedKeyError::EncryptedKeyLength);
    }
    Ok((certificate.clone(), encrypted_key.to_vec()))
}

fn encrypted_content(
    content: EncryptedContentInfo,
) -> Result<([u8; GCM_NONCE_BYTES], Vec<u8>), CapturedKeyError> {
    if content.content_type != ID_DATA {
        return Err(CapturedKeyError::ContentType);
    }
    let nonce = algorithms::aes_256_gcm_nonce(&content.content_enc_alg)
        .ok_or(CapturedKeyError::ContentEncryptionAlgorithm)?;
    let ciphertext = content
        .encrypted_content
        .map(|octets| octets.into_bytes().into_vec())
        .unwrap_or_default();
    if ciphertext.is_empty() || !ciphertext.len().is_multiple_of(PADDING_BYTES) {
        return Err(CapturedKeyError::ContentLength);
    }
    Ok((nonce, ciphertext))
}
