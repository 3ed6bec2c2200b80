//! Sessions, and the devices from which people signed in.

use async_trait::async_trait;
use keyfold_api::audit::Act;
use keyfold_api::sessions::{SessionId, User};
use serde::{Deserialize, Serialize};
use time::{Duration, OffsetDateTime};

use super::{Part, Position, Slice, StoreError};

/// A session, by the hash of its token.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SessionRow {
    /// SHA-256 of the bearer token.
    pub token: Vec<u8>,
    /// What lists call it.
    pub id: SessionId,
    /// Sign-in name of whose it is.
    pub user: String,
    /// The network address it began from; empty when that is not known.
    pub address: String,
    /// When it began.
    pub began_at: OffsetDateTime,
    /// When it was last used, to the minute.
    pub seen_at: OffsetDateTime,
    /// It ends when nobody used it for so long.
    pub idle: Duration,
    /// When it ends in any case.
    pub expires_at: OffsetDateTime,
    /// Whether it began with a second factor, or needs none because somebody else asked for one.
    pub second_factor: bool,
}

/// Who asks in a session.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SessionUser {
    /// Who, with the rights they have now.
    pub user: User,
    /// When the session was last used, to the minute.
    pub seen_at: OffsetDateTime,
    /// Whether a second factor must be set up before anything else.
    pub needs_second_factor: bool,
}

/// A session's place among those of its user, newest first.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Begun {
    /// When it began, in Unix seconds.
    pub at: i64,
    /// Its number.
    pub id: String,
}

impl Default for Begun {
    fn default() -> Self {
        Self {
            at: i64::MAX,
            id: String::new(),
        }
    }
}

impl Position for Begun {
    fn is_plausible(&self) -> bool {
        self.at > 0 && self.id.parse::<SessionId>().is_ok()
    }
}

/// Sessions and known devices, whose tokens are stored as hashes.
#[async_trait]
pub trait SessionStore: Send + Sync {
    /// Keeps a session; those of anybody that are over are swept out. Refused with `Missing` when the user is gone or
    /// may not sign in any more.
    async fn insert_session(&self, session: &SessionRow, act: &Act) -> Result<(), StoreError>;
    /// Who asks, unless the session is over or its user may not sign in any more.
    async fn session(
        &self,
        token: &[u8],
        now: OffsetDateTime,
    ) -> Result<Option<SessionUser>, StoreError>;
    /// Notes that the session is in use.
    async fn touch_session(&self, token: &[u8], now: OffsetDateTime) -> Result<(), StoreError>;
    /// The user's sessions that are not over, newest first.
    async fn sessions_of(
        &self,
        user: &str,
        now: OffsetDateTime,
        slice: Slice<Begun>,
    ) -> Result<Part<SessionRow, Begun>, StoreError>;
    /// Ends a session by its token.
    async fn delete_session(&self, token: &[u8], act: &Act) -> Result<(), StoreError>;
    /// Ends one session of a user, or all of them: one's own, or somebody's below.
    async fn end_sessions(
        &self,
        user: &str,
        session: Option<SessionId>,
        act: &Act,
    ) -> Result<(), StoreError>;
    /// Whether the user signed in from this device since `since`.
    async fn knows_device(
        &self,
        token: &[u8],
        user: &str,
        since: OffsetDateTime,
    ) -> Result<bool, StoreError>;
    /// Notes that the user signed in from this device; the user's oldest beyond `most` are forgotten.
    async fn remember_device(
        &self,
        token: &[u8],
        user: &str,
        most: u32,
        now: OffsetDateTime,
    ) -> Result<(), StoreError>;
}
