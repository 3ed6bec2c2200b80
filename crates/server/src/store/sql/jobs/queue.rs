use keyfold_api::audit::{Act, Action, By};
use keyfold_api::jobs::{JobId, JobState};
use keyfold_api::repositories::{BackupTool, Repository};
use keyfold_core::id::AccountId;
use sqlx::any::AnyRow;
use sqlx::{Row as _, query, query_scalar};
use time::OffsetDateTime;

use super::super::SqlStore;
use super::super::accounts::changed;
use super::super::audit::append;
use super::super::columns::{count, id, optional_id, optional_time, text};
use super::super::places::Subtree;
use super::{kind, name_of, repository};
use crate::cache::LIFE;
use crate::store::{Due, EndedJob, Holder, InTree, Lease, NewJobRow, OpenJob, StoreError};

impl SqlStore {
    pub(super) async fn repository_of_account(
        &self,
        account: AccountId,
    ) -> Result<Option<Repository>, StoreError> {
        let row = query("SELECT tool, repository FROM accounts WHERE id = $1")
            .bind(account.to_string())
            .fetch_optional(&self.pool)
            .await?;
        row.map_or(Ok(None), |row| repository(&row))
    }

    pub(super) async fn accounts_due(
        &self,
        due: Due,
        limit: u16,
    ) -> Result<Vec<AccountId>, StoreError> {
        let Some(below) = self.subtree_of(due.scope).await? else {
            return Ok(Vec::new());
        };
        let top = below.at(&InTree::default());
        let rows = query(
            "SELECT a.id FROM scopes AS s JOIN accounts AS a ON a.group_guid = s.guid \
             WHERE s.path >= $1 AND s.path < $2 AND a.repository IS NOT NULL AND a.last_backup_at > $3 \
             AND NOT EXISTS (SELECT 1 FROM job_rules AS r JOIN scopes AS nearer ON nearer.guid = r.scope \
             WHERE length(nearer.path) > length($1) AND nearer.path = substr(s.path, 1, length(nearer.path))) \
             AND NOT EXISTS (SELECT 1 FROM jobs AS j WHERE j.account = a.id AND j.kind = $4 \
             AND (j.queued_at > $5 OR j.state IN ('waiting', 'running'))) LIMIT $6",
        )
        .bind(&top)
        .bind(Subtree::new(top.clone()).end())
        .bind((due.now - LIFE).unix_timestamp())
        .bind(due.kind.name())
        .bind((due.now - due.every).unix_timestamp())
        .bind(i64::from(limit))
        .fetch_all(&self.pool)
        .await?;
        rows.iter().map(|row| id(row, "id")).collect()
    }

    pub(super) async fn insert_due(&self, jobs: &[NewJobRow]) -> Result<u64, StoreError> {
        let mut transaction = self.begin(super::super::POSTGRES_ADDING).await?;
        let mut inserted = 0;
        for job in jobs {
            let added = query(
                "INSERT INTO jobs (id, account, kind, state, queued_at, not_before) \
                 SELECT $1, id, $3, 'waiting', $4, $4 FROM accounts WHERE id = $2 ON CONFLICT DO NOTHING",
            )
            .bind(job.id.to_string())
            .bind(job.account.to_string())
            .bind(job.kind.name())
            .bind(job.queued_at.unix_timestamp())
            .execute(&mut *transaction)
            .await?;
            inserted += added.rows_affected();
        }
        transaction.commit().await?;
        Ok(inserted)
    }

    pub(super) async fn open_after(
        &self,
        after: i64,
        now: OffsetDateTime,
        limit: u16,
    ) -> Result<Vec<OpenJob>, StoreError> {
        let rows = query(
            "SELECT j.seq, j.id, j.account, j.kind, j.attempts, a.name, a.group_guid, a.key_id, a.last_backup_at, \
             a.tool, a.repository FROM jobs AS j JOIN accounts AS a ON a.id = j.account \
             WHERE j.state IN ('waiting', 'running') AND j.seq > $1 \
             AND ((j.state = 'waiting' AND j.not_before <= $2) OR j.lease_until < $2) ORDER BY j.seq LIMIT $3",
        )
        .bind(after)
        .bind(now.unix_timestamp())
        .bind(i64::from(limit))
        .fetch_all(&self.pool)
        .await?;
        rows.iter().map(open_job).collect()
    }

