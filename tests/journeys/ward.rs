//! A Group with two machines that really back up.

use anyhow::Context as _;
use keyfold_api::scopes::Scope;
use keyfold_core::id::ScopeKind;
use keyfold_tests::support::admin::Admin;
use keyfold_tests::support::agent::Agent;
use keyfold_tests::support::files;
use keyfold_tests::support::restic::Repository;

use crate::desk::Desk;

/// The Group's name, in the tree.
pub(crate) const GROUP: &str = "St. Anna, Radiology";

/// What opens its Group Certificate.
pub(crate) const PASSPHRASE: &str = "Sieben stille Otter über dem Hafen";

/// The Group and its machines.
pub(crate) struct Ward {
    pub(crate) group: Scope,
    pub(crate) machines: Vec<Machine>,
}

/// A machine with an account, an Agent, files and a restic repository.
pub(crate) struct Machine {
    pub(crate) agent: Agent,
    pub(crate) repository: Repository,
    pub(crate) files: std::path::PathBuf,
}

impl Ward {
    /// Makes the Group below “Hospitals”, and its machines, whose Agents have keys but no backup yet.
    pub(crate) fn open(desk: &Desk, admin: &Admin) -> anyhow::Result<Self> {
        let root = admin.root()?;
        let hospitals = admin.create_scope(ScopeKind::Collection, "Hospitals", root.guid)?;
        let group = admin.create_scope(ScopeKind::Group, GROUP, hospitals.guid)?;
        let machine = |(seed, name): (u64, &str)| -> anyhow::Result<Machine> {
            let (_, enrolment) = admin.create_account(name, group.guid)?;
            let agent = desk.platform.agent(name);
            agent.enrol(&enrolment)?;
            agent.generate_key()?;
            let files = desk.directory().join("machines").join(name);
            files::write_sample(&files, seed)?;
            let repositories = desk.directory().join("repositories");
            let repository = Repository::init(&repositories.join(name), &agent)?;
            Ok(Machine {
                agent,
                repository,
                files,
            })
        };
        let machines = (1..).zip(["rad-ws-014", "rad-pacs-01"]);
        let machines = machines.map(machine).collect::<anyhow::Result<_>>()?;
        Ok(Self { group, machines })
    }

    /// The machine that will be lost.
    pub(crate) fn first(&self) -> anyhow::Result<&Machine> {
        self.machines.first().context("the ward has no machine")
    }
}

impl Machine {
    /// Lets restic back the files up with the Agent's key.
    pub(crate) fn back_up(&self) -> anyhow::Result<()> {
        let ran = self.repository.completed_backup(&self.agent, &self.files)?;
        anyhow::ensure!(ran.code == Some(0), "the backup failed:\n{}", ran.said());
        Ok(())
    }

    /// Restores with a recovered key, and compares every byte.
    pub(crate) fn restores_with(&self, desk: &Desk, key: &[u8]) -> anyhow::Result<()> {
        let restored = desk.directory().join("restored");
        let restored = self.repository.restore(key, &self.files, &restored)?;
        let is_equal = files::content(&restored)? == files::content(&self.files)?;
        anyhow::ensure!(is_equal, "the restored files are not the lost ones");
        Ok(())
    }
}
