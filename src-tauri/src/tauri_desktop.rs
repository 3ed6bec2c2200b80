//! The real desktop: tauri's plugins behind [`Desktop`].

use std::io;
use std::path::{Path, PathBuf};

use tauri::{AppHandle, Runtime};
use tauri_plugin_clipboard_manager::ClipboardExt as _;
use tauri_plugin_dialog::{DialogExt as _, FilePath};
use tauri_plugin_notification::NotificationExt as _;
use tauri_plugin_opener::OpenerExt as _;
use tauri_specta::Event as _;
use url::Url;

use crate::console::Notification;
use crate::desktop::Desktop;
use crate::events::Announcement;
use crate::window;

/// The desktop that a window runs on.
pub(crate) struct TauriDesktop<R: Runtime>(pub(crate) AppHandle<R>);

impl<R: Runtime> Desktop for TauriDesktop<R> {
    fn pick_certificate(&self) -> Option<PathBuf> {
        self.pick_file("Certificate", &["pem", "crt", "cer", "der"])
    }

    fn pick_captured_key(&self) -> Option<PathBuf> {
        self.pick_file("Captured key", &["der", "pem", "cms", "p7m"])
    }

    fn pick_folder(&self) -> Option<PathBuf> {
        pick(|| self.0.dialog().file().blocking_pick_folder())
    }

    fn pick_destination(&self, suggested_name: &str) -> Option<PathBuf> {
        pick(|| {
            self.0
                .dialog()
                .file()
                .set_file_name(suggested_name)
                .blocking_save_file()
        })
    }

    fn open_folder(&self, folder: &Path) -> io::Result<()> {
        let folder = folder.to_str().ok_or(io::ErrorKind::InvalidFilename)?;
        self.0
            .opener()
            .open_path(folder, None::<&str>)
            .map_err(io::Error::other)
    }

    fn open_address(&self, address: &Url) -> io::Result<()> {
        #[cfg(debug_assertions)]
        if let Some(file) = std::env::var_os("KEYFOLD_E2E_BROWSER") {
            return std::fs::write(file, address.as_str());
        }
        self.0
            .opener()
            .open_url(address.as_str(), None::<&str>)
            .map_err(io::Error::other)
    }

    fn print(&self) -> io::Result<()> {
        window::print(&self.0)
    }

    fn come_forward(&self) {
        window::show(&self.0);
    }

    fn copy_secret(&self, text: &str) -> io::Result<()> {
        self.0
            .clipboard()
            .write_secret(text)
            .map_err(io::Error::other)
    }

    fn clipboard_text(&self) -> Option<String> {
        self.0.clipboard().read_text().ok()
    }

    fn clear_clipboard(&self) -> io::Result<()> {
        self.0.clipboard().clear().map_err(io::Error::other)
    }

    fn notify(&self, notification: &Notification) {
        let shown = self
            .0
            .notification()
            .builder()
            .title(&notification.title)
            .body(notification.body);
        // A desktop without notifications has nothing better to offer.
        shown.show().ok();
    }

    fn announce(&self, announcement: Announcement) {
        // Emitting fails only when the window is gone, and then nobody listens.
        match announcement {
            Announcement::CertificateFoldersChanged(event) => event.emit(&self.0),
            Announcement::FoldersDropped(event) => event.emit(&self.0),
            Announcement::ClipboardCleared(event) => event.emit(&self.0),
            Announcement::PlatformChanged(event) => event.emit(&self.0),
            Announcement::ConnectionChanged(event) => event.emit(&self.0),
        }
        .ok();
    }
}

impl<R: Runtime> TauriDesktop<R> {
    fn pick_file(&self, what: &str, endings: &[&str]) -> Option<PathBuf> {
        pick(|| {
            self.0
                .dialog()
                .file()
                .add_filter(what, endings)
                .add_filter("All files", &["*"])
                .blocking_pick_file()
        })
    }
}

/// Shows a dialog; a test of a debug build can answer it instead.
fn pick(dialog: impl FnOnce() -> Option<FilePath>) -> Option<PathBuf> {
    #[cfg(debug_assertions)]
    if let Some(script) = std::env::var_os("KEYFOLD_E2E_PICK") {
        return scripted::answer(Path::new(&script));
    }
    dialog()?.into_path().ok()
}

/// Answers of native dialogs in debug builds.
#[cfg(debug_assertions)]
mod scripted {
    use std::path::{Path, PathBuf};

    /// The script is the answer to every dialog. If it is a file `*.pick`, that file's first line is the answer at
    /// that moment, and an empty one dismisses the dialog.
    pub(super) fn answer(script: &Path) -> Option<PathBuf> {
        if script
            .extension()
            .is_none_or(|extension| extension != "pick")
        {
            return Some(script.to_owned());
        }
        let content = std::fs::read_to_string(script).ok()?;
        content
            .lines()
            .next()
            .filter(|line| !line.is_empty())
            .map(PathBuf::from)
    }
}
