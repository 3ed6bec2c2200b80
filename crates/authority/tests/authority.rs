//! The Authority as a library: what it issues, keeps and revokes.

#![expect(
    clippy::unwrap_used,
    reason = "a test that fails may say so by panicking"
)]

use std::fs;
use std::path::Path;

use der::{Decode as _, Encode as _};
use keyfold_authority::{Authority, AuthorityError, IssuedFor, NewAuthority, RevocationReason};
use keyfold_core::csr::CertificateSigningRequest;
use keyfold_core::group_certificate::{GroupCertificate, ProfileChecks, ProfileError};
use keyfold_core::passphrase::Passphrase;
use keyfold_core::signing_certificate::check_capture_signer;
use keyfold_core::x509::path::{PathRefusal, RevocationUnknown};
use rand::SeedableRng as _;
use rand::rngs::StdRng;
use time::macros::datetime;
use time::{Duration, OffsetDateTime};
use x509_cert::certificate::Certificate;

const NOW: OffsetDateTime = datetime!(2026-06-01 12:00 UTC);

fn vector(name: &str) -> CertificateSigningRequest {
    let path = Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("../../tests/vectors/csr")
        .join(name);
    CertificateSigningRequest::from_pem(&fs::read(path).unwrap()).unwrap()
}

fn passphrase(text: &str) -> Passphrase {
    Passphrase::new(text.to_owned()).unwrap()
}

fn rng() -> StdRng {
    StdRng::seed_from_u64(1)
}

fn create(directory: &Path) -> Authority {
    let new = NewAuthority {
        name: "Example Authority",
        passphrase: &passphrase("one"),
        crl_days: 90,
    };
    Authority::create(directory, &new, NOW, &mut rng()).unwrap()
}

fn check(
    authority: &Authority,
    certificate: &GroupCertificate,
    crl: Option<&keyfold_core::authority_root::RevocationList>,
    now: OffsetDateTime,
) -> Result<(), ProfileError> {
    certificate.check(&ProfileChecks {
        root: authority.root(),
        intermediates: &[],
        crl,
        scope: certificate.scope(),
        now,
    })
}

/// What stands in a certificate, field by field; its extensions as (identifier, critical, value).
fn fields(der: &[u8]) -> (String, Vec<(String, bool, String)>) {
    let certificate = Certificate::from_der(der).unwrap();
    let tbs = certificate.tbs_certificate();
    let extensions = tbs.extensions().unwrap().iter();
    let extensions = extensions
        .map(|one| {
            (
                one.extn_id.to_string(),
                one.critical,
                hex::encode(one.extn_value.as_bytes()),
            )
        })
        .collect();
    (tbs.subject().to_string(), extensions)
}

#[test]
fn a_request_gives_its_key_scope_and_name_and_nothing_else() {
    let directory = tempfile::tempdir().unwrap();
    let mut authority = create(directory.path());
    let plain = vector("rsa-3072.pem");
    let wanted = authority
        .sign_request(&plain, 1000, NOW, &mut rng())
        .unwrap();
    let (subject, extensions) = fields(wanted.der());
    assert_eq!(subject, "CN=Finance");
    let identifiers: Vec<_> = extensions
        .iter()
        .map(|(id, critical, _)| (id.as_str(), *critical))
        .collect();
    assert_eq!(
        identifiers,
        [
            ("2.5.29.19", true),
            ("2.5.29.15", true),
            ("2.5.29.14", false),
            ("2.5.29.35", false),
            ("2.5.29.37", false),
            ("2.5.29.17", false),
        ]
    );
    assert_eq!(extensions[0].2, "3000");
    assert_eq!(extensions[1].2, "03020520");
    assert_eq!(
        extensions[4].2,
        "300b06092b060104018237 1506".replace(' ', "")
    );
    let uri = hex::encode(format!("urn:uuid:{}", plain.scope()));
    assert_eq!(extensions[5].2, format!("302f862d{uri}"));

    for file in ["challenge-password.pem", "asks-to-be-authority.pem"] {
        let issued = authority
            .sign_request(&vector(file), 1000, NOW, &mut rng())
            .unwrap();
        let certificate = Certificate::from_der(issued.der()).unwrap();
        let reference = Certificate::from_der(wanted.der()).unwrap();
        assert_eq!(
            certificate.tbs_certificate(),
            reference.tbs_certificate(),
            "{file}"
        );
    }
}

