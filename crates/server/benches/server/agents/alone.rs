//! The yardstick: rows of `backups`, inserted one by one with nothing around them.

use std::time::{Duration, Instant};

use keyfold_api::agents::BackupId;
use keyfold_core::id::{AccountId, KeyId};
use sqlx::{AnyConnection, Connection as _, Executor as _, query};
use tokio::task::JoinSet;

use super::CONNECTIONS;

/// As durable as the AccountServer's own connections.
const SQLITE: &str = "PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL; PRAGMA foreign_keys = ON; \
    PRAGMA busy_timeout = 10000; PRAGMA secure_delete = ON";
const POSTGRES: &str = "SET synchronous_commit = on";

/// Connections that insert: all on Postgres; one on `SQLite`, where one writes at a time.
pub(super) fn writers(address: &str) -> usize {
    if is_sqlite(address) { 1 } else { CONNECTIONS }
}

/// Rows a second.
pub(super) async fn rate(
    address: &str,
    accounts: &[AccountId],
    time: Duration,
) -> anyhow::Result<f64> {
    let mut writing = JoinSet::new();
    let greeting = if is_sqlite(address) { SQLITE } else { POSTGRES };
    let accounts_each = accounts.len() / writers(address);
    let mut connections = Vec::new();
    for accounts in accounts.chunks(accounts_each) {
        let mut connection = AnyConnection::connect(address).await?;
        connection.execute(greeting).await?;
        connections.push((connection, accounts.to_vec()));
    }
    let end = Instant::now() + time;
    for (connection, accounts) in connections {
        writing.spawn(insert(connection, accounts, end));
    }
    let mut rows = 0;
    while let Some(written) = writing.join_next().await {
        rows += written??;
    }
    Ok(f64::from(rows) / time.as_secs_f64())
}

async fn insert(
    mut connection: AnyConnection,
    accounts: Vec<AccountId>,
    end: Instant,
) -> anyhow::Result<u32> {
    let mut rows = 0;
    for account in accounts.iter().cycle() {
        let row =
            query("INSERT INTO backups (id, account, key_id, started_at) VALUES ($1, $2, $3, $4)")
                .bind(BackupId::random(&mut rand::rng()).to_string())
                .bind(account.to_string())
                .bind(KeyId::random(&mut rand::rng()).to_string())
                .bind(0_i64);
        row.execute(&mut connection).await?;
        if Instant::now() > end {
            break;
        }
        rows += 1;
    }
    connection.close().await?;
    Ok(rows)
}

fn is_sqlite(address: &str) -> bool {
    address.starts_with("sqlite:")
}
