//! Captured keys, many at a time, and how many of them are kept.

use std::collections::{BTreeSet, HashSet};

use async_trait::async_trait;
use keyfold_core::fingerprint::Fingerprint;
use keyfold_core::id::{AccountId, KeyId, ScopeGuid};
use sqlx::{AnyConnection, AssertSqlSafe, query, raw_sql};

use super::change::Change;
use super::columns::{fingerprint, id};
use super::marks::Marks;
use super::{SqlStore, below};
use crate::cache::LifeId;
use crate::store::{CaptureRow, CapturingStore, StoreError};

/// So many rows go into one statement: databases take only so many parameters.
const AT_A_TIME: usize = 512;
const COLUMNS: usize = 7;
/// So many transactions keep Postgres busy while others of them wait for its disk.
const POSTGRES_STORING: usize = 3;
/// Rows are looked up by their numbers: of a table that is just being filled Postgres would rather read the whole, each time.
const POSTGRES_ONE_BY_ONE: &str = "SET LOCAL enable_seqscan = off; SET LOCAL enable_hashjoin = off; SET LOCAL enable_mergejoin = off";

#[async_trait]
impl CapturingStore for SqlStore {
    async fn insert_captured(&self, captured: &[CaptureRow]) -> Result<u32, StoreError> {
        let mut transaction = self.adding().await?;
        if transaction.is_among_many() {
            raw_sql(POSTGRES_ONE_BY_ONE)
                .execute(&mut *transaction)
                .await?;
        }
        let new = insert(&mut transaction, captured).await?;
        let scopes = scopes_of(&mut transaction, captured).await?;
        transaction.commit().await?;
        self.channel.captured(&self.pool, scopes);
        Ok(new)
    }

    fn storing_at_a_time(&self) -> usize {
        self.at_a_time(POSTGRES_STORING)
    }

    async fn accounts_covered(&self, top: ScopeGuid) -> Result<HashSet<AccountId>, StoreError> {
        let rows = query(below!(
            "SELECT id FROM accounts JOIN below ON group_guid = guid"
        ))
        .bind(top.to_string())
        .fetch_all(&self.pool)
        .await?;
        rows.iter().map(|row| id(row, "id")).collect()
    }

    async fn lives_captured_to(
        &self,
        certificate: Fingerprint,
    ) -> Result<HashSet<LifeId>, StoreError> {
        let rows = query("SELECT life FROM captured_keys WHERE certificate = $1")
            .bind(&certificate.as_bytes()[..])
            .fetch_all(&self.pool)
            .await?;
        rows.iter().map(|row| id(row, "life")).collect()
    }

    async fn certificates_holding(
        &self,
        account: AccountId,
        key_id: KeyId,
        life: LifeId,
    ) -> Result<Vec<Fingerprint>, StoreError> {
        let rows = query(
            "SELECT certificate FROM captured_keys WHERE account = $1 AND key_id = $2 AND life = $3",
        )
        .bind(account.to_string())
        .bind(key_id.to_string())
        .bind(life.to_string())
        .fetch_all(&self.pool)
        .await?;
        rows.iter()
            .map(|row| fingerprint(row, "certificate"))
            .collect()
    }
}

/// Adds rows, and removes those that stand between the oldest and the newest of a key id; answers how many are new. A
/// row of an account that is gone is left out.
pub(super) async fn insert(
    connection: &mut Change,
    captured: &[CaptureRow],
) -> Result<u32, StoreError> {
    let (marks, mut new) = (connection.marks(), 0);
    for rows in captured.chunks(AT_A_TIME) {
        let accounts = hold_accounts(connection, rows).await?;
        let rows: Vec<_> = rows
            .iter()
            .filter(|row| accounts.contains(&row.account))
            .collect();
        if rows.is_empty() {
            continue;
        }
        let mut insert = query(AssertSqlSafe(insertion(marks, rows.len())));
        for row in &rows {
            insert = insert
                .bind(row.id.to_string())
                .bind(row.account.to_string())
                .bind(row.key_id.to_string())
                .bind(&row.certificate.as_bytes()[..])
                .bind(row.life.to_string())
                .bind(row.captured_at.unix_timestamp())
                .bind(&row.content[..]);
        }
        new += insert.execute(&mut **connection).await?.rows_affected();
        let mut thin_out = query(AssertSqlSafe(thinning_out(marks, rows.len())));
        for row in &rows {
            thin_out = thin_out.bind(row.id.to_string());
        }
        thin_out.execute(&mut **connection).await?;
    }
    Ok(u32::try_from(new).unwrap_or(u32::MAX))
}

