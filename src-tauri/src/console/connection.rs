//! The platform and the session.

use std::collections::BTreeMap;
use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::Ordering;

use keyfold_api::client::{Client, ClientError, UserClient};
use keyfold_api::scopes::Scope;
use keyfold_api::sessions::SignIn;
use keyfold_core::authority_root::AuthorityRoot;
use keyfold_core::fingerprint::Fingerprint;
use keyfold_core::id::ScopeGuid;
use secrecy::SecretString;
use url::Url;
use zeroize::Zeroizing;

use super::scope_names::ScopeNames;
use super::{Console, blocking, lock};
use crate::connections_file::SavedPlatform;
use crate::error::{CommandError, codes};
use crate::secret_text::SecretText;
use crate::view::connection::{ConnectionView, PlatformView, SessionView, address_text};
use crate::view::names::shown;

/// The saved platform, and its tree as it was listed last.
pub(super) struct Connection {
    saved: Result<Option<SavedPlatform>, CommandError>,
    scopes: ScopeNames,
}

impl Connection {
    /// What the file says; a damaged file is reported when it is asked about, and replaced by the next connection.
    pub(super) fn load(file: &Path) -> Self {
        let saved = SavedPlatform::load(file).map_err(|error| {
            CommandError::because(codes::CONNECTION_FILE_DAMAGED, &error)
                .with("path", file.display())
        });
        Self::with(saved)
    }

    fn with(saved: Result<Option<SavedPlatform>, CommandError>) -> Self {
        Self {
            saved,
            scopes: ScopeNames::default(),
        }
    }

    fn view(&self, user: Option<&UserClient>) -> Result<ConnectionView, CommandError> {
        let saved = self.saved.as_ref().map_err(Clone::clone)?;
        Ok(ConnectionView {
            platform: saved.as_ref().map(|platform| PlatformView {
                name: shown(&platform.name),
                address: address_text(&platform.address).to_owned(),
                authority: platform.authority.to_string(),
            }),
            session: user.map(|user| SessionView::from(user.user())),
        })
    }
}

impl Console {
    /// The saved platform and who is signed in.
    pub fn connection(&self) -> Result<ConnectionView, CommandError> {
        lock(&self.connection).view(self.session.borrow().as_ref())
    }

    /// Contacts a platform, pins its Authority root (SHA-256, 64 hex digits) and saves both.
    pub async fn connect(
        self: &Arc<Self>,
        address: &str,
        authority: &str,
    ) -> Result<ConnectionView, CommandError> {
        let server = parse_address(address)?;
        let authority = parse_fingerprint(authority)?;
        let client = Client::new(&server, authority)?;
        let name = client.platform().await?.name;
        let root = client.authority_root().ok_or_else(|| {
            CommandError::new(codes::PLATFORM_WRONG_AUTHORITY).with("server", address_text(&server))
        })?;
        let root = AuthorityRoot::from_der(root).map_err(|error| {
            CommandError::because(codes::PLATFORM_CERTIFICATE_INVALID, &error)
                .with("server", address_text(&server))
        })?;
        let saved = SavedPlatform {
            name,
            address: server,
            authority,
            root,
            devices: BTreeMap::new(),
        };
        let file = self.places.connections_file.clone();
        let written = saved.clone();
        blocking(move || {
            written.save(&file).map_err(|error| {
                CommandError::because(codes::CONNECTION_NOT_SAVED, &error)
                    .with("path", file.display())
            })
        })
        .await??;
        self.replace_connection(Some(saved)).await
    }

    /// Signs out and forgets the saved platform; certificate folders stay.
    pub async fn forget_connection(self: &Arc<Self>) -> Result<ConnectionView, CommandError> {
        let file = self.places.connections_file.clone();
        blocking(move || match std::fs::remove_file(&file) {
            Err(error) if error.kind() != std::io::ErrorKind::NotFound => {
                Err(CommandError::because(codes::CONNECTION_NOT_SAVED, &error)
                    .with("path", file.display()))
            }
            _ => Ok(()),
        })
        .await??;
        self.replace_connection(None).await
    }

    /// Signs in to the saved platform, with a code of the second factor once it was asked for.
    pub async fn sign_in(
        &self,
        user: String,
        password: SecretText,
        code: Option<SecretText>,
    ) -> Result<ConnectionView, CommandError> {
        let saved = self.saved_platform()?;
        let client = Client::new(&saved.address, saved.authority)?;
        let sign_in = SignIn {
            device: saved.devices.get(&user).cloned().map(Zeroizing::new),
            user,
            password: SecretString::from(password.expose()),
            code: code.map(|code| SecretString::from(code.expose())),
        };
        let user = client.sign_in(&sign_in).await?;
        if let Some(device) = user.device() {
            self.remember_device(saved, sign_in.user, device).await;
        }
        self.begin(user);
        self.connection()
    }

    /// Signs out; recovered keys are forgotten.
    pub async fn sign_out(self: &Arc<Self>) -> Result<ConnectionView, CommandError> {
        let saved = lock(&self.connection).saved.clone()?;
        self.replace_connection(saved).await
    }

    /// Keeps what tells this computer to the platform. Where that fails, the next sign-in is one from a new computer.
    async fn remember_device(&self, mut platform: SavedPlatform, user: String, device: &str) {
        if platform
            .devices
            .get(&user)
            .is_some_and(|known| known == device)
        {
            return;
        }
        platform.devices.insert(user, device.to_owned());
        lock(&self.connection).saved = Ok(Some(platform.clone()));
        let file = self.places.connections_file.clone();
        blocking(move || platform.save(&file).ok()).await.ok();
    }

