//! (b) Agents that present their keys over TLS, beside single rows that are inserted into the same database.
//!
//! The question is `POST /agent/backups` with an idempotency key, as an Agent asks it: it makes the row of the backup, which is
//! durable before the answer. The yardstick inserts such rows into the same table with nothing around them: one row a
//! transaction, prepared, on disk before the next one.

mod alone;
mod connection;

use std::path::Path;
use std::time::{Duration, Instant};

use keyfold_api::agents::StartBackup;
use keyfold_core::encryption_key::EncryptionKey;
use keyfold_core::id::{AccountId, KeyId};
use keyfold_postgres::Cluster;
use keyfold_server::store::sql::SqlStore;
use rand::rngs::StdRng;
use rand::{Rng as _, SeedableRng as _};
use tokio::runtime::Runtime;
use tokio::task::JoinSet;
use url::Url;
use zeroize::Zeroizing;

use crate::Extent;
use crate::house::House;
use crate::program::Program;
use crate::table::{Promise, Row, Yardstick};
use connection::{Connection, Tls};

const CONNECTIONS: usize = 64;
/// Each connection asks for these in turn.
const ACCOUNTS: usize = 100;
const LEAST_RATIO: f64 = 0.5;
/// Seconds that are measured, after one that is not.
const SECONDS: usize = 10;
const WARM_UP: Duration = Duration::from_secs(1);
const KEY_BYTES: usize = 32;

pub(crate) fn measure(extent: &Extent) -> anyhow::Result<Vec<Row>> {
    let time = Duration::from_secs(extent.of(SECONDS).try_into()?);
    let runtime = Runtime::new()?;
    let directory = tempfile::tempdir()?;
    let data = directory.path();
    let database = Cluster::shared()?.database_in_byte_order()?;
    let mut rows = runtime.block_on(over("SQLite", data, None, time))?;
    rows.extend(runtime.block_on(over("Postgres", data, Some(&database), time))?);
    Ok(rows)
}

async fn over(
    name: &str,
    data: &Path,
    postgres: Option<&Url>,
    time: Duration,
) -> anyhow::Result<Vec<Row>> {
    let file = data.join("keyfold.sqlite");
    let store = match postgres {
        Some(database) => SqlStore::connect(database).await?,
        None => SqlStore::open(&file, true).await?,
    };
    let address =
        postgres.map_or_else(|| format!("sqlite:{}", file.display()), ToString::to_string);
    let house = House::new(store, &address).await?;
    let accounts = house.add_accounts(CONNECTIONS * ACCOUNTS).await?;
    house.enrol(&accounts).await?;
    house.store.close().await;
    let before = alone::rate(&address, &accounts, time / 2).await?;
    let server = Program::start(data, postgres)?;
    let mut times = asked(&server, &accounts, time).await?;
    drop(server);
    let after = alone::rate(&address, &accounts, time / 2).await?;
    times.sort_unstable();
    let promise = match postgres {
        Some(_) => Promise::RatioAtLeast(LEAST_RATIO),
        None => Promise::Nothing,
    };
    let writers = alone::writers(&address);
    let rate = Row {
        what: format!("b keys presented over TLS, {CONNECTIONS} conn., {name}"),
        figure: f64::from(u32::try_from(times.len())?) / time.as_secs_f64(),
        unit: "requests/s".to_owned(),
        yardstick: Some(Yardstick {
            figure: f64::midpoint(before, after),
            what: format!("raw single-row inserts, {writers} conn."),
        }),
        promise,
    };
    let percentile = |percent: usize| Row {
        what: format!("b p{percent} of these, {name}"),
        figure: times[(times.len() - 1) * percent / 100].as_secs_f64() * 1000.0,
        unit: "ms".to_owned(),
        yardstick: None,
        promise: Promise::Nothing,
    };
    Ok(vec![rate, percentile(50), percentile(99)])
}

/// How long each answer took that began and came within the time.
async fn asked(
    server: &Program,
    accounts: &[AccountId],
    time: Duration,
) -> anyhow::Result<Vec<Duration>> {
    let tls = Tls::new()?;
    let mut askers = JoinSet::new();
    let begin = Instant::now() + WARM_UP;
    for accounts in accounts.chunks(ACCOUNTS) {
        let connection = Connection::open(server.address, &tls).await?;
        let questions = accounts.iter().map(|account| question(*account));
        let questions = questions.collect::<anyhow::Result<Vec<_>>>()?;
        askers.spawn(ask(connection, questions, begin, begin + time));
    }
    let mut times = Vec::new();
    while let Some(asked) = askers.join_next().await {
        times.extend(asked??);
    }
    anyhow::ensure!(!times.is_empty(), "nothing was answered");
    Ok(times)
}

async fn ask(
    mut connection: Connection,
    questions: Vec<(String, String)>,
    from: Instant,
    end: Instant,
) -> anyhow::Result<Vec<Duration>> {
    let mut times = Vec::new();
    for (credential, body) in questions.iter().cycle() {
        let began = Instant::now();
        if began > end {
            break;
        }
        connection.present(credential, body).await?;
        let answered = Instant::now();
        if began >= from && answered <= end {
            times.push(answered - began);
        }
    }
    Ok(times)
}

/// The credential and the body of an Agent.
fn question(account: AccountId) -> anyhow::Result<(String, String)> {
    let mut rng = StdRng::seed_from_u64(11);
    let mut bytes = Zeroizing::new(vec![0; KEY_BYTES]);
    rng.fill_bytes(&mut bytes);
    let start = StartBackup::new(
        KeyId::random(&mut rng),
        &EncryptionKey::password(bytes)?,
        true,
    );
    Ok((account.to_string(), serde_json::to_string(&start)?))
}