/// The scopes of the certificates to which these keys were captured.
async fn scopes_of(
    connection: &mut AnyConnection,
    captured: &[CaptureRow],
) -> Result<BTreeSet<ScopeGuid>, StoreError> {
    let certificates: BTreeSet<Fingerprint> = captured.iter().map(|row| row.certificate).collect();
    let mut scopes = BTreeSet::new();
    for certificate in certificates {
        let row = query("SELECT scope FROM certificates WHERE fingerprint = $1")
            .bind(&certificate.as_bytes()[..])
            .fetch_one(&mut *connection)
            .await?;
        scopes.insert(id(&row, "scope")?);
    }
    Ok(scopes)
}

/// Lets nobody else capture keys of these accounts until the transaction ends, and answers which of them there are: of
/// two who add at the same moment neither would see what the other's row makes superfluous. `SQLite` lets one write at a
/// time anyway.
async fn hold_accounts(
    connection: &mut Change,
    rows: &[CaptureRow],
) -> Result<HashSet<AccountId>, StoreError> {
    let accounts: BTreeSet<AccountId> = rows.iter().map(|row| row.account).collect();
    let mut text = String::from("SELECT id FROM accounts WHERE id IN ");
    connection.marks().list(&mut text, 1, accounts.len());
    if connection.is_among_many() {
        // In one order for all, so that nobody waits in a circle.
        text.push_str(" ORDER BY id FOR NO KEY UPDATE");
    }
    let mut select = query(AssertSqlSafe(text));
    for account in accounts {
        select = select.bind(account.to_string());
    }
    let held = select.fetch_all(&mut **connection).await?;
    held.iter().map(|row| id(row, "id")).collect()
}

/// The text of a statement that adds so many rows.
fn insertion(marks: Marks, rows: usize) -> String {
    let mut text = String::from(
        "INSERT INTO captured_keys (id, account, key_id, certificate, life, captured_at, content) VALUES ",
    );
    marks.list(&mut text, rows, COLUMNS);
    text.push_str(" ON CONFLICT (account, key_id, certificate, life) DO NOTHING");
    text
}

/// The text of a statement that removes what stands between the oldest of a key id and one of so many new rows. With `+ 0`
/// numbers are no reason to look through all rows of a certificate instead of the few of an account.
fn thinning_out(marks: Marks, rows: usize) -> String {
    let mut text = String::from(
        "DELETE FROM captured_keys WHERE seq IN (SELECT middle.seq FROM captured_keys AS newest \
         JOIN captured_keys AS middle ON middle.account = newest.account AND middle.key_id = newest.key_id \
         AND middle.certificate = newest.certificate AND middle.seq + 0 < newest.seq + 0 \
         JOIN captured_keys AS oldest ON oldest.account = newest.account AND oldest.key_id = newest.key_id \
         AND oldest.certificate = newest.certificate AND oldest.seq + 0 < middle.seq + 0 WHERE newest.id IN ",
    );
    marks.list(&mut text, 1, rows);
    text.push(')');
    text
}

#[cfg(test)]
mod tests {
    use super::super::columns::text;
    use super::*;

    #[tokio::test]
    async fn thinning_out_takes_no_longer_with_many_rows() -> anyhow::Result<()> {
        let directory = tempfile::tempdir()?;
        let store = SqlStore::open(&directory.path().join("keyfold.sqlite"), true).await?;
        let explain = format!("EXPLAIN QUERY PLAN {}", thinning_out(Marks::Plain, 2));
        let plan = query(AssertSqlSafe(explain)).fetch_all(&store.pool).await?;
        let steps: Vec<String> = plan
            .iter()
            .map(|step| text(step, "detail"))
            .collect::<Result<_, _>>()?;
        for table in ["newest", "middle", "oldest"] {
            let by_account = |step: &&String| {
                step.contains(&format!("SEARCH {table} ")) && !step.contains("by_certificate")
            };
            assert_eq!(steps.iter().filter(by_account).count(), 1, "{steps:?}");
        }
        Ok(())
    }
}
