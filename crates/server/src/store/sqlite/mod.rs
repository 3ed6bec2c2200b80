//! The store in one `SQLite` file: WAL, `synchronous=FULL`, so that what was acknowledged survives a power cut.

mod accounts;
mod captures;
mod certificates;
mod columns;
mod people;
mod requests;
mod scopes;

use std::path::Path;
use std::time::Duration;

use sqlx::sqlite::{
    SqliteConnectOptions, SqliteJournalMode, SqlitePool, SqlitePoolOptions, SqliteSynchronous,
};
use sqlx::{Sqlite, Transaction};

use super::StoreError;

/// A writer waits this long for another one.
const BUSY_TIMEOUT: Duration = Duration::from_secs(10);
const CONNECTIONS: u32 = 8;

/// The store in an `SQLite` file.
#[derive(Debug, Clone)]
pub struct SqliteStore {
    pool: SqlitePool,
}

impl SqliteStore {
    /// Opens the database and brings its schema up to date; makes the file when `create` says so.
    pub async fn open(file: &Path, create: bool) -> Result<Self, StoreError> {
        let options = SqliteConnectOptions::new()
            .filename(file)
            .create_if_missing(create)
            .journal_mode(SqliteJournalMode::Wal)
            .synchronous(SqliteSynchronous::Full)
            .foreign_keys(true)
            .busy_timeout(BUSY_TIMEOUT)
            .pragma("secure_delete", "ON")
            .pragma("trusted_schema", "OFF");
        let pool = SqlitePoolOptions::new()
            .max_connections(CONNECTIONS)
            .connect_with(options)
            .await?;
        sqlx::migrate!("migrations/sqlite").run(&pool).await?;
        Ok(Self { pool })
    }

    /// Waits for running statements and writes the WAL back.
    pub async fn close(&self) {
        self.pool.close().await;
    }

    /// A transaction that may write: takes the write lock at once, so that what it reads stays true.
    async fn writing(&self) -> Result<Transaction<'static, Sqlite>, StoreError> {
        Ok(self.pool.begin_with("BEGIN IMMEDIATE").await?)
    }
}

/// A query over `below(guid, depth)`: the scope `?1` and everything below it.
macro_rules! below {
    ($query:literal) => {
        concat!(
            "WITH RECURSIVE below (guid, depth) AS (SELECT guid, 0 FROM scopes WHERE guid = ?1 \
             UNION ALL SELECT scopes.guid, depth + 1 FROM scopes JOIN below ON scopes.parent = below.guid) ",
            $query
        )
    };
}

/// A query over `above(guid, height)`: the scope `?1` and everything above it.
macro_rules! above {
    ($query:literal) => {
        concat!(
            "WITH RECURSIVE above (guid, height) AS (SELECT guid, 0 FROM scopes WHERE guid = ?1 \
             UNION ALL SELECT scopes.parent, height + 1 FROM scopes JOIN above ON scopes.guid = above.guid \
             WHERE scopes.parent IS NOT NULL) ",
            $query
        )
    };
}
use {above, below};
