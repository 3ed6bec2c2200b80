use std::sync::LazyLock;

use proptest::prelude::*;
use time::macros::datetime;
use zeroize::Zeroizing;

use super::*;
use crate::encryption_key::NamedSecret;
use crate::group_certificate::GroupCertificate;

macro_rules! pki {
    ($name:literal) => {
        include_bytes!(concat!("../../../../tests/vectors/pki/", $name))
    };
}

static CERTIFICATE: LazyLock<GroupCertificate> =
    LazyLock::new(|| GroupCertificate::from_pem(pki!("group.pem")).unwrap());

static SIGNER: LazyLock<CaptureSigner> = LazyLock::new(|| {
    CaptureSigner::from_pem(pki!("capture.pem"), pki!("capture-key.pem")).unwrap()
});

fn root() -> AuthorityRoot {
    AuthorityRoot::from_pem(pki!("root.pem")).unwrap()
}

fn private_key(pem: &[u8]) -> PrivateKey {
    let (_, pkcs8) = der::SecretDocument::from_pem(std::str::from_utf8(pem).unwrap()).unwrap();
    PrivateKey::from_pkcs8_der(pkcs8.as_bytes()).unwrap()
}

fn record() -> CaptureRecord {
    CaptureRecord {
        account: "0d9a63a9-6ea2-4a52-9a1c-2d4a5f3f7c11".parse().unwrap(),
        scope: CERTIFICATE.scope(),
        key_id: "c56a4180-65aa-42ec-a945-5fd21dec0538".parse().unwrap(),
        certificate: CERTIFICATE.fingerprint(),
        captured_at: datetime!(2026-11-23 21:00:00 UTC),
    }
}

fn key(value: &[u8]) -> EncryptionKey {
    EncryptionKey::password(Zeroizing::new(value.to_vec())).unwrap()
}

fn captured(record: &CaptureRecord, key: &EncryptionKey) -> Vec<u8> {
    capture(record, key, &CERTIFICATE, &SIGNER).unwrap()
}

fn verified(der: &[u8]) -> VerifiedCapturedKey {
    CapturedKey::from_der(der)
        .unwrap()
        .verify(&root(), &[])
        .unwrap()
}

#[test]
fn what_was_captured_opens_with_the_private_key_alone() {
    let original = key(b"correct horse battery staple");
    let verified = verified(&captured(&record(), &original));
    let (found, opened) = verified
        .open(&private_key(pki!("group-key.pem")), Some(&record()))
        .unwrap();
    assert_eq!(found, record());
    assert!(opened.same_as(&original));
    let other = verified.open(&private_key(pki!("other-group-key.pem")), Some(&record()));
    assert_eq!(other.err(), Some(OpenError::AnotherKeyPair));
}

#[test]
fn a_captured_key_knows_whose_it_is() {
    let verified = verified(&captured(&record(), &key(b"x")));
    let other = GroupCertificate::from_pem(pki!("other-group.pem")).unwrap();
    assert!(verified.is_for(&CERTIFICATE));
    assert!(!verified.is_for(&other));
    assert_eq!(verified.signed_at(), record().captured_at);
}

#[test]
fn every_field_must_be_what_the_platform_said() {
    let verified = verified(&captured(&record(), &key(b"x")));
    let private_key = private_key(pki!("group-key.pem"));
    let refusal = |expected: CaptureRecord| match verified.open(&private_key, Some(&expected)) {
        Err(OpenError::RecordDiffers { field }) => Some(field),
        _ => None,
    };
    let other = "11111111-1111-4111-8111-111111111111";
    let (account, scope, key_id) = (
        other.parse().unwrap(),
        other.parse().unwrap(),
        other.parse().unwrap(),
    );
    let later = record().captured_at + time::Duration::SECOND;
    let certificate = crate::fingerprint::Fingerprint::of(b"another");
    assert_eq!(
        refusal(CaptureRecord {
            account,
            ..record()
        }),
        Some(RecordField::Account)
    );
    assert_eq!(
        refusal(CaptureRecord { scope, ..record() }),
        Some(RecordField::Scope)
    );
    assert_eq!(
        refusal(CaptureRecord { key_id, ..record() }),
        Some(RecordField::KeyId)
    );
    assert_eq!(
        refusal(CaptureRecord {
            certificate,
            ..record()
        }),
        Some(RecordField::Certificate)
    );
    assert_eq!(
        refusal(CaptureRecord {
            captured_at: later,
            ..record()
        }),
        Some(RecordField::CapturedAt)
    );
    assert!(verified.open(&private_key, None).is_ok());
}

