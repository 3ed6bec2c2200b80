//! People, their rights and their ways of signing in.

use async_trait::async_trait;
use keyfold_api::audit::Act;
use keyfold_api::sessions::{Role, User};
use keyfold_core::id::ScopeGuid;
use time::OffsetDateTime;

use super::{ByName, Part, Slice, StoreError};

/// How a user signs in.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum WayIn {
    /// With a password.
    Password {
        /// Argon2id, PHC string format.
        hash: String,
    },
    /// At the organisation's identity provider.
    OpenIdConnect,
}

/// A person.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct UserRow {
    /// Who, and their rights.
    pub user: User,
    /// How they sign in.
    pub way_in: WayIn,
    /// Whether they may not sign in for now.
    pub disabled: bool,
    /// Whether they need a second factor, whatever holds for their role.
    pub second_factor_required: bool,
    /// Whether they have a second factor.
    pub second_factor: bool,
}

/// What changes of a user; what is none stays.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct UserChange<'a> {
    /// The name that people see.
    pub display_name: Option<&'a str>,
    /// What they may do.
    pub role: Option<Role>,
    /// Where they may do it.
    pub scope: Option<ScopeGuid>,
    /// Whether they may not sign in.
    pub disabled: Option<bool>,
    /// Whether they need a second factor.
    pub second_factor_required: Option<bool>,
}

/// People. Whether who acts ([`Act::by`]) may is decided in the same transaction as the change, after `rights`: what they
/// do not see is `Missing` or `ParentMissing`, what they may not is `NotAllowed`; the last platform admin stays.
#[async_trait]
pub trait PeopleStore: Send + Sync {
    /// Adds a user; refused with `NameTaken`, `ParentMissing` or `NotAllowed`.
    async fn insert_user(&self, user: &User, way_in: &WayIn, act: &Act) -> Result<(), StoreError>;
    /// Who signs in with this name.
    async fn user(&self, name: &str) -> Result<Option<UserRow>, StoreError>;
    /// Whose rights begin at this scope or below, by sign-in name.
    async fn users_below(
        &self,
        top: ScopeGuid,
        slice: Slice<ByName>,
    ) -> Result<Part<UserRow, ByName>, StoreError>;
    /// Changes a user; new rights end their sessions.
    async fn change_user(
        &self,
        name: &str,
        change: UserChange<'_>,
        act: &Act,
    ) -> Result<(), StoreError>;
    /// Deletes a user, their sessions and their second factor. What they did stays on record.
    async fn delete_user(&self, name: &str, act: &Act) -> Result<(), StoreError>;
    /// Sets a new password, one's own or that of somebody below; ends every session of the user and forgets
    /// their devices. From then on the user signs in with it.
    async fn change_password(&self, name: &str, hash: &str, act: &Act) -> Result<(), StoreError>;
    /// Whether there is anybody.
    async fn has_users(&self) -> Result<bool, StoreError>;
    /// Keeps the hash of a setup link's token, in place of the one before; refused with `AlreadySetUp` once there is
    /// anybody.
    async fn keep_setup_link(
        &self,
        token: &[u8],
        expires_at: OffsetDateTime,
    ) -> Result<(), StoreError>;
    /// Whether this is the setup link's token, and still works.
    async fn setup_link_works(&self, token: &[u8], now: OffsetDateTime)
    -> Result<bool, StoreError>;
    /// Uses the setup link up: makes the first platform admin. Refused with `AlreadySetUp` once there is anybody, and
    /// with `Missing` when the link does not work.
    async fn set_up(
        &self,
        token: &[u8],
        user: &User,
        hash: &str,
        act: &Act,
    ) -> Result<(), StoreError>;
}
