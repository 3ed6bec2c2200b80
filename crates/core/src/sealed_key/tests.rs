use std::sync::LazyLock;

use proptest::prelude::*;
use rand::SeedableRng as _;
use rand::rngs::StdRng;

use super::*;

const SCOPE: &str = "6f9619ff-8b86-4011-b42d-00cf4fc964ff";

/// Cheap as parameters go, and legal.
const PARAMS: Argon2Params = Argon2Params::MIN;

static SEALED: LazyLock<SealedKey> = LazyLock::new(|| {
    let scope = SCOPE.parse().unwrap();
    let passphrase = passphrase("first");
    SealedKey::seal(
        &private_key(),
        scope,
        "admin",
        &passphrase,
        PARAMS,
        &mut rng(),
    )
    .unwrap()
});

fn rng() -> StdRng {
    StdRng::seed_from_u64(7)
}

fn passphrase(text: &str) -> Passphrase {
    Passphrase::new(text.to_owned()).unwrap()
}

fn private_key() -> PrivateKey {
    let pem = include_str!("../../../../tests/vectors/pki/group-key.pem");
    let (_, pkcs8) = der::SecretDocument::from_pem(pem).unwrap();
    PrivateKey::from_pkcs8_der(pkcs8.as_bytes()).unwrap()
}

fn opens(sealed: &SealedKey, text: &str) -> Result<(), UnsealError> {
    let key = sealed.unseal(&passphrase(text))?;
    assert_eq!(key.pkcs8_der(), private_key().pkcs8_der());
    Ok(())
}

#[test]
fn opens_with_its_passphrase_alone() {
    assert_eq!(SEALED.spki_fingerprint(), private_key().spki_fingerprint());
    assert_eq!(SEALED.scope().to_string(), SCOPE);
    assert_eq!(opens(&SEALED, "first"), Ok(()));
    assert_eq!(opens(&SEALED, "First"), Err(UnsealError::WrongPassphrase));
}

#[test]
fn survives_its_file() {
    let file = SEALED.to_json().unwrap();
    assert_eq!(SealedKey::from_json(&file).unwrap(), *SEALED);
    assert!(file.ends_with(b"}\n"));
    let debug = format!("{:?}", *SEALED);
    assert!(!debug.contains("first"), "{debug}");
}

#[test]
fn holders_come_change_and_go_without_each_other() {
    let mut sealed = SEALED.clone();
    let (first, second) = (passphrase("first"), passphrase("second"));
    sealed
        .add_slot(&first, "colleague", &second, PARAMS, &mut rng())
        .unwrap();
    assert_eq!(sealed.slots().collect::<Vec<_>>(), ["admin", "colleague"]);
    assert_eq!(opens(&sealed, "first"), Ok(()));
    assert_eq!(opens(&sealed, "second"), Ok(()));

    sealed
        .change_passphrase(&second, &passphrase("third"), PARAMS, &mut rng())
        .unwrap();
    assert_eq!(sealed.slots().collect::<Vec<_>>(), ["admin", "colleague"]);
    assert_eq!(opens(&sealed, "second"), Err(UnsealError::WrongPassphrase));
    assert_eq!(opens(&sealed, "third"), Ok(()));

    sealed.remove_slot("admin", &passphrase("third")).unwrap();
    assert_eq!(sealed.slots().collect::<Vec<_>>(), ["colleague"]);
    assert_eq!(opens(&sealed, "first"), Err(UnsealError::WrongPassphrase));
    assert_eq!(opens(&sealed, "third"), Ok(()));
}

