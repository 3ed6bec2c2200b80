//! The saved platform and the session.

use keyfold_api::sessions::{Role, User};
use serde::Serialize;
use specta::Type;
use url::Url;

use super::names::shown;

/// The saved platform, and who is signed in to it.
#[derive(Debug, Clone, Serialize, Type)]
#[serde(rename_all = "camelCase")]
pub struct ConnectionView {
    /// The platform this Console talks to; none before the first connection.
    pub platform: Option<PlatformView>,
    /// Who is signed in; none when signed out.
    pub session: Option<SessionView>,
}

/// A saved platform.
#[derive(Debug, Clone, Serialize, Type)]
#[serde(rename_all = "camelCase")]
pub struct PlatformView {
    /// Its name for people.
    pub name: String,
    /// `https://host:port`.
    pub address: String,
    /// The pinned Authority root, 64 hex digits.
    pub authority: String,
}

/// How people sign in to a platform.
#[derive(Debug, Clone, Copy, Serialize, Type)]
#[serde(rename_all = "camelCase")]
pub struct SignInWaysView {
    /// Not only with a password of the platform, but at their organisation's identity provider too.
    pub organisation: bool,
}

/// Who is signed in.
#[derive(Debug, Clone, Serialize, Type)]
#[serde(rename_all = "camelCase")]
pub struct SessionView {
    /// The sign-in name.
    pub user: String,
    /// The name for people.
    pub display_name: String,
    /// What they may do.
    pub role: RoleView,
    /// The scope they administer.
    pub scope: String,
}

/// What a user may do in their scope.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Type)]
#[serde(rename_all = "camelCase")]
pub enum RoleView {
    /// Everything, with users and the platform's settings.
    PlatformAdmin,
    /// Requests and uploads certificates, recovers keys.
    GroupAdmin,
    /// Signs or rejects requests.
    Officer,
    /// Reads reports and the audit log.
    Auditor,
}

impl From<&User> for SessionView {
    fn from(user: &User) -> Self {
        Self {
            user: shown(&user.name),
            display_name: shown(&user.display_name),
            role: match user.role {
                Role::PlatformAdmin => RoleView::PlatformAdmin,
                Role::GroupAdmin => RoleView::GroupAdmin,
                Role::Officer => RoleView::Officer,
                Role::Auditor => RoleView::Auditor,
            },
            scope: user.scope.to_string(),
        }
    }
}

/// The address as people write it, without the slash that a URL ends with.
pub(crate) fn address_text(address: &Url) -> &str {
    address.as_str().trim_end_matches('/')
}
