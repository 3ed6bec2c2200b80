//! A hostile AccountServer: whatever it shows, the key is encrypted to the right certificates only.

mod double;
mod machine;

use std::collections::BTreeMap;
use std::path::Path;

use keyfold_api::end_to_end::{CertificateAbove, CertificatesAbove};
use keyfold_core::x509::pem;
use serde_json::Value;
use time::OffsetDateTime;
use time::format_description::well_known::Rfc3339;
use time::macros::datetime;

use double::{Double, read, text};
use machine::Machine;

/// Within the validity of what `tests/vectors/platform` has.
const NOW: OffsetDateTime = datetime!(2026-03-01 12:00 UTC);
const COLLECTION: &str = "6f9619ff-8b86-4011-b42d-00cf4fc964ff";
const GROUP: &str = "3d813cbb-47fb-42ba-91df-831e1593ac29";

fn certificate(scope: &str, pem: String) -> CertificateAbove {
    CertificateAbove {
        scope: scope.parse().unwrap(),
        scope_name: "Hospitals".to_owned(),
        certificate: pem,
    }
}

/// What an AccountServer of the platform's vectors shows.
fn shown(crl: &str, certificates: &[(&str, &str)]) -> CertificatesAbove {
    let certificates = certificates.iter();
    CertificatesAbove {
        authority_root: text("pki/root.pem"),
        intermediates: Vec::new(),
        revocation_list: text(crl),
        now: NOW,
        certificates: certificates
            .map(|(scope, file)| certificate(scope, text(file)))
            .collect(),
    }
}

fn platform() -> Double {
    Double::below("pki/root.pem", "pki/root-key.pem")
}

/// As the AccountServer shows it: PEM, whatever was in the file.
fn as_pem(file: &str) -> String {
    let content = read(&format!("certificate/{file}"));
    if Path::new(file)
        .extension()
        .is_some_and(|kind| kind == "der")
    {
        return pem::encode(pem::CERTIFICATE, &content);
    }
    String::from_utf8_lossy(&content).into_owned()
}

fn vector_shown(vector: &Value) -> CertificatesAbove {
    let field = |name: &str| vector[name].as_str().unwrap();
    let file = |name: &str| text(&format!("certificate/{name}"));
    let intermediates = vector["intermediates"].as_array().unwrap();
    CertificatesAbove {
        authority_root: file(field("root")),
        intermediates: intermediates
            .iter()
            .map(|name| file(name.as_str().unwrap()))
            .collect(),
        revocation_list: vector["crl"].as_str().map(file).unwrap_or_default(),
        now: OffsetDateTime::parse(field("at"), &Rfc3339).unwrap(),
        certificates: vec![certificate(field("scope"), as_pem(field("file")))],
    }
}

/// The key of the root of this name; `root-expired` is another certificate of the first one's.
fn key_of(root: &str) -> String {
    let name = root
        .trim_start_matches("authorities/")
        .trim_end_matches(".pem");
    let key = match name {
        "root" | "root-expired" => "root-p384",
        name => name,
    };
    format!("x509-keys/{key}.pem")
}

#[tokio::test]
async fn nothing_is_encrypted_to_a_wrong_certificate() {
    let vectors: Vec<Value> = serde_json::from_slice(&read("certificate/index.json")).unwrap();
    let mut doubles: BTreeMap<String, Double> = BTreeMap::new();
    let (mut refused, mut without_list, mut right) = (0, 0, 0);
    for vector in &vectors {
        let root = vector["root"].as_str().unwrap().to_owned();
        let double = doubles
            .entry(root.clone())
            .or_insert_with(|| Double::below(&format!("certificate/{root}"), &key_of(&root)));
        let machine = Machine::confirming(&[vector["scope"].as_str().unwrap()]);
        let shown = vector_shown(vector);
        let enveloped = machine.envelop(double, &shown, shown.now).await;
        match (vector["expect"].as_str().unwrap(), vector["crl"].is_null()) {
            // An Agent takes nobody's word for it that nothing was revoked.
            ("accepted", true) => without_list += 1,
            ("accepted", false) => {
                assert_eq!(enveloped.len(), 1, "{vector}");
                right += 1;
                continue;
            }
            _ => refused += 1,
        }
        assert!(enveloped.is_empty(), "{vector}");
        assert!(!machine.has_seen_any(), "{vector}");
    }
    println!(
        "{refused} wrong certificates and {without_list} without a revocation list: encrypted to none; {right} right ones: to each"
    );
    assert_eq!(vectors.len(), refused + without_list + right);
    assert!(refused >= 65 && without_list >= 12 && right >= 14);
}