#[test]
fn validity_is_what_was_asked_for_within_its_bounds() {
    let directory = tempfile::tempdir().unwrap();
    let mut authority = create(directory.path());
    let request = vector("rsa-3072.pem");
    for days in [1, 1000] {
        let certificate = authority
            .sign_request(&request, days, NOW, &mut rng())
            .unwrap();
        assert_eq!(
            certificate.not_after() - certificate.not_before(),
            Duration::days(days.into())
        );
        assert_eq!(check(&authority, &certificate, None, NOW), Ok(()));
    }
    for days in [0, 1001] {
        let refused = authority.sign_request(&request, days, NOW, &mut rng());
        assert!(matches!(
            refused,
            Err(AuthorityError::Days { max: 1000, .. })
        ));
    }
    let late = authority.root().not_after() - Duration::days(999);
    let refused = authority.sign_request(&request, 1000, late, &mut rng());
    assert!(matches!(refused, Err(AuthorityError::OutlivesRoot)));
    assert_eq!(authority.issued().len(), 2);
}

#[test]
fn a_revoked_certificate_is_refused_and_a_stale_list_says_nothing() {
    let directory = tempfile::tempdir().unwrap();
    let mut authority = create(directory.path());
    let certificate = authority
        .sign_request(
            &vector("rsa-3072.pem"),
            1000,
            NOW,
            &mut StdRng::seed_from_u64(2),
        )
        .unwrap();
    let other = authority
        .sign_request(
            &vector("rsa-4096.pem"),
            1000,
            NOW,
            &mut StdRng::seed_from_u64(3),
        )
        .unwrap();
    let before = authority.crl(30, NOW).unwrap();
    assert_eq!(check(&authority, &certificate, Some(&before), NOW), Ok(()));

    let spelled = certificate.serial_hex().to_uppercase();
    for reason in RevocationReason::ALL {
        let known = authority.revoke(&spelled, reason, NOW);
        assert_eq!(
            known.is_ok(),
            reason == RevocationReason::Unspecified,
            "{reason}"
        );
    }
    authority
        .revoke(&other.serial_hex(), RevocationReason::KeyCompromise, NOW)
        .unwrap();
    assert!(matches!(
        authority.revoke("01", RevocationReason::Unspecified, NOW),
        Err(AuthorityError::UnknownSerial { .. })
    ));
    let after = authority.crl(30, NOW).unwrap();
    for revoked in [&certificate, &other] {
        assert_eq!(
            check(&authority, revoked, Some(&after), NOW),
            Err(ProfileError::Path(PathRefusal::Revoked))
        );
    }
    assert_eq!(
        check(
            &authority,
            &certificate,
            Some(&before),
            NOW + Duration::days(30)
        ),
        Err(ProfileError::Path(PathRefusal::RevocationUnknown(
            RevocationUnknown::Stale
        )))
    );
}

