//! A key on its way to a tool, as it travels from this process to the one that becomes the tool.

use keyfold_core::encryption_key::{EncryptionKey, NamedSecret, PASSWORD};
use zeroize::Zeroizing;

/// The secret with borg's key file, as the Agent captures it.
const KEY_FILE: &str = "borg-key";
/// A pipe takes so many bytes without anybody reading.
const MOST_PASSWORD: usize = 4096;
/// What the process says that cannot become the tool.
pub(super) const NOT_STARTED: &str = "the backup tool cannot be started; install it";

/// What a tool is handed.
pub(super) struct Secrets<'k> {
    /// The password.
    pub(super) password: &'k [u8],
    /// borg's key file; empty where there is none.
    pub(super) key_file: &'k [u8],
}

impl<'k> Secrets<'k> {
    /// Those of a key that has a password.
    pub(super) fn of_key(key: &'k EncryptionKey) -> Option<Self> {
        let key_file = key.secret(KEY_FILE).map(NamedSecret::value);
        Some(Self {
            password: key.secret(PASSWORD)?.value(),
            key_file: key_file.unwrap_or_default(),
        })
    }

    /// As they travel: the password's length (u32 little endian), the password, the key file.
    pub(super) fn to_bytes(&self) -> Option<Zeroizing<Vec<u8>>> {
        let len = u32::try_from(self.password.len()).ok()?;
        if self.password.len() > MOST_PASSWORD {
            return None;
        }
        let parts = [&len.to_le_bytes(), self.password, self.key_file];
        Some(Zeroizing::new(parts.concat()))
    }

    /// What [`Secrets::to_bytes`] made.
    #[cfg(any(unix, test))]
    pub(super) fn of(bytes: &'k [u8]) -> Option<Self> {
        let (len, rest) = bytes.split_first_chunk()?;
        let (password, key_file) =
            rest.split_at_checked(u32::from_le_bytes(*len).try_into().ok()?)?;
        Some(Self { password, key_file })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn secrets_arrive_as_they_were_sent() {
        let secrets = Secrets {
            password: b"one",
            key_file: b"two\nthree",
        };
        let bytes = secrets.to_bytes().unwrap();
        let read = Secrets::of(&bytes).unwrap();
        assert_eq!(
            (read.password, read.key_file),
            (secrets.password, secrets.key_file)
        );
        assert!(Secrets::of(&bytes[..6]).is_none() && Secrets::of(b"\xff").is_none());
        let long = [b'x'; MOST_PASSWORD + 1];
        assert!(
            Secrets {
                password: &long,
                key_file: b""
            }
            .to_bytes()
            .is_none()
        );
    }
}
