//! Writes the large tree into a database, past the store, as fast as the database takes it.

use std::fmt::Write as _;

use keyfold_api::captured_keys::CapturedKeyId;
use keyfold_api::requests::RequestId;
use keyfold_core::fingerprint::Fingerprint;
use keyfold_core::id::ScopeGuid;
use keyfold_server::cache::LifeId;
use rand::SeedableRng as _;
use rand::rngs::StdRng;
use sqlx::{AnyConnection, AssertSqlSafe, Connection as _, query};

use super::tree::{Account, Scope, Trees};

/// Rows in one statement.
const ROWS: usize = 500;
/// One scope in so many has a request that waits.
const WAITING: usize = 50;
const DAY: i64 = 86_400;

/// A connection, and what tells the databases apart.
pub(crate) struct Fill {
    connection: AnyConnection,
    bytes: fn(&[u8]) -> String,
    der: Vec<u8>,
    now: i64,
    rng: StdRng,
}

impl Fill {
    /// `now` is Unix seconds; `der` stands for every certificate.
    pub(crate) async fn open(address: &str, der: Vec<u8>, now: i64) -> anyhow::Result<Self> {
        let bytes: fn(&[u8]) -> String = if address.starts_with("sqlite") {
            |bytes| format!("x'{}'", hex(bytes))
        } else {
            |bytes| format!("'\\x{}'", hex(bytes))
        };
        Ok(Self {
            connection: AnyConnection::connect(address).await?,
            bytes,
            der,
            now,
            rng: StdRng::seed_from_u64(6),
        })
    }

    /// So many partners below the root; answers the scopes that are not Groups.
    pub(crate) async fn partners(
        &mut self,
        root: ScopeGuid,
        many: usize,
    ) -> anyhow::Result<Vec<ScopeGuid>> {
        let mut trees = Trees::below(root);
        let (mut collections, mut added) = (Vec::new(), 0);
        for number in 0..many {
            self.run("BEGIN").await?;
            let (scopes, accounts) = trees.partner(number);
            self.scopes(&scopes).await?;
            self.accounts(&accounts).await?;
            self.certificates(&scopes).await?;
            self.captured_keys(&accounts).await?;
            self.requests(&scopes).await?;
            added += accounts.len();
            let whole = format!("UPDATE scopes SET accounts_below = {added} WHERE parent IS NULL");
            self.run(&whole).await?;
            self.run("COMMIT").await?;
            let above_groups = scopes.iter().filter(|scope| scope.kind == "collection");
            collections.extend(above_groups.map(|scope| scope.guid));
        }
        // Postgres does this by itself within minutes.
        self.run("ANALYZE").await?;
        Ok(collections)
    }

    async fn scopes(&mut self, scopes: &[Scope]) -> anyhow::Result<()> {
        let columns =
            "scopes (guid, kind, name, parent, ordinal, path, accounts_below, certificates_above)";
        self.insert(columns, scopes, |scope, _| {
            format!(
                "'{}', '{}', '{}', '{}', {}, '{}', {}, {}",
                scope.guid,
                scope.kind,
                scope.name,
                scope.parent,
                scope.ordinal,
                scope.path,
                scope.accounts,
                scope.certificates_above
            )
        })
        .await
    }

    async fn accounts(&mut self, accounts: &[Account]) -> anyhow::Result<()> {
        let columns = "accounts (id, name, group_guid, key_id, last_backup_at)";
        let now = self.now;
        self.insert(columns, accounts, |account, _| {
            let (key, at) = match account.key {
                Some(key) => (format!("'{key}'"), now.to_string()),
                None => ("NULL".to_owned(), "NULL".to_owned()),
            };
            format!(
                "'{}', '{}', '{}', {key}, {at}",
                account.id, account.name, account.group
            )
        })
        .await
    }

    async fn certificates(&mut self, scopes: &[Scope]) -> anyhow::Result<()> {
        let certified: Vec<_> = scopes.iter().filter(|scope| scope.certified).collect();
        let columns = "certificates (fingerprint, scope, spki_fingerprint, der, not_before, not_after, uploaded_at, \
            uploaded_by)";
        let (bytes, der, now) = (self.bytes, (self.bytes)(&self.der), self.now);
        self.insert(columns, &certified, |scope, _| {
            let fingerprint = bytes(fingerprint(scope.ordinal).as_bytes());
            format!(
                "{fingerprint}, '{}', {fingerprint}, {der}, {}, {}, {now}, 'Ann'",
                scope.guid,
                now - DAY,
                now + 900 * DAY
            )
        })
        .await
    }

    async fn captured_keys(&mut self, accounts: &[Account]) -> anyhow::Result<()> {
        let captured = accounts.iter().filter_map(|account| {
            let (key, to) = (account.key?, account.captured_to?);
            Some((account.id, key, to))
        });
        let captured: Vec<_> = captured.collect();
        let columns =
            "captured_keys (id, account, key_id, certificate, life, captured_at, content)";
        let (bytes, now) = (self.bytes, self.now);
        self.insert(columns, &captured, |(account, key, to), rng| {
            let (id, life) = (CapturedKeyId::random(rng), LifeId::random(rng));
            let certificate = bytes(fingerprint(*to).as_bytes());
            let content = bytes(&[0; 64]);
            format!("'{id}', '{account}', '{key}', {certificate}, '{life}', {now}, {content}")
        })
        .await
    }

    async fn requests(&mut self, scopes: &[Scope]) -> anyhow::Result<()> {
        let asking: Vec<_> = scopes
            .iter()
            .filter(|scope| scope.ordinal.is_multiple_of(WAITING))
            .collect();
        let columns = "requests (id, scope, requester, requester_name, submitted_at, spki_fingerprint, request, state)";
        let (bytes, now) = (self.bytes, self.now);
        self.insert(columns, &asking, |scope, rng| {
            let id = RequestId::random(rng);
            let spki = bytes(fingerprint(scope.ordinal).as_bytes());
            format!(
                "'{id}', '{}', 'ann', 'Ann', {now}, {spki}, 'PEM', 'waiting'",
                scope.guid
            )
        })
        .await
    }

    /// Only values of this program stand in the statements.
    async fn insert<T>(
        &mut self,
        columns: &str,
        rows: &[T],
        values: impl Fn(&T, &mut StdRng) -> String,
    ) -> anyhow::Result<()> {
        for part in rows.chunks(ROWS) {
            let mut insert = format!("INSERT INTO {columns} VALUES ");
            for (number, row) in part.iter().enumerate() {
                let comma = if number == 0 { "" } else { ", " };
                write!(insert, "{comma}({})", values(row, &mut self.rng))?;
            }
            self.run(&insert).await?;
        }
        Ok(())
    }

    async fn run(&mut self, sql: &str) -> anyhow::Result<()> {
        query(AssertSqlSafe(sql))
            .persistent(false)
            .execute(&mut self.connection)
            .await?;
        Ok(())
    }
}

fn fingerprint(ordinal: usize) -> Fingerprint {
    Fingerprint::of(&ordinal.to_be_bytes())
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().fold(String::new(), |mut text, byte| {
        // Writing to a String cannot fail.
        let _ = write!(text, "{byte:02x}");
        text
    })
}
