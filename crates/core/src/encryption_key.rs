//! An account's encryption key: what its backups are encrypted with, as one or several named secrets.

use aws_lc_rs::constant_time::verify_slices_are_equal;
use thiserror::Error;
use zeroize::Zeroizing;

use crate::codes::codes;

/// Most bytes that the values of one encryption key hold together.
pub const MAX_BYTES: usize = 64 * 1024;

/// Most secrets in one encryption key.
pub const MAX_SECRETS: usize = 64;

/// Longest name of a secret, in characters (all ASCII).
pub const MAX_NAME_CHARS: usize = 64;

/// The name of the secret of a key that is one password.
pub const PASSWORD: &str = "password";

/// One secret of an encryption key: `password`, `key-file`, …
///
/// Wiped from memory when dropped; never shown, cloned or serialised.
pub struct NamedSecret {
    name: String,
    value: Zeroizing<Vec<u8>>,
}

impl NamedSecret {
    /// A secret of 1 … 64 characters `a-z`, `0-9`, `-` as its name and any bytes, at least one, as its value.
    pub fn new(name: &str, value: Zeroizing<Vec<u8>>) -> Result<Self, EncryptionKeyError> {
        let allowed = |c: u8| c.is_ascii_lowercase() || c.is_ascii_digit() || c == b'-';
        if name.is_empty() || name.len() > MAX_NAME_CHARS || !name.bytes().all(allowed) {
            return Err(EncryptionKeyError::BadName);
        }
        if value.is_empty() {
            return Err(EncryptionKeyError::EmptySecret);
        }
        Ok(Self {
            name: name.to_owned(),
            value,
        })
    }

    /// What it is called.
    #[must_use]
    pub fn name(&self) -> &str {
        &self.name
    }

    /// The secret itself.
    #[must_use]
    pub fn value(&self) -> &[u8] {
        &self.value
    }
}

/// An encryption key: 1 … 64 secrets with different names, at most 64 KiB together, in the order given.
///
/// Wiped from memory when dropped; never shown, cloned or serialised.
pub struct EncryptionKey(Vec<NamedSecret>);

impl EncryptionKey {
    /// A key of these secrets.
    pub fn new(secrets: Vec<NamedSecret>) -> Result<Self, EncryptionKeyError> {
        if secrets.is_empty() {
            return Err(EncryptionKeyError::NoSecrets);
        }
        if secrets.len() > MAX_SECRETS {
            return Err(EncryptionKeyError::TooManySecrets);
        }
        if secrets
            .iter()
            .map(|secret| secret.value.len())
            .sum::<usize>()
            > MAX_BYTES
        {
            return Err(EncryptionKeyError::TooLarge);
        }
        for (place, secret) in secrets.iter().enumerate() {
            if secrets[..place]
                .iter()
                .any(|earlier| earlier.name == secret.name)
            {
                return Err(EncryptionKeyError::DuplicateName);
            }
        }
        Ok(Self(secrets))
    }

    /// A key that is one password.
    pub fn password(value: Zeroizing<Vec<u8>>) -> Result<Self, EncryptionKeyError> {
        Self::new(vec![NamedSecret::new(PASSWORD, value)?])
    }

    /// All secrets, in order; never empty.
    #[must_use]
    pub fn secrets(&self) -> &[NamedSecret] {
        &self.0
    }

    /// The secret of that name.
    #[must_use]
    pub fn secret(&self, name: &str) -> Option<&NamedSecret> {
        self.0.iter().find(|secret| secret.name == name)
    }

    /// Whether both keys hold the same names and values in the same order.
    ///
    /// Takes the same time wherever values of equal length differ.
    #[must_use]
    pub fn same_as(&self, other: &Self) -> bool {
        if self.0.len() != other.0.len() {
            return false;
        }
        self.0
            .iter()
            .zip(&other.0)
            .fold(true, |same, (ours, theirs)| {
                let same_value = verify_slices_are_equal(&ours.value, &theirs.value).is_ok();
                same && same_value && ours.name == theirs.name
            })
    }
}

