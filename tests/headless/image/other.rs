//! Another process of the AccountServer's user.

use std::fs;
use std::io::{BufRead as _, BufReader};
use std::path::Path;
use std::process::{Child, Command, Stdio};

use anyhow::{Context as _, ensure};
use keyfold_tests::support::binaries::binary;
use keyfold_tests::support::platform::Platform;
use keyfold_tests::support::process::{Ran, run, succeed};

use super::is_root;

/// Of no account on Debian, and of no files.
const NOBODY: &str = "65534";

#[test]
fn another_process_of_its_user_neither_reads_nor_traces_it() -> anyhow::Result<()> {
    let directory = tempfile::tempdir()?;
    let mut platform = Platform::start(directory.path())?;
    platform.server_mut().kill()?;
    if is_root() {
        succeed(Command::new("chmod").arg("755").arg(directory.path()))?;
        succeed(
            Command::new("chown")
                .args(["-R", NOBODY])
                .arg(platform.data()),
        )?;
    }
    let mut victim = serve(&platform.data())?;
    let mut control = as_user("sleep").arg("60").spawn()?;
    let open = |child: &Child| {
        let memory = format!("/proc/{}/mem", child.id());
        run(as_user("head").args(["-c0", &memory]))
    };
    let trace = |child: &Child| -> anyhow::Result<Ran> {
        let process = child.id().to_string();
        let mut gdb = as_user("gdb");
        run(gdb.args(["-nx", "-q", "-batch", "-readnever", "-p", &process]))
    };
    let refused = [open(&victim)?, trace(&victim)?];
    let allowed = [open(&control)?, trace(&control)?];
    for child in [&mut victim, &mut control] {
        child.kill()?;
        child.wait()?;
    }
    ensure!(
        refused[0].said().contains("Permission denied"),
        "{}",
        refused[0].said()
    );
    ensure!(
        refused[1]
            .said()
            .contains("ptrace: Operation not permitted"),
        "{}",
        refused[1].said()
    );
    if !tracing_is_common() {
        return Ok(());
    }
    ensure!(allowed[0].code == Some(0), "{}", allowed[0].said());
    ensure!(
        !allowed[1].said().contains("ptrace:"),
        "{}",
        allowed[1].said()
    );
    Ok(())
}

/// Starts an AccountServer as an ordinary user, and returns when it listens.
fn serve(data: &Path) -> anyhow::Result<Child> {
    let mut command = as_user(&binary("keyfold-server")?.to_string_lossy());
    command.arg("serve").arg("--data-dir").arg(data);
    command.args(["--listen", "127.0.0.1:0", "--cache-mib", "1"]);
    let mut child = command.stdout(Stdio::piped()).spawn()?;
    let stdout = child.stdout.as_mut().context("no standard output")?;
    let mut line = String::new();
    BufReader::new(stdout).read_line(&mut line)?;
    ensure!(line.contains("listening on"), "it said {line:?}");
    Ok(child)
}

/// Whether processes of one user may trace each other here (Yama may forbid it): only then the control can succeed.
fn tracing_is_common() -> bool {
    let scope = fs::read_to_string("/proc/sys/kernel/yama/ptrace_scope");
    scope.is_err() || scope.is_ok_and(|scope| scope.trim() == "0")
}

/// A program as an ordinary user: this one, or nobody if this one is root.
fn as_user(program: &str) -> Command {
    if !is_root() {
        return Command::new(program);
    }
    let mut command = Command::new("setpriv");
    command.args([
        "--reuid",
        NOBODY,
        "--regid",
        NOBODY,
        "--clear-groups",
        program,
    ]);
    command
}
