//! Many machines whose real Agents back up again and again, while their one AccountServer is killed and comes back: does
//! every backup go ahead, and is every key captured in the end, without anybody's help?

use std::collections::HashSet;
use std::fmt;
use std::fs;
use std::path::{Path, PathBuf};
use std::sync::Mutex;
use std::sync::PoisonError;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::thread::{self, sleep};
use std::time::{Duration, Instant};

use anyhow::{Context as _, ensure};
use keyfold_core::id::ScopeKind;

use super::Extent;
use crate::support::admin::Admin;
use crate::support::agent::Agent;
use crate::support::platform::Platform;
use crate::support::process::{Ran, run as run_program};

const PASSPHRASE: &str = "a thousand machines and one keeper";
/// So many programs at a time.
const AT_A_TIME: usize = 8;

/// What came of it.
#[derive(Debug, Default)]
pub struct Numbers {
    /// Machines, and those of them whose present key is captured in the end.
    pub machines: [usize; 2],
    /// Backups that were begun, and those of them whose tool ran and whose exit code was the tool's.
    pub backups: [usize; 2],
    /// Backups that could not be reported when they ended.
    pub unreported: usize,
    /// How often the server was killed.
    pub kills: usize,
    /// What went wrong first.
    pub complaint: Option<String>,
}

impl Numbers {
    /// Whether no machine needed a hand.
    #[must_use]
    pub fn all_is_well(&self) -> bool {
        let [machines, captured] = self.machines;
        let [begun, went_ahead] = self.backups;
        machines == captured && begun >= machines && begun == went_ahead && self.kills > 0
    }
}

impl fmt::Display for Numbers {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let ([machines, captured], [begun, went_ahead]) = (self.machines, self.backups);
        writeln!(formatter, "kills                     {:8}", self.kills)?;
        writeln!(
            formatter,
            "backups                   {begun:8}  went ahead {went_ahead}"
        )?;
        writeln!(formatter, "not reported at their end {:8}", self.unreported)?;
        write!(
            formatter,
            "machines                  {machines:8}  present key captured {captured}"
        )?;
        match &self.complaint {
            Some(complaint) => write!(formatter, "\nfirst complaint: {complaint}"),
            None => Ok(()),
        }
    }
}

/// How the server and the machines behave.
#[derive(Debug, Clone, Copy)]
pub struct Pace {
    /// How long a killed server is away.
    pub away: Duration,
    /// From one backup of a machine to its next one, at least.
    pub backup_every: Duration,
}

/// Runs it in an empty directory.
pub fn run(directory: &Path, extent: Extent, pace: Pace) -> anyhow::Result<Numbers> {
    let mut platform = Platform::start(directory)?;
    let admin = platform.admin()?;
    let group = admin.create_scope(ScopeKind::Group, "Fleet", admin.root()?.guid)?;
    platform.certify(&admin, &group, PASSPHRASE)?;
    let fleet = Fleet::new(directory, &platform, &admin, group.guid, extent.agents)?;
    let began = Instant::now();
    let is_over = || began.elapsed() >= extent.lasts;
    let kills = thread::scope(|scope| {
        let backing_up = scope.spawn(|| fleet.back_up_until(pace.backup_every, &is_over));
        let kills = kill_until(&mut platform, extent.kill_every, pace.away, &is_over);
        backing_up
            .join()
            .map_err(|_| anyhow::anyhow!("the machines panicked"))??;
        kills
    })?;
    // The backups that are due next, with the server there.
    fleet.one_backup_each()?;
    fleet.numbers(kills)
}

/// Kills the server every so often, and starts it again.
fn kill_until(
    platform: &mut Platform,
    every: Duration,
    away: Duration,
    is_over: &dyn Fn() -> bool,
) -> anyhow::Result<usize> {
    let mut kills = 0;
    let mut next = Instant::now() + every;
    while !is_over() {
        if Instant::now() >= next {
            next += every;
            platform.server_mut().kill()?;
            sleep(away);
            platform.server_mut().start_again()?;
            kills += 1;
        }
        sleep(Duration::from_millis(20));
    }
    Ok(kills)
}

/// The machines.
struct Fleet {
    agents: Vec<Agent>,
    /// Where each tool notes that it ran.
    notes: PathBuf,
    begun: AtomicUsize,
    ended: AtomicUsize,
    unreported: AtomicUsize,
    complaint: Mutex<Option<String>>,
}

