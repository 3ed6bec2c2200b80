//! Second factors: sealed secrets, the codes that were used, hashed recovery codes.

use async_trait::async_trait;
use keyfold_api::audit::Act;

use super::StoreError;

/// A user's second factor as it is stored; the secrets are sealed.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct SecondFactorRow {
    /// What codes are made from; none before the first confirmation.
    pub secret: Option<Vec<u8>>,
    /// What takes its place when a code confirms it.
    pub pending: Option<Vec<u8>>,
}

/// What a confirmed second factor starts with.
#[derive(Debug, Clone, Copy)]
pub struct Confirmation<'a> {
    /// The sealed secret that was confirmed.
    pub secret: &'a [u8],
    /// The time step of the code that confirmed it, which is used up with it.
    pub step: u64,
    /// SHA-256 of each recovery code.
    pub recovery_codes: &'a [Vec<u8>],
    /// The token's hash of the session that goes on; every other session of the user ends. None: all of them end.
    pub session: Option<&'a [u8]>,
}

/// Second factors.
#[async_trait]
pub trait SecondFactorStore: Send + Sync {
    /// The user's second factor; none when they never began to set one up. To a confirmation that is asked again, what it
    /// confirmed is pending still.
    async fn second_factor(&self, user: &str) -> Result<Option<SecondFactorRow>, StoreError>;
    /// Keeps a sealed secret until it is confirmed; the present one stays in use.
    async fn keep_pending_second_factor(
        &self,
        user: &str,
        pending: &[u8],
    ) -> Result<(), StoreError>;
    /// Takes the pending secret into use, with new recovery codes; refused with `Missing` when another one is pending.
    async fn confirm_second_factor(
        &self,
        user: &str,
        confirmation: Confirmation<'_>,
        act: &Act,
    ) -> Result<(), StoreError>;
    /// Uses up the codes of this time step and of those before it; false when one of them was used already.
    async fn spend_step(&self, user: &str, step: u64) -> Result<bool, StoreError>;
    /// Uses up a recovery code; false when it is none of the user's, or was used already.
    async fn spend_recovery_code(&self, user: &str, code: &[u8]) -> Result<bool, StoreError>;
    /// How many recovery codes the user has not used yet.
    async fn recovery_codes_left(&self, user: &str) -> Result<u32, StoreError>;
    /// Takes the second factor of somebody below away, and ends their sessions.
    async fn delete_second_factor(&self, user: &str, act: &Act) -> Result<(), StoreError>;
    /// Takes everybody's second factor away, ends all sessions, and forgets the key under which secrets were sealed.
    async fn delete_second_factors(&self, act: &Act) -> Result<(), StoreError>;
    /// Whether secrets are sealed under the key with this [check](crate::second_factors::SealingKey::check), which it notes
    /// when there was none. A key that is not `fresh` may also take the place of one that seals nothing.
    async fn claim_sealing_key(&self, check: &[u8], fresh: bool) -> Result<bool, StoreError>;
}
