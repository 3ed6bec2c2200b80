//! Sign-ins at the identity provider, and whom it knows users by.

use async_trait::async_trait;
use time::OffsetDateTime;

use super::StoreError;
use crate::oidc::Identity;

/// A sign-in at the identity provider that began.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OidcSignInRow {
    /// Hash of the state that comes back with the browser.
    pub state: Vec<u8>,
    /// Must stand in the ID token.
    pub nonce: String,
    /// Goes to the provider with the code.
    pub verifier: String,
    /// SHA-256 of the verifier that only the Console knows.
    pub challenge: Vec<u8>,
    /// Where the Console listens on its own computer.
    pub port: u16,
    /// When it is too late.
    pub expires_at: OffsetDateTime,
}

/// Sign-ins at the identity provider. Each step works once.
#[async_trait]
pub trait OidcStore: Send + Sync {
    /// Keeps a sign-in that began, and sweeps out those that are too late. The same again changes nothing. False when too
    /// many are under way.
    async fn begin_oidc_sign_in(
        &self,
        sign_in: &OidcSignInRow,
        now: OffsetDateTime,
    ) -> Result<bool, StoreError>;
    /// The browser came back with this state: the sign-in, the first time, if it is not too late.
    async fn return_oidc_sign_in(
        &self,
        state: &[u8],
        now: OffsetDateTime,
    ) -> Result<Option<OidcSignInRow>, StoreError>;
    /// Gives the sign-in of this state a ticket, by its hash, for the user whom the provider knows as `identity`; false
    /// when there is none.
    ///
    /// That is whoever signed in as this issuer's subject before; the first time, the user with the identity's name who
    /// signs in at the provider and never did. A disabled user is nobody.
    async fn grant_oidc_ticket(
        &self,
        state: &[u8],
        identity: &Identity,
        ticket: &[u8],
        expires_at: OffsetDateTime,
    ) -> Result<bool, StoreError>;
    /// Uses a ticket up: the user's sign-in name and the challenge of the sign-in. The same `used_by` may use it again,
    /// when the answer was lost.
    async fn use_oidc_ticket(
        &self,
        ticket: &[u8],
        used_by: &[u8],
        now: OffsetDateTime,
    ) -> Result<Option<(String, Vec<u8>)>, StoreError>;
}
