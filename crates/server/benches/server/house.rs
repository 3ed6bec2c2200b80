//! An AccountServer in this process, with the test vectors' Authority and a clock that stands still.

use std::fmt::Write as _;
use std::fs;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use keyfold_core::group_certificate::GroupCertificate;
use keyfold_core::id::AccountId;
use keyfold_server::attempts::Attempts;
use keyfold_server::audit::denials::Denials;
use keyfold_server::cache::CacheLimits;
use keyfold_server::capture::{Jobs, Recipients};
use keyfold_server::clock::{Clock, Entropy};
use keyfold_server::operation::Operation;
use keyfold_server::passwords::Verifier;
use keyfold_server::state::{Platform, Shared};
use keyfold_server::store::sql::SqlStore;
use keyfold_server::trust::{Trust, TrustFiles};
use rand::SeedableRng as _;
use rand::rngs::StdRng;
use sqlx::{AnyPool, AssertSqlSafe};
use time::macros::datetime;
use time::{Duration, OffsetDateTime};

/// What time it always is: the vectors are valid.
pub(crate) const NOW: OffsetDateTime = datetime!(2026-03-01 12:00 UTC);
const ROOT: &str = "10000000-0000-4000-8000-000000000001";
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
        for (guid, kind, parent) in [
            (ROOT, "collection", None),
            (COLLECTION, "collection", Some(ROOT)),
            (GROUP, "group", Some(COLLECTION)),
        ] {
            sqlx::query("INSERT INTO scopes (guid, kind, name, parent) VALUES ($1, $2, $1, $3)")
                .bind(guid)
                .bind(kind)
                .bind(parent)
                .execute(&database)
                .await?;
        }
        let entropy = Entropy::from_system()?;
        let clock: Arc<dyn Clock> = Arc::new(StandingClock);
        let platform = Arc::new(Platform {
            store: Arc::new(store.clone()),
            cache: CacheLimits::default().open(Arc::clone(&clock))?,
            captures: Jobs::default(),
            recipients: Recipients::default(),
            trust: trust()?,
            clock,
            passwords: Verifier::new(&entropy)?,
            entropy,
            attempts: Attempts::default(),
            identity_provider: None,
            operation: Operation::default(),
            denials: Denials::default(),
            streams: Arc::default(),
            public_url: "https://backups.example.org:8443".parse()?,
        });
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

fn vectors() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../../tests/vectors")
}

/// A file of tests/vectors.
pub(crate) fn vector(file: &str) -> anyhow::Result<Vec<u8>> {
    Ok(fs::read(vectors().join(file))?)
}

fn trust() -> anyhow::Result<Trust> {
    let pki = vectors().join("pki");
    Ok(Trust::from_files(&TrustFiles {
        authority_root: pki.join("root.pem"),
        intermediates: Vec::new(),
        revocation_list: vectors().join("platform/crl.pem"),
        capture_certificate: pki.join("capture.pem"),
        capture_key: pki.join("capture-key.pem"),
    })?)
}
