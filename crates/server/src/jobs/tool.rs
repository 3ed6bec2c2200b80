//! One run of a backup tool: nothing of this process's environment, the key by [`handover`](super::handover), an end
//! when it is told to.

use std::io;
use std::path::PathBuf;
use std::process::{ExitStatus, Stdio};
use std::str::FromStr;
use std::time::Duration;

use keyfold_api::repositories::BackupTool;
use keyfold_core::encryption_key::{EncryptionKey, NamedSecret};
use tokio::io::{AsyncRead, AsyncReadExt as _, AsyncWriteExt as _};
use tokio::process::{Child, Command};
use tokio::time::timeout;
use tokio_util::sync::CancellationToken;
use zeroize::Zeroizing;

use super::said::Said;
use super::secrets::{NOT_STARTED, Secrets};

/// Where tools and what they start (`ssh`) are found.
const PATH: &str = "/usr/local/bin:/usr/bin:/bin";
/// How long a tool may tidy up when it is told to end.
const PATIENCE: Duration = Duration::from_secs(10);
/// Variables that a tool may be given from the settings: how it proves who it is to the server of the repository.
const CREDENTIALS: [&str; 8] = [
    "AWS_ACCESS_KEY_ID",
    "AWS_SECRET_ACCESS_KEY",
    "AWS_SESSION_TOKEN",
    "AWS_DEFAULT_REGION",
    "RESTIC_REST_USERNAME",
    "RESTIC_REST_PASSWORD",
    "RESTIC_CACERT",
    "SSH_AUTH_SOCK",
];

/// A variable of tools' environment that may hold a secret.
#[derive(Clone)]
pub(crate) struct SecretVariable {
    name: String,
    value: Zeroizing<String>,
}

/// A line of the file is no variable that tools are given.
#[derive(Debug, thiserror::Error)]
#[error("a line is NAME=VALUE, and NAME one of {}", CREDENTIALS.join(", "))]
pub(crate) struct NoVariable;

impl FromStr for SecretVariable {
    type Err = NoVariable;

    fn from_str(line: &str) -> Result<Self, NoVariable> {
        let (name, value) = line.split_once('=').ok_or(NoVariable)?;
        CREDENTIALS
            .contains(&name)
            .then_some(())
            .ok_or(NoVariable)?;
        Ok(Self {
            name: name.to_owned(),
            value: Zeroizing::new(value.to_owned()),
        })
    }
}

/// What tools are run with.
pub(crate) struct Toolbox {
    /// The program that hands keys over: this one.
    pub(crate) program: PathBuf,
    /// Where tools keep caches and temporary files, for this user alone. None of them holds a key.
    pub(crate) directory: PathBuf,
    /// What they are given beside the key.
    pub(crate) environment: Vec<SecretVariable>,
}

/// A repository, as a tool is called for it.
pub(super) struct Call<'c> {
    pub(super) tool: BackupTool,
    pub(super) address: &'c str,
    pub(super) arguments: &'c [&'c str],
}

/// How a tool ended.
pub(super) struct Ran {
    /// The exit code; none when a signal ended it.
    pub(super) code: Option<i32>,
    /// It was not even started.
    pub(super) is_missing: bool,
    /// What it said on standard error.
    pub(super) said: Said,
    /// The end of that for people.
    pub(super) words: String,
}

