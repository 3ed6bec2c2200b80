//! What the Console tells the webview unasked.

use serde::Serialize;
use specta::Type;
use tauri_specta::Event;

use crate::error::CommandError;
use crate::view::folders::{CertificateFoldersView, ImportView};

/// A certificate folder appeared, changed or vanished; carries the whole list.
#[derive(Debug, Clone, Serialize, Type, Event)]
pub struct CertificateFoldersChanged(pub CertificateFoldersView);

/// Folders are dragged over the window, or were dropped on it.
#[derive(Debug, Clone, Serialize, Type, Event)]
#[serde(rename_all = "camelCase", tag = "status")]
pub enum FoldersDropped {
    /// They hover over the window: show where they can be dropped.
    Hovering,
    /// They left the window without being dropped.
    Left,
    /// They were dropped, and imported where possible.
    Imported {
        /// What became of each folder.
        result: ImportView,
    },
    /// They were dropped, and nothing could be imported.
    Failed {
        /// Why.
        error: CommandError,
    },
}

/// A copied secret is no longer on the clipboard.
#[derive(Debug, Clone, Serialize, Type, Event)]
#[serde(rename_all = "camelCase")]
pub struct ClipboardCleared {
    /// The recovered key that the secret belongs to.
    pub handle: u32,
}

/// Something changed on the platform: what to fetch again. Values are GUIDs.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Type, Event)]
#[serde(rename_all = "camelCase", tag = "what")]
pub enum PlatformChanged {
    /// Anything may have: nobody was told for a while.
    Everything,
    /// Names, places, badges, requests or certificates.
    Scopes {
        /// Of these.
        scopes: Vec<String>,
    },
    /// Accounts came, went or were changed.
    Accounts {
        /// In these Groups.
        groups: Vec<String>,
    },
    /// Keys were captured or backups ended.
    Captures {
        /// In these scopes.
        scopes: Vec<String>,
    },
    /// Alerts were raised or closed, or became more urgent.
    Alerts,
}

/// What became of the connection to the platform, as the stream of its events shows it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Type, Event)]
#[serde(rename_all = "camelCase", tag = "status")]
pub enum ConnectionChanged {
    /// What changes is told as it changes.
    Live,
    /// It is not; the Console goes on trying.
    Lost {
        /// Why.
        error: CommandError,
    },
    /// The session ended.
    SignedOut,
}

/// Any of the events, for [`crate::desktop::Desktop::announce`].
#[derive(Debug, Clone)]
pub enum Announcement {
    /// See [`CertificateFoldersChanged`].
    CertificateFoldersChanged(CertificateFoldersChanged),
    /// See [`FoldersDropped`].
    FoldersDropped(FoldersDropped),
    /// See [`ClipboardCleared`].
    ClipboardCleared(ClipboardCleared),
    /// See [`PlatformChanged`].
    PlatformChanged(PlatformChanged),
    /// See [`ConnectionChanged`].
    ConnectionChanged(ConnectionChanged),
}
