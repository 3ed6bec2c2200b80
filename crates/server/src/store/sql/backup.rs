//! A copy of an `SQLite` file while others use it, and whether a file is whole.

use std::path::Path;

use sqlx::{query, query_scalar};

use super::{SQLITE, SQLITE_ONLY_READ, connect, sqlite_address};
use crate::store::StoreError;

/// Copies the database, as it is at one moment, into an empty file. The schema is copied as it is too.
pub async fn back_up(database: &Path, copy: &Path) -> Result<(), StoreError> {
    let copy = copy.to_str().ok_or(StoreError::Address)?;
    let pool = connect(&sqlite_address(database, "rw")?, 1, SQLITE).await?;
    let copied = query("VACUUM INTO $1").bind(copy).execute(&pool).await;
    pool.close().await;
    copied?;
    Ok(())
}

/// Reads the whole file: it is refused with `NotWhole` unless it is the database of a platform in which everything is
/// where it should be. Changes nothing.
pub async fn check(database: &Path) -> Result<(), StoreError> {
    let pool = connect(&sqlite_address(database, "ro")?, 1, SQLITE_ONLY_READ).await?;
    let said: Vec<String> = query_scalar("PRAGMA integrity_check")
        .fetch_all(&pool)
        .await?;
    let dangling = query("PRAGMA foreign_key_check").fetch_all(&pool).await?;
    let founded: i64 = query_scalar("SELECT count(*) FROM platform")
        .fetch_one(&pool)
        .await?;
    pool.close().await;
    if said != ["ok"] {
        return Err(StoreError::NotWhole(said.join("; ")));
    }
    if !dangling.is_empty() {
        let rows = dangling.len();
        return Err(StoreError::NotWhole(format!(
            "{rows} rows refer to nothing"
        )));
    }
    if founded == 0 {
        return Err(StoreError::NotWhole("it has no platform".to_owned()));
    }
    Ok(())
}
