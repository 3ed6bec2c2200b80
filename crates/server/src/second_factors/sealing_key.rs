//! The key under which the secrets of second factors lie in the database.

use aws_lc_rs::aead::{AES_256_GCM, Aad, NONCE_LEN, Nonce, RandomizedNonceKey};
use aws_lc_rs::hkdf::{HKDF_SHA256, Salt};
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use zeroize::Zeroizing;

use crate::refusal::Refusal;

/// Bytes of the key, and of what is derived from it.
const BYTES: usize = 32;

/// Why a text is no key.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("it is not 32 bytes in base64url; put the file back as an AccountServer made it")]
pub struct SealingKeyError;

/// 32 random bytes that all servers of a platform share, in a file and never in the database.
pub struct SealingKey {
    seal: Zeroizing<[u8; BYTES]>,
    check: [u8; BYTES],
}

impl SealingKey {
    /// Reads a key as [`Entropy::token`](crate::clock::Entropy::token) writes it.
    pub fn from_text(text: &str) -> Result<Self, SealingKeyError> {
        let bytes = URL_SAFE_NO_PAD.decode(text).map_err(|_| SealingKeyError)?;
        let bytes = Zeroizing::new(bytes);
        if bytes.len() != BYTES {
            return Err(SealingKeyError);
        }
        let derived = |info: &[u8]| {
            let mut derived = Zeroizing::new([0; BYTES]);
            Salt::new(HKDF_SHA256, b"")
                .extract(&bytes)
                .expand(&[info], HKDF_SHA256)
                .and_then(|output| output.fill(&mut *derived))
                .map_err(|_| SealingKeyError)?;
            Ok(derived)
        };
        Ok(Self {
            seal: derived(b"keyfold second factors")?,
            check: *derived(b"keyfold which key seals second factors")?,
        })
    }

    /// What tells this key from others, to the database.
    #[must_use]
    pub fn check(&self) -> &[u8] {
        &self.check
    }

    /// Seals a user's secret (AES-256-GCM, RFC 5116): nonce, then ciphertext with its tag.
    pub(crate) fn seal(&self, user: &str, secret: &[u8]) -> Result<Vec<u8>, Refusal> {
        let mut sealed = secret.to_vec();
        let nonce = self
            .sealing()?
            .seal_in_place_append_tag(Aad::from(user.as_bytes()), &mut sealed)
            .map_err(|_| Refusal::Internal("a second factor was not sealed"))?;
        Ok([&nonce.as_ref()[..], &sealed].concat())
    }

    /// Opens what [`seal`](Self::seal) made for the same user.
    pub(crate) fn open(&self, user: &str, sealed: &[u8]) -> Result<Zeroizing<Vec<u8>>, Refusal> {
        let unsuited = Refusal::Internal(
            "a second factor does not open; is the secret file the one with which it was set up?",
        );
        let Some((nonce, sealed)) = sealed.split_first_chunk::<NONCE_LEN>() else {
            return Err(unsuited);
        };
        let mut secret = Zeroizing::new(sealed.to_vec());
        let length = self
            .sealing()?
            .open_in_place(Nonce::from(nonce), Aad::from(user.as_bytes()), &mut secret)
            .map_err(|_| unsuited)?
            .len();
        secret.truncate(length);
        Ok(secret)
    }

    fn sealing(&self) -> Result<RandomizedNonceKey, Refusal> {
        RandomizedNonceKey::new(&AES_256_GCM, &*self.seal)
            .map_err(|_| Refusal::Internal("no key to seal a second factor"))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::clock::Entropy;

    fn key(seed: u64) -> SealingKey {
        SealingKey::from_text(&Entropy::from_seed(seed).token()).unwrap()
    }

    #[test]
    fn a_secret_opens_for_its_user_under_its_key() {
        let sealed = key(1).seal("ann", b"secret").unwrap();
        assert!(!sealed.windows(6).any(|at| at == b"secret"));
        assert_eq!(*key(1).open("ann", &sealed).unwrap(), b"secret");
        for (seed, user) in [(1, "bob"), (2, "ann")] {
            assert!(key(seed).open(user, &sealed).is_err(), "{seed} {user}");
        }
        assert!(key(1).open("ann", &sealed[..10]).is_err());
        assert_eq!(key(1).check(), key(1).check());
        assert_ne!(key(1).check(), key(2).check());
    }

    #[test]
    fn a_key_has_32_bytes() {
        for text in ["", "short", &"A".repeat(44), &"=".repeat(43)] {
            assert_eq!(SealingKey::from_text(text).err(), Some(SealingKeyError));
        }
    }
}
