//! A key in the clear is nowhere in what the AccountServer writes: database, WAL, log at trace level, temporary files.

mod life;
mod postgres;

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

use anyhow::ensure;
use keyfold_tests::support::files;
use keyfold_tests::support::platform::{Platform, Secrets};

use crate::traces::{CANARY, forms, found_in};

/// Trace level, also for modules that the AccountServer would rather not hear.
const EVERYTHING: &str = "trace,hyper::proto=trace,hyper_util::server=trace,h2::codec=trace,rustls::server=trace,\
                          sqlx::query=trace,axum_server::tls_rustls=trace,tower_http::trace=trace";

type Files = BTreeMap<PathBuf, Vec<u8>>;

#[test]
fn the_account_server_writes_no_key_in_the_clear() -> anyhow::Result<()> {
    let directory = tempfile::tempdir()?;
    let mut platform = talkative(directory.path())?;
    life::live(&mut platform, &nothing_is_found)?;
    let written = written(&platform)?;
    ensure!(
        written
            .keys()
            .any(|name| name.to_string_lossy().ends_with("-wal")),
        "no WAL was searched: {:?}",
        written.keys()
    );
    plant_and_find(&platform)
}

/// A platform whose AccountServer logs all that it can.
fn talkative(directory: &Path) -> anyhow::Result<Platform> {
    let name = "Northwind Backups";
    Platform::start_with(directory, name, Secrets::default(), 0, EVERYTHING)
}

fn nothing_is_found(platform: &Platform, when: &str) -> anyhow::Result<()> {
    let log = fs::read_to_string(platform.log())?;
    ensure!(log.contains(" TRACE "), "the log was not at trace level");
    nothing_is_in(&written(platform)?, when)
}

fn nothing_is_in(files: &Files, when: &str) -> anyhow::Result<()> {
    for (path, bytes) in files {
        let found = found_in(bytes);
        ensure!(
            found.is_empty(),
            "{when}, {} holds the key: {found:?}",
            path.display()
        );
    }
    let bytes: usize = files.values().map(Vec::len).sum();
    println!(
        "{when}: {} files, {bytes} bytes, {} forms of the key, 0 hits",
        files.len(),
        forms().len()
    );
    Ok(())
}

/// The positive control: each form of the key, written among what the AccountServer writes, is found.
fn plant_and_find(platform: &Platform) -> anyhow::Result<()> {
    for (form, needle) in forms() {
        let path = platform.data().join("planted");
        fs::write(
            &path,
            [b"\0\x01noise".as_slice(), &needle, b"\xff"].concat(),
        )?;
        ensure!(
            nothing_is_found(platform, "planted").is_err(),
            "planted as {form}, the key is not found"
        );
        fs::remove_file(path)?;
    }
    nothing_is_found(platform, "after the control")?;
    let log = platform.log();
    fs::write(
        &log,
        [fs::read(&log)?, format!("TRACE key={CANARY}").into_bytes()].concat(),
    )?;
    ensure!(
        nothing_is_found(platform, "planted").is_err(),
        "the log is not searched"
    );
    Ok(())
}

/// All that the AccountServer writes, by path.
fn written(platform: &Platform) -> anyhow::Result<Files> {
    let mut written = files::content(&platform.data())?;
    for (name, bytes) in files::content(&platform.directory().join("temporary"))? {
        written.insert(Path::new("temporary").join(name), bytes);
    }
    written.insert("server.log".into(), fs::read(platform.log())?);
    Ok(written)
}
