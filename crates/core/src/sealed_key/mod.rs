//! The sealed key: an RSA private key as it lies in a certificate folder, under passphrases.
//!
//! `private-key.json` has one file key that seals the PKCS#8 private key, and *slots* that wrap the file key under
//! one passphrase each. `docs/FORMATS.md` has the bytes; `docs/RECOVERY.md` opens one without Keyfold.

mod error;
mod file;
mod params;
mod slot;

use rand_core::CryptoRng;
use zeroize::Zeroizing;

pub use self::error::{SealError, SealedKeyError, SlotError, UnsealError};
pub use self::params::{Argon2Params, Argon2ParamsError};
use self::slot::{FileKey, Sealed, Slot};
use crate::fingerprint::Fingerprint;
use crate::id::ScopeGuid;
use crate::key_pair::PrivateKey;
use crate::passphrase::Passphrase;

/// Largest `private-key.json`, in bytes.
pub const MAX_FILE_BYTES: usize = 64 * 1024;

/// Most slots of one sealed key.
pub const MAX_SLOTS: usize = 32;

/// Longest label of a slot, in characters.
pub const MAX_LABEL_CHARS: usize = 64;

const MAGIC: &str = "keyfold-sealed-key";
const VERSION: u32 = 1;

/// A private key under passphrases. Holds no secret in the clear.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SealedKey {
    subject: Subject,
    /// One at least, with different labels.
    slots: Vec<Slot>,
    private_key: Sealed,
}

/// What is sealed: bound to every ciphertext of the file as associated data.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Subject {
    scope: ScopeGuid,
    spki: Fingerprint,
}

impl SealedKey {
    /// Seals a private key under one passphrase.
    pub fn seal<R: CryptoRng + ?Sized>(
        key: &PrivateKey,
        scope: ScopeGuid,
        label: &str,
        passphrase: &Passphrase,
        params: Argon2Params,
        rng: &mut R,
    ) -> Result<Self, SealError> {
        let subject = Subject {
            scope,
            spki: key.spki_fingerprint(),
        };
        let file_key = FileKey::random(rng);
        let slot = Slot::wrap(&file_key, subject, label, passphrase, params, rng)?;
        let private_key = file_key.seal(key.pkcs8_der(), &subject.key_associated_data(), rng)?;
        Ok(Self {
            subject,
            slots: vec![slot],
            private_key,
        })
    }

    /// Reads a `private-key.json`, refusing everything out of bounds before any key derivation.
    pub fn from_json(file: &[u8]) -> Result<Self, SealedKeyError> {
        file::read(file)
    }

    /// Writes a `private-key.json`, indented, with a line feed at the end.
    pub fn to_json(&self) -> Result<Vec<u8>, SealedKeyError> {
        file::write(self)
    }

    /// The Group or Collection whose captured keys it opens.
    #[must_use]
    pub fn scope(&self) -> ScopeGuid {
        self.subject.scope
    }

    /// SHA-256 of the public key (SPKI DER).
    #[must_use]
    pub fn spki_fingerprint(&self) -> Fingerprint {
        self.subject.spki
    }

    /// The labels of the slots, in order.
    pub fn slots(&self) -> impl Iterator<Item = &str> {
        self.slots.iter().map(Slot::label)
    }

    /// Opens it with the passphrase of any slot.
    ///
    /// Derives a key for each slot in turn, so a wrong passphrase takes as long as all slots together.
    pub fn unseal(&self, passphrase: &Passphrase) -> Result<PrivateKey, UnsealError> {
        let (_, file_key) = self.open_slot(passphrase)?;
        self.open_private_key(&file_key)
    }

    /// Adds a slot with its own passphrase, given the passphrase of any other.
    pub fn add_slot<R: CryptoRng + ?Sized>(
        &mut self,
        existing: &Passphrase,
        label: &str,
        new: &Passphrase,
        params: Argon2Params,
        rng: &mut R,
    ) -> Result<(), SlotError> {
        if self.slots.len() >= MAX_SLOTS {
            return Err(SlotError::TooManySlots);
        }
        if self.slots().any(|taken| taken == label) {
            return Err(SlotError::LabelTaken);
        }
        slot::check_label(label)?;
        params.check().map_err(SealError::from)?;
        let (_, file_key) = self.open_slot(existing)?;
        self.slots.push(Slot::wrap(
            &file_key,
            self.subject,
            label,
            new,
            params,
            rng,
        )?);
        Ok(())
    }

    /// Removes a slot, given the passphrase of any slot; the last one stays.
    ///
    /// Copies of the folder made before still open with the removed slot's passphrase.
    pub fn remove_slot(&mut self, label: &str, passphrase: &Passphrase) -> Result<(), SlotError> {
        let Some(place) = self.slots().position(|taken| taken == label) else {
            return Err(SlotError::NoSuchSlot);
        };
        if self.slots.len() == 1 {
            return Err(SlotError::LastSlot);
        }
        self.open_slot(passphrase)?;
        self.slots.remove(place);
        Ok(())
    }

    /// Gives the slot that `current` opens another passphrase, with a fresh salt.
    pub fn change_passphrase<R: CryptoRng + ?Sized>(
        &mut self,
        current: &Passphrase,
        new: &Passphrase,
        params: Argon2Params,
        rng: &mut R,
    ) -> Result<(), SlotError> {
        params.check().map_err(SealError::from)?;
        let (place, file_key) = self.open_slot(current)?;
        let label = self.slots[place].label().to_owned();
        self.slots[place] = Slot::wrap(&file_key, self.subject, &label, new, params, rng)?;
        Ok(())
    }

    fn open_slot(&self, passphrase: &Passphrase) -> Result<(usize, FileKey), UnsealError> {
        for (place, slot) in self.slots.iter().enumerate() {
            if let Some(file_key) = slot.unwrap_file_key(self.subject, passphrase)? {
                return Ok((place, file_key));
            }
        }
        Err(UnsealError::WrongPassphrase)
    }

    fn open_private_key(&self, file_key: &FileKey) -> Result<PrivateKey, UnsealError> {
        let pkcs8: Zeroizing<Vec<u8>> = file_key
            .open(&self.private_key, &self.subject.key_associated_data())
            .ok_or(UnsealError::Damaged)?;
        let key = PrivateKey::from_pkcs8_der(&pkcs8).map_err(|_| UnsealError::Damaged)?;
        if key.spki_fingerprint() != self.subject.spki {
            return Err(UnsealError::AnotherKey);
        }
        Ok(key)
    }
}

impl Subject {
    /// Lines that name what is sealed: magic and version, scope, SPKI fingerprint.
    fn lines(self) -> String {
        format!(
            "{MAGIC} {VERSION}\nscope {}\nspki {}\n",
            self.scope, self.spki
        )
    }

    fn key_associated_data(self) -> Vec<u8> {
        (self.lines() + "private key\n").into_bytes()
    }

    fn slot_associated_data(self, label: &str, params: Argon2Params) -> Vec<u8> {
        let Argon2Params {
            memory_kib,
            iterations,
            lanes,
        } = params;
        let own = format!("slot argon2id 19 {memory_kib} {iterations} {lanes}\n{label}\n");
        (self.lines() + &own).into_bytes()
    }
}

#[cfg(test)]
mod tests;