#[test]
fn a_record_of_something_else_is_not_captured() {
    let refusal = |record: CaptureRecord| capture(&record, &key(b"x"), &CERTIFICATE, &SIGNER).err();
    let scope = "11111111-1111-4111-8111-111111111111".parse().unwrap();
    let certificate = crate::fingerprint::Fingerprint::of(b"another");
    let fraction = datetime!(2026-11-23 21:00:00.5 UTC);
    let long_ago = datetime!(1969-12-31 23:59:59 UTC);
    assert_eq!(
        refusal(CaptureRecord { scope, ..record() }),
        Some(CaptureError::AnotherScope)
    );
    assert_eq!(
        refusal(CaptureRecord {
            certificate,
            ..record()
        }),
        Some(CaptureError::AnotherCertificate)
    );
    assert_eq!(
        refusal(CaptureRecord {
            captured_at: fraction,
            ..record()
        }),
        Some(CaptureError::Time)
    );
    assert_eq!(
        refusal(CaptureRecord {
            captured_at: long_ago,
            ..record()
        }),
        Some(CaptureError::Time)
    );
}

#[test]
fn another_authority_is_not_believed() {
    let der = captured(&record(), &key(b"x"));
    let other_root = AuthorityRoot::from_pem(pki!("other-root.pem")).unwrap();
    let refusal = CapturedKey::from_der(&der)
        .unwrap()
        .verify(&other_root, &[]);
    assert!(
        matches!(refusal, Err(VerifyError::Signer(_))),
        "{refusal:?}"
    );
}

#[test]
fn the_signers_certificate_is_judged_as_of_the_capture() {
    let verify_at = |captured_at| {
        let der = captured(
            &CaptureRecord {
                captured_at,
                ..record()
            },
            &key(b"x"),
        );
        CapturedKey::from_der(&der).unwrap().verify(&root(), &[])
    };
    assert!(verify_at(datetime!(2026-01-01 00:00:00 UTC)).is_ok());
    assert!(verify_at(datetime!(2035-12-31 23:59:59 UTC)).is_ok());
    for outside in [
        datetime!(2025-12-31 23:59:59 UTC),
        datetime!(2036-01-01 00:00:01 UTC),
    ] {
        assert!(
            matches!(verify_at(outside), Err(VerifyError::Signer(_))),
            "{outside}"
        );
    }
}

#[test]
fn a_signer_needs_its_own_key() {
    let refusal = |certificate: &[u8], key: &[u8]| CaptureSigner::from_pem(certificate, key).err();
    assert_eq!(
        refusal(b"x", pki!("capture-key.pem")),
        Some(CaptureSignerError::Certificate)
    );
    assert_eq!(
        refusal(pki!("capture.pem"), b"x"),
        Some(CaptureSignerError::Key)
    );
    assert_eq!(
        refusal(pki!("capture.pem"), pki!("root-key.pem")),
        Some(CaptureSignerError::Key)
    );
    assert_eq!(
        refusal(pki!("group.pem"), pki!("capture-key.pem")),
        Some(CaptureSignerError::AnotherKey)
    );
}

#[test]
fn pem_is_read_too_if_nothing_else_is_in_the_file() {
    let der = captured(&record(), &key(b"x"));
    let pem = |label| der::pem::encode_string(label, der::pem::LineEnding::LF, &der).unwrap();
    let expected = CapturedKey::from_der(&der).unwrap();
    assert_eq!(CapturedKey::from_pem_or_der(&der).unwrap(), expected);
    assert_eq!(
        CapturedKey::from_pem_or_der(pem("CMS").as_bytes()).unwrap(),
        expected
    );
    let twice = pem("CMS").repeat(2);
    for bad in [
        pem("PKCS7").as_bytes(),
        twice.as_bytes(),
        b"-----BEGIN CMS-----",
        b"",
    ] {
        assert_eq!(
            CapturedKey::from_pem_or_der(bad),
            Err(CapturedKeyError::Malformed)
        );
    }
}

#[test]
fn the_largest_key_fits_and_nothing_larger_is_read() {
    let largest = key(&vec![255; crate::encryption_key::MAX_BYTES]);
    let der = captured(&record(), &largest);
    let (_, opened) = verified(&der)
        .open(&private_key(pki!("group-key.pem")), Some(&record()))
        .unwrap();
    assert!(opened.same_as(&largest));
    let too_large = vec![b' '; MAX_BYTES + 1];
    assert_eq!(
        CapturedKey::from_der(&too_large),
        Err(CapturedKeyError::TooLarge)
    );
    let pem = ["-----BEGIN", &" ".repeat(MAX_BYTES * 3 / 2)].concat();
    assert_eq!(
        CapturedKey::from_pem_or_der(pem.as_bytes()),
        Err(CapturedKeyError::TooLarge)
    );
}

