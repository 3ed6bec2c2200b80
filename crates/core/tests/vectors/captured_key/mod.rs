//! Captured keys.

mod inside;
mod outside;
mod recorded;

use const_oid::ObjectIdentifier;
use der::Decode as _;
use der::asn1::{Any, OctetString};
use der::pem::LineEnding;
use keyfold_core::authority_root::AuthorityRoot;
use keyfold_core::captured_key::{CaptureRecord, CaptureSigner, CapturedKey, capture};
use keyfold_core::encryption_key::{EncryptionKey, NamedSecret};
use keyfold_core::group_certificate::GroupCertificate;
use spki::AlgorithmIdentifierOwned;
use time::macros::datetime;
use zeroize::Zeroizing;

use crate::forge::Forgery;
use crate::index::{ACCEPTED, Vector, walk, write};
use crate::{pki, private_key};

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
    vectors.extend(outside::refused());
    vectors.extend(inside::refused());
    vectors.extend(recorded::refused());
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
