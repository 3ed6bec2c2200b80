//! `keyfold-agent-bench`: what the Agent costs a machine. Its size, its memory while the tool runs, the time it adds to a backup.

use std::ffi::OsString;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use anyhow::{Context as _, Result, ensure};
use clap::Parser;
use keyfold_core::id::ScopeKind;
use keyfold_tests::support::agent::Agent;
use keyfold_tests::support::binaries::binary;
use keyfold_tests::support::files;
use keyfold_tests::support::platform::Platform;
use keyfold_tests::support::process::succeed;
use keyfold_tests::support::restic::Repository;

/// Real restic alone, and under the Agent, which presents its key to an AccountServer on this machine.
#[derive(Parser)]
struct Arguments {
    /// How many backups of each kind, taking turns
    #[arg(long, default_value_t = 30)]
    rounds: usize,
}

fn main() -> Result<()> {
    let arguments = Arguments::parse();
    let directory = tempfile::tempdir()?;
    let machine = Machine::set_up(directory.path())?;
    println!(
        "size of the program      {:>9} bytes",
        fs::metadata(binary("keyfold-agent")?)?.len()
    );
    match machine.memory_while_waiting() {
        Ok((resident, own)) => println!(
            "resident while waiting   {resident:>9} KiB, of which {own} KiB are no other process's"
        ),
        Err(error) => println!("resident while waiting   unknown: {error:#}"),
    }
    let (mut alone, mut under) = (Vec::new(), Vec::new());
    for _ in 0..arguments.rounds {
        alone.push(timed(&mut machine.restic_alone()?)?);
        under.push(timed(&mut machine.restic_under_the_agent()?)?);
    }
    let (alone, under) = (Spread::of(alone)?, Spread::of(under)?);
    println!("restic alone             {alone}");
    println!("restic under the Agent   {under}");
    println!(
        "added, by the medians    {:>9.1} ms, ratio {:.3}",
        under.median - alone.median,
        under.median / alone.median
    );
    Ok(())
}

/// A platform, and a machine that backs up to a repository on this disk.
struct Machine {
    _platform: Platform,
    agent: Agent,
    files: PathBuf,
    repository: PathBuf,
    password: PathBuf,
}

impl Machine {
    fn set_up(directory: &Path) -> Result<Self> {
        let platform = Platform::start(directory)?;
        let admin = platform.admin()?;
        let group = admin.create_scope(ScopeKind::Group, "Bench", admin.root()?.guid)?;
        platform.certify(&admin, &group, "nine weights on the scale")?;
        let (_, enrolment) = admin.create_account("ward-3", group.guid)?;
        let agent = platform.agent("ward-3");
        agent.enrol(&enrolment)?;
        agent.generate_key()?;
        let files = directory.join("files");
        files::write_sample(&files, 7)?;
        let repository = directory.join("repository");
        Repository::init(&repository, &agent)?;
        let password = directory.join("password");
        fs::write(&password, agent.password()?)?;
        Ok(Self {
            _platform: platform,
            agent,
            files,
            repository,
            password,
        })
    }

    fn arguments(&self) -> [OsString; 7] {
        [
            "restic".into(),
            "-r".into(),
            self.repository.clone().into(),
            "--no-cache".into(),
            "-q".into(),
            "backup".into(),
            self.files.clone().into(),
        ]
    }

    fn restic_alone(&self) -> Result<Command> {
        let [program, arguments @ ..] = self.arguments();
        let mut command = Command::new(program);
        command.args(arguments);
        let password = self.password.to_str().context("a path is not UTF-8")?;
        command.env("RESTIC_PASSWORD_COMMAND", format!("cat {password}"));
        Ok(command)
    }

    fn restic_under_the_agent(&self) -> Result<Command> {
        let mut command = self.agent.command(&["backup", "--"])?;
        command.args(self.arguments());
        Ok(command)
    }

    /// KiB of the Agent's process while its tool waits: resident, and resident in this process alone.
    fn memory_while_waiting(&self) -> Result<(u64, u64)> {
        let mut command = self.agent.command(&["backup", "--", "cat"])?;
        command
            .stdin(Stdio::piped())
            .stdout(Stdio::null())
            .stderr(Stdio::null());
        let mut agent = command.spawn()?;
        let process = PathBuf::from(format!("/proc/{}", agent.id()));
        let children = process.join(format!("task/{}/children", agent.id()));
        let end = Instant::now() + Duration::from_secs(30);
        while fs::read_to_string(&children)?.trim().is_empty() {
            ensure!(Instant::now() < end, "the tool was not started");
            std::thread::sleep(Duration::from_millis(20));
        }
        let status = fs::read_to_string(process.join("smaps_rollup"))?;
        let of = |name: &str| -> Result<u64> {
            let line = status.lines().find_map(|line| line.strip_prefix(name));
            let line = line.with_context(|| format!("the kernel tells no {name}"))?;
            Ok(line.trim().trim_end_matches("kB").trim().parse::<u64>()?)
        };
        let resident = of("Rss:")?;
        let own = of("Private_Clean:")? + of("Private_Dirty:")?;
        drop(agent.stdin.take());
        ensure!(agent.wait()?.success(), "the tool failed");
        Ok((resident, own))
    }
}

/// How many milliseconds a command takes, which must succeed.
fn timed(command: &mut Command) -> Result<f64> {
    let begun = Instant::now();
    succeed(command)?;
    Ok(begun.elapsed().as_secs_f64() * 1000.0)
}

/// Of several measurements, in milliseconds.
struct Spread {
    least: f64,
    median: f64,
    most: f64,
}

impl Spread {
    fn of(mut all: Vec<f64>) -> Result<Self> {
        all.sort_by(f64::total_cmp);
        let at = |place: usize| all.get(place).copied().context("nothing was measured");
        Ok(Self {
            least: at(0)?,
            median: at(all.len() / 2)?,
            most: at(all.len().saturating_sub(1))?,
        })
    }
}

impl std::fmt::Display for Spread {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let Self {
            least,
            median,
            most,
        } = self;
        write!(formatter, "{median:>9.1} ms ({least:.1} to {most:.1})")
    }
}
