//! What the whole platform holds to.

use async_trait::async_trait;
use keyfold_api::audit::Act;
use keyfold_api::settings::PlatformSettings;

use super::StoreError;

/// Settings.
#[async_trait]
pub trait SettingsStore: Send + Sync {
    /// The present settings.
    async fn settings(&self) -> Result<PlatformSettings, StoreError>;
    /// Other settings. Sessions under way keep the times they began with; a second factor is demanded from the next
    /// question on.
    async fn change_settings(
        &self,
        settings: &PlatformSettings,
        act: &Act,
    ) -> Result<(), StoreError>;
}
