//! A desktop that remembers what it was asked, and a Console on it.

use std::io;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex};

use tempfile::TempDir;
use time::OffsetDateTime;
use time::macros::datetime;
use url::Url;

use crate::console::{Console, Notification};
use crate::desktop::Desktop;
use crate::events::Announcement;
use crate::places::Places;

/// What a person at this desktop does, and what was shown to them.
#[derive(Default)]
pub(crate) struct FakeDesktop {
    /// The answer to the next dialogs; none dismisses them.
    pub(crate) picks: Mutex<Option<PathBuf>>,
    pub(crate) clipboard: Mutex<Option<String>>,
    pub(crate) addresses: Mutex<Vec<Url>>,
    pub(crate) opened: Mutex<Vec<PathBuf>>,
    pub(crate) notified: Mutex<Vec<Notification>>,
    pub(crate) announced: Mutex<Vec<Announcement>>,
}

impl FakeDesktop {
    pub(crate) fn pick(&self, answer: impl Into<PathBuf>) {
        *self.picks.lock().unwrap() = Some(answer.into());
    }
}

impl Desktop for FakeDesktop {
    fn pick_certificate(&self) -> Option<PathBuf> {
        self.picks.lock().unwrap().clone()
    }

    fn pick_captured_key(&self) -> Option<PathBuf> {
        self.picks.lock().unwrap().clone()
    }

    fn pick_folder(&self) -> Option<PathBuf> {
        self.picks.lock().unwrap().clone()
    }

    fn pick_destination(&self, _suggested_name: &str) -> Option<PathBuf> {
        self.picks.lock().unwrap().clone()
    }

    fn open_folder(&self, folder: &Path) -> io::Result<()> {
        self.opened.lock().unwrap().push(folder.to_owned());
        Ok(())
    }

    fn open_address(&self, address: &Url) -> io::Result<()> {
        self.addresses.lock().unwrap().push(address.clone());
        Ok(())
    }

    fn print(&self) -> io::Result<()> {
        Ok(())
    }

    fn come_forward(&self) {}

    fn copy_secret(&self, text: &str) -> io::Result<()> {
        *self.clipboard.lock().unwrap() = Some(text.to_owned());
        Ok(())
    }

    fn clipboard_text(&self) -> Option<String> {
        self.clipboard.lock().unwrap().clone()
    }

    fn clear_clipboard(&self) -> io::Result<()> {
        *self.clipboard.lock().unwrap() = None;
        Ok(())
    }

    fn notify(&self, notification: &Notification) {
        self.notified.lock().unwrap().push(notification.clone());
    }

    fn announce(&self, announcement: Announcement) {
        self.announced.lock().unwrap().push(announcement);
    }
}

/// A Console with files of its own.
pub(crate) struct Stage {
    pub(crate) home: TempDir,
    pub(crate) desktop: Arc<FakeDesktop>,
    pub(crate) console: Arc<Console>,
}

impl Stage {
    pub(crate) fn new() -> Self {
        let home = tempfile::tempdir().unwrap();
        Self::at(home)
    }

    pub(crate) fn at(home: TempDir) -> Self {
        let desktop = Arc::new(FakeDesktop::default());
        let places = Places::per_user(Some(home.path().into())).unwrap();
        let console = Arc::new(Console::new(Arc::clone(&desktop) as _, places, clock));
        Self {
            home,
            desktop,
            console,
        }
    }

    pub(crate) fn certificates_directory(&self) -> PathBuf {
        self.files().join("Certificates")
    }

    pub(crate) fn connections_file(&self) -> PathBuf {
        self.files().join("connections.json")
    }

    fn files(&self) -> PathBuf {
        self.home.path().join("Keyfold").join("Console")
    }
}

pub(crate) fn clock() -> OffsetDateTime {
    datetime!(2026-06-01 12:00 UTC)
}
