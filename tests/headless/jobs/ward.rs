//! A platform that works in the repositories of one directory, and a machine that backs up there.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::thread::sleep;
use std::time::{Duration, Instant};

use anyhow::{Context as _, ensure};
use keyfold_api::accounts::Account;
use keyfold_api::client::ClientError;
use keyfold_api::jobs::{
    CheckRule, DrillRule, Job, JobId, JobKind, JobReason, JobRules, JobState, NewJob, Retention,
    RollUpRule,
};
use keyfold_api::pages::PageQuery;
use keyfold_core::id::ScopeKind;
use keyfold_tests::support::admin::Admin;
use keyfold_tests::support::agent::Agent;
use keyfold_tests::support::files;
use keyfold_tests::support::platform::Platform;
use keyfold_tests::support::process::{Ran, run, succeed, succeed_with_input};

/// For a job of a tool on a busy machine.
const PATIENCE: Duration = Duration::from_mins(3);

/// Which tool a machine backs up with.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Tool {
    Restic,
    BorgRepokey,
    BorgKeyfile,
}

impl Tool {
    pub(super) const ALL: [Self; 3] = [Self::Restic, Self::BorgRepokey, Self::BorgKeyfile];
}

pub(super) struct Ward {
    pub(super) platform: Platform,
    pub(super) admin: Admin,
    pub(super) account: Account,
    pub(super) agent: Agent,
    pub(super) repository: PathBuf,
    tool: Tool,
    files: PathBuf,
}

impl Ward {
    /// A machine with a repository of the tool, a backup of it, and rules for all kinds of jobs.
    pub(super) fn new(directory: &Path, tool: Tool, key: &str) -> anyhow::Result<Self> {
        let repository = directory.join("repositories/theatre-1");
        let address = repository.to_str().context("a plain path")?.to_owned();
        let allowed = directory.join("repositories");
        let ward = Self::at(directory, tool, key, &allowed.to_string_lossy(), &address)?;
        ward.init()?;
        ward.backup(&[])?;
        Ok(ward)
    }

    /// The machine, enrolled and with its key, whose tool backs up to `address`; the platform works under `allowed`.
    pub(super) fn at(
        directory: &Path,
        tool: Tool,
        key: &str,
        allowed: &str,
        address: &str,
    ) -> anyhow::Result<Self> {
        let data = directory.join("server");
        for made in [&data, &directory.join("repositories")] {
            fs::create_dir_all(made)?;
        }
        let settings = format!("repositories = [{allowed:?}]\n");
        fs::write(data.join("keyfold-server.toml"), settings)?;
        let platform = Platform::start(directory)?;
        let admin = platform.admin()?;
        let group = admin.create_scope(ScopeKind::Group, "Surgery", admin.root()?.guid)?;
        let (account, enrolment) = admin.create_account("theatre-1", group.guid)?;
        let agent = platform.agent("theatre-1");
        agent.enrol(&enrolment)?;
        agent.set_key(key.as_bytes())?;
        let files = directory.join("files");
        files::write_sample(&files, 5)?;
        admin.ask(|user| async move { user.change_job_rules(group.guid, &rules()).await })?;
        Ok(Self {
            platform,
            admin,
            account,
            agent,
            repository: address.into(),
            tool,
            files,
        })
    }

    /// Makes the repository. With a key file, that is part of the key from now on.
    pub(super) fn init(&self) -> anyhow::Result<()> {
        let mode = match self.tool {
            Tool::Restic => return self.tell(&["init"]).map(drop),
            Tool::BorgRepokey => "repokey",
            Tool::BorgKeyfile => "keyfile",
        };
        self.tell(&["init", "--encryption", mode])?;
        if self.tool == Tool::BorgKeyfile {
            let with = format!("borg-key={}", self.key_file().display());
            let password = self.agent.password()?;
            let mut set = self
                .agent
                .command(&["key", "set", "--replace", "--with", &with])?;
            succeed_with_input(&mut set, password.as_bytes())?;
        }
        Ok(())
    }

