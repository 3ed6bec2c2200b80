use async_trait::async_trait;
use keyfold_api::audit::Act;
use sqlx::{Row as _, query};

use super::SqlStore;
use super::audit::append_once;
use super::authorisation::administered;
use super::people::end_sessions;
use crate::store::{Claim, Confirmation, Conflict, SecondFactorRow, SecondFactorStore, StoreError};

#[async_trait]
impl SecondFactorStore for SqlStore {
    async fn second_factor(&self, user: &str) -> Result<Option<SecondFactorRow>, StoreError> {
        let row = query("SELECT secret, pending FROM second_factors WHERE \"user\" = $1")
            .bind(user)
            .fetch_optional(&self.pool)
            .await?;
        row.map(|row| {
            Ok(SecondFactorRow {
                secret: row.try_get("secret")?,
                pending: row.try_get("pending")?,
            })
        })
        .transpose()
    }

    async fn keep_pending_second_factor(
        &self,
        user: &str,
        pending: &[u8],
    ) -> Result<(), StoreError> {
        let mut transaction = self.adding().await?;
        query(
            "INSERT INTO second_factors (\"user\", pending) SELECT name, $2 FROM users WHERE name = $1 \
             ON CONFLICT (\"user\") DO UPDATE SET pending = $2",
        )
        .bind(user)
        .bind(pending)
        .execute(&mut *transaction)
        .await?;
        Ok(transaction.commit().await?)
    }

    async fn confirm_second_factor(
        &self,
        user: &str,
        confirmation: Confirmation<'_>,
        act: &Act,
    ) -> Result<(), StoreError> {
        let mut transaction = self.writing().await?;
        let confirmed = query(
            "UPDATE second_factors SET secret = pending, pending = NULL, last_step = $3 \
             WHERE \"user\" = $1 AND pending = $2",
        )
        .bind(user)
        .bind(confirmation.secret)
        .bind(number(confirmation.step)?)
        .execute(&mut *transaction)
        .await?;
        if confirmed.rows_affected() == 0 {
            return Err(Conflict::Missing.into());
        }
        query("DELETE FROM recovery_codes WHERE \"user\" = $1")
            .bind(user)
            .execute(&mut *transaction)
            .await?;
        for code in confirmation.recovery_codes {
            query("INSERT INTO recovery_codes (\"user\", code) VALUES ($1, $2)")
                .bind(user)
                .bind(&code[..])
                .execute(&mut *transaction)
                .await?;
        }
        query("DELETE FROM sessions WHERE \"user\" = $1 AND token <> $2")
            .bind(user)
            .bind(confirmation.session.unwrap_or_default())
            .execute(&mut *transaction)
            .await?;
        query("UPDATE sessions SET second_factor = 1 WHERE \"user\" = $1")
            .bind(user)
            .execute(&mut *transaction)
            .await?;
        append_once(&mut transaction, act).await?;
        Ok(transaction.commit().await?)
    }

    async fn spend_step(&self, user: &str, step: u64) -> Result<bool, StoreError> {
        let mut transaction = self.adding().await?;
        let spent = query(
            "UPDATE second_factors SET last_step = $2 \
             WHERE \"user\" = $1 AND secret IS NOT NULL AND (last_step < $2 OR ($3 = 1 AND last_step = $2))",
        )
        .bind(user)
        .bind(number(step)?)
        .bind(i64::from(Claim::is_again()))
        .execute(&mut *transaction)
        .await?;
        transaction.commit().await?;
        Ok(spent.rows_affected() > 0)
    }

    async fn spend_recovery_code(&self, user: &str, code: &[u8]) -> Result<bool, StoreError> {
        let mut transaction = self.adding().await?;
        let spent = query("DELETE FROM recovery_codes WHERE \"user\" = $1 AND code = $2")
            .bind(user)
            .bind(code)
            .execute(&mut *transaction)
            .await?;
        transaction.commit().await?;
        Ok(spent.rows_affected() > 0)
    }

    async fn delete_second_factor(&self, user: &str, act: &Act) -> Result<(), StoreError> {
        let mut transaction = self.writing().await?;
        administered(&mut transaction, act, user).await?;
        for delete in [
            "DELETE FROM second_factors WHERE \"user\" = $1",
            "DELETE FROM recovery_codes WHERE \"user\" = $1",
        ] {
            query(delete).bind(user).execute(&mut *transaction).await?;
        }
        end_sessions(&mut transaction, user).await?;
        append_once(&mut transaction, act).await?;
        Ok(transaction.commit().await?)
    }
}

fn number(step: u64) -> Result<i64, StoreError> {
    step.try_into()
        .map_err(|_| StoreError::Damaged("last_step"))
}
