//! A machine with one tool, its repository and its files, on a platform that captures keys.

use std::collections::BTreeMap;
use std::collections::btree_map::Entry;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context as _, Result, ensure};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use keyfold_api::accounts::Account;
use keyfold_api::backups::Backup;
use keyfold_api::captured_keys::CapturedKeyId;
use keyfold_api::scopes::Scope;
use keyfold_core::encryption_key::{EncryptionKey, NamedSecret};
use keyfold_core::id::{AccountId, ScopeKind};
use keyfold_tests::support::admin::Admin;
use keyfold_tests::support::agent::Agent;
use keyfold_tests::support::files;
use keyfold_tests::support::platform::Platform;
use keyfold_tests::support::process::{Ran, run, succeed};
use tempfile::TempDir;
use zeroize::Zeroizing;

use super::kind::{Kind, environment};

const PASSPHRASE: &str = "nine lanterns on the quay";

/// A platform, its admin, and a Group with an active certificate.
pub(super) struct Scene {
    platform: Platform,
    admin: Admin,
    group: Scope,
    directory: TempDir,
}

impl Scene {
    pub(super) fn new() -> Result<Self> {
        let scene = Self::without_certificate()?;
        scene.certify()?;
        Ok(scene)
    }

    pub(super) fn without_certificate() -> Result<Self> {
        let directory = tempfile::tempdir()?;
        let platform = Platform::start(directory.path())?;
        let admin = platform.admin()?;
        let group = admin.create_scope(ScopeKind::Group, "Workshop", admin.root()?.guid)?;
        Ok(Self {
            platform,
            admin,
            group,
            directory,
        })
    }

    pub(super) fn certify(&self) -> Result<()> {
        self.platform
            .certify(&self.admin, &self.group, PASSPHRASE)
            .map(drop)
    }

    /// A machine whose Agent is enrolled and has no key yet.
    pub(super) fn machine(&self, name: &str, kind: Kind) -> Result<Machine<'_>> {
        let (machine, enrolment) = self.machine_that_is_not_enrolled(name, kind)?;
        machine.agent.enrol(&enrolment)?;
        Ok(machine)
    }

    /// A machine, and the string that its Agent enrols with.
    pub(super) fn machine_that_is_not_enrolled(
        &self,
        name: &str,
        kind: Kind,
    ) -> Result<(Machine<'_>, String)> {
        let (account, enrolment) = self.admin.create_account(name, self.group.guid)?;
        let agent = self.platform.agent(name);
        let home = self.directory.path().join("homes").join(name);
        let files = home.join("files");
        files::write_sample(&files, 23)?;
        let place = self.directory.path().join("repositories").join(name);
        fs::create_dir_all(place.parent().context("no parent")?)?;
        let machine = Machine {
            scene: self,
            kind,
            account,
            agent,
            home,
            files,
            place,
            recovered: BTreeMap::new(),
        };
        Ok((machine, enrolment))
    }

    pub(super) fn kill_server(&mut self) -> Result<()> {
        self.platform.server_mut().kill()
    }
}

/// One machine.
pub(super) struct Machine<'a> {
    scene: &'a Scene,
    pub(super) kind: Kind,
    account: Account,
    pub(super) agent: Agent,
    pub(super) home: PathBuf,
    pub(super) files: PathBuf,
    pub(super) place: PathBuf,
    recovered: BTreeMap<CapturedKeyId, EncryptionKey>,
}