    /// Backs up, with these further arguments.
    pub(super) fn backup(&self, with: &[&str]) -> anyhow::Result<Ran> {
        let files = self.files.to_str().context("a plain path")?;
        let arguments = match self.tool {
            Tool::Restic => [&["backup", files], with].concat(),
            _ => [&["create"], with, &["::{uuid4}", files]].concat(),
        };
        let ran = run(&mut self.command("backup", &arguments)?)?;
        ensure!(ran.code == Some(0), "{}", ran.said());
        Ok(ran)
    }

    /// The tool with the machine's key, which must succeed.
    pub(super) fn tell(&self, arguments: &[&str]) -> anyhow::Result<Ran> {
        succeed(&mut self.command("run", arguments)?)
    }

    /// Asks for a job, which is not under way yet.
    pub(super) fn ask(&self, kind: JobKind) -> anyhow::Result<Job> {
        let account = self.account.id;
        let started = Instant::now();
        loop {
            let asked = self
                .admin
                .ask(|user| user.ask_for_job(account, NewJob { kind }));
            match asked {
                // One that was due is at it.
                Err(ClientError::Problem(problem)) if problem.code == "job-under-way" => {
                    ensure!(started.elapsed() < PATIENCE, "such a job does not end");
                    sleep(Duration::from_millis(100));
                }
                asked => return Ok(asked?),
            }
        }
    }

    /// The job of this kind that waits, asked for or due.
    pub(super) fn waiting(&self, kind: JobKind) -> anyhow::Result<Job> {
        let account = self.account.id;
        let asked = NewJob { kind };
        if let Ok(job) = self.admin.ask(|user| user.ask_for_job(account, asked)) {
            return Ok(job);
        }
        let page = PageQuery::default();
        let jobs = self.admin.ask(|user| user.jobs_of_account(account, page))?;
        let waits = |job: &Job| job.kind == kind && job.state == JobState::Waiting;
        jobs.items.into_iter().find(waits).context("none waits")
    }

    /// Waits until the job is so.
    pub(super) fn wait(&self, job: JobId, until: impl Fn(&Job) -> bool) -> anyhow::Result<Job> {
        let started = Instant::now();
        loop {
            let job = self.admin.ask(|user| user.job(job))?;
            if until(&job) {
                return Ok(job);
            }
            let log = || fs::read_to_string(self.platform.log()).unwrap_or_default();
            ensure!(started.elapsed() < PATIENCE, "{job:?}\n{}", log());
            sleep(Duration::from_millis(50));
        }
    }

    /// Has a job done; its state and reason.
    pub(super) fn done(&self, kind: JobKind) -> anyhow::Result<Job> {
        let job = self.ask(kind)?;
        self.wait(job.id, |job| job.ended_at.is_some())
    }

    /// A command of the Agent's, with the tool and what it is told.
    fn command(&self, of_agent: &str, arguments: &[&str]) -> anyhow::Result<Command> {
        let at = |name: &str| self.platform.directory().join(name);
        let mut command = self.agent.command(&[of_agent, "--"])?;
        match self.tool {
            Tool::Restic => command.args(["restic", "-q", "--no-cache"]),
            Tool::BorgRepokey | Tool::BorgKeyfile => command.arg("borg"),
        };
        command
            .args(arguments)
            .env("RESTIC_REPOSITORY", &self.repository)
            .env("BORG_REPO", &self.repository)
            .env("BORG_BASE_DIR", at("borg"))
            .env("BORG_KEY_FILE", self.key_file());
        Ok(command)
    }

    fn key_file(&self) -> PathBuf {
        self.platform.directory().join("borg.key")
    }
}

/// Everything once a day; of the newest two, and of three days.
fn rules() -> JobRules {
    let every_hours = 24;
    JobRules {
        check: Some(CheckRule {
            every_hours,
            read_percent: 100,
        }),
        roll_up: Some(RollUpRule {
            every_hours,
            keep: Retention {
                last: 2,
                daily: 3,
                ..Retention::default()
            },
        }),
        drill: Some(DrillRule { every_hours }),
    }
}

/// A job's end, in short.
pub(super) fn end(job: &Job) -> (JobState, Option<JobReason>) {
    (job.state, job.reason)
}

/// What went well.
pub(super) const DONE: (JobState, Option<JobReason>) = (JobState::Done, None);
