//! Backups that begin, and Agents that ask: many at a time.

use std::sync::Arc;

use async_trait::async_trait;
use sqlx::any::AnyRow;
use sqlx::{AnyConnection, AssertSqlSafe, Row as _, query};

use super::accounts::account_row;
use super::gathered::{Question, rounded_up};
use super::marks::Marks;
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
    const PARTS: usize = 2;

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
    Marks::Numbered.list(&mut text, rows.len(), 2);
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
    let mut text =
        String::from("INSERT INTO backups (id, account, key_id, generated, started_at) VALUES ");
    Marks::Numbered.list(&mut text, rows.len(), 5);
    text.push_str(" ON CONFLICT (id) DO NOTHING");
    let mut insert = query(AssertSqlSafe(text));
    for backup in rows {
        insert = insert
            .bind(backup.id.to_string())
            .bind(backup.account.to_string())
            .bind(backup.key_id.to_string())
            .bind(i64::from(backup.generated))
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
            "SELECT id, name, group_guid, key_id, last_backup_at, disclosed_at, end_to_end, 1 AS enrolled, credential FROM accounts \
             WHERE credential IN ",
        );
        Marks::Numbered.list(&mut text, 1, credentials.len());
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
    const PARTS: usize = 1;

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

#[cfg(test)]
mod tests {
    use keyfold_api::agents::BackupId;
    use keyfold_core::id::{AccountId, KeyId, ScopeGuid};
    use keyfold_postgres::Cluster;
    use rand::SeedableRng as _;
    use rand::rngs::StdRng;
    use time::OffsetDateTime;

    use super::super::idempotency::{Keep, Kept};
    use super::*;

    /// Three backups of two accounts, which are there, each with a claim.
    async fn backups(store: &SqlStore) -> anyhow::Result<Vec<Begin>> {
        let mut rng = StdRng::seed_from_u64(1);
        let group = ScopeGuid::random(&mut rng).to_string();
        query("INSERT INTO scopes (guid, kind, name, path) VALUES ($1, 'group', 'a', '1')")
            .bind(&group)
            .execute(&store.pool)
            .await?;
        let mut begins = Vec::new();
        let accounts = [(); 2].map(|()| AccountId::random(&mut rng));
        for account in accounts {
            query("INSERT INTO accounts (id, name, group_guid) VALUES ($1, 'a', $2)")
                .bind(account.to_string())
                .bind(&group)
                .execute(&store.pool)
                .await?;
        }
        for (number, account) in [(1, accounts[0]), (2, accounts[1]), (3, accounts[1])] {
            let (id, now) = ([number; 32], OffsetDateTime::UNIX_EPOCH);
            let claim = Claim::new(id, id, [number; 16], now, false);
            if number == 2 {
                claim.foresee(vec![2]);
            }
            begins.push(Begin {
                backup: BackupRow {
                    id: BackupId::random(&mut rng),
                    account,
                    key_id: KeyId::random(&mut rng),
                    generated: true,
                    started_at: now,
                    outcome: None,
                },
                claim: Some(Arc::new(claim)),
            });
        }
        Ok(begins)
    }

    async fn many_begin_together(store: SqlStore) -> anyhow::Result<()> {
        let begins = backups(&store).await?;
        Begin::together(&store, &begins).await?;
        let again = Begin::together(&store, &begins).await;
        assert!(matches!(
            again,
            Err(StoreError::Conflict(Conflict::Repeated))
        ));
        let keys = "SELECT count(*) FROM accounts JOIN backups ON backups.account = accounts.id \
                    AND backups.key_id = accounts.key_id";
        let keys: i64 = sqlx::query_scalar(keys).fetch_one(&store.pool).await?;
        assert_eq!(keys, 2);
        answers_are_kept_together(&store).await?;
        credentials_work_together(&store, &begins).await
    }

    async fn answers_are_kept_together(store: &SqlStore) -> anyhow::Result<()> {
        let keep = [1, 2, 3].map(|number| Keep {
            id: [number; 32],
            fingerprint: [number; 32],
            answer: vec![number, 7],
        });
        Keep::together(store, &keep).await?;
        let kept = Kept::together(store, &[3, 9, 2, 1].map(|number| Kept([number; 32]))).await?;
        let answers = kept.into_iter().map(|kept| kept.and_then(|it| it.answer));
        let expected = [Some(vec![3, 7]), None, Some(vec![2]), Some(vec![1, 7])];
        assert!(answers.eq(expected));
        Ok(())
    }

    async fn credentials_work_together(store: &SqlStore, begins: &[Begin]) -> anyhow::Result<()> {
        let accounts = [begins[0].backup.account, begins[1].backup.account];
        for account in accounts {
            query("UPDATE accounts SET credential = $2 WHERE id = $1")
                .bind(account.to_string())
                .bind(account.to_string().into_bytes())
                .execute(&store.pool)
                .await?;
        }
        let credentials = ["none", &accounts[1].to_string(), &accounts[0].to_string()];
        let works = credentials.map(|credential| Works(credential.as_bytes().to_vec()));
        let works = Works::together(store, &works).await?;
        let works = works.into_iter().map(|account| account.map(|it| it.id));
        assert!(works.eq([None, Some(accounts[1]), Some(accounts[0])]));
        Ok(())
    }

    #[tokio::test]
    async fn many_begin_together_over_sqlite() -> anyhow::Result<()> {
        let directory = tempfile::tempdir()?;
        let file = directory.path().join("keyfold.sqlite");
        many_begin_together(SqlStore::open(&file, true).await?).await
    }

    #[tokio::test]
    async fn many_begin_together_over_postgres() -> anyhow::Result<()> {
        let address = Cluster::shared()?.database()?;
        many_begin_together(SqlStore::connect(&address).await?).await
    }
}
