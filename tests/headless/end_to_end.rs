//! End-to-end capture with real programs: the AccountServer never has the key, and a lost machine is restored all the same.

use std::fs;
use std::path::PathBuf;

use anyhow::{Context as _, Result, ensure};
use keyfold_api::accounts::{Account, KeyState};
use keyfold_api::captured_keys::CapturedKeySummary;
use keyfold_api::scopes::{Change, Scope};
use keyfold_core::encryption_key::PASSWORD;
use keyfold_core::id::ScopeKind;
use keyfold_tests::support::admin::Admin;
use keyfold_tests::support::agent::Agent;
use keyfold_tests::support::files;
use keyfold_tests::support::platform::Platform;
use keyfold_tests::support::process::{Ran, run, succeed};
use keyfold_tests::support::restic::Repository;
use tempfile::TempDir;

const PASSPHRASE: &str = "four herons on the weir";

/// A Group with an active certificate, and a machine in it whose Agent is enrolled and has no key.
struct Scene {
    directory: TempDir,
    platform: Platform,
    admin: Admin,
    group: Scope,
    account: Account,
    agent: Agent,
}

impl Scene {
    fn new() -> Result<Self> {
        let directory = tempfile::tempdir()?;
        let platform = Platform::start(directory.path())?;
        let admin = platform.admin()?;
        let group = admin.create_scope(ScopeKind::Group, "St. Bede", admin.root()?.guid)?;
        platform.certify(&admin, &group, PASSPHRASE)?;
        let (account, enrolment) = admin.create_account("ward-3", group.guid)?;
        let agent = platform.agent("ward-3");
        agent.enrol(&enrolment)?;
        Ok(Self {
            directory,
            platform,
            admin,
            group,
            account,
            agent,
        })
    }

    fn end_to_end(&self, arguments: &[&str]) -> Result<Ran> {
        succeed(self.agent.command(&["end-to-end"])?.args(arguments))
    }

    /// The scope as its admin knows it: by the folder in the Certificates directory.
    fn confirm(&self, scope: &Scope) -> Result<Ran> {
        let guid = scope.guid.to_string();
        let folder = self.admin.certificates().path().join(&guid);
        ensure!(folder.join("scope.json").exists(), "no folder of that name");
        self.end_to_end(&["--to", &guid])
    }

    fn account(&self) -> Result<Account> {
        Ok(self.admin.ask(|user| user.account(self.account.id))?)
    }

    fn captured(&self) -> Result<Vec<CapturedKeySummary>> {
        let account = self.account.id;
        let all = |page| {
            self.admin
                .ask(|user| user.captured_keys_of_account(account, page))
        };
        Ok(all(keyfold_api::pages::PageQuery::default())?.items)
    }

    fn files(&self) -> Result<PathBuf> {
        let files = self.directory.path().join("files");
        files::write_sample(&files, 5)?;
        Ok(files)
    }
}

fn says(ran: &Ran, words: &str) -> Result<()> {
    ensure!(
        ran.stdout.contains(words) || ran.stderr.contains(words),
        "“{words}” is not said: {}",
        ran.said()
    );
    Ok(())
}

#[test]
fn a_lost_machine_is_restored_with_a_key_that_the_account_server_never_had() -> Result<()> {
    let scene = Scene::new()?;
    says(
        &scene.confirm(&scene.group)?,
        "has the key, by its certificate",
    )?;
    scene.agent.generate_key()?;
    let password = scene.agent.password()?;
    let files = scene.files()?;
    let place = scene.directory.path().join("repository");
    let repository = Repository::init(&place, &scene.agent)?;
    for _ in 0..3 {
        let ran = repository.completed_backup(&scene.agent, &files)?;
        says(&ran, "captured to 1 Group Certificate")?;
    }
    let account = scene.account()?;
    ensure!(account.end_to_end && account.key_state == KeyState::Captured);
    ensure!(
        scene.captured()?.len() == 2,
        "the first and the last are kept"
    );
    let checked = run(&mut scene.agent.command(&["status", "--check"])?)?;
    ensure!(checked.code == Some(0), "{}", checked.said());
    says(&checked, "end-to-end")?;

    let before = files::content(&files)?;
    fs::remove_dir_all(&files)?;
    fs::remove_dir_all(scene.agent.config())?;
    let newest = scene.admin.newest_captured_key(scene.account.id)?;
    let key = scene.admin.recover(&newest, "ward-3 is gone", PASSPHRASE)?;
    let recovered = key.secret(PASSWORD).context("no password")?;
    ensure!(recovered.value() == password.as_bytes());
    let restored = scene.directory.path().join("restored");
    let restored = repository.restore(recovered.value(), &files, &restored)?;
    ensure!(
        files::content(&restored)? == before,
        "the files are not the lost ones"
    );
    Ok(())
}

