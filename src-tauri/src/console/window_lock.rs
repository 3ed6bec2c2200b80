//! Locking the window: the session ends, and so does everything that the admin had open.

use std::sync::Arc;
use std::sync::atomic::Ordering;

use super::{Console, blocking, lock};
use crate::error::CommandError;

impl Console {
    /// Locks the window, until somebody signs in again. Nothing happens when nobody is signed in.
    pub async fn lock_window(self: &Arc<Self>) -> Result<(), CommandError> {
        let Some(user) = self.session.send_replace(None) else {
            return Ok(());
        };
        self.locked.store(true, Ordering::Relaxed);
        self.forget_secrets().await?;
        // Locked here in any case; the platform forgets the session by itself if it cannot be told.
        user.sign_out().await.ok();
        Ok(())
    }

    /// Whether the window is locked.
    pub(crate) fn is_locked(&self) -> bool {
        self.locked.load(Ordering::Relaxed)
    }

    /// Forgets recovered keys and lists of them, and takes a copied secret off the clipboard.
    pub(super) async fn forget_secrets(self: &Arc<Self>) -> Result<(), CommandError> {
        lock(&self.recovered).forget_all();
        lock(&self.listed).clear();
        let console = Arc::clone(self);
        blocking(move || console.clear_clipboard_now()).await
    }
}
