//! Captured keys as files, encrypted as they are: saved for a day without the platform, and opened on that day.

use std::path::Path;
use std::sync::Arc;

use keyfold_core::captured_key::{CapturedKey, VerifiedCapturedKey};
use keyfold_core::fingerprint::Fingerprint;
use keyfold_core::id::ScopeGuid;
use keyfold_core::passphrase::Passphrase;
use keyfold_keystore::CertificatesDirectory;

use super::{Console, blocking, lock};
use crate::error::{CommandError, codes};
use crate::files::{read_small, write_atomically};
use crate::secret_text::SecretText;
use crate::view::recovery::{CapturedFileView, RecoveredView};
use crate::view::rfc3339;

/// Characters of an account's name in the name of a file, at most.
const NAME_LENGTH: usize = 60;

/// A captured key from a file, and the key pair on this computer that opens it.
#[derive(Clone)]
pub(super) struct CapturedFile {
    verified: VerifiedCapturedKey,
    scope: ScopeGuid,
    spki_fingerprint: Fingerprint,
}

impl Console {
    /// Records the reason, fetches a captured key and saves it where the admin chooses; none when the dialog was
    /// dismissed, and then nothing is recorded.
    pub async fn save_captured_key(
        &self,
        captured_key: &str,
        reason: &str,
        code: Option<SecretText>,
    ) -> Result<Option<String>, CommandError> {
        let chosen = self.choose(captured_key, reason)?;
        let name = format!(
            "captured-key-{}.der",
            harmless(&chosen.summary.account_name)
        );
        let desktop = Arc::clone(&self.desktop);
        let Some(file) = blocking(move || desktop.pick_destination(&name)).await? else {
            return Ok(None);
        };
        let fetched = self.fetch(chosen, code).await?;
        blocking(move || {
            write_atomically(&file, &fetched.der).map_err(|error| {
                CommandError::because(codes::FILE_NOT_WRITTEN, &error).with("path", file.display())
            })?;
            Ok(Some(file.display().to_string()))
        })
        .await?
    }

    /// Lets the admin choose a captured key's file, and finds the key pair that opens it; none when the dialog was
    /// dismissed. The platform is asked for nothing unless somebody is signed in.
    pub async fn pick_captured_key(&self) -> Result<Option<CapturedFileView>, CommandError> {
        let desktop = Arc::clone(&self.desktop);
        let Some(file) = blocking(move || desktop.pick_captured_key()).await? else {
            return Ok(None);
        };
        let name = file.file_name().unwrap_or(file.as_os_str());
        let name = name.to_string_lossy().into_owned();
        let platform = self.saved_platform()?;
        let intermediates = match self.user() {
            Ok(_) => self.intermediates().await.unwrap_or_default(),
            Err(_) => Vec::new(),
        };
        let verified = blocking(move || {
            captured_key(&file)?
                .verify(&platform.root, &intermediates)
                .map_err(|error| CommandError::because(codes::CAPTURED_KEY_UNTRUSTED, &error))
        })
        .await??;
        let sought = verified.clone();
        let (scope_name, scope, spki_fingerprint) = self
            .in_certificates(move |directory| opens(directory, &sought))
            .await?;
        let view = CapturedFileView {
            name,
            scope_name,
            captured_at: rfc3339(verified.signed_at()),
        };
        *lock(&self.captured_file) = Some(CapturedFile {
            verified,
            scope,
            spki_fingerprint,
        });
        Ok(Some(view))
    }

    /// Opens the captured key whose file was chosen last; its secrets stay here under a handle.
    pub async fn open_captured_key(
        &self,
        passphrase: SecretText,
    ) -> Result<RecoveredView, CommandError> {
        let file = lock(&self.captured_file).clone();
        let file = file.ok_or_else(|| CommandError::new(codes::FILE_NOT_CHOSEN))?;
        let passphrase = Passphrase::new(passphrase.into_string())?;
        let private_key = self
            .in_certificates(move |directory| {
                directory.unseal(file.scope, file.spki_fingerprint, &passphrase)
            })
            .await?;
        let opened = blocking(move || file.verified.open(&private_key, None)).await?;
        let (record, key) = opened
            .map_err(|error| CommandError::because(codes::CAPTURED_KEY_NOT_OPENED, &error))?;
        Ok(self.keep(key, record.account.to_string(), record.captured_at))
    }
}

fn captured_key(file: &Path) -> Result<CapturedKey, CommandError> {
    let unreadable = |code| CommandError::new(code).with("path", file.display());
    let content = read_small(file)
        .map_err(|error| unreadable(codes::FILE_UNREADABLE).with("reason", error))?
        .ok_or_else(|| unreadable(codes::FILE_TOO_LARGE))?;
    CapturedKey::from_pem_or_der(&content)
        .map_err(|error| unreadable(codes::NOT_A_CAPTURED_KEY).with("reason", error))
}

/// The key pair that opens it: its certificate's name, its scope, and which one it is.
fn opens(
    directory: &CertificatesDirectory,
    sought: &VerifiedCapturedKey,
) -> Result<(String, ScopeGuid, Fingerprint), CommandError> {
    let folders = directory.list()?;
    let mut key_pairs = folders.iter().flat_map(|folder| &folder.key_pairs);
    key_pairs
        .find_map(|key_pair| {
            let certificate = key_pair.certificate.as_ref()?;
            let found = (
                certificate.common_name(),
                certificate.scope(),
                key_pair.spki_fingerprint?,
            );
            sought.is_for(certificate).then_some(found)
        })
        .ok_or_else(|| CommandError::new(codes::PRIVATE_KEY_NOT_HERE))
}

/// A part of a file's name that every system takes and that leads nowhere else.
fn harmless(name: &str) -> String {
    let harmless = |it: char| if it.is_alphanumeric() { it } else { '-' };
    name.chars().take(NAME_LENGTH).map(harmless).collect()
}

#[cfg(test)]
mod tests;
