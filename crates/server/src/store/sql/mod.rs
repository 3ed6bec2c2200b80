//! The store in SQL that `SQLite` and Postgres both understand; what differs between the two is in this file and in
//! `migrations/`.
//!
//! Parameters are written `$1`, truths are numbers (`columns::flag`), and names sort by their bytes in both.

mod accounts;
mod agents;
mod alert_causes;
mod alert_rules;
mod alerts;
mod audit;
mod authorisation;
mod backup;
mod backup_lists;
mod captured_lists;
mod captures;
mod capturing;
mod certificates;
mod change;
mod channel;
mod columns;
mod connections;
mod disclosures;
mod gathered;
mod idempotency;
mod jobs;
mod listening;
mod marks;
mod oidc;
mod part;
mod people;
mod places;
mod population;
mod presenting;
mod recoveries;
mod requests;
mod scopes;
mod second_factors;
mod sessions;
mod settings;
mod sinks;
mod tree;

use std::path::{Path, absolute};
use std::time::Duration;

use async_trait::async_trait;
use sqlx::any::{AnyPoolOptions, install_default_drivers};
use sqlx::{Any, AnyPool, Executor as _, Transaction};
use url::Url;

pub use self::backup::{back_up, check};
use self::change::Change;
use self::channel::{Channel, GUIDS};
use self::gathered::Gathered;
use self::idempotency::{Keep, Kept};
use self::presenting::{Begin, Works};
use super::{Claim, NoticeStore, Notices, StoreError};

/// What a new `SQLite` connection is told: WAL and `synchronous=FULL`, so that what was acknowledged survives a power
/// cut; a writer waits ten seconds for another one; deleted rows are overwritten. Up to 32 MiB of pages stay in memory and
/// the WAL grows to 16 MiB, so that indexes of random numbers are not read and written again for every few rows.
const SQLITE: &str = "PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL; PRAGMA foreign_keys = ON; \
    PRAGMA busy_timeout = 10000; PRAGMA secure_delete = ON; PRAGMA trusted_schema = OFF; \
    PRAGMA cache_size = -32768; PRAGMA wal_autocheckpoint = 4096";
/// What a connection is told that only reads a file.
const SQLITE_ONLY_READ: &str = "PRAGMA trusted_schema = OFF";
const SQLITE_CONNECTIONS: u32 = 8;
/// What a new Postgres connection is told: a commit is answered when it is on disk, whatever the server's own setting.
const POSTGRES: &str = "SET synchronous_commit = on; SET timezone = 'UTC'";
const POSTGRES_CONNECTIONS: u32 = 16;
/// How long a question waits for a connection.
const PATIENCE: Duration = Duration::from_secs(15);
/// How transactions begin. On Postgres the advisory lock ("keyfold") keeps those who change what others look at apart
/// from everybody, and lets all others be many.
const SQLITE_BEGIN: &str = "BEGIN IMMEDIATE";
const POSTGRES_WRITING: &str = "BEGIN; SELECT pg_advisory_xact_lock(30229066113444964)";
const POSTGRES_ADDING: &str = "BEGIN; SELECT pg_advisory_xact_lock_shared(30229066113444964)";
const SQLITE_READING: &str = "BEGIN";
const POSTGRES_READING: &str = "BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY";

/// The store in a database.
#[derive(Debug, Clone)]
pub struct SqlStore {
    pool: AnyPool,
    kind: Kind,
    channel: Channel,
    agents: Agents,
}

/// What many Agents ask at the same moment.
#[derive(Debug, Clone, Default)]
struct Agents {
    works: Gathered<Works>,
    begin: Gathered<Begin>,
    kept: Gathered<Kept>,
    keep: Gathered<Keep>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Kind {
    Sqlite,
    Postgres,
}

impl SqlStore {
    /// Opens an `SQLite` file and brings its schema up to date; makes the file when `create` says so.
    pub async fn open(file: &Path, create: bool) -> Result<Self, StoreError> {
        let address = sqlite_address(file, if create { "rwc" } else { "rw" })?;
        let pool = connect(&address, SQLITE_CONNECTIONS, SQLITE).await?;
        sqlx::migrate!("migrations/sqlite").run(&pool).await?;
        let store = Self {
            pool,
            kind: Kind::Sqlite,
            channel: Channel::here(),
            agents: Agents::default(),
        };
        store.fold_recoveries().await?;
        Ok(store)
    }

    /// Connects to a Postgres database, `postgres://…`, and brings its schema up to date.
    pub async fn connect(address: &Url) -> Result<Self, StoreError> {
        let pool = connect(address.as_str(), POSTGRES_CONNECTIONS, POSTGRES).await?;
        sqlx::migrate!("migrations/postgres").run(&pool).await?;
        let channel = Channel::between(address, &pool).await?;
        let store = Self {
            pool,
            kind: Kind::Postgres,
            channel,
            agents: Agents::default(),
        };
        store.fold_recoveries().await?;
        Ok(store)
    }