#[test]
fn the_platform_gets_certificates_for_its_two_purposes() {
    let directory = tempfile::tempdir().unwrap();
    let mut authority = create(directory.path());
    let hosts = ["Backup.example.org", "127.0.0.1", "::1"]
        .map(|host| host.parse().unwrap())
        .to_vec();
    let platform = authority
        .issue_platform(hosts, 397, NOW, &mut rng())
        .unwrap();
    let capture = der::Document::from_pem(&platform.capture).unwrap().1;
    let spki = check_capture_signer(capture.as_bytes(), authority.root(), &[], NOW).unwrap();
    let key = der::SecretDocument::from_pem(&platform.capture_key)
        .unwrap()
        .1;
    let key = aws_lc_rs::signature::EcdsaKeyPair::from_pkcs8(
        &aws_lc_rs::signature::ECDSA_P256_SHA256_ASN1_SIGNING,
        key.as_bytes(),
    )
    .unwrap();
    let point = aws_lc_rs::signature::KeyPair::public_key(&key).as_ref();
    assert!(spki.ends_with(point));
    assert!(platform.tls_chain.ends_with(&authority.root().to_pem()));
    // The TLS certificate signs no captured keys.
    let tls = Certificate::load_pem_chain(platform.tls_chain.as_bytes()).unwrap();
    assert!(check_capture_signer(&tls[0].to_der().unwrap(), authority.root(), &[], NOW).is_err());
    let (_, extensions) = fields(&tls[0].to_der().unwrap());
    let names = &extensions.last().unwrap().2;
    assert!(
        names.contains(&hex::encode("backup.example.org")) && names.contains("87047f000001"),
        "{names}"
    );
    let issued: Vec<_> = authority
        .issued()
        .iter()
        .map(|issued| issued.issued_for)
        .collect();
    assert_eq!(issued, [IssuedFor::Tls, IssuedFor::CaptureSigning]);
}

#[test]
fn an_authority_opens_with_its_passphrase_alone_and_remembers() {
    let directory = tempfile::tempdir().unwrap();
    let path = directory.path();
    let mut authority = create(path);
    let fingerprint = authority.root().fingerprint();
    let certificate = authority
        .sign_request(&vector("rsa-3072.pem"), 10, NOW, &mut rng())
        .unwrap();
    let busy = Authority::open(path, &passphrase("one"));
    assert!(matches!(busy, Err(AuthorityError::Busy { .. })));
    drop(authority);

    let wrong = Authority::open(path, &passphrase("two"));
    assert!(matches!(wrong, Err(AuthorityError::WrongPassphrase)));
    let new = NewAuthority {
        name: "Another",
        passphrase: &passphrase("two"),
        crl_days: 90,
    };
    let again = Authority::create(path, &new, NOW, &mut rng());
    assert!(matches!(again, Err(AuthorityError::Exists { .. })));

    let authority = Authority::open(path, &passphrase("one")).unwrap();
    assert_eq!(authority.root().fingerprint(), fingerprint);
    assert_eq!(authority.issued().len(), 1);
    assert_eq!(authority.issued()[0].fingerprint, certificate.fingerprint());
    let kept = path
        .join("issued")
        .join(format!("{}.pem", certificate.serial_hex()));
    assert_eq!(fs::read_to_string(kept).unwrap(), certificate.to_pem());
}

#[test]
fn damaged_files_are_named() {
    for file in ["root.pem", "root-key.pem", "index.json"] {
        let directory = tempfile::tempdir().unwrap();
        drop(create(directory.path()));
        fs::write(directory.path().join(file), "{}").unwrap();
        match Authority::open(directory.path(), &passphrase("one")) {
            Err(AuthorityError::Damaged { path }) => {
                assert!(path.ends_with(file), "{}", path.display());
            }
            Err(error) => panic!("{file}: {error}"),
            Ok(_) => panic!("{file}: opened"),
        }
    }
    let directory = tempfile::tempdir().unwrap();
    drop(create(directory.path()));
    fs::write(
        directory.path().join("index.json"),
        r#"{"version":2,"crl_number":0,"issued":[]}"#,
    )
    .unwrap();
    let newer = Authority::open(directory.path(), &passphrase("one"));
    assert!(matches!(newer, Err(AuthorityError::NewerVersion { .. })));
}

#[cfg(unix)]
#[test]
fn the_directory_is_for_its_owner_alone() {
    use std::os::unix::fs::PermissionsExt as _;
    let directory = tempfile::tempdir().unwrap();
    let path = directory.path().join("authority");
    drop(create(&path));
    let mode = |name: &str| fs::metadata(path.join(name)).unwrap().permissions().mode() & 0o777;
    assert_eq!(mode(""), 0o700);
    assert_eq!(mode("root-key.pem"), 0o600);
}
