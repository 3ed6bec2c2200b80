//! A platform that lies is found out before anything is shown.

use std::sync::LazyLock;

use keyfold_authority::{Authority, NewAuthority};
use keyfold_core::captured_key::{CaptureRecord, CaptureSigner, capture};
use keyfold_core::csr::CertificateSigningRequest;
use keyfold_core::fingerprint::Fingerprint;
use keyfold_core::group_certificate::GroupCertificate;
use keyfold_core::id::{KeyId, ScopeGuid};
use time::OffsetDateTime;
use time::macros::datetime;

use super::*;
use crate::tests::{KEY, new_key};

const NOW: OffsetDateTime = datetime!(2026-06-01 12:00 UTC);
const LATER: OffsetDateTime = datetime!(2026-06-02 12:00 UTC);

/// An Authority, a Group Certificate and a key captured to it.
pub(in crate::console) struct Organisation {
    pub(in crate::console) platform: SavedPlatform,
    signer: CaptureSigner,
    pub(in crate::console) certificate: GroupCertificate,
    pub(in crate::console) chosen: CapturedKeySummary,
}

pub(in crate::console) static ORGANISATION: LazyLock<Organisation> =
    LazyLock::new(|| Organisation::new("Northwind"));

impl Organisation {
    fn new(name: &str) -> Self {
        let mut rng = rand::rng();
        let directory = tempfile::tempdir().unwrap();
        let passphrase = Passphrase::new("authority passphrase".to_owned()).unwrap();
        let new = NewAuthority {
            name,
            passphrase: &passphrase,
            crl_days: 30,
        };
        let mut authority = Authority::create(directory.path(), &new, NOW, &mut rng).unwrap();
        let scope = ScopeGuid::random(&mut rng);
        let request = CertificateSigningRequest::build(&KEY, scope, "Willowmere").unwrap();
        let certificate = authority
            .sign_request(&request, 100, NOW, &mut rng)
            .unwrap();
        let hosts = vec!["localhost".parse().unwrap()];
        let identity = authority.issue_platform(hosts, 100, NOW, &mut rng).unwrap();
        let root = authority.root().clone();
        Self {
            platform: SavedPlatform {
                name: name.to_owned(),
                address: "https://localhost:8443".parse().unwrap(),
                authority: root.fingerprint(),
                root,
                devices: std::collections::BTreeMap::new(),
            },
            signer: CaptureSigner::from_pem(
                identity.capture.as_bytes(),
                identity.capture_key.as_bytes(),
            )
            .unwrap(),
            chosen: CapturedKeySummary {
                id: CapturedKeyId::random(&mut rng),
                account: AccountId::random(&mut rng),
                account_name: "WILLOW-01".to_owned(),
                scope,
                scope_name: "Willowmere".to_owned(),
                key_id: KeyId::random(&mut rng),
                certificate: certificate.fingerprint(),
                spki_fingerprint: certificate.spki_fingerprint(),
                captured_at: LATER,
                current: true,
            },
            certificate,
        }
    }

    /// The captured key that was chosen, DER.
    pub(in crate::console) fn captured_key(&self) -> Vec<u8> {
        self.capture(&self.chosen.record())
    }

    fn capture(&self, record: &CaptureRecord) -> Vec<u8> {
        let key = EncryptionKey::password(Zeroizing::new(b"canary".to_vec())).unwrap();
        capture(record, &key, &self.certificate, &self.signer).unwrap()
    }

    /// The honest answer to a recovery of this record.
    fn recovery(&self, record: &CaptureRecord) -> Recovery {
        Recovery {
            summary: self.chosen.clone(),
            captured_key: STANDARD.encode(self.capture(record)),
        }
    }

    fn open(
        &self,
        recovery: &Recovery,
        chosen: &CapturedKeySummary,
    ) -> Result<EncryptionKey, CommandError> {
        open_with(recovery, chosen, &self.platform, &KEY)
    }
}

