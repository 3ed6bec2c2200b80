use async_trait::async_trait;
use sqlx::{Row as _, query, query_scalar};
use time::OffsetDateTime;

use super::SqlStore;
use super::columns::{text, time};
use crate::oidc::Identity;
use crate::store::{OidcSignInRow, OidcStore, StoreError};

/// Anybody can begin a sign-in: more than so many are not kept.
const UNDER_WAY: i64 = 10_000;

#[async_trait]
impl OidcStore for SqlStore {
    async fn begin_oidc_sign_in(
        &self,
        sign_in: &OidcSignInRow,
        now: OffsetDateTime,
    ) -> Result<bool, StoreError> {
        let mut transaction = self.adding().await?;
        query("DELETE FROM oidc_sign_ins WHERE expires_at <= $1")
            .bind(now.unix_timestamp())
            .execute(&mut *transaction)
            .await?;
        let kept = query(
            "INSERT INTO oidc_sign_ins (state, nonce, verifier, challenge, port, expires_at) \
             SELECT $1, $2, $3, $4, $5, $6 WHERE (SELECT count(*) FROM oidc_sign_ins WHERE state <> $1) < $7 \
             ON CONFLICT (state) DO UPDATE SET expires_at = oidc_sign_ins.expires_at",
        )
        .bind(&sign_in.state)
        .bind(&sign_in.nonce)
        .bind(&sign_in.verifier)
        .bind(&sign_in.challenge)
        .bind(i64::from(sign_in.port))
        .bind(sign_in.expires_at.unix_timestamp())
        .bind(UNDER_WAY)
        .execute(&mut *transaction)
        .await?;
        transaction.commit().await?;
        Ok(kept.rows_affected() > 0)
    }

    async fn return_oidc_sign_in(
        &self,
        state: &[u8],
        now: OffsetDateTime,
    ) -> Result<Option<OidcSignInRow>, StoreError> {
        let row = query(
            "UPDATE oidc_sign_ins SET returned = 1 WHERE state = $1 AND returned = 0 AND expires_at > $2 \
             RETURNING nonce, verifier, challenge, port, expires_at",
        )
        .bind(state)
        .bind(now.unix_timestamp())
        .fetch_optional(&self.pool)
        .await?;
        row.map(|row| {
            let port: i64 = row.try_get("port")?;
            Ok(OidcSignInRow {
                state: state.to_vec(),
                nonce: text(&row, "nonce")?,
                verifier: text(&row, "verifier")?,
                challenge: row.try_get("challenge")?,
                port: port.try_into().map_err(|_| StoreError::Damaged("port"))?,
                expires_at: time(&row, "expires_at")?,
            })
        })
        .transpose()
    }

    async fn grant_oidc_ticket(
        &self,
        state: &[u8],
        identity: &Identity,
        ticket: &[u8],
        expires_at: OffsetDateTime,
    ) -> Result<bool, StoreError> {
        let mut transaction = self.writing().await?;
        query(
            "INSERT INTO oidc_identities (issuer, subject, \"user\") \
             SELECT $1, $2, name FROM users WHERE name = $3 AND way_in = 'openid_connect' AND disabled = 0 \
             AND NOT EXISTS (SELECT 1 FROM oidc_identities WHERE issuer = $1 AND subject = $2) \
             AND NOT EXISTS (SELECT 1 FROM oidc_identities WHERE \"user\" = $3)",
        )
        .bind(&identity.issuer)
        .bind(&identity.subject)
        .bind(&identity.name)
        .execute(&mut *transaction)
        .await?;
        let user: Option<String> = query_scalar(
            "SELECT name FROM oidc_identities JOIN users ON users.name = oidc_identities.\"user\" \
             WHERE issuer = $1 AND subject = $2 AND way_in = 'openid_connect' AND disabled = 0",
        )
        .bind(&identity.issuer)
        .bind(&identity.subject)
        .fetch_optional(&mut *transaction)
        .await?;
        let Some(user) = user else {
            return Ok(false);
        };
        let granted = query(
            "UPDATE oidc_sign_ins SET ticket = $2, \"user\" = $3, expires_at = $4 \
             WHERE state = $1 AND returned = 1 AND ticket IS NULL",
        )
        .bind(state)
        .bind(ticket)
        .bind(user)
        .bind(expires_at.unix_timestamp())
        .execute(&mut *transaction)
        .await?;
        transaction.commit().await?;
        Ok(granted.rows_affected() > 0)
    }

    async fn use_oidc_ticket(
        &self,
        ticket: &[u8],
        used_by: &[u8],
        now: OffsetDateTime,
    ) -> Result<Option<(String, Vec<u8>)>, StoreError> {
        let row = query(
            "UPDATE oidc_sign_ins SET used_by = $2 WHERE ticket = $1 AND expires_at > $3 \
             AND (used_by IS NULL OR used_by = $2) RETURNING \"user\", challenge",
        )
        .bind(ticket)
        .bind(used_by)
        .bind(now.unix_timestamp())
        .fetch_optional(&self.pool)
        .await?;
        row.map(|row| Ok((text(&row, "user")?, row.try_get("challenge")?)))
            .transpose()
    }
}