    /// Takes up another connection, or the same one signed out.
    async fn replace_connection(
        self: &Arc<Self>,
        saved: Option<SavedPlatform>,
    ) -> Result<ConnectionView, CommandError> {
        *lock(&self.connection) = Connection::with(Ok(saved));
        let previous = self.session.send_replace(None);
        self.locked.store(false, Ordering::Relaxed);
        self.forget_secrets().await?;
        if let Some(user) = previous {
            // Signed out here in any case; the platform forgets the session by itself if it cannot be told.
            user.sign_out().await.ok();
        }
        self.connection()
    }

    /// The saved platform, to ask what needs no session.
    pub(super) fn client(&self) -> Result<Client, CommandError> {
        let saved = self.saved_platform()?;
        Ok(Client::new(&saved.address, saved.authority)?)
    }

    /// The saved platform with its pinned root.
    pub(super) fn saved_platform(&self) -> Result<SavedPlatform, CommandError> {
        let connection = lock(&self.connection);
        connection
            .saved
            .clone()?
            .ok_or_else(|| CommandError::new(codes::NOT_CONNECTED))
    }

    /// Whoever is signed in.
    pub(crate) fn user(&self) -> Result<UserClient, CommandError> {
        self.saved_platform()?;
        let user = self.session.borrow().clone();
        user.ok_or_else(|| CommandError::new(codes::SIGNED_OUT))
    }

    /// An answer in this crate's errors; notices the end of the session.
    pub(super) fn answered<T>(&self, answer: Result<T, ClientError>) -> Result<T, CommandError> {
        if answer.as_ref().is_err_and(is_session_over) {
            self.session.send_replace(None);
            return Err(CommandError::new(codes::SIGNED_OUT));
        }
        let answer = answer?;
        self.answering.notify_waiters();
        Ok(answer)
    }

    /// All scopes that the user may see, remembered for their names.
    pub(super) async fn fetch_scopes(&self) -> Result<Vec<Scope>, CommandError> {
        let user = self.user()?;
        let mut scopes = self.answered(user.all(|page| user.scopes(page)).await)?;
        self.remember_scopes(&scopes).sort(&mut scopes);
        Ok(scopes)
    }

    /// Remembers a listing of the scopes for their names.
    pub(super) fn remember_scopes(&self, scopes: &[Scope]) -> ScopeNames {
        let names = ScopeNames::new(scopes);
        lock(&self.connection).scopes = names.clone();
        names
    }

    /// The scopes as they were listed last, or listed anew when one of these was not among them.
    pub(super) async fn scope_names_with(
        &self,
        guids: &[ScopeGuid],
    ) -> Result<ScopeNames, CommandError> {
        let known = self.scope_names();
        if guids.iter().all(|guid| known.scope(*guid).is_some()) {
            return Ok(known);
        }
        Ok(ScopeNames::new(&self.fetch_scopes().await?))
    }

    /// The scopes as they were listed last; empty when signed out.
    pub(super) fn scope_names(&self) -> ScopeNames {
        lock(&self.connection).scopes.clone()
    }
}

/// Whether the platform knows the session no more.
pub(super) fn is_session_over(error: &ClientError) -> bool {
    matches!(error, ClientError::Problem(problem) if problem.status == 401)
}

/// Reads an address as people type it: `https://` may be left out.
fn parse_address(typed: &str) -> Result<Url, CommandError> {
    let typed = typed.trim();
    let url = if typed.contains("://") {
        typed.to_owned()
    } else {
        format!("https://{typed}")
    };
    Url::parse(&url)
        .ok()
        .filter(|url| url.scheme() == "https" && url.has_host())
        .ok_or_else(|| CommandError::new(codes::BAD_ADDRESS).with("address", typed))
}

/// Reads a fingerprint as people paste it: in groups, with colons, in either case.
fn parse_fingerprint(typed: &str) -> Result<Fingerprint, CommandError> {
    let digits: String = typed
        .chars()
        .filter(|digit| !digit.is_whitespace() && *digit != ':')
        .map(|digit| digit.to_ascii_lowercase())
        .collect();
    digits
        .parse()
        .map_err(|_| CommandError::new(codes::BAD_FINGERPRINT))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn addresses_are_read_as_typed() {
        let text = |typed| parse_address(typed).map(|url| address_text(&url).to_owned());
        assert_eq!(
            text(" backups.example.org:8443 ").unwrap(),
            "https://backups.example.org:8443"
        );
        assert_eq!(
            text("https://backups.example.org/").unwrap(),
            "https://backups.example.org"
        );
        for bad in [
            "",
            "http://backups.example.org",
            "https://",
            "file:///etc/passwd",
        ] {
            assert_eq!(text(bad).unwrap_err().code, codes::BAD_ADDRESS, "{bad}");
        }
    }

    #[test]
    fn fingerprints_are_read_as_pasted() {
        let plain = "0123456789abcdef".repeat(4);
        for typed in [
            plain.clone(),
            plain.to_uppercase(),
            plain.replace("89", " 8:9\n"),
        ] {
            assert_eq!(
                parse_fingerprint(&typed).unwrap().to_string(),
                plain,
                "{typed}"
            );
        }
        assert_eq!(
            parse_fingerprint("0123").unwrap_err().code,
            codes::BAD_FINGERPRINT
        );
    }
}
