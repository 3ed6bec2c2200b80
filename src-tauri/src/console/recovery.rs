//! Recovery of encryption keys: unseal, record, fetch, verify, open, and only then show.

use std::sync::Arc;
use std::time::Instant;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use keyfold_api::captured_keys::{CapturedKeyId, CapturedKeySummary, RecoverCapturedKey, Recovery};
use keyfold_core::captured_key::{CapturedKey, VerifiedCapturedKey};
use keyfold_core::encryption_key::EncryptionKey;
use keyfold_core::id::AccountId;
use keyfold_core::key_pair::PrivateKey;
use keyfold_core::passphrase::Passphrase;
use secrecy::SecretString;
use time::OffsetDateTime;
use zeroize::Zeroizing;

use super::recovered_keys::as_text;
use super::{Console, blocking, lock, parse};
use crate::connections_file::SavedPlatform;
use crate::error::{CommandError, codes};
use crate::files::write_atomically;
use crate::secret_text::{RevealedText, SecretText};
use crate::view::recovery::{CapturedKeyView, RecoveredView, SecretView};
use crate::view::rfc3339;

impl Console {
    /// An account's captured keys, newest first.
    pub async fn captured_keys(&self, account: &str) -> Result<Vec<CapturedKeyView>, CommandError> {
        let account: AccountId = parse(account)?;
        let user = self.user()?;
        let summaries = user
            .all(|page| user.captured_keys_of_account(account, page))
            .await;
        let summaries = self.answered(summaries)?;
        if summaries.iter().any(|summary| summary.account != account) {
            return Err(contradiction("account"));
        }
        let local_keys = self.local_keys().await;
        let views = summaries
            .iter()
            .map(|summary| CapturedKeyView::new(summary, &local_keys))
            .collect();
        lock(&self.listed).extend(summaries.into_iter().map(|summary| (summary.id, summary)));
        Ok(views)
    }

    /// Records the reason, fetches, verifies and opens a captured key; its secrets stay here under a handle.
    ///
    /// The private key is unsealed first, so that a mistyped passphrase is not recorded as a recovery.
    pub async fn recover_key(
        &self,
        captured_key: &str,
        reason: &str,
        passphrase: SecretText,
        code: Option<SecretText>,
    ) -> Result<RecoveredView, CommandError> {
        let chosen = self.choose(captured_key, reason)?;
        let summary = chosen.summary.clone();
        let private_key = self
            .unseal_for(&summary, Passphrase::new(passphrase.into_string())?)
            .await?;
        let fetched = self.fetch(chosen, code).await?;
        let account_name = summary.account_name.clone();
        let captured_at = summary.captured_at;
        let key = blocking(move || open(&fetched, &summary, &private_key)).await??;
        // The admin may have signed out meanwhile; then nothing is kept.
        self.user()?;
        Ok(self.keep(key, account_name, captured_at))
    }

    /// What was asked for, if it can be: a captured key that was listed, for a reason.
    pub(super) fn choose(&self, captured_key: &str, reason: &str) -> Result<Chosen, CommandError> {
        let id: CapturedKeyId = parse(captured_key)?;
        let reason = reason.trim().to_owned();
        if reason.is_empty() {
            return Err(CommandError::new(codes::REASON_MISSING));
        }
        let summary = lock(&self.listed).get(&id).cloned();
        let summary = summary.ok_or_else(|| CommandError::new(codes::CAPTURED_KEY_NOT_LISTED))?;
        self.user()?;
        Ok(Chosen { summary, reason })
    }

    /// Records the reason, fetches the captured key and verifies it.
    pub(super) async fn fetch(
        &self,
        chosen: Chosen,
        code: Option<SecretText>,
    ) -> Result<Fetched, CommandError> {
        let platform = self.saved_platform()?;
        let user = self.user()?;
        let intermediates = self.intermediates().await?;
        let Chosen { summary, reason } = chosen;
        let recover = RecoverCapturedKey {
            reason,
            code: code.map(|code| SecretString::from(code.expose())),
        };
        let recovery = self.answered(user.recover_captured_key(summary.id, &recover).await)?;
        blocking(move || verified(&recovery, &summary, &platform, &intermediates)).await?
    }

