//! Captured keys with one thing changed, signed anew.

use aws_lc_rs::aead::{AES_256_GCM, Aad, LessSafeKey, Nonce, UnboundKey};
use aws_lc_rs::digest;
use aws_lc_rs::rand::SystemRandom;
use aws_lc_rs::rsa::{OAEP_SHA256_MGF1SHA256, OaepPublicEncryptingKey, PublicEncryptingKey};
use aws_lc_rs::signature::{ECDSA_P256_SHA256_ASN1_SIGNING, EcdsaKeyPair};
use cms::authenveloped_data::AuthEnvelopedData;
use cms::cert::{CertificateChoices, IssuerAndSerialNumber};
use cms::content_info::ContentInfo;
use cms::enveloped_data::RecipientInfo;
use cms::signed_data::{CertificateSet, SignedData, SignerIdentifier, SignerInfo, SignerInfos};
use const_oid::ObjectIdentifier;
use const_oid::db::rfc5911::{
    ID_CT_AUTH_ENVELOPED_DATA, ID_MESSAGE_DIGEST, ID_SIGNED_DATA, ID_SIGNING_TIME,
};
use der::asn1::{Any, OctetString, SetOfVec, UtcTime};
use der::{Decode as _, DecodePem as _, Encode as _, Tag};
use keyfold_core::captured_key::{CaptureRecord, CaptureSigner, capture};
use keyfold_core::encryption_key::EncryptionKey;
use keyfold_core::group_certificate::GroupCertificate;
use time::OffsetDateTime;
use x509_cert::Certificate;
use x509_cert::attr::Attribute;
use zeroize::Zeroizing;

use crate::{pkcs8, pki};

/// A captured key that can be changed at every layer.
pub(crate) struct Forgery {
    /// The record as JSON text, before padding.
    pub(crate) plaintext: String,
    pub(crate) content_key: Vec<u8>,
    pub(crate) inner: AuthEnvelopedData,
    pub(crate) inner_type: ObjectIdentifier,
    pub(crate) outer: SignedData,
}

impl Forgery {
    /// One without a fault.
    pub(crate) fn new(record: &CaptureRecord) -> Self {
        let certificate = GroupCertificate::from_pem(&pki("group.pem")).unwrap();
        let signer = CaptureSigner::from_pem(&pki("capture.pem"), &pki("capture-key.pem")).unwrap();
        let key = EncryptionKey::password(Zeroizing::new(b"correct horse".to_vec())).unwrap();
        let der = capture(record, &key, &certificate, &signer).unwrap();
        let outer: SignedData = content(&der);
        let econtent: OctetString = outer
            .encap_content_info
            .econtent
            .as_ref()
            .unwrap()
            .decode_as()
            .unwrap();
        let plaintext = format!(
            r#"{{"version":1,"account":"{}","scope":"{}","key_id":"{}","certificate":"{}","captured_at":"{}","secrets":[{{"name":"password","value":"Y29ycmVjdCBob3JzZQ=="}}]}}"#,
            record.account,
            record.scope,
            record.key_id,
            record.certificate,
            record
                .captured_at
                .format(&time::format_description::well_known::Rfc3339)
                .unwrap(),
        );
        Self {
            plaintext,
            content_key: vec![0x5c; 32],
            inner: content(econtent.as_bytes()),
            inner_type: ID_CT_AUTH_ENVELOPED_DATA,
            outer,
        }
    }

    /// Encrypts the plaintext anew, to the certificate of that name.
    pub(crate) fn encrypt(mut self, certificate: &str) -> Self {
        let mut content = self.plaintext.clone().into_bytes();
        content.resize(content.len().next_multiple_of(512), b' ');
        let nonce = [0x6d; 12];
        let mut aes_key = self.content_key.clone();
        aes_key.resize(32, 0);
        let tag = LessSafeKey::new(UnboundKey::new(&AES_256_GCM, &aes_key).unwrap())
            .seal_in_place_separate_tag(
                Nonce::assume_unique_for_key(nonce),
                Aad::empty(),
                &mut content,
            )
            .unwrap();
        let parameters = [&[0x04, 0x0c], &nonce[..], &[0x02, 0x01, 0x10]].concat();
        self.inner
            .auth_encrypted_content_info
            .content_enc_alg
            .parameters = Some(Any::new(Tag::Sequence, parameters).unwrap());
        self.inner.auth_encrypted_content_info.encrypted_content =
            Some(OctetString::new(content).unwrap());
        self.inner.mac = OctetString::new(tag.as_ref()).unwrap();

        let group = GroupCertificate::from_pem(&pki(certificate)).unwrap();
        let key = PublicEncryptingKey::from_der(group.spki_der()).unwrap();
        let mut encrypted = vec![0; 384];
        OaepPublicEncryptingKey::new(key)
            .unwrap()
            .encrypt(
                &OAEP_SHA256_MGF1SHA256,
                &self.content_key,
                &mut encrypted,
                None,
            )
            .unwrap();
        self.recipients(|recipients| {
            let RecipientInfo::Ktri(recipient) = &mut recipients[0] else {
                panic!()
            };
            recipient.enc_key = OctetString::new(encrypted).unwrap();
        })
    }