impl Machine<'_> {
    /// A command of the Agent, in the environment that the tool needs.
    pub(super) fn command(&self, arguments: &[&str]) -> Result<Command> {
        let mut command = self.agent.command(arguments)?;
        command.envs(environment(&self.place, &self.home)?);
        Ok(command)
    }

    /// Makes a key and a repository with it, adopts that, and makes a backup.
    pub(super) fn set_up(&self) -> Result<()> {
        let with_salt: &[&str] = if self.kind == Kind::Rclone {
            &["--salt"]
        } else {
            &[]
        };
        succeed(self.command(&["key", "generate"])?.args(with_salt))?;
        if let Some(init) = self.kind.init() {
            succeed(self.command(&["run", "--"])?.args(init))?;
        }
        succeed(&mut self.adopt()?)?;
        let ran = self.backup()?;
        ensure!(ran.code == Some(0), "{:?}: {}", self.kind, ran.said());
        Ok(())
    }

    /// `key adopt`, with more arguments to come.
    pub(super) fn adopt(&self) -> Result<Command> {
        let repository = self.kind.repository(&self.place);
        self.command(&[
            "key",
            "adopt",
            "--tool",
            self.kind.tool(),
            "--repository",
            &repository,
        ])
    }

    pub(super) fn backup(&self) -> Result<Ran> {
        run(self
            .command(&["backup", "--"])?
            .args(self.kind.backup(&self.files)))
    }

    /// The keys that the Agent keeps, by the names of their files.
    pub(super) fn kept(&self) -> Result<BTreeMap<String, EncryptionKey>> {
        let mut kept = BTreeMap::new();
        for name in ["key.json", "next-key.json", "former-key.json"] {
            let file = self.agent.config().join(name);
            if file.exists() {
                kept.insert(name.to_owned(), read_key(&file)?);
            }
        }
        Ok(kept)
    }

    pub(super) fn account(&self) -> AccountId {
        self.account.id
    }

    /// Whether the Console shows “key disclosed: rotate”.
    pub(super) fn is_marked(&self) -> Result<bool> {
        let account = self.scene.admin.ask(|user| user.account(self.account.id))?;
        Ok(account.disclosed_at.is_some())
    }

    /// What the AccountServer was told of its backups, newest first.
    pub(super) fn backups(&self) -> Result<Vec<Backup>> {
        let account = self.account.id;
        let admin = &self.scene.admin;
        Ok(admin.ask(|user| user.all(move |page| user.backups_of_account(account, page)))?)
    }

    /// A further enrolment string for the account.
    pub(super) fn another_enrolment(&self) -> Result<String> {
        let token = self
            .scene
            .admin
            .ask(|user| user.create_enrolment(self.account.id))?;
        Ok(token.enrolment)
    }

    /// Every captured key of the account, opened in the Console, newest first.
    pub(super) fn captured(&mut self) -> Result<Vec<&EncryptionKey>> {
        let account = self.account.id;
        let admin = &self.scene.admin;
        let all =
            admin.ask(|user| user.all(move |page| user.captured_keys_of_account(account, page)))?;
        for one in &all {
            if let Entry::Vacant(place) = self.recovered.entry(one.id) {
                place.insert(admin.recover(one, "a test of this key", PASSPHRASE)?);
            }
        }
        Ok(all
            .iter()
            .filter_map(|one| self.recovered.get(&one.id))
            .collect())
    }

    /// The newest captured key, opened in the Console.
    pub(super) fn newest_captured(&self) -> Result<EncryptionKey> {
        let newest = self.scene.admin.newest_captured_key(self.account.id)?;
        self.scene
            .admin
            .recover(&newest, "the machine is gone", PASSPHRASE)
    }

    pub(super) fn opens(&self, key: &EncryptionKey) -> Result<bool> {
        self.kind.opens(&self.place, key)
    }
}

fn read_key(file: &Path) -> Result<EncryptionKey> {
    let stored: serde_json::Value = serde_json::from_slice(&fs::read(file)?)?;
    let secrets = stored["secrets"]
        .as_array()
        .context("no secrets")?
        .iter()
        .map(|secret| {
            let name = secret["name"].as_str().context("no name")?;
            let value = STANDARD.decode(secret["value"].as_str().context("no value")?)?;
            Ok(NamedSecret::new(name, Zeroizing::new(value))?)
        });
    Ok(EncryptionKey::new(secrets.collect::<Result<_>>()?)?)
}
