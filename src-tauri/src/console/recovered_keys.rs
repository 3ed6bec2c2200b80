//! Recovered keys, in memory only, until they are forgotten.

use std::collections::HashMap;
use std::time::{Duration, Instant};

use keyfold_core::encryption_key::EncryptionKey;
use zeroize::Zeroizing;

use crate::error::{CommandError, codes};

/// How long a recovered key stays when nobody looks at it.
const IDLE: Duration = Duration::from_mins(10);

/// Recovered keys by handle; each is wiped when it leaves this table.
#[derive(Default)]
pub(super) struct RecoveredKeys {
    last_handle: u32,
    keys: HashMap<u32, RecoveredKey>,
}

struct RecoveredKey {
    key: EncryptionKey,
    used: Instant,
}

impl RecoveredKeys {
    /// Keeps a key and names it.
    pub(super) fn keep(&mut self, key: EncryptionKey, now: Instant) -> u32 {
        self.last_handle = self.last_handle.wrapping_add(1);
        self.keys
            .insert(self.last_handle, RecoveredKey { key, used: now });
        self.last_handle
    }

    /// One secret of a key; that the admin asked keeps the key for another while.
    pub(super) fn secret(
        &mut self,
        handle: u32,
        name: &str,
        now: Instant,
    ) -> Result<Zeroizing<Vec<u8>>, CommandError> {
        let recovered = self
            .keys
            .get_mut(&handle)
            .ok_or_else(|| CommandError::new(codes::RECOVERED_KEY_FORGOTTEN))?;
        recovered.used = now;
        recovered
            .key
            .secret(name)
            .map(|secret| Zeroizing::new(secret.value().to_vec()))
            .ok_or_else(|| CommandError::new(codes::SECRET_NOT_FOUND).with("name", name))
    }

    /// Wipes one key.
    pub(super) fn forget(&mut self, handle: u32) {
        self.keys.remove(&handle);
    }

    /// Wipes the keys that nobody looked at for [`IDLE`].
    pub(super) fn forget_idle(&mut self, now: Instant) {
        self.keys
            .retain(|_, recovered| now.saturating_duration_since(recovered.used) < IDLE);
    }

    /// Wipes all keys.
    pub(super) fn forget_all(&mut self) {
        self.keys.clear();
    }
}

/// The secret as text that can be shown and copied; none when it is anything else.
pub(super) fn as_text(secret: &[u8]) -> Option<&str> {
    let printable =
        |character: char| !character.is_control() || matches!(character, '\n' | '\r' | '\t');
    std::str::from_utf8(secret)
        .ok()
        .filter(|text| text.chars().all(printable))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn password() -> EncryptionKey {
        EncryptionKey::password(Zeroizing::new(b"canary".to_vec())).unwrap()
    }

    #[test]
    fn a_key_is_there_until_it_is_forgotten() {
        let now = Instant::now();
        let mut keys = RecoveredKeys::default();
        let first = keys.keep(password(), now);
        let second = keys.keep(password(), now);
        assert_eq!(&*keys.secret(first, "password", now).unwrap(), b"canary");
        assert_eq!(
            keys.secret(first, "key-file", now).unwrap_err().code,
            codes::SECRET_NOT_FOUND
        );
        keys.forget(first);
        assert_eq!(
            keys.secret(first, "password", now).unwrap_err().code,
            codes::RECOVERED_KEY_FORGOTTEN
        );
        assert!(keys.secret(second, "password", now).is_ok());
        keys.forget_all();
        assert!(keys.secret(second, "password", now).is_err());
    }

    #[test]
    fn an_idle_key_is_forgotten_and_a_used_one_stays() {
        let start = Instant::now();
        let mut keys = RecoveredKeys::default();
        let idle = keys.keep(password(), start);
        let used = keys.keep(password(), start);
        keys.secret(used, "password", start + Duration::from_secs(1))
            .unwrap();
        keys.forget_idle(start + IDLE);
        assert!(keys.secret(idle, "password", start + IDLE).is_err());
        assert!(keys.secret(used, "password", start + IDLE).is_ok());
    }

    #[test]
    fn text_is_what_can_be_shown() {
        assert_eq!(as_text("pass wörd\n".as_bytes()), Some("pass wörd\n"));
        assert_eq!(as_text(b"\x00key"), None);
        assert_eq!(as_text(b"\xff"), None);
        assert_eq!(as_text(b"\x1b[2J"), None);
    }
}
