use keyfold_api::audit::Act;
use keyfold_api::jobs::{Job, JobId};
use keyfold_core::id::{AccountId, ScopeGuid};
use sqlx::any::AnyRow;
use sqlx::{Row as _, query};
use time::OffsetDateTime;

use super::super::accounts::changed;
use super::super::audit::append;
use super::super::columns::{id, optional_id, optional_time, text, time};
use super::super::part::{newest, part};
use super::super::{SqlStore, accounts};
use super::{kind, tool, word};
use crate::store::{Claim, Conflict, InTree, JobRow, NewJobRow, Newest, Part, Slice, StoreError};

/// A query for jobs `j` of accounts `a`.
macro_rules! jobs {
    ($from:literal, $conditions:literal) => {
        concat!(
            "SELECT j.*, a.name AS account_name, a.group_guid, a.key_id ",
            $from,
            " WHERE j.account = a.id AND ",
            $conditions
        )
    };
}

/// Jobs in Groups `s` with paths from `$1` up to `$2`. `SQLite` keeps the order of a cross join.
macro_rules! jobs_below {
    ($from:literal) => {
        jobs!(
            $from,
            "a.group_guid = s.guid AND s.path >= $1 AND s.path < $2 AND j.seq < $3 ORDER BY j.seq DESC LIMIT $4"
        )
    };
}

impl SqlStore {
    pub(super) async fn one_job(&self, id: JobId) -> Result<Option<JobRow>, StoreError> {
        let row = query(jobs!("FROM jobs AS j, accounts AS a", "j.id = $1"))
            .bind(id.to_string())
            .fetch_optional(&self.pool)
            .await?;
        row.as_ref().map(job_row).transpose()
    }

    pub(super) async fn jobs_of_account(
        &self,
        account: AccountId,
        slice: Slice<Newest>,
    ) -> Result<Part<JobRow, Newest>, StoreError> {
        let rows = query(jobs!(
            "FROM jobs AS j, accounts AS a",
            "a.id = $1 AND j.seq < $2 ORDER BY j.seq DESC LIMIT $3"
        ))
        .bind(account.to_string())
        .bind(slice.after.seq)
        .bind(slice.and_one())
        .fetch_all(&self.pool)
        .await?;
        part(rows, slice.limit, newest, job_row)
    }

    pub(super) async fn jobs_below_scope(
        &self,
        top: ScopeGuid,
        slice: Slice<Newest>,
    ) -> Result<Part<JobRow, Newest>, StoreError> {
        let Some(below) = self.subtree_of(top).await? else {
            return Ok(Part::none());
        };
        // In a small part of the tree its own accounts are looked up; in a large one any job is likely to lie there.
        let below_top = if self.is_small(&below).await? {
            jobs_below!("FROM scopes AS s CROSS JOIN accounts AS a CROSS JOIN jobs AS j")
        } else {
            jobs_below!("FROM jobs AS j CROSS JOIN accounts AS a CROSS JOIN scopes AS s")
        };
        let rows = query(below_top)
            .bind(below.at(&InTree::default()))
            .bind(below.end())
            .bind(slice.after.seq)
            .bind(slice.and_one())
            .fetch_all(&self.pool)
            .await?;
        part(rows, slice.limit, newest, job_row)
    }

    pub(super) async fn insert_asked(&self, job: &NewJobRow, act: &Act) -> Result<(), StoreError> {
        let mut transaction = self.writing().await?;
        let (name, group) = accounts::place(&mut transaction, job.account).await?;
        let added = query(
            "INSERT INTO jobs (id, account, kind, state, asked_by, queued_at, not_before) \
             VALUES ($1, $2, $3, 'waiting', $4, $5, $5) ON CONFLICT DO NOTHING",
        )
        .bind(job.id.to_string())
        .bind(job.account.to_string())
        .bind(job.kind.name())
        .bind(job.asked_by.as_deref())
        .bind(job.queued_at.unix_timestamp())
        .execute(&mut *transaction)
        .await?;
        if added.rows_affected() > 0 {
            let act = act.clone().scope(group).named(&name);
            append(&mut transaction, &act).await?;
        } else if !Claim::is_again() {
            return Err(Conflict::JobUnderWay.into());
        }
        transaction.tell(changed(job.account, [group]));
        Ok(transaction.commit().await?)
    }

    pub(super) async fn cancel(
        &self,
        job: JobId,
        at: OffsetDateTime,
        act: &Act,
    ) -> Result<(), StoreError> {
        let mut transaction = self.writing().await?;
        let row = query(
            "UPDATE jobs SET cancel = 1, state = CASE WHEN state = 'waiting' THEN 'cancelled' ELSE state END, \
             ended_at = CASE WHEN state = 'waiting' THEN $2 ELSE ended_at END, reason = NULL \
             WHERE id = $1 AND state IN ('waiting', 'running') AND cancel = 0 RETURNING account",
        )
        .bind(job.to_string())
        .bind(at.unix_timestamp())
        .fetch_optional(&mut *transaction)
        .await?;
        let Some(row) = row else {
            // Cancelling twice is cancelling; anything else has ended.
            let cancelled = query("SELECT 1 AS one FROM jobs WHERE id = $1 AND cancel = 1")
                .bind(job.to_string())
                .fetch_optional(&mut *transaction)
                .await?;
            cancelled.ok_or(Conflict::JobEnded)?;
            return Ok(transaction.commit().await?);
        };
        let account = id(&row, "account")?;
        let (name, group) = accounts::place(&mut transaction, account).await?;
        let act = act.clone().account(account).scope(group).named(&name);
        append(&mut transaction, &act).await?;
        transaction.tell(changed(account, [group]));
        Ok(transaction.commit().await?)
    }
}

fn job_row(row: &AnyRow) -> Result<JobRow, StoreError> {
    let reason: Option<&str> = row.try_get("reason")?;
    let with: Option<&str> = row.try_get("tool")?;
    Ok(JobRow {
        group: id(row, "group_guid")?,
        key_id: optional_id(row, "key_id")?,
        job: Job {
            id: id(row, "id")?,
            account: id(row, "account")?,
            account_name: text(row, "account_name")?,
            kind: kind(row)?,
            state: word(row.try_get("state")?, "state")?,
            reason: reason.map(|reason| word(reason, "reason")).transpose()?,
            asked_by: row.try_get("asked_by")?,
            queued_at: time(row, "queued_at")?,
            started_at: optional_time(row, "started_at")?,
            ended_at: optional_time(row, "ended_at")?,
            server: row.try_get("server")?,
            tool: with.map(tool).transpose()?,
            words: row.try_get("words")?,
        },
    })
}
