//! The key as it lies in the Agent's directory: `key.json`.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use keyfold_core::encryption_key::{EncryptionKey, NamedSecret};
use keyfold_core::id::KeyId;
use serde::{Deserialize, Serialize};
use zeroize::Zeroizing;

use crate::state::{StateDirectory, StateError};

const FILE: &str = "key.json";
const VERSION: u8 = 1;

/// The account's encryption key, and the number it got when it was set.
pub(crate) struct KeptKey {
    pub(crate) id: KeyId,
    pub(crate) key: EncryptionKey,
}

#[derive(Serialize, Deserialize)]
struct Stored {
    version: u8,
    key_id: KeyId,
    secrets: Vec<StoredSecret>,
}

#[derive(Serialize, Deserialize)]
struct StoredSecret {
    name: String,
    /// Base64.
    value: Zeroizing<String>,
}

/// The key; none when none was set.
pub(crate) fn read(state: &StateDirectory) -> Result<Option<KeptKey>, StateError> {
    let Some(stored) = state.read::<Stored>(FILE)? else {
        return Ok(None);
    };
    let damaged = || state.damaged(FILE);
    if stored.version != VERSION {
        return Err(damaged());
    }
    let secrets: Option<Vec<_>> = stored.secrets.iter().map(decode).collect();
    let key = secrets
        .and_then(|secrets| EncryptionKey::new(secrets).ok())
        .ok_or_else(damaged)?;
    Ok(Some(KeptKey {
        id: stored.key_id,
        key,
    }))
}

/// Replaces the key.
pub(crate) fn write(state: &StateDirectory, kept: &KeptKey) -> Result<(), StateError> {
    let encode = |secret: &NamedSecret| StoredSecret {
        name: secret.name().to_owned(),
        value: Zeroizing::new(STANDARD.encode(secret.value())),
    };
    let secrets = kept.key.secrets().iter().map(encode).collect();
    state.write(
        FILE,
        &Stored {
            version: VERSION,
            key_id: kept.id,
            secrets,
        },
    )
}

fn decode(stored: &StoredSecret) -> Option<NamedSecret> {
    let value = STANDARD.decode(&*stored.value).map(Zeroizing::new).ok()?;
    NamedSecret::new(&stored.name, value).ok()
}
