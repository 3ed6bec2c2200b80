//! Keys that people were shown, and accounts that are marked because of it.

use async_trait::async_trait;
use keyfold_api::audit::Act;
use keyfold_core::id::{AccountId, KeyId};

use super::StoreError;

/// Disclosed keys. The mark stays on an account until a key takes their place that was not disclosed, that its Agent made
/// itself, and that is captured.
#[async_trait]
pub trait DisclosureStore: Send + Sync {
    /// Records that a key is handed out, and marks its account, unless another key that was not disclosed is captured as
    /// its present one.
    async fn disclose(
        &self,
        account: AccountId,
        key_id: KeyId,
        act: &Act,
    ) -> Result<(), StoreError>;
    /// Takes the mark away if the account's present key answers it; answers whether it does. Only then the act is recorded.
    async fn answer_disclosure(&self, account: AccountId, act: &Act) -> Result<bool, StoreError>;
}
