//! The AccountServer's memory, looked at from outside: as root after a key left, and as another process of its user.

use std::fs::{self, File};
use std::io::{BufRead as _, BufReader, Read as _};
use std::path::Path;
use std::process::{Child, Command, Stdio};

use anyhow::{Context as _, ensure};
use keyfold_core::id::ScopeKind;
use keyfold_tests::support::binaries::binary;
use keyfold_tests::support::platform::Platform;
use keyfold_tests::support::process::{Ran, run, succeed};

use crate::traces::{CANARY, found_in};

const PASSPHRASE: &str = "three rivers meet below the mill";
const PAGE: usize = 4096;
const ZEROES: [u8; PAGE] = [0; PAGE];
/// Of no account on Debian, and of no files.
const NOBODY: &str = "65534";

#[test]
fn an_image_of_the_process_after_eviction_holds_no_key() -> anyhow::Result<()> {
    for (settings, readable) in [
        (
            "no-secret-memory = true\ncache-keys = 1\ncache-mib = 1",
            true,
        ),
        ("cache-keys = 1\ncache-mib = 1", false),
    ] {
        let directory = tempfile::tempdir()?;
        let mut platform = Platform::start(directory.path())?;
        fs::write(platform.data().join("keyfold-server.toml"), settings)?;
        platform.server_mut().start_again()?;
        live_and_leave(&platform, readable).context(settings)?;
    }
    Ok(())
}

/// A key comes, is captured after an upload and after a backup, and leaves because another one comes.
fn live_and_leave(platform: &Platform, readable: bool) -> anyhow::Result<()> {
    let admin = platform.admin()?;
    let group = admin.create_scope(ScopeKind::Group, "Schools", admin.root()?.guid)?;
    let (_, enrolment) = admin.create_account("library", group.guid)?;
    let library = platform.agent("library");
    library.enrol(&enrolment)?;
    library.set_key(CANARY.as_bytes())?;
    library.backup(&["true"])?;
    let uploaded = platform.certify(&admin, &group, PASSPHRASE)?;
    ensure!(uploaded.captured_now == 1, "{uploaded:?}");
    library.backup(&["true"])?;

    let plain = image(platform, "off")?;
    ensure!(
        found_in(&plain).is_empty(),
        "outside the cache the key is in memory: {:?}",
        found_in(&plain)
    );
    // The positive control: where locked memory can be read, the key is in it until it leaves.
    let whole = image(platform, "on")?;
    ensure!(
        found_in(&whole) == if readable { vec!["raw"] } else { vec![] },
        "in the cache, the key is found as {:?}",
        found_in(&whole)
    );

    let (_, enrolment) = admin.create_account("archive", group.guid)?;
    let archive = platform.agent("archive");
    archive.enrol(&enrolment)?;
    archive.set_key(b"quite another key")?;
    archive.backup(&["true"])?;
    let log = fs::read_to_string(platform.log())?;
    ensure!(log.contains("cache_full"), "nothing was evicted:\n{log}");
    let after = image(platform, "on")?;
    let found = found_in(&after);
    println!("after eviction: {} bytes, found {found:?}", after.len());
    ensure!(
        found.is_empty(),
        "after eviction, the key is found as {found:?}"
    );
    Ok(())
}

/// An image of the running AccountServer, taken as root; `excluded` pages are those that core dumps leave out.
fn image(platform: &Platform, excluded: &str) -> anyhow::Result<Vec<u8>> {
    let file = platform.directory().join("core");
    let mut gdb = as_root("gdb");
    gdb.args(["-nx", "-q", "-batch", "-readnever"])
        .args([
            "-iex",
            "set auto-load off",
            "-iex",
            "set debuginfod enabled off",
        ])
        .args(["-p", &platform.server().process().to_string()])
        .args(["-ex", "set use-coredump-filter on"])
        .args(["-ex", &format!("set dump-excluded-mappings {excluded}")])
        .args(["-ex", &format!("generate-core-file {}", file.display())]);
    let said = succeed(&mut gdb)?.said();
    let image = File::open(&file).with_context(|| format!("gdb took no image: {said}"))?;
    let image = written_pages(image)?;
    fs::remove_file(&file)?;
    ensure!(image.len() > 1 << 20, "the image is empty: {said}");
    Ok(image)
}

/// The file without its pages of zeroes, which are most of it.
fn written_pages(mut file: File) -> anyhow::Result<Vec<u8>> {
    let mut written = Vec::new();
    let mut page = Vec::new();
    while (&mut file)
        .take(ZEROES.len().try_into()?)
        .read_to_end(&mut page)?
        > 0
    {
        if page != ZEROES[..page.len()] {
            written.extend_from_slice(&page);
        }
        page.clear();
    }
    Ok(written)
}

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

fn is_root() -> bool {
    fs::metadata("/proc/self").is_ok_and(|it| std::os::unix::fs::MetadataExt::uid(&it) == 0)
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

fn as_root(program: &str) -> Command {
    if is_root() {
        return Command::new(program);
    }
    let mut command = Command::new("sudo");
    command.args(["--non-interactive", program]);
    command
}