#[test]
fn the_length_tells_only_multiples_of_512_bytes() {
    // Signatures differ in length by their leading zeros.
    let content_length = |length| {
        let der = captured(&record(), &key(&vec![7; length]));
        CapturedKey::from_der(&der).unwrap().signed.content.len()
    };
    assert_eq!(content_length(1), content_length(64));
    assert!(content_length(600) > content_length(64));
}

#[test]
fn any_changed_bit_is_noticed() {
    let der = captured(&record(), &key(b"x"));
    let private_key = private_key(pki!("group-key.pem"));
    for at in 0..der.len() {
        let mut changed = der.clone();
        changed[at] ^= 1 << (at % 8);
        let opened = CapturedKey::from_der(&changed)
            .ok()
            .and_then(|key| key.verify(&root(), &[]).ok())
            .and_then(|key| key.open(&private_key, Some(&record())).ok());
        assert!(opened.is_none(), "byte {at}");
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(24))]

    #[test]
    fn every_key_comes_back(
        secrets in proptest::collection::btree_map(
            "[a-z0-9-]{1,64}",
            proptest::collection::vec(any::<u8>(), 1..3000),
            1..5,
        ),
        seconds in 1_767_225_600_i64..2_082_758_400,
        account: u128,
    ) {
        prop_assume!(account != 0 && account != u128::MAX);
        let account = uuid::Uuid::from_u128(account).to_string().parse().unwrap();
        let captured_at = OffsetDateTime::from_unix_timestamp(seconds).unwrap();
        let record = CaptureRecord { account, captured_at, ..record() };
        let secrets = secrets
            .into_iter()
            .map(|(name, value)| NamedSecret::new(&name, Zeroizing::new(value)).unwrap())
            .collect();
        let key = EncryptionKey::new(secrets).unwrap();
        let verified = verified(&captured(&record, &key));
        let (found, opened) = verified.open(&private_key(pki!("group-key.pem")), Some(&record)).unwrap();
        prop_assert_eq!(found, record);
        prop_assert!(opened.same_as(&key));
    }

    #[test]
    fn rubbish_is_refused_without_a_panic(file: Vec<u8>) {
        prop_assert!(CapturedKey::from_pem_or_der(&file).is_err());
    }
}

#[test]
fn what_an_agent_enveloped_and_the_account_server_signed_is_a_captured_key_like_any() {
    let recipient = CaptureRecipient::new(&CERTIFICATE).unwrap();
    let original = key(b"the AccountServer never saw this");
    let envelope = recipient.envelop(&record(), &original).unwrap();
    let captured = recipient
        .countersign(&envelope, record().captured_at, &SIGNER)
        .unwrap();
    let private_key = private_key(pki!("group-key.pem"));
    let opened = verified(&captured).open(&private_key, Some(&record()));
    assert!(opened.unwrap().1.same_as(&original));
    let late = record().captured_at + time::Duration::SECOND;
    let captured = recipient.countersign(&envelope, late, &SIGNER).unwrap();
    let opened = verified(&captured).open(&private_key, None);
    assert_eq!(opened.err(), Some(OpenError::SigningTimeDiffers));
}

#[test]
fn nothing_is_countersigned_that_is_no_envelope_to_that_certificate() {
    let recipient = CaptureRecipient::new(&CERTIFICATE).unwrap();
    let other = GroupCertificate::from_pem(pki!("other-group.pem")).unwrap();
    let other = CaptureRecipient::new(&other).unwrap();
    let envelope = recipient.envelop(&record(), &key(b"x")).unwrap();
    let refused = |recipient: &CaptureRecipient, envelope: &[u8]| {
        recipient
            .countersign(envelope, record().captured_at, &SIGNER)
            .unwrap_err()
    };
    assert_eq!(
        refused(&other, &envelope),
        CountersignError::AnotherCertificate
    );
    let malformed = CountersignError::Envelope(CapturedKeyError::Malformed);
    assert_eq!(refused(&recipient, b"the key itself"), malformed);
    assert_eq!(refused(&recipient, &envelope[1..]), malformed);
    assert_eq!(
        refused(&recipient, &[&envelope[..], b"\0"].concat()),
        malformed
    );
    assert_eq!(
        refused(&recipient, &captured(&record(), &key(b"x"))),
        CountersignError::Envelope(CapturedKeyError::ContentType)
    );
    assert_eq!(
        refused(&recipient, &vec![0; MAX_BYTES + 1]),
        CountersignError::Envelope(CapturedKeyError::TooLarge)
    );
}
