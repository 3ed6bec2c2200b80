use async_trait::async_trait;
use keyfold_api::audit::{Act, Action};
use keyfold_core::id::{ScopeGuid, ScopeKind};
use sqlx::any::AnyRow;
use sqlx::{AnyConnection, query, query_scalar};

use super::audit::{append, changes};
use super::columns::{id, optional_id, text};
use super::places::{move_below, new_place};
use super::{SqlStore, above};
use crate::store::{Conflict, Notice, ScopeChange, ScopeRow, ScopeStore, StoreError};

#[async_trait]
impl ScopeStore for SqlStore {
    async fn found_platform(
        &self,
        name: &str,
        root: &ScopeRow,
        act: &Act,
    ) -> Result<(), StoreError> {
        let mut transaction = self.writing().await?;
        let founded: i64 = query_scalar("SELECT count(*) FROM platform")
            .fetch_one(&mut *transaction)
            .await?;
        if founded > 0 {
            return Err(Conflict::NameTaken.into());
        }
        insert(&mut transaction, root).await?;
        query("INSERT INTO platform (one, name, root) VALUES (1, $1, $2)")
            .bind(name)
            .bind(root.guid.to_string())
            .execute(&mut *transaction)
            .await?;
        append(&mut transaction, act).await?;
        Ok(transaction.commit().await?)
    }

    async fn platform(&self) -> Result<Option<(String, ScopeGuid)>, StoreError> {
        let row = query("SELECT name, root FROM platform")
            .fetch_optional(&self.pool)
            .await?;
        row.map(|row| Ok((text(&row, "name")?, id(&row, "root")?)))
            .transpose()
    }

    async fn lineage(&self, scope: ScopeGuid) -> Result<Vec<ScopeRow>, StoreError> {
        let mut connection = self.pool.acquire().await?;
        lineage(&mut connection, scope).await
    }

    async fn insert_scope(&self, scope: &ScopeRow, act: &Act) -> Result<(), StoreError> {
        let mut transaction = self.writing().await?;
        let parent = scope.parent.ok_or(Conflict::Root)?;
        must_be_collection(&mut transaction, parent).await?;
        if insert(&mut transaction, scope).await? {
            append(&mut transaction, act).await?;
        }
        transaction.tell(changed(scope.guid, [parent]));
        Ok(transaction.commit().await?)
    }

    async fn change_scope(
        &self,
        scope: ScopeGuid,
        change: ScopeChange<'_>,
        act: &Act,
    ) -> Result<(), StoreError> {
        let mut transaction = self.writing().await?;
        let present = one(&mut transaction, scope)
            .await?
            .ok_or(Conflict::Missing)?;
        if let Some(parent) = change
            .parent
            .filter(|parent| Some(*parent) != present.parent)
        {
            let from = present.parent.ok_or(Conflict::Root)?;
            must_be_collection(&mut transaction, parent).await?;
            move_below(&mut transaction, scope, from, parent).await?;
        }
        query("UPDATE scopes SET name = coalesce($2, name), parent = coalesce($3, parent) WHERE guid = $1")
            .bind(scope.to_string())
            .bind(change.name)
            .bind(change.parent.map(|parent| parent.to_string()))
            .execute(&mut *transaction)
            .await?;
        let actions = [Action::RenameScope, Action::MoveScope];
        for act in changes(act, actions, change, &present.name, present.parent) {
            append(&mut transaction, &act).await?;
        }
        let parents = present.parent.into_iter().chain(change.parent);
        transaction.tell(changed(scope, parents));
        Ok(transaction.commit().await?)
    }

