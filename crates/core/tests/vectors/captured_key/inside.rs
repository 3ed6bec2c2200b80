//! Faults of the inner layer: AuthEnvelopedData.

use cms::content_info::CmsVersion;
use cms::enveloped_data::{OriginatorInfo, RecipientIdentifier, RecipientInfo};
use const_oid::db::rfc5911::{ID_CONTENT_TYPE, ID_ENVELOPED_DATA};
use der::Tag;
use der::asn1::{Any, SetOfVec};
use x509_cert::ext::pkix::SubjectKeyIdentifier;

use super::{algorithm, good, octets, vector};
use crate::forge::{Forgery, attribute};
use crate::index::Vector;

#[expect(clippy::too_many_lines, reason = "a table of faults")]
pub(super) fn refused() -> Vec<Vector> {
    let recipient = |change: fn(&mut cms::enveloped_data::KeyTransRecipientInfo)| {
        good().recipients(|recipients| {
            let RecipientInfo::Ktri(recipient) = &mut recipients[0] else {
                panic!()
            };
            change(recipient);
        })
    };
    let mut enveloped = good();
    enveloped.inner_type = ID_ENVELOPED_DATA;
    let attributes =
        || Some(SetOfVec::try_from(vec![attribute(ID_CONTENT_TYPE, Any::null())]).unwrap());
    let inside = |file: &str, expect: &str, forgery: Forgery| vector(file, expect, &forgery.sign());
    let key_encryption = "captured-key-key-encryption-algorithm";
    let content_encryption = "captured-key-content-encryption-algorithm";
    vec![
        inside(
            "inner-enveloped-data",
            "captured-key-content-type",
            enveloped,
        ),
        inside(
            "inner-version-1",
            "captured-key-version",
            good().inner(|data| data.version = CmsVersion::V1),
        ),
        inside(
            "originator",
            "captured-key-originator",
            good().inner(|data| {
                data.originator_info = Some(OriginatorInfo {
                    certs: None,
                    crls: None,
                });
            }),
        ),
        inside(
            "authenticated-attributes",
            "captured-key-envelope-attributes",
            good().inner(|data| data.auth_attrs = attributes()),
        ),
        inside(
            "unauthenticated-attributes",
            "captured-key-envelope-attributes",
            good().inner(|data| data.unauth_attrs = attributes()),
        ),
        inside(
            "no-recipient",
            "captured-key-recipients",
            good().recipients(Vec::clear),
        ),
        inside(
            "two-recipients",
            "captured-key-recipients",
            good().recipients(|recipients| {
                recipients.extend(
                    good()
                        .encrypt("other-group.pem")
                        .inner
                        .recip_infos
                        .0
                        .into_vec(),
                );
            }),
        ),
        inside(
            "recipient-by-key-id",
            "captured-key-recipients",
            recipient(|info| {
                info.rid =
                    RecipientIdentifier::SubjectKeyIdentifier(SubjectKeyIdentifier(octets(20)));
            }),
        ),
        inside(
            "oaep-sha1",
            key_encryption,
            recipient(|info| {
                let parameters = Any::new(Tag::Sequence, []).unwrap();
                info.key_enc_alg = algorithm("1.2.840.113549.1.1.7", Some(parameters));
            }),
        ),
        inside(
            "pkcs1",
            key_encryption,
            recipient(|info| {
                info.key_enc_alg = algorithm("1.2.840.113549.1.1.1", Some(Any::null()));
            }),
        ),
        inside(
            "rsa-2048",
            "captured-key-encrypted-key-length",
            recipient(|info| info.enc_key = octets(256)),
        ),
        inside(
            "aes-128",
            content_encryption,
            good().inner(|data| {
                let parameters = data
                    .auth_encrypted_content_info
                    .content_enc_alg
                    .parameters
                    .take();
                data.auth_encrypted_content_info.content_enc_alg =
                    algorithm("2.16.840.1.101.3.4.1.6", parameters);
            }),
        ),
        inside(
            "tag-of-12-bytes",
            content_encryption,
            good().inner(|data| {
                let parameters = [&[0x04, 0x0c][..], &[7; 12]].concat();
                data.auth_encrypted_content_info.content_enc_alg.parameters =
                    Some(Any::new(Tag::Sequence, parameters).unwrap());
                data.mac = octets(12);
            }),
        ),
        inside(
            "content-of-511-bytes",
            "captured-key-content-length",
            good().inner(|data| {
                data.auth_encrypted_content_info.encrypted_content = Some(octets(511));
            }),
        ),
        inside(
            "no-content",
            "captured-key-content-length",
            good().inner(|data| data.auth_encrypted_content_info.encrypted_content = None),
        ),
        inside(
            "short-tag",
            "captured-key-tag-length",
            good().inner(|data| data.mac = octets(15)),
        ),
        inside(
            "other-tag",
            "open-content-changed",
            good().inner(|data| data.mac = octets(16)),
        ),
        inside(
            "another-recipient",
            "open-another-key-pair",
            good().encrypt("other-group.pem"),
        ),
        inside("content-key-of-16-bytes", "open-content-key-length", {
            let mut forgery = good();
            forgery.content_key.truncate(16);
            forgery.encrypt("group.pem")
        }),
    ]
}
