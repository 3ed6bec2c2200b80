//! What a key goes through: backups, capture, errors of all kinds, recovery, a restart of the AccountServer.

use std::fs;

use anyhow::{Context as _, ensure};
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use keyfold_api::agents::StartBackup;
use keyfold_api::client::{Client, ClientError};
use keyfold_api::idempotency::IdempotencyKey;
use keyfold_core::encryption_key::{EncryptionKey, NamedSecret, PASSWORD};
use keyfold_core::id::{KeyId, ScopeKind};
use keyfold_tests::support::admin::Admin;
use keyfold_tests::support::agent::Agent;
use keyfold_tests::support::platform::Platform;
use keyfold_tests::support::process::succeed;
use zeroize::Zeroizing;

use crate::curl::start_backup;
use crate::traces::{CANARY, found_in};

const PASSPHRASE: &str = "three rivers meet below the mill";

/// Takes the canary through all of it, and looks around after every step.
pub(super) fn live(
    platform: &mut Platform,
    look: &dyn Fn(&Platform, &str) -> anyhow::Result<()>,
) -> anyhow::Result<()> {
    let admin = platform.admin()?;
    let group = admin.create_scope(ScopeKind::Group, "Schools", admin.root()?.guid)?;
    let (account, enrolment) = admin.create_account("library", group.guid)?;
    let agent = platform.agent("library");
    agent.enrol(&enrolment)?;
    agent.set_key(CANARY.as_bytes())?;

    agent.backup(&["true"])?;
    look(platform, "after a backup")?;

    assert_eq!(
        platform.certify(&admin, &group, PASSPHRASE)?.captured_now,
        1
    );
    let captured = admin.newest_captured_key(account.id)?;
    look(platform, "after a capture")?;

    provoke_errors(platform, &agent, &admin)?;
    look(platform, "after errors")?;

    let key = admin.recover(&captured, "a drill", PASSPHRASE)?;
    assert_eq!(
        key.secret(PASSWORD).map(NamedSecret::value),
        Some(CANARY.as_bytes())
    );
    look(platform, "after a recovery")?;

    platform.server_mut().start_again()?;
    agent.backup(&["true"])?;
    look(platform, "after a restart")
}

/// Everything that goes wrong with a key in the request: no credential, a body that is no JSON, a value that is no
/// base64, a key that is too large, a tool that fails.
fn provoke_errors(platform: &Platform, agent: &Agent, admin: &Admin) -> anyhow::Result<()> {
    assert_eq!(agent.backup(&["false"])?.code, Some(1));

    let stranger = Client::new(platform.url(), platform.authority_fingerprint())?
        .agent("no-such-credential".into());
    let key = EncryptionKey::password(Zeroizing::new(CANARY.as_bytes().to_vec()))?;
    let start = StartBackup::new(KeyId::random(&mut rand::rng()), &key, true);
    let asked = IdempotencyKey::random();
    let refused = admin.ask(|_| async { stranger.start_backup(&asked, &start).await });
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

/// `POST /agent/backups` with any body: status and answer.
fn post_as_agent(platform: &Platform, agent: &Agent, body: &str) -> anyhow::Result<(u16, String)> {
    let file = platform.directory().join("body.json");
    fs::write(&file, body)?;
    let mut curl = start_backup(platform, agent)?;
    curl.args(["--write-out", "\n%{http_code}"]);
    let ran = succeed(curl.args(["--data-binary", &format!("@{}", file.display())]))?;
    let (answer, status) = ran
        .stdout
        .rsplit_once('\n')
        .context("curl wrote no status")?;
    Ok((status.parse()?, answer.to_owned()))
}
