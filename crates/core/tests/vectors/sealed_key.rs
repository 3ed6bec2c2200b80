//! `private-key.json`. The forger seals with the crates themselves, as `docs/FORMATS.md` says: a second implementation.

use argon2::{Algorithm, Argon2, Params, Version};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use chacha20poly1305::ChaCha20Poly1305;
use chacha20poly1305::aead::{Aead as _, KeyInit as _, Payload};
use keyfold_core::passphrase::Passphrase;
use keyfold_core::sealed_key::SealedKey;
use serde_json::{Value, json};

use crate::index::{ACCEPTED, Vector, walk, write};
use crate::{pkcs8, private_key};

const PASSPHRASE: &str = "Zoë's spare key";
const SCOPE: &str = "6f9619ff-8b86-4011-b42d-00cf4fc964ff";

fn judge(file: &[u8]) -> String {
    let sealed = match SealedKey::from_json(file) {
        Ok(sealed) => sealed,
        Err(error) => return error.code().to_owned(),
    };
    match sealed.unseal(&Passphrase::new(PASSPHRASE.to_owned()).unwrap()) {
        Ok(key) => {
            assert_eq!(key.pkcs8_der(), private_key("group-key.pem").pkcs8_der());
            ACCEPTED.to_owned()
        }
        Err(error) => error.code().to_owned(),
    }
}

#[test]
fn sealed_keys() {
    walk("sealed_key", judge);
}

/// What a sealed key is made of.
struct Forger {
    spki: String,
    content: Vec<u8>,
    slots: Vec<(&'static str, String)>,
    kdf_version: u32,
}

impl Forger {
    fn new() -> Self {
        Self {
            spki: private_key("group-key.pem").spki_fingerprint().to_string(),
            content: pkcs8("group-key.pem").as_bytes().to_vec(),
            slots: vec![("admin", PASSPHRASE.to_owned())],
            kdf_version: 19,
        }
    }

