use async_trait::async_trait;
use keyfold_api::audit::Act;
use keyfold_api::sessions::{Role, User};
use keyfold_core::id::ScopeGuid;
use sqlx::any::AnyRow;
use sqlx::{AnyConnection, query, query_scalar};
use time::OffsetDateTime;

use super::audit::append_once;
use super::authorisation::{administered, is_own, last_admin_stays, may_grant};
use super::change::Change;
use super::columns::{flag, id, text};
use super::part::part;
use super::{SqlStore, below};
use crate::store::{
    ByName, Claim, Conflict, Notice, Part, PeopleStore, Slice, StoreError, UserChange, UserRow,
    WayIn,
};

const USER: &str = "SELECT name, display_name, role, scope, way_in, password_hash, disabled, second_factor_required, \
    CASE WHEN EXISTS (SELECT 1 FROM second_factors WHERE \"user\" = name AND secret IS NOT NULL) THEN 1 ELSE 0 END \
    AS second_factor FROM users WHERE name = $1";

#[async_trait]
impl PeopleStore for SqlStore {
    async fn insert_user(&self, user: &User, way_in: &WayIn, act: &Act) -> Result<(), StoreError> {
        let mut transaction = self.writing().await?;
        may_grant(&mut transaction, act, user.role, user.scope).await?;
        if insert(&mut transaction, user, way_in).await? {
            append_once(&mut transaction, act).await?;
        }
        Ok(transaction.commit().await?)
    }

    async fn user(&self, name: &str) -> Result<Option<UserRow>, StoreError> {
        let mut connection = self.pool.acquire().await?;
        one(&mut connection, name).await
    }

    async fn users_below(
        &self,
        top: ScopeGuid,
        slice: Slice<ByName>,
    ) -> Result<Part<UserRow, ByName>, StoreError> {
        let rows = query(below!(
            "SELECT users.*, CASE WHEN EXISTS (SELECT 1 FROM second_factors WHERE \"user\" = users.name \
             AND secret IS NOT NULL) THEN 1 ELSE 0 END AS second_factor \
             FROM users JOIN below ON users.scope = below.guid WHERE users.name > $2 ORDER BY users.name LIMIT $3"
        ))
        .bind(top.to_string())
        .bind(&slice.after.name)
        .bind(slice.and_one())
        .fetch_all(&self.pool)
        .await?;
        let place = |row: &AnyRow| {
            Ok(ByName {
                name: text(row, "name")?,
                id: String::new(),
            })
        };
        part(rows, slice.limit, place, user_row)
    }

    async fn change_user(
        &self,
        name: &str,
        change: UserChange<'_>,
        act: &Act,
    ) -> Result<(), StoreError> {
        let mut transaction = self.writing().await?;
        let before = administered(&mut transaction, act, name).await?;
        let role = change.role.unwrap_or(before.user.role);
        let scope = change.scope.unwrap_or(before.user.scope);
        may_grant(&mut transaction, act, role, scope).await?;
        let disabled = change.disabled.unwrap_or(before.disabled);
        query(
            "UPDATE users SET display_name = coalesce($2, display_name), role = $3, scope = $4, disabled = $5, \
             second_factor_required = $6 WHERE name = $1",
        )
        .bind(name)
        .bind(change.display_name)
        .bind(role_text(role))
        .bind(scope.to_string())
        .bind(i64::from(disabled))
        .bind(i64::from(
            change
                .second_factor_required
                .unwrap_or(before.second_factor_required),
        ))
        .execute(&mut *transaction)
        .await?;
        last_admin_stays(&mut transaction, &before).await?;
        if (role, scope, disabled) != (before.user.role, before.user.scope, before.disabled) {
            end_sessions(&mut transaction, name).await?;
        }
        append_once(&mut transaction, act).await?;
        Ok(transaction.commit().await?)
    }

    async fn delete_user(&self, name: &str, act: &Act) -> Result<(), StoreError> {
        let mut transaction = self.writing().await?;
        let before = administered(&mut transaction, act, name).await?;
        end_sessions(&mut transaction, name).await?;
        query("DELETE FROM users WHERE name = $1")
            .bind(name)
            .execute(&mut *transaction)
            .await?;
        last_admin_stays(&mut transaction, &before).await?;
        append_once(&mut transaction, act).await?;
        Ok(transaction.commit().await?)
    }

    async fn change_password(&self, name: &str, hash: &str, act: &Act) -> Result<(), StoreError> {
        let mut transaction = self.writing().await?;
        if !is_own(act, name) {
            administered(&mut transaction, act, name).await?;
        }
        let changed =
            query("UPDATE users SET way_in = 'password', password_hash = $2 WHERE name = $1")
                .bind(name)
                .bind(hash)
                .execute(&mut *transaction)
                .await?;
        if changed.rows_affected() == 0 {
            return Err(Conflict::Missing.into());
        }
        end_sessions(&mut transaction, name).await?;
        query("DELETE FROM known_devices WHERE \"user\" = $1")
            .bind(name)
            .execute(&mut *transaction)
            .await?;
        append_once(&mut transaction, act).await?;
        Ok(transaction.commit().await?)
    }

    async fn has_users(&self) -> Result<bool, StoreError> {
        let mut connection = self.pool.acquire().await?;
        anybody(&mut connection).await
    }

