//! Faults of the outer layer: SignedData.

use cms::cert::CertificateChoices;
use cms::content_info::CmsVersion;
use cms::revocation::RevocationInfoChoices;
use cms::signed_data::{CertificateSet, SignerIdentifier, SignerInfos};
use const_oid::ObjectIdentifier;
use const_oid::db::rfc5911::{ID_CONTENT_TYPE, ID_CT_AUTH_ENVELOPED_DATA, ID_SIGNING_TIME};
use der::DecodePem as _;
use der::asn1::{Any, SetOfVec};
use time::macros::datetime;
use x509_cert::Certificate;
use x509_cert::ext::pkix::SubjectKeyIdentifier;

use super::{algorithm, good, octets, vector};
use crate::forge::attribute;
use crate::index::Vector;
use crate::pki;

#[expect(clippy::too_many_lines, reason = "a table of faults")]
pub(super) fn refused() -> Vec<Vector> {
    let sha512 = || algorithm("2.16.840.1.101.3.4.2.3", None);
    let sha384_ecdsa = algorithm("1.2.840.10045.4.3.3", None);
    let root = CertificateChoices::Certificate(Certificate::from_pem(pki("root.pem")).unwrap());
    let key_id = SignerIdentifier::SubjectKeyIdentifier(SubjectKeyIdentifier(octets(20)));
    let extra = || attribute(ObjectIdentifier::new_unwrap("1.2.3.4"), Any::null());
    let another = good().encrypt("group.pem").sign().outer.encap_content_info;
    vec![
        vector(
            "version-3",
            "captured-key-version",
            &good().outer(|data| data.version = CmsVersion::V3),
        ),
        vector(
            "signer-version-3",
            "captured-key-version",
            &good().signer(|signer| signer.version = CmsVersion::V3),
        ),
        vector(
            "digest-algorithms-sha512",
            "captured-key-digest-algorithm",
            &good()
                .outer(|data| data.digest_algorithms = SetOfVec::try_from(vec![sha512()]).unwrap()),
        ),
        vector(
            "signer-digest-sha512",
            "captured-key-digest-algorithm",
            &good().signer(|signer| signer.digest_alg = sha512()),
        ),
        vector(
            "no-certificate",
            "captured-key-certificates",
            &good().outer(|data| data.certificates = None),
        ),
        vector(
            "two-certificates",
            "captured-key-certificates",
            &good().outer(|data| {
                let mut both = data.certificates.take().unwrap().0.into_vec();
                both.push(root);
                data.certificates = Some(CertificateSet::try_from(both).unwrap());
            }),
        ),
        vector(
            "revocation-lists",
            "captured-key-revocation-lists",
            &good().outer(|data| data.crls = Some(RevocationInfoChoices(SetOfVec::new()))),
        ),
        vector(
            "no-signer",
            "captured-key-signers",
            &good().outer(|data| data.signer_infos = SignerInfos(SetOfVec::new())),
        ),
        vector(
            "two-signers",
            "captured-key-signers",
            &good().outer(|data| {
                let mut signers = data.signer_infos.0.clone().into_vec();
                signers.extend(good().sign().outer.signer_infos.0.into_vec());
                data.signer_infos = SignerInfos::try_from(signers).unwrap();
            }),
        ),
        vector(
            "signer-by-key-id",
            "captured-key-signer-identifier",
            &good().signer(|signer| signer.sid = key_id),
        ),
        vector(
            "signature-sha384",
            "captured-key-signature-algorithm",
            &good().signer(|signer| signer.signature_algorithm = sha384_ecdsa),
        ),
        vector(
            "no-signed-attributes",
            "captured-key-signed-attributes",
            &good().signer(|signer| signer.signed_attrs = None),
        ),
        vector(
            "extra-signed-attribute",
            "captured-key-signed-attributes",
            &good()
                .attributes(|attributes| attributes.push(extra()))
                .sign(),
        ),
        vector(
            "no-content-type",
            "captured-key-signed-attributes",
            &good()
                .attributes(|attributes| attributes.retain(|one| one.oid != ID_CONTENT_TYPE))
                .sign(),
        ),
        vector(
            "no-signing-time",
            "captured-key-signing-time",
            &good()
                .attributes(|attributes| attributes.retain(|one| one.oid != ID_SIGNING_TIME))
                .sign(),
        ),
        vector(
            "unsigned-attribute",
            "captured-key-unsigned-attributes",
            &good().signer(|signer| {
                signer.unsigned_attrs = Some(SetOfVec::try_from(vec![extra()]).unwrap());
            }),
        ),
        vector(
            "detached",
            "captured-key-content-type",
            &good().outer(|data| data.encap_content_info.econtent = None),
        ),
        vector(
            "content-type-auth-enveloped-data",
            "captured-key-content-type",
            &good().outer(|data| data.encap_content_info.econtent_type = ID_CT_AUTH_ENVELOPED_DATA),
        ),
        vector(
            "content-swapped",
            "captured-key-changed-after-signing",
            &good().outer(|data| data.encap_content_info = another),
        ),
        vector(
            "signature-of-something-else",
            "captured-key-signature",
            &good().signer(|signer| {
                let other = good().signed_at(datetime!(2026-11-23 21:00:01 UTC)).sign();
                signer.signature = other.outer.signer_infos.0.get(0).unwrap().signature.clone();
            }),
        ),
        vector(
            "another-authority",
            "signer-not-trusted",
            &good().signed_by("capture-other-root.pem").sign(),
        ),
        vector(
            "signer-without-purpose",
            "signer-purpose",
            &good().signed_by("capture-no-purpose.pem").sign(),
        ),
        vector(
            "signer-expired-then",
            "signer-not-valid-then",
            &good().signed_at(datetime!(2036-01-01 00:00:01 UTC)).sign(),
        ),
    ]
}
