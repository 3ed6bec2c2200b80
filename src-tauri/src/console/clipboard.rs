//! Copied secrets: on the clipboard for half a minute, unless something else was copied since.

use std::sync::Arc;
use std::time::{Duration, Instant};

use zeroize::Zeroizing;

use super::recovered_keys::as_text;
use super::{Console, blocking, lock};
use crate::error::{CommandError, codes};
use crate::events::{Announcement, ClipboardCleared};

/// How long a secret stays on the clipboard.
const ON_CLIPBOARD: Duration = Duration::from_secs(30);

/// The secret that was copied last.
pub(super) struct CopiedSecret {
    handle: u32,
    text: Zeroizing<String>,
    until: Instant,
}

impl Console {
    /// Copies one secret; answers the seconds until the clipboard is cleared.
    pub async fn copy_secret(&self, handle: u32, name: &str) -> Result<u32, CommandError> {
        let secret = lock(&self.recovered).secret(handle, name, Instant::now())?;
        let text = as_text(&secret).ok_or_else(|| CommandError::new(codes::SECRET_NOT_TEXT))?;
        let text = Zeroizing::new(text.to_owned());
        let desktop = Arc::clone(&self.desktop);
        let copied = text.clone();
        blocking(move || desktop.copy_secret(&copied))
            .await?
            .map_err(|error| CommandError::because(codes::CLIPBOARD_FAILED, &error))?;
        let until = Instant::now() + ON_CLIPBOARD;
        *lock(&self.copied) = Some(CopiedSecret {
            handle,
            text,
            until,
        });
        Ok(u32::try_from(ON_CLIPBOARD.as_secs()).unwrap_or(u32::MAX))
    }

    /// Clears the clipboard when the copied secret's time is up.
    pub(super) fn clear_clipboard_when_due(&self, now: Instant) {
        if lock(&self.copied)
            .as_ref()
            .is_some_and(|copied| copied.until <= now)
        {
            self.clear_clipboard_now();
        }
    }

    /// Clears the clipboard if it still holds the copied secret, and says so.
    pub(super) fn clear_clipboard_now(&self) {
        let Some(copied) = lock(&self.copied).take() else {
            return;
        };
        let on_clipboard = self.desktop.clipboard_text().map(Zeroizing::new);
        if on_clipboard.is_some_and(|text| *text == *copied.text)
            && self.desktop.clear_clipboard().is_err()
        {
            // The clipboard is busy in another program: the next second tries again.
            lock(&self.copied).get_or_insert(copied);
            return;
        }
        let handle = copied.handle;
        self.announce(Announcement::ClipboardCleared(ClipboardCleared { handle }));
    }
}

#[cfg(test)]
mod tests {
    use keyfold_core::encryption_key::{EncryptionKey, NamedSecret};

    use super::*;
    use crate::desktop::Desktop as _;
    use crate::tests::fake_desktop::Stage;

    /// A Console with a recovered key, and its handle.
    fn stage() -> (Stage, u32) {
        let stage = Stage::new();
        let secret = |name: &str, value: &[u8]| {
            NamedSecret::new(name, Zeroizing::new(value.to_vec())).unwrap()
        };
        let secrets = vec![
            secret("password", b"canary"),
            secret("key-file", b"\x00\xff"),
        ];
        let key = EncryptionKey::new(secrets).unwrap();
        let handle = lock(&stage.console.recovered).keep(key, Instant::now());
        (stage, handle)
    }

    fn cleared(stage: &Stage) -> Vec<u32> {
        let announced = stage.desktop.announced.lock().unwrap();
        announced
            .iter()
            .filter_map(|announcement| match announcement {
                Announcement::ClipboardCleared(event) => Some(event.handle),
                _ => None,
            })
            .collect()
    }

    #[tokio::test]
    async fn a_copied_secret_is_cleared_after_half_a_minute() {
        let (stage, handle) = stage();
        let before = Instant::now();
        assert_eq!(
            stage.console.copy_secret(handle, "password").await.unwrap(),
            30
        );
        stage.console.tick(before + Duration::from_secs(29));
        assert_eq!(stage.desktop.clipboard_text().as_deref(), Some("canary"));
        assert!(cleared(&stage).is_empty());
        stage.console.tick(Instant::now() + ON_CLIPBOARD);
        assert_eq!(stage.desktop.clipboard_text(), None);
        assert_eq!(cleared(&stage), [handle]);
        stage.console.tick(Instant::now() + 2 * ON_CLIPBOARD);
        assert_eq!(cleared(&stage), [handle], "said once");
    }

    #[tokio::test]
    async fn what_was_copied_since_is_left_alone() {
        let (stage, handle) = stage();
        stage.console.copy_secret(handle, "password").await.unwrap();
        stage.desktop.copy_secret("shopping list").unwrap();
        stage.console.tick(Instant::now() + ON_CLIPBOARD);
        assert_eq!(
            stage.desktop.clipboard_text().as_deref(),
            Some("shopping list")
        );
        assert_eq!(cleared(&stage), [handle]);
    }

    #[tokio::test]
    async fn closing_the_window_clears_the_clipboard_and_forgets_the_key() {
        let (stage, handle) = stage();
        stage.console.copy_secret(handle, "password").await.unwrap();
        stage.console.close();
        assert_eq!(stage.desktop.clipboard_text(), None);
        let error = stage
            .console
            .copy_secret(handle, "password")
            .await
            .unwrap_err();
        assert_eq!(error.code, codes::RECOVERED_KEY_FORGOTTEN);
    }

    #[tokio::test]
    async fn signing_out_clears_the_clipboard_and_forgets_the_key() {
        let (stage, handle) = stage();
        stage.console.copy_secret(handle, "password").await.unwrap();
        stage.console.sign_out().await.unwrap();
        assert_eq!(stage.desktop.clipboard_text(), None);
        assert!(stage.console.reveal_secret(handle, "password").is_err());
    }

    #[tokio::test]
    async fn what_is_not_text_can_only_be_saved() {
        let (stage, handle) = stage();
        let error = stage
            .console
            .copy_secret(handle, "key-file")
            .await
            .unwrap_err();
        assert_eq!(error.code, codes::SECRET_NOT_TEXT);
        assert!(stage.console.reveal_secret(handle, "key-file").is_err());
        let file = stage.home.path().join("key-file");
        stage.desktop.pick(&file);
        stage
            .console
            .save_secret(handle, "key-file".to_owned())
            .await
            .unwrap()
            .unwrap();
        assert_eq!(std::fs::read(file).unwrap(), b"\x00\xff");
    }
}
