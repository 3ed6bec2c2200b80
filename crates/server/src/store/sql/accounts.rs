use std::collections::HashMap;
use std::iter;

use async_trait::async_trait;
use keyfold_api::audit::{Act, Action};
use keyfold_core::id::{AccountId, ScopeGuid, ScopeKind};
use sqlx::any::AnyRow;
use sqlx::{AnyConnection, query, query_scalar};

use super::audit::{append, changes};
use super::columns::{flag, id, optional_id, optional_time, text};
use super::places::count;
use super::{SqlStore, below, scopes};
use crate::store::{
    AccountRow, AccountStore, CaptureStore as _, Conflict, Notice, ScopeChange, StoreError,
};

#[async_trait]
impl AccountStore for SqlStore {
    async fn account(&self, account: AccountId) -> Result<Option<AccountRow>, StoreError> {
        let row = query(
            "SELECT id, name, group_guid, key_id, last_backup_at, disclosed_at, end_to_end, CASE WHEN credential IS NULL THEN 0 ELSE 1 END AS enrolled \
             FROM accounts WHERE id = $1",
        )
        .bind(account.to_string())
        .fetch_optional(&self.pool)
        .await?;
        let Some(row) = row else { return Ok(None) };
        let mut account = account_row(&row)?;
        if let Some(key_id) = account.key_id {
            account.captured_to = self.scopes_holding(account.id, key_id).await?;
        }
        Ok(Some(account))
    }

    async fn accounts_below(&self, top: ScopeGuid) -> Result<Vec<AccountRow>, StoreError> {
        let rows = query(below!(
            "SELECT id, name, group_guid, key_id, last_backup_at, disclosed_at, end_to_end, CASE WHEN credential IS NULL THEN 0 ELSE 1 END AS enrolled \
             FROM accounts JOIN below ON group_guid = guid ORDER BY name, id"
        ))
        .bind(top.to_string())
        .fetch_all(&self.pool)
        .await?;
        let mut holding = self.holding_below(top).await?;
        rows.iter()
            .map(|row| {
                let mut account = account_row(row)?;
                account.captured_to = holding.remove(&account.id).unwrap_or_default();
                Ok(account)
            })
            .collect()
    }

    async fn insert_account(
        &self,
        account: AccountId,
        name: &str,
        group: ScopeGuid,
        act: &Act,
    ) -> Result<(), StoreError> {
        let mut transaction = self.writing().await?;
        must_be_group(&mut transaction, group).await?;
        let added = query("INSERT INTO accounts (id, name, group_guid) VALUES ($1, $2, $3) ON CONFLICT (id) DO NOTHING")
            .bind(account.to_string())
            .bind(name)
            .bind(group.to_string())
            .execute(&mut *transaction)
            .await?;
        if added.rows_affected() > 0 {
            count(&mut transaction, group, 1).await?;
            append(&mut transaction, act).await?;
        }
        transaction.tell(changed(account, [group]));
        Ok(transaction.commit().await?)
    }

    async fn change_account(
        &self,
        account: AccountId,
        change: ScopeChange<'_>,
        act: &Act,
    ) -> Result<(), StoreError> {
        let mut transaction = self.writing().await?;
        let (former_name, former_group) = place(&mut transaction, account).await?;
        if let Some(group) = change.parent {
            must_be_group(&mut transaction, group).await?;
            count(&mut transaction, former_group, -1).await?;
            count(&mut transaction, group, 1).await?;
        }
        query(
            "UPDATE accounts SET name = coalesce($2, name), group_guid = coalesce($3, group_guid) WHERE id = $1",
        )
        .bind(account.to_string())
        .bind(change.name)
        .bind(change.parent.map(|group| group.to_string()))
        .execute(&mut *transaction)
        .await?;
        if let Some(group) = change.parent {
            query("UPDATE alerts SET scope = $2 WHERE account = $1")
                .bind(account.to_string())
                .bind(group.to_string())
                .execute(&mut *transaction)
                .await?;
        }
        let acted = act.clone().scope(change.parent.unwrap_or(former_group));
        let actions = [Action::RenameAccount, Action::MoveAccount];
        for act in changes(&acted, actions, change, &former_name, Some(former_group)) {
            append(&mut transaction, &act).await?;
        }
        transaction.tell(changed(
            account,
            iter::once(former_group).chain(change.parent),
        ));
        Ok(transaction.commit().await?)
    }

