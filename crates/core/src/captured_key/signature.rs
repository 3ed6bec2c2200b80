//! The outer layer: SignedData (RFC 5652 §5), one ECDSA P-256 signer with its certificate.

use aws_lc_rs::signature::{ECDSA_P256_SHA256_ASN1, UnparsedPublicKey};
use cms::cert::{CertificateChoices, IssuerAndSerialNumber};
use cms::content_info::{CmsVersion, ContentInfo};
use cms::signed_data::{
    CertificateSet, EncapsulatedContentInfo, SignedAttributes, SignedData, SignerIdentifier,
    SignerInfo,
};
use const_oid::db::rfc5911::{ID_DATA, ID_MESSAGE_DIGEST, ID_SIGNED_DATA, ID_SIGNING_TIME};
use der::asn1::OctetString;
use der::{Decode, Encode};
use spki::SubjectPublicKeyInfoRef;
use time::OffsetDateTime;
use x509_cert::Certificate;
use x509_cert::time::Time;

use super::algorithms::{self, ECDSA_WITH_SHA256, SHA256};
use super::{CapturedKeyError, VerifyError, encode};
use crate::authority_root::AuthorityRoot;
use crate::signing_certificate::check_capture_signer;

const DIGEST_BYTES: usize = 32;

/// What SignedData says beyond what it always says.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct SignedContent {
    pub(super) content: Vec<u8>,
    pub(super) message_digest: [u8; DIGEST_BYTES],
    pub(super) signing_time: OffsetDateTime,
    /// DER as signed: with the tag of SET OF (RFC 5652 §5.4).
    signed_attributes: Vec<u8>,
    signature: Vec<u8>,
    signer_certificate: Vec<u8>,
}

impl SignedContent {
    pub(super) fn parse(der: &[u8]) -> Result<Self, CapturedKeyError> {
        let content_info: ContentInfo = exactly(der)?;
        if content_info.content_type != ID_SIGNED_DATA {
            return Err(CapturedKeyError::NotSignedData);
        }
        let content = content_info
            .content
            .to_der()
            .map_err(|_| CapturedKeyError::Malformed)?;
        let data: SignedData = exactly(&content)?;
        if data.version != CmsVersion::V1 {
            return Err(CapturedKeyError::Version);
        }
        if !matches!(data.digest_algorithms.as_slice(), [one] if algorithms::is(one, SHA256)) {
            return Err(CapturedKeyError::DigestAlgorithm);
        }
        if data.crls.is_some() {
            return Err(CapturedKeyError::RevocationLists);
        }
        let certificate = signer_certificate(data.certificates)?;
        let [signer] = data.signer_infos.0.as_slice() else {
            return Err(CapturedKeyError::Signers);
        };
        check_signer(signer, &certificate)?;
        let attributes = signer
            .signed_attrs
            .as_ref()
            .ok_or(CapturedKeyError::SignedAttributes)?;
        let (message_digest, signing_time) = read_attributes(attributes)?;
        Ok(Self {
            content: content_octets(&data.encap_content_info)?,
            message_digest,
            signing_time,
            signed_attributes: attributes
                .to_der()
                .map_err(|_| CapturedKeyError::Malformed)?,
            signature: signer.signature.as_bytes().to_vec(),
            signer_certificate: certificate
                .to_der()
                .map_err(|_| CapturedKeyError::Malformed)?,
        })
    }

    pub(super) fn verify_signature(
        &self,
        root: &AuthorityRoot,
        intermediates: &[Vec<u8>],
    ) -> Result<(), VerifyError> {
        let spki = check_capture_signer(
            &self.signer_certificate,
            root,
            intermediates,
            self.signing_time,
        )?;
        let point = SubjectPublicKeyInfoRef::from_der(&spki)
            .ok()
            .and_then(|spki| spki.subject_public_key.as_bytes().map(<[u8]>::to_vec))
            .ok_or(VerifyError::Signature)?;
        UnparsedPublicKey::new(&ECDSA_P256_SHA256_ASN1, point)
            .verify(&self.signed_attributes, &self.signature)
            .map_err(|_| VerifyError::Signature)
    }
}

