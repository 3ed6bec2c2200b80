//! (e) From the start of the program to its "listening" line, with a million accounts in a hundred thousand Groups.

use std::path::Path;
use std::time::{Duration, Instant};

use keyfold_postgres::Cluster;
use keyfold_server::store::sql::SqlStore;
use url::Url;

use crate::Extent;
use crate::large::Large;
use crate::program::Program;
use crate::table::{Promise, Row};

const STARTS: usize = 10;
const MOST_SECONDS: f64 = 1.0;

pub(crate) fn measure(extent: &Extent) -> anyhow::Result<Vec<Row>> {
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .enable_all()
        .build()?;
    let directory = tempfile::tempdir()?;
    let file = directory.path().join("keyfold.sqlite");
    let address = format!("sqlite:{}", file.display());
    runtime.block_on(async { fill(SqlStore::open(&file, true).await?, &address, extent).await })?;
    let sqlite = starts(directory.path(), None)?;

    let database = Cluster::shared()?.database_in_byte_order()?;
    runtime.block_on(async {
        let store = SqlStore::connect(&database).await?;
        fill(store, database.as_str(), extent).await
    })?;
    let postgres = starts(directory.path(), Some(&database))?;
    Ok(vec![row("SQLite", sqlite), row("Postgres", postgres)])
}

async fn fill(store: SqlStore, address: &str, extent: &Extent) -> anyhow::Result<()> {
    let large = Large::fill(store, address, extent).await?;
    large.store.close().await;
    Ok(())
}

/// The slowest of some starts.
fn starts(data_dir: &Path, database: Option<&Url>) -> anyhow::Result<Duration> {
    let mut slowest = Duration::ZERO;
    for _ in 0..STARTS {
        let began = Instant::now();
        let _server = Program::start(data_dir, database)?;
        slowest = slowest.max(began.elapsed());
    }
    Ok(slowest)
}

fn row(database: &str, slowest: Duration) -> Row {
    Row {
        what: format!("e start-up, {database}, slowest of {STARTS}"),
        figure: slowest.as_secs_f64(),
        unit: "s".to_owned(),
        yardstick: None,
        promise: Promise::AtMost(MOST_SECONDS),
    }
}
