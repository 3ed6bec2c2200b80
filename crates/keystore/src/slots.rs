//! Opening sealed keys, and changing who can.

use keyfold_core::fingerprint::Fingerprint;
use keyfold_core::id::{CryptoRng, ScopeGuid};
use keyfold_core::key_pair::PrivateKey;
use keyfold_core::passphrase::Passphrase;
use keyfold_core::sealed_key::{Argon2Params, SealedKey, SlotError, UnsealError};

use crate::directory::CertificatesDirectory;
use crate::error::{KeyPairError, SlotChangeError};
use crate::inspect::KeyPair;
use crate::layout::PRIVATE_KEY_FILE;
use crate::save::{ReadBackError, read_back};

impl CertificatesDirectory {
    /// The sealed key of a key pair, the newest copy if there are several.
    pub fn sealed_key(
        &self,
        scope: ScopeGuid,
        spki_fingerprint: Fingerprint,
    ) -> Result<SealedKey, KeyPairError> {
        self.copies(scope, spki_fingerprint)?
            .into_iter()
            .next()
            .map(|(_, key)| key)
            .ok_or(KeyPairError::NotFound)
    }

    /// Opens a private key with the passphrase of any slot of any copy.
    pub fn unseal(
        &self,
        scope: ScopeGuid,
        spki_fingerprint: Fingerprint,
        passphrase: &Passphrase,
    ) -> Result<PrivateKey, KeyPairError> {
        let mut refusal = KeyPairError::NotFound;
        for (_, sealed) in self.copies(scope, spki_fingerprint)? {
            match sealed.unseal(passphrase) {
                Ok(key) => return Ok(key),
                Err(error) => refusal = error.into(),
            }
        }
        Err(refusal)
    }

    /// Adds a slot with its own passphrase, given the passphrase of another.
    #[expect(
        clippy::too_many_arguments,
        reason = "which key, who says so, and all of the new slot"
    )]
    pub fn add_slot<R: CryptoRng + ?Sized>(
        &self,
        scope: ScopeGuid,
        spki_fingerprint: Fingerprint,
        existing: &Passphrase,
        label: &str,
        new: &Passphrase,
        params: Argon2Params,
        rng: &mut R,
    ) -> Result<(), SlotChangeError> {
        self.change(scope, spki_fingerprint, Some(new), |sealed| {
            sealed.add_slot(existing, label, new, params, rng)
        })
    }

    /// Removes a slot, given the passphrase of any; the last one stays.
    pub fn remove_slot(
        &self,
        scope: ScopeGuid,
        spki_fingerprint: Fingerprint,
        label: &str,
        passphrase: &Passphrase,
    ) -> Result<(), SlotChangeError> {
        self.change(scope, spki_fingerprint, None, |sealed| {
            sealed.remove_slot(label, passphrase)
        })
    }

    /// Gives the slot that `current` opens another passphrase.
    pub fn change_passphrase<R: CryptoRng + ?Sized>(
        &self,
        scope: ScopeGuid,
        spki_fingerprint: Fingerprint,
        current: &Passphrase,
        new: &Passphrase,
        params: Argon2Params,
        rng: &mut R,
    ) -> Result<(), SlotChangeError> {
        self.change(scope, spki_fingerprint, Some(new), |sealed| {
            sealed.change_passphrase(current, new, params, rng)
        })
    }

    /// Changes the first copy that the given passphrase opens.
    ///
    /// The changed key is read back from the disk, and opened with the passphrase that must open it now, before it is
    /// put in place.
    fn change(
        &self,
        scope: ScopeGuid,
        spki: Fingerprint,
        opens: Option<&Passphrase>,
        mut change: impl FnMut(&mut SealedKey) -> Result<(), SlotError>,
    ) -> Result<(), SlotChangeError> {
        let writer = self.writer()?;
        let mut refusal = KeyPairError::NotFound.into();
        for (pair, mut sealed) in self.copies(scope, spki)? {
            match change(&mut sealed) {
                Ok(()) => {}
                Err(error @ SlotError::Unseal(UnsealError::WrongPassphrase)) => {
                    refusal = error.into();
                    continue;
                }
                Err(error) => return Err(error.into()),
            }
            let staged = writer.stage_file(&sealed.to_json()?)?;
            let read = read_back(staged.path(), &sealed)?;
            if let Some(passphrase) = opens {
                read.unseal(passphrase).map_err(SlotChangeError::ReadBack)?;
            }
            let target = pair.path.join(PRIVATE_KEY_FILE);
            staged.put_in_place_of(&target)?;
            read_back(&target, &sealed)?;
            return Ok(());
        }
        Err(refusal)
    }

    /// All copies of a key pair: there are several if folders of differing slots were imported.
    fn copies(
        &self,
        scope: ScopeGuid,
        spki: Fingerprint,
    ) -> Result<Vec<(KeyPair, SealedKey)>, KeyPairError> {
        let folder = self.folder(scope).ok_or(KeyPairError::NotFound)?;
        let copies: Vec<_> = folder
            .key_pairs
            .into_iter()
            .filter_map(|mut pair| pair.sealed_key.take().map(|sealed| (pair, sealed)))
            .filter(|(_, sealed)| sealed.spki_fingerprint() == spki)
            .collect();
        if copies.is_empty() {
            return Err(KeyPairError::NotFound);
        }
        Ok(copies)
    }
}

impl From<ReadBackError> for SlotChangeError {
    fn from(error: ReadBackError) -> Self {
        match error {
            ReadBackError::File(error) => Self::File(error),
            ReadBackError::SealedKey(error) => Self::SealedKey(error),
        }
    }
}
