//! The AccountServer as a process.

use std::fs::{self, OpenOptions};
use std::io::{BufRead as _, BufReader};
use std::path::{Path, PathBuf};
use std::process::{Child, ChildStdout, Command, ExitStatus, Stdio};
use std::thread::sleep;
use std::time::{Duration, Instant};

use anyhow::{Context as _, bail, ensure};
use url::Url;

use super::binaries::binary;
use super::process::succeed;

/// How an AccountServer is run.
#[derive(Debug, Clone)]
pub struct Settings {
    /// Its data directory.
    pub data: PathBuf,
    /// Where its log goes.
    pub log: PathBuf,
    /// How much it logs, as `--log` has it.
    pub log_level: String,
    /// Its directory for temporary files.
    pub temporary: PathBuf,
}

/// Has every command of the server in this data directory use a Postgres, by its settings file.
pub fn use_database(data: &Path, database: &Url) -> anyhow::Result<()> {
    fs::create_dir_all(data)?;
    let file = data.join("keyfold-server.toml");
    fs::write(&file, format!("database = \"{database}\"\n"))
        .with_context(|| format!("cannot write {}", file.display()))
}

/// A running AccountServer; it is killed when this is dropped.
#[derive(Debug)]
pub struct Server {
    settings: Settings,
    child: Child,
    /// Kept open, so that the server never writes to a closed pipe.
    stdout: BufReader<ChildStdout>,
    url: Url,
    setup_link: Option<Url>,
}

impl Server {
    /// Makes the database in `data`, with nobody in it.
    pub fn found(data: &Path, name: &str) -> anyhow::Result<()> {
        let mut command = Command::new(binary("keyfold-server")?);
        command.arg("init").arg("--data-dir").arg(data);
        succeed(command.args(["--name", name])).map(drop)
    }

    /// Makes the database in `data`, with an admin of the root Collection.
    pub fn init(
        data: &Path,
        name: &str,
        admin: &str,
        display_name: &str,
        password_file: &Path,
    ) -> anyhow::Result<()> {
        let mut command = Command::new(binary("keyfold-server")?);
        command.arg("init").arg("--data-dir").arg(data).args([
            "--name",
            name,
            "--admin",
            admin,
            "--admin-display-name",
            display_name,
        ]);
        succeed(command.arg("--password-file").arg(password_file)).map(drop)
    }

    /// Makes a user; `role` as `keyfold-server user add` takes it.
    pub fn add_user(
        data: &Path,
        name: &str,
        display_name: &str,
        role: &str,
        scope: &str,
        password_file: &Path,
    ) -> anyhow::Result<()> {
        let mut command = Command::new(binary("keyfold-server")?);
        command.args([
            "user",
            "add",
            "--name",
            name,
            "--display-name",
            display_name,
        ]);
        command
            .arg("--data-dir")
            .arg(data)
            .args(["--role", role, "--scope", scope]);
        succeed(command.arg("--password-file").arg(password_file)).map(drop)
    }

    /// Serves on this port of 127.0.0.1 (0: any), and returns when it listens.
    pub fn serve(settings: Settings, port: u16) -> anyhow::Result<Self> {
        fs::create_dir_all(&settings.temporary)?;
        let log = OpenOptions::new()
            .create(true)
            .append(true)
            .open(&settings.log)?;
        let mut command = Command::new(binary("keyfold-server")?);
        command.arg("serve").arg("--data-dir").arg(&settings.data);
        command.args(["--listen", &format!("127.0.0.1:{port}")]);
        command
            .env("KEYFOLD_LOG", &settings.log_level)
            .env("TMPDIR", &settings.temporary);
        let mut child = command
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .stderr(log)
            .spawn()?;
        let stdout = child
            .stdout
            .take()
            .context("the server has no standard output")?;
        let url = Url::parse("https://127.0.0.1")?;
        let mut server = Self {
            settings,
            child,
            stdout: BufReader::new(stdout),
            url,
            setup_link: None,
        };
        server.url = server.wait_until_it_listens()?;
        Ok(server)
    }

    /// Its address.
    #[must_use]
    pub fn url(&self) -> &Url {
        &self.url
    }

    /// The link that it printed because nobody can sign in.
    #[must_use]
    pub fn setup_link(&self) -> Option<&Url> {
        self.setup_link.as_ref()
    }

    /// Its process number.
    #[must_use]
    pub fn process(&self) -> u32 {
        self.child.id()
    }

    /// Sends it a signal, such as `TERM`.
    pub fn signal(&self, name: &str) -> anyhow::Result<()> {
        let process = self.child.id().to_string();
        succeed(Command::new("kill").args(["-s", name, &process])).map(drop)
    }

    /// Waits until it has ended by itself.
    pub fn ended(&mut self, within: Duration) -> anyhow::Result<ExitStatus> {
        let start = Instant::now();
        loop {
            if let Some(status) = self.child.try_wait()? {
                return Ok(status);
            }
            ensure!(start.elapsed() < within, "it runs on after {within:?}");
            sleep(Duration::from_millis(20));
        }
    }

    /// Kills it, without a chance to tidy up.
    pub fn kill(&mut self) -> anyhow::Result<()> {
        self.child.kill()?;
        self.child.wait()?;
        Ok(())
    }

    /// Starts it again on the same port, after [`Server::kill`] or a crash.
    pub fn start_again(&mut self) -> anyhow::Result<()> {
        let port = self.url.port().context("the server had no port")?;
        self.kill()?;
        *self = Self::serve(self.settings.clone(), port)?;
        Ok(())
    }

    fn wait_until_it_listens(&mut self) -> anyhow::Result<Url> {
        let mut line = String::new();
        while self.stdout.read_line(&mut line)? > 0 {
            if let Some((_, url)) = line.trim().split_once("listening on ") {
                return Ok(Url::parse(url)?);
            }
            if let Some(told) = line.strip_prefix("set up with ") {
                let (address, _) = told.split_once(',').context("no time after the link")?;
                self.setup_link = Some(Url::parse(address)?);
            }
            line.clear();
        }
        let log = fs::read_to_string(&self.settings.log).unwrap_or_default();
        bail!("the AccountServer ended before it listened:\n{log}")
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        // It may have ended by itself.
        let _ = self.kill();
    }
}
