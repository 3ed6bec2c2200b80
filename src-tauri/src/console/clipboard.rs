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