    pub(super) async fn claim(
        &self,
        job: &OpenJob,
        tool: BackupTool,
        holder: &Holder,
        now: OffsetDateTime,
        until: OffsetDateTime,
    ) -> Result<bool, StoreError> {
        let mut transaction = self.alone().await?;
        let claimed = query(
            "UPDATE jobs SET state = 'running', reason = NULL, words = NULL, started_at = $3, server = $4, tool = $5, \
             holder = $6, lease_until = $7, attempts = attempts + 1 \
             WHERE id = $1 AND attempts = $2 AND (state = 'waiting' OR (state = 'running' AND lease_until < $3)) \
             AND NOT EXISTS (SELECT 1 FROM jobs AS other WHERE other.account = jobs.account \
             AND other.state = 'running' AND other.id <> $1)",
        )
        .bind(job.id.to_string())
        .bind(i64::from(job.attempts))
        .bind(now.unix_timestamp())
        .bind(&holder.server)
        .bind(tool.name())
        .bind(&holder.process)
        .bind(until.unix_timestamp())
        .execute(&mut *transaction)
        .await?;
        if claimed.rows_affected() == 0 {
            return Ok(false);
        }
        let act = act(job, Action::StartJob, now)
            .with("server", &holder.server)
            .with("tool", tool.name());
        append(&mut transaction, &act).await?;
        transaction.tell(changed(job.account, [job.group]));
        transaction.commit().await?;
        Ok(true)
    }

    pub(super) async fn renew(
        &self,
        job: JobId,
        holder: &Holder,
        until: OffsetDateTime,
    ) -> Result<Lease, StoreError> {
        let cancel: Option<i64> = query_scalar(
            "UPDATE jobs SET lease_until = $3 WHERE id = $1 AND holder = $2 RETURNING cancel",
        )
        .bind(job.to_string())
        .bind(&holder.process)
        .bind(until.unix_timestamp())
        .fetch_optional(&self.pool)
        .await?;
        Ok(match cancel {
            Some(0) => Lease::Held,
            Some(_) => Lease::Cancelled,
            None => Lease::Lost,
        })
    }

    /// Ends what the holder is at or, without one, what nobody is at.
    pub(super) async fn end(
        &self,
        job: &OpenJob,
        holder: Option<&Holder>,
        ended: &EndedJob,
    ) -> Result<bool, StoreError> {
        let state = ended.state.name();
        let reason = ended.reason.map(name_of).transpose()?;
        let is_over = ended.state != JobState::Waiting;
        let mut transaction = self.alone().await?;
        let done = query(
            "UPDATE jobs SET state = $2, reason = $3, words = $4, ended_at = $5, not_before = $6, \
             holder = NULL, lease_until = NULL WHERE id = $1 \
             AND ((holder = $7 AND state = 'running') OR ($7 = '' AND (state = 'waiting' \
             OR (state = 'running' AND lease_until < $8))))",
        )
        .bind(job.id.to_string())
        .bind(state)
        .bind(reason.as_deref())
        .bind(ended.words.as_deref())
        .bind(is_over.then(|| ended.at.unix_timestamp()))
        .bind(ended.not_before.unix_timestamp())
        .bind(holder.map_or("", |holder| &holder.process))
        .bind(ended.at.unix_timestamp())
        .execute(&mut *transaction)
        .await?;
        if done.rows_affected() == 0 {
            return Ok(false);
        }
        let mut act = act(job, Action::EndJob, ended.at).with("state", state);
        if let Some(reason) = &reason {
            act = act.why(reason);
        }
        append(&mut transaction, &act).await?;
        transaction.tell(changed(job.account, [job.group]));
        transaction.commit().await?;
        Ok(true)
    }

    pub(super) async fn forget_ended(&self, before: OffsetDateTime) -> Result<u64, StoreError> {
        let forgotten = query("DELETE FROM jobs WHERE ended_at < $1")
            .bind(before.unix_timestamp())
            .execute(&self.pool)
            .await?;
        Ok(forgotten.rows_affected())
    }
}

/// What the audit log says of a job that an AccountServer does by itself.
fn act(job: &OpenJob, action: Action, now: OffsetDateTime) -> Act {
    Act::new(now, By::System, action)
        .account(job.account)
        .scope(job.group)
        .named(&job.account_name)
        .with("job", job.id)
        .with("kind", job.kind.name())
}

fn open_job(row: &AnyRow) -> Result<OpenJob, StoreError> {
    Ok(OpenJob {
        seq: row.try_get("seq")?,
        id: id(row, "id")?,
        account: id(row, "account")?,
        account_name: text(row, "name")?,
        group: id(row, "group_guid")?,
        key_id: optional_id(row, "key_id")?,
        last_backup_at: optional_time(row, "last_backup_at")?,
        repository: repository(row)?,
        kind: kind(row)?,
        attempts: count(row, "attempts")?,
    })
}
