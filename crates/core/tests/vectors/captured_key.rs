//! Captured keys.

use cms::cert::CertificateChoices;
use cms::content_info::CmsVersion;
use cms::enveloped_data::{OriginatorInfo, RecipientIdentifier, RecipientInfo};
use cms::revocation::RevocationInfoChoices;
use cms::signed_data::{CertificateSet, SignerIdentifier, SignerInfos};
use const_oid::ObjectIdentifier;
use const_oid::db::rfc5911::{
    ID_CONTENT_TYPE, ID_CT_AUTH_ENVELOPED_DATA, ID_ENVELOPED_DATA, ID_SIGNING_TIME,
};
use der::asn1::{Any, OctetString, SetOfVec};
use der::pem::LineEnding;
use der::{Decode as _, DecodePem as _, Tag};
use keyfold_core::authority_root::AuthorityRoot;
use keyfold_core::captured_key::{CaptureRecord, CaptureSigner, CapturedKey, capture};
use keyfold_core::encryption_key::{EncryptionKey, NamedSecret};
use keyfold_core::group_certificate::GroupCertificate;
use spki::AlgorithmIdentifierOwned;
use time::macros::datetime;
use x509_cert::Certificate;
use x509_cert::ext::pkix::SubjectKeyIdentifier;
use zeroize::Zeroizing;

use crate::forge::{Forgery, attribute};
use crate::index::{ACCEPTED, Vector, walk, write};
use crate::{pki, private_key};

const OTHER: &str = "11111111-1111-4111-8111-111111111111";

/// What the AccountServer says of every vector.
fn record() -> CaptureRecord {
    let certificate = GroupCertificate::from_pem(&pki("group.pem")).unwrap();
    CaptureRecord {
        account: "0d9a63a9-6ea2-4a52-9a1c-2d4a5f3f7c11".parse().unwrap(),
        scope: certificate.scope(),
        key_id: "c56a4180-65aa-42ec-a945-5fd21dec0538".parse().unwrap(),
        certificate: certificate.fingerprint(),
        captured_at: datetime!(2026-11-23 21:00:00 UTC),
    }
}

fn judge(file: &[u8]) -> String {
    let captured = match CapturedKey::from_pem_or_der(file) {
        Ok(captured) => captured,
        Err(error) => return error.code().to_owned(),
    };
    let root = AuthorityRoot::from_pem(&pki("root.pem")).unwrap();
    let verified = match captured.verify(&root, &[]) {
        Ok(verified) => verified,
        Err(error) => return error.code().to_owned(),
    };
    match verified.open(&private_key("group-key.pem"), Some(&record())) {
        Ok((_, key)) => {
            assert_eq!(key.secret("password").unwrap().value(), b"correct horse");
            ACCEPTED.to_owned()
        }
        Err(error) => error.code().to_owned(),
    }
}

#[test]
fn captured_keys() {
    walk("captured_key", judge);
}

#[test]
#[ignore = "makes the vectors anew"]
fn make_captured_keys() {
    let mut vectors = accepted();
    vectors.extend(refused_as_a_whole());
    vectors.extend(refused_outside());
    vectors.extend(refused_inside());
    vectors.extend(refused_in_the_record());
    write(
        "captured_key",
        "Captured keys of account 0d9a63a9-6ea2-4a52-9a1c-2d4a5f3f7c11 and key c56a4180-65aa-42ec-a945-5fd21dec0538, \
         captured 2026-11-23T21:00:00Z to pki/group.pem. Each refused one is password.der with one fault, and signed \
         anew unless the fault is in the signature.",
        vectors,
    );
}

fn good() -> Forgery {
    Forgery::new(&record())
}

fn vector(file: &str, expect: &str, forgery: &Forgery) -> Vector {
    Vector::new(&format!("{file}.der"), expect, forgery.der())
}

fn algorithm(oid: &str, parameters: Option<Any>) -> AlgorithmIdentifierOwned {
    AlgorithmIdentifierOwned {
        oid: ObjectIdentifier::new_unwrap(oid),
        parameters,
    }
}

fn octets(length: usize) -> OctetString {
    OctetString::new(vec![7; length]).unwrap()
}

fn accepted() -> Vec<Vector> {
    let secrets = [
        ("password", &b"correct horse"[..]),
        ("key-file", &[0, 159, 146, 150]),
    ]
    .map(|(name, value)| NamedSecret::new(name, Zeroizing::new(value.to_vec())).unwrap());
    let two = capture(
        &record(),
        &EncryptionKey::new(secrets.into()).unwrap(),
        &GroupCertificate::from_pem(&pki("group.pem")).unwrap(),
        &CaptureSigner::from_pem(&pki("capture.pem"), &pki("capture-key.pem")).unwrap(),
    );
    let pem = der::pem::encode_string("CMS", LineEnding::LF, &good().der()).unwrap();
    vec![
        vector("password", ACCEPTED, &good()),
        vector(
            "forged-without-fault",
            ACCEPTED,
            &good().encrypt("group.pem").sign(),
        ),
        Vector::new("two-secrets.der", ACCEPTED, two.unwrap()),
        Vector::new("password.pem", ACCEPTED, pem),
    ]
}

