use async_trait::async_trait;
use keyfold_api::audit::{Act, By};
use keyfold_core::id::AccountId;
use sqlx::any::AnyRow;
use sqlx::{AnyConnection, query, query_scalar};
use time::OffsetDateTime;

use super::SqlStore;
use super::accounts::{account_row, changed, place};
use super::audit::append;
use super::columns::{id, parsed, text};
use super::presenting::Works;
use crate::store::{AccountRow, AgentStore, Credential, CredentialEnd, StoreError};

#[async_trait]
impl AgentStore for SqlStore {
    async fn keep_enrolment_token(
        &self,
        account: AccountId,
        token: &[u8],
        expires_at: OffsetDateTime,
        act: &Act,
    ) -> Result<(), StoreError> {
        let mut transaction = self.writing().await?;
        query(
            "INSERT INTO enrolment_tokens (account, token, expires_at) VALUES ($1, $2, $3) \
             ON CONFLICT (account) DO UPDATE SET token = excluded.token, expires_at = excluded.expires_at",
        )
        .bind(account.to_string())
        .bind(token)
        .bind(expires_at.unix_timestamp())
        .execute(&mut *transaction)
        .await?;
        append(&mut transaction, act).await?;
        Ok(transaction.commit().await?)
    }

    async fn enrol(
        &self,
        token: &[u8],
        credential: &[u8],
        now: OffsetDateTime,
        act: &Act,
    ) -> Result<Option<AccountRow>, StoreError> {
        let mut transaction = self.writing().await?;
        let account: Option<String> = query_scalar(
            "DELETE FROM enrolment_tokens WHERE token = $1 AND expires_at > $2 RETURNING account",
        )
        .bind(token)
        .bind(now.unix_timestamp())
        .fetch_optional(&mut *transaction)
        .await?;
        if let Some(account) = account {
            let account = parsed(&account, "account")?;
            offer(&mut transaction, account, credential, now).await?;
            let (name, group) = place(&mut transaction, account).await?;
            let mut act = act.clone().account(account).scope(group).named(&name);
            act.by = By::Agent(account);
            append(&mut transaction, &act).await?;
            transaction.tell(changed(account, [group]));
            transaction.commit().await?;
        } else {
            drop(transaction);
        }
        // The same enrolment once more has the same credential, which nobody else knows.
        let row = query(
            "SELECT id, name, group_guid, key_id, last_backup_at, disclosed_at, end_to_end, 1 AS enrolled FROM accounts \
             WHERE credential = $1 OR next_credential = $1",
        )
        .bind(credential)
        .fetch_optional(&self.pool)
        .await?;
        row.as_ref().map(account_row).transpose()
    }

    async fn renew_credential(
        &self,
        account: AccountId,
        next: &[u8],
        now: OffsetDateTime,
        act: &Act,
    ) -> Result<(), StoreError> {
        let mut transaction = self.writing().await?;
        if offer(&mut transaction, account, next, now).await? {
            append(&mut transaction, act).await?;
        }
        Ok(transaction.commit().await?)
    }

    async fn choose_end_to_end(
        &self,
        account: AccountId,
        on: bool,
        act: &Act,
    ) -> Result<(), StoreError> {
        let mut transaction = self.writing().await?;
        let chosen =
            query("UPDATE accounts SET end_to_end = $2 WHERE id = $1 AND end_to_end <> $2")
                .bind(account.to_string())
                .bind(i64::from(on))
                .execute(&mut *transaction)
                .await?;
        if chosen.rows_affected() > 0 {
            append(&mut transaction, act).await?;
            let (_, group) = place(&mut transaction, account).await?;
            transaction.tell(changed(account, [group]));
        }
        Ok(transaction.commit().await?)
    }

    async fn credential(
        &self,
        credential: &[u8],
        now: OffsetDateTime,
    ) -> Result<Option<Credential>, StoreError> {
        if let Some(account) = self.works(credential).await? {
            return Ok(Some(Credential::Works(account)));
        }
        if self.take_up(credential, now).await?
            && let Some(account) = self.works(credential).await?
        {
            return Ok(Some(Credential::Works(account)));
        }
        let row = query("SELECT account, ended FROM ended_credentials WHERE credential = $1")
            .bind(credential)
            .fetch_optional(&self.pool)
            .await?;
        row.as_ref().map(ended).transpose()
    }

