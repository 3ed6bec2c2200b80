//! What the Console asks of the desktop around it; a trait, so that the Console runs without a window in tests.

use std::io;
use std::path::{Path, PathBuf};

use url::Url;

use crate::console::Notification;
use crate::events::Announcement;

/// Native dialogs, clipboard, file manager, and a way to tell the webview something.
///
/// Every method but `announce` may block, and none may be called from the main thread.
pub trait Desktop: Send + Sync + 'static {
    /// Asks for a certificate or request file to read; none when dismissed.
    fn pick_certificate(&self) -> Option<PathBuf>;
    /// Asks for a captured key's file; none when dismissed.
    fn pick_captured_key(&self) -> Option<PathBuf>;
    /// Asks for a folder; none when dismissed.
    fn pick_folder(&self) -> Option<PathBuf>;
    /// Asks where to save a file; none when dismissed.
    fn pick_destination(&self, suggested_name: &str) -> Option<PathBuf>;
    /// Shows a folder in the file manager.
    fn open_folder(&self, folder: &Path) -> io::Result<()>;
    /// Opens an address in the system's browser.
    fn open_address(&self, address: &Url) -> io::Result<()>;
    /// Prints what the window shows, after asking how.
    fn print(&self) -> io::Result<()>;
    /// Brings the window to the front.
    fn come_forward(&self);
    /// Puts a secret on the clipboard, asking clipboard managers not to keep it.
    fn copy_secret(&self, text: &str) -> io::Result<()>;
    /// The text on the clipboard, if there is text on it that can be read.
    fn clipboard_text(&self) -> Option<String>;
    /// Empties the clipboard.
    fn clear_clipboard(&self) -> io::Result<()>;
    /// Shows something for a while, beside the window. A desktop without notifications shows nothing.
    fn notify(&self, notification: &Notification);
    /// Tells the webview.
    fn announce(&self, announcement: Announcement);
}
