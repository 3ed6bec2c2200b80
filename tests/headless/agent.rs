//! The Agent with and without its AccountServer.

use std::fs::{self, Permissions};
use std::os::unix::fs::PermissionsExt as _;
use std::path::PathBuf;
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use anyhow::ensure;
use keyfold_api::accounts::{Account, KeyState};
use keyfold_api::client::{Client, ClientError, TrustError};
use keyfold_core::fingerprint::Fingerprint;
use keyfold_core::id::ScopeKind;
use keyfold_tests::support::admin::Admin;
use keyfold_tests::support::agent::Agent;
use keyfold_tests::support::platform::Platform;
use tempfile::TempDir;

/// A platform with one account, whose machine is enrolled and has a key.
struct Scene {
    directory: TempDir,
    platform: Platform,
    admin: Admin,
    account: Account,
    agent: Agent,
    enrolment: String,
}

impl Scene {
    fn new() -> anyhow::Result<Self> {
        let directory = tempfile::tempdir()?;
        let platform = Platform::start(directory.path())?;
        let admin = platform.admin()?;
        let group = admin.create_scope(ScopeKind::Group, "St. Bede", admin.root()?.guid)?;
        let (account, enrolment) = admin.create_account("ward-3", group.guid)?;
        let agent = platform.agent("ward-3");
        agent.enrol(&enrolment)?;
        agent.generate_key()?;
        Ok(Self {
            directory,
            platform,
            admin,
            account,
            agent,
            enrolment,
        })
    }

    fn account(&self) -> Result<Account, ClientError> {
        self.admin.ask(|user| user.account(self.account.id))
    }

    /// A shell script that stands in for a tool of this name.
    fn tool(&self, name: &str, script: &str) -> anyhow::Result<PathBuf> {
        let path = self.directory.path().join(name);
        fs::write(&path, format!("#!/bin/sh\n{script}\n"))?;
        fs::set_permissions(&path, Permissions::from_mode(0o755))?;
        Ok(path)
    }
}

#[test]
fn the_tools_exit_code_is_the_agents() -> anyhow::Result<()> {
    let scene = Scene::new()?;
    for (script, code) in [
        ("exit 0", 0),
        ("exit 1", 1),
        ("exit 42", 42),
        ("kill -TERM $$", 143),
        ("kill -KILL $$", 137),
    ] {
        let ran = scene.agent.backup(&["sh", "-c", script])?;
        assert_eq!(ran.code, Some(code), "{script}: {}", ran.said());
    }
    assert_eq!(scene.agent.backup(&["/no/such/tool"])?.code, Some(127));
    let not_executable = scene.directory.path().join("plain");
    fs::write(&not_executable, "")?;
    assert_eq!(scene.agent.backup(&[&not_executable])?.code, Some(126));
    Ok(())
}

#[test]
fn warnings_count_as_backups_and_errors_do_not() -> anyhow::Result<()> {
    let scene = Scene::new()?;
    for (tool, code) in [("restic", 1), ("borg", 2), ("tar", 1)] {
        let ran = scene
            .agent
            .backup(&[scene.tool(tool, &format!("exit {code}"))?])?;
        assert_eq!(ran.code, Some(code), "{}", ran.said());
        assert_eq!(scene.account()?.last_backup_at, None, "{tool} {code}");
        assert_eq!(scene.account()?.key_state, KeyState::Never, "{tool} {code}");
    }
    let mut last = None;
    for (tool, code) in [("restic", 3), ("borg", 1)] {
        let ran = scene
            .agent
            .backup(&[scene.tool(tool, &format!("exit {code}"))?])?;
        assert_eq!(ran.code, Some(code), "{}", ran.said());
        let at = scene.account()?.last_backup_at;
        assert!(at.is_some() && at >= last, "{tool} {code}");
        assert_eq!(scene.account()?.key_state, KeyState::InMemory);
        last = at;
    }
    Ok(())
}

#[test]
fn a_backup_runs_without_the_account_server_and_is_reported_later() -> anyhow::Result<()> {
    let mut scene = Scene::new()?;
    scene.platform.server_mut().kill()?;
    let ran = scene.agent.backup(&["true"])?;
    assert_eq!(ran.code, Some(0), "{}", ran.said());
    assert!(
        ran.stderr.contains("cannot reach the AccountServer"),
        "{}",
        ran.said()
    );
    assert!(ran.stderr.contains("not reported"), "{}", ran.said());
    let spool = fs::read_to_string(scene.agent.config().join("unreported.json"))?;
    assert!(
        !spool.contains(&scene.agent.password()?),
        "the spool does not hold the key"
    );
    assert_ne!(scene.agent.status()?.code, Some(0));

    scene.platform.server_mut().start_again()?;
    assert_eq!(scene.admin_again()?.key_state, KeyState::Never);
    let ran = scene.agent.status()?;
    assert_eq!(ran.code, Some(0), "{}", ran.said());
    assert!(ran.stderr.contains("is reported now"), "{}", ran.said());
    assert_eq!(scene.admin_again()?.key_state, KeyState::InMemory);
    assert!(!scene.agent.config().join("unreported.json").exists());
    Ok(())
}

#[test]
fn the_exit_code_stays_the_tools_when_the_end_cannot_be_noted() -> anyhow::Result<()> {
    let mut scene = Scene::new()?;
    scene.platform.server_mut().kill()?;
    fs::create_dir_all(scene.agent.config().join("unreported.json/in the way"))?;
    let ran = scene.agent.backup(&["sh", "-c", "exit 0"])?;
    assert_eq!(ran.code, Some(0), "{}", ran.said());
    assert!(ran.stderr.contains("not noted"), "{}", ran.said());
    Ok(())
}