    async fn revoke_agent(
        &self,
        account: AccountId,
        now: OffsetDateTime,
        act: &Act,
    ) -> Result<(), StoreError> {
        let mut transaction = self.writing().await?;
        let (name, group) = place(&mut transaction, account).await?;
        let ended = query(
            "INSERT INTO ended_credentials (credential, account, ended, ended_at) \
             SELECT credential, id, 'revoked', $2 FROM accounts WHERE id = $1 AND credential IS NOT NULL \
             UNION ALL \
             SELECT next_credential, id, 'revoked', $2 FROM accounts WHERE id = $1 AND next_credential IS NOT NULL",
        )
        .bind(account.to_string())
        .bind(now.unix_timestamp())
        .execute(&mut *transaction)
        .await?;
        let waiting = query("DELETE FROM enrolment_tokens WHERE account = $1")
            .bind(account.to_string())
            .execute(&mut *transaction)
            .await?;
        if ended.rows_affected() + waiting.rows_affected() == 0 {
            return Ok(());
        }
        query("UPDATE accounts SET credential = NULL, next_credential = NULL WHERE id = $1")
            .bind(account.to_string())
            .execute(&mut *transaction)
            .await?;
        append(&mut transaction, &act.clone().scope(group).named(&name)).await?;
        transaction.tell(changed(account, [group]));
        Ok(transaction.commit().await?)
    }
}

impl SqlStore {
    async fn works(&self, credential: &[u8]) -> Result<Option<AccountRow>, StoreError> {
        let works = Works(credential.to_vec());
        self.agents.works.ask(self, works).await
    }

    /// The first use of a next credential: the one before ends. Answers whether there was such a credential.
    async fn take_up(&self, next: &[u8], now: OffsetDateTime) -> Result<bool, StoreError> {
        // Another use at the same time may have been the first.
        let waits: i64 = query_scalar(
            "SELECT count(*) FROM accounts WHERE next_credential = $1 OR credential = $1",
        )
        .bind(next)
        .fetch_one(&self.pool)
        .await?;
        if waits == 0 {
            return Ok(false);
        }
        let mut transaction = self.alone().await?;
        query(
            "INSERT INTO ended_credentials (credential, account, ended, ended_at) \
             SELECT credential, id, 'superseded', $2 FROM accounts WHERE next_credential = $1",
        )
        .bind(next)
        .bind(now.unix_timestamp())
        .execute(&mut *transaction)
        .await?;
        query(
            "UPDATE accounts SET credential = next_credential, next_credential = NULL WHERE next_credential = $1",
        )
        .bind(next)
        .execute(&mut *transaction)
        .await?;
        transaction.commit().await?;
        Ok(true)
    }
}

/// Makes `next` the account's next credential, or its first one; answers whether it was not before. One that was next and
/// was not used ends.
async fn offer(
    connection: &mut AnyConnection,
    account: AccountId,
    next: &[u8],
    now: OffsetDateTime,
) -> Result<bool, StoreError> {
    query(
        "INSERT INTO ended_credentials (credential, account, ended, ended_at) \
         SELECT next_credential, id, 'superseded', $3 FROM accounts \
         WHERE id = $1 AND next_credential IS NOT NULL AND next_credential <> $2",
    )
    .bind(account.to_string())
    .bind(next)
    .bind(now.unix_timestamp())
    .execute(&mut *connection)
    .await?;
    let offered = query(
        "UPDATE accounts SET credential = CASE WHEN credential IS NULL THEN $2 ELSE credential END, \
         next_credential = CASE WHEN credential IS NULL THEN NULL ELSE $2 END \
         WHERE id = $1 AND coalesce(credential <> $2, TRUE) AND coalesce(next_credential <> $2, TRUE)",
    )
    .bind(account.to_string())
    .bind(next)
    .execute(connection)
    .await?;
    Ok(offered.rows_affected() > 0)
}

fn ended(row: &AnyRow) -> Result<Credential, StoreError> {
    let end = match text(row, "ended")?.as_str() {
        "superseded" => CredentialEnd::Superseded,
        "revoked" => CredentialEnd::Revoked,
        _ => return Err(StoreError::Damaged("ended")),
    };
    Ok(Credential::Ended(id(row, "account")?, end))
}
