//! A slot, and the file key that it wraps.

use argon2::{Algorithm, Argon2, Params, Version};
use chacha20poly1305::aead::{Aead as _, KeyInit as _, Payload};
use chacha20poly1305::{ChaCha20Poly1305, Key, Nonce};
use rand_core::CryptoRng;
use zeroize::Zeroizing;

use super::{Argon2Params, MAX_LABEL_CHARS, SealError, Subject, UnsealError};
use crate::passphrase::Passphrase;
use crate::x509::name::is_readable;

pub(super) const KEY_BYTES: usize = 32;
pub(super) const NONCE_BYTES: usize = 12;
pub(super) const SALT_BYTES: usize = 16;
pub(super) const TAG_BYTES: usize = 16;

/// A ChaCha20-Poly1305 ciphertext, tag at its end, and its nonce (RFC 8439 §2.8).
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Sealed {
    pub(super) nonce: [u8; NONCE_BYTES],
    pub(super) ciphertext: Vec<u8>,
}

/// The file key under one passphrase.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Slot {
    pub(super) label: String,
    pub(super) params: Argon2Params,
    pub(super) salt: [u8; SALT_BYTES],
    pub(super) wrapped_key: Sealed,
}

impl Slot {
    pub(super) fn wrap<R: CryptoRng + ?Sized>(
        file_key: &FileKey,
        subject: Subject,
        label: &str,
        passphrase: &Passphrase,
        params: Argon2Params,
        rng: &mut R,
    ) -> Result<Self, SealError> {
        check_label(label)?;
        params.check()?;
        let mut salt = [0; SALT_BYTES];
        rng.fill_bytes(&mut salt);
        let wrapping_key = derive(passphrase, params, &salt).ok_or(SealError::OutOfMemory)?;
        let wrapped_key = wrapping_key.seal(
            &*file_key.0,
            &subject.slot_associated_data(label, params),
            rng,
        )?;
        Ok(Self {
            label: label.to_owned(),
            params,
            salt,
            wrapped_key,
        })
    }

    pub(super) fn label(&self) -> &str {
        &self.label
    }

    /// The file key, or `None` if the passphrase does not open this slot.
    pub(super) fn unwrap_file_key(
        &self,
        subject: Subject,
        passphrase: &Passphrase,
    ) -> Result<Option<FileKey>, UnsealError> {
        let wrapping_key =
            derive(passphrase, self.params, &self.salt).ok_or(UnsealError::OutOfMemory)?;
        let associated_data = subject.slot_associated_data(&self.label, self.params);
        let Some(opened) = wrapping_key.open(&self.wrapped_key, &associated_data) else {
            return Ok(None);
        };
        let mut file_key = Zeroizing::new([0; KEY_BYTES]);
        if opened.len() != KEY_BYTES {
            return Err(UnsealError::Damaged);
        }
        file_key.copy_from_slice(&opened);
        Ok(Some(FileKey(file_key)))
    }
}

/// A key that seals one thing once: the file key, or what a passphrase derives.
pub(super) struct FileKey(Zeroizing<[u8; KEY_BYTES]>);

impl FileKey {
    pub(super) fn random<R: CryptoRng + ?Sized>(rng: &mut R) -> Self {
        let mut bytes = Zeroizing::new([0; KEY_BYTES]);
        rng.fill_bytes(&mut *bytes);
        Self(bytes)
    }

    pub(super) fn seal<R: CryptoRng + ?Sized>(
        &self,
        plaintext: &[u8],
        associated_data: &[u8],
        rng: &mut R,
    ) -> Result<Sealed, SealError> {
        let mut nonce = [0; NONCE_BYTES];
        rng.fill_bytes(&mut nonce);
        let ciphertext = self
            .cipher()
            .encrypt(
                &Nonce::from(nonce),
                Payload {
                    msg: plaintext,
                    aad: associated_data,
                },
            )
            .map_err(|_| SealError::TooLarge)?;
        Ok(Sealed { nonce, ciphertext })
    }

    pub(super) fn open(
        &self,
        sealed: &Sealed,
        associated_data: &[u8],
    ) -> Option<Zeroizing<Vec<u8>>> {
        let payload = Payload {
            msg: &sealed.ciphertext,
            aad: associated_data,
        };
        self.cipher()
            .decrypt(&Nonce::from(sealed.nonce), payload)
            .ok()
            .map(Zeroizing::new)
    }

    fn cipher(&self) -> ChaCha20Poly1305 {
        ChaCha20Poly1305::new(&Key::from(*self.0))
    }
}

/// A label is 1 … 64 characters, none of them invisible, without white space at its ends.
pub(super) fn check_label(label: &str) -> Result<(), SealError> {
    let fits = (1..=MAX_LABEL_CHARS).contains(&label.chars().count());
    if !fits || !is_readable(label) || label.trim() != label {
        return Err(SealError::BadLabel);
    }
    Ok(())
}

/// Argon2id, 32 bytes; `None` if the memory is not to be had.
fn derive(
    passphrase: &Passphrase,
    params: Argon2Params,
    salt: &[u8; SALT_BYTES],
) -> Option<FileKey> {
    let Argon2Params {
        memory_kib,
        iterations,
        lanes,
    } = params;
    let params = Params::new(memory_kib, iterations, lanes, Some(KEY_BYTES)).ok()?;
    let mut key = Zeroizing::new([0; KEY_BYTES]);
    Argon2::new(Algorithm::Argon2id, Version::V0x13, params)
        .hash_password_into(passphrase.bytes(), salt, &mut *key)
        .ok()?;
    Some(FileKey(key))
}