    /// Waits for running statements and, with `SQLite`, writes the WAL back.
    pub async fn close(&self) {
        self.pool.close().await;
    }

    /// A transaction that changes what others may be looking at: it runs while no other transaction of the store does,
    /// so that what it reads stays true until it commits. For what people do.
    async fn writing(&self) -> Result<Change, StoreError> {
        claimed(self.alone().await?).await
    }

    /// The same for what is no request's change, but happens besides.
    async fn alone(&self) -> Result<Change, StoreError> {
        self.begin(POSTGRES_WRITING).await
    }

    /// A transaction that adds rows, or changes rows of one account: many run at a time where the database can, and the
    /// tree, certificates and rights stay what they are until it commits. What two of these could do to each other is
    /// held off by constraints, by conditional statements or by locking the account's row.
    async fn adding(&self) -> Result<Change, StoreError> {
        claimed(self.begin(POSTGRES_ADDING).await?).await
    }

    /// A transaction that sees everything as it was at one moment.
    async fn reading(&self) -> Result<Transaction<'static, Any>, StoreError> {
        let begin = match self.kind {
            Kind::Sqlite => SQLITE_READING,
            Kind::Postgres => POSTGRES_READING,
        };
        Ok(self.pool.begin_with(begin).await?)
    }

    /// How many of so many may run at a time: `SQLite` writes one at a time.
    fn at_a_time(&self, on_postgres: usize) -> usize {
        match self.kind {
            Kind::Sqlite => 1,
            Kind::Postgres => on_postgres,
        }
    }

    async fn begin(&self, on_postgres: &'static str) -> Result<Change, StoreError> {
        let begin = match self.kind {
            Kind::Sqlite => SQLITE_BEGIN,
            Kind::Postgres => on_postgres,
        };
        let transaction = self.pool.begin_with(begin).await?;
        Ok(Change::new(transaction, self.channel.clone()))
    }
}

/// Claims, in its transaction, the idempotency key of the request that is being answered. Every change that a request
/// asks for is made in such a transaction, so that the key is claimed when the change is there, and only then.
async fn claimed(mut transaction: Change) -> Result<Change, StoreError> {
    if let Some(claim) = Claim::current()
        && !claim.again
    {
        idempotency::make(&mut transaction, &claim).await?;
    }
    Ok(transaction)
}

#[async_trait]
impl NoticeStore for SqlStore {
    async fn notices(&self) -> Result<Notices, StoreError> {
        self.channel.notices().await
    }
}

fn sqlite_address(file: &Path, mode: &str) -> Result<String, StoreError> {
    let file = absolute(file).map_err(sqlx::Error::Io)?;
    let file = Url::from_file_path(&file).map_err(|()| StoreError::Address)?;
    let path = file.as_str().trim_start_matches("file");
    Ok(format!("sqlite{path}?mode={mode}"))
}

async fn connect(
    address: &str,
    connections: u32,
    greeting: &'static str,
) -> Result<AnyPool, StoreError> {
    install_default_drivers();
    let options = AnyPoolOptions::new()
        .max_connections(connections)
        .acquire_timeout(PATIENCE)
        .after_connect(move |connection, _| {
            Box::pin(async move {
                connection.execute(greeting).await?;
                Ok(())
            })
        });
    Ok(options.connect(address).await?)
}

/// A query over `below(guid, depth)`: the scope `$1` and everything below it.
macro_rules! below {
    ($query:literal) => {
        concat!(
            "WITH RECURSIVE below (guid, depth) AS (SELECT guid, 0 FROM scopes WHERE guid = $1 \
             UNION ALL SELECT scopes.guid, depth + 1 FROM scopes JOIN below ON scopes.parent = below.guid) ",
            $query
        )
    };
}

/// A query over `above(guid, height)`: the scope `$1` and everything above it.
macro_rules! above {
    ($query:literal) => {
        concat!(
            "WITH RECURSIVE above (guid, height) AS (SELECT guid, 0 FROM scopes WHERE guid = $1 \
             UNION ALL SELECT scopes.parent, height + 1 FROM scopes JOIN above ON scopes.guid = above.guid \
             WHERE scopes.parent IS NOT NULL) ",
            $query
        )
    };
}

/// Whether the present key of account `a` in Group `s` is captured on its way to the root.
macro_rules! captured {
    () => {
        "EXISTS (SELECT 1 FROM captured_keys AS k JOIN certificates AS c ON c.fingerprint = k.certificate \
         JOIN scopes AS held ON held.guid = c.scope \
         WHERE k.account = a.id AND k.key_id = a.key_id AND held.path = substr(s.path, 1, length(held.path)))"
    };
}
use {above, below, captured};
