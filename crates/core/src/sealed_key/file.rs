//! `private-key.json`, byte for byte.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde::{Deserialize, Serialize};

use super::slot::{KEY_BYTES, Sealed, Slot, TAG_BYTES, check_label};
use super::{
    Argon2Params, MAGIC, MAX_FILE_BYTES, MAX_SLOTS, SealedKey, SealedKeyError, Subject, VERSION,
};
use crate::fingerprint::Fingerprint;
use crate::id::ScopeGuid;

const ARGON2ID: &str = "argon2id";

/// The members that every version has.
#[derive(Deserialize)]
struct Header {
    magic: String,
    version: u32,
}

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct File {
    magic: String,
    version: u32,
    scope: ScopeGuid,
    spki_sha256: Fingerprint,
    slots: Vec<SlotEntry>,
    private_key: SealedEntry,
}

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct SlotEntry {
    label: String,
    kdf: Kdf,
    wrapped_key: SealedEntry,
}

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Kdf {
    name: String,
    memory_kib: u32,
    iterations: u32,
    lanes: u32,
    salt: String,
}

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct SealedEntry {
    nonce: String,
    ciphertext: String,
}

pub(super) fn read(file: &[u8]) -> Result<SealedKey, SealedKeyError> {
    if file.len() > MAX_FILE_BYTES {
        return Err(SealedKeyError::TooLarge);
    }
    let header: Header = serde_json::from_slice(file).map_err(|_| SealedKeyError::Malformed)?;
    if header.magic != MAGIC {
        return Err(SealedKeyError::NotASealedKey);
    }
    if header.version > VERSION {
        return Err(SealedKeyError::NewerVersion {
            version: header.version,
        });
    }
    if header.version < VERSION {
        return Err(SealedKeyError::Malformed);
    }
    let file: File = serde_json::from_slice(file).map_err(|_| SealedKeyError::Malformed)?;
    let private_key = sealed(&file.private_key)?;
    if private_key.ciphertext.len() <= TAG_BYTES {
        return Err(SealedKeyError::Malformed);
    }
    Ok(SealedKey {
        subject: Subject {
            scope: file.scope,
            spki: file.spki_sha256,
        },
        slots: slots(file.slots)?,
        private_key,
    })
}

pub(super) fn write(key: &SealedKey) -> Result<Vec<u8>, SealedKeyError> {
    let file = File {
        magic: MAGIC.to_owned(),
        version: VERSION,
        scope: key.subject.scope,
        spki_sha256: key.subject.spki,
        slots: key.slots.iter().map(slot_entry).collect(),
        private_key: sealed_entry(&key.private_key),
    };
    let mut json = serde_json::to_vec_pretty(&file).map_err(|_| SealedKeyError::Malformed)?;
    json.push(b'\n');
    if json.len() > MAX_FILE_BYTES {
        return Err(SealedKeyError::TooLarge);
    }
    Ok(json)
}

fn slots(entries: Vec<SlotEntry>) -> Result<Vec<Slot>, SealedKeyError> {
    if entries.is_empty() {
        return Err(SealedKeyError::NoSlots);
    }
    if entries.len() > MAX_SLOTS {
        return Err(SealedKeyError::TooManySlots);
    }
    let mut slots: Vec<Slot> = Vec::with_capacity(entries.len());
    for entry in entries {
        let slot = slot(entry)?;
        if slots.iter().any(|earlier| earlier.label == slot.label) {
            return Err(SealedKeyError::DuplicateLabel);
        }
        slots.push(slot);
    }
    Ok(slots)
}

fn slot(
    SlotEntry {
        label,
        kdf,
        wrapped_key,
    }: SlotEntry,
) -> Result<Slot, SealedKeyError> {
    check_label(&label).map_err(|_| SealedKeyError::BadLabel)?;
    if kdf.name != ARGON2ID {
        return Err(SealedKeyError::UnknownKeyDerivation);
    }
    let params = Argon2Params {
        memory_kib: kdf.memory_kib,
        iterations: kdf.iterations,
        lanes: kdf.lanes,
    };
    params.check()?;
    let wrapped_key = sealed(&wrapped_key)?;
    if wrapped_key.ciphertext.len() != KEY_BYTES + TAG_BYTES {
        return Err(SealedKeyError::Malformed);
    }
    Ok(Slot {
        label,
        params,
        salt: exactly(&kdf.salt)?,
        wrapped_key,
    })
}

fn slot_entry(slot: &Slot) -> SlotEntry {
    SlotEntry {
        label: slot.label.clone(),
        kdf: Kdf {
            name: ARGON2ID.to_owned(),
            memory_kib: slot.params.memory_kib,
            iterations: slot.params.iterations,
            lanes: slot.params.lanes,
            salt: STANDARD.encode(slot.salt),
        },
        wrapped_key: sealed_entry(&slot.wrapped_key),
    }
}

fn sealed(entry: &SealedEntry) -> Result<Sealed, SealedKeyError> {
    Ok(Sealed {
        nonce: exactly(&entry.nonce)?,
        ciphertext: bytes(&entry.ciphertext)?,
    })
}

fn sealed_entry(sealed: &Sealed) -> SealedEntry {
    SealedEntry {
        nonce: STANDARD.encode(sealed.nonce),
        ciphertext: STANDARD.encode(&sealed.ciphertext),
    }
}

fn exactly<const N: usize>(base64: &str) -> Result<[u8; N], SealedKeyError> {
    bytes(base64)?
        .try_into()
        .map_err(|_| SealedKeyError::Malformed)
}

fn bytes(base64: &str) -> Result<Vec<u8>, SealedKeyError> {
    STANDARD
        .decode(base64)
        .map_err(|_| SealedKeyError::Malformed)
}
