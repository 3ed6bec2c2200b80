//! A scope, its keys and passphrases, and a Certificates directory to put them in.

use keyfold_core::csr::CertificateSigningRequest;
use keyfold_core::fingerprint::Fingerprint;
use keyfold_core::group_certificate::GroupCertificate;
use keyfold_core::id::{ScopeGuid, ScopeKind};
use keyfold_core::key_pair::PrivateKey;
use keyfold_core::passphrase::Passphrase;
use keyfold_core::scope_record::ScopeRecord;
use keyfold_core::sealed_key::Argon2Params;
use keyfold_keystore::{CertificatesDirectory, KeyPairLocation, SaveError};
use rand::SeedableRng as _;
use rand::rngs::StdRng;
use tempfile::TempDir;
use time::OffsetDateTime;
use time::macros::datetime;

/// Cheap as parameters go, and legal.
pub(crate) const PARAMS: Argon2Params = Argon2Params::MIN;
pub(crate) const NOW: OffsetDateTime = datetime!(2026-11-23 21:00:00 UTC);

pub(crate) struct Fixture {
    pub(crate) home: TempDir,
    pub(crate) directory: CertificatesDirectory,
}

impl Fixture {
    pub(crate) fn new() -> Self {
        let home = tempfile::tempdir().unwrap();
        let directory = CertificatesDirectory::at(home.path().join("Certificates")).unwrap();
        Self { home, directory }
    }

    pub(crate) fn save(&self, passphrase: &str) -> KeyPairLocation {
        save(&self.directory, &record(), "group-key.pem", passphrase).unwrap()
    }
}

pub(crate) fn save(
    directory: &CertificatesDirectory,
    record: &ScopeRecord,
    key: &str,
    passphrase: &str,
) -> Result<KeyPairLocation, SaveError> {
    let key = private_key(key);
    let request = CertificateSigningRequest::build(&key, record.scope, &record.name).unwrap();
    let passphrase = self::passphrase(passphrase);
    directory.save_key_pair(
        record,
        &key,
        "admin",
        &passphrase,
        PARAMS,
        &request,
        NOW,
        &mut rng(),
    )
}

pub(crate) fn rng() -> StdRng {
    StdRng::seed_from_u64(7)
}

pub(crate) fn passphrase(text: &str) -> Passphrase {
    Passphrase::new(text.to_owned()).unwrap()
}

pub(crate) fn pki(name: &str) -> Vec<u8> {
    let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/../../tests/vectors/pki");
    std::fs::read(format!("{folder}/{name}")).unwrap()
}

pub(crate) fn private_key(name: &str) -> PrivateKey {
    let pem = String::from_utf8(pki(name)).unwrap();
    let (_, pkcs8) = der::SecretDocument::from_pem(&pem).unwrap();
    PrivateKey::from_pkcs8_der(pkcs8.as_bytes()).unwrap()
}

pub(crate) fn certificate(name: &str) -> GroupCertificate {
    GroupCertificate::from_pem(&pki(name)).unwrap()
}

/// The scope that the certificates are for.
pub(crate) fn scope() -> ScopeGuid {
    "6f9619ff-8b86-4011-b42d-00cf4fc964ff".parse().unwrap()
}

pub(crate) fn record() -> ScopeRecord {
    ScopeRecord {
        scope: scope(),
        kind: ScopeKind::Group,
        name: "Surgery, Utrecht".to_owned(),
        path: vec!["Sint Maarten".to_owned()],
        platform: "https://backup.example".to_owned(),
        authority: Fingerprint::of(b"root"),
        requested_at: NOW,
    }
}
