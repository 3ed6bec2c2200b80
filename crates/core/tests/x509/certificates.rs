//! `tests/vectors/certificate/`.

use keyfold_core::authority_root::{AuthorityRoot, RevocationList};
use keyfold_core::group_certificate::{GroupCertificate, ProfileChecks, ProfileError};
use time::OffsetDateTime;
use time::format_description::well_known::Rfc3339;

use crate::vectors::{assert_complete, index, read};

const FOLDER: &str = "certificate";

#[test]
fn every_vector_is_judged_as_its_index_says() {
    assert_complete(FOLDER);
    let vectors = index(FOLDER);
    assert!(vectors.len() > 80);
    for vector in vectors {
        let verdict = judge(&vector);
        let code = verdict
            .as_ref()
            .map_or_else(String::as_str, |()| "accepted");
        assert_eq!(code, vector["expect"], "{vector}");
    }
}

fn judge(vector: &serde_json::Value) -> Result<(), String> {
    let text = |field: &str| vector[field].as_str().unwrap();
    let root = AuthorityRoot::from_pem(&read(FOLDER, text("root"))).unwrap();
    let intermediates: Vec<Vec<u8>> = vector["intermediates"]
        .as_array()
        .unwrap()
        .iter()
        .map(|file| keyfold_der(&read(FOLDER, file.as_str().unwrap())))
        .collect();
    let crl = match vector["crl"].as_str() {
        None => None,
        Some(file) => Some(
            RevocationList::from_pem(&read(FOLDER, file))
                .map_err(|_| "revocation-list-malformed".to_owned())?,
        ),
    };
    let checks = ProfileChecks {
        root: &root,
        intermediates: &intermediates,
        crl: crl.as_ref(),
        scope: text("scope").parse().unwrap(),
        now: OffsetDateTime::parse(text("at"), &Rfc3339).unwrap(),
    };
    GroupCertificate::from_pem_or_der(&read(FOLDER, text("file")))
        .and_then(|certificate| certificate.check(&checks))
        .map_err(|error| error.code().to_owned())
}

fn keyfold_der(pem: &[u8]) -> Vec<u8> {
    use pki_types::pem::PemObject as _;
    pki_types::CertificateDer::from_pem_slice(pem)
        .unwrap()
        .to_vec()
}

#[test]
fn a_certificate_says_what_stands_in_it() {
    let certificate = GroupCertificate::from_pem(&read(FOLDER, "good.pem")).unwrap();
    assert_eq!(
        certificate.scope().to_string(),
        "7f1d2c9e-6b1a-4a0e-9d7e-0a5b3c4d5e6f"
    );
    assert_eq!(certificate.common_name(), "Finance");
    assert_eq!(certificate.issuer_name(), "CN=Authority");
    assert_eq!(certificate.serial_hex(), "4001");
    assert_eq!(certificate.key_bits(), 3072);
    assert_eq!(
        certificate.not_before().format(&Rfc3339).unwrap(),
        "2026-01-01T00:00:00Z"
    );
    assert_eq!(
        certificate.not_after().format(&Rfc3339).unwrap(),
        "2027-01-01T00:00:00Z"
    );
    assert_eq!(certificate.der(), read(FOLDER, "good.der"));
    assert_eq!(
        GroupCertificate::from_pem(certificate.to_pem().as_bytes()),
        Ok(certificate)
    );
}

#[test]
fn a_refusal_says_what_was_found() {
    let certificate = GroupCertificate::from_pem(&read(FOLDER, "1000-days-and-a-second.pem"));
    assert_eq!(
        certificate,
        Err(ProfileError::ValidityTooLong { days: 1001 })
    );
    let error = GroupCertificate::from_pem(&read(FOLDER, "critical-extension.pem")).unwrap_err();
    assert!(error.to_string().contains("1.2.3.4"), "{error}");
}

#[test]
fn a_root_must_be_an_authority() {
    use keyfold_core::authority_root::AuthorityRootError as E;
    let refused = |file| AuthorityRoot::from_pem(&read(FOLDER, file)).err();
    assert_eq!(
        refused("authorities/intermediate-no-authority.pem"),
        Some(E::NotAuthority)
    );
    assert_eq!(refused("good.pem"), Some(E::NotAuthority));
    assert_eq!(
        refused("truncated.der"),
        Some(E::Pem(keyfold_core::x509::pem::PemRefusal::Missing))
    );
    assert_eq!(
        AuthorityRoot::from_der(&read(FOLDER, "truncated.der")).err(),
        Some(E::Malformed)
    );
    let root = AuthorityRoot::from_pem(&read(FOLDER, "authorities/root.pem")).unwrap();
    assert_eq!(root.name(), "Authority");
    assert_eq!(AuthorityRoot::from_pem(root.to_pem().as_bytes()), Ok(root));
}

#[test]
fn several_lists_count_until_the_first_runs_out() {
    let one = RevocationList::from_pem(&read(FOLDER, "authorities/crl-stale.pem")).unwrap();
    let other = RevocationList::from_pem(&read(FOLDER, "authorities/crl.pem")).unwrap();
    let both = RevocationList::from_pem((other.to_pem() + &one.to_pem()).as_bytes()).unwrap();
    assert_eq!(both.next_update(), one.next_update());
    assert!(both.next_update() < other.next_update());
    assert_eq!(both.to_pem(), other.to_pem() + &one.to_pem());
}