    /// Keeps an opened key here, and says what it holds.
    pub(super) fn keep(
        &self,
        key: EncryptionKey,
        account_name: String,
        captured_at: OffsetDateTime,
    ) -> RecoveredView {
        let secrets = key
            .secrets()
            .iter()
            .map(|secret| SecretView {
                name: secret.name().to_owned(),
                length: u32::try_from(secret.value().len()).unwrap_or(u32::MAX),
                text: as_text(secret.value()).is_some(),
            })
            .collect();
        let handle = lock(&self.recovered).keep(key, Instant::now());
        RecoveredView {
            handle,
            account_name,
            captured_at: rfc3339(captured_at),
            secrets,
        }
    }

    /// One secret of a recovered key, for the screen.
    pub fn reveal_secret(&self, handle: u32, name: &str) -> Result<RevealedText, CommandError> {
        let secret = lock(&self.recovered).secret(handle, name, Instant::now())?;
        let text = as_text(&secret).ok_or_else(|| CommandError::new(codes::SECRET_NOT_TEXT))?;
        Ok(RevealedText::new(Zeroizing::new(text.to_owned())))
    }

    /// Saves one secret where the admin chooses, readable by its owner only; none when the dialog was dismissed.
    pub async fn save_secret(
        &self,
        handle: u32,
        name: String,
    ) -> Result<Option<String>, CommandError> {
        let secret = lock(&self.recovered).secret(handle, &name, Instant::now())?;
        let desktop = Arc::clone(&self.desktop);
        blocking(move || {
            let Some(file) = desktop.pick_destination(&name) else {
                return Ok(None);
            };
            write_atomically(&file, &secret).map_err(|error| {
                CommandError::because(codes::FILE_NOT_WRITTEN, &error).with("path", file.display())
            })?;
            Ok(Some(file.display().to_string()))
        })
        .await?
    }

    /// Forgets a recovered key at once.
    pub fn forget_recovered_key(&self, handle: u32) {
        lock(&self.recovered).forget(handle);
    }

    async fn unseal_for(
        &self,
        chosen: &CapturedKeySummary,
        passphrase: Passphrase,
    ) -> Result<PrivateKey, CommandError> {
        let (scope, spki_fingerprint) = (chosen.scope, chosen.spki_fingerprint);
        self.in_certificates(move |directory| {
            directory.unseal(scope, spki_fingerprint, &passphrase)
        })
        .await
    }
}

/// A captured key that was chosen from a list, and why it is wanted.
pub(super) struct Chosen {
    pub(super) summary: CapturedKeySummary,
    reason: String,
}

/// A captured key that the platform handed over and that its capture signer vouches for.
pub(super) struct Fetched {
    pub(super) der: Vec<u8>,
    verified: VerifiedCapturedKey,
}

/// Verifies what the platform handed over. Nothing the platform says is believed: the record must be the one that the
/// admin chose, and the signature must lead to the pinned root.
fn verified(
    recovery: &Recovery,
    chosen: &CapturedKeySummary,
    platform: &SavedPlatform,
    intermediates: &[Vec<u8>],
) -> Result<Fetched, CommandError> {
    if recovery.summary != *chosen {
        return Err(contradiction("captured key"));
    }
    let untrusted =
        |error: &dyn std::fmt::Display| CommandError::because(codes::CAPTURED_KEY_UNTRUSTED, error);
    let der = STANDARD
        .decode(&recovery.captured_key)
        .map_err(|error| untrusted(&error))?;
    let verified = CapturedKey::from_der(&der)
        .map_err(|error| untrusted(&error))?
        .verify(&platform.root, intermediates)
        .map_err(|error| untrusted(&error))?;
    Ok(Fetched { der, verified })
}

/// Opens what was verified: every field inside must be as it was listed.
fn open(
    fetched: &Fetched,
    chosen: &CapturedKeySummary,
    private_key: &PrivateKey,
) -> Result<EncryptionKey, CommandError> {
    let (_, key) = fetched
        .verified
        .open(private_key, Some(&chosen.record()))
        .map_err(|error| CommandError::because(codes::CAPTURED_KEY_NOT_OPENED, &error))?;
    Ok(key)
}

fn contradiction(what: &str) -> CommandError {
    CommandError::new(codes::PLATFORM_CONTRADICTS_ITSELF).with("what", what)
}

#[cfg(test)]
pub(super) mod tests;
