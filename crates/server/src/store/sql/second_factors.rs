use async_trait::async_trait;
use keyfold_api::audit::Act;
use sqlx::any::AnyQueryResult;
use sqlx::{AnyConnection, Row as _, query, query_scalar};

use super::SqlStore;
use super::audit::append_once;
use super::authorisation::administered;
use super::change::Change;
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
            let secret: Option<Vec<u8>> = row.try_get("secret")?;
            let pending: Option<Vec<u8>> = row.try_get("pending")?;
            let confirmed = || secret.clone().filter(|_| Claim::is_again());
            Ok(SecondFactorRow {
                pending: pending.or_else(confirmed),
                secret,
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
            return if Claim::is_again() && is_in_use(&mut transaction, user, confirmation).await? {
                Ok(())
            } else {
                Err(Conflict::Missing.into())
            };
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
        committed(transaction, spent).await
    }

    async fn spend_recovery_code(&self, user: &str, code: &[u8]) -> Result<bool, StoreError> {
        let mut transaction = self.adding().await?;
        let spent = query(
            "UPDATE recovery_codes SET used = 1 WHERE \"user\" = $1 AND code = $2 AND (used = 0 OR $3 = 1)",
        )
        .bind(user)
        .bind(code)
        .bind(i64::from(Claim::is_again()))
        .execute(&mut *transaction)
        .await?;
        committed(transaction, spent).await
    }

    async fn recovery_codes_left(&self, user: &str) -> Result<u32, StoreError> {
        let left: i64 =
            query_scalar("SELECT count(*) FROM recovery_codes WHERE \"user\" = $1 AND used = 0")
                .bind(user)
                .fetch_one(&self.pool)
                .await?;
        u32::try_from(left).map_err(|_| StoreError::Damaged("recovery_codes"))
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

    async fn delete_second_factors(&self, act: &Act) -> Result<(), StoreError> {
        let mut transaction = self.writing().await?;
        for delete in [
            "DELETE FROM second_factors",
            "DELETE FROM recovery_codes",
            "DELETE FROM sessions",
            "UPDATE platform SET sealing_key = NULL",
        ] {
            query(delete).execute(&mut *transaction).await?;
        }
        append_once(&mut transaction, act).await?;
        Ok(transaction.commit().await?)
    }

    async fn claim_sealing_key(&self, check: &[u8], fresh: bool) -> Result<bool, StoreError> {
        let mut transaction = self.writing().await?;
        let claimed = query(
            "UPDATE platform SET sealing_key = $1 WHERE sealing_key IS NULL OR sealing_key = $1 \
             OR ($2 = 0 AND NOT EXISTS (SELECT 1 FROM second_factors))",
        )
        .bind(check)
        .bind(i64::from(fresh))
        .execute(&mut *transaction)
        .await?;
        transaction.commit().await?;
        Ok(claimed.rows_affected() > 0)
    }
}

/// Commits what spent something. What spent nothing is no change, and claims no idempotency key: asked again with that key,
/// it would pass for a question that was answered before.
async fn committed(transaction: Change, spent: AnyQueryResult) -> Result<bool, StoreError> {
    if spent.rows_affected() == 0 {
        return Ok(false);
    }
    transaction.commit().await?;
    Ok(true)
}

/// Whether an earlier attempt of the same request took it into use.
async fn is_in_use(
    connection: &mut AnyConnection,
    user: &str,
    confirmation: Confirmation<'_>,
) -> Result<bool, StoreError> {
    let found: i64 = query_scalar(
        "SELECT count(*) FROM second_factors WHERE \"user\" = $1 AND secret = $2 AND last_step >= $3",
    )
    .bind(user)
    .bind(confirmation.secret)
    .bind(number(confirmation.step)?)
    .fetch_one(connection)
    .await?;
    Ok(found > 0)
}

fn number(step: u64) -> Result<i64, StoreError> {
    step.try_into()
        .map_err(|_| StoreError::Damaged("last_step"))
}
