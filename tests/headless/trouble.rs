//! The Agent when its disk is full, and at a terminal.

use std::fs::{self, Permissions};
use std::os::unix::fs::PermissionsExt as _;
use std::path::Path;
use std::process::Command;

use anyhow::{Result, ensure};
use keyfold_api::accounts::KeyState;
use keyfold_core::id::{AccountId, ScopeKind};
use keyfold_tests::support::admin::Admin;
use keyfold_tests::support::agent::Agent;
use keyfold_tests::support::binaries::binary;
use keyfold_tests::support::platform::Platform;
use keyfold_tests::support::process::{Ran, run, succeed};
use tempfile::TempDir;

/// A machine that is enrolled and has a key, and a Group with an active certificate.
struct Scene {
    directory: TempDir,
    _platform: Platform,
    admin: Admin,
    account: AccountId,
    agent: Agent,
}

impl Scene {
    fn new() -> Result<Self> {
        let directory = tempfile::tempdir()?;
        let platform = Platform::start(directory.path())?;
        let admin = platform.admin()?;
        let group = admin.create_scope(ScopeKind::Group, "St. Bede", admin.root()?.guid)?;
        platform.certify(&admin, &group, "two swans in the reeds")?;
        let (account, enrolment) = admin.create_account("ward-3", group.guid)?;
        let agent = platform.agent("ward-3");
        agent.enrol(&enrolment)?;
        agent.generate_key()?;
        Ok(Self {
            directory,
            _platform: platform,
            admin,
            account: account.id,
            agent,
        })
    }

    /// Programs that check and change the password of a repository, which is a file with that password.
    fn programs(&self, repository: &Path) -> Result<(String, String)> {
        let program = |name: &str, script: String| -> Result<String> {
            let path = self.directory.path().join(name);
            fs::write(&path, format!("#!/bin/sh\n{script}\n"))?;
            fs::set_permissions(&path, Permissions::from_mode(0o755))?;
            Ok(path.display().to_string())
        };
        let place = repository.display();
        Ok((
            program(
                "check",
                format!(
                    "[ \"$(eval \"$KEYFOLD_PASSWORD_COMMAND\")\" = \"$(cat {place})\" ] || exit 12"
                ),
            )?,
            program(
                "change",
                format!("eval \"$KEYFOLD_NEXT_PASSWORD_COMMAND\" > {place}"),
            )?,
        ))
    }

    fn key_state(&self) -> Result<KeyState> {
        let account = self.admin.ask(|user| user.account(self.account))?;
        Ok(account.key_state)
    }
}

/// Runs a command of the Agent that cannot write a single byte to a file, as on a full disk.
fn on_a_full_disk(agent: &Agent, arguments: &[&str]) -> Result<Ran> {
    let mut shell = Command::new("sh");
    shell.args(["-c", "trap '' XFSZ; ulimit -f 0; exec \"$0\" \"$@\""]);
    shell.arg(binary("keyfold-agent")?);
    shell.arg("--config-dir").arg(agent.config());
    run(shell.args(arguments))
}

/// Every file of the Agent's, but for empty ones: locks.
fn kept(config: &Path) -> Result<Vec<(String, Vec<u8>)>> {
    let mut kept = Vec::new();
    for entry in fs::read_dir(config)? {
        let entry = entry?;
        let content = fs::read(entry.path())?;
        if !content.is_empty() {
            kept.push((entry.file_name().to_string_lossy().into_owned(), content));
        }
    }
    kept.sort();
    Ok(kept)
}

#[test]
fn a_full_disk_leaves_what_was_there_and_a_backup_goes_ahead() -> Result<()> {
    let scene = Scene::new()?;
    let before = kept(scene.agent.config())?;
    ensure!(
        before.len() == 2,
        "{:?}",
        before.iter().map(|it| &it.0).collect::<Vec<_>>()
    );
    for arguments in [
        &["key", "generate", "--replace"][..],
        &["key", "generate", "--salt", "--replace"],
        &["end-to-end", "--to", "3d813cbb-47fb-42ba-91df-831e1593ac29"],
        &["key", "adopt", "--tool", "plain", "--check", "true"],
    ] {
        let ran = on_a_full_disk(&scene.agent, arguments)?;
        ensure!(ran.code == Some(1), "{arguments:?}: {}", ran.said());
        ensure!(ran.stderr.contains("cannot write"), "{}", ran.said());
        ensure!(
            kept(scene.agent.config())? == before,
            "{arguments:?} left something else"
        );
    }
    let ran = on_a_full_disk(&scene.agent, &["backup", "--", "sh", "-c", "exit 0"])?;
    ensure!(ran.code == Some(0), "{}", ran.said());
    ensure!(scene.key_state()? == KeyState::Captured, "{}", ran.said());
    ensure!(kept(scene.agent.config())? == before);
    Ok(())
}

#[test]
fn a_full_disk_during_a_change_of_the_key_leaves_a_key_that_opens() -> Result<()> {
    let scene = Scene::new()?;
    let repository = scene.directory.path().join("repository");
    let (check, change) = scene.programs(&repository)?;
    fs::write(&repository, scene.agent.password()?)?;
    let adopt = [
        "key", "adopt", "--tool", "plain", "--check", &check, "--change", &change,
    ];
    succeed(&mut scene.agent.command(&adopt)?)?;
    ensure!(scene.agent.backup(&["true"])?.code == Some(0));
    let before = kept(scene.agent.config())?;
    let ran = on_a_full_disk(&scene.agent, &["key", "rotate"])?;
    ensure!(ran.code == Some(1), "{}", ran.said());
    ensure!(kept(scene.agent.config())? == before);
    ensure!(fs::read_to_string(&repository)? == scene.agent.password()?);
    succeed(&mut scene.agent.command(&["key", "rotate"])?)?;
    ensure!(kept(scene.agent.config())? != before);
    ensure!(fs::read_to_string(&repository)? == scene.agent.password()?);
    Ok(())
}

#[test]
fn on_a_terminal_the_tool_shows_its_progress_itself() -> Result<()> {
    let scene = Scene::new()?;
    let agent = binary("keyfold-agent")?;
    let says = "if [ -t 1 ] && [ -t 2 ]; then echo at a terminal; else echo in a pipe; fi";
    let line = format!(
        "{} --config-dir {} backup -- sh -c '{says}'",
        agent.display(),
        scene.agent.config().display()
    );
    let mut terminal = Command::new("script");
    let ran = succeed(terminal.args(["--quiet", "--return", "--command", &line, "/dev/null"]))?;
    ensure!(ran.stdout.contains("at a terminal"), "{}", ran.said());
    ensure!(
        ran.stdout.contains("captured to 1 Group Certificate"),
        "{}",
        ran.said()
    );
    let ran = scene.agent.backup(&["sh", "-c", says])?;
    ensure!(ran.stdout.contains("in a pipe"), "{}", ran.said());
    Ok(())
}