    /// With another text in the place of one in the record.
    pub(crate) fn say(mut self, from: &str, to: &str) -> Self {
        assert!(self.plaintext.contains(from), "{from}");
        self.plaintext = self.plaintext.replace(from, to);
        self.encrypt("group.pem")
    }

    pub(crate) fn inner(mut self, change: impl FnOnce(&mut AuthEnvelopedData)) -> Self {
        change(&mut self.inner);
        self
    }

    pub(crate) fn recipients(mut self, change: impl FnOnce(&mut Vec<RecipientInfo>)) -> Self {
        let mut recipients = self.inner.recip_infos.0.clone().into_vec();
        change(&mut recipients);
        self.inner.recip_infos = recipients.try_into().unwrap();
        self
    }

    pub(crate) fn outer(mut self, change: impl FnOnce(&mut SignedData)) -> Self {
        change(&mut self.outer);
        self
    }

    pub(crate) fn signer(mut self, change: impl FnOnce(&mut SignerInfo)) -> Self {
        let mut signers = self.outer.signer_infos.0.clone().into_vec();
        change(&mut signers[0]);
        self.outer.signer_infos = SignerInfos::try_from(signers).unwrap();
        self
    }

    pub(crate) fn attributes(self, change: impl FnOnce(&mut Vec<Attribute>)) -> Self {
        self.signer(|signer| {
            let mut attributes = signer.signed_attrs.take().unwrap().into_vec();
            change(&mut attributes);
            signer.signed_attrs = Some(SetOfVec::try_from(attributes).unwrap());
        })
    }

    /// Signed at another time than captured.
    pub(crate) fn signed_at(self, time: OffsetDateTime) -> Self {
        let since = (time - OffsetDateTime::UNIX_EPOCH).unsigned_abs();
        let time = UtcTime::from_unix_duration(since).unwrap();
        self.attributes(|attributes| {
            replace(
                attributes,
                ID_SIGNING_TIME,
                Any::encode_from(&time).unwrap(),
            );
        })
    }

    /// With the certificate of that name, which is for the same key.
    pub(crate) fn signed_by(self, certificate: &str) -> Self {
        let certificate = Certificate::from_pem(pki(certificate)).unwrap();
        let sid = SignerIdentifier::IssuerAndSerialNumber(IssuerAndSerialNumber {
            issuer: certificate.tbs_certificate().issuer().clone(),
            serial_number: certificate.tbs_certificate().serial_number().clone(),
        });
        let choices = vec![CertificateChoices::Certificate(certificate)];
        self.outer(|data| data.certificates = Some(CertificateSet::try_from(choices).unwrap()))
            .signer(|signer| signer.sid = sid)
    }

    /// Signs it all anew.
    pub(crate) fn sign(mut self) -> Self {
        let inner = ContentInfo {
            content_type: self.inner_type,
            content: Any::encode_from(&self.inner).unwrap(),
        };
        let inner = OctetString::new(inner.to_der().unwrap()).unwrap();
        let digest = digest::digest(&digest::SHA256, inner.as_bytes());
        let digest = Any::encode_from(&OctetString::new(digest.as_ref()).unwrap()).unwrap();
        self.outer.encap_content_info.econtent = Some(Any::encode_from(&inner).unwrap());
        self.attributes(|attributes| replace(attributes, ID_MESSAGE_DIGEST, digest))
            .signer(|signer| {
                let message = signer.signed_attrs.as_ref().unwrap().to_der().unwrap();
                let key = pkcs8("capture-key.pem");
                let key = EcdsaKeyPair::from_pkcs8(&ECDSA_P256_SHA256_ASN1_SIGNING, key.as_bytes())
                    .unwrap();
                let signature = key.sign(&SystemRandom::new(), &message).unwrap();
                signer.signature = OctetString::new(signature.as_ref()).unwrap();
            })
    }

    pub(crate) fn der(&self) -> Vec<u8> {
        let content = Any::encode_from(&self.outer).unwrap();
        ContentInfo {
            content_type: ID_SIGNED_DATA,
            content,
        }
        .to_der()
        .unwrap()
    }
}

/// An attribute with one value.
pub(crate) fn attribute(oid: ObjectIdentifier, value: Any) -> Attribute {
    Attribute {
        oid,
        values: SetOfVec::try_from(vec![value]).unwrap(),
    }
}

fn replace(attributes: &mut [Attribute], oid: ObjectIdentifier, value: Any) {
    if let Some(found) = attributes.iter_mut().find(|attribute| attribute.oid == oid) {
        *found = attribute(oid, value);
    }
}

fn content<T: for<'a> der::DecodeValue<'a, Error = der::Error> + der::FixedTag>(der: &[u8]) -> T {
    ContentInfo::from_der(der)
        .unwrap()
        .content
        .decode_as()
        .unwrap()
}
