//! Keys as they lie in the Agent's directory: `key.json`, and while the key is changed two more.

use anyhow::Context as _;
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use keyfold_core::encryption_key::{EncryptionKey, NamedSecret, PASSWORD};
use keyfold_core::id::KeyId;
use serde::{Deserialize, Serialize};
use zeroize::Zeroizing;

use crate::state::{StateDirectory, StateError};

const VERSION: u8 = 1;

/// Which of the keys that the Agent keeps.
#[derive(Debug, Clone, Copy, PartialEq, Eq, clap::ValueEnum)]
pub(crate) enum Slot {
    /// What backups are made with.
    Present,
    /// What they will be made with; or a key that is tried before it is adopted.
    Next,
    /// What they were made with until a moment ago.
    Former,
}

impl Slot {
    /// As the command line has it.
    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::Present => "present",
            Self::Next => "next",
            Self::Former => "former",
        }
    }

    fn file(self) -> &'static str {
        match self {
            Self::Present => "key.json",
            Self::Next => "next-key.json",
            Self::Former => "former-key.json",
        }
    }
}

/// The account's encryption key, and the number it got when it was set.
pub(crate) struct KeptKey {
    pub(crate) id: KeyId,
    pub(crate) key: EncryptionKey,
    /// Whether this Agent made it, and nobody who was shown an earlier one is helped by that.
    pub(crate) generated: bool,
}

impl KeptKey {
    /// The password as one line of input.
    pub(crate) fn password_line(&self) -> anyhow::Result<Zeroizing<Vec<u8>>> {
        let password = self
            .key
            .secret(PASSWORD)
            .context("the key has no password")?;
        Ok(Zeroizing::new([password.value(), b"\n"].concat()))
    }
}

#[derive(Serialize, Deserialize)]
struct Stored {
    version: u8,
    key_id: KeyId,
    secrets: Vec<StoredSecret>,
    /// Unknown in what earlier versions wrote.
    #[serde(default)]
    generated: bool,
}

#[derive(Serialize, Deserialize)]
struct StoredSecret {
    name: String,
    /// Base64.
    value: Zeroizing<String>,
}

/// The key; none when there is none in this slot.
pub(crate) fn read(state: &StateDirectory, slot: Slot) -> Result<Option<KeptKey>, StateError> {
    let Some(stored) = state.read::<Stored>(slot.file())? else {
        return Ok(None);
    };
    let damaged = || state.damaged(slot.file());
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
        generated: stored.generated,
    }))
}

/// Replaces the key.
pub(crate) fn write(state: &StateDirectory, slot: Slot, kept: &KeptKey) -> Result<(), StateError> {
    let encode = |secret: &NamedSecret| StoredSecret {
        name: secret.name().to_owned(),
        value: Zeroizing::new(STANDARD.encode(secret.value())),
    };
    let secrets = kept.key.secrets().iter().map(encode).collect();
    state.write(
        slot.file(),
        &Stored {
            version: VERSION,
            key_id: kept.id,
            secrets,
            generated: kept.generated,
        },
    )
}

/// Removes the key, if there is one.
pub(crate) fn forget(state: &StateDirectory, slot: Slot) -> Result<(), StateError> {
    state.remove(slot.file())
}

fn decode(stored: &StoredSecret) -> Option<NamedSecret> {
    let value = STANDARD.decode(&*stored.value).map(Zeroizing::new).ok()?;
    NamedSecret::new(&stored.name, value).ok()
}