    async fn delete_account(&self, account: AccountId, act: &Act) -> Result<(), StoreError> {
        let mut transaction = self.writing().await?;
        let (name, group) = place(&mut transaction, account).await?;
        let captured: i64 = query_scalar("SELECT count(*) FROM captured_keys WHERE account = $1")
            .bind(account.to_string())
            .fetch_one(&mut *transaction)
            .await?;
        if captured > 0 {
            return Err(Conflict::HasCapturedKeys.into());
        }
        count(&mut transaction, group, -1).await?;
        query("DELETE FROM accounts WHERE id = $1")
            .bind(account.to_string())
            .execute(&mut *transaction)
            .await?;
        let act = act.clone().scope(group).named(&name);
        append(&mut transaction, &act).await?;
        transaction.tell(changed(account, [group]));
        Ok(transaction.commit().await?)
    }
}

impl SqlStore {
    /// For every account below `top`, the scopes on its way to the root that hold its present key.
    async fn holding_below(
        &self,
        top: ScopeGuid,
    ) -> Result<HashMap<AccountId, Vec<ScopeGuid>>, StoreError> {
        let rows = query(below!(
            ", ways (account, guid) AS (SELECT accounts.id, group_guid FROM accounts JOIN below ON group_guid = guid \
             UNION ALL SELECT account, scopes.parent FROM ways JOIN scopes ON scopes.guid = ways.guid \
             WHERE scopes.parent IS NOT NULL) \
             SELECT DISTINCT accounts.id AS account, certificates.scope AS scope FROM accounts \
             JOIN captured_keys ON captured_keys.account = accounts.id AND captured_keys.key_id = accounts.key_id \
             JOIN certificates ON certificates.fingerprint = captured_keys.certificate \
             JOIN ways ON ways.account = accounts.id AND ways.guid = certificates.scope ORDER BY scope"
        ))
        .bind(top.to_string())
        .fetch_all(&self.pool)
        .await?;
        let mut holding: HashMap<AccountId, Vec<ScopeGuid>> = HashMap::new();
        for row in &rows {
            holding
                .entry(id(row, "account")?)
                .or_default()
                .push(id(row, "scope")?);
        }
        Ok(holding)
    }
}

/// The account looks different now, in these Groups.
pub(super) fn changed(account: AccountId, groups: impl IntoIterator<Item = ScopeGuid>) -> Notice {
    Notice::AccountChanged {
        account,
        groups: groups.into_iter().collect(),
    }
}

/// An account's name and Group; refused with `Missing`.
/// The account's name and Group.
pub(super) async fn place(
    connection: &mut AnyConnection,
    account: AccountId,
) -> Result<(String, ScopeGuid), StoreError> {
    let row = query("SELECT name, group_guid FROM accounts WHERE id = $1")
        .bind(account.to_string())
        .fetch_optional(connection)
        .await?
        .ok_or(Conflict::Missing)?;
    Ok((text(&row, "name")?, id(&row, "group_guid")?))
}

async fn must_be_group(connection: &mut AnyConnection, group: ScopeGuid) -> Result<(), StoreError> {
    match scopes::kind(connection, group).await? {
        Some(ScopeKind::Group) => Ok(()),
        Some(ScopeKind::Collection) => Err(Conflict::ParentIsCollection.into()),
        None => Err(Conflict::ParentMissing.into()),
    }
}

/// The columns of an account, without where its key is captured.
pub(super) fn account_row(row: &AnyRow) -> Result<AccountRow, StoreError> {
    Ok(AccountRow {
        id: id(row, "id")?,
        name: text(row, "name")?,
        group: id(row, "group_guid")?,
        key_id: optional_id(row, "key_id")?,
        last_backup_at: optional_time(row, "last_backup_at")?,
        enrolled: flag(row, "enrolled")?,
        disclosed_at: optional_time(row, "disclosed_at")?,
        end_to_end: flag(row, "end_to_end")?,
        captured_to: Vec::new(),
    })
}