#[test]
fn what_was_not_reported_is_reported_by_the_next_backup_even_if_that_fails() -> anyhow::Result<()> {
    let mut scene = Scene::new()?;
    scene.platform.server_mut().kill()?;
    scene.agent.backup(&["true"])?;
    scene.platform.server_mut().start_again()?;
    let ran = scene.agent.backup(&["false"])?;
    assert_eq!(ran.code, Some(1), "{}", ran.said());
    assert_eq!(scene.admin_again()?.key_state, KeyState::InMemory);
    Ok(())
}

#[test]
fn an_account_server_that_restarts_during_a_backup_still_gets_the_key() -> anyhow::Result<()> {
    let mut scene = Scene::new()?;
    let (ready, go) = (
        scene.directory.path().join("ready"),
        scene.directory.path().join("go"),
    );
    let script = format!(
        "touch {}; until [ -e {} ]; do sleep 0.05; done",
        ready.display(),
        go.display()
    );
    let backup = scene
        .agent
        .command(&["backup", "--", "sh", "-c", &script])?
        .stderr(Stdio::piped())
        .spawn()?;
    wait_until(|| ready.exists())?;
    scene.platform.server_mut().start_again()?;
    fs::write(go, "")?;
    let output = backup.wait_with_output()?;
    assert!(output.status.success());
    assert_eq!(
        scene.admin_again()?.key_state,
        KeyState::InMemory,
        "{}",
        String::from_utf8_lossy(&output.stderr)
    );
    Ok(())
}

#[test]
fn a_signal_stops_the_tool_and_the_agent_reports_it() -> anyhow::Result<()> {
    let scene = Scene::new()?;
    let ready = scene.directory.path().join("ready");
    let script = format!(
        "trap 'exit 7' TERM; touch {}; while :; do sleep 0.05; done",
        ready.display()
    );
    let mut backup = scene
        .agent
        .command(&["backup", "--", "sh", "-c", &script])?
        .stderr(Stdio::null())
        .spawn()?;
    wait_until(|| ready.exists())?;
    ensure!(
        Command::new("kill")
            .args(["-TERM", &backup.id().to_string()])
            .status()?
            .success()
    );
    assert_eq!(backup.wait()?.code(), Some(7));
    assert_eq!(scene.account()?.key_state, KeyState::Never);
    Ok(())
}

#[test]
fn no_other_process_is_told_the_key() -> anyhow::Result<()> {
    let scene = Scene::new()?;
    let password = scene.agent.password()?;
    let looking = r"printf 'told: %s\n' $(eval $RESTIC_PASSWORD_COMMAND); printf 'also: %s\n' $(eval $BORG_PASSCOMMAND)
        cat /proc/$$/environ /proc/$PPID/environ /proc/$PPID/cmdline | tr '\0' '\n'";
    let ran = scene.agent.run_tool(&[scene.tool("look", looking)?])?;
    assert!(
        ran.stdout
            .contains(&format!("told: {password}\nalso: {password}\n")),
        "{}",
        ran.said()
    );
    assert_eq!(ran.stdout.matches(&password).count(), 2, "{}", ran.said());
    Ok(())
}

#[test]
fn a_key_that_others_can_read_is_not_used() -> anyhow::Result<()> {
    let scene = Scene::new()?;
    let file = scene.agent.config().join("key.json");
    fs::set_permissions(&file, Permissions::from_mode(0o640))?;
    let ran = scene.agent.backup(&["true"])?;
    assert_eq!(ran.code, Some(125));
    assert!(ran.stderr.contains("chmod 600"), "{}", ran.said());
    Ok(())
}

#[test]
fn an_enrolment_string_works_once() -> anyhow::Result<()> {
    let scene = Scene::new()?;
    let thief = Agent::at(&scene.directory.path().join("thief"));
    let ran = thief.try_enrol(&scene.enrolment)?;
    assert_eq!(ran.code, Some(1), "{}", ran.said());
    assert!(
        fs::read_dir(thief.config()).is_err(),
        "nothing is kept of a failed enrolment"
    );
    Ok(())
}

#[test]
fn a_client_that_trusts_another_authority_says_so() -> anyhow::Result<()> {
    let scene = Scene::new()?;
    let expected = Fingerprint::of(b"another root");
    let client = Client::new(scene.platform.url(), expected)?;
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()?;
    let refused = runtime.block_on(client.platform());
    let Err(ClientError::Untrusted { reason, .. }) = refused else {
        anyhow::bail!("{refused:?}")
    };
    assert_eq!(reason, TrustError::RootNotPresented { expected });
    assert!(client.authority_root().is_none());
    Ok(())
}

impl Scene {
    /// The account, asked with a new session: the old one may not have survived the server.
    fn admin_again(&self) -> anyhow::Result<Account> {
        Ok(self
            .platform
            .admin()?
            .ask(|user| user.account(self.account.id))?)
    }
}

fn wait_until(condition: impl Fn() -> bool) -> anyhow::Result<()> {
    let patience = Instant::now() + Duration::from_secs(30);
    while !condition() {
        ensure!(
            Instant::now() < patience,
            "what was waited for did not happen"
        );
        std::thread::sleep(Duration::from_millis(20));
    }
    Ok(())
}
