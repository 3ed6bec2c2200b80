//! What holds for the whole platform: `GET /platform/settings`, `PUT /platform/settings`.

use serde::{Deserialize, Serialize};

use crate::sessions::Role;

/// `PUT /platform/settings`; also its answer.
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct PlatformSettings {
    /// A session ends when nobody uses it for so long: 60 seconds to its life.
    pub session_idle_seconds: u32,
    /// A session ends after so long in any case: 60 seconds to 30 days.
    pub session_life_seconds: u32,
    /// Roles that sign in with a second factor, whoever has them.
    pub second_factor_for: Vec<Role>,
    /// Whether fetching a captured key takes a fresh code of the second factor.
    pub second_factor_at_recovery: bool,
}