/// How CMS names a certificate.
pub(super) fn issuer_and_serial_number(certificate: &Certificate) -> IssuerAndSerialNumber {
    IssuerAndSerialNumber {
        issuer: certificate.tbs_certificate().issuer().clone(),
        serial_number: certificate.tbs_certificate().serial_number().clone(),
    }
}

/// A value whose only DER encoding is these bytes, all of them.
pub(super) fn exactly<'a, T: Decode<'a> + Encode>(der: &'a [u8]) -> Result<T, CapturedKeyError> {
    T::from_der(der)
        .ok()
        .filter(|value| value.to_der().is_ok_and(|again| again == der))
        .ok_or(CapturedKeyError::Malformed)
}

fn identifier(certificate: &Certificate) -> SignerIdentifier {
    SignerIdentifier::IssuerAndSerialNumber(issuer_and_serial_number(certificate))
}

fn signer_certificate(
    certificates: Option<CertificateSet>,
) -> Result<Certificate, CapturedKeyError> {
    let mut choices = certificates.map(|set| set.0.into_vec()).unwrap_or_default();
    match (choices.pop(), choices.is_empty()) {
        (Some(CertificateChoices::Certificate(certificate)), true) => Ok(certificate),
        _ => Err(CapturedKeyError::Certificates),
    }
}

fn check_signer(signer: &SignerInfo, certificate: &Certificate) -> Result<(), CapturedKeyError> {
    if signer.version != CmsVersion::V1 {
        return Err(CapturedKeyError::Version);
    }
    if signer.sid != identifier(certificate) {
        return Err(CapturedKeyError::SignerIdentifier);
    }
    if !algorithms::is(&signer.digest_alg, SHA256) {
        return Err(CapturedKeyError::DigestAlgorithm);
    }
    if !algorithms::is(&signer.signature_algorithm, ECDSA_WITH_SHA256) {
        return Err(CapturedKeyError::SignatureAlgorithm);
    }
    if signer.unsigned_attrs.is_some() {
        return Err(CapturedKeyError::UnsignedAttributes);
    }
    Ok(())
}

fn content_octets(content: &EncapsulatedContentInfo) -> Result<Vec<u8>, CapturedKeyError> {
    let octets = content
        .econtent
        .as_ref()
        .and_then(|any| any.decode_as::<OctetString>().ok());
    match octets {
        Some(octets) if content.econtent_type == ID_DATA => Ok(octets.as_bytes().to_vec()),
        _ => Err(CapturedKeyError::ContentType),
    }
}

/// Message digest and signing time, if the attributes are exactly those of [`encode::signed_attributes`].
fn read_attributes(
    attributes: &SignedAttributes,
) -> Result<([u8; DIGEST_BYTES], OffsetDateTime), CapturedKeyError> {
    let value = |oid| {
        attributes
            .iter()
            .find(|attribute| attribute.oid == oid)
            .and_then(|attribute| attribute.values.get(0))
    };
    let digest: [u8; DIGEST_BYTES] = value(ID_MESSAGE_DIGEST)
        .and_then(|any| any.decode_as::<OctetString>().ok())
        .and_then(|octets| octets.as_bytes().try_into().ok())
        .ok_or(CapturedKeyError::SignedAttributes)?;
    let time = value(ID_SIGNING_TIME)
        .and_then(|any| any.to_der().ok())
        .and_then(|der| Time::from_der(&der).ok())
        .and_then(|time| i64::try_from(time.to_unix_duration().as_secs()).ok())
        .and_then(|seconds| OffsetDateTime::from_unix_timestamp(seconds).ok())
        .ok_or(CapturedKeyError::SigningTime)?;
    // Made again from what was read: nothing more, nothing twice, no other encoding.
    let again = encode::signed_attributes(&digest, time);
    if attributes.to_der().ok() != again {
        return Err(CapturedKeyError::SignedAttributes);
    }
    Ok((digest, time))
}