#[tokio::test]
async fn the_right_certificate_has_the_key_that_opens() {
    let machine = Machine::confirming(&[COLLECTION]);
    let shown = shown(
        "platform/crl.pem",
        &[(COLLECTION, "platform/collection.pem")],
    );
    let enveloped = machine.envelop(&platform(), &shown, NOW).await;
    let [enveloped] = enveloped.as_slice() else {
        panic!("{enveloped:?}")
    };
    machine.assert_opens(enveloped, "platform/collection.pem", "pki/group-key.pem");
}

#[tokio::test]
async fn an_older_certificate_has_nothing_once_a_newer_one_was_seen() {
    let (double, machine) = (platform(), Machine::confirming(&[COLLECTION]));
    let show = |file| shown("platform/crl.pem", &[(COLLECTION, file)]);
    let (old, new) = ("platform/collection.pem", "platform/collection-renewed.pem");
    for (file, count) in [(old, 1), (old, 1), (new, 1), (old, 0), (new, 1), (old, 0)] {
        let enveloped = machine.envelop(&double, &show(file), NOW).await;
        assert_eq!(enveloped.len(), count, "{file}");
    }
}

#[tokio::test]
async fn a_revoked_certificate_has_nothing_and_no_older_list_is_believed() {
    let (double, machine) = (platform(), Machine::confirming(&[COLLECTION]));
    let (fresh, earlier) = ("platform/crl-revoking.pem", "platform/crl.pem");
    let (revoked, renewed) = ("platform/collection.pem", "platform/collection-renewed.pem");
    for (crl, file, count) in [
        (fresh, revoked, 0),
        ("platform/crl-stale.pem", renewed, 0),
        (fresh, renewed, 1),
        (earlier, renewed, 0),
        (earlier, revoked, 0),
        (fresh, renewed, 1),
    ] {
        let shown = shown(crl, &[(COLLECTION, file)]);
        let enveloped = machine.envelop(&double, &shown, NOW).await;
        assert_eq!(enveloped.len(), count, "{crl} {file}");
    }
}

#[tokio::test]
async fn a_scope_that_nobody_confirmed_has_nothing() {
    let double = platform();
    let both = [
        (COLLECTION, "platform/collection.pem"),
        (GROUP, "platform/group.pem"),
    ];
    for (confirmed, count) in [
        (vec![], 0),
        (vec![COLLECTION], 1),
        (vec![GROUP], 1),
        (vec![COLLECTION, GROUP], 2),
    ] {
        let machine = Machine::confirming(&confirmed);
        let shown = shown("platform/crl.pem", &both);
        let enveloped = machine.envelop(&double, &shown, NOW).await;
        assert_eq!(enveloped.len(), count, "{confirmed:?}");
    }
    // The Authority signed it, for another scope than the one that was confirmed.
    let machine = Machine::confirming(&[COLLECTION]);
    let swapped = shown("platform/crl.pem", &[(COLLECTION, "platform/group.pem")]);
    assert!(machine.envelop(&double, &swapped, NOW).await.is_empty());
}

#[tokio::test]
async fn several_certificates_of_one_scope_and_another_authority_have_nothing() {
    let (double, machine) = (platform(), Machine::confirming(&[COLLECTION]));
    let (old, new) = ("platform/collection.pem", "platform/collection-renewed.pem");
    let several = shown("platform/crl.pem", &[(COLLECTION, new), (COLLECTION, old)]);
    assert!(machine.envelop(&double, &several, NOW).await.is_empty());
    let mut another = shown("platform/crl.pem", &[(COLLECTION, old)]);
    another.authority_root = text("pki/other-root.pem");
    assert!(machine.envelop(&double, &another, NOW).await.is_empty());
    let right = shown("platform/crl.pem", &[(COLLECTION, old)]);
    assert_eq!(machine.envelop(&double, &right, NOW).await.len(), 1);
}

#[tokio::test]
async fn a_clock_that_is_wrong_makes_nothing_right() {
    let (double, machine) = (platform(), Machine::confirming(&[COLLECTION]));
    let shown = shown(
        "platform/crl.pem",
        &[(COLLECTION, "platform/collection.pem")],
    );
    for (now, count) in [
        (datetime!(1970-01-01 0:00 UTC), 0),
        (datetime!(2025-12-31 23:59 UTC), 0),
        (NOW, 1),
        (datetime!(2028-09-02 0:00 UTC), 0),
        (datetime!(2100-01-01 0:00 UTC), 0),
    ] {
        assert_eq!(
            machine.envelop(&double, &shown, now).await.len(),
            count,
            "{now}"
        );
    }
}