/// Why secrets cannot be an encryption key.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
pub enum EncryptionKeyError {
    /// The list is empty.
    #[error("the encryption key holds no secret; give at least one")]
    NoSecrets,
    /// More than [`MAX_SECRETS`].
    #[error("the encryption key holds more than {MAX_SECRETS} secrets; give fewer")]
    TooManySecrets,
    /// The values take more than [`MAX_BYTES`] together.
    #[error("the encryption key is larger than {MAX_BYTES} bytes; shorten its secrets")]
    TooLarge,
    /// Two secrets have one name.
    #[error("two secrets of the encryption key have the same name; rename one")]
    DuplicateName,
    /// A name is empty, longer than [`MAX_NAME_CHARS`] or has other characters than `a-z`, `0-9` and `-`.
    #[error("a secret's name is not 1 to {MAX_NAME_CHARS} characters a-z, 0-9 and -; rename it")]
    BadName,
    /// A secret has no bytes.
    #[error("a secret of the encryption key is empty; give its value")]
    EmptySecret,
}

codes! {
    EncryptionKeyError {
        Self::NoSecrets => "encryption-key-no-secrets",
        Self::TooManySecrets => "encryption-key-too-many-secrets",
        Self::TooLarge => "encryption-key-too-large",
        Self::DuplicateName => "encryption-key-duplicate-name",
        Self::BadName => "encryption-key-bad-name",
        Self::EmptySecret => "encryption-key-empty-secret",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn secret(name: &str, value: &[u8]) -> Result<NamedSecret, EncryptionKeyError> {
        NamedSecret::new(name, Zeroizing::new(value.to_vec()))
    }

    #[test]
    fn a_password_is_a_key_of_one_secret() {
        let key = EncryptionKey::password(Zeroizing::new(b"hunter2".to_vec())).unwrap();
        assert_eq!(key.secrets().len(), 1);
        assert_eq!(key.secret("password").unwrap().value(), b"hunter2");
        assert!(key.secret("key-file").is_none());
    }

    #[test]
    fn names_are_short_plain_and_different() {
        for bad in [
            "",
            "Password",
            "key file",
            "key_file",
            "clé",
            &"x".repeat(65),
        ] {
            assert_eq!(
                secret(bad, b"x").err(),
                Some(EncryptionKeyError::BadName),
                "{bad}"
            );
        }
        assert!(secret(&"x".repeat(64), b"x").is_ok());
        let twins = vec![secret("a", b"1").unwrap(), secret("a", b"2").unwrap()];
        assert_eq!(
            EncryptionKey::new(twins).err(),
            Some(EncryptionKeyError::DuplicateName)
        );
    }

    #[test]
    fn sizes_have_bounds() {
        assert_eq!(
            EncryptionKey::new(Vec::new()).err(),
            Some(EncryptionKeyError::NoSecrets)
        );
        assert_eq!(
            secret("a", b"").err(),
            Some(EncryptionKeyError::EmptySecret)
        );
        let half = || vec![7; MAX_BYTES / 2];
        let full = vec![secret("a", &half()).unwrap(), secret("b", &half()).unwrap()];
        assert!(EncryptionKey::new(full).is_ok());
        let over = vec![
            secret("a", &half()).unwrap(),
            secret("b", &half()).unwrap(),
            secret("c", b"x").unwrap(),
        ];
        assert_eq!(
            EncryptionKey::new(over).err(),
            Some(EncryptionKeyError::TooLarge)
        );
        let many = (0..=MAX_SECRETS)
            .map(|n| secret(&n.to_string(), b"x").unwrap())
            .collect();
        assert_eq!(
            EncryptionKey::new(many).err(),
            Some(EncryptionKeyError::TooManySecrets)
        );
    }

    #[test]
    fn sameness_looks_at_names_values_and_order() {
        let key = |list: &[(&str, &[u8])]| {
            EncryptionKey::new(list.iter().map(|(n, v)| secret(n, v).unwrap()).collect()).unwrap()
        };
        let original = key(&[("a", b"1"), ("b", b"2")]);
        assert!(original.same_as(&key(&[("a", b"1"), ("b", b"2")])));
        assert!(!original.same_as(&key(&[("b", b"2"), ("a", b"1")])));
        assert!(!original.same_as(&key(&[("a", b"1"), ("c", b"2")])));
        assert!(!original.same_as(&key(&[("a", b"9"), ("b", b"2")])));
        assert!(!original.same_as(&key(&[("a", b"1")])));
    }
}