#[test]
fn the_account_server_is_not_asked_whom_to_trust() -> Result<()> {
    let scene = Scene::new()?;
    let elsewhere =
        scene
            .admin
            .create_scope(ScopeKind::Group, "St. Anne", scene.admin.root()?.guid)?;
    scene
        .platform
        .certify(&scene.admin, &elsewhere, PASSPHRASE)?;
    scene.confirm(&scene.group)?;
    scene.agent.generate_key()?;
    says(
        &scene.agent.backup(&["true"])?,
        "captured to 1 Group Certificate",
    )?;

    // As a hostile AccountServer would: the account lies below a certificate that nobody confirmed.
    let change = Change {
        name: None,
        parent: Some(elsewhere.guid),
    };
    let account = scene.account.id;
    scene
        .admin
        .ask(|user| async move { user.change_account(account, &change).await })?;
    let ran = scene.agent.backup(&["true"])?;
    ensure!(ran.code == Some(0), "{}", ran.said());
    says(&ran, "nobody confirmed this scope")?;
    says(&ran, &elsewhere.guid.to_string())?;
    ensure!(scene.account()?.key_state == KeyState::NeedsBackup);
    ensure!(
        scene
            .captured()?
            .iter()
            .all(|one| one.scope == scene.group.guid)
    );
    let shown = scene.end_to_end(&[])?;
    says(&shown, "nobody confirmed this scope")?;
    says(&shown, "nobody could recover the key")?;

    scene.confirm(&elsewhere)?;
    says(
        &scene.agent.backup(&["true"])?,
        "captured to 1 Group Certificate",
    )?;
    ensure!(scene.account()?.key_state == KeyState::Captured);
    Ok(())
}

#[test]
fn a_machine_that_is_installed_anew_presents_nothing_until_somebody_says_so() -> Result<()> {
    let scene = Scene::new()?;
    scene.confirm(&scene.group)?;
    scene.agent.generate_key()?;
    scene.agent.backup(&["true"])?;
    fs::remove_dir_all(scene.agent.config())?;
    let account = scene.account.id;
    let token = scene.admin.ask(|user| user.create_enrolment(account))?;
    says(&scene.agent.enrol(&token.enrolment)?, "captured end to end")?;
    scene.agent.generate_key()?;
    let ran = scene.agent.backup(&["true"])?;
    ensure!(ran.code == Some(0), "{}", ran.said());
    says(&ran, "nobody confirmed this scope")?;
    ensure!(scene.account()?.key_state == KeyState::NeedsBackup);

    scene.end_to_end(&["--off"])?;
    says(
        &scene.agent.backup(&["true"])?,
        "captured to 1 Group Certificate",
    )?;
    ensure!(!scene.account()?.end_to_end);
    Ok(())
}

#[test]
fn an_image_has_end_to_end_capture_on_before_it_is_enrolled() -> Result<()> {
    let scene = Scene::new()?;
    let (account, enrolment) = scene.admin.create_account("ward-4", scene.group.guid)?;
    let agent = scene.platform.agent("ward-4");
    let guid = scene.group.guid.to_string();
    succeed(&mut agent.command(&["end-to-end", "--to", &guid])?)?;
    let file = scene.directory.path().join("enrolment");
    fs::write(&file, enrolment)?;
    let mut first = agent.command(&["backup", "--enrolment"])?;
    let ran = run(first.arg(&file).args(["--", "true"]))?;
    ensure!(ran.code == Some(0), "{}", ran.said());
    says(&ran, "captured to 1 Group Certificate")?;
    let account = scene.admin.ask(|user| user.account(account.id))?;
    ensure!(account.end_to_end && account.key_state == KeyState::Captured);
    Ok(())
}

#[test]
fn what_could_not_be_reported_is_encrypted_when_it_is() -> Result<()> {
    let mut scene = Scene::new()?;
    scene.confirm(&scene.group)?;
    scene.agent.generate_key()?;
    scene.platform.server_mut().kill()?;
    let ran = scene.agent.backup(&["true"])?;
    ensure!(ran.code == Some(0), "{}", ran.said());
    says(&ran, "not reported")?;
    scene.platform.server_mut().start_again()?;
    scene.admin = scene.platform.admin()?;
    says(&scene.agent.status()?, "is reported now")?;
    ensure!(scene.account()?.key_state == KeyState::Captured);
    Ok(())
}
