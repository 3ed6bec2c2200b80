//! The typed HTTP client: what Agent, Authority and Console call.
//!
//! A [`Client`] trusts one thing, the Authority's root certificate, named by its fingerprint. Signing in makes a
//! [`UserClient`], an Agent's credential makes an [`AgentClient`]; each has one method a route.

mod again;
mod agent;
mod alerts;
mod error;
mod events;
mod jobs;
mod lists;
mod pinned;
#[cfg(test)]
mod stand_in;
#[cfg(test)]
mod tests;
mod transport;
mod user;

use keyfold_core::fingerprint::Fingerprint;
use reqwest::Method;
use secrecy::SecretString;
use url::Url;

use crate::agents::{Enrol, Enrolled};
use crate::oidc::{BeginOidcSignIn, OidcSignIn, UseOidcTicket};
use crate::scopes::Platform;
use crate::sessions::{Session, SignIn, User};
use crate::setup::SetUp;

pub use agent::AgentClient;
pub use error::{ClientError, TrustError};
pub use events::Events;
pub use user::UserClient;

use transport::Transport;

/// An AccountServer, seen without signing in.
#[derive(Debug, Clone)]
pub struct Client {
    transport: Transport,
}

impl Client {
    /// A client of the AccountServer at `https://host[:port]` whose certificate descends from the Authority root
    /// with this fingerprint. Nothing is sent yet.
    ///
    /// # Errors
    /// [`ClientError::Address`] when the address is anything but that.
    pub fn new(server: &Url, authority: Fingerprint) -> Result<Self, ClientError> {
        Ok(Self {
            transport: Transport::new(server, authority)?,
        })
    }

    /// The address it was made with.
    #[must_use]
    pub fn server(&self) -> &Url {
        self.transport.server()
    }

    /// The pinned Authority root certificate (DER), once the AccountServer presented it in a handshake that was accepted.
    #[must_use]
    pub fn authority_root(&self) -> Option<&[u8]> {
        self.transport.authority_root()
    }

    /// `GET /platform`.
    pub async fn platform(&self) -> Result<Platform, ClientError> {
        self.transport.get(&["platform"], None).await
    }

    /// `POST /setup`: uses the setup link up, answers the first platform admin.
    pub async fn set_up(&self, set_up: &SetUp) -> Result<User, ClientError> {
        self.transport
            .send(Method::POST, &["setup"], set_up, None)
            .await
    }

    /// `POST /sessions`. The password stays with the caller, who drops it.
    pub async fn sign_in(&self, sign_in: &SignIn) -> Result<UserClient, ClientError> {
        let session: Session = self
            .transport
            .send(Method::POST, &["sessions"], sign_in, None)
            .await?;
        Ok(UserClient::new(self.transport.clone(), session))
    }

    /// The person whose session this is, as the AccountServer answered it before. Nothing is sent yet.
    #[must_use]
    pub fn resume(&self, session: Session) -> UserClient {
        UserClient::new(self.transport.clone(), session)
    }

    /// `POST /oidc/sign-ins`: the browser opens what this answers.
    pub async fn begin_oidc_sign_in(
        &self,
        begin: &BeginOidcSignIn,
    ) -> Result<OidcSignIn, ClientError> {
        self.transport
            .send(Method::POST, &["oidc", "sign-ins"], begin, None)
            .await
    }

    /// `POST /oidc/sessions`: uses the ticket that came back with the browser up.
    pub async fn use_oidc_ticket(&self, ticket: &UseOidcTicket) -> Result<UserClient, ClientError> {
        let session: Session = self
            .transport
            .send(Method::POST, &["oidc", "sessions"], ticket, None)
            .await?;
        Ok(UserClient::new(self.transport.clone(), session))
    }

    /// `POST /agent/enrolment`: spends the enrolment token.
    pub async fn enrol(&self, enrol: &Enrol) -> Result<Enrolled, ClientError> {
        self.transport
            .send(Method::POST, &["agent", "enrolment"], enrol, None)
            .await
    }

    /// The Agent with this credential, from [`Enrolled`].
    #[must_use]
    pub fn agent(&self, credential: SecretString) -> AgentClient {
        AgentClient::new(self.transport.clone(), credential)
    }
}
