//! Backups that begin, and Agents that ask: many at a time.

use std::sync::Arc;

use async_trait::async_trait;
use sqlx::any::AnyRow;
use sqlx::{AnyConnection, AssertSqlSafe, Row as _, query};

use super::accounts::account_row;
use super::capturing::list;
use super::gathered::{Question, rounded_up};
use super::{POSTGRES_ADDING, SqlStore, idempotency};
use crate::store::{AccountRow, BackupRow, Claim, Conflict, StoreError};

/// A backup that begins.
#[derive(Debug)]
pub(super) struct Begin {
    pub(super) backup: BackupRow,
    /// Of the request that is answered; what runs for several requests has no claim of its own.
    pub(super) claim: Option<Arc<Claim>>,
}

#[async_trait]
impl Question for Begin {
    type Answer = ();

    async fn together(store: &SqlStore, questions: &[Self]) -> Result<Vec<()>, StoreError> {
        let mut transaction = store.begin(POSTGRES_ADDING).await?;
        let claims = questions.iter().filter_map(|it| it.claim.as_deref());
        let claims: Vec<&Claim> = claims.filter(|claim| !claim.again).collect();
        idempotency::make_all(&mut transaction, &claims).await?;
        let backups: Vec<&BackupRow> = questions.iter().map(|it| &it.backup).collect();
        present(&mut transaction, &backups).await?;
        insert(&mut transaction, &backups).await?;
        transaction.commit().await?;
        Ok(vec![(); questions.len()])
    }

    async fn alone(&self, store: &SqlStore) -> Result<(), StoreError> {
        let begin = store.begin_backup(&self.backup);
        match &self.claim {
            Some(claim) => Arc::clone(claim).over(begin).await,
            None => begin.await,
        }
    }
}

impl SqlStore {
    async fn begin_backup(&self, backup: &BackupRow) -> Result<(), StoreError> {
        let mut transaction = self.adding().await?;
        let presented = query("UPDATE accounts SET key_id = $2 WHERE id = $1")
            .bind(backup.account.to_string())
            .bind(backup.key_id.to_string())
            .execute(&mut *transaction)
            .await?;
        if presented.rows_affected() == 0 {
            return Err(Conflict::Missing.into());
        }
        insert(&mut transaction, &[backup]).await?;
        Ok(transaction.commit().await?)
    }
}

/// Notes which key each account has now, where it had another. Of two backups of one account the later one counts.
async fn present(connection: &mut AnyConnection, backups: &[&BackupRow]) -> Result<(), StoreError> {
    let mut latest: Vec<&BackupRow> = Vec::with_capacity(backups.len());
    for backup in backups.iter().rev() {
        if latest.iter().all(|later| later.account != backup.account) {
            latest.push(backup);
        }
    }
    let rows: Vec<_> = rounded_up(&latest).collect();
    let mut text = String::from("WITH presented (account, key_id) AS (VALUES ");
    list(&mut text, rows.len(), 2);
    text.push_str(
        ") UPDATE accounts SET key_id = presented.key_id FROM presented \
         WHERE accounts.id = presented.account AND coalesce(accounts.key_id <> presented.key_id, TRUE)",
    );
    let mut present = query(AssertSqlSafe(text));
    for row in rows {
        present = present
            .bind(row.account.to_string())
            .bind(row.key_id.to_string());
    }
    present.execute(connection).await?;
    Ok(())
}

/// Adds backups that are not there yet; fails when the account of one is gone.
async fn insert(connection: &mut AnyConnection, backups: &[&BackupRow]) -> Result<(), StoreError> {
    let rows: Vec<_> = rounded_up(backups).collect();
    let mut text = String::from("INSERT INTO backups (id, account, key_id, started_at) VALUES ");
    list(&mut text, rows.len(), 4);
    text.push_str(" ON CONFLICT (id) DO NOTHING");
    let mut insert = query(AssertSqlSafe(text));
    for backup in rows {
        insert = insert
            .bind(backup.id.to_string())
            .bind(backup.account.to_string())
            .bind(backup.key_id.to_string())
            .bind(backup.started_at.unix_timestamp());
    }
    insert.execute(connection).await?;
    Ok(())
}

/// The account for which this credential works, if there is one.
#[derive(Debug)]
pub(super) struct Works(pub(super) Vec<u8>);

impl Works {
    async fn ask(store: &SqlStore, credentials: &[&Self]) -> Result<Vec<AnyRow>, StoreError> {
        let credentials: Vec<_> = rounded_up(credentials).collect();
        let mut text = String::from(
            "SELECT id, name, group_guid, key_id, last_backup_at, 1 AS enrolled, credential FROM accounts \
             WHERE credential IN ",
        );
        list(&mut text, 1, credentials.len());
        let mut select = query(AssertSqlSafe(text));
        for credential in credentials {
            select = select.bind(&credential.0[..]);
        }
        Ok(select.fetch_all(&store.pool).await?)
    }
}

#[async_trait]
impl Question for Works {
    type Answer = Option<AccountRow>;

    async fn together(
        store: &SqlStore,
        questions: &[Self],
    ) -> Result<Vec<Option<AccountRow>>, StoreError> {
        let rows = Self::ask(store, &questions.iter().collect::<Vec<_>>()).await?;
        let mut works = Vec::with_capacity(rows.len());
        for row in &rows {
            let credential: Vec<u8> = row.try_get("credential")?;
            works.push((credential, account_row(row)?));
        }
        let answer = |question: &Self| {
            let found = works.iter().find(|(works, _)| *works == question.0);
            found.map(|(_, account)| account.clone())
        };
        Ok(questions.iter().map(answer).collect())
    }

    async fn alone(&self, store: &SqlStore) -> Result<Option<AccountRow>, StoreError> {
        let rows = Self::ask(store, &[self]).await?;
        rows.first().map(account_row).transpose()
    }
}
