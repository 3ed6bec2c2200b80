//! How Agents prove who they are: enrolment tokens and credentials, all stored as hashes.

use async_trait::async_trait;
use keyfold_api::audit::Act;
use keyfold_core::id::AccountId;
use time::OffsetDateTime;

use super::{AccountRow, StoreError};

/// What a credential is worth.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Credential {
    /// It works for this account. Its `captured_to` is not looked up.
    Works(AccountRow),
    /// It worked for this account once, and does no more.
    Ended(AccountId, CredentialEnd),
}

/// Why a credential works no more.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum CredentialEnd {
    /// A newer one was used.
    Superseded,
    /// An administrator ended it.
    Revoked,
}

/// Enrolment tokens, and the credentials that they and their successors give.
#[async_trait]
pub trait AgentStore: Send + Sync {
    /// Keeps the hash of a one-time token; an older one for the account works no more.
    async fn keep_enrolment_token(
        &self,
        account: AccountId,
        token: &[u8],
        expires_at: OffsetDateTime,
        act: &Act,
    ) -> Result<(), StoreError>;
    /// Uses a token up for this credential; one that the account has already goes on until this one is used. None when the
    /// token is unknown or expired. The store adds to the act whose token it was.
    async fn enrol(
        &self,
        token: &[u8],
        credential: &[u8],
        now: OffsetDateTime,
        act: &Act,
    ) -> Result<Option<AccountRow>, StoreError>;
    /// Gives the account a next credential. An earlier next one that was not used yet works no more.
    async fn renew_credential(
        &self,
        account: AccountId,
        next: &[u8],
        now: OffsetDateTime,
        act: &Act,
    ) -> Result<(), StoreError>;
    /// Notes whether the account's Agent encrypts its key itself; what is so already is not recorded.
    async fn choose_end_to_end(
        &self,
        account: AccountId,
        on: bool,
        act: &Act,
    ) -> Result<(), StoreError>;
    /// What this credential is worth; none when nobody ever had it. The first use of a next one ends the one before.
    async fn credential(
        &self,
        credential: &[u8],
        now: OffsetDateTime,
    ) -> Result<Option<Credential>, StoreError>;
    /// Ends whatever credentials and enrolment token the account has; where there are none, nothing is recorded.
    async fn revoke_agent(
        &self,
        account: AccountId,
        now: OffsetDateTime,
        act: &Act,
    ) -> Result<(), StoreError>;
}