    fn forge(&self) -> Value {
        let what = format!("keyfold-sealed-key 1\nscope {SCOPE}\nspki {}\n", self.spki);
        let file_key = [0x4b; 32];
        let slots: Vec<Value> = (0_u8..)
            .zip(&self.slots)
            .map(|(number, (label, passphrase))| {
                let (salt, nonce) = ([number + 1; 16], [number + 0x11; 12]);
                let slot = format!(
                    "{what}slot argon2id {} 65536 3 1\n{label}\n",
                    self.kdf_version
                );
                let ciphertext = seal(&derive(passphrase, &salt), nonce, &slot, &file_key);
                json!({
                    "label": label,
                    "kdf": {
                        "name": "argon2id",
                        "memory_kib": 65536,
                        "iterations": 3,
                        "lanes": 1,
                        "salt": STANDARD.encode(salt)
                    },
                    "wrapped_key": { "nonce": STANDARD.encode(nonce), "ciphertext": ciphertext }
                })
            })
            .collect();
        let nonce = [0x7e; 12];
        let ciphertext = seal(
            &file_key,
            nonce,
            &format!("{what}private key\n"),
            &self.content,
        );
        json!({
            "magic": "keyfold-sealed-key",
            "version": 1,
            "scope": SCOPE,
            "spki_sha256": self.spki,
            "slots": slots,
            "private_key": { "nonce": STANDARD.encode(nonce), "ciphertext": ciphertext }
        })
    }
}

fn derive(passphrase: &str, salt: &[u8]) -> [u8; 32] {
    let mut key = [0; 32];
    Argon2::new(
        Algorithm::Argon2id,
        Version::V0x13,
        Params::new(65536, 3, 1, Some(32)).unwrap(),
    )
    .hash_password_into(passphrase.as_bytes(), salt, &mut key)
    .unwrap();
    key
}

fn seal(key: &[u8; 32], nonce: [u8; 12], associated_data: &str, content: &[u8]) -> String {
    let payload = Payload {
        msg: content,
        aad: associated_data.as_bytes(),
    };
    STANDARD.encode(
        ChaCha20Poly1305::new(&(*key).into())
            .encrypt(&nonce.into(), payload)
            .unwrap(),
    )
}

#[test]
#[expect(clippy::too_many_lines, reason = "a table of faults")]
#[ignore = "makes the vectors anew"]
fn make_sealed_keys() {
    let good = Forger::new().forge();
    let text = |value: &Value| serde_json::to_string_pretty(value).unwrap() + "\n";
    let with = |pointer: &str, value: Value| {
        let mut changed = good.clone();
        *changed.pointer_mut(pointer).unwrap() = value;
        text(&changed)
    };
    let first_bit = |pointer: &str| {
        let mut bytes = STANDARD
            .decode(good.pointer(pointer).unwrap().as_str().unwrap())
            .unwrap();
        bytes[0] ^= 0x80;
        with(pointer, json!(STANDARD.encode(bytes)))
    };
    let slot = good["slots"][0].clone();
    let labelled = |label: String| {
        let mut slot = slot.clone();
        slot["label"] = json!(label);
        slot
    };
    let mut unknown = good.clone();
    unknown["colour"] = json!("red");
    let slots = |list: Vec<(&'static str, &str)>| {
        let slots = list
            .into_iter()
            .map(|(label, text)| (label, text.to_owned()))
            .collect();
        text(
            &Forger {
                slots,
                ..Forger::new()
            }
            .forge(),
        )
    };
    let another = "0".repeat(64);
    let (malformed, damaged) = ("sealed-key-malformed", "unseal-damaged");
    let (wrong, weak, costly) = (
        "unseal-wrong-passphrase",
        "key-derivation-too-weak",
        "key-derivation-too-costly",
    );
    write(
        "sealed_key",
        "private-key.json files of pki/group-key.pem under the passphrase «Zoë's spare key». \
         Each refused one is one-slot.json with one fault.",
        vec![
            Vector::new("one-slot.json", ACCEPTED, text(&good)),
            Vector::new("compact.json", ACCEPTED, good.to_string()),
            Vector::new(
                "second-slot.json",
                ACCEPTED,
                slots(vec![("admin", "other"), ("colleague é", PASSPHRASE)]),
            ),
            Vector::new("empty-file.json", malformed, ""),
            Vector::new("cut-short.json", malformed, &text(&good)[..900]),
            Vector::new("unknown-member.json", malformed, text(&unknown)),
            Vector::new("version-0.json", malformed, with("/version", json!(0))),
            Vector::new(
                "short-salt.json",
                malformed,
                with("/slots/0/kdf/salt", json!("AQEBAQEBAQEBAQEBAQEB")),
            ),
            Vector::new(
                "base64-without-padding.json",
                malformed,
                with("/slots/0/kdf/salt", json!("AQEBAQEBAQEBAQEBAQEBAQ")),
            ),
            Vector::new(
                "short-nonce.json",
                malformed,
                with("/private_key/nonce", json!("fn5+fn5+fn5+fn4=")),
            ),
            Vector::new(
                "short-wrapped-key.json",
                malformed,
                with("/slots/0/wrapped_key/ciphertext", json!("AAAA")),
            ),
            Vector::new(
                "empty-ciphertext.json",
                malformed,
                with("/private_key/ciphertext", json!("")),
            ),
            Vector::new(
                "negative-memory.json",
                malformed,
                with("/slots/0/kdf/memory_kib", json!(-1)),
            ),
            Vector::new(
                "upper-case-guid.json",
                malformed,
                with("/scope", json!(SCOPE.to_uppercase())),
            ),
            Vector::new(
                "other-magic.json",
                "sealed-key-wrong-magic",
                with("/magic", json!("keyfold")),
            ),
            Vector::new(
                "version-2.json",
                "sealed-key-newer-version",
                with("/version", json!(2)),
            ),
            Vector::new(
                "scrypt.json",
                "sealed-key-unknown-key-derivation",
                with("/slots/0/kdf/name", json!("scrypt")),
            ),
            Vector::new(
                "weak-memory.json",
                weak,
                with("/slots/0/kdf/memory_kib", json!(65535)),
            ),
            Vector::new(
                "weak-iterations.json",
                weak,
                with("/slots/0/kdf/iterations", json!(2)),
            ),
            Vector::new("no-lanes.json", weak, with("/slots/0/kdf/lanes", json!(0))),
            Vector::new(
                "costly-memory.json",
                costly,
                with("/slots/0/kdf/memory_kib", json!(1_048_577)),
            ),
            Vector::new(
                "costly-iterations.json",
                costly,
                with("/slots/0/kdf/iterations", json!(17)),
            ),
            Vector::new(
                "costly-lanes.json",
                costly,
                with("/slots/0/kdf/lanes", json!(17)),
            ),
            Vector::new(
                "no-slots.json",
                "sealed-key-no-slots",
                with("/slots", json!([])),
            ),
            Vector::new(
                "too-many-slots.json",
                "sealed-key-too-many-slots",
                with("/slots", (0..33).map(|n| labelled(n.to_string())).collect()),
            ),
            Vector::new(
                "control-character-in-label.json",
                "sealed-key-bad-label",
                with("/slots/0/label", json!("a\nb")),
            ),
            Vector::new(
                "empty-label.json",
                "sealed-key-bad-label",
                with("/slots/0/label", json!("")),
            ),
            Vector::new(
                "label-twice.json",
                "sealed-key-duplicate-label",
                with("/slots", json!([slot, slot])),
            ),
            Vector::new(
                "too-large.json",
                "sealed-key-too-large",
                text(&good) + &" ".repeat(64 * 1024),
            ),
            Vector::new(
                "decomposed-passphrase.json",
                wrong,
                slots(vec![("admin", "Zoe\u{308}'s spare key")]),
            ),
            Vector::new(
                "other-passphrase.json",
                wrong,
                slots(vec![("admin", "other")]),
            ),
            Vector::new(
                "other-scope.json",
                wrong,
                with("/scope", json!("11111111-1111-4111-8111-111111111111")),
            ),
            Vector::new(
                "other-fingerprint.json",
                wrong,
                with("/spki_sha256", json!(another)),
            ),
            Vector::new(
                "other-label.json",
                wrong,
                with("/slots/0/label", json!("somebody")),
            ),
            Vector::new(
                "other-iterations.json",
                wrong,
                with("/slots/0/kdf/iterations", json!(4)),
            ),
            Vector::new("other-salt.json", wrong, first_bit("/slots/0/kdf/salt")),
            Vector::new(
                "other-slot-nonce.json",
                wrong,
                first_bit("/slots/0/wrapped_key/nonce"),
            ),
            Vector::new(
                "changed-wrapped-key.json",
                wrong,
                first_bit("/slots/0/wrapped_key/ciphertext"),
            ),
            Vector::new(
                "other-argon2-version.json",
                wrong,
                text(
                    &Forger {
                        kdf_version: 16,
                        ..Forger::new()
                    }
                    .forge(),
                ),
            ),
            Vector::new(
                "other-key-nonce.json",
                damaged,
                first_bit("/private_key/nonce"),
            ),
            Vector::new(
                "changed-private-key.json",
                damaged,
                first_bit("/private_key/ciphertext"),
            ),
            Vector::new(
                "no-private-key-inside.json",
                damaged,
                text(
                    &Forger {
                        content: b"no key".to_vec(),
                        ..Forger::new()
                    }
                    .forge(),
                ),
            ),
            Vector::new(
                "another-key-inside.json",
                "unseal-another-key",
                text(
                    &Forger {
                        spki: another,
                        ..Forger::new()
                    }
                    .forge(),
                ),
            ),
        ],
    );
}
