//! People and their sessions.

use async_trait::async_trait;
use keyfold_api::audit::Act;
use keyfold_api::sessions::User;
use time::OffsetDateTime;

use super::StoreError;

/// A person and the hash of their password (PHC string).
pub struct UserRow {
    /// Who.
    pub user: User,
    /// Argon2id, PHC string format.
    pub password_hash: String,
}

/// People and sessions, whose tokens are stored as hashes.
#[async_trait]
pub trait PeopleStore: Send + Sync {
    /// Adds a user; refused with `NameTaken` or `ParentMissing`.
    async fn insert_user(&self, user: &UserRow, act: &Act) -> Result<(), StoreError>;
    /// Who signs in with this name.
    async fn user(&self, name: &str) -> Result<Option<UserRow>, StoreError>;
    /// Sets a new password and ends every session of the user.
    async fn change_password(
        &self,
        name: &str,
        password_hash: &str,
        act: &Act,
    ) -> Result<(), StoreError>;
    /// Keeps a session; expired ones of anybody are swept out.
    async fn insert_session(
        &self,
        token: &[u8],
        user: &str,
        expires_at: OffsetDateTime,
        now: OffsetDateTime,
        act: &Act,
    ) -> Result<(), StoreError>;
    /// Whose session this is, unless it has expired.
    async fn session(&self, token: &[u8], now: OffsetDateTime) -> Result<Option<User>, StoreError>;
    /// Ends a session.
    async fn delete_session(&self, token: &[u8], act: &Act) -> Result<(), StoreError>;
}
