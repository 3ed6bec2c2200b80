//! Jobs that wait, are cancelled, or lose their AccountServer; over a REST server (`rclone serve restic`) that is slow.

use std::fs;
use std::net::TcpListener;
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::thread::sleep;
use std::time::{Duration, Instant};

use anyhow::ensure;
use keyfold_api::jobs::{JobKind, JobReason, JobState};
use keyfold_tests::support::process::run;
use memchr::memmem;

use super::ward::{DONE, Tool, Ward, end};

/// A key that nobody else's processes mention.
const KEY: &str = "the gate creaks twice";

/// A REST server for restic repositories; it ends with this.
pub(super) struct RestServer {
    child: Child,
    pub(super) address: String,
}

impl RestServer {
    /// Serves a directory, at so many bytes a second (`off`: as many as there are).
    pub(super) fn start(directory: &Path, bytes: &str) -> anyhow::Result<Self> {
        let port = TcpListener::bind("127.0.0.1:0")?.local_addr()?.port();
        Self::start_at(directory, bytes, port)
    }

    fn start_at(directory: &Path, bytes: &str, port: u16) -> anyhow::Result<Self> {
        let place = format!("127.0.0.1:{port}");
        let child = Command::new("rclone")
            .args(["serve", "restic", "--addr", &place, "--bwlimit", bytes])
            .arg(directory)
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn()?;
        let started = Instant::now();
        while std::net::TcpStream::connect(&place).is_err() {
            ensure!(
                started.elapsed() < Duration::from_mins(1),
                "rclone does not listen"
            );
            sleep(Duration::from_millis(20));
        }
        let address = format!("rest:http://{place}/theatre-1/");
        Ok(Self { child, address })
    }

    /// The same at another speed.
    pub(super) fn at_speed(self, directory: &Path, bytes: &str) -> anyhow::Result<Self> {
        let port = self.address.trim_start_matches("rest:http://127.0.0.1:");
        let port = port.trim_end_matches("/theatre-1/").parse()?;
        drop(self);
        Self::start_at(directory, bytes, port)
    }
}

impl Drop for RestServer {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// A machine that backed up to a REST server which is slow from now on.
pub(super) fn slow(directory: &Path, key: &str) -> anyhow::Result<(Ward, RestServer)> {
    let repositories = directory.join("repositories");
    fs::create_dir_all(&repositories)?;
    let server = RestServer::start(&repositories, "off")?;
    let allowed = server.address.trim_end_matches("theatre-1/").to_owned();
    let ward = Ward::at(directory, Tool::Restic, key, &allowed, &server.address)?;
    ward.init()?;
    ward.backup(&[])?;
    Ok((ward, server.at_speed(&repositories, "32k")?))
}

/// The processes of restic that check a repository through this server.
pub(super) fn tools(server: &RestServer) -> anyhow::Result<Vec<u32>> {
    let ran = run(Command::new("pgrep").args(["-x", "restic"]))?;
    let has = |process: &u32, what: &str, words: &str| {
        let read = fs::read(format!("/proc/{process}/{what}")).unwrap_or_default();
        memmem::find(&read, words.as_bytes()).is_some()
    };
    let named = |process: &u32| {
        has(process, "environ", &server.address) && has(process, "cmdline", "--read-data")
    };
    let processes = ran.stdout.lines().filter_map(|line| line.parse().ok());
    Ok(processes.filter(named).collect())
}

/// Waits until so many tools work through the server.
pub(super) fn wait_for_tools(server: &RestServer, count: usize) -> anyhow::Result<Vec<u32>> {
    let started = Instant::now();
    loop {
        let tools = tools(server)?;
        if tools.len() == count {
            return Ok(tools);
        }
        ensure!(started.elapsed() < Duration::from_mins(1), "{tools:?} work");
        sleep(Duration::from_millis(20));
    }
}

#[test]
fn a_running_job_is_cancelled_and_its_tool_ends() -> anyhow::Result<()> {
    let directory = tempfile::tempdir()?;
    let (ward, server) = slow(directory.path(), KEY)?;
    let job = ward.ask(JobKind::Check)?;
    ward.wait(job.id, |job| job.state == JobState::Running)?;
    wait_for_tools(&server, 1)?;
    ward.admin.ask(|user| user.cancel_job(job.id))?;
    let cancelled = Instant::now();
    let job = ward.wait(job.id, |job| job.ended_at.is_some())?;
    ensure!(end(&job) == (JobState::Cancelled, None), "{job:?}");
    wait_for_tools(&server, 0)?;
    println!("ended {:?} after it was cancelled", cancelled.elapsed());
    Ok(())
}

#[test]
fn a_killed_servers_job_waits_for_a_backup_and_is_done_again() -> anyhow::Result<()> {
    let directory = tempfile::tempdir()?;
    let (mut ward, server) = slow(directory.path(), KEY)?;
    let job = ward.ask(JobKind::Check)?;
    ward.wait(job.id, |job| job.state == JobState::Running)?;
    wait_for_tools(&server, 1)?;

    ward.platform.server_mut().kill()?;
    wait_for_tools(&server, 0)?;
    ward.platform.server_mut().start_again()?;
    let repositories = directory.path().join("repositories");
    let _server = server.at_speed(&repositories, "off")?;
    ward.admin = ward.platform.admin()?;

    // The key was in memory only: whatever is asked for waits for the next backup, and says so.
    let waiting = ward.waiting(JobKind::Drill)?;
    let waits = (JobState::Waiting, Some(JobReason::NeedsBackup));
    ensure!(end(&waiting) == waits, "{waiting:?}");
    ward.backup(&[])?;
    let drill = ward.wait(waiting.id, |job| job.ended_at.is_some());
    let check = ward.wait(job.id, |job| job.ended_at.is_some())?;
    ensure!(end(&check) == DONE, "{check:?}");
    ensure!(end(&drill?) == DONE);
    Ok(())
}
