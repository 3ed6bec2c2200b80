use async_trait::async_trait;
use keyfold_api::audit::Act;
use keyfold_api::sessions::{Role, User};
use sqlx::any::AnyRow;
use sqlx::query;
use time::OffsetDateTime;

use super::audit::append;
use super::columns::{id, text};
use super::{SqlStore, scopes};
use crate::store::{Conflict, Notice, PeopleStore, StoreError, UserRow};

#[async_trait]
impl PeopleStore for SqlStore {
    async fn insert_user(&self, user: &UserRow, act: &Act) -> Result<(), StoreError> {
        let mut transaction = self.writing().await?;
        if scopes::kind(&mut transaction, user.user.scope)
            .await?
            .is_none()
        {
            return Err(Conflict::ParentMissing.into());
        }
        let role = match user.user.role {
            Role::Admin => "admin",
            Role::Officer => "officer",
        };
        let added = query(
            "INSERT INTO users (name, display_name, role, scope, password_hash) VALUES ($1, $2, $3, $4, $5) \
             ON CONFLICT (name) DO NOTHING",
        )
        .bind(&user.user.name)
        .bind(&user.user.display_name)
        .bind(role)
        .bind(user.user.scope.to_string())
        .bind(&user.password_hash)
        .execute(&mut *transaction)
        .await?;
        if added.rows_affected() == 0 {
            return Err(Conflict::NameTaken.into());
        }
        append(&mut transaction, act).await?;
        Ok(transaction.commit().await?)
    }

    async fn user(&self, name: &str) -> Result<Option<UserRow>, StoreError> {
        let row = query(
            "SELECT name, display_name, role, scope, password_hash FROM users WHERE name = $1",
        )
        .bind(name)
        .fetch_optional(&self.pool)
        .await?;
        row.map(|row| {
            Ok(UserRow {
                user: user(&row)?,
                password_hash: text(&row, "password_hash")?,
            })
        })
        .transpose()
    }

    async fn change_password(
        &self,
        name: &str,
        password_hash: &str,
        act: &Act,
    ) -> Result<(), StoreError> {
        let mut transaction = self.writing().await?;
        let changed = query("UPDATE users SET password_hash = $2 WHERE name = $1")
            .bind(name)
            .bind(password_hash)
            .execute(&mut *transaction)
            .await?;
        if changed.rows_affected() == 0 {
            return Err(Conflict::Missing.into());
        }
        query("DELETE FROM sessions WHERE \"user\" = $1")
            .bind(name)
            .execute(&mut *transaction)
            .await?;
        append(&mut transaction, act).await?;
        transaction.tell(Notice::SessionsRevoked {
            user: name.to_owned(),
        });
        Ok(transaction.commit().await?)
    }

    async fn insert_session(
        &self,
        token: &[u8],
        user: &str,
        expires_at: OffsetDateTime,
        now: OffsetDateTime,
        act: &Act,
    ) -> Result<(), StoreError> {
        let mut transaction = self.writing().await?;
        query("DELETE FROM sessions WHERE expires_at <= $1")
            .bind(now.unix_timestamp())
            .execute(&mut *transaction)
            .await?;
        let added = query("INSERT INTO sessions (token, \"user\", expires_at) VALUES ($1, $2, $3) ON CONFLICT (token) DO NOTHING")
            .bind(token)
            .bind(user)
            .bind(expires_at.unix_timestamp())
            .execute(&mut *transaction)
            .await?;
        if added.rows_affected() > 0 {
            append(&mut transaction, act).await?;
        }
        Ok(transaction.commit().await?)
    }

    async fn session(&self, token: &[u8], now: OffsetDateTime) -> Result<Option<User>, StoreError> {
        let row = query(
            "SELECT name, display_name, role, scope FROM sessions JOIN users ON users.name = sessions.\"user\" \
             WHERE token = $1 AND expires_at > $2",
        )
        .bind(token)
        .bind(now.unix_timestamp())
        .fetch_optional(&self.pool)
        .await?;
        row.as_ref().map(user).transpose()
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
}

fn user(row: &AnyRow) -> Result<User, StoreError> {
    let role = match text(row, "role")?.as_str() {
        "admin" => Role::Admin,
        "officer" => Role::Officer,
        _ => return Err(StoreError::Damaged("role")),
    };
    Ok(User {
        name: text(row, "name")?,
        display_name: text(row, "display_name")?,
        role,
        scope: id(row, "scope")?,
    })
}
