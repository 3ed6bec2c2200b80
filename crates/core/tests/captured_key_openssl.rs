//! Captured keys and OpenSSL: each reads what the other writes. Windows has no `openssl` to ask.
#![cfg(unix)]
#![expect(clippy::unwrap_used, reason = "a test that cannot prepare has failed")]

use std::process::Command;

use keyfold_core::authority_root::AuthorityRoot;
use keyfold_core::captured_key::{
    CaptureRecord, CaptureSigner, CapturedKey, OpenError, PADDING_BYTES, capture,
};
use keyfold_core::encryption_key::EncryptionKey;
use keyfold_core::group_certificate::GroupCertificate;
use keyfold_core::key_pair::PrivateKey;
use time::macros::datetime;
use zeroize::Zeroizing;

fn pki(name: &str) -> String {
    format!(
        "{}/../../tests/vectors/pki/{name}",
        env!("CARGO_MANIFEST_DIR")
    )
}

fn pki_bytes(name: &str) -> Vec<u8> {
    std::fs::read(pki(name)).unwrap()
}

/// Promise 8 of the design: OpenSSL alone verifies and decrypts.
#[test]
fn openssl_verifies_and_decrypts() {
    let home = tempfile::tempdir().unwrap();
    let path = |name: &str| home.path().join(name).to_str().unwrap().to_owned();
    let certificate = GroupCertificate::from_pem(&pki_bytes("group.pem")).unwrap();
    let signer =
        CaptureSigner::from_pem(&pki_bytes("capture.pem"), &pki_bytes("capture-key.pem")).unwrap();
    let key = EncryptionKey::password(Zeroizing::new(b"correct horse".to_vec())).unwrap();
    let record = CaptureRecord {
        account: "0d9a63a9-6ea2-4a52-9a1c-2d4a5f3f7c11".parse().unwrap(),
        scope: certificate.scope(),
        key_id: "c56a4180-65aa-42ec-a945-5fd21dec0538".parse().unwrap(),
        certificate: certificate.fingerprint(),
        captured_at: datetime!(2026-11-23 21:00:00 UTC),
    };
    let der = capture(&record, &key, &certificate, &signer).unwrap();
    std::fs::write(path("captured.der"), &der).unwrap();
    openssl(&[
        "cms",
        "-verify",
        "-binary",
        "-inform",
        "DER",
        "-in",
        &path("captured.der"),
        "-CAfile",
        &pki("root.pem"),
        "-purpose",
        "any",
        "-attime",
        "1795467600",
        "-out",
        &path("inner.der"),
    ]);
    openssl(&[
        "cms",
        "-decrypt",
        "-binary",
        "-inform",
        "DER",
        "-in",
        &path("inner.der"),
        "-inkey",
        &pki("group-key.pem"),
        "-out",
        &path("record.json"),
    ]);
    let plaintext = std::fs::read(path("record.json")).unwrap();
    assert_eq!(plaintext.len(), PADDING_BYTES);
    let json: serde_json::Value = serde_json::from_slice(&plaintext).unwrap();
    assert_eq!(json["account"], record.account.to_string());
    assert_eq!(json["secrets"][0]["value"], "Y29ycmVjdCBob3JzZQ==");
}

/// The format is what OpenSSL writes: a captured key made by it alone is accepted.
#[test]
fn what_openssl_makes_is_accepted() {
    let home = tempfile::tempdir().unwrap();
    let path = |name: &str| home.path().join(name).to_str().unwrap().to_owned();
    let now = time::OffsetDateTime::now_utc();
    std::fs::write(path("record"), vec![b' '; PADDING_BYTES]).unwrap();
    openssl(&[
        "cms",
        "-encrypt",
        "-binary",
        "-aes-256-gcm",
        "-in",
        &path("record"),
        "-outform",
        "DER",
        "-out",
        &path("inner.der"),
        "-recip",
        &pki("group.pem"),
        "-keyopt",
        "rsa_padding_mode:oaep",
        "-keyopt",
        "rsa_oaep_md:sha256",
    ]);
    openssl(&[
        "cms",
        "-sign",
        "-binary",
        "-nodetach",
        "-nosmimecap",
        "-md",
        "sha256",
        "-signer",
        &pki("capture.pem"),
        "-inkey",
        &pki("capture-key.pem"),
        "-in",
        &path("inner.der"),
        "-outform",
        "DER",
        "-out",
        &path("captured.der"),
    ]);
    let der = std::fs::read(path("captured.der")).unwrap();
    let captured = CapturedKey::from_der(&der).unwrap();
    assert!((captured.signed_at() - now).abs() < time::Duration::MINUTE);
    // The record is blank: everything around it was right.
    let root = AuthorityRoot::from_pem(&pki_bytes("root.pem")).unwrap();
    let verified = captured.verify(&root, &[]).unwrap();
    let pem = String::from_utf8(pki_bytes("group-key.pem")).unwrap();
    let (_, pkcs8) = der::SecretDocument::from_pem(&pem).unwrap();
    let refusal = verified.open(&PrivateKey::from_pkcs8_der(pkcs8.as_bytes()).unwrap(), None);
    assert_eq!(refusal.err(), Some(OpenError::Malformed));
}

fn openssl(arguments: &[&str]) {
    let output = Command::new("openssl").args(arguments).output().unwrap();
    assert!(
        output.status.success(),
        "{}",
        String::from_utf8_lossy(&output.stderr)
    );
}
