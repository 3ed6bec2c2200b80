//! The same over Postgres: its data directory with the WAL, its log with every statement and parameter, and `pg_dump`.

use std::fs;
use std::path::Path;

use anyhow::ensure;
use keyfold_postgres::Cluster;
use keyfold_tests::support::files;
use keyfold_tests::support::platform::Platform;
use keyfold_tests::support::process::succeed;
use keyfold_tests::support::server::use_database;
use url::Url;

use super::{Files, life, nothing_is_in, talkative, written};
use crate::backup::name_of;
use crate::traces::{CANARY, found_in};

/// Every statement with its parameters goes to the log; no file comes or goes while all are read.
const SETTINGS: [&str; 2] = ["log_statement=all", "autovacuum=off"];

/// Where a value that is in the database is found: table, WAL, log, dump.
const PLACES: [&str; 4] = ["data/base", "data/pg_wal", "log", "dump"];

#[test]
fn postgres_writes_no_key_in_the_clear() -> anyhow::Result<()> {
    let directory = tempfile::tempdir()?;
    let cluster = Cluster::start(&SETTINGS)?;
    let database = cluster.database()?;
    use_database(&directory.path().join("server"), &database)?;
    let mut platform = talkative(directory.path())?;
    let look = |platform: &Platform, when: &str| {
        let mut files = kept(&cluster, &database)?;
        files.extend(written(platform)?);
        nothing_is_in(&files, when)
    };
    life::live(&mut platform, &look)?;

    // The positive control: planted in the database, the key is found in every place.
    let plant = format!("CREATE TABLE planted AS SELECT convert_to('{CANARY}', 'UTF8')");
    tell(&cluster, &database, &plant)?;
    let files = kept(&cluster, &database)?;
    for place in PLACES {
        let mut there = files.iter().filter(|(path, _)| path.starts_with(place));
        ensure!(
            there.any(|(_, bytes)| !found_in(bytes).is_empty()),
            "planted in the database, the key is not found in {place}"
        );
    }
    Ok(())
}

/// All that Postgres keeps, and a dump of the database.
fn kept(cluster: &Cluster, database: &Url) -> anyhow::Result<Files> {
    tell(cluster, database, "CHECKPOINT")?;
    let data = files::content(&cluster.directory().join("data"))?;
    let mut kept: Files = data
        .into_iter()
        .map(|(path, bytes)| (Path::new("data").join(path), bytes))
        .collect();
    kept.insert("log".into(), fs::read(cluster.directory().join("log"))?);
    let dump = succeed(
        cluster
            .client("pg_dump")
            .args(["--dbname", name_of(database)]),
    )?;
    kept.insert("dump".into(), dump.stdout.into_bytes());
    Ok(kept)
}

fn tell(cluster: &Cluster, database: &Url, statement: &str) -> anyhow::Result<()> {
    let mut psql = cluster.client("psql");
    psql.args(["--no-psqlrc", "--quiet", "--dbname", name_of(database)]);
    succeed(psql.args(["--command", statement])).map(drop)
}