impl Toolbox {
    /// Runs it to its end, or until `stop`; its standard output goes to `out`, piece by piece.
    pub(super) async fn run(
        &self,
        call: &Call<'_>,
        key: EncryptionKey,
        out: &mut (dyn FnMut(&[u8]) + Send),
        stop: &CancellationToken,
    ) -> io::Result<Ran> {
        let secrets = Secrets::of_key(&key).and_then(|it| it.to_bytes());
        let secrets = secrets.ok_or(io::ErrorKind::InvalidInput)?;
        let mut child = self.command(call).spawn()?;
        let group = Group::of(&child);
        let mut stdin = child.stdin.take();
        let (stdout, stderr) = (child.stdout.take(), child.stderr.take());
        let handing = async move {
            if let Some(stdin) = &mut stdin {
                // A process that ends without reading says why by itself.
                let _ = stdin.write_all(&secrets).await;
            }
        };
        let mut said = Said::default();
        let mut saying = |bytes: &[u8]| said.more(bytes);
        let output = async {
            tokio::join!(handing, pass_on(stdout, out), pass_on(stderr, &mut saying),);
        };
        let status = tokio::select! {
            (status, ()) = async { tokio::join!(child.wait(), output) } => Some(status),
            () = stop.cancelled() => None,
        };
        let status = match status {
            Some(status) => status?,
            None => group.end(&mut child).await?,
        };
        let words = said.words(self.secrets(&key));
        let is_missing = status.code() == Some(1) && said.has(NOT_STARTED);
        Ok(Ran {
            code: status.code(),
            is_missing,
            said,
            words,
        })
    }

    /// Everything that must not be in what is kept of a tool's words.
    fn secrets<'s>(&'s self, key: &'s EncryptionKey) -> impl Iterator<Item = &'s [u8]> {
        let of_key = key.secrets().iter().map(NamedSecret::value);
        of_key.chain(self.environment.iter().map(|it| it.value.as_bytes()))
    }

    fn command(&self, call: &Call<'_>) -> Command {
        let mut command = Command::new(&self.program);
        command
            .args(["hand-over", call.tool.name(), "--"])
            .args(call.arguments)
            .current_dir(&self.directory)
            .env_clear()
            .env("PATH", PATH)
            .env("LC_ALL", "C.UTF-8")
            .env("HOME", &self.directory)
            .env("TMPDIR", self.directory.join("temporary"))
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .kill_on_drop(true);
        #[cfg(unix)]
        command.process_group(0);
        for variable in &self.environment {
            command.env(&variable.name, variable.value.as_str());
        }
        match call.tool {
            BackupTool::Restic => command
                .env("RESTIC_REPOSITORY", call.address)
                .env("RESTIC_CACHE_DIR", self.directory.join("restic")),
            BackupTool::Borg => command
                .env("BORG_REPO", call.address)
                .env("BORG_BASE_DIR", self.directory.join("borg"))
                .env("BORG_RELOCATED_REPO_ACCESS_IS_OK", "yes")
                .env("BORG_UNKNOWN_UNENCRYPTED_REPO_ACCESS_IS_OK", "no")
                .env("BORG_RSH", "ssh -oBatchMode=yes"),
        };
        command
    }
}

async fn pass_on(from: Option<impl AsyncRead + Unpin>, to: &mut (dyn FnMut(&[u8]) + Send)) {
    let Some(mut from) = from else { return };
    let mut piece = Zeroizing::new(vec![0; 16 * 1024]);
    // What breaks off has ended.
    while let Ok(len @ 1..) = from.read(&mut piece).await {
        to(&piece[..len]);
    }
}

/// A tool and what it starts; killed when this is dropped.
struct Group(Option<u32>);

impl Group {
    fn of(child: &Child) -> Self {
        Self(child.id())
    }

    /// Lets it tidy up for a moment.
    async fn end(&self, child: &mut Child) -> io::Result<ExitStatus> {
        self.signal(false);
        if let Ok(ended) = timeout(PATIENCE, child.wait()).await {
            return ended;
        }
        self.signal(true);
        child.wait().await
    }

    #[cfg(unix)]
    fn signal(&self, kill: bool) {
        use rustix::process::{Pid, Signal, kill_process_group};
        let group = self.0.and_then(|it| it.try_into().ok());
        let signal = if kill { Signal::KILL } else { Signal::INT };
        if let Some(group) = group.and_then(Pid::from_raw) {
            // It may have ended.
            let _ = kill_process_group(group, signal);
        }
    }
}

impl Group {
    #[cfg(not(unix))]
    #[expect(clippy::unused_self, reason = "on Unix it names the group")]
    fn signal(&self, _kill: bool) {}
}

impl Drop for Group {
    fn drop(&mut self) {
        self.signal(true);
    }
}