#[test]
fn refused_changes_change_nothing() {
    let mut sealed = SEALED.clone();
    let (first, wrong) = (passphrase("first"), passphrase("wrong"));
    let weak = Argon2Params {
        iterations: 2,
        ..PARAMS
    };
    let costly = Argon2Params {
        memory_kib: 1024 * 1024 + 1,
        ..PARAMS
    };
    let mut add = |who: &Passphrase, label: &str, params| {
        sealed.add_slot(who, label, &wrong, params, &mut rng())
    };
    assert_eq!(add(&first, "admin", PARAMS), Err(SlotError::LabelTaken));
    for label in ["", " x", "x ", "a\nb", &"x".repeat(65)] {
        assert_eq!(
            add(&first, label, PARAMS),
            Err(SealError::BadLabel.into()),
            "{label:?}"
        );
    }
    assert_eq!(
        add(&first, "b", weak),
        Err(SealError::from(Argon2ParamsError::TooWeak).into())
    );
    assert_eq!(
        add(&first, "b", costly),
        Err(SealError::from(Argon2ParamsError::TooCostly).into())
    );
    assert_eq!(
        add(&wrong, "b", PARAMS),
        Err(UnsealError::WrongPassphrase.into())
    );
    assert_eq!(sealed.remove_slot("b", &first), Err(SlotError::NoSuchSlot));
    assert_eq!(
        sealed.remove_slot("admin", &first),
        Err(SlotError::LastSlot)
    );
    let changed = sealed.change_passphrase(&wrong, &first, PARAMS, &mut rng());
    assert_eq!(changed, Err(UnsealError::WrongPassphrase.into()));
    assert_eq!(sealed, *SEALED);

    while sealed.slots.len() < MAX_SLOTS {
        let label = sealed.slots.len().to_string();
        sealed.slots.push(Slot {
            label,
            ..sealed.slots[0].clone()
        });
    }
    assert_eq!(
        SealedKey::from_json(&sealed.to_json().unwrap()).unwrap(),
        sealed
    );
    let one_more = sealed.add_slot(&first, "b", &wrong, PARAMS, &mut rng());
    assert_eq!(one_more, Err(SlotError::TooManySlots));
}

#[test]
fn every_byte_that_says_what_is_sealed_is_bound() {
    let other_scope = "11111111-1111-4111-8111-111111111111".parse().unwrap();
    let mut scope = SEALED.clone();
    scope.subject.scope = other_scope;
    let mut spki = SEALED.clone();
    spki.subject.spki = Fingerprint::of(b"another");
    let mut label = SEALED.clone();
    label.slots[0].label = "somebody".to_owned();
    let mut nonce = SEALED.clone();
    nonce.slots[0].wrapped_key.nonce[0] ^= 1;
    let mut salt = SEALED.clone();
    salt.slots[0].salt[0] ^= 1;
    let mut lanes = SEALED.clone();
    lanes.slots[0].params.lanes = 2;
    for changed in [scope, spki, label, nonce, salt, lanes] {
        assert_eq!(opens(&changed, "first"), Err(UnsealError::WrongPassphrase));
    }
    let mut key_nonce = SEALED.clone();
    key_nonce.private_key.nonce[0] ^= 1;
    let mut ciphertext = SEALED.clone();
    ciphertext.private_key.ciphertext[100] ^= 1;
    for changed in [key_nonce, ciphertext] {
        assert_eq!(opens(&changed, "first"), Err(UnsealError::Damaged));
    }
}

#[test]
fn a_key_that_the_file_does_not_name_is_refused() {
    let subject = Subject {
        spki: Fingerprint::of(b"another"),
        ..SEALED.subject
    };
    let file_key = FileKey::random(&mut rng());
    let slot = Slot::wrap(
        &file_key,
        subject,
        "admin",
        &passphrase("first"),
        PARAMS,
        &mut rng(),
    )
    .unwrap();
    let associated_data = subject.key_associated_data();
    let sealed = |content: &[u8]| SealedKey {
        subject,
        slots: vec![slot.clone()],
        private_key: file_key
            .seal(content, &associated_data, &mut rng())
            .unwrap(),
    };
    assert_eq!(
        opens(&sealed(private_key().pkcs8_der()), "first"),
        Err(UnsealError::AnotherKey)
    );
    assert_eq!(
        opens(&sealed(b"no key"), "first"),
        Err(UnsealError::Damaged)
    );
}