fn refused_as_a_whole() -> Vec<Vector> {
    let malformed = "captured-key-malformed";
    let der = good().der();
    let inner = der::asn1::OctetString::from_der(
        &der::Encode::to_der(good().outer.encap_content_info.econtent.as_ref().unwrap()).unwrap(),
    )
    .unwrap();
    // The first length in one byte more than it takes: BER, not DER.
    let long_length = [&[0x30, 0x83, 0x00], &der[2..]].concat();
    let pem = |label| der::pem::encode_string(label, LineEnding::LF, &der).unwrap();
    vec![
        Vector::new("empty.der", malformed, ""),
        Vector::new("cut-short.der", malformed, &der[..der.len() - 1]),
        Vector::new("trailing-byte.der", malformed, [&der[..], &[0]].concat()),
        Vector::new("ber-length.der", malformed, long_length),
        Vector::new("two-blocks.pem", malformed, pem("CMS").repeat(2)),
        Vector::new("other-label.pem", malformed, pem("CERTIFICATE")),
        Vector::new(
            "unsigned.der",
            "captured-key-not-signed-data",
            inner.as_bytes(),
        ),
    ]
}

fn refused_outside() -> Vec<Vector> {
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
                signer.unsigned_attrs = Some(SetOfVec::try_from(vec![extra()]).unwrap())
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

fn refused_inside() -> Vec<Vector> {
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
                })
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
                info.key_enc_alg = algorithm("1.2.840.113549.1.1.1", Some(Any::null()))
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
                data.auth_encrypted_content_info.encrypted_content = Some(octets(511))
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

fn refused_in_the_record() -> Vec<Vector> {
    let malformed = "open-malformed-record";
    let says = |file: &str, expect: &str, from: &str, to: &str| {
        vector(file, expect, &good().say(from, to).sign())
    };
    let text = |what: &dyn std::fmt::Display| what.to_string();
    let record = record();
    let later = CaptureRecord {
        captured_at: datetime!(2026-11-23 21:00:01 UTC),
        ..record.clone()
    };
    vec![
        says("record-not-json", malformed, "{\"version\"", "version"),
        says("record-trailing-text", malformed, "]}", "]}x"),
        says(
            "record-unknown-member",
            malformed,
            "\"version\":1",
            "\"version\":1,\"colour\":\"red\"",
        ),
        says(
            "record-member-twice",
            malformed,
            "\"version\":1",
            "\"version\":1,\"version\":1",
        ),
        says(
            "record-version-0",
            malformed,
            "\"version\":1",
            "\"version\":0",
        ),
        says(
            "record-escaped-name",
            malformed,
            "\"password\"",
            "\"p\\u0061ssword\"",
        ),
        says(
            "record-base64url",
            malformed,
            "Y29ycmVjdCBob3JzZQ==",
            "_-8=",
        ),
        says(
            "record-base64-without-padding",
            malformed,
            "Y29ycmVjdCBob3JzZQ==",
            "Y29ycmVjdCBob3JzZQ",
        ),
        says(
            "record-version-2",
            "open-newer-version",
            "\"version\":1",
            "\"version\":2",
        ),
        says(
            "no-secrets",
            "encryption-key-no-secrets",
            "{\"name\":\"password\",\"value\":\"Y29ycmVjdCBob3JzZQ==\"}",
            "",
        ),
        says(
            "empty-secret",
            "encryption-key-empty-secret",
            "Y29ycmVjdCBob3JzZQ==",
            "",
        ),
        says(
            "bad-secret-name",
            "encryption-key-bad-name",
            "\"password\"",
            "\"Password\"",
        ),
        says(
            "secret-name-twice",
            "encryption-key-duplicate-name",
            "\"secrets\":[",
            "\"secrets\":[{\"name\":\"password\",\"value\":\"eA==\"},",
        ),
        says(
            "other-account",
            "open-account-differs",
            &text(&record.account),
            OTHER,
        ),
        says(
            "other-scope",
            "open-scope-differs",
            &text(&record.scope),
            OTHER,
        ),
        says(
            "other-key-id",
            "open-key-id-differs",
            &text(&record.key_id),
            OTHER,
        ),
        says(
            "other-certificate",
            "open-certificate-differs",
            &text(&record.certificate),
            &"0".repeat(64),
        ),
        says(
            "other-time-inside",
            "open-signing-time-differs",
            "21:00:00Z",
            "21:00:01Z",
        ),
        vector(
            "other-capture-time",
            "open-capture-time-differs",
            &Forgery::new(&later),
        ),
    ]
}