impl Fleet {
    fn new(
        directory: &Path,
        platform: &Platform,
        admin: &Admin,
        group: keyfold_core::id::ScopeGuid,
        machines: usize,
    ) -> anyhow::Result<Self> {
        let notes = directory.join("notes");
        fs::create_dir(&notes)?;
        let mut enrolments = Vec::new();
        for number in 0..machines {
            let name = format!("machine-{number}");
            let (_, enrolment) = admin.create_account(&name, group)?;
            enrolments.push((platform.agent(&name), enrolment));
        }
        for_each(&enrolments, |_, (agent, enrolment)| {
            agent.enrol(enrolment)?;
            agent.generate_key().map(drop)
        })?;
        Ok(Self {
            agents: enrolments.into_iter().map(|(agent, _)| agent).collect(),
            notes,
            begun: AtomicUsize::new(0),
            ended: AtomicUsize::new(0),
            unreported: AtomicUsize::new(0),
            complaint: Mutex::default(),
        })
    }

    fn back_up_until(
        &self,
        every: Duration,
        is_over: &(dyn Fn() -> bool + Sync),
    ) -> anyhow::Result<()> {
        while !is_over() {
            let next = Instant::now() + every;
            for_each(&self.agents, |number, agent| {
                if is_over() {
                    Ok(())
                } else {
                    self.one_backup(number, agent)
                }
            })?;
            while Instant::now() < next && !is_over() {
                sleep(Duration::from_millis(20));
            }
        }
        Ok(())
    }

    fn one_backup_each(&self) -> anyhow::Result<()> {
        for_each(&self.agents, |number, agent| self.one_backup(number, agent))
    }

    /// The tool notes that it ran, and ends with the exit code 0.
    fn one_backup(&self, number: usize, agent: &Agent) -> anyhow::Result<()> {
        let turn = self.begun.fetch_add(1, Ordering::SeqCst);
        let note = self.notes.join(turn.to_string());
        let ran = agent.backup(&["touch".as_ref(), note.as_os_str()])?;
        if ran.code == Some(0) && note.exists() {
            self.ended.fetch_add(1, Ordering::SeqCst);
        } else {
            self.complain(number, &ran);
        }
        if ran.stderr.contains("not reported") {
            self.unreported.fetch_add(1, Ordering::SeqCst);
        }
        // The note may be gone already where the backup did not go ahead.
        let _ = fs::remove_file(note);
        Ok(())
    }

    fn numbers(self, kills: usize) -> anyhow::Result<Numbers> {
        let captured = AtomicUsize::new(0);
        for_each(&self.agents, |number, agent| {
            let ran = run_program(&mut agent.command(&["status", "--check"])?)?;
            match ran.code {
                Some(0) => drop(captured.fetch_add(1, Ordering::SeqCst)),
                _ => self.complain(number, &ran),
            }
            Ok(())
        })?;
        let configs: HashSet<_> = self.agents.iter().map(Agent::config).collect();
        ensure!(configs.len() == self.agents.len(), "two machines are one");
        Ok(Numbers {
            machines: [self.agents.len(), captured.into_inner()],
            backups: [self.begun.into_inner(), self.ended.into_inner()],
            unreported: self.unreported.into_inner(),
            kills,
            complaint: self
                .complaint
                .into_inner()
                .unwrap_or_else(PoisonError::into_inner),
        })
    }

    fn complain(&self, number: usize, ran: &Ran) {
        let mut complaint = self
            .complaint
            .lock()
            .unwrap_or_else(PoisonError::into_inner);
        complaint
            .get_or_insert_with(|| format!("machine-{number}: {:?}: {}", ran.code, ran.said()));
    }
}

/// Does it with each, some at a time; the first error ends it.
fn for_each<T: Sync>(
    all: &[T],
    work: impl Fn(usize, &T) -> anyhow::Result<()> + Sync,
) -> anyhow::Result<()> {
    let turn = AtomicUsize::new(0);
    let worker = || -> anyhow::Result<()> {
        loop {
            let number = turn.fetch_add(1, Ordering::SeqCst);
            let Some(one) = all.get(number) else {
                return Ok(());
            };
            work(number, one).with_context(|| format!("machine {number}"))?;
        }
    };
    thread::scope(|scope| {
        let workers: Vec<_> = (0..AT_A_TIME).map(|_| scope.spawn(worker)).collect();
        for worker in workers {
            worker
                .join()
                .map_err(|_| anyhow::anyhow!("a machine panicked"))??;
        }
        Ok(())
    })
}