/// RFC 9106 §5.3: the crate that derives our keys is Argon2id.
#[test]
fn argon2id_known_answer() {
    let params = argon2::ParamsBuilder::new()
        .m_cost(32)
        .t_cost(3)
        .p_cost(4)
        .data(argon2::AssociatedData::new(&[4; 12]).unwrap())
        .output_len(32)
        .build()
        .unwrap();
    let argon2 = argon2::Argon2::new_with_secret(
        &[3; 8],
        argon2::Algorithm::Argon2id,
        argon2::Version::V0x13,
        params,
    )
    .unwrap();
    let mut tag = [0; 32];
    argon2
        .hash_password_into(&[1; 32], &[2; 16], &mut tag)
        .unwrap();
    assert_eq!(
        hex::encode(tag),
        "0d640df58d78766c08c037a34a8b53c9d01ef0452d75b65eb52520e96b01e659"
    );
}

/// RFC 8439 §2.8.2: the crate that seals is ChaCha20-Poly1305.
#[test]
fn chacha20_poly1305_known_answer() {
    use chacha20poly1305::aead::{Aead as _, KeyInit as _, Payload};
    let key: Vec<u8> = (0x80..=0x9f).collect();
    let nonce = hex::decode("070000004041424344454647").unwrap();
    let associated_data = hex::decode("50515253c0c1c2c3c4c5c6c7").unwrap();
    let plaintext =
        b"Ladies and Gentlemen of the class of '99: If I could offer you only one tip for the \
        future, sunscreen would be it.";
    let cipher = chacha20poly1305::ChaCha20Poly1305::new_from_slice(&key).unwrap();
    let nonce: [u8; 12] = nonce.try_into().unwrap();
    let sealed = cipher
        .encrypt(
            &nonce.into(),
            Payload {
                msg: plaintext,
                aad: &associated_data,
            },
        )
        .unwrap();
    assert_eq!(
        hex::encode(sealed),
        "d31a8d34648e60db7b86afbc53ef7ec2a4aded51296e08fea9e2b5a736ee62d63dbea45e8ca9671282fafb69da92728b\
         1a71de0a9e060b2905d6a5b67ecd3b3692ddbd7f2d778b8c9803aee328091b58fab324e4fad675945585808b4831d7bc\
         3ff4def08e4b7a9de576d26586cec64b61161ae10b594f09e26a7e902ecbd0600691"
    );
}

proptest! {
    #[test]
    fn rubbish_is_refused_without_a_panic(file: Vec<u8>) {
        prop_assert!(SealedKey::from_json(&file).is_err());
    }

    #[test]
    fn whatever_is_read_is_written_alike(
        slots in proptest::collection::btree_map(
            "[a-z\u{e9}]{1,64}",
            (65_536_u32..=1_048_576, 3_u32..=16, 1_u32..=16, any::<[u8; 16]>(), any::<[u8; 12]>(), any::<[u8; 32]>()),
            1..5,
        ),
        private_key in proptest::collection::vec(any::<u8>(), 17..3000),
        nonce: [u8; 12],
        spki: Vec<u8>,
    ) {
        let slots = slots
            .into_iter()
            .map(|(label, (memory_kib, iterations, lanes, salt, nonce, ciphertext))| Slot {
                label,
                params: Argon2Params { memory_kib, iterations, lanes },
                salt,
                wrapped_key: Sealed { nonce, ciphertext: [&ciphertext[..], &[0; 16]].concat() },
            })
            .collect();
        let subject = Subject { scope: SCOPE.parse().unwrap(), spki: Fingerprint::of(&spki) };
        let sealed = SealedKey { subject, slots, private_key: Sealed { nonce, ciphertext: private_key } };
        prop_assert_eq!(SealedKey::from_json(&sealed.to_json().unwrap()).unwrap(), sealed);
    }
}
