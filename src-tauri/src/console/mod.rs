//! What the Console can do, free of tauri: every command is a thin wrapper over a method here.

mod accounts;
mod alerts;
mod captured_files;
mod certificates;
mod clipboard;
mod connection;
mod folders;
mod key_request;
mod live;
mod loopback;
mod notifications;
mod organisation_sign_in;
mod recovered_keys;
mod recovery;
mod report;
mod requests;
pub mod scope_names;
mod second_factor;
mod tree;
mod window_lock;

use std::collections::{HashMap, HashSet};
use std::path::PathBuf;
use std::str::FromStr;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Instant;

use keyfold_api::captured_keys::{CapturedKeyId, CapturedKeySummary};
use keyfold_api::client::UserClient;
use keyfold_core::fingerprint::Fingerprint;
use keyfold_keystore::{CertificatesDirectory, Watcher};
use time::OffsetDateTime;
use tokio::sync::{Notify, oneshot, watch};

use crate::desktop::Desktop;
use crate::error::{CommandError, codes};
use crate::events::Announcement;
use crate::places::Places;
use captured_files::CapturedFile;
use clipboard::CopiedSecret;
use connection::Connection;
use key_request::Cancel;
pub(crate) use live::follow_platform;
pub use notifications::Notification;
use notifications::Told;
use recovered_keys::RecoveredKeys;

/// Everything the Rust half remembers while the window is open.
pub struct Console {
    desktop: Arc<dyn Desktop>,
    places: Places,
    clock: fn() -> OffsetDateTime,
    connection: Mutex<Connection>,
    /// Whoever is signed in.
    session: watch::Sender<Option<UserClient>>,
    /// Whether the window waits for somebody to sign in again.
    locked: AtomicBool,
    /// What the desktop was told.
    told: tokio::sync::Mutex<Told>,
    /// Told whenever the platform answered.
    answering: Arc<Notify>,
    /// Captured keys as they were listed: a recovery must be of one of these, unchanged.
    listed: Mutex<HashMap<CapturedKeyId, CapturedKeySummary>>,
    recovered: Mutex<RecoveredKeys>,
    /// The captured key whose file the admin chose last.
    captured_file: Mutex<Option<CapturedFile>>,
    copied: Mutex<Option<CopiedSecret>>,
    /// Files that the admin chose in a native dialog; the webview can name no other.
    chosen_files: Mutex<HashSet<PathBuf>>,
    running_request: Mutex<Option<Cancel>>,
    /// Dropped when the admin gives a sign-in in the browser up.
    running_sign_in: Mutex<Option<oneshot::Sender<()>>>,
    watcher: Mutex<Option<Watcher>>,
}

impl Console {
    /// A Console that keeps its files in `places` and reads the time from `clock`. Nothing is contacted yet.
    #[must_use]
    pub fn new(desktop: Arc<dyn Desktop>, places: Places, clock: fn() -> OffsetDateTime) -> Self {
        Self {
            desktop,
            clock,
            connection: Mutex::new(Connection::load(&places.connections_file)),
            places,
            session: watch::Sender::default(),
            locked: AtomicBool::default(),
            told: tokio::sync::Mutex::default(),
            answering: Arc::default(),
            listed: Mutex::default(),
            recovered: Mutex::default(),
            captured_file: Mutex::default(),
            copied: Mutex::default(),
            chosen_files: Mutex::default(),
            running_request: Mutex::default(),
            running_sign_in: Mutex::default(),
            watcher: Mutex::default(),
        }
    }

    /// Forgets recovered keys that nobody looked at, and clears the clipboard when its time is up. Called every second.
    pub fn tick(&self, now: Instant) {
        lock(&self.recovered).forget_idle(now);
        self.clear_clipboard_when_due(now);
    }

    /// Forgets every secret: the window is closing.
    pub fn close(&self) {
        lock(&self.recovered).forget_all();
        self.clear_clipboard_now();
    }

    /// Lets somebody in.
    pub(crate) fn begin(&self, user: UserClient) {
        self.session.send_replace(Some(user));
        self.locked.store(false, Ordering::Relaxed);
    }

    fn now(&self) -> OffsetDateTime {
        (self.clock)()
    }

    fn announce(&self, announcement: Announcement) {
        self.desktop.announce(announcement);
    }

    /// Public keys of the key pairs on this computer. Empty when the directory cannot be read: the page of
    /// certificate folders says why, the others go on.
    async fn local_keys(&self) -> HashSet<Fingerprint> {
        let reports = self
            .in_certificates(CertificatesDirectory::list)
            .await
            .unwrap_or_default();
        reports
            .iter()
            .flat_map(|folder| &folder.key_pairs)
            .filter_map(|key_pair| key_pair.spki_fingerprint)
            .collect()
    }
}

/// Runs work that blocks (files, cryptography, native dialogs) away from the threads that answer the webview.
async fn blocking<T: Send + 'static>(
    work: impl FnOnce() -> T + Send + 'static,
) -> Result<T, CommandError> {
    Ok(tokio::task::spawn_blocking(work).await?)
}

/// Locks; what a panicking thread left behind is whole, because nothing here panics half-way through a change.
fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

/// Reads a GUID, number or fingerprint as the webview hands it back.
fn parse<T: FromStr>(value: &str) -> Result<T, CommandError> {
    value
        .parse()
        .map_err(|_| CommandError::new(codes::BAD_IDENTIFIER).with("value", value))
}
