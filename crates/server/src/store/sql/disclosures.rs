use async_trait::async_trait;
use keyfold_api::audit::{Act, Action};
use keyfold_core::id::{AccountId, KeyId};
use sqlx::{Row as _, query};

use super::SqlStore;
use super::accounts::changed;
use super::audit::append;
use super::columns::{id, text};
use crate::store::{DisclosureStore, StoreError};

/// An account's present key is captured, and nobody was shown it.
macro_rules! undisclosed {
    ($query:literal) => {
        concat!(
            $query,
            " EXISTS (SELECT 1 FROM captured_keys AS k WHERE k.account = accounts.id AND k.key_id = accounts.key_id) \
             AND NOT EXISTS (SELECT 1 FROM disclosed_keys AS d WHERE d.account = accounts.id AND d.key_id = accounts.key_id)"
        )
    };
}

#[async_trait]
impl DisclosureStore for SqlStore {
    async fn disclose(
        &self,
        account: AccountId,
        key_id: KeyId,
        act: &Act,
    ) -> Result<(), StoreError> {
        let mut transaction = self.writing().await?;
        append(&mut transaction, act).await?;
        query(
            "INSERT INTO disclosed_keys (account, key_id, disclosed_at) VALUES ($1, $2, $3) ON CONFLICT DO NOTHING",
        )
        .bind(account.to_string())
        .bind(key_id.to_string())
        .bind(act.at.unix_timestamp())
        .execute(&mut *transaction)
        .await?;
        let marked = query(concat!(
            undisclosed!(
                "UPDATE accounts SET disclosed_at = $2 WHERE id = $1 AND disclosed_at IS NULL AND NOT ("
            ),
            ") RETURNING group_guid, name"
        ))
        .bind(account.to_string())
        .bind(act.at.unix_timestamp())
        .fetch_optional(&mut *transaction)
        .await?;
        if let Some(row) = marked {
            let group = id(&row, "group_guid")?;
            let mut mark = Act::new(act.at, act.by.clone(), Action::MarkDisclosed)
                .account(account)
                .scope(group)
                .named(&text(&row, "name")?)
                .with("key_id", key_id);
            mark.from = act.from;
            append(&mut transaction, &mark).await?;
            transaction.tell(changed(account, [group]));
        }
        Ok(transaction.commit().await?)
    }

    async fn answer_disclosure(&self, account: AccountId, act: &Act) -> Result<bool, StoreError> {
        let mut transaction = self.alone().await?;
        let answered = query(concat!(
            undisclosed!("UPDATE accounts SET disclosed_at = NULL WHERE id = $1 AND disclosed_at IS NOT NULL AND"),
            " AND EXISTS (SELECT 1 FROM backups AS b WHERE b.account = accounts.id AND b.key_id = accounts.key_id AND b.generated = 1) \
             RETURNING group_guid, name, key_id"
        ))
        .bind(account.to_string())
        .fetch_optional(&mut *transaction)
        .await?;
        let Some(row) = answered else {
            return Ok(false);
        };
        let group = id(&row, "group_guid")?;
        let act = act
            .clone()
            .scope(group)
            .named(&text(&row, "name")?)
            .with("key_id", row.try_get::<&str, _>("key_id")?);
        append(&mut transaction, &act).await?;
        transaction.tell(changed(account, [group]));
        transaction.commit().await?;
        Ok(true)
    }
}
