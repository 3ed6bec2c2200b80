//! Keys that the Agent makes.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use keyfold_core::encryption_key::{EncryptionKey, EncryptionKeyError, NamedSecret, PASSWORD};
use zeroize::Zeroizing;

use crate::profile::{EXPORTED_KEY, SALT};

/// A key of one random password of 256 bits, and a salt of as many if the tool has one.
pub(crate) fn new(with_salt: bool) -> Result<EncryptionKey, EncryptionKeyError> {
    let mut secrets = vec![random(PASSWORD)?];
    if with_salt {
        secrets.push(random(SALT)?);
    }
    EncryptionKey::new(secrets)
}

/// A new password with what belongs to the present one, but for what the tool derives from it.
pub(crate) fn like(present: &EncryptionKey) -> Result<EncryptionKey, EncryptionKeyError> {
    let mut secrets = vec![random(PASSWORD)?];
    for secret in present.secrets() {
        if ![PASSWORD, EXPORTED_KEY].contains(&secret.name()) {
            let value = Zeroizing::new(secret.value().to_vec());
            secrets.push(NamedSecret::new(secret.name(), value)?);
        }
    }
    EncryptionKey::new(secrets)
}

fn random(name: &str) -> Result<NamedSecret, EncryptionKeyError> {
    let random = Zeroizing::new(rand::random::<[u8; 32]>());
    NamedSecret::new(
        name,
        Zeroizing::new(URL_SAFE_NO_PAD.encode(*random).into_bytes()),
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_new_key_is_random_and_keeps_what_is_no_password() {
        let secret =
            |name, value: &[u8]| NamedSecret::new(name, Zeroizing::new(value.to_vec())).unwrap();
        let present = EncryptionKey::new(vec![
            secret("note", b"kept"),
            secret(PASSWORD, b"old"),
            secret(EXPORTED_KEY, b"derived"),
        ])
        .unwrap();
        let (one, other) = (like(&present).unwrap(), like(&present).unwrap());
        assert!(!one.same_as(&other));
        assert_eq!(one.secret(PASSWORD).unwrap().value().len(), 43);
        assert_eq!(one.secret("note").unwrap().value(), b"kept");
        assert!(one.secret(EXPORTED_KEY).is_none());
        assert_eq!(new(true).unwrap().secrets().len(), 2);
    }
}
