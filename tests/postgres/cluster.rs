//! A cluster in a temporary directory, reached by a socket that only its owner may open.

use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::sync::OnceLock;
use std::sync::atomic::{AtomicU32, Ordering};
use std::thread::sleep;
use std::time::{Duration, Instant};
use std::{fs, io};

use anyhow::{Context as _, bail};
use url::Url;

use crate::programs::Programs;

/// How long a start may take on a busy machine.
const PATIENCE: Duration = Duration::from_mins(2);
const PAUSE: Duration = Duration::from_millis(20);
/// Postgres's own superuser, whoever runs it.
const USER: &str = "keyfold";
const PORT: &str = "5432";

/// Runs Postgres until standard input closes, which it does when the test binary ends, however it ends. What the
/// terminal sends to the whole group of processes is not for it.
const WATCHDOG: &str = r#"
trap '' HUP INT TERM
"$@" &
read -r _
kill -QUIT $!
wait $!
rm -rf "$0"
"#;

/// A running Postgres of one's own, with `fsync` as it is by default.
#[derive(Debug)]
pub struct Cluster {
    programs: Programs,
    directory: PathBuf,
    owner: Option<Owner>,
    databases: AtomicU32,
    /// Postgres ends and its directory goes when this one's standard input closes.
    watchdog: Child,
}

/// Who runs Postgres when the tests run as root, for whom it refuses to start.
#[derive(Debug, Clone, Copy)]
#[cfg_attr(
    not(unix),
    expect(dead_code, reason = "Postgres is started on Unix only")
)]
struct Owner {
    user: u32,
    group: u32,
}

impl Cluster {
    /// The cluster of this test binary, started by who asks first.
    ///
    /// # Errors
    /// With Postgres's own words when it does not start.
    pub fn shared() -> anyhow::Result<&'static Self> {
        static SHARED: OnceLock<Result<Cluster, String>> = OnceLock::new();
        let shared = SHARED.get_or_init(|| Self::start(&[]).map_err(|error| format!("{error:#}")));
        shared.as_ref().map_err(|error| anyhow::anyhow!("{error}"))
    }

    /// Starts a cluster with these settings (`name=value`) beside the ones that tests need.
    ///
    /// # Errors
    /// With Postgres's own words when it does not start.
    pub fn start(settings: &[&str]) -> anyhow::Result<Self> {
        let programs = Programs::find()
            .context("Postgres is not here: install it with `cargo xtask setup`")?;
        let directory = tempfile::Builder::new()
            .prefix("keyfold-postgres-")
            .tempdir()?;
        let owner = Owner::of_postgres()?;
        if let Some(owner) = owner {
            owner.take(directory.path())?;
        }
        init(&programs, directory.path(), owner)?;
        let directory = directory.keep();
        let watchdog = serve(&programs, &directory, owner, settings)?;
        let cluster = Self {
            programs,
            directory,
            owner,
            databases: AtomicU32::new(0),
            watchdog,
        };
        cluster.wait_until_it_answers()?;
        Ok(cluster)
    }

    /// A new, empty database; its address.
    ///
    /// # Errors
    /// With Postgres's own words.
    pub fn database(&self) -> anyhow::Result<Url> {
        self.database_with(&[])
    }

    /// The same in the order of bytes, as docs/SERVER.md advises.
    ///
    /// # Errors
    /// With Postgres's own words.
    pub fn database_in_byte_order(&self) -> anyhow::Result<Url> {
        self.database_with(&["--locale-provider=libc", "--locale=C"])
    }

    fn database_with(&self, options: &[&str]) -> anyhow::Result<Url> {
        let number = self.databases.fetch_add(1, Ordering::Relaxed);
        let name = format!("test_{number}");
        let mut createdb = self.client("createdb");
        succeed(
            createdb
                .arg("--template=template0")
                .args(options)
                .arg(&name),
        )?;
        self.address(&name)
    }

    /// The address of a database.
    ///
    /// # Errors
    /// When the temporary directory has a name that no address can hold.
    pub fn address(&self, database: &str) -> anyhow::Result<Url> {
        let socket = self.directory.to_str();
        let socket = socket.context("the temporary directory's name is not UTF-8")?;
        let mut address = Url::parse(&format!("postgres:///{database}"))?;
        address
            .query_pairs_mut()
            .extend_pairs([("host", socket), ("port", PORT), ("user", USER)]);
        Ok(address)
    }

    /// One of Postgres's programs, told how to reach this cluster.
    #[must_use]
    pub fn client(&self, program: &str) -> Command {
        let mut command = self.programs.command(program);
        command.env("PGHOST", &self.directory);
        command.env("PGPORT", PORT).env("PGUSER", USER);
        command
    }

    /// Where all its files lie.
    #[must_use]
    pub fn directory(&self) -> &Path {
        &self.directory
    }

    /// Gives a file to the user who runs Postgres, and to nobody else.
    ///
    /// # Errors
    /// When this user may not.
    pub fn give(&self, file: &Path) -> io::Result<()> {
        match self.owner {
            Some(owner) => owner.take(file),
            None => Ok(()),
        }
    }

    fn wait_until_it_answers(&self) -> anyhow::Result<()> {
        let end = Instant::now() + PATIENCE;
        while !answers(&mut self.client("pg_isready"))? {
            if Instant::now() > end {
                let log = fs::read_to_string(self.directory.join("log")).unwrap_or_default();
                bail!("Postgres does not answer:\n{log}");
            }
            sleep(PAUSE);
        }
        Ok(())
    }
}