fn open_with(
    recovery: &Recovery,
    chosen: &CapturedKeySummary,
    platform: &SavedPlatform,
    private_key: &PrivateKey,
) -> Result<EncryptionKey, CommandError> {
    open(
        &verified(recovery, chosen, platform, &[])?,
        chosen,
        private_key,
    )
}

fn refusal(opened: Result<EncryptionKey, CommandError>) -> String {
    match opened {
        Ok(_) => panic!("it was opened"),
        Err(error) => error.code,
    }
}

#[test]
fn an_honest_answer_opens() {
    let organisation = &*ORGANISATION;
    let recovery = organisation.recovery(&organisation.chosen.record());
    let key = organisation.open(&recovery, &organisation.chosen).unwrap();
    assert_eq!(key.secret("password").unwrap().value(), b"canary");
}

#[test]
fn another_record_than_the_chosen_one_is_refused() {
    let organisation = &*ORGANISATION;
    let mut recovery = organisation.recovery(&organisation.chosen.record());
    recovery.summary.account_name = "SOMEBODY-ELSE".to_owned();
    let opened = organisation.open(&recovery, &organisation.chosen);
    assert_eq!(refusal(opened), codes::PLATFORM_CONTRADICTS_ITSELF);
}

#[test]
fn a_lie_that_was_told_from_the_start_does_not_open() {
    let organisation = &*ORGANISATION;
    let mut rng = rand::rng();
    let truth = organisation.chosen.record();
    for lie in [
        CapturedKeySummary {
            account: AccountId::random(&mut rng),
            ..organisation.chosen.clone()
        },
        CapturedKeySummary {
            key_id: KeyId::random(&mut rng),
            ..organisation.chosen.clone()
        },
        CapturedKeySummary {
            scope: ScopeGuid::random(&mut rng),
            ..organisation.chosen.clone()
        },
        CapturedKeySummary {
            certificate: Fingerprint::of(b"other"),
            ..organisation.chosen.clone()
        },
        CapturedKeySummary {
            captured_at: NOW,
            ..organisation.chosen.clone()
        },
    ] {
        let recovery = Recovery {
            summary: lie.clone(),
            ..organisation.recovery(&truth)
        };
        assert_eq!(
            refusal(organisation.open(&recovery, &lie)),
            codes::CAPTURED_KEY_NOT_OPENED,
            "{lie:?}"
        );
    }
}

#[test]
fn a_capture_that_another_authority_vouches_for_is_refused() {
    let organisation = &*ORGANISATION;
    let other = Organisation::new("Northwind");
    let mut recovery = other.recovery(&other.chosen.record());
    recovery.summary = other.chosen.clone();
    let opened = open_with(&recovery, &other.chosen, &organisation.platform, &KEY);
    assert_eq!(refusal(opened), codes::CAPTURED_KEY_UNTRUSTED);
}

#[test]
fn another_private_key_does_not_open() {
    let organisation = &*ORGANISATION;
    let recovery = organisation.recovery(&organisation.chosen.record());
    let opened = open_with(
        &recovery,
        &organisation.chosen,
        &organisation.platform,
        &new_key(),
    );
    assert_eq!(refusal(opened), codes::CAPTURED_KEY_NOT_OPENED);
}

#[test]
fn a_damaged_answer_is_refused() {
    let organisation = &*ORGANISATION;
    let honest = organisation.recovery(&organisation.chosen.record());
    let damage: [fn(&str) -> String; 3] = [
        |_| String::new(),
        |base64| base64[..base64.len() - 4].to_owned(),
        |base64| format!("{base64}!"),
    ];
    for damage in damage {
        let recovery = Recovery {
            captured_key: damage(&honest.captured_key),
            ..honest.clone()
        };
        let opened = organisation.open(&recovery, &organisation.chosen);
        assert_eq!(refusal(opened), codes::CAPTURED_KEY_UNTRUSTED);
    }
}