    async fn delete_scope(&self, scope: ScopeGuid, act: &Act) -> Result<(), StoreError> {
        let mut transaction = self.writing().await?;
        let present = one(&mut transaction, scope)
            .await?
            .ok_or(Conflict::Missing)?;
        let parent = present.parent.ok_or(Conflict::Root)?;
        let held: i64 = query_scalar(
            "SELECT (SELECT count(*) FROM scopes WHERE parent = $1) \
             + (SELECT count(*) FROM accounts WHERE group_guid = $1) \
             + (SELECT count(*) FROM users WHERE scope = $1)",
        )
        .bind(scope.to_string())
        .fetch_one(&mut *transaction)
        .await?;
        if held > 0 {
            return Err(Conflict::NotEmpty.into());
        }
        let captured: i64 = query_scalar(
            "SELECT count(*) FROM captured_keys JOIN certificates \
             ON certificates.fingerprint = captured_keys.certificate WHERE certificates.scope = $1",
        )
        .bind(scope.to_string())
        .fetch_one(&mut *transaction)
        .await?;
        if captured > 0 {
            return Err(Conflict::HasCapturedKeys.into());
        }
        query("DELETE FROM scopes WHERE guid = $1")
            .bind(scope.to_string())
            .execute(&mut *transaction)
            .await?;
        let act = act.clone().within(parent).named(&present.name);
        append(&mut transaction, &act).await?;
        transaction.tell(changed(scope, [parent]));
        Ok(transaction.commit().await?)
    }
}

fn changed(scope: ScopeGuid, parents: impl IntoIterator<Item = ScopeGuid>) -> Notice {
    Notice::ScopeChanged {
        scope,
        parents: parents.into_iter().collect(),
    }
}

/// From the root down to the scope; empty when it is not there.
pub(super) async fn lineage(
    connection: &mut AnyConnection,
    scope: ScopeGuid,
) -> Result<Vec<ScopeRow>, StoreError> {
    let rows = query(above!(
        "SELECT guid, kind, name, parent FROM scopes JOIN above USING (guid) ORDER BY height DESC"
    ))
    .bind(scope.to_string())
    .fetch_all(connection)
    .await?;
    rows.iter().map(scope_row).collect()
}

/// The kind of a scope; none when it is not there.
pub(super) async fn kind(
    connection: &mut AnyConnection,
    scope: ScopeGuid,
) -> Result<Option<ScopeKind>, StoreError> {
    Ok(one(connection, scope).await?.map(|scope| scope.kind))
}

async fn one(
    connection: &mut AnyConnection,
    scope: ScopeGuid,
) -> Result<Option<ScopeRow>, StoreError> {
    let row = query("SELECT guid, kind, name, parent FROM scopes WHERE guid = $1")
        .bind(scope.to_string())
        .fetch_optional(connection)
        .await?;
    row.as_ref().map(scope_row).transpose()
}

async fn must_be_collection(
    connection: &mut AnyConnection,
    parent: ScopeGuid,
) -> Result<(), StoreError> {
    match kind(connection, parent).await? {
        Some(ScopeKind::Collection) => Ok(()),
        Some(ScopeKind::Group) => Err(Conflict::ParentIsGroup.into()),
        None => Err(Conflict::ParentMissing.into()),
    }
}

/// Whether it was not there before.
async fn insert(connection: &mut AnyConnection, scope: &ScopeRow) -> Result<bool, StoreError> {
    let kind = match scope.kind {
        ScopeKind::Collection => "collection",
        ScopeKind::Group => "group",
    };
    let place = new_place(connection, scope.parent).await?;
    let added = query(
        "INSERT INTO scopes (guid, kind, name, parent, ordinal, path, certificates_above) \
         VALUES ($1, $2, $3, $4, $5, $6, $7) ON CONFLICT (guid) DO NOTHING",
    )
    .bind(scope.guid.to_string())
    .bind(kind)
    .bind(&scope.name)
    .bind(scope.parent.map(|parent| parent.to_string()))
    .bind(place.ordinal)
    .bind(&place.path)
    .bind(place.certificates_above)
    .execute(connection)
    .await?;
    Ok(added.rows_affected() > 0)
}

pub(super) fn scope_row(row: &AnyRow) -> Result<ScopeRow, StoreError> {
    let kind = match text(row, "kind")?.as_str() {
        "collection" => ScopeKind::Collection,
        "group" => ScopeKind::Group,
        _ => return Err(StoreError::Damaged("kind")),
    };
    Ok(ScopeRow {
        guid: id(row, "guid")?,
        kind,
        name: text(row, "name")?,
        parent: optional_id(row, "parent")?,
    })
}
