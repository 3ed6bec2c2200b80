use async_trait::async_trait;
use keyfold_api::audit::Act;
use keyfold_api::settings::PlatformSettings;
use sqlx::query;

use super::SqlStore;
use super::audit::append_once;
use super::columns::{count, flag, text};
use super::people::{role, role_text};
use crate::store::{Conflict, SettingsStore, StoreError};

#[async_trait]
impl SettingsStore for SqlStore {
    async fn settings(&self) -> Result<PlatformSettings, StoreError> {
        let row = query(
            "SELECT session_idle_seconds, session_life_seconds, second_factor_at_recovery FROM platform",
        )
        .fetch_optional(&self.pool)
        .await?
        .ok_or(Conflict::Missing)?;
        let roles = query("SELECT role FROM second_factor_roles ORDER BY role")
            .fetch_all(&self.pool)
            .await?;
        Ok(PlatformSettings {
            session_idle_seconds: count(&row, "session_idle_seconds")?,
            session_life_seconds: count(&row, "session_life_seconds")?,
            second_factor_for: roles
                .iter()
                .map(|row| role(&text(row, "role")?))
                .collect::<Result<_, StoreError>>()?,
            second_factor_at_recovery: flag(&row, "second_factor_at_recovery")?,
        })
    }

    async fn change_settings(
        &self,
        settings: &PlatformSettings,
        act: &Act,
    ) -> Result<(), StoreError> {
        let mut transaction = self.writing().await?;
        query(
            "UPDATE platform SET session_idle_seconds = $1, session_life_seconds = $2, second_factor_at_recovery = $3",
        )
        .bind(i64::from(settings.session_idle_seconds))
        .bind(i64::from(settings.session_life_seconds))
        .bind(i64::from(settings.second_factor_at_recovery))
        .execute(&mut *transaction)
        .await?;
        query("DELETE FROM second_factor_roles")
            .execute(&mut *transaction)
            .await?;
        for role in &settings.second_factor_for {
            query(
                "INSERT INTO second_factor_roles (role) VALUES ($1) ON CONFLICT (role) DO NOTHING",
            )
            .bind(role_text(*role))
            .execute(&mut *transaction)
            .await?;
        }
        append_once(&mut transaction, act).await?;
        Ok(transaction.commit().await?)
    }
}
