use async_trait::async_trait;
use keyfold_api::audit::Act;
use keyfold_api::sessions::SessionId;
use sqlx::any::AnyRow;
use sqlx::{Row as _, query, query_scalar};
use time::{Duration, OffsetDateTime};

use super::SqlStore;
use super::audit::append;
use super::authorisation::{administered, is_own};
use super::columns::{count, flag, id, text, time};
use super::part::part;
use super::people::user;
use crate::store::{
    Begun, Claim, Conflict, Notice, Part, SessionRow, SessionStore, SessionUser, Slice, StoreError,
};

#[async_trait]
impl SessionStore for SqlStore {
    async fn insert_session(&self, session: &SessionRow, act: &Act) -> Result<(), StoreError> {
        let mut transaction = self.writing().await?;
        query("DELETE FROM sessions WHERE expires_at <= $1 OR seen_at + idle_seconds <= $1")
            .bind(act.at.unix_timestamp())
            .execute(&mut *transaction)
            .await?;
        let kept = query(
            "INSERT INTO sessions (token, id, \"user\", address, began_at, seen_at, idle_seconds, expires_at, \
             second_factor) SELECT $1, $2, name, $4, $5, $6, $7, $8, $9 FROM users WHERE name = $3 AND disabled = 0 \
             ON CONFLICT (token) DO NOTHING",
        )
        .bind(&session.token[..])
        .bind(session.id.to_string())
        .bind(&session.user)
        .bind(&session.address)
        .bind(session.began_at.unix_timestamp())
        .bind(session.seen_at.unix_timestamp())
        .bind(session.idle.whole_seconds())
        .bind(session.expires_at.unix_timestamp())
        .bind(i64::from(session.second_factor))
        .execute(&mut *transaction)
        .await?;
        if kept.rows_affected() > 0 {
            append(&mut transaction, act).await?;
        } else if !Claim::is_again() {
            return Err(Conflict::Missing.into());
        }
        Ok(transaction.commit().await?)
    }

    async fn session(
        &self,
        token: &[u8],
        now: OffsetDateTime,
    ) -> Result<Option<SessionUser>, StoreError> {
        let row = query(
            "SELECT name, display_name, role, scope, seen_at, CASE WHEN sessions.second_factor = 0 \
             AND (users.second_factor_required = 1 OR role IN (SELECT role FROM second_factor_roles)) \
             THEN 1 ELSE 0 END AS needs_second_factor \
             FROM sessions JOIN users ON users.name = sessions.\"user\" \
             WHERE token = $1 AND expires_at > $2 AND seen_at + idle_seconds > $2 AND disabled = 0",
        )
        .bind(token)
        .bind(now.unix_timestamp())
        .fetch_optional(&self.pool)
        .await?;
        row.map(|row| {
            Ok(SessionUser {
                user: user(&row)?,
                seen_at: time(&row, "seen_at")?,
                needs_second_factor: flag(&row, "needs_second_factor")?,
            })
        })
        .transpose()
    }

    async fn touch_session(&self, token: &[u8], now: OffsetDateTime) -> Result<(), StoreError> {
        query("UPDATE sessions SET seen_at = $2 WHERE token = $1 AND seen_at < $2")
            .bind(token)
            .bind(now.unix_timestamp())
            .execute(&self.pool)
            .await?;
        Ok(())
    }

    async fn sessions_of(
        &self,
        user: &str,
        now: OffsetDateTime,
        slice: Slice<Begun>,
    ) -> Result<Part<SessionRow, Begun>, StoreError> {
        let rows = query(
            "SELECT * FROM sessions WHERE \"user\" = $1 AND expires_at > $2 AND seen_at + idle_seconds > $2 \
             AND (began_at < $3 OR (began_at = $3 AND id > $4)) ORDER BY began_at DESC, id LIMIT $5",
        )
        .bind(user)
        .bind(now.unix_timestamp())
        .bind(slice.after.at)
        .bind(&slice.after.id)
        .bind(slice.and_one())
        .fetch_all(&self.pool)
        .await?;
        let place = |row: &AnyRow| {
            Ok(Begun {
                at: row.try_get("began_at")?,
                id: text(row, "id")?,
            })
        };
        part(rows, slice.limit, place, session_row)
    }

    async fn delete_session(&self, token: &[u8], act: &Act) -> Result<(), StoreError> {
        let mut transaction = self.writing().await?;
        let ended = query("DELETE FROM sessions WHERE token = $1")
            .bind(token)
            .execute(&mut *transaction)
            .await?;
        if ended.rows_affected() > 0 {
            append(&mut transaction, act).await?;
        }
        Ok(transaction.commit().await?)
    }

    async fn end_sessions(
        &self,
        user: &str,
        session: Option<SessionId>,
        act: &Act,
    ) -> Result<(), StoreError> {
        let mut transaction = self.writing().await?;
        if !is_own(act, user) {
            administered(&mut transaction, act, user).await?;
        }
        let ended = query("DELETE FROM sessions WHERE \"user\" = $1 AND ($2 = '' OR id = $2)")
            .bind(user)
            .bind(session.map(|id| id.to_string()).unwrap_or_default())
            .execute(&mut *transaction)
            .await?;
        if session.is_none() {
            transaction.tell(Notice::SessionsRevoked {
                user: user.to_owned(),
            });
        }
        if ended.rows_affected() > 0 {
            append(&mut transaction, act).await?;
        } else if session.is_some() && !Claim::is_again() {
            return Err(Conflict::Missing.into());
        }
        Ok(transaction.commit().await?)
    }

    async fn knows_device(
        &self,
        token: &[u8],
        user: &str,
        since: OffsetDateTime,
    ) -> Result<bool, StoreError> {
        let known: i64 = query_scalar(
            "SELECT count(*) FROM known_devices WHERE token = $1 AND \"user\" = $2 AND seen_at > $3",
        )
        .bind(token)
        .bind(user)
        .bind(since.unix_timestamp())
        .fetch_one(&self.pool)
        .await?;
        Ok(known > 0)
    }

    async fn remember_device(
        &self,
        token: &[u8],
        user: &str,
        most: u32,
        now: OffsetDateTime,
    ) -> Result<(), StoreError> {
        let mut transaction = self.adding().await?;
        query(
            "INSERT INTO known_devices (token, \"user\", seen_at) SELECT $1, name, $3 FROM users WHERE name = $2 \
             ON CONFLICT (token) DO UPDATE SET seen_at = $3",
        )
        .bind(token)
        .bind(user)
        .bind(now.unix_timestamp())
        .execute(&mut *transaction)
        .await?;
        query(
            "DELETE FROM known_devices WHERE \"user\" = $1 AND token NOT IN (SELECT token FROM known_devices \
             WHERE \"user\" = $1 ORDER BY seen_at DESC, token LIMIT $2)",
        )
        .bind(user)
        .bind(i64::from(most))
        .execute(&mut *transaction)
        .await?;
        Ok(transaction.commit().await?)
    }
}

fn session_row(row: &AnyRow) -> Result<SessionRow, StoreError> {
    Ok(SessionRow {
        token: row.try_get("token")?,
        id: id(row, "id")?,
        user: text(row, "user")?,
        address: text(row, "address")?,
        began_at: time(row, "began_at")?,
        seen_at: time(row, "seen_at")?,
        idle: Duration::seconds(count(row, "idle_seconds")?.into()),
        expires_at: time(row, "expires_at")?,
        second_factor: flag(row, "second_factor")?,
    })
}