    async fn keep_setup_link(
        &self,
        token: &[u8],
        expires_at: OffsetDateTime,
    ) -> Result<(), StoreError> {
        let mut transaction = self.writing().await?;
        if anybody(&mut transaction).await? {
            return Err(Conflict::AlreadySetUp.into());
        }
        query(
            "INSERT INTO setup_links (one, token, expires_at) VALUES (1, $1, $2) \
             ON CONFLICT (one) DO UPDATE SET token = $1, expires_at = $2",
        )
        .bind(token)
        .bind(expires_at.unix_timestamp())
        .execute(&mut *transaction)
        .await?;
        Ok(transaction.commit().await?)
    }

    async fn setup_link_works(
        &self,
        token: &[u8],
        now: OffsetDateTime,
    ) -> Result<bool, StoreError> {
        let works: i64 =
            query_scalar("SELECT count(*) FROM setup_links WHERE token = $1 AND expires_at > $2")
                .bind(token)
                .bind(now.unix_timestamp())
                .fetch_one(&self.pool)
                .await?;
        Ok(works > 0 || Claim::is_again())
    }

    async fn set_up(
        &self,
        token: &[u8],
        user: &User,
        hash: &str,
        act: &Act,
    ) -> Result<(), StoreError> {
        let mut transaction = self.writing().await?;
        if Claim::is_again() && one(&mut transaction, &user.name).await?.is_some() {
            return Ok(());
        }
        if anybody(&mut transaction).await? {
            return Err(Conflict::AlreadySetUp.into());
        }
        let spent = query("DELETE FROM setup_links WHERE token = $1 AND expires_at > $2")
            .bind(token)
            .bind(act.at.unix_timestamp())
            .execute(&mut *transaction)
            .await?;
        if spent.rows_affected() == 0 {
            return Err(Conflict::Missing.into());
        }
        let way_in = WayIn::Password {
            hash: hash.to_owned(),
        };
        insert(&mut transaction, user, &way_in).await?;
        append_once(&mut transaction, act).await?;
        Ok(transaction.commit().await?)
    }
}

/// The person with this sign-in name.
pub(super) async fn one(
    connection: &mut AnyConnection,
    name: &str,
) -> Result<Option<UserRow>, StoreError> {
    let row = query(USER).bind(name).fetch_optional(connection).await?;
    row.as_ref().map(user_row).transpose()
}

/// Ends every session of a user.
pub(super) async fn end_sessions(change: &mut Change, user: &str) -> Result<(), StoreError> {
    query("DELETE FROM sessions WHERE \"user\" = $1")
        .bind(user)
        .execute(&mut **change)
        .await?;
    change.tell(Notice::SessionsRevoked {
        user: user.to_owned(),
    });
    Ok(())
}

/// A user's own columns.
pub(super) fn user(row: &AnyRow) -> Result<User, StoreError> {
    Ok(User {
        name: text(row, "name")?,
        display_name: text(row, "display_name")?,
        role: role(&text(row, "role")?)?,
        scope: id(row, "scope")?,
    })
}

/// A role as the database has it.
pub(super) const fn role_text(role: Role) -> &'static str {
    match role {
        Role::PlatformAdmin => "platform_admin",
        Role::GroupAdmin => "group_admin",
        Role::Officer => "officer",
        Role::Auditor => "auditor",
    }
}

/// A role from the database.
pub(super) fn role(text: &str) -> Result<Role, StoreError> {
    match text {
        "platform_admin" => Ok(Role::PlatformAdmin),
        "group_admin" => Ok(Role::GroupAdmin),
        "officer" => Ok(Role::Officer),
        "auditor" => Ok(Role::Auditor),
        _ => Err(StoreError::Damaged("role")),
    }
}

async fn anybody(connection: &mut AnyConnection) -> Result<bool, StoreError> {
    let row = query("SELECT 1 FROM users LIMIT 1")
        .fetch_optional(connection)
        .await?;
    Ok(row.is_some())
}

/// Adds the user; false when an earlier attempt of the same request did.
async fn insert(
    connection: &mut AnyConnection,
    user: &User,
    way_in: &WayIn,
) -> Result<bool, StoreError> {
    let (way_in, hash) = match way_in {
        WayIn::Password { hash } => ("password", Some(hash)),
        WayIn::OpenIdConnect => ("openid_connect", None),
    };
    let added = query(
        "INSERT INTO users (name, display_name, role, scope, way_in, password_hash) VALUES ($1, $2, $3, $4, $5, $6) \
         ON CONFLICT (name) DO NOTHING",
    )
    .bind(&user.name)
    .bind(&user.display_name)
    .bind(role_text(user.role))
    .bind(user.scope.to_string())
    .bind(way_in)
    .bind(hash)
    .execute(connection)
    .await?;
    if added.rows_affected() == 0 && !Claim::is_again() {
        return Err(Conflict::NameTaken.into());
    }
    Ok(added.rows_affected() > 0)
}

fn user_row(row: &AnyRow) -> Result<UserRow, StoreError> {
    let way_in = match text(row, "way_in")?.as_str() {
        "password" => WayIn::Password {
            hash: text(row, "password_hash")?,
        },
        "openid_connect" => WayIn::OpenIdConnect,
        _ => return Err(StoreError::Damaged("way_in")),
    };
    Ok(UserRow {
        user: user(row)?,
        way_in,
        disabled: flag(row, "disabled")?,
        second_factor_required: flag(row, "second_factor_required")?,
        second_factor: flag(row, "second_factor")?,
    })
}
