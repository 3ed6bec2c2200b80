//! A key in the clear is nowhere in what the AccountServer writes: database, WAL, log at trace level, temporary files.

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context as _, ensure};
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use keyfold_api::agents::StartBackup;
use keyfold_api::client::{Client, ClientError};
use keyfold_core::encryption_key::{EncryptionKey, NamedSecret, PASSWORD};
use keyfold_core::id::{KeyId, ScopeKind};
use keyfold_tests::support::admin::Admin;
use keyfold_tests::support::agent::Agent;
use keyfold_tests::support::files;
use keyfold_tests::support::platform::{Platform, Secrets};
use keyfold_tests::support::process::succeed;
use zeroize::Zeroizing;

use crate::traces::{CANARY, forms, found_in};

const PASSPHRASE: &str = "three rivers meet below the mill";

/// Trace level, also for modules that the AccountServer would rather not hear.
const EVERYTHING: &str = "trace,hyper::proto=trace,hyper_util::server=trace,h2::codec=trace,rustls::server=trace,\
                          sqlx::query=trace,axum_server::tls_rustls=trace,tower_http::trace=trace";

#[test]
fn the_account_server_writes_no_key_in_the_clear() -> anyhow::Result<()> {
    let directory = tempfile::tempdir()?;
    let mut platform = Platform::start_with(
        directory.path(),
        "Northwind Backups",
        Secrets::default(),
        0,
        EVERYTHING,
    )?;
    let admin = platform.admin()?;
    let group = admin.create_scope(ScopeKind::Group, "Schools", admin.root()?.guid)?;
    let (account, enrolment) = admin.create_account("library", group.guid)?;
    let agent = platform.agent("library");
    agent.enrol(&enrolment)?;
    agent.set_key(CANARY.as_bytes())?;

    agent.backup(&["true"])?;
    nothing_is_found(&platform, "after a backup")?;

    assert_eq!(
        platform.certify(&admin, &group, PASSPHRASE)?.captured_now,
        1
    );
    let captured = admin.newest_captured_key(account.id)?;
    nothing_is_found(&platform, "after a capture")?;

    provoke_errors(&platform, &agent, &admin)?;
    nothing_is_found(&platform, "after errors")?;

    let key = admin.recover(&captured, "a drill", PASSPHRASE)?;
    assert_eq!(
        key.secret(PASSWORD).map(NamedSecret::value),
        Some(CANARY.as_bytes())
    );
    nothing_is_found(&platform, "after a recovery")?;

    platform.server_mut().start_again()?;
    agent.backup(&["true"])?;
    nothing_is_found(&platform, "after a restart")?;

    let log = fs::read_to_string(platform.log())?;
    ensure!(log.contains(" TRACE "), "the log was not at trace level");
    let names: BTreeSet<_> = written(&platform)?.into_keys().collect();
    ensure!(
        names
            .iter()
            .any(|name| name.to_string_lossy().ends_with("-wal")),
        "no WAL was searched: {names:?}"
    );
    plant_and_find(&platform)
}

/// Everything that goes wrong with a key in the request: no credential, a body that is no JSON, a value that is no
/// base64, a key that is too large, a tool that fails.
fn provoke_errors(platform: &Platform, agent: &Agent, admin: &Admin) -> anyhow::Result<()> {
    assert_eq!(agent.backup(&["false"])?.code, Some(1));

    let stranger = Client::new(platform.url(), platform.authority_fingerprint())?
        .agent("no-such-credential".into());
    let key = EncryptionKey::password(Zeroizing::new(CANARY.as_bytes().to_vec()))?;
    let start = StartBackup::new(KeyId::random(&mut rand::rng()), &key);
    let refused = admin.ask(|_| async { stranger.start_backup(&start).await });
    assert!(
        matches!(refused, Err(ClientError::Problem(ref problem)) if problem.status == 401),
        "{refused:?}"
    );

    let valid = serde_json::to_string(&start)?;
    let value = URL_SAFE_NO_PAD.encode(CANARY);
    let bodies = [
        valid[..valid.len() - 3].to_owned(),
        valid.replace("key_id", "kay_id"),
        format!(r#"{{"key_id":"{CANARY}","secrets":[{{"name":"password","value":"{value}"}}]}}"#),
        format!(
            r#"{{"key_id":"{}","secrets":[{{"name":"{CANARY}","value":"{value}"}}]}}"#,
            start.key_id
        ),
        format!(
            r#"{{"key_id":"{}","secrets":[{{"name":"password","value":"{CANARY}"}}]}}"#,
            start.key_id
        ),
        format!(
            r#"{{"key_id":"{}","secrets":["{}"]}}"#,
            start.key_id,
            CANARY.repeat(5_000)
        ),
    ];
    for body in bodies {
        let (status, answer) = post_as_agent(platform, agent, &body)?;
        ensure!(
            (400..500).contains(&status),
            "status {status} for {body:.80}"
        );
        ensure!(
            found_in(answer.as_bytes()).is_empty(),
            "the answer repeats the key: {answer}"
        );
    }
    Ok(())
}

/// `POST /agent/backups` with any body, by curl: status and answer.
fn post_as_agent(platform: &Platform, agent: &Agent, body: &str) -> anyhow::Result<(u16, String)> {
    let enrolment: serde_json::Value =
        serde_json::from_slice(&fs::read(agent.config().join("enrolment.json"))?)?;
    let credential = enrolment["credential"].as_str().context("no credential")?;
    let at = |name: &str| platform.directory().join(name);
    fs::write(at("body.json"), body)?;
    fs::write(
        at("headers"),
        format!("Authorization: Bearer {credential}\nContent-Type: application/json"),
    )?;
    let mut curl = Command::new("curl");
    curl.args([
        "--silent",
        "--noproxy",
        "*",
        "--write-out",
        "\n%{http_code}",
        "--cacert",
    ]);
    curl.arg(platform.data().join("platform/root.pem"));
    curl.args(["--header", &format!("@{}", at("headers").display())]);
    curl.args(["--data-binary", &format!("@{}", at("body.json").display())]);
    let ran = succeed(curl.arg(platform.url().join("api/v1/agent/backups")?.as_str()))?;
    let (answer, status) = ran
        .stdout
        .rsplit_once('\n')
        .context("curl wrote no status")?;
    Ok((status.parse()?, answer.to_owned()))
}

fn nothing_is_found(platform: &Platform, when: &str) -> anyhow::Result<()> {
    let written = written(platform)?;
    for (path, bytes) in &written {
        let found = found_in(bytes);
        ensure!(
            found.is_empty(),
            "{when}, {} holds the key: {found:?}",
            path.display()
        );
    }
    let bytes: usize = written.values().map(Vec::len).sum();
    println!(
        "{when}: {} files, {bytes} bytes, {} forms of the key, 0 hits",
        written.len(),
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
fn written(platform: &Platform) -> anyhow::Result<std::collections::BTreeMap<PathBuf, Vec<u8>>> {
    let mut written = files::content(&platform.data())?;
    for (name, bytes) in files::content(&platform.directory().join("temporary"))? {
        written.insert(Path::new("temporary").join(name), bytes);
    }
    written.insert("server.log".into(), fs::read(platform.log())?);
    Ok(written)
}
