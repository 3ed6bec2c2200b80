use keyfold_api::audit::{Act, Action, By};
use sqlx::any::AnyRow;
use sqlx::query;

use super::SqlStore;
use super::audit::append;
use super::columns::{id, text, time};
use crate::store::StoreError;

impl SqlStore {
    /// Moves the record of recoveries that earlier versions kept into the audit log, once.
    pub(super) async fn fold_recoveries(&self) -> Result<(), StoreError> {
        let any = query("SELECT seq FROM recoveries LIMIT 1")
            .fetch_optional(&self.pool)
            .await?;
        if any.is_none() {
            return Ok(());
        }
        let mut transaction = self.writing().await?;
        let rows = query("SELECT * FROM recoveries ORDER BY seq")
            .fetch_all(&mut *transaction)
            .await?;
        for row in &rows {
            append(&mut transaction, &recovery(row)?).await?;
        }
        query("DELETE FROM recoveries")
            .execute(&mut *transaction)
            .await?;
        Ok(transaction.commit().await?)
    }
}

fn recovery(row: &AnyRow) -> Result<Act, StoreError> {
    let by = By::User(text(row, "user")?);
    let act = Act::new(time(row, "recovered_at")?, by, Action::FetchCapturedKey)
        .account(id(row, "account")?)
        .captured_key(id(row, "captured_key")?)
        .named(&text(row, "account_name")?)
        .why(&text(row, "reason")?)
        .with("key_id", text(row, "key_id")?);
    Ok(act)
}
