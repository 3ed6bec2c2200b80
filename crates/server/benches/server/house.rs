//! An AccountServer in this process, with the test vectors' Authority and a clock that stands still.

use std::fmt::Write as _;
use std::sync::Arc;

use keyfold_api::audit::{Act, Action, By};
use keyfold_core::group_certificate::GroupCertificate;
use keyfold_core::id::{AccountId, ScopeKind};
use keyfold_server::clock::{Clock, token_hash};
use keyfold_server::state::Shared;
use keyfold_server::store::sql::SqlStore;
use keyfold_server::store::{ScopeRow, ScopeStore as _};
use rand::SeedableRng as _;
use rand::rngs::StdRng;
use sqlx::{AnyPool, AssertSqlSafe};
use time::macros::datetime;
use time::{Duration, OffsetDateTime};

use crate::platform::{ROOT, platform};

/// What time it always is: the vectors are valid.
pub(crate) const NOW: OffsetDateTime = datetime!(2026-03-01 12:00 UTC);
/// Has certificates in tests/vectors/platform.
pub(crate) const COLLECTION: &str = "6f9619ff-8b86-4011-b42d-00cf4fc964ff";
const GROUP: &str = "3d813cbb-47fb-42ba-91df-831e1593ac29";
/// Rows in one statement.
const ROWS: usize = 1000;

struct StandingClock;

impl Clock for StandingClock {
    fn now(&self) -> OffsetDateTime {
        NOW
    }

    fn since_boot(&self) -> Duration {
        Duration::HOUR
    }
}

/// A platform with a Collection and, in it, a Group.
pub(crate) struct House {
    pub(crate) platform: Shared,
    pub(crate) store: SqlStore,
    /// The same database, past the store.
    database: AnyPool,
}

impl House {
    pub(crate) async fn new(store: SqlStore, address: &str) -> anyhow::Result<Self> {
        let database = AnyPool::connect(address).await?;
        let act = |action| Act::new(NOW, By::System, action);
        let root = row(ROOT, ScopeKind::Collection, None)?;
        let founded = act(Action::FoundPlatform);
        store.found_platform("Northwind", &root, &founded).await?;
        for (guid, kind, parent) in [
            (COLLECTION, ScopeKind::Collection, ROOT),
            (GROUP, ScopeKind::Group, COLLECTION),
        ] {
            let scope = row(guid, kind, Some(parent))?;
            store
                .insert_scope(&scope, &act(Action::CreateScope))
                .await?;
        }
        let platform = platform(&store, Arc::new(StandingClock))?;
        Ok(Self {
            platform,
            store,
            database,
        })
    }

    /// Adds so many accounts to the Group, faster than the store would.
    pub(crate) async fn add_accounts(&self, many: usize) -> anyhow::Result<Vec<AccountId>> {
        let mut rng = StdRng::seed_from_u64(3);
        let accounts: Vec<_> = (0..many).map(|_| AccountId::random(&mut rng)).collect();
        for part in accounts.chunks(ROWS) {
            let mut insert = String::from("INSERT INTO accounts (id, name, group_guid) VALUES ");
            for (number, account) in part.iter().enumerate() {
                let comma = if number == 0 { "" } else { ", " };
                write!(insert, "{comma}('{account}', '{account}', '{GROUP}')")?;
            }
            sqlx::query(AssertSqlSafe(insert))
                .persistent(false)
                .execute(&self.database)
                .await?;
        }
        Ok(accounts)
    }

    /// Gives each account a credential: its number.
    pub(crate) async fn enrol(&self, accounts: &[AccountId]) -> anyhow::Result<()> {
        let mut transaction = self.database.begin().await?;
        for account in accounts {
            let account = account.to_string();
            sqlx::query("UPDATE accounts SET credential = $2 WHERE id = $1")
                .bind(&account)
                .bind(token_hash(&account))
                .execute(&mut *transaction)
                .await?;
        }
        Ok(transaction.commit().await?)
    }

    /// Makes a certificate of the Collection active, past the store.
    pub(crate) async fn activate(&self, certificate: &GroupCertificate) -> anyhow::Result<()> {
        sqlx::query(
            "INSERT INTO certificates (fingerprint, scope, spki_fingerprint, der, not_before, not_after, uploaded_at, \
             uploaded_by) VALUES ($1, $2, $3, $4, $5, $6, $5, 'bench')",
        )
        .bind(&certificate.fingerprint().as_bytes()[..])
        .bind(COLLECTION)
        .bind(&certificate.spki_fingerprint().as_bytes()[..])
        .bind(certificate.der())
        .bind(certificate.not_before().unix_timestamp())
        .bind(certificate.not_after().unix_timestamp())
        .execute(&self.database)
        .await?;
        Ok(())
    }
}

fn row(guid: &str, kind: ScopeKind, parent: Option<&str>) -> anyhow::Result<ScopeRow> {
    Ok(ScopeRow {
        guid: guid.parse()?,
        kind,
        name: guid.to_owned(),
        parent: parent.map(str::parse).transpose()?,
    })
}