impl Drop for Cluster {
    fn drop(&mut self) {
        drop(self.watchdog.stdin.take());
        // When it ended by itself there is nothing left to wait for.
        let _ = self.watchdog.wait();
    }
}

fn init(programs: &Programs, directory: &Path, owner: Option<Owner>) -> anyhow::Result<()> {
    let mut initdb = programs.command("initdb");
    initdb.arg("--pgdata").arg(directory.join("data"));
    initdb.args(["--username", USER, "--auth=trust", "--no-sync"]);
    // Not the order of bytes, so that a query that relies on that order without saying so is found out.
    initdb.args(["--encoding=UTF8", "--locale=C"]);
    initdb.args(["--locale-provider=icu", "--icu-locale=en-US"]);
    succeed(as_owner(initdb.current_dir(directory), owner))
}

/// Starts Postgres below a shell that ends it when its standard input closes.
fn serve(
    programs: &Programs,
    directory: &Path,
    owner: Option<Owner>,
    settings: &[&str],
) -> anyhow::Result<Child> {
    let log = fs::File::create(directory.join("log"))?;
    let postgres = programs.command("postgres");
    let mut watchdog = Command::new("sh");
    watchdog.args(["-c", WATCHDOG]).arg(directory);
    watchdog.arg(postgres.get_program());
    watchdog.arg("-D").arg(directory.join("data"));
    watchdog.arg("-k").arg(directory).args(["-p", PORT]);
    let needed = ["listen_addresses=", "max_connections=300"];
    for setting in needed.iter().chain(settings) {
        watchdog.args(["-c", setting]);
    }
    watchdog
        .stdin(Stdio::piped())
        .stdout(log.try_clone()?)
        .stderr(log);
    as_owner(watchdog.current_dir(directory), owner)
        .spawn()
        .context("cannot start a shell")
}

fn answers(pg_isready: &mut Command) -> io::Result<bool> {
    Ok(pg_isready.arg("--quiet").status()?.success())
}

fn succeed(command: &mut Command) -> anyhow::Result<()> {
    let output = command.stdin(Stdio::null()).output()?;
    if !output.status.success() {
        let said = String::from_utf8_lossy(&output.stderr);
        bail!("{} failed: {said}", command.get_program().display());
    }
    Ok(())
}

#[cfg(unix)]
impl Owner {
    /// The user `postgres`, or `nobody`; none when the tests do not run as root.
    fn of_postgres() -> anyhow::Result<Option<Self>> {
        let is_root = number(&["-u"]) == Some(0);
        if !is_root {
            return Ok(None);
        }
        let owner = ["postgres", "nobody"].into_iter().find_map(|name| {
            Some(Self {
                user: number(&["-u", name])?,
                group: number(&["-g", name])?,
            })
        });
        let owner = owner
            .context("there is no user `postgres` or `nobody`; run as one that is not root")?;
        Ok(Some(owner))
    }

    fn take(self, file: &Path) -> io::Result<()> {
        std::os::unix::fs::chown(file, Some(self.user), Some(self.group))
    }
}

#[cfg(unix)]
fn number(arguments: &[&str]) -> Option<u32> {
    let output = Command::new("id").args(arguments).output().ok()?;
    String::from_utf8(output.stdout).ok()?.trim().parse().ok()
}

#[cfg(unix)]
fn as_owner(command: &mut Command, owner: Option<Owner>) -> &mut Command {
    use std::os::unix::process::CommandExt as _;
    if let Some(owner) = owner {
        command.uid(owner.user).gid(owner.group);
    }
    command
}

#[cfg(not(unix))]
impl Owner {
    fn of_postgres() -> anyhow::Result<Option<Self>> {
        bail!("tests over Postgres need a Unix shell")
    }

    #[expect(
        clippy::unused_self,
        clippy::unnecessary_wraps,
        reason = "there is never an owner here"
    )]
    fn take(self, _file: &Path) -> io::Result<()> {
        Ok(())
    }
}

#[cfg(not(unix))]
fn as_owner(command: &mut Command, _owner: Option<Owner>) -> &mut Command {
    command
}
